"""The user's own sites: any vector file, CSV or workbook joins as a register through a map of its columns.

Brownfield registers are housing-led and hold no pure employment land; the public estate, a call for sites or a list
of employment land fill that gap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import InputError
from siteprior.core.files import record
from siteprior.core.io.messy_tables import TextTable, cell_text, read_table
from siteprior.core.io.vector_files import read_vector
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import CRS
from siteprior.project.own_columns import FIELDS, PAIRS, map_faults
from siteprior.registers.column_names import Headers
from siteprior.registers.councils import Councils, councils
from siteprior.registers.labelled_paths import Labels, Paths, label_paths
from siteprior.registers.reader import conform_sites, issues_of, site_table
from siteprior.registers.references import resolve_duplicates
from siteprior.registers.rows import Rows

TABULAR = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls")


@renamed_argument(path="paths", file="files")
def read_own_sites(
    paths: Paths,
    *,
    columns: Mapping[str, str],
    register: str,
    organisation: str | None = None,
    layer: str | None = None,
    crs: str | None = None,
    files: Labels = None,
    boundaries: gpd.GeoDataFrame | None = None,
) -> Reading[gpd.GeoDataFrame]:
    r"""Read the user's own sites as a register: a row per site, areas in hectares, places in metres.

    Parameters
    ----------
    paths
        One vector file, CSV or ``.xlsx``, or several with the same columns; ``.gz`` and ``archive.zip!member`` are
        opened as they are.
    columns
        Declared column → the files' own column; the names of :data:`FIELDS` are valid.
    register
        What to call these sites in the column ``register``.
    organisation
        ONS code of the council all sites belong to; else the mapped ``organisation``, else the council they lie in.
    layer
        Layer of a file that holds several, or the sheet of a workbook.
    crs
        Coordinate system of a vector file that does not say it, or of the ``easting`` and ``northing`` mapped.
    files
        What each file is called in the table, the issues and the provenance; its path when not given.
    boundaries
        Council areas, as for :func:`siteprior.registers.reader.read_registers`.

    Returns
    -------
    Reading
        ``table`` is :data:`siteprior.core.schema.REGISTER`. A polygon gives a point inside it, and its area as hectares
        where none is mapped, as the issue log states.

    Raises
    ------
    InputError
        When a file cannot be read, the map names an unknown column or one a file does not have, or there is nothing
        to place the sites by; of all files at once.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "estate.csv"
    >>> _ = path.write_text("Asset,Where,E,N,Size\nA7,Old depot,400000,290000,1.5 ha\n")
    >>> plan = {"reference": "Asset", "site_name": "Where", "easting": "E", "northing": "N", "hectares": "Size"}
    >>> sites, _, _ = read_own_sites(path, columns=plan, register="estate", organisation="E08000028")
    >>> sites[["site_name", "hectares", "easting"]].to_dict("index")
    {'E08000028:A7': {'site_name': 'Old depot', 'hectares': 1.5, 'easting': 400000.0}}
    """
    known_councils = councils(boundaries)
    labelled = label_paths(paths, files, role="file of own sites")
    tables: list[pd.DataFrame] = []
    logs: list[IssueLog] = []
    faults: list[str] = []
    for path, label in labelled:
        log = IssueLog(label)
        try:
            rows = _read_rows(path, columns, layer, crs, log)
        except InputError as fault:
            faults.extend(fault.faults)
            continue
        table = site_table(rows, known_councils, log, organisation=organisation, register=register)
        if not _places_mapped(columns):
            table[["original_x", "original_y"]] = ""  # the point is the shape's; no numbers stood in the file
        tables.append(_with_council_of_point(table, known_councils, log))
        logs.append(log)
    if faults:
        raise InputError(*faults)
    sites, _ = resolve_duplicates(pd.concat(tables, ignore_index=True), logs)
    kept = sites["file"].value_counts()
    provenance = [record(path, role=register, file=label, rows=int(kept.get(label, 0))) for path, label in labelled]
    return Reading(conform_sites(sites), issues_of(sites, logs), tuple(provenance))


def _read_rows(path: Path, columns: Mapping[str, str], layer: str | None, crs: str | None, log: IssueLog) -> Rows:
    """Read the rows of one file, after the map of its columns is checked."""
    _check_map(columns, log.file)
    if str(path).removesuffix(".gz").lower().endswith(TABULAR):
        return _from_table(path, columns, layer, crs, log.file)
    return _from_vector(path, columns, layer, crs, log)


def _places_mapped(columns: Mapping[str, str]) -> bool:
    """Return whether the map names the columns of a pair of coordinates."""
    return any(set(pair) <= set(columns) for pair in PAIRS)


def _check_map(columns: Mapping[str, str], name: str) -> None:
    """Check a column map before the file is opened."""
    faults = [f"{name}: columns: {text}" for _, text in map_faults(columns)]
    if faults:
        raise InputError(*faults)


def _check_sources(columns: Mapping[str, str], header: Sequence[str], name: str) -> None:
    """Refuse source columns the file does not have, listing what it has."""
    absent = [source for source in columns.values() if source not in header]
    if absent:
        raise InputError(
            f"{name}: has no column {', '.join(repr(source) for source in absent)}; "
            f"its columns: {', '.join(map(str, header))}"
        )


def _from_table(path: Path, columns: Mapping[str, str], sheet: str | None, crs: str | None, name: str) -> Rows:
    """Read a CSV or workbook; its header is the record that names most of the columns mapped."""
    sources = {" ".join(source.split()) for source in columns.values()}

    def score(cells: Sequence[str]) -> float:
        return float(len(sources & {" ".join(cell.split()) for cell in cells}))

    wanted = f"the columns {', '.join(columns.values())}"
    table = read_table(path, score=score, wanted=wanted, sheet=sheet)
    mapped = {column: " ".join(source.split()) for column, source in columns.items()}
    _check_sources(mapped, table.header, name)
    if not _places_mapped(columns):
        raise InputError(f"{name}: columns: map easting and northing or longitude and latitude to place the sites")
    filled = [position for position, cells in enumerate(table.rows) if any(cells)]
    fields = {
        FIELDS[column]: [table.rows[position][table.header.index(source)] for position in filled]
        for column, source in mapped.items()
    }
    if crs is not None and "easting" in fields:
        _to_grid(fields, crs, name)
    numbers = [table.numbers[position] for position in filled]
    return Rows(fields, numbers, [""] * len(filled), Headers((), (), "own sites"), table, len(filled))


def _to_grid(fields: dict[str, list[str]], crs: str, name: str) -> None:
    """Turn eastings and northings of another system into those of the National Grid, in place."""
    x = pd.to_numeric(pd.Series(fields["easting"]), errors="coerce").to_numpy(dtype=float)
    y = pd.to_numeric(pd.Series(fields["northing"]), errors="coerce").to_numpy(dtype=float)
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise InputError(f"{name}: '{crs}' is not a coordinate system; give one such as EPSG:27700") from None
    east, north = pyproj.Transformer.from_crs(system, CRS, always_xy=True).transform(x, y)
    valid = np.isfinite(east) & np.isfinite(north)
    for field, values in (("easting", east), ("northing", north)):
        texts = zip(valid, values, fields[field], strict=True)
        fields[field] = [f"{value:.2f}" if finite else text for finite, value, text in texts]


def _from_vector(path: Path, columns: Mapping[str, str], layer: str | None, crs: str | None, log: IssueLog) -> Rows:
    """Read a vector file; a point stands for itself, any other shape for a point inside it."""
    frame = read_vector(path, layer=layer, crs=crs)
    _check_sources(columns, [str(column) for column in frame.columns if column != frame.geometry.name], log.file)
    numbers = list(map(int, frame.index))
    texts = {
        FIELDS[column]: [cell_text(_python_value(value)).strip() for value in frame[source]]
        for column, source in columns.items()
    }
    shapes = frame.geometry
    broken = ~(shapes.is_valid | shapes.isna())
    for position in np.flatnonzero(broken):
        log.add("invalid geometry - fixed", row=numbers[position], field="geometry", action="the shape was mended")
    shapes = shapes.make_valid() if broken.any() else shapes
    if not _places_mapped(columns):
        points = shapes.representative_point().to_numpy()
        # A missing or empty point has no coordinates: not-a-number.
        for axis, values in (("easting", shapely.get_x(points)), ("northing", shapely.get_y(points))):
            texts[axis] = ["" if np.isnan(value) else f"{value:.2f}" for value in values.tolist()]
        if (shapes.geom_type.dropna() != "Point").any():
            log.add("default-value", field="geometry", action="a point inside each shape stands for the site")
    _fill_hectares(texts, shapes, numbers, log)
    table = TextTable(tuple(map(str, frame.columns)), 0, [], numbers, [], "vector", layer or "")
    return Rows(texts, numbers, [""] * len(frame), Headers((), (), "own sites"), table, len(frame))


def _python_value(value: CellValue) -> CellValue:
    """Return a cell of a data frame as a plain Python value, missing as ``None``."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if isinstance(value, np.generic) else value


def _fill_hectares(texts: dict[str, list[str]], shapes: gpd.GeoSeries, numbers: list[int], log: IssueLog) -> None:
    """Take hectares from the area of polygons where none is stated, in place."""
    stated = texts.get("hectares", [""] * len(numbers))
    areas = shapes.area.fillna(0.0) / 10_000
    filled = [text or (f"{area:.4f}" if area > 0 else "") for text, area in zip(stated, areas, strict=True)]
    if filled == stated:
        return
    texts["hectares"] = filled
    if not any(stated):
        log.add("default-value", field="hectares", action="taken from the area of the shapes")
        return
    for text, area, number in zip(stated, areas, numbers, strict=True):
        if not text and area > 0:
            log.add("default-value", row=number, field="hectares", action="taken from the area of the shape")


def _with_council_of_point(table: pd.DataFrame, known_councils: Councils, log: IssueLog) -> pd.DataFrame:
    """Assign sites that state no council to the one they lie in."""
    blank = table["organisation"].isna().to_numpy()
    if not blank.any() or not known_councils.with_areas:
        return table
    log.rows = [row for row in log.rows if row["issue_type"] != "invalid organisation" or row["value"]]
    east, north = (table.loc[blank, column].to_numpy(dtype=float) for column in ("easting", "northing"))
    table = table.copy()
    table.loc[blank, "organisation"] = codes = known_councils.at(east, north)
    table.loc[blank, "prefix"] = [
        code or prefix for code, prefix in zip(codes, table.loc[blank, "prefix"], strict=True)
    ]
    log.add("default-value", field="organisation", action="the council the site lies in, where none is stated")
    return table
