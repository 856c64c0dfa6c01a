"""The counts of several feeds in one set of tables, worked out by hand."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import DEPARTURES, SERVICE_STOPS, SERVICES, check
from siteprior.sources.timetables.combine_feeds import Counted, combine_feeds, log_lines_twice, windows_of_day
from siteprior.sources.timetables.days import Days

DAYS = Days(date(2023, 6, 7), date(2023, 6, 11))
WINDOWS = ["am peak", "daytime", "evening", "sunday"]


def counted(feed, codes, ways, *, windows=(), hours=()):
    """Return the counts of a feed: stops by number, ways as (route, direction, short name), counts as tuples."""
    ids = [code.rpartition(":")[2] for code in codes.values()]
    stops = gpd.GeoDataFrame(
        {"stop_id": ids, "stop_name": [f"{name} of {feed}" for name in ids]},
        index=pd.Index(list(codes.values()), name="stop_code"),
        geometry=gpd.points_from_xy(range(len(codes)), range(len(codes))), crs=27700,
    )  # fmt: skip
    named = pd.DataFrame(ways, columns=["route", "direction", "short_name"], index=range(1, len(ways) + 1))
    named = named.assign(route_name=named["route"].str.upper(), mode="bus", agency="cross", feed=feed)
    return Counted(
        stops, pd.Series(codes), named.rename_axis("way"),
        pd.DataFrame(windows, columns=["stop", "way", "window", "departures"]),
        pd.DataFrame(hours, columns=["stop", "way", "sunday", "hour", "departures"]), (),
    )  # fmt: skip


@pytest.fixture
def two():
    """Feed b, then feed a: both call at the NaPTAN stop N; numbers of stops and ways are each feed's own."""
    b = counted("b", {5: "b:X", 7: "N"}, [("b:1", "0", "1"), ("b:1", None, "1")],
                windows=[(7, 2, 0, 3), (5, 1, 3, 8), (7, 1, 0, 1)],
                hours=[(7, 2, 0, 8, 3), (5, 1, 1, 12, 8), (7, 1, 0, 8, 1)])  # fmt: skip
    a = counted("a", {5: "N", 6: "a:Y"}, [("a:9", "1", "9")], windows=[(5, 1, 1, 12)], hours=[(5, 1, 0, 11, 12)])
    return [b, a]


def test_stops_of_two_feeds_stand_once_with_the_first_feeds_facts(two):
    stops = combine_feeds(two, DAYS).stops
    check(stops, SERVICE_STOPS, name="stops")
    assert stops["stop_name"].to_dict() == {"N": "N of b", "a:Y": "Y of a", "b:X": "X of b"}


def test_departures_are_named_and_ordered_by_stop_and_route(two):
    table = combine_feeds(two, DAYS).departures
    check(table, DEPARTURES, name="departures")
    columns = ["stop_code", "route", "direction", "hour", "departures", "feed"]
    rows = table[columns].astype(object).where(table[columns].notna(), None).to_numpy().tolist()
    assert rows == [
        ["N", "a:9", "1", 11, 12, "a"],
        ["N", "b:1", None, 8, 3, "b"],
        ["N", "b:1", "0", 8, 1, "b"],
        ["b:X", "b:1", "0", 12, 8, "b"],
    ]
    assert table["service_date"].dt.strftime("%m-%d").tolist() == ["06-07", "06-07", "06-07", "06-11"]


def test_services_have_departures_per_hour_of_their_window(two):
    table = combine_feeds(two, DAYS).services
    check(table, SERVICES, name="services")
    assert table.index.tolist() == [
        "N|a:9|1|daytime", "N|b:1||am peak", "N|b:1|0|am peak", "b:X|b:1|0|sunday",
    ]  # fmt: skip
    lengths = {name: (end - start) / 3600 for name, (start, end, _) in windows_of_day().items()}
    expected = [12 / lengths["daytime"], 3 / lengths["am peak"], 1 / lengths["am peak"], 8 / lengths["sunday"]]
    assert table["per_hour"].tolist() == expected
    assert table["route_name"].tolist() == ["A:9", "B:1", "B:1", "B:1"]


def test_the_order_of_the_feeds_does_not_move_the_departures(two):
    there, back = combine_feeds(two, DAYS), combine_feeds(two[::-1], DAYS)
    pd.testing.assert_frame_equal(there.departures, back.departures)
    pd.testing.assert_frame_equal(there.services, back.services)
    assert back.stops.loc["N", "stop_name"] == "N of a"


def test_feeds_without_a_departure_give_declared_empty_tables():
    table = combine_feeds([counted("a", {}, [])], Days(DAYS.weekday, None))
    for part, declared in ((table.stops, SERVICE_STOPS), (table.services, SERVICES), (table.departures, DEPARTURES)):
        check(part, declared, name="part")
        assert len(part) == 0
    assert (table.service_date, table.sunday_date) == (DAYS.weekday, None)


def test_the_windows_are_those_of_the_parameters_in_seconds():
    windows = windows_of_day()
    assert list(windows) == WINDOWS
    # TfL, Assessing transport connectivity in London, section 2.5: the morning peak is 08:15 to 09:15
    assert windows["am peak"] == (8 * 3600 + 15 * 60, 9 * 3600 + 15 * 60, False)
    assert [name for name, (_, _, sunday) in windows.items() if sunday] == ["sunday"]
    for name, (start, end, _) in windows.items():
        texts = [f"{second // 3600:02d}:{second // 60 % 60:02d}" for second in (start, end)]
        assert tuple(texts) == tuple(load_parameters("timetables").table("windows").texts(name))


def test_a_line_two_feeds_hold_is_named_where_both_call_at_one_stop(two):
    def issues(*parts):
        log = IssueLog()
        log_lines_twice(list(parts), log)
        return [(row["file"], row["value"], row["action"].partition(";")[0]) for row in log.rows]

    assert issues(*two) == []  # line 1 and line 9
    assert issues(two[0]) == []
    again = counted("c", {1: "c:X", 2: "N"}, [("c:1", "0", "1"), ("c:2", "0", None)],
                    hours=[(2, 1, 0, 8, 1), (2, 2, 0, 8, 1)])  # fmt: skip
    assert issues(*two, again) == [("c", "1 lines: 1 of cross", "counted twice: b holds them too")]
    elsewhere = counted("c", {1: "c:Z"}, [("c:1", "0", "1")], hours=[(1, 1, 0, 8, 1)])
    assert issues(*two, elsewhere) == []
