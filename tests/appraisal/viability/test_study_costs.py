"""Second-hand building costs of outer London, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal.viability.study_costs import viable_at_study_costs

SPENT = 1_754 * 1.10 * 1.10 * 1.07
"""Build with externals, fees and finance, £/m²: the dearer end."""


def asked(value, *, density=40.0, size=80.0, benchmark=0.0):
    series = {name: pd.Series([number], dtype="float64") for name, number in
              (("value_gbp_per_m2", value), ("density", density), ("benchmark_gbp_per_ha", benchmark))}  # fmt: skip
    answer = viable_at_study_costs(**series, home_size_m2=size).iloc[0]
    return None if pd.isna(answer) else answer


@pytest.mark.parametrize(
    ("value", "benchmark", "answer"),
    [
        (SPENT / 0.8 + 0.01, 0.0, "yes"),
        (SPENT / 0.8 - 0.01, 0.0, "no"),
        ((SPENT + 100) / 0.8, 100 * 80 * 40 - 1.0, "yes"),  # £100/m² left: £320,000 a hectare
        ((SPENT + 100) / 0.8, 100 * 80 * 40 + 1.0, "no"),
    ],
)
def test_what_is_left_covers_the_land(value, benchmark, answer):
    assert asked(value, benchmark=benchmark) == answer


def test_it_is_asked_of_houses_alone_and_of_what_is_known():
    assert asked(9_000.0, density=60.0) == "yes"
    for missing in ({"density": 60.1}, {"density": None}, {"benchmark": None}, {"size": float("nan")}):
        assert asked(9_000.0, **missing) is None
    assert asked(None) is None
