"""Discounting, welfare weights, optimism bias: published figures and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.appraisal.benefits.green_book import (
    annuity_factor,
    discount_factor,
    guidance_edition,
    optimism_bias,
    optimism_table,
    spread_factor,
    welfare_weight,
)
from siteprior.core.errors import InputError


def test_discount_factors_by_hand():
    assert discount_factor(0) == 1
    assert discount_factor([10, 30]).round(6).tolist() == [round(1.035**-10, 6), round(1.035**-30, 6)]
    assert discount_factor(31) == pytest.approx(1.035**-30 / 1.03)
    assert discount_factor(76) == pytest.approx(1.035**-30 / 1.03**45 / 1.025)


@pytest.mark.parametrize("year", [-1, 126, [3, 500]])
def test_years_without_a_rate_are_refused(year):
    with pytest.raises(InputError, match="discount rates are given for the years 0 to 125"):
        discount_factor(year)


def test_money_spread_over_years():
    assert spread_factor(0, 1) == 1
    assert spread_factor(2, 3) == pytest.approx((1.035**-2 + 1.035**-3 + 1.035**-4) / 3)
    # two homes, completed in years 1 and 2, each £1 a year for the two years after
    expected = (1.035**-2 + 1.035**-3 + 1.035**-3 + 1.035**-4) / 2
    assert annuity_factor(1, 2, lasting=2) == pytest.approx(expected)
    assert annuity_factor(1, 2, lasting=0) == 0


@given(st.integers(0, 60), st.integers(1, 30))
def test_later_money_is_worth_less(first, years):
    assert spread_factor(first + 1, years) < spread_factor(first, years) <= 1


# METHODS 2c, check table of welfare weights: income ratio to weight
@pytest.mark.parametrize(("ratio", "weight"), [(0.5, 2.462), (0.6, 1.943), (0.7, 1.590), (0.8, 1.337), (1.25, 0.748)])
def test_welfare_weights_of_the_check_table(ratio, weight):
    assert round(welfare_weight(ratio * 30_000, median=30_000), 3) == weight


def test_welfare_weights_leave_what_is_missing_missing():
    weights = welfare_weight(pd.Series([None, 0.0, -5.0, 20_000.0]), median=20_000)
    assert weights.isna().tolist() == [True, True, True, False]
    assert weights.iloc[3] == 1


def test_a_larger_elasticity_lifts_the_poor_and_lowers_the_rich():
    low, high = (welfare_weight(pd.Series([10.0, 40.0]), median=20, elasticity=e) for e in (1.0, 1.5))
    assert low.tolist() == [2.0, 0.5]
    assert high.iloc[0] > low.iloc[0]
    assert high.iloc[1] < low.iloc[1]


@pytest.mark.parametrize("median", [0, -1, float("nan")])
def test_a_median_that_cannot_be_is_refused(median):
    with pytest.raises(InputError, match="median: needs an income above zero"):
        welfare_weight(1, median=median)


def test_optimism_bias_of_mott_macdonald():
    listed = optimism_table().set_index("class")
    assert listed["cost"].to_dict() == {
        "standard-buildings": 0.24,
        "non-standard-buildings": 0.51,
        "standard-civil": 0.44,
        "non-standard-civil": 0.66,
    }
    assert listed["duration"].tolist() == [0.04, 0.39, 0.20, 0.25]
    assert optimism_bias("non-standard-civil", mitigated=0.5) == pytest.approx(0.33)
    assert optimism_bias("standard-civil", mitigated=1) == 0


def test_unknown_classes_and_shares_are_refused():
    with pytest.raises(InputError, match="unknown optimism class 'civil'"):
        optimism_bias("civil")
    with pytest.raises(InputError, match="share from 0 to 1"):
        optimism_bias("standard-civil", mitigated=1.2)


def test_the_editions_are_named():
    assert "Green Book 2026" in guidance_edition()
    assert "4th edition" in guidance_edition()


@given(st.lists(st.integers(0, 125), min_size=1, max_size=20))
def test_factors_lie_between_zero_and_one(years):
    assert np.all((discount_factor(years) > 0) & (discount_factor(years) <= 1))
