"""What a run states at its end: that nothing passed, or nothing is in reach. No row of data is at fault."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import pandas as pd

from siteprior.pipeline.result import NOT_YET, Result

SHOWN = 3
"""Reasons named in one sentence, at most."""


def notices(result: Result) -> list[str]:
    """Return what the run states at its end, each a sentence with what to do; terminal and report show them."""
    return [*_notices(result), *reading_notices(result)]


def reading_notices(result: Result) -> list[str]:
    """Return what is to be stated of the inputs read: no bus stop in reach, few codes met, NaPTAN areas missing.

    ``check`` states it too, for nothing has to be ranked to know it.
    """
    sentences = [join.sentence for join in result.joins if join.sentence]
    if result.transit is not NOT_YET and not (result.transit.stops["mode"] == "bus").any():
        areas = ", ".join(sorted({str(code)[:3] for code in result.transit.stops.index}))
        there = f"the stops there are of NaPTAN area {areas} only" if areas else "there is no stop at all"
        add = "walks count no bus; add the NaPTAN file of the area's own buses to stops under [sources]"
        sentences.insert(0, f"no bus stop was read near the areas: {there}; {add}")
    return sentences


def _notices(result: Result) -> Iterator[str]:
    sites = result.sites
    if sites.empty:
        yield "no site was read: the registers and own sites hold none; `siteprior check` says what became of each row"
        return
    scores = sites.loc[sites["rank"].notna(), "score"]
    if scores.empty:
        yield f"no site passed the gates: {_why_none(sites)}; change [gates], or what the sites are measured against"
    elif len(scores) > 1 and (scores == scores.iloc[0]).all():
        yield "all ranked sites have one score, so all share rank 1; give weights or criteria that distinguish them"
    yield from reach_notices(sites)


def reach_notices(sites: gpd.GeoDataFrame) -> Iterator[str]:
    """Yield what is to be stated of the corridors' reach; for ``check`` as well, which ranks nothing."""
    if not sites["corridor_walk_m"].notna().any() and sites.geometry.notna().any():
        yield (
            "no site has a walk to a counted stop of a corridor: none of the corridors' stops is in reach, or none "
            "is counted as open on the network date; see [corridors] and access.gpkg"
        )


def _why_none(sites: pd.DataFrame) -> str:
    """Return the gates that refused most sites, with the nearest miss of the walk to a corridor."""
    reasons = sites["gate_reasons"].dropna().str.split("; ").explode().value_counts(sort=True)
    words = [f"{count:,} of {len(sites):,} failed by {code}" for code, count in reasons.head(SHOWN).items()]
    beyond = (
        sites["gate_reasons"].str.split("; ").map(lambda codes: "beyond_corridor_walk" in codes, na_action="ignore")
    )
    nearest = sites.loc[beyond.eq(True), "corridor_walk_m"].min()
    if "beyond_corridor_walk" in reasons.head(SHOWN).index and pd.notna(nearest):
        place = list(reasons.head(SHOWN).index).index("beyond_corridor_walk")
        words[place] += f" (nearest {nearest:,.0f} m)"
    return ", ".join(words)
