"""Constraints as values: parsed once, every fault at once, each with a name of its own."""

import copy
import pickle

import pytest

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.programme import (
    AffordableShare,
    Budget,
    Cap,
    DeprivedShare,
    Exclusive,
    Floor,
    LockedIn,
    LockedOut,
    Prerequisite,
)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Budget(), ["has no limit"]),
        (lambda: Budget(total=-1, years={"2027": 3}, funds={2: "x"}), ["total", "years", "funds has 2", "'x'"]),
        (lambda: Budget(total=True), ["total needs a number from 0, got True"]),
        (lambda: Floor("", float("nan")), ["'' is no column", "at_least: needs a number from 0, got nan"]),
        (lambda: Cap("homes", -3), ["at_most: needs a number from 0, got -3"]),
        (lambda: AffordableShare(1.2), ["at_least: needs a number from 0 to 1, got 1.2"]),
        (lambda: DeprivedShare(-0.1, most_decile=11), ["most_decile needs a whole number of 1 to 10", "from 0 to 1"]),
        (lambda: LockedIn([]), ["LockedIn: sites needs 1 or more"]),
        (lambda: LockedOut(()), ["LockedOut: sites needs 1 or more"]),
        (lambda: Exclusive(["a", "a"]), ["Exclusive: sites needs 2 or more ids of sites, got 1"]),
        (lambda: Prerequisite("a", needs="a"), ["'a' needs itself"]),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_every_fault(make, words):
    with pytest.raises(InputError) as raised:
        make()
    assert len(raised.value.faults) == len(words)
    for word in words:
        assert word in str(raised.value)


def test_defaults_come_from_the_parameters():
    numbers = load_parameters("programme")
    assert AffordableShare().share == numbers.number("affordable_share") == 0.2
    assert DeprivedShare(0.3).most_decile == numbers.integer("most_deprived_decile") == 2


def test_a_budget_is_the_same_however_it_is_given():
    one = Budget(years={2028: 1, 2027: 2}, funds={"b": 1, "a": 2})
    other = Budget(years=((2027, 2), (2028, 1)), funds=(("a", 2), ("b", 1)))
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert one.yearly == ((2027, 2), (2028, 1))
    assert one.by_fund == (("a", 2), ("b", 1))


def test_names_say_what_is_asked():
    assert [
        each.name
        for each in (
            Floor("jobs", 1500),
            Cap("cost", 2.5e6, council="E1"),
            AffordableShare(0.25),
            DeprivedShare(0.4, most_decile=1),
            Exclusive(["a", "b"]),
            Prerequisite("a", needs="b"),
        )
    ] == [
        "jobs at least 1,500",
        "cost at most 2,500,000 in E1",
        "affordable_homes at least 25% of homes",
        "homes in imd_decile 1 to 1 at least 40% of homes",
        "at most one of a, b",
        "a only with b",
    ]


def test_a_constraint_cannot_be_changed():
    with pytest.raises(AttributeError):
        Floor("homes", 1).at_least = 2
