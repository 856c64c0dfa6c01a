"""From calls to departures: what counts as one route, and how often it leaves each stop per hour and window."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.io.duckdb_session import scalar
from siteprior.sources.timetables.feed import Feed
from siteprior.sources.timetables.trips import PATTERN_MODE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def name_ways(connection: DuckDBPyConnection, feed: Feed) -> None:
    """Make ``ways``: each route and direction with its ``way`` number; ``served``: the ``way`` of each trip; ``ends``.

    ``served`` also has the days the trip runs on, and whether it runs by headways; ``ends`` the first time, the last
    place and the number of calls of each trip.

    A line is a route; of mode rail each calling pattern is one, whichever way it is run: the pattern is the list of
    its stations, and the direction the feed's or, where the feed has none, 0 and 1 for the two senses.
    """
    connection.execute(
        f"""
        CREATE TABLE patterns AS
        WITH stations AS (
            SELECT stop, coalesce(name, stop_id) AS name, coalesce(parent, stop_id) AS station FROM stops),
        lists AS (
            SELECT trip, list(station ORDER BY place) AS there, list_reverse(there) AS back,
                   list(name ORDER BY place) AS names
            FROM calls JOIN (SELECT trip FROM trips WHERE mode = '{PATTERN_MODE}') USING (trip)
            JOIN stations USING (stop) GROUP BY trip),
        sensed AS (
            SELECT trip, line, least(there, back) AS pattern, CASE WHEN there <= back THEN '0' ELSE '1' END AS sense,
                   CASE WHEN there <= back THEN names ELSE list_reverse(names) END AS names
            FROM lists JOIN trips USING (trip)),
        ranked AS (
            SELECT line, pattern, any_value(names ORDER BY trip) AS names,
                   row_number() OVER (PARTITION BY line ORDER BY count(*) DESC, pattern) AS number
            FROM sensed GROUP BY line, pattern)
        SELECT trip, sense, s.line || '#' || number AS route,
               r.names[1] || ' – ' || r.names[-1] || ', ' || len(r.names) || ' calls' AS name
        FROM sensed AS s JOIN ranked AS r ON r.line = s.line AND r.pattern = s.pattern
        """
    )
    label = feed.label.replace("'", "''")
    connection.execute(
        f"""
        CREATE TABLE running AS
        WITH names AS (SELECT line, any_value(name ORDER BY route_id) AS name FROM routes GROUP BY line)
        SELECT t.trip, t.line, t.mode, '{label}:' || coalesce(p.route, t.line) AS route,
               coalesce(p.name, names.name) AS route_name, coalesce(t.direction, p.sense) AS direction,
               t.weekday, t.sunday
        FROM trips AS t JOIN names ON names.line = t.line LEFT JOIN patterns AS p ON p.trip = t.trip
        WHERE t.weekday OR t.sunday
        """
    )
    connection.execute(
        """
        CREATE TABLE ways AS
        SELECT CAST(row_number() OVER (ORDER BY route, direction NULLS FIRST) AS INTEGER) AS way, *
        FROM (SELECT DISTINCT line, mode, route, route_name, direction FROM running)
        """
    )
    connection.execute(
        """
        CREATE TABLE served AS
        SELECT trip, way, weekday, sunday, trip IN (SELECT trip FROM runs) AS headways FROM running
        JOIN ways ON ways.route = running.route AND ways.direction IS NOT DISTINCT FROM running.direction
        """
    )
    connection.execute("DROP TABLE patterns; DROP TABLE running")
    connection.execute(
        "CREATE TABLE ends AS "
        "SELECT trip, max(place) AS last, min(leaves) AS first, count(*) AS calls FROM calls GROUP BY trip"
    )


def collect_departures(connection: DuckDBPyConnection) -> None:
    """Make the view ``departs``: ``stop``, ``way``, ``leaves`` (seconds), ``weekday`` and ``sunday``.

    The last stop of a trip and stops without pick-up are none. A trip run by headways departs once per run instead
    of once by its own times.
    """
    connection.execute(
        """
        CREATE VIEW leaving AS
        WITH known AS (SELECT s.*, e.last, e.first FROM served AS s JOIN ends AS e ON e.trip = s.trip)
        SELECT c.trip, c.stop, c.leaves, k.way, k.weekday, k.sunday, k.first, k.headways
        FROM calls AS c JOIN known AS k ON k.trip = c.trip
        WHERE c.place < k.last AND c.boards AND c.leaves IS NOT NULL AND c.stop IS NOT NULL
        """
    )
    departs = "CREATE VIEW departs AS SELECT stop, way, leaves, weekday, sunday FROM leaving"
    if scalar(connection, "SELECT count(*) FROM runs"):
        departs += """
            WHERE NOT headways
            UNION ALL
            SELECT stop, way, start + leaves - first, runs.weekday, runs.sunday FROM leaving JOIN runs USING (trip)
            """
    connection.execute(departs)


def count_departures(connection: DuckDBPyConnection, windows: dict[str, tuple[int, int, bool]]) -> None:
    """Make the table ``counts``: per ``stop``, ``way`` and ``hour`` the departures of ``weekday`` and ``sunday``.

    Parameters
    ----------
    connection
        DuckDB with the view ``departs``.
    windows
        By name: from which second, before which second, and whether of the Sunday; each becomes a column, too.
    """
    tests = ", ".join(
        f'count_if({"sunday" if sunday else "weekday"} AND leaves >= {start} AND leaves < {end}) AS "in {name}"'
        for name, (start, end, sunday) in windows.items()
    )
    connection.execute(
        f"""
        CREATE TABLE counts AS
        SELECT stop, way, leaves // 3600 AS hour, count_if(weekday) AS weekday, count_if(sunday) AS sunday, {tests}
        FROM departs GROUP BY ALL
        """
    )


def count_by_hour(connection: DuckDBPyConnection) -> pd.DataFrame:
    """Return departures: ``stop``, ``way``, ``sunday`` (0 or 1: which day), ``hour`` and ``departures``."""
    return connection.execute(
        """
        SELECT stop, way, 0 AS sunday, hour, weekday::BIGINT AS departures FROM counts WHERE weekday > 0
        UNION ALL
        SELECT stop, way, 1 AS sunday, hour, sunday::BIGINT AS departures FROM counts WHERE sunday > 0
        """
    ).df()


def count_by_window(connection: DuckDBPyConnection, windows: Iterable[str]) -> pd.DataFrame:
    """Return departures: ``stop``, ``way``, ``window`` (its number among the windows given) and ``departures``."""
    parts = " UNION ALL ".join(
        f'SELECT stop, way, {number} AS "window", sum("in {name}")::BIGINT AS departures '
        f'FROM counts WHERE "in {name}" > 0 GROUP BY ALL'
        for number, name in enumerate(windows)
    )
    return connection.execute(parts).df()


def ways_served(connection: DuckDBPyConnection) -> pd.DataFrame:
    """Return what the way numbers mean: ``route``, ``route_name``, ``mode``, ``direction``, and whose line it is.

    ``agency`` and ``short_name`` are in lower case, to find one line in two feeds.
    """
    return connection.execute(
        """
        WITH lines AS (
            SELECT line, any_value(agency ORDER BY route_id) AS agency_id,
                   any_value(lower(short_name) ORDER BY route_id) AS short_name
            FROM routes GROUP BY line),
        agencies AS (
            SELECT coalesce(agency_id, '') AS agency_id, any_value(lower(agency_name) ORDER BY line) AS agency
            FROM agency_text GROUP BY ALL)
        SELECT way, route, route_name, mode, direction, coalesce(agency, '') AS agency, short_name
        FROM ways JOIN lines USING (line) LEFT JOIN agencies USING (agency_id)
        ORDER BY way
        """
    ).df()


def stops_served(connection: DuckDBPyConnection) -> pd.DataFrame:
    """Return the stops called at on the days counted by number, with name, place, parent and boarding.

    Blank step-free boarding is the parent station's (GTFS reference, wheelchair_boarding).
    """
    return connection.execute(
        """
        SELECT s.stop, s.stop_id, s.name, s.lat, s.lon, s.parent, p.lat AS parent_lat, p.lon AS parent_lon,
               CASE WHEN coalesce(s.boarding, '0') = '0' THEN p.boarding ELSE s.boarding END AS boarding
        FROM stops AS s LEFT JOIN stops AS p ON p.stop_id = s.parent
        SEMI JOIN (SELECT DISTINCT stop FROM calls) AS c ON c.stop = s.stop
        ORDER BY s.stop_id
        """
    ).df()
