"""What a project asks of its programme, as constraints on what is ranked."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.pipeline import programme_asked
from siteprior.programme.constraints import (
    AffordableShare,
    Budget,
    Cap,
    Exclusive,
    Floor,
    LockedIn,
    LockedOut,
    Prerequisite,
)
from siteprior.project.decision import Programme

SITES = pd.DataFrame({"ranked_as": ["a", "a", "c", None]}, index=pd.Index(["a", "b", "c", "refused"], name="site_id"))


def test_a_plot_stands_for_its_opportunity():
    asked = Programme(
        budget_gbp=1.0,
        locked_in=("b",),
        locked_out=("c", "refused"),
        exclusive=(("b", "c"), ("a", "b"), ("a", "refused")),
        prerequisites=(("b", "c"), ("a", "b"), ("a", "refused"), ("refused", "a")),
    )
    found = programme_asked.constraints_of(asked, SITES)
    assert found == [
        LockedIn(["a"]), Exclusive(["a", "c"]), Prerequisite("a", needs="c"), LockedOut(["c", "a"]),
    ]  # fmt: skip


def test_ids_that_no_site_has_are_refused_before_anything_is_measured():
    asked = Programme(budget_gbp=1.0, locked_in=("x",), exclusive=(("a", "y"),))
    with pytest.raises(InputError) as refused:
        programme_asked.refuse_unknown_sites(asked, SITES.index)
    assert len(refused.value.faults) == 2
    assert refused.value.faults[0].startswith("locked_in: unknown site 'x'")
    programme_asked.refuse_unknown_sites(None, SITES.index)


def test_amounts_shares_and_money_become_constraints():
    asked = Programme(
        years={"2027": 2.0, "2028": 3.0}, funds={"land": 4.0}, affordable_share=0.2, floors={"homes": 5},
        caps={"cost": 6}, council_floors={"E08000025": {"homes": 7}}, council_caps={"E08000025": {"sites": 8}},
    )  # fmt: skip
    assert programme_asked.budget_of(asked) == Budget(years={2027: 2.0, 2028: 3.0}, funds={"land": 4.0})
    assert programme_asked.constraints_of(asked, SITES) == [
        Floor("homes", 5), Cap("cost", 6), Floor("homes", 7, council="E08000025"), Cap("sites", 8, council="E08000025"),
        AffordableShare(0.2),
    ]  # fmt: skip
    assert programme_asked.benefit_of(asked) == "weighted_homes"
    assert programme_asked.benefit_of(Programme(budget_gbp=1.0, benefit="score")) == "score"
