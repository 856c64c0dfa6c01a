"""A call looked at before anything is computed: what is used of it, and who cannot be chosen."""

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.programme import AffordableShare, Budget, Cap, Exclusive, Floor, LockedIn, Prerequisite
from siteprior.programme.checked import check_call, left_out

SITES = pd.DataFrame(
    {"benefit": [1.0, 2, 3], "cost": [1.0, None, 3], "homes": [4, 5, None], "affordable_homes": [1, None, 2],
     "organisation": ["A", "B", None], "funds": ["x", None, "x; y"], "notes": "n"}, index=["a", "b", "c"],
)  # fmt: skip


def test_only_columns_that_are_used_or_shown_are_kept():
    asked = check_call(SITES, 9, "benefit", "cost", Floor("homes", 1, council="A"))
    assert asked.columns == ("organisation", "homes", "affordable_homes", "cost", "benefit")
    assert asked.budget == Budget(total=9)
    assert asked.costs == ("cost",)


def test_who_cannot_be_chosen_and_why():
    budget = Budget(funds={"x": 9})
    asked = check_call(SITES, budget, "benefit", "cost", [Cap("homes", 9), AffordableShare()])
    assert left_out(SITES, asked) == [[], ["cost unknown", "funds unknown"], ["homes unknown, of which there is a cap"]]


def test_a_floor_leaves_nobody_out():
    asked = check_call(SITES, 9, "benefit", "cost", Floor("homes", 1))
    assert left_out(SITES, asked) == [[], ["cost unknown"], []]


@pytest.mark.parametrize(
    ("constraints", "words"),
    [
        (Floor("jobs", 1), "unknown column 'jobs'"),
        (Floor("homes", 1, council="A"), "organisation"),
        ([Exclusive(["a", "z"])], "Exclusive: unknown site 'z'"),
        ([Prerequisite("a", needs="z")], "Prerequisite: unknown site 'z'"),
        ([LockedIn("a"), LockedIn("a")], "stands twice"),
    ],
)
def test_what_is_named_and_is_not_there_is_refused(constraints, words):
    with pytest.raises(InputError, match=words):
        check_call(SITES.assign(organisation=7), 9, "benefit", "cost", constraints)
