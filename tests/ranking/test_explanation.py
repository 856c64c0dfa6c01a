"""Explanations: parts that sum to the score, two sites compared, and sentences that say what the tables do."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.explanation import compare_sites, contributions, explain

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=50)
VALUES = pd.DataFrame({"near": [0.9, 0.5, 0.1], "poor": [0.5, 0.6, None]}, index=list("abc"))
EQUAL = {"near": 1, "poor": 1}
TABLES = st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 10))] * 2), min_size=2, max_size=7).map(
    lambda rows: pd.DataFrame(rows, columns=["near", "poor"], index=list("dbgacfe")[: len(rows)], dtype="float64") / 10
)
WEIGHTS = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(lambda two: dict(zip(["near", "poor"], two, strict=True)))


def test_contributions_by_hand():
    # scores .7, .55, .05; means .25 of near, .55/3 of poor; the last of the first two is b
    done = contributions(VALUES, EQUAL, "a", first=2)
    assert done.index.tolist() == ["near", "poor"]
    assert done["contribution"].tolist() == pytest.approx([0.45, 0.25])
    assert done["against_mean"].tolist() == pytest.approx([0.2, 0.25 - 0.55 / 3])
    assert done["last_inside"].tolist() == pytest.approx([0.25, 0.3])
    assert done["against_last"].tolist() == pytest.approx([0.2, -0.05])
    assert done["effect"].tolist() == ["lifts", "lifts"]
    last = contributions(VALUES, EQUAL, "c", first=2)
    assert last["missing"].to_dict() == {"near": False, "poor": True}
    assert last["effect"].tolist() == ["lowers", "lowers"]


@EXAMPLES
@given(TABLES, WEIGHTS, st.integers(1, 4), st.data())
def test_contributions_sum_to_the_score_and_differences_to_that_of_the_scores(values, weights, first, data):
    one, other = (data.draw(st.sampled_from(list(values.index))) for _ in range(2))
    total = sum(weights.values())
    scores = sum(values[name].fillna(0) * weight / total for name, weight in weights.items())
    done = contributions(values, weights, one, first=first)
    assert done["contribution"].sum() == pytest.approx(scores[one])
    assert done["against_mean"].sum() == pytest.approx(scores[one] - scores.mean())
    places = sorted(scores.round(12).items(), key=lambda item: (-item[1], item[0]))[:first]
    assert done["against_last"].sum() == pytest.approx(scores[one] - places[-1][1])
    parts = compare_sites(values, weights, one, other)
    assert parts["difference"].sum() == pytest.approx(scores[one] - scores[other])
    assert parts["difference"].abs().round(12).is_monotonic_decreasing
    back = compare_sites(values, weights, other, one)
    np.testing.assert_allclose(back["difference"].loc[parts.index], -parts["difference"], atol=1e-12)
    scaled = {name: 7 * weight for name, weight in weights.items()}
    for again in (
        contributions(values, scaled, one, first=first),
        contributions(values[::-1], weights, one, first=first),
    ):
        pd.testing.assert_frame_equal(done.sort_index(), again.sort_index(), rtol=0, atol=1e-12)


SITES = pd.DataFrame(
    {"corridor_access": [400.0, 680.0, None, 900.0], "capacity": [100.0, 250.0, 500.0, 20.0]}, index=list("abcd")
)
ANCHORS = {"corridor_access": (960, 400), "capacity": (0, 500)}
HALF = {"corridor_access": 1, "capacity": 1}


def test_the_sentences_say_what_the_tables_do():
    # scores a .6, b .5, c .5, d .0736; the first 2 are a and b (b before c by label)
    why = explain(SITES, "c", weights=HALF, anchors=ANCHORS, first=2, against="a", prices={"corridor_access": 250})
    assert list(why.sentences) == [
        "c is 2nd of 4 with a score of 0.50 (the mean is 0.42), outside the first 2.",
        "Against the mean it is lifted by Homes (500 homes, +0.28).",
        "It is lowered by Walk to the corridor (missing, -0.20).",
        "The smallest change in one fact that puts it in: Walk to the corridor below 960 m instead of missing.",
        "The least change in one weight puts it in: Walk to the corridor below the 50% it has.",
        "The fact most worth finding out for £250: Walk to the corridor, which is missing and counts as the worst; if "
        "any value in its range is equally likely, it would put it in with a chance of 100%.",
        "a is 0.10 ahead of c: by Walk to the corridor (400 m against missing, +0.50), in spite of Homes (100 homes "
        "against 500 homes, -0.40).",
    ]


def test_a_site_inside_is_explained_against_the_last_one_inside():
    why = explain(SITES, "a", weights=HALF, anchors=ANCHORS, first=2, against="a")
    assert "It is 0.10 above the last of the first 2, most by Walk to the corridor (400 m, +0.25)." in why.sentences
    assert (
        "The smallest change in one fact that takes it out: Walk to the corridor above 512 m instead of 400 m."
        in why.sentences
    )
    assert why.sentences[-1] == "a and a have the same score."
    assert why.facts["change"].eq("leaves").all()


def test_what_nothing_moves_is_stated():
    alone = explain(SITES.head(2), "a", weights={"capacity": 1}, anchors=ANCHORS, first=2).sentences
    assert alone[-2:] == ("No change in one fact takes it out.", "No change in one weight takes it out.")
    far = pd.DataFrame({"x": [1.0, 0.9, 0.0], "y": [1.0, 0.9, 0.0]}, index=list("abc"))
    out = explain(far, "c", weights={"x": 1, "y": 1}, anchors={"x": (0, 1), "y": (0, 1)}, first=1)
    assert "No change in one fact puts it in." in out.sentences
    assert "No change in one weight puts it in." in out.sentences


def test_a_run_gives_its_weights_its_shortlist_and_its_ranges():
    sites = pd.DataFrame(
        {"corridor_walk_m": [400.0, 680.0, None], "corridor_walk_low_m": [400.0, 400.0, None],
         "corridor_walk_high_m": [450.0, 960.0, None], "imd_percentile": [50.0, 30.0, 1.0],
         "eligible": ["yes", "yes", "yes"]},
        index=pd.Index(["a", "b", "c"], name="site_id"),
    )  # fmt: skip
    weights = {"corridor_access": 3, "deprivation": 1}
    run = SimpleNamespace(sites=sites, weights=weights, criteria_known=CRITERIA, shortlist=sites.head(1))
    why = explain(run, "b")
    assert ", outside the first 1." in why.sentences[0]
    fact = why.information.iloc[0]
    assert (fact["criterion"], fact["low"], fact["high"], bool(fact["missing"])) == ("corridor_access", 0, 1, False)
    assert "of which only a range is known" in why.sentences[-1]
    assert explain(run, "c").information["missing"].all()
    assert explain(run, "b", first=3).facts["possible"].eq(False).all()


def test_what_cannot_be_explained_is_refused():
    with pytest.raises(InputError, match="first: none given, and there is no shortlist to take it from"):
        explain(SITES, "a", weights=HALF, anchors=ANCHORS)
    with pytest.raises(InputError) as caught:
        explain(SITES, "q", weights=HALF, anchors=ANCHORS, first=2, against="r")
    assert caught.value.faults == tuple(f"site: '{label}' is not among the sites that are ranked" for label in "qr")
    for act in (
        lambda: contributions(VALUES, EQUAL, "a", first=0),
        lambda: explain(SITES, "a", weights=HALF, anchors=ANCHORS, first=1.5),
    ):  # fmt: skip
        with pytest.raises(InputError, match="first: needs a whole number from 1"):
            act()
    with pytest.raises(InputError, match="site: 'z' is not among"):
        compare_sites(VALUES, EQUAL, "a", "z")
