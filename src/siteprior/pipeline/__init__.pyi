from . import notebook

__all__ = [
    "notebook",
]
