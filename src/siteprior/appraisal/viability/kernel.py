"""The compiled loop under the draws of viability: every draw of a site in one pass.

Plain loops over arrays, compiled by numba; :func:`siteprior.appraisal.viability.monte_carlo.shortfall_bands` is the
way in.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from siteprior.core.jit import compiled
from siteprior.core.random_streams import Floats


@compiled
def draw_sites(
    sites: Floats, starts: npt.NDArray[np.int64], z: Floats, roots: Floats, shared: Floats, drawn: Floats
) -> None:
    """Write the shortfall (GBP) of each site in each draw into ``drawn``, sites × draws.

    ``sites`` has a row per site: homes, hectares, value, standard deviation of its logarithm below and above,
    remediation at its low, central and high. ``starts`` are the slices at which its value and its remediation begin;
    ``z`` and ``roots`` (√u and √(1 − u)) hold the slices twice over, so that a turn begun anywhere runs through.
    ``shared`` has a row per multiplier and a column per draw.
    """
    land, cost, worth, factor = shared
    draws = shared.shape[1]
    for i in range(len(sites)):
        homes, hectares, value, below, above, low, central, high = sites[i]
        width = high - low
        split = np.sqrt((central - low) / width) if width > 0 else 1.0
        rise, fall = np.sqrt(width * (central - low)), np.sqrt(width * (high - central))
        at, on = starts[i]
        for j in range(draws):
            turn = z[at + j]
            price = value * np.exp(turn * (below if turn < 0 else above))
            root = roots[0, on + j]
            remediation = low + root * rise if root <= split else high - roots[1, on + j] * fall
            drawn[i, j] = hectares * land[j] + homes * (cost[j] - price * worth[j]) + remediation * factor[j]
