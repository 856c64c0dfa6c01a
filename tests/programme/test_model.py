"""A programme as numbers: its options, its rows, and what a choice reaches."""

import numpy as np
import pandas as pd
import pytest

from siteprior.programme import AffordableShare, Budget, Cap, Exclusive, Floor, LockedIn, Prerequisite
from siteprior.programme.model import build_model, share_parts

SITES = pd.DataFrame(
    {"benefit": [1.0, 2], "cost": [3.0, 4], "later": [1.0, 0], "homes": [10, 20], "affordable_homes": [5, None],
     "funds": ["x; y", "y"]}, index=["b", "a"],
)  # fmt: skip


def model_of(budget, *constraints, cost="cost"):
    return build_model(SITES, budget=budget, benefit="benefit", cost=cost, constraints=constraints)


def test_sites_stand_in_the_order_of_their_ids_and_options_in_years_and_funds():
    model = model_of(Budget(years={2027: 9, 2028: 9}, funds={"x": 9, "y": 9}))
    assert model.sites.index.tolist() == ["a", "b"]
    options = model.options
    assert list(zip(options.site, options.year, options.fund, strict=True)) == [
        (0, 0, 1), (0, 1, 1), (1, 0, 0), (1, 0, 1), (1, 1, 0), (1, 1, 1)]  # fmt: skip
    assert model.structure.matrix.toarray().tolist() == [[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 1, 1]]


def test_money_falls_in_its_year_and_on_its_fund():
    model = model_of(Budget(years={2027: 9, 2028: 9}), cost=["cost", "later"])
    assert [block.name for block in model.blocks] == ["budget of 2027 at most 9", "budget of 2028 at most 9"]
    first, second = (block.rows.matrix.toarray()[0].tolist() for block in model.blocks)
    # a starts in 2027 or 2028; b, with a later cost, in 2027 alone
    assert (first, second) == ([4, 0, 3], [0, 4, 1])
    by_fund = model_of(Budget(funds={"x": 1, "y": 2}))
    assert [block.rows.matrix.toarray()[0].tolist() for block in by_fund.blocks] == [[0, 3, 0], [4, 0, 3]]


def test_rows_of_every_kind():
    model = model_of(9, Floor("homes", 5), Cap("sites", 1), AffordableShare(0.2), LockedIn("a"), Exclusive(["a", "b"]),
                     Prerequisite("a", needs="b"))  # fmt: skip
    rows = {block.name: (block.rows.matrix.toarray().tolist(), block.rows.low.tolist(), block.rows.high.tolist())
            for block in model.blocks}  # fmt: skip
    inf = np.inf
    assert rows == {
        "budget at most 9": ([[4, 3]], [-inf], [9]),
        "homes at least 5": ([[20, 10]], [5], [inf]),
        "sites at most 1": ([[1, 1]], [-inf], [1]),
        "affordable_homes at least 20% of homes": ([[-4, 3]], [0], [inf]),
        "a locked in": ([[1, 0]], [1], [inf]),
        "at most one of a, b": ([[1, 1]], [-inf], [1]),
        "a only with b": ([[1, -1]], [-inf], [0]),
    }
    assert len(model.rows().low) == 7
    assert len(model.without("a locked in").blocks) == 6


def test_what_a_choice_reaches():
    model = model_of(9, AffordableShare(0.2), Floor("homes", 1))
    both, none = np.ones(2), np.zeros(2)
    budget, share, homes = model.blocks
    assert budget.reached(both) == 7
    assert share.reached(both) == pytest.approx(5 / 30)
    assert np.isnan(share.reached(none))
    assert homes.reached(np.array([1.0, 0.0])) == 20
    part, whole = share_parts(model, AffordableShare())
    assert (part.tolist(), whole.tolist()) == ([0, 5], [20, 10])
    assert model.measure("sites").tolist() == [1, 1]
    assert model.measure("affordable_homes").tolist() == [0, 5]


def test_what_two_constraints_ask_alike_stands_once():
    model = model_of(9, LockedIn(["a", "b"]), LockedIn(["a"]))
    assert [block.name for block in model.blocks] == ["budget at most 9", "a locked in", "b locked in"]
