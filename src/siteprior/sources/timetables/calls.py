"""The stop times of the trips that run: read in parts, matched to trips and stops, blank times interpolated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from siteprior.core.io.duckdb_session import scalar
from siteprior.core.issues import IssueLog
from siteprior.sources.timetables.feed import Feed
from siteprior.sources.timetables.tables import column, log_refused, log_rows, rows_of, seconds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NO_PICKUP, BOOKED = 1, 2
"""pickup_type of a stop where nobody gets on, and of one where the ride has to be booked by phone (GTFS reference)."""


def read_calls(connection: DuckDBPyConnection, feed: Feed, parts: Iterable[Path], log: IssueLog) -> None:
    """Make the table ``calls``: ``trip``, ``stop``, ``place`` (stop_sequence), ``leaves`` (s), ``timed``, ``boards``.

    Only calls of trips that run on the days counted are kept, one per trip and place, in no order; ``timed`` are those
    with a departure in the file. Blank departures are the arrivals, or interpolated (:func:`interpolate`). Rows of
    unknown trips, without a whole sequence, or second ones of a place are left out and logged; rows of unknown stops
    stay, so that a trip ends where it ends. Needs ``trips`` and ``stops``, and the ``parts`` of the table as they are
    copied.
    """
    connection.execute("SET preserve_insertion_order = false")
    _read(connection, feed, parts, CALL, trim=False)
    log_refused(connection, feed, "stop_times", log)
    if scalar(connection, f"SELECT count(*) FROM read WHERE {UNREAD}"):
        connection.execute("DROP TABLE read")  # blanks around the values may be why; trimming all takes twice as long
        faults = ", ".join(f"{sql} AS {name}" for name, sql in FAULTS.items())
        _read(connection, feed, feed.parts("stop_times"), f"{CALL}, {faults}", trim=True)
        log_refused(connection, feed, "stop_times", IssueLog())  # logged already
        _log_faults(connection, feed, log)
        connection.execute("DELETE FROM read WHERE trip IS NULL OR place IS NULL")
        for name in FAULTS:
            connection.execute(f"ALTER TABLE read DROP COLUMN {name}")
    connection.execute("SET preserve_insertion_order = true")
    log_rows(connection, log,
             "SELECT r.name AS id FROM read JOIN trips USING (trip) JOIN routes AS r USING (route_id) WHERE booked",
             "default-value", things="stop times", file=f"{feed.label}/stop_times.txt", field="pickup_type",
             action="no departures of these lines: the ride has to be booked by phone (pickup_type 2)")  # fmt: skip
    connection.execute("ALTER TABLE read DROP COLUMN booked")
    _one_per_place(connection, feed, log)
    interpolate(connection, feed, log)


PLACE = "TRY_CAST(c.place AS UINTEGER)"
LEAVES = seconds("c.leaves")
CALL = (
    f"t.trip, s.stop, {PLACE} AS place, {LEAVES} AS leaves, c.leaves IS NOT NULL AS timed, "
    f"coalesce(TRY_CAST(c.pickup AS INTEGER) NOT IN ({NO_PICKUP}, {BOOKED}), true) AS boards, "
    f"coalesce(TRY_CAST(c.pickup AS INTEGER) = {BOOKED}, false) AS booked"
)
FAULTS = {
    "unknown_trip": "CASE WHEN t.trip IS NULL THEN coalesce(c.trip_id, '(blank)') END",
    "unknown_stop": "CASE WHEN s.stop IS NULL THEN coalesce(c.stop_id, '(blank)') END",
    "unread_place": f"CASE WHEN {PLACE} IS NULL THEN coalesce(c.place, '(blank)') END",
    "unread_time": f"CASE WHEN {LEAVES} IS NULL THEN c.leaves END",
}
UNREAD = "trip IS NULL OR stop IS NULL OR place IS NULL OR (timed AND leaves IS NULL)"


def _read(connection: DuckDBPyConnection, feed: Feed, parts: Iterable[Path], columns: str, *, trim: bool) -> None:
    """Make the table ``read`` of the stop times of trips that run, and of those of unknown trips."""
    select = f"""
        SELECT {columns} FROM ({{}}) AS c
        LEFT JOIN trips AS t ON t.trip_id = c.trip_id
        LEFT JOIN stops AS s ON s.stop_id = c.stop_id
        WHERE t.trip IS NULL OR t.weekday OR t.sunday
        """
    into = "CREATE TABLE read AS"
    for part in parts:
        connection.execute(into + select.format(_columns(feed, [part], trim=trim)))
        into = "INSERT INTO read"


def _log_faults(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Log what could not be read of the stop times."""
    for name, field, issue, action in (
        (
            "unknown_trip",
            "trip_id",
            "unknown entity",
            "left out: their trips are not in trips.txt, or of no known route",
        ),
        ("unread_place", "stop_sequence", "invalid integer", "left out: their place in the trip cannot be read"),
        ("unknown_stop", "stop_id", "unknown entity", "not counted: their stops are not in stops.txt"),
        ("unread_time", "departure_time", "invalid category value", "no time H:MM:SS: filled like blank ones"),
    ):
        log_rows(connection, log, f"SELECT {name} AS id FROM read WHERE {name} IS NOT NULL", issue, things="stop times",
                 file=f"{feed.label}/stop_times.txt", field=field, action=action)  # fmt: skip


def _columns(feed: Feed, parts: Sequence[Path], *, trim: bool) -> str:
    """Return the SQL of the columns of ``stop_times`` under this module's names, still text."""
    names = {
        "trip_id": "trip_id", "stop_id": "stop_id", "place": "stop_sequence", "arrives": "arrival_time",
        "leaves": "departure_time", "pickup": "pickup_type", "distance": "shape_dist_traveled",
    }  # fmt: skip
    listed = ", ".join(f"{column(feed, 'stop_times', name, trim=trim)} AS {own}" for own, name in names.items())
    return f"SELECT {listed} FROM {rows_of(feed, 'stop_times', parts)}"


def _one_per_place(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Make ``calls`` of the rows read: one per trip and place, the earliest of several."""
    # places fold into 127 bits, in one pass without sorting: fewer bits than rows where two may be the same
    suspects = (
        "SELECT trip FROM read GROUP BY trip "
        "HAVING count(*) <> bit_count(bit_or(CAST(1 AS HUGEINT) << CAST(place % 127 AS INTEGER)))"
    )
    connection.execute(
        f"CREATE TABLE doubled AS SELECT trip, place FROM read SEMI JOIN ({suspects}) USING (trip) "
        "GROUP BY trip, place HAVING count(*) > 1"
    )
    log_rows(connection, log, "SELECT trip_id AS id FROM doubled JOIN trips USING (trip)",
             "reference values are not unique", things="places of trips", file=f"{feed.label}/stop_times.txt",
             field="trip_id; stop_sequence", action="one stop time is kept of each, the earliest")  # fmt: skip
    if scalar(connection, "SELECT count(*) FROM doubled"):
        connection.execute(
            "CREATE TABLE calls AS SELECT * FROM read "
            "QUALIFY row_number() OVER (PARTITION BY trip, place ORDER BY leaves, stop, boards) = 1"
        )
        connection.execute("DROP TABLE read")
    else:
        connection.execute("ALTER TABLE read RENAME TO calls")
    connection.execute("DROP TABLE doubled")


def interpolate(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Fill blank times of ``calls`` between the timed stops before and after, to the whole second.

    A blank departure beside an arrival is that arrival. Between timed stops the time goes by ``shape_dist_traveled``,
    where the whole trip states it and it grows from the one to the other, else in equal steps per stop. Times before
    the first or after the last timed stop stay blank and are logged; nothing departs there.
    """
    blank = "SELECT DISTINCT trip FROM calls WHERE leaves IS NULL"
    if not scalar(connection, f"SELECT count(*) FROM ({blank})"):
        return
    connection.execute(
        f"""
        CREATE TABLE timed AS
        WITH stated AS (
            SELECT t.trip, TRY_CAST(c.place AS UINTEGER) AS place, min({seconds("c.arrives")}) AS arrives,
                   min(TRY_CAST(c.distance AS DOUBLE)) AS distance
            FROM ({_columns(feed, feed.parts("stop_times"), trim=True)}) AS c
            JOIN trips AS t ON t.trip_id = c.trip_id JOIN ({blank}) AS b ON b.trip = t.trip
            GROUP BY ALL)
        SELECT c.trip, c.place, coalesce(c.leaves, t.arrives) AS leaves, coalesce(t.arrives, c.leaves) AS arrives,
               CASE WHEN bool_and(t.distance IS NOT NULL) OVER trip THEN t.distance END AS distance,
               row_number() OVER along AS number,
               max(CASE WHEN coalesce(c.leaves, t.arrives) IS NOT NULL THEN c.place END) OVER along AS before,
               min(CASE WHEN coalesce(c.leaves, t.arrives) IS NOT NULL THEN c.place END) OVER onward AS after
        FROM calls AS c JOIN stated AS t ON t.trip = c.trip AND t.place = c.place
        WINDOW trip AS (PARTITION BY c.trip), along AS (PARTITION BY c.trip ORDER BY c.place),
               onward AS (PARTITION BY c.trip ORDER BY c.place ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
        """
    )
    log_refused(connection, feed, "stop_times", IssueLog())  # logged already
    connection.execute(
        """
        CREATE TABLE filled AS
        SELECT m.trip, m.place, CAST(round(a.leaves + (b.arrives - a.leaves) * CASE
                   WHEN b.distance > a.distance AND m.distance BETWEEN a.distance AND b.distance
                   THEN (m.distance - a.distance) / (b.distance - a.distance)
                   ELSE (m.number - a.number) / (b.number - a.number) END) AS INTEGER) AS leaves
        FROM timed AS m
        JOIN timed AS a ON a.trip = m.trip AND a.place = m.before
        JOIN timed AS b ON b.trip = m.trip AND b.place = m.after
        WHERE m.leaves IS NULL
        """
    )
    connection.execute(
        "UPDATE calls SET leaves = t.leaves FROM timed AS t WHERE calls.trip = t.trip AND calls.place = t.place"
    )
    connection.execute(
        "UPDATE calls SET leaves = f.leaves FROM filled AS f WHERE calls.trip = f.trip AND calls.place = f.place"
    )
    number, trips = connection.execute("SELECT count(*), count(DISTINCT trip) FROM filled").fetchall()[0]
    file = f"{feed.label}/stop_times.txt"
    if number:
        log.add("default-value", file=file, field="departure_time", value=f"{number} stop times of {trips} trips",
                action="blank times interpolated between the timed stops before and after")  # fmt: skip
    log_rows(connection, log, "SELECT trip_id AS id FROM calls JOIN trips USING (trip) WHERE leaves IS NULL",
             "missing value", things="stop times", file=file, field="departure_time",
             action="not counted: no timed stop before and after, by which to interpolate")  # fmt: skip
    connection.execute("DROP TABLE timed; DROP TABLE filled")
