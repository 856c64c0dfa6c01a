"""The type of one value of a table, whoever read it: pandas, a workbook, or Python."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
from pandas.api.typing import NaTType, NAType

CellValue: TypeAlias = (
    str | int | float | bool | np.generic | dt.date | dt.time | dt.timedelta | NAType | NaTType | None
)
"""One value of a table; a day with its time, and pandas' own, are dates of Python as well."""
