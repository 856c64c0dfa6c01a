"""Agreement of orders by hand and by scipy; where methods part; orders that one more option turns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from siteprior.core.errors import InputError
from siteprior.ranking.agreement import kendalls_w, rank_agreement, rank_reversals, where_methods_part
from siteprior.ranking.cross_checks import METHODS, compare_methods

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)
OWN = {"x": (0, 10), "y": (0, 10)}
EQUAL = {"x": 1, "y": 1}
THREE = pd.DataFrame({"x": [4.0, 8, 9], "y": [8.0, 8, 7]}, index=["a", "b", "c"])
WORST = pd.DataFrame({"x": [4.0], "y": [1.0]}, index=["d"])


def test_agreement_by_hand():
    # 4 sites, two neighbours swapped: 5 of 6 pairs agree, tau = 4/6; Spearman 1 − 6·2/(4·15) = .8
    ranks = pd.DataFrame({"rank_one": [1, 2, 3, 4], "rank_two": [1, 3, 2, 4], "score_one": [0.9, 0.8, 0.7, 0.6]})
    done = rank_agreement(ranks, first=2).iloc[0]
    assert done[["one", "other", "shared"]].tolist() == ["one", "two", 1]
    assert done[["kendall_tau_b", "spearman", "shared_share"]].tolist() == pytest.approx([4 / 6, 0.8, 0.5])


def test_an_order_of_one_rank_correlates_with_nothing():
    done = rank_agreement(pd.DataFrame({"one": [1, 1, 1], "two": [1, 2, 3]}, index=list("bca")), first=1).iloc[0]
    assert done[["kendall_tau_b", "spearman"]].isna().all()
    assert done["shared"] == 0  # equal ranks stand by label: a of the first, b of the second


ORDERS = st.integers(3, 12).flatmap(
    lambda count: st.lists(st.lists(st.integers(0, 6), min_size=count, max_size=count), min_size=3, max_size=5)
)


@EXAMPLES
@given(ORDERS)
def test_kendalls_w_is_friedmans_chi_square(orders):
    ranks = pd.DataFrame(np.array(orders).T).rank(method="min")
    found = kendalls_w(ranks)
    if all(len(set(order)) == 1 for order in orders):
        assert np.isnan(found)  # no one orders anything
    else:
        # the sites are what is compared, the orders the blocks
        chi = stats.friedmanchisquare(*ranks.to_numpy()).statistic
        assert found == pytest.approx(chi / (len(orders) * (len(ranks) - 1)), abs=1e-9)
        assert -1e-12 <= found <= 1 + 1e-12


@EXAMPLES
@given(ORDERS)
def test_pairs_are_symmetric_and_an_order_agrees_with_itself(orders):
    ranks = pd.DataFrame(np.array(orders[:2]).T, columns=["one", "two"]).rank(method="min")
    there = rank_agreement(ranks, first=2).iloc[0]
    back = rank_agreement(ranks[["two", "one"]], first=2).iloc[0]
    numbers = ["kendall_tau_b", "spearman", "shared"]
    np.testing.assert_allclose(there[numbers].astype(float), back[numbers].astype(float), atol=1e-12)
    twin = rank_agreement(ranks[["one"]].assign(again=ranks["one"]), first=2).iloc[0]
    assert twin["shared_share"] == 1
    assert pd.isna(twin["spearman"]) or twin["spearman"] == pytest.approx(1)


def test_ranks_that_are_none_are_refused():
    for wrong, says in (
        (None, "ranks: needs a table"),
        (pd.DataFrame({"a": [1, 2]}), "at least two orders of two sites, holds 1 of 2"),
        (pd.DataFrame({"a": [1, None], "b": [1, 2]}), "ranks: a is missing for '1'; leave out who has no rank"),
    ):
        with pytest.raises(InputError, match=says):
            rank_agreement(wrong, first=1)
    with pytest.raises(InputError, match="first: needs a whole number from 1, not 0"):
        rank_agreement(pd.DataFrame({"a": [1, 2], "b": [1, 2]}), first=0)


def test_topsis_turns_an_order_by_an_option_that_is_worse_than_all():
    # METHODS 2e: (4,8), (8,8), (9,7), equal benefit weights; the worst option (4,1) comes in
    before = compare_methods(THREE, EQUAL, anchors=OWN, on="measurements")
    after = compare_methods(pd.concat([THREE, WORST]), EQUAL, anchors=OWN, on="measurements")
    assert before["score_topsis"].round(3).tolist() == [0.160, 0.804, 0.840]
    assert after["score_topsis"].round(3).tolist() == [0.583, 0.889, 0.887, 0.0]
    turned = rank_reversals(THREE, EQUAL, add=WORST, anchors=OWN, on="measurements", methods=["additive", "topsis"])
    assert turned.to_numpy().tolist() == [["topsis", "c", "b", 1, 2, 2, 1]]
    back = rank_reversals(pd.concat([THREE, WORST]), EQUAL, remove=["d"], anchors=OWN, on="measurements",
                          methods=["additive", "topsis"])  # fmt: skip
    assert back.to_numpy().tolist() == [["topsis", "b", "c", 1, 2, 2, 1]]


VALUES = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=4, max_size=8)


@EXAMPLES
@given(VALUES, st.integers(1, 9), st.integers(0, 9), st.integers(1, 2))
def test_the_additive_value_on_fixed_anchors_never_turns_an_order(rows, one, two, number):
    table = pd.DataFrame(rows, columns=["x", "y"], index=[f"s{place}" for place in range(len(rows))], dtype="float64")
    weights = {"x": one, "y": two}
    for on in ("values", "measurements"):
        came = rank_reversals(table.iloc[number:], weights, add=table.iloc[:number], anchors=OWN, on=on)
        went = rank_reversals(table, weights, remove=table.index[:number], anchors=OWN, on=on)
        for turned in (came, went):
            assert "additive" not in set(turned["method"])
            was, now = (np.sign(turned[f"option_{when}"] - turned[f"other_{when}"]) for when in ("before", "after"))
            assert ((was <= 0) & (was != now)).all()
        # what comes in and goes again turns back as many orders
        assert len(came) == len(went)


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(InputError) as caught:
        rank_reversals(THREE, EQUAL, add=THREE.head(1), remove=["z"], anchors=OWN)
    assert caught.value.faults == ("add: 'a' stands in the matrix already", "remove: 'z' is not in the matrix")


def test_methods_that_there_are_not_are_refused():
    for act in (where_methods_part, rank_reversals):
        with pytest.raises(InputError, match="did you mean 'topsis'"):
            act(THREE, EQUAL, anchors=OWN, methods="topsi")
    with pytest.raises(InputError, match="did you mean 'values'"):
        rank_reversals(THREE, EQUAL, anchors=OWN, on="value")


def test_where_methods_part_names_the_site_the_ranks_and_why():
    sites = pd.DataFrame({"x": [0.0, 7, 4, 6], "y": [10.0, 2.5, 5, 6]}, index=list("abcd"))
    done = where_methods_part(sites, EQUAL, anchors=OWN)
    ranks = compare_methods(sites, EQUAL, anchors=OWN).filter(like="rank_").astype(int)
    spread = ranks.max(axis=1) - ranks.min(axis=1)
    assert done["difference"].tolist() == sorted(spread[spread > 0], reverse=True)
    for label, row in done.iterrows():
        assert ranks.loc[label, f"rank_{row['best_by']}"] == row["best_rank"] == ranks.loc[label].min()
        assert ranks.loc[label, f"rank_{row['worst_by']}"] == row["worst_rank"] == ranks.loc[label].max()
        assert row["why"].startswith(f"{row['best_by']} ")
        assert f"; {row['worst_by']} " in row["why"]
    assert len(where_methods_part(sites, EQUAL, anchors=OWN, number=1)) == 1


def test_every_method_has_its_reason():
    sites = pd.DataFrame({"x": [0.0, 7, 4, 6], "y": [10.0, 2.5, 5, 6]}, index=list("abcd"))
    words = {"additive": "adds up", "topsis": "divides each criterion", "promethee_usual": "counts the sites",
             "promethee_vshape": "up to a width", "vikor": "largest single shortfall"}  # fmt: skip
    assert set(words) == set(METHODS)
    for one, other in (("topsis", "vikor"), ("promethee_usual", "promethee_vshape"), ("additive", "vikor")):
        for why in where_methods_part(sites, EQUAL, anchors=OWN, methods=[one, other])["why"]:
            assert words[one] in why
            assert words[other] in why
    alike = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]})
    assert where_methods_part(alike, EQUAL, anchors=OWN).empty  # all agree
