"""Edits of the tables of stops and corridors: what changes, what stays, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.scenarios import ADD, make, states
from siteprior.core.errors import InputError
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, STOPS, check, conform
from siteprior.scenarios.edits import add_line, add_stop, close_stop, open_planned
from siteprior.sources.transit.corridors import corridor_lines


def test_a_planned_stop_is_opened_wherever_it_stands(own, stops):
    before = own.copy(), stops.copy()
    opened, held = open_planned(own, stops, names=["B"], scenario="2030")
    changed = opened.index[opened["state"] != own["state"]]
    assert changed.to_list() == ["Tram#2", "Area#2"]
    assert set(opened.loc[changed, "state_basis"]) == {"scenario 2030"}
    assert held.loc["9400B", ["state", "state_basis"]].to_list() == ["open", "scenario 2030"]
    assert len(held) == len(stops)
    pd.testing.assert_frame_equal(own, before[0])
    pd.testing.assert_frame_equal(stops, before[1])


def test_opening_one_record_of_a_station_opens_the_station(own, stops):
    opened, held = open_planned(own, stops, names=["Area#2"], scenario="s")
    assert opened.index[opened["state"] != own["state"]].to_list() == ["Tram#2", "Area#2"]
    assert held["state"]["9400B"] == "open"


def test_a_whole_corridor_opens_but_for_what_is_shelved(own, stops):
    opened, held = open_planned(own, stops, corridor="Tram", scenario="s")
    assert opened.loc[opened["corridor"] == "Tram", "state"].to_list() == ["open", "open", "open", "closed"]
    new = held.loc["scenario:1"]
    assert (new["stop_name"], new["mode"], new["state"], new["state_basis"]) == ("C", "metro", "open", "scenario s")
    assert new["geometry"].equals(shapely.Point(402000, 290000))
    check(held, STOPS, name="stops")
    # what is shelved opens by its own name
    assert open_planned(own, stops, names=["D"], scenario="s")[0]["state"]["Tram#4"] == "open"


def test_a_node_no_one_mode_serves_opens_on_its_corridor_alone(own, stops):
    opened, held = open_planned(own, stops, names=["Bridge"], scenario="s")
    assert opened["state"]["Area#1"] == "open"
    assert len(held) == len(stops)


def test_a_stop_on_no_corridor_opens_by_its_code(own, stops):
    opened, held = open_planned(own, stops, names=["9100Q"], scenario="s")
    assert states(opened) == states(own)
    assert held["state"]["9100Q"] == "open"


def test_unknown_names_and_nothing_to_do_are_refused_together(own, stops):
    with pytest.raises(InputError) as raised:
        open_planned(own, stops, names=["Bridg", "A", "B"], scenario="s")
    assert raised.value.faults == (
        "unknown stop or corridor 'Bridg'; did you mean 'Bridge'? Valid: Area, B, Bridge, C, D, Tram",
        "'A' has nothing left to change: it is open already; leave it out",
    )
    with pytest.raises(InputError, match="names no stop"):
        open_planned(own, stops, scenario="s")


def test_a_stop_is_closed_on_its_corridors_and_among_all_stops(own, stops):
    closed, held = close_stop(own, stops, names=["Hub"], scenario="s")
    assert closed.loc["Rail#1", ["state", "state_basis"]].to_list() == ["closed", "scenario s"]
    assert held["state"].to_dict() == {**states(stops), "9100H": "closed"}
    with pytest.raises(InputError, match="unknown stop or corridor 'Hubb'; did you mean 'Hub'"):
        close_stop(own, stops, names=["Hubb"], scenario="s")
    with pytest.raises(InputError, match="it is closed already"):
        close_stop(own, stops, names=["D"], scenario="s")


def test_a_stop_added_moves_those_after_it_on(own, stops):
    grown, held = add_stop(own, stops, **ADD, after="A", scenario="s")
    check(grown, CORRIDOR_STOPS, name="grown")
    tram = grown[grown["corridor"] == "Tram"]
    assert tram["stop_name"].to_list() == ["A", "New", "B", "C", "D"]
    assert tram["order"].to_list() == [1, 2, 3, 4, 5]
    assert tram.index.to_list() == [f"Tram#{i}" for i in range(1, 6)]
    assert tram["chainage_m"].to_list() == [0, 500, 1000, 2000, 3000]
    assert grown.loc["Tram#2", ["kind", "state", "state_basis"]].to_list() == ["metro", "open", "scenario s"]
    assert grown.index[5:].to_list() == own.index[4:].to_list()
    assert held.loc["scenario:1", ["stop_name", "mode", "state"]].to_list() == ["New", "metro", "open"]
    pd.testing.assert_frame_equal(add_stop(own, stops, **ADD, order=2, scenario="s")[0], grown)
    assert corridor_lines(grown)["stops"].to_dict() == {"Tram": 5, "Area": 2, "Rail": 2}
    # off the straight line, the corridor grows longer
    off = add_stop(own, stops, **{**ADD, "northing": 290500}, after="A", scenario="s")[0]
    assert off["chainage_m"]["Tram#3"] == pytest.approx(2 * 500 * 2**0.5)


def test_a_stop_added_at_either_end_and_at_a_free_place(own, stops):
    last, _ = add_stop(own, stops, **{**ADD, "easting": 404000}, after="D", scenario="s")
    assert last.loc["Tram#5", ["stop_name", "chainage_m"]].to_list() == ["New", 4000]
    first, _ = add_stop(own, stops, **{**ADD, "easting": 399000}, order=1, scenario="s")
    assert first.loc[first["corridor"] == "Tram", "chainage_m"].to_list() == [0, 1000, 2000, 3000, 4000]
    free, _ = add_stop(own, stops, **ADD, order=9, scenario="s")
    assert free.index[:5].to_list() == ["Tram#1", "Tram#2", "Tram#3", "Tram#4", "Tram#9"]


def test_a_stop_added_to_a_surveyed_line_is_measured_along_it(own, stops):
    surveyed = conform(
        gpd.GeoDataFrame(
            {"kind": ["metro"]}, index=pd.Index(["Tram"], name="corridor"),
            geometry=[shapely.LineString([(400000, 290000), (403000, 290000), (403000, 290100), (400000, 290100)])],
            crs=27700,
        ),
        CORRIDORS,
    )  # fmt: skip
    # nearer to the limb that comes back, but it lies between A and B
    grown, _ = add_stop(own, stops, **{**ADD, "northing": 290080}, after="A", scenario="s", lines=surveyed)
    assert grown.loc[grown["corridor"] == "Tram", "chainage_m"].to_list() == [0, 500, 1000, 2000, 3000]
    last, _ = add_stop(own, stops, **{**ADD, "northing": 290080}, after="D", scenario="s", lines=surveyed)
    assert last["chainage_m"]["Tram#5"] == 3100 + 2500


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"corridor": "Tran"}, "unknown corridor 'Tran'; did you mean 'Tram'"),
        ({"stop_name": "B"}, "stop_name: 'B' is blank or a stop of Tram already"),
        ({"easting": -1.9}, "New: -1.9, 290000 is no easting and northing in metres"),
        ({"easting": "here"}, "New: here, 290000 is no easting and northing in metres"),
        ({"mode": "tram"}, "unknown mode 'tram'"),
        (
            {"corridor": "Area", "after": "Bridge"},
            "say its mode; a corridor of kind growth-area is served by rail, metro",
        ),
        ({"after": "Z"}, "unknown stop to follow 'Z'"),
        ({"after": None}, "say after which stop it comes, or its order; one of the two"),
        ({"order": 1}, "say after which stop it comes, or its order; one of the two"),
        ({"after": None, "order": 1.5}, "order 1.5 is not a whole number from 1"),
    ],
)
def test_a_stop_that_cannot_be_added_is_refused(own, stops, told, fault):
    with pytest.raises(InputError, match=fault):
        add_stop(own, stops, **{**ADD, "after": "A", "scenario": "s", **told})


def test_a_line_added_is_open_but_for_what_is_stated_closed(own, stops):
    new = make(
        ("Orbital", "metro", 1, "X", None, "planned", 0), ("Orbital", "metro", 2, "B", "9400B", "open", 1000),
        ("Orbital", "metro", 3, "Y", None, "closed", 2000),
    )  # fmt: skip
    grown, held = add_line(own, stops, new, scenario="s")
    assert grown.loc[grown["corridor"] == "Orbital", "state"].to_list() == ["open", "open", "closed"]
    assert grown["state"]["Tram#2"] == "open"  # the same stop
    assert held.loc["9400B", "state"] == "open"
    assert held.loc["scenario:1", "stop_name"] == "X"
    with pytest.raises(InputError, match="the corridor 'Orbital' exists already"):
        add_line(grown, held, new, scenario="s")
    with pytest.raises(InputError, match="new: needs a table"):
        add_line(own, stops, "orbital.csv", scenario="s")


def test_a_code_is_found_in_any_spelling(own, stops):
    _, opened = open_planned(own, stops, names=[" 9100q "], scenario="s")
    assert opened["state"]["9100Q"] == "open"
    exact, spelled = (open_planned(own, stops, names=[name], scenario="s")[0] for name in ("9400B", " 9400b"))
    assert states(exact) != states(own)
    pd.testing.assert_frame_equal(pd.DataFrame(exact), pd.DataFrame(spelled))
