"""Small charts: their classes add up to the sites they count."""

from __future__ import annotations

import pandas as pd
import pytest

import siteprior as sp
from siteprior.pipeline.notebook.charts import FIRST, WALKS, _classes


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_a_value_stands_in_the_class_it_begins():
    counts = _classes(pd.Series([0.0, 199.9, 200.0, 2000.0, 9000.0, None]), WALKS, "m")
    assert counts["0–200 m"] == 2
    assert counts["200–400 m"] == 1
    assert counts["2,000 m and more"] == 2
    assert counts.sum() == 5


@pytest.mark.parametrize("plot", [sp.notebook.plot_walks, sp.notebook.plot_verdicts, sp.notebook.plot_gaps])
def test_each_has_a_caption_and_words(run, plot):
    picture = plot(run)
    assert picture.png[1:4] == b"PNG"
    assert picture.caption
    assert "ranked sites" in picture.alt


def test_verdicts_in_words_are_those_of_the_ranked_sites(run):
    ranked = run.sites[run.sites["rank"].notna()]
    for verdict, number in ranked["market_failure"].value_counts().items():
        assert f"{verdict}: {number:,} ranked sites" in sp.notebook.plot_verdicts(run).alt


def test_outcomes_leave_out_what_was_first_seen(run):
    counts = run["history"]["event"].value_counts()
    words = sp.notebook.plot_outcomes(run).alt
    assert f"ended: {counts['ended']:,} events" in words
    assert FIRST not in words
