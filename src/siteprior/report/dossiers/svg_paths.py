"""Shapes in metres as the paths of a vector picture (SVG): whole units, written from point to point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

BESIDE = 0.02
"""Share of the view's width by which shapes reach beyond it."""


class View(NamedTuple):
    """A rectangle in metres, and the width and height in units of the picture that shows it."""

    left: float
    bottom: float
    right: float
    top: float
    width: int
    height: int

    @property
    def unit_m(self) -> float:
        """Metres of a unit."""
        return (self.right - self.left) / self.width

    def units(self, points: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return points in metres as whole units of the picture, down from its top.

        Examples
        --------
        >>> View(0, 0, 200, 100, 1000, 500).units([[0, 100], [200, 0], [10, 90]]).tolist()
        [[0, 0], [1000, 500], [50, 50]]
        """
        x, y = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
        return np.rint(np.column_stack([x - self.left, self.top - y]) / self.unit_m).astype(np.int64)

    @property
    def seen(self) -> Polygon:
        """What shapes are cut to: the view, and a little beside it, so that the cut stays out of sight."""
        beside = BESIDE * (self.right - self.left)
        return shapely.box(self.left - beside, self.bottom - beside, self.right + beside, self.top + beside)

    def shows(self, points: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Return which points (metres) lie within the view."""
        x, y = np.asarray(points, dtype=np.float64).reshape(-1, 2).T
        return np.asarray((x >= self.left) & (x <= self.right) & (y >= self.bottom) & (y <= self.top))


def view_round(x: float, y: float, half_m: float, *, width: int, height: int) -> View:
    """Return the view of a picture of ``width`` × ``height`` units that reaches ``half_m`` metres to either side.

    Examples
    --------
    >>> view_round(1000, 500, 100, width=400, height=200)
    View(left=900, bottom=450.0, right=1100, top=550.0, width=400, height=200)
    """
    tall = half_m * height / width
    return View(x - half_m, y - tall, x + half_m, y + tall, width, height)


def line_path(points: npt.NDArray[np.int64], *, closed: bool = False) -> str:
    """Return a path through points in whole units; blank where all of them are one.

    Examples
    --------
    >>> line_path(np.array([[0, 0], [5, -2], [5, -2], [1, 7]])), line_path(np.array([[3, 3], [3, 3]]))
    ('M0 0l5-2-4 9', '')
    """
    moved = np.diff(points, axis=0)
    moved = moved[moved.any(axis=1)]
    if not len(moved):
        return ""
    rest = "".join(f" {x}" if x >= 0 else f"{x}" for x in moved.ravel().tolist()).lstrip()
    return f"M{points[0, 0]} {points[0, 1]}l{rest}" + ("z" if closed else "")


def shape_path(shapes: BaseGeometry | Iterable[BaseGeometry], view: View) -> str:
    """Return the path of shapes in metres, cut a little beyond the view: the cut stays out of sight.

    Examples
    --------
    >>> shape_path(shapely.box(20, 20, 120, 60), View(0, 0, 100, 100, 100, 100))
    'M20 80l0-40 82 0 0 40z'
    """
    given = np.array([shapes] if isinstance(shapes, BaseGeometry) else list(shapes), dtype=object)
    if not len(given):
        return ""
    near = shapely.clip_by_rect(shapely.make_valid(given), *view.seen.bounds)
    paths = []
    for part in shapely.get_parts(shapely.get_parts(near[~shapely.is_empty(near)])):
        if shapely.get_dimensions(part) == 2:
            for ring in [part.exterior, *part.interiors]:
                paths.append(line_path(view.units(shapely.get_coordinates(ring)[:-1]), closed=True))
        elif shapely.get_dimensions(part) == 1:
            paths.append(line_path(view.units(shapely.get_coordinates(part))))
    return "".join(paths)
