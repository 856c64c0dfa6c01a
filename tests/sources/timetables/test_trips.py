"""Stops, lines, trips and runs by number: small tables of text, worked out by hand."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pytest

from siteprior.core.issues import IssueLog
from siteprior.sources.timetables.days import Calendar, Days
from siteprior.sources.timetables.feed import Feed
from siteprior.sources.timetables.tables import OPTIONAL, REQUIRED
from siteprior.sources.timetables.trips import (
    number_lines,
    number_runs,
    number_stops,
    number_trips,
    trips_by_service,
)

DAYS = Days(date(2023, 6, 7), date(2023, 6, 11))


@pytest.fixture
def connection():
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture
def feed(tmp_path):
    return Feed("f", {}, (), {}, tmp_path)


def text_table(connection, name, rows):
    """Make ``<name>_text`` of rows of the declared columns; what is not given is missing."""
    columns = (*REQUIRED.get(name, ()), *OPTIONAL.get(name, ()))
    table = pd.DataFrame([[row.get(column) for column in columns] for row in rows], columns=list(columns), dtype="str")
    connection.register("given", table)
    texts = ", ".join(f"CAST({column} AS VARCHAR) AS {column}" for column in columns)
    connection.execute(f"CREATE TABLE {name}_text AS SELECT row_number() OVER () AS line, {texts} FROM given")
    connection.unregister("given")


def issues_of(log):
    return [(row["file"], row["field"], row["issue_type"], row["value"]) for row in log.rows]


def test_stops_are_numbered_by_line_and_typed(connection, feed):
    rows = [
        {"stop_id": "A", "stop_name": "Alpha", "stop_lat": "52.5", "stop_lon": "-1.9", "wheelchair_boarding": "1"},
        {"stop_name": "no id"},
        {"stop_id": "B", "stop_lat": "north", "parent_station": "A"},
        {"stop_id": "A", "stop_name": "Alpha again"},
    ]
    text_table(connection, "stops", rows)
    log = IssueLog()
    number_stops(connection, feed, log)
    assert connection.execute("SELECT * FROM stops ORDER BY stop").fetchall() == [
        (1, "A", "Alpha", 52.5, -1.9, None, "1"), (3, "B", None, None, None, "A", None),
    ]  # fmt: skip
    assert issues_of(log) == [
        ("f/stops.txt", "stop_id", "unknown entity - missing reference", "1 rows: (blank)"),
        ("f/stops.txt", "stop_id", "reference values are not unique", "1 rows: A"),
    ]


def routes(connection, feed, *rows):
    text_table(connection, "routes", [dict(zip(("route_id", "agency_id", "route_short_name", "route_type"), row,
                                               strict=True)) for row in rows])  # fmt: skip
    log = IssueLog()
    number_lines(connection, feed, log)
    return connection.execute("SELECT route_id, line, mode, name FROM routes ORDER BY route_id").fetchall(), log


def test_one_line_are_the_routes_of_one_agency_short_name_and_mode(connection, feed):
    lines, log = routes(
        connection, feed, ("b2", "X", "8a", "3"), ("b1", "X", "8A", "700"), ("b3", "Y", "8A", "3"),
        ("t1", "X", "8A", "0"), ("n1", "X", None, "3"), ("n2", "X", None, "3"), ("o1", None, "9", "3"),
        ("o2", None, "9", "3"),
    )  # fmt: skip
    assert lines == [
        ("b1", "b1", "bus", "8A"), ("b2", "b1", "bus", "8a"), ("b3", "b3", "bus", "8A"), ("n1", "n1", "bus", "n1"),
        ("n2", "n2", "bus", "n2"), ("o1", "o1", "bus", "9"), ("o2", "o1", "bus", "9"), ("t1", "t1", "tram", "8A"),
    ]  # fmt: skip
    assert issues_of(log) == [("f/routes.txt", "route_id", "combined-value", "2 lines: 8A, 9")]


@pytest.mark.parametrize(
    ("route_type", "mode"),
    [("0", "tram"), ("1", "underground"), ("2", "rail"), ("3", "bus"), ("4", "ferry"), ("109", "rail"),
     ("200", "coach"), ("401", "underground"), ("704", "bus"), ("900", "tram"), ("1300", "other")],
)  # fmt: skip
def test_the_published_route_types_are_modes(connection, feed, route_type, mode):
    # GTFS reference, route_type, and Google's extended route types: 109 suburban railway, 401 metro, 1300 aerial lift
    (line,), log = routes(connection, feed, ("r", "X", "1", route_type))
    assert line[2] == mode
    assert log.rows == []


@pytest.mark.parametrize(("route_type", "named"), [("4242", "r (4242)"), (None, "r (blank)"), ("bus", "r (bus)")])
def test_a_route_type_that_is_not_known_counts_as_other_and_is_reported(connection, feed, route_type, named):
    (line,), log = routes(connection, feed, ("r", "X", "1", route_type))
    assert line[2] == "other"
    assert issues_of(log) == [("f/routes.txt", "route_type", "invalid category value", f"1 routes: {named}")]


@pytest.fixture
def calendar():
    """WK runs from Monday to Friday, SU on Sundays, EX on one Wednesday alone, though its week has no day."""
    flags = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    weekly = pd.DataFrame(
        [("WK", *[True] * 5, False, False), ("SU", *[False] * 6, True), ("EX", *[False] * 7)],
        columns=["service_id", *flags],
    ).assign(first=pd.Timestamp(2023, 6, 5), last=pd.Timestamp(2023, 6, 18))
    exceptions = pd.DataFrame({"service_id": ["EX"], "day": [pd.Timestamp(2023, 6, 7)], "added": [True]})
    return Calendar(weekly, exceptions)


def test_trips_run_on_the_days_of_their_services_and_the_others_are_reported(connection, feed, calendar):
    routes(connection, feed, ("R", "X", "8", "3"), ("T", "X", "1", "2"))
    text_table(
        connection, "trips",
        [
            {"route_id": "R", "service_id": "WK", "trip_id": "a", "direction_id": "1"},
            {"route_id": "R", "service_id": "SU", "trip_id": "b"},
            {"route_id": "T", "service_id": "EX", "trip_id": "c"},
            {"route_id": "R", "service_id": "NO", "trip_id": "d"},
            {"route_id": "Q", "service_id": "WK", "trip_id": "e"},
            {"route_id": "R", "service_id": "WK", "trip_id": "a"},
            {"route_id": "R", "service_id": "WK"},
        ],
    )  # fmt: skip
    log = IssueLog()
    number_trips(connection, feed, calendar, DAYS, log)
    assert connection.execute(
        "SELECT trip, trip_id, line, mode, direction, weekday, sunday FROM trips ORDER BY trip"
    ).fetchall() == [
        (1, "a", "R", "bus", "1", True, False),
        (2, "b", "R", "bus", None, False, True),
        (3, "c", "T", "rail", None, True, False),
        (4, "d", "R", "bus", None, False, False),
    ]
    assert issues_of(log) == [
        ("f/trips.txt", "trip_id", "unknown entity - missing reference", "1 rows: (blank)"),
        ("f/trips.txt", "trip_id", "reference values are not unique", "1 rows: a"),
        ("f/trips.txt", "route_id", "unknown entity", "1 trips: Q"),
        ("f/trips.txt", "service_id", "unknown entity", "1 trips: NO"),
        ("f/trips.txt", "direction_id", "missing value", "1 lines: 8"),  # of rail the stations give it
    ]


def test_without_a_sunday_nothing_runs_on_one(connection, feed, calendar):
    routes(connection, feed, ("R", "X", "8", "3"))
    text_table(connection, "trips", [{"route_id": "R", "service_id": "SU", "trip_id": "a", "direction_id": "0"}])
    number_trips(connection, feed, calendar, Days(DAYS.weekday, None), IssueLog())
    assert connection.execute("SELECT weekday, sunday FROM trips").fetchall() == [(False, False)]


HEADWAYS = [
    {"trip_id": "a", "start_time": "07:50:00", "end_time": "08:10:00", "headway_secs": "600"},
    {"trip_id": "a", "start_time": "08:10:00", "end_time": "08:10:01", "headway_secs": "600"},
    {"trip_id": "a", "start_time": "09:00:00", "end_time": "08:00:00", "headway_secs": "600"},  # backwards: no run
    {"trip_id": "a", "start_time": "x", "end_time": "08:00:00", "headway_secs": "600"},
    {"trip_id": "a", "start_time": "07:00:00", "end_time": "08:00:00", "headway_secs": "0"},
    {"trip_id": "z", "start_time": "07:00:00", "end_time": "08:00:00", "headway_secs": "600"},
]


def test_runs_leave_every_headway_from_the_start_before_the_end(connection, feed, calendar):
    routes(connection, feed, ("R", "X", "8", "3"))
    text_table(connection, "trips", [{"route_id": "R", "service_id": "WK", "trip_id": "a", "direction_id": "0"}])
    number_trips(connection, feed, calendar, DAYS, IssueLog())
    text_table(connection, "frequencies", HEADWAYS)
    log = IssueLog()
    number_runs(connection, feed, log)
    starts = [row[0] for row in connection.execute("SELECT start FROM runs ORDER BY start").fetchall()]
    assert starts == [28_200, 28_800, 29_400]  # 07:50, 08:00 and 08:10
    assert issues_of(log) == [
        ("f/frequencies.txt", "start_time; end_time; headway_secs", "invalid integer", "2 trips: a, …"),
        ("f/frequencies.txt", "trip_id", "unknown entity", "1 headways: z"),
    ]


def test_trips_by_service_count_every_run(connection):
    trips = [("WK", "a"), ("WK", "b"), ("SU", "c"), ("SU", "c"), (None, "d"), ("WK", None)]
    text_table(connection, "trips", [{"service_id": service, "trip_id": trip} for service, trip in trips])
    text_table(connection, "frequencies", HEADWAYS)
    # a: 2 runs from 07:50 and 1 from 08:10, none backwards or unreadable; b and c once each
    assert trips_by_service(connection).to_dict() == {"SU": 1, "WK": 4}
