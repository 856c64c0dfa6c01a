"""Value of information: which fact that is not known would, if it were, most likely change the shortlist."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.project.gates_weights import is_number
from siteprior.ranking.check_numbers import check_numbers, on_same_sites
from siteprior.ranking.options import check_values
from siteprior.ranking.turning_points import NEEDED_DECIMALS, standing

PER_GBP = 1000
"""Pounds in the unit of ``chance_per_1000_gbp``."""


def information_value(
    values: pd.DataFrame,
    weights: Mapping[str, float],
    low: pd.DataFrame,
    high: pd.DataFrame,
    *,
    first: int,
    prices: Mapping[str, float] | pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the chance (0–1) that one fact, once known, moves its site into the first ones or out of them.

    Exact for one fact at a time, taken evenly from its range while all else stays as it counts now. A site that changes
    sides changes two places of the shortlist: one enters, one leaves.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked; missing counts as 0.
    weights
        Weight per criterion, in any unit.
    low, high
        The lowest and highest each value may be, of :func:`siteprior.ranking.uncertainty.value_ranges`. A fact whose
        two ends are one is known.
    first
        How many are the first ones.
    prices
        What finding out costs, in pounds: per criterion, or sites × criteria; missing where no price is known.

    Returns
    -------
    DataFrame
        One row per fact that is not known, the likeliest to matter first: ``site``, ``criterion``, ``missing`` (whether
        there is no value at all), ``low``, ``high``, ``value_now``, ``value_needed`` (where the line lies;
        missing where nobody is in the way), ``change`` (``enters`` or ``leaves``), ``chance``. With prices also
        ``price_gbp`` and ``chance_per_1000_gbp``, the most for the money first and what has no price last.

    Raises
    ------
    InputError
        When values, weights, ranges, prices or ``first`` cannot be used.

    Source
    ------
    Value of partial information of one uniform parameter, with the membership of the shortlist as what is at stake.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.9, 0.5, None], "poor": [0.5, 0.5, 0.8]}, index=list("abc"))
    >>> low, high = values.fillna(0.0), values.fillna(1.0)
    >>> information_value(values, {"near": 1, "poor": 1}, low, high, first=1, prices={"near": 500})[
    ...     ["site", "criterion", "value_needed", "change", "chance", "chance_per_1000_gbp"]]
      site criterion  value_needed  change  chance  chance_per_1000_gbp
    0    c      near           0.6  enters     0.4                  0.8
    """
    table, shares = check_values(values, weights)
    if not isinstance(first, int) or isinstance(first, bool) or first < 1:
        raise InputError(f"first: needs a whole number from 1, not {first!r}")
    least, most = (_range(each, table, name) for each, name in ((low, "low"), (high, "high")))
    faults = [f"high: {name} lies below low for '{table.index[wrong][0]}'"
              for name in table if (wrong := (most[name] < least[name]).to_numpy()).any()]  # fmt: skip
    if faults:
        raise InputError(*faults)
    stands = standing(table, shares, first)
    parts = []
    for name, share in shares.items():
        open_facts = (most[name] > least[name]).to_numpy()
        now = table[name].to_numpy()[open_facts]
        line, scores = stands.line[open_facts], stands.scores[open_facts]
        needed = np.where(line < 0, np.nan, np.round(now + (line - scores) / share, NEEDED_DECIMALS))
        ends = least[name].to_numpy()[open_facts], most[name].to_numpy()[open_facts]
        above = np.where(line < 0, 1.0, np.clip((ends[1] - needed) / (ends[1] - ends[0]), 0.0, 1.0))
        inside = stands.inside[open_facts]
        parts.append(
            pd.DataFrame(
                {
                    "site": table.index[open_facts], "criterion": name,
                    "missing": values[name].isna().to_numpy()[open_facts], "low": ends[0], "high": ends[1],
                    "value_now": now, "value_needed": needed, "change": np.where(inside, "leaves", "enters"),
                    "chance": np.round(np.where(inside, 1 - above, above), NEEDED_DECIMALS),
                }
            )
        )  # fmt: skip
    done = pd.concat(parts, ignore_index=True)
    by = "chance"
    if prices is not None:
        done["price_gbp"] = _prices(prices, done, table)
        done["chance_per_1000_gbp"] = (PER_GBP * done["chance"] / done["price_gbp"]).round(NEEDED_DECIMALS)
        by = "chance_per_1000_gbp"
    labels = done.sort_values(["site", "criterion"], kind="stable")
    return labels.sort_values([by, "chance"], ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def _range(given: pd.DataFrame, table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return one end of the ranges on the sites and criteria of the table, or refuse it."""
    check_numbers(given, name=name)
    lacking = [column for column in table if column not in given.columns]
    if lacking:
        raise InputError(f"{name}: lacks the weighed criteria {', '.join(map(str, lacking))}")
    placed = on_same_sites(given[list(table)], table.index, name=name, of="values").astype("float64")
    wrong = [column for column in placed if not placed[column].between(0, 1).all()]
    if wrong:
        raise InputError(*(f"{name}: {column} needs values from 0 to 1, none missing" for column in wrong))
    return placed


def _prices(prices: Mapping[str, float] | pd.DataFrame, facts: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Return the price of each fact; missing where none is known."""
    if isinstance(prices, pd.DataFrame):
        check_numbers(prices, name="prices")
        grid = prices.reindex(index=table.index, columns=table.columns).to_numpy(dtype="float64", na_value=np.nan)
        found = grid[
            table.index.get_indexer(pd.Index(facts["site"])), table.columns.get_indexer(pd.Index(facts["criterion"]))
        ]
    elif isinstance(prices, Mapping):
        odd = [f"prices: '{name}' needs pounds above 0, not {price!r}" for name, price in prices.items()
               if not is_number(price) or price <= 0]  # fmt: skip
        if odd:
            raise InputError(*odd)
        found = facts["criterion"].map(dict(prices)).to_numpy(dtype="float64")
    else:
        raise InputError(f"prices: needs a mapping criterion → pounds or a table, got {type(prices).__name__}")
    if (found <= 0).any():
        raise InputError("prices: needs pounds above 0; leave out what has no price")
    return pd.Series(found, index=facts.index)
