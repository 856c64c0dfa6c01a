"""Stop times matched to trips and stops, and blank times beside an interpolation in plain numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteprior.core.issues import IssueLog
from siteprior.sources.timetables.calls import read_calls
from siteprior.sources.timetables.feed import copy_table, open_feed
from siteprior.sources.timetables.tables import COUNTED, feed_database

TRIPS = {"T": (1, True, False), "S": (2, False, True), "N": (3, False, False)}
"""Trip → number, and whether it runs on the weekday and on the Sunday."""

STOPS = {"A": 11, "B": 12, "C": 13}


@pytest.fixture
def calls_of(make_feed, tmp_path):
    """Return a function that reads the text of stop_times: calls by trip and place, and the log's rows."""

    def make(text):
        folder = tmp_path / "copies"
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*.txt"):
            old.unlink()
        feed = open_feed(make_feed(stop_times=text), label="f", names=COUNTED, folder=folder)
        log = IssueLog()
        with feed_database(folder, memory_limit_mb=200) as connection:
            connection.execute(
                "CREATE TABLE trips (trip INT, trip_id TEXT, weekday BOOLEAN, sunday BOOLEAN, route_id TEXT)"
            )
            connection.executemany(
                "INSERT INTO trips VALUES (?, ?, ?, ?, 'R')", [(n, name, w, s) for name, (n, w, s) in TRIPS.items()]
            )
            connection.execute("CREATE TABLE routes AS SELECT 'R' AS route_id, '8' AS name")
            connection.execute("CREATE TABLE stops (stop INT, stop_id TEXT)")
            connection.executemany("INSERT INTO stops VALUES (?, ?)", [(n, name) for name, n in STOPS.items()])
            read_calls(connection, feed, copy_table(feed, "stop_times", log), log)
            rows = connection.execute(
                "SELECT trip, place, stop, leaves, timed, boards FROM calls ORDER BY trip, place"
            ).fetchall()
        return {(trip, place): tuple(rest) for trip, place, *rest in rows}, log.rows

    return make


HEAD = "trip_id,departure_time,stop_id,stop_sequence,pickup_type\n"


def test_calls_are_of_trips_that_run_and_their_stops_by_number(calls_of):
    calls, issues = calls_of(
        HEAD + "T,08:00:00,A,1,0\nT,08:10:00,B,5,1\nS,09:00:00,C,2,\nN,10:00:00,A,1,\nT,24:01:00,C,9,3\n"
    )
    assert calls == {
        (1, 1): (11, 28_800, True, True),
        (1, 5): (12, 29_400, True, False),  # pickup_type 1: nobody gets on
        (1, 9): (13, 86_460, True, True),  # 3: arranged with the driver
        (2, 2): (13, 32_400, True, True),
    }
    assert issues == []


def test_calls_at_unknown_stops_stay_so_that_a_trip_ends_where_it_ends(calls_of):
    calls, issues = calls_of(HEAD + "T,08:00:00,A,1,\nT,08:10:00,Z,2,\nX,08:00:00,A,1,\nT,08:20:00,B,last,\n")
    assert calls == {(1, 1): (11, 28_800, True, True), (1, 2): (None, 29_400, True, True)}
    assert [(row["field"], row["value"]) for row in issues] == [
        ("trip_id", "1 stop times: X"), ("stop_sequence", "1 stop times: last"), ("stop_id", "1 stop times: Z"),
    ]  # fmt: skip


def test_blanks_around_ids_are_seen_only_where_something_did_not_fit(calls_of):
    plain, _ = calls_of(HEAD + "T,08:00:00,A,1,\nT,08:10:00,B,2,\n")
    spaced, issues = calls_of(HEAD + ' T ,08:00:00,A,1,\nT, 08:10:00 ," B",2 ,\n')
    assert spaced == plain
    assert issues == []


@pytest.mark.parametrize("places", [(1, 128, 255), (0, 127, 254)])
def test_places_that_fold_onto_one_bit_are_not_taken_for_doubles(calls_of, places):
    calls, issues = calls_of(HEAD + "".join(f"T,08:0{n}:00,A,{place},\n" for n, place in enumerate(places)))
    assert sorted(place for _, place in calls) == list(places)
    assert issues == []


def test_of_two_calls_at_one_place_the_earliest_is_kept(calls_of):
    calls, issues = calls_of(HEAD + "T,08:05:00,B,1,\nT,08:00:00,A,1,\nT,08:10:00,C,2,\n")
    assert calls == {(1, 1): (11, 28_800, True, True), (1, 2): (13, 29_400, True, True)}
    assert [(row["issue_type"], row["value"]) for row in issues] == [
        ("reference values are not unique", "1 places of trips: T")
    ]


DISTANCES = st.lists(st.integers(1, 9), min_size=4, max_size=4)
GAPS = st.lists(st.integers(0, 900), min_size=4, max_size=4)
BLANK = st.sets(st.integers(1, 3))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=DISTANCES, gaps=GAPS, blank=BLANK, by_distance=st.booleans())
def test_blank_times_lie_between_the_timed_stops_as_numpy_interpolates(calls_of, steps, gaps, blank, by_distance):
    at = np.cumsum([0, *steps])
    times = np.cumsum([28_800, *gaps])
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
    rows = []
    for n in range(5):
        time = "" if n in blank else "{:02d}:{:02d}:{:02d}".format(*(int(part) for part in (
            times[n] // 3600, times[n] // 60 % 60, times[n] % 60)))  # fmt: skip
        rows.append(f"T,{time},{time},A,{n},{at[n] if by_distance else ''}\n")
    calls, issues = calls_of(head + "".join(rows))
    timed = [n for n in range(5) if n not in blank]
    axis = at if by_distance else np.arange(5)
    expected = np.interp(axis, axis[timed], times[timed])
    assert [calls[1, n][1] for n in range(5)] == pytest.approx(expected.tolist(), abs=0.5)  # whole seconds
    assert [calls[1, n][2] for n in range(5)] == [n not in blank for n in range(5)]
    assert [row["value"] for row in issues] == ([f"{len(blank)} stop times of 1 trips"] if blank else [])


def test_an_interpolation_runs_from_departure_to_arrival(calls_of):
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    calls, _ = calls_of(head + "T,08:00:00,08:10:00,A,1\nT,,,B,2\nT,08:20:00,08:40:00,C,3\n")
    assert calls[1, 2][1] == 8 * 3600 + 15 * 60


def test_what_lies_outside_the_timed_stops_stays_blank_and_is_named(calls_of):
    calls, issues = calls_of(HEAD + "T,,A,1,\nT,08:00:00,B,2,\nT,,C,3,\n")
    assert [calls[1, place][1] for place in (1, 2, 3)] == [None, 28_800, None]
    assert [(row["issue_type"], row["value"]) for row in issues][-1] == ("missing value", "2 stop times: T, …")


def test_booked_calls_are_stated_by_their_line(calls_of):
    calls, log = calls_of(HEAD + "T,08:00:00,A,1,2\nT,08:10:00,B,2,0\nT,08:20:00,C,3,1\n")
    assert [calls[1, place][-1] for place in (1, 2, 3)] == [False, True, False]
    stated = [(row["field"], row["value"]) for row in log if "booked" in row["action"]]
    assert stated == [("pickup_type", "1 stop times: 8")]


@pytest.mark.parametrize(
    "time", ["25:61:00", "24:00:60", "-1:00:00", "1000000000", "1000000000:00:00", "08:20:00\0", "８:20:00", "08:20"]
)
def test_an_absurd_time_is_named_and_nothing_departs_then(calls_of, time):
    calls, log = calls_of(HEAD + f"T,{time},A,1,\nT,08:10:00,B,2,\nT,08:20:00,C,3,\n")
    assert calls[1, 1][1] is None
    assert calls[1, 2][1] == (8 * 60 + 10) * 60
    actions = [row["action"] for row in log]
    assert actions == [
        "no time H:MM:SS: filled like blank ones",
        "not counted: no timed stop before and after, by which to interpolate",
    ]
