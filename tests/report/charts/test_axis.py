"""Ticks at round figures, and figures in the units readers use."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from siteprior.report.charts.axis import log_ticks, measure_words, scale_of


@pytest.mark.parametrize(
    ("values", "unit", "shown", "figures"),
    [
        ([0, 14e6], "£", "£m", ["0", "2", "4", "6", "8", "10", "12", "14"]),
        ([40e3, 90e3], "£", "£ thousand", ["40", "50", "60", "70", "80", "90"]),
        ([1.2e9, 2.9e9], "£", "£bn", ["1.5", "2.0", "2.5", "3.0"]),
        ([3, 8], "£", "£", ["0", "2", "4", "6", "8"]),
        ([0.41, 0.43], "share", "%", ["41.0", "41.5", "42.0", "42.5", "43.0"]),
        ([12000, 20000], "", "", ["12,000", "14,000", "16,000", "18,000", "20,000"]),
        ([5, 5], "ha", "ha", ["0", "1", "2", "3", "4", "5"]),
        ([], "", "", ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_ticks_are_round_and_in_the_unit_readers_use(values, unit, shown, figures):
    axis = scale_of(np.array(values, dtype=float), unit)
    assert axis.unit == shown
    assert [axis.figure(tick) for tick in axis.ticks] == figures


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=9))
@example([0.0, 5e-324])
@example([1e9, 1e9 + 2e-7])
@example([-3.0, -3.0])
@example([-4.0, -3.0])
def test_every_value_lies_on_its_axis_and_ticks_are_few_and_rise(values):
    axis = scale_of(np.array(values), "")
    assert all(-1e-9 <= axis.share(value) <= 1 + 1e-9 for value in values)
    assert all(-1e-9 <= axis.share(tick) <= 1 + 1e-9 for tick in axis.ticks)
    assert 2 <= len(axis.ticks) <= 10
    assert axis.ticks == sorted(axis.ticks)


@pytest.mark.parametrize(
    ("high", "ticks"), [(1, [1]), (7, [1, 2, 5]), (10, [1, 2, 5, 10]), (487, [1, 2, 5, 10, 20, 50, 100, 200])]
)
def test_ranks_are_marked_at_one_two_and_five(high, ticks):
    assert log_ticks(high) == ticks


def test_measures_of_a_programme_have_words():
    assert measure_words("sites") == ("Opportunities", "")
    assert measure_words("share of affordable_homes") == ("Affordable homes", "share")
    assert measure_words("net_land_value_uplift_gbp") == ("Net land value uplift", "£")
    assert measure_words("$x_y") == ("$x y", "")
