"""What to buy under a budget: the choice of opportunities of most benefit, with a proven gap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import short_repr
from siteprior.programme.candidates import table_of
from siteprior.programme.conflict import InfeasibleError, conflict_table
from siteprior.programme.constraints import Budget, Constraint
from siteprior.programme.model import AT_LEAST, CHOICE, SHARE, Model, Options, build_model, numbers
from siteprior.programme.solve import TOLERANCE, Floats, Found, maximise, proven_gap, row_of, stacked
from siteprior.project.gates_weights import is_number
from siteprior.ranking.scoring import Ranked


@short_repr
@dataclass(frozen=True, eq=False)
class Programme:
    """A programme: what is chosen, and how sure it is that nothing better keeps to the constraints.

    Attributes
    ----------
    chosen
        One row per chosen site, in the order of their ids: ``year`` of the start and ``fund`` that pays, blank where
        the budget has none; ``cost``, ``benefit`` in their own units; then the columns of the opportunities used.
    totals
        One row per ``constraint``: ``limit``, ``reached``, ``slack`` in its unit (a share as 0–1;
        missing of a share of nothing).
    left_out
        ``reason`` of each opportunity that could not be chosen, such as ``cost unknown``.
    benefit, cost
        Sums of the chosen.
    bound
        What no programme under these constraints exceeds.
    gap
        How far the bound lies above the benefit, as a share of it: proven; 0 where the choice is the best there is.

    Examples
    --------
    >>> sites = pd.DataFrame({"benefit": [60, 50], "cost": [10, 9]}, index=["a", "b"])
    >>> choose_programme(sites, budget=15)
    Programme(chosen: 1 row, totals: 1 row, left_out: 0 rows, benefit: 60.0, cost: 10.0, bound: 60.0, gap: 0.0)
    """

    chosen: pd.DataFrame
    totals: pd.DataFrame
    left_out: pd.DataFrame
    benefit: float
    cost: float
    bound: float
    gap: float


def choose_programme(
    opportunities: pd.DataFrame | Ranked,
    *,
    budget: float | Budget,
    benefit: str | None = None,
    cost: str | Sequence[str] | None = None,
    constraints: Constraint | Iterable[Constraint] = (),
    gap: float | None = None,
) -> Programme:
    """Choose the opportunities of most benefit (in its unit) that a budget (unit of the cost) pays for.

    Parameters
    ----------
    opportunities
        One row per site; or a run. What has no known cost or benefit is left out, and listed.
    budget
        One number, or a :class:`~siteprior.programme.Budget` in total, per year, per fund.
    benefit, cost
        Columns; of a run by default homes × score, and its land. Several of cost fall in
        successive years; ``funds`` names who may pay.
    constraints
        Floors, caps, shares, locks, exclusions, prerequisites of :mod:`siteprior.programme`.
    gap
        Share by which the benefit may be bettered; ``gap`` in ``programme.toml`` by default.

    Returns
    -------
    Programme
        By HiGHS. Of equal, proven best ones the cheapest, then that of sites earliest by id.

    Raises
    ------
    InputError
        Every fault at once. InfeasibleError: the constraints that conflict, how far to relax each.

    Examples
    --------
    >>> sites = pd.DataFrame({"benefit": [60, 50, 42], "cost": [10, 9, 7]}, index=[*"abc"])
    >>> choose_programme(sites, budget=17).chosen.index.tolist()
    ['a', 'c']
    """
    share = gap_of(gap)
    table, benefit, cost = table_of(opportunities, benefit, cost)
    model = build_model(table, budget=budget, benefit=benefit, cost=cost, constraints=constraints)
    return programme_of(model, solved(model, share))


def gap_of(gap: float | None) -> float:
    """Return the gap asked for, or that of the parameters.

    Raises
    ------
    InputError
        When it is no number from 0 to below 1.
    """
    share = load_parameters("programme").number("gap") if gap is None else gap
    if not is_number(share) or not 0 <= share < 1:
        raise InputError(f"gap: needs a number from 0 to below 1, got {gap!r}")
    return float(share)


def solved(model: Model, gap: float) -> Found:
    """Return the best choice of options, ties resolved, or refuse a programme that cannot be.

    Raises
    ------
    InfeasibleError
        When nothing keeps to all constraints.
    """
    found = maximise(model.benefit, model.rows(), gap=gap)
    if found is None:
        raise InfeasibleError(conflict_table(model))
    few = len(model.benefit) <= load_parameters("programme").integer("ties_up_to")
    return _first_of_equals(model, found) if few and found.gap == 0 else found


def _first_of_equals(model: Model, found: Found) -> Found:
    """Return the cheapest of the programmes of the best benefit, and of these the one whose options stand first.

    Options stand in the order of sites by id, years and funds; first is the least sum of their places. Should even
    these be equal, the engine decides, by one seed and from figures in one order: the same on every call.
    """
    size = float(np.abs(model.benefit).max(initial=0.0))
    rows = stacked([model.rows(), row_of(model.benefit, low=found.value - TOLERANCE * max(size, abs(found.value)))])
    cheapest = maximise(-model.cost, rows, gap=0.0)
    if cheapest is None or cheapest.gap > 0:
        return found
    most = -cheapest.value
    size = float(model.cost.max(initial=0.0))
    rows = stacked([rows, row_of(model.cost, high=most + TOLERANCE * max(size, most))])
    first = maximise(-np.arange(1.0, len(model.cost) + 1), rows, gap=0.0)
    x = cheapest.x if first is None else first.x
    value = float(model.benefit @ x)
    return Found(x, value, max(value, found.bound))


def programme_of(model: Model, found: Found) -> Programme:
    """Return a choice of options as tables."""
    at = np.flatnonzero(found.x)
    at = at[np.argsort(model.options.site[at], kind="stable")]
    chosen = _option_table(model, model.options, at)
    gap = proven_gap(found.value, found.bound)
    bound = found.bound if gap else found.value
    cost = float(model.cost @ found.x)
    return Programme(chosen, totals_of(model, found.x), model.left_out, found.value, cost, bound, gap)


def _option_table(model: Model, options: Options, at: np.ndarray) -> pd.DataFrame:
    sites = model.sites.iloc[options.site[at]]
    years = [year for year, _ in model.budget.yearly]
    funds = [fund for fund, _ in model.budget.by_fund]
    year = [years[place] for place in options.year[at]] if years else [pd.NA] * len(at)
    fund = [funds[place] for place in options.fund[at]] if funds else [None] * len(at)
    own = {
        "year": pd.Series(year, index=sites.index, dtype="Int64"),
        "fund": pd.Series(fund, index=sites.index, dtype="str"),
        "cost": pd.Series(model.cost[at], index=sites.index),
        "benefit": pd.Series(model.benefit[at], index=sites.index),
    }
    return pd.DataFrame(own).join(sites.drop(columns=[name for name in own if name in sites]))


def totals_of(model: Model, chosen: Floats) -> pd.DataFrame:
    """Return what a choice reaches of each constraint, in its own unit, and what is left."""
    rows = []
    for block in model.blocks:
        if block.kind == CHOICE:
            taken = block.rows.matrix @ chosen
            slack = float(np.minimum(block.rows.high - taken, taken - block.rows.low).min())
            rows.append((block.name, block.limit, float(taken[-1]), slack))
        else:
            reached = block.reached(chosen)
            above = block.kind in (AT_LEAST, SHARE)
            rows.append((block.name, block.limit, reached, reached - block.limit if above else block.limit - reached))
    table = pd.DataFrame(rows, columns=["constraint", "limit", "reached", "slack"]).set_index("constraint")
    near = TOLERANCE * table["limit"].abs().clip(lower=1)
    table["slack"] = table["slack"].mask(table["slack"].abs() <= near, 0.0)
    return table


def total(model: Model, name: str, chosen: Floats) -> float:
    """Return the sum of a measure over a choice, in its unit; missing where one of the chosen is unknown."""
    if name not in model.sites or name in ("cost", "benefit"):
        return float(model.measure(name) @ chosen)
    at = model.options.site[np.flatnonzero(chosen)]
    return float(numbers(model.sites, name)[at].sum())
