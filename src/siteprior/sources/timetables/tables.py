"""The tables of a feed in DuckDB: declared columns as text first, then typed, with what could not be read counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from siteprior.core.errors import InputError
from siteprior.core.io.duckdb_session import EXAMPLES, csv_rows, database, refused, scalar
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.sources.timetables.feed import HEADER_LINES, Feed, copy_table
from siteprior.sources.timetables.text import counted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REQUIRED = {
    "stops": ("stop_id",),
    "routes": ("route_id", "route_type"),
    "trips": ("route_id", "service_id", "trip_id"),
    "stop_times": ("trip_id", "departure_time", "stop_id", "stop_sequence"),
}
"""Tables and columns without which nothing can be counted (GTFS reference)."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

CALENDARS = {
    "calendar": ("service_id", *WEEKDAYS, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
}
"""At least one of these must be there."""

OPTIONAL = {
    "stops": ("stop_name", "stop_lat", "stop_lon", "location_type", "parent_station", "wheelchair_boarding"),
    "routes": ("agency_id", "route_short_name", "route_long_name"),
    "trips": ("direction_id", "shape_id"),
    "stop_times": ("arrival_time", "pickup_type", "shape_dist_traveled"),
    "agency": ("agency_id", "agency_name"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
    "feed_info": ("feed_publisher_name", "feed_version", "feed_start_date", "feed_end_date"),
}
"""Tables and columns that are used where they are there; ``shapes`` only where a corridor is drawn."""

COUNTED = ("agency", "stops", "routes", "trips", "calendar", "calendar_dates", "frequencies", "feed_info", "stop_times")
"""The tables that departures are counted from."""


@contextmanager
def feed_database(folder: Path, *, memory_limit_mb: int | None = None) -> Iterator[DuckDBPyConnection]:
    """Open the database that feeds are counted in; :class:`InputError` where memory or space do not suffice.

    Parameters
    ----------
    folder
        The temporary folder the feeds were copied to: the only one it reads and writes in.
    memory_limit_mb
        Megabytes it may hold before it writes to that folder; the parameter ``memory_limit_mb`` when ``None``.
    """
    import duckdb

    limit = load_parameters("timetables").integer("memory_limit_mb") if memory_limit_mb is None else memory_limit_mb
    try:
        with database(folder, memory_limit_mb=limit, as_written=True) as connection:
            yield connection
    except (duckdb.OutOfMemoryException, duckdb.IOException) as fault:
        first = str(fault).splitlines()[0]
        raise InputError(
            f"the timetables cannot be counted in {limit} MB and the space left in {folder.parent} ({first}); "
            "give memory_limit_mb more, or free the disk"
        ) from None


def check_tables(feed: Feed, *, calendar: bool = True) -> list[str]:
    """Return what a feed lacks to be counted (with its ``calendar``) or drawn, one sentence per fault."""
    faults = []
    has = ", ".join(f"{name}.txt" for name in feed.columns) or "none of the tables wanted"
    for name, columns in REQUIRED.items():
        if name not in feed.columns:
            faults.append(f"{feed.label}: is no whole GTFS feed: it lacks {name}.txt; it has {has}")
            continue
        there = feed.columns[name]
        lacks = [column for column in columns if column not in there]
        if name == "stop_times" and "arrival_time" in there:
            lacks = [column for column in lacks if column != "departure_time"]
        if lacks:
            faults.append(f"{feed.label}: {name}.txt lacks {', '.join(lacks)}; it has {', '.join(there)}")
    if not calendar:
        return faults
    if not set(CALENDARS) & set(feed.columns):
        faults.append(
            f"{feed.label}: has neither calendar.txt nor calendar_dates.txt, so no trip has a day; "
            "export the feed again with its calendar"
        )
    for name, columns in CALENDARS.items():
        lacks = [c for c in columns if name in feed.columns and c not in feed.columns[name]]
        if lacks:
            faults.append(f"{feed.label}: {name}.txt lacks {', '.join(lacks)}")
    return faults


def rows_of(feed: Feed, name: str, parts: Sequence[Path]) -> str:
    """Return the SQL that reads parts of a table as text, whatever stands in them; short and long lines are refused."""
    return csv_rows(parts, feed.columns[name])


def column(feed: Feed, name: str, wanted: str, *, trim: bool = True) -> str:
    """Return the SQL of a column's text, missing where it is blank or where the table has no such column."""
    if name not in feed.columns or wanted not in feed.columns[name]:
        return "CAST(NULL AS VARCHAR)"
    return f"nullif(trim(\"{wanted}\"), '')" if trim else f'"{wanted}"'


def load_text(connection: DuckDBPyConnection, feed: Feed, name: str, log: IssueLog) -> None:
    """Load a table's declared columns as text into the table ``<name>_text``; without the file it stays empty."""
    wanted = (*REQUIRED.get(name, ()), *CALENDARS.get(name, ()), *OPTIONAL.get(name, ()))
    select = ", ".join(f'{column(feed, name, c)} AS "{c}"' for c in wanted)
    if name not in feed.columns:
        connection.execute(f"CREATE TABLE {name}_text AS SELECT 0::BIGINT AS line, {select} LIMIT 0")
        return
    parts = copy_table(feed, name, log)
    connection.execute(f"CREATE TABLE {name}_text AS SELECT row_number() OVER () AS line, {select} "
                       f"FROM {rows_of(feed, name, parts)}")  # fmt: skip
    log_refused(connection, feed, name, log)


def log_refused(connection: DuckDBPyConnection, feed: Feed, name: str, log: IssueLog) -> None:
    """Log the lines of a table that were not read, one row for all of them, and forget them."""
    number, first = refused(connection)
    if first:
        lines = [_line(feed, name, Path(file), line) for file, line, _ in first]
        log.add("invalid category value", file=f"{feed.label}/{name}.txt", row=lines[0], field="(line)",
                value=counted(number, "lines", lines), action=f"left out: {first[0][2]}")  # fmt: skip


def _line(feed: Feed, name: str, part: Path, line: int) -> int:
    """Return the line number in the table of a line of one part."""
    before = [earlier for earlier in feed.parts(name) if earlier.name < part.name]
    return line + HEADER_LINES + sum(earlier.read_bytes().count(b"\n") for earlier in before)


def log_rows(
    connection: DuckDBPyConnection,
    log: IssueLog,
    sql: str,
    issue_type: str,
    *,
    things: str,
    file: str,
    field: str,
    action: str,
) -> None:
    """Log one issue for all rows of a query whose one column ``id`` names them, with the first few examples.

    Parameters
    ----------
    connection
        The connection.
    log
        Takes the issue, where the query gives a row.
    sql
        A query with the column ``id``; an id that stands more often is named once and counted each time.
    issue_type
        One of the issue codes.
    things
        What is counted, such as ``"stop times"``.
    file, field, action
        Of the issue (:meth:`siteprior.core.issues.IssueLog.add`).
    """
    number = scalar(connection, f"SELECT count(*) FROM ({sql})")
    if number:
        first = connection.execute(f"SELECT DISTINCT id FROM ({sql}) ORDER BY id LIMIT {EXAMPLES}").fetchall()
        log.add(issue_type, value=counted(number, things, [row[0] for row in first]), file=file, field=field,
                action=action)  # fmt: skip


def seconds(text: str) -> str:
    """Return the SQL that reads ``H:MM:SS`` as seconds of the service day, missing where it is no such time.

    Hours run past 24 for the night after the service day (GTFS reference, field types, Time).
    """
    return (
        f"CASE WHEN {text} LIKE '%_:__:__' AND length({text}) <= 8 AND {text} >= '0' "  # not '-1:00:00'
        f"THEN CAST(epoch(TRY_CAST({text} AS INTERVAL)) AS INTEGER) END"
    )


def day(text: str) -> str:
    """Return the SQL that reads ``YYYYMMDD`` as a date, missing where it is none."""
    return f"CASE WHEN length({text}) = 8 THEN CAST(try_strptime({text}, '%Y%m%d') AS DATE) END"
