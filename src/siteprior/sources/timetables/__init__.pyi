from .lines import corridor_from_timetable
from .reader import read_timetables as read

__all__ = [
    "corridor_from_timetable",
    "read",
]
