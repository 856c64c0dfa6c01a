"""Counts or amounts as bars, a row each: how many sites of each kind, or of each length of walk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.report import style
from siteprior.report.charts.axis import scale_of
from siteprior.report.charts.page import FOOT_SIZE, MARGIN, NAME_SIZE, WIDTH, Page, new_page, say_nothing
from siteprior.report.maps.canvas import Sheet, settings

COLOURS = (style.DEEP, style.RANK_BANDS["all"], style.CORE_CLASSES["borderline"], style.ACCENT)
"""Of the columns, in their order."""

ROW = 7.0
"""Height of a row in mm."""

NAMES = 58.0
"""Width in mm of the names of the rows."""

KEY, AXIS, LABEL = 7.0, 11.0, 12.0
"""Height in mm of the key and of the axis; width kept behind the longest bar for its figure."""

EMPTY = 18.0
"""Height in mm of a chart without a bar."""


def draw_bars(
    table: pd.DataFrame,
    *,
    title: str,
    unit: str,
    stacked: bool = True,
    figures: str = "{:,.0f}",
    attribution: str = "",
    illustrative: bool = False,
) -> bytes:
    """Draw a table of numbers (any unit, from 0) as bars, one row per row and one colour per column, as a PNG.

    Parameters
    ----------
    table
        Index: the names of the rows; up to four columns of numbers, whose names stand in the key. What is missing
        has no bar.
    title
        Stands above the chart.
    unit
        What the numbers are, at the axis: ``"ranked sites"``.
    stacked
        Whether the bars of a row follow one another, with their sum behind; else they stand under each other.
    figures
        How numbers are written, as of ``str.format``.
    attribution
        The sources' attribution; stands below it, whole.
    illustrative
        Whether the picture has to say that its sites are invented.

    Returns
    -------
    bytes
        The PNG, 1600 pixels wide; no date, no version, the same bytes from the same table.

    Raises
    ------
    InputError
        When it is no table, has no column or more than four, or holds what is no number or below 0.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({"settled": [3, 0], "open": [1, 9]}, index=["Indicated", "Cannot tell"])
    >>> draw_bars(counts, title="Verdicts", unit="sites", illustrative=True)[1:4]
    b'PNG'
    """
    values = _numbers(table)
    with settings():
        height = KEY + ROW * len(values) + AXIS if values.size and np.nansum(values) > 0 else EMPTY
        page = new_page(height, title=title, attribution=attribution, illustrative=illustrative)
        if height == EMPTY:
            say_nothing(page, "There is nothing to show.")
        else:
            _draw(page, [str(name) for name in table.index], values, unit, stacked=stacked, figures=figures)
            _draw_key(page.sheet, page.top - 2.5, [str(name) for name in table])
        return page.sheet.save("png")


def bars_words(table: pd.DataFrame, *, unit: str, figures: str = "{:,.0f}") -> str:
    """Return the chart in words (the table's own unit), for those who do not see it: each row's sum.

    Examples
    --------
    >>> counts = pd.DataFrame({"settled": [3, 0], "open": [1, 9]}, index=["Indicated", "Cannot tell"])
    >>> bars_words(counts, unit="sites")
    'Indicated: 4 sites; Cannot tell: 9 sites.'
    """
    values = _numbers(table)
    rows = zip(table.index, np.nansum(values, axis=1), np.isnan(values).all(axis=1), strict=True)
    words = "; ".join(
        f"{name}: {'not known' if missing else f'{figures.format(value)} {unit}'}" for name, value, missing in rows
    )
    return f"{words}." if words else "There is nothing to show."


def _numbers(table: pd.DataFrame) -> np.ndarray:
    """Return the table as numbers, or refuse it."""
    if not isinstance(table, pd.DataFrame):
        raise InputError(f"table: needs a table (DataFrame), got {type(table).__name__}")
    if not 1 <= table.shape[1] <= len(COLOURS):
        raise InputError(f"table: needs 1 to {len(COLOURS)} columns of numbers, has {table.shape[1]}")
    values = table.apply(pd.to_numeric, errors="coerce").astype("float64").to_numpy()
    wrong = (np.isnan(values) & table.notna().to_numpy()) | (values < 0) | np.isinf(values)
    faults = [
        f"table: column '{column}' has {table.iloc[int(np.flatnonzero(wrong[:, at])[0]), at]!s} in row "
        f"'{table.index[int(np.flatnonzero(wrong[:, at])[0])]}'; bars need numbers from 0"
        for at, column in enumerate(table)
        if wrong[:, at].any()
    ]
    if faults:
        raise InputError(*faults)
    return np.asarray(values)


def _draw(page: Page, names: Sequence[str], values: np.ndarray, unit: str, *, stacked: bool, figures: str) -> None:
    """Draw axis, names, bars and figures."""
    sheet, left, right = page.sheet, MARGIN + NAMES, WIDTH - MARGIN - LABEL
    top = page.top - KEY
    bottom = top - ROW * len(names)
    ends = np.nansum(values, axis=1) if stacked else values[np.isfinite(values)]
    axis = scale_of(np.append(ends, 0.0), "")
    per = (right - left) / max(float(np.max(ends)), 1e-12)
    for tick in (tick for tick in axis.ticks if 0 <= tick * per <= right - left + 1e-9):
        x = left + tick * per
        sheet.line([x, x], [bottom, top], color=style.CHART_GRID, linewidth=0.5, zorder=1)
        sheet.text(x, bottom - 3.8, axis.figure(tick), FOOT_SIZE + 1.0, color=style.GREY, ha="center")
    sheet.text((left + right) / 2, bottom - 8.0, sheet.fit(unit, 7.5, right - left), 7.5, ha="center")
    for place, (name, row) in enumerate(zip(names, values, strict=True)):
        y = top - (place + 0.5) * ROW
        words = sheet.fit(" ".join(name.split()), NAME_SIZE, NAMES - 3.0)
        sheet.text(left - 2.0, y, words, NAME_SIZE, ha="right", va="center_baseline")
        for x, low, wide, tall, colour in _boxes(row, per, stacked=stacked):
            sheet.box(left + x, y + low, wide, tall, facecolor=colour, zorder=3)
            if not stacked and wide > 0:
                at = left + x + wide + 1.0
                sheet.text(at, y + low + tall / 2, figures.format(wide / per), FOOT_SIZE, va="center_baseline")
        if stacked:
            whole = float(np.nansum(row))
            sheet.text(left + whole * per + 1.0, y, figures.format(whole), FOOT_SIZE + 1.0, va="center_baseline")


def _boxes(row: np.ndarray, per: float, *, stacked: bool) -> list[tuple[float, float, float, float, Any]]:
    """Return the bars of a row: where each begins, how far below the middle, width, height (mm), colour."""
    wide = np.nan_to_num(row) * per
    if stacked:
        starts = np.concatenate([[0.0], np.cumsum(wide)[:-1]])
        return [
            (float(x), -0.36 * ROW, float(w), 0.72 * ROW, c) for x, w, c in zip(starts, wide, COLOURS, strict=False)
        ]
    tall = 0.8 * ROW / len(row)
    return [
        (0.0, 0.4 * ROW - (at + 1) * tall, float(w), 0.92 * tall, colour)
        for at, (w, colour) in enumerate(zip(wide, COLOURS, strict=False))
    ]


def _draw_key(sheet: Sheet, y: float, names: Sequence[str]) -> None:
    """Say which colour is which column; a single one needs no key."""
    if len(names) == 1:
        return
    x = MARGIN + NAMES
    for name, colour in zip(names, COLOURS, strict=False):
        sheet.box(x, y - 1.3, 3.4, 2.6, facecolor=colour, zorder=3)
        words = sheet.fit(name, NAME_SIZE, 40.0)
        sheet.text(x + 4.8, y, words, NAME_SIZE, va="center_baseline")
        x += 4.8 + sheet.measure(words, NAME_SIZE) + 6.0
