"""Sensitivity: the ends of a weight by hand and by brute force, Sobol indices against their closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siteprior.core.errors import InputError
from siteprior.ranking.sensitivity import sobol_indices, weight_moves

WEIGHTS = {"a": 5.0, "b": 3.0, "c": 2.0}
ENDS = ["lowest", "highest"]


def sites(cells):
    return pd.DataFrame(cells, columns=list("abcde")[: np.shape(cells)[1]], index=[f"s{n}" for n in range(len(cells))])


def shortlist(values, weights, name, share, k):
    """Return the sites of the first k ranks with one weight moved, the others scaled."""
    total = sum(weights.values())
    moved = {c: w / total * (1 - share) / (1 - weights[name] / total) for c, w in weights.items()} | {name: share}
    scores = (values[list(moved)].to_numpy() @ np.array(list(moved.values()))).round(12)
    ahead = (scores[None, :] > scores[:, None]).sum(axis=1)
    return set(np.flatnonzero(ahead < k))


class TestWeightMoves:
    def test_by_hand(self):
        # C(.6, .6) is first between shares of .4 and .6 of a: A(1, 0) has the score w, B(0, 1) has 1 − w
        values = sites([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
        done = weight_moves(values, {"a": 1, "b": 1}, k=1)
        assert done[ENDS].loc["a"].tolist() == pytest.approx([0.4, 0.6])
        assert done.loc["a"].iloc[3:].tolist() == ["s1", "s2", "s0", "s2"]
        assert done.loc["b"].iloc[3:].tolist() == ["s0", "s2", "s1", "s2"]
        assert done["share"].tolist() == [0.5, 0.5]

    def test_what_never_changes(self):
        values = sites([[0.9, 0.8, 0.9], [0.5, 0.4, 0.5], [0.1, np.nan, 0.3]])
        for k in (1, 2, 3, 25):
            done = weight_moves(values, WEIGHTS, k=k)
            assert (done[ENDS] == [0, 1]).all(axis=None)
            assert done.iloc[:, 3:].isna().all(axis=None)

    def test_a_weight_of_zero_can_be_raised_and_one_that_is_all_cannot_move(self):
        values = sites([[0.6, 0.0], [0.5, 1.0]])
        done = weight_moves(values, {"a": 1, "b": 0}, k=1)
        assert done[ENDS].loc["a"].tolist() == [1, 1]
        assert done[ENDS].loc["b"].tolist() == pytest.approx([0, 1 / 11])  # 0.6 (1 − w) = 0.5 (1 − w) + w
        assert done["enters_above"]["b"] == "s1"

    def test_ties_for_the_last_place(self):
        # s1 and s2 tie in second place at equal weights, and part with any move
        values = sites([[1.0, 1.0], [0.6, 0.4], [0.4, 0.6], [0.0, 0.0]])
        done = weight_moves(values, {"a": 1, "b": 1}, k=2)
        assert done[ENDS].loc["a"].tolist() == [0.5, 0.5]
        assert done.loc["a"].iloc[3:].tolist() == ["s2", "s1", "s1", "s2"]
        # of three that tie in first place, two may stay tied for the second
        values = sites([[0.6, 0.4], [0.5, 0.5], [0.5, 0.5], [0.0, 0.7]])
        done = weight_moves(values, {"a": 1, "b": 1}, k=2)
        assert done.loc["a", "highest"] == 1
        assert done.loc["a", "lowest"] == 0.5

    @settings(deadline=None, derandomize=True, max_examples=100)
    @given(arrays(int, (9, 3), elements=st.integers(0, 10)), st.integers(1, 8))
    def test_against_brute_force(self, cells, k):
        values = sites(cells / 10)
        done = weight_moves(values, WEIGHTS, k=k)
        for name, row in done.iterrows():
            now = shortlist(values, WEIGHTS, name, row["share"], k)
            inside = np.linspace(row["lowest"], row["highest"], 21)[1:-1]
            assert all(shortlist(values, WEIGHTS, name, share, k) == now for share in inside)
            for end, side, way in (("lowest", "below", -1), ("highest", "above", 1)):
                beyond = row[end] + way * 1e-7
                if row[f"leaves_{side}"] is not None and 0 <= beyond <= 1:
                    assert shortlist(values, WEIGHTS, name, beyond, k) != now
                elif row[f"leaves_{side}"] is None:
                    assert row[end] in (0, 1)

    def test_rows_and_scale_change_nothing(self):
        values = sites(np.random.default_rng(1).random((200, 3)))
        done = weight_moves(values, WEIGHTS, k=10)
        assert ((done["lowest"] < done["share"]) & (done["share"] < done["highest"])).all()
        mixed = values.sample(frac=1, random_state=1)
        pd.testing.assert_frame_equal(weight_moves(mixed, {c: w * 3 for c, w in WEIGHTS.items()}, k=10), done)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"values": sites([[1.5, 0.0, 0.0]])}, "values: a lie outside 0–1"),
            ({"values": sites([[0.5, 0.0]])}, "values: lacks the weighed criteria c"),
            ({"values": sites([[0.5, 0.0, 0.0]] * 2).set_axis(["s", "s"])}, "holds a site more than once"),
            ({"weights": {"a": -1}}, "weights"),
            ({"k": 0}, "k: needs at least 1, not 0"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, change, says):
        given = {"values": sites([[0.5, 0.0, 0.0]]), "weights": WEIGHTS, "k": 1} | change
        with pytest.raises(InputError, match=says):
            weight_moves(given.pop("values"), given.pop("weights"), **given)


class TestSobol:
    def test_a_linear_model_has_its_closed_form(self):
        # Y = Σ w x with x uniform: V(E[Y|X]) = w² range² / 12; nothing works together, so total = first
        values = sites([[0.5, 0.5, 0.5], [0.4, 0.4, 0.4]])
        reach = np.array([0.1, 0.3, 0.5])
        low, high = values - reach * [[1], [0]], values + reach * [[1], [0]]
        done = sobol_indices(values, WEIGHTS, "s0", low=low, high=high, spread=0, samples=4096, seed=1)
        parts = (np.array([0.5, 0.3, 0.2]) * reach) ** 2
        np.testing.assert_allclose(done["first"], parts / parts.sum(), atol=0.01)
        np.testing.assert_allclose(done["total"], parts / parts.sum(), atol=0.01)
        assert done.index.tolist() == [("value", "a"), ("value", "b"), ("value", "c")]

    def test_weights_alone_and_together_with_values(self):
        # two criteria, values 1 and 0: Y = w, a share G1/(G1 + G2), the same total for both gamma variables
        values = sites([[1.0, 0.0], [0.2, 0.3]])
        done = sobol_indices(values, {"a": 1, "b": 1}, "s0", spread=0.3, samples=4096, seed=1)
        assert done.index.tolist() == [("weight", "a"), ("weight", "b")]
        assert done["first"].iloc[0] == pytest.approx(done["first"].iloc[1], abs=0.03)
        assert done["first"].sum() == pytest.approx(1, abs=0.1)
        assert (done["total"] >= done["first"] - 0.02).all()
        both = sobol_indices(values, {"a": 1, "b": 1}, "s0", low=values * 0.8, high=values, spread=0.3, seed=1)
        assert both.index.tolist() == [("weight", "a"), ("weight", "b"), ("value", "a")]
        assert both["first"].sum() < 1.05

    def test_a_rank_by_hand(self):
        # of one criterion: the rank is 1 above 0.5, 2 below: all from the one value
        values = sites([[0.4], [0.5]])
        low, high = sites([[0.0], [0.5]]), sites([[1.0], [0.5]])
        done = sobol_indices(values, {"a": 1}, "s0", low=low, high=high, of="rank", seed=1)
        np.testing.assert_allclose(done, [[1, 1]], atol=0.03)
        # two values, site first where both are above one half on average: symmetric, and they work together
        values = sites([[0.4, 0.4], [0.5, 0.5]])
        low, high = sites([[0.0, 0.0], [0.5, 0.5]]), sites([[1.0, 1.0], [0.5, 0.5]])
        equal = {"a": 1, "b": 1}
        done = sobol_indices(values, equal, "s0", low=low, high=high, of="rank", spread=0, samples=4096, seed=1)
        # P(first | x) = x, so V(E) = 1/12 of V = 1/4: first 1/3, total 2/3
        np.testing.assert_allclose(done, [[1 / 3, 2 / 3]] * 2, atol=0.03)

    def test_what_does_not_vary(self):
        values = sites([[0.4, 0.3], [0.5, 0.5]])
        assert sobol_indices(values, {"a": 1, "b": 1}, "s0", spread=0, seed=1).empty
        sure = sobol_indices(sites([[0.9, 0.9], [0.1, 0.1]]), {"a": 1, "b": 1}, "s0", of="rank", seed=1)
        assert (sure == 0).all(axis=None)

    def test_the_seed_decides(self):
        values = sites([[1.0, 0.2, 0.1], [0.2, 0.3, 0.4]])
        done = sobol_indices(values, WEIGHTS, "s0", samples=64, seed=1)
        turned = sobol_indices(values.iloc[::-1], dict(reversed(WEIGHTS.items())), "s0", samples=64, seed=1)
        pd.testing.assert_frame_equal(turned, done)
        assert not sobol_indices(values, WEIGHTS, "s0", samples=64, seed=2).equals(done)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"site": "s9"}, "site: 's9' does not stand once in the index of values"),
            ({"samples": 100}, "samples: needs a power of 2, not 100; 64 is one"),
            ({"of": "place"}, "of: needs 'score' or 'rank', not 'place'"),
            ({"spread": 1}, "spread: needs a number from 0 to below 1"),
            ({"seed": None}, "seed: needs a whole number"),
            ({"low": sites([[0.0, 0.0, 0.0]])}, "low and high go together"),
            ({"weights": {"z": 1}}, "lacks the weighed criteria z"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, change, says):
        given = {"values": sites([[0.5, 0.1, 0.2]]), "weights": WEIGHTS, "site": "s0", "seed": 1} | change
        with pytest.raises(InputError, match=says):
            sobol_indices(given.pop("values"), given.pop("weights"), given.pop("site"), **given)
