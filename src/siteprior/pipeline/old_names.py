"""The names the public face had in one flat list, and where each stands now; they go in the next release but one."""

from __future__ import annotations

import warnings
from functools import reduce
from importlib import import_module
from types import MappingProxyType, ModuleType
from typing import Any

from siteprior.core.callers import callers_level
from siteprior.core.renamed import GONE_IN, RenamedWarning
from siteprior.pipeline import old_signatures as signatures

NEW_PLACES = MappingProxyType(
    {
        "Assessment": "Result",
        "access": "measure_access",
        "access_grid": "access.grid",
        "access_index": "access.index",
        "additional_impact": "benefits.additional_impact",
        "apply_gates": "ranking.apply_gates",
        "apply_openings": "transit.apply_openings",
        "apply_openings_to_corridor": "transit.apply_openings_to_corridor",
        "apply_scenario": "scenarios.apply",
        "capacity": "appraisal.homes_capacity",
        "catchments": "access.catchments",
        "check_rules": "funds.check_rules",
        "comparables": "joins.comparables",
        "copy_notebooks": "report.copy_notebooks",
        "corridor_catchments": "access.corridor_catchments",
        "corridor_from_timetable": "timetables.corridor_from_timetable",
        "corridor_lines": "transit.corridor_lines",
        "corridor_rankings": "corridors.rankings",
        "corridor_sites": "corridors.sites",
        "corridor_summary": "corridors.summary",
        "cost_table": "viability.cost_table",
        "criteria_table": "ranking.criteria_table",
        "criterion": "ranking.criterion",
        "deadweight": "appraisal.site_deadweight",
        "draw_catchments": "report.draw_catchments",
        "draw_map": "report.draw_map",
        "draw_strip_map": "report.draw_strip_map",
        "driver_summary": "viability.driver_summary",
        "failure_signals": "market_failure.failure_signals",
        "failure_verdict": "market_failure.failure_verdict",
        "find_duplicates": "registers.find_duplicates",
        "fit_prices": "prices.fit",
        "jobs_capacity": "appraisal.jobs_capacity",
        "join_access": "access.join",
        "join_access_index": "access.join_index",
        "join_areas": "joins.join_areas",
        "join_corridors": "corridors.join",
        "join_history": "joins.join_history",
        "join_layer": "joins.join_layer",
        "join_prices": "joins.join_prices",
        "layer_signals": "joins.layer_signals",
        "load_costs": "viability.load_costs",
        "load_presets": "parameters.load",
        "load_scheme": "viability.load_scheme",
        "measure": "ranking.measure",
        "merge_duplicates": "registers.merge_duplicates",
        "parse_layer": "project.parse_layer",
        "rank_bands": "ranking.rank_bands",
        "read_corridor_lines": "transit.read_corridor_lines",
        "read_corridor_stops": "transit.read_corridor_stops",
        "read_deprivation": "areas.read_deprivation",
        "read_layer": "layers.read",
        "read_openings": "transit.read_openings",
        "read_own_sites": "registers.read_own_sites",
        "read_postcodes": "registers.read_postcodes",
        "read_sales": "sales.read",
        "read_shapes": "registers.read_shapes",
        "read_streets": "streets.read",
        "read_timetables": "timetables.read",
        "register_history": "registers.history",
        "remediation_range": "viability.remediation_range",
        "residual_land_value": "viability.residual_land_value",
        "rule_table": "funds.rule_table",
        "scenario_effects": "scenarios.effects",
        "scenario_summary": "scenarios.summary",
        "signal_table": "market_failure.signal_table",
        "site_benefits": "benefits.site_benefits",
        "site_shapes": "registers.site_shapes",
        "site_values": "prices.site_values",
        "snap": "walking.snap",
        "stops_along": "transit.stops_along",
        "user_criteria": "ranking.user_criteria",
        "user_gates": "ranking.user_gates",
        "viability": "viability.site_viability",
        "viability_lines": "viability.lines",
        "vintages_of": "registers.vintages_of",
        "walks": "walking.walks",
        "well_connected": "access.well_connected",
        "with_deprivation": "areas.with_deprivation",
        "with_slope": "walking.with_slope",
        "write_cog": "report.write_cog",
        "write_geopackage": "report.write_geopackage",
    }
)
"""Each name of the flat list that the root does not bear any more, with its place below ``siteprior``."""


def old_function(name: str) -> Any:  # any name of the face
    """Return what a name of the flat list stands for, with a ``RenamedWarning`` of its new place; else ``None``."""
    if name not in NEW_PLACES:
        return None
    _warn(name)
    return as_it_was(name)


def still_callable(name: str, namespace: ModuleType) -> ModuleType:
    """Return a namespace that bears the name of an old function, such that calling it calls that, with a warning."""

    class CallableNamespace(ModuleType):
        """A namespace that is called as the function of its name was."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:  # what the function takes and gives
            _warn(name)
            return as_it_was(name)(*args, **kwargs)

    namespace.__class__ = CallableNamespace
    return namespace


def as_it_was(name: str) -> Any:  # any name of the face
    """Return what a name of the flat list stood for, with the arguments and the results it had.

    Examples
    --------
    >>> as_it_was("load_presets")("access")["walk_factor"].value
    1.3
    """
    if name in signatures.CHANGED:
        return getattr(signatures, name)
    return reduce(getattr, NEW_PLACES[name].split("."), import_module("siteprior"))


def _warn(name: str) -> None:
    """Say where a name stands now, on the line that asks for it."""
    changed = (
        ", and takes or returns something else there (docs/reference/renames.md)" if name in signatures.CHANGED else ""
    )
    warnings.warn(
        f"siteprior.{name} is now siteprior.{NEW_PLACES[name]}{changed}; the old name goes in {GONE_IN}",
        RenamedWarning,
        stacklevel=callers_level(),
    )
