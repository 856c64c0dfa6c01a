"""Sales counted one by one, and rates shrunk beside the published formula in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.joins import rates
from siteprior.joins.rates import counts_within, shrunk_rates

GRID = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)
"""A small grid, on which many sales share a point and many lie just on the circle."""


@given(GRID, GRID, st.sampled_from([0, 1, 5]), st.sampled_from([2, 4_000]))
def test_counts_against_every_pair_however_many_sites_are_looked_at_together(places, sales, radius, chunk):
    a, b = (np.array(points, dtype=float).reshape(-1, 2) for points in (places, sales))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "CHUNK", chunk)
        counted = counts_within(a, b, radius_m=radius)
    assert counted.tolist() == [
        sum((x - u) ** 2 + (y - v) ** 2 <= radius**2 for u, v in sales) for x, y in places
    ]  # the edge belongs to the circle


def test_an_unknown_place_has_no_count_and_a_place_without_sales_has_zero():
    places = np.array([[np.nan, 0.0], [0.0, 0.0], [0.0, np.inf]])
    counted = counts_within(places, np.zeros((0, 2)), radius_m=5)
    assert np.isnan(counted).tolist() == [True, False, True]
    assert counted[1] == 0


def marshall(counts, exposure):
    """Return the global empirical Bayes rates of Marshall (1991), equations 4 and 5, in exact fractions."""
    counts, exposure = [Fraction(n) for n in counts], [Fraction(n) for n in exposure]
    mean = sum(counts) / sum(exposure)
    rates_of = [n / e for n, e in zip(counts, exposure, strict=True)]
    variance = sum(e * (r - mean) ** 2 for r, e in zip(rates_of, exposure, strict=True)) / sum(exposure)
    between = max(variance - mean / (sum(exposure) / len(exposure)), Fraction(0))
    if between == 0:
        return [mean] * len(counts)
    return [mean + between / (between + mean / e) * (r - mean) for r, e in zip(rates_of, exposure, strict=True)]


AREAS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 500)), min_size=1, max_size=12).filter(
    lambda areas: any(count for count, _ in areas)
)


@given(AREAS)
def test_rates_against_the_published_formula_in_exact_fractions(areas):
    counts, exposure = (np.array(column, dtype=float) for column in zip(*areas, strict=True))
    expected = marshall(*zip(*areas, strict=True))
    found = shrunk_rates(counts, exposure, counts_all=counts, exposure_all=exposure)
    assert found == pytest.approx([float(rate) for rate in expected], rel=1e-6, abs=1e-9)
    # a shrunk rate lies between the area's own and the mean of all
    mean, own = counts.sum() / exposure.sum(), counts / exposure
    assert (found >= np.minimum(own, mean) - 1e-9).all()
    assert (found <= np.maximum(own, mean) + 1e-9).all()


def test_three_areas_by_hand():
    # 10, 30 and 80 of 1,000: mean 0.04; s² = (0.03² + 0.01² + 0.04²)/3 = 0.0026/3; A = s² − 0.04/1000 = 0.00248/3
    counts, exposure = np.array([10.0, 30.0, 80.0]), np.full(3, 1000.0)
    share = 0.00248 / 3 / (0.00248 / 3 + 0.04 / 1000)
    found = shrunk_rates(counts, exposure, counts_all=counts, exposure_all=exposure)
    assert found == pytest.approx([0.04 - 0.03 * share, 0.04 - 0.01 * share, 0.04 + 0.04 * share])


def test_areas_that_differ_by_no_more_than_chance_all_have_the_mean():
    counts, exposure = np.array([9.0, 10.0, 11.0]), np.full(3, 1000.0)
    reference = {"counts_all": counts, "exposure_all": exposure}
    asked = shrunk_rates(np.array([50.0, np.nan]), np.array([1000.0, 1000.0]), **reference)
    assert asked[0] == pytest.approx(0.01)
    assert np.isnan(asked[1])


def test_the_more_exposure_the_nearer_to_the_own_rate():
    counts, exposure = np.array([10.0, 80.0]), np.full(2, 1000.0)
    asked = np.array([100.0, 1000.0, 100_000.0])
    found = shrunk_rates(0.08 * asked, asked, counts_all=counts, exposure_all=exposure)
    assert (np.diff(found) > 0).all()
    assert found[-1] == pytest.approx(0.08, rel=1e-3)
