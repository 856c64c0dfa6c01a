"""What the joins share: where sites and stops are, which is nearest, and how columns come to the sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.places import centroids
from siteprior.core.schema import Column, as_kind
from siteprior.walking.network import Flags, Floats, Ints

Objects: TypeAlias = npt.NDArray[np.object_]
"""An array of shapes, names or other values that are no numbers."""

Geometries: TypeAlias = npt.NDArray[np.object_]
"""An array of shapely's shapes, ``None`` where there is none."""

Values: TypeAlias = pd.Series | npt.NDArray[np.generic] | list[str | None] | None
"""What a column is made of; ``None`` makes it missing throughout."""

NEIGHBOURS = 4
"""Neighbours asked for at once; only where all of them lie equally far is a wider search needed."""


def coordinates(table: gpd.GeoDataFrame) -> Floats:
    """Return eastings and northings in metres, one row per row of the table: a shape counts by its centroid.

    Rows without a place give ``nan``.
    """
    return centroids(geometries(table))


def known_places(places: Floats) -> Flags:
    """Return which places are known: rows of finite eastings and northings."""
    return np.asarray(np.isfinite(places).all(axis=1))


def points_at(places: Floats) -> Geometries:
    """Return places as points, row by row."""
    return np.asarray(shapely.points(places), dtype=object)


def geometries(table: gpd.GeoDataFrame | gpd.GeoSeries | pd.Series) -> Geometries:
    """Return the shapes of a table, or of a column of shapes, as an array; ``None`` where a row has none."""
    column = table.geometry if isinstance(table, gpd.GeoDataFrame) else table
    return np.asarray(column.array, dtype=object)


def nearest(places: Floats, targets: Floats) -> tuple[Ints, Floats]:
    """Find the nearest target of each place, in metres; of targets equally far the first, whatever their number.

    Parameters
    ----------
    places, targets
        Arrays of eastings and northings, one row each, as :func:`coordinates` gives them.

    Returns
    -------
    tuple of arrays
        The target's position (-1 where the place is unknown or there is no target) and its distance (``nan`` there).

    Examples
    --------
    >>> at, distance = nearest(np.array([[0.0, 0.0]]), np.array([[0.0, 9.0], [3.0, 4.0], [5.0, 0.0]]))
    >>> at.tolist(), distance.tolist()
    ([1], [5.0])
    """
    at = np.full(len(places), -1)
    distance = np.full(len(places), np.nan)
    usable = np.flatnonzero(known_places(targets))
    asked = np.flatnonzero(known_places(places))
    if not len(usable) or not len(asked):
        return at, distance
    distinct, first = np.unique(targets[usable], axis=0, return_index=True)  # the first target at each point
    tree = cKDTree(distinct, balanced_tree=False, compact_nodes=False)
    answer = tree.query(places[asked], k=range(1, min(NEIGHBOURS, len(distinct)) + 1))
    away, which = np.asarray(answer[0]), np.asarray(answer[1])
    distance[asked] = away[:, 0]
    equal = away == away[:, :1]
    rank = np.where(equal, first[which], len(usable)).min(axis=1)
    if len(distinct) > NEIGHBOURS:
        for row in np.flatnonzero(equal.all(axis=1)):  # more may lie equally far
            here = places[asked[row]]
            near = np.asarray(tree.query_ball_point(here, np.nextafter(away[row, 0], np.inf)), dtype=np.int64)
            squared = ((distinct[near] - here) ** 2).sum(axis=1)
            rank[row] = first[near[squared == squared.min()]].min()
    at[asked] = usable[rank]
    return at, distance


def site_origins(sites: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None, spacing_m: float) -> tuple[Floats, Ints]:
    """Return the places walks from each site start at: its point, or places along its edge where it has a polygon.

    Along the outer edge of a polygon lie its corners and, between them, places no farther than ``spacing_m`` apart.

    Parameters
    ----------
    sites
        Sites on EPSG:27700; a shape counts by its centroid.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`; only its polygons are walked along.
    spacing_m
        Metres between places on an edge, above 0 (parameter ``access.site_edge_m``).

    Returns
    -------
    tuple of arrays
        Eastings and northings, one row per place, and the position of the site each belongs to, rising. A site
        without a place has none.

    Examples
    --------
    >>> sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy([5, 70], [5, 0]), crs="EPSG:27700")
    >>> shapes = gpd.GeoDataFrame({"shape_basis": ["polygon by reference", "disc"]},
    ...     geometry=[shapely.box(0, 0, 10, 10), None], crs="EPSG:27700")
    >>> points, owner = site_origins(sites, shapes, 5.0)
    >>> owner.tolist(), points[-1].tolist()
    ([0, 0, 0, 0, 0, 0, 0, 0, 1], [70.0, 0.0])
    """
    if not spacing_m > 0:
        raise InputError(f"spacing_m: {spacing_m} is no distance between places on a site's edge; give metres above 0")
    places = coordinates(sites)
    rows, outlines = polygons_of(sites, shapes)
    parts, part_row = shapely.get_parts(outlines, return_index=True)
    rings = shapely.segmentize(shapely.get_exterior_ring(parts), spacing_m)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    by_point = np.setdiff1d(np.flatnonzero(known_places(places)), rows)
    closing = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, dtype=bool)  # the first corner again
    points = np.concatenate([corners[~closing], places[by_point]])
    owner = np.concatenate([rows[part_row[ring[~closing]]], by_point])
    order = np.argsort(owner, kind="stable")
    return points[order], owner[order]


def polygons_of(sites: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> tuple[Ints, Geometries]:
    """Return the positions of the sites that have a polygon, and the polygons; discs are none."""
    if shapes is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object)
    own = shapes.reindex(sites.index)
    rows = np.flatnonzero(own["shape_basis"].str.startswith("polygon").fillna(False).to_numpy(dtype=bool))
    return rows, geometries(own)[rows]


def walk_range(
    sites: gpd.GeoDataFrame,
    targets: Floats,
    at: Ints,
    distance: Floats,
    *,
    walk_factor: float,
    shapes: gpd.GeoDataFrame | None = None,
) -> tuple[Floats, Floats]:
    """Return the lowest and highest walk, in metres, from anywhere a site may reach or lie to its nearest target.

    About a point the straight line is shortened and lengthened by ``position_uncertainty_m``, never below zero. A
    polygon is measured itself: from its nearest edge to any target, and from its farthest corner to the target the
    point is nearest to. The range always holds the walk from the point.

    Parameters
    ----------
    sites
        Sites; ``position_uncertainty_m`` in metres, where it is missing the range is, too.
    targets
        Array of eastings and northings, as :func:`coordinates` gives them.
    at, distance
        The nearest target of each site, as :func:`nearest` finds it.
    walk_factor
        Ratio of walk to straight line.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`; only its polygons are measured.
    """
    if "position_uncertainty_m" not in sites.columns:
        missing = np.full(len(sites), np.nan)
        return missing, missing
    uncertainty_m = sites["position_uncertainty_m"].to_numpy(dtype=float)
    nearest_m, farthest_m = distance.copy(), distance.copy()
    if shapes is not None:
        rows, polygons = polygons_of(sites, shapes)
        known = np.isfinite(distance[rows])
        rows, polygons = rows[known], polygons[known]
        distinct = points_at(targets[known_places(targets)])
        edge = shapely.STRtree(distinct).query_nearest(polygons, return_distance=True, all_matches=False)[1]
        # from a point to a shape, the Hausdorff distance is that to the shape's farthest corner
        far = shapely.hausdorff_distance(polygons, shapely.points(targets[at[rows]]))
        nearest_m[rows] = np.minimum(edge, distance[rows])
        farthest_m[rows] = np.maximum(far, distance[rows])
    return np.maximum(nearest_m - uncertainty_m, 0) * walk_factor, (farthest_m + uncertainty_m) * walk_factor


def take(values: pd.Series, at: Ints, index: pd.Index) -> pd.Series:
    """Return the values at the positions found, on ``index``; missing where the position is -1."""
    taken = values.astype(object).reset_index(drop=True).reindex(np.where(at < 0, -1, at)).set_axis(index)
    return taken.where(taken.notna(), None)


def declared_columns(index: pd.Index, columns: Iterable[Column], values: Mapping[str, Values]) -> pd.DataFrame:
    """Return the declared columns on ``index``, each of its kind; a column without values comes in missing.

    It is what every join returns: new columns for ``sites.join(…)``, no site added, dropped or moved.
    """
    given = {name: None if new is None else pd.Series(new, index=index) for name, new in values.items()}
    typed = {column.name: as_kind(given.get(column.name), column.kind, index) for column in columns}
    return pd.DataFrame(typed, index=index)
