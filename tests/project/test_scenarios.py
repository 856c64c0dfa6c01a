"""``[[scenarios]]``: every edit one of its kinds, every scenario a name of its own and something to change."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from siteprior.core.io.national_tables import GRID_M
from siteprior.project.faults import faults_of
from siteprior.project.scenarios import AddedStop, Cut, Scenarios, ScenarioSettings

STOP = {"corridor": "Line 1", "stop_name": "New", "easting": 400_000, "northing": 290_000, "order": 2}


def read(*stated):
    return TypeAdapter(Scenarios).validate_python(list(stated))


def said(kind, stated):
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind).validate_python(stated)
    return [fault.sentence(lambda path: ".".join(map(str, path))) for fault in faults_of(raised.value, kind)]


def test_a_scenario_is_read_as_it_is_stated():
    (found,) = read({"name": "S", "add_stops": [STOP], "cut": [{"route": "X1", "share": 0.5}], "add_lines": "l.csv"})
    assert found.add_stops[0].model_dump() == STOP
    assert found.cut[0].model_dump() == {"route": "X1", "share": 0.5}
    assert found.add_lines[0].path == "l.csv"
    assert (found.open, found.close) == ((), ())


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"order": None}, "New: say after which stop it comes, or its order; one of the two"),
        ({"after": "Hub"}, "New: say after which stop it comes, or its order; one of the two"),
        ({"order": 0}, "order: needs a number of at least 1, not 0"),
        ({"order": 1.5}, "order: needs a whole number, not 1.5"),
        ({"easting": -1}, f"easting: needs a number from 0 to {GRID_M[0]:.12g} m, not -1"),
        ({"northing": 1e8}, f"northing: needs a number from 0 to {GRID_M[1]:.12g} m, not 100000000.0"),
        ({"mode": "tram"}, "mode: unknown mode 'tram'; Valid: air, bus, coach, ferry, metro, rail"),
        ({"stop_name": ""}, "stop_name: needs text, not ''"),
    ],
)
def test_a_stop_that_cannot_be_placed_is_refused(changed, fault):
    assert said(AddedStop, {**STOP, **changed}) == [fault]


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ({"share": 0.5}, "needs one of route, corridor and mode, has none"),
        ({"share": 0.5, "route": "X1", "mode": "bus"}, "needs one of route, corridor and mode, has route, mode"),
        ({"share": 0, "route": "X1"}, "share: needs a number above 0 and at most 1 share, not 0"),
        ({"route": "X1"}, "the key 'share' is missing; add it"),
    ],
)
def test_a_cut_of_nothing_is_refused(stated, fault):
    assert said(Cut, stated) == [fault]


def test_a_cut_may_be_of_one_window():
    assert Cut(share=1, mode="bus", window="evening").window == "evening"
    (one,) = said(Cut, {"share": 1, "mode": "bus", "window": "evenin"})
    assert one.startswith("window: unknown window 'evenin'; did you mean 'evening'?")


def test_a_scenario_that_changes_nothing_is_refused():
    assert said(ScenarioSettings, {"name": "S", "open": []}) == [
        "'S' changes nothing; give one of add_lines, add_stops, open, close, cut"
    ]


def test_names_that_stand_twice_are_refused_once_beside_all_other_faults():
    one = {"name": "S", "open": ["Line 2"]}
    assert said(Scenarios, [one, one, one]) == ["the name 'S' stands more than once; give each scenario its own"]
    assert said(Scenarios, [one, {**one, "opne": ["x"]}]) == [
        "1: unknown key 'opne'; did you mean 'open'? Valid: add_lines, add_stops, close, cut, name, open",
        "the name 'S' stands more than once; give each scenario its own",
    ]
    assert said(Scenarios, 3) == ["needs a list, not 3"]
