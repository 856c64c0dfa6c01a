"""Which polygon is which site's: as given, by reference, or by place and size together; never by guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.core.code_join import EXAMPLES, CodeJoin, record_join, share_enough
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers.matching.similarity import reference_key
from siteprior.registers.references import lister_of, origin_of
from siteprior.registers.vocabulary import MEASURED


def all_shapes(tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Put polygons of several files, or layers of one, below one another; a label that stands again is numbered.

    Parameters
    ----------
    tables
        :data:`siteprior.core.schema.SHAPES`, areas in hectares, one table at least.

    Returns
    -------
    GeoDataFrame
        All rows in their order; ``a.gpkg#1`` of a second layer is ``a.gpkg#1~2``.

    Examples
    --------
    >>> square = gpd.GeoDataFrame({"hectares": [1.0]}, index=["a.gpkg#1"], geometry=[shapely.box(0, 0, 100, 100)])
    >>> all_shapes([square, square]).index.tolist()
    ['a.gpkg#1', 'a.gpkg#1~2']
    """
    filled = [table for table in tables if len(table)] or list(tables[:1])
    together: gpd.GeoDataFrame = filled[0] if len(filled) == 1 else pd.concat(filled)
    again = together.groupby(level=0, sort=False).cumcount().to_numpy()
    labels = [f"{label}~{before + 1}" if before else label for label, before in zip(together.index, again, strict=True)]
    return together.set_axis(pd.Index(labels, dtype=together.index.dtype, name=together.index.name))


def as_given(sites: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, log: IssueLog) -> pd.DataFrame:
    """Return the pairs of site and polygon it was given as: columns ``site`` and ``shape``, their labels."""
    given = polygons[polygons["site_id"].isin(sites.index)]
    pairs = pd.DataFrame({"site": given["site_id"].to_numpy(), "shape": given.index})
    distance = shapely.distance(np.asarray(sites.geometry.reindex(pairs["site"])), np.asarray(given.geometry))
    far = distance > load_parameters("shapes").number("reach_m")
    for site, metres in zip(pairs["site"][far], distance[far], strict=True):
        note(log, sites, str(site), "unknown entity",
              f"polygon not used: it lies {metres:,.0f} m from the place stated")  # fmt: skip
    return pairs[~far]


def of_sites_given(sites: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, log: IssueLog) -> pd.DataFrame:
    """Return the pairs of sites given as polygons and further polygons of their references, which are not used."""
    spare = by_reference(sites, polygons, IssueLog())
    for site in spare["site"].unique():
        note(log, sites, str(site), "unknown entity", "polygon of its reference not used: the site is given as one")
    return spare


def by_reference(sites: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, log: IssueLog) -> pd.DataFrame:
    """Return the pairs of site and polygon that bear one reference: columns ``site`` and ``shape``, their labels."""
    named = polygons[polygons["reference"].notna()]
    stated = sites[sites["reference"].notna()]
    left = pd.DataFrame({"site": stated.index, "council": stated["organisation"], "written": stated["reference"]})
    right = pd.DataFrame({"shape": named.index, "stated": named["organisation"], "drawn": named["reference"]})
    left["key"], right["key"] = (t.iloc[:, 2].astype(str).map(reference_key).astype(object) for t in (left, right))
    left["lister"] = _listers(stated).to_numpy()
    pairs = left.merge(right, on="key")
    whose = pairs["stated"].isna() | (pairs["stated"] == pairs["council"]) | (pairs["stated"] == pairs["lister"])
    pairs = pairs[(pairs["key"] != "") & whose]
    distance = shapely.distance(
        np.asarray(sites.geometry.reindex(pairs["site"])), np.asarray(polygons.geometry.reindex(pairs["shape"]))
    )
    # without coordinates only the council's own shapes can be matched to the site
    near = (distance <= load_parameters("shapes").number("reach_m")) | (np.isnan(distance) & pairs["stated"].notna())
    far = pairs.assign(distance=distance)[~near & pairs["stated"].notna() & ~pairs["site"].isin(pairs["site"][near])]
    for site, metres in far.groupby("site", sort=False)["distance"].min().items():
        note(log, sites, str(site), "unknown entity",
              f"polygon not used: the one of this reference lies {metres:,.0f} m from the site")  # fmt: skip
    pairs = pairs[near]
    same = pairs["written"].astype(object).str.strip().str.upper() == pairs["drawn"].astype(object).str.upper()
    pairs = pairs[same == same.groupby(pairs["shape"]).transform("max")]
    shared = pairs["site"].groupby(pairs["shape"]).transform("size") > 1
    for site in pairs.loc[shared, "site"].unique():
        note(log, sites, str(site), "unknown entity", "polygon not used: another site bears its reference, too")
    pairs = pairs[~shared]
    for site, number in pairs.groupby("site", sort=False).size().items():
        if number > 1:
            note(log, sites, str(site), "combined-value", f"{number} polygons of this reference make up its shape")
    return pd.DataFrame(pairs, columns=["site", "shape"])


def join_references(sites: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, *, file: str) -> CodeJoin:
    """Record how many references of one file of polygons are those of sites, or refuse a file of which none is.

    The fewer are looked up among the more: drawings of three sites need no polygon of all others, and a national file
    no site for each of its polygons. Where they lie is not looked at: what is too far away is left to
    :func:`by_reference`.

    Parameters
    ----------
    sites
        ``reference`` and ``organisation`` on the index ``site_id``.
    polygons
        :data:`siteprior.core.schema.SHAPES` of one file; with an ``organisation``, only the sites in it, or listed by
        it, count.
    file
        Its name.

    Raises
    ------
    InputError
        When both have references and none agrees.
    """
    councils = set(polygons["organisation"].dropna())
    own = sites
    if councils:
        own = sites[sites["organisation"].isin(list(councils)) | _listers(sites).isin(list(councils))]
    stated, drawn = _spellings(own["reference"]), _spellings(polygons["reference"])
    missing = drawn[~drawn.index.isin(stated.index)]
    name, refused = "polygons of sites", "sites' references"
    if len(drawn) > len(stated):
        missing = stated[~stated.index.isin(drawn.index)]
        lost = "these sites get their shape by place, or a disc"
        join = CodeJoin(name, refused, file, len(stated), len(stated) - len(missing), (), lost, share_enough())
    else:
        lost = f"these polygons of {file} are matched by place alone"
        of, met = f"references of {file}", len(drawn) - len(missing)
        join = CodeJoin(name, of, "the site lists", len(drawn), met, (), lost, share_enough())
    if not join.met and len(stated) and len(drawn):  # named from the side of the sites, whichever list is the longer
        join = replace(join, of=refused, file=file, codes=len(stated), unmet=(stated.iloc[0],))
        fix = "name the column with the sites' references, or none: the polygons are then matched by place"
        return record_join(join, known=drawn.iloc[0], fix=fix)
    return record_join(replace(join, unmet=tuple(missing[:EXAMPLES])), known="")


def _listers(sites: gpd.GeoDataFrame) -> pd.Series:
    """Return the code of who lists each site, which is not its council where a combined authority does."""
    return pd.Series([lister_of(str(site)) for site in sites.index], index=sites.index, dtype=object)


def _spellings(references: pd.Series) -> pd.Series:
    """Return references as they stand, each once, on the form in which spellings are one."""
    written = references.dropna().astype("str")
    keyed = pd.Series(written.to_numpy(), index=pd.Index(written.map(reference_key), dtype="str"), dtype="str")
    return keyed[~keyed.index.duplicated() & (keyed.index != "")].sort_index()


def by_location(sites: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame, log: IssueLog) -> pd.DataFrame:
    """Return the pairs of site and polygon whose places and sizes agree, one to one."""
    points, shapes = sites.geometry.to_numpy(), polygons.geometry.to_numpy()
    near_m = load_parameters("shapes").number("near_m")
    at, which = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=near_m)
    pairs = pd.DataFrame({"site": sites.index[at], "shape": polygons.index[which]})
    pairs["inside"] = shapely.distance(points[at], shapes[which]) == 0
    agree = areas_agree(sites["hectares"].to_numpy()[at], polygons["hectares"].to_numpy()[which])
    pairs = pairs[agree]
    pairs = pairs[pairs["inside"] == pairs.groupby("site")["inside"].transform("max")]
    one = pairs.groupby("site")["shape"].transform("size") == 1
    alone = pairs.groupby("shape")["site"].transform("size") == 1
    for site in pairs.loc[~one, "site"].unique():
        note(log, sites, str(site), "unknown entity", "polygon not used: several of its size lie here")
    for site in pairs.loc[one & ~alone, "site"].unique():
        note(log, sites, str(site), "unknown entity", "polygon not used: another site of its size lies there, too")
    return pd.DataFrame(pairs[one & alone], columns=["site", "shape"])


def areas_agree(
    first: pd.Series | npt.NDArray[np.float64], second: pd.Series | npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return whether two areas agree within the ratio ``area_ratio``; where one is missing or zero they do not."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    larger, smaller = np.fmax(a, b), np.fmin(a, b)
    both = np.isfinite(a) & np.isfinite(b) & (smaller > 0)
    return np.asarray(both & (larger <= load_parameters("shapes").number("area_ratio") * smaller))


def agreement(shapes: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, log: IssueLog) -> pd.Series:
    """Return whether each polygon's area agrees with the hectares stated, as yes or no, and log those that do not.

    Blank where a site has no polygon, or no area but the one measured from it.
    """
    polygon = shapes["shape_id"].notna() & (sites["hectares"] > 0)
    if "hectares_basis" in sites:
        polygon &= sites["hectares_basis"].fillna("").ne(MEASURED)
    agree = pd.Series(areas_agree(shapes["shape_hectares"], sites["hectares"]), index=sites.index)
    for site in sites.index[polygon & ~agree]:
        drawn, stated = shapes["shape_hectares"][site], sites["hectares"][site]
        note(log, sites, site, "too small" if stated < drawn else "too large",
              f"both kept: the polygon measures {drawn:.2f} ha", value=f"{stated:g}")  # fmt: skip
    return agree.map({True: "yes", False: "no"}).astype(object).where(polygon, None)


def note(log: IssueLog, sites: gpd.GeoDataFrame, site: str, issue_type: str, action: str, *, value: str = "") -> None:
    """Log an issue at the row of the register the site was read from."""
    file, row = origin_of(sites, site)
    log.add(issue_type, file=file, row=row, field="hectares" if value else "geometry", value=value,
            action=action, site_id=site)  # fmt: skip
