"""How often a site comes first, and how often it is shortlisted, over all weights and facts that may be.

Stochastic multicriteria acceptability analysis (SMAA-2: Lahdelma and Salminen 2001, *Operations Research* 49): weights
and facts are drawn together, and every draw is ranked.

Equal scores share the better rank, as everywhere here. So two sites tied in first place both count as first, and the
acceptabilities of a rank may sum to more than 1 over the sites, those of the next to less; over the ranks of one site
they sum to 1. A site is among the first k where fewer than k sites have a better score.

What is missing never improves anything: a fact that nobody knows counts as the worst it may be, in every draw. What
would follow if it were anything between worst and best stands in columns of its own. Facts known within a range are
drawn evenly from it, each site's from a stream of its label, the criterion's name and the seed: the streams of
:func:`siteprior.ranking.rank_bands`. No site's draws depend on which others there are, nor any result on the order of
rows or criteria.

Facts that are fixed are multiplied with blocks of weights; drawn ones are summed in a compiled loop. Either way one
block of scores is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.cluster import Cluster, check_cluster, map_parts
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.progress import Progress, counting, progress_of
from siteprior.core.random_streams import Floats
from siteprior.core.short_repr import short_repr
from siteprior.ranking.options import Weights, ranked_values
from siteprior.ranking.scoring import Ranked
from siteprior.ranking.smaa_facts import UNIT, Facts, facts_of
from siteprior.ranking.weight_draws import (
    Admissible,
    criteria_drawn,
    draw_faults,
    draw_weights,
    whole_number_faults,
)

_BLOCK = 2_000_000
"""Scores in memory at once: bounds memory, never a result."""

_FOLDS = 32
"""Scores of which the largest stands for all when the k-th largest is looked for: bounds time, never a result."""


@short_repr
class Acceptability(NamedTuple):
    """How often each site is first and among the first k, under which weights, and how surely.

    Attributes
    ----------
    sites
        On the index of the values, shares of draws from 0 to 1: ``first_acceptability`` and ``top_k_acceptability``,
        with what is missing at its worst; ``first_if_missing_drawn`` and ``top_k_if_missing_drawn``, with what is
        missing drawn from worst to best, blank where no ranges were given; and ``confidence_factor``: the share of
        draws of the facts in which the site is first under its own central weights, blank where it has none.
    central_weights
        Sites × criteria: the mean of the weights under which a site is first; blank where it never is.
    draws
        How many: the standard error of a share p is √(p(1 − p) / draws), 0.005 at most with 9,604 draws.
    k
        Length of the shortlist.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1.0, 0.0, 0.6], "b": [0.0, 1.0, 0.6]}, index=["one", "two", "three"])
    >>> acceptability(values, seed=1, k=2, draws=1000)
    Acceptability(sites: 3 rows, central_weights: 3 rows, draws: 1,000, k: 2)
    """

    sites: pd.DataFrame
    central_weights: pd.DataFrame
    draws: int
    k: int


def acceptability(
    values: pd.DataFrame | Ranked,
    weights: Weights | None = None,
    *,
    admissible: Admissible | None = None,
    spread: float | None = None,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    known: pd.DataFrame | None = None,
    k: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    progress: Progress | bool | None = None,
    cluster: Cluster | None = None,
) -> Acceptability:
    """Return the share of draws (0–1) in which a site is first, or among the first ``k``.

    Parameters
    ----------
    values
        Sites × criteria, 0–1; missing is the worst. Or a run or a result, with weights and ranges.
    weights, admissible, spread
        Weights drawn, as :func:`siteprior.ranking.draw_weights`: around those given, or any.
    low, high, known
        Ends of each value and its known share, of ``value_ranges`` and ``known_shares``.
    k, draws, seed
        Ranks that make the shortlist and draws; ``parameters/ranking.toml`` has defaults, a run
        its own shortlist and seed. A table needs a seed.
    progress, cluster
        ``True`` counts the draws; where blocks of them are ranked (``sp.cluster``), else here.

    Raises
    ------
    InputError
        When values, ranges, weights, ``k``, draws or seed make no sense.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [1, 0, 0.6], "b": [0, 1, 0.6]})
    >>> acceptability(values, seed=1, k=2).sites["first_acceptability"].round(1).tolist()
    [0.4, 0.4, 0.2]
    """
    check_cluster(cluster)
    parameters = load_parameters("ranking")
    if not isinstance(values, pd.DataFrame) and isinstance(values, Ranked):
        weights = values.weights if weights is None and (admissible is None or admissible == "around") else weights
        names = criteria_drawn(weights, list(values.weights), admissible, [])
        k, seed = _of_run(values, "k", k), _of_run(values, "seed", seed)
        values, known, low, high = ranked_values(values.sites, names, values.criteria_known)
    k = parameters.integer("acceptability_top") if k is None else k
    facts, shares = _prepared(values, weights, admissible, spread, (low, high, known), draws, seed, {"k": k})
    first, top, sums = _counted(facts, shares, k, progress, cluster, "Redrawing weights and facts")
    with np.errstate(invalid="ignore"):
        central = sums / first[:, None]
    table = pd.DataFrame(
        {
            "first_acceptability": first / len(shares),
            "top_k_acceptability": top / len(shares),
            "first_if_missing_drawn": np.nan,
            "top_k_if_missing_drawn": np.nan,
        }
    )
    if low is not None:
        may = (first, top)
        if facts.has_missing:
            may = _counted(facts.with_missing_drawn(), shares, k, progress, cluster, "Redrawing what is missing, too")[
                :2
            ]
        table["first_if_missing_drawn"], table["top_k_if_missing_drawn"] = (count / len(shares) for count in may)
    factor = facts.confidence(central, len(shares), parameters.integer("confidence_draws"))
    table["confidence_factor"] = factor
    placed = table.iloc[facts.place].set_axis(values.index)
    names = list(shares.columns)
    return Acceptability(placed, pd.DataFrame(central[facts.place], values.index, names), len(shares), k)


def _of_run(run: Ranked, what: str, given: int | None) -> int | None:
    """Return what is given, else what a run has of it: the length of its shortlist, or its seed."""
    if given is not None:
        return given
    if what == "k":
        return len(getattr(run, "shortlist", ())) or None
    return getattr(run, "seed", None)


def rank_acceptability(
    values: pd.DataFrame,
    weights: Mapping[str, float] | None = None,
    *,
    admissible: Admissible | None = None,
    spread: float | None = None,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    known: pd.DataFrame | None = None,
    draws: int | None = None,
    seed: int,
) -> pd.DataFrame:
    """Return the share of draws (0–1) in which each site has each rank, of a problem of no more than 2,000 sites.

    Parameters
    ----------
    values, weights, admissible, spread, low, high, known, draws, seed
        As :func:`siteprior.ranking.acceptability`; what is missing counts as the worst.

    Returns
    -------
    DataFrame
        Sites × ranks: on the index of ``values``, the columns ``1``, ``2`` and so on. Each row sums to 1.

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.acceptability`; or when there are more sites than the parameter
        ``rank_matrix_sites`` of ``parameters/ranking.toml``.

    Examples
    --------
    Exact are .4, .1, .5; .4, .1, .5 and .2, .8, 0 (a published case of SMAA-2):

    >>> values = pd.DataFrame({"a": [1.0, 0.0, 0.6], "b": [0.0, 1.0, 0.6]})
    >>> rank_acceptability(values, seed=2).round(2)
         1    2    3
    0  0.4  0.1  0.5
    1  0.4  0.1  0.5
    2  0.2  0.8  0.0
    """
    limit = load_parameters("ranking").integer("rank_matrix_sites")
    if isinstance(values, pd.DataFrame) and len(values) > limit:
        raise InputError(
            f"values: {len(values):,} sites, of whose ranks {limit:,} are tabulated at most; use acceptability"
        )
    facts, shares = _prepared(values, weights, admissible, spread, (low, high, known), draws, seed, {})
    sites = len(values)
    counts = np.zeros(sites * sites, dtype=np.int64)
    own = np.arange(sites) * sites
    for block in _blocks(facts, shares.to_numpy(dtype=np.float64)):
        for line in -_block_scores(facts, block):
            counts[own + np.searchsorted(np.sort(line), line)] += 1
    table = counts.reshape(sites, sites)[facts.place] / len(shares)
    return pd.DataFrame(table, index=values.index, columns=range(1, sites + 1))


def _prepared(
    values: pd.DataFrame,
    weights: Mapping[str, float] | None,
    admissible: Admissible | None,
    spread: float | None,
    ranges: tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None],
    draws: int | None,
    seed: int | None,
    ranks: Mapping[str, int],
) -> tuple[Facts, pd.DataFrame]:
    """Return the facts and the drawn weights of a call, or refuse it."""
    if not isinstance(values, pd.DataFrame):
        raise InputError(f"values: needs a table (DataFrame), got {type(values).__name__}")
    if seed is None:
        raise InputError("seed: none given; a table has none of its own, give a whole number")
    parameters = load_parameters("ranking")
    draws = parameters.integer("acceptability_draws") if draws is None else draws
    spread = parameters.number("weight_spread") if spread is None else spread
    faults = draw_faults(seed, draws, spread)
    for name, number in ranks.items():
        faults += whole_number_faults(number, name, np.iinfo(np.int64).max)
    names = criteria_drawn(weights, list(values.columns), admissible, faults)
    facts = facts_of(values, names, *ranges, seed=seed)
    criteria = None if weights is not None else names
    drawn = draw_weights(weights, criteria=criteria, admissible=admissible, spread=spread, draws=draws, seed=seed)
    return facts, drawn


def _blocks(facts: Facts, weights: Floats) -> Iterator[tuple[int, Floats]]:
    """Yield the first draw and the weights of each block of draws."""
    size = max(1, _BLOCK // max(1, facts.sites))
    for start in range(0, len(weights), size):
        yield start, weights[start : start + size]


def _block_scores(facts: Facts, block: tuple[int, Floats]) -> Floats:
    """Return the scores of a block, draws × sites, in whole numbers of :data:`UNIT`."""
    start, weights = block
    scores = facts.scores(weights / UNIT, start)
    return np.rint(scores, out=scores)


Block = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def _count_block(block: tuple[int, Floats], given: tuple[Facts, int]) -> Block:
    """Return how often each site is among the first k in a block, and the draws and sites of those that are first."""
    facts, k = given
    scores = _block_scores(facts, block)
    among = np.flatnonzero(scores >= kth_largest(scores, k)[:, None])
    row, site = np.divmod(among, facts.sites)
    leads = scores.ravel()[among] == scores.max(axis=1)[row]
    return np.bincount(site, minlength=facts.sites), row[leads], site[leads]


def _counted(
    facts: Facts, shares: pd.DataFrame, k: int, progress: Progress | bool | None, cluster: Cluster | None, what: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Return per site how often it is first, how often among the first k, and the sum of the weights where first."""
    weights = shares.to_numpy(dtype=np.float64)
    sites = facts.sites
    first, top = np.zeros(sites, dtype=np.int64), np.zeros(sites, dtype=np.int64)
    sums = np.zeros((weights.shape[1], sites))
    if not sites:
        return first, top, sums.T
    with counting(progress_of(progress), what, total=len(weights), unit="draws") as step:
        # a block's counts are whole numbers, and who leads is named draw by draw: no block decides a result
        for (_, block), (counted, row, site) in zip(
            _blocks(facts, weights), map_parts(cluster, _count_block, _blocks(facts, weights), (facts, k)), strict=True
        ):
            top += counted
            first += np.bincount(site, minlength=sites)
            for total, weight in zip(sums, block.T, strict=True):
                np.add.at(total, site, weight[row])  # one by one: no sum depends on the size of a block
            step(len(block))
    return first, top, sums.T


def kth_largest(scores: Floats, k: int) -> Floats:
    """Return the k-th largest score of each row, equal ones counted as often as they stand; the smallest of fewer.

    Examples
    --------
    >>> kth_largest(np.array([[5.0, 7.0, 7.0, 1.0]]), 2).tolist(), kth_largest(np.array([[5.0, 7.0]]), 25).tolist()
    ([7.0], [5.0])
    """
    sites = scores.shape[1]
    k = min(k, sites)
    folds = sites // _FOLDS
    if folds < k:
        return np.asarray(np.partition(scores, sites - k, axis=1)[:, sites - k], dtype=np.float64)
    # the k-th largest of the largest of each part is no larger than that of all: only what reaches it is sorted
    largest = scores[:, : folds * _FOLDS].reshape(len(scores), _FOLDS, folds).max(axis=1)
    enough = np.partition(largest, folds - k, axis=1)[:, folds - k]
    found = (np.partition(line[line >= least], -k)[-k] for line, least in zip(scores, enough, strict=True))
    return np.fromiter(found, dtype=np.float64, count=len(scores))
