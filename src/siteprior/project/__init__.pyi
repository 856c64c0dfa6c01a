from .layer_checks import parse_layer
from .load import Project, load_project

__all__ = [
    "Project",
    "load_project",
    "parse_layer",
]
