"""The compiled loop under the draws of viability: every draw of a site in one pass, and its percentiles in two more.

Plain loops over arrays, compiled by numba; :func:`siteprior.appraisal.viability.monte_carlo.shortfall_bands` is the way
in.
A number's place in order is found by counting: the draws are counted into bins, and only the bin that holds the place
is sorted, so that each percentile is a number that occurred, exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from siteprior.core.jit import compiled
from siteprior.core.random_streams import Floats

BINS = 512
"""Bins the draws are counted into: a matter of speed, never of the result."""


@compiled
def place(drawn: Floats, ranks: Any, found: Floats) -> None:
    """Write the numbers that stand at the ``ranks`` (from 0) when ``drawn`` is put in order."""
    least, most = drawn.min(), drawn.max()
    scale = (BINS - 1) / (most - least) if most > least else 0.0
    count = np.zeros(BINS, dtype=np.int64)
    for number in drawn:
        count[int((number - least) * scale)] += 1
    held = np.empty(len(drawn))
    for k in range(len(ranks)):
        bin_, before = 0, 0
        while before + count[bin_] <= ranks[k]:
            before += count[bin_]
            bin_ += 1
        size = 0
        for number in drawn:
            if int((number - least) * scale) == bin_:
                held[size] = number
                size += 1
        found[k] = np.sort(held[:size])[ranks[k] - before]


@compiled
def draw_sites(sites: Floats, starts: Any, z: Floats, roots: Floats, shared: Floats, ranks: Any, found: Floats) -> None:
    """Draw the shortfall of each site, and write its numbers at the ``ranks`` and its chance of one above nought.

    ``sites`` has a row per site: homes, hectares, value, spread of its logarithm below and above, remediation at its
    low, central and high. ``starts`` are the slices at which its value and its remediation begin; ``z`` and ``roots``
    (√u and √(1 − u)) hold the slices twice over, so that a turn begun anywhere runs through. ``shared`` has a row per
    multiplier and a column per draw. ``found`` has a row per site.
    """
    land, cost, worth, factor = shared
    draws = shared.shape[1]
    drawn = np.empty(draws)
    for i in range(len(sites)):
        homes, hectares, value, below, above, low, central, high = sites[i]
        width = high - low
        split = np.sqrt((central - low) / width) if width > 0 else 1.0
        rise, fall = np.sqrt(width * (central - low)), np.sqrt(width * (high - central))
        at, on = starts[i]
        short = 0
        for j in range(draws):
            turn = z[at + j]
            price = value * np.exp(turn * (below if turn < 0 else above))
            root = roots[0, on + j]
            ground = low + root * rise if root <= split else high - roots[1, on + j] * fall
            drawn[j] = hectares * land[j] + homes * (cost[j] - price * worth[j]) + ground * factor[j]
            short += drawn[j] > 0
        place(drawn, ranks, found[i])
        found[i, len(ranks)] = short / draws
