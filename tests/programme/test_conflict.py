"""Why no programme is possible: the conflict is true and smallest, and what gives way is just enough."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from factories.programmes import every_choice, keeps, parts, random_budget, random_constraints, random_sites
from siteprior.programme import (
    AffordableShare,
    Budget,
    Cap,
    DeprivedShare,
    Floor,
    InfeasibleError,
    LockedIn,
    LockedOut,
    choose_programme,
)


def refused(sites, **given):
    with pytest.raises(InfeasibleError) as raised:
        choose_programme(sites, **given)
    return raised.value


def possible(choices, costs, asked):
    return any(all(keeps(choice, costs, name, each) for _, name, each in asked) for choice in choices)


def with_limit(part, limit):
    """Return a named part with another limit."""
    label, name, each = part
    limit = max(0.0, limit)
    if isinstance(each, Budget):
        kind, key = name
        other = {"total": limit} if kind == "total" else {kind: dict(getattr(each, kind)) | {key: limit}}
        return label, name, replace(each, **other)
    return label, name, replace(each, **{"at_most" if isinstance(each, Cap) else "at_least": limit})


@pytest.mark.parametrize("kind", ["total", "years", "funds"])
@pytest.mark.parametrize("block", range(3))
def test_a_conflict_cannot_be_kept_to_and_all_but_any_one_of_it_can(kind, block):
    number, cases = {"total": (6, 40), "years": (4, 30), "funds": (4, 30)}[kind]
    conflicts = 0
    for case in range(cases):
        rng = np.random.default_rng([block, case, number, 7])
        sites = random_sites(rng, number)
        budget, costs = random_budget(rng, sites, kind)
        constraints = random_constraints(rng, sites, hard=0.5)
        choices = list(every_choice(sites, budget, costs))
        asked = parts(sites, budget, constraints)
        if possible(choices, costs, asked):
            continue
        conflicts += 1
        conflict = refused(sites, budget=budget, cost=costs, constraints=constraints).conflict
        members = [part for part in asked if part[0] in conflict.index]
        assert len(members) == len(conflict) > 0
        assert not possible(choices, costs, members)
        for member in members:
            rest = [part for part in members if part is not member]
            assert possible(choices, costs, rest)
            by, becomes, for_all = conflict.loc[member[0], ["relax_by", "becomes", "relax_for_all"]]
            others = [part for part in asked if part is not member]
            assert possible(choices, costs, others) == np.isfinite(for_all)
            if np.isfinite(becomes):
                down = -1 if isinstance(member[2], Floor | AffordableShare | DeprivedShare) else 1
                assert possible(choices, costs, [*rest, with_limit(member, becomes + down * 1e-7)])
                if abs(becomes) > 1e-3:
                    assert not possible(choices, costs, [*rest, with_limit(member, becomes - down * 1e-3)])
                assert by > 0
            if np.isfinite(for_all) and np.isfinite(becomes):
                assert for_all >= by - 1e-9
                assert possible(choices, costs, [*others, with_limit(member, conflict.loc[member[0], "limit"]
                                                                     + down * (for_all + 1e-7))])  # fmt: skip
    assert conflicts > cases / 6


def test_the_least_that_would_do_is_named():
    sites = pd.DataFrame({"benefit": [6, 5, 4], "cost": [10, 9, 8], "homes": [80, 40, 10]}, index=["a", "b", "c"])
    error = refused(sites, budget=15, constraints=[Floor("homes", 100), Cap("homes", 200)])
    assert error.conflict.to_dict("index") == {
        "budget at most 15": {"limit": 15, "relax_by": 4, "becomes": 19, "relax_for_all": 4},
        "homes at least 100": {"limit": 100, "relax_by": 20, "becomes": 80, "relax_for_all": 20},
    }
    assert "budget at most 15 → 19; homes at least 100 → 80" in str(error)


def test_locks_that_contradict_each_other_are_to_be_dropped():
    sites = pd.DataFrame({"benefit": [6, 5], "cost": [10, 9]}, index=["a", "b"])
    error = refused(sites, budget=50, constraints=[LockedIn(["a", "b"]), LockedOut("a")])
    assert list(error.conflict.index) == ["a locked in", "a locked out"]
    assert error.conflict["becomes"].isna().all()
    assert "drop 'a locked in'; drop 'a locked out'" in str(error)


def test_two_conflicts_at_once_are_not_mended_by_one_limit():
    sites = pd.DataFrame({"benefit": [6.0], "cost": [10.0], "homes": [5.0], "jobs": [5.0]}, index=["a"])
    conflict = refused(sites, budget=50, constraints=[Floor("homes", 9), Floor("jobs", 9)]).conflict
    assert len(conflict) == 1
    assert conflict["relax_by"].tolist() == [4]
    assert conflict["relax_for_all"].isna().all()


def test_figures_of_real_size():
    rng = np.random.default_rng(3)
    sites = random_sites(rng, 300)
    sites = sites.assign(cost=sites["cost"] * 1e6, benefit=sites["benefit"] * 1e6)
    conflict = refused(sites, budget=30e6, constraints=[Floor("homes", 400), AffordableShare(0.2)]).conflict
    assert "homes at least 400" in conflict.index
    money = 30e6 + conflict.loc["budget at most 30,000,000", "relax_for_all"]
    asked = [Floor("homes", 400), AffordableShare(0.2)]
    assert choose_programme(sites, budget=money, constraints=asked).cost == pytest.approx(money)
    assert refused(sites, budget=money - 1e6, constraints=asked).conflict is not None


def test_the_error_is_copied_with_its_words():
    error = refused(pd.DataFrame({"benefit": [6.0], "cost": [10.0]}, index=["a"]), budget=5, constraints=LockedIn("a"))
    assert str(copy.copy(error)) == str(pickle.loads(pickle.dumps(error))) == str(error)
