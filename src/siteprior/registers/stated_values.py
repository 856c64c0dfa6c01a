"""Values a user states in tables of their own: as words, and days as the kind of day all tables have."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from siteprior.core import schema
from siteprior.core.cell_values import CellValue


def in_words(value: CellValue) -> str:
    """Return a fact in words: a day as it is written in a table, a number with the decimals it has.

    Examples
    --------
    >>> in_words(dt.date(2026, 5, 1)), in_words(3.0), in_words(12.34567), in_words("Mill")
    ('2026-05-01', '3', '12.34567', 'Mill')
    """
    if isinstance(value, dt.date):
        return f"{value:%Y-%m-%d}"
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def with_days(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a table with the days its reader gives as the kind of day all tables have; what is none stays.

    Examples
    --------
    >>> with_days(pd.DataFrame({"date": [dt.date(2026, 5, 1)]}), "date")["date"].dtype.kind
    'M'
    """
    if not isinstance(table, pd.DataFrame) or column not in table:
        return table
    if not table[column].dropna().map(lambda day: isinstance(day, dt.date)).all():
        return table
    return table.assign(**{column: schema.as_kind(table[column], "date", table.index)})
