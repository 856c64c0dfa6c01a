"""Best and worst verdict: every combination tried on random records, and what settled and open mean by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.open_verdicts import ORDER, Reading, Record, as_it_stands, as_tables, extremes, random_records
from siteprior.appraisal.market_failure.verdict import COLUMNS, SIGNALS, failure_verdict
from siteprior.core import schema

HEADROOM = "headroom_gbp_per_ha"


def judge(text, *, ranges=None, sources=None, **site):
    """Judge ``V0.8A C0.5B``; ranges and sources by letter."""
    ranges, sources = ranges or {}, sources or {}
    rows = [
        ("E1:0", word[0], SIGNALS[word[0]].kind, float(word[1:-1]), word[-1], f"r{word[0]}", "",
         sources.get(word[0], "register"), *ranges.get(word[0], (None, None)))
        for word in text.split()
    ]  # fmt: skip
    signals = pd.DataFrame(rows, columns=[*COLUMNS, "source", "value_low", "value_high"])
    signals = signals.astype({"value_low": float, "value_high": float})
    sites = schema.conform(pd.DataFrame({"hectares": [1.0], **site}, pd.Index(["E1:0"], name="site_id")), schema.SITES)
    return failure_verdict(sites, signals).iloc[0]


@pytest.mark.parametrize("seed", range(5))
def test_worst_and_best_are_those_of_every_combination_on_two_hundred_records(seed):
    records = random_records(200, seed)
    done = failure_verdict(*as_tables(records))
    assert done["market_failure"].tolist() == [as_it_stands(record) for record in records]
    tried = [extremes(record) for record in records]
    assert done["verdict_worst"].tolist() == [worst for worst, _ in tried]
    assert done["verdict_best"].tolist() == [best for _, best in tried]
    assert (done["settled"] == "yes").tolist() == [worst == best for worst, best in tried]
    assert len(set(done["market_failure"])) == 4
    assert set(done["settled"]) == {"yes", "no"}


@settings(deadline=None, derandomize=True, max_examples=12)
@given(st.integers(0, 10_000), st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_whatever_the_open_signals_turn_out_to_be_the_verdict_lies_between_the_extremes(seed, found):
    sites, signals = as_tables(random_records(20, seed))
    before = failure_verdict(sites, signals)
    rows = []
    for name in sites.index:
        own = signals[signals["site_id"] == name]
        for letter, value in zip("VXCPT", found, strict=True):
            if letter not in set(own["signal"]):
                rows.append((name, letter, SIGNALS[letter].kind, value, "A", "", "", "found out", value, value, "no"))
    after = failure_verdict(sites, pd.concat([signals, pd.DataFrame(rows, columns=signals.columns)]))
    rank = {verdict: place for place, verdict in enumerate(ORDER)}
    assert (after["market_failure"].map(rank) >= before["verdict_worst"].map(rank)).all()
    assert (after["market_failure"].map(rank) <= before["verdict_best"].map(rank)).all()
    strength = after["failure_strength"].fillna(0)
    assert (strength >= before["failure_strength_low"] - 1e-12).all()
    assert (strength <= before["failure_strength_high"] + 1e-12).all()
    # what is settled stays settled, on the same verdict
    settled = before["settled"] == "yes"
    assert (after.loc[settled, "settled"] == "yes").all()
    assert after.loc[settled, "verdict_best"].equals(before.loc[settled, "verdict_best"])


@settings(deadline=None, derandomize=True, max_examples=8)
@given(st.integers(0, 10_000))
def test_strength_lies_in_its_range_and_no_end_is_cannot_tell(seed):
    done = failure_verdict(*as_tables(random_records(60, seed)))
    known = done["failure_strength"].fillna(0)
    assert (done["failure_strength_low"] <= known + 1e-12).all()
    assert (known <= done["failure_strength_high"] + 1e-12).all()
    assert done["failure_strength_low"].min() >= 0
    assert done["failure_strength_high"].max() <= 1
    assert "Cannot tell" not in {*done["verdict_best"], *done["verdict_worst"]}


@pytest.mark.parametrize(
    ("signals", "site", "worst", "best"),
    [
        # nothing known: all at 1 gives strength 1, a firm primary and T 1; all at 0 gives nothing
        ("", {}, "Not found", "Identified"),
        # C 0.5 B: strength 0.35 at least; with the rest at 1 identified, as T may be 1
        ("C0.5B", {}, "Indicated", "Identified"),
        # T known at 0, no other corroboration: strength 1 at best, never borne out
        ("C0.5B T0A", {}, "Indicated", "Indicated"),
        # all four known, nothing found, T known: settled, though I, S, A and E are missing
        ("V0A X0B C0B P0B T0A", {}, "Not found", "Not found"),
        # T alone is open: 1 makes Indicated by corroboration
        ("V0A X0B C0B P0B", {}, "Not found", "Indicated"),
        # settled as identified though two primaries are missing: strength 0.5, firm, borne out
        ("V0.5A A0.3A", {}, "Identified", "Identified"),
        # the deadweight screen stays as it stands: never identified
        ("V0.5A A0.3A", {"deadweight_failed": "yes"}, "Indicated", "Indicated"),
    ],
)
def test_the_extremes_by_hand(signals, site, worst, best):
    done = judge(signals, **site)
    assert (done["verdict_worst"], done["verdict_best"]) == (worst, best)
    assert done["settled"] == ("yes" if worst == best else "no")
    assert pd.isna(done["settled_on"]) == (worst != best)


def test_a_signal_that_may_be_more_is_open_and_a_measured_one_closes_it():
    known = "V0A C0B P0B T0A A0.5A"
    # X is a zero of what the layer shows, and may be 1: strength 1, firm, borne out by A 0.5
    named = judge(f"{known} X0B", ranges={"X": (0, 1)})
    assert (named["verdict_worst"], named["verdict_best"], named["settled"]) == ("Not found", "Identified", "no")
    assert (named["failure_strength_low"], named["failure_strength_high"]) == (0, 1)
    # up to 0.3 alone: strength 0.3, Indicated at best
    assert judge(f"{known} X0B", ranges={"X": (0, 0.3)})["verdict_best"] == "Indicated"
    assert judge(f"{known} X0B")["verdict_best"] == "Not found"
    closed = judge(f"{known} X0A X0B", ranges={"X": (0, 1)})  # the range stands at both: a measured one decides
    assert (closed["verdict_best"], closed["settled"]) == ("Not found", "yes")
    # what only corroborates and no file shows stays as it stands
    assert judge("V0A X0B C0B P0B T0A A0A", ranges={"A": (0, 1)})["settled"] == "yes"


def test_an_average_is_listed_as_open_and_does_not_unsettle():
    done = judge("V0.5C X0B C0B P0B T0B", ranges={"V": (0.25, 1)}, sources={"V": HEADROOM})
    assert (done["market_failure"], done["settled"]) == ("Not found", "yes")
    assert "own appraisal: an appraisal with sourced costs (V)" in done["open_facts"]
    # its own grade at both ends: 0.4 × 0.25 and 0.4 × 1
    assert done["failure_strength_low"] == pytest.approx(0.1)
    assert done["failure_strength_high"] == pytest.approx(0.4)


def test_what_a_settled_verdict_rests_on_is_named_and_that_a_ground_report_may_overturn_it():
    sources = {"X": "Historic landfill: landfill.shp", "C": "parcels", "V": "gap_gbp_per_home", "P": "notes", "T": "t"}
    done = judge("V0A X0B C0B P0B T0A", sources=sources)
    assert done["settled_on"] == (
        "V gap_gbp_per_home; X Historic landfill: landfill.shp; C parcels; P notes; T t. A ground report may overturn X"
    )
    measured = judge("V0A X0A C0B P0B T0A", sources=sources)
    assert not measured["settled_on"].endswith("overturn X")


def test_a_settled_end_may_be_another_verdict_than_the_one_that_can_be_given_now():
    # three of V, X, C, P missing: Cannot tell; yet A 0.6 is enough for Indicated, and the screen keeps it from more
    done = judge("C0B A0.6A", deadweight_failed="yes")
    assert (done["market_failure"], done["settled"]) == ("Cannot tell", "yes")
    assert (done["verdict_worst"], done["verdict_best"]) == ("Indicated", "Indicated")


def test_the_strength_of_a_site_without_a_primary_runs_from_zero_to_one():
    done = judge("A1A")
    assert np.isnan(done["failure_strength"])
    assert (done["failure_strength_low"], done["failure_strength_high"]) == (0, 1)


def of_area(*given):
    """Judge readings such as ``("X", 1, "B", True)``, the last of each whether it is an area's average."""
    readings = tuple(
        Reading(letter, value, grade, "own layer", value, value, "yes" if average else "no")
        for letter, value, grade, average in given
    )
    return failure_verdict(*as_tables([Record(readings, failed=False, shared=False)])).iloc[0]


@pytest.mark.parametrize("letter", "VXCIP")
@pytest.mark.parametrize("grade", "ABC")
def test_a_value_that_one_area_shares_identifies_no_site(letter, grade):
    known = [(other, 0, "A", False) for other in "VXCP" if other != letter]
    borne_out = [("A", 0.5, "A", False), ("T", 0, "A", False)]
    own = of_area((letter, 1, "A", False), *known, *borne_out)
    assert own["market_failure"] == "Identified"
    average = of_area((letter, 1, grade, True), *known, *borne_out)
    assert average[["market_failure", "verdict_best", "verdict_worst", "settled"]].tolist() == [
        "Not found", "Not found", "Not found", "yes",
    ]  # fmt: skip
    # beside a signal of the site's own that is too weak alone
    weak = [(other, 0.5 if other == known[0][0] else 0, "B", False) for other, *_ in known]
    assert of_area((letter, 1, grade, True), *weak, *borne_out)["market_failure"] == "Indicated"


@pytest.mark.parametrize("letter", "VXCP")
def test_a_value_that_one_area_shares_is_listed_as_open_for_a_fact_of_the_site(letter):
    others = [(other, 0, "A", False) for other in "VXCPT" if other != letter]
    closed, average = (of_area((letter, 0.5, "A", shared), *others)["open_facts"] for shared in (False, True))
    assert f"({letter})" in average
    assert f"({letter})" not in closed
