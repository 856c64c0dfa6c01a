"""What of a run is so large that all of it stands in Parquet; what people open beside it holds the shortlist alone.

``whole`` of the record names these files: it is asked once what is large, and everything else reads it there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.pipeline.result import Result
from siteprior.report.geopackage.geoparquet import whole_layer
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES
from siteprior.report.long_tables import is_large

WHOLE = "whole"
"""The key of ``run.json`` that names the files of large tables and layers."""

RANKING = "ranking.parquet"


def market_tables(done: Result) -> dict[str, pd.DataFrame]:
    """Return the long tables behind the verdicts by the name of their file, those that have a row.

    The appraisal has a row per shortlisted site, also where none could be appraised: that is no table.
    """
    lines = done.viability_lines
    tables = {
        "market_failure": done.signals,
        "evidence_gaps": done.evidence_gaps,
        "evidence_files": done.evidence_files,
        "deadweight": done.deadweight_evidence,
        "fund_rules": done.fund_rules,
        "viability_drivers": done.viability_drivers,
        "viability_lines": lines if lines.notna().any(axis=None) else lines.iloc[:0],
        "price_validation": done.price_validation.reset_index(),
        "comparables": done.comparables,
    }
    return {name: table for name, table in tables.items() if len(table)}


def whole_files(tables: Mapping[str, pd.DataFrame], layers: Mapping[str, gpd.GeoDataFrame]) -> list[str]:
    """Return the Parquet files that tables with ``site_id`` and layers need, by the sizes in the parameters ``report``.

    Examples
    --------
    >>> sites = pd.DataFrame(0, index=pd.RangeIndex(1_001, name="site_id"), columns=range(1_000))
    >>> whole_files({"ranking": sites, "comparables": sites.head()}, {"stops": gpd.GeoDataFrame(index=range(30_001))})
    ['ranking.parquet', 'geoparquet/stops.parquet']
    """
    from siteprior.report.geopackage.near_shortlist import large_layers

    long = (name for name, table in tables.items() if "site_id" in (table.index.name, *table) and is_large(table))
    return [*(f"{name}.parquet" for name in long), *map(whole_layer, large_layers(layers))]


def whole_files_of(done: Result) -> list[str]:
    """Return the Parquet files that hold all rows of a run's large tables and layers."""
    layers = {"stops": done.stops, "areas": done.areas}
    return whole_files({"ranking": done.sites, **market_tables(done)}, layers)


def listed_sites(done: Result) -> list[str]:
    """Return the sites of the shortlist: the largest of each opportunity, and the plots that are ranked as it."""
    sites = done.sites
    ranked_as = sites["ranked_as"] if "ranked_as" in sites else sites.index.to_series()
    return [str(site) for site in sites.index[ranked_as.isin(done.shortlist.index)]]


def listed_attributes(done: Result, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Return the tables of a GeoPackage; of a large ranking ``site_attributes`` of the shortlisted sites alone.

    ``ranking.parquet`` has them of all sites.
    """
    if SITE_ATTRIBUTES not in tables or RANKING not in done.record.get(WHOLE, ()):
        return tables
    rest = tables[SITE_ATTRIBUTES]
    return {**tables, SITE_ATTRIBUTES: rest[rest.index.isin(listed_sites(done))]}


def large_notices(done: Result, whole: Sequence[str]) -> Iterator[str]:
    """Yield which tables and layers have all rows in the files ``whole``, and what is listed beside these."""
    if RANKING in whole:
        yield (
            f"all {len(done.sites):,} sites are too many for a spreadsheet: ranking.csv, and site_attributes in "
            f"shortlist.gpkg, hold the {len(listed_sites(done)):,} of the shortlist; {RANKING} has all"
        )
    tables = [file for file in whole if "/" not in file and file != RANKING]
    if tables:
        csv = " and ".join(file.replace(".parquet", ".csv") for file in tables)
        holds = "hold" if len(tables) > 1 else "holds"
        yield f"large tables: {csv} {holds} the rows of the shortlist; {_have(tables)} all"
    if large := [name for name in ("stops", "areas") if whole_layer(name) in whole]:
        reach = load_parameters("report").number("near_shortlist_m") / 1000
        yield (
            f"of {' and '.join(large)} shortlist.gpkg holds those within {reach:g} km of the shortlist; "
            f"{_have([whole_layer(name) for name in large])} all"
        )


def without_whole(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record for a folder without the files it names as ``whole``: nor what it states of them.

    Examples
    --------
    >>> without_whole({"whole": ["ranking.parquet"], "notices": ["old registers", "ranking.parquet has all"]})
    {'notices': ['old registers']}
    """
    whole = record.get(WHOLE, ())
    kept = [one for one in record.get("notices", ()) if not any(file in one for file in whole)]
    return {key: kept if key == "notices" else value for key, value in record.items() if key != WHOLE}


def _have(files: Sequence[str]) -> str:
    return f"{' and '.join(files)} {'have' if len(files) > 1 else 'has'}"
