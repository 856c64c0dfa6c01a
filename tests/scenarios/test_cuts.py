"""Cuts of services: by a share, of a route, a mode, or of what serves a corridor."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.scenarios import make
from siteprior.core.errors import InputError
from siteprior.core.schema import SERVICE_STOPS, SERVICES, WINDOWS, conform
from siteprior.scenarios.cuts import cut_services, stops_served
from siteprior.scenarios.scenarios import apply_scenario


def test_services_are_cut_by_a_share(services):
    cut = cut_services(services, route="Line 1", share=0.5)
    assert cut["per_hour"].to_list() == [3, 1.25, 2, 0.25, 1]
    assert cut["departures"].to_list() == [6, 2, 4, 1, 2]
    assert cut_services(services, route="T1", share=0.5, window="sunday")["departures"].to_list() == [12, 2, 4, 1, 2]
    assert cut_services(services, mode="tram", share=1).index.to_list() == ["9400A|X||am peak", "9100H|R||am peak"]
    assert services["departures"].to_list() == [12, 5, 4, 1, 2]


def test_the_services_of_a_corridor_are_those_of_its_modes_at_its_stops(own, stops, services):
    cut = cut_services(services, corridor="Tram", share=0.25, corridor_stops=own, stops=stops)
    assert cut["per_hour"].to_list() == [4.5, 1.875, 2, 0.375, 1]
    with pytest.raises(InputError, match="no service by rail or metro or bus calls at"):
        cut_services(services.iloc[:1], corridor="Area", share=0.5, corridor_stops=own, stops=stops)
    with pytest.raises(InputError, match="need corridor_stops and stops"):
        cut_services(services, corridor="Tram", share=0.5)


def test_a_platform_serves_its_station(own, placed, services):
    """Codes first, then the feed's station, then the nearest stop of the mode within 250 m."""
    codes = ["9400A", "f:tram", "f:bus", "f:platform", "f:far"]
    table = conform(
        gpd.GeoDataFrame(
            {"station": ["9400A", "f:tram", "f:bus", "9100H", "f:far"]}, index=pd.Index(codes, name="stop_code"),
            geometry=gpd.points_from_xy([400000, 401200, 400010, 404000, 401251], [290000] * 5), crs=27700,
        ),
        SERVICE_STOPS,
    )  # fmt: skip
    calls = services.assign(stop_code=["f:tram", "9400A", "f:bus", "f:far", "f:platform"])
    served = stops_served(calls, placed, table)
    assert served.fillna("").to_list() == ["9400B", "9400A", "", "", "9100H"]
    assert stops_served(calls, placed).fillna("").to_list() == ["", "9400A", "", "", ""]
    cut = cut_services(calls, corridor="Tram", share=0.5, corridor_stops=own, stops=placed, service_stops=table)
    assert cut["per_hour"].to_list() == [3, 1.25, 2, 0.5, 1]
    shut = apply_scenario(
        {"name": "S", "close": ["Hub", "B"]}, corridor_stops=own, stops=placed, services=calls, service_stops=table
    )
    assert shut.services["stop_code"].to_list() == ["9400A", "f:bus", "f:far"]


def test_a_node_without_a_code_stands_for_the_stops_about_it(own, services, placed):
    nodes = make(("Sprint", "sprint", 1, "Corner", None, "open", 0))
    bus = placed.rename(index={"9400A": "4300A", "9400B": "4300B"}).assign(mode=["rail", "rail", "rail", "bus", "bus"])
    calls = services.assign(stop_code=["4300A", "4300A", "4300A", "4300B", "4300B"], mode="bus")
    cut = cut_services(calls, corridor="Sprint", share=0.5, corridor_stops=pd.concat([own, nodes]), stops=bus)
    assert cut["per_hour"].to_list() == [3, 1.25, 1, 0.5, 1]


def test_a_cut_that_cannot_be_made_is_refused(services):
    with pytest.raises(InputError) as raised:
        cut_services(services, route="Line 1", mode="tram", share=50, window="night")
    assert [fault.partition(";")[0] for fault in raised.value.faults] == [
        "share: 50 is not a share cut", "unknown window 'night'",
        "needs one of route, corridor and mode, has route, mode",
    ]  # fmt: skip
    with pytest.raises(InputError, match="unknown route 'Line 2'; did you mean 'Line 1'"):
        cut_services(services, route="Line 2", share=0.5)
    with pytest.raises(InputError, match="unknown mode of services 'ferry'; Valid: bus, rail, tram"):
        cut_services(services, mode="ferry", share=0.5)


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from(WINDOWS), st.integers(1, 60)), min_size=1, max_size=12),
    st.floats(0.001, 1),
)
def test_a_cut_leaves_all_other_services_alone_and_never_adds_one(rows, share):
    table = pd.DataFrame(rows, columns=["route", "window", "departures"]).drop_duplicates(["route", "window"])
    table = table.assign(stop_code="1", route_name=table["route"], mode="bus", per_hour=table["departures"] / 4)
    table.index = pd.Index(table["route"] + "|" + table["window"], name="service")
    before = conform(table, SERVICES)
    first = before["route"].iloc[0]
    cut = cut_services(before, route=first, share=share)
    others = before["route"] != first
    pd.testing.assert_frame_equal(cut[cut["route"] != first], before[others])
    own = cut[cut["route"] == first]
    assert len(own) == (0 if share == 1 else int((~others).sum()))
    held = before.loc[own.index]
    assert own["per_hour"].to_list() == pytest.approx((held["per_hour"] * (1 - share)).to_list())
    assert own["departures"].between(1, held["departures"]).all()
