"""Land that could be assembled: sites near one another, and the stretches of a corridor between two of its sites."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siteprior.core.arguments import name_list
from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, Column
from siteprior.core.schema.check import column_fault
from siteprior.project.gates_weights import is_number
from siteprior.ranking.check_numbers import check_numbers

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]

SUMS = ("hectares", "homes", "gap_gbp")
OWNER = "owner"


def join_bundles(sites: gpd.GeoDataFrame, *, within_m: float | None = None) -> pd.DataFrame:
    """Return for each site the bundle it is in: the sites within a distance, in metres, of one another, link by link.

    Parameters
    ----------
    sites
        Points or polygons in EPSG:27700; the distance is that between the nearest parts. A site without a place is a
        bundle of its own.
    within_m
        The distance; the parameter ``bundle_m`` of ``parameters/programme.toml`` by default.

    Returns
    -------
    DataFrame
        ``bundle`` on the index of the sites: the id of its first site, in the order of ids as text.

    Raises
    ------
    InputError
        When the sites are no such table or the distance is no number from 0.

    Notes
    -----
    Single linkage: two sites farther apart than the distance are in one bundle where others lie between them.

    Examples
    --------
    >>> places = gpd.points_from_xy([0, 200, 400, 900], [0, 0, 0, 0])
    >>> sites = gpd.GeoDataFrame(geometry=places, index=["a", "b", "c", "d"], crs=27700)
    >>> join_bundles(sites, within_m=250)["bundle"].tolist()
    ['a', 'a', 'a', 'd']
    """
    distance = load_parameters("programme").number("bundle_m") if within_m is None else within_m
    faults = _place_faults(sites)
    if not is_number(distance) or distance < 0:
        faults.append(f"within_m: needs a number of metres from 0, got {within_m!r}")
    if faults:
        raise InputError(*faults)
    order = np.array(sorted(range(len(sites)), key=lambda row: str(sites.index[row])), dtype=np.int64)
    shapes = sites.geometry.to_numpy()[order]
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=float(distance))
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(shapes), len(shapes)))
    _, label = connected_components(links, directed=False)
    _, first = np.unique(label, return_index=True)  # labels count up in the order of their first site
    names = sites.index[order[first[label]]]
    bundle = pd.Series(names, index=sites.index[order], name="bundle")
    return bundle.reindex(sites.index).to_frame()


def connected_bundles(
    sites: gpd.GeoDataFrame,
    *,
    within_m: float | None = None,
    sums: str | Sequence[str] = SUMS,
    owner: str | None = OWNER,
) -> pd.DataFrame:
    """Return the bundles of two or more sites within a distance, in metres, of one another, with what they have.

    Parameters
    ----------
    sites, within_m
        As :func:`join_bundles`.
    sums
        Columns to add up.
    owner
        The column of owners' names, or ``None``.

    Returns
    -------
    DataFrame
        One row per ``bundle``: ``sites`` (how many), each sum, missing where that of one site is; ``<sum>_known``, the
        sum of what is known; ``owners``, how many different ones, missing where one is; ``site_ids``.

    Raises
    ------
    InputError
        Naming every fault of the call at once.

    Examples
    --------
    >>> places = gpd.points_from_xy([0, 200, 900], [0, 0, 0])
    >>> facts = {"hectares": [1.5, 2.0, 9.0], "homes": [40, None, 5], "owner": ["A", "B", "A"]}
    >>> sites = gpd.GeoDataFrame(facts, geometry=places, index=["a", "b", "c"], crs=27700)
    >>> found = connected_bundles(sites, within_m=250, sums=["hectares", "homes"])
    >>> found[["hectares", "homes", "homes_known", "owners"]].to_dict("index")
    {'a': {'hectares': 3.5, 'homes': nan, 'homes_known': 40.0, 'owners': 2}}
    """
    names = name_list(sums, what="sums")
    faults = _place_faults(sites)
    faults += [] if faults else _fact_faults(sites, names, [owner] if owner else [])
    if faults:
        raise InputError(*faults)
    bundle = join_bundles(sites, within_m=within_m)["bundle"]
    table = pd.DataFrame(sites.drop(columns="geometry", errors="ignore")).assign(bundle=bundle)
    table = table.iloc[sorted(range(len(table)), key=lambda row: str(table.index[row]))]
    groups = table.groupby("bundle", sort=False)
    joint = pd.DataFrame({"sites": groups.size()})
    for name in names:
        figures = table[name].astype("Float64").astype("float64")
        known = figures.groupby(table["bundle"], sort=False)
        joint[name] = known.sum().where(known.count() == joint["sites"])
        joint[f"{name}_known"] = known.sum()
    if owner:
        joint["owners"] = groups[owner].nunique().astype("Int64").where(groups[owner].count() == joint["sites"])
    ids = pd.Series(table.index.astype(str), index=table.index)
    joint["site_ids"] = ids.groupby(table["bundle"], sort=False).agg("; ".join)
    return joint[joint["sites"] > 1]


def corridor_bundles(
    sites: pd.DataFrame,
    *,
    most_m: float | None = None,
    corridor: str = "corridor",
    chainage: str = "corridor_chainage_m",
    sums: str | Sequence[str] = SUMS,
    owner: str | None = OWNER,
) -> pd.DataFrame:
    """Return every stretch of a corridor, in metres of chainage, from one of its sites to another, with all between.

    Parameters
    ----------
    sites
        One row per site. One without corridor or chainage is in none.
    most_m
        The longest stretch; any by default.
    corridor, chainage
        Columns of the corridor and of metres along it.
    sums, owner
        As :func:`connected_bundles`.

    Returns
    -------
    DataFrame
        One row per stretch with two or more sites, by corridor and chainage: ``corridor``, ``from_m``, ``to_m``,
        ``first`` and ``last`` (ids), ``sites``, the sums, ``<sum>_known``, ``owners``, as :func:`connected_bundles`.

    Raises
    ------
    InputError
        Naming every fault of the call at once.

    Notes
    -----
    Sites sorted by chainage make connected sets intervals: all n(n + 1)/2 of them are looked at, so nothing is missed.

    Examples
    --------
    >>> sites = pd.DataFrame({"corridor": "Metro", "corridor_chainage_m": [0, 500, 900], "homes": [40, 20, 10]},
    ...                      index=["a", "b", "c"])
    >>> found = corridor_bundles(sites, sums="homes", owner=None)
    >>> found[["first", "last", "from_m", "to_m", "homes"]].to_numpy().tolist()
    [['a', 'b', 0.0, 500.0, 60.0], ['a', 'c', 0.0, 900.0, 70.0], ['b', 'c', 500.0, 900.0, 30.0]]
    """
    names = name_list(sums, what="sums")
    if not isinstance(sites, pd.DataFrame):
        raise InputError(f"sites: needs a table (DataFrame), got {type(sites).__name__}")
    faults = _fact_faults(sites, (chainage, *names), [corridor, *([owner] if owner else [])])
    if most_m is not None and (not is_number(most_m) or most_m < 0):
        faults.append(f"most_m: needs a number of metres from 0, got {most_m!r}")
    if faults:
        raise InputError(*faults)
    table = sites[sites[corridor].notna() & sites[chainage].notna()]
    table = table.iloc[sorted(range(len(table)), key=lambda row: str(table.index[row]))]
    longest = np.inf if most_m is None else float(most_m)
    found = [
        _stretches(rows.sort_values(chainage, kind="stable"), longest, chainage, names, owner).assign(corridor=line)
        for line, rows in table.groupby(corridor, sort=True)
    ]
    columns = ["corridor", "from_m", "to_m", "first", "last", "sites"]
    columns += [column for name in names for column in (name, f"{name}_known")] + (["owners"] if owner else [])
    whole = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    return whole[columns]


def _stretches(
    rows: pd.DataFrame, longest: float, chainage: str, names: Sequence[str], owner: str | None
) -> pd.DataFrame:
    """Return every stretch of one corridor; its sites come in the order of chainage."""
    at = rows[chainage].to_numpy(dtype=np.float64, na_value=np.nan)
    # sites at one chainage are on every stretch that has one of them
    starts = np.flatnonzero(np.diff(at, prepend=-np.inf) > 0)
    ends = np.flatnonzero(np.diff(at, append=np.inf) > 0)
    figures = {name: rows[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names}
    owners = pd.factorize(rows[owner])[0] if owner else np.zeros(len(rows), dtype=np.int64)
    before = pd.Series(np.arange(len(rows))).groupby(owners).shift(fill_value=-1).to_numpy()
    parts = []
    for start in starts:
        last = ends[(ends > start) & (at[ends] - at[start] <= longest)]
        part = {"from_m": at[start], "to_m": at[last], "sites": last - start + 1,
                "first": rows.index[int(start)], "last": rows.index[last]}  # fmt: skip
        for name, values in figures.items():
            known = np.cumsum(np.nan_to_num(values[start:]))[last - start]
            missing = np.cumsum(np.isnan(values[start:]))[last - start] > 0
            part |= {name: np.where(missing, np.nan, known), f"{name}_known": known}
        new = np.cumsum((before[start:] < start) & (owners[start:] >= 0))[last - start]
        unknown_owner = np.cumsum(owners[start:] < 0)[last - start] > 0
        part["owners"] = pd.array(np.where(unknown_owner, np.nan, new), dtype="Int64")
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def _place_faults(sites: gpd.GeoDataFrame) -> list[str]:
    if not isinstance(sites, gpd.GeoDataFrame):
        return [f"sites: needs a table with places (GeoDataFrame), got {type(sites).__name__}"]
    if not sites.index.is_unique:
        return [f"sites: the index holds '{sites.index[sites.index.duplicated()][0]}' more than once; make it unique"]
    if sites.active_geometry_name is None or sites.crs is None or sites.crs.to_epsg() != int(CRS.split(":")[1]):
        return [f"sites: needs places in {CRS}; give them with set_crs or to_crs"]
    return []


def _fact_faults(sites: pd.DataFrame, figures: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Return which columns are not there or not of their kind."""
    known = [str(name) for name in sites.columns if name != "geometry"]
    faults = [unknown("column", name, known, where="sites") for name in (*figures, *texts) if name not in sites]
    try:
        check_numbers(pd.DataFrame(sites)[[name for name in figures if name in sites]], name="sites")
    except InputError as error:
        faults += error.faults
    for name in texts:
        if name in sites and (fault := column_fault(sites[name], Column(name, "text", name, name))):
            faults.append(f"sites: {fault}")
    return faults
