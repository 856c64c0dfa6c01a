"""Corridors side by side: sites, hectares, homes, ranks, market failure and deprivation of each; and their rankings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import (
    AREAS,
    CATCHMENTS,
    CORRIDOR_RANKINGS,
    CORRIDOR_SUMMARY,
    CORRIDORS,
    DEPRIVATION,
    SITE_CORRIDORS,
    SITES,
    VERDICTS,
    check,
    conform,
)
from siteprior.joins._geometry import Geometries, Objects, geometries
from siteprior.walking.network import Floats, Ints

NEEDS = ("hectares", "capacity_dwellings", "market_failure", "imd_percentile", "imd_decile", "eligible", "rank")
OF_NEED = replace(AREAS, declared=(*AREAS.declared, *DEPRIVATION.declared))
"""Areas with the deprivation joined to them."""

SHARES = {verdict: verdict.lower().replace(" ", "_") + "_share" for verdict in VERDICTS}


def corridor_summary(
    corridors: gpd.GeoDataFrame,
    site_corridors: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    *,
    catchments: gpd.GeoDataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    shortlist: Collection[str] | None = None,
) -> pd.DataFrame:
    """Sum up each corridor: its sites in reach, their hectares and homes, ranks, verdicts and deprivation.

    Within a corridor nothing counts twice: a site has one row there, and catchments that overlap are one. A site in
    reach of several corridors counts in each of them, and ``shared_sites`` and ``note`` say how many do. Sums leave
    out what is not known, and say of how many sites; a sum of nothing known is missing, not zero.

    With catchments, deprivation is that of the areas within the corridor's catchment, by the part of each that lies
    in it: weighted by ``population`` where ``areas`` has such a column (people taken as evenly spread within an
    area), else by hectares. Without, or for a corridor that has none, each site in reach counts once.
    ``deprivation_basis`` says which.

    Parameters
    ----------
    corridors
        :data:`siteprior.core.schema.CORRIDORS`.
    site_corridors
        :data:`siteprior.core.schema.SITE_CORRIDORS`, as :func:`siteprior.joins.corridor_sites.corridor_sites` gives it.
    sites
        The same sites, joined, appraised and ranked.
    catchments
        Polygons on EPSG:27700 with the column (or index) ``corridor``; several of one corridor are united.
    areas
        :data:`siteprior.core.schema.AREAS` with ``imd_percentile`` and ``imd_decile``, and ``population`` where known;
        needed with catchments.
    shortlist
        The ``site_id`` on the shortlist; an opportunity counts where any member of it (``ranked_as``) is in reach.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.CORRIDOR_SUMMARY`, in the order of ``corridors``; shares are per cent.

    Raises
    ------
    InputError
        When a table is not what it should be, ``site_corridors`` names other sites or corridors, or catchments come
        without areas.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> lines, rows, sites = run["corridors"], run["corridor_sites"], run["sites"]
    >>> rows.index.name = "site_corridor"
    >>> table = sp.corridors.summary(lines.set_index("corridor"), rows, sites)
    >>> table[["sites", "hectares"]].head(2).values.tolist()
    [[87, 84.8439], [5, 3.21]]
    """
    _refuse_unrelated(corridors, site_corridors, sites, catchments, areas)
    facts = pd.DataFrame(sites).reindex(columns=[*NEEDS, "settled", "counted_in"])
    facts = facts.assign(ranked_as=_ranked_as(sites)).reindex(site_corridors["site_id"])
    reach = facts.assign(
        corridor=site_corridors["corridor"].to_numpy(dtype=object),
        shared=site_corridors["site_id"].duplicated(keep=False).to_numpy(),
        listed=False if shortlist is None else facts["ranked_as"].isin(list(shortlist)).to_numpy(),
    ).reset_index()
    table = pd.DataFrame(corridors)[["kind", "length_m", "stops", "open_stops"]]
    reach["of"] = table.index.get_indexer(pd.Index(reach["corridor"]))
    table = table.join(_sums(reach, table.index))
    deprivation = _of_sites(reach, table.index)
    if catchments is not None and areas is not None:
        measured = _of_catchments(catchments, areas)
        drawn = table.index.intersection(measured.index)
        deprivation.loc[drawn, list(measured)] = measured.loc[drawn]
    table = table.join(deprivation)
    if shortlist is None:
        table["shortlist_sites"] = None
    table["note"] = [_note(*counts) for counts in zip(table["sites"], table["shared_sites"], strict=True)]
    summary: pd.DataFrame = conform(table, CORRIDOR_SUMMARY)
    return summary


def corridor_rankings(site_corridors: pd.DataFrame, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Rank the sites of each corridor by their rank among all: ``rank_in_corridor`` 1 is first, equal ones share.

    Sites ranked as one opportunity (``ranked_as``) count as one, and each carries its rank.

    Parameters
    ----------
    site_corridors
        :data:`siteprior.core.schema.SITE_CORRIDORS`.
    sites
        The same sites, ranked; those without a rank are left out.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.CORRIDOR_RANKINGS`, by corridor, rank in it and ``site_id``.

    Raises
    ------
    InputError
        When a table is not what it should be, or ``site_corridors`` names other sites.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> known = {"corridor": "Line 1", "kind": "metro", "order": [1, 2], "state": "open"}
    >>> known["stop_name"] = ["Alder", "Birch"]
    >>> calls = gpd.GeoDataFrame(known, index=pd.Index(["1#1", "1#2"], name="corridor_stop_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000, 401000], [290000] * 2))
    >>> calls = sp.schema.conform(calls, sp.schema.CORRIDOR_STOPS)
    >>> lines = sp.transit.corridor_lines(calls)
    >>> rows = sp.corridors.sites(sites, calls, lines)
    >>> ranked = sites.assign(eligible="yes", rank=[7, 3], score=[0.4, 0.6])
    >>> sp.corridors.rankings(rows, ranked)[["site_id", "rank_in_corridor", "rank"]].values.tolist()
    [['b', 1, 3], ['a', 2, 7]]
    """
    check(site_corridors, SITE_CORRIDORS, name="site_corridors")
    check(sites, SITES, name="sites", needs=["rank", "score", "site_name"])
    _known("site_corridors", "site", site_corridors["site_id"], sites.index)
    facts = pd.DataFrame(sites)[["rank", "score", "site_name"]].assign(ranked_as=_ranked_as(sites))
    facts = facts.reindex(site_corridors["site_id"])
    table = site_corridors.assign(**{str(name): facts[name].array for name in facts})
    table = table[table["rank"].notna()]
    once = table[~table.duplicated(["corridor", "ranked_as"])]
    ranks = once.groupby("corridor")["rank"].rank(method="min").astype("Int64")
    by_opportunity = pd.MultiIndex.from_frame(once[["corridor", "ranked_as"]])
    places = ranks.set_axis(by_opportunity).reindex(pd.MultiIndex.from_frame(table[["corridor", "ranked_as"]]))
    table["rank_in_corridor"] = places.array
    table = table.sort_values(["corridor", "rank_in_corridor", "site_id"], kind="stable")
    rankings: pd.DataFrame = conform(table[CORRIDOR_RANKINGS.names], CORRIDOR_RANKINGS)
    return rankings


def _refuse_unrelated(
    corridors: gpd.GeoDataFrame,
    site_corridors: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    catchments: gpd.GeoDataFrame | None,
    areas: gpd.GeoDataFrame | None,
) -> None:
    """Refuse tables that are not what they should be, or do not belong together."""
    check(corridors, CORRIDORS, name="corridors")
    check(site_corridors, SITE_CORRIDORS, name="site_corridors")
    check(sites, SITES, name="sites", needs=NEEDS)
    _known("site_corridors", "site", site_corridors["site_id"], sites.index)
    _known("site_corridors", "corridor", site_corridors["corridor"], corridors.index)
    if catchments is None:
        return
    if areas is None:
        raise InputError("areas: catchments need the areas whose deprivation is known; give areas, too")
    check(areas, OF_NEED, name="areas", needs=["imd_percentile", "imd_decile"])
    check(catchments, replace(CATCHMENTS, index=""), name="catchments", needs=(), may_have=("corridor",))
    if "corridor" not in [*catchments.columns, catchments.index.name]:
        raise InputError(f"catchments: lacks the column corridor; it has {', '.join(map(str, catchments.columns))}")
    _known("catchments", "corridor", pd.Series(_names(catchments)), corridors.index)


def _known(table: str, what: str, named: pd.Series, known: pd.Index) -> None:
    """Refuse rows about sites or corridors that do not exist."""
    strange = named[named.notna() & ~named.isin(known)]
    if len(strange):
        raise InputError(
            f"{table}: {len(strange)} rows name a {what} that does not exist, the first '{strange.iloc[0]}'; "
            f"make the table from the same {what}s"
        )


def _sums(reach: pd.DataFrame, corridors: pd.Index) -> pd.DataFrame:
    """Sum up the sites in reach of each corridor; by site, each once. ``of`` is the place of a row's corridor."""
    ranked = reach[reach["rank"].notna()]
    once = ranked[ranked["counted_in"].isna()]
    best = ranked.sort_values(["rank", "site_id"]).drop_duplicates("of").set_index("of")
    best = best[["rank", "site_id"]].reindex(range(len(corridors)))

    def rows(of: pd.DataFrame) -> Ints:
        return np.bincount(of["of"], minlength=len(corridors))

    def where(of: pd.Series) -> Ints:
        return rows(reach[of.fillna(False).astype(bool)])

    judged = where(reach["market_failure"].notna())
    shares = {
        name: np.where(judged > 0, 100 * where(reach["market_failure"] == verdict) / np.maximum(judged, 1), np.nan)
        for verdict, name in SHARES.items()
    }
    settled = pd.Series(where(reach["settled"] == "yes")).where(where(reach["settled"].notna()) > 0)
    columns = {
        "sites": rows(reach),
        "shared_sites": where(reach["shared"]),
        "eligible_sites": where(reach["eligible"] == "yes"),
        "ranked_sites": rows(ranked),
        "ranked_opportunities": rows(ranked.drop_duplicates(["of", "ranked_as"])),
        "shortlist_sites": rows(reach[reach["listed"]].drop_duplicates(["of", "ranked_as"])),
        "best_rank": best["rank"].array,
        "best_site": best["site_id"].array,
        "hectares": _sum(reach, "hectares", corridors),
        "hectares_unknown": where(reach["hectares"].isna()),
        "homes": _sum(reach, "capacity_dwellings", corridors),
        "homes_unknown": where(reach["capacity_dwellings"].isna()),
        "ranked_homes": _sum(once, "capacity_dwellings", corridors),
        "ranked_homes_unknown": rows(once[once["capacity_dwellings"].isna()]),
        "settled_sites": settled.array,
        **shares,
    }
    return pd.DataFrame(columns, index=corridors)


def _sum(reach: pd.DataFrame, column: str, corridors: pd.Index) -> Floats:
    """Return the sum of what is known of a column per corridor; missing where nothing is."""
    rows = reach[["of", column]].sort_values("of", kind="stable")
    values = rows[column].to_numpy(dtype=float, na_value=np.nan)
    at, starts = np.unique(rows["of"].to_numpy(), return_index=True)
    sums = np.full(len(corridors), np.nan)
    for corridor, part in zip(at, np.split(values, starts[1:]), strict=False):
        sums[corridor] = np.nan if np.isnan(part).all() else np.nan_to_num(part).sum()
    return sums


def _ranked_as(sites: pd.DataFrame) -> pd.Series:
    """Return the site each is ranked as: its own where the table does not say, or it has no rank."""
    own = pd.Series(sites.index, index=sites.index, dtype="str")
    return sites["ranked_as"].astype("str").fillna(own) if "ranked_as" in sites else own


def _of_sites(reach: pd.DataFrame, corridors: pd.Index) -> pd.DataFrame:
    """Return the deprivation of the sites in reach of each corridor, each counted once."""
    known = reach[reach["imd_percentile"].notna() & reach["imd_decile"].notna()]
    deprived = known[known["imd_decile"] <= load_parameters("corridors").number("deprived_decile")]
    near, judged, poor = (np.bincount(of["of"], minlength=len(corridors)) for of in (reach, known, deprived))
    some, any_near = np.where(judged > 0, judged, np.nan), np.where(near > 0, near, np.nan)
    columns = {
        "imd_percentile": _sum(known, "imd_percentile", corridors) / some,
        "deprived_share": 100 * (poor / some),
        "deprivation_known": 100 * judged / any_near,
        "deprivation_basis": pd.Series("sites", index=corridors).where(near > 0),
    }
    return pd.DataFrame(columns, index=corridors)


def _of_catchments(catchments: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the deprivation of each corridor's catchment, by the part of each area that lies in it."""
    drawn = catchments[catchments.geometry.notna() & ~catchments.geometry.is_empty]
    pieces = drawn.geometry.groupby(_names(drawn), sort=True)
    names = list(pieces.groups)
    shapes: Geometries = np.full(len(names), None, dtype=object)
    shapes[:] = [shapely.union_all(geometries(piece)) for _, piece in pieces]
    area_shapes = geometries(areas)
    at, area = shapely.STRtree(area_shapes).query(shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(shapes[at], area_shapes[area]))
    facts = areas.iloc[area]
    weight = shared.copy()
    if _weighting(areas) == "population":
        weight *= facts["population"].to_numpy(dtype=float) / shapely.area(area_shapes[area])
    percentile, decile = facts["imd_percentile"].to_numpy(dtype=float), facts["imd_decile"].to_numpy(dtype=float)
    known = np.isfinite(percentile) & np.isfinite(decile) & np.isfinite(weight)
    deprived = decile <= load_parameters("corridors").number("deprived_decile")
    sums = [np.bincount(at[known], values[known], minlength=len(names))
            for values in (weight, weight * percentile, weight * deprived, shared)]  # fmt: skip
    total = np.where(sums[0] > 0, sums[0], np.nan)
    return pd.DataFrame(
        {
            "imd_percentile": sums[1] / total,
            "deprived_share": 100 * sums[2] / total,
            "deprivation_known": np.minimum(100 * sums[3] / shapely.area(shapes), 100),
            "deprivation_basis": f"catchment by {_weighting(areas)}",
        },
        index=pd.Index(names, dtype=object),
    )


def _names(catchments: gpd.GeoDataFrame) -> Objects:
    """Return the corridor of each catchment, from its column or the index."""
    names = catchments["corridor"] if "corridor" in catchments.columns else catchments.index
    return np.asarray(names, dtype=object)


def _weighting(areas: gpd.GeoDataFrame) -> str:
    """Return what areas are weighted by: their people where the table counts them, else their area."""
    return "population" if "population" in areas.columns else "area"


def _note(sites: int, shared: int) -> str:
    """Return in words how the corridor's sites count elsewhere."""
    if not shared:
        return "no site in reach counts in another corridor" if sites else "no site in reach"
    return f"{shared} of {sites} sites in reach are in reach of other corridors, too, and count in each"
