"""Sites against a vector layer: within, share of the area, nearest, count, and the attribute at the site."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.joins._geometry import Geometries, Objects, coordinates, geometries, known_places, points_at
from siteprior.project.layers import LayerSpec, VectorLayer
from siteprior.walking.network import Floats, Ints

AREAL = (3, 6)
"""Shapely's numbers of polygons and multipolygons."""

DECIMALS = 12
"""Floating-point tolerance: a site wholly in the layer has a share of 1."""


class SiteGeometries(NamedTuple):
    """Where each site is: its shape or its point, and which of them.

    Attributes
    ----------
    shapes
        Array of polygons where the site's extent is known, points where only its place is, ``None`` where neither is.
    basis
        Array of ``polygon``, ``disc``, ``point``, or blank.
    points
        Array of points, each site's own coordinates; ``None`` where unknown.
    """

    shapes: Geometries
    basis: Objects
    points: Geometries


def site_geometries(sites: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> SiteGeometries:
    """Return each site's extent: its polygon, else a disc of its hectares, else its point.

    Parameters
    ----------
    sites
        Sites on EPSG:27700.
    shapes
        :data:`siteprior.core.schema.SITE_SHAPES`; ``None`` takes every site as a point.
    """
    places = coordinates(sites)
    known = known_places(places)
    points = np.full(len(sites), None, dtype=object)
    points[known] = points_at(places[known])
    basis = np.where(known, "point", "").astype(object)
    drawn = points.copy()
    if shapes is not None:
        own = shapes.reindex(sites.index)
        extents = geometries(own)
        areal = np.isin(shapely.get_type_id(extents), AREAL) & ~shapely.is_empty(extents)
        drawn[areal] = extents[areal]
        disc = (own["shape_basis"] == "disc").to_numpy(dtype=bool)
        basis[areal] = np.where(disc, "disc", "polygon")[areal]
    return SiteGeometries(drawn, basis, points)


def vector_values(site_shapes: SiteGeometries, layer: VectorLayer, spec: LayerSpec) -> Floats | Objects:
    """Measure a vector layer at sites, in the unit of its measure.

    ``within``: whether at least half of the site's area lies in it (parameter ``layers.within``), or the point of
    a site whose extent is not known. ``share``: share of the site's area, 0–1; features that overlap count once;
    missing for a point. ``nearest``: metres, straight, from a polygon's edge or a point; a disc counts by its centre.
    ``count``: features that meet the site, or lie within the radius of it. ``value``: the attribute of the first
    feature in the file that holds the site's point. ``names``: the attributes of all features that meet the site by
    more than a sliver (parameter ``layers.sliver_m2``), each once, in the order of the file.

    A site without a place is missing; where the layer's extent is stated, so is one that lies in it by less than half
    (parameter ``layers.covered``), and only what lies in it counts. Where it is not, no feature means 0.

    Parameters
    ----------
    site_shapes
        The sites' extents.
    layer
        The layer, as the readers give it.
    spec
        What is measured.

    Returns
    -------
    Array of floats (``within``: 1 and 0), or of objects for ``value`` and ``names``, one per site.

    Raises
    ------
    InputError
        When the layer lies elsewhere than the sites.
    """
    features = layer.features.geometry.to_numpy()
    _refuse_elsewhere(site_shapes, layer, features, spec)
    known = np.flatnonzero(~shapely.is_missing(site_shapes.points))
    if spec.measure == "value":
        return _attribute(site_shapes, known, layer, features)
    if spec.measure == "nearest":
        values = np.full(len(site_shapes.points), np.nan)
        seen = _surveyed(site_shapes.points, known, layer.extent)[0]
        of = np.where(site_shapes.basis == "polygon", site_shapes.shapes, site_shapes.points)
        values[seen] = shapely.STRtree(features).query_nearest(of[seen], return_distance=True, all_matches=False)[1]
        return values
    seen, surveyed = _surveyed(site_shapes.shapes, known, layer.extent)
    if spec.measure == "names":
        named = np.full(len(site_shapes.points), None, dtype=object)
        named[seen] = _named(surveyed, features, layer.features["value"].to_numpy(dtype=object))
        return named
    values = np.full(len(site_shapes.points), np.nan)
    if spec.measure == "count":
        values[seen] = _counted(surveyed, features, spec.search_radius_m)
        return values
    areal = np.isin(shapely.get_type_id(surveyed), AREAL)
    values[seen[areal]] = _shares(surveyed[areal], features)
    if spec.measure == "within":
        half = load_parameters("layers").number("within")
        values = np.where(np.isnan(values), np.nan, values >= half)
        met = np.zeros(len(surveyed), dtype=bool)
        met[shapely.STRtree(features).query(surveyed, predicate="intersects")[0]] = True
        values[seen[~areal]] = met[~areal]
    return values


def _surveyed(shapes: Geometries, known: Ints, extent: BaseGeometry | None) -> tuple[Ints, Geometries]:
    """Return the positions of the sites the layer has a value for, and the part of each that lies in its extent."""
    parts = shapes[known]
    if extent is None:
        return known, parts
    shapely.prepare(extent)
    whole, parts = parts, parts.copy()
    crossing = ~shapely.covers(extent, whole)  # what lies wholly inside need not be cut, by far the most
    parts[crossing] = shapely.intersection(whole[crossing], extent)
    area = shapely.area(whole)
    half = load_parameters("layers").number("covered")
    met = np.where(area > 0, shapely.area(parts) >= half * area, ~shapely.is_empty(parts))
    return known[met], _areal_only(parts[met])


def _areal_only(parts: Geometries) -> Geometries:
    """Return intersections without the lines and points where edges only touch; plain points stay."""
    mixed = np.flatnonzero(shapely.get_type_id(parts) == 7)  # a geometry collection
    for at in mixed:
        pieces = shapely.get_parts(parts[at])
        parts[at] = shapely.union_all(pieces[np.isin(shapely.get_type_id(pieces), AREAL)])
    return parts


def _shares(shapes: Geometries, features: Geometries) -> Floats:
    """Return the share of each shape's area that lies in the features; where these overlap, once."""
    site, feature = shapely.STRtree(features).query(shapes, predicate="intersects")
    order = np.lexsort((feature, site))
    site, feature = site[order], feature[order]
    pieces = shapely.intersection(shapes[site], features[feature])
    covered = np.zeros(len(shapes))
    starts = np.flatnonzero(np.r_[True, site[1:] != site[:-1]]) if len(site) else np.zeros(0, dtype=int)
    sizes = np.diff(np.r_[starts, len(site)])
    single = starts[sizes == 1]
    covered[site[single]] = shapely.area(pieces[single])
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        covered[site[start]] = shapely.area(shapely.union_all(pieces[start : start + size]))
    return np.minimum((covered / shapely.area(shapes)).round(DECIMALS), 1.0)


def _counted(shapes: Geometries, features: Geometries, radius: float | None) -> Floats:
    """Return how many features meet each shape by more than a sliver, or lie within the radius of it."""
    if radius is not None:
        site = shapely.STRtree(features).query(shapes, predicate="dwithin", distance=radius)[0]
    else:
        site, _ = _met(shapes, features)
    return np.bincount(site, minlength=len(shapes)).astype(float)


def _met(shapes: Geometries, features: Geometries) -> tuple[Ints, Ints]:
    """Return the positions of the shapes and features that meet by more than a sliver."""
    site, feature = shapely.STRtree(features).query(shapes, predicate="intersects")
    both = np.isin(shapely.get_type_id(shapes[site]), AREAL) & np.isin(shapely.get_type_id(features[feature]), AREAL)
    overlap = np.full(len(site), np.inf)
    overlap[both] = shapely.area(shapely.intersection(shapes[site[both]], features[feature[both]]))
    # a site or feature smaller than a sliver counts where all of it is met
    least = np.minimum(shapely.area(shapes[site]), shapely.area(features[feature]))
    met = overlap >= np.minimum(load_parameters("layers").number("sliver_m2"), least * (1 - 1e-9))
    return site[met], feature[met]


def _named(shapes: Geometries, features: Geometries, names: Objects) -> Objects:
    """Return what the features that meet each shape are called, each name once, in their order."""
    site, feature = _met(shapes, features)
    texts = pd.Series(names[feature], dtype=object)
    pairs = pd.DataFrame({"site": site, "feature": feature, "name": texts.where(texts != "")}).dropna()
    pairs = pairs.sort_values(["site", "feature"]).drop_duplicates(["site", "name"])
    joined = np.full(len(shapes), None, dtype=object)
    words = pairs.groupby("site")["name"].agg("; ".join)
    joined[words.index.to_numpy(dtype=int)] = words.to_numpy(dtype=object)
    return joined


def _attribute(site_shapes: SiteGeometries, known: Ints, layer: VectorLayer, features: Geometries) -> Objects:
    """Return the attribute of the first feature in the file that holds each site's point."""
    inside = known
    if layer.extent is not None:
        inside = known[shapely.intersects(site_shapes.points[known], layer.extent)]
    site, feature = shapely.STRtree(features).query(site_shapes.points[inside], predicate="intersects")
    first = pd.Series(feature, dtype="int64").groupby(site).min()
    attribute = layer.features["value"].to_numpy(dtype=object)
    values = np.full(len(site_shapes.points), None, dtype=object)
    values[inside[first.index.to_numpy(dtype=int)]] = attribute[first.to_numpy(dtype=int)]
    return values


def _refuse_elsewhere(site_shapes: SiteGeometries, layer: VectorLayer, features: Geometries, spec: LayerSpec) -> None:
    """Refuse a layer of another place, naming where it lies and where the sites do."""
    ours = shapely.total_bounds(site_shapes.shapes)
    if np.isnan(ours).any() or layer.placed:  # no site has a place: everything is missing
        return
    theirs = shapely.total_bounds(features) if layer.extent is None else shapely.bounds(layer.extent)
    reach = 0.0 if spec.search_radius_m is None else spec.search_radius_m
    if spec.measure == "nearest":
        reach = load_parameters("layers").number("elsewhere_m")
    apart = (
        (theirs[0] > ours[2] + reach) or (theirs[2] < ours[0] - reach)
        or (theirs[1] > ours[3] + reach) or (theirs[3] < ours[1] - reach)
    )  # fmt: skip
    if apart:
        raise InputError(elsewhere(spec.name, layer.file, theirs, ours, extent_helps=True))


def elsewhere(
    name: str, file: str, theirs: Sequence[float] | Floats, ours: Floats, *, extent_helps: bool = False
) -> str:
    """Say that a layer lies elsewhere than the sites, naming both extents in metres on EPSG:27700."""

    def written(bounds: Sequence[float] | Floats) -> str:
        return f"{bounds[0]:.0f}–{bounds[2]:.0f} m east, {bounds[1]:.0f}–{bounds[3]:.0f} m north"

    fix = ", or say with extent where it was surveyed" if extent_helps else ""
    return (
        f"{file}: layer '{name}' lies elsewhere than the sites: it reaches over {written(theirs)}; the sites over "
        f"{written(ours)}. Give the layer of their area{fix}"
    )
