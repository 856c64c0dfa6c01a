"""The small tables of a feed, typed and numbered: its stops, what counts as one line, and its trips with their days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.sources.timetables.days import Calendar, Days, services_on
from siteprior.sources.timetables.feed import Feed
from siteprior.sources.timetables.tables import log_rows, seconds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PATTERN_MODE = "rail"
"""Of this mode each calling pattern is a route of its own (TfL, Assessing transport connectivity, section 2.5)."""


def number_stops(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Make the table ``stops``: ``stop`` (a number), ``stop_id``, ``name``, ``lat``, ``lon``, ``parent``, ``boarding``.

    A second row of an id is left out with an issue; a blank ``location_type`` is a stop (GTFS reference).
    """
    _log_blank_and_second(connection, "stops", "stop_id", log, file=f"{feed.label}/stops.txt")
    connection.execute(
        """
        CREATE TABLE stops AS
        SELECT CAST(line AS INTEGER) AS stop, stop_id, stop_name AS name,
               TRY_CAST(stop_lat AS DOUBLE) AS lat, TRY_CAST(stop_lon AS DOUBLE) AS lon, parent_station AS parent,
               wheelchair_boarding AS boarding
        FROM stops_text WHERE stop_id IS NOT NULL AND line NOT IN (SELECT line FROM second_stops)
        """
    )


def number_lines(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Make the table ``routes``: ``route_id``, its ``line`` (the least route id of the line), ``mode`` and ``name``.

    One line are the routes of one agency, one short name and one mode: feeds made from operators' files cut a line
    into a route per file. A route without a short name is a line of its own.
    """
    file = f"{feed.label}/routes.txt"
    _log_blank_and_second(connection, "routes", "route_id", log, file=file)
    parameters = load_parameters("timetables")
    modes = parameters.table("route_types")
    kind = "TRY_CAST(route_type AS INTEGER)"
    cases = " ".join(
        f"WHEN {kind} BETWEEN {low} AND {high} THEN '{mode}'" for mode, p in modes.items() for low, high in p.value
    )
    booked = " OR ".join(f"{kind} BETWEEN {low} AND {high}" for low, high in parameters.parameter("on_demand").value)
    connection.execute(
        f"""
        CREATE TABLE routes AS
        SELECT route_id, coalesce(agency_id, '') AS agency, route_type,
               coalesce({booked}, false) AS on_demand, CASE {cases} END AS known_mode,
               coalesce(known_mode, 'other') AS mode, route_short_name AS short_name,
               coalesce(route_short_name, route_long_name, route_id) AS name,
               min(route_id) OVER (PARTITION BY agency, mode, lower(route_short_name),
                                   CASE WHEN route_short_name IS NULL THEN route_id END) AS line
        FROM (SELECT * EXCLUDE (line) FROM routes_text
              WHERE route_id IS NOT NULL AND line NOT IN (SELECT line FROM second_routes))
        """
    )
    log_rows(connection, log,
             "SELECT route_id || ' (' || coalesce(route_type, 'blank') || ')' AS id FROM routes "
             "WHERE known_mode IS NULL",
             "invalid category value", things="routes", file=file, field="route_type",
             action="taken for mode 'other': the route type is not known")  # fmt: skip
    log_rows(connection, log, "SELECT name || ' (' || route_type || ')' AS id FROM routes WHERE on_demand",
             "default-value", things="routes", file=file, field="route_type",
             action="not counted: they run where they are booked, and not by a timetable")  # fmt: skip
    log_rows(connection, log,
             "SELECT any_value(name ORDER BY route_id) AS id FROM routes GROUP BY line HAVING count(*) > 1",
             "combined-value", things="lines", file=file, field="route_id",
             action="several routes of one agency, short name and mode counted as one line")  # fmt: skip


def number_trips(connection: DuckDBPyConnection, feed: Feed, calendar: Calendar, days: Days, log: IssueLog) -> None:
    """Make the table ``trips``: ``trip`` (a number), ``trip_id``, ``line``, ``direction``, and whether it runs.

    ``weekday`` and ``sunday`` say on which of the days counted it runs. Trips of unknown routes are left out and
    logged; those of services without a calendar never run and are logged; those of on-demand routes do not run by a
    timetable. Lines whose directions the feed does not
    state are logged, too (of mode rail the order of the stations gives them).
    """
    file = f"{feed.label}/trips.txt"
    _log_blank_and_second(connection, "trips", "trip_id", log, file=file)
    log_rows(connection, log,
             "SELECT coalesce(route_id, '(blank)') AS id FROM trips_text ANTI JOIN routes USING (route_id)",
             "unknown entity", things="trips", file=file, field="route_id",
             action="left out: their routes are not in routes.txt")  # fmt: skip
    known = set(calendar.weekly["service_id"]) | set(calendar.exceptions["service_id"])
    connection.register("known", pd.DataFrame({"service_id": sorted(known)}, dtype=object))
    log_rows(connection, log,
             "SELECT coalesce(service_id, '(blank)') AS id FROM trips_text ANTI JOIN known USING (service_id)",
             "unknown entity", things="trips", file=file, field="service_id",
             action="never run: their services are in no calendar")  # fmt: skip
    connection.unregister("known")
    weekday = services_on(calendar, days.weekday)
    sunday = set() if days.sunday is None else services_on(calendar, days.sunday)
    services = sorted(weekday | sunday)
    running = pd.DataFrame(
        {"service_id": pd.Series(services, dtype=object), "weekday": [s in weekday for s in services],
         "sunday": [s in sunday for s in services]}
    ).astype({"weekday": bool, "sunday": bool})  # fmt: skip
    connection.register("running", running)
    connection.execute(
        """
        CREATE TABLE trips AS
        SELECT CAST(t.line AS INTEGER) AS trip, trip_id, route_id, r.line, r.mode,
               direction_id AS direction, coalesce(weekday AND NOT on_demand, false) AS weekday,
               coalesce(sunday AND NOT on_demand, false) AS sunday
        FROM (SELECT * FROM trips_text
              WHERE trip_id IS NOT NULL AND line NOT IN (SELECT line FROM second_trips)) AS t
        JOIN routes AS r USING (route_id) LEFT JOIN running USING (service_id)
        """
    )
    connection.unregister("running")
    log_rows(connection, log,
             "SELECT any_value(r.name ORDER BY r.route_id) AS id FROM trips AS t JOIN routes AS r USING (route_id) "
             f"WHERE direction IS NULL AND t.mode <> '{PATTERN_MODE}' AND (weekday OR sunday) GROUP BY t.line",
             "missing value", things="lines", file=file, field="direction_id",
             action="both ways count together: where they call at one stop its departures are of both")  # fmt: skip


def number_runs(connection: DuckDBPyConnection, feed: Feed, log: IssueLog) -> None:
    """Make the table ``runs``: ``trip``, ``start`` (s) and days of every run of the trips in ``frequencies``.

    A run leaves the first stop at ``start_time`` and every ``headway_secs`` after it, before ``end_time`` (GTFS
    reference, frequencies.txt).
    """
    file = f"{feed.label}/frequencies.txt"
    fields = (
        f"{seconds('start_time')} AS first, {seconds('end_time')} AS last, TRY_CAST(headway_secs AS INTEGER) AS gap"
    )
    good = "first IS NOT NULL AND last IS NOT NULL AND gap > 0"
    log_rows(connection, log,
             f"SELECT coalesce(trip_id, '(blank)') AS id FROM (SELECT *, {fields} FROM frequencies_text) "
             f"WHERE NOT coalesce({good}, false)",
             "invalid integer", things="trips", file=file, field="start_time; end_time; headway_secs",
             action="these headways are left out: they cannot be read")  # fmt: skip
    log_rows(connection, log,
             "SELECT coalesce(trip_id, '(blank)') AS id FROM frequencies_text ANTI JOIN trips USING (trip_id)",
             "unknown entity", things="headways", file=file, field="trip_id",
             action="left out: their trips are not in trips.txt")  # fmt: skip
    connection.execute(
        f"""
        CREATE TABLE runs AS
        SELECT DISTINCT trip, CAST(unnest(range(first, last, gap)) AS INTEGER) AS start, weekday, sunday
        FROM (SELECT *, {fields} FROM frequencies_text) JOIN trips USING (trip_id)
        WHERE {good} AND (weekday OR sunday)
        """
    )


def trips_by_service(connection: DuckDBPyConnection) -> pd.Series:
    """Return the number of trips of each service, runs by headway counted each, on the service id."""
    fields = (
        f"{seconds('start_time')} AS first, {seconds('end_time')} AS last, TRY_CAST(headway_secs AS INTEGER) AS gap"
    )
    table = connection.execute(
        f"""
        WITH headways AS (
            SELECT trip_id, CAST(sum(greatest(0, ceil((last - first) / gap))) AS BIGINT) AS runs
            FROM (SELECT trip_id, {fields} FROM frequencies_text) WHERE gap > 0 GROUP BY trip_id)
        SELECT service_id, CAST(sum(coalesce(runs, 1)) AS BIGINT) AS trips
        FROM (SELECT DISTINCT trip_id, service_id FROM trips_text) LEFT JOIN headways USING (trip_id)
        WHERE service_id IS NOT NULL AND trip_id IS NOT NULL
        GROUP BY service_id ORDER BY service_id
        """
    ).df()
    return pd.Series(table["trips"].to_numpy(dtype="int64"), index=table["service_id"].astype("str"))


def _log_blank_and_second(connection: DuckDBPyConnection, name: str, key: str, log: IssueLog, *, file: str) -> None:
    """Log the rows of a table without id, and the second rows of one id (``second_<name>``); both are left out."""
    log_rows(connection, log, f"SELECT '(blank)' AS id FROM {name}_text WHERE {key} IS NULL",
             "unknown entity - missing reference", things="rows", file=file, field=key,
             action="left out")  # fmt: skip
    connection.execute(
        f"CREATE TABLE second_{name} AS SELECT {key}, line FROM {name}_text "
        f"SEMI JOIN (SELECT {key} FROM {name}_text GROUP BY {key} HAVING count(*) > 1) USING ({key}) "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY line) > 1"
    )
    log_rows(connection, log, f"SELECT {key} AS id FROM second_{name}",
             "reference values are not unique", things="rows", file=file, field=key,
             action="left out: the first row of the id is kept")  # fmt: skip
