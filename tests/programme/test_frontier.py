"""The frontier between two measures and the price of each constraint, beside every choice looked at."""

import numpy as np
import pandas as pd
import pytest

from factories.programmes import every_choice, keeps, parts, random_budget, random_constraints, random_sites
from siteprior.core.errors import InputError
from siteprior.programme import (
    AffordableShare,
    Budget,
    Cap,
    DeprivedShare,
    Floor,
    InfeasibleError,
    choose_programme,
    constraint_prices,
    pareto_frontier,
)

FIVE = pd.DataFrame(
    {"benefit": [60, 50, 42, 35, 20], "cost": [10, 9, 7, 6, 4], "homes": 1, "imd_decile": [9, 1, 1, 9, 9],
     "organisation": ["A", "B", "B", "A", "A"]}, index=[1, 2, 3, 4, 5],
)  # fmt: skip


def values_by_hand(sites, budget, costs, constraints, measure):
    """Return benefit and the other measure (larger better) of each choice that keeps to everything."""
    asked = parts(sites, budget, constraints)
    found = []
    for choice in every_choice(sites, budget, costs):
        rows = [row for _, row in choice.values()]
        if not all(keeps(choice, costs, name, each) for _, name, each in asked):
            continue
        homes = sum(row["homes"] for row in rows)
        poor = sum(row["homes"] for row in rows if row["imd_decile"] <= 2)
        other = {"homes": homes, "cost": -sum(row["cost"] for row in rows), "share": poor / homes if homes else None}
        if other[measure] is not None:
            found.append((sum(row["benefit"] for row in rows), other[measure]))
    return found


@pytest.mark.parametrize("measure", ["homes", "cost", "share"])
def test_no_point_is_dominated_by_any_choice_and_the_ends_are_the_best(measure):
    looked_at = 0
    for case in range(12):
        rng = np.random.default_rng([case, 5])
        sites = random_sites(rng, 7)
        budget, costs = random_budget(rng, sites, "total")
        constraints = random_constraints(rng, sites)
        by_hand = values_by_hand(sites, budget, costs, constraints, measure)
        other = DeprivedShare(0) if measure == "share" else measure
        given = {"measures": ("benefit", other), "budget": budget, "constraints": constraints, "gap": 0, "points": 6}
        if not by_hand:
            continue
        looked_at += 1
        table = pareto_frontier(sites, **given)
        second = {"share": "share of homes in imd_decile 1 to 2"}.get(measure, measure)
        sign = -1 if measure == "cost" else 1
        points = [(row["benefit"], sign * row[second]) for _, row in table.iterrows()]
        for one, two in points:
            assert not any(b >= one - 1e-9 and s >= two - 1e-9 and (b > one + 1e-9 or s > two + 1e-9)
                           for b, s in by_hand)  # fmt: skip
        assert points[0][0] == pytest.approx(max(b for b, _ in by_hand))
        assert points[-1][1] == pytest.approx(max(s for _, s in by_hand))
        assert points == sorted(points, key=lambda pair: -pair[0])
    assert looked_at > 5


def test_a_share_may_stand_first():
    table = pareto_frontier(FIVE, measures=(DeprivedShare(0), "benefit"), budget=20, gap=0)
    assert table["benefit"].is_monotonic_increasing
    assert table.iloc[0, 0] == 1
    assert (table.iloc[-1]["benefit"], table.iloc[-1]["site_ids"]) == (115, "1; 4; 5")


def test_the_price_of_equity_of_the_published_knapsack():
    for asked in (DeprivedShare(0.6), Floor("sites", 2, council="B")):
        prices = constraint_prices(FIVE, budget=20, constraints=asked)
        assert prices.loc["equity: all shares and councils' limits", "price"] == 3
        assert prices.loc[asked.name, ["price", "price_low", "price_high"]].tolist() == [3, 3, 3]


def test_a_price_is_what_the_programme_without_it_brings_more():
    asked = [Floor("homes", 3), Cap("cost", 12, council="A"), AffordableShare(0.2)]
    sites = random_sites(np.random.default_rng(4), 40)
    prices = constraint_prices(sites, budget=60, constraints=asked, gap=0)
    within = choose_programme(sites, budget=60, constraints=asked, gap=0).benefit
    for each in asked:
        rest = [other for other in asked if other is not each]
        without = choose_programme(sites, budget=60, constraints=rest, gap=0).benefit
        assert prices.loc[each.name, "price"] == pytest.approx(without - within)
    free = choose_programme(sites, budget=60, gap=0).benefit
    assert prices.loc["all but the budget", "price"] == pytest.approx(free - within)
    wide = constraint_prices(sites, budget=60, constraints=asked, gap=0.3)
    assert (wide["price_low"] <= prices["price"] + 1e-9).all()
    assert (wide["price_high"] >= prices["price"] - 1e-9).all()


def test_faults():
    for words, given in (
        ("two shares", {"measures": (DeprivedShare(0), AffordableShare())}),
        ("needs two that differ", {"measures": ("homes", "homes")}),
        ("points: needs a whole number from 2", {"points": 1}),
        ("unknown column 'jobs'", {"measures": ("benefit", "jobs")}),
    ):
        with pytest.raises(InputError, match=words):
            pareto_frontier(FIVE, budget=20, **given)
    with pytest.raises(InputError, match="no programme has anything"):
        pareto_frontier(FIVE.assign(homes=0), measures=("benefit", DeprivedShare(0)), budget=20)
    for function in (pareto_frontier, constraint_prices):
        with pytest.raises(InfeasibleError):
            function(FIVE, budget=Budget(total=20), constraints=Floor("homes", 9))
