from .bundles import connected_bundles, corridor_bundles, join_bundles
from .candidates import opportunity_table
from .conflict import InfeasibleError
from .constraints import (
    AffordableShare,
    Budget,
    Cap,
    DeprivedShare,
    Exclusive,
    Floor,
    LockedIn,
    LockedOut,
    Prerequisite,
)
from .core_index import RobustPortfolio, core_indices
from .frontier import constraint_prices, pareto_frontier
from .optimise import Programme, choose_programme

__all__ = [
    "AffordableShare",
    "Budget",
    "Cap",
    "DeprivedShare",
    "Exclusive",
    "Floor",
    "InfeasibleError",
    "LockedIn",
    "LockedOut",
    "Prerequisite",
    "Programme",
    "RobustPortfolio",
    "choose_programme",
    "connected_bundles",
    "constraint_prices",
    "core_indices",
    "corridor_bundles",
    "join_bundles",
    "opportunity_table",
    "pareto_frontier",
]
