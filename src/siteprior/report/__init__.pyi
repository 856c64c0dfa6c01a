from .compare import compare_runs
from .geopackage.cog import write_cog
from .geopackage.write import write_geopackage
from .maps.catchments import draw_catchments
from .maps.overview import draw_map
from .maps.strip import draw_strip_map
from .notebooks.run import copy_notebooks

__all__ = [
    "compare_runs",
    "copy_notebooks",
    "draw_catchments",
    "draw_map",
    "draw_strip_map",
    "write_cog",
    "write_geopackage",
]
