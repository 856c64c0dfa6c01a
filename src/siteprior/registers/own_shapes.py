"""What the user's own sites are drawn as: each polygon mended and kept, and the point that stands for the site."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io.shape_collections import LINES, POINTS, POLYGONS, opened_collections
from siteprior.core.io.vector_files import mended
from siteprior.core.issues import IssueLog


class OwnShapes(NamedTuple):
    """What the rows of a vector file are drawn as.

    Attributes
    ----------
    polygons
        The polygon of each row, flat and valid; ``None`` where it has none.
    points
        The point that stands for each row: itself, or one inside its polygon; ``None`` where it has no place.
    """

    polygons: npt.NDArray[np.object_]
    points: npt.NDArray[np.object_]


def own_shapes(
    shapes: npt.NDArray[np.object_], numbers: list[int], log: IssueLog, *, placed_by_columns: bool = False
) -> OwnShapes:
    """Return the polygons and points of rows as drawn, in metres on EPSG:27700.

    Broken polygons are mended, heights left out, the polygons of a collection taken. A line is no site: it gives
    neither a polygon nor a place.

    Parameters
    ----------
    shapes
        What each row is drawn as; ``None`` where it has no shape.
    numbers
        The number of each row, for the issue log.
    log
        Takes what was mended, and what can be no site.
    placed_by_columns
        Whether the rows say in columns where they lie, so that their shapes need not.

    Raises
    ------
    InputError
        When there are shapes and all of them are lines, and no column says where the rows lie.

    Examples
    --------
    >>> drawn = np.array([shapely.box(0, 0, 200, 100), shapely.Point(3, 4), None])
    >>> polygons, points = own_shapes(drawn, [1, 2, 3], IssueLog("estate.gpkg"))
    >>> [None if polygon is None else polygon.area for polygon in polygons], str(points[0]), str(points[1])
    ([20000.0, None, None], 'POINT (100 50)', 'POINT (3 4)')
    """
    drawn = np.asarray(shapely.force_2d(np.asarray(shapes, dtype=object)), dtype=object)
    drawn[shapely.is_empty(drawn)] = None
    drawn = opened_collections(drawn, numbers, log, wanted=(POLYGONS, POINTS, LINES))
    lines = np.isin(shapely.get_type_id(drawn), LINES)
    present = ~shapely.is_missing(drawn)
    if lines.any() and lines.sum() == present.sum() and not placed_by_columns:
        raise InputError(
            f"{log.file}: holds lines only, and a line is no site; give points or polygons "
            "(in QGIS: Vector, Geometry Tools, Lines to Polygons)"
        )
    for position in np.flatnonzero(lines):
        action = "not used: a line is no site" + ("" if placed_by_columns else "; the site has no place")
        log.add("Unexpected geom type", row=numbers[position], field="geometry", value=drawn[position].geom_type,
                action=action)  # fmt: skip
    drawn[lines] = None
    polygons = _polygons(drawn, numbers, log)
    points = np.where(shapely.is_missing(polygons), drawn, polygons)
    # what has a corner that is no number has no place either
    corners, owner = shapely.get_coordinates(points, return_index=True)
    points[owner[~np.isfinite(corners).all(axis=1)]] = None
    return OwnShapes(polygons, np.asarray(shapely.point_on_surface(points), dtype=object))


def _polygons(drawn: npt.NDArray[np.object_], numbers: list[int], log: IssueLog) -> npt.NDArray[np.object_]:
    """Return the polygons among the shapes, mended; log those that were broken, and what is left of them."""
    areal = np.isin(shapely.get_type_id(drawn), POLYGONS)
    kept = drawn.copy()
    kept[~areal] = None
    polygons, broken = mended(kept)
    for position, reason in broken.items():
        lost = bool(shapely.is_empty(polygons[position]))
        log.add(
            "invalid geometry - not fixable" if lost else "invalid geometry - fixed",
            row=numbers[position], field="geometry", value=reason,
            action="not used as a shape: nothing areal is left of it" if lost else "the shape was mended",
        )  # fmt: skip
    polygons[shapely.is_empty(polygons)] = None
    return polygons
