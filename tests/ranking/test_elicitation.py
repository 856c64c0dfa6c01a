"""Weights that people state: by hand, and what any such weights must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking.elicitation import direct_weights, interval_weights, ordinal_weights, swing_weights

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=60)


def test_swings_are_relative_to_the_best():
    assert swing_weights({"near": 100, "poor": 60, "large": 40}) == {"near": 0.5, "poor": 0.3, "large": 0.2}
    assert swing_weights({"near": 100, "poor": 0}) == {"near": 1.0, "poor": 0.0}


@pytest.mark.parametrize(
    ("swings", "says"),
    [
        ({"near": 90, "poor": 40}, "none has 100 points; the largest is 90: the swing that matters most has 100"),
        ({"near": 100, "poor": 120}, "'poor' needs points from 0 to 100, not 120"),
        ({"near": 100, "poor": -1}, "'poor' needs points from 0 to 100, not -1"),
        ({"near": 100, "poor": "40"}, "'poor' needs points from 0 to 100, not '40'"),
        ({}, "none has 100 points: the swing"),
        (None, "needs a mapping criterion → points"),
    ],
)
def test_swings_that_are_none_are_refused(swings, says):
    with pytest.raises(InputError, match=says):
        swing_weights(swings)


def test_points_are_shared_out():
    assert direct_weights({"near": 70, "poor": 30}, total=100) == {"near": 0.7, "poor": 0.3}
    assert direct_weights({"near": 7, "poor": 3}) == {"near": 0.7, "poor": 0.3}
    with pytest.raises(InputError, match="points: sum to 90, not to the 100 that were to be shared out"):
        direct_weights({"near": 70, "poor": 20}, total=100)
    with pytest.raises(InputError, match="'near' is negative"):
        direct_weights({"near": -70, "poor": 20})


def test_an_order_by_hand():
    # four criteria: centroid (1 + 1/2 + 1/3 + 1/4)/4 = 25/48, 13/48, 7/48, 3/48; sum 4/10, 3/10, 2/10, 1/10
    order = ["a", "b", "c", "d"]
    assert list(ordinal_weights(order, by="centroid").values()) == pytest.approx([25 / 48, 13 / 48, 7 / 48, 3 / 48])
    assert list(ordinal_weights(order, by="sum").values()) == pytest.approx([0.4, 0.3, 0.2, 0.1])
    tied = ordinal_weights(["a", ("b", "c"), "d"], by="centroid")
    assert tied["b"] == tied["c"] == pytest.approx(10 / 48)
    assert ordinal_weights([("a", "b")], by="sum") == {"a": 0.5, "b": 0.5}


@EXAMPLES
@given(st.integers(1, 12))
def test_the_centroid_is_the_mean_of_the_corners_of_all_weights_in_that_order(count):
    # the corners of w1 ≥ w2 ≥ … are (1, 0, …), (1/2, 1/2, 0, …), …, (1/n, …)
    corners = [[1 / size] * size + [0] * (count - size) for size in range(1, count + 1)]
    names = [f"c{place}" for place in range(count)]
    shares = list(ordinal_weights(names, by="centroid").values())
    np.testing.assert_allclose(shares, np.mean(corners, axis=0), atol=1e-12)
    for way in ("centroid", "sum"):
        weights = list(ordinal_weights(names, by=way).values())
        assert sum(weights) == pytest.approx(1)
        assert weights == sorted(weights, reverse=True)


def test_an_order_that_is_none_is_refused():
    for order, by, says in (
        (["a", "a"], "sum", "'a' stands more than once"),
        ([], "sum", "order: is empty"),
        ("near", "sum", "needs a list of criteria"),
        (["a", 5], "sum", "order: needs one name or several, got 5"),
        (["a"], "centre", "did you mean 'centroid'"),
    ):
        with pytest.raises(InputError, match=says):
            ordinal_weights(order, by=by)


def test_intervals_by_hand():
    # large has at most .2, near at least .4: poor at most 1 − .4 − .1 = .5, at least 1 − .6 − .2 = .2 < .3
    done = interval_weights({"near": (0.4, 0.6), "poor": (0.3, 0.9), "large": (0.1, 0.2)})
    assert done["lowest"].tolist() == [0.4, 0.3, 0.1]
    assert done["highest"].tolist() == [0.6, 0.5, 0.2]
    assert done["share"].tolist() == pytest.approx([0.48, 0.38, 0.14])
    fixed = interval_weights({"near": (0.7, 0.7), "poor": (0.3, 0.3)})
    assert fixed["share"].tolist() == [0.7, 0.3]


@pytest.mark.parametrize(
    ("intervals", "says"),
    [
        ({"near": (0.7, 0.8), "poor": (0.5, 0.6)}, r"the lows sum to 1.2, 0.2 more than 1; lower them by as much"),
        ({"near": (0.1, 0.3), "poor": (0.1, 0.5)}, r"the highs sum to 0.8, 0.2 less than 1; raise them by as much"),
        ({"near": (0.5, 0.3)}, r"'near' needs two shares from 0 to 1, the low one first, not \(0.5, 0.3\)"),
        ({"near": 0.5}, "'near' needs two shares"),
        ({"near": (0, 2)}, "'near' needs two shares"),
        ({}, "none given"),
    ],
)
def test_intervals_that_no_weights_fit_are_refused(intervals, says):
    with pytest.raises(InputError, match=says):
        interval_weights(intervals)


@EXAMPLES
@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=6))
def test_ranges_round_weights_hold_them_and_are_reached(parts):
    total = sum(part for part, _, _ in parts)
    if total == 0:
        return
    shares = [part / total for part, _, _ in parts]
    intervals = {
        f"c{place}": (max(0.0, share - down / 100), min(1.0, share + up / 100))
        for place, (share, (_, down, up)) in enumerate(zip(shares, parts, strict=True))
    }
    done = interval_weights(intervals)
    assert done["share"].sum() == pytest.approx(1, abs=1e-9)
    for column in ("share", "lowest", "highest"):
        assert (done[column] >= done["low"] - 1e-9).all()
        assert (done[column] <= done["high"] + 1e-9).all()
    assert (done["lowest"] <= np.array(shares) + 1e-9).all()
    assert (done["highest"] >= np.array(shares) - 1e-9).all()
    for name in done.index:  # each end is that of some weights: the others can make up the rest
        others = done.drop(index=name)
        for end in ("lowest", "highest"):
            rest = 1 - done.loc[name, end]
            assert others["low"].sum() - 1e-9 <= rest <= others["high"].sum() + 1e-9
