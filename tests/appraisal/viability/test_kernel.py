"""The compiled draws against the same formula in numpy, draw by draw."""

from __future__ import annotations

import numpy as np
import pytest

from siteprior.appraisal.viability.kernel import draw_sites
from siteprior.appraisal.viability.monte_carlo import slices, triangular

DRAWS = 50


def test_every_draw_is_the_residual_of_its_own_slices():
    rng = np.random.default_rng(4)
    u = slices(DRAWS, seed=1, of="remediation")
    z = rng.standard_normal(DRAWS)
    shared = rng.uniform(1, 9, (4, DRAWS))
    # homes, hectares, value, deviation below and above, remediation low, central, high; the last has no range
    sites = np.array([[10, 2.0, 3000, 0.1, 0.2, 100, 200, 400], [3, 0.5, 2500, 0.3, 0.3, 70, 70, 70]], dtype=float)
    starts = np.array([[0, 49], [7, 3]])
    drawn = np.empty((2, DRAWS))
    draw_sites(sites, starts, np.tile(z, 2), np.tile(np.sqrt([u, 1 - u]), 2), shared, drawn)
    land, cost, worth, factor = shared
    for row, (at, on) in enumerate(starts):
        homes, hectares, value, below, above, *ends = sites[row]
        turn, slice_ = np.roll(z, -at), np.roll(u, -on)
        price = value * np.exp(turn * np.where(turn < 0, below, above))
        ground = triangular(slice_, *ends)
        by_hand = hectares * land + homes * (cost - price * worth) + ground * factor
        assert drawn[row] == pytest.approx(by_hand)
