from .charts.contributions import draw_contributions
from .charts.frontier import draw_frontier
from .charts.rank_bands import draw_rank_bands
from .geopackage.cog import write_cog
from .geopackage.write import write_geopackage
from .maps.catchments import draw_catchments
from .maps.core_index import draw_core_index
from .maps.explore import explore
from .maps.overview import draw_map
from .maps.strip import draw_strip_map
from .notebooks.run import copy_notebooks
from .notebooks.shown import show_table, show_text

__all__ = [
    "copy_notebooks",
    "draw_catchments",
    "draw_contributions",
    "draw_core_index",
    "draw_frontier",
    "draw_map",
    "draw_rank_bands",
    "draw_strip_map",
    "explore",
    "show_table",
    "show_text",
    "write_cog",
    "write_geopackage",
]
