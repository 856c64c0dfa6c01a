"""What the user states of costs and scheme: a number or a range within its bounds; else what ships, else none."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.project.inputs import (
    Assumption,
    declared_facts,
    declared_inputs,
    load_inputs,
    load_scheme_inputs,
)

COSTS = declared_inputs("costs")
TABLES = ("costs", "scheme", "additionality", "benefits")
BUILD = "build_gbp_per_m2"


def refused(stated, table="costs"):
    with pytest.raises(InputError) as raised:
        load_inputs(stated, table)
    return raised.value.faults


def test_a_bare_number_has_no_range_and_no_source():
    costs = load_inputs({BUILD: 1700}, "costs")
    assert costs.assumptions[BUILD] == Assumption(1700.0, 1700.0, 1700.0, "", "", "user")
    assert BUILD not in costs.ranged
    assert costs.at("high")[BUILD] == 1700


def test_a_range_has_its_ends_and_says_who_stated_it():
    stated = {"low": 1500, "central": 1700, "high": 2100, "unit": COSTS[BUILD].unit, "source": "QS", "date": 2026}
    costs = load_inputs({BUILD: stated}, "costs")
    assert costs.assumptions[BUILD] == Assumption(1500.0, 1700.0, 2100.0, "QS", "2026", "user")
    assert [costs.at(end)[BUILD] for end in ("low", "central", "high")] == [1500, 1700, 2100]
    assert costs.ranged.count(BUILD) == 1
    assert costs.stated == {BUILD: stated}


@pytest.mark.parametrize("table", TABLES)
def test_what_nobody_states_is_what_ships_with_a_source_or_not_known(table):
    held = load_inputs({}, table).assumptions if table != "scheme" else load_scheme_inputs({}).assumptions
    shipped = load_parameters("costs").table("inputs").parameters()
    assert list(held) == list(declared_inputs(table))
    for name, value in held.items():
        if name in shipped:
            assert [value.low, value.central, value.high] == list(map(float, shipped[name].value))
            assert value.source
        else:
            assert math.isnan(value.central)
        assert value.known == (name in shipped)


def test_the_inputs_that_ship_are_declared_and_within_their_own_bounds():
    declared = {name: one for table in TABLES for name, one in declared_inputs(table).items()}
    for name, shipped in load_parameters("costs").table("inputs").parameters().items():
        low, central, high = map(float, shipped.value)
        assert declared[name].lowest <= low <= central <= high <= declared[name].highest, name


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        ({"build_gbp_per_sqm": 1}, "unknown key 'build_gbp_per_sqm'; did you mean 'build_gbp_per_m2'"),
        ({BUILD: "1700"}, f"[assumptions.costs] {BUILD}: needs a number, not '1700'"),
        ({BUILD: True}, f"[assumptions.costs] {BUILD}: needs a number, not True"),
        ({BUILD: {"low": 1, "high": 2}}, f"[assumptions.costs] {BUILD}: the key 'central' is missing; add it"),
        ({BUILD: {"central": 1700, "low": 1600}}, f"{BUILD}: gives one end of a range; give low and high, or neither"),
        (
            {BUILD: {"low": 1800, "central": 1700, "high": 1900}},
            f"[assumptions.costs] {BUILD}: needs low ≤ central ≤ high, has 1800, 1700, 1900",
        ),
        ({BUILD: {"central": 1700, "unit": "GBP"}}, f"{BUILD}.unit: unknown unit 'GBP'"),
        ({BUILD: {"central": 1700, "sorce": "QS"}}, "unknown key 'sorce'; did you mean 'source'?"),
        ({"illustrative": "yes"}, "[assumptions.costs] illustrative: needs true or false, not 'yes'"),
    ],
)  # fmt: skip
def test_an_input_that_cannot_be_used_is_refused(stated, fault):
    (said,) = refused(stated)
    assert fault in said


@pytest.mark.parametrize("table", TABLES)
def test_bounds_are_kept_at_both_ends_of_every_input(table):
    load = load_scheme_inputs if table == "scheme" else lambda stated: load_inputs(stated, table)
    for name, declared in declared_inputs(table).items():
        for edge in (declared.lowest, declared.highest):
            if math.isfinite(edge) and (not declared.whole_years or edge == round(edge)):
                assert load({name: edge}).assumptions[name].central == edge
        with pytest.raises(InputError, match=f"{name}: needs a number "):
            load({name: declared.lowest - 1})


def test_every_fault_is_named_at_once():
    assert len(refused({"x": 1, BUILD: "a", "fees_share": {"low": 0.1}, "illustrative": 3})) >= 4


def test_years_are_one_whole_number():
    years = next(name for name, one in declared_inputs("benefits").items() if one.whole_years)
    assert load_inputs({years: 2}, "benefits").assumptions[years].central == 2
    for wrong in (1.5, {"low": 1, "central": 2, "high": 3}):
        (said,) = refused({years: wrong}, "benefits")
        assert said == f"[assumptions.benefits] {years}: needs one whole number of years, without a range"


@given(st.tuples(*[st.floats(0.01, 0.3)] * 3))
def test_a_range_is_taken_in_order_and_in_no_other(ends):
    low, central, high = ends
    stated = {"fees_share": {"low": low, "central": central, "high": high}}
    if low <= central <= high:
        held = load_inputs(stated, "costs").assumptions["fees_share"]
        assert (held.low, held.central, held.high) == ends
    else:
        with pytest.raises(InputError, match="needs low ≤ central ≤ high"):
            load_inputs(stated, "costs")


def test_the_scheme_has_its_mix_and_its_facts():
    scheme = load_scheme_inputs({"mix": {"flat": 0.25, "terraced": 0.75}, "affordable_share": 0.2})
    assert scheme.mix == {"flat": 0.25, "terraced": 0.75}
    assert load_scheme_inputs({}).mix is None
    assert load_scheme_inputs({}).facts == {}


@pytest.mark.parametrize(
    ("mix", "fault"),
    [
        ({"flat": 0.5, "terraced": 0.4}, "need to sum to 1"),
        ({"flat": 1.5, "terraced": -0.5}, "needs a number from 0 to 1"),
        ({"flats": 1}, "unknown property type 'flats'; did you mean 'flat'?"),
        ({}, "need to sum to 1"),
    ],
)
def test_a_mix_that_is_none_is_refused(mix, fault):
    with pytest.raises(InputError, match=fault):
        load_scheme_inputs({"mix": mix})


def test_shares_may_miss_one_by_the_rounding_of_fractions():
    thirds = {"flat": 0.7, "terraced": 0.2, "detached": 0.1}
    assert sum(thirds.values()) != 1
    assert load_scheme_inputs({"mix": thirds}).mix == thirds


def test_each_fact_takes_its_kind_and_its_words():
    wrong = {"date": 3, "share": 2, "text": "no such word"}
    for name, fact in declared_facts().items():
        right = {"date": date(2029, 4, 1), "share": 0.35}.get(fact.kind, fact.allowed[0] if fact.allowed else "")
        assert load_scheme_inputs({name: right}).facts == {name: right}
        with pytest.raises(InputError, match=name):
            load_scheme_inputs({name: wrong.get(fact.kind, "no such word")})
