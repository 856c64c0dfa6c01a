"""Rank bands: deterministic, free of row order, true to dominance, and right where the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.random_streams import seed_keys, uniform
from siteprior.ranking import bands as robustness
from siteprior.ranking.bands import rank_bands

WEIGHTS = {"a": 5.0, "b": 3.0, "c": 2.0}


def sites(cells):
    index = pd.Index([f"E1:{n}" for n in range(len(cells))], name="site_id")
    return pd.DataFrame(cells, columns=list("abc")[: np.shape(cells)[1]], index=index)


def spread_out(number, seed=3):
    return sites(np.random.default_rng(seed).random((number, 3)).round(2))


def plain(values, weights, *, seed, draws, spread):
    """Do the same with nothing clever: every draw ranked by pandas, all ranks kept, numpy's percentile."""
    names = sorted(name for name in weights if weights[name] > 0)
    share = np.array([weights[name] for name in names]) / sum(weights.values())
    drawn = np.random.default_rng(seed).dirichlet(share * (1 / spread**2 - 1), size=draws)
    scores = (values[names].fillna(0).to_numpy() @ drawn.T).round(12)
    ranks = pd.DataFrame(scores, index=values.index).rank(method="min", ascending=False).to_numpy()
    low, high = np.percentile(ranks, [5, 95], axis=1, method="inverted_cdf")
    return pd.DataFrame({"rank_p05": low, "rank_p95": high}, index=values.index).astype("Int64")


@pytest.mark.parametrize("draws", [1, 7, 100, 333])
def test_against_the_plain_way(draws):
    values = spread_out(40)
    values.iloc[3, 1] = np.nan
    values.iloc[5] = values.iloc[6]
    options = {"seed": 11, "draws": draws, "spread": 0.3}
    pd.testing.assert_frame_equal(rank_bands(values, WEIGHTS, **options), plain(values, WEIGHTS, **options))


def test_the_size_of_the_blocks_changes_nothing(monkeypatch):
    values = spread_out(50)
    whole = rank_bands(values, WEIGHTS, seed=2, draws=500, spread=0.2)
    for size in (1, 700, 5_000):
        monkeypatch.setattr(robustness, "_BLOCK", size)
        pd.testing.assert_frame_equal(rank_bands(values, WEIGHTS, seed=2, draws=500, spread=0.2), whole)


def test_known_acceptability():
    # METHODS 2e, SMAA with exact answers: A(1,0), B(0,1), C(.6,.6) under uniform weights rank first in .4, .4, .2
    # and third in .5, .5, 0 of the draws. Two weights of one half with spread 1/√3 are Dirichlet(1, 1) = uniform.
    values = sites([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
    done = rank_bands(values, {"a": 1, "b": 1}, seed=0, draws=4000, spread=1 / np.sqrt(3))
    assert done["rank_p05"].tolist() == [1, 1, 1]
    assert done["rank_p95"].tolist() == [3, 3, 2]


def test_spread_is_the_deviation_it_says():
    share = np.array([0.5, 0.3, 0.2])
    drawn = np.vstack(list(robustness._weight_blocks(share, seed=4, draws=40_000, spread=0.15, size=900)))
    np.testing.assert_allclose(drawn.sum(axis=1), 1)
    np.testing.assert_allclose(drawn.mean(axis=0), share, atol=2e-3)
    np.testing.assert_allclose(drawn.std(axis=0), 0.15 * np.sqrt(share * (1 - share)), rtol=0.02)


def test_no_spread_gives_the_rank_itself():
    values = spread_out(30)
    done = rank_bands(values, WEIGHTS, seed=1, draws=20, spread=0)
    scores = values @ (pd.Series(WEIGHTS) / 10)
    expected = scores.round(12).rank(method="min", ascending=False).astype("Int64")
    assert done["rank_p05"].tolist() == done["rank_p95"].tolist() == expected.tolist()


def test_rows_weights_and_blanks_of_zero_in_any_order():
    values = spread_out(60)
    done = rank_bands(values, WEIGHTS, seed=9, draws=300, spread=0.25)
    shuffled = rank_bands(values.sample(frac=1, random_state=2), WEIGHTS, seed=9, draws=300, spread=0.25)
    pd.testing.assert_frame_equal(shuffled.loc[done.index], done)
    turned = rank_bands(values[list("cba")], dict(reversed(WEIGHTS.items())), seed=9, draws=300, spread=0.25)
    pd.testing.assert_frame_equal(turned, done)
    with_nought = rank_bands(values.assign(d=0.5), WEIGHTS | {"d": 0}, seed=9, draws=300, spread=0.25)
    pd.testing.assert_frame_equal(with_nought, done)
    assert not rank_bands(values, WEIGHTS, seed=10, draws=300, spread=0.25).equals(done)


def test_ties_share_the_better_rank_in_every_draw():
    values = sites([[0.9, 0.9, 0.9]] + [[0.5, 0.4, 0.3]] * 5 + [[0.1, 0.1, 0.1]])
    done = rank_bands(values, WEIGHTS, seed=1, draws=200, spread=0.4)
    assert done["rank_p05"].tolist() == done["rank_p95"].tolist() == [1, 2, 2, 2, 2, 2, 7]


def test_one_site_no_site_one_criterion():
    assert rank_bands(sites([[0.2, 0.1, 0.0]]), WEIGHTS, seed=1, draws=50, spread=0.15).iloc[0].tolist() == [1, 1]
    none = rank_bands(sites(np.empty((0, 3))), WEIGHTS, seed=1, draws=50, spread=0.15)
    assert none.empty
    assert [str(kind) for kind in none.dtypes] == ["Int64", "Int64"]
    alone = rank_bands(spread_out(9), {"a": 2.0, "b": 0.0}, seed=1, draws=50, spread=0.15)
    assert (alone["rank_p05"] == alone["rank_p95"]).all()


@settings(deadline=None, derandomize=True, max_examples=40)
@given(arrays(float, (8, 3), elements=st.floats(0, 1)), st.floats(0.01, 0.95))
def test_a_dominated_site_never_ranks_above_its_dominator(cells, spread):
    values = sites(np.vstack([cells, cells * 0.9]))
    rows, place, count = np.unique(values.to_numpy(), axis=0, return_inverse=True, return_counts=True)
    drawn = np.vstack(
        list(robustness._weight_blocks(np.array([0.5, 0.3, 0.2]), seed=1, draws=60, spread=spread, size=60))
    )
    ranks = robustness._ranks(rows, count, drawn)[:, place.ravel()]
    assert (ranks[:, :8] <= ranks[:, 8:]).all()
    done = rank_bands(values, WEIGHTS, seed=1, draws=60, spread=spread)
    assert (done["rank_p05"] <= done["rank_p95"]).all()
    assert done.isin(range(1, len(values) + 1)).all(axis=None)
    assert (done.iloc[:8].to_numpy() <= done.iloc[8:].to_numpy()).all()


def test_bad_calls_are_refused_at_once():
    with pytest.raises(SitePriorError) as caught:
        rank_bands(spread_out(3) + 1, {"a": -1, "z": 1}, seed=1, draws=0, spread=1)
    assert caught.value.faults == (
        "weights: each needs to be 0 or more, and one above 0",
        "values: lacks the weighed criteria z",
        "values: a, b, c lie outside 0–1; turn measurements into values first",
        "draws: needs at least 1, not 0",
        "spread: needs a number from 0 to below 1, not 1",
    )


def test_more_draws_than_fit_into_memory_are_refused():
    with pytest.raises(SitePriorError, match="draws: 1,000,000,000,000 are too many; 500,000 are taken at most"):
        rank_bands(spread_out(3), WEIGHTS, seed=1, draws=10**12, spread=0.1)


class TestRanges:
    """Facts that are not known for sure: they widen a band, and nothing else."""

    def bands(self, values, low=None, high=None, **options):
        return rank_bands(values, WEIGHTS, **{"seed": 3, "draws": 400, "spread": 0.15, **options}, low=low, high=high)

    def ranged(self, values, reach=0.15):
        return (values - reach).clip(lower=0), (values + reach).clip(upper=1)

    def test_no_width_gives_exactly_the_band_of_the_weights(self):
        values = spread_out(80)
        values.iloc[4, 1] = np.nan
        filled = values.fillna(0)
        pd.testing.assert_frame_equal(self.bands(values, filled, filled), self.bands(values))

    def test_against_the_plain_way(self):
        values = spread_out(25)
        low, high = self.ranged(values)
        names, share = list("abc"), np.array([0.5, 0.3, 0.2])
        drawn = np.random.default_rng(3).dirichlet(share * (1 / 0.15**2 - 1), size=400)
        keys = {name: seed_keys(values.index, seed=3, of=name) for name in names}
        ranks = []
        for number, weights in enumerate(drawn):
            chance = np.column_stack([uniform(keys[name], number) for name in names])
            scores = ((low + (high - low) * chance) @ weights).round(12)
            ranks.append(scores.rank(method="min", ascending=False))
        best, worst = np.percentile(np.array(ranks), [5, 95], axis=0, method="inverted_cdf")
        given = self.bands(values)
        done = self.bands(values, low, high)
        assert done["rank_p05"].tolist() == np.minimum(best, given["rank_p05"].to_numpy(float)).tolist()
        assert done["rank_p95"].tolist() == np.maximum(worst, given["rank_p95"].to_numpy(float)).tolist()

    @settings(deadline=None, derandomize=True, max_examples=25)
    @given(arrays(float, (9, 3), elements=st.floats(0, 1)), arrays(float, (9, 3), elements=st.floats(0, 0.5)))
    def test_a_band_is_never_narrower_than_that_of_the_weights(self, cells, reach):
        values = sites(cells)
        given, done = self.bands(values, draws=60), self.bands(values, *self.ranged(values, reach), draws=60)
        assert (done["rank_p05"] <= given["rank_p05"]).all()
        assert (done["rank_p95"] >= given["rank_p95"]).all()
        assert done.isin(range(1, 10)).all(axis=None)

    def test_by_hand_one_criterion(self):
        # Nine sites known at 0.1 … 0.9 and one that may be anywhere: evenly drawn, it ranks first where it is above
        # 0.9 (a tenth of the draws), last where below 0.1; the others move by at most the one place it takes.
        values = sites([[n / 10] for n in range(1, 10)] + [[0.35]])
        low, high = values.copy(), values.copy()
        low.iloc[-1], high.iloc[-1] = 0, 1
        done = rank_bands(values, {"a": 1}, seed=1, draws=2000, spread=0, low=low, high=high)
        assert done.iloc[-1].tolist() == [1, 10]
        assert done["rank_p05"].tolist()[:-1] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert done["rank_p95"].tolist()[:-1] == [10, 9, 8, 7, 6, 5, 4, 3, 2]
        low.iloc[-1], high.iloc[-1] = 0.25, 0.45  # third or fourth of the known ones at most is passed
        assert rank_bands(values, {"a": 1}, seed=1, draws=2000, spread=0, low=low, high=high).iloc[-1].tolist() == [
            6,
            8,
        ]

    @pytest.mark.parametrize("seed", range(8))
    def test_of_two_sites_alike_the_less_certain_has_the_wider_band(self, seed):
        values = spread_out(40, seed=seed)
        values.iloc[[0, 1, 2]] = 0.5
        low, high = values.copy(), values.copy()
        for row, reach in ((1, 0.2), (2, 0.5)):
            low.iloc[row], high.iloc[row] = 0.5 - reach, 0.5 + reach
        done = self.bands(values, low, high, seed=seed)
        assert done["rank_p05"].iloc[2] <= done["rank_p05"].iloc[1] <= done["rank_p05"].iloc[0]
        assert done["rank_p95"].iloc[2] >= done["rank_p95"].iloc[1] >= done["rank_p95"].iloc[0]

    @pytest.mark.parametrize("known", [0.0, 0.3, 1.0])
    def test_a_blank_among_known_facts_never_betters_the_worst_case(self, known):
        values = spread_out(40)
        values.iloc[5, 0] = known
        blank = values.copy()
        blank.iloc[5, 0] = np.nan
        low, high = blank.fillna(0), blank.fillna(1)
        before, after = self.bands(values, values, values), self.bands(blank, low, high)
        assert after["rank_p95"].iloc[5] >= before["rank_p95"].iloc[5]
        width = (after - before)["rank_p95"] - (after - before)["rank_p05"]
        assert width.iloc[5] > 0

    def test_sure_to_be_better_is_never_ranked_below(self):
        values = spread_out(30) * 0.4
        better = (values + 0.5).set_axis("x" + values.index)
        everyone = pd.concat([values, better])
        low, high = self.ranged(values, 0.05), self.ranged(better, 0.04)
        done = self.bands(everyone, pd.concat([low[0], high[0]]), pd.concat([low[1], high[1]]), spread=0.6)
        assert (done["rank_p05"].to_numpy()[30:] <= done["rank_p05"].to_numpy()[:30]).all()
        assert (done["rank_p95"].to_numpy()[30:] <= done["rank_p95"].to_numpy()[:30]).all()

    def test_rows_criteria_and_blocks_in_any_order_and_size(self, monkeypatch):
        values = spread_out(60)
        low, high = self.ranged(values)
        done = self.bands(values, low, high)
        mixed = values.sample(frac=1, random_state=4)
        shuffled = self.bands(mixed, low.loc[mixed.index], high.loc[mixed.index])
        pd.testing.assert_frame_equal(shuffled.loc[done.index], done)
        turned = self.bands(values[list("cba")], low[list("bca")], high)
        pd.testing.assert_frame_equal(turned, done)
        for size in (1, 700):
            monkeypatch.setattr(robustness, "_BLOCK", size)
            pd.testing.assert_frame_equal(self.bands(values, low, high), done)
        assert not self.bands(values, low, high, seed=4).equals(done)

    def test_ranges_that_make_no_sense_are_refused_at_once(self):
        values = spread_out(3)
        with pytest.raises(SitePriorError, match="low and high go together"):
            self.bands(values, values)
        with pytest.raises(SitePriorError, match="needs the sites of values and the criteria a, b, c"):
            self.bands(values, values[["a"]], values)
        with pytest.raises(SitePriorError, match="need 0 ≤ low ≤ value ≤ high ≤ 1"):
            self.bands(values, values + 0.01, values + 0.02)
        twice = values.set_axis(["a", "a", "b"])
        with pytest.raises(SitePriorError, match="holds a site more than once"):
            self.bands(twice, twice, twice)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"values": None}, r"values: needs a table \(DataFrame\), got NoneType"),
        ({"values": sites([["0.1"], ["0.9"]])}, "values: a needs numbers, holds '0.1' in row 'E1:0'"),
        ({"values": sites([[np.inf], [0.9]])}, "values: a needs finite numbers, holds inf in row 'E1:0'"),
        ({"weights": None}, "weights: needs a mapping criterion → weight, got None"),
        ({"weights": {"a": "1"}}, "weights: 'a' needs a number, not '1'"),
        ({"weights": {"a": float("inf")}}, "weights: 'a' needs a number, not inf"),
        ({"seed": None}, "seed: needs a whole number from 0 to 4294967295, not None"),
        ({"seed": -1}, "seed: needs a whole number from 0 to 4294967295, not -1"),
        ({"draws": 2.5}, "draws: needs a whole number, not 2.5"),
        ({"draws": True}, "draws: needs a whole number, not True"),
        ({"spread": "0.1"}, "spread: needs a number from 0 to below 1, not '0.1'"),
        ({"spread": float("nan")}, "spread: needs a number from 0 to below 1, not nan"),
        ({"low": "low", "high": sites([[1.0], [1.0]])}, r"low: needs a table \(DataFrame\), got str"),
        (
            {"low": sites([["0"], ["0"]]), "high": sites([[1.0], [1.0]])},
            "low: a needs numbers, holds '0' in row 'E1:0'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(change, says):
    given = {"values": sites([[0.1], [0.9]]), "weights": {"a": 1}, "seed": 1, "draws": 5, "spread": 0.1} | change
    with pytest.raises(InputError, match=says):
        rank_bands(given.pop("values"), given.pop("weights"), **given)
