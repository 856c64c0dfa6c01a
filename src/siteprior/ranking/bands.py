"""How firm a rank is: the ranks a site takes when weights are redrawn around those given, facts within their range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, Step, counting, progress_of
from siteprior.core.random_streams import Floats, Keys, check_seed, seed_keys
from siteprior.core.sizes import most
from siteprior.project.gates_weights import is_number, shown
from siteprior.ranking.check_numbers import check_numbers
from siteprior.ranking.scoring import DECIMALS, normalised
from siteprior.ranking.smaa_kernel import drawn_scores

Ranks = npt.NDArray[np.int32]

_BLOCK = 1_000_000
"""Numbers in memory at once per array: bounds memory, never a result."""


def rank_bands(
    values: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    seed: int,
    draws: int | None = None,
    spread: float | None = None,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    progress: Progress | bool | None = None,
) -> pd.DataFrame:
    """Return the ranks (1 = first) of a site over redrawn weights and facts: the 5th and the 95th percentile.

    Weights are drawn from a Dirichlet distribution around those given: a weight w (of a sum of 1) has the mean w and
    the standard deviation ``spread`` × √(w(1−w)). A weight of zero stays zero. In every draw equal scores share
    the better rank. The percentiles are ranks that occurred (inverse of the distribution function), not averages.

    The result does not depend on the order of the rows, nor on that of the weights. The rank under the given weights
    mostly lies within the band, yet need not: it may be one that few draws around it give. A site that is no better
    on any criterion and worse on one that is weighed never ranks above the other in any draw.

    With ``low`` and ``high``, facts are redrawn, too: in every draw each value of each site is taken evenly from its
    range, independently of the others. The band is then the wider of the two on either side, with facts redrawn and
    with facts as given: what is not known for sure never narrows a band. A site that is at its worst no worse than
    another at its best on every criterion never ranks below it. A site's draws come from its label, the seed and the
    criterion's name alone, so they stay the same whatever other sites, rows or criteria there are.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked; missing counts as 0, the worst.
    weights
        Weight per criterion, in any unit.
    seed
        Seed of the draws: the same seed gives the same bands.
    draws
        How many weights are drawn; the parameter ``weight_draws`` of ``parameters/ranking.toml`` by default.
    spread
        From 0 (the weights as given, no band) to below 1 (all the weight on one criterion at a time); the parameter
        ``weight_spread`` by default.
    low, high
        Lowest and highest each value may be, on the index of ``values``, as
        :func:`siteprior.ranking.uncertainty.value_ranges` gives them; both or neither. The index needs to be unique.
    progress
        ``True`` counts the draws of facts on a terminal or in a notebook; a function gets one line.

    Returns
    -------
    DataFrame
        ``rank_p05``, ``rank_p95``, whole numbers, on the index of ``values``.

    Raises
    ------
    InputError
        When a weighed criterion has no values or ranges, values are no numbers or lie outside 0–1 or outside their
        ranges, or weights, seed, draws or spread make no sense.

    Notes
    -----
    The idea is that of stochastic multicriteria acceptability analysis (Lahdelma and Salminen 2001): weights and
    measurements are drawn together, here with weights around a stated preference in place of all weights.

    Examples
    --------
    >>> values = pd.DataFrame({"corridor_access": [1.0, 0.4, 0.0], "capacity": [0.9, 0.5, 0.1]}, index=list("abc"))
    >>> rank_bands(values, {"corridor_access": 2, "capacity": 1}, seed=1, draws=100, spread=0.15)
       rank_p05  rank_p95
    a         1         1
    b         2         2
    c         3         3
    """
    parameters = load_parameters("ranking")
    draws = parameters.integer("weight_draws") if draws is None else draws
    spread = parameters.number("weight_spread") if spread is None else spread
    _check(values, weights, seed, draws, spread)
    shares = {name: share for name, share in sorted(normalised(weights).items()) if share > 0}
    filled = np.ascontiguousarray(values[list(shares)].fillna(0).to_numpy(dtype=np.float64))
    # sites of the same values are one row with a count: they tie exactly, and the order of the rows is forgotten
    rows, place, count = np.unique(filled, axis=0, return_inverse=True, return_counts=True)
    sites = np.asarray(count, dtype=np.int32)
    lowest = _place_of(parameters.number("band_low"), draws)
    highest = _place_of(parameters.number("band_high"), draws)

    def weight_blocks(number: int) -> Iterator[Floats]:
        size = max(1, _BLOCK // max(1, number))
        return _weight_blocks(np.array(list(shares.values())), seed=seed, draws=draws, spread=spread, size=size)

    given = (_ranks(rows, sites, block) for block in weight_blocks(len(rows)))
    best, worst = (tail[place.ravel()] for tail in _tails(given, len(rows), lowest, highest, draws))
    if low is not None or high is not None:
        least, most = range_ends(filled, values, low, high, list(shares))
        if (least < most).any():
            streams = [seed_keys(values.index, seed=seed, of=name) for name in shares]
            with counting(progress_of(progress), "Redrawing weights and facts", total=draws, unit="draws") as step:
                redrawn = _redrawn_ranks(least, most, streams, weight_blocks(len(filled)), step)
                low_end, high_end = _tails(redrawn, len(filled), lowest, highest, draws)
            best, worst = np.minimum(best, low_end), np.maximum(worst, high_end)
    return pd.DataFrame({"rank_p05": best, "rank_p95": worst}, index=values.index).astype("Int64")


def range_ends(
    filled: Floats, values: pd.DataFrame, low: pd.DataFrame | None, high: pd.DataFrame | None, names: list[str]
) -> tuple[Floats, Floats]:
    """Return the ends of the ranges, sites × criteria, or refuse them with every fault at once."""
    ends = []
    faults = []
    for what, table in (("low", low), ("high", high)):
        if table is not None:
            check_numbers(table, name=what, unique=False)
        if table is None or not table.index.equals(values.index) or not set(names) <= set(table.columns):
            faults.append(
                f"{what}: needs the sites of values and the criteria {', '.join(names)}; low and high go together"
            )
        else:
            ends.append(table[names].to_numpy(dtype=np.float64))
    if not values.index.is_unique:
        faults.append("values: the index holds a site more than once; make it unique")
    if not faults and not ((ends[0] >= 0) & (ends[0] <= filled) & (filled <= ends[1]) & (ends[1] <= 1)).all():
        faults.append("low, high: need 0 ≤ low ≤ value ≤ high ≤ 1 throughout; a missing value counts as 0")
    if faults:
        raise InputError(*faults)
    return ends[0], ends[1]


def _redrawn_ranks(
    low: Floats, high: Floats, streams: list[Keys], drawn: Iterator[Floats], step: Step
) -> Iterator[Ranks]:
    """Yield the ranks (draws × sites) with every value redrawn within its range, one array of sites at a time.

    Scores are summed criterion by criterion, so that no sum depends on where in the table a site stands.
    """
    lowest, highest, keys = np.ascontiguousarray(low.T), np.ascontiguousarray(high.T), np.array(streams)
    ranged = np.asarray((lowest < highest).any(axis=1), dtype=np.bool_)
    number = 0
    for block in drawn:
        scores = np.empty((len(block), len(low)))
        drawn_scores(lowest, highest, ranged, keys, np.ascontiguousarray(block), number, scores)
        number += len(block)
        ranks = np.empty(scores.shape, dtype=np.int32)
        for row, behind in enumerate(-scores.round(DECIMALS)):  # the best is the smallest
            ranks[row] = np.searchsorted(np.sort(behind), behind) + 1
            step()
        yield ranks


def _tails(blocks: Iterator[Ranks], rows: int, lowest: int, highest: int, draws: int) -> tuple[Ranks, Ranks]:
    """Return per row the ``lowest``-th and ``highest``-th smallest rank over the draws, keeping only the two tails."""
    keep_low, keep_high = lowest, draws - highest + 1
    low = high = np.empty((rows, 0), dtype=np.int32)
    waiting: list[Ranks] = []
    for block in blocks:
        waiting.append(block)
        if sum(map(len, waiting)) >= max(keep_low, keep_high):
            low, high = _smallest(low, waiting, keep_low), _smallest(high, [-ranks for ranks in waiting], keep_high)
            waiting = []
    low, high = _smallest(low, waiting, keep_low), _smallest(high, [-ranks for ranks in waiting], keep_high)
    return low.max(axis=1), -high.max(axis=1)


def _smallest(tail: Ranks, blocks: list[Ranks], number: int) -> Ranks:
    """Return the ``number`` smallest of each row of ``tail`` (rows × kept) and of the blocks (draws × rows)."""
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


def _place_of(share: float, draws: int) -> int:
    """Return which of the sorted ranks is the percentile: the first that ``share`` of the draws do not exceed."""
    return max(1, ceil(round(share * draws, DECIMALS)))


def _check(values: pd.DataFrame, weights: Mapping[str, float], seed: int, draws: int, spread: float) -> None:
    """Refuse what cannot be drawn or ranked, with every fault at once."""
    check_numbers(values, name="values", unique=False)
    mapping_of(weights, name="weights", of="criterion → weight")
    odd = {name: weight for name, weight in weights.items() if not is_number(weight)}
    faults = [f"weights: '{name}' needs a number, not {shown(weight)}" for name, weight in odd.items()]
    if not odd and (min(weights.values(), default=0) < 0 or not sum(weights.values()) > 0):
        faults.append("weights: each needs to be 0 or more, and one above 0")
    weighed = [name for name, weight in weights.items() if name not in odd and weight > 0]
    missing = [name for name in weighed if name not in values.columns]
    if missing:
        faults.append(f"values: lacks the weighed criteria {', '.join(map(str, missing))}")
    outside = values.columns[((values < 0) | (values > 1)).any()]
    if len(outside):
        faults.append(f"values: {', '.join(map(str, outside))} lie outside 0–1; turn measurements into values first")
    try:
        check_seed(seed)
    except InputError as fault:
        faults += fault.faults
    if not isinstance(draws, int | np.integer) or isinstance(draws, bool):
        faults.append(f"draws: needs a whole number, not {draws!r}")
    elif draws < 1:
        faults.append(f"draws: needs at least 1, not {draws}")
    elif draws > most("draws"):
        faults.append(f"draws: {draws:,} are too many; {most('draws'):,} are taken at most")
    if not is_number(spread) or not 0 <= spread < 1:
        faults.append(f"spread: needs a number from 0 to below 1, not {spread!r}")
    if faults:
        raise InputError(*faults)
