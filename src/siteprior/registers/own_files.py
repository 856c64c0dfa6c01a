"""One file of the user's own sites, vector or table, read as text by field, with the polygons its rows are drawn as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError
from siteprior.core.io.coordinate_systems import stated_crs
from siteprior.core.io.messy_tables import TextTable, read_table
from siteprior.core.io.sheet_notes import report_formulas, report_sheets
from siteprior.core.io.vector_files import read_vector
from siteprior.core.io.workbooks import cell_text
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS
from siteprior.project.own_columns import FIELDS, PAIRS, map_faults, named_as_siteprior
from siteprior.registers.column_names import Headers
from siteprior.registers.coordinates.locate import OWN_LISTS
from siteprior.registers.matching.similarity import M2_PER_HA
from siteprior.registers.own_shapes import own_shapes
from siteprior.registers.rows import Rows, without_control_signs

TABULAR = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods")
"""Endings of files that are tables; any other is taken for a vector file."""

DEGREES = "EPSG:4326"
"""The coordinate system of longitude and latitude."""


class OwnFile(NamedTuple):
    """The rows of one file, still text; the polygon of each, or ``None``; and whether no text states its area."""

    rows: Rows
    polygons: npt.NDArray[np.object_]
    unstated: npt.NDArray[np.bool_]


def read_own_file(path: Path, columns: Mapping[str, str], layer: str | None, crs: str | None, log: IssueLog) -> OwnFile:
    """Read the rows of one file by the map of its columns, as :func:`checked_map` returns it."""
    if is_tabular(path):
        rows = _from_table(path, columns, layer, crs, log)
        many = len(rows.numbers)
        return OwnFile(rows, np.full(many, None, dtype=object), np.zeros(many, dtype=bool))
    return _from_vector(path, columns, layer, crs, log)


def is_tabular(path: Path | str) -> bool:
    """Return whether a file is by its ending a table, not a vector file; ``.gz`` after it does not matter.

    Examples
    --------
    >>> [is_tabular(name) for name in ("mine.CSV", "mine.csv.gz", "mine.gpkg", "all.zip!mine.xlsx")]
    [True, True, False, True]
    """
    return str(path).lower().removesuffix(".gz").endswith(TABULAR)


def places_mapped(columns: Mapping[str, str]) -> bool:
    """Return whether the map names the columns of a pair of coordinates."""
    return any(set(pair) <= set(columns) for pair in PAIRS)


def checked_map(columns: Mapping[str, str], name: str) -> dict[str, str]:
    """Return a column map by siteprior's own names; refuse one with faults before the file is opened."""
    faults = [f"{name}: columns: {text}" for _, text in map_faults(columns)]
    if faults:
        raise InputError(*faults)
    return named_as_siteprior(columns)


def _check_sources(columns: Mapping[str, str], header: Sequence[str], name: str) -> None:
    """Refuse source columns the file does not have, listing what it has."""
    absent = [source for source in columns.values() if source not in header]
    if absent:
        raise InputError(
            f"{name}: has no column {', '.join(repr(source) for source in absent)}; "
            f"its columns: {', '.join(map(str, header))}"
        )


def _from_table(path: Path, columns: Mapping[str, str], sheet: str | None, crs: str | None, log: IssueLog) -> Rows:
    """Read a CSV or workbook; its header is the record that names most of the columns mapped."""
    name, sources = log.file, {" ".join(source.split()) for source in columns.values()}

    def score(cells: Sequence[str]) -> float:
        return float(len(sources & {" ".join(cell.split()) for cell in cells}))

    wanted = f"the columns {', '.join(columns.values())}"
    table = without_control_signs(read_table(path, score=score, wanted=wanted, sheet=sheet), log)
    if sheet is None:
        report_sheets(table, log)
    mapped = {column: " ".join(source.split()) for column, source in columns.items()}
    _check_sources(mapped, table.header, name)
    if not places_mapped(columns):
        raise InputError(f"{name}: columns: map easting and northing or longitude and latitude to place the sites")
    filled = [position for position, cells in enumerate(table.rows) if any(cells)]
    fields = {
        FIELDS[column]: [table.rows[position][table.header.index(source)] for position in filled]
        for column, source in mapped.items()
    }
    if crs is not None and "easting" in fields:
        _to_grid(fields, crs, name)
    at = {table.header.index(source): FIELDS[column] for column, source in mapped.items()}
    used = tuple(cell for cell in table.unstored if cell[1] in at)
    report_formulas(table._replace(unstored=used), at, log)
    numbers = [table.numbers[position] for position in filled]
    return Rows(fields, numbers, [""] * len(filled), Headers((), (), OWN_LISTS), table, len(filled))


def _to_grid(fields: dict[str, list[str]], crs: str, name: str) -> None:
    """Turn eastings and northings of another system into those of the National Grid, in place."""
    x = pd.to_numeric(pd.Series(fields["easting"]), errors="coerce").to_numpy(dtype=float)
    y = pd.to_numeric(pd.Series(fields["northing"]), errors="coerce").to_numpy(dtype=float)
    system = stated_crs(crs, file=name)
    east, north = pyproj.Transformer.from_crs(system, CRS, always_xy=True).transform(x, y)
    valid = np.isfinite(east) & np.isfinite(north)
    for field, values in (("easting", east), ("northing", north)):
        texts = zip(valid, values, fields[field], strict=True)
        fields[field] = [f"{value:.2f}" if finite else text for finite, value, text in texts]


def _from_vector(path: Path, columns: Mapping[str, str], layer: str | None, crs: str | None, log: IssueLog) -> OwnFile:
    """Read a vector file; a point stands for itself, a polygon is kept and a point inside it stands for the site."""
    frame = read_vector(path, layer=layer, crs=crs, log=log)
    _check_sources(columns, [str(column) for column in frame.columns if column != frame.geometry.name], log.file)
    numbers = list(map(int, frame.index))
    texts = {
        FIELDS[column]: [cell_text(_python_value(value)).strip() for value in frame[source]]
        for column, source in columns.items()
    }
    mapped = places_mapped(columns)
    polygons, points = own_shapes(frame.geometry.to_numpy(), numbers, log, placed_by_columns=mapped)
    placed = _fill_places(texts, points)
    if mapped:
        for position in np.flatnonzero(placed):
            log.add("default-value", row=numbers[position], field="coordinates", action="taken from the shape drawn")
    elif not shapely.is_missing(polygons).all():
        log.add("default-value", field="geometry", action="a point inside each polygon stands for the site's place")
    unstated = _fill_hectares(texts, polygons, numbers, log)
    table = TextTable(tuple(map(str, frame.columns)), 0, [], numbers, [], "vector", layer or "")
    rows = Rows(texts, numbers, [""] * len(frame), Headers((), (), OWN_LISTS), table, len(frame))
    return OwnFile(rows, polygons, unstated)


def _fill_places(texts: dict[str, list[str]], points: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Take the points of the shapes for coordinates where no text states any, in place; return where."""
    pairs = [pair for pair in PAIRS if set(pair) <= set(texts)] or [PAIRS[0]]
    blank = [""] * len(points)
    stated = zip(*(texts.get(axis, blank) for pair in pairs for axis in pair), strict=True)
    placed = np.array([not any(row) for row in stated], dtype=bool)
    placed &= ~shapely.is_missing(points)
    for x, y in pairs:
        system, digits = (CRS, 2) if x == "easting" else (DEGREES, 7)  # a centimetre either way
        places = gpd.GeoSeries(points, crs=CRS).to_crs(system).to_numpy()
        for axis, values in ((x, shapely.get_x(places)), (y, shapely.get_y(places))):
            given = zip(texts.get(axis, blank), values, placed, strict=True)
            texts[axis] = [f"{value:.{digits}f}" if fill else text for text, value, fill in given]
    return placed


def _python_value(value: CellValue) -> CellValue:
    """Return a cell of a data frame as a plain Python value, missing as ``None``."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


def polygon_hectares(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.float64]:
    """Return the hectares of polygons to the square metre; 0 without one."""
    return np.nan_to_num(shapely.area(polygons) / M2_PER_HA).round(4)


def _fill_hectares(
    texts: dict[str, list[str]], polygons: npt.NDArray[np.object_], numbers: list[int], log: IssueLog
) -> npt.NDArray[np.bool_]:
    """Take hectares from the area of polygons where no text states them, in place; return where."""
    areas = polygon_hectares(polygons)
    stated = texts.get("hectares", [""] * len(polygons))
    unstated: npt.NDArray[np.bool_] = np.array([not text for text in stated], dtype=bool)
    unstated &= areas > 0
    if not unstated.any():
        return unstated
    given = zip(stated, areas, unstated, strict=True)
    texts["hectares"] = [f"{area:.4f}" if blank else text for text, area, blank in given]
    if not any(stated):
        log.add("default-value", field="hectares", action="taken from the area of the shapes")
        return unstated
    for position in np.flatnonzero(unstated):
        log.add("default-value", row=numbers[position], field="hectares", action="taken from the area of the shape")
    return unstated
