"""What public appraisal asks of any figure: the edition, discounting, welfare weights and optimism bias."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import Floats


def guidance_edition() -> str:
    """Return the editions of the guidance the benefit-cost ratios follow, as every output prints them.

    Examples
    --------
    >>> guidance_edition()
    'HM Treasury, Green Book 2026; MHCLG Appraisal Guide, 4th edition, February 2026'
    """
    editions = load_parameters("benefits").table("guidance")
    return "; ".join(editions.text(name) for name in editions)


def discount_factor(year: npt.ArrayLike) -> Floats:
    """Return what £1 of a year is worth in year 0 (ratio): 1 in year 0, at the Green Book's falling real rates.

    Parameters
    ----------
    year
        Whole years from year 0, one or many.

    Raises
    ------
    InputError
        For a year below 0, or beyond the last year the rates are given for.

    Examples
    --------
    >>> discount_factor([0, 1, 30, 31]).round(4).tolist()
    [1.0, 0.9662, 0.3563, 0.3459]
    """
    years = np.asarray(year, dtype=np.int64)
    steps = load_parameters("benefits").table("discount").parameter("rates").value
    last = int(steps[-1][0])
    outside = years[(years < 0) | (years > last)]
    if outside.size:
        raise InputError(f"year: discount rates are given for the years 0 to {last}, not for {outside.flat[0]}")
    spans = np.diff([0, *(int(until) for until, _ in steps)])
    rates = np.repeat([float(rate) for _, rate in steps], spans)
    factors = np.concatenate([[1.0], np.cumprod(1 / (1 + rates))])
    return np.asarray(factors[years], dtype=np.float64)


def spread_factor(first: int, years: int) -> float:
    """Return the present value of £1 spread evenly over ``years`` years from the year ``first`` (ratio).

    Examples
    --------
    >>> round(spread_factor(0, 1), 6), round(spread_factor(1, 2), 6)
    (1.0, 0.949847)
    """
    return float(discount_factor(np.arange(first, first + years)).mean())


def annuity_factor(first: int, years: int, *, lasting: int) -> float:
    """Return the present value of £1 a year for ``lasting`` years from the year after each home's completion (ratio).

    Homes are completed evenly over ``years`` years from the year ``first``.

    Examples
    --------
    >>> round(annuity_factor(0, 1, lasting=2), 6)
    1.899694
    """
    done = np.arange(first, first + years)[:, None]
    return float(discount_factor(done + np.arange(1, lasting + 1)).sum(axis=1).mean())


@overload
def welfare_weight(income: float, *, median: float, elasticity: float | None = None) -> float: ...
@overload
def welfare_weight(income: pd.Series, *, median: float, elasticity: float | None = None) -> pd.Series: ...
def welfare_weight(income: float | pd.Series, *, median: float, elasticity: float | None = None) -> float | pd.Series:
    """Return what £1 to people of this income counts for (ratio): (median income / their income) ^ elasticity.

    Parameters
    ----------
    income
        Income of those who benefit, a number or a Series; the same measure and year as ``median``. Missing, or not
        above zero, gives missing.
    median
        Median equivalised income of taxpayers.
    elasticity
        Elasticity of marginal utility; the Green Book's 1.3 by default.

    Raises
    ------
    InputError
        When the median is not above zero.

    Notes
    -----
    HM Treasury, Green Book, A3.12-22 (editions 2018 to 2022); Layard and others 2008.

    Examples
    --------
    >>> welfare_weight(pd.Series([0.5, 0.8, 1.0, None]), median=1.0).round(3).tolist()
    [2.462, 1.337, 1.0, nan]
    """
    if not median > 0:
        raise InputError(f"median: needs an income above zero, not {median}")
    power = load_parameters("benefits").table("welfare").number("elasticity") if elasticity is None else elasticity
    values = pd.to_numeric(income) if isinstance(income, pd.Series) else pd.Series([income], dtype="float64")
    weight = (median / values.where(values > 0)) ** power
    return weight if isinstance(income, pd.Series) else float(weight.iloc[0])


def optimism_bias(kind: str, *, mitigated: float = 0.0) -> float:
    """Return the optimism bias to add to a cost (share): the upper bound of its class × (1 − mitigated share).

    Parameters
    ----------
    kind
        Class of works, one of :func:`optimism_table`.
    mitigated
        Share of the causes that has been dealt with, 0–1; zero leaves the upper bound.

    Raises
    ------
    InputError
        For a class that is not known, or a share outside 0–1.

    Notes
    -----
    Mott MacDonald 2002, *Review of Large Public Procurement in the UK*; Green Book supplementary guidance.

    Examples
    --------
    >>> optimism_bias("standard-civil"), optimism_bias("standard-buildings", mitigated=0.5)
    (0.44, 0.12)
    """
    classes = load_parameters("benefits").table("optimism").tables()
    if kind not in classes:
        raise InputError(unknown("optimism class", kind, classes))
    if not 0 <= mitigated <= 1:
        raise InputError(f"mitigated: needs a share from 0 to 1, not {mitigated}")
    return float(classes[kind].number("cost")) * (1 - mitigated)


def optimism_table() -> pd.DataFrame:
    """List the upper bounds of optimism bias (share of cost, share of duration) by class of works, with source.

    Examples
    --------
    >>> optimism_table().set_index("class").loc["standard-civil", ["cost", "duration"]].tolist()
    [0.44, 0.2]
    """
    rows = []
    for name, bounds in load_parameters("benefits").table("optimism").tables().items():
        cost = bounds.parameter("cost")
        rows.append(
            {
                "class": name,
                "cost": bounds.number("cost"),
                "duration": bounds.number("duration"),
                "source": cost.source,
                "date": cost.date,
                "confidence": cost.confidence,
            }
        )
    return pd.DataFrame(rows)
