"""How firm a rank is: the ranks a site takes when the weights are redrawn around those given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.errors import SitePriorError
from siteprior.presets import load_presets
from siteprior.ranking.scoring import DECIMALS, normalised

Floats = npt.NDArray[np.float64]
Ranks = npt.NDArray[np.int32]

_BLOCK = 1_000_000
"""Numbers held at once per array: bounds memory, never a result."""


def rank_bands(
    values: pd.DataFrame, weights: Mapping[str, float], *, seed: int, draws: int, spread: float
) -> pd.DataFrame:
    """Tell the ranks (1 = first) a site holds over redrawn weights: the 5th and the 95th percentile.

    Weights are drawn from a Dirichlet distribution around those given: a weight w (of a sum of 1) has the mean w and
    the standard deviation ``spread`` × √(w(1−w)). A weight of nought stays nought. In every draw equal scores share
    the better rank. The percentiles are ranks that occurred (inverse of the distribution function), not averages.

    The result does not depend on the order of the rows, nor on that of the weights. The rank under the given weights
    mostly lies within the band, yet need not: it may be one that few draws around it give. A site that is no better
    on any criterion and worse on one that is weighed never ranks above the other in any draw.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked; missing counts as 0, the worst.
    weights
        Weight per criterion, in any unit.
    seed
        Seed of the draws: the same seed gives the same bands.
    draws
        How many weights are drawn.
    spread
        From 0 (the weights as given, no band) to below 1 (all the weight on one criterion at a time).

    Returns
    -------
    DataFrame
        ``rank_p05``, ``rank_p95``, whole numbers, on the index of ``values``.

    Raises
    ------
    SitePriorError
        When a weighed criterion has no values, values lie outside 0–1, or draws or spread make no sense.

    Notes
    -----
    The idea is that of stochastic multicriteria acceptability analysis (Lahdelma and Salminen 2001), with weights
    around a stated preference in place of all weights.

    Examples
    --------
    >>> values = pd.DataFrame({"corridor_access": [1.0, 0.4, 0.0], "capacity": [0.9, 0.5, 0.1]}, index=list("abc"))
    >>> rank_bands(values, {"corridor_access": 2, "capacity": 1}, seed=1, draws=100, spread=0.15)
       rank_p05  rank_p95
    a         1         1
    b         2         2
    c         3         3
    """
    _check(values, weights, draws, spread)
    shares = {name: share for name, share in sorted(normalised(weights).items()) if share > 0}
    filled = np.ascontiguousarray(values[list(shares)].fillna(0).to_numpy(dtype=np.float64))
    # sites of the same values are one row with a count: they tie exactly, and the order of the rows is forgotten
    rows, place, count = np.unique(filled, axis=0, return_inverse=True, return_counts=True)
    sites = np.asarray(count, dtype=np.int32)
    presets = load_presets("ranking")
    lowest = _occurred(presets["band_low"].value, draws)
    highest = _occurred(presets["band_high"].value, draws)
    drawn = _weight_blocks(
        np.array(list(shares.values())), seed=seed, draws=draws, spread=spread, size=max(1, _BLOCK // max(1, len(rows)))
    )
    low, high = _tails(rows, sites, drawn, lowest=lowest, highest=highest, draws=draws)
    return pd.DataFrame({"rank_p05": low[place.ravel()], "rank_p95": high[place.ravel()]}, index=values.index).astype(
        "Int64"
    )


def _tails(
    rows: Floats, count: Ranks, drawn: Iterator[Floats], *, lowest: int, highest: int, draws: int
) -> tuple[Ranks, Ranks]:
    """Return per row the ``lowest``-th and ``highest``-th smallest rank over the draws, holding only the two tails."""
    keep_low, keep_high = lowest, draws - highest + 1
    low = high = np.empty((len(rows), 0), dtype=np.int32)
    waiting: list[Ranks] = []
    for block in drawn:
        waiting.append(_ranks(rows, count, block))
        if sum(map(len, waiting)) >= max(keep_low, keep_high):
            low, high = _smallest(low, waiting, keep_low), _smallest(high, [-ranks for ranks in waiting], keep_high)
            waiting = []
    low, high = _smallest(low, waiting, keep_low), _smallest(high, [-ranks for ranks in waiting], keep_high)
    return low.max(axis=1), -high.max(axis=1)


def _smallest(tail: Ranks, blocks: list[Ranks], number: int) -> Ranks:
    """Return the ``number`` smallest of each row of ``tail`` (rows × held) and of the blocks (draws × rows)."""
    merged = np.hstack([tail, *(block.T for block in blocks)])
    if merged.shape[1] <= number:
        return merged
    merged.partition(number - 1, axis=1)
    return np.ascontiguousarray(merged[:, :number])


def _weight_blocks(shares: Floats, *, seed: int, draws: int, spread: float, size: int) -> Iterator[Floats]:
    """Yield the redrawn weights, draws × criteria, in blocks of ``size`` draws; the stream is the same for any size."""
    random = np.random.default_rng(seed)
    for start in range(0, draws, size):
        number = min(size, draws - start)
        if spread == 0 or len(shares) == 1:
            yield np.tile(shares, (number, 1))
        else:
            yield random.dirichlet(shares * (1 / spread**2 - 1), size=number)


def _ranks(rows: Floats, count: Ranks, drawn: Floats) -> Ranks:
    """Return the rank of each row in each draw (draws × rows): one more than the sites with a better score."""
    scores = (drawn @ rows.T).round(DECIMALS)
    best_first = np.argsort(-scores, axis=1)
    ordered = np.take_along_axis(scores, best_first, axis=1)
    counts = count[best_first]
    ahead = np.cumsum(counts, axis=1, dtype=np.int32) - counts
    # within a tie every row has as many sites ahead of it as the tie's first
    ahead[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    ranks = np.empty_like(ahead)
    np.put_along_axis(ranks, best_first, np.maximum.accumulate(ahead, axis=1) + 1, axis=1)
    return ranks


def _occurred(share: float, draws: int) -> int:
    """Return which of the sorted ranks is the percentile: the first that ``share`` of the draws do not exceed."""
    return max(1, ceil(round(share * draws, DECIMALS)))


def _check(values: pd.DataFrame, weights: Mapping[str, float], draws: int, spread: float) -> None:
    """Refuse what cannot be drawn or ranked, with every fault at once."""
    faults = []
    if not all(weight >= 0 for weight in weights.values()) or not sum(weights.values()) > 0:
        faults.append("weights: each needs to be 0 or more, and one above 0")
    missing = [name for name, weight in weights.items() if weight > 0 and name not in values.columns]
    if missing:
        faults.append(f"values: lacks the weighed criteria {', '.join(missing)}")
    outside = values.columns[((values < 0) | (values > 1)).any()]
    if len(outside):
        faults.append(f"values: {', '.join(outside)} lie outside 0–1; turn measurements into values first")
    if draws < 1:
        faults.append(f"draws: needs at least 1, not {draws}")
    if not 0 <= spread < 1:
        faults.append(f"spread: needs a number from 0 to below 1, not {spread}")
    if faults:
        raise SitePriorError(*faults)
