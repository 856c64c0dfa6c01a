"""Facts that would decide a signal: in the order of what they cost, declared with each signal that may be open."""

from __future__ import annotations

import pytest

from siteprior.appraisal.market_failure.facts import FACT_KINDS, FREE_FILE, QUESTION, Fact
from siteprior.appraisal.market_failure.registry import SIGNALS
from siteprior.core.errors import SitePriorError


def test_each_signal_that_may_be_open_names_its_free_file_and_the_others_none():
    keys = {letter: [fact.keys for fact in each.facts if fact.kind == FREE_FILE] for letter, each in SIGNALS.items()}
    assert keys == {
        "V": [("land_values",)], "X": [("historic_landfill",)], "C": [("parcels",)], "I": [], "P": [("flood_zones",)],
        "T": [("households", "sales")], "S": [], "A": [], "E": [],
    }  # fmt: skip
    assert "".join(letter for letter, each in SIGNALS.items() if each.may_be_open) == "VXCPT"
    assert [letter for letter, each in SIGNALS.items() if each.positive_only] == ["I"]


def test_each_signal_that_may_be_open_has_a_fact_beside_the_free_file_and_lists_the_cheapest_first():
    for each in SIGNALS.values():
        orders = [fact.order for fact in each.facts]
        assert orders == sorted(orders)
        if each.may_be_open:
            assert any(fact.kind != FREE_FILE and not fact.against for fact in each.facts)
    assert FACT_KINDS == ("free file", "council question", "own appraisal", "ground report")


def test_only_a_free_file_has_keys_and_a_grade():
    with pytest.raises(SitePriorError, match="unknown kind of fact 'hearsay'"):
        Fact("hearsay", "what people say")
    for wrong in ({"kind": FREE_FILE, "keys": ("a",)}, {"kind": FREE_FILE, "grade": "B"},
                  {"kind": QUESTION, "keys": ("a",), "grade": "B"}):  # fmt: skip
        with pytest.raises(SitePriorError, match="fact 'x': a free file, and nothing else, has keys and a grade"):
            Fact(what="x", **wrong)
