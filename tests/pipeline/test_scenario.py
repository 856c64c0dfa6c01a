"""The transit supply as a scenario supposes it: a new supply, the old one as it was."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import replace

import pandas as pd
import pytest

from factories import scenarios
from factories.results import sample_project, transit_of
from factories.scenarios import make
from siteprior.core.errors import ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.provenance import ReadLog
from siteprior.pipeline.read_transit import read_transit
from siteprior.pipeline.scenario import changed_transit
from siteprior.project.model import ScenarioSettings
from siteprior.sources.areas.lsoa import read_areas, study_area

Feed = namedtuple("Feed", ["services", "stops", "service_date"])
own, stops, services = scenarios.own, scenarios.stops, scenarios.services


@pytest.fixture(scope="module")
def project():
    return sample_project()


def test_a_stop_that_opens_is_open_in_the_new_supply_and_planned_in_the_old(project, own, stops):
    transit = transit_of(own, stops)
    after = changed_transit(project, transit, ScenarioSettings(name="2030", open=("B",)))
    assert after.corridor_stops["state"]["Tram#2"] == after.stops["state"]["9400B"] == "open"
    assert after.corridor_stops["state_basis"]["Tram#2"] == "scenario 2030"
    assert transit.corridor_stops["state"]["Tram#2"] == transit.stops["state"]["9400B"] == "planned"
    assert after.corridors["open_stops"].to_dict() == {"Tram": 2, "Area": 1, "Rail": 2}
    assert transit.corridors["open_stops"].to_dict() == {"Tram": 1, "Area": 0, "Rail": 2}
    assert after.timetables is None


def test_new_lines_are_those_that_were_read_for_this_scenario(project, own, stops):
    orbital = make(("Orbital", "metro", 1, "X", None, "planned", 0), ("Orbital", "metro", 2, "Y", None, "planned", 900))
    transit = transit_of(own, stops)
    supposed = replace(transit, supposed={"2030": (orbital,), "2040": ()})
    settings = ScenarioSettings(name="2030", add_lines=({"path": "l.csv"},))
    after = changed_transit(project, supposed, settings)
    assert after.corridors.loc["Orbital", ["stops", "open_stops", "length_m"]].to_list() == [2, 2, 900]
    after = changed_transit(project, supposed, settings.model_copy(update={"name": "2040", "close": ("Hub",)}))
    assert "Orbital" not in after.corridors.index


def test_a_scenario_without_timetables_cannot_cut(project, own, stops):
    wrong = ScenarioSettings(name="x", open=("Metro Line 9",), cut=({"route": "999", "share": 0.5},))
    with pytest.raises(ProjectError) as raised:
        changed_transit(project, transit_of(own, stops), wrong)
    assert len(raised.value.faults) == 2
    assert all(fault.startswith(f"{project.file}: scenario 'x', ") for fault in raised.value.faults)
    assert "unknown stop or corridor 'Metro Line 9'" in raised.value.faults[0]
    assert "no timetable was read" in raised.value.faults[1]


def test_services_are_cut_and_the_feeds_own_stay(project, own, stops, services):
    feed = Feed(services, None, "2026-10-02")
    transit = replace(transit_of(own, stops), timetables=feed)
    after = changed_transit(project, transit, ScenarioSettings(name="x", cut=({"route": "X1", "share": 0.5},)))
    assert after.timetables.services["per_hour"].to_list() == [6, 2.5, 1, 0.5, 1]
    assert after.timetables.service_date == "2026-10-02"
    pd.testing.assert_frame_equal(transit.timetables.services, services)


@pytest.fixture(scope="module")
def transit(project):
    data = shipped("data")
    area = study_area(read_areas(data / "boundaries/lsoa21.geojson", code="LSOA21CD", year=2021).table)
    return read_transit(project, area, ReadLog())


def test_a_scenario_that_names_nothing_known_is_refused_with_what_there_is(project, transit):
    wrong = ScenarioSettings(name="x", open=("Metro Line 9",), cut=({"route": "999", "share": 0.5},))
    with pytest.raises(ProjectError) as raised:
        changed_transit(project, transit, wrong)
    said = str(raised.value)
    assert "Metro Line 9" in said
    assert "999" in said
    assert "demo.toml" in said


def test_a_scenario_leaves_the_supply_itself_alone(project, transit):
    before = transit.corridor_stops["state"].tolist()
    after = changed_transit(project, transit, project.scenarios[0])
    assert transit.corridor_stops["state"].tolist() == before
    assert (after.corridor_stops["state"] == "open").sum() > before.count("open")
    assert after.network is transit.network
