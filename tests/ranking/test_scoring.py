"""The additive value model against published check values, and the properties a ranking must have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from siteprior.core.errors import InputError, SitePriorError
from siteprior.ranking.criteria import CRITERIA, Criterion, criterion
from siteprior.ranking.decision_matrix import measure, value
from siteprior.ranking.scoring import (
    check_weights,
    default_weights,
    leave_out,
    normalised,
    order,
    rank,
    score,
    score_band,
)

NAMES = list(default_weights())
EXAMPLES = settings(deadline=None, derandomize=True, max_examples=50)


def own(name, worst, best):
    return Criterion(name, name, "own", "", worst, best, (), lambda sites: sites)


def test_check_values_of_the_methods():
    # METHODS 2e: sites (AI, IMD score, gap £k); w = .40, .35, .25; gap is cost; min–max on the four sites' range
    criteria = {"ai": own("ai", 6, 22), "imd": own("imd", 20, 60), "gap": own("gap", 45, 5)}
    matrix = pd.DataFrame(
        [[15.16, 38, 12], [9.91, 52, 30], [22, 20, 5], [6, 60, 45]], index=list("abcd"), columns=list(criteria)
    )
    done = score(matrix, {"ai": 0.40, "imd": 0.35, "gap": 0.25}, criteria=criteria)
    assert done["score"].round(5).tolist() == [0.59275, 0.47150, 0.65000, 0.35000]
    assert rank(done["score"], pd.Series(True, index=done.index)).tolist() == [2, 3, 1, 4]
    # the contributions of a: .4 × 9.16/16, .35 × 18/40, .25 × 33/40
    assert done.loc["a", ["c_ai", "c_imd", "c_gap"]].tolist() == pytest.approx([0.229, 0.1575, 0.20625])


def test_weights_in_any_unit_sum_to_one():
    matrix = pd.DataFrame({"corridor_access": [100.0], "capacity": [1000.0]})
    done = score(matrix, {"corridor_access": 60, "capacity": 20})
    assert done.iloc[0].tolist() == [0.75, 0.25, 1.0, 1.0]
    assert list(done.columns) == ["c_corridor_access", "c_capacity", "score", "coverage"]


def test_missing_is_scored_at_worst_and_coverage_says_so():
    matrix = pd.DataFrame({"corridor_access": [None, 100.0], "capacity": [500.0, None], "deprivation": [None, None]})
    done = score(matrix.astype(float), {"corridor_access": 2, "capacity": 1, "deprivation": 1})
    assert done["score"].tolist() == [0.125, 0.5]
    assert done["coverage"].tolist() == [0.25, 0.5]
    assert done["c_deprivation"].tolist() == [0, 0]


def test_bad_weights_are_refused_at_once():
    with pytest.raises(SitePriorError) as caught:
        check_weights(
            {"capcity": 1, "capacity": -1, "deprivation": float("nan"), "bus_access": "much", "persistence": True}
        )
    assert caught.value.faults == (
        f"weights: unknown criterion 'capcity'; did you mean 'capacity'? Valid: {', '.join(sorted(CRITERIA))}",
        "weights: 'capacity' is negative (-1); a weight is 0 or more, the anchors give the direction",
        "weights: 'deprivation' needs a number, not nan",
        "weights: 'bus_access' needs a number, not 'much'",
        "weights: 'persistence' needs a number, not True",
    )
    for none in ({}, {"capacity": 0, "deprivation": 0.0}):
        with pytest.raises(SitePriorError, match="weights: all are zero or none is given"):
            check_weights(none)
    with pytest.raises(SitePriorError, match="criterion 'bus_access' was not measured; the matrix has capacity"):
        score(pd.DataFrame({"capacity": [1.0]}), {"capacity": 1, "bus_access": 1})


def test_ranks_share_ties_and_leave_out_who_is_not_eligible():
    scores = pd.Series([0.5, 0.5 + 1e-14, 0.9, 0.95, 0.1], index=list("abcde"))
    eligible = pd.Series(["yes", "yes", "yes", "no", "yes"], index=scores.index)
    ranks = rank(scores, eligible)
    assert ranks.tolist() == [2, 2, 1, pd.NA, 4]
    assert ranks.equals(rank(scores, eligible == "yes"))
    table = pd.DataFrame({"rank": ranks}).rename_axis("site_id").iloc[[4, 3, 1, 0, 2]]
    assert order(table).index.tolist() == ["c", "a", "b", "e", "d"]


def test_bands_are_cut_where_stated():
    scores = pd.Series([0, 0.19999, 0.2, 0.3 - 1e-15, 0.45, 0.7, 1, np.nan])
    assert score_band(scores).tolist()[:7] == [
        "under 0.2", "under 0.2", "0.2 to 0.3", "0.3 to 0.4", "0.4 to 0.5", "0.7 and over", "0.7 and over",
    ]  # fmt: skip
    assert pd.isna(score_band(scores).iloc[7])
    assert str(score_band(scores).dtype) == "str"


def test_weight_sets():
    balanced = default_weights()
    assert set(balanced) <= set(CRITERIA)
    assert sum(balanced.values()) == 100
    transit = {name for name, declared in CRITERIA.items() if declared.group == "transit"}
    without = default_weights("without-transit")
    assert set(without) == set(balanced) - transit
    assert all(without[name] == balanced[name] for name in without)
    with pytest.raises(SitePriorError, match="unknown weight set 'fair'; Valid: balanced, timetabled, without-transit"):
        default_weights("fair")
    with pytest.raises(SitePriorError, match="unknown group of criteria 'transport'"):
        leave_out(balanced, "transport")
    with pytest.raises(SitePriorError, match="weights: all are zero"):
        leave_out({"bus_access": 1}, "transit")


def matrices():
    cell = st.one_of(st.floats(0, 3000), st.just(float("nan")))
    shaped = st.integers(1, 12).flatmap(lambda n: arrays(float, (n, len(NAMES)), elements=cell))
    return shaped.map(lambda cells: pd.DataFrame(cells, columns=NAMES))


@st.composite
def weighted(draw):
    weights = draw(
        st.lists(st.floats(0, 1e3), min_size=len(NAMES), max_size=len(NAMES)).filter(lambda w: sum(w) > 1e-3)
    )
    return dict(zip(NAMES, weights, strict=True))


@EXAMPLES
@given(matrices(), weighted())
def test_scores_lie_in_0_to_1_and_are_the_sum_of_their_parts(matrix, weights):
    done = score(matrix, weights)
    assert done["score"].between(0, 1).all()
    assert done["coverage"].between(0, 1).all()
    parts = done[[f"c_{name}" for name in weights]]
    assert (parts >= 0).all(axis=None)
    np.testing.assert_allclose(parts.sum(axis=1), done["score"], atol=1e-12)


@EXAMPLES
@given(matrices(), weighted(), st.sampled_from(NAMES))
def test_a_blank_never_raises_a_score_or_the_coverage(matrix, weights, name):
    whole, blanked = score(matrix, weights), score(matrix.assign(**{name: np.nan}), weights)
    assert (blanked["score"] <= whole["score"] + 1e-12).all()
    assert (blanked["coverage"] <= whole["coverage"] + 1e-12).all()


@EXAMPLES
@given(matrices(), weighted(), st.data())
def test_no_other_site_moves_a_score(matrix, weights, data):
    whole = score(matrix, weights)
    kept = data.draw(st.lists(st.sampled_from(list(matrix.index)), min_size=1, unique=True))
    pd.testing.assert_frame_equal(score(matrix.loc[kept], weights), whole.loc[kept], check_exact=True)


SITES = pd.Index(["a", "b"], name="site_id")


@pytest.mark.parametrize(
    ("scores", "eligible", "says"),
    [
        (["9", "50"], ["yes", "yes"], "scores needs numbers, holds '9' in row 'a'; use pd.to_numeric"),
        ([0.5, np.inf], ["yes", "yes"], "scores needs finite numbers, holds inf in row 'b'"),
        ([0.5, 0.6], ["Yes", "yes"], "eligible: needs True or False, or 'yes' or 'no', holds 'Yes' in row 'a'"),
        ([0.5, 0.6], ["yes", None], "eligible: needs True or False, or 'yes' or 'no', holds .* in row 'b'"),
    ],
)
def test_no_rank_is_made_of_what_is_no_score_or_no_answer(scores, eligible, says):
    with pytest.raises(InputError, match=says):
        rank(pd.Series(scores, index=SITES), pd.Series(eligible, index=SITES))


def test_scores_and_eligible_are_of_the_same_sites_each_once():
    scores = pd.Series([0.5, 0.6], index=SITES)
    assert rank(scores, pd.Series(["no", "yes"], index=SITES[::-1])).tolist() == [1, pd.NA]  # by site, not by place
    with pytest.raises(InputError, match="eligible: lacks row 'a' and 1 more; give it on the index of scores"):
        rank(scores, pd.Series(["yes", "yes"]))
    with pytest.raises(InputError, match="scores: the index holds 'a' more than once"):
        rank(pd.Series([0.5, 0.6], index=["a", "a"]), pd.Series([True, True], index=["a", "a"]))
    for wrong in (None, [True, True], "yes"):
        with pytest.raises(InputError, match="eligible: needs a Series"):
            rank(scores, wrong)


def test_an_eligible_site_without_a_score_has_no_rank_and_takes_none():
    scores = pd.Series([np.nan, 0.6, 0.4], index=list("abc"))
    assert rank(scores, pd.Series(True, index=scores.index)).tolist() == [pd.NA, 1, 2]
    assert rank(scores.astype("Float64"), pd.Series(True, index=scores.index)).tolist() == [pd.NA, 1, 2]


MATRIX = pd.DataFrame({"capacity": [100.0, 500.0], "deprivation": [10.0, None]}, index=SITES)
WEIGHTS = {"capacity": 1, "deprivation": 1}


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        (None, r"matrix: needs a table \(DataFrame\), got NoneType"),
        (MATRIX.astype({"capacity": "str"}), "matrix: capacity needs numbers, holds '100.0' in row 'a'"),
        (MATRIX.replace(500.0, np.inf), "matrix: capacity needs finite numbers, holds inf in row 'b'"),
        (MATRIX.set_axis(["a", "a"]), "matrix: the index holds 'a' more than once"),
    ],
)
def test_a_matrix_that_is_none_is_refused(matrix, says):
    for act in (lambda: score(matrix, WEIGHTS), lambda: value(matrix)):
        with pytest.raises(InputError, match=says):
            act()


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (MATRIX[["capacity"]] * 0, "known: lacks the criteria deprivation; use known_shares of the same matrix"),
        (MATRIX * 0, "known: deprivation needs a share from 0 to 1, holds nan in row 'b'; what is not known is 0"),
        (MATRIX.fillna(0), "known: capacity needs a share from 0 to 1, holds 100.0 in row 'a'"),
        ((MATRIX * 0).fillna(1).set_axis(["a", "c"]), "known: lacks row 'b'; give it on the index of matrix"),
        ("all", r"known: needs a table \(DataFrame\), got str"),
    ],
)
def test_what_is_known_is_of_the_same_sites_and_criteria_and_a_share(known, says):
    with pytest.raises(InputError, match=says):
        score(MATRIX, WEIGHTS, known=known)


def test_weights_that_are_none_are_refused():
    for wrong in (None, [], "capacity", 5):
        for act in (check_weights, normalised, lambda weights: leave_out(weights, "transit")):
            with pytest.raises(InputError, match="weights: needs a mapping criterion → weight, got"):
                act(wrong)
        says = "weights: none given" if wrong is None else "weights: needs a mapping criterion → weight, got"
        with pytest.raises(InputError, match=says):
            score(MATRIX, wrong)
    for wrong, says in (({}, "all are zero or none is given"), ({"own": 0}, "all are zero"),
                        ({"own": "1"}, "'own' needs"), ({"own": 10**400, "x": 1}, "'own' needs a number"),
                        ({"own": 10**5000}, "'own' needs a number, not a number of thousands of digits")):  # fmt: skip
        with pytest.raises(InputError, match=f"weights: {says}"):
            normalised(wrong)
    assert normalised({"own": 1, "x": 3}) == {"own": 0.25, "x": 0.75}
    for wrong in (None, ["transit"], 5):
        with pytest.raises(InputError, match="unknown group of criteria"):
            leave_out(default_weights(), wrong)
        with pytest.raises(InputError, match="unknown weight set"):
            default_weights(wrong)


def test_bands_and_order_refuse_what_holds_no_numbers():
    with pytest.raises(InputError, match=r"scores needs numbers, holds '0.5' in row 'a'"):
        score_band(pd.Series(["0.5", "0.6"], index=SITES))
    for wrong in (None, [0.5]):
        with pytest.raises(InputError, match="scores: needs a Series"):
            score_band(wrong)
    assert score_band(pd.Series(pd.array([0.5, None], "Float64"), index=SITES)).isna().tolist() == [False, True]
    for wrong in (None, pd.DataFrame({"score": [1]})):
        with pytest.raises(InputError, match=r"table: needs a table \(DataFrame\) with the column rank"):
            order(wrong)
    with pytest.raises(InputError, match="table: rank needs numbers, holds '10' in row 'a'"):
        order(pd.DataFrame({"rank": ["10", "9"]}, index=SITES))


def test_weights_whose_sum_no_number_holds_count_by_their_shares():
    assert normalised({"capacity": 1e308, "deprivation": 1e308}) == {"capacity": 0.5, "deprivation": 0.5}


NOISY = pd.DataFrame(
    {"noise_db": [65.0, None, 50.0], "site_name": ["A", "B", "C"], "corridor_walk_m": [680.0, 400.0, None]},
    index=pd.Index(list("abc"), name="site_id"),
)


def quiet(sites):
    return sites["noise_db"]


def test_a_registered_criterion_takes_its_anchors_in_the_call(registered):
    criterion("quiet", title="Quiet", group="need", needs="noise_db")(quiet)
    done = score(NOISY, {"quiet": 3, "corridor_access": 1}, anchors={"quiet": (70, 50)})
    # 65 dB is a quarter of the way from 70 to 50; 680 m half of that from 960 to 400; a blank scores 0
    assert done["c_quiet"].tolist() == [0.1875, 0.0, 0.75]
    assert done["c_corridor_access"].tolist() == [0.125, 0.25, 0.0]
    assert done["score"].tolist() == [0.3125, 0.25, 0.75]
    assert done["coverage"].tolist() == [1.0, 0.25, 0.75]
    measured = measure(NOISY, ["quiet", "corridor_access"])
    assert score(measured, {"quiet": 3, "corridor_access": 1}, anchors={"quiet": (70, 50)}).equals(done)
    for table in (NOISY, measured):
        with pytest.raises(InputError, match=r"criterion 'quiet': has no anchors; give anchors=\{'quiet': \(worst, be"):
            score(table, {"quiet": 1})


def test_anchors_of_a_pair_are_the_users_own(registered):
    criterion("quiet", title="Quiet", group="need", needs="noise_db", anchors=(70, 50), unit="dB")(quiet)
    declared = CRITERIA["quiet"]
    assert (declared.worst, declared.best, declared.unit, declared.confidence) == (70, 50, "dB", "user")
    assert score(NOISY, {"quiet": 1})["score"].tolist() == [0.25, 0.0, 1.0]


def test_only_the_columns_that_are_weighted_are_looked_at():
    table = NOISY.assign(trees=["yes", None, "no"])
    anchors = {"noise_db": (70, 50), "trees": (0, 1)}
    assert score(table, {"noise_db": 1}, anchors=anchors)["score"].tolist() == [0.25, 0.0, 1.0]
    both = score(table, {"noise_db": 1, "trees": 1}, anchors=anchors)
    assert both["c_trees"].tolist() == [0.5, 0, 0]
    assert both["coverage"].tolist() == [1, 0, 1]
    with pytest.raises(InputError, match=r"matrix: has the column noise_db more than once"):
        score(pd.concat([NOISY, NOISY[["noise_db"]]], axis=1), {"noise_db": 1}, anchors=anchors)


def test_names_of_criteria_are_texts():
    with pytest.raises(InputError, match="anchors: the name of a criterion is a text, not 5; rename the column"):
        score(pd.DataFrame({5: [1.0, 2]}), {5: 1}, anchors={5: (0, 4)})


def test_sites_are_measured_where_they_hold_what_a_criterion_needs():
    weights = {"corridor_access": 1}
    assert score(NOISY, weights).equals(score(measure(NOISY, ["corridor_access"]), weights))
    both = score(NOISY, {"corridor_access": 1, "noise_db": 1}, anchors={"noise_db": (70, 50)})
    assert both["score"].tolist() == [0.375, 0.5, 0.5]
    with pytest.raises(InputError, match="criterion 'bus_access' was not measured; the matrix has"):
        score(NOISY.drop(columns="site_name"), {"corridor_access": 1, "bus_access": 1})
    with pytest.raises(InputError, match=r"matrix: .*site_name"):
        score(NOISY, {"site_name": 1, "corridor_access": 1}, anchors={"site_name": (0, 1)})
