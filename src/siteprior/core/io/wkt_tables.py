"""CSV files whose shapes stand in a column as well-known text, read piece by piece: of large ones only what lies near.

So planning.data.gov.uk publishes its datasets: polygons in ``geometry``, points in ``point``, both in degrees.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import archive_member, open_stream
from siteprior.core.io.coordinate_systems import stated_crs
from siteprior.core.io.on_the_grid import on_the_grid
from siteprior.core.io.vector_files import ROW
from siteprior.core.io.vector_part import Box, Part, Squares, all_squares, in_box, squares_of, whole_bounds
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS

SHAPES = ("geometry", "wkt", "point")
"""Columns that may hold shapes, in the order in which they are taken."""

DEGREES = 180.0
"""Numbers up to here are degrees."""

_ROWS_AT_ONCE = 5_000
_SHOWN = 40


def is_wkt_table(path: Path | str) -> bool:
    """Return whether a file is a CSV by its name, plain, gzipped or a member of a zip.

    Examples
    --------
    >>> is_wkt_table("conservation-area.csv"), is_wkt_table("a.zip!b.CSV.gz"), is_wkt_table("a.geojson")
    (True, True, False)
    """
    archive, member = archive_member(path)
    return (member or archive).lower().removesuffix(".gz").endswith(".csv")


def wkt_columns(path: Path | str) -> list[str]:
    """Return the columns of a CSV of shapes, those with the shapes apart.

    Raises
    ------
    InputError
        When the file is missing, or has no column of shapes.
    """
    names = _header(path)
    _shape_columns(path, names)
    return [name for name in names if name.casefold() not in SHAPES]


def read_wkt_part(
    path: Path | str,
    within: Box,
    *,
    columns: Sequence[str] = (),
    crs: str | None = None,
    log: IssueLog | None = None,
    watch: Callable[[pd.DataFrame], None] | None = None,
) -> Part:
    r"""Read the rows of a CSV whose shapes lie about a box, into metres on EPSG:27700.

    Parameters
    ----------
    path
        The CSV, ``.gz`` and ``archive.zip!member`` too. A row's shape is its ``geometry`` or ``wkt``, where that is
        blank its ``point``.
    within
        West, south, east and north of the box, metres on EPSG:27700.
    columns
        The columns kept beside the shape.
    crs
        The coordinate system; without it numbers up to 180 are degrees (longitude first), larger ones metres.
    log
        Takes a row per shape that cannot be read.
    watch
        Called with the columns of every few thousand rows, those that lie elsewhere too.

    Returns
    -------
    Part
        As :func:`siteprior.core.io.vector_part.read_part`; the index is the record number, the header's 1.

    Raises
    ------
    InputError
        When the file is missing, no CSV, or has no column of shapes.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "green-belt.csv"
    >>> _ = path.write_text('name,geometry,point\nBelt,"POLYGON ((-2 52, -1.99 52, -1.99 52.01, -2 52))",\n')
    >>> part = read_wkt_part(path, (399000, 230000, 401000, 240000), columns=["name"])
    >>> part.table["name"].to_dict(), part.rows
    ({2: 'Belt'}, 1)
    """
    names = _header(path)
    drawn_in = _shape_columns(path, names)
    system = None if crs is None else stated_crs(crs, file=str(path))
    parts, boxes, squares, rows, areal = list[gpd.GeoDataFrame](), list[Box](), list[Squares](), 0, False
    for piece in _pieces(path, [*drawn_in, *columns]):
        rows += len(piece)
        if watch is not None:
            watch(piece[list(columns)])
        shapes = _shapes(piece, drawn_in, log)
        system = system or _system_of(shapes)
        if system is None:
            continue
        edges = whole_bounds(shapely.bounds(shapes))
        squares.append(squares_of(shapely.bounds(shapes), pyproj.CRS(system)))
        areal |= bool((shapely.area(shapes) > 0).any())
        near = _near(shapes, within, system)
        table = gpd.GeoDataFrame(piece.loc[near, list(columns)], geometry=shapes[near], crs=system)
        if len(table):
            parts.append(in_box(on_the_grid(path, table, log), within))
        if edges is not None:
            boxes.append(_moved(edges, system, CRS))
    if not parts:
        empty = pd.DataFrame(
            {name: pd.Series(dtype="str") for name in columns}, index=pd.Index([], name=ROW, dtype=int)
        )
        nothing = gpd.GeoDataFrame(empty, geometry=[], crs=CRS)
        return Part(nothing, whole_bounds(boxes), rows, all_squares(squares), areal)
    table = gpd.GeoDataFrame(pd.concat(parts), crs=CRS)
    return Part(table.rename_axis(ROW), whole_bounds(boxes), rows, all_squares(squares), areal)


def _header(path: Path | str) -> list[str]:
    """Return the names in the first record."""
    with open_stream(path) as stream:
        try:
            first = next(csv.reader(_lines(stream)), [])
        except (csv.Error, UnicodeDecodeError) as fault:
            raise InputError(f"{path}: cannot be read as CSV ({fault}); save it as CSV in UTF-8") from None
    return [name.strip() for name in first]


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Yield lines of text, the byte-order mark left out; a carriage return alone ends a line, as in the rows."""
    for number, line in enumerate(stream):
        yield from io.StringIO(line.decode("utf-8-sig" if not number else "utf-8"), newline=None)


def _shape_columns(path: Path | str, names: Sequence[str]) -> list[str]:
    """Return the columns that hold shapes, or refuse a table that has none."""
    found = [name for wanted in SHAPES for name in names if name.casefold() == wanted]
    if not found:
        raise InputError(
            f"{path}: has no column of shapes (looked for {', '.join(SHAPES)}); it has {', '.join(names) or 'none'}"
        )
    return found


def _pieces(path: Path | str, wanted: Sequence[str]) -> Iterator[pd.DataFrame]:
    """Yield the records a few thousand at a time, as text, under their record numbers."""
    with open_stream(path) as stream:
        try:
            read = pd.read_csv(
                stream, dtype="str", keep_default_na=False, encoding="utf-8-sig", chunksize=_ROWS_AT_ONCE,
                usecols=lambda name: str(name).strip() in wanted, skip_blank_lines=False,
            )  # fmt: skip
            for piece in (part for part in read if len(part)):
                if not isinstance(piece.index, pd.RangeIndex):  # pandas would take the first cells for an index
                    raise InputError(f"{path}: its rows have more cells than its header has names; download it again")
                piece.columns = [str(name).strip() for name in piece.columns]
                yield piece.set_axis(pd.RangeIndex(piece.index[0] + 2, piece.index[-1] + 3))
        except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
            raise InputError(f"{path}: cannot be read as CSV ({fault}); download it again") from None


def _shapes(piece: pd.DataFrame, drawn_in: Sequence[str], log: IssueLog | None) -> npt.NDArray[np.object_]:
    """Return the shape of each row, ``None`` where it has none; log what is no shape."""
    texts = piece[drawn_in[0]].fillna("").str.strip()  # a row that is cut short has no such cell
    for other in drawn_in[1:]:
        texts = texts.where(texts != "", piece[other].fillna("").str.strip())
    shapes = np.asarray(shapely.from_wkt(texts.to_numpy(dtype=object), on_invalid="ignore"), dtype=object)
    if log is not None:
        for at in np.flatnonzero(shapely.is_missing(shapes)).tolist():
            text = texts.iloc[at]
            why = "has no shape" if not text else "its shape cannot be read"
            log.add("invalid geometry - not fixable", row=int(piece.index[at]), field=drawn_in[0],
                    value=text[:_SHOWN], action=f"left out: {why}")  # fmt: skip
    return shapes


def _system_of(shapes: npt.NDArray[np.object_]) -> pyproj.CRS | None:
    """Return degrees or metres, as the numbers are; ``None`` where there are none yet."""
    corners = shapely.get_coordinates(shapes)
    if not len(corners):
        return None
    return pyproj.CRS(4326) if np.abs(corners).max() <= DEGREES else pyproj.CRS(CRS)


def _near(shapes: npt.NDArray[np.object_], within: Box, system: pyproj.CRS) -> npt.NDArray[np.bool_]:
    """Return which shapes lie about a box of EPSG:27700, looked at in their own system: no other is converted."""
    about = _moved(within, CRS, system)
    west, south, east, north = shapely.bounds(shapes).T
    near: npt.NDArray[np.bool_] = (west <= about[2]) & (east >= about[0]) & (south <= about[3]) & (north >= about[1])
    return near


def _moved(box: Box, source: pyproj.CRS | str, target: pyproj.CRS | str) -> Box:
    """Bring a box to another coordinate system."""
    west, south, east, north = pyproj.Transformer.from_crs(source, target, always_xy=True).transform_bounds(*box)
    return west, south, east, north
