"""What the files of a folder are, by what stands in them: registers, stops, areas, and where a project names each."""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.files import as_path, open_stream
from siteprior.core.io.messy_tables import decode, read_table
from siteprior.core.io.vector_files import vector_columns
from siteprior.core.parameters import load_parameters
from siteprior.core.shown_text import one_line
from siteprior.registers.column_names import header_score, match_headers

HEAD_BYTES = 1 << 18
"""Bytes of a text that are looked into: a header on any of the first rows, and data below it."""

ROWS = 40
"""Rows a header may be on."""

UNKNOWN = ""
"""The key of a file that is none of those a project names."""

Keys = Mapping[str, str | int]


class Recognised(NamedTuple):
    """A file and what it is.

    Attributes
    ----------
    path
        Its path under the folder, with ``/``.
    key
        Where a project file names it, such as ``sources.stops``; blank where it is none of its files.
    what
        What it is, in words; of one that is not known, what stands against each guess.
    keys
        What its entry states beside the path.
    """

    path: str
    key: str
    what: str
    keys: Keys


def recognise_files(folder: Path | str) -> tuple[Recognised, ...]:
    """Return what each file in a folder and those below it is, by path.

    Parameters
    ----------
    folder
        A folder of files as they were downloaded: tables, workbooks, vector files, rasters, zips.

    Raises
    ------
    InputError
        When there is no such folder, or it holds no file.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> known = {each.path: each.key for each in recognise_files(shipped("data") / "transit")}
    >>> known["naptan.csv"], known["timetable.zip"], known["corridors.csv"]
    ('sources.stops', 'sources.timetables', 'corridors.paths')
    """
    root = as_path(folder, name="folder", what="a folder")
    if not root.is_dir():
        raise InputError(f"{root}: there is no such folder; name the one your files lie in")
    paths, closed = _files_below(root)
    if not paths and not closed:
        raise InputError(f"{root}: holds no file; put what you have there, or let siteprior init name what to fetch")
    parts = {path.with_suffix("") for path in paths if path.suffix.lower() == ".shp"}
    beside = {".dbf", ".shx", ".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".xml"}
    wanted = [path for path in paths if not (path.suffix.lower() in beside and path.with_suffix("") in parts)]
    found = [_recognise(path, path.relative_to(root).as_posix()) for path in wanted]
    return tuple(sorted([*found, *closed], key=lambda each: PurePosixPath(each.path)))


def _files_below(root: Path) -> tuple[list[Path], list[Recognised]]:
    """Return the files of a folder and those below it, by path, and what of them is closed to who asks."""
    closed: dict[str, Recognised] = {}

    def is_closed(fault: OSError) -> None:
        path = Path(fault.filename)
        if path == root:
            raise InputError(f"{root}: cannot be opened ({fault.strerror}); ask for the right to read it") from None
        name = path.relative_to(root).as_posix()
        shown = name.encode("utf-8", "backslashreplace").decode()
        closed[name] = Recognised(shown, UNKNOWN, f"cannot be opened ({fault.strerror})", {})

    paths = []
    for folder, _, names in os.walk(root, onerror=is_closed):
        for path in (Path(folder, name) for name in names):
            try:
                if path.is_file() and not _is_hidden(path.relative_to(root)):
                    paths.append(path)
            except OSError as fault:  # its folder may be listed and not entered
                is_closed(fault)
    return sorted(paths), list(closed.values())


def recognised_text(found: Iterable[Recognised]) -> str:
    """Return what each file of a folder is, a line each, as :func:`recognise_files` found it.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> print(recognised_text(recognise_files(shipped("data") / "boundaries")))
    lsoa21.geojson: LSOA boundaries of 2021 → [sources] areas
    """
    rows = []
    for each in found:
        table, _, key = each.key.partition(".")
        rows.append(one_line(f"{each.path}: {each.what}" + (f" → [{table}] {key}" if each.key else "")))
    return "\n".join(rows)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def _recognise(path: Path, name: str) -> Recognised:
    """Return what a file is, by its ending and its beginning."""
    if (why := _unnamable(name)) is not None:
        return Recognised(name.encode("utf-8", "backslashreplace").decode(), UNKNOWN, why, {})
    plain = path.name.lower().removesuffix(".gz")
    largest = load_parameters("new_projects").number("largest_mb")
    if plain.endswith((".json", ".geojson")) and path.stat().st_size > largest * 1e6:
        return Recognised(name, UNKNOWN, f"is larger than {largest:g} MB and was not looked into: name it by hand", {})
    try:
        path.open("rb").close()
        for endings, look in _LOOKS:
            if plain.endswith(endings):
                return look(path, name)
    except SitePriorError as fault:
        return Recognised(name, UNKNOWN, f"cannot be read: {fault.faults[0]}", {})
    except OSError as fault:
        return Recognised(name, UNKNOWN, f"cannot be opened ({fault.strerror or fault})", {})
    return Recognised(name, UNKNOWN, "of a kind siteprior does not read", {})


def _unnamable(name: str) -> str | None:
    """Say why a project file cannot name a file; ``None`` where it can."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "has a name that is no UTF-8; rename it"
    if any(ord(sign) < ord(" ") or ord(sign) == 127 for sign in name):
        return "has a name with a line break or another control character; rename it"
    if any(mark in name for mark in "*?[") or ".zip!" in name:
        return "has a name with *, ?, [ or .zip!, which stand for more than one file or a part of one; rename it"
    return None


def _text(path: Path, name: str) -> Recognised:
    """Look at the first rows of a text."""
    with open_stream(path) as stream:
        head = stream.read(HEAD_BYTES)
    _, text = decode(head if len(head) < HEAD_BYTES else head[: head.rfind(b"\n") + 1] or head)
    rows = max((_rows(text, mark) for mark in ",;\t|"), key=lambda found: max(map(len, found), default=0))
    found = _table(name, rows)
    if found.key == "corridors.paths" and _of_header(rows[-1], name) is not None:  # as siteprior init writes it
        return Recognised(name, UNKNOWN, f"{found.what}, which has none yet", {})
    return found


def _rows(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(text.splitlines()[: ROWS * 2], delimiter=delimiter)
    try:
        return [[cell.strip() for cell in row] for row, _ in zip(reader, range(ROWS), strict=False) if any(row)]
    except csv.Error:
        return []


def _workbook(path: Path, name: str) -> Recognised:
    """Look at the record of a workbook that looks most like a header."""
    if re.match(r"land_value(s|_estimates)", re.sub(r"[^a-z0-9]+", "_", path.name.lower())):
        return Recognised(name, "evidence.land_values", "land values for policy appraisal", {})
    table = read_table(path, score=_any_score, wanted="columns of a register, of areas or of the Indices")
    return _table(name, [list(table.header)])


def _any_score(cells: Sequence[str]) -> float:
    found = _of_header(cells, "")
    return 0.0 if found is None else max(header_score(cells), 1.0)


def _table(name: str, rows: Sequence[Sequence[str]]) -> Recognised:
    """Return what a table is, by its header or, of those without one, by its first row."""
    national = bool(rows) and bool({"entity", "dataset"} & {cell.lower() for cell in rows[0]})
    if national and (layer := _named_layer(name)) is not None:
        return Recognised(name, *layer, {})
    for cells in rows:
        if (found := _of_header(cells, name)) is not None:
            return Recognised(name, *found)
    if rows and (found := _without_header(rows[0])) is not None:
        return Recognised(name, *found)
    header = ", ".join(rows[0][:6]) if rows else "nothing"
    return Recognised(name, UNKNOWN, f"a table siteprior has no name for; it begins with {header}", {})


def _of_header(cells: Sequence[str], name: str) -> tuple[str, str, Keys] | None:
    """Return what the table of a header is: where it is named, in words, and what its entry states."""
    names = [re.sub(r"[^a-z0-9]+", " ", cell.lower()).strip() for cell in cells]
    words, there = " | ".join(names), set(names)
    if "atcocode" in there and "commonname" in there:
        return "sources.stops", "NaPTAN stops", {}
    if {"corridor", "order"} <= there and there & {"stop name", "easting", "lon"}:
        return "corridors.paths", "a table of the stops of corridors", {}
    if {"site id", "field", "value"} <= there:
        return "sources.decisions", "the team's decisions about sites", {}
    if "transaction" in words and "floor area" in words:
        return "sources.floor_areas", "floor areas of the homes sold", {}
    if {"transaction", "price"} <= there or "transaction unique identifier" in there:
        return "sources.sales", "HM Land Registry's Price Paid Data", {}
    by_area = any(re.match(r"lsoa\b.*code|lsoa ?(11|21)? ?(cd|code)\b", cell) for cell in names)
    measured = by_area and ("rank" in words or "decile" in words)
    if measured and ("index of multiple deprivation" in words or re.search(r"\bimd\b", words)):
        if "2015" in Path(name).name:
            return UNKNOWN, "the Indices of Deprivation 2015; siteprior reads those of 2019 and 2025", {}
        edition = 2019 if "2011" in words or "lsoa11" in words else 2025
        return "sources.deprivation", f"the Indices of Deprivation {edition}", {"edition": edition}
    if ("lsoa" in words or "geography code" in there) and re.search(r"\bsocial rent", words):
        return "evidence.households", "households by tenure and area", {}
    fields = {each.field for each in match_headers(cells).matches}
    if header_score(cells) and fields & {"hectares", "min_net_dwellings"}:
        return "sources.registers", "a brownfield register", {}
    if "site id" in there or {"previous use", "derelict since", "owner count", "cleaned by"} & there:
        return "sources.site_facts", "facts of sites of your own", {}
    if re.search(r"\blsoa(21|11)?cd\b", words) and re.search(r"\blad\d*cd\b", words):
        return UNKNOWN, "a lookup of areas to local authorities", {}
    return None


_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?")
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")


def _without_header(cells: Sequence[str]) -> tuple[str, str, Keys] | None:
    """Return what a published table without a header is."""
    if len(cells) in (15, 16) and _GUID.fullmatch(cells[0]):
        return "sources.sales", "HM Land Registry's Price Paid Data", {}
    if len(cells) == 10 and _POSTCODE.fullmatch(cells[0].strip()) and cells[2].isdigit():
        return "sources.postcodes", "OS Code-Point Open", {}
    return None


def _archive(path: Path, name: str) -> Recognised:
    """Look at what a zip holds."""
    try:
        with zipfile.ZipFile(path) as opened:
            members = opened.namelist()
    except (zipfile.BadZipFile, OSError):
        return Recognised(name, UNKNOWN, "is no zip, or was cut off; download it again", {})
    plain = {member.rpartition("/")[2].lower() for member in members}
    if {"stops.txt", "stop_times.txt"} <= plain:
        return Recognised(name, "sources.timetables", "a timetable in GTFS", {})
    if "land_registry_cadastral_parcels.gml" in plain:
        return Recognised(name, "evidence.parcels", "HM Land Registry's parcels of a council", {})
    if any("historic_landfill" in member for member in plain):
        return Recognised(name, "evidence.historic_landfill", "historic landfill sites", {"coverage": "England"})
    listed = ", ".join(sorted(plain)[:3])
    what = f"a zip of {len(members)} files ({listed}): name the member wanted, a.zip!b.csv"
    return Recognised(name, UNKNOWN, what, {})


_AREA_CODE = re.compile(r"lsoa(11|21|2011|2021)cd", re.IGNORECASE)
_KNOWN_LAYERS = {
    "historic_landfill(_sites)?": ("evidence.historic_landfill", "historic landfill sites"),
    "flood_(zones?(_[23])?|risk_zones?|map_for_planning)": ("evidence.flood_zones", "flood zones"),
    "green_belt": ("evidence.green_belt", "green belt"),
    "conservation_areas?": ("evidence.conservation_areas", "conservation areas"),
    "listed_buildings?": ("evidence.listed_buildings", "listed buildings"),
    "article_4(_direction)?(_areas?)?": ("evidence.article_4", "Article 4 directions"),
    "priority_habitats?(_inventory)?": ("evidence.priority_habitats", "priority habitats"),
    "development_high_risk_areas?": ("evidence.coal", "coal mining, development high risk areas"),
}
"""The names publishers give the files of their layers, before which nothing stands, and what they are."""


def _parquet(path: Path, name: str) -> Recognised:
    """Look at the columns of a Parquet file, with shapes or without."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        declared = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return Recognised(name, UNKNOWN, "is no Parquet file, or was cut off; download it again", {})
    with_shapes = b"geo" in (declared.metadata or {})
    return _layer(name, declared.names) if with_shapes else _table(name, [declared.names])


def _vector(path: Path, name: str) -> Recognised:
    """Look at the columns of a vector file."""
    return _layer(name, vector_columns(path))


def _layer(name: str, columns: Sequence[str]) -> Recognised:
    """Return what a layer of these columns is."""
    code = next((column for column in columns if _AREA_CODE.fullmatch(column)), None)
    if code is not None:
        year = 2011 if "11" in code else 2021
        keys: dict[str, str | int] = {"code": code}
        keys |= _first(columns, "name", r"lsoa(11|21|2011|2021)nm") | _first(columns, "district", r"lad\d*cd(_active)?")
        return Recognised(name, "sources.areas", f"LSOA boundaries of {year}", keys | {"year": year})
    if (found := _named_layer(name)) is not None:
        return Recognised(name, *found, {})
    shown = ", ".join(columns[:6])
    return Recognised(name, UNKNOWN, f"a layer with the columns {shown}: see [[layers]], own_sites and corridors", {})


def _named_layer(name: str) -> tuple[str, str] | None:
    """Return what a published layer is by the name of its file, which its publisher gave it."""
    stem = re.sub(r"[^a-z0-9]+", "_", Path(name).name.lower())
    return next((found for name, found in _KNOWN_LAYERS.items() if re.match(rf"{name}(_|$)", stem)), None)


def _first(columns: Iterable[str], key: str, pattern: str) -> dict[str, str | int]:
    """Return a key with the first column of a pattern, where there is one."""
    found = [column for column in columns if re.fullmatch(pattern, column, re.IGNORECASE)]
    return {key: found[0]} if found else {}


def _streets(path: Path, name: str) -> Recognised:
    """Look at how a street file begins: as OpenStreetMap's XML or packed form does, or GraphML."""
    with open_stream(path) as stream:
        head = stream.read(4096)
    if not any(sign in head for sign in (b"OSMHeader", b"<osm", b"<graphml")):
        return Recognised(name, UNKNOWN, "is called a street file and does not begin as one; download it again", {})
    return Recognised(name, "sources.streets", "streets of OpenStreetMap", {})


def _raster(_path: Path, name: str) -> Recognised:
    return Recognised(name, UNKNOWN, "a raster: heights go to [sources] elevation, all else to [[layers]]", {})


_LOOKS: tuple[tuple[tuple[str, ...], Callable[[Path, str], Recognised]], ...] = (
    ((".osm", ".osm.pbf", ".graphml"), _streets),
    ((".zip",), _archive),
    ((".csv", ".txt", ".tsv"), _text),
    ((".xlsx", ".xlsm", ".xls", ".ods"), _workbook),
    ((".geojson", ".gpkg", ".shp", ".fgb", ".gml", ".json", ".tab"), _vector),
    ((".parquet", ".geoparquet"), _parquet),
    ((".tif", ".tiff", ".asc"), _raster),
)
"""By the ending of a file, how it is looked at."""
