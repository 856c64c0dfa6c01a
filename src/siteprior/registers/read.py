"""Brownfield registers: the publisher's file in any of its forms, to one declared row per site.

Known forms are the MHCLG template of 2017 (28 fields), its successor of 2019 (20 fields), the national
``brownfield-land`` dataset of planning.data.gov.uk with its names of 2020 and of today, and registers with columns of
their own, as far as their headers say what they hold. Everything is read as text and then converted; every conversion
that failed, every repair and every record passed over is a row of the issue log.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, Input, record
from siteprior.core.io.parse_values import NOTHING
from siteprior.core.issues import IssueLog, Reading, issue_table
from siteprior.core.schema import CRS, REGISTER, conform
from siteprior.registers.coordinates.locate import locate
from siteprior.registers.coordinates.parse import transformation
from siteprior.registers.councils import Councils, councils
from siteprior.registers.parse import read_facts
from siteprior.registers.references import settle
from siteprior.registers.rows import Rows, read_rows

BROWNFIELD = "brownfield register"
"""What the column ``register`` says of sites read here."""

FILE_COLUMNS = ("file", "rows_in", "rows_out", "rows_explained", "encoding", "header_row", "schema")


class RegisterFile(NamedTuple):
    """One file read, before references are settled across files."""

    path: Path | str
    rows: Rows
    table: pd.DataFrame
    log: IssueLog


def read_registers(
    paths: Sequence[Path | str],
    *,
    files: Sequence[str] | None = None,
    organisations: Sequence[str | None] | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
) -> Reading:
    r"""Read brownfield registers into one table: a row per site, places in metres on the British National Grid.

    Parameters
    ----------
    paths
        CSV or ``.xlsx`` files; ``.gz`` and ``archive.zip!member`` are opened as they are.
    files
        What the files are called in the table, the issues and the provenance; their paths when not given.
    organisations
        ONS code of the council each file is of, ``None`` where the file may say it itself; a code given wins.
    boundaries
        Council areas: polygons in EPSG:27700 on the index ``organisation`` (ONS code) with the column ``name``.
        Without them only the files' own consensus speaks for a place.
    as_of
        Entries dated after this day are reported.
    postcodes
        Where postcodes lie, from :func:`siteprior.registers.coordinates.postcodes.read_postcodes`: then the postcode a
        row
        states is a second witness to its place, where the council's area is known; see
        :mod:`siteprior.registers.coordinates.postcode_check`.

    Returns
    -------
    Reading
        ``table`` is :data:`siteprior.core.schema.REGISTER` on the index ``site_id`` (``<ONS code>:<reference>``), rows
        in
        file order; rows without a place have no geometry. A reference that stands again with other facts becomes
        ``…~2``, ``…~3``; identical rows are merged.

    Raises
    ------
    InputError
        When a file is missing, empty, unreadable or has no recognisable header, or the boundaries are not as
        described; all faults at once.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "register.csv"
    >>> _ = file.write_text(
    ...     "OrganisationURI,SiteReference,SiteNameAddress,GeoX,GeoY,Hectares,LastUpdatedDate\n"
    ...     "http://opendatacommunities.org/id/district-council/dudley,D1,Old Mill,-2.08,52.5,0.5ha,2020\n"
    ... )
    >>> sites, issues, _ = read_registers([file], files=["register.csv"])
    >>> sites[["site_name", "hectares", "entry_date"]].to_dict("index")
    {'E08000027:D1': {'site_name': 'Old Mill', 'hectares': 0.5, 'entry_date': Timestamp('2020-12-31 00:00:00')}}
    >>> issues.loc[issues["row"] == 2, ["field", "issue_type"]].values.tolist()
    [['hectares', 'patch'], ['entry_date', 'default-value']]
    """
    return read_registers_with_files(
        paths, files=files, organisations=organisations, boundaries=boundaries, as_of=as_of, postcodes=postcodes
    )[0]


def read_register(
    path: Path | str,
    *,
    file: str | None = None,
    organisation: str | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
) -> Reading:
    """Read one brownfield register; see :func:`read_registers` (hectares, homes, metres on the National Grid)."""
    return read_registers(
        [path],
        files=None if file is None else [file],
        organisations=[organisation],
        boundaries=boundaries,
        as_of=as_of,
        postcodes=postcodes,
    )


def read_registers_with_files(
    paths: Sequence[Path | str],
    *,
    files: Sequence[str] | None = None,
    organisations: Sequence[str | None] | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
    keep_going: bool = False,
) -> tuple[Reading, pd.DataFrame]:
    """Read brownfield registers as :func:`read_registers` does, and account for the rows (records) of each file.

    Parameters
    ----------
    paths, files, organisations, boundaries, as_of, postcodes
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
    names = [str(path) for path in paths] if files is None else list(files)
    stated: list[str | None] = [None] * len(paths) if organisations is None else list(organisations)
    faults = _calls(paths, names, stated)
    if faults:
        raise InputError(*faults)
    known = councils(boundaries)
    read: list[RegisterFile] = []
    refused: list[IssueLog] = []
    for path, name, code in zip(paths, names, stated, strict=True):
        try:
            read.append(read_file(path, name, code, known, as_of, postcodes))
        except InputError as fault:
            faults.extend(fault.faults)
            refused.append(IssueLog(name))
            refused[-1].add("missing value", action=f"file refused: {fault}")
    if faults and not (keep_going and read):
        raise InputError(*faults)
    logs = [each.log for each in read]
    table, merged = settle(pd.concat([each.table for each in read], ignore_index=True), logs)
    accounts = account_for(read, refused, table["file"].value_counts().to_dict(), merged)
    return Reading(declared(table), issues_of(table, [*logs, *refused]), provenance_of(read)), accounts


def account_for(
    read: list[RegisterFile], refused: list[IssueLog], out: dict[str, int], merged: dict[str, int]
) -> pd.DataFrame:
    """Return the table of files, those refused last."""
    rows = [
        {
            "file": each.log.file, "rows_in": each.rows.counted, "rows_out": out.get(each.log.file, 0),
            "rows_explained": each.rows.counted - len(each.rows.numbers) + merged.get(each.log.file, 0),
            "encoding": each.rows.table.encoding, "header_row": each.rows.table.header_row,
            "schema": each.rows.headers.schema,
        }
        for each in read
    ]  # fmt: skip
    nothing = {"rows_in": 0, "rows_out": 0, "rows_explained": 0, "encoding": "", "header_row": 0, "schema": "refused"}
    return pd.DataFrame([*rows, *({"file": log.file, **nothing} for log in refused)], columns=list(FILE_COLUMNS))


def provenance_of(read: list[RegisterFile]) -> tuple[Input, ...]:
    """Describe where each file came from; an archive is hashed once, not once per member."""
    archives: dict[str, Input] = {}
    origins = []
    for each in read:
        stored = str(each.path).partition(MEMBER)[0]
        if stored not in archives:
            archives[stored] = record(each.path, role="register", file=each.log.file, rows=0)
        origins.append(dataclasses.replace(archives[stored], file=each.log.file, rows=len(each.rows.numbers)))
    return tuple(origins)


def _calls(paths: Sequence[Path | str], names: list[str], stated: list[str | None]) -> list[str]:
    """Return what is wrong with a call before any file is opened."""
    faults = []
    if not len(paths):
        faults.append("paths: no register given; name at least one file")
    if len(names) != len(paths):
        faults.append(f"files: {len(names)} names for {len(paths)} paths; give one name per path")
    if len(stated) != len(paths):
        faults.append(f"organisations: {len(stated)} codes for {len(paths)} paths; give one code or None per path")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        faults.append(f"files: named twice: {', '.join(twice)}; each register is given once")
    return faults


def read_file(
    path: Path | str,
    name: str,
    organisation: str | None,
    known: Councils,
    as_of: dt.date | None,
    postcodes: pd.DataFrame | None = None,
) -> RegisterFile:
    """Read one file up to the settling of references."""
    log = IssueLog(name)
    rows = read_rows(path, log)
    if not rows.counted:
        log.add("missing value", row=rows.table.header_row, action="the file holds a header and no data records")
    table = site_table(
        rows, known, log, organisation=organisation, register=BROWNFIELD, as_of=as_of, postcodes=postcodes
    )
    return RegisterFile(path, rows, table, log)


def site_table(
    rows: Rows,
    known: Councils,
    log: IssueLog,
    *,
    organisation: str | None,
    register: str,
    as_of: dt.date | None = None,
    postcodes: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what the rows of one file say of their sites, before references are settled: place, council, facts."""
    located = locate(rows, known, log, organisation=organisation, postcodes=postcodes)
    places = located.places
    table = pd.DataFrame(
        {
            "reference": _references(rows, log),
            "organisation": located.own,
            **read_facts(rows, log, as_of=as_of),
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
    return table.assign(prefix=[_prefix(code, rows, place) for place, code in enumerate(located.own)])


def _references(rows: Rows, log: IssueLog) -> list[str]:
    """Return each row's reference; a blank one is made from the row's number."""
    references = []
    for text, number in zip(rows.texts("reference"), rows.numbers, strict=True):
        reference = " ".join(text.split()).strip("\"' ")
        if not reference or NOTHING.match(reference):
            reference = f"row{number}"
            log.add(
                "unknown entity - missing reference", row=number, field="reference", value=text,
                action=f"called {reference}",
            )  # fmt: skip
        references.append(reference)
    return references


def _prefix(code: str | None, rows: Rows, place: int) -> str:
    """Return what a site's id begins with: the council's code, else what the file states, else ``unknown``."""
    if code is not None:
        return code
    stated = rows.texts("organisation_uri")[place] or rows.texts("organisation_label")[place]
    return stated.rstrip("/").rsplit("/", 1)[-1].rsplit(":", 1)[-1].replace(" ", "-").lower()[:40] or "unknown"


def issues_of(table: pd.DataFrame, logs: Sequence[IssueLog]) -> pd.DataFrame:
    """Return the issues of all files in order, each with the site its row became.

    Once per reading that holds places it is said that degrees become metres without the OSTN15 grid.
    """
    sites = dict(zip(zip(table["file"], table["row"], strict=True), table.index, strict=True))
    best, words = transformation()
    first = IssueLog("")
    if not best and table["easting"].notna().any():
        first.add("default-value", field="coordinate_system", action=words)
    return issue_table(
        [
            {**row, "site_id": row["site_id"] or sites.get((row["file"], row["row"]), "")}
            for log in (first, *logs)
            for row in log.rows
        ]
    )


def declared(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return rows of text and values in the declared columns, with points on the British National Grid (metres)."""
    filled = table.where(table != "", None)
    east, north = (pd.to_numeric(filled[column]).to_numpy(dtype=float) for column in ("easting", "northing"))
    points = np.full(len(filled), None, dtype=object)
    placed = np.isfinite(east) & np.isfinite(north)
    points[placed] = shapely.points(east[placed], north[placed])
    return conform(gpd.GeoDataFrame(filled, geometry=gpd.GeoSeries(points, index=filled.index), crs=CRS), REGISTER)
