"""Trips that stand twice, in one feed under other ids, services, agencies or headways, or in two: counted once."""

from __future__ import annotations

import zipfile
from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siteprior.sources.timetables.reader import read_timetables

TRIPS = "route_id,service_id,trip_id,direction_id\n"
TWO_ROUTES = "route_id,agency_id,route_short_name,route_type\nR,X,8,3\nQ,Y,{},{}\n"


def read(*paths):
    return read_timetables(list(paths), files=[path.name for path in paths])


def per_route(reading, stop="A", window="am peak"):
    rows = reading.table.services
    rows = rows[(rows["window"] == window) & rows["stop_code"].str.endswith(f":{stop}")]
    return dict(zip(rows["route"], rows["departures"].astype(int), strict=True))


def twins_of(reading):
    rows = reading.issues[reading.issues["action"].str.contains("counted once")]
    return list(zip(rows["file"], rows["value"], rows["action"], strict=True))


def lines_of(*trips, second=(), shift=0):
    """Stop times at A, B and C from minutes past 8 o'clock, of each trip."""
    rows = [
        f"{trip} 08:{minute + shift + later:02d}:00 {stop} {place}"
        for trip, minute in [*zip(trips, range(20, 60, 5), strict=False), *second]
        for stop, place, later in (("A", 1, 0), ("B", 2, 1), ("C", 3, 2))
    ]
    return "\n".join(rows)


def test_a_trip_under_a_second_service_counts_once_and_is_stated(make_feed, stop_times):
    dates = "service_id,date,exception_type\nS2,20230605,1\nS2,20230606,1\n"
    feed = make_feed(trips=TRIPS + "R,WK,T,0\nR,WK,U,0\nR,S2,T2,0\nR,S2,U2,\n", calendar_dates=dates,
                     stop_times=stop_times(lines_of("T", "U") + "\n" + lines_of("T2", "U2")))  # fmt: skip
    reading = read(feed)
    assert per_route(reading) == {"feed.zip:R": 2}
    assert twins_of(reading) == [(
        "feed.zip/trips.txt", "1 lines: 8 (2 runs)",
        "2 runs of the days counted are counted once: the feed holds them under another trip, at the same stops and "
        "times",
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("8", 3, {"R": 2}), ("08", 3, {"R": 2, "Q": 1}), ("8", 0, {"R": 2, "Q": 1}), ("8", 700, {"R": 2})],
)
def test_a_line_under_two_agencies_is_one_where_name_and_mode_are(make_feed, stop_times, name, kind, expected):
    feed = make_feed(routes=TWO_ROUTES.format(name, kind), trips=TRIPS + "Q,WK,T2,0\nR,WK,T,1\nR,WK,U,1\n",
                     stop_times=stop_times(lines_of("T", "U") + "\n" + lines_of("T2")))  # fmt: skip
    assert per_route(read(feed)) == {f"feed.zip:{route}": count for route, count in expected.items()}


@pytest.mark.parametrize(
    "other", ["T2 08:21:00 A 1", "T2 08:20:00 A 1 1", "T2 08:20:00 C 1", "T2 08:20:00 A 1\nT2 08:50:00 C 9"]
)
def test_what_differs_at_one_stop_or_minute_is_another_trip(make_feed, stop_times, other):
    rest = "\nT2 08:21:00 B 2\nT2 08:22:00 C 3"
    reading = read(
        make_feed(trips=TRIPS + "R,WK,T,0\nR,WK,T2,0\n", stop_times=stop_times(lines_of("T") + "\n" + other + rest))
    )
    assert twins_of(reading) == []
    assert reading.table.departures["departures"].sum() > 2


def test_twins_number_their_stops_as_they_like(make_feed, stop_times):
    again = "T2 08:20:00 A 10\nT2 08:21:00 B 20\nT2 08:22:00 C 30"
    feed = make_feed(trips=TRIPS + "R,WK,T,0\nR,WK,T2,0\n", stop_times=stop_times(lines_of("T") + "\n" + again))
    assert per_route(read(feed)) == {"feed.zip:R": 1}


def test_twins_are_sought_on_each_day_apart(make_feed, stop_times):
    # U runs every day, T from Monday to Friday: on weekdays one counts, on Sundays it is U
    calendar = ("service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
                "WK,1,1,1,1,1,0,0,20230605,20230616\nALL,1,1,1,1,1,1,1,20230605,20230618\n")  # fmt: skip
    times = lines_of("T", "U").replace("08:2", "11:2").replace("U 11:25", "U 11:20").replace("U 11:26", "U 11:21")
    feed = make_feed(trips=TRIPS + "R,WK,T,0\nR,ALL,U,0\n", calendar=calendar,
                     stop_times=stop_times(times.replace("U 11:27", "U 11:22")))  # fmt: skip
    reading = read(feed)
    assert (per_route(reading, window="daytime"), per_route(reading, window="sunday")) == ({"feed.zip:R": 1},) * 2


def test_runs_by_headways_are_twins_of_the_same_runs_by_times(make_feed, stop_times):
    # H leaves A at 8:20, 8:30, 8:40; T, at 8:30 by its own times, is the second of these runs
    frequencies = "trip_id,start_time,end_time,headway_secs\nH,08:20:00,08:50:00,600\n"
    times = "H 00:00:00 A 1\nH 00:01:00 B 2\nH 00:02:00 C 3\nT 08:30:00 A 1\nT 08:31:00 B 2\nT 08:32:00 C 3"
    trips = TRIPS + "R,WK,H,0\nR,WK,T,0\n"
    feed = make_feed(trips=trips, frequencies=frequencies, stop_times=stop_times(times))
    assert per_route(read(feed)) == {"feed.zip:R": 3}
    again = make_feed("b.zip", trips=trips, frequencies=frequencies, stop_times=stop_times(times))
    assert per_route(read(feed, again)) == {"feed.zip:R": 3}


def test_the_line_with_most_runs_is_kept_whole(make_feed, stop_times):
    routes = TWO_ROUTES.format("8", 3)
    trips = TRIPS + "Q,WK,T2,0\nR,WK,T,0\nQ,WK,U2,0\nR,WK,U,0\nR,WK,V,0\n"
    feed = make_feed(
        routes=routes, trips=trips, stop_times=stop_times(lines_of("T", "U", "V") + "\n" + lines_of("T2", "U2"))
    )
    assert per_route(read(feed)) == {"feed.zip:R": 3}


def test_a_line_two_feeds_hold_at_other_times_is_still_stated(make_feed, stop_times):
    first = make_feed("a.zip")
    later = make_feed("b.zip", stop_times=stop_times(lines_of("T", shift=2)))
    reading = read(first, later)
    assert twins_of(reading) == []
    assert "a.zip holds them too" in " ".join(reading.issues["action"])
    assert reading.table.departures["departures"].sum() == 4


def test_one_stop_under_two_ids_is_one_by_its_place(make_feed, stop_times):
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
        f"{code}{again},{code},{lat},-1.90\n"
        for again in ("", "x")
        for code, lat in zip("ABC", (52.5, 52.51, 52.52), strict=True)
    )
    again = "T2 08:20:00 Ax 1\nT2 08:21:00 Bx 2\nT2 08:22:00 Cx 3"
    feed = make_feed(
        stops=stops, trips=TRIPS + "R,WK,T,0\nR,WK,T2,0\n", stop_times=stop_times(lines_of("T") + "\n" + again)
    )
    assert read(feed).table.departures["departures"].sum() == 2


def rewritten(path, target, change):
    """Write a feed again with every table's text changed."""
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(target, "w") as archive:
        for name in given.namelist():
            archive.writestr(name, change(name, given.read(name).decode()))
    return target


def doubled(name, text):
    """The trips and their stop times a second time under other ids."""
    head, *rows = text.splitlines()
    if name == "trips.txt":
        rows += [",".join([*row.split(",")[:2], "again" + row.split(",")[2], *row.split(",")[3:]]) for row in rows]
    elif name == "stop_times.txt":
        rows += ["again" + row for row in rows]
    return "\n".join([head, *rows]) + "\n"


def only(tables, ids):
    """The trips and stop times of these trips."""
    kept = {}
    for name, place in (("trips", 2), ("stop_times", 0)):
        head, *rows = tables[name].splitlines()
        kept[name] = "\n".join([head, *(row for row in rows if row.split(",")[place] in ids)])
    return kept


def counts(reading):
    rows = reading.table.services[["stop_code", "route", "window", "departures"]].itertuples(index=False)
    return [(stop.partition(":")[2], route.partition(":")[2], window, count) for stop, route, window, count in rows]


RUNS = st.lists(
    st.tuples(st.sampled_from("RQ"), st.sampled_from(["WK", "SU"]), st.integers(0, 30)), min_size=1, max_size=5
)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RUNS, st.data())
def test_doubling_or_overlapping_feeds_change_nothing(make_feed, stop_times, runs, data):
    runs = list(dict.fromkeys([("R", "WK", 31), *runs]))  # one on weekdays, so that the day is within each feed
    ids = [f"T{number}" for number in range(len(runs))]
    tables = {
        "routes": TWO_ROUTES.format("9", 3),
        "trips": TRIPS + "".join(f"{r},{s},{i},0\n" for i, (r, s, _) in zip(ids, runs, strict=True)),
        "stop_times": stop_times(lines_of(second=[(i, minute) for i, (*_, minute) in zip(ids, runs, strict=True)])),
    }
    day = date(2023, 6, 5)
    feed = make_feed("a.zip", **tables)
    once = read_timetables(feed, files=["a"], service_date=day)
    twice = rewritten(feed, feed.with_name("twice.zip"), doubled)
    assert counts(read_timetables(twice, files=["a"], service_date=day)) == counts(once)
    parts = [data.draw(st.sets(st.sampled_from(ids), min_size=1)) for _ in range(2)]
    parts = [parts[0] | {"T0"}, parts[1] | {"T0"} | (set(ids) - parts[0])]
    files = [make_feed(f"part{n}.zip", **tables | only(tables, part)) for n, part in enumerate(parts)]
    both = read_timetables(files, files=["a", "b"], service_date=day)
    total = Counter()
    for *what, count in counts(both):
        total[tuple(what)] += count
    assert total == {tuple(what): count for *what, count in counts(once)}
