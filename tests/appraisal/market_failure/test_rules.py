"""The arithmetic of the verdict on arrays: what each part of a record holds, and that no reading ever lessens it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import ROOT
from factories.open_verdicts import Reading, Record, as_tables, random_records
from siteprior.appraisal.market_failure import rules
from siteprior.appraisal.market_failure.registry import SIGNALS
from siteprior.appraisal.market_failure.signals import select_strongest
from siteprior.core.parameters import load_parameters

LETTERS = list(SIGNALS)


def record(*records):
    """Return what the verdicts of records rest on."""
    sites, signals = as_tables(list(records))
    failed = pd.Series([each.failed for each in records], index=sites.index)
    return rules.record_of(sites, select_strongest(signals, sites.index), failed)


def reading(letter, value, grade, source="a", low=None, high=None):
    return Reading(letter, value, grade, source, value if low is None else low, value if high is None else high)


def at(table, letter):
    return float(table[0, LETTERS.index(letter)])


def test_the_rules_are_the_numbers_of_the_parameters():
    found = rules.failure_rules()
    assert found.grades == {"A": 1.0, "B": 0.7, "C": 0.4}
    assert set(found.thresholds) == set(load_parameters("failure").table("verdict"))


def test_the_page_of_calibration_shows_the_numbers_of_the_parameters_and_how_it_is_made():
    page = (ROOT / "docs" / "reference" / "failure-calibration.md").read_text(encoding="utf-8")
    found = rules.failure_rules()
    stated = {f"verdict.{name}": value for name, value in found.thresholds.items() if name != "code_from"}
    stated |= {f"grades.{grade}": weight for grade, weight in found.grades.items()}
    shown = dict(re.findall(r"^\| `([\w.]+)` \| ([\d.]+) \|", page, re.MULTILINE))
    assert {name: float(now) for name, now in shown.items()} == stated
    assert "Made by `python benchmarks/failure_calibration.py`; do not edit" in page
    for linked in ("docs/method/evidence.md", "README.md"):
        assert "failure-calibration.md" in (ROOT / linked).read_text(encoding="utf-8")


def test_the_parts_of_a_record_by_hand():
    own = [
        reading("V", 1.0, "B", "headroom_gbp_per_ha", 0.5, 1.0), reading("V", 0.5, "C"),
        reading("X", 0.5, "B", "remediation_share_of_gdv"), reading("X", 1.0, "C", "previous_use", 0.5),
    ]  # fmt: skip
    made = record(Record(tuple(own), failed=False, shared=True))
    assert SIGNALS["V"].averages == ("headroom_gbp_per_ha",)
    value = made.at_value
    assert [at(part, "V") for part in (value.counted, value.own, value.firm, value.apart)] == [0.7, 0.2, 0, 0.7]
    assert [at(part, "X") for part in (value.counted, value.own, value.firm, value.apart)] == [0.4, 0.4, 0.35, 0.4]
    # at the least: V 0.7 × 0.5, or 0.4 × 0.5; X 0.7 × 0.5, or 0.4 × 0.5
    assert (at(made.at_least.counted, "V"), at(made.at_least.counted, "X")) == (0.35, 0.35)
    assert np.isnan(value.counted[0, LETTERS.index("C")])
    assert made.average[0, LETTERS.index("V")]
    assert not made.ranged.any()  # none may be more than its value
    # V from the average and X from the former use have causes of their own: 1 − 0.3 × 0.6
    assert rules.strength(value)[0] == pytest.approx(0.82)
    assert not rules.lessened(made)[0]


def test_another_reading_is_firm_unless_it_is_weak_or_an_average():
    made = record(Record((), failed=False, shared=False))
    where = np.zeros((1, len(LETTERS)), dtype=bool)
    where[0, LETTERS.index("X")] = True
    for firm, own, parts in ((True, True, [0.7, 0.7, 0.7]), (False, True, [0.7, 0.7, 0]), (True, False, [0.7, 0, 0])):
        filled = made.at_value.filled(where, 0.7, apart=made.apart(), firm=firm, own=own)
        assert [at(part, "X") for part in (filled.counted, filled.own, filled.firm)] == parts
    assert np.isnan(made.at_value.counted).all()


@settings(deadline=None, derandomize=True, max_examples=8)
@given(st.integers(0, 10_000), st.sampled_from("VXCPT"), st.floats(0, 1), st.floats(0, 1))
def test_no_verdict_or_strength_falls_as_a_reading_rises(seed, letter, one, other):
    sites, signals = as_tables(random_records(40, seed))
    made = rules.record_of(sites, select_strongest(signals, sites.index), sites["deadweight_failed"] == "yes")
    where = np.zeros((len(sites), len(LETTERS)), dtype=bool)
    where[:, LETTERS.index(letter)] = True
    less, more = (made.at_value.filled(where, value, apart=made.apart()) for value in sorted((one, other)))
    assert (rules.strength(less) <= rules.strength(more) + 1e-12).all()
    assert (rules.verdicts(made, less) <= rules.verdicts(made, more)).all()


def test_other_rules_give_other_verdicts():
    made = record(Record((reading("C", 0.5, "B"), reading("X", 0, "B")), failed=False, shared=False))
    assert [rules.ORDER[code] for code in rules.verdicts(made, made.at_value)] == ["Indicated"]
    stricter = replace(made.rules, thresholds={**made.rules.thresholds, "indicated_strength": 0.36})
    other = replace(made, rules=stricter)
    assert [rules.ORDER[code] for code in rules.verdicts(other, other.at_value)] == ["Not found"]
