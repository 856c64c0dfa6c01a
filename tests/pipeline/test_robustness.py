"""How sure a run's ranking is: its tables are those of the functions they come from."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.progress import no_progress
from siteprior.pipeline import robustness
from siteprior.project.decision import Robustness


def stated(result, **keys):
    project = result.project.model_copy(update={"robustness": Robustness(**keys)})
    return replace(result, project=project)


def test_the_band_of_all_is_the_band_of_the_sites_and_holds_the_rank(sample_assessment):
    table = sample_assessment.top_k_acceptability
    sites = sample_assessment.sites.loc[table.index]
    assert table["rank_p05_all"].tolist() == sites["rank_p05"].tolist()
    assert table["rank_p95_all"].tolist() == sites["rank_p95"].tolist()
    assert table.index.tolist() == sample_assessment.opportunities.index.tolist()
    for part in ("weights", "measured", "missing", "all"):
        assert (table[f"rank_p05_{part}"] <= table[f"rank_p95_{part}"]).all()


def test_acceptability_of_a_run_needs_nothing_but_the_run(sample_assessment):
    table = sample_assessment.top_k_acceptability
    again = sp.acceptability(sample_assessment).sites
    for name in ("first_acceptability", "top_k_acceptability", "top_k_if_missing_drawn"):
        pd.testing.assert_series_equal(again[name], table[name], check_names=False)
    assert table["top_k_acceptability"].sum() == pytest.approx(25, abs=0.5)  # ties share the better rank
    assert table["first_acceptability"].sum() == pytest.approx(1, abs=0.05)


def test_the_project_says_which_weights_are_admissible(sample_assessment):
    order = ("deprivation", "capacity")
    done = robustness.weigh_acceptability(stated(sample_assessment, weights=order, draws=500), no_progress)
    again = sp.acceptability(sample_assessment, admissible=order, draws=500).sites
    pd.testing.assert_series_equal(
        done.top_k_acceptability["top_k_acceptability"], again["top_k_acceptability"], check_names=False
    )
    usual = sample_assessment.top_k_acceptability["top_k_acceptability"]
    assert (done.top_k_acceptability["top_k_acceptability"] != usual).any()


def test_without_spread_the_weights_move_no_band(sample_assessment):
    def parts(**keys):
        drawn = robustness.redraw_ranks(stated(sample_assessment, draws=10, **keys), no_progress)
        return robustness.weigh_acceptability(drawn, no_progress).top_k_acceptability

    none, wide, usual = parts(spread=0.0), parts(spread=0.4), sample_assessment.top_k_acceptability
    assert (none["rank_p05_weights"] == none["rank_p95_weights"]).all()
    width = [(each["rank_p95_weights"] - each["rank_p05_weights"]).mean() for each in (none, usual, wide)]
    assert width[0] < width[1] < width[2]
