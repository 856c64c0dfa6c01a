"""Brownfield registers: the publisher's file in any of its forms, to one declared row per site.

Known forms are the MHCLG template of 2017 (28 fields), its successor of 2019 (20 fields), the national
``brownfield-land`` dataset of planning.data.gov.uk with its names of 2020 and of today, and registers with columns of
their own, as far as their headers can be matched. Everything is read as text and then converted; every conversion
that failed, every repair and every record passed over is a row of the issue log.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, Input, archives_kept, path_list, record
from siteprior.core.issues import IssueLog, Reading, issue_table
from siteprior.core.named_paths import Names, Paths, named_paths
from siteprior.core.schema import CRS, POSTCODES, REGISTER, check, conform
from siteprior.core.schema.values import BROWNFIELD
from siteprior.registers import some_councils
from siteprior.registers.coordinates.locate import locate
from siteprior.registers.coordinates.parse import transformation
from siteprior.registers.councils import Councils, councils
from siteprior.registers.parse import parse_attributes
from siteprior.registers.references import resolve_duplicates
from siteprior.registers.rows import Rows, clean_text, without_long_texts
from siteprior.registers.sheets import explain_blanks, read_register_sheets
from siteprior.registers.vocabulary import STATED

FILE_COLUMNS = ("file", "rows_in", "rows_out", "rows_explained", "encoding", "header_row", "schema")


class RegisterFile(NamedTuple):
    """One file read, or one sheet of it, before references that stand twice are resolved across files.

    ``file`` is what the file is called; the log of a sheet of several is called ``file!sheet``.
    """

    path: Path | str
    file: str
    rows: Rows
    table: pd.DataFrame
    log: IssueLog


def read_registers(
    paths: Paths,
    *,
    files: Names | None = None,
    organisations: str | Iterable[str | None] | None = None,
    only_councils: Iterable[str | Iterable[str]] | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
) -> Reading[gpd.GeoDataFrame]:
    """Read brownfield registers into one table: a row per site, metres on the National Grid.

    Parameters
    ----------
    paths
        CSV or workbooks (each sheet that is a register); ``.gz`` and ``archive.zip!member``.
    files
        The name of each file in table (``file!sheet`` of several sheets), issues, provenance.
    organisations, only_councils
        ONS codes of the files' councils, overriding theirs; the councils whose rows to read.
    boundaries
        Council areas on the index ``organisation`` (ONS code), with ``name``; else places are
        checked against the other sites of the file only.
    as_of, postcodes
        The day after which entries are late; postcodes (``sp.registers.read_postcodes``).

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.REGISTER` in file order, on ``site_id``.

    Raises
    ------
    InputError
        When a file, label or boundary cannot be used; all faults at once.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> sites, issues, _ = read_registers(shipped("data") / "sites" / "walsall.csv")
    >>> len(sites), "WGS84 flipped" in issues["issue_type"].unique()
    (48, True)
    """
    return read_registers_with_files(
        paths,
        files=files,
        organisations=organisations,
        only_councils=only_councils,
        boundaries=boundaries,
        as_of=as_of,
        postcodes=postcodes,
    )[0]


def read_register(
    path: Path | str,
    *,
    file: str | None = None,
    organisation: str | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
) -> Reading[gpd.GeoDataFrame]:
    """Read one brownfield register; see :func:`read_registers` (hectares, homes, metres on the National Grid)."""
    return read_registers(
        path,
        files=file,
        organisations=organisation,
        boundaries=boundaries,
        as_of=as_of,
        postcodes=postcodes,
    )


def read_registers_with_files(
    paths: Paths,
    *,
    files: Names | None = None,
    organisations: str | Iterable[str | None] | None = None,
    only_councils: Iterable[str | Iterable[str]] | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
    keep_going: bool = False,
) -> tuple[Reading[gpd.GeoDataFrame], pd.DataFrame]:
    """Read brownfield registers as :func:`read_registers` does, and account for the rows (records) of each file.

    Parameters
    ----------
    paths, files, organisations, only_councils, boundaries, as_of, postcodes
        As for :func:`read_registers`.
    keep_going
        Report a file that cannot be read in the issue log and in the table of files (schema ``refused``) instead of
        raising, as long as one file can be read: for the audit of many.

    Returns
    -------
    tuple
        The reading, and a table of the files with the columns :data:`FILE_COLUMNS`. ``rows_in`` counts non-blank
        data records; it is the sum of ``rows_out`` (sites kept) and ``rows_explained`` (records passed over or
        merged, each with its row in the issue log).
    """
    listed = path_list(paths)
    per_file = _per_file(organisations, only_councils, len(listed))
    labelled = named_paths(listed, files, what="registers", more_faults=per_file.faults)
    known_councils = councils(boundaries)
    if postcodes is not None:
        check(postcodes, POSTCODES, name="postcodes")
    registers: list[RegisterFile] = []
    refused: list[IssueLog] = []
    faults: list[str] = []
    with archives_kept():
        for (path, label), code, named in zip(labelled, per_file.organisations, per_file.councils, strict=True):
            try:
                registers += read_file(path, label, code, known_councils, as_of, postcodes, councils=named)
            except InputError as fault:
                faults.extend(fault.faults)
                refused.append(IssueLog(label))
                refused[-1].add("missing value", action=f"file refused: {fault}")
    if faults and not (keep_going and registers):
        raise InputError(*faults)
    logs = [register.log for register in registers]
    rows = pd.concat([register.table for register in registers], ignore_index=True)
    table, merged = resolve_duplicates(rows, logs)
    accounts = account_for_rows(registers, refused, table["file"].value_counts(), merged)
    sites, issues = conform_sites(table, known_councils), issues_of(table, [*logs, *refused])
    return Reading(sites, issues, provenance_of(registers)), accounts


class _PerFile(NamedTuple):
    """What the caller says of each file: its council, or those whose rows are read; and what does not fit."""

    organisations: list[str | None]
    councils: list[tuple[str, ...]]
    faults: list[str]


def _per_file(
    organisations: str | Iterable[str | None] | None, only_councils: Iterable[str | Iterable[str]] | None, files: int
) -> _PerFile:
    """Return one code and one list of councils for each file, with a fault where their number is another."""
    codes: list[str | None]
    codes = [organisations] * files if isinstance(organisations, str) else list(organisations or [None] * files)
    named = [()] * files if only_councils is None else only_councils
    some = [(names,) if isinstance(names, str) else tuple(names) for names in named]
    faults = []
    if len(codes) != files:
        faults.append(f"organisations: {len(codes)} codes for {files} paths; give one code or None per path")
    if len(some) != files:
        faults.append(f"only_councils: {len(some)} lists for {files} paths; give one list per path")
    return _PerFile(codes, some, faults)


def account_for_rows(
    registers: list[RegisterFile], refused: list[IssueLog], kept: pd.Series[int], merged: dict[str, int]
) -> pd.DataFrame:
    """Return the table of files with the records read, kept and explained of each, the files refused last.

    Parameters
    ----------
    registers
        The files read.
    refused
        The issue logs of the files that could not be read.
    kept, merged
        File → rows that became sites, and rows merged into an identical one.
    """
    rows = [
        {
            "file": each.log.file, "rows_in": each.rows.counted, "rows_out": int(kept.get(each.log.file, 0)),
            "rows_explained": each.rows.counted - len(each.rows.numbers) + merged.get(each.log.file, 0),
            "encoding": each.rows.table.encoding, "header_row": each.rows.table.header_row,
            "schema": each.rows.headers.schema,
        }
        for each in registers
    ]  # fmt: skip
    blank = {"rows_in": 0, "rows_out": 0, "rows_explained": 0, "encoding": "", "header_row": 0, "schema": "refused"}
    return pd.DataFrame([*rows, *({"file": log.file, **blank} for log in refused)], columns=list(FILE_COLUMNS))


def provenance_of(registers: list[RegisterFile]) -> tuple[Input, ...]:
    """Describe where each file came from, the sheets of a workbook together; an archive is hashed once."""
    archives: dict[str, Input] = {}
    origins: dict[str, Input] = {}
    for each in registers:
        stored = str(each.path).partition(MEMBER)[0]
        if stored not in archives:
            archives[stored] = record(each.path, role="register", file=each.file, rows=0)
        before = origins[each.file].rows if each.file in origins else 0
        origins[each.file] = dataclasses.replace(archives[stored], file=each.file, rows=before + len(each.rows.numbers))
    return tuple(origins.values())


def read_file(
    path: Path | str,
    label: str,
    organisation: str | None,
    known_councils: Councils,
    as_of: dt.date | None,
    postcodes: pd.DataFrame | None = None,
    *,
    councils: Sequence[str] = (),
) -> list[RegisterFile]:
    """Read one file, or its rows of some councils, up to the resolution of references that stand twice.

    A workbook gives one :class:`RegisterFile` for each of its sheets that is a register, called ``label!sheet`` where
    there are several.
    """
    asked = some_councils.councils_asked(councils, known_councils)
    registers = []
    for every_row, log in read_register_sheets(path, label):
        rows, read = every_row, len(every_row.numbers)
        if not rows.counted:
            log.add("missing value", row=rows.table.header_row, action="the file holds a header and no data records")
        if asked:
            rows = some_councils.registers_with(rows, asked, known_councils)
        table = site_table(
            rows, known_councils, log, organisation=organisation, register=BROWNFIELD, as_of=as_of, postcodes=postcodes
        )
        if asked:
            rows, table = some_councils.only_councils(rows, table, asked, known_councils, log, read=read)
        explain_blanks(rows, log)
        registers.append(RegisterFile(path, label, rows, table, log))
    return registers


def site_table(
    rows: Rows,
    known_councils: Councils,
    log: IssueLog,
    *,
    organisation: str | None,
    register: str,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
    by_place: bool = False,
) -> pd.DataFrame:
    """Return coordinates, council and attributes of the rows of one file, before references are resolved.

    Parameters
    ----------
    rows
        The file's rows as text.
    known_councils
        The councils known, with their areas where the caller has boundaries.
    log
        Takes every repair, doubt and value not read as it stood.
    organisation
        ONS code of the council the caller says the file is of.
    register
        The value of the column ``register`` for these sites.
    as_of, postcodes
        As for :func:`read_registers`.
    by_place
        As for :func:`siteprior.registers.assign_council.assign_councils`.
    """
    rows = without_long_texts(rows, log)
    located = locate(rows, known_councils, log, organisation=organisation, postcodes=postcodes, by_place=by_place)
    places = located.places
    attributes = parse_attributes(rows, log, as_of=as_of, own_list=register != BROWNFIELD)
    table = pd.DataFrame(
        {
            "reference": _references(rows, log),
            "organisation": located.council,
            **attributes,
            "hectares_basis": [None if area is None else STATED for area in attributes["hectares"]],
            "register": register,
            "file": log.file,
            "row": rows.numbers,
            "original_x": located.original_x,
            "original_y": located.original_y,
            "coordinate_system": located.system,
            "repair": located.repair,
            "coordinate_confidence": places.confidence,
            "other_readings": places.others,
            "easting": places.east.round(2),
            "northing": places.north.round(2),
        },
        dtype=object,
    )
    return table.assign(prefix=_id_prefixes(located.council, rows))


def _references(rows: Rows, log: IssueLog) -> list[str]:
    """Return each row's reference; a blank one is made from the row's number."""
    references = []
    for text, number in zip(rows.texts("reference"), rows.numbers, strict=True):
        reference = clean_text(text)
        if not reference:
            reference = f"row{number}"
            log.add(
                "unknown entity - missing reference", row=number, field="reference", value=text,
                action=f"called {reference}",
            )  # fmt: skip
        references.append(reference)
    return references


def _id_prefixes(codes: Iterable[str | None], rows: Rows) -> list[str]:
    """Return what each site's id begins with: the council's code, else what the file states, else ``unknown``."""
    last_parts = (text.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1] for text in rows.organisations())
    return [
        (part.replace(" ", "-").lower()[:40] or "unknown") if code is None else code
        for code, part in zip(codes, last_parts, strict=True)
    ]


def issues_of(table: pd.DataFrame, logs: Sequence[IssueLog]) -> pd.DataFrame:
    """Return the issues of all files in order, each with the id of the site its row became.

    Where PROJ lacks the OSTN15 grid, the first issue states how accurate places given in degrees are.
    """
    sites = dict(zip(zip(table["file"], table["row"], strict=True), table.index, strict=True))
    best, accuracy = transformation()
    first = IssueLog("")
    if not best and table["easting"].notna().any():
        first.add("default-value", field="coordinate_system", action=accuracy)
    return issue_table(
        [
            {**row, "site_id": row["site_id"] or sites.get((row["file"], row["row"]), "")}
            for log in (first, *logs)
            for row in log.rows
        ]
    )


def conform_sites(table: pd.DataFrame, known_councils: Councils) -> gpd.GeoDataFrame:
    """Return rows of text and values in the declared columns, with points on the British National Grid (metres).

    The name of each row's council stands beside its code.
    """
    filled = table.where(table != "", None)
    filled["organisation_name"] = known_councils.named(filled["organisation"])
    east, north = (pd.to_numeric(filled[column]).to_numpy(dtype=float) for column in ("easting", "northing"))
    points = np.full(len(filled), None, dtype=object)
    placed = np.isfinite(east) & np.isfinite(north)
    points[placed] = shapely.points(east[placed], north[placed])
    return conform(gpd.GeoDataFrame(filled, geometry=gpd.GeoSeries(points, index=filled.index), crs=CRS), REGISTER)
