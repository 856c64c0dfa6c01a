from __future__ import annotations

import copy

import pytest

from factories.two_runs import later_run
from siteprior.core.errors import InputError
from siteprior.pipeline.comparison.differences import differences
from siteprior.pipeline.comparison.rests_on import by_decisions, facts_differ, possible_causes, rests_on
from siteprior.pipeline.comparison.two_runs import read_two_runs
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES


def causes(run, later, columns, site):
    two = read_two_runs(run, later)
    return [name for name, there in possible_causes(two, differences(two), columns).loc[site].items() if there]


@pytest.fixture
def site(run):
    return str(run.sites.index[run.sites["members"] == run.sites.index][0])


def test_a_walk_rests_on_the_place_stops_corridors_and_the_network(run, site):
    moved = {"facts": {site: {"easting": 1.0}}, "files": ["register"]}
    assert causes(run, later_run(run, **moved), ["corridor_walk_m"], site) == ["data"]
    assert causes(run, later_run(run, files=["stops"]), ["corridor_walk_m"], site) == ["data"]
    assert causes(run, later_run(run, files=["sales"]), ["corridor_walk_m"], site) == []
    assert causes(run, later_run(run, files=["register"]), ["corridor_walk_m"], site) == []
    settings = copy.deepcopy(run.record["settings"])
    settings["corridors"]["only"] = ["Metro Line 1"]
    assert causes(run, later_run(run, settings=settings), ["corridor_walk_m"], site) == ["settings"]
    assert causes(run, later_run(run, settings=settings), ["walk_m"], site) == []
    assert causes(run, later_run(run, settings=settings, release="99"), ["corridor_walk_m"], site) == [
        "settings",
        "method",
    ]


def decided_run(run, words, **changes):
    """Return a later run in which the team overrides facts, by site, in the words of ``overrides``."""
    facts = {site: {"overrides": text} for site, text in words.items()}
    for site, cells in changes.pop("facts", {}).items():
        facts[site] = facts.get(site, {}) | cells
    later = later_run(run, facts=facts, **changes)
    later.record["inputs"] = [*later.record["inputs"], {"role": "decisions", "file": "d.csv", "sha256": "d" * 64}]
    return later


def of_decisions(run, later, columns, site):
    two = read_two_runs(run, later)
    return bool(by_decisions(two, differences(two), columns)[site])


@pytest.mark.parametrize("column", ["hectares", "capacity_dwellings", "failure_strength"])
def test_facts_the_team_overrides_are_decisions_and_no_others(run, site, column):
    other = str(run.sites.index[run.sites["members"] == run.sites.index][1])
    words, facts = {site: "hectares: 9 (was 1)"}, {site: {"hectares": 9.0, "hectares_basis": None}}
    later = decided_run(run, words, facts=facts)
    assert of_decisions(run, later, [column], site)
    assert of_decisions(later, run, [column], site)
    assert not of_decisions(run, later, [column], other)
    both = {site: facts[site] | {"maximum_net_dwellings": 77.0}}
    assert not of_decisions(run, decided_run(run, words, facts=both), [column], site)
    assert not of_decisions(later, decided_run(run, words, facts=both), [column], site)  # decided in both alike
    newer = decided_run(run, words, facts=facts, files=["register"])
    assert of_decisions(run, newer, [column], site) == (column == "hectares" or column == "capacity_dwellings")


def test_a_fact_decided_of_a_plot_counts_for_those_it_is_ranked_with(run):
    many = run.sites[run.sites["members"].fillna("").str.contains("; ")]
    lead, other = many["members"].iloc[0].split("; ")[:2]
    later = decided_run(run, {other: "hectares: 9 (was 1)"}, facts={other: {"hectares": 9.0}})
    assert of_decisions(run, later, ["hectares"], lead)


def test_a_place_that_differs_by_rounding_is_the_same(run, site):
    two = read_two_runs(run, later_run(run, facts={site: {"easting": run.sites.loc[site, "easting"] + 0.04}}))
    assert not facts_differ(two, ["easting"]).any()
    two = read_two_runs(run, later_run(run, facts={site: {"easting": run.sites.loc[site, "easting"] + 0.06}}))
    assert facts_differ(two, ["easting"]).sum() == 1


def test_a_fact_that_comes_or_goes_differs(run, site):
    two = read_two_runs(run, later_run(run, facts={site: {"hectares": None, "development_status": "completed"}}))
    assert facts_differ(two, ["hectares"])[site]
    assert facts_differ(two, ["development_status"])[site]


def test_what_a_plot_states_changes_those_it_is_ranked_with(run):
    many = run.sites[run.sites["members"].fillna("").str.contains("; ")]
    lead, other = many["members"].iloc[0].split("; ")[:2]
    later = later_run(run, facts={other: {"hectares": 9.0}}, files=["register"])
    two = read_two_runs(run, later)
    assert possible_causes(two, differences(two), ["hectares"]).loc[lead, "data"]
    assert not possible_causes(two, differences(two), ["hectares"], alone=True).loc[lead, "data"]


def test_signals_rest_on_everything_but_what_only_ranks(run, site):
    assert rests_on("failure_strength").roles == ("*",)
    assert causes(run, later_run(run, files=["sales"]), ["failure_strength"], site) == ["data"]
    assert causes(run, later_run(run, weights={"capacity": 1}), ["failure_strength"], site) == []


def test_every_criterion_and_gate_rests_on_something():
    for needs in (*(each.needs for each in CRITERIA.values()), *(each.needs for each in GATES.values())):
        assert all(rests_on(column).facts for column in needs)


def test_no_column_is_refused(run):
    two = read_two_runs(run, run)
    with pytest.raises(InputError, match="columns: none given"):
        possible_causes(two, differences(two), [])
