"""Which corridor files hold lines, and the column of theirs that plainly names them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from siteprior.core.errors import InputError

LINE_FILES = (
    ".geojson", ".json", ".gpkg", ".shp", ".fgb", ".gml", ".kml", ".gpx", ".tab", ".mif", ".gdb", ".parquet",
    ".geoparquet",
)  # fmt: skip
"""Endings of vector files, ``.gz`` apart: a corridor file called so holds lines, any other a table of stops."""

LINE_NAMES = ("corridor", "name", "line", "route", "line_name", "route_name")
"""What a column with the names of lines is plainly called, in letters of any case."""


def holds_lines(path: Path | str) -> bool:
    """Return whether a corridor file is one of lines by its ending.

    Examples
    --------
    >>> holds_lines("metro.GeoJSON"), holds_lines("corridors.csv"), holds_lines("a.zip!metro.gpkg")
    (True, False, True)
    """
    return str(path).lower().removesuffix(".gz").endswith(LINE_FILES)


def name_column_of(raw: gpd.GeoDataFrame, label: str) -> str:
    """Return the column that plainly names the lines (:data:`LINE_NAMES`), or refuse with those there are.

    Raises
    ------
    InputError
        When no column is called so, or several are.

    Examples
    --------
    >>> name_column_of(gpd.GeoDataFrame({"kind": [], "Name": []}, geometry=[]), "metro.geojson")
    'Name'
    """
    columns = [str(column) for column in raw.columns if column != raw.geometry.name]
    plain = [column for column in columns if column.casefold() in LINE_NAMES]
    if len(plain) == 1:
        return plain[0]
    found = (
        f"several columns could name the lines: {', '.join(plain)}" if plain else "no column plainly names the lines"
    )
    raise InputError(
        f"{label}: {found}; it has {', '.join(columns) or 'none'}. Say which: "
        f'paths = [{{path = "{label}", name = "{(plain or columns or ["…"])[0]}", kind = "metro"}}]'
    )
