"""How many registered parcels lie on each site, and how much of it they cover."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.core.parameters import load_parameters

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Shapes: TypeAlias = npt.NDArray[np.object_]
Objects: TypeAlias = npt.NDArray[np.object_]

AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

DECIMALS = 12
"""Floating-point tolerance: a site wholly under parcels has a share of 1."""


THREADS = 2
"""Parts that are cut at a time: a matter of speed, never of the result."""


class OnSites(NamedTuple):
    """What of the parcels lies on the sites: the positions of both, the part, and its area in m²."""

    site: Ints
    parcel: Ints
    parts: Shapes
    area: Floats


def parcels_of_sites(sites: Shapes, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Count the registered parcels of each site, and measure how much of it they cover.

    A parcel that lies mostly on the site, with at least three quarters of it (``share_within``), is land of the site:
    it counts from 4 m² on (``noise_m2``), garages and ransom strips too. Any other counts where it covers at least a
    tenth of the site (``share_of_site``), or where at least half of it (``share_of_parcel``) and 25 m² (``least_m2``)
    lie on the site: what is less is a neighbour whose edge is drawn over; and of these a long thin parcel is a road
    (:func:`are_roads`), and counts only where it covers half of the site. The share is of all parcels, roads and
    slivers included; where parcels overlap, once. The numbers are parameters of ``parcels``.

    Parameters
    ----------
    sites
        Polygons in metres; anything else, and what has no area, is not measured.
    parcels
        Polygons in metres with ``inspire_id``, each id once; a blank one is a parcel of its own.

    Returns
    -------
    DataFrame
        ``inspire_parcels`` (parcels) and ``registered_share`` (0–1) in the order of the sites, missing where a site is
        not measured.

    Examples
    --------
    >>> parcels = gpd.GeoDataFrame({"inspire_id": ["1", "2", "3"]},
    ...     geometry=shapely.box([0, 50, 96], 0, [50, 96, 150], 50), crs=27700)
    >>> parcels_of_sites(np.array([shapely.box(0, 0, 100, 100)], dtype=object), parcels).iloc[0].tolist()
    [2.0, 0.5]
    """
    measured = np.isin(shapely.get_type_id(sites), AREAL) & (np.nan_to_num(shapely.area(sites)) > 0)
    count, share = np.full(len(sites), np.nan), np.full(len(sites), np.nan)
    rows = np.flatnonzero(measured)
    shapes = sites[rows]
    drawn = np.asarray(parcels.geometry.array, dtype=object)
    on = _on_sites(shapes, drawn)
    counted = _counted(on, shapes, drawn)
    count[rows] = np.bincount(on.site[counted], minlength=len(rows))
    share[rows] = _covered(on, shapes, drawn)
    return pd.DataFrame({"inspire_parcels": count, "registered_share": share})


def are_roads(parcels: Shapes) -> Flags:
    """Return which parcels are long and thin, as roads are: by their compactness and their width.

    Compactness is 4π × area / perimeter², 1 for a circle; width is 2 × area / perimeter, in metres. Both have to be at
    most the parameters ``parcels.road_compactness`` and ``parcels.road_width_m``.

    Examples
    --------
    >>> are_roads(np.array([shapely.box(0, 0, 300, 10), shapely.box(0, 0, 40, 5)], dtype=object)).tolist()
    [True, False]
    """
    limits = load_parameters("parcels")
    area, perimeter = shapely.area(parcels), np.maximum(shapely.length(parcels), 1e-9)
    compactness, width = 4 * np.pi * area / perimeter**2, 2 * area / perimeter
    return np.asarray(
        (compactness <= limits.number("road_compactness")) & (width <= limits.number("road_width_m")), dtype=np.bool_
    )


def _on_sites(shapes: Shapes, drawn: Shapes) -> OnSites:
    """Find what of the parcels lies on the sites; only where a parcel crosses a site's edge is it cut."""
    site, parcel = shapely.STRtree(drawn).query(shapes, predicate="intersects")
    order = np.lexsort((parcel, site))
    site, parcel = site[order], parcel[order]
    shapely.prepare(shapes)
    parts = drawn[parcel]
    cut = np.flatnonzero(~shapely.covers(shapes[site], parts))
    parts[cut] = _areal(_by_pairs(_cut, shapes[site[cut]], parts[cut]))
    area = shapely.area(parts)
    some = area > 0  # neighbours that only touch
    return OnSites(site[some], parcel[some], parts[some], area[some])


def _counted(on: OnSites, shapes: Shapes, drawn: Shapes) -> Flags:
    """Return which of the parcels on the sites count as parcels of them."""
    limits = load_parameters("parcels")
    of_site = on.area / shapely.area(shapes)[on.site]
    of_parcel = on.area / shapely.area(drawn)[on.parcel]
    near = 1 - 1e-9  # floating-point tolerance
    own = (of_parcel >= limits.number("share_within") * near) & (on.area >= limits.number("noise_m2") * near)
    large = of_site >= limits.number("share_of_site") * near
    no_sliver = (of_parcel >= limits.number("share_of_parcel") * near) & (on.area >= limits.number("least_m2") * near)
    road = are_roads(drawn[on.parcel]) & (of_site < limits.number("road_is_the_site") * near)
    return np.asarray(own | ((large | no_sliver) & ~road), dtype=np.bool_)


def _covered(on: OnSites, shapes: Shapes, drawn: Shapes) -> Floats:
    """Return the share of each site's area that lies in parcels, overlaps once.

    Most parcels share edges and no area, so that areas can be added, which is many times as fast as a union. Those
    that overlap are taken group by group: the area of two is counted once, and only of a group in which more than two
    may share a place is the union made.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    one, other = _overlapping(on, drawn)
    links = sparse.coo_array((np.ones(len(one)), (one, other)), shape=(len(on.site), len(on.site)))
    number, group = connected_components(links, directed=False)
    members, pairs = np.bincount(group, minlength=number), np.bincount(group[one], minlength=number)
    area = np.bincount(group, weights=on.area, minlength=number)
    tree = pairs[group[one]] == members[group[one]] - 1  # a group without circles: no three can share a place
    twice = shapely.area(_by_pairs(_cut, on.parts[one[tree]], on.parts[other[tree]]))
    area -= np.bincount(group[one[tree]], weights=twice, minlength=number)
    order = np.argsort(group, kind="stable")
    starts = np.r_[0, np.cumsum(members)]
    closed = np.flatnonzero(pairs >= np.maximum(members, 2))
    with ThreadPoolExecutor(THREADS) as pool:
        groups = (on.parts[order[starts[at] : starts[at + 1]]] for at in closed.tolist())
        area[closed] = [shapely.area(union) for union in pool.map(shapely.union_all, groups)]
    site_of = on.site[order[starts[:-1]]]
    covered = np.bincount(site_of, weights=area, minlength=len(shapes))
    shares: Floats = np.minimum((covered / shapely.area(shapes)).round(DECIMALS), 1.0)
    return shares


def _overlapping(on: OnSites, drawn: Shapes) -> tuple[Ints, Ints]:
    """Return the pairs of parts on one site whose parcels share some area, by their positions."""
    used = np.unique(on.parcel)
    one, other = shapely.STRtree(drawn[used]).query(drawn[used])
    once = one < other
    one, other = used[one[once]], used[other[once]]
    share = _by_pairs(_share_area, drawn[one], drawn[other]).astype(bool)
    pairs = pd.DataFrame({"parcel": one[share], "other": other[share]})
    places = pd.DataFrame({"site": on.site, "parcel": on.parcel, "at": np.arange(len(on.site))})
    found = pairs.merge(places, on="parcel").merge(
        places.rename(columns={"parcel": "other", "at": "other_at"}), on=["site", "other"]
    )
    return found["at"].to_numpy(dtype=np.int64), found["other_at"].to_numpy(dtype=np.int64)


def _share_area(one: Shapes, other: Shapes) -> Objects:
    """Return of which pairs of polygons the insides meet."""
    return np.asarray(shapely.relate_pattern(one, other, "T********"), dtype=object)


def _cut(one: Shapes, other: Shapes) -> Objects:
    """Return what each two polygons share."""
    return np.asarray(shapely.intersection(one, other), dtype=object)


def _by_pairs(operation: Callable[[Shapes, Shapes], Objects], one: Shapes, other: Shapes) -> Objects:
    """Return the result of an operation on pairs of shapes; GEOS lets the threads run beside each other."""
    with ThreadPoolExecutor(THREADS) as pool:
        return np.concatenate(
            list(pool.map(operation, np.array_split(one, THREADS * 4), np.array_split(other, THREADS * 4)))
        )


def _areal(parts: Shapes) -> Shapes:
    """Return parts without the lines and points in which edges only touch."""
    for at in np.flatnonzero(shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION):
        pieces = shapely.get_parts(parts[at])
        parts[at] = shapely.union_all(pieces[np.isin(shapely.get_type_id(pieces), AREAL)])
    return parts
