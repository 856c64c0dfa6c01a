"""The tables of a feed in the database: what is asked of them, times and days as SQL, faults counted."""

from __future__ import annotations

from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.sources.timetables.feed import open_feed
from siteprior.sources.timetables.tables import (
    COUNTED,
    check_tables,
    column,
    day,
    feed_database,
    load_text,
    log_rows,
    seconds,
)


def value_of(sql, text):
    """Return what an expression over the text ``t`` gives."""
    with duckdb.connect(":memory:") as connection:
        return connection.execute(f"SELECT {sql('t')} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchall()[0][0]


@pytest.fixture
def opened(make_feed, tmp_path):
    """Return a function that opens the small feed with some tables replaced."""

    def make(**tables):
        folder = tmp_path / "copies"
        folder.mkdir(exist_ok=True)
        return open_feed(make_feed(**tables), label="f", names=COUNTED, folder=folder)

    return make


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_every_time_of_the_service_day_is_its_seconds(hours, minutes, secs):
    # GTFS reference, Time: H:MM:SS is accepted, and hours run past 24
    expected = hours * 3600 + minutes * 60 + secs
    assert value_of(seconds, f"{hours:02d}:{minutes:02d}:{secs:02d}") == expected
    assert value_of(seconds, f"{hours}:{minutes:02d}:{secs:02d}") == expected


@pytest.mark.parametrize("text", [None, "", "8:15", "08:60:00", "08:00:60", "-1:00:00", "123:00:00", "8:5:0", "noon"])
def test_what_is_no_time_is_missing(text):
    assert value_of(seconds, text) is None


@settings(deadline=None, max_examples=60)
@given(st.dates(date(1900, 1, 1), date(9999, 12, 31)))
def test_every_day_is_read_and_only_in_the_form_of_the_reference(when):
    assert value_of(day, f"{when:%Y%m%d}") == when
    assert value_of(day, f"{when:%Y-%m-%d}") is None


@pytest.mark.parametrize("text", [None, "20230230", "2023061", "202306111", "x0230611"])
def test_what_is_no_day_is_missing(text):
    assert value_of(day, text) is None


def test_a_whole_feed_lacks_nothing(opened):
    assert check_tables(opened()) == []


@pytest.mark.parametrize(
    ("tables", "faults"),
    [
        ({"trips": None}, ["f: is no whole GTFS feed: it lacks trips.txt; it has agency.txt, stops.txt, routes.txt"]),
        ({"routes": "route_id\nR\n"}, ["f: routes.txt lacks route_type; it has route_id"]),
        ({"stop_times": "trip_id,arrival_time,stop_id,stop_sequence\n"}, []),  # arrivals stand in for departures
        ({"stop_times": "trip_id,stop_id,stop_sequence\n"}, ["f: stop_times.txt lacks departure_time; it has trip_id"]),
        ({"calendar": None}, ["f: has neither calendar.txt nor calendar_dates.txt, so no trip has a day"]),
        ({"calendar_dates": "service_id,date\n"}, ["f: calendar_dates.txt lacks exception_type"]),
    ],
)
def test_what_a_feed_lacks_is_named(opened, tables, faults):
    given_faults = check_tables(opened(**tables))
    assert len(given_faults) == len(faults)
    assert all(fault.startswith(start) for fault, start in zip(given_faults, faults, strict=True))


def test_a_feed_that_is_only_drawn_needs_no_calendar(opened):
    assert check_tables(opened(calendar=None), calendar=False) == []


def test_columns_are_trimmed_and_those_that_are_not_there_are_missing(opened):
    feed = opened()
    with duckdb.connect(":memory:") as connection:
        given_rows = "SELECT {} FROM (SELECT ' A ' AS stop_id UNION ALL SELECT '  ')"
        assert connection.execute(given_rows.format(column(feed, "stops", "stop_id"))).fetchall() == [("A",), (None,)]
        untrimmed = column(feed, "stops", "stop_id", trim=False)
        assert connection.execute(given_rows.format(untrimmed)).fetchall() == [(" A ",), ("  ",)]
        for table, name in (("stops", "zone_id"), ("shapes", "shape_id")):
            absent = column(feed, table, name)
            assert connection.execute(given_rows.format(absent)).fetchall() == [(None,), (None,)]


def test_text_is_loaded_line_by_line_and_other_lines_are_named(opened, tmp_path):
    feed = opened(stops="stop_name,stop_id,x\nAlpha,A,1\nBeta,B\n Gamma ,,3\nDelta,D,4,5\n", agency=None)
    log = IssueLog()
    with feed_database(tmp_path / "copies", memory_limit_mb=100) as connection:
        load_text(connection, feed, "stops", log)
        rows = connection.execute("SELECT line, stop_id, stop_name, stop_lat FROM stops_text ORDER BY line").fetchall()
        load_text(connection, feed, "agency", log)
        assert connection.execute("SELECT count(*), count(agency_id) FROM agency_text").fetchall() == [(0, 0)]
    assert rows == [(1, "A", "Alpha", None), (2, None, "Gamma", None)]
    (issue,) = log.rows
    assert (issue["file"], issue["row"], issue["value"]) == ("f/stops.txt", 3, "2 lines: 3, 5")
    assert issue["action"].startswith("left out: ")


def test_rows_of_a_query_are_one_issue_with_each_name_once():
    log = IssueLog()
    options = {"things": "stop times", "file": "f/a.txt", "field": "x", "action": "left out"}
    with duckdb.connect(":memory:") as connection:
        log_rows(connection, log, "SELECT 'a' AS id WHERE false", "unknown entity", **options)
        assert log.rows == []
        query = "SELECT unnest(['c', 'b', 'd', 'b', 'a']) AS id"
        log_rows(connection, log, query, "unknown entity", **options)
    assert [(row["value"], row["issue_type"], row["file"]) for row in log.rows] == [
        ("5 stop times: a, b, c, …", "unknown entity", "f/a.txt")
    ]


def test_what_does_not_fit_into_memory_is_refused_with_the_fix(tmp_path):
    with (
        pytest.raises(InputError, match=r"cannot be counted in 20 MB .*give memory_limit_mb more, or free the disk"),
        feed_database(tmp_path, memory_limit_mb=20) as connection,
    ):
        raise duckdb.OutOfMemoryException("Out of Memory Error: 20 MB used\nmore")
    with feed_database(tmp_path, memory_limit_mb=20) as connection:
        limit = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    assert limit == "19.0 MiB"  # 20 MB of 1,000² bytes in units of 1,024²
