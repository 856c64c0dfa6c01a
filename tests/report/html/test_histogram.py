"""The histogram of gaps: every site in one bar, bars in their places, steps that are round."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.html.histogram import histogram


def test_a_histogram_holds_every_site_once():
    chart = histogram(pd.Series([0.0, 0.0, 400.0, 19_000.0, 20_000.0, 35_000.0, 900_000.0]))
    assert sum(bar["sites"] for bar in chart["bars"]) == 7
    assert chart["bars"][0] == chart["bars"][0] | {"label": "no gap", "sites": 2}
    assert chart["bars"][-1]["sites"] == 1
    assert all(bar["x"] >= 0 and bar["x"] + bar["width"] <= chart["width"] for bar in chart["bars"])
    assert max(bar["height"] for bar in chart["bars"]) == chart["base"] - chart["head"]


def test_a_histogram_of_sites_without_a_gap():
    bars = histogram(pd.Series([0.0, 0.0]))["bars"]
    assert [bar["sites"] for bar in bars] == [2, 0]


def bars(*gaps):
    return [(bar["label"], bar["sites"]) for bar in histogram(pd.Series(gaps, dtype=float))["bars"]]


def test_a_gap_on_the_edge_counts_below_it():
    assert bars(-5.0, 0.0, 0.01, 1000.0, 1000.01, 2000.0) == [("no gap", 2), ("£0–1k", 2), ("£1–2k", 2)]


def test_the_step_grows_with_the_gaps_and_the_rest_stands_apart():
    """Nineteen in twenty are at most £9,600: eight steps of £2,000 reach as far, and one site lies beyond."""
    hundred = [100.0 * n for n in range(1, 101)]
    inside = [(f"£{low}–{low + 2}k", 20 if low < 10 else 0) for low in range(0, 16, 2)]
    assert bars(*hundred, 1_000_000.0) == [("no gap", 0), *inside, ("over £16k", 1)]


@pytest.mark.parametrize("gap", [-50_000.0, 0.0])
def test_sites_without_a_gap_have_one_bar(gap):
    assert bars(gap, gap) == [("no gap", 2), ("£0–1k", 0)]


@given(st.lists(st.floats(-1e5, 1e8), min_size=1, max_size=40))
def test_every_site_stands_in_one_bar_and_no_bar_leaves_the_chart(gaps):
    chart = histogram(pd.Series(gaps))
    found = chart["bars"]
    assert sum(bar["sites"] for bar in found) == len(gaps)
    assert found[0]["sites"] == sum(gap <= 0 for gap in gaps)
    assert len(found) <= 10
    for left, right in pairwise(found):
        assert left["x"] + left["width"] < right["x"]
    for bar in found:
        assert bar["y"] + bar["height"] == pytest.approx(chart["base"])
        assert bar["y"] >= chart["head"] - 1e-9
        assert bar["x"] < bar["middle"] < bar["x"] + bar["width"]
    tallest = max(found, key=lambda bar: bar["sites"])
    assert tallest["y"] == pytest.approx(chart["head"])
