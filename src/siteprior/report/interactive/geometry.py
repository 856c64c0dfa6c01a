"""Shapes for the page's map: degrees as whole numbers, each the step from the one before."""

from __future__ import annotations

from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from siteprior.core.schema import CRS

DEGREES = "EPSG:4326"
"""Longitude and latitude, which web maps draw from."""

Steps: TypeAlias = list[int]
Shapes: TypeAlias = npt.NDArray[np.object_]


def steps(coordinates: npt.NDArray[np.float64], decimals: int) -> Steps:
    """Return coordinates (degrees) as one list: longitude and latitude of the first, then steps, in the last decimal.

    Points that fall on the one before are left out.

    Examples
    --------
    >>> steps(np.array([[-1.9, 52.5], [-1.89, 52.5], [-1.89, 52.5]]), 2)
    [-190, 5250, 1, 0]
    """
    whole = np.rint(coordinates * 10**decimals).astype("int64")
    if len(whole) > 1:
        moved = np.any(np.diff(whole, axis=0) != 0, axis=1)
        whole = whole[np.concatenate([[True], moved])]
    flat: Steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype="int64")).ravel().tolist()
    return flat


def in_degrees(shapes: Shapes) -> Shapes:
    """Return shapes on EPSG:27700 (metres) in degrees."""
    return np.asarray(gpd.GeoSeries(shapes, crs=CRS).to_crs(DEGREES).to_numpy(), dtype=object)


def place_steps(places: npt.NDArray[np.float64], decimals: int) -> list[int | None]:
    """Return places (EPSG:27700, metres) as one list of steps; a pair of ``None`` where there is none.

    Examples
    --------
    >>> place_steps(np.array([[407000.0, 287000.0], [np.nan, np.nan]]), 2)
    [-190, 5248, None, None]
    """
    known = np.asarray(np.isfinite(places).all(axis=1))
    points = in_degrees(np.asarray(shapely.points(places[known]), dtype=object))
    whole = np.rint(shapely.get_coordinates(points) * 10**decimals).astype("int64")
    between = iter(np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype="int64")).tolist())
    result: list[int | None] = []
    for there in known.tolist():
        result += next(between) if there else [None, None]
    return result


def line_steps(shapes: Shapes, decimals: int) -> list[list[Steps]]:
    """Return the lines each shape is made of, as :func:`steps`; shapes on EPSG:27700 in metres.

    Examples
    --------
    >>> line_steps(shapely.linestrings([[[407000, 287000], [408000, 287000]]]), 2)
    [[[-190, 5248, 2, 0]]]
    """
    lines, of_shape = shapely.get_parts(in_degrees(shapes), return_index=True)
    places, of_line = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint(places * 10**decimals).astype("int64")
    # all lines at once: a city has tens of thousands of streets
    first = np.diff(of_line, prepend=-1) != 0
    moved = first | np.any(np.diff(whole, axis=0, prepend=whole[:1]) != 0, axis=1)
    whole, of_line, first = whole[moved], of_line[moved], first[moved]
    between = np.where(first[:, np.newaxis], whole, np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype="int64")))
    flat: Steps = between.ravel().tolist()
    ends = np.cumsum(np.bincount(of_line, minlength=len(lines)) * 2).tolist()
    made = [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    result: list[list[Steps]] = [[] for _ in range(len(shapes))]
    for shape, line in zip(of_shape.tolist(), made, strict=True):
        result[shape].append(line)
    return result


def polygon_steps(shapes: Shapes, decimals: int) -> list[list[list[Steps]]]:
    """Return the polygons each shape is made of, and their rings, as :func:`steps`; an empty shape has none.

    A ring's last point, which is its first, is left out, and so is a ring that the rounding leaves fewer than three.

    Examples
    --------
    >>> polygon_steps(np.array([shapely.box(407000, 287000, 409000, 289000)]), 2)
    [[[[-187, 5248, 0, 2, -3, 0, 0, -2]]]]
    """
    result = []
    for shape in in_degrees(shapes):
        parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) == shapely.GeometryType.POLYGON]
        rings = [
            [
                made
                for ring in (part.exterior, *part.interiors)
                if len(made := steps(shapely.get_coordinates(ring)[:-1], decimals)) >= 6
            ]
            for part in parts
        ]
        result.append([each for each in rings if each])
    return result


def simplified_areas(shapes: Shapes, tolerance_m: float) -> Shapes:
    """Return areas with fewer corners, which move by about ``tolerance_m`` at most; neighbours keep a common border.

    Areas that overlap have no common borders, and each is simplified alone.

    Examples
    --------
    >>> rough = shapely.Polygon([(0, 0), (50, 1), (100, 0), (100, 100), (0, 100)])
    >>> shapely.get_num_coordinates(simplified_areas(np.array([rough]), 10.0)).tolist()
    [5]
    """
    there = np.array([shape is not None and not shape.is_empty for shape in shapes], dtype=bool)
    result = np.full(len(shapes), shapely.Polygon(), dtype=object)
    result[there] = shapes[there]
    kept = result[there]
    if shapely.coverage_is_valid(kept):
        # the method takes the square root of an area as its measure: the area of a triangle left out
        result[there] = shapely.coverage_simplify(kept, tolerance_m)
    else:
        result[there] = shapely.simplify(kept, tolerance_m, preserve_topology=True)
    return np.asarray(result, dtype=object)
