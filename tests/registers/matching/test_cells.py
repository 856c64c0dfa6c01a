"""Values as issues and events show them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.registers.matching.cells import format_cell


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (pd.Timestamp("2019-06-30 12:00"), "2019-06-30"), (1.0, "1"), (0.25, "0.25"),
        (np.float64(1234567.0), "1.23457e+06"),
        (20, "20"), ("permissioned", "permissioned"), (None, ""), (pd.NA, ""), (pd.NaT, ""), (float("nan"), ""),
    ],
)  # fmt: skip
def test_values(value, text):
    assert format_cell(value) == text
