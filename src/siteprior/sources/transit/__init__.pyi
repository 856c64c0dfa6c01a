from .corridors import corridor_lines, read_corridor_lines, read_corridor_stops, stops_along
from .naptan import read_stops
from .openings import apply_openings, apply_openings_to_corridor
from .statements import read_openings

__all__ = [
    "apply_openings",
    "apply_openings_to_corridor",
    "corridor_lines",
    "read_corridor_lines",
    "read_corridor_stops",
    "read_openings",
    "read_stops",
    "stops_along",
]
