"""A later run made of an earlier one: facts, weights, anchors, files and release as a test states them."""

from __future__ import annotations

import copy

import geopandas as gpd

from siteprior.pipeline.opened_run import Run
from siteprior.ranking.opportunity_ranks import is_ranked_as, rank_opportunities
from siteprior.ranking.scoring import normalised, order, score


def later_run(run, *, facts=None, weights=None, anchors=None, settings=None, files=(), release=None, as_of=None,
              drop=(), rename=None, places=None):  # fmt: skip
    """Return a run as it is with changes, ranked anew by its own weights and anchors; gates are not applied again.

    Parameters
    ----------
    run
        The run it is made of, which stays as it is.
    facts
        ``{site_id: {column: value}}``.
    weights, anchors
        Weight per criterion; ``{criterion: (worst, best)}``.
    settings
        Tables of the project file in place of those recorded.
    files
        Roles of which the first file has other bytes.
    release, as_of
        Of siteprior; of the run.
    drop, rename
        Sites to leave out, and new ids.
    places
        Places of the shortlist.
    """
    record, tables = copy.deepcopy(run.record), {name: run[name] for name in run if name != "record"}
    sites, criteria = run.sites.drop(index=list(drop)).copy(), run.criteria.copy()
    for site, cells in (facts or {}).items():
        for column, value in cells.items():
            sites.loc[site, column] = value
    if rename:
        sites = sites.rename(index=rename)
        sites["ranked_as"], sites["members"] = sites["ranked_as"].replace(rename), sites["members"].replace(rename)
    for name, (worst, best) in (anchors or {}).items():
        criteria.loc[criteria["criterion"] == name, ["worst", "best"]] = worst, best
    record["settings"] |= settings or {}
    if weights:
        record["weights"] = normalised(weights)
        record["settings"]["weights"] = weights
    for role in files:
        first = next(read for read in record["inputs"] if read["role"] == role)
        first["sha256"], first["file"] = "f" * 64, "newer.csv"
    record["siteprior"], record["as_of"] = release or record["siteprior"], as_of or record["as_of"]
    bare = Run(run.folder, {**tables, "sites": sites, "criteria": criteria}, record)
    scored = score(bare)
    kept = sites.drop(columns=[name for name in scored if name in sites])
    ranked = kept.drop(columns="rank").join(scored)
    ranked["rank"] = rank_opportunities(ranked["score"], ranked)
    ordered = gpd.GeoDataFrame(order(ranked), geometry=sites.geometry.name, crs=sites.crs)
    n = places or record["settings"]["shortlist"]["n"]
    record["settings"]["shortlist"] = {"n": n}
    shortlist = ordered[is_ranked_as(ordered) & ordered["rank"].notna()].head(n)
    return Run(run.folder, {**tables, "sites": ordered, "criteria": criteria, "shortlist": shortlist}, record)


def gate_row(run, code, **changes):
    """Return the record's gates with one of them changed."""
    return [{**row, **changes} if row["gate"] == code else row for row in run.record["gates"]]
