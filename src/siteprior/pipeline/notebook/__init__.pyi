from .charts import plot_gaps, plot_verdicts, plot_walks
from .opening import about, side_by_side, start
from .tables import show, tables
from .why import moved, why

__all__ = [
    "about",
    "moved",
    "plot_gaps",
    "plot_verdicts",
    "plot_walks",
    "show",
    "side_by_side",
    "start",
    "tables",
    "why",
]
