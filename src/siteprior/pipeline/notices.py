"""What a run states at its end: that nothing passed, or nothing is in reach. No row of data is at fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from siteprior.core.short_repr import counted
from siteprior.pipeline.base_map import base_map_notices
from siteprior.pipeline.decisions import decision_notices
from siteprior.pipeline.evidence_notices import evidence_notices, fact_notices, household_notices
from siteprior.pipeline.parcel_notices import parcel_coverage_notices, parcel_file_notices
from siteprior.pipeline.provenance import lock_notices
from siteprior.pipeline.ranking_notices import site_notices, weight_notices
from siteprior.pipeline.register_notices import register_notices
from siteprior.pipeline.result import NOT_YET, Result
from siteprior.pipeline.transit_notices import area_notices, reach_notices, transit_notices
from siteprior.pipeline.whole_files import large_notices
from siteprior.project.load import DATA_ROOT_VARIABLE

SHOWN = 3
"""Reasons named in one sentence, at most."""


def notices(result: Result, whole: Sequence[str] = ()) -> list[str]:
    """Return what the run states at its end, each a sentence with what to do; terminal and report show them.

    ``whole`` names the Parquet files of large tables and layers.
    """
    return [*area_notices(result), *_notices(result, whole), *_of_reading(result)]


def reading_notices(result: Result) -> list[str]:
    """Return what is to be stated of the inputs read, lists of sites, stops, corridors and joins by code.

    ``check`` states it too, for nothing has to be ranked to know it.
    """
    return [*area_notices(result), *_of_reading(result)]


def _of_reading(result: Result) -> list[str]:
    """Return what is to be stated of the inputs read, but for NaPTAN areas that corridors lack: these come first."""
    joins = [join.sentence for join in result.joins if join.sentence]
    return [
        *_root_overridden(result),
        *lock_notices(result.project, result.provenance),
        *_empty_lists(result),
        *_unused(result),
        *register_notices(result),
        *transit_notices(result),
        *evidence_notices(result),
        *fact_notices(result),
        *decision_notices(result),
        *parcel_file_notices(result),
        *base_map_notices(result),
        *joins,
    ]


def _root_overridden(result: Result) -> Iterator[str]:
    """Yield that the files read are not those under the project's own data root."""
    if result.project.root_overridden:
        yield (
            f"{DATA_ROOT_VARIABLE} is set: the sources were read from there, and not from the data_root that the "
            "project file states; unset it to read the project's own"
        )


def _empty_lists(result: Result) -> Iterator[str]:
    """Yield which lists of the user's own hold no row that is a site."""
    for read in result.provenance:
        if read.role == "own sites" and not read.rows:
            yield f"{read.file}: holds no row that is a site; fill it, or take it out of own_sites"


def _unused(result: Result) -> Iterator[str]:
    """Yield which sources are given for nothing, as floor areas without the sales they belong to."""
    sources = result.project.sources
    if sources.floor_areas and not sources.sales:
        yield (
            f"floor_areas: {counted(len(sources.floor_areas), 'file')} not read, for they are of sales and no sales "
            "are given; add sources.sales, or take floor_areas out"
        )


def order_notices(result: Result) -> Iterator[str]:
    """Yield what is to be stated of a ranking alone: nothing passed, all are alike, or a weight rests on nothing."""
    from siteprior.ranking.opportunity_ranks import ranked_once

    sites = result.sites
    scores = sites.loc[ranked_once(sites), "score"]
    if scores.empty:
        # Where a NaPTAN area is lacking, no gate is the cause.
        lacking = any(area_notices(result))
        advice = "; change [gates], or what the sites are measured against"
        yield f"no site passed the gates: {_why_none(sites)}{'' if lacking else advice}"
    elif len(scores) > 1 and (scores == scores.iloc[0]).all():
        yield "all ranked sites have one score, so all share rank 1; give weights or criteria that distinguish them"
    yield from weight_notices(result)
    if result.programme_record is not NOT_YET and "note" in result.programme_record:
        yield str(result.programme_record["note"])


def _notices(result: Result, whole: Sequence[str]) -> Iterator[str]:
    yield from order_notices(result)
    yield from large_notices(result, whole)
    yield from reach_notices(result)
    yield from site_notices(result)
    yield from parcel_coverage_notices(result)
    yield from household_notices(result)


def _why_none(sites: pd.DataFrame) -> str:
    """Return the gates that refused most sites, with the nearest miss of the walk to a corridor."""
    codes = sites["gate_reasons"].str.split("; ").explode()
    most = codes.value_counts().head(SHOWN)
    words = {code: f"{count:,} of {len(sites):,} failed by {code}" for code, count in most.items()}
    beyond = "beyond_corridor_walk"
    nearest = sites.loc[codes.index[codes == beyond], "corridor_walk_m"].min()
    if beyond in words and pd.notna(nearest):
        words[beyond] += f" (nearest {nearest:,.0f} m)"
    return ", ".join(words.values())
