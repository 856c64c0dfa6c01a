"""Whole feeds: real ones as published, damaged ones, several together."""

from __future__ import annotations

import random
import zipfile
from datetime import date

import pandas as pd
import pytest

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.schema import DEPARTURES, SERVICE_STOPS, SERVICES, check
from siteprior.sources.timetables.reader import read_timetables
from siteprior.sources.transit.naptan import read_stops

GTFS = "real/transit/gtfs"


@pytest.fixture(scope="module")
def newport(real):
    paths = [real / f"real/transit/naptan_{area}_stops_2026-07-21.csv.gz" for area in (531, 532, 533, 554)]
    naptan = read_stops(paths, files=[path.name for path in paths]).table
    return read_timetables(real / GTFS / "newport-20230613_gtfs.zip", files=["newport.zip"], naptan=naptan)


def test_newport_is_read_whole(newport, real):
    table = newport.table
    check(table.stops, SERVICE_STOPS, name="stops")
    check(table.services, SERVICES, name="services")
    check(table.departures, DEPARTURES, name="departures")
    # Tuesday 6 June 2023: services 677 and 512 run on Tuesdays and Wednesdays only, so Monday has fewer trips
    assert (table.service_date, table.sunday_date) == (date(2023, 6, 6), date(2023, 6, 11))
    assert len(table.stops) == 655
    assert (table.stops["place_basis"] == "NaPTAN").sum() == 627  # as counted when the feed was recorded
    assert set(table.services["stop_code"]) <= set(table.stops.index)
    assert set(table.departures["hour"]) >= {24}  # 50 times past 24:00
    assert newport.issues["value"].tolist() == [
        "16 lines: 1, 2A, 2C, …",
        "28 stops: 010000036, 017000064, 017000081, …",
        "1 stops: 5310AWB34455 305 m",
    ]
    assert newport.provenance[0].file == "newport.zip"
    origin = newport.provenance[0]
    path = real / GTFS / "newport-20230613_gtfs.zip"
    assert (origin.bytes, origin.rows) == (expected(whole=434_325, of_slice=path.stat().st_size), 7765)
    with zipfile.ZipFile(path) as feed:
        calls = pd.read_csv(feed.open("stop_times.txt"), dtype=str)
    assert len(calls) == origin.rows
    assert set(table.stops["stop_id"]) == set(calls["stop_id"])
    assert (origin.publisher, origin.vintage) == ("ITO World", "20230612_115702")


def test_windows_and_hours_agree_where_they_cover_the_same_time(newport):
    services, departures = newport.table.services, newport.table.departures
    departures = departures[departures["service_date"] == pd.Timestamp(2023, 6, 6)]
    for window, hours in (("daytime", range(10, 16)), ("evening", range(19, 23))):
        by_window = services[services["window"] == window].groupby(["stop_code", "route"])["departures"].sum()
        by_hour = departures[departures["hour"].isin(hours)].groupby(["stop_code", "route"])["departures"].sum()
        pd.testing.assert_series_equal(by_window, by_hour)


def test_the_same_feed_gives_the_same_tables(newport, real):
    again = read_timetables(real / GTFS / "newport-20230613_gtfs.zip", files=["newport.zip"], memory_limit_mb=100)
    pd.testing.assert_series_equal(
        again.table.departures["departures"].sort_values(ignore_index=True),
        newport.table.departures["departures"].sort_values(ignore_index=True),
    )
    twice = read_timetables(real / GTFS / "newport-20230613_gtfs.zip", files=["newport.zip"])
    pd.testing.assert_frame_equal(twice.table.departures, again.table.departures)
    pd.testing.assert_frame_equal(twice.table.services, again.table.services)


def test_porto_alegre_with_blank_times_counts_every_call_but_the_last(real):
    reading = read_timetables(real / GTFS / "r5r_poa_eptc.zip", files=["eptc"])
    assert reading.table.service_date == date(2019, 4, 15)
    departures = reading.table.departures
    # 130,019 stop times of 2,374 trips, all on weekdays; one last stop each
    assert departures["departures"].sum() == 130_019 - 2_374
    values = reading.issues["value"].tolist()
    assert values == ["125271 stop times of 2374 trips", "3986 stops: 1000, 1001, 1002, …"]


def test_porto_alegres_trains_are_one_route_per_calling_pattern(real):
    table = read_timetables(real / GTFS / "r5r_poa_trensurb.zip", files=["t"]).table
    assert set(table.services["mode"]) == {"rail"}
    named = table.services.drop_duplicates("route").set_index("route")["route_name"]
    assert named["t:LINHA1#1"] == "ESTACAO MERCADO – ESTACAO NOVO HAMBURGO, 22 calls"
    peak = table.services[(table.services["window"] == "am peak") & (table.services["stop_code"] == "t:MR")]
    assert set(peak["direction"]) <= {"0", "1"}


def test_a_deliberately_damaged_feed_gives_issues_not_a_traceback(real):
    reading = read_timetables(real / GTFS / "r5py_test_broken_gtfs.zip", files=["hsl"])
    values = dict(zip(reading.issues["field"], reading.issues["value"], strict=True))
    assert values["route_id"] == "1 trips: -1001"
    assert values["stop_id"].startswith("1432 stop times: ")
    assert values["trip_id"].startswith("32 stop times: ")
    assert len(reading.table.departures) > 0


def test_a_part_of_a_feed_says_which_tables_it_lacks(real):
    with pytest.raises(InputError) as caught:
        read_timetables(real / GTFS / "tfwm_2025-11-21_partial", files=["tfwm"])
    assert [fault.split("; it has")[0] for fault in caught.value.faults] == [
        "tfwm: is no whole GTFS feed: it lacks trips.txt",
        "tfwm: is no whole GTFS feed: it lacks stop_times.txt",
    ]


def test_a_feed_without_any_calendar_names_the_fix(make_feed):
    with pytest.raises(InputError, match=r"neither calendar.txt nor calendar_dates.txt.*export the feed again"):
        read_timetables(make_feed(calendar=None), files=["f"])


def test_missing_columns_of_all_feeds_are_named_at_once(make_feed):
    first = make_feed("a.zip", trips="route_id,trip_id\nR,T\n")
    second = make_feed("b.zip", stop_times="trip_id,stop_id\nT,A\n", calendar="service_id\nWK\n")
    with pytest.raises(InputError) as caught:
        read_timetables([first, second, first.parent / "c.zip"], files=["a", "b", "c"])
    assert [fault.split("; it has")[0] for fault in caught.value.faults] == [
        "a: trips.txt lacks service_id",
        "b: stop_times.txt lacks departure_time, stop_sequence",
        "b: calendar.txt lacks monday, tuesday, wednesday, thursday, friday, saturday, sunday, start_date, end_date",
        "c: there is no such file; check the path and the project's data_root",
    ]


def test_a_calendar_of_single_days_is_enough(make_feed):
    dates = "service_id,date,exception_type\nWK,20230607,1\nWK,20230608,1\nWK,2023-06-09,1\nWK,20230608,2\n"
    reading = read_timetables(make_feed(calendar=None, calendar_dates=dates), files=["f"])
    assert (reading.table.service_date, reading.table.sunday_date) == (date(2023, 6, 7), None)
    assert reading.table.departures["departures"].sum() == 2
    assert "1 exceptions: WK" in set(reading.issues["value"])


def test_damaged_calendars_are_issues(make_feed):
    rows = "WK,1,1,1,1,1,0,0,20230605,20230616\n"
    head = "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
    text = head + rows + rows + "A,1,1,1,1,1,1,1,x,20230616\nB,1,1,1,1,1,1,1,20230616,20230605\n"
    text += "C,1,1,1,1,1,1,1,20230605,99991231\n"
    reading = read_timetables(make_feed(calendar=text), files=["f"])
    assert reading.table.departures["departures"].sum() == 2
    assert reading.issues["value"].tolist()[:4] == [
        "1 services: A", "1 services: WK", "1 services: C", "1 services: B",
    ]  # fmt: skip


def test_several_feeds_never_mix_and_a_line_in_both_is_reported(make_feed, stop_times):
    later = stop_times("T 08:21:00 A 1\nT 08:30:00 B 2\nT 08:40:00 C 3")
    first, second = make_feed("a.zip"), make_feed("b.zip", stop_times=later)
    reading = read_timetables([first, second], files=["a.zip", "b.zip"])
    table = reading.table
    assert table.departures["departures"].sum() == 4
    assert set(table.services["route"]) == {"a.zip:R", "b.zip:R"}
    assert table.stops.index.tolist() == [f"{feed}:{stop}" for feed in ("a.zip", "b.zip") for stop in "ABC"]
    assert [given.file for given in reading.provenance] == ["a.zip", "b.zip"]
    issue = reading.issues.iloc[0]
    assert issue["value"] == "1 lines: 8 of cross buses"
    assert issue["action"] == "counted twice: a.zip holds them too; give only one of the feeds"
    other = make_feed("c.zip", routes="route_id,agency_id,route_short_name,route_type\nR,X,9,3\n")
    assert read_timetables([first, other], files=["a.zip", "c.zip"]).issues.empty


def test_a_folder_is_read_like_the_zip(make_feed, tmp_path):
    path = make_feed()
    folder = tmp_path / "folder"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    as_zip, as_folder = (read_timetables(given, files=["f"]) for given in (path, folder))
    pd.testing.assert_frame_equal(as_zip.table.departures, as_folder.table.departures)
    assert {given.file: given.rows for given in as_folder.provenance} == {
        "f/agency.txt": 0, "f/stops.txt": 0, "f/routes.txt": 0, "f/trips.txt": 0, "f/calendar.txt": 0,
        "f/stop_times.txt": 3,
    }  # fmt: skip


def test_wrong_calls_are_refused(make_feed):
    path = make_feed()
    with pytest.raises(InputError, match="timetables: named twice: f; give each file a name of its own"):
        read_timetables([path, make_feed("g.zip")], files=["f", "f"])
    with pytest.raises(InputError, match=r"timetables: given twice: .*; each file is read once"):
        read_timetables([path, path], files=["f", "g"])
    with pytest.raises(InputError, match="1 names for 2 files"):
        read_timetables([path, path], files=["f"])
    with pytest.raises(InputError, match="timetables: no file given; give one at least"):
        read_timetables([])
    with pytest.raises(InputError, match="outside what the timetables hold, 2023-06-05 to 2023-06-16"):
        read_timetables(path, files=["f"], service_date=date(2030, 1, 7))


def test_tables_without_rows_do_not_break_it(make_feed):
    with pytest.raises(InputError, match="f: no trip runs on any day"):
        read_timetables(make_feed(trips="route_id,service_id,trip_id\n"), files=["f"])
    reading = read_timetables(make_feed(stop_times="trip_id,departure_time,stop_id,stop_sequence\n"), files=["f"])
    assert reading.table.departures.empty
    assert reading.table.services.empty
    assert reading.table.stops.empty
    check(reading.table.stops, SERVICE_STOPS, name="stops")
    check(reading.table.services, SERVICES, name="services")


@pytest.mark.parametrize("seed", range(12))
def test_a_feed_damaged_at_random_is_read_or_refused_in_words(make_feed, base_feed, seed):
    rng = random.Random(seed)
    tables = {name: bytearray(text.encode()) for name, text in base_feed.items()}
    for _ in range(3):
        data = tables[rng.choice(sorted(tables))]
        at = rng.randrange(len(data) + 1)
        data[at : at + rng.choice([0, 1, 40])] = rng.choice([b"", b'"', b"\r", b"\x00", b"\xff", b",,", b"\n\n", b"-1"])
    path = make_feed(**{name: bytes(data) for name, data in tables.items()})
    faults: tuple[str, ...] = ()
    departures = 0
    try:
        departures = read_timetables(path, files=["f"]).table.departures["departures"].sum()
    except InputError as fault:
        faults = fault.faults
    assert departures <= 2
    assert all(line.startswith("f: ") for line in faults)
