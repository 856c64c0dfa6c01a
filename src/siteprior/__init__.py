"""siteprior: rank brownfield sites for acquisition along public-transport corridors, and say why and how sure.

The names below are the whole public face; each is loaded when first used, so that ``import siteprior`` is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "InputError": "core.errors",
    "OutputError": "core.errors",
    "ProjectError": "core.errors",
    "SitePriorError": "core.errors",
    "Reading": "core.issues",
    "data_dictionary": "pipeline.registered",
    "load_parameters": "core.parameters",
    "load_project": "pipeline.registered",
    "Assessment": "pipeline.result",
    "assess": "pipeline.run",
    "audit": "pipeline.audit",
    "check": "pipeline.run",
    "demo": "pipeline.run",
    "open_run": "pipeline.manifest",
    "run": "pipeline.run",
    "read_registers": "registers.read",
    "read_own_sites": "registers.own_sites",
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
    "read_postcodes": "registers.coordinates.postcodes",
    "read_shapes": "registers.coordinates.site_shapes",
    "site_shapes": "registers.coordinates.site_shapes",
    "register_history": "registers.matching.history",
    "vintages_of": "registers.matching.versions",
    "find_duplicates": "registers.matching.find_duplicates",
    "merge_duplicates": "registers.matching.merge",
    "Walking": "joins.walks",
    "join_history": "joins.history",
    "join_areas": "joins.areas",
    "join_access": "joins.walk_access",
    "join_corridors": "joins.corridors",
    "capacity": "appraisal.capacity",
    "failure_signals": "appraisal.market_failure.signals",
    "failure_verdict": "appraisal.market_failure.verdict",
    "apply_gates": "ranking.gates",
    "criteria_table": "ranking.criteria",
    "criterion": "ranking.criteria",
    "measure": "ranking.criteria",
    "score": "ranking.scoring",
    "rank": "ranking.scoring",
    "rank_bands": "ranking.rank_bands",
    "access": "pipeline.access",
    "fetch": "sources.fetch.fetch",
    "read_streets": "sources.streets.reader",
    "read_timetables": "sources.timetables.reader",
    "corridor_from_timetable": "sources.timetables.lines",
    "apply_scenario": "scenarios.scenarios",
    "with_slope": "walking.slope",
    "snap": "walking.walk",
    "walks": "walking.walk",
    "access_index": "joins.ptal",
    "join_access_index": "joins.ptal_sites",
    "access_grid": "joins.ptal_grid",
    "well_connected": "joins.stations",
    "catchments": "joins.catchments",
    "corridor_catchments": "joins.catchments",
    "corridor_sites": "joins.corridor_sites",
    "corridor_summary": "joins.corridor_summary",
    "corridor_rankings": "joins.corridor_summary",
    "scenario_effects": "scenarios.effects",
    "scenario_summary": "scenarios.effects",
    "draw_strip_map": "report.maps.strip",
    "draw_catchments": "report.maps.catchments",
    "write_cog": "report.geopackage.cog",
    "read_sales": "sources.sales.reader",
    "read_layer": "sources.layers.reader",
    "parse_layer": "project.layer_checks",
    "join_layer": "joins.layers",
    "layer_signals": "joins.layers",
    "user_criteria": "ranking.criteria",
    "user_gates": "ranking.gates",
    "join_prices": "joins.sales",
    "comparables": "joins.sales",
    "fit_prices": "appraisal.prices.surface",
    "site_values": "appraisal.prices.surface",
    "load_costs": "appraisal.viability.inputs",
    "load_scheme": "appraisal.viability.inputs",
    "cost_table": "appraisal.viability.inputs",
    "remediation_range": "appraisal.viability.remediation",
    "residual_land_value": "appraisal.viability.residual",
    "viability": "appraisal.viability.residual",
    "viability_lines": "appraisal.viability.residual",
    "driver_summary": "appraisal.viability.sensitivity",
    "jobs_capacity": "appraisal.benefits.jobs",
    "deadweight": "appraisal.deadweight",
    "signal_table": "appraisal.market_failure.signals",
    "additional_impact": "appraisal.benefits.additionality",
    "site_benefits": "appraisal.benefits.benefits",
    "check_rules": "appraisal.funds.fund_rules",
    "rule_table": "appraisal.funds.fund_rules",
    "write_geopackage": "report.geopackage.write",
    "draw_map": "report.maps.overview",
    "copy_notebooks": "report.notebooks.run",
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
