from .reader import read_layer as read

__all__ = [
    "read",
]
