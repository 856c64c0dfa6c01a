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
    "Assessment": "assessment",
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
    "failure_signals": "appraisal.signals",
    "failure_verdict": "appraisal.failure",
    "apply_gates": "ranking.gates",
    "criteria_table": "ranking.criteria",
    "criterion": "ranking.criteria",
    "measure": "ranking.criteria",
    "score": "ranking.scoring",
    "rank": "ranking.scoring",
    "rank_bands": "ranking.robustness",
    "access": "accessing",
    "fetch": "fetching",
    "read_streets": "sources.streets.reader",
    "read_timetables": "sources.timetables.reader",
    "corridor_from_timetable": "sources.timetables.lines",
    "apply_scenario": "sources.transit.scenarios",
    "with_slope": "joins.slope",
    "snap": "joins.walking",
    "walks": "joins.walking",
    "access_index": "joins.ptal",
    "join_access_index": "joins.ptal_sites",
    "access_grid": "joins.ptal_grid",
    "well_connected": "joins.stations",
    "catchments": "joins.catchments",
    "corridor_catchments": "joins.catchments",
    "corridor_sites": "joins.corridor_sites",
    "corridor_summary": "joins.corridor_summary",
    "corridor_rankings": "joins.corridor_summary",
    "scenario_effects": "ranking.effects",
    "scenario_summary": "ranking.effects",
    "draw_strip_map": "publish.strip_map",
    "draw_catchments": "publish.catchment_map",
    "write_cog": "publish.rasters",
    "read_sales": "sources.prices.reader",
    "read_layer": "sources.layers.reader",
    "parse_layer": "layer_parsing",
    "join_layer": "joins.layers",
    "layer_signals": "joins.layers",
    "user_criteria": "ranking.criteria",
    "user_gates": "ranking.gates",
    "join_prices": "joins.prices",
    "comparables": "joins.prices",
    "fit_prices": "appraisal.price_surface",
    "site_values": "appraisal.price_surface",
    "load_costs": "appraisal.costs",
    "load_scheme": "appraisal.costs",
    "cost_table": "appraisal.costs",
    "remediation_range": "appraisal.remediation",
    "residual_land_value": "appraisal.viability",
    "viability": "appraisal.viability",
    "viability_lines": "appraisal.viability",
    "driver_summary": "appraisal.viability_drivers",
    "jobs_capacity": "appraisal.jobs",
    "deadweight": "appraisal.deadweight",
    "signal_table": "appraisal.signals",
    "additional_impact": "appraisal.additionality",
    "site_benefits": "appraisal.benefits",
    "check_rules": "appraisal.fund_rules",
    "rule_table": "appraisal.fund_rules",
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
