"""Where things go on a map: the frame, discs that must not hide one another, names that must not hide the rest.

Plain geometry, no drawing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Points = npt.NDArray[np.float64]


def declutter(points: Points, gap: float, *, within: tuple[float, float, float, float] | None = None) -> Points:
    """Move points (pixels) apart until none is nearer to another than ``gap``: the first stay where they are.

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


def extent(focus: Iterable[gpd.GeoDataFrame], around: Iterable[gpd.GeoDataFrame]) -> tuple[float, float, float, float]:
    """Return the box around the focus, widened to all that lies around where that is not much more, with a margin."""
    narrow, wide = _bounds(focus), _bounds([*focus, *around])
    if narrow is None:
        narrow = wide if wide is not None else np.array([0.0, 0.0, 1000.0, 1000.0])
    chosen = narrow
    if wide is not None and np.prod(wide[2:] - wide[:2]) <= 2 * np.prod(narrow[2:] - narrow[:2]):
        chosen = wide
    margin = max(0.03 * float(np.max(chosen[2:] - chosen[:2])), 500.0)
    west, south, east, north = (float(edge) for edge in chosen)
    return west - margin, south - margin, east + margin, north + margin


def _bounds(tables: Iterable[gpd.GeoDataFrame]) -> npt.NDArray[np.float64] | None:
    """Return west, south, east and north of all tables together; ``None`` where none has a place."""
    boxes = np.array([table.total_bounds for table in tables if len(table)]).reshape(-1, 4)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)]) if len(boxes) else None


def label_position(shape: BaseGeometry, wide: float, tall: float, avoid: BaseGeometry) -> tuple[float, float]:
    """Return the middle of the box of that size inside a shape that lies farthest from what it should not cover."""
    west, south, east, north = shape.bounds
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(west, east, 24), np.linspace(south, north, 24)))
    boxes = shapely.box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
    shapely.prepare(shape)
    inside = shapely.contains(shape, boxes)
    if not inside.any():
        inside = shapely.contains_xy(shape, x, y)
    if not inside.any():
        point = shapely.point_on_surface(shape)
        return point.x, point.y
    clear = np.where(inside, shapely.distance(boxes, avoid) if not avoid.is_empty else 0.0, -1.0)
    # Clear enough is enough: among the positions that are, the one nearest the middle.
    enough = clear >= min(tall, clear.max())
    middle = np.hypot(x - (west + east) / 2, y - (south + north) / 2)
    best = int(np.argmin(np.where(enough, middle, np.inf)))
    return float(x[best]), float(y[best])
