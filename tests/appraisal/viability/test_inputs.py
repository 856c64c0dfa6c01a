"""Inputs of a viability appraisal: what is shipped, what the user states, what stays missing."""

from __future__ import annotations

import math
import tomllib
from datetime import date

import pytest

from siteprior.appraisal.viability.inputs import (
    COST_INPUTS,
    SCHEME_INPUTS,
    cost_table,
    load_costs,
    load_scheme,
    missing_costs,
)
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters


def test_only_what_has_a_source_is_shipped():
    costs, scheme = load_costs(), load_scheme()
    known = {name for table in (costs, scheme) for name, value in table.assumptions.items() if value.known}
    assert known == {"return_market_share"}
    held = costs.assumptions["return_market_share"]
    assert (held.low, held.central, held.high, held.confidence) == (0.15, 0.175, 0.20, "second-hand")
    assert missing_costs(costs, scheme) == [name for name in (*COST_INPUTS, *SCHEME_INPUTS) if name not in known]
    assert all(math.isnan(costs.at(end)["build_gbp_per_m2"]) for end in ("low", "central", "high"))


def test_what_is_typical_guides_and_is_never_a_value():
    typical = load_parameters("costs")["typical"]
    assert {preset.confidence for preset in typical.values()} == {"unverified"}
    assert set(typical) <= set(COST_INPUTS)
    for name, preset in typical.items():
        assert COST_INPUTS[name].lowest <= preset.value[0] <= preset.value[1] <= COST_INPUTS[name].highest
        assert COST_INPUTS[name].unit == preset.unit
        assert not load_costs().assumptions[name].known
    listed = cost_table(load_costs()).set_index("input")
    assert listed.loc["fees_share", ["confidence", "typical"]].tolist() == ["missing", "0.06 to 0.1 (unverified)"]


def test_the_user_states_a_range_or_a_bare_number():
    text = """
    illustrative = true
    build_gbp_per_m2 = {low = 1500, central = 1700, high = 2000, unit = "GBP/m2", source = "own QS", date = 2026-03-31}
    fees_share = 0.08
    premium_share = {central = 0.2, source = "local plan"}
    """
    costs = load_costs(tomllib.loads(text))
    build = costs.assumptions["build_gbp_per_m2"]
    assert (build.low, build.central, build.high) == (1500, 1700, 2000)
    assert (build.source, build.date, build.confidence) == ("own QS", date(2026, 3, 31).isoformat(), "user")
    fees = costs.assumptions["fees_share"]
    assert (fees.low, fees.central, fees.high, fees.source, fees.confidence) == (0.08, 0.08, 0.08, "", "user")
    assert costs.assumptions["premium_share"].high == 0.2
    assert costs.illustrative
    assert costs.ranged == ["build_gbp_per_m2", "return_market_share"]


def test_the_user_may_replace_what_is_shipped():
    held = load_costs({"return_market_share": 0.2}).assumptions["return_market_share"]
    assert (held.low, held.high, held.confidence) == (0.2, 0.2, "user")


def test_every_fault_is_reported_at_once():
    stated = {
        "biuld_gbp_per_m2": 1700, "externals_share": 15, "fees_share": {"low": 0.2, "central": 0.1, "high": 0.3},
        "finance_rate": {"low": 0.07}, "premium_share": "20%", "finance_years": True,
        "s106_gbp_per_home": math.nan, "euv_gbp_per_ha": {"central": 5e5, "unit": "£/acre", "note": "x"},
        "contingency_share": [0.03, 0.05], "illustrative": "yes",
    }  # fmt: skip
    with pytest.raises(InputError) as raised:
        load_costs(stated)
    told = "\n".join(raised.value.faults)
    for words in (
        "unknown key 'biuld_gbp_per_m2'; did you mean 'build_gbp_per_m2'? Valid: build_gbp_per_m2, contingency_share",
        "externals_share: needs a number from 0 to 1 share of build, not 15",
        "fees_share: needs low ≤ central ≤ high, has 0.2, 0.1, 0.3",
        "finance_rate: the key 'central' is missing",
        "finance_rate: gives one end of a range",
        "premium_share: needs a number, not '20%'",
        "finance_years: needs a number, not True",
        "s106_gbp_per_home: needs a number, not nan",
        "euv_gbp_per_ha: unknown key 'note'",
        "euv_gbp_per_ha.unit: unknown unit '£/acre'; Valid: GBP/ha",
        "contingency_share: needs a number, not [0.03, 0.05]",
        "illustrative: needs true or false, not 'yes'",
    ):
        assert words in told
    assert all(fault.startswith("[assumptions.costs]") for fault in raised.value.faults)


def test_the_scheme_passes_over_what_others_read_and_refuses_the_rest():
    assert load_scheme({"colour": "red", "home_size_m2": 60}, others=["colour"]).at("low")["home_size_m2"] == 60
    with pytest.raises(
        InputError, match=r"\[assumptions.scheme\]: unknown key 'mixx'; did you mean 'mix'\? Valid: aff"
    ):
        load_scheme({"mixx": {"flat": 1}})


def test_the_scheme_holds_its_mix_and_what_rules_ask_for():
    scheme = load_scheme(
        {"mix": {"flat": 0.4, "terraced": 0.6}, "building_start_date": "2029-04-01", "brownfield": "yes"}
    )
    assert dict(scheme.mix) == {"flat": 0.4, "terraced": 0.6}
    assert dict(scheme.facts) == {"building_start_date": date(2029, 4, 1), "brownfield": "yes"}
    for mix, words in (
        ({"flat": 0.5}, "need to sum to 1"), ({"flt": 1}, "unknown property type 'flt'; did you mean 'flat'"),
        ({"flat": 1.5}, "needs a number from 0 to 1 share, not 1.5"), ({"flat": "1"}, "needs a number, not '1'"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            load_scheme({"mix": mix})
