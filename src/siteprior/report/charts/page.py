"""The sheet of a chart: as high as what it shows needs, and one row per opportunity with rank and name on the left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

from siteprior.report import style
from siteprior.report.maps.canvas import PIXEL, Sheet

WIDTH = 1600 * PIXEL
"""Millimetres across; the height follows from what the chart has to show."""

MARGIN = 6.0
TITLE_SIZE, FOOT_SIZE = 12.0, 4.8
"""Sizes in points of the title and of the attribution, as on the map of the report."""

RANK_WIDTH, NAME_WIDTH = 8.0, 50.0
"""Millimetres for the rank and the name of an opportunity."""

NAME_SIZE, AXIS_SIZE = 6.6, 6.5
"""Sizes in points of names, and of the words and figures of an axis."""

NAME_LEADING = 2.7
"""Millimetres from one line of a name to the next."""

PLOT_LEFT = MARGIN + RANK_WIDTH + NAME_WIDTH + 3.0
"""Where in mm the part right of the names begins."""

HEIGHT_TRIED = 200.0
"""Height in mm of the sheet on which headings and foot are measured before the real one."""

ROUNDING = 1e-6
"""How far above 1 a share may lie that was rounded in a file."""

EMPTY_HEIGHT = 20.0
"""Height in mm of a chart that has nothing to show."""


class Page(NamedTuple):
    """A sheet with its heading and foot written, and the heights in mm between which the chart stands."""

    sheet: Sheet
    top: float
    bottom: float


class Row(NamedTuple):
    """One opportunity on a chart: its id, what its table says of it, and the height in mm of its middle."""

    site: str
    facts: pd.Series
    y: float


def new_page(
    height: float, *, title: str, under: str = "", notes: str = "", attribution: str = "", illustrative: bool = False
) -> Page:
    """Return a sheet with ``height`` mm between heading and foot.

    Examples
    --------
    >>> page = new_page(80.0, title="Ranks", attribution="Invented.")
    >>> round(page.top - page.bottom, 6)
    80.0
    """

    def write(tall: float) -> Page:
        sheet = Sheet(WIDTH, tall, margin=MARGIN)
        top = sheet.head(title, under=under, illustrative=illustrative, size=TITLE_SIZE)
        return Page(sheet, top, sheet.foot(attribution, notes=notes, size=FOOT_SIZE))

    # Heading and foot are written twice: on a sheet that is thrown away, to measure the height they need.
    trial = write(HEIGHT_TRIED)
    return write(HEIGHT_TRIED - (trial.top - trial.bottom) + height)


def first_ranked(table: pd.DataFrame, first: int, numbers: Iterable[str] = ()) -> pd.DataFrame:
    """Return the first rows by ``rank``, equal ranks in their order; a row without a rank is none of them.

    The columns of ``numbers`` that are there are returned as such, whatever kept them in the table.

    Examples
    --------
    >>> first_ranked(pd.DataFrame({"rank": [2, None, 1]}, index=list("abc")), 25).index.tolist()
    ['c', 'a']
    """
    table = as_numbers(table, ("rank", *numbers))
    return table[table["rank"].notna()].sort_values("rank", kind="stable").head(first)


def as_numbers(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return a table with those of its columns that are named as floating-point numbers.

    Examples
    --------
    >>> as_numbers(pd.DataFrame({"rank": [1, None]}, dtype=object), ["rank", "score"])["rank"].tolist()
    [1.0, nan]
    """
    return table.assign(**{name: pd.to_numeric(table[name]).astype("float64") for name in names if name in table})


def share_faults(table: pd.DataFrame, name: str, columns: Iterable[str]) -> list[str]:
    """Return a fault for each of the columns that are there with a share above 1.

    Examples
    --------
    >>> share_faults(pd.DataFrame({"score": [0.5, 62]}, index=["a", "b"]), "sites", ["score", "coverage"])
    ["sites: score is a share of 0–1, holds 62 in row 'b'; divide it by 100 where it is in percent"]
    """
    faults = []
    for column in columns:
        if column in table:
            values = as_numbers(table, [column])[column]
            for site in values.index[values > 1 + ROUNDING][:1]:
                worst = values[values > 1 + ROUNDING].iloc[0]
                faults.append(
                    f"{name}: {column} is a share of 0–1, holds {worst:g} in row {str(site)!r}; divide it by 100 "
                    "where it is in percent"
                )
    return faults


def count_faults(**counts: int | None) -> list[str]:
    """Return what is wrong with numbers that have to be whole and 1 at least; one left out may be ``None``.

    Examples
    --------
    >>> count_faults(first=0, shortlist=None)
    ['first: needs a whole number from 1, got 0']
    """
    return [
        f"{name}: needs a whole number from 1, got {given!r}"
        for name, given in counts.items()
        if given is not None and (not isinstance(given, int) or isinstance(given, bool) or given < 1)
    ]


def plain_name(site: str, name: str | float | None) -> str:
    """Return an opportunity's name on one line, or its id where it has none.

    Examples
    --------
    >>> plain_name("E1:a", "Mill  Street"), plain_name("E1:a", None)
    ('Mill Street', 'E1:a')
    """
    words = " ".join(name.split()) if isinstance(name, str) else ""
    return words or site


def rows_of(table: pd.DataFrame, top: float, height: float) -> list[Row]:
    """Return the rows of a table down a sheet, each ``height`` mm high."""
    return [Row(str(site), facts, top - (place + 0.5) * height) for place, (site, facts) in enumerate(table.iterrows())]


def write_names(sheet: Sheet, rows: list[Row], height: float) -> None:
    """Write rank and name of each row on the left, and shade every other row."""
    for place, row in enumerate(rows):
        if place % 2:
            sheet.box(MARGIN, row.y - height / 2, sheet.width - 2 * MARGIN, height, facecolor=style.CHART_ROW, zorder=0)
        sheet.text(MARGIN + RANK_WIDTH - 2.0, row.y, f"{row.facts['rank']:.0f}", NAME_SIZE, fontweight="bold",
                   ha="right", va="center_baseline", color=style.ACCENT)  # fmt: skip
        lines = name_lines(sheet, plain_name(row.site, row.facts["site_name"]))
        for line, words in enumerate(lines):
            y = row.y + ((len(lines) - 1) / 2 - line) * NAME_LEADING
            sheet.text(MARGIN + RANK_WIDTH, y, words, NAME_SIZE, va="center_baseline")


def name_lines(sheet: Sheet, name: str) -> list[str]:
    """Return a name on one line, or on two where it is long; what does not fit on these is cut.

    Examples
    --------
    >>> name_lines(Sheet(200.0, 50.0), "Former Sewage Treatment Works, Caledonia Road and land adjoining the canal")
    ['Former Sewage Treatment Works,', 'Caledonia Road and land adjoining the ca…']
    """
    lines = sheet.wrap(name, NAME_SIZE, NAME_WIDTH)
    return lines if len(lines) <= 2 else [lines[0], sheet.fit(" ".join(lines[1:]), NAME_SIZE, NAME_WIDTH)]


def say_nothing(page: Page, words: str) -> None:
    """Write that there is nothing to show, in the middle of the chart."""
    page.sheet.text(page.sheet.width / 2, (page.top + page.bottom) / 2, words, 9.0, color=style.GREY, ha="center",
                    va="center_baseline")  # fmt: skip
