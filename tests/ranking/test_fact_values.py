"""Value of information: by hand, against draws, and with prices."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.ranking.fact_values import information_value
from siteprior.ranking.scoring import normalised

EXAMPLES = settings(deadline=None, derandomize=True, max_examples=40)
EQUAL = {"near": 1, "poor": 1}
VALUES = pd.DataFrame({"near": [0.9, 0.5, None], "poor": [0.5, 0.5, 0.8]}, index=list("abc"))
LOW, HIGH = VALUES.fillna(0.0), VALUES.fillna(1.0)


def test_the_chance_by_hand():
    # the line is .7; c has .4 without its walk, and enters above a value of .6: a chance of .4
    done = information_value(VALUES, EQUAL, LOW, HIGH, first=1)
    assert done[["site", "criterion", "change"]].iloc[0].tolist() == ["c", "near", "enters"]
    assert done[["value_now", "value_needed", "chance"]].iloc[0].tolist() == pytest.approx([0.0, 0.6, 0.4])
    assert bool(done["missing"].iloc[0])
    # of two places c has none either: a .7, b .5, c .4; above .2 of near it is in
    assert information_value(VALUES, EQUAL, LOW, HIGH, first=2)["chance"].tolist() == pytest.approx([0.8])
    # with three places nobody is in the way, and nothing can put one out
    third = information_value(VALUES, EQUAL, LOW, HIGH, first=3).iloc[0]
    assert (third["change"], third["chance"]) == ("leaves", 0.0)
    assert np.isnan(third["value_needed"])


def test_a_known_fact_with_a_range_counts_and_one_inside_may_leave():
    low = LOW.assign(near=[0.3, 0.5, 0.0])
    done = information_value(VALUES, EQUAL, low, HIGH, first=1).set_index("site")
    # a leaves where near falls below .5 (level with b, it stands first): (.5 − .3) / (.9 − .3)
    assert done.loc["a", ["change", "criterion"]].tolist() == ["leaves", "near"]
    assert done.loc["a", "chance"] == pytest.approx(1 / 3)
    assert not done.loc["a", "missing"]


def test_prices_rank_what_is_known_for_the_money():
    low, high = LOW.assign(poor=[0.5, 0.0, 0.8]), HIGH.assign(poor=[0.5, 1.0, 0.8])
    done = information_value(VALUES, EQUAL, low, high, first=1, prices={"near": 4000, "poor": 50})
    assert done["site"].tolist() == ["b", "c"]
    assert done["chance"].tolist() == pytest.approx([0.1, 0.4])
    assert done["chance_per_1000_gbp"].tolist() == pytest.approx([2.0, 0.1])
    by_site = pd.DataFrame({"near": [None, None, 100.0]}, index=list("abc"))
    table = information_value(VALUES, EQUAL, low, high, first=1, prices=by_site)
    assert table["site"].tolist() == ["c", "b"]
    assert table["price_gbp"].tolist()[0] == 100
    assert table.loc[1, ["price_gbp", "chance_per_1000_gbp"]].isna().all()  # no price known stands last


CELLS = st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(0, 10)).map(sorted)


@EXAMPLES
@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=2, max_size=6), st.tuples(st.integers(1, 5), st.integers(0, 5)),
    st.integers(1, 4),
)  # fmt: skip
def test_the_chance_is_the_share_of_draws_that_change_sides(cells, weighed, first):
    index = list("dbgacf")[: len(cells)]
    low, now, high = (
        pd.DataFrame([[cell[end] / 10 for cell in row] for row in cells], index=index, columns=["near", "poor"])
        for end in (0, 1, 2)
    )
    weights = dict(zip(["near", "poor"], weighed, strict=True))
    done = information_value(now, weights, low, high, first=first)
    shares = normalised({name: weight for name, weight in weights.items() if weight})

    def inside(values, site):
        scores = {
            label: round(sum(row[name] * share for name, share in shares.items()), 12) for label, row in values.items()
        }
        return site in sorted(scores, key=lambda label: (-scores[label], label))[:first]

    as_is = now.to_dict("index")
    assert len(done) == sum(int((high[name] > low[name]).sum()) for name in shares)
    for row in done.itertuples():
        draws = low.loc[row.site, row.criterion] + (np.arange(50) + 0.5) / 50 * (row.high - row.low)
        changed = 0
        for number in draws:
            drawn = as_is | {row.site: as_is[row.site] | {row.criterion: number}}
            changed += inside(drawn, row.site) != inside(as_is, row.site)
        assert abs(row.chance - changed / 50) <= 0.5 / 50 + 1e-9
    assert done["chance"].is_monotonic_decreasing
    scaled = information_value(now, {name: 7 * weight for name, weight in weights.items()}, low, high, first=first)
    turned = information_value(now[::-1], weights, low[::-1], high[::-1], first=first)
    for other in (scaled, turned):
        by = ["site", "criterion"]
        pd.testing.assert_frame_equal(
            done.sort_values(by, ignore_index=True), other.sort_values(by, ignore_index=True), rtol=0, atol=1e-9
        )


@pytest.mark.parametrize(
    ("low", "high", "more", "says"),
    [
        (HIGH, LOW, {}, "high: near lies below low for 'c'"),
        (LOW[["near"]], HIGH, {}, "low: lacks the weighed criteria poor"),
        (VALUES, HIGH, {}, "low: near needs values from 0 to 1, none missing"),
        (LOW, HIGH.head(2), {}, "high: lacks row 'c'"),
        (LOW, HIGH, {"first": 0}, "first: needs a whole number from 1, not 0"),
        (LOW, HIGH, {"prices": {"near": -5}}, "'near' needs pounds above 0, not -5"),
        (LOW, HIGH, {"prices": 5}, "needs a mapping criterion → pounds or a table, got int"),
        (LOW, HIGH, {"prices": HIGH * 0}, "needs pounds above 0; leave out what has no price"),
    ],
)
def test_what_cannot_be_valued_is_refused(low, high, more, says):
    with pytest.raises(InputError, match=says):
        information_value(VALUES, EQUAL, low, high, **{"first": 1, **more})
