"""Changes in the words of a reader: a column by its label, numbers with their units, short."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from siteprior.core import schema
from siteprior.core.cell_values import CellValue
from siteprior.core.schema import Column
from siteprior.pipeline.comparison.differences import CAUSES

ARROW = " → "
LONGEST = 60
"""Signs of one value in a sentence, at most: a register may hold ten thousand."""

PLACES = {"m": 1, "%": 1, "": 3}
"""Figures behind the point, at most, by unit; of any other unit as of none."""

_DECLARED = {column.name: column for column in schema.SITES.declared}


def _column(name: str) -> Column | None:
    """Return a column of the sites as it is declared or registered."""
    return _DECLARED.get(name) or next((column for column in schema.SITES.columns if column.name == name), None)


def label_of(column: str) -> str:
    """Return a column's label as it stands in a sentence; the name of one that is not declared.

    Examples
    --------
    >>> label_of("hectares"), label_of("my_layer")
    ('hectares', 'my_layer')
    """
    declared = _column(column)
    if declared is None or not declared.label:
        return column
    label = declared.label
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def value_of(value: CellValue, unit: str = "") -> str:
    r"""Return a value with its unit as a reader reads it, in one line, cut where it is long.

    Examples
    --------
    >>> value_of(1234.5, "m"), value_of(None), value_of("a\nb"), value_of(0.5, "0–1")
    ('1,234.5 m', 'not known', 'a b', '0.5')
    """
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value):
        return "not known"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, int | float) and not isinstance(value, bool):
        figures = f"{float(value):,.{PLACES.get(unit, PLACES[''])}f}"
        plain = figures.rstrip("0").rstrip(".") if "." in figures else figures
        return plain if unit in ("", "0–1", "0-1") else f"{plain} {unit}"
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def change_of(column: str, before: CellValue, after: CellValue) -> str:
    """Say what became of a value; blank where it reads the same.

    Examples
    --------
    >>> change_of("hectares", 0.2, 0.4), change_of("hectares", 0.2, 0.2)
    ('hectares 0.2 → 0.4 ha', '')
    """
    declared = _column(column)
    unit = declared.unit if declared is not None else ""
    one, other = _plain(before), _plain(after)
    if value_of(one) == value_of(other):
        return ""
    return f"{label_of(column)} {values_of(one, other, unit)}"


def values_of(before: CellValue, after: CellValue, unit: str) -> str:
    """Return two values with an arrow between them, the unit once.

    Examples
    --------
    >>> values_of(351.52, 382.0, "m"), values_of(None, 0.35, "0-1")
    ('351.5 → 382 m', 'not known → 0.35')
    """
    one = value_of(before, unit)
    return f"{one.removesuffix(f' {unit}') if unit else one}{ARROW}{value_of(after, unit)}"


def joined(causes: Iterable[str], between: str) -> str:
    """Return causes in their order, as one text.

    Examples
    --------
    >>> joined({"settings", "data"}, " and ")
    'data and settings'
    """
    there = set(causes)
    return between.join(name for name in CAUSES if name in there)


def _plain(value: CellValue) -> CellValue:
    """Return a number of numpy as Python's own; missing as ``None``."""
    if value is pd.NA or value is pd.NaT:
        return None
    item = getattr(value, "item", None)
    plain: CellValue = item() if callable(item) else value
    return plain
