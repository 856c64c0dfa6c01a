"""The nearest weights at which a site changes sides: by hand, against a fine grid, and by ranking with them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking.turning_points import standing, weight_changes
from siteprior.ranking.weight_distance import nearest_weights

WEIGHTS = {"need": 0.5, "access": 0.3, "homes": 0.2}


def table(rows):
    return pd.DataFrame(rows, columns=list(WEIGHTS), index=list("abcdefghij")[: len(rows)])


def inside(values, shares, site, first):
    done = standing(values, dict(zip(values, shares, strict=True)), first)
    return bool(done.inside[values.index.get_loc(site)])


def test_of_two_criteria_it_is_the_change_of_one_weight():
    values = pd.DataFrame({"near": [0.9, 0.5], "poor": [0.3, 0.5]}, index=list("ab"))
    done = nearest_weights(values, {"near": 3, "poor": 1}, "b", first=1)
    one = weight_changes(values, {"near": 3, "poor": 1}, ["b"], first=1)
    assert done.loc["near", "share_needed"] == pytest.approx(1 / 3)  # 0.9 w + 0.3 (1 − w) = 0.5
    assert done["move"].abs().sum() == pytest.approx(2 * one["move"].abs().min())


def test_all_weights_moved_together_need_less_than_one_alone():
    values = table([[0.9, 0.5, 0.1], [0.6, 0.5, 0.6], [0.2, 0.2, 0.2]])
    together = nearest_weights(values, WEIGHTS, "b", first=1)
    # b lacks 0.3 × need and gains 0.5 × homes: 0.3 (0.5 − t) = 0.5 (0.2 + t), t = 0.0625, access as it is
    assert together["share_needed"].to_dict() == pytest.approx({"need": 0.4375, "homes": 0.2625, "access": 0.3})
    alone = weight_changes(values, WEIGHTS, ["b"], first=1)
    assert together["move"].abs().sum() < 2 * alone["move"].abs().min()


def test_where_no_weights_change_sides_all_is_missing():
    values = table([[0.9, 0.9, 0.9], [0.5, 0.5, 0.5], [0.1, 0.2, 0.3]])
    for site in ("b", "a"):
        done = nearest_weights(values, WEIGHTS, site, first=1)
        assert done["share_needed"].isna().all()
        assert done["share_now"].sum() == pytest.approx(1)
    assert nearest_weights(values, WEIGHTS, "c", first=5)["share_needed"].isna().all()  # all are among the first


GRID = np.array([(a, b, 50 - a - b) for a in range(51) for b in range(51 - a)]) / 50
STEP = 2 * 2 / 50
ROWS = st.lists(st.tuples(*[st.integers(0, 10)] * 3), min_size=3, max_size=8, unique=True)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.data())
def test_no_weights_of_a_fine_grid_are_nearer(rows, data):
    values = table(rows) / 10
    site = data.draw(st.sampled_from(list(values.index)))
    first = data.draw(st.integers(1, len(values) - 1))
    now = np.array(list(WEIGHTS.values()))
    was = inside(values, now, site, first)
    done = nearest_weights(values, WEIGHTS, site, first=first)
    other = [float(np.abs(shares - now).sum()) for shares in GRID if inside(values, shares, site, first) != was]
    moved = done["move"].abs().sum(skipna=False)
    if np.isnan(moved):
        assert not other
        return
    assert moved <= min(other, default=np.inf) + 1e-9
    needed = done.loc[list(WEIGHTS), "share_needed"].to_numpy()
    assert needed.sum() == pytest.approx(1)
    assert (needed >= 0).all()
    # at the line: no more rivals are clearly ahead than may be, or as many are at least level
    lead = (values.loc[site] - values.drop(index=site)).to_numpy() @ needed
    assert (lead < -1e-7).sum() <= first - 1 if not was else (lead <= 1e-7).sum() >= first


def test_bad_calls_are_refused():
    values = table([[0.9, 0.5, 0.1], [0.6, 0.5, 0.6]])
    with pytest.raises(InputError, match="'z' is not among"):
        nearest_weights(values, WEIGHTS, "z", first=1)
    with pytest.raises(InputError, match="first: needs a whole number"):
        nearest_weights(values, WEIGHTS, "a", first=0)
