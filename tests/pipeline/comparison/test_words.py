from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.pipeline.comparison.words import change_of, joined, label_of, value_of, values_of


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (None, "", "not known"), (pd.NA, "m", "not known"), (pd.NaT, "", "not known"), (float("nan"), "", "not known"),
        (1200.0, "m", "1,200 m"), (0.25, "ha", "0.25 ha"), (0.5, "0-1", "0.5"), (400, "homes", "400 homes"),
        (10, "", "10"), (pd.Timestamp("2026-05-01"), "", "2026-05-01"), ("x" * 10_000, "", "x" * 59 + "…"),
        ("a\r\n\tb", "", "a b"),
    ],
)  # fmt: skip
def test_a_value_in_words(value, unit, words):
    assert value_of(value, unit) == words


def test_a_change_names_the_column_and_the_unit_once():
    assert change_of("corridor_walk_m", np.float64(1200.04), np.float64(600.0)).endswith("1,200 → 600 m")
    assert change_of("hectares", pd.NA, pd.NA) == ""
    assert label_of("not_a_column") == "not_a_column"


def test_two_values_and_causes_in_order():
    assert values_of(1.0, None, "m") == "1 → not known"
    assert joined(["method", "data"], " or ") == "data or method"
    assert joined([], " or ") == ""
