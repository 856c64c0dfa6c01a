from .network import WalkNetwork
from .slope import with_slope
from .walk import snap, walks

__all__ = [
    "WalkNetwork",
    "snap",
    "walks",
    "with_slope",
]
