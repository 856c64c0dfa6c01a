"""Weights that are drawn: the right distribution, within what is admissible, and refused where nothing is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking import weight_draws
from siteprior.ranking.weight_draws import criteria_drawn, draw_faults, draw_weights, whole_number_faults

DRAWS = 20_000
ERRORS = 4
"""Standard errors that a mean of draws with a fixed seed may be off."""


def assert_mean(sample, expected):
    error = sample.std() / np.sqrt(len(sample))
    assert abs(sample.mean() - expected) <= ERRORS * error + 1e-12


def test_any_weights_are_uniform_on_the_simplex():
    drawn = draw_weights(criteria=["c", "a", "b"], draws=DRAWS, seed=1)
    assert list(drawn.columns) == ["a", "b", "c"]
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    for name in drawn:
        assert_mean(drawn[name], 1 / 3)
        assert_mean((drawn[name] > 0.5).astype(float), 0.25)  # (1 − 0.5)²


def test_an_order_gives_the_centroids_known_in_closed_form():
    # Barron and Barrett 1996, rank-order centroids: (1 + 1/2 + 1/3)/3, (1/2 + 1/3)/3, (1/3)/3
    drawn = draw_weights(admissible=["b", "c", "a"], draws=DRAWS, seed=1)
    assert ((drawn["b"] >= drawn["c"]) & (drawn["c"] >= drawn["a"])).all()
    for name, centroid in (("b", 11 / 18), ("c", 5 / 18), ("a", 2 / 18)):
        assert_mean(drawn[name], centroid)


def test_around_given_weights_has_the_mean_and_deviation_of_rank_bands():
    drawn = draw_weights({"a": 5, "b": 3, "c": 2, "none": 0}, draws=DRAWS, spread=0.15, seed=4)
    assert list(drawn.columns) == ["a", "b", "c"]
    share = np.array([0.5, 0.3, 0.2])
    for name, mean in zip("abc", share, strict=True):
        assert_mean(drawn[name], mean)
    np.testing.assert_allclose(drawn.std(), 0.15 * np.sqrt(share * (1 - share)), rtol=0.03)
    plain = np.random.default_rng(4).dirichlet(share * (1 / 0.15**2 - 1), size=DRAWS)
    np.testing.assert_array_equal(drawn, plain)
    still = draw_weights({"a": 1, "b": 3}, draws=3, spread=0, seed=4)
    assert still.to_numpy().tolist() == [[0.25, 0.75]] * 3


def test_uniform_may_be_asked_for_beside_weights():
    assert draw_weights({"b": 9, "a": 1}, admissible="uniform", draws=5, seed=1).equals(
        draw_weights(criteria=["a", "b"], draws=5, seed=1)
    )


def test_intervals_by_hand():
    # two criteria: a is uniform on 0.3 to 0.5, as b = 1 − a has to lie within 0.5 and 0.7
    drawn = draw_weights(admissible={"a": (0.2, 0.5), "b": (0.1, 0.7)}, draws=DRAWS, seed=1)
    assert drawn["a"].between(0.3, 0.5).all()
    assert_mean(drawn["a"], 0.4)
    assert_mean((drawn["a"] < 0.35).astype(float), 0.25)
    only = draw_weights(admissible={"a": (0.4, 0.9), "b": (0.6, 0.8)}, draws=4, seed=1)
    np.testing.assert_allclose(only, [[0.4, 0.6]] * 4)


def test_hit_and_run_agrees_with_rejection():
    low, high = np.array([0.05, 0.1, 0.0, 0.1]), np.array([0.5, 0.35, 0.4, 0.6])
    by_chains = weight_draws._hit_and_run(low, high, DRAWS, 10, np.random.default_rng(2))
    by_rejection = weight_draws._within(low, high, DRAWS, np.random.default_rng(3))
    assert (by_chains.max(axis=0) > by_rejection.max(axis=0) - 0.02).all()
    for one, other in zip(by_chains.T, by_rejection.T, strict=True):
        error = np.hypot(one.std(), other.std()) / np.sqrt(DRAWS)
        assert abs(one.mean() - other.mean()) < ERRORS * error
        assert one.std() == pytest.approx(other.std(), rel=0.03)
    np.testing.assert_allclose(by_chains.sum(axis=1), 1)


def test_narrow_intervals_are_drawn_where_rejection_would_not_end():
    names = [f"c{n:02}" for n in range(15)]
    intervals = dict.fromkeys(names, (0.0, 0.07))  # the mean is 1/15 = 0.0667: hardly a candidate falls in
    drawn = draw_weights(admissible=intervals, draws=400, seed=1)
    assert drawn.le(0.07).all(axis=None)
    assert drawn.ge(0).all(axis=None)
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    for name in names:
        assert_mean(drawn[name], 1 / 15)
    assert drawn.nunique().min() > 390


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=6))
def test_intervals_are_kept_or_refused(pairs):
    intervals = {f"c{n}": (min(pair), max(pair)) for n, pair in enumerate(pairs)}
    low, high = (sum(ends[side] for ends in intervals.values()) for side in (0, 1))
    if low > 1 + 1e-9 or high < 1 - 1e-9:
        with pytest.raises(InputError, match="ends sum to"):
            draw_weights(admissible=intervals, draws=20, seed=1)
        return
    drawn = draw_weights(admissible=intervals, draws=20, seed=1)
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    for name, (least, most) in intervals.items():
        assert drawn[name].between(least - 1e-9, most + 1e-9).all()


def test_order_of_criteria_and_seed():
    one = draw_weights(admissible={"a": (0, 0.6), "b": (0.1, 1)}, draws=9, seed=1)
    pd.testing.assert_frame_equal(one, draw_weights(admissible={"b": (0.1, 1), "a": (0, 0.6)}, draws=9, seed=1))
    assert not one.equals(draw_weights(admissible={"a": (0, 0.6), "b": (0.1, 1)}, draws=9, seed=2))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"admissible": {"a": (0.7, 0.8), "b": (0.5, 0.6)}}, "lower ends sum to 1.2, need 1; lower them by 0.2 in all"),
        ({"admissible": {"a": (0, 0.3), "b": (0, 0.6)}}, "upper ends sum to 0.9, need 1; raise them by 0.1 in all"),
        ({"admissible": {"a": (0.8, 0.3)}}, "'a' needs two shares, 0 ≤ low ≤ high ≤ 1"),
        ({"admissible": {"a": 0.8}}, "'a' needs two shares"),
        ({"admissible": {"a": ("0", 1)}}, "'a' needs two shares"),
        ({"admissible": ["a", "a"]}, "'a' stands twice"),
        ({"admissible": [1, 2]}, "the name of a criterion is a text, not 1"),
        ({"admissible": []}, "needs 'uniform', 'around', a list of criteria"),
        ({"admissible": 3}, "needs 'uniform', 'around', a list of criteria"),
        ({"admissible": "arround", "weights": {"a": 1}}, "arround"),
        ({"admissible": "around"}, "none given to draw around"),
        ({"admissible": ["a"], "weights": {"a": 1}}, "weights: not used where admissible is an order or intervals"),
        ({}, "criteria: none given"),
        ({"weights": {"a": -1}}, "weights"),
        ({"weights": {"a": 1}, "draws": 0}, "draws: needs at least 1, not 0"),
        ({"weights": {"a": 1}, "draws": 10**9}, "draws: 1,000,000,000 are too many"),
        ({"weights": {"a": 1}, "spread": 1}, "spread: needs a number from 0 to below 1, not 1"),
        ({"weights": {"a": 1}, "seed": -1}, "seed: needs a whole number"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(given, says):
    with pytest.raises(InputError, match=says):
        draw_weights(**{"seed": 1, "draws": 5} | given)


def test_every_fault_at_once():
    with pytest.raises(InputError) as caught:
        criteria_drawn(None, None, "around", draw_faults(1, 0, 2))
    assert len(caught.value.faults) == 3
    assert whole_number_faults(True, "k", 9) == ["k: needs a whole number, not True"]
