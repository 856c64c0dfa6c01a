"""The names a project file may use: those of the parameter files, the registries, and its own layers."""

from __future__ import annotations

import pytest

from siteprior.project import names
from siteprior.project.names import (
    UNKNOWN_REASONS,
    Names,
    criterion_names,
    gate_reasons,
    gate_thresholds,
    register_criterion,
    register_gate,
    weight_sets,
)
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.gates import GATES


def test_names_are_those_of_the_registries():
    assert set(criterion_names()) == set(CRITERIA)
    assert {gate: set(limits) for gate, limits in gate_thresholds().items()} == {
        code: set(gate.thresholds) for code, gate in GATES.items()
    }
    assert {"balanced", "timetabled", "without-transit"} <= set(weight_sets())


def test_a_projects_own_names_are_those_of_its_layers():
    stated = {
        "layers": [
            {"name": "flood", "criterion": {"worst": 1, "best": 0}},
            {"name": "slope", "gate": {"at_most": 5, "title": "Steep"}, "criterion": {}},
            {"name": "zone", "gate": {"equals": "yes"}},
            {"name": "flood"},
        ]
    }
    assert Names.of(stated) == Names(
        layers=("flood", "slope", "zone"),
        criteria=("flood", "slope"),
        gates={"slope": ("at_most",), "zone": ()},
    )


@pytest.mark.parametrize(
    "stated",
    [
        {},
        {"layers": 3},
        {"layers": "flood"},
        {"layers": [3, "flood", {}, {"name": 3}]},
        {"evidence": [1], "sources": 2},
    ],
)
def test_a_faulty_file_has_no_names_of_its_own_and_does_not_fail(stated):
    assert Names.of(stated) == Names()


def test_what_is_no_gate_of_a_layer_gives_no_gate():
    assert Names.of({"layers": [{"name": "a", "gate": 3}]}) == Names(layers=("a",))


def test_own_names_stand_last():
    own = Names(criteria=("flood",), gates={"flood": ("at_most",)})
    assert criterion_names(own) == [*criterion_names(), "flood"]
    assert list(gate_thresholds(own)) == [*gate_thresholds(), "flood"]
    assert gate_thresholds(own)["flood"] == ("at_most",)


def test_what_is_registered_is_known_from_then_on():
    assert "quiet" not in criterion_names()
    register_criterion("quiet")
    register_gate("too_loud", thresholds=("db",), unknown=("noise_unknown",))
    assert criterion_names()[-1] == "quiet"
    assert gate_thresholds()["too_loud"] == ("db",)
    assert {"too_loud", "too_loud_unknown", "noise_unknown", *UNKNOWN_REASONS} <= gate_reasons()


def test_what_a_test_registers_is_gone_with_it():
    assert "quiet" not in criterion_names()
    assert "too_loud" not in gate_thresholds()


def test_every_list_of_names_has_some_and_none_twice():
    for listed in (
        names.fund_names, names.capacity_profiles, names.optimism_classes, names.remediation_classes,
        names.employment_uses, names.profiles, weight_sets, criterion_names,
    ):  # fmt: skip
        found = listed()
        assert found, listed.__name__
        assert len(found) == len(set(found)), listed.__name__


def test_a_profile_names_funds_there_are():
    known = names.fund_names()
    assert all(set(names.profile_funds(profile)) <= set(known) for profile in names.profiles())
    assert names.profile_funds("wmca") == tuple(known)
    assert names.profile_funds(None) == ()
