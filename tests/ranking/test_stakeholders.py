"""Several people's weights kept apart; criteria that go together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from siteprior.core.errors import InputError
from siteprior.ranking.stakeholders import compare_stakeholders, correlated_criteria

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)
VALUES = pd.DataFrame({"near": [1.0, 0.2, 0.6], "poor": [0.1, 1.0, None]}, index=list("abc"))


def test_weights_and_ranks_stand_side_by_side_by_hand():
    done = compare_stakeholders(
        VALUES, {"council": {"near": 3, "poor": 1}, "residents": {"near": 1, "poor": 4}}, first=1
    )
    assert done.weights.loc["near"].tolist() == pytest.approx([0.75, 0.2, 0.2, 0.75, 0.55])
    assert done.weights.loc["poor"].tolist() == pytest.approx([0.25, 0.8, 0.25, 0.8, 0.55])
    # council .775, .4, .45; residents .28, .84, .12: what is missing counts as 0
    assert done.ranks["council"].tolist() == [1, 3, 2]
    assert done.ranks["residents"].tolist() == [2, 1, 3]
    assert done.ranks["spread"].tolist() == [1, 2, 1]
    pair = done.pairs.iloc[0]
    assert pair[["one", "other", "shared"]].tolist() == ["council", "residents", 0]
    assert pair["spearman"] == pytest.approx(-0.5)
    # rank sums 3, 4, 5: 12 · 2 / (4 · 24) = .25
    assert done.concordance == pytest.approx(0.25)


def test_the_widest_spread_stands_first_and_nobody_is_averaged():
    sets = {"one": {"near": 0.5, "poor": 0.5}, "two": {"near": 1}, "three": {"near": 4, "poor": 1}}
    done = compare_stakeholders(VALUES, sets, first=2)
    assert done.weights["spread"].is_monotonic_decreasing
    assert list(done.weights) == list(done.ranks) == ["one", "two", "three", "lowest", "highest", "spread"]
    assert len(done.pairs) == 3
    assert done.weights.loc["poor", "two"] == 0


@EXAMPLES
@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=3, max_size=8),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=2, max_size=4), st.sampled_from([0.5, 3, 100]),
)  # fmt: skip
def test_weights_scaled_and_rows_reordered_change_nothing(rows, people, factor):
    values = pd.DataFrame(rows, columns=["near", "poor"], index=[f"s{place}" for place in range(len(rows))]) / 10
    sets = {f"p{place}": {"near": near, "poor": poor} for place, (near, poor) in enumerate(people)}
    done = compare_stakeholders(values, sets, first=2)
    scaled = {who: {name: weight * factor for name, weight in each.items()} for who, each in sets.items()}
    for other in (
        compare_stakeholders(values, scaled, first=2),
        compare_stakeholders(values.iloc[::-1], sets, first=2),
    ):
        pd.testing.assert_frame_equal(done.weights, other.weights, atol=1e-12, rtol=0)
        pd.testing.assert_frame_equal(done.ranks, other.ranks.loc[done.ranks.index])
        pd.testing.assert_frame_equal(done.pairs, other.pairs)
        assert done.concordance == pytest.approx(other.concordance, nan_ok=True)


def test_stakeholders_that_cannot_be_compared_are_refused_at_once():
    with pytest.raises(InputError) as caught:
        compare_stakeholders(VALUES, {"council": {"far": 1}, "spread": {"near": 1}, "us": {"near": -1}}, first=1)
    assert caught.value.faults[0] == "council: values: lacks the weighed criterion 'far'"
    assert (
        caught.value.faults[1] == "weights: a stakeholder needs a name other than lowest, highest, spread, not 'spread'"
    )
    assert caught.value.faults[2].startswith("us: weights: 'near' is negative")
    with pytest.raises(InputError, match="at least two stakeholders, holds 1"):
        compare_stakeholders(VALUES, {"council": {"near": 1}}, first=1)


def test_criteria_that_go_together_are_named_with_their_joint_weight():
    values = pd.DataFrame(
        {"near": [0.1, 0.5, 0.9, None], "index": [0.2, 0.5, 0.8, 0.0], "far": [0.9, 0.5, 0.1, 0.4],
         "large": [0.3, 0.3, 0.3, 0.3]}
    )  # fmt: skip
    done = correlated_criteria(values, {"near": 2, "index": 1, "far": 1, "large": 0})
    assert set(zip(done["one"], done["other"], strict=True)) == {("near", "index"), ("near", "far"), ("index", "far")}
    together = done[(done["one"] == "near") & (done["other"] == "index")].iloc[0]
    assert together["sites"] == 3  # the row without a walk says nothing of the two
    assert together["joint_weight"] == 0.75
    assert "may count one thing twice, with a joint weight of 75%" in together["reading"]
    against = done[(done["one"] == "near") & (done["other"] == "far")].iloc[0]
    assert against["reading"].startswith("near and far pull against each other (-1.00)")
    flat = correlated_criteria(values, {"near": 1, "large": 1}).iloc[0]
    assert np.isnan(flat["correlation"])
    assert flat["reading"] == ""


@EXAMPLES
@given(st.lists(st.tuples(*[st.integers(0, 20)] * 3), min_size=3, max_size=12), st.integers(0, 10))
def test_correlations_are_those_of_scipy_and_read_from_the_threshold_on(rows, tenths):
    values = pd.DataFrame(rows, columns=list("xyz")) / 20
    done = correlated_criteria(values, {"x": 1, "y": 1, "z": 2}, threshold=tenths / 10)
    for row in done.itertuples():
        one, other = values[row.one], values[row.other]
        if one.max() > one.min() and other.max() > other.min():
            assert row.correlation == pytest.approx(stats.pearsonr(one, other).statistic, abs=1e-9)
            assert bool(row.reading) == (abs(row.correlation) >= tenths / 10)
        else:
            assert not row.reading
    assert done["correlation"].abs().dropna().is_monotonic_decreasing


def test_a_threshold_that_is_none_is_refused():
    with pytest.raises(InputError, match="threshold: needs a number from 0 to 1, not 2"):
        correlated_criteria(VALUES, {"near": 1}, threshold=2)
