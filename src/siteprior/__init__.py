"""siteprior: rank brownfield sites for acquisition along public-transport corridors, and say why and how sure.

The names below are the whole public face; each is loaded when first used, so that ``import siteprior`` is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "InputError": "errors",
    "OutputError": "errors",
    "ProjectError": "errors",
    "SitePriorError": "errors",
    "Reading": "issues",
    "data_dictionary": "schema",
    "load_presets": "presets",
    "load_project": "project",
    "Assessment": "pipeline",
    "assess": "pipeline",
    "audit": "auditing",
    "check": "pipeline",
    "demo": "pipeline",
    "open_run": "record",
    "run": "pipeline",
    "read_registers": "sources.registers.reader",
    "read_own_sites": "sources.registers.own_sites",
    "read_stops": "sources.transit.naptan",
    "read_openings": "sources.transit.openings",
    "apply_openings": "sources.transit.openings",
    "read_areas": "sources.areas.lsoa",
    "read_deprivation": "sources.areas.deprivation",
    "with_deprivation": "sources.areas.deprivation",
    "read_corridor_stops": "sources.transit.corridors",
    "read_corridor_lines": "sources.transit.corridors",
    "corridor_lines": "sources.transit.corridors",
    "apply_openings_to_corridor": "sources.transit.openings",
    "stops_along": "sources.transit.corridors",
    "read_postcodes": "sources.places.postcodes",
    "read_shapes": "sources.places.shapes",
    "site_shapes": "sources.places.shapes",
    "register_history": "sources.identity.history",
    "vintages_of": "sources.identity.vintages",
    "find_duplicates": "sources.identity.duplicates",
    "merge_duplicates": "sources.identity.merging",
    "join_history": "joins.history",
    "join_areas": "joins.areas",
    "join_access": "joins.access",
    "join_corridors": "joins.corridors",
    "capacity": "appraisal.homes",
    "failure_signals": "appraisal.failure",
    "failure_verdict": "appraisal.failure",
    "apply_gates": "ranking.gates",
    "criteria_table": "ranking.criteria",
    "criterion": "ranking.criteria",
    "measure": "ranking.criteria",
    "score": "ranking.scoring",
    "rank": "ranking.scoring",
    "rank_bands": "ranking.robustness",
    "write_geopackage": "publish.geopackage",
    "draw_map": "publish.maps",
    "copy_notebooks": "publish.notebooks",
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    """Load a public name from its module the first time it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"siteprior has no name '{name}'; it has {', '.join(__all__)}")
    value = getattr(import_module(f"siteprior.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
