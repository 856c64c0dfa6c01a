from .catchment_areas import catchments, corridor_catchments
from .ptal import access_index as index
from .ptal_grid import access_grid as grid
from .ptal_sites import join_access_index as join_index
from .stations import well_connected
from .walk_access import join_access as join
from .walks import Walking

__all__ = [
    "Walking",
    "catchments",
    "corridor_catchments",
    "grid",
    "index",
    "join",
    "join_index",
    "well_connected",
]
