"""Collections of shapes: the parts of each that count, for what polygons, points or lines are asked of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.io.vector_files import mended
from siteprior.core.issues import IssueLog

Kinds: TypeAlias = tuple[shapely.GeometryType, ...]

POLYGONS: Kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
POINTS: Kinds = (shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT)
LINES: Kinds = (
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.MULTILINESTRING,
)

_CALLED = {POLYGONS: "polygons", POINTS: "points", LINES: "lines"}


def opened_collections(
    shapes: npt.ArrayLike, rows: Sequence[int], log: IssueLog, *, wanted: Sequence[Kinds] = (POLYGONS,)
) -> npt.NDArray[np.object_]:
    """Replace each collection of shapes by its parts that count, as one shape; log what of it was left out.

    Parameters
    ----------
    shapes
        The shapes of some rows; ``None`` where a row has none.
    rows
        The number of each row, for the log.
    log
        Takes a row per collection of which parts were left out, or broken polygons mended.
    wanted
        The kinds of part that count, in this order: the first that a collection has is taken. A collection without
        any stays as it is.

    Returns
    -------
    ndarray
        The shapes; an empty collection is ``None``.

    Examples
    --------
    >>> both = shapely.GeometryCollection([shapely.box(0, 0, 2, 1), shapely.LineString([(0, 0), (9, 9)])])
    >>> log = IssueLog("zones.gpkg")
    >>> shapes = opened_collections(np.array([both]), [1], log)
    >>> shapes[0].area, log.rows[0]["action"]
    (2.0, 'its polygons taken, 1 other shape in it left out')
    """
    opened = np.array(shapes, dtype=object)
    for at in np.flatnonzero(shapely.get_type_id(opened) == shapely.GeometryType.GEOMETRYCOLLECTION):
        opened[at] = _parts_that_count(opened[at], int(rows[int(at)]), log, wanted)
    return opened


def _parts_that_count(
    collection: BaseGeometry, row: int, log: IssueLog, wanted: Sequence[Kinds]
) -> BaseGeometry | None:
    """Return the parts of the first kind wanted that a collection has, the collection where it has none of them."""
    parts = shapely.get_parts(collection)
    while np.isin(shapely.get_type_id(parts), shapely.GeometryType.GEOMETRYCOLLECTION).any():
        parts = shapely.get_parts(parts)
    parts = parts[~shapely.is_empty(parts)]
    if not len(parts):
        return None
    for kinds in wanted:
        chosen = np.isin(shapely.get_type_id(parts), kinds)
        if chosen.any():
            sound, broken = mended(parts[chosen])
            others = int((~chosen).sum())
            did = [f"its {_CALLED[kinds]} taken"]
            did += [f"{others} other shape{'s' if others > 1 else ''} in it left out"] * bool(others)
            did += [f"{len(broken)} of them mended ({'; '.join(dict.fromkeys(broken.values()))})"] * bool(broken)
            if others or broken:
                log.add("invalid geometry - fixed", row=row, field="geometry", value="GeometryCollection",
                        action=", ".join(did))  # fmt: skip
            return shapely.union_all(sound)
    return collection
