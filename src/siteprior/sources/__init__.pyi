from . import areas, layers, sales, streets, timetables, transit

__all__ = [
    "areas",
    "layers",
    "sales",
    "streets",
    "timetables",
    "transit",
]
