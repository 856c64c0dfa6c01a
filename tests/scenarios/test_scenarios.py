"""Scenarios whole: what is added, opened, closed and cut, and every fault at once."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.scenarios import ADD, make, states
from siteprior.core.errors import InputError
from siteprior.scenarios.scenarios import Scenario, apply_scenario
from siteprior.sources.transit.corridors import read_corridor_stops
from siteprior.sources.transit.naptan import read_stops
from siteprior.sources.transit.openings import apply_openings, apply_openings_to_corridor
from siteprior.sources.transit.statements import read_openings


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
