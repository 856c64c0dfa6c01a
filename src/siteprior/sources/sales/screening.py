"""Which sales are evidence of what homes cost, with every reason why another is not: nothing is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from siteprior.core.parameters import load_parameters

BOUNDS = ("price_low_gbp", "price_high_gbp", "price_per_m2_low_gbp", "price_per_m2_high_gbp", "discount_share")

CATEGORY_B = "not a standard market sale (category B)"
OTHER = "not a single dwelling (type other)"
UNKNOWN_TYPE = "property type not known"
AFTER = "after the price date"
UNPLACED = "no place"
"""Reasons without a number in them."""


def bounds() -> dict[str, float]:
    """Return the bounds of the parameters ``prices`` by name: £, £/m² and a share."""
    return {name: float(load_parameters("prices").number(name)) for name in BOUNDS}


def standard(price_date: date, since: date | None = None) -> str:
    """Return the SQL of the sales that count: of single dwellings, standard, within the price bounds and the dates."""
    limits = bounds()
    begins = "" if since is None else f" AND transfer_date >= DATE '{since}'"
    return (
        "category IS DISTINCT FROM 'B' AND property_type <> 'other' "
        f"AND price BETWEEN {limits['price_low_gbp']:.0f} AND {limits['price_high_gbp']:.0f} "
        f"AND transfer_date <= DATE '{price_date}'{begins}"
    )


def screen(
    sales: pd.DataFrame,
    *,
    price_date: date,
    years: int | None,
    local_median: pd.Series,
    placed: pd.Series,
    limits: Mapping[str, float],
) -> pd.Series:
    """Return every reason why a sale is no evidence of what homes cost, separated by semicolons.

    Parameters
    ----------
    sales
        Columns of :data:`siteprior.core.schema.SALES`: price_gbp, transfer_date, property_type, category, gbp_per_m2.
    price_date
        The day prices are wanted for; later sales were not known then.
    years
        Sales older than so many years are left out; none when ``None``.
    local_median
        Median price (£) of the sale's type and year around it, missing where too few are known.
    placed
        Whether the sale has a place.
    limits
        :func:`bounds`.

    Returns
    -------
    Series of text on the index of ``sales``; missing where there is no reason.

    Notes
    -----
    A sale far below what its type costs around it in its year is left out, as those at a sitting tenant's discount
    (Right to Buy, up to 70% of the value: Housing Act 1985 s129) or of a share of a home. The comparison is with a
    median, which such sales hardly move; the share is a parameter.

    Examples
    --------
    >>> sales = pd.DataFrame({"price_gbp": [90_000.0, 1.0], "transfer_date": pd.to_datetime(["2024-05-01"] * 2),
    ...     "property_type": "terraced", "category": ["A", "B"], "gbp_per_m2": np.nan})
    >>> screen(sales, price_date=date(2025, 1, 1), years=None, local_median=pd.Series([250_000.0, np.nan]),
    ...        placed=pd.Series(True, index=sales.index), limits=bounds()).tolist()
    ['price below 40% of the local median', 'not a standard market sale (category B); price below £15,000']
    """
    price, per_m2, day = sales["price_gbp"], sales["gbp_per_m2"], sales["transfer_date"]
    reasons: dict[str, pd.Series] = {
        CATEGORY_B: sales["category"] == "B",
        OTHER: sales["property_type"] == "other",
        UNKNOWN_TYPE: sales["property_type"].isna(),
        f"price below £{limits['price_low_gbp']:,.0f}": price < limits["price_low_gbp"],
        f"price above £{limits['price_high_gbp']:,.0f}": price > limits["price_high_gbp"],
        f"price below £{limits['price_per_m2_low_gbp']:,.0f} per m²": per_m2 < limits["price_per_m2_low_gbp"],
        f"price above £{limits['price_per_m2_high_gbp']:,.0f} per m²": per_m2 > limits["price_per_m2_high_gbp"],
        f"price below {limits['discount_share']:.0%} of the local median": price
        < limits["discount_share"] * local_median,
        AFTER: day > pd.Timestamp(price_date),
    }
    if years is not None:
        oldest = pd.Timestamp(price_date) - pd.DateOffset(years=years)
        reasons[f"older than {years} year{'s' if years != 1 else ''}"] = day < oldest
    reasons[UNPLACED] = ~placed
    texts = np.full(len(sales), "", dtype=object)
    for reason, applies in reasons.items():
        rows = applies.to_numpy(dtype=bool)
        texts[rows] = [f"{text}; {reason}" if text else reason for text in texts[rows]]
    return pd.Series(texts, index=sales.index, dtype="str").where(texts != "")


def left_out_counts(sales: pd.DataFrame) -> pd.DataFrame:
    """Count the sales under each reason they were left out for; one sale may stand under several.

    Parameters
    ----------
    sales
        :data:`siteprior.core.schema.SALES`.

    Returns
    -------
    DataFrame
        ``sales`` and ``only_reason`` (sales with no other reason) on the index ``left_out``, most first.

    Examples
    --------
    >>> sales = pd.DataFrame({"left_out": ["no place", "no place; after the price date", None]})
    >>> left_out_counts(sales).to_dict("index")
    {'no place': {'sales': 2, 'only_reason': 1}, 'after the price date': {'sales': 1, 'only_reason': 0}}
    """
    occurring = sales["left_out"].dropna().value_counts()
    counts: dict[str, list[int]] = {}
    for text, number in occurring.items():
        reasons = str(text).split("; ")
        for reason in reasons:
            row = counts.setdefault(reason, [0, 0])
            row[0] += int(number)
            row[1] += int(number) if len(reasons) == 1 else 0
    table = pd.DataFrame.from_dict(counts, orient="index", columns=["sales", "only_reason"]).rename_axis("left_out")
    order = sorted(counts, key=lambda reason: (-counts[reason][0], reason))
    return table.loc[order].astype("int64")
