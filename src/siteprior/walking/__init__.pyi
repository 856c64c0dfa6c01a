from .network import WalkNetwork, build_network
from .slope import with_slope
from .walk import snap, walks

__all__ = [
    "WalkNetwork",
    "build_network",
    "snap",
    "walks",
    "with_slope",
]
