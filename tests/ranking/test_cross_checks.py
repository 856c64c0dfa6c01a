"""Methods side by side: the published check values, and an independent library on random problems."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymcdm.methods import VIKOR as PYMCDM_VIKOR
from scipy.stats import rankdata
from skcriteria import mkdm
from skcriteria.agg.topsis import TOPSIS
from skcriteria.agg.vikor import VIKOR
from skcriteria.preprocessing.scalers import VectorScaler

from siteprior.core.errors import InputError
from siteprior.ranking.cross_checks import METHODS, compare_methods, vikor

ANCHORS = {"ai": (6, 22), "imd": (20, 60), "gap": (45, 5)}
WEIGHTS = {"ai": 0.40, "imd": 0.35, "gap": 0.25}
SITES = pd.DataFrame(
    [[15.16, 38, 12], [9.91, 52, 30], [22, 20, 5], [6, 60, 45]], index=list("abcd"), columns=list(ANCHORS)
)
EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)


def test_the_check_values_of_the_methods():
    # METHODS 2e, on measurements: the gap is a cost; V-shape with p = range
    done = compare_methods(SITES, WEIGHTS, anchors=ANCHORS, on="measurements", width=1)
    assert done["score_additive"].round(5).tolist() == [0.59275, 0.47150, 0.65000, 0.35000]
    assert done["score_topsis"].round(6).tolist() == [0.612480, 0.426811, 0.646732, 0.353268]
    assert done["score_vikor"].round(6).tolist() == [0.095417, 0.561958, 0.379518, 1.0]
    assert done["score_promethee_usual"].round(6).tolist() == [0.1, -0.1, 0.3, -0.3]
    assert done["score_promethee_vshape"].round(6).tolist() == [0.102250, -0.059417, 0.178583, -0.221417]
    # VIKOR: a is first, yet leads by .2841 < 1/3 (C1 fails), so a and c make up the compromise
    assert done["rank_vikor"].tolist() == [1, 3, 2, 4]
    assert done.index[done["in_compromise"]].tolist() == ["a", "c"]
    for method in ("additive", "topsis", "promethee_usual", "promethee_vshape"):
        assert done[f"rank_{method}"].tolist() == [2, 3, 1, 4]


def test_values_and_measurements_give_one_order_where_a_method_scales_by_itself():
    values, measured = (
        compare_methods(SITES, WEIGHTS, anchors=ANCHORS, on=on, width=0.4) for on in ("values", "measurements")
    )
    same = ["score_additive", "score_promethee_usual", "score_promethee_vshape", "score_vikor"]
    pd.testing.assert_frame_equal(values[same], measured[same], rtol=0, atol=1e-12)
    assert (values["score_topsis"] - measured["score_topsis"]).abs().min() > 0.01  # its scale is of what it is given


def problems(draw_seed):
    """Return a random problem: sites × criteria of either direction, above 0 as the libraries need it, and weights."""
    random = np.random.default_rng(draw_seed)
    sites, criteria = int(random.integers(3, 30)), int(random.integers(2, 8))
    names = [f"c{place}" for place in range(criteria)]
    table = pd.DataFrame(random.uniform(1, 100, (sites, criteria)), columns=names)
    costs = random.random(criteria) < 0.4
    anchors = {name: (100.0, 1.0) if cost else (1.0, 100.0) for name, cost in zip(names, costs, strict=True)}
    return table, dict(zip(names, random.dirichlet(np.ones(criteria)), strict=True)), anchors, np.where(costs, -1, 1)


@pytest.mark.parametrize("seed", range(60))
def test_topsis_and_vikor_are_those_of_scikit_criteria_on_random_problems(seed):
    table, weights, anchors, signs = problems(seed)
    done = compare_methods(table, weights, anchors=anchors, on="measurements", methods=["topsis", "vikor"])
    # it takes costs as less is better in its own VIKOR; its TOPSIS takes benefits alone, so the distances are reversed
    dm = mkdm(table.to_numpy(), signs.tolist(), weights=list(weights.values()))
    scaled = VectorScaler(target="matrix").transform(dm).matrix.to_numpy()
    turned = mkdm(scaled * signs + 1.0, [1] * len(weights), weights=list(weights.values()))
    oracle = TOPSIS().evaluate(turned)
    np.testing.assert_allclose(done["score_topsis"], oracle.e_.similarity, rtol=0, atol=1e-9)
    other = VIKOR(use_compromise_set=False).evaluate(dm)
    np.testing.assert_allclose(done["score_vikor"], other.e_.q_k, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_vikor_is_that_of_pymcdm_on_random_problems(seed):
    table, weights, _, signs = problems(seed)
    oracle = PYMCDM_VIKOR()(table.to_numpy(), np.array(list(weights.values())), signs, validation=False)
    np.testing.assert_allclose(vikor(table * signs, weights)["q"], oracle, rtol=0, atol=1e-9)


def compromise_by_hand(q, s, r):
    """The compromise of Opricovic and Tzeng, site by site."""
    order = sorted(range(len(q)), key=lambda site: q[site])
    advantage = 1 / (len(q) - 1)
    if q[order[1]] - q[order[0]] < advantage:
        return {site for site in order if q[site] - q[order[0]] < advantage}
    stable = order[0] in (int(np.argmin(s)), int(np.argmin(r)))
    return {order[0]} if stable else set(order[:2])


@pytest.mark.parametrize("seed", range(60))
def test_the_compromise_set_is_that_of_its_two_conditions(seed):
    table, weights, _, signs = problems(seed)
    done = vikor(table * signs, weights)
    found = set(np.flatnonzero(done["in_compromise"]))
    assert found == compromise_by_hand(*(done[name].to_numpy() for name in ("q", "s", "r")))


@pytest.mark.parametrize(
    ("benefits", "weights", "compromise"),
    [
        # C1: the lead is 1 of at least 1; the first is first in S and in R
        ({"x": [1.0, 0.0]}, {"x": 1.0}, [True, False]),
        # nothing differs: all are the compromise
        ({"x": [1.0, 1.0, 1.0]}, {"x": 1.0}, [True, True, True]),
    ],
)
def test_the_compromise_at_its_ends(benefits, weights, compromise):
    assert vikor(pd.DataFrame(benefits), weights)["in_compromise"].tolist() == compromise


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("width", [0.1, 0.5, 1.0])
def test_promethee_is_that_of_its_definition_on_random_problems(seed, width):
    # scikit-criteria has no PROMETHEE: the usual one from scipy's ranks, the V-shape pair by pair as it is defined
    table, weights, anchors, signs = problems(seed)
    done = compare_methods(table, weights, anchors=anchors, on="measurements", width=width,
                           methods=["promethee_usual", "promethee_vshape"])  # fmt: skip
    count = len(table)
    usual = sum(
        weight * (2 * rankdata(sign * table[name]) - (count + 1)) / (count - 1)
        for (name, weight), sign in zip(weights.items(), signs, strict=True)
    )
    np.testing.assert_allclose(done["score_promethee_usual"], usual, rtol=0, atol=1e-9)
    flow = np.zeros(count)
    for (name, weight), sign in zip(weights.items(), signs, strict=True):
        column = sign * table[name].to_numpy()
        for one in range(count):
            for other in range(count):
                gain = column[one] - column[other]
                flow[one] += weight * np.clip(gain / (width * 99), 0, 1) / (count - 1)
                flow[one] -= weight * np.clip(-gain / (width * 99), 0, 1) / (count - 1)
    np.testing.assert_allclose(done["score_promethee_vshape"], flow, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_a_v_shape_as_wide_as_the_anchors_is_the_additive_order(seed):
    table, weights, anchors, _ = problems(seed)
    done = compare_methods(table, weights, anchors=anchors, width=1)
    assert done["rank_promethee_vshape"].equals(done["rank_additive"])
    count, mean = len(done), done["score_additive"].mean()
    expected = (done["score_additive"] - mean) * count / (count - 1)
    np.testing.assert_allclose(done["score_promethee_vshape"], expected, atol=1e-12)


TABLES = st.integers(2, 8).flatmap(
    lambda count: st.lists(
        st.tuples(*(st.one_of(st.none(), st.integers(0, 20)) for _ in range(3))), min_size=count, max_size=count
    )
)
OWN = {"x": (0, 20), "y": (20, 0), "z": (0, 20)}


def as_table(rows):
    return pd.DataFrame(rows, columns=list(OWN), index=[f"s{place}" for place in range(len(rows))], dtype="float64")


@EXAMPLES
@given(TABLES, st.tuples(st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)), st.sampled_from([0.25, 4, 100]))
def test_weights_scaled_and_rows_reordered_change_nothing(rows, weights, factor):
    table, weighed = as_table(rows), dict(zip(OWN, weights, strict=True))
    done = compare_methods(table, weighed, anchors=OWN)
    assert not done.isna().any(axis=None)
    scaled = compare_methods(table, {name: weight * factor for name, weight in weighed.items()}, anchors=OWN)
    turned = compare_methods(table.iloc[::-1], weighed, anchors=OWN).iloc[::-1]
    for other in (scaled, turned):
        pd.testing.assert_frame_equal(done.filter(like="score_"), other.filter(like="score_"), atol=1e-12, rtol=0)
        pd.testing.assert_frame_equal(done.filter(like="rank_"), other.filter(like="rank_"))


@EXAMPLES
@given(TABLES, st.sampled_from(["values", "measurements"]))
def test_a_missing_measurement_counts_as_the_worst_in_every_method(rows, on):
    table = as_table(rows)
    worst = table.fillna({name: ends[0] for name, ends in OWN.items()})
    weights = {"x": 3, "y": 2, "z": 1}
    pd.testing.assert_frame_equal(
        compare_methods(table, weights, anchors=OWN, on=on), compare_methods(worst, weights, anchors=OWN, on=on)
    )


def test_sites_that_are_all_alike_share_the_first_rank_in_every_method():
    table = pd.DataFrame({"x": [3.0, 3.0, 3.0], "y": [5.0, 5.0, 5.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = compare_methods(table, {"x": 1, "y": 1}, anchors={"x": (0, 9), "y": (9, 0)}, on="measurements")
    assert (done.filter(like="rank_") == 1).all(axis=None)


def test_what_cannot_be_compared_is_refused_at_once():
    with pytest.raises(InputError) as caught:
        compare_methods(SITES, WEIGHTS, anchors=ANCHORS, methods=["topsi"], on="value", width=0, v=2)
    assert len(caught.value.faults) == 4
    assert "did you mean 'topsis'" in caught.value.faults[0]
    assert "did you mean 'values'" in caught.value.faults[1]
    for table, weights, says in (
        (SITES.head(1), WEIGHTS, "at least two sites, it holds 1"),
        (SITES[["ai"]], WEIGHTS, "lacks the weighed criteria imd, gap"),
        (SITES, None, "weights: none given"),
        (SITES, {"ai": -1}, "'ai' is negative"),
        ([1, 2], WEIGHTS, r"matrix: needs a table \(DataFrame\), got list"),
    ):
        with pytest.raises(InputError, match=says):
            compare_methods(table, weights, anchors=ANCHORS)
    with pytest.raises(InputError, match=f"methods: none given; valid: {', '.join(METHODS)}"):
        compare_methods(SITES, WEIGHTS, anchors=ANCHORS, methods=[])


def test_too_many_pairs_are_refused_before_they_are_made():
    many = pd.DataFrame({"ai": np.linspace(6, 22, 4001)})
    with pytest.raises(InputError, match=r"16,008,001 pairs of 4,001 sites; 16,000,000 .*give the first 4,000 sites"):
        compare_methods(many, {"ai": 1}, anchors=ANCHORS)
    assert compare_methods(many, {"ai": 1}, anchors=ANCHORS, methods=["topsis", "vikor"])["rank_vikor"].iloc[-1] == 1
