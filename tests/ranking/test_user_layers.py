from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from siteprior.core.errors import ProjectError, SitePriorError
from siteprior.core.schema import SITES, conform
from siteprior.project.layer_checks import parse_layer
from siteprior.ranking.criteria import CRITERIA, criteria_table
from siteprior.ranking.decision_matrix import measure, value
from siteprior.ranking.eligibility import apply_gates, gate_doubt
from siteprior.ranking.gates import GATES, gate_table
from siteprior.ranking.scoring import score
from siteprior.ranking.user_layers import user_criteria, user_gates

DAY = date(2021, 1, 1)
OWN = {"name": "own", "path": "own.gpkg", "kind": "vector", "measure": "share"}
OFF = dict.fromkeys(GATES, False)


def sites_of(**columns):
    count = len(next(iter(columns.values())))
    names = pd.Index([f"E08:{i}" for i in range(1, count + 1)], name="site_id")
    table = pd.DataFrame({"easting": 4e5, "northing": 29e4, **columns}, index=names)
    return conform(table, SITES)


def test_a_layer_is_a_criterion_from_what_is_stated_alone():
    spec = parse_layer({**OWN, "criterion": {"worst": 0.5, "best": 0, "group": "constraint", "source": "own study"}})
    registry = {**CRITERIA, **user_criteria([spec, parse_layer({**OWN, "name": "other"})])}
    assert len(registry) == len(CRITERIA) + 1
    matrix = measure(sites_of(own=[0.0, 0.25, 0.5, 0.9, None]), ["own"], criteria=registry)
    assert value(matrix, criteria=registry)["own"].fillna(-1).tolist() == [1.0, 0.5, 0.0, 0.0, -1.0]
    row = criteria_table(registry).set_index("criterion").loc["own"]
    assert row[["title", "group", "unit", "needs", "source", "confidence"]].tolist() == [
        "Own", "constraint", "0-1", "own", "own study", "user"]  # fmt: skip
    assert "own" not in CRITERIA  # nothing global was changed


def test_yes_counts_one_and_no_zero():
    spec = parse_layer({**OWN, "measure": "within", "criterion": {"worst": 0, "best": 1}})
    matrix = measure(sites_of(own=["yes", "no", None]), ["own"], criteria=user_criteria([spec]))
    assert matrix["own"].fillna(-1).tolist() == [1.0, 0.0, -1.0]


def test_a_blank_never_improves_a_score():
    spec = parse_layer({**OWN, "criterion": {"worst": 1, "best": 0}})
    registry = user_criteria([spec])
    for share in (0.0, 0.4, 1.0):
        scores = [
            score(measure(sites_of(own=[given]), ["own"], criteria=registry), {"own": 1.0}, criteria=registry)
            for given in (share, None)
        ]
        known, blank = (table["score"].fillna(0).iloc[0] for table in scores)
        assert blank <= known


@pytest.mark.parametrize("name", ["density_own", "capacity", "bus_access"])
def test_a_name_taken_by_a_criterion_is_refused(name):
    stated = {**OWN, "name": name, "criterion": {"worst": 0, "best": 1}}
    if name in CRITERIA:
        with pytest.raises(ProjectError, match=f"'{name}' is a criterion of siteprior's own"):
            parse_layer(stated)
    else:
        own = user_criteria([parse_layer(stated)])
        assert list(own) == [name]
        with pytest.raises(ProjectError, match=f"'{name}' is a criterion of siteprior's own"):
            user_criteria([parse_layer(stated)], criteria={**CRITERIA, **own})


@pytest.mark.parametrize(
    ("gate", "reasons"),
    [({"at_most": 0.2}, ["", "", "own", "own_unknown"]), ({"at_least": 0.2}, ["own", "", "", "own_unknown"])],
)
def test_a_layer_is_a_gate_and_what_is_not_known_does_not_pass(gate, reasons):
    spec = parse_layer({**OWN, "gate": gate})
    sites = sites_of(own=[0.0, 0.2, 0.3, None])
    registry = {**GATES, **user_gates([spec])}
    gated = apply_gates(sites, gates=OFF, as_of=DAY, registry=registry)
    assert gated["gate_reasons"].fillna("").tolist() == reasons
    assert apply_gates(sites, gates={**OFF, "own": False}, as_of=DAY, registry=registry)["eligible"].eq("yes").all()
    moved = apply_gates(sites, gates={**OFF, "own": 0.25}, as_of=DAY, registry=registry)["gate_reasons"]
    assert moved.fillna("").tolist()[:3] == [reasons[0], reasons[0] and "own", "own" if "at_most" in gate else ""]
    assert "own" not in GATES
    with pytest.raises(SitePriorError, match="unknown gate 'own'"):
        apply_gates(sites, gates={"own": 0.25}, as_of=DAY)


def test_a_gate_on_words_and_a_site_without_a_place():
    spec = parse_layer({**OWN, "name": "woodland", "measure": "within", "gate": {"equals": "no", "title": "Belt"}})
    sites = sites_of(woodland=["no", "yes", None, None], easting=[4e5, 4e5, 4e5, None])
    registry = {**GATES, **user_gates([spec])}
    gated = apply_gates(sites, gates={**OFF, "no_location": True}, as_of=DAY, registry=registry)
    assert gated["gate_reasons"].fillna("").tolist() == ["", "woodland", "woodland_unknown", "no_location"]


def test_gates_print_with_those_of_the_user():
    spec = parse_layer({**OWN, "gate": {"at_most": 0.2, "title": "Floods"}})
    table = gate_table(registry={**GATES, **user_gates([spec])}).set_index("gate")
    assert table.loc["own", ["title", "why", "thresholds", "source"]].tolist() == [
        "Floods", "By a layer of the project's own", "at most 0.2", "user: own.gpkg"]  # fmt: skip
    assert table.loc["too_small", "thresholds"] == "at least 0.25 ha or at least 5 homes"
    doubt = sites_of(corridor_walk_low_m=[900.0], corridor_walk_high_m=[1000.0])
    registry = {**GATES, **user_gates([spec])}
    assert gate_doubt(doubt, gates={"own": 0.5}, registry=registry).tolist() == ["beyond_corridor_walk"]


@pytest.mark.parametrize("name", ["ended", "too_small", "size"])
def test_a_name_taken_by_a_gate_or_its_reason_is_refused(name):
    with pytest.raises(ProjectError, match=f"'{name}' is a gate of siteprior's own"):
        parse_layer({**OWN, "name": name, "gate": {"at_most": 0.2}})
    own = parse_layer({**OWN, "gate": {"at_most": 0.2}})
    with pytest.raises(ProjectError, match="'own' is a gate of siteprior's own"):
        user_gates([own], registry={**GATES, **user_gates([own])})


@pytest.mark.parametrize(
    ("layer", "setting", "sentence"),
    [
        ({"measure": "nearest", "gate": {"at_least": 1500}}, True, "at least 1,500 m"),
        ({"measure": "nearest", "gate": {"at_least": 1500}}, 20, "at least 20 m"),
        ({"gate": {"at_most": 0.125}}, {"at_most": 0.3}, "at most 0.3"),
        ({"measure": "within", "gate": {"equals": "no"}}, True, "no"),
    ],
)
def test_the_gate_of_a_layer_says_what_it_needs_with_the_projects_number_and_unit(layer, setting, sentence):
    gates = user_gates([parse_layer({**OWN, **layer})])
    assert gates["own"].sentence(setting) == sentence
    assert gate_table(registry=gates, gates={"own": setting})["thresholds"].tolist() == [sentence]
