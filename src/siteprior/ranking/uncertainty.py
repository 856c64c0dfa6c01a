"""What is not known for sure of a site, as ranges of values.

A range runs from the least to the most a criterion's value may be: the walk from anywhere a site may lie, the homes by
either figure, worst to best for a fact that is missing. The score never sees a range; only the band of ranks does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.ranking.check_numbers import check_numbers
from siteprior.ranking.criteria import Criterion, known_criteria
from siteprior.ranking.decision_matrix import refuse_lacking, refuse_unknown, value


class ValueRanges(NamedTuple):
    """The lowest and the highest values (0–1), sites × criteria; nothing in them is missing."""

    low: pd.DataFrame
    high: pd.DataFrame


def value_ranges(
    sites: pd.DataFrame, matrix: pd.DataFrame, *, criteria: Mapping[str, Criterion] | None = None
) -> ValueRanges:
    """Return the lowest and the highest value (0–1) each site may have on each criterion.

    Where the measurement is known, the range runs between the values of the criterion's ``low`` and ``high`` columns,
    and always holds the value itself; an end that is missing is the anchor's (zero or one). A criterion without
    such columns has no range. Where the measurement is missing, anything between worst and best may be true; where only
    a part of it is known, anything between itself and the best.

    Parameters
    ----------
    sites
        Sites, joined and appraised; index ``site_id``.
    matrix
        Sites × criteria in natural units, as :func:`siteprior.ranking.decision_matrix.measure` returns it.
    criteria
        The registry with anchors and range columns.

    Returns
    -------
    ValueRanges
        Lowest and highest values on the index and columns of ``matrix``; nothing in them is missing.

    Raises
    ------
    InputError
        When a range column is missing or holds anything but numbers, or the two tables are not of the same sites.

    Examples
    --------
    >>> sites = pd.DataFrame({"walk_m": [1100.0, 1100.0, None], "walk_low_m": [920.0, None, None],
    ...     "walk_high_m": [1280.0, None, None]}, index=pd.Index(["a", "b", "c"], name="site_id"))
    >>> low, high = value_ranges(sites, sites[["walk_m"]].set_axis(["station_access"], axis=1))
    >>> low["station_access"].tolist(), high["station_access"].tolist()
    ([0.4, 0.0, 0.0], [0.6, 1.0, 1.0])
    """
    _check_tables(sites, matrix)
    criteria = known_criteria(criteria)
    refuse_unknown(matrix.columns, criteria)
    ranged = {name: (criteria[name].low, criteria[name].high) for name in matrix.columns if criteria[name].low}
    refuse_lacking(sites, ranged, part="the range of ")
    check_numbers(sites[list(dict.fromkeys(end for ends in ranged.values() for end in ends))], name="sites")
    values = value(matrix, criteria=criteria)
    low, high = values.fillna(0.0), values.where(known_shares(sites, matrix, criteria=criteria) >= 1, 1.0)
    for name, ends in ranged.items():
        first, second = (value(sites[[end]].set_axis([name], axis=1), criteria=criteria)[name] for end in ends)
        # a missing end spoils the minimum on purpose: then nothing narrower than the anchors is known
        least = pd.Series(np.minimum(first.to_numpy(), second.to_numpy()), index=sites.index).fillna(0.0)
        most = pd.Series(np.maximum(first.to_numpy(), second.to_numpy()), index=sites.index).fillna(1.0)
        low[name] = low[name].clip(upper=least)
        high[name] = high[name].clip(lower=most)
    return ValueRanges(low, high)


def known_shares(
    sites: pd.DataFrame, matrix: pd.DataFrame, *, criteria: Mapping[str, Criterion] | None = None
) -> pd.DataFrame:
    """Return the share (0–1) of each measurement that is known: zero where it is missing, one where it is whole.

    Parameters
    ----------
    sites
        Sites, joined and appraised; index ``site_id``.
    matrix
        Sites × criteria in natural units, as :func:`siteprior.ranking.decision_matrix.measure` returns it.
    criteria
        The registry with the columns that say so (``known``).

    Returns
    -------
    DataFrame
        On the index and columns of ``matrix``; nothing in it is missing.

    Raises
    ------
    InputError
        When such a column is missing or holds anything but shares from 0 to 1, or the two tables are not of the same
        sites.

    Examples
    --------
    >>> from siteprior.ranking.decision_matrix import measure
    >>> sites = pd.DataFrame({"failure_strength": [0.7, None], "failure_strength_coverage": [0.4, 0.0]},
    ...                      index=pd.Index(["a", "b"], name="site_id"))
    >>> known_shares(sites, measure(sites, ["market_failure"]))["market_failure"].tolist()
    [0.4, 0.0]
    """
    _check_tables(sites, matrix)
    criteria = known_criteria(criteria)
    refuse_unknown(matrix.columns, criteria)
    partly = {name: criteria[name].known for name in matrix.columns if criteria[name].known}
    refuse_lacking(sites, {name: [column] for name, column in partly.items()}, part="the part known of ")
    stated = sites[list(dict.fromkeys(partly.values()))]
    check_numbers(stated, name="sites")
    faults = [
        f"sites: {column} needs shares from 0 to 1; criterion '{name}' says with it what is known of it"
        for name, column in partly.items()
        if ((stated[column] < 0) | (stated[column] > 1)).any()
    ]
    if faults:
        raise InputError(*faults)
    shares = matrix.notna().astype("float64")
    for name, column in partly.items():
        shares[name] *= stated[column].astype("float64").fillna(0).to_numpy()
    return shares


def _check_tables(sites: pd.DataFrame, matrix: pd.DataFrame) -> None:
    """Refuse sites and a matrix that are no tables, or not of the same sites."""
    if not isinstance(sites, pd.DataFrame):
        raise InputError(f"sites: needs a table (DataFrame), got {type(sites).__name__}")
    check_numbers(matrix, name="matrix")
    if not sites.index.equals(matrix.index):
        raise InputError("matrix: is not on the index of sites; measure the same sites")
