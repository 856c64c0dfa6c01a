"""A table as text of a given width, for a terminal: what does not fit in a cell goes on in the next line."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from shutil import get_terminal_size
from textwrap import wrap

import pandas as pd

GAP = "  "


WHOLE = ("site_id",)
"""The columns whose cells are never broken: what stands there is copied into other commands."""

DECIMALS = 3
"""Decimals of a fraction for reading; files keep every digit."""


def text_table(
    table: pd.DataFrame, *, width: int | None = None, narrowest: int = 14, whole: Collection[str] = WHOLE
) -> str:
    """Write a table in lines of at most ``width`` characters, by wrapping the cells of its widest columns.

    Parameters
    ----------
    table
        Any table; its index is left out, missing is blank.
    width
        The longest line, by default that of the terminal, from 100 to 120; where the columns at their narrowest need
        more, lines are longer.
    narrowest
        No column is made narrower than this.
    whole
        The columns whose cells are never broken.

    Returns
    -------
    str
        A line of names, and for each row as many lines as its longest cell takes. No text is cut; fractions are
        rounded to :data:`DECIMALS` decimals.

    Examples
    --------
    >>> table = pd.DataFrame({"stage": [1, 2], "needs": ["", "areas, postcodes, shapes"]})
    >>> print(text_table(table, width=25))
    stage  needs
    1
    2      areas, postcodes,
           shapes
    """
    width = min(max(get_terminal_size((120, 24)).columns, 100), 120) if width is None else width
    names = [str(name) for name in table.columns]
    cells = [list(map(_cell, row)) for row in table.itertuples(index=False)]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    over = sum(widths) + len(GAP) * (len(widths) - 1) - width
    yielding = [place for place, name in enumerate(names) if name not in whole]
    while over > 0 and max((widths[place] for place in yielding), default=0) > narrowest:
        widest = max(yielding, key=widths.__getitem__)
        widths[widest] -= 1
        over -= 1
    lines = []
    for row in [names, *cells]:
        parts = [wrap(text, size) or [""] for text, size in zip(row, widths, strict=True)]
        for number in range(max(map(len, parts), default=0)):
            line = [part[number] if number < len(part) else "" for part in parts]
            lines.append(GAP.join(map(str.ljust, line, widths)).rstrip())
    return "\n".join(lines)


def _cell(value: str | float | date | None) -> str:
    """Return a value as text: blank where it is missing, a fraction rounded."""
    if pd.isna(value):
        return ""
    return f"{value:.{DECIMALS}f}" if isinstance(value, float) else str(value)
