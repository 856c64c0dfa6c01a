"""The declared tables and shared columns by the names the rest of siteprior uses; each stands in ``tables/*.toml``."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from siteprior.core.errors import unknown
from siteprior.core.schema.load import load_declarations
from siteprior.core.schema.model import Column, SchemaError, register_columns

DECLARED = load_declarations()

REGISTER = DECLARED.table("sites_as_read")
POSTCODES = DECLARED.table("postcodes")
SHAPES = DECLARED.table("shapes_given")
SITE_SHAPES = DECLARED.table("site_shapes")
STOPS = DECLARED.table("stops")
CORRIDORS = DECLARED.table("corridors")
CORRIDOR_STOPS = DECLARED.table("corridor_stops")
CATCHMENTS = DECLARED.table("catchments")
AREAS = DECLARED.table("areas")
DEPRIVATION = DECLARED.table("deprivation")
SITES = DECLARED.table("sites")
SCENARIO_EFFECTS = DECLARED.table("scenario_effects")
SCENARIO_SUMMARY = DECLARED.table("scenario_summary")
HISTORY = DECLARED.table("history")
ACCESS_GRID = DECLARED.table("access_grid")
SERVICE_STOPS = DECLARED.table("service_stops")
SERVICES = DECLARED.table("services")
DEPARTURES = DECLARED.table("departures")
SITE_CORRIDORS = DECLARED.table("site_corridors")
CORRIDOR_RANKINGS = DECLARED.table("corridor_rankings")
CORRIDOR_SUMMARY = DECLARED.table("corridor_summary")
DEADWEIGHT_EVIDENCE = DECLARED.table("deadweight_evidence")
VIABILITY_LINES = DECLARED.table("viability_lines")
VIABILITY_DRIVERS = DECLARED.table("viability_drivers")
SALES = DECLARED.table("sales")
AREA_SALES = DECLARED.table("sales_by_area")
NEAREST_SALES = DECLARED.table("nearest_sales")
COMPARABLES = DECLARED.table("comparables")
SIGNALS_TABLE = DECLARED.table("market_failure_signals")
EVIDENCE_GAPS = DECLARED.table("evidence_gaps")
EVIDENCE_FILES = DECLARED.table("evidence_files")
PRICE_VALIDATION = DECLARED.table("price_validation")
FUND_RULE_RESULTS = DECLARED.table("fund_rule_results")
ISSUES = DECLARED.table("issues")
DUPLICATES = DECLARED.table("duplicates")
ACCESS_ROUTES = DECLARED.table("access_routes")
OPPORTUNITIES = DECLARED.table("opportunities")
OPPORTUNITY_LINKS = DECLARED.table("opportunity_links")
TOP_K_ACCEPTABILITY = DECLARED.table("top_k_acceptability")
DECISIONS = DECLARED.table("decisions")
PROGRAMME = DECLARED.table("programme")
CORE_INDEX = DECLARED.table("core_index")
PROGRAMME_CONSTRAINTS = DECLARED.table("programme_constraints")
PROGRAMME_FRONTIER = DECLARED.table("programme_frontier")

(SITE_ID,) = DECLARED.columns("site_id")
SITE_SHAPE_COLUMNS = DECLARED.columns("site_shape")
SITE_AREA_COLUMNS = DECLARED.columns("site_area")
SITE_ACCESS_COLUMNS = DECLARED.columns("site_access")
SITE_PTAL_COLUMNS = DECLARED.columns("site_access_index")
SITE_CORRIDOR_COLUMNS = DECLARED.columns("site_corridor")
SITE_HISTORY_COLUMNS = DECLARED.columns("site_history")
SITE_OPPORTUNITY_COLUMNS = DECLARED.columns("site_opportunity")
SITE_DECISION_COLUMNS = DECLARED.columns("site_decision")
SITE_APPRAISAL_COLUMNS = DECLARED.columns("site_appraisal")
SITE_JOBS_COLUMNS = DECLARED.columns("site_jobs")
SITE_DEADWEIGHT_COLUMNS = DECLARED.columns("site_deadweight")
SITE_PRICE_COLUMNS = DECLARED.columns("site_prices")
SITE_VALUE_COLUMNS = DECLARED.columns("site_values")
SITE_VIABILITY_COLUMNS = DECLARED.columns("site_viability")
SITE_HEADROOM_COLUMNS = DECLARED.columns("site_headroom")
SITE_ACQUISITION_COLUMNS = DECLARED.columns("site_acquisition")
SITE_BENEFIT_COLUMNS = DECLARED.columns("site_benefits")
SITE_RULE_COLUMNS = DECLARED.columns("site_fund_rules")
SITE_RANKING_COLUMNS = DECLARED.columns("site_ranking")

DEPRIVATION_COLUMNS = DECLARED.columns("deprivation_domains")
IMD_EDITION, LSOA_YEAR, IMD_PERCENTILE = DEPRIVATION.declared[:3]
DOMAINS = DECLARED.each("deprivation_domains")
"""The index and its seven domains, by the prefix their columns carry."""

TABLES = (SITES, DECISIONS, OPPORTUNITIES, OPPORTUNITY_LINKS, TOP_K_ACCEPTABILITY,
          PROGRAMME, CORE_INDEX, PROGRAMME_CONSTRAINTS, PROGRAMME_FRONTIER,
          SITE_SHAPES, SHAPES, STOPS, CORRIDOR_STOPS, CORRIDORS, CATCHMENTS, AREAS, DEPRIVATION, POSTCODES,
          HISTORY, SCENARIO_EFFECTS, SCENARIO_SUMMARY, ACCESS_GRID, SERVICE_STOPS,
          SERVICES, DEPARTURES, SITE_CORRIDORS, CORRIDOR_RANKINGS, CORRIDOR_SUMMARY,
          FUND_RULE_RESULTS, VIABILITY_LINES, VIABILITY_DRIVERS, SALES, AREA_SALES, NEAREST_SALES,
          DEADWEIGHT_EVIDENCE, SIGNALS_TABLE, EVIDENCE_GAPS, EVIDENCE_FILES, PRICE_VALIDATION, COMPARABLES)  # fmt: skip
"""The tables of the data dictionary, in its order; :data:`REGISTER` is part of :data:`SITES`."""

CSV_TABLES = {table.csv: table for table in (*TABLES, ISSUES, DUPLICATES, ACCESS_ROUTES) if table.csv}
"""The tables a run writes as CSV, by the name of the file without its ending."""


def extend(table: str, columns: Iterable[Column]) -> None:
    """Add columns to a declared table, as a module does that registers a source, criterion, gate or signal of its own.

    To be called when the module is imported, before tables are read or written. From then on the columns follow the
    declared ones wherever these are asked for: :func:`~siteprior.core.schema.check`,
    :func:`~siteprior.core.schema.conform`, :func:`data_dictionary`, GeoPackage and ``datapackage.json``.

    Parameters
    ----------
    table
        The table's name, such as ``"sites"``.
    columns
        Columns with name, kind, label and meaning, numbers with their unit; no name or label may stand twice.

    Raises
    ------
    SchemaError
        When there is no such table, or a column is incomplete or stands there already and differs. The same
        registration again changes nothing.

    Examples
    --------
    >>> extend("sites", [Column("walk_m", "number", "Flood depth", "Depth of the flood", "m")])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.schema.model.SchemaError: table 'sites': column 'walk_m' is declared already, and differently; ...
    """
    by_name = {declared.name: declared for declared in (*TABLES, REGISTER, *CSV_TABLES.values())}
    if table not in by_name:
        raise SchemaError(unknown("table", table, by_name))
    register_columns(by_name[table], columns)


def data_dictionary() -> pd.DataFrame:
    """Return every declared column as a table: table, column, kind, unit, label, meaning, source, allowed values.

    Examples
    --------
    >>> import siteprior as sp
    >>> table = sp.schema.data_dictionary()
    >>> table.query("table == 'stops'")["column"].head(3).tolist()
    ['stop_name', 'mode', 'state']
    """
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "column": column.name,
                "kind": column.kind,
                "unit": column.unit,
                "label": column.label,
                "meaning": column.meaning,
                "source": column.source,
                "allowed": " | ".join(column.allowed),
            }
            for table in TABLES
            for column in table.columns
        ]
    )
