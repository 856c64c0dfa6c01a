from .reader import read_streets as read

__all__ = [
    "read",
]
