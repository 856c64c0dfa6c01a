from .changed import build_costs, programme
from .charts import plot_gaps, plot_outcomes, plot_verdicts, plot_walks
from .handing import hand_over, live_map, save_layer
from .opening import about, side_by_side, start
from .reasons import changes, moved, why
from .since import became, benefits
from .views import show, tables

__all__ = [
    "about",
    "became",
    "benefits",
    "build_costs",
    "changes",
    "hand_over",
    "live_map",
    "moved",
    "plot_gaps",
    "plot_outcomes",
    "plot_verdicts",
    "plot_walks",
    "programme",
    "save_layer",
    "show",
    "side_by_side",
    "start",
    "tables",
    "why",
]
