"""What methods and explanations start from: of a matrix and of a run, with missing measurements at their worst."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.pipeline.manifest import open_run
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.explanation import explain
from siteprior.ranking.options import check_values, options_of

SITES = pd.DataFrame(
    {"corridor_walk_m": [400.0, 680.0, None], "imd_percentile": [10.0, None, 5.0], "eligible": ["yes", "yes", "no"]},
    index=pd.Index(["a", "b", "c"], name="site_id"),
)


def test_of_a_run_the_sites_that_passed_are_taken_with_its_weights():
    run = SimpleNamespace(sites=SITES, weights={"corridor_access": 3, "deprivation": 1}, criteria_known=CRITERIA)
    options = options_of(run)
    assert options.measured.index.tolist() == ["a", "b"]
    assert options.weights == {"corridor_access": 0.75, "deprivation": 0.25}
    assert options.measured["deprivation"].tolist() == [10.0, CRITERIA["deprivation"].worst]
    assert options.missing["deprivation"].tolist() == [False, True]
    assert options.value_table["corridor_access"].tolist() == [1.0, 0.5]
    assert options.value_table.loc["b", "deprivation"] == 0
    assert list(options_of(run, {"corridor_access": 1, "deprivation": 0}).weights) == ["corridor_access"]


def test_anchors_of_the_caller_go_before_declared_ones():
    matrix = pd.DataFrame({"corridor_access": [960.0], "canal_m": [None]})
    options = options_of(matrix.astype("float64"), {"corridor_access": 1, "canal_m": 1},
                         anchors={"corridor_access": (1160, 760), "canal_m": (500, 0)})  # fmt: skip
    assert options.value_table.iloc[0].tolist() == [0.5, 0.0]
    assert options.measured.iloc[0].tolist() == [960.0, 500.0]


def test_values_are_of_the_weighed_criteria_and_between_0_and_1():
    table, shares = check_values(pd.DataFrame({"x": [0.5, None], "y": [7.0, 8.0]}), {"x": 2, "y": 0})
    assert table.to_dict("list") == {"x": [0.5, 0.0]}
    assert shares == {"x": 1.0}
    with pytest.raises(InputError) as caught:
        check_values(pd.DataFrame({"y": [7.0, 8.0]}), {"x": 2, "y": 1})
    assert caught.value.faults == (
        "values: lacks the weighed criterion 'x'",
        "values: y lies outside 0–1; turn measurements into values first",
    )


def test_of_a_run_each_opportunity_stands_once_with_the_score_of_the_run(sample_run):
    run = open_run(sample_run)
    options = options_of(run)
    ranked = run.sites[run.sites["rank"].notna()]
    assert list(options.value_table.index) == list(ranked.index[ranked["ranked_as"] == ranked.index])
    assert len(options.value_table) < len(ranked)  # the sample has plots of one site
    scores = sum(options.value_table[name] * share for name, share in options.weights.items())
    pd.testing.assert_series_equal(scores, ranked["score"][scores.index], check_names=False, rtol=1e-12)
    plots = ranked[ranked["ranked_as"].duplicated(keep=False)]
    lead = plots["ranked_as"].iloc[0]
    homes = plots.loc[plots["ranked_as"] == lead, "capacity_dwellings"].sum()
    assert options.measured.loc[lead, "capacity"] == homes


def test_a_plot_is_explained_as_its_opportunity(sample_run):
    run = open_run(sample_run)
    ranked = run.sites[run.sites["rank"].notna()]
    plots = ranked[ranked["ranked_as"].duplicated(keep=False)]
    member = plots.index[plots["ranked_as"] != plots.index][0]
    lead = plots.loc[member, "ranked_as"]
    why = explain(run, member)
    assert why.sentences == explain(run, lead).sentences
    count = int((ranked["ranked_as"] == ranked.index).sum())
    assert why.sentences[0].startswith(f"{lead} is ")
    assert f" of {count} with a score of {ranked.loc[lead, 'score']:.2f} " in why.sentences[0]
