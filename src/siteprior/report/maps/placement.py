"""Where things go on a map: what it shows, discs that must not hide one another, names that must not hide the rest.

Plain geometry, no drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


def declutter(points: Points, gap: float, *, within: Box | None = None) -> Points:
    """Move points apart until none is nearer to another than ``gap``: the first stay where they are.

    Each point in turn takes the free place nearest to its own, and of equally near ones that farthest from the crowd.

    Parameters
    ----------
    points
        Array of shape (n, 2), the most important first.
    gap
        The smallest distance wanted.
    within
        West, south, east and north of the frame to stay in.

    Returns
    -------
    ndarray
        New positions in the same order; a point keeps its own where there is no free place within 20 gaps.

    Examples
    --------
    >>> declutter(np.array([[0.0, 0.0], [5.0, 0.0], [50.0, 0.0]]), 10).tolist()
    [[0.0, 0.0], [10.0, 0.0], [50.0, 0.0]]
    """
    west, south, east, north = within or (-np.inf, -np.inf, np.inf, np.inf)
    radii = np.arange(1, 161) * gap / 8
    angles = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    rings = np.stack([radii[:, None] * np.cos(angles), radii[:, None] * np.sin(angles)], axis=-1)
    taken = np.empty((0, 2))
    for point in np.clip(points.astype(float), (west, south), (east, north)):
        free = _free(point[None, :], taken, gap)
        if not free[0]:
            places = point + rings
            inside = (places >= (west, south)).all(axis=-1) & (places <= (east, north)).all(axis=-1)
            free = inside & _free(places.reshape(-1, 2), taken, gap).reshape(inside.shape)
            if free.any():
                ring = int(np.argmax(free.any(axis=1)))
                crowd = taken[np.hypot(*(taken - point).T) < 3 * gap].mean(axis=0)
                away = np.hypot(*(places[ring] - crowd).T)
                point = places[ring, int(np.argmax(np.where(free[ring], away, -1.0)))]
        taken = np.vstack([taken, point])
    return taken


def _free(places: Points, taken: Points, gap: float) -> npt.NDArray[np.bool_]:
    """Return which places keep the gap to all that are taken; a hair less counts, for the sake of rounding."""
    apart = np.hypot(places[:, None, 0] - taken[None, :, 0], places[:, None, 1] - taken[None, :, 1])
    return np.asarray((apart >= gap * 0.999).all(axis=1))


def extent(focus: Iterable[gpd.GeoDataFrame], around: Iterable[gpd.GeoDataFrame]) -> Box:
    """Return the box around the focus, widened to all that lies around where that is not much more, with a margin."""
    narrow, wide = _bounds(focus), _bounds([*focus, *around])
    if narrow is None:
        narrow = wide if wide is not None else np.array([0.0, 0.0, 1000.0, 1000.0])
    chosen = narrow
    if wide is not None and np.prod(wide[2:] - wide[:2]) <= 2 * np.prod(narrow[2:] - narrow[:2]):
        chosen = wide
    return with_margin(chosen, least=500.0)


def with_margin(bounds: Sequence[float] | Points, *, share: float = 0.03, least: float) -> Box:
    """Return bounds (metres) with a margin all round: a share of the longer side, and at least so many metres.

    Examples
    --------
    >>> with_margin((0, 0, 1000, 200), least=50), with_margin((0, 0, 1000, 200), share=0.1, least=50)
    ((-50.0, -50.0, 1050.0, 250.0), (-100.0, -100.0, 1100.0, 300.0))
    """
    west, south, east, north = map(float, bounds)
    margin = max(share * max(east - west, north - south), least)
    return west - margin, south - margin, east + margin, north + margin


def fit_view(view: Box, proportion: float) -> Box:
    """Return the view, widened or heightened to have that width for its height, with the same middle.

    Examples
    --------
    >>> fit_view((0.0, 0.0, 100.0, 100.0), 2.0), fit_view((0.0, 0.0, 100.0, 10.0), 2.0)
    ((-50.0, 0.0, 150.0, 100.0), (0.0, -20.0, 100.0, 30.0))
    """
    west, south, east, north = view
    tall = max((east - west) / proportion, north - south)
    x, y = (west + east) / 2, (south + north) / 2
    return x - tall * proportion / 2, y - tall / 2, x + tall * proportion / 2, y + tall / 2


def _bounds(tables: Iterable[gpd.GeoDataFrame]) -> npt.NDArray[np.float64] | None:
    """Return west, south, east and north of all tables together; ``None`` where none has a place."""
    boxes = np.array([table.total_bounds for table in tables if len(table)]).reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]) if len(boxes) else None


def label_position(shape: BaseGeometry, wide: float, tall: float, avoid: BaseGeometry) -> tuple[float, float]:
    """Return the middle of the box of that size inside a shape that lies farthest from what it should not cover.

    Where every box inside covers some of it, a box that reaches beyond the shape and covers nothing is taken. How far
    off what lies beyond the reach of every box stands decides nothing, and is not measured.
    """
    west, south, east, north = shape.bounds
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(west, east, 24), np.linspace(south, north, 24)))
    boxes = shapely.box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
    shapely.prepare(shape)
    beyond, parts = wide + tall, shapely.get_parts(avoid)
    parts = parts[shapely.intersects(parts, shapely.box(west - beyond, south - beyond, east + beyond, north + beyond))]
    apart = (
        shapely.distance(boxes, shapely.GeometryCollection(list(parts))) if len(parts) else np.full(len(boxes), np.inf)
    )
    inside, middle = shapely.contains(shape, boxes), shapely.contains_xy(shape, x, y)
    if not (inside & (apart > 0)).any():
        inside = middle & (apart > 0) if (middle & (apart > 0)).any() else inside
    if not inside.any():
        inside = middle
    if not inside.any():
        point = shapely.point_on_surface(shape)
        return point.x, point.y
    clear = np.where(inside, apart, -1.0)
    # Clear enough is enough: among the positions that are, the one nearest the middle.
    enough = clear >= min(tall, clear.max())
    off = np.hypot(x - (west + east) / 2, y - (south + north) / 2)
    best = int(np.argmin(np.where(enough, off, np.inf)))
    return float(x[best]), float(y[best])


def label_beside(
    point: Sequence[float] | Points,
    wide: float,
    tall: float,
    gap: float,
    taken: Sequence[BaseGeometry],
    *,
    weights: Sequence[float],
    within: Box,
    beyond: float,
) -> tuple[BaseGeometry, float]:
    """Return the box for a name beside, above or below a point that hides least, and the area it hides.

    Parameters
    ----------
    point, wide, tall, gap
        What is named, the size of the name, and its distance from the point.
    taken, weights
        What a name should not cover, and how many times as much as bare ground its area counts.
    within, beyond
        West, south, east and north of the frame, and how many times as much the area beyond it counts.
    """
    x, y = point
    sides, middle = (x + gap, x - gap - wide), x - wide / 2
    corners = [(left, y - tall / 2) for left in sides] + [(middle, y + gap), (middle, y - gap - tall)]
    corners += [(left, low) for left in sides for low in (y + 0.3 * tall, y - 1.3 * tall)]
    boxes = np.array([shapely.box(left, low, left + wide, low + tall) for left, low in corners])
    hidden = shapely.area(shapely.difference(boxes, shapely.box(*within))) * beyond
    if len(taken):
        hidden += shapely.area(shapely.intersection(boxes[:, None], np.array(taken))) @ np.asarray(weights, dtype=float)
    best = int(np.argmin(np.round(hidden, 3)))  # of equally good places the first
    return boxes[best], float(hidden[best])


def space_labels(
    wanted: npt.NDArray[np.float64], gap: float | npt.NDArray[np.float64], low: float, high: float
) -> npt.NDArray[np.float64]:
    """Move rising places apart to at least ``gap``, within bounds, so that the squares of the moves are least.

    Each place may have a gap of its own to the next. Where they do not all fit, the gaps shrink alike.

    Examples
    --------
    >>> space_labels(np.array([10.0, 11.0, 40.0]), 5, 0, 100).tolist()
    [8.0, 13.0, 40.0]
    """
    from scipy.optimize import isotonic_regression

    if not len(wanted):
        return wanted
    steps = np.concatenate([[0.0], np.cumsum(np.broadcast_to(gap, len(wanted))[:-1])])
    if steps[-1] > high - low:
        steps *= (high - low) / steps[-1]
    # Less their steps, places that keep their gaps are places that do not fall.
    level = np.asarray(isotonic_regression(wanted - steps).x)
    return np.asarray(np.clip(level, low, high - steps[-1]) + steps)
