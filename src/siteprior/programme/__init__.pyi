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
    "choose_programme",
]
