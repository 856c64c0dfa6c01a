"""What is not known for sure of a site, as ranges of values.

A range runs from the least to the most a criterion's value may be: the walk from anywhere a site may lie, the homes by
either figure, worst to best for a fact that is missing. The score never sees a range; only the band of ranks does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from siteprior.errors import InputError
from siteprior.ranking.criteria import CRITERIA, Criterion, value


def value_ranges(
    sites: pd.DataFrame, matrix: pd.DataFrame, *, criteria: Mapping[str, Criterion] = CRITERIA
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell the lowest and the highest value (0–1) each site may have on each criterion.

    Where the measurement is known, the range runs between the values of the criterion's ``low`` and ``high`` columns,
    and always holds the value itself; an end that is missing is the anchor's (nought or one). A criterion without
    such columns has no range. Where the measurement is missing, anything between worst and best may be true.

    Parameters
    ----------
    sites
        Sites, joined and appraised; index ``site_id``.
    matrix
        Sites × criteria in natural units, as :func:`siteprior.ranking.criteria.measure` returns it.
    criteria
        The registry with anchors and range columns.

    Returns
    -------
    tuple of DataFrames
        Lowest and highest values on the index and columns of ``matrix``; nothing in them is missing.

    Raises
    ------
    InputError
        When a range column is missing, or the two tables are not of the same sites.

    Examples
    --------
    >>> sites = pd.DataFrame({"walk_m": [1100.0, 1100.0, None], "walk_low_m": [920.0, None, None],
    ...     "walk_high_m": [1280.0, None, None]}, index=pd.Index(["a", "b", "c"], name="site_id"))
    >>> low, high = value_ranges(sites, sites[["walk_m"]].set_axis(["station_access"], axis=1))
    >>> low["station_access"].tolist(), high["station_access"].tolist()
    ([0.4, 0.0, 0.0], [0.6, 1.0, 1.0])
    """
    if not sites.index.equals(matrix.index):
        raise InputError("matrix: is not on the index of sites; measure the same sites")
    ranged = {name: (criteria[name].low, criteria[name].high) for name in matrix.columns if criteria[name].low}
    faults = [
        f"sites: the range of criterion '{name}' needs the columns {', '.join(absent)}; run the join or appraisal "
        "that adds them"
        for name, ends in ranged.items()
        if (absent := [column for column in ends if column not in sites.columns])
    ]
    if faults:
        raise InputError(*faults)
    values = value(matrix, criteria=criteria)
    low, high = values.fillna(0.0), values.fillna(1.0)
    for name, ends in ranged.items():
        first, second = (value(sites[[end]].set_axis([name], axis=1), criteria=criteria)[name] for end in ends)
        # a missing end spoils the minimum on purpose: then nothing narrower than the anchors is known
        least = pd.Series(np.minimum(first.to_numpy(), second.to_numpy()), index=sites.index).fillna(0.0)
        most = pd.Series(np.maximum(first.to_numpy(), second.to_numpy()), index=sites.index).fillna(1.0)
        low[name] = low[name].clip(upper=least)
        high[name] = high[name].clip(lower=most)
    return low, high
