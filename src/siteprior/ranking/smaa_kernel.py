"""The loops over drawn facts, compiled: scores of sites whose values are drawn, and who is first under given weights.

A value is drawn evenly between its ends from the stream of its site and criterion, the generator of
:mod:`siteprior.core.random_streams`: number by number what :func:`siteprior.core.random_streams.uniform` gives. Scores
are summed criterion by criterion, so that no sum depends on where in the table a site stands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siteprior.core.jit import compiled
from siteprior.core.random_streams import Floats, Keys

STEP = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)
UNIT = 2.0**-53


@compiled
def uniform_at(key: np.uint64, number: np.uint64) -> float:
    """Return one number of a stream, uniform from 0 to below 1; ``number`` counts from 1."""
    mixed = key + STEP * number
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    mixed = mixed ^ (mixed >> np.uint64(31))
    return np.float64(mixed >> np.uint64(11)) * UNIT


@compiled
def drawn_scores(
    low: Floats, high: Floats, ranged: npt.NDArray[np.bool_], keys: Keys, weights: Floats, start: int, scores: Floats
) -> None:
    """Fill in the scores, draws × sites, with every value drawn within its range.

    Parameters
    ----------
    low, high, keys
        Criteria × sites: ends of the values, and start of each stream.
    ranged
        Whether any site has a range on each criterion; where none has, ``low`` is taken.
    weights
        Draws × criteria.
    start
        Which draw of the streams the first row is.
    scores
        What is filled in.
    """
    sites = low.shape[1]
    for row in range(weights.shape[0]):
        number = np.uint64(start + row + 1)
        line = scores[row]
        line[:] = 0.0
        for k in range(low.shape[0]):
            weight = weights[row, k]
            if ranged[k]:
                least, most, stream = low[k], high[k], keys[k]
                for site in range(sites):
                    drawn = least[site] + (most[site] - least[site]) * uniform_at(stream[site], number)
                    line[site] += weight * min(drawn, most[site])
            else:
                least = low[k]
                for site in range(sites):
                    line[site] += weight * least[site]


@compiled
def times_first(
    low: Floats, high: Floats, keys: Keys, weights: Floats, best: Floats, site: int, rivals: npt.NDArray[np.int64],
    start: int, draws: int, unit: float,
) -> int:  # fmt: skip
    """Return in how many draws of the values a site is first under given weights, alone or with others.

    Parameters
    ----------
    low, high, keys
        Sites × criteria: ends of the values, and start of each stream.
    weights
        Per criterion.
    best
        Per rival the most its score may be, in units as the scores; the largest first.
    site, rivals
        The site's row, and those of the sites that may be above it, in the order of ``best``.
    start, draws
        The first draw of the streams, and how many.
    unit
        Scores are compared in whole numbers of it.
    """
    first = 0
    for draw in range(draws):
        number = np.uint64(start + draw + 1)
        own = one_score(low, high, keys, weights, site, number, unit)
        beaten = False
        for place in range(len(rivals)):
            if best[place] <= own:
                break
            if one_score(low, high, keys, weights, rivals[place], number, unit) > own:
                beaten = True
                break
        first += not beaten
    return first


@compiled
def one_score(
    low: Floats, high: Floats, keys: Keys, weights: Floats, site: int, number: np.uint64, unit: float
) -> float:
    """Return the score of one site in one draw, as a whole number of ``unit``."""
    total = 0.0
    for k in range(len(weights)):
        value = low[site, k]
        if high[site, k] > value:
            value = min(value + (high[site, k] - value) * uniform_at(keys[site, k], number), high[site, k])
        total += weights[k] * value
    return float(np.rint(total / unit))
