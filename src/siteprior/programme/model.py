"""A programme as numbers: the options of every site, and each constraint as rows over them, checked once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from siteprior.core.errors import InputError
from siteprior.programme.checked import FUNDS, Asked, check_call, left_out
from siteprior.programme.constraints import (
    COUNCIL,
    SITES,
    AffordableShare,
    Budget,
    Cap,
    Constraint,
    DeprivedShare,
    Exclusive,
    Floor,
    LockedIn,
    LockedOut,
    Prerequisite,
    Share,
)
from siteprior.programme.solve import Floats, Rows, beyond_share, row_of, stacked

Ints: TypeAlias = npt.NDArray[np.int64]

AT_MOST, AT_LEAST, SHARE, CHOICE = "at most", "at least", "share at least", "choice"
"""The kinds of constraints: a limit from above or below, a share, and one on the choice of named sites."""


@dataclass(frozen=True, eq=False)
class Block:
    """One named constraint: its rows over the options, and what a report shows of it.

    Attributes
    ----------
    name, kind
        What it asks, in words; ``at most``, ``at least``, ``share at least`` or ``choice``.
    limit
        In its own unit; a share as 0–1.
    rows
        The rows; that of a share is part − limit × whole ≥ 0.
    part, whole
        Of a share, per option; else ``None``.
    of_money, of_equity
        Whether it is part of the budget; whether it is a share, or stands for one council.
    """

    name: str
    kind: str
    limit: float
    rows: Rows
    part: Floats | None = None
    whole: Floats | None = None
    of_money: bool = False
    of_equity: bool = False

    def reached(self, chosen: Floats) -> float:
        """Return what a choice of options reaches, in the constraint's unit; ``nan`` for a share of nothing."""
        if self.part is not None and self.whole is not None:
            whole = float(self.whole @ chosen)
            return float(self.part @ chosen) / whole if whole > 0 else float("nan")
        return float((self.rows.matrix @ chosen)[0])


class Options(NamedTuple):
    """The options, in the order of sites, years and funds: one site, started in one year, paid by one fund.

    Attributes
    ----------
    site
        Position of the site.
    year, fund
        Position in the budget's years and funds; 0 where it has none.
    spent
        Options × columns of cost.
    """

    site: Ints
    year: Ints
    fund: Ints
    spent: Floats


@dataclass(frozen=True, eq=False)
class Model:
    """A programme as numbers.

    Attributes
    ----------
    sites
        The opportunities that may be chosen, in the order of their ids as text, with the columns that are used.
    options, cost, benefit
        The options, and cost and benefit of each.
    blocks
        The named constraints, the budget first.
    structure
        At most one option of each site.
    budget
        As given.
    left_out
        ``reason`` of each opportunity that cannot be chosen.
    """

    sites: pd.DataFrame
    options: Options
    cost: Floats
    benefit: Floats
    blocks: tuple[Block, ...]
    structure: Rows
    budget: Budget
    left_out: pd.DataFrame

    def rows(self, blocks: Iterable[Block] | None = None) -> Rows:
        """Return the rows of some constraints, or of all, with those of the options."""
        each = [block.rows for block in (self.blocks if blocks is None else blocks)]
        return stacked([*each, self.structure])

    def measure(self, name: str) -> Floats:
        """Return a measure per option; a missing value adds nothing."""
        if name in ("cost", "benefit"):
            return self.cost if name == "cost" else self.benefit
        if name == SITES:
            return np.ones(len(self.options.site))
        return np.nan_to_num(numbers(self.sites, name))[self.options.site]

    def without(self, *names: str) -> Model:
        """Return the model without some named constraints."""
        return replace(self, blocks=tuple(block for block in self.blocks if block.name not in names))

    def limited(self, *blocks: Block) -> Model:
        """Return the model with further constraints."""
        return replace(self, blocks=(*self.blocks, *blocks))


def numbers(table: pd.DataFrame, name: str) -> Floats:
    """Return a column as floats, missing as ``nan``."""
    return table[name].to_numpy(dtype=np.float64, na_value=np.nan)


def build_model(
    opportunities: pd.DataFrame,
    *,
    budget: float | Budget,
    benefit: str | None,
    cost: str | Sequence[str],
    constraints: Constraint | Iterable[Constraint],
    measures: Iterable[str | Share] = (),
    known: Sequence[str] = (),
) -> Model:
    """Return a programme as numbers, its money in the unit of ``cost``, or refuse the call with all its faults.

    Parameters
    ----------
    opportunities
        One row per opportunity.
    budget
        The money there is: one number in total, or a :class:`Budget`.
    benefit, cost
        Columns: the benefit, ``None`` for none; the cost, or the costs in the year of the start, the next and so on.
    constraints
        What else to keep to.
    measures
        Further columns and shares that are looked at.
    known
        Further columns without which a site cannot be chosen.

    Raises
    ------
    InputError
        Naming every fault of the call at once.
    """
    asked = check_call(opportunities, budget, benefit, cost, constraints, tuple(measures), tuple(known))
    table = opportunities[list(asked.columns)]
    table = table.iloc[sorted(range(len(table)), key=lambda row: str(table.index[row]))]
    spent = np.column_stack([numbers(table, name) for name in asked.costs])
    reasons = left_out(table, asked)
    allowed = _allowed(table, np.nan_to_num(spent), asked.budget)
    for place in np.flatnonzero(~allowed.any(axis=1)):
        if not reasons[place]:
            reasons[place] = ["no year of the budget takes its whole cost" if asked.budget.years else ""]
            if asked.budget.funds and FUNDS in table:
                reasons[place] = ["no fund of the budget pays for it"]
    out = np.array([bool(texts) for texts in reasons], dtype=bool)
    _refuse_locked(table.index, reasons, asked.constraints)
    why = ["; ".join(texts) for texts in reasons if texts]
    listed = pd.DataFrame({"reason": pd.Series(why, index=table.index[out], dtype="str")})
    sites, spent, allowed = table[~out], spent[~out], allowed[~out]
    site, slot = np.nonzero(allowed)
    funds = max(1, len(asked.budget.by_fund))
    options = Options(site, slot // funds, slot % funds, spent[site])
    return Model(
        sites=sites,
        options=options,
        cost=options.spent.sum(axis=1),
        benefit=np.zeros(len(site)) if benefit is None else numbers(sites, benefit)[site],
        blocks=tuple({block.name: block for block in _blocks(sites, options, asked)}.values()),  # each once
        structure=_one_each(options.site, len(sites)),
        budget=asked.budget,
        left_out=listed,
    )


def share_parts(model: Model, share: Share) -> tuple[Floats, Floats]:
    """Return part and whole of a share, per option."""
    return _share_of(model.sites, model.options, share)


def _allowed(table: pd.DataFrame, spent: Floats, budget: Budget) -> npt.NDArray[np.bool_]:
    """Return which year and fund each site may have, sites × (years × funds): its whole cost in budgeted years."""
    years = [year for year, _ in budget.yearly] or [0]
    funds = [fund for fund, _ in budget.by_fund] or [""]
    in_years = np.ones((len(table), len(years)), dtype=bool)
    if budget.years:
        for place, start in enumerate(years):
            beyond = [step for step in range(spent.shape[1]) if start + step not in years]
            in_years[:, place] = ~(spent[:, beyond] > 0).any(axis=1)
    by_fund = np.ones((len(table), len(funds)), dtype=bool)
    if budget.funds and FUNDS in table:
        named = [{name.strip() for name in str(text).split(";")} for text in table[FUNDS].fillna("")]
        by_fund = np.array([[fund in names for fund in funds] for names in named], dtype=bool).reshape(by_fund.shape)
    return (in_years[:, :, None] & by_fund[:, None, :]).reshape(len(table), len(years) * len(funds))


def _refuse_locked(index: pd.Index, reasons: list[list[str]], constraints: Sequence[Constraint]) -> None:
    """Refuse to lock in what cannot be chosen, every such site at once."""
    locked = {site for each in constraints if isinstance(each, LockedIn) for site in each.sites}
    faults = [
        f"LockedIn: '{site}' cannot be chosen: {'; '.join(texts)}; give what is missing, or do not lock it in"
        for site, texts in zip(index, reasons, strict=True)
        if texts and site in locked
    ]
    if faults:
        raise InputError(*faults)


def _one_each(site: Ints, sites: int) -> Rows:
    """Return the rows that let each site have one option at most; none for a site of one option."""
    count = np.bincount(site, minlength=sites)
    place = np.cumsum(count > 1) - 1
    mine = np.flatnonzero(count[site] > 1)
    several = int((count > 1).sum())
    matrix = csr_array((np.ones(len(mine)), (place[site[mine]], mine)), shape=(several, len(site)))
    return Rows(matrix, np.full(several, -np.inf), np.ones(several))


def _blocks(sites: pd.DataFrame, options: Options, asked: Asked) -> Iterable[Block]:
    """Yield every named constraint, the budget first."""
    yield from _money(options, asked.budget)
    place = {label: at for at, label in enumerate(sites.index)}
    for each in asked.constraints:
        if isinstance(each, Floor | Cap):
            yield _amount(sites, options, each)
        elif isinstance(each, AffordableShare | DeprivedShare):
            part, whole = _share_of(sites, options, each)
            rows = row_of(beyond_share(part, whole, each.share), low=0.0)
            yield Block(each.name, SHARE, each.share, rows, part, whole, of_equity=True)
        elif isinstance(each, LockedIn):
            for label in each.sites:
                yield _choice(f"{label} locked in", row_of((options.site == place[label]).astype(float), low=1.0))
        elif isinstance(each, LockedOut):
            for label in (label for label in each.sites if label in place):
                yield _choice(f"{label} locked out", row_of((options.site == place[label]).astype(float), high=0.0))
        elif isinstance(each, Exclusive):
            among = np.isin(options.site, [place[label] for label in each.sites if label in place])
            yield _choice(each.name, row_of(among.astype(float), high=1.0))
        elif each.site in place:
            yield _choice(each.name, _not_before(options, place, each, max(1, len(asked.budget.yearly))))


def _choice(name: str, rows: Rows) -> Block:
    limit = rows.low[0] if np.isfinite(rows.low[0]) else rows.high[0]
    return Block(name, CHOICE, float(limit), rows)


def _not_before(options: Options, place: dict[object, int], each: Prerequisite, years: int) -> Rows:  # ids of any type
    """Return the rows of a prerequisite: by each year, the site has started only if what it needs has."""
    mine, other = options.site == place[each.site], options.site == place.get(each.needs, -1)
    by_year = [row_of((options.year <= y) * (mine.astype(float) - other), high=0.0) for y in range(years)]
    return stacked(by_year)


def _money(options: Options, budget: Budget) -> Iterable[Block]:
    total = options.spent.sum(axis=1)
    if budget.total is not None:
        yield Block(f"budget at most {budget.total:,.15g}", AT_MOST, budget.total, row_of(total, high=budget.total),
                    of_money=True)  # fmt: skip
    starts = np.array([year for year, _ in budget.yearly] or [0])[options.year]
    for year, limit in budget.yearly:
        falls = sum(
            (np.where(starts + step == year, options.spent[:, step], 0.0) for step in range(options.spent.shape[1])),
            start=np.zeros(len(total)),
        )
        yield Block(f"budget of {year} at most {limit:,.15g}", AT_MOST, limit, row_of(falls, high=limit), of_money=True)
    for at, (fund, limit) in enumerate(budget.by_fund):
        paid = np.where(options.fund == at, total, 0.0)
        yield Block(f"budget of {fund} at most {limit:,.15g}", AT_MOST, limit, row_of(paid, high=limit), of_money=True)


def _amount(sites: pd.DataFrame, options: Options, each: Floor | Cap) -> Block:
    """Return a floor or a cap: a site of an unknown council counts for a cap and not for a floor."""
    if each.measure == SITES:
        values = np.ones(len(options.site))
    elif each.measure == "cost":
        values = options.spent.sum(axis=1)
    else:
        values = np.nan_to_num(numbers(sites, each.measure))[options.site]
    if each.council is not None:
        of = (sites[COUNCIL] == each.council).fillna(False).to_numpy(dtype=bool)
        unknown = sites[COUNCIL].isna().to_numpy() & isinstance(each, Cap)
        values = np.where((of | unknown)[options.site], values, 0.0)
    equity = each.council is not None
    if isinstance(each, Floor):
        return Block(each.name, AT_LEAST, each.at_least, row_of(values, low=each.at_least), of_equity=equity)
    return Block(each.name, AT_MOST, each.at_most, row_of(values, high=each.at_most), of_equity=equity)


def _share_of(sites: pd.DataFrame, options: Options, share: Share) -> tuple[Floats, Floats]:
    whole = np.ones(len(sites)) if share.homes == SITES else numbers(sites, share.homes)
    if isinstance(share, AffordableShare):
        part = np.nan_to_num(numbers(sites, share.affordable))
    else:
        most = share.most_decile if share.most_decile is not None else 0
        part = np.where(numbers(sites, share.decile) <= most, whole, 0.0)
    return part[options.site], whole[options.site]
