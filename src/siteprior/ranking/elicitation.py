"""Weights that people state: swings, points, an order, ranges. Each gives shares that sum to 1.

Swing weights are the way in (DESNZ and HM Treasury, *Use of multi-criteria decision analysis in options appraisal*, May
2024): which criterion would one most like to swing from its worst anchor to its best, and how do the others compare?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from siteprior.core.arguments import mapping_of, name_list
from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.project.gates_weights import is_number
from siteprior.ranking.scoring import DECIMALS, normalised

ORDINAL = ("centroid", "sum")
"""Ways from an order to weights: rank-order centroid (Barron 1992), rank-sum (Stillwell, Seaver and Edwards 1981)."""


def swing_weights(swings: Mapping[str, float]) -> dict[str, float]:
    """Return weights (shares of 1) from swings in points: the best swing has 100, the others a part of it.

    Parameters
    ----------
    swings
        Per criterion how much the swing from its worst anchor to its best is worth, the largest being 100.

    Raises
    ------
    InputError
        When a swing is no number from 0 to 100, or none is 100.

    Source
    ------
    DESNZ and HM Treasury 2024; von Winterfeldt and Edwards 1986.

    Examples
    --------
    >>> swing_weights({"corridor_access": 100, "deprivation": 60, "capacity": 40})
    {'corridor_access': 0.5, 'deprivation': 0.3, 'capacity': 0.2}
    """
    best = float(load_parameters("methods").number("best_swing"))
    stated = mapping_of(swings, name="swings", of="criterion → points")
    faults = [
        f"swings: '{name}' needs points from 0 to {best:g}, not {points!r}"
        for name, points in stated.items()
        if not is_number(points) or not 0 <= points <= best
    ]
    if not faults and best not in stated.values():
        largest = f"; the largest is {max(stated.values()):g}" if stated else ""
        faults.append(f"swings: none has {best:g} points{largest}: the swing that matters most has {best:g}")
    if faults:
        raise InputError(*faults)
    return normalised(stated)


def direct_weights(points: Mapping[str, float], *, total: float | None = None) -> dict[str, float]:
    """Return weights (shares of 1) from points given to each criterion.

    Parameters
    ----------
    points
        Points per criterion, 0 or more.
    total
        What they have to sum to, such as 100 that were to be shared out; any sum when ``None``.

    Raises
    ------
    InputError
        When there are none, one is negative or no number, all are zero, or they sum to another total.

    Examples
    --------
    >>> direct_weights({"corridor_access": 70, "deprivation": 30}, total=100)
    {'corridor_access': 0.7, 'deprivation': 0.3}
    """
    shares = normalised(points)
    given = sum(points.values())
    if total is not None and (not is_number(total) or round(given - total, DECIMALS) != 0):
        raise InputError(f"points: sum to {given:g}, not to the {total!r} that were to be shared out")
    return shares


def ordinal_weights(order: Sequence[str | Sequence[str]], *, by: str) -> dict[str, float]:
    """Return weights (shares of 1) from the order of the criteria alone, the most important first.

    Parameters
    ----------
    order
        The criteria; those that matter alike stand in a list or tuple of their own, and share the mean of their places.
    by
        ``centroid``: of n, the k-th has (1/k + … + 1/n) / n, the middle of all weights in that order; or ``sum``:
        2 (n + 1 − k) / (n (n + 1)), which falls evenly.

    Raises
    ------
    InputError
        When a criterion stands twice or is no name, there is none, or ``by`` is another.

    Source
    ------
    Barron 1992 (rank-order centroid); Stillwell, Seaver and Edwards 1981 (rank-sum).

    Examples
    --------
    >>> {name: round(share, 4) for name, share in ordinal_weights(["near", "poor", "large"], by="centroid").items()}
    {'near': 0.6111, 'poor': 0.2778, 'large': 0.1111}
    >>> ordinal_weights(["near", ("poor", "large")], by="sum")
    {'near': 0.5, 'poor': 0.25, 'large': 0.25}
    """
    if by not in ORDINAL:
        raise InputError(unknown("way (by)", str(by), ORDINAL))
    if isinstance(order, str | bytes) or not isinstance(order, Iterable):
        raise InputError(f"order: needs a list of criteria, the most important first, got {order!r}")
    groups = [name_list(group, what="order") for group in order]
    names = [name for group in groups for name in group]
    twice = list(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice or not names:
        raise InputError(
            *(f"order: '{name}' stands more than once; keep one" for name in twice), *["order: is empty"][bool(names) :]
        )
    count = len(names)
    places = np.arange(1, count + 1)
    if by == "centroid":
        shares = np.cumsum(1 / places[::-1])[::-1] / count
    else:
        shares = 2 * (count + 1 - places) / (count * (count + 1))
    weights: dict[str, float] = {}
    for group in groups:
        taken = shares[len(weights) : len(weights) + len(group)]
        weights |= dict.fromkeys(group, float(taken.mean()))
    return weights


def interval_weights(intervals: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Return what ranges of weights (shares of 1) allow: each range as far as it can be reached, and a point within.

    Parameters
    ----------
    intervals
        Per criterion the lowest and the highest share it may have, 0–1.

    Returns
    -------
    DataFrame
        One row per criterion: ``low``, ``high`` as stated; ``lowest``, ``highest`` that any weights within all ranges
        have; ``share``, weights within: each range left at the same part of its width, so that they sum to 1.

    Raises
    ------
    InputError
        When a range is none within 0–1, or no weights lie within all of them: the lows sum to more than 1, or the highs
        to less, and by how much.

    Examples
    --------
    >>> interval_weights({"near": (0.4, 0.6), "poor": (0.3, 0.9), "large": (0.1, 0.2)}).rename_axis(None)
           low  high  lowest  highest  share
    near   0.4   0.6     0.4      0.6   0.48
    poor   0.3   0.9     0.3      0.5   0.38
    large  0.1   0.2     0.1      0.2   0.14
    """
    stated = mapping_of(intervals, name="intervals", of="criterion → (low, high)")
    faults = [
        f"intervals: '{name}' needs two shares from 0 to 1, the low one first, not {pair!r}"
        for name, pair in stated.items()
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(map(is_number, pair))
        or not 0 <= pair[0] <= pair[1] <= 1
    ]  # fmt: skip
    if faults or not stated:
        raise InputError(*(faults or ["intervals: none given"]))
    table = pd.DataFrame.from_dict(dict(stated), orient="index", columns=["low", "high"], dtype="float64")
    table.index.name = "criterion"
    low, high = float(table["low"].sum()), float(table["high"].sum())
    if round(low - 1, DECIMALS) > 0:
        raise InputError(f"intervals: the lows sum to {low:g}, {low - 1:g} more than 1; lower them by as much")
    if round(1 - high, DECIMALS) > 0:
        raise InputError(f"intervals: the highs sum to {high:g}, {1 - high:g} less than 1; raise them by as much")
    table["lowest"] = np.maximum(table["low"], 1 - (high - table["high"])).round(DECIMALS)
    table["highest"] = np.minimum(table["high"], 1 - (low - table["low"])).round(DECIMALS)
    widths = table["highest"] - table["lowest"]
    left = 1 - float(table["lowest"].sum())
    part = left / float(widths.sum()) if widths.sum() > 0 else 0.0
    table["share"] = (table["lowest"] + part * widths).round(DECIMALS)
    return table
