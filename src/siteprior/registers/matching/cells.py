"""The values of a register's table, and how they are written in issues and events."""

from __future__ import annotations

from typing import TypeAlias

import pandas as pd
from pandas.api.typing import NaTType, NAType

Cell: TypeAlias = str | int | float | pd.Timestamp | NAType | NaTType | None
"""One value of :data:`siteprior.core.schema.REGISTER`, missing in any of pandas' ways."""


def format_cell(value: Cell) -> str:
    """Return a value as issues and events show it: dates in ISO form, numbers without trailing zeros, missing blank.

    Examples
    --------
    >>> format_cell(pd.Timestamp("2020-01-31")), format_cell(0.50), format_cell(12), format_cell(pd.NA)
    ('2020-01-31', '0.5', '12', '')
    """
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)
