from . import appraisal, joins, programme, project, ranking, registers, report, scenarios, walking
from .appraisal import benefits, funds, market_failure, prices, viability
from .core import parameters, schema
from .core.cache_contents import cache_contents, clear_cache
from .core.cluster import cluster
from .core.errors import InputError, OutputError, ProjectError, RunWarning, SitePriorError
from .core.issues import Reading
from .joins import access, corridors
from .pipeline import notebook
from .pipeline.access import measure_access
from .pipeline.audit import audit
from .pipeline.comparison.compare import compare_runs as compare
from .pipeline.comparison.differences import run_differences
from .pipeline.comparison.outcomes import outcomes
from .pipeline.comparison.who_benefits import who_benefits
from .pipeline.comparison.whole import write_comparison
from .pipeline.hand_over import hand_over
from .pipeline.listings import criteria, data_dictionary
from .pipeline.manifest import open_run
from .pipeline.new_project.write import init_project
from .pipeline.newest_run import newest_run
from .pipeline.opened_run import Run
from .pipeline.panel import panel
from .pipeline.plots import (
    plot_bands,
    plot_contributions,
    plot_core_index,
    plot_corridor,
    plot_frontier,
    plot_map,
)
from .pipeline.registered import load_project
from .pipeline.rerank import rerank
from .pipeline.result import Result
from .pipeline.run import assess, check, demo, run
from .pipeline.shortlist_table import shortlist_table
from .pipeline.walk_surface import measure_walks
from .pipeline.write_weights import write_weights
from .programme.optimise import choose_programme
from .ranking.explanation import explain
from .ranking.scoring import rank, score
from .ranking.smaa import acceptability
from .registers.reader import read_registers
from .sources import areas, layers, sales, streets, timetables, transit
from .sources.areas.lsoa import read_areas
from .sources.fetch.fetch import fetch
from .sources.transit.naptan import read_stops

__version__: str

__all__ = [
    "InputError",
    "OutputError",
    "ProjectError",
    "Reading",
    "Result",
    "Run",
    "RunWarning",
    "SitePriorError",
    "__version__",
    "acceptability",
    "access",
    "appraisal",
    "areas",
    "assess",
    "audit",
    "benefits",
    "cache_contents",
    "check",
    "choose_programme",
    "clear_cache",
    "cluster",
    "compare",
    "corridors",
    "criteria",
    "data_dictionary",
    "demo",
    "explain",
    "fetch",
    "funds",
    "hand_over",
    "init_project",
    "joins",
    "layers",
    "load_project",
    "market_failure",
    "measure_access",
    "measure_walks",
    "newest_run",
    "notebook",
    "open_run",
    "outcomes",
    "panel",
    "parameters",
    "plot_bands",
    "plot_contributions",
    "plot_core_index",
    "plot_corridor",
    "plot_frontier",
    "plot_map",
    "prices",
    "programme",
    "project",
    "rank",
    "ranking",
    "read_areas",
    "read_registers",
    "read_stops",
    "registers",
    "report",
    "rerank",
    "run",
    "run_differences",
    "sales",
    "scenarios",
    "schema",
    "score",
    "shortlist_table",
    "streets",
    "timetables",
    "transit",
    "viability",
    "walking",
    "who_benefits",
    "write_comparison",
    "write_weights",
]
