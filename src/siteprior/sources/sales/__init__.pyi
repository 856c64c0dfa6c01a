from .reader import read_sales as read

__all__ = [
    "read",
]
