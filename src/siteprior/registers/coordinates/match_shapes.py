"""Which polygon is which site's: by reference, or by place and size together; never by guess."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import shapely

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters


def by_reference(sites: Any, polygons: Any, log: IssueLog) -> pd.DataFrame:
    """Return the pairs of site and polygon that bear one reference: columns ``site`` and ``shape``, their labels."""
    named = polygons[polygons["reference"].notna()]
    asked = sites[sites["reference"].notna()]
    left = pd.DataFrame({"site": asked.index, "council": asked["organisation"], "written": asked["reference"]})
    right = pd.DataFrame({"shape": named.index, "stated": named["organisation"], "drawn": named["reference"]})
    left["key"], right["key"] = (t.iloc[:, 2].map(normalised).astype(object) for t in (left, right))
    pairs = left.merge(right, on="key")
    pairs = pairs[(pairs["key"] != "") & (pairs["stated"].isna() | (pairs["stated"] == pairs["council"]))]
    apart = shapely.distance(
        sites.geometry.reindex(pairs["site"]).to_numpy(), polygons.geometry.reindex(pairs["shape"]).to_numpy()
    )
    # without a place only the council's own shapes can be told to be the site's
    near = (apart <= load_parameters("shapes")["reach_m"].value) | (np.isnan(apart) & pairs["stated"].notna())
    stray = pairs.assign(apart=apart)[~near & pairs["stated"].notna() & ~pairs["site"].isin(pairs["site"][near])]
    for site, metres in stray.groupby("site", sort=False)["apart"].min().items():
        note(log, sites, site, "unknown entity",
              f"polygon not used: the one of this reference lies {metres:,.0f} m from the site")  # fmt: skip
    pairs = pairs[near]
    same = pairs["written"].astype(object).str.strip().str.upper() == pairs["drawn"].astype(object).str.upper()
    pairs = pairs[same == same.groupby(pairs["shape"]).transform("max")]
    shared = pairs["site"].groupby(pairs["shape"]).transform("size") > 1
    for site in pairs.loc[shared, "site"].unique():
        note(log, sites, site, "unknown entity", "polygon not used: another site bears its reference, too")
    pairs = pairs[~shared]
    for site, number in pairs.groupby("site", sort=False).size().items():
        if number > 1:
            note(log, sites, site, "combined-value", f"{number} polygons of this reference make up its shape")
    return pairs[["site", "shape"]]


def by_location(sites: Any, polygons: Any, log: IssueLog) -> pd.DataFrame:
    """Return the pairs of site and polygon whose places and sizes agree, one to one."""
    points, shapes = sites.geometry.to_numpy(), polygons.geometry.to_numpy()
    near_m = load_parameters("shapes")["near_m"].value
    at, which = shapely.STRtree(shapes).query(points, predicate="dwithin", distance=near_m)
    pairs = pd.DataFrame({"site": sites.index[at], "shape": polygons.index[which]})
    pairs["inside"] = shapely.distance(points[at], shapes[which]) == 0
    agree = areas_agree(sites["hectares"].to_numpy()[at], polygons["hectares"].to_numpy()[which])
    pairs = pairs[agree]
    pairs = pairs[pairs["inside"] == pairs.groupby("site")["inside"].transform("max")]
    one = pairs.groupby("site")["shape"].transform("size") == 1
    alone = pairs.groupby("shape")["site"].transform("size") == 1
    for site in pairs.loc[~one, "site"].unique():
        note(log, sites, site, "unknown entity", "polygon not used: several of its size lie here")
    for site in pairs.loc[one & ~alone, "site"].unique():
        note(log, sites, site, "unknown entity", "polygon not used: another site of its size lies there, too")
    return pairs.loc[one & alone, ["site", "shape"]]


def normalised(reference: object) -> str:
    """Return a reference as its letters and numbers, so that spellings of one reference meet and no two others do.

    Examples
    --------
    >>> normalised("BR/001"), normalised(" br 1"), normalised("S-11-2"), normalised("S-1-12")
    ('BR-1', 'BR-1', 'S-11-2', 'S-1-12')
    """
    parts = re.findall(r"[^\W\d_]+|\d+", str(reference).upper())
    return "-".join(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def areas_agree(first: Any, second: Any) -> Any:
    """Return whether two areas agree within the preset ratio; where one is missing or nought they do not."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    larger, smaller = np.fmax(first, second), np.fmin(first, second)
    both = np.isfinite(first) & np.isfinite(second) & (smaller > 0)
    return both & (larger <= load_parameters("shapes")["area_ratio"].value * smaller)


def note(log: IssueLog, sites: Any, site: Any, issue_type: str, action: str, *, value: str = "") -> None:
    """Log a finding at the row of the register the site was read from."""
    row, file = sites.loc[site, "row"], sites.loc[site, "file"]
    log.add(issue_type, file="" if pd.isna(file) else str(file), row=None if pd.isna(row) else int(row),
            field="hectares" if value else "geometry", value=value, action=action, site_id=str(site))  # fmt: skip
