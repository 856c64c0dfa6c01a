"""What the scores of the shortlist are made of: one bar per opportunity, one colour per criterion."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.schema import CONTRIBUTION, Column, Table, table_faults
from siteprior.report import style
from siteprior.report.charts.page import (
    AXIS_SIZE,
    EMPTY_HEIGHT,
    MARGIN,
    PLOT_LEFT,
    WIDTH,
    Row,
    count_faults,
    first_ranked,
    new_page,
    rows_of,
    say_nothing,
    share_faults,
    write_names,
)
from siteprior.report.maps.canvas import Sheet, settings

SCORED = Table(
    "scored opportunities",
    "site_id",
    geometry=False,
    declared=(
        Column("site_name", "text", "Site name", "Name of the opportunity"),
        Column("rank", "integer", "Rank", "Rank by score, 1 = first", "rank", least=1),
        Column("score", "number", "Score", "Weighted value", "0–1", least=0),
        Column("coverage", "number", "Coverage", "Share of the weight that rests on known values", "0–1", least=0),
    ),
)
"""What is drawn, beside a column ``c_<criterion>`` for each criterion."""

CRITERIA_DRAWN = Table(
    "criteria drawn",
    "",
    geometry=False,
    declared=(
        Column("criterion", "text", "Criterion", "Its name"),
        Column("title", "text", "Title", "What readers see of it"),
        Column("weight", "number", "Weight", "Share of all weight", "0–1", least=0),
        Column("group", "text", "Group", "What it is a part of"),
    ),
)

ROW, AXIS = 6.6, 8.5
"""Heights in mm of a row and of the axis below the rows."""

BAR = 3.7
"""Height in mm of a bar."""

SCORE_WIDTH, KNOWN_WIDTH = 11.0, 15.0
"""Millimetres for the score and for what is not known, right of the bars."""

KEY_COLUMNS, KEY_LINE = 3, 4.2
"""Columns of the key, and millimetres from one of its lines to the next."""

HATCH, HATCH_WIDTH = 1.1, 0.4
"""Millimetres from one line to the next over what is not known, and how wide in points the lines are."""

SAMPLE = 4.4
"""Width in mm of a sample of the key."""

LEAST_UNKNOWN = 0.0005
"""Share of the weight below which nothing is called unknown: what rounding of a file may leave."""


class _Part(NamedTuple):
    """A criterion: its column, title, share of all weight, colour, and whether that colour stands twice."""

    name: str
    title: str
    weight: float
    shade: str
    again: bool


def draw_contributions(
    sites: pd.DataFrame,
    criteria: pd.DataFrame,
    *,
    title: str,
    attribution: str = "",
    first: int = 25,
    illustrative: bool = False,
) -> bytes:
    """Draw the score (0–1) of the first opportunities as bars made of their criteria, as a PNG.

    A bar is as long as all weight there is: what each criterion earned in its colour, faint what was known and earned
    nothing more, and hatched the weight on what nobody knows, which earns nothing either.

    Parameters
    ----------
    sites
        Index ``site_id``; ``site_name``, ``rank``, ``score`` and ``c_<criterion>`` of every criterion; where it is
        there, ``coverage`` (0–1).
    criteria
        ``criterion``, ``title``, ``weight`` and ``group``, as a run's ``criteria``.
    title
        Stands above the chart.
    attribution
        The sources' attribution; stands below it, whole.
    first
        How many of the highest ranked to draw at most.
    illustrative
        Whether the picture has to say that its sites are invented.

    Returns
    -------
    bytes
        The PNG, 1600 pixels wide; no date, no version, the same bytes from the same tables.

    Raises
    ------
    InputError
        Naming every column that is missing or wrong.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> picture = sp.report.draw_contributions(
    ...     run["shortlist"], run["criteria"], title="What the scores are made of", illustrative=True)
    >>> picture[1:4]
    b'PNG'
    """
    faults = table_faults(criteria, CRITERIA_DRAWN, name="criteria") + count_faults(first=first)
    faults += table_faults(
        sites, SCORED, name="sites", needs=("site_name", "rank", "score"), may_have=("coverage",)
    ) + _contribution_faults(sites, criteria)
    if faults := faults or share_faults(sites, "sites", ("score", "coverage")):
        raise InputError(*faults)
    with settings():
        return _figure(sites, criteria, title, attribution, first, illustrative=illustrative).save("png")


def contributions_words(sites: pd.DataFrame, criteria: pd.DataFrame, *, first: int = 25) -> str:
    """Return the chart in words, for those who do not see it: the scores, what earns most of them, what is missing.

    Examples
    --------
    >>> sites = pd.DataFrame({"rank": [1, 2], "score": [0.8, 0.5], "c_need": [0.2, 0.3], "c_size": [0.6, 0.2],
    ...                       "coverage": [1.0, 0.7]})
    >>> names = pd.DataFrame({"criterion": ["need", "size"], "title": ["Need", "Homes"]})
    >>> contributions_words(sites, names)
    'The first 2 of 2 opportunities score 0.80 to 0.50; most of that is earned by Homes (62%), then Need (38%). \
Something is not known of 1.'
    """
    rows, ranked = first_ranked(sites, first, _numbers(criteria)), int(sites["rank"].notna().sum())
    if rows.empty:
        return "No opportunity is ranked."
    earned = {
        str(title): float(rows[f"{CONTRIBUTION}{name}"].sum())
        for name, title in zip(criteria["criterion"], criteria["title"], strict=True)
    }
    whole = sum(earned.values())
    most = sorted(earned.items(), key=lambda each: -each[1])[:2] if whole > 0 else []
    parts = ", then ".join(f"{title} ({points / whole:.0%})" for title, points in most)
    words = f"The first {len(rows)} of {ranked:,} opportunities score {rows['score'].max():.2f} to "
    words += f"{rows['score'].min():.2f}" + (f"; most of that is earned by {parts}." if parts else ".")
    unknown = int((1 - rows["coverage"] > LEAST_UNKNOWN).sum()) if "coverage" in rows else 0
    return words + (f" Something is not known of {unknown}." if unknown else "")


def _numbers(criteria: pd.DataFrame) -> list[str]:
    """Return the columns of numbers that are drawn."""
    return ["score", "coverage", *(f"{CONTRIBUTION}{name}" for name in criteria["criterion"])]


def _contribution_faults(sites: pd.DataFrame, criteria: pd.DataFrame) -> list[str]:
    """Return what is wrong with the columns of contributions; nothing where the tables themselves are none."""
    if not isinstance(sites, pd.DataFrame) or not isinstance(criteria, pd.DataFrame) or "criterion" not in criteria:
        return []
    named = criteria["criterion"].dropna()
    names = [f"{CONTRIBUTION}{name}" for name in named]
    faults = []
    if len(named) < len(criteria) or named.duplicated().any():
        faults.append("criteria: criterion is missing or stands twice in a row; give one row for each criterion")
    if missing := [name for name in names if name not in sites]:
        listed = ", ".join(missing)
        faults.append(f"sites: lacks the columns {listed} of what is in criteria; it has {', '.join(map(str, sites))}")
    parts = tuple(Column(name, "number", name, "Contribution to the score", "0–1", least=0) for name in names)
    there = [name for name in names if name in sites]
    return faults + table_faults(sites, replace(SCORED, index="", declared=parts), name="sites", needs=there)


def _parts(criteria: pd.DataFrame) -> dict[str, list[_Part]]:
    """Return the criteria by group, in the order of the table, in the colours they have in the report."""
    shades, total = style.criteria(criteria["criterion"]), float(criteria["weight"].sum())
    seen, groups = set[str](), dict[str, list[_Part]]()
    columns = (criteria[name] for name in ("criterion", "title", "weight", "group"))
    for criterion, words, weight, of in zip(*columns, strict=True):
        name, shade = str(criterion), shades[criterion]
        title = " ".join(words.split()) if isinstance(words, str) else name
        share = float(weight) / total if total > 0 and not pd.isna(weight) else 0.0
        group = of if isinstance(of, str) else ""
        groups.setdefault(group, []).append(_Part(name, title, share, shade, shade in seen))
        seen.add(shade)
    return groups


def _figure(
    sites: pd.DataFrame, criteria: pd.DataFrame, title: str, attribution: str, first: int, *, illustrative: bool
) -> Sheet:
    """Return the sheet with the chart drawn on it."""
    rows, groups = first_ranked(sites, first, _numbers(criteria)), _parts(criteria)
    words = contributions_words(sites, criteria, first=first)
    lines = -(-(sum(map(len, groups.values())) + 2) // KEY_COLUMNS)
    key = lines * KEY_LINE + 6.0
    height = key + len(rows) * ROW + AXIS if len(rows) else EMPTY_HEIGHT
    page = new_page(height, title=title, under=words if len(rows) else "", attribution=attribution,
                    illustrative=illustrative)  # fmt: skip
    if rows.empty:
        say_nothing(page, words)
        return page.sheet
    sheet, top, bottom = page.sheet, page.top - key, page.top - key - len(rows) * ROW
    placed = rows_of(rows, top, ROW)
    right = WIDTH - MARGIN - SCORE_WIDTH - KNOWN_WIDTH
    write_names(sheet, placed, ROW)
    _draw_key(sheet, page.top - 1.5, groups, lines)
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x = PLOT_LEFT + tick * (right - PLOT_LEFT)
        sheet.line([x, x], [bottom, top], color=style.CHART_GRID, linewidth=0.5, zorder=1)
        sheet.text(x, bottom - 3.0, f"{tick:.1f}", AXIS_SIZE, color=style.GREY, ha="center")
    sheet.text((PLOT_LEFT + right) / 2, bottom - 6.6, "Score, 0–1: 1 is all there is to earn", AXIS_SIZE,
               color=style.GREY, ha="center")  # fmt: skip
    for words, x in (("score", right + SCORE_WIDTH), ("not known", WIDTH - MARGIN - 1.0)):
        sheet.text(x, top + 1.4, words, AXIS_SIZE, color=style.GREY, ha="right")
    for row in placed:
        _draw_row(sheet, row, [part for parts in groups.values() for part in parts], right)
    return sheet


def _draw_row(sheet: Sheet, row: Row, parts: list[_Part], right: float) -> None:
    """Draw one bar: what is earned, what is not, and what is not known; and write the score."""
    wide, low = right - PLOT_LEFT, row.y - BAR / 2
    sheet.box(PLOT_LEFT, low, wide, BAR, facecolor=style.UNEARNED, zorder=4, gid=f"unearned {row.site}")
    x = PLOT_LEFT
    for part in parts:
        points = row.facts[f"{CONTRIBUTION}{part.name}"]
        if pd.isna(points) or points <= 0:
            continue
        step = float(points) * wide
        sheet.box(x, low, step, BAR, facecolor=part.shade, zorder=5, gid=f"{part.name} {row.site}")
        if part.again:
            _hatch(sheet, x, low, step, BAR, style.WHITE)
        x += step
        sheet.line([x, x], [low, low + BAR], color=style.WHITE, linewidth=0.4, zorder=7)
    sheet.text(right + SCORE_WIDTH, row.y, f"{row.facts['score']:.2f}", 7.0, fontweight="bold", ha="right",
               va="center_baseline", gid=f"score {row.site}")  # fmt: skip
    coverage = row.facts.get("coverage")
    unknown = 0.0 if coverage is None or pd.isna(coverage) else 1.0 - float(coverage)
    if unknown > LEAST_UNKNOWN:
        start = max(x, right - unknown * wide)  # what is not known has earned nothing
        _hatch(sheet, start, low, right - start, BAR, style.UNKNOWN, gid=f"unknown {row.site}")
        sheet.text(WIDTH - MARGIN - 1.0, row.y, f"{unknown:.0%}" if unknown >= 0.005 else "under 1%", 7.0, ha="right",
                   va="center_baseline", color=style.GREY)  # fmt: skip


def _hatch(sheet: Sheet, x: float, y: float, wide: float, tall: float, colour: str, *, gid: str = "") -> None:
    """Draw slanted lines over a box, cut at its edges."""
    if gid:
        sheet.box(x, y, wide, tall, facecolor="none", edgecolor=colour, linewidth=HATCH_WIDTH, zorder=6, gid=gid)
    for start in np.arange(HATCH / 2 - tall, wide, HATCH):
        # A line rises from (start, 0) to (start + tall, tall), cut where the box begins and ends.
        left, right = max(start, 0.0), min(start + tall, wide)
        if right > left:
            sheet.line([x + left, x + right], [y + left - start, y + right - start], color=colour,
                       linewidth=HATCH_WIDTH, zorder=6)  # fmt: skip


def _draw_key(sheet: Sheet, top: float, groups: dict[str, list[_Part]], lines: int) -> None:
    """Write the criteria with their weights in columns, group by group, and how what is not earned looks."""
    column = (WIDTH - 2 * MARGIN) / KEY_COLUMNS
    entries: list[tuple[str, _Part | None]] = [
        (f"{part.title} ({part.weight:.0%})", part) for parts in groups.values() for part in parts
    ]
    entries += [("known, not earned", None), ("not known: counts as the worst", None)]
    for place, (words, part) in enumerate(entries):
        x, y = MARGIN + column * (place // lines), top - KEY_LINE * (place % lines)
        sheet.box(x, y - 1.4, SAMPLE, 2.8, facecolor=style.UNEARNED if part is None else part.shade)
        if part is not None and part.again:
            _hatch(sheet, x, y - 1.4, SAMPLE, 2.8, style.WHITE)
        if place == len(entries) - 1:
            _hatch(sheet, x, y - 1.4, SAMPLE, 2.8, style.UNKNOWN, gid="unknown in the key")
        fitted = sheet.fit(words, AXIS_SIZE, column - SAMPLE - 3.5)
        sheet.text(x + SAMPLE + 1.5, y, fitted, AXIS_SIZE, va="center_baseline")
