"""The choice under a budget: the check values of the literature, every choice looked at, and what changes nothing."""

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import siteprior as sp
from factories.programmes import every_choice, keeps, parts, random_budget, random_constraints, random_sites
from siteprior.core.errors import InputError
from siteprior.programme import (
    AffordableShare,
    Budget,
    Cap,
    DeprivedShare,
    Exclusive,
    Floor,
    InfeasibleError,
    LockedIn,
    LockedOut,
    Prerequisite,
    choose_programme,
)

FIVE = pd.DataFrame({"benefit": [60, 50, 42, 35, 20], "cost": [10, 9, 7, 6, 4]}, index=[1, 2, 3, 4, 5])


def test_the_published_knapsack():
    found = choose_programme(FIVE, budget=20)
    assert (list(found.chosen.index), found.benefit, found.cost, found.gap) == ([1, 4, 5], 115, 20, 0)
    both = choose_programme(FIVE, budget=20, constraints=LockedIn([2, 3]))
    assert (list(both.chosen.index), both.benefit) == ([2, 3, 5], 112)
    assert found.benefit - both.benefit == 3


def choices_of(sites, budget, costs, constraints):
    """Return benefit and cost of each choice that keeps to everything, by plain Python."""
    asked = parts(sites, budget, constraints)
    kept = []
    for choice in every_choice(sites, budget, costs):
        if all(keeps(choice, costs, name, each) for _, name, each in asked):
            rows = [row for _, row in choice.values()]
            kept.append((sum(row["benefit"] for row in rows), -sum(row[name] for row in rows for name in costs)))
    return kept


@pytest.mark.parametrize("kind", ["total", "years", "funds"])
@pytest.mark.parametrize("block", range(5))
def test_small_programmes_equal_every_choice_looked_at(kind, block):
    number, cases = {"total": (7, 30), "years": (5, 14), "funds": (5, 14)}[kind]
    possible = 0
    for case in range(cases):
        rng = np.random.default_rng([block, case, number])
        sites = random_sites(rng, number)
        budget, costs = random_budget(rng, sites, kind)
        constraints = random_constraints(rng, sites)
        by_hand = choices_of(sites, budget, costs, constraints)
        if not by_hand:
            with pytest.raises(InfeasibleError):
                choose_programme(sites, budget=budget, cost=costs, constraints=constraints, gap=0)
            continue
        possible += 1
        found = choose_programme(sites, budget=budget, cost=costs, constraints=constraints, gap=0)
        assert (found.benefit, -found.cost) == pytest.approx(max(by_hand))
        assert found.gap == 0
        assert found.bound == pytest.approx(found.benefit)
        assert not (found.totals["slack"] < 0).any()
    assert possible > cases / 4


@pytest.mark.parametrize("number", [1200, 3000])
def test_many_options_come_within_their_proven_gap_and_keep_to_everything(number):
    rng = np.random.default_rng(number)
    sites = random_sites(rng, number)
    asked = [AffordableShare(0.3), DeprivedShare(0.5), Floor("jobs", number), Cap("cost", number / 3, council="A")]
    found = choose_programme(sites, budget=number, constraints=asked)
    from scipy.optimize import Bounds, LinearConstraint, milp

    homes, poor = sites["homes"], sites["homes"].where(sites["imd_decile"] <= 2, 0)
    matrix = np.array([sites["cost"], sites["affordable_homes"] - 0.3 * homes, poor - 0.5 * homes, sites["jobs"],
                       sites["cost"].where(sites["organisation"] == "A", 0)])  # fmt: skip
    low, high = [-np.inf, 0, 0, number, -np.inf], [number, np.inf, np.inf, np.inf, number / 3]
    peer = milp(-sites["benefit"], integrality=np.ones(number), bounds=Bounds(0, 1),
                constraints=LinearConstraint(matrix, low, high), options={"mip_rel_gap": 1e-4})  # fmt: skip
    assert found.gap <= 0.001
    assert found.benefit <= -peer.mip_dual_bound + 1e-6
    assert found.bound >= -peer.fun - 1e-6
    assert found.benefit >= -peer.fun * (1 - 0.001)
    assert (found.totals["slack"] >= -1e-6).all()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.sampled_from(["total", "years", "funds"]), st.sampled_from([1000.0, 0.37, 1e-6]))
def test_order_of_rows_and_unit_of_money_change_nothing(seed, kind, factor):
    rng = np.random.default_rng(seed)
    sites = random_sites(rng, 8)
    budget, costs = random_budget(rng, sites, kind)
    asked = [Floor("homes", 5), AffordableShare(0.2)]

    def chosen(table, money):
        try:
            return choose_programme(table, budget=money, cost=costs, constraints=asked, gap=0)
        except InfeasibleError:
            return None

    first = chosen(sites, budget)
    mixed = chosen(sites.iloc[rng.permutation(8)], budget)
    scaled = chosen(
        sites.assign(**{name: sites[name] * factor for name in costs}),
        Budget(
            None if budget.total is None else budget.total * factor,
            {year: limit * factor for year, limit in budget.yearly},
            {fund: limit * factor for fund, limit in budget.by_fund},
        ),
    )
    if first is None:
        assert mixed is None
        assert scaled is None
        return
    pd.testing.assert_frame_equal(first.chosen, mixed.chosen)
    pd.testing.assert_frame_equal(first.chosen.drop(columns="cost"), scaled.chosen[first.chosen.columns].drop(
        columns="cost").assign(**{"later": first.chosen["later"]} if "later" in first.chosen else {}))  # fmt: skip


def test_of_equal_programmes_the_cheapest_then_the_first_by_id():
    alike = pd.DataFrame({"benefit": [5.0, 5, 5, 5], "cost": [3.0, 2, 2, 2]}, index=["a", "d", "c", "b"])
    assert list(choose_programme(alike, budget=5).chosen.index) == ["b", "c"]
    assert list(choose_programme(alike.iloc[::-1], budget=5).chosen.index) == ["b", "c"]


def test_unknown_money_or_benefit_is_left_out_with_its_reason():
    sites = pd.DataFrame({"benefit": [9, 9, None, 1], "cost": [1, None, 1, 1], "homes": [1, 1, 1, None]},
                         index=[*"abcd"])  # fmt: skip
    found = choose_programme(sites, budget=9)
    assert found.left_out["reason"].to_dict() == {"b": "cost unknown", "c": "benefit unknown"}
    assert list(found.chosen.index) == ["a", "d"]
    capped = choose_programme(sites, budget=9, constraints=Cap("homes", 5))
    assert capped.left_out.loc["d", "reason"] == "homes unknown, of which there is a cap"
    shared = choose_programme(sites, budget=9, constraints=DeprivedShare(0, decile="homes"))
    assert shared.left_out.loc["d", "reason"] == "homes unknown, of which there is a share"


def test_a_missing_value_never_helps():
    sites = pd.DataFrame(
        {"benefit": [9.0, 5], "cost": [1.0, 1], "homes": [10.0, 10], "affordable_homes": [None, 4],
         "imd_decile": [None, 1], "organisation": [None, "A"]}, index=["a", "b"],
    )  # fmt: skip
    for asked in (AffordableShare(), DeprivedShare(0.9), Cap("sites", 1, council="A")):
        found = choose_programme(sites, budget=9, constraints=asked)
        assert list(found.chosen.index) in (["a", "b"], ["b"], ["a"])
        assert {AffordableShare: ["a", "b"], DeprivedShare: ["b"], Cap: ["a"]}[type(asked)] == list(found.chosen.index)
    with pytest.raises(InfeasibleError):
        choose_programme(sites.loc[["a"]], budget=9, constraints=Floor("homes", 1, council="A"))


def test_costs_fall_in_their_years_and_none_after_the_last():
    sites = pd.DataFrame({"benefit": [9, 8], "cost": [4, 4], "next": [2, 0], "funds": ["x", "y"]}, index=["a", "b"])
    found = choose_programme(sites, budget=Budget(years={2027: 4, 2028: 6}), cost=["cost", "next"])
    assert found.chosen["year"].to_dict() == {"a": 2027, "b": 2028}
    assert found.totals["reached"].tolist() == [4, 6]
    late = choose_programme(sites, budget=Budget(years={2028: 10}), cost=["cost", "next"])
    assert late.left_out["reason"].to_dict() == {"a": "no year of the budget takes its whole cost"}
    paid = choose_programme(sites, budget=Budget(funds={"x": 10, "z": 1}))
    assert paid.chosen["fund"].to_dict() == {"a": "x"}
    assert paid.left_out["reason"].to_dict() == {"b": "no fund of the budget pays for it"}
    unknown = choose_programme(sites.assign(funds=[None, "x"]), budget=Budget(funds={"x": 10}))
    assert unknown.left_out["reason"].to_dict() == {"a": "funds unknown"}


def test_a_prerequisite_starts_no_later():
    sites = pd.DataFrame({"benefit": [9, 1], "cost": [5, 4]}, index=["a", "b"])
    asked = Prerequisite("a", needs="b")
    assert choose_programme(sites, budget=Budget(years={2027: 5, 2028: 4}), constraints=asked).benefit == 1
    years = Budget(years={2027: 4, 2028: 5})
    assert choose_programme(sites, budget=years, constraints=asked).chosen["year"].to_dict() == {"a": 2028, "b": 2027}


def test_every_fault_of_a_call_is_named_at_once():
    with pytest.raises(InputError) as raised:
        choose_programme(FIVE, budget=-1, benefit="benfit",
                         constraints=[Floor("homes", 3), LockedIn([9]), "homes >= 3", Floor("homes", 3)])  # fmt: skip
    assert [text.split(";")[0].split(":")[0] for text in raised.value.faults] == [
        "budget", "constraints", "constraints", "opportunities", "opportunities", "LockedIn"]  # fmt: skip
    assert "did you mean 'benefit'" in str(raised.value)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (FIVE.assign(cost=[-1, 2, 3, 4, 5]), "cost is below 0 in row '1'; clip it"),
        (FIVE.assign(cost="x"), "cost needs numbers"),
        (FIVE.assign(cost=np.inf), "cost needs finite numbers"),
        (pd.concat([FIVE, FIVE]), "holds '1' more than once"),
        (FIVE.set_axis([1, 2, 3, 4, None]), "missing id"),
        (pd.DataFrame(), "unknown column 'cost'"),
        ("a table", "needs a table"),
    ],
)  # fmt: skip
def test_what_is_no_table_of_opportunities_is_refused(table, words):
    with pytest.raises(InputError, match=words):
        choose_programme(table, budget=20)


def test_more_faults():
    homes = FIVE.assign(homes=1, affordable_homes=2)
    for words, table, given_ in (
        ("affordable_homes is more than homes in row '1'", homes, {"constraints": AffordableShare()}),
        ("give Budget", homes, {"cost": ["cost", "homes"]}),
        ("LockedIn: '1' cannot be chosen: cost unknown", FIVE.assign(cost=[None, 1, 1, 1, 1]),
         {"constraints": LockedIn([1])}),
        ("gap: needs a number", FIVE, {"gap": 1}),
        ("needs a list of constraints", FIVE, {"constraints": 3}),
    ):  # fmt: skip
        with pytest.raises(InputError, match=words):
            choose_programme(table, **{"budget": 20, **given_})


def test_nothing_to_choose_from_is_an_empty_programme():
    found = choose_programme(FIVE.iloc[:0], budget=20)
    assert (len(found.chosen), found.benefit, found.gap) == (0, 0, 0)
    none = choose_programme(FIVE, budget=0)
    assert (len(none.chosen), none.benefit, none.cost, none.gap) == (0, 0, 0, 0)
    assert choose_programme(FIVE, budget=20, constraints=[LockedOut([1]), Exclusive([2, 3])]).benefit == 105


def test_the_face_has_it_and_a_programme_copies():
    assert sp.choose_programme is sp.programme.choose_programme
    found = copy.copy(choose_programme(FIVE, budget=20))
    assert repr(found).startswith("Programme(chosen: 3 rows")
