"""What is not known for sure of a site, as ranges of values, and the draws from them.

A range runs from the least to the most a criterion's value may be: the walk from anywhere a site may lie, the homes by
either figure, worst to best for a fact that is missing. The score never sees a range; only the band of ranks does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.errors import InputError
from siteprior.ranking.criteria import CRITERIA, Criterion, value

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
    (np.uint64(31), np.uint64(1)),
)


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


def keys_of(labels: Iterable[object], *, seed: int, of: str) -> Keys:
    """Return one key per label, from the label, the seed and what is drawn: the start of a stream of its own.

    Examples
    --------
    >>> a, b = keys_of(["a", "b"], seed=1, of="capacity")
    >>> bool(a == keys_of(["b", "a"], seed=1, of="capacity")[1]), bool(a == b)
    (True, False)
    """
    digests = (hashlib.blake2b(f"{seed}:{of}:{label}".encode(), digest_size=8).digest() for label in labels)
    return np.array([int.from_bytes(digest, "little") for digest in digests], dtype=np.uint64)


def uniform(keys: Keys, draw: int) -> Floats:
    """Return the ``draw``-th number of each key's stream, uniform from 0 to below 1.

    The generator is SplitMix64 (Steele, Lea and Flood 2014, *Fast splittable pseudorandom number generators*), jumped
    to its ``draw``-th number: no draw depends on another, nor on which other keys there are.
    """
    mixed = keys + _STEP * np.array([draw + 1], dtype=np.uint64)
    for shift, factor in _MIX:
        mixed = (mixed ^ (mixed >> shift)) * factor
    return np.asarray((mixed >> np.uint64(11)) * 2.0**-53, dtype=np.float64)
