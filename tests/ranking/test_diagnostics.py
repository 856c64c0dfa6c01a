"""Entropy and CRITIC against the check values and the two libraries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pymcdm.weights import critic_weights, entropy_weights
from skcriteria.preprocessing.weighters import critic_weights as sk_critic
from skcriteria.preprocessing.weighters import entropy_weights as sk_entropy

from siteprior.core.errors import InputError
from siteprior.ranking.diagnostics import spread_weights

ANCHORS = {"ai": (6, 22), "imd": (20, 60), "gap": (45, 5)}
WEIGHTS = {"ai": 40, "imd": 35, "gap": 25}
SITES = pd.DataFrame(
    [[15.16, 38, 12], [9.91, 52, 30], [22, 20, 5], [6, 60, 45]], index=list("abcd"), columns=list(ANCHORS)
)


def test_the_check_values_of_the_methods():
    done = spread_weights(SITES, WEIGHTS, anchors=ANCHORS)
    assert done["stated"].tolist() == [0.40, 0.35, 0.25]
    assert done["entropy"].round(6).tolist() == [0.246283, 0.165848, 0.587868]
    assert done["critic"].round(6).tolist() == [0.250862, 0.493388, 0.255750]


@pytest.mark.parametrize("seed", range(40))
def test_both_are_those_of_the_libraries_on_random_problems(seed):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.uniform(1, 100, (int(random.integers(3, 30)), int(random.integers(2, 8)))))
    table.columns = [f"c{place}" for place in table]
    costs = random.random(table.shape[1]) < 0.4
    anchors = {name: (100, 1) if cost else (1, 100) for name, cost in zip(table, costs, strict=True)}
    done = spread_weights(table, dict.fromkeys(table, 1), anchors=anchors)
    numbers, signs = table.to_numpy(), np.where(costs, -1, 1)
    np.testing.assert_allclose(done["entropy"], entropy_weights(numbers), rtol=0, atol=1e-9)
    np.testing.assert_allclose(done["entropy"], sk_entropy(numbers), rtol=0, atol=1e-9)
    np.testing.assert_allclose(done["critic"], critic_weights(numbers * signs), rtol=0, atol=1e-9)
    np.testing.assert_allclose(done["critic"], sk_critic(numbers, signs), rtol=0, atol=1e-9)


def test_what_has_no_shares_or_no_spread_has_no_weights():
    table = pd.DataFrame({"x": [1.0, 1.0], "y": [-1.0, 2.0]})
    done = spread_weights(table, {"x": 1, "y": 1}, anchors={"x": (0, 9), "y": (-9, 9)})
    assert done["entropy"].isna().all()
    assert done["critic"].isna().all()  # one criterion with spread: it disagrees with none
    alike = pd.DataFrame({"x": [1.0, 1.0], "y": [2.0, 2.0]})
    assert (
        spread_weights(alike, {"x": 1, "y": 1}, anchors={"x": (0, 9), "y": (0, 9)})
        .drop(columns="stated")
        .isna()
        .all(axis=None)
    )
    with pytest.raises(InputError, match="at least two sites, it holds 1"):
        spread_weights(table.head(1), {"x": 1}, anchors={"x": (0, 9)})


def test_a_zero_is_no_information_lost_and_a_missing_one_is_the_worst():
    # p ln p is 0 at 0: of shares (0, .5, .5) the entropy is ln 2 / ln 3
    table = pd.DataFrame({"x": [None, 4.0, 4.0], "y": [1.0, 2.0, 3.0]})
    done = spread_weights(table, {"x": 1, "y": 1}, anchors={"x": (0, 9), "y": (0, 9)})
    shares = np.array([1, 2, 3]) / 6
    parts = np.array([1 - np.log(2) / np.log(3), 1 + (shares * np.log(shares)).sum() / np.log(3)])
    np.testing.assert_allclose(done["entropy"], parts / parts.sum(), atol=1e-12)
