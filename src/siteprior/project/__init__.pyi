from .layer_checks import parse_layer
from .load import Project

__all__ = [
    "Project",
    "parse_layer",
]
