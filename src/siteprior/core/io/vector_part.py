"""The features of a vector file that lie about a box, and what is known of all the others: their extent and number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io.left_out import refuse_left_out
from siteprior.core.io.on_the_grid import on_the_grid
from siteprior.core.io.vector_files import ROW, gdal_boxes, gdal_table, is_geoparquet, read_vector, with_crs
from siteprior.core.io.vector_sources import vector_source
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS

Box: TypeAlias = tuple[float, float, float, float]
"""West, south, east and north."""

Squares: TypeAlias = tuple[tuple[int, int, int], ...]
"""Squares of the National Grid that hold features: easting and northing in 100 km, and how many."""

SQUARE_M = 100_000
"""The side of the lettered squares of the British National Grid (Ordnance Survey, A guide to coordinate systems)."""

_AT_ONCE = 5_000
"""Features looked at a time for one with an area: a matter of memory."""

_CORNERS_OF_A_SIDE = 21
"""Points of each side of a box that are brought to another coordinate system; pyproj's own number."""


class Part(NamedTuple):
    """The features of a file about a box, with what is known of the whole file.

    Attributes
    ----------
    table
        The features whose own box meets it, on EPSG:27700; the index is the number of the feature in the file, from 1.
    bounds
        The box of all features of the file on EPSG:27700, metres, a few kilometres wider where the file is in degrees;
        ``None`` where none has a place.
    rows
        How many features the file has.
    squares
        How many features have the middle of their box in each square of 100 km of the National Grid, all of the file.
    areal
        Whether any feature of the file has an area; ``None`` where that was not looked at.
    """

    table: gpd.GeoDataFrame
    bounds: Box | None
    rows: int
    squares: Squares = ()
    areal: bool | None = None


def read_part(
    path: Path | str, within: Box, *, layer: str | None = None, crs: str | None = None, log: IssueLog | None = None
) -> Part:
    """Read what of a vector file lies about a box, into metres on EPSG:27700; no other shape is made.

    Parameters
    ----------
    path, layer, crs, log
        As for :func:`siteprior.core.io.vector_files.read_vector`.
    within
        West, south, east and north of the box, metres on EPSG:27700.

    Returns
    -------
    Part
        The features whose box meets it, the box of all, and their number. A feature without a shape is in no box;
        how many there are is logged.

    Raises
    ------
    InputError
        As :func:`siteprior.core.io.vector_files.read_vector`.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/tips.gpkg"
    >>> squares = [shapely.box(x, 290000, x + 100, 290100) for x in (400000, 500000)]
    >>> gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=squares, crs=27700).to_file(path)
    >>> part = read_part(path, (499000, 289000, 501000, 291000))
    >>> part.table["name"].to_dict(), part.bounds, part.rows
    ({2: 'b'}, (400000.0, 290000.0, 500100.0, 290100.0), 2)
    """
    if is_geoparquet(path):
        table = read_vector(path, layer=layer, crs=crs, log=log)
        boxes = shapely.bounds(table.geometry.to_numpy())
        _log_shapeless(boxes, log)
        areal = bool((shapely.area(table.geometry.to_numpy()) > 0).any())
        return Part(in_box(table, within), whole_bounds(boxes), len(table), squares_of(boxes), areal)
    source = vector_source(path)
    head = gdal_table(path, source, layer, max_features=0)
    if not isinstance(head, gpd.GeoDataFrame):
        raise InputError(f"{path}: holds no shapes; give a file with lines or polygons")
    own = with_crs(path, source, head, crs, log).crs
    assert own is not None  # with_crs saw to it
    fids, boxes = gdal_boxes(path, source, layer)
    refuse_left_out(path, source, len(fids))
    _log_shapeless(boxes, log)
    extent = _to_grid(whole_bounds(boxes), own)
    about = pyproj.Transformer.from_crs(CRS, own, always_xy=True).transform_bounds(
        *within, densify_pts=_CORNERS_OF_A_SIDE
    )
    table = gpd.GeoDataFrame(gdal_table(path, source, layer, bbox=about, fid_as_index=True))
    numbers = pd.Series(np.arange(1, len(fids) + 1), index=fids).reindex(table.index)
    table.index = pd.Index(numbers.to_numpy(), name=ROW)
    table = table.sort_index()
    placed = on_the_grid(path, table.set_crs(own, allow_override=True), log)
    return Part(in_box(placed, within), extent, len(fids), squares_of(boxes, own))


def has_area(path: Path | str, *, layer: str | None = None) -> bool:
    """Return whether any feature of a vector file GDAL reads has an area: not points, lines and blanks alone.

    Raises
    ------
    InputError
        As :func:`siteprior.core.io.vector_files.read_vector`.

    Examples
    --------
    >>> import tempfile
    >>> path = tempfile.mkdtemp() + "/lines.gpkg"
    >>> gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (9, 9)])], crs=27700).to_file(path)
    >>> has_area(path)
    False
    """
    source, start = vector_source(path), 0
    while True:
        piece = gdal_table(path, source, layer, columns=[], skip_features=start, max_features=_AT_ONCE)
        shapes = piece.geometry.to_numpy() if isinstance(piece, gpd.GeoDataFrame) else np.zeros(0, dtype=object)
        if (shapely.area(shapes) > 0).any():
            return True
        if len(piece) < _AT_ONCE:
            return False
        start += _AT_ONCE


def squares_of(boxes: npt.NDArray[np.float64] | Sequence[Box], crs: pyproj.CRS | None = None) -> Squares:
    """Count features by the square of 100 km of the National Grid that the middle of their box lies in.

    Parameters
    ----------
    boxes
        West, south, east and north of each; those without a shape are not counted.
    crs
        Their coordinate system, EPSG:27700 by default.

    Examples
    --------
    >>> squares_of([(400000, 290000, 400100, 290100), (410000, 290000, 410100, 290100), (10, 10, 20, 20)])
    ((0, 0, 1), (4, 2, 2))
    """
    edges = np.asarray(boxes, dtype=float).reshape(-1, 4)
    edges = edges[np.isfinite(edges).all(axis=1)]
    middles = (edges[:, :2] + edges[:, 2:]) / 2
    if crs is not None and crs != CRS and len(middles):
        middles = np.column_stack(pyproj.Transformer.from_crs(crs, CRS, always_xy=True).transform(*middles.T))
        middles = middles[np.isfinite(middles).all(axis=1)]
    places, counts = np.unique(np.floor(middles / SQUARE_M).astype(int), axis=0, return_counts=True)
    return tuple((east, north, many) for (east, north), many in zip(places.tolist(), counts.tolist(), strict=True))


def all_squares(several: Iterable[Squares]) -> Squares:
    """Return the squares of several files together.

    Examples
    --------
    >>> all_squares([((4, 2, 2),), ((4, 2, 1), (0, 0, 1))])
    ((0, 0, 1), (4, 2, 3))
    """
    counts = Counter[tuple[int, int]]()
    for squares in several:
        for east, north, many in squares:
            counts[east, north] += many
    return tuple((east, north, many) for (east, north), many in sorted(counts.items()))


def in_box(table: gpd.GeoDataFrame, within: Box) -> gpd.GeoDataFrame:
    """Return the rows whose shape's own box meets a box, both on EPSG:27700."""
    west, south, east, north = shapely.bounds(table.geometry.to_numpy()).T
    kept = (west <= within[2]) & (east >= within[0]) & (south <= within[3]) & (north >= within[1])
    part: gpd.GeoDataFrame = table.loc[kept]
    return part


def whole_bounds(boxes: npt.NDArray[np.float64] | Sequence[Box]) -> Box | None:
    """Return the one box about several, those of features without a shape apart; ``None`` where there is none.

    Examples
    --------
    >>> whole_bounds([(0, 0, 1, 1), (2, -1, 3, 0), (float("nan"),) * 4])
    (0.0, -1.0, 3.0, 1.0)
    """
    edges = np.asarray(boxes, dtype=float).reshape(-1, 4)
    edges = edges[np.isfinite(edges).all(axis=1)]
    if not len(edges):
        return None
    west, south = edges[:, :2].min(axis=0).tolist()
    east, north = edges[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def _log_shapeless(boxes: npt.NDArray[np.float64], log: IssueLog | None) -> None:
    """Log how many features have no box, and so no place, with the number of the first."""
    without = np.flatnonzero(~np.isfinite(boxes).all(axis=1))
    if log is not None and len(without):
        log.add("invalid geometry - not fixable", row=int(without[0]) + 1, field="geometry",
                value=f"{len(without):,} of {len(boxes):,} features, this one first",
                action="left out: has no shape")  # fmt: skip


def _to_grid(box: Box | None, crs: pyproj.CRS) -> Box | None:
    """Bring a box to EPSG:27700; ``None`` where that cannot be done."""
    if box is None:
        return None
    placed = pyproj.Transformer.from_crs(crs, CRS, always_xy=True).transform_bounds(
        *box, densify_pts=_CORNERS_OF_A_SIDE
    )
    return whole_bounds([placed])
