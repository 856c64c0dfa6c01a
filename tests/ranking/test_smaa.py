"""SMAA-2: exact cases within the error of the draws, brute force, and what must never improve a site."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siteprior.core.errors import InputError
from siteprior.core.random_streams import seed_keys, uniform
from siteprior.ranking import smaa, smaa_facts
from siteprior.ranking.bands import rank_bands
from siteprior.ranking.smaa import acceptability, kth_largest, rank_acceptability
from siteprior.ranking.weight_draws import draw_weights

# METHODS of SMAA: values A(1, 0), B(0, 1), C(.6, .6) under uniform weights have exact answers.
EXACT = pd.DataFrame({"a": [1.0, 0.0, 0.6], "b": [0.0, 1.0, 0.6]}, index=list("ABC"))
RANKS = np.array([[0.4, 0.1, 0.5], [0.4, 0.1, 0.5], [0.2, 0.8, 0.0]])
WEIGHTS = {"a": 5.0, "b": 3.0, "c": 2.0}


def sites(cells):
    index = pd.Index([f"E1:{n}" for n in range(len(cells))], name="site_id")
    return pd.DataFrame(cells, columns=list("abc")[: np.shape(cells)[1]], index=index)


def spread_out(number, seed=3):
    return sites(np.random.default_rng(seed).random((number, 3)).round(2))


def ranged(values, reach=0.15):
    return {"low": (values.fillna(0) - reach).clip(lower=0).where(values.notna(), 0.0),
            "high": (values + reach).clip(upper=1).fillna(1.0)}  # fmt: skip


def plain(values, weights, *, k, draws, seed, low=None, high=None, **way):
    """Do the same with nothing clever: every draw ranked by pandas, what is missing at its worst."""
    drawn = draw_weights(weights, draws=draws, seed=seed, **way)
    filled = values[list(drawn)].fillna(0)
    first, top = pd.Series(0, values.index), pd.Series(0, values.index)
    sums = pd.DataFrame(0.0, values.index, drawn.columns)
    for number, weight in enumerate(drawn.to_numpy()):
        facts = filled
        if low is not None:
            most = high[list(drawn)].where(values[list(drawn)].notna(), low)
            chance = np.column_stack([uniform(seed_keys(values.index, seed=seed, of=c), number) for c in drawn])
            facts = low[list(drawn)] + (most - low[list(drawn)]) * chance
        ranks = (facts @ weight).round(12).rank(method="min", ascending=False)
        first += ranks == 1
        top += ranks <= k
        sums[ranks == 1] += weight
    return first / draws, top / draws, sums.div(first.where(first > 0), axis=0)


@pytest.mark.parametrize("seed", range(3))
def test_the_exact_case_within_three_standard_errors(seed):
    draws = 20_000
    done = rank_acceptability(EXACT, draws=draws, seed=seed)
    assert (np.abs(done - RANKS) <= 3 * np.sqrt(RANKS * (1 - RANKS) / draws)).all(axis=None)
    result = acceptability(EXACT, draws=draws, seed=seed, k=2)
    assert result.sites["first_acceptability"].tolist() == done[1].tolist()
    assert result.sites["top_k_acceptability"].tolist() == pytest.approx((done[1] + done[2]).tolist())
    # weights of A are uniform on 0.6–1 where it is first, of C on 0.4–0.6: deviations 0.4/√12 and 0.2/√12
    central = np.array([[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]])
    error = np.array([0.4, 0.4, 0.2]) / np.sqrt(12) / np.sqrt(np.array([0.4, 0.4, 0.2]) * draws)
    assert (np.abs(result.central_weights - central) <= 3 * error[:, None]).all(axis=None)
    assert result.sites["confidence_factor"].tolist() == [1, 1, 1]
    assert (result.draws, result.k) == (draws, 2)


@pytest.mark.parametrize("draws", [1, 7, 200])
@pytest.mark.parametrize("way", [{}, {"admissible": "uniform"}, {"spread": 0.6}])
def test_fixed_facts_against_the_plain_way(draws, way):
    values = spread_out(70)
    values.iloc[3, 1] = np.nan
    values.iloc[5] = values.iloc[6] = values.max()
    options = {"seed": 11, "draws": draws, "k": 4} | way
    first, top, central = plain(values, WEIGHTS, **options)
    done = acceptability(values, WEIGHTS, **options)
    assert done.sites["first_acceptability"].tolist() == first.tolist()
    assert done.sites["top_k_acceptability"].tolist() == top.tolist()
    pd.testing.assert_frame_equal(done.central_weights, central)
    assert done.sites["top_k_if_missing_drawn"].isna().all()


@pytest.mark.parametrize("admissible", [["c", "a"], {"a": (0.1, 0.5), "b": (0.2, 0.6)}])
def test_orders_and_intervals_against_the_plain_way(admissible):
    values = spread_out(40)
    options = {"seed": 2, "draws": 150, "k": 3, "admissible": admissible}
    first, top, central = plain(values, None, **options)
    done = acceptability(values, **options)
    assert done.sites["first_acceptability"].tolist() == first.tolist()
    assert done.sites["top_k_acceptability"].tolist() == top.tolist()
    pd.testing.assert_frame_equal(done.central_weights, central)


def test_drawn_facts_against_the_plain_way():
    values = spread_out(40)
    values.iloc[3, 1] = values.iloc[8, 0] = np.nan
    options = {"seed": 5, "draws": 150, "k": 3, "spread": 0.4} | ranged(values)
    first, top, central = plain(values, WEIGHTS, **options)
    done = acceptability(values, WEIGHTS, **options)
    assert done.sites["first_acceptability"].tolist() == first.tolist()
    assert done.sites["top_k_acceptability"].tolist() == top.tolist()
    pd.testing.assert_frame_equal(done.central_weights, central)
    first, top, _ = plain(values.fillna(0), WEIGHTS, **options)
    assert done.sites["first_if_missing_drawn"].tolist() == first.tolist()
    assert done.sites["top_k_if_missing_drawn"].tolist() == top.tolist()


def test_uniform_facts_by_hand():
    # one criterion: a site at 0.5 and one anywhere between 0 and 0.8: it is first in 3/8 of the draws
    values = pd.DataFrame({"a": [0.5, 0.4]})
    low, high = pd.DataFrame({"a": [0.5, 0.0]}), pd.DataFrame({"a": [0.5, 0.8]})
    done = acceptability(values, low=low, high=high, seed=1, k=1, draws=20_000).sites
    error = np.sqrt(3 / 8 * 5 / 8 / 20_000)
    assert abs(done["first_acceptability"][1] - 3 / 8) < 3 * error
    assert done["first_acceptability"].sum() == pytest.approx(1)
    # the confidence factor is the same share, of draws of the facts of its own
    assert abs(done["confidence_factor"][1] - 3 / 8) < 3 * np.sqrt(3 / 8 * 5 / 8 / 1000)
    assert done["confidence_factor"].sum() == pytest.approx(1)


def test_no_width_gives_what_fixed_facts_give():
    values = spread_out(80)
    values.iloc[4, 1] = np.nan
    fixed = acceptability(values, WEIGHTS, seed=3, draws=300, k=5)
    still = acceptability(values, WEIGHTS, seed=3, draws=300, k=5, low=values.fillna(0), high=values.fillna(0))
    drawn = ["first_if_missing_drawn", "top_k_if_missing_drawn"]
    pd.testing.assert_frame_equal(fixed.sites.drop(columns=drawn), still.sites.drop(columns=drawn))
    pd.testing.assert_frame_equal(fixed.central_weights, still.central_weights)
    assert still.sites[drawn[1]].tolist() == fixed.sites["top_k_acceptability"].tolist()


def test_ties_share_the_better_rank():
    values = sites([[0.9, 0.9, 0.9]] * 2 + [[0.5, 0.4, 0.3]] * 3 + [[0.1, 0.1, 0.1]])
    done = acceptability(values, WEIGHTS, seed=1, draws=50, k=3).sites
    assert done["first_acceptability"].tolist() == [1, 1, 0, 0, 0, 0]
    assert done["top_k_acceptability"].tolist() == [1, 1, 1, 1, 1, 0]
    ranks = rank_acceptability(values, WEIGHTS, seed=1, draws=50)
    assert [ranks.columns[list(row).index(1)] for row in ranks.to_numpy()] == [1, 1, 3, 3, 3, 6]


def test_the_table_of_ranks_agrees_with_the_bands():
    values = spread_out(30)
    done = rank_acceptability(values, WEIGHTS, seed=9, draws=400, spread=0.3)
    np.testing.assert_allclose(done.sum(axis=1), 1)
    bands = rank_bands(values, WEIGHTS, seed=9, draws=400, spread=0.3)
    assert ((done.cumsum(axis=1) >= 0.05 - 1e-9).idxmax(axis=1) == bands["rank_p05"]).all()
    assert ((done.cumsum(axis=1) >= 0.95 - 1e-9).idxmax(axis=1) == bands["rank_p95"]).all()


@pytest.mark.parametrize("uncertain", [False, True])
def test_rows_criteria_weights_and_blocks_in_any_order_and_size(uncertain, monkeypatch):
    values = spread_out(60)
    values.iloc[7] = values.iloc[9]
    values.iloc[2, 2] = np.nan
    tables = ranged(values) if uncertain else {}
    options = {"seed": 9, "draws": 130, "k": 4, "spread": 0.5}
    done = acceptability(values, WEIGHTS, **options, **tables)

    def assert_same(other):
        pd.testing.assert_frame_equal(other.sites.loc[values.index], done.sites, check_exact=True)
        central = other.central_weights.loc[values.index]
        pd.testing.assert_frame_equal(central, done.central_weights, check_exact=True)

    mixed = values.sample(frac=1, random_state=4)
    assert_same(acceptability(mixed, WEIGHTS, **options, **{n: table.loc[mixed.index] for n, table in tables.items()}))
    scaled = {name: weight * 7 for name, weight in reversed(WEIGHTS.items())} | {"d": 0}
    assert_same(acceptability(values[list("cba")].assign(d=0.5), scaled, **options, **tables))
    for size in (1, 700):
        monkeypatch.setattr(smaa, "_BLOCK", size)
        monkeypatch.setattr(smaa_facts, "_BLOCK", size)
        assert_same(acceptability(values, WEIGHTS, **options, **tables))
    assert not acceptability(values, WEIGHTS, **options | {"seed": 4}, **tables).sites.equals(done.sites)


def test_a_site_that_is_hopeless_changes_no_other():
    values = spread_out(20)
    more = pd.concat([values, pd.DataFrame(0.0, index=["E1:new"], columns=values.columns)])
    options = {"seed": 3, "draws": 200, "k": 4}
    for tables, others in (({}, {}), (ranged(values, 0.05), ranged(more, 0.05))):
        before = acceptability(values, WEIGHTS, **options, **tables).sites
        pd.testing.assert_frame_equal(
            acceptability(more, WEIGHTS, **options, **others).sites.iloc[:-1], before, check_names=False
        )


@settings(deadline=None, derandomize=True, max_examples=40)
@given(arrays(float, (9, 3), elements=st.floats(0, 1)), st.integers(0, 2), st.floats(0, 1), st.booleans())
def test_improving_a_value_never_lowers_and_blanking_it_never_raises(cells, column, better, uncertain):
    values = sites(cells)
    improved, blank = values.copy(), values.copy()
    improved.iloc[0, column] += better * (1 - values.iloc[0, column])
    blank.iloc[0, column] = np.nan
    shares = ["first_acceptability", "top_k_acceptability"]
    options = {"seed": 1, "draws": 60, "k": 3, "spread": 0.5}
    worse, now, more = (
        acceptability(table, WEIGHTS, **options, **(ranged(table) if uncertain else {})).sites[shares]
        for table in (blank, values, improved)
    )
    assert (worse.iloc[0] <= now.iloc[0]).all()
    assert (now.iloc[0] <= more.iloc[0]).all()
    assert (more.iloc[1:] <= now.iloc[1:]).all(axis=None)


def test_a_fact_known_in_part_counts_as_the_least_it_may_be():
    values = pd.DataFrame({"a": [0.5, 0.4]})
    known = pd.DataFrame({"a": [1.0, 0.6]})
    low, high = values, pd.DataFrame({"a": [0.5, 1.0]})
    done = acceptability(values, low=low, high=high, known=known, seed=1, k=1, draws=2000).sites
    assert done["first_acceptability"].tolist() == [1, 0]
    assert done["first_if_missing_drawn"][1] == pytest.approx(5 / 6, abs=0.03)  # above 0.5 of 0.4–1
    measured = acceptability(values, low=low, high=high, seed=1, k=1, draws=2000).sites
    assert measured["first_acceptability"].tolist() == done["first_if_missing_drawn"].tolist()


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(1, 400), st.integers(1, 40), st.integers(1, 30), st.integers(0, 9))
def test_the_kth_largest(number, k, different, seed):
    scores = np.random.default_rng(seed).integers(0, different, (5, number)).astype(float)
    expected = [sorted(line, reverse=True)[min(k, number) - 1] for line in scores]
    assert kth_largest(scores, k).tolist() == expected


def test_no_site_one_site_and_more_ranks_than_sites():
    none = acceptability(sites(np.empty((0, 3))), WEIGHTS, seed=1, draws=20)
    assert none.sites.empty
    assert none.central_weights.empty
    alone = acceptability(sites([[0.1, 0.2, 0.3]]), WEIGHTS, seed=1, draws=20, k=25)
    assert alone.sites["top_k_acceptability"].tolist() == [1]
    assert (acceptability(spread_out(9), WEIGHTS, seed=1, draws=20).sites["top_k_acceptability"] == 1).all()
    assert rank_acceptability(sites(np.empty((0, 3))), WEIGHTS, seed=1, draws=20).empty


def test_progress_counts_the_draws():
    values, lines = spread_out(9), []
    values.iloc[0, 0] = np.nan
    acceptability(values, WEIGHTS, seed=1, draws=20, progress=lines.append, **ranged(values))
    assert lines == ["Redrawing weights and facts", "Redrawing what is missing, too"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"values": None}, r"values: needs a table \(DataFrame\), got NoneType"),
        ({"values": sites([["0.1"], ["0.9"]])}, "values: a needs numbers, holds '0.1' in row 'E1:0'"),
        ({"values": sites([[1.1], [0.9]])}, "values: a lie outside 0–1"),
        ({"weights": {"a": 1, "z": 1}}, "values: lacks the weighed criteria z"),
        ({"weights": {"a": -1}}, "weights"),
        ({"k": 0}, "k: needs at least 1, not 0"),
        ({"k": 2.5}, "k: needs a whole number, not 2.5"),
        ({"draws": True}, "draws: needs a whole number, not True"),
        ({"seed": -1}, "seed: needs a whole number"),
        ({"low": sites([[0.0], [0.0]])}, "low and high go together"),
        ({"low": sites([[0.2], [0.0]]), "high": sites([[1.0], [1.0]])}, "need 0 ≤ low ≤ value ≤ high ≤ 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(change, says):
    given = {"values": sites([[0.1], [0.9]]), "weights": {"a": 1}, "seed": 1, "draws": 5} | change
    with pytest.raises(InputError, match=says):
        acceptability(given.pop("values"), given.pop("weights"), **given)


def test_a_table_of_ranks_that_would_be_too_large_is_refused():
    with pytest.raises(InputError, match="2,001 sites, of whose ranks 2,000 are tabulated at most; use acceptability"):
        rank_acceptability(spread_out(2001), WEIGHTS, seed=1)
