"""The smallest change that puts a site in or out: by hand, just beyond it, just before it, and nothing nearer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking.criteria import CRITERIA
from siteprior.ranking.scoring import normalised
from siteprior.ranking.turning_points import fact_changes, standing, weight_changes

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=50)
NAMES = ["x", "y", "z"]
LITTLE = 1e-6

ROWS = st.lists(st.tuples(*[st.one_of(st.none(), st.integers(0, 10))] * 3), min_size=2, max_size=7)
VALUES = ROWS.map(
    lambda rows: pd.DataFrame(rows, columns=NAMES, index=list("dbgacfe")[: len(rows)], dtype="float64") / 10
)
WEIGHTS = st.tuples(st.integers(1, 5), st.integers(0, 5), st.integers(0, 5)).map(
    lambda three: dict(zip(NAMES, three, strict=True))
)


def inside(values, weights, site, first):
    """Whether the site is in the shortlist: the best scores first, equal ones in the order of the labels."""
    total = sum(weights.values())
    rows = values.fillna(0.0).to_dict("index")
    scores = {
        label: round(sum(row[name] * weight / total for name, weight in weights.items()), 12)
        for label, row in rows.items()
    }
    return site in sorted(scores, key=lambda label: (-scores[label], label))[:first]


@EXAMPLES
@given(VALUES, WEIGHTS, st.integers(1, 5))
def test_who_is_inside_is_who_the_shortlist_holds(values, weights, first):
    filled = values.fillna(0.0)
    stands = standing(filled, normalised(weights), first)
    assert stands.inside.tolist() == [inside(values, weights, site, first) for site in values.index]
    past = (stands.scores > stands.line) | ((stands.scores == stands.line) & stands.before)
    assert past.tolist() == stands.inside.tolist()


@EXAMPLES
@given(VALUES, WEIGHTS, st.integers(1, 4), st.data())
def test_a_stated_fact_flips_just_beyond_and_not_just_before(values, weights, first, data):
    site = data.draw(st.sampled_from(list(values.index)))
    now = inside(values, weights, site, first)
    done = fact_changes(values, weights, site, first=first)
    assert (done["change"] == ("leaves" if now else "enters")).all()
    assert set(done["criterion"]) == {name for name, weight in weights.items() if weight > 0}

    def after(name, number):
        changed = values.copy()
        changed.loc[site, name] = np.clip(number, 0, 1)
        return inside(changed, weights, site, first)

    for row in done.itertuples():
        beyond = -LITTLE if now else LITTLE
        if row.possible:
            assert after(row.criterion, row.value_needed + beyond) != now
            if abs(row.move) > 2 * LITTLE:
                assert after(row.criterion, row.value_needed - beyond) == now
        else:  # not even the end of the scale does it
            assert after(row.criterion, 0.0 if now else 1.0) == now
            assert pd.isna(row.move)
    assert done["move"].abs().round(9).dropna().is_monotonic_increasing
    assert done["possible"].is_monotonic_decreasing


def moved(weights, name, share):
    """The weights with one moved to a share, the others in proportion."""
    shares = normalised({each: weight for each, weight in weights.items() if weight > 0})
    rest = 1 - shares[name]
    return {each: share if each == name else old * (1 - share) / rest for each, old in shares.items()}


@EXAMPLES
@given(VALUES, WEIGHTS, st.integers(1, 4), st.data())
def test_a_stated_weight_flips_just_beyond_and_nothing_nearer_does(values, weights, first, data):
    site = data.draw(st.sampled_from(list(values.index)))
    now = inside(values, weights, site, first)
    done = weight_changes(values, weights, site, first=first)
    for row in done.itertuples():
        if len(done) == 1:
            assert not row.possible
            continue
        # shares between now and the needed one, off the points at which two sites are level
        steps = np.arange(1, 20) / 19.37
        if row.possible:
            way = {"above": 1, "below": -1}[row.side]
            beyond = moved(weights, row.criterion, row.share_needed + way * LITTLE)
            assert inside(values, beyond, site, first) != now
            assert row.move == 0 or np.sign(row.move) == way
            nearer = [row.share_now + sign * abs(row.move) * step for sign in (-1, 1) for step in steps if step < 0.999]
        else:
            nearer = list(steps[steps < 1])
        for share in nearer:
            if LITTLE < share < 1 - LITTLE and abs(share - row.share_needed if row.possible else 1) > LITTLE:
                other = inside(values, moved(weights, row.criterion, share), site, first)
                assert other == now or at_a_tie(values, moved(weights, row.criterion, share), site)


def at_a_tie(values, weights, site):
    """Whether the site is level with another: there the order of the labels decides, at that very point."""
    scores = values.fillna(0.0)[list(weights)].mul(pd.Series(weights)).sum(axis=1).round(9)
    return bool((scores.drop(site) == scores[site]).any())


@settings(EXAMPLES, max_examples=25)
@given(VALUES, WEIGHTS, st.integers(1, 4), st.sampled_from([0.5, 3, 100]))
def test_weights_scaled_and_rows_reordered_change_nothing(values, weights, first, factor):
    sites = list(values.index)
    scaled = {name: weight * factor for name, weight in weights.items()}
    for changes in (fact_changes, weight_changes):
        done = changes(values, weights, sites, first=first)
        for other in (
            changes(values, scaled, sites, first=first),
            changes(values.iloc[::-1], weights, sites, first=first),
        ):
            by = ["site", "criterion"]
            pd.testing.assert_frame_equal(
                done.sort_values(by, ignore_index=True), other.sort_values(by, ignore_index=True), rtol=0, atol=1e-9
            )


def test_a_fact_by_hand_in_natural_units():
    # scores .75, .5; b enters above the line of .75: + .25/.5 = .5 more of either value
    values = pd.DataFrame({"corridor_access": [1.0, 0.25], "deprivation": [0.5, 0.75]}, index=list("ab"))
    done = fact_changes(values, {"corridor_access": 1, "deprivation": 1}, "b", first=1, criteria=CRITERIA)
    assert done["criterion"].tolist() == ["corridor_access", "deprivation"]
    assert done["value_needed"].tolist()[0] == 0.75
    assert done["measure_needed"].tolist()[0] == 540  # 960 m scores 0, 400 m scores 1
    assert done["unit"].tolist()[0] == "m"
    assert done["possible"].tolist() == [True, False]
    assert np.isnan(done["measure_needed"].tolist()[1])
    out = fact_changes(values, {"corridor_access": 1, "deprivation": 1}, "a", first=1)
    assert out["change"].tolist() == ["leaves", "leaves"]
    # .5 of either less; at a value of 0 of deprivation a is level with b, and stands first by its label
    assert out["value_needed"].tolist()[0] == 0.5
    assert out["possible"].tolist() == [True, False]


def test_where_there_is_a_place_for_all_nothing_puts_one_out():
    values = pd.DataFrame({"x": [0.5, 0.1], "y": [0.2, 0.9]}, index=list("ab"))
    for changes in (fact_changes, weight_changes):
        done = changes(values, {"x": 1, "y": 1}, ["a", "b"], first=2)
        assert not done["possible"].any()
        assert done["change"].eq("leaves").all()


def test_labels_that_are_not_ranked_are_refused():
    values = pd.DataFrame({"x": [0.5, 0.1]}, index=list("ab"))
    for changes in (fact_changes, weight_changes):
        with pytest.raises(InputError) as caught:
            changes(values, {"x": 1}, ["a", "q"], first=0)
        assert caught.value.faults == (
            "sites: 'q' is not among the sites that are ranked", "first: needs a whole number from 1, not 0",
        )  # fmt: skip
