"""What a call for a programme gives, checked: every fault at once, and which opportunities cannot be chosen, why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.arguments import name_list
from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import Column
from siteprior.core.schema.check import column_fault
from siteprior.programme.constraints import (
    COUNCIL,
    KINDS,
    SITES,
    AffordableShare,
    Budget,
    Cap,
    Constraint,
    DeprivedShare,
    Floor,
    Prerequisite,
    Share,
)
from siteprior.project.gates_weights import is_number
from siteprior.ranking.check_numbers import check_numbers

FUNDS = "funds"
"""The column of the funds that may pay for a site, names parted by ``;``; without it any fund may."""

SHOWN = ("site_name", "reference", COUNCIL, "homes", "affordable_homes", "jobs", "imd_decile", "hectares")
"""Columns a programme shows where the opportunities have them."""


class Asked(NamedTuple):
    """A call that has been checked.

    Attributes
    ----------
    budget, constraints
        As given, each a value of its own kind.
    costs
        Columns of cost, the year of the start first.
    needed
        Columns without which a site cannot be chosen, each with why.
    columns
        All columns that are used or shown.
    """

    budget: Budget
    constraints: tuple[Constraint, ...]
    costs: tuple[str, ...]
    needed: dict[str, str]
    columns: tuple[str, ...]


def check_call(
    opportunities: pd.DataFrame,
    budget: float | Budget,
    benefit: str | None,
    cost: str | Sequence[str],
    constraints: Constraint | Iterable[Constraint],
    measures: tuple[str | Share, ...] = (),
    known: tuple[str, ...] = (),
) -> Asked:
    """Return what was asked, money in the unit of the columns of cost, or refuse it with every fault at once."""
    if not isinstance(opportunities, pd.DataFrame):
        raise InputError(f"opportunities: needs a table (DataFrame), got {type(opportunities).__name__}")
    faults: list[str] = []
    money = _budget_of(budget, faults)
    costs = name_list(cost, what="cost")
    listed = _constraints_of(constraints, faults)
    if len(costs) > 1 and not money.years:
        faults.append("cost: has a column per year, and the budget has no years; give Budget(years=…) or one column")
    needed = dict.fromkeys(costs, "cost unknown")
    needed |= {name: f"{name} unknown" for name in ([] if benefit is None else [benefit, *known]) or known}
    figures, texts = dict.fromkeys(needed), dict.fromkeys([COUNCIL] if _by_council(listed) else [])
    for each in (*listed, *measures):
        if isinstance(each, str):
            figures.setdefault(each)
        elif isinstance(each, Floor | Cap):
            figures.setdefault(each.measure)
            if isinstance(each, Cap):
                needed.setdefault(each.measure, f"{each.measure} unknown, of which there is a cap")
        elif isinstance(each, AffordableShare | DeprivedShare):
            figures.setdefault(each.homes)
            figures.setdefault(each.affordable if isinstance(each, AffordableShare) else each.decile)
            needed.setdefault(each.homes, f"{each.homes} unknown, of which there is a share")
    for own in (SITES, "cost", "benefit"):
        if own not in costs and own != benefit and own not in known:
            figures.pop(own, None)
            needed.pop(own, None)
    faults += _column_faults(opportunities, list(figures), list(texts))
    if not faults:
        faults += _sign_faults(opportunities, costs, listed)
    faults += _site_faults(opportunities.index, listed)
    if faults:
        raise InputError(*faults)
    shown = [name for name in (*SHOWN, *([FUNDS] if money.funds else [])) if name in opportunities]
    return Asked(money, listed, costs, needed, tuple(dict.fromkeys([*shown, *texts, *figures])))


def left_out(table: pd.DataFrame, asked: Asked) -> list[list[str]]:
    """Return for each opportunity why it cannot be chosen; nothing for those that can."""
    reasons: list[list[str]] = [[] for _ in range(len(table))]
    for name, why in asked.needed.items():
        for place in np.flatnonzero(table[name].isna().to_numpy()):
            if why not in reasons[place]:
                reasons[place].append(why)
    if asked.budget.funds and FUNDS in table:
        for place in np.flatnonzero(table[FUNDS].isna().to_numpy()):
            reasons[place].append("funds unknown")
    return reasons


def _budget_of(budget: float | Budget, faults: list[str]) -> Budget:
    if isinstance(budget, Budget):
        return budget
    if not is_number(budget) or budget < 0:
        faults.append(f"budget: needs a number from 0 or a Budget, got {budget!r}")
        return Budget(total=0)
    return Budget(total=float(budget))


def _constraints_of(given: Constraint | Iterable[Constraint], faults: list[str]) -> tuple[Constraint, ...]:
    if not isinstance(given, KINDS) and (isinstance(given, str) or not isinstance(given, Iterable)):
        faults.append(f"constraints: needs a list of constraints, got {given!r}")
        return ()
    listed = (given,) if isinstance(given, KINDS) else tuple(given)
    kinds = ", ".join(kind.__name__ for kind in KINDS)
    faults += [f"constraints: {each!r} is none; valid: {kinds}" for each in listed if not isinstance(each, KINDS)]
    valid = tuple(each for each in listed if isinstance(each, KINDS))
    twice = [each for place, each in enumerate(valid) if each in valid[:place]]
    faults += [f"constraints: {each!r} stands twice; keep one" for each in twice]
    return valid


def _by_council(constraints: Iterable[Constraint]) -> bool:
    return any(isinstance(each, Floor | Cap) and each.council is not None for each in constraints)


def _column_faults(table: pd.DataFrame, figures: list[str], texts: list[str]) -> list[str]:
    """Return which columns are not there or not of their kind, and what is wrong with the index."""
    known = [str(name) for name in table.columns]
    faults = [unknown("column", name, known, where="opportunities") for name in (*figures, *texts) if name not in table]
    if table.index.hasnans:
        faults.append("opportunities: the index has a missing id; give each site one")
    try:
        check_numbers(table[[name for name in figures if name in table]], name="opportunities")
    except InputError as error:
        faults += error.faults
    for name in (*texts, *([FUNDS] if FUNDS in table else [])):
        if name in table and (fault := column_fault(table[name], Column(name, "text", name, name))):
            faults.append(f"opportunities: {fault}")
    return faults


def _sign_faults(table: pd.DataFrame, costs: tuple[str, ...], constraints: tuple[Constraint, ...]) -> list[str]:
    """Return which costs, or homes of a share, are below zero, and where a part is more than its whole."""
    whole = [e.homes for e in constraints if isinstance(e, AffordableShare | DeprivedShare) and e.homes != SITES]
    parts = [e.affordable for e in constraints if isinstance(e, AffordableShare)]
    faults = []
    for name in dict.fromkeys([*costs, *whole, *parts]):
        below = table.index[(table[name] < 0).fillna(False).to_numpy(dtype=bool)]
        if len(below):
            fix = "clip it at 0 where one site's surplus does not pay for another"
            faults.append(f"opportunities: {name} is below 0 in row '{below[0]}'; {fix}")
    for each in constraints:
        if isinstance(each, AffordableShare) and each.homes != SITES:
            more = table.index[(table[each.affordable] > table[each.homes]).fillna(False).to_numpy(dtype=bool)]
            if len(more):
                faults.append(f"opportunities: {each.affordable} is more than {each.homes} in row '{more[0]}'; mend it")
    return faults


def _site_faults(index: pd.Index, constraints: tuple[Constraint, ...]) -> list[str]:
    """Return which sites that constraints name are none of the opportunities."""
    faults = []
    for each in constraints:
        if isinstance(each, Floor | Cap | AffordableShare | DeprivedShare):
            continue
        named = (each.site, each.needs) if isinstance(each, Prerequisite) else tuple(each.sites)
        where = type(each).__name__
        faults += [unknown("site", str(site), map(str, index), where=where) for site in named if site not in index]
    return faults
