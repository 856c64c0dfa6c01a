from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, SERVICE_STOPS, SERVICES, STOPS, check, conform
from siteprior.scenarios.cuts import cut_services, stops_served
from siteprior.scenarios.edits import add_line, add_stop, close_stop, open_planned
from siteprior.scenarios.scenarios import Scenario, apply_scenario
from siteprior.sources.transit.corridors import corridor_lines, read_corridor_stops
from siteprior.sources.transit.naptan import read_stops
from siteprior.sources.transit.openings import apply_openings, apply_openings_to_corridor, read_openings

ADD = {"corridor": "Tram", "stop_name": "New", "easting": 400500, "northing": 290000}


def make(*rows):
    """Make corridor stops from (corridor, kind, order, name, code, state, easting)."""
    names = ["corridor", "kind", "order", "stop_name", "atco_code", "state", "x"]
    table = pd.DataFrame(rows, columns=names)
    table["chainage_m"] = table["x"] - table.groupby("corridor")["x"].transform("first")
    table.index = pd.Index(table["corridor"] + "#" + table["order"].astype(str), name="corridor_stop_id")
    points = gpd.points_from_xy(400000 + table["x"], [290000] * len(table))
    return conform(gpd.GeoDataFrame(table.drop(columns="x"), geometry=points, crs=27700), CORRIDOR_STOPS)


@pytest.fixture
def own():
    return make(
        ("Tram", "metro", 1, "A", "9400A", "open", 0), ("Tram", "metro", 2, "B", "9400B", "planned", 1000),
        ("Tram", "metro", 3, "C", None, "planned", 2000), ("Tram", "metro", 4, "D", None, "closed", 3000),
        ("Area", "growth-area", 1, "Bridge", None, "planned", 500),
        ("Area", "growth-area", 2, "B", "9400B2", "planned", 1000),
        ("Rail", "rail", 1, "Hub", "9100H", "open", 0), ("Rail", "rail", 2, "End", "9100E", "open", 9000),
    )  # fmt: skip


@pytest.fixture
def stops():
    """B has two records: 9400B2 is folded into 9400B; Quiet is on no corridor."""
    rows = {
        "9100E": ("End", "rail", "open", None), "9100H": ("Hub", "rail", "open", None),
        "9100Q": ("Quiet", "rail", "planned", None), "9400A": ("A", "metro", "open", None),
        "9400B": ("B", "metro", "planned", "9400B2"),
    }  # fmt: skip
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["stop_name", "mode", "state", "other_codes"])
    table = gpd.GeoDataFrame(table.rename_axis("atco_code"), geometry=gpd.points_from_xy([0] * 5, [0] * 5), crs=27700)
    return conform(table, STOPS)


@pytest.fixture
def services():
    rows = [
        ("9400A", "T1", "Line 1", "tram", "am peak", 12), ("9400A", "T1", "Line 1", "tram", "sunday", 5),
        ("9400A", "X", "X1", "bus", "am peak", 4), ("9400B2", "T1", "Line 1", "tram", "am peak", 1),
        ("9100H", "R", "Hub - End", "rail", "am peak", 2),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["stop_code", "route", "route_name", "mode", "window", "departures"])
    table = table.assign(per_hour=table["departures"] / 2)
    table.index = pd.Index(table["stop_code"] + "|" + table["route"] + "||" + table["window"], name="service")
    return conform(table, SERVICES)


def states(table):
    return table["state"].to_dict()


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


@pytest.fixture
def placed(stops):
    """The stops of the corridors in their places: 9400A at 0, 9400B at 1000 and 9100H at 0 metres east."""
    east = {"9100E": 9000, "9100H": 0, "9100Q": 5000, "9400A": 0, "9400B": 1000}
    points = [shapely.Point(400000 + east[code], 290000) for code in stops.index]
    return stops.set_geometry(gpd.GeoSeries(points, index=stops.index, crs=27700))


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


def test_a_scenario_adds_opens_closes_and_cuts(own, stops, services):
    told = {
        "name": "2030", "add_stops": [{**ADD, "after": "A"}], "open": ["Tram", "New line"], "close": ["Hub"],
        "add_lines": [make(("Orbital", "metro", 1, "X", None, "planned", 0))],
        "cut": [{"route": "X1", "share": 0.5}],
    }  # fmt: skip
    with pytest.raises(InputError, match="scenario '2030', open: unknown stop or corridor 'New line'"):
        apply_scenario(told, corridor_stops=own, stops=stops, services=services)
    told["open"] = ["Tram"]
    after = apply_scenario(told, corridor_stops=own, stops=stops, services=services)
    assert after.corridor_stops["corridor"].unique().tolist() == ["Tram", "Area", "Rail", "Orbital"]
    assert after.corridor_stops.loc[after.corridor_stops["corridor"] == "Tram", "state"].to_list() == [
        "open", "open", "open", "open", "closed",
    ]  # fmt: skip
    assert after.stops["state"].to_dict() == {
        **states(stops), "9400B": "open", "9100H": "closed", "scenario:1": "open", "scenario:2": "open",
        "scenario:3": "open",
    }  # fmt: skip
    # a closed station has no departures
    assert after.services.index.to_list() == services.index[:4].to_list()
    assert after.services["per_hour"].to_list() == [6, 2.5, 1, 0.5]
    same = apply_scenario(Scenario(**told), corridor_stops=own, stops=stops, services=services)
    for one, other in zip(after, same, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_every_fault_of_a_scenario_is_reported_at_once(own, stops):
    told = {
        "name": "S", "open": ["Z"], "close": ["Z"], "add_stops": [{"corridor": "Tram", "stop": "New"}, 3],
        "add_lines": ["orbital.csv"], "cut": [{"route": "X1", "share": 0.5}],
    }  # fmt: skip
    with pytest.raises(InputError) as raised:
        apply_scenario(told, corridor_stops=own, stops=stops)
    text = str(raised.value)
    for part in (
        "scenario 'S', open: unknown stop or corridor 'Z'", "scenario 'S', close: unknown stop or corridor 'Z'",
        "scenario 'S', add_stops: unknown key 'stop'", "scenario 'S', add_stops: the key 'easting' is missing",
        "scenario 'S', add_stops: needs a table of keys, not 3", "scenario 'S', add_lines: new: needs a table",
        "scenario 'S', cut: no timetable was read",
    ):  # fmt: skip
        assert part in text


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"open": ["B"]}, "scenario: has no name"),
        ({"name": "S", "opens": ["B"]}, "unknown key 'opens'; did you mean 'open'"),
        ({"name": "S", "open": "B"}, "scenario: open needs a list, not 'B'"),
        ({"name": "S"}, "scenario 'S': changes nothing"),
    ],
)
def test_a_scenario_that_is_none_is_refused(own, stops, told, fault):
    with pytest.raises(InputError, match=fault):
        apply_scenario(told, corridor_stops=own, stops=stops)


def test_no_timetable_stays_none(own, stops):
    assert apply_scenario({"name": "S", "close": ["Hub"]}, corridor_stops=own, stops=stops).services is None


def test_real_line_2_opens(real):
    """The 13 stops of Metro Line 2 that are not open on 2 October 2026: nine are in NaPTAN, four are not."""
    facts = real / "facts" / "corridors.csv"
    trams = read_stops(real / "real/transit/naptan_940_stops_2026-07-21.csv.gz").table
    told, day = read_openings(facts).table, "2026-10-02"
    own = apply_openings_to_corridor(
        read_corridor_stops(facts).table, trams, told, network_date=day, radius_m=250
    )  # fmt: skip
    trams = apply_openings(trams, told, network_date=day)
    line = "Metro Line 2 (Wednesbury-Dudley-Brierley Hill)"
    after = apply_scenario({"name": "Line 2", "open": [line]}, corridor_stops=own, stops=trams)
    before = own.loc[own["corridor"] == line, "state"].value_counts().to_dict()
    assert before == {"planned": 13, "open": 1, "closed": 1}
    states = after.corridor_stops.loc[own["corridor"] == line, "state"].value_counts().to_dict()
    assert states == {"open": 14, "closed": 1}  # Brierley Hill is shelved
    new = after.stops[after.stops["state_basis"] == "scenario Line 2"]
    assert new.loc[new.index.str.startswith("scenario:"), "stop_name"].to_list() == [
        "Cinder Bank", "Pedmore Road", "Waterfront", "Merry Hill",
    ]  # fmt: skip
    assert len(new) == 13
    assert set(new["mode"]) == {"metro"}
    pd.testing.assert_series_equal(after.corridor_stops["chainage_m"], own["chainage_m"])
