"""Where along a corridor's line a site lies, in metres, and on which side of it."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.ops import substring

from siteprior.core.parameters import load_parameters
from siteprior.joins._geometry import Geometries, Objects, coordinates, known_places, points_at, polygons_of
from siteprior.walking.network import Flags, Floats, Ints

Line: TypeAlias = shapely.LineString | shapely.MultiLineString

TOLERANCE_M = 1e-6
"""Chainages closer than this are one: floating-point tolerance."""


class Standing(NamedTuple):
    """Where places stand along their lines.

    Attributes
    ----------
    chainage_m
        Metres along the line; ``nan`` where there is no line.
    side
        One of :data:`siteprior.core.schema.SIDES`; ``None`` where there is no line.
    """

    chainage_m: Floats
    side: Objects


def along(
    places: Floats, extents: Geometries, at: Ints, counted: gpd.GeoDataFrame, lines: gpd.GeoDataFrame
) -> Standing:
    """Return the chainage, in metres, and the side of each place on the line of the corridor of its stop.

    The chainage is that of the point of the line nearest to the place, on the stretch between the counted stops before
    and after the place's own stop, so that it does not leap to another limb of a loop. A line that calls at one point
    twice offers the stretches about both calls. Where the stops' own chainages are missing or do not lie on the line,
    the whole line is searched, and of points equally near the first along it is taken.

    The side is seen in the direction of growing chainage. A place lies *on the line* when its extent comes within the
    tolerance (parameter ``corridors.on_the_line_m``) of the line. Beyond the ends of the line, its last leg carried
    straight on gives the side.

    Parameters
    ----------
    places
        Array of eastings and northings, one row per place.
    extents
        The shape of each place, or its point, as :func:`extents` gives them.
    at
        The position in ``counted`` of each place's stop; -1 where it has none.
    counted
        :data:`siteprior.core.schema.CORRIDOR_STOPS` that count.
    lines
        :data:`siteprior.core.schema.CORRIDORS`.
    """
    chainage = np.full(len(places), np.nan)
    side = np.full(len(places), None, dtype=object)
    names = counted["corridor"].to_numpy(dtype=object)
    stop_points = coordinates(counted)
    marks = counted["chainage_m"].to_numpy(dtype=float)
    used = np.flatnonzero(at >= 0)
    for corridor, rows in pd.Series(used).groupby(names[at[used]], sort=True):
        line = lines.geometry.get(corridor)
        if not isinstance(line, shapely.LineString | shapely.MultiLineString) or line.length == 0:
            continue
        row = rows.to_numpy()
        own = np.flatnonzero(names == corridor)
        place = np.searchsorted(own, at[row])
        chainage[row] = _chainage(places[row], place, stop_points[own], marks[own], line)
        side[row] = _side(places[row], extents[row], chainage[row], line)
    return Standing(chainage, side)


def extents(sites: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None) -> Geometries:
    """Return each site's polygon where one is drawn, else its point, as an array of shapes."""
    places = coordinates(sites)
    shape_of = points_at(places)
    shape_of[~known_places(places)] = None
    rows, polygons = polygons_of(sites, shapes)
    shape_of[rows] = polygons
    return shape_of


def _chainage(places: Floats, stop: Ints, stop_points: Floats, marks: Floats, line: Line) -> Floats:
    """Return the chainage of each place on the stretch of line about its stop."""
    points = points_at(places)
    anywhere = np.asarray(shapely.line_locate_point(line, points))
    if not _fit(stop_points, marks, line):
        return anywhere
    bounds = np.unique(marks)
    bounds = bounds[np.diff(bounds, prepend=-np.inf) > TOLERANCE_M]
    chainage, away = np.full(len(places), np.nan), np.full(len(places), np.inf)
    for one in np.unique(stop):
        rows = np.flatnonzero(stop == one)
        calls = np.unique(marks[(stop_points == stop_points[one]).all(axis=1)])
        for mark in calls:
            before, after = bounds[bounds < mark - TOLERANCE_M], bounds[bounds > mark + TOLERANCE_M]
            low = before[-1] if len(before) else 0.0
            high = min(after[0], line.length) if len(after) else line.length
            piece = _stretch(line, low, high)
            distance = shapely.distance(piece, points[rows])
            nearer = distance < away[rows] - TOLERANCE_M
            chainage[rows[nearer]] = low + shapely.line_locate_point(piece, points[rows[nearer]])
            away[rows[nearer]] = distance[nearer]
    leap = shapely.distance(line, points) < load_parameters("corridors").number("leap_share") * away
    return np.where(leap, anywhere, np.minimum(chainage, line.length))


def _fit(stop_points: Floats, marks: Floats, line: Line) -> bool:
    """Return whether the stops lie where their chainages say: no farther from there than from the line, or hardly."""
    if not (np.isfinite(marks) & (marks >= 0) & (marks <= line.length + TOLERANCE_M)).all():
        return False
    points = shapely.points(stop_points)
    away = shapely.distance(shapely.line_interpolate_point(line, marks), points)
    tolerance = load_parameters("corridors").number("on_the_line_m")
    return bool((away <= shapely.distance(line, points) + tolerance).all())


def _stretch(line: Line, low: float, high: float) -> shapely.MultiLineString:
    """Cut the line from one chainage to another; chainage runs through the pieces of a broken line in turn."""
    parts = shapely.get_parts(line)
    starts = np.concatenate([[0.0], np.cumsum(shapely.length(parts))[:-1]])
    cuts = [
        substring(part, max(low - start, 0.0), min(high - start, part.length))
        for part, start in zip(parts, starts, strict=True)
        if start < high and start + part.length > low
    ]
    return shapely.multilinestrings([cut for cut in cuts if cut.geom_type == "LineString"])


def _side(places: Floats, extent: Geometries, chainage: Floats, line: Line) -> Objects:
    """Return the side of each place, from the way the line runs at its chainage."""
    tangent, beyond = _tangents(line, chainage)
    offset = places - shapely.get_coordinates(shapely.line_interpolate_point(line, chainage))
    across = tangent[:, 0] * offset[:, 1] - tangent[:, 1] * offset[:, 0]
    tolerance = load_parameters("corridors").number("on_the_line_m")
    on = (shapely.distance(extent, line) <= tolerance) | (np.abs(across) <= np.where(beyond, tolerance, TOLERANCE_M))
    return np.where(on, "on the line", np.where(across > 0, "left", "right"))


def _tangents(line: Line, chainage: Floats) -> tuple[Floats, Flags]:
    """Return the unit direction of the line at each chainage, and whether that is one of its ends.

    At a vertex it is the mean of the legs that meet there: it alone gives the side of whatever is nearest to a corner.
    """
    parts = shapely.get_parts(line)
    vertex, part = shapely.get_coordinates(parts, return_index=True)
    leg = np.diff(vertex, axis=0)
    length = np.hypot(*leg.T)
    kept = (np.diff(part) == 0) & (length > 0)
    unit, length, part = leg[kept] / length[kept, None], length[kept], part[1:][kept]
    ends = np.cumsum(length)
    starts = ends - length
    at = np.clip(np.searchsorted(starts, chainage, side="right") - 1, 0, len(unit) - 1)
    first, last = chainage <= TOLERANCE_M, chainage >= ends[-1] - TOLERANCE_M
    closed = line.geom_type == "LineString" and line.is_closed
    next_leg = np.where(ends[at] - chainage <= TOLERANCE_M, at + 1, at)
    other = np.where(chainage - starts[at] <= TOLERANCE_M, at - 1, next_leg)
    neighbour = other % len(unit)
    joined = (part[neighbour] == part[at]) & (closed | (other == neighbour))
    tangent = unit[at] + np.where(joined[:, None], unit[neighbour], 0)
    size = np.hypot(*tangent.T)
    tangent = np.where(size[:, None] > TOLERANCE_M, tangent / np.maximum(size, TOLERANCE_M)[:, None], unit[at])
    return tangent, (first | last) & (not closed)
