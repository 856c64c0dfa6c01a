"""Every departure count on Newport beside an independent reader, gtfs_kit (a test-only oracle)."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

import pandas as pd
import pytest

from siteprior.sources.timetables.reader import read_timetables

FEED = "real/transit/gtfs/newport-20230613_gtfs.zip"
WINDOWS = {"am peak": (29_700, 33_300), "daytime": (36_000, 57_600), "evening": (68_400, 82_800)}


@pytest.fixture(scope="module")
def oracle(real):
    """Departures as gtfs_kit reads them, per weekday date and Sunday date: stop, line and second."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Draws HTML for gtfs_kit, which the oracle does not need, and has no built package: the lock leaves it out.
        sys.modules.setdefault("json2html", ModuleType("json2html"))
        import gtfs_kit as kit

        feed = kit.read_feed(real / FEED, dist_units="km")
        routes = feed.routes.assign(short=feed.routes["route_short_name"])
        # siteprior counts the routes of one agency, short name and mode as one: done here on the oracle's side
        routes["line"] = routes.groupby(["agency_id", "short", "route_type"])["route_id"].transform("min")
        days = {}
        for day in ("20230606", "20230611"):
            calls = feed.stop_times.merge(feed.get_trips(day)[["trip_id", "route_id"]], on="trip_id")
            last = calls.groupby("trip_id")["stop_sequence"].transform("max")
            calls = calls[(calls["stop_sequence"] < last) & (calls["pickup_type"] != 1)]
            seconds = calls["departure_time"].map(kit.helpers.timestr_to_seconds)
            days[day] = calls.assign(second=seconds.astype(int)).merge(routes[["route_id", "line"]], on="route_id")
    return days


@pytest.fixture(scope="module")
def read(real):
    return read_timetables(real / FEED, files=["n"]).table


def plain(table):
    """Take the feed's label off stops and routes."""
    return table.assign(stop_id=table["stop_code"].str.removeprefix("n:"), line=table["route"].str.removeprefix("n:"))


@pytest.mark.parametrize("day", ["20230606", "20230611"])
def test_every_hour_of_every_stop_and_line(oracle, read, day):
    calls = oracle[day]
    expected = calls.groupby(["stop_id", "line", calls["second"] // 3600]).size()
    departures = read.departures[read.departures["service_date"] == pd.Timestamp(day)]
    found = plain(departures).set_index(["stop_id", "line", "hour"])["departures"]
    assert found.astype(int).to_dict() == expected.to_dict()
    assert len(found) > 100


@pytest.mark.parametrize("window", [*WINDOWS, "sunday"])
def test_every_window_of_every_stop_and_line(oracle, read, window):
    start, end = WINDOWS.get(window, (36_000, 64_800))
    calls = oracle["20230611" if window == "sunday" else "20230606"]
    calls = calls[(calls["second"] >= start) & (calls["second"] < end)]
    expected = calls.groupby(["stop_id", "line"]).size()
    found = plain(read.services[read.services["window"] == window]).set_index(["stop_id", "line"])["departures"]
    assert found.astype(int).to_dict() == expected.to_dict()
    assert len(found) > 20
