from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from factories import ptal as ptal_pieces
from factories.ptal import make_stops
from siteprior.core.errors import InputError
from siteprior.joins.access.stations import station_service, well_connected


def make_services(*rows):
    """Make services of the daytime where no other window is told."""
    return ptal_pieces.make_services(*((*row, *("0", "daytime")[len(row) - 4 :])[: max(len(row), 6)] for row in rows))


def judge(*rows, **options):
    """Return what the test says of the one station whose platforms are P and Q."""
    stops = make_stops(("P", 0, 0, "ST"), ("Q", 20, 0, "ST"))
    found = well_connected(stops, make_services(*rows), **({"top_60_ttwa": True} | options)).loc["ST"]
    return found["well_connected"] if pd.notna(found["well_connected"]) else None


def test_a_station_is_all_its_platforms_and_every_departure_counts_once():
    stops = make_stops(("P", 0, 0, "ST"), ("Q", 20, 10, "ST"), ("T", 500, 0), ("BUS", 5, 5, "ST"))
    services = make_services(
        ("P", "north", "rail", 1.5, "0"), ("Q", "north", "rail", 1.0, "1"), ("P", "cross", "rail", 0.25, "0"),
        ("T", "line 1", "tram", 8, "0"), ("T", "line 1", "tram", 6, "1"), ("BUS", "9", "bus", 12, "0"),
        ("P", "north", "rail", 9.0, "0", "am peak"),
    )  # fmt: skip
    found = station_service(stops, services)
    assert found.index.to_list() == ["ST", "T"]
    assert found["per_hour"].to_list() == [2.75, 14.0]
    assert found["per_hour_one_direction"].to_list() == [1.5, 8.0]
    assert found["per_hour_one_direction_most"].to_list() == [1.75, 8.0]  # if the cross line runs north
    assert found["modes"].to_list() == ["rail", "tram"]
    assert found["station_name"].to_list() == ["Stop P", "Stop T"]
    assert (found.geometry["ST"].x, found.geometry["ST"].y) == (10.0, 5.0)  # of the platforms, without the bus stop
    assert station_service(stops, services, window="am peak")["per_hour"].to_list() == [9.0, 0.0]


def test_the_stations_own_name_is_taken_where_it_is_known():
    stops = make_stops(("P", 0, 0, "ST"), ("ST", 1, 1))
    stops.loc["ST", "stop_name"] = "Newport station"
    assert station_service(stops, make_services(("P", "a", "rail", 1)))["station_name"].to_list() == ["Newport station"]


def test_four_an_hour_overall_or_two_in_one_direction():
    assert judge(("P", "a", "rail", 2, "0"), ("Q", "a", "rail", 2, "1")) == "yes"
    assert judge(("P", "a", "rail", 2, "0")) == "yes"  # a terminus, seen from its departures
    assert judge(("P", "a", "rail", 1.75, "0"), ("Q", "a", "rail", 1.75, "1")) == "no"
    assert judge(*((("P", "Q")[i % 2], f"r{i}", "rail", 0.5, str(i % 2)) for i in range(8))) == "yes"
    assert judge(("P", "a", "tram", 4, "0")) == "yes"
    assert judge(("P", "a", "rail", 9, "0", "am peak"), ("P", "a", "rail", 1, "0")) == "no"  # the peak is no daytime


def test_what_the_feed_does_not_state_is_not_decided():
    # two routes, one departure each in the direction numbered 0: the same way, or one north and one south
    assert judge(("P", "a", "rail", 1.0, "0"), ("P", "b", "rail", 1.0, "0")) is None
    assert judge(("P", "a", "rail", 1.0, "0"), ("P", "b", "rail", 1.0, "1")) is None
    assert judge(("P", "a", "rail", 1.0, "0"), ("Q", "a", "rail", 1.0, "1")) == "no"  # one route, both ways
    # blank: 3 an hour are 1.5 each way, or 2 and 1; 4 an hour are at least 2 one way; 1.9 never do
    assert judge(("P", "a", "tram", 3.0, None)) is None
    assert judge(("P", "a", "tram", 3.9, None), ("P", "a", "tram", 0.1, "0")) == "yes"  # 4 overall
    assert judge(("P", "a", "tram", 1.9, None)) == "no"
    assert judge(("P", "a", "rail", 9.0, "0", "am peak")) is None  # nobody counted the daytime


def test_the_area_is_the_users_word():
    often, seldom = ("P", "a", "rail", 9.0, "0"), ("P", "a", "rail", 1.0, "0")
    assert [judge(often, top_60_ttwa=said) for said in (True, False, None)] == ["yes", "no", None]
    assert [judge(seldom, top_60_ttwa=said) for said in (True, False, None)] == ["no", "no", "no"]
    stops = make_stops(("P", 0, 0), ("Q", 0, 0), ("R", 0, 0))
    services = make_services(often, ("Q", "b", "rail", 1.0, "0"), ("R", "c", "bus", 9.0, "0"))
    found = well_connected(stops, services)
    assert found.index.to_list() == ["P", "Q"]
    assert found["reason"].to_list() == [
        "often enough; not stated whether it lies in a top-60 travel-to-work area by GVA",
        "fewer than 4 per hour overall and than 2 in one direction",
    ]
    assert set(found["source_date"]) == {"2025-12-16"}
    assert found["source"].str.startswith("Draft NPPF of 16 December 2025").all()
    assert set(found["confidence"]) == {"published"}


def test_the_order_of_rows_does_not_matter():
    rng = np.random.default_rng(3)
    codes = [f"P{i}" for i in range(9)]
    stops = make_stops(*((code, i, i, f"ST{i // 3}") for i, code in enumerate(codes)))
    rows = [(str(rng.choice(codes)), f"r{i}", "rail", float(rng.integers(1, 9)) / 4, str(i % 2)) for i in range(30)]
    services = make_services(*rows)
    first = well_connected(stops, services)
    again = well_connected(stops[::-1], services.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(first))


def test_no_stations_is_an_empty_table():
    found = well_connected(make_stops(("P", 0, 0)), make_services(("P", "9", "bus", 9.0)))
    assert found.empty
    assert {"per_hour", "well_connected", "reason"} <= set(found.columns)


def test_bad_calls_are_refused():
    stops, services = make_stops(("P", 0, 0)), make_services(("P", "a", "rail", 1.0))
    with pytest.raises(InputError, match=r"services: the stop 'P' is not among service_stops"):
        station_service(stops.rename({"P": "Q"}), services)
    with pytest.raises(InputError, match="unknown window 'night'"):
        station_service(stops, services, window="night")
    with pytest.raises(InputError, match=r"service_stops: is in EPSG:4326"):
        station_service(stops.to_crs(4326), services)
    with pytest.raises(InputError, match=r"services: lacks the columns per_hour"):
        station_service(stops, services.drop(columns="per_hour"))
