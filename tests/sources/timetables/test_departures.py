"""What counts as a departure, when, and of which route: small feeds worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.sources.timetables.reader import read_timetables

STOPS = "stop_id,stop_name,stop_lat,stop_lon,parent_station\n"


def read(path, **options):
    return read_timetables(path, files=["f"], **options)


def on(reading, window):
    """Departures of a window by stop and route, without the feed's label."""
    services = reading.table.services
    rows = services[services["window"] == window]
    keys = zip(rows["stop_code"].str.removeprefix("f:"), rows["route"].str.removeprefix("f:"), strict=True)
    return dict(zip(keys, rows["departures"], strict=True))


def hours(reading):
    """Departures of the weekday by stop and hour."""
    table = reading.table.departures
    table = table[table["service_date"] == pd.Timestamp(reading.table.service_date)]
    keys = zip(table["stop_code"].str.removeprefix("f:"), table["hour"], strict=True)
    return dict(zip(keys, table["departures"], strict=True))


def told(reading):
    return dict(zip(reading.issues["field"], reading.issues["value"], strict=True))


def test_the_last_stop_and_stops_without_pickup_are_no_departures(make_feed, stop_times):
    lines = "T 08:20:00 A 1\nT 08:31:00 B 2 1\nT 08:40:00 C 3\nT 08:50:00 A 4"
    reading = read(make_feed(stop_times=stop_times(lines)))
    assert hours(reading) == {("A", 8): 1, ("C", 8): 1}
    assert list(reading.table.stops["stop_id"]) == ["A", "B", "C"]  # B is called at all the same
    assert reading.issues.empty


def test_a_window_holds_its_first_moment_and_not_its_last(make_feed, stop_times):
    trips = "route_id,service_id,trip_id\n" + "".join(f"R,WK,T{n}\n" for n in range(4))
    lines = "\n".join(f"T{n} {t} A 1\nT{n} 10:00:00 B 2" for n, t in enumerate(
        ("08:14:59", "08:15:00", "09:14:59", "09:15:00")))  # fmt: skip
    reading = read(make_feed(trips=trips, stop_times=stop_times(lines)))
    assert on(reading, "am peak") == {("A", "R"): 2}
    assert reading.table.services["per_hour"].tolist() == [2.0]
    assert hours(reading) == {("A", 8): 2, ("A", 9): 2}
    assert reading.table.services.index.tolist() == ["f:A|f:R||am peak"]


def test_all_four_windows_count_per_hour_of_their_length_and_sunday_on_the_sunday(make_feed, stop_times):
    trips = "route_id,service_id,trip_id\nR,WK,T\nR,WK,U\nR,SU,S\nR,SU,V\n"
    lines = "T 10:00:00 A 1\nT 22:00:00 B 2\nT 22:30:00 C 3\nU 19:00:00 A 1\nU 22:59:59 B 2\nU 23:10:00 C 3\n"
    lines += "S 17:59:59 A 1\nS 18:00:00 B 2\nS 18:30:00 C 3\nV 08:20:00 A 1\nV 12:00:00 B 2\nV 13:00:00 C 3\n"
    reading = read(make_feed(trips=trips, stop_times=stop_times(lines)))
    services = reading.table.services.set_index(["window", "stop_code"])["per_hour"]
    assert services.to_dict() == {
        ("daytime", "f:A"): 1 / 6,
        ("evening", "f:A"): 1 / 4,
        ("evening", "f:B"): 2 / 4,
        ("sunday", "f:A"): 1 / 8,
        ("sunday", "f:B"): 1 / 8,
    }
    dates = reading.table.services.set_index("window")["service_date"].dt.strftime("%Y-%m-%d")
    assert set(dates["sunday"]) == {"2023-06-11"}
    assert set(dates["evening"]) == {"2023-06-05"}


def test_times_run_past_midnight_and_without_a_leading_zero(make_feed, stop_times):
    lines = "T 8:59:59 A 1\nT 24:00:00 B 2\nT 25:10:00 C 3\nT 26:00:00 A 4"
    assert hours(read(make_feed(stop_times=stop_times(lines)))) == {("A", 8): 1, ("B", 24): 1, ("C", 25): 1}


def test_rows_in_any_order_count_the_same(make_feed, stop_times):
    lines = ["T 08:20:00 A 10", "T 08:31:00 B 200", "T 08:40:00 C 3000"]
    first = read(make_feed(stop_times=stop_times("\n".join(lines)))).table
    other = read(make_feed(stop_times=stop_times("\n".join(reversed(lines))))).table
    pd.testing.assert_frame_equal(first.departures, other.departures)
    assert first.departures["stop_code"].tolist() == ["f:A", "f:B"]


def test_blank_times_are_interpolated_in_equal_steps(make_feed, stop_times):
    # 08:50 and 09:20 four steps apart: 08:57:30, 09:05, 09:12:30
    lines = "T 08:50:00 A 1\nT - B 5\nT - C 6\nT - A 90\nT 09:20:00 B 91\nT - C 92"
    reading = read(make_feed(stop_times=stop_times(lines)))
    assert hours(reading) == {("A", 8): 1, ("B", 8): 1, ("C", 9): 1, ("A", 9): 1, ("B", 9): 1}
    assert on(reading, "am peak") == {("A", "R"): 2, ("B", "R"): 1, ("C", "R"): 1}
    actions = reading.issues.set_index("value")["action"].to_dict()
    assert "3 stop times of 1 trips" in actions
    assert actions["1 stop times: T"].startswith("not counted: no timed stop before and after")


def test_blank_times_are_interpolated_by_distance_where_the_whole_trip_has_it(make_feed):
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled\n"
    # leaves A at 08:00, arrives at C at 09:04 and leaves at 09:10; B lies 15/16 of the way: 09:00
    rows = "T,08:00:00,08:00:00,A,1,2.0\nT,,,B,2,{}\nT,09:04:00,09:10:00,C,3,18.0\nT,09:30:00,09:30:00,A,4,20\n"
    assert hours(read(make_feed(stop_times=head + rows.format("17.0")))) == {("A", 8): 1, ("B", 9): 1, ("C", 9): 1}
    assert hours(read(make_feed(stop_times=head + rows.format("")))) == {("A", 8): 1, ("B", 8): 1, ("C", 9): 1}
    assert hours(read(make_feed(stop_times=head + rows.format("99")))) == {("A", 8): 1, ("B", 8): 1, ("C", 9): 1}


def test_an_arrival_stands_for_a_blank_departure(make_feed):
    head = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    rows = "T,,08:00:00,A,1\nT,09:10:00,,B,2\nT,11:00:00,,C,3\n"
    assert hours(read(make_feed(stop_times=head + rows))) == {("A", 8): 1, ("B", 9): 1}
    only = "trip_id,arrival_time,stop_id,stop_sequence\nT,08:00:00,A,1\nT,09:00:00,B,2\n"
    assert hours(read(make_feed(stop_times=only))) == {("A", 8): 1}


def test_trips_with_headways_run_as_often_as_these_say(make_feed, stop_times):
    # from 07:50 every 10 minutes before 08:30, so 07:50, 08:00, 08:10, 08:20; the trip's own 05:00 does not count
    frequencies = (
        "trip_id,start_time,end_time,headway_secs\nT,07:50:00,08:30:00,600\nT,x,09:00:00,600\nZ,1:00:00,2:00:00,9\n"
    )
    lines = "T 05:00:00 A 1\nT 05:12:00 B 2\nT 05:20:00 C 3"
    reading = read(make_feed(stop_times=stop_times(lines), frequencies=frequencies))
    assert hours(reading) == {("A", 7): 1, ("A", 8): 3, ("B", 8): 4}
    assert told(reading) == {"start_time; end_time; headway_secs": "1 trips: T", "trip_id": "1 headways: Z"}


def test_second_rows_of_a_place_count_once(make_feed, stop_times):
    lines = "T 08:20:00 A 1\nT 08:21:00 A 1\nT 08:31:00 B 2\nT 08:31:00 B 2\nT 08:40:00 C 130\nT 08:50:00 A 257"
    reading = read(make_feed(stop_times=stop_times(lines)))
    assert hours(reading) == {("A", 8): 1, ("B", 8): 1, ("C", 8): 1}
    assert told(reading) == {"trip_id; stop_sequence": "2 places of trips: T, …"}


def test_unknown_ids_and_unreadable_cells_are_counted_once_each(make_feed, stop_times):
    lines = "T 08:20:00 A 1\nT 08:31:00 B 2\nT 08:40:00 Z 3\nT 08:50:00 C 4\nT 09:00:00 A 5\nT 09:10:00 B x\n"
    lines += "Y 08:00:00 A 1\nX 08:00:00 A 1\nX 08:10:00 B 2\nT noon B 6\nT 10:00:00 C 7"
    trips = "route_id,service_id,trip_id\nR,WK,T\nQ,WK,X\nR,NO,V\nR,WK,\nR,WK,T\n"
    routes = "route_id,agency_id,route_short_name,route_type\nR,X,8,3\nR,X,9,3\n,X,9,3\n"
    reading = read(make_feed(stop_times=stop_times(lines), trips=trips, routes=routes))
    assert hours(reading) == {("A", 8): 1, ("B", 8): 1, ("C", 8): 1, ("A", 9): 1, ("B", 9): 1}
    issues = reading.issues
    assert dict(
        zip(zip(issues["file"], issues["field"], issues["issue_type"], strict=True), issues["value"], strict=True)
    ) == {
        ("f/routes.txt", "route_id", "unknown entity - missing reference"): "1 rows: (blank)",
        ("f/routes.txt", "route_id", "reference values are not unique"): "1 rows: R",
        ("f/trips.txt", "trip_id", "unknown entity - missing reference"): "1 rows: (blank)",
        ("f/trips.txt", "trip_id", "reference values are not unique"): "1 rows: T",
        ("f/trips.txt", "route_id", "unknown entity"): "1 trips: Q",
        ("f/trips.txt", "service_id", "unknown entity"): "1 trips: NO",
        ("f/trips.txt", "direction_id", "missing value"): "1 lines: 8",
        ("f/stop_times.txt", "trip_id", "unknown entity"): "3 stop times: X, Y, …",
        ("f/stop_times.txt", "stop_sequence", "invalid integer"): "1 stop times: x",
        ("f/stop_times.txt", "stop_id", "unknown entity"): "1 stop times: Z",
        ("f/stop_times.txt", "departure_time", "invalid category value"): "1 stop times: noon",
        ("f/stop_times.txt", "departure_time", "default-value"): "1 stop times of 1 trips",
    }


def test_lines_of_the_wrong_length_are_left_out_and_numbered(make_feed, stop_times):
    lines = stop_times("T 08:20:00 A 1\nT 08:31:00 B 2\nT 08:40:00 C 3") + "T,08:50:00\nT,08:51:00,A,5,,more,x\n"
    reading = read(make_feed(stop_times=lines))
    assert hours(reading) == {("A", 8): 1, ("B", 8): 1}
    issue = reading.issues.iloc[0]
    assert (issue["file"], issue["row"], issue["value"]) == ("f/stop_times.txt", 5, "2 lines: 5, 6")


@pytest.mark.parametrize("bad", ["8:60:00", "-1:00:00", "08:15", "8:5:0", "1y:00:00", "123:00:00"])
def test_what_is_no_time_is_not_taken_for_one(make_feed, stop_times, bad):
    reading = read(make_feed(stop_times=stop_times(f"T {bad} A 1\nT 08:31:00 B 2\nT 08:40:00 C 3")))
    assert hours(reading) == {("B", 8): 1}
    assert f"1 stop times: {bad}" in set(reading.issues["value"])


def test_blanks_around_values_and_quotes_do_not_matter(make_feed):
    spaced = (
        "\ufefftrip_id , departure_time,stop_id,stop_sequence,pickup_type\n"
        '"T",08:20:00, A,1, 0\nT , 08:31:00 ,"B", 2 ,\n"T" ,08:40:00,C,3,\n'
    )
    trips = "route_id,service_id,trip_id\n R ,WK, T\n"
    assert hours(read(make_feed(stop_times=spaced, trips=trips))) == {("A", 8): 1, ("B", 8): 1}


ROUTES = (
    "route_id,agency_id,route_short_name,route_long_name,route_type\n"
    "b2,X,8,,3\nb1,X,8,,700\nb3,Y,8,,3\nb4,X,,Long,3\nb5,X,,Long,3\nc1,X,8,,200\nt1,X,8,,0\nz9,X,Z,,4242\n"
)


def test_one_line_are_the_routes_of_one_agency_short_name_and_mode(make_feed, stop_times):
    ids = ["b1", "b2", "b3", "b4", "b5", "c1", "t1", "z9"]
    trips = "route_id,service_id,trip_id\n" + "".join(f"{route},WK,T{route}\n" for route in ids)
    lines = "\n".join(f"T{route} 08:2{n}:00 A 1\nT{route} 08:40:00 B 2" for n, route in enumerate(ids))
    reading = read(make_feed(routes=ROUTES, trips=trips, stop_times=stop_times(lines)))
    assert on(reading, "am peak") == {
        ("A", "b1"): 2, ("A", "b3"): 1, ("A", "b4"): 1, ("A", "b5"): 1, ("A", "c1"): 1, ("A", "t1"): 1, ("A", "z9"): 1,
    }  # fmt: skip
    services = reading.table.services.set_index("route")
    assert services["mode"].to_dict() == {
        "f:b1": "bus", "f:b3": "bus", "f:b4": "bus", "f:b5": "bus", "f:c1": "coach", "f:t1": "tram", "f:z9": "other",
    }  # fmt: skip
    assert services["route_name"].to_dict()["f:b4"] == "Long"
    values = set(reading.issues["value"])
    assert values == {"1 lines: 8", "1 routes: z9 (4242)", "7 lines: 8, Long, Z, …"}  # no line's directions are told


def test_of_rail_each_calling_pattern_is_a_route_run_both_ways(make_feed, stop_times):
    stops = STOPS + "".join(
        f"{code}{n},{name},52.{n},-1.9,{code}\n" for code, name in (("A", "Alpha"), ("B", "Beta"), ("C", "Gamma"))
        for n in (1, 2))  # fmt: skip
    stops += "A,Alpha,52.5,-1.9,\nB,Beta,52.5,-1.9,\nC,Gamma,52.5,-1.9,\n"
    trips = "route_id,service_id,trip_id\nR,WK,slow\nR,WK,back\nR,WK,fast\nR,WK,slow2\n"
    lines = (
        "slow 08:20:00 A1 1\nslow 08:30:00 B1 2\nslow 08:40:00 C1 3\n"
        "slow2 08:20:00 A2 1\nslow2 08:30:00 B1 2\nslow2 08:40:00 C1 3\n"
        "back 08:20:00 C2 1\nback 08:30:00 B2 2\nback 08:40:00 A2 3\n"
        "fast 08:20:00 A1 1\nfast 08:40:00 C1 2\n"
    )
    routes = "route_id,agency_id,route_short_name,route_type\nR,X,WM,2\n"
    table = read(make_feed(stops=stops, routes=routes, trips=trips, stop_times=stop_times(lines))).table
    services = table.services[table.services["window"] == "am peak"]
    assert services.set_index(["stop_code", "route", "direction"])["departures"].to_dict() == {
        ("f:A1", "f:R#1", "0"): 1, ("f:A1", "f:R#2", "0"): 1, ("f:A2", "f:R#1", "0"): 1, ("f:B1", "f:R#1", "0"): 2,
        ("f:B2", "f:R#1", "1"): 1, ("f:C2", "f:R#1", "1"): 1,
    }  # fmt: skip
    names = services.drop_duplicates("route").set_index("route")["route_name"].to_dict()
    assert names == {"f:R#1": "Alpha – Gamma, 3 calls", "f:R#2": "Alpha – Gamma, 2 calls"}
    assert table.stops["station"].to_dict()["f:A1"] == "f:A"


def test_directions_are_kept_apart_as_the_feed_numbers_them(make_feed, stop_times):
    trips = "route_id,service_id,trip_id,direction_id\nR,WK,T,0\nR,WK,U,1\nR,WK,V,1\n"
    lines = "\n".join(f"{trip} 08:2{n}:00 A 1\n{trip} 08:40:00 B 2" for n, trip in enumerate("TUV"))
    services = read(make_feed(trips=trips, stop_times=stop_times(lines))).table.services
    assert services.set_index("direction")["departures"].to_dict() == {"0": 1, "1": 2}
    assert services.index.tolist() == ["f:A|f:R|0|am peak", "f:A|f:R|1|am peak"]
