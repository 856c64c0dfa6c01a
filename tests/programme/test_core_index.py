"""Robust portfolios: the published check, every pair of portfolios compared by hand, and draws that come near it."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.programme import Budget, Exclusive, Floor, InfeasibleError, LockedIn, choose_programme, core_indices
from siteprior.programme.core_index import drawn_weights, extreme_weights

FIVE = pd.DataFrame({"a": [8, 6, 3, 5, 2], "b": [2, 5, 8, 4, 3], "cost": [4, 5, 4, 3, 2]}, index=[1, 2, 3, 4, 5])
AROUND = {"a": (0.4, 0.6), "b": (0.4, 0.6)}


def test_the_published_portfolios_and_their_core_index():
    found = core_indices(FIVE, weights=AROUND, budget=9, seed=1)
    assert found.exact
    assert found.portfolios["site_ids"].tolist() == ["1; 4; 5", "3; 4; 5"]
    assert found.sites["core_index"].tolist() == [0.5, 0, 0.5, 1, 1]
    assert found.sites["core_class"].tolist() == ["borderline", "never in", "borderline", "always in", "always in"]


@pytest.mark.parametrize("ranges", [False, True])
def test_non_dominated_as_every_pair_says(ranges):
    for case in range(6):
        rng = np.random.default_rng([case, ranges])
        table = pd.DataFrame(rng.integers(1, 9, (6, 3)), columns=list("xyz"), index=list("abcdef")).astype(float)
        table["cost"] = rng.integers(1, 6, 6)
        weights = {"x": (0.2, 0.6), "y": (0.1, 0.5), "z": 0.3}
        spread = rng.integers(0, 3, (6, 3)) * ranges
        low, high = table[list("xyz")] - spread, table[list("xyz")] + spread
        given = {"low": low, "high": high} if ranges else {}
        found = core_indices(table, weights=weights, budget=9, seed=1, constraints=Exclusive(["a", "b"]), **given)
        corners = extreme_weights(np.array([(0.2, 0.6), (0.1, 0.5), (0.3, 0.3)]))
        sets = [
            set(names) for size in range(7) for names in combinations("abcdef", size)
            if table.loc[list(names), "cost"].sum() <= 9 and not {"a", "b"} <= set(names)
        ]  # fmt: skip

        def dominates(p, q, low=low, high=high, corners=corners):
            own, other = sorted(p - q), sorted(q - p)
            worst = corners @ (low.loc[own].sum() - high.loc[other].sum()).to_numpy()
            best = corners @ (high.loc[own].sum() - low.loc[other].sum()).to_numpy()
            return (worst >= -1e-9).all() and (best > 1e-9).any()

        kept = [q for q in sets if not any(dominates(p, q) for p in sets)]
        assert sorted(found.portfolios["site_ids"]) == sorted("; ".join(sorted(q)) for q in kept)
        for site, index in found.sites["core_index"].items():
            assert index == pytest.approx(np.mean([site in q for q in kept]))


def test_corners_of_the_weights():
    whole = extreme_weights(np.array([(0, 1)] * 3))
    assert whole.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    assert extreme_weights(np.array([(0.5, 0.5), (0.5, 0.5)])).tolist() == [[0.5, 0.5]]


def test_drawn_weights_are_even_and_within_their_bounds():
    whole = drawn_weights(np.array([(0.0, 1.0)] * 3), seed=3, draws=1500)
    # evenly on the triangle: mean 1/3, variance 1/18 (Dirichlet with ones)
    assert np.allclose(whole.mean(axis=0), 1 / 3, atol=0.03)
    assert np.allclose(whole.var(axis=0), 1 / 18, atol=0.008)
    bounds = np.array([(0.1, 0.3), (0.2, 0.9), (0.0, 0.4)])
    some = drawn_weights(bounds, seed=3, draws=500)
    assert ((some >= bounds[:, 0] - 1e-12) & (some <= bounds[:, 1] + 1e-12)).all()
    assert np.allclose(some.sum(axis=1), 1)
    assert (drawn_weights(bounds, seed=3, draws=100) == some[:100]).all()


def many():
    rng = np.random.default_rng(8)
    table = pd.DataFrame(rng.uniform(0, 1, (40, 3)), columns=list("xyz"), index=[f"s{n}" for n in range(40)])
    return table.assign(cost=rng.integers(1, 9, 40))


def test_of_many_sites_the_best_of_each_draw_and_it_says_so():
    sites, weights = many(), dict.fromkeys("xyz", (0.1, 0.8))
    found = core_indices(sites, weights=weights, budget=40, seed=5, draws=30, gap=0)
    assert not found.exact
    assert found.basis.startswith("an approximation: the best portfolio, to a proven 0%, of each of 30 draws")
    assert found.portfolios["share"].sum() == pytest.approx(1)
    drawn = drawn_weights(np.array([(0.1, 0.8)] * 3), seed=5, draws=30)
    by_hand = pd.Series(0.0, index=sites.index)
    for weight in drawn:
        value = sites.assign(benefit=sites[list("xyz")] @ weight)
        by_hand[choose_programme(value, budget=40, gap=0).chosen.index] += 1 / 30
    pd.testing.assert_series_equal(found.sites["core_index"].sort_index(), by_hand.sort_index(), check_names=False)
    mixed = core_indices(sites.iloc[::-1], weights=weights, budget=40, seed=5, draws=30, gap=0)
    pd.testing.assert_frame_equal(found.sites, mixed.sites)


def test_doubtful_data_make_more_sites_borderline():
    sites = many()
    values = sites[list("xyz")]
    weights = {"x": 0.4, "y": 0.3, "z": 0.3}
    sure = core_indices(sites, weights=weights, budget=40, seed=5, draws=20)
    wide = core_indices(sites, weights=weights, budget=40, seed=5, draws=20, low=values * 0.5, high=values * 1.5)
    assert (sure.sites["core_class"] == "borderline").sum() == 0
    assert (wide.sites["core_class"] == "borderline").sum() > 3


def test_a_criterion_that_is_missing_leaves_the_site_out():
    found = core_indices(FIVE.assign(a=[None, 6, 3, 5, 2]), weights=AROUND, budget=9, seed=1)
    assert found.left_out["reason"].to_dict() == {1: "a unknown"}
    assert 1 not in found.sites.index


def test_a_programme_in_years_is_approximated():
    found = core_indices(FIVE, weights=AROUND, budget=Budget(years={2027: 4, 2028: 5}), seed=1, draws=10)
    assert not found.exact
    assert (found.portfolios["cost"] <= 9).all()


def test_faults():
    for words, given in (
        ("a needs a number of 0–1", {"weights": {"a": 2}}),
        ("sum to 0.2 at least and 0.4 at most", {"weights": {"a": (0.1, 0.2), "b": (0.1, 0.2)}}),
        ("draws: needs", {"draws": 0}),
        ("seed: needs", {"seed": -1}),
        ("low and high go together", {"low": FIVE}),
        ("low: lacks b", {"low": FIVE[["a"]], "high": FIVE}),
        ("a of '1' is 8, not between", {"low": FIVE + 1, "high": FIVE + 2}),
        ("unknown column 'c'", {"weights": {"c": 1}}),
    ):
        with pytest.raises(InputError, match=words):
            core_indices(FIVE, **{"weights": AROUND, "budget": 9, "seed": 1} | given)
    with pytest.raises(InfeasibleError):
        core_indices(FIVE, weights=AROUND, budget=9, seed=1, constraints=LockedIn([1, 2, 3]))
    with pytest.raises(InfeasibleError):
        core_indices(many(), weights={"x": 1}, budget=9, seed=1, constraints=Floor("sites", 30))


DRAWN = pd.DataFrame({"need": [0.4, 0.5, 0.6], "access": [0.6, 0.5, 0.4]})


def test_weights_that_were_drawn_are_taken_draw_by_draw():
    sites = pd.DataFrame(
        {"need": [8, 6, 3, 5, 2], "access": [2, 5, 8, 4, 3], "cost": [4, 5, 4, 3, 2]}, index=list("abcde")
    )
    found = core_indices(sites, weights=DRAWN, budget=9, seed=1)
    assert not found.exact
    for _, weights in DRAWN.iterrows():
        value = sites["need"] * weights["need"] + sites["access"] * weights["access"]
        best = choose_programme(sites.assign(benefit=value), budget=9, gap=0.0)
        assert "; ".join(best.chosen.index) in set(found.portfolios["site_ids"])
    assert found.sites["core_index"].between(0, 1).all()


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (DRAWN.iloc[:0], "needs a row per draw"),
        (DRAWN * 2, "have to sum to 1"),
        (DRAWN - 0.5, "needs a row per draw with a share from 0"),
    ],
)
def test_drawn_weights_that_are_none_are_refused(weights, words):
    sites = pd.DataFrame({"need": [8], "access": [2], "cost": [4]})
    with pytest.raises(InputError, match=words):
        core_indices(sites, weights=weights, budget=9, seed=1)
