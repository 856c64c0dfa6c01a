"""What QGIS, ArcGIS and MapInfo can hold of a GeoPackage, and how a table is made to fit; nothing is lost silently.

ArcGIS Pro knows none of GeoPackage's extensions (titles, lists of values, styles), so meaning has to stand in the
cells: words instead of truth values, days as ISO text, no whole number beyond 32 bits. MapInfo Pro opens a text column
without a width, or with one above 254, read-only. What was changed stands in the table ``changed_for_gis`` of the same
file, from which :func:`restored` makes the table as it was.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

Frame = TypeVar("Frame", pd.DataFrame, gpd.GeoDataFrame)

GIS = ("qgis", "arcgis", "mapinfo")
"""The programs a GeoPackage can be made for."""

CHANGES = "changed_for_gis"
"""The table that says what was changed for a program, and how it was before."""

MAPINFO_TEXT = 254
"""The widest text column MapInfo Pro opens for editing, in letters (Precisely, MapInfo Pro 2023 help)."""

ARCGIS_NAME = 64
"""The longest name of a field in a file geodatabase, in letters (Esri, ArcGIS Pro help, size and name limits)."""

ARCGIS_RESERVED = frozenset({
    "add", "alter", "and", "as", "asc", "between", "by", "column", "create", "date", "delete", "desc", "drop", "exists",
    "for", "from", "group", "having", "in", "insert", "into", "is", "like", "not", "null", "objectid", "or", "order",
    "select", "set", "shape", "table", "update", "values", "where",
})  # fmt: skip
"""Names ArcGIS keeps for itself (Esri, ArcGIS Pro help, fields, tables and reserved words)."""

_DIGEST = 8
"""How many digits of a hash keep apart two keys that are cut alike."""


class Change(NamedTuple):
    """One change: of a cell, in parts where it is long, or of a column's name, where ``row_number`` is missing."""

    table_name: str
    row_number: int | None
    column_name: str
    part: int
    original: str


def words(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return truth values as yes and no, days as ISO text, and whole numbers beyond 32 bits as digits.

    Examples
    --------
    >>> list(words(pd.Series([True, None], dtype="boolean")).fillna("-"))
    ['yes', '-']
    """
    if pd.api.types.is_bool_dtype(column.dtype):
        return column.map({True: "yes", False: "no"}).astype("str")
    if "date" in str(column.dtype):
        return pd.to_datetime(column).dt.strftime("%Y-%m-%d").astype("str")
    if pd.api.types.is_integer_dtype(column.dtype) and str(column.dtype) == "Int64":
        return column.astype("string").astype("str")
    return column


def for_arcgis(name: str, table: Frame) -> tuple[Frame, list[Change]]:
    """Return a stored table with words in the cells and names ArcGIS takes, and the names it had.

    Examples
    --------
    >>> table, changes = for_arcgis("issues", pd.DataFrame({"order": [1]}))
    >>> list(table), changes[0].original
    (['order_'], 'order')
    """
    table = table.copy()
    place = table.active_geometry_name if isinstance(table, gpd.GeoDataFrame) else None
    for column in table.columns:
        if column != place:
            table[column] = words(table[column])
    taken = {str(column).lower() for column in table.columns}
    names: dict[str, str] = {}
    for column in table.columns:
        fit = _field_name(str(column))
        if fit != column:
            base, number = fit, 2
            while fit.lower() in taken:
                end = f"_{number}"
                fit, number = base[: ARCGIS_NAME - len(end)] + end, number + 1
            taken.add(fit.lower())
            names[column] = fit
    changes = [Change(name, None, fit, 1, column) for column, fit in names.items()]
    return table.rename(columns=names), changes


def _field_name(name: str) -> str:
    """Return a name as ArcGIS takes it: letters, digits and underscores, not reserved, a letter first, not too long."""
    fit = re.sub(r"\W", "_", name, flags=re.ASCII)
    fit = fit if re.match(r"[A-Za-z]", fit) else f"f_{fit}"
    fit = f"{fit}_" if fit.lower() in ARCGIS_RESERVED else fit
    return fit[:ARCGIS_NAME]


def for_mapinfo(name: str, table: Frame) -> tuple[Frame, list[Change]]:
    """Return a stored table whose texts have at most 254 letters, and what was cut, whole, in parts as short.

    A key, which is a table's first column, ends in digits of its own where it is cut, so that none stands twice.

    Examples
    --------
    >>> table, changes = for_mapinfo("issues", pd.DataFrame({"note": ["a" * 300]}))
    >>> len(table["note"][0]), [len(change.original) for change in changes]
    (254, [254, 46])
    """
    table, changes = table.copy(), list[Change]()
    for place, column in enumerate(table.columns):
        if not pd.api.types.is_string_dtype(table[column].dtype):
            continue
        texts = table[column].to_numpy(dtype=object, copy=True)
        for row in np.flatnonzero(table[column].str.len().fillna(0) > MAPINFO_TEXT):
            text = str(texts[row])
            parts = range(0, len(text), MAPINFO_TEXT)
            changes += [
                Change(name, int(row) + 1, str(column), number, text[start : start + MAPINFO_TEXT])
                for number, start in enumerate(parts, 1)
            ]
            end = f"…{sha256(text.encode()).hexdigest()[:_DIGEST]}" if place == 0 else "…"
            texts[row] = text[: MAPINFO_TEXT - len(end)] + end
        table[column] = pd.Series(texts, index=table.index, dtype=table[column].dtype)
    return table, changes


def limit_texts(database: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Declare every text column of tables with the width MapInfo opens for editing, ``TEXT(254)``.

    The schema is edited in place, for no column can be altered in SQLite; GDAL then reads ``String (254.0)``.
    """
    (version,) = database.execute("PRAGMA schema_version").fetchone()
    database.execute("PRAGMA writable_schema=ON")
    for name in tables:
        (written,) = database.execute("SELECT sql FROM sqlite_master WHERE type='table' AND name=?", (name,)).fetchone()
        limited = re.sub(r'(" TEXT)(?=\s*(?:,|\)|NOT|UNIQUE|DEFAULT))', rf"\1({MAPINFO_TEXT})", written)
        database.execute("UPDATE sqlite_master SET sql=? WHERE type='table' AND name=?", (limited, name))
    database.execute(f"PRAGMA schema_version={version + 1}")
    database.execute("PRAGMA writable_schema=OFF")


def change_words(gis: str, changes: list[Change]) -> str:
    """Return the sentence that says what was changed for a program.

    Examples
    --------
    >>> change_words("arcgis", [Change("sites", None, "order_", 1, "order")])
    'for arcgis 1 column has another name (order is order_); changed_for_gis lists them'
    """
    names = {change.original: change.column_name for change in changes if change.row_number is None}
    if names:
        listed = ", ".join(f"{old} is {new}" for old, new in names.items())
        verb = "column has another name" if len(names) == 1 else "columns have other names"
        return f"for {gis} {len(names)} {verb} ({listed}); {CHANGES} lists them"
    cells = len({change[:3] for change in changes})
    columns = sorted({f"{change.table_name}.{change.column_name}" for change in changes})
    return (
        f"for {gis} {cells} {'text is' if cells == 1 else 'texts are'} cut to {MAPINFO_TEXT} letters "
        f"({', '.join(columns)}); they stand whole in the table {CHANGES}"
    )


def restored(path: Path | str, name: str, table: Frame) -> Frame:
    """Return a table read from a GeoPackage as it was before it was made to fit a program.

    Parameters
    ----------
    path
        The GeoPackage.
    name
        The layer or table.
    table
        Its rows in the order of the file.

    Examples
    --------
    >>> restored("gone.gpkg", "sites", pd.DataFrame({"note": ["a"]}))["note"][0]
    'a'
    """
    try:  # read as unchanging: SQLite else leaves files beside one that QGIS has edited, as if it were open
        with closing(sqlite3.connect(f"{Path(path).absolute().as_uri()}?immutable=1", uri=True)) as database:
            found = database.execute(
                f"SELECT row_number, column_name, original FROM {CHANGES} WHERE table_name=? "
                "ORDER BY row_number, column_name, part",
                (name,),
            ).fetchall()
    except sqlite3.Error:  # a file made for QGIS has no such table
        return table
    names: dict[str, str] = {}
    cells: dict[tuple[int, str], str] = {}
    for row, column, original in found:
        if row is None:
            names[column] = original
        else:
            cells[row, column] = cells.get((row, column), "") + original
    return _put_back(table, names, cells)


def _put_back(table: Frame, names: Mapping[str, str], cells: Mapping[tuple[int, str], str]) -> Frame:
    """Return a table with cells and names put back."""
    table = table.copy()
    for column in {column for _, column in cells}:
        values = table[column].astype(object).tolist()
        for (row, of), original in cells.items():
            if of == column:
                values[row - 1] = original
        table[column] = pd.Series(values, index=table.index, dtype=table[column].dtype)
    return table.rename(columns=names)
