"""Decisions of the team in a comparison of two runs."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from siteprior.pipeline.comparison.decided import decided, overridden


def runs(before, after):
    a, b = (pd.DataFrame([row], index=["s"]) for row in (before, after))
    return SimpleNamespace(sites_a=a, sites_b=b)


TAKEN = {"rank": None, "decision_reason": "Flood wall", "decision_date": pd.Timestamp("2026-05-01")}


def test_a_site_taken_out_names_the_decision_its_reason_and_day():
    two = runs({"rank": 3}, TAKEN)
    assert decided(two, "s", ["excluded"]) == "Excluded by decision (Flood wall, 2026-05-01)"


def test_a_site_let_back_in_says_so():
    two = runs(TAKEN, {"rank": 3})
    assert decided(two, "s", ["already_ours"]) == "no longer so: already ours (Flood wall, 2026-05-01)"


@pytest.mark.parametrize("codes", [[], ["too_small"], ["excluded", "too_small"]])
def test_a_site_another_gate_stops_is_not_put_down_to_a_decision(codes):
    assert decided(runs({"rank": 3}, TAKEN), "s", codes) == ""


def test_facts_overridden_since_are_named_and_the_same_ones_are_not():
    two = runs({"overrides": None}, {"overrides": "hectares: 9.9 (was 1.03)"})
    assert overridden(two, "s") == "decided: hectares: 9.9 (was 1.03)"
    assert (
        overridden(runs({"overrides": "x: 1 (was 2)"}, {"overrides": None}), "s") == "no longer decided: x: 1 (was 2)"
    )
    assert overridden(runs({"overrides": "x"}, {"overrides": "x"}), "s") == ""
    assert overridden(runs({"rank": 1}, {"rank": 1}), "s") == ""
