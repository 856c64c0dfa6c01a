from . import access, corridors
from .areas import join_areas
from .history import join_history
from .layers import join_layer, layer_signals
from .nearest_sales import comparables
from .sales import join_prices

__all__ = [
    "access",
    "comparables",
    "corridors",
    "join_areas",
    "join_history",
    "join_layer",
    "join_prices",
    "layer_signals",
]
