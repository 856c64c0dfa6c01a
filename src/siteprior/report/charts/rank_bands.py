"""How far ranks move, and why: the band of each opportunity's rank by what it comes from."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.schema import Column, Table, table_faults
from siteprior.report import style
from siteprior.report.charts.axis import log_ticks
from siteprior.report.charts.page import (
    AXIS_SIZE,
    EMPTY_HEIGHT,
    MARGIN,
    PLOT_LEFT,
    WIDTH,
    Row,
    as_numbers,
    count_faults,
    first_ranked,
    new_page,
    rows_of,
    say_nothing,
    share_faults,
    write_names,
)
from siteprior.report.maps.canvas import Sheet, settings
from siteprior.report.maps.legend import DASHES, Key, mark

PARTS = {"weights": "from weights", "measured": "from measured doubt", "missing": "from what nobody knows"}
"""What a band comes from, in words; in the order of the lines below each other."""

ALL = "all"

SHARES = {"top_k_acceptability": "unknown at worst", "top_k_if_missing_drawn": "unknown drawn"}
"""Shares of draws in which an opportunity is shortlisted, by what stands for facts nobody knows."""


def _rank(name: str, meaning: str) -> Column:
    """Return the declaration of a column of ranks."""
    return Column(name, "integer", name, meaning, "rank", least=1)


RANK_BAND_PARTS = Table(
    "rank band parts",
    "site_id",
    geometry=False,
    declared=(
        Column("site_name", "text", "Site name", "Name of the opportunity"),
        _rank("rank", "Rank by score, 1 = first"),
        *(
            _rank(f"rank_p{end}_{part}", f"{number}th percentile of the rank, {part} redrawn")
            for part in (*PARTS, ALL)
            for end, number in (("05", "5"), ("95", "95"))
        ),
        *(Column(name, "number", words, "Share of draws among the first", "0–1", least=0)
          for name, words in SHARES.items()),
    ),
)  # fmt: skip
"""What is drawn: ranks, their bands by what they come from, and how often an opportunity is shortlisted."""

NUMBERS = RANK_BAND_PARTS.names[1:]
NEEDS = [name for name in RANK_BAND_PARTS.names if name not in SHARES]

ROW, KEY, AXIS = 7.4, 9.0, 8.5
"""Heights in mm of a row, of the key and of the axis below the rows."""

WHOLE, LINE, PITCH = 2.1, 0.85, 1.25
"""Millimetres: height of the band of all together, of one of the parts, and from one part to the next."""

WHOLE_UP, PART_DOWN = 1.75, 0.15
"""Millimetres from the middle of a row up to the band of all together, and down to that of the first part."""

LEAST_WIDE = 0.9
"""Millimetres a band is wide at least: that of a rank which does not move."""

DOT = 0.95
"""Radius in mm of the dot at the rank."""

SHARE_WIDTH, SHARE_SIZE = 14.0, 5.6
"""Millimetres for each share of draws that is there, and the size in points of the words above it."""


def draw_rank_bands(
    table: pd.DataFrame,
    *,
    title: str,
    attribution: str = "",
    first: int = 25,
    shortlist: int | None = None,
    illustrative: bool = False,
) -> bytes:
    """Draw the rank (1 = first) of the first opportunities with its bands, by what they come from, as a PNG.

    One row per opportunity: its rank as a dot on the band of all doubts together, the bands of single doubts below.
    The axis is logarithmic, so that a band to the 487th rank leaves the first ones apart.

    Parameters
    ----------
    table
        Index ``site_id``; ``site_name``, ``rank``, and ``rank_p05_`` and ``rank_p95_`` of ``weights``, ``measured``,
        ``missing`` and ``all``, as :func:`siteprior.ranking.rank_band_parts` returns them; where they are there,
        ``top_k_acceptability`` and ``top_k_if_missing_drawn`` (0–1) of :func:`siteprior.ranking.acceptability`, the
        shares of draws in which it is shortlisted. A band that is missing is not drawn.
    title
        Stands above the chart.
    attribution
        The sources' attribution; stands below it, whole.
    first
        How many of the highest ranked to draw at most.
    shortlist
        The rank at which the shortlist ends, which is marked; ``first`` when ``None``.
    illustrative
        Whether the picture has to say that its sites are invented.

    Returns
    -------
    bytes
        The PNG, 1600 pixels wide; no date, no version, the same bytes from the same table.

    Raises
    ------
    InputError
        Naming every column that is missing or wrong, and numbers that are not whole.

    Examples
    --------
    >>> import siteprior as sp
    >>> values = pd.DataFrame({"homes": [0.9, 0.5, None]}, index=pd.Index(["a", "b", "c"], name="site_id"))
    >>> parts = sp.ranking.rank_band_parts(
    ...     values, {"homes": 1}, low=values.fillna(0.0), high=values.fillna(1.0), seed=1, draws=200)
    >>> table = parts.assign(site_name=["Mill", "Depot", "Yard"], rank=[1, 2, 3])
    >>> sp.report.draw_rank_bands(table, title="How far the ranks move", illustrative=True)[1:4]
    b'PNG'
    """
    faults = table_faults(table, RANK_BAND_PARTS, name="table", needs=NEEDS, may_have=SHARES) + count_faults(
        first=first, shortlist=shortlist
    )
    if faults := faults or _turned_round(table) + share_faults(table, "table", SHARES):
        raise InputError(*faults)
    with settings():
        end = shortlist or first
        return _figure(table, title, attribution, first, end, illustrative=illustrative).save("png")


def rank_bands_words(table: pd.DataFrame, *, first: int = 25, shortlist: int | None = None) -> str:
    """Return the chart in words, for those who do not see it: how many of the first stay among them.

    Examples
    --------
    >>> bands = {f"rank_p95_{part}": [2, high] for part, high in zip(("weights", "all"), (2, 9))}
    >>> still = {f"rank_p95_{part}": [1, 2] for part in ("measured", "missing")}
    >>> rank_bands_words(pd.DataFrame({"rank": [1, 2], **bands, **still}), shortlist=2)
    'Of the first 2 of 2 opportunities, 1 stays among the first 2 over its whole band of all doubts together; 2 over \
that of weights alone, 2 of measured doubt alone, 2 of what nobody knows alone.'
    """
    rows, ranked, end = first_ranked(table, first, NUMBERS), int(table["rank"].notna().sum()), shortlist or first
    if rows.empty:
        return "No opportunity is ranked."
    stay = {part: int((rows[f"rank_p95_{part}"] <= end).sum()) for part in (ALL, *PARTS)}
    alone = ", ".join(
        f"{stay[part]} {'over that ' if not place else ''}of {words.removeprefix('from ')} alone"
        for place, (part, words) in enumerate(PARTS.items())
    )
    verb, whose = ("stays", "its") if stay[ALL] == 1 else ("stay", "their")
    return (
        f"Of the first {len(rows)} of {ranked:,} opportunities, {stay[ALL]} {verb} among the first {end} "
        f"over {whose} whole band of all doubts together; {alone}."
    )


def _turned_round(table: pd.DataFrame) -> list[str]:
    """Return a fault for each band whose ends are the wrong way round."""
    faults, table = [], as_numbers(table, NUMBERS)
    for part in (*PARTS, ALL):
        low, high = f"rank_p05_{part}", f"rank_p95_{part}"
        wrong = table.index[table[low] > table[high]]
        if len(wrong):
            faults.append(f"table: {low} is above {high} in row {str(wrong[0])!r}; exchange them")
    return faults


class _Axis:
    """Where ranks stand on the sheet, evenly by their logarithm."""

    def __init__(self, last: int, right: float) -> None:
        self.last, self.left, self.right = max(last, 2), PLOT_LEFT + 2.0, right - 2.0

    def x(self, rank: float) -> float:
        """Return the place of a rank in mm."""
        return self.left + math.log(rank) / math.log(self.last) * (self.right - self.left)


def _figure(table: pd.DataFrame, title: str, attribution: str, first: int, end: int, *, illustrative: bool) -> Sheet:
    """Return the sheet with the chart drawn on it."""
    rows, shares = first_ranked(table, first, NUMBERS), [name for name in SHARES if name in table]
    words = rank_bands_words(table, first=first, shortlist=end)
    if rows.empty:
        page = new_page(EMPTY_HEIGHT, title=title, attribution=attribution, illustrative=illustrative)
        say_nothing(page, words)
        return page.sheet
    page = new_page(KEY + len(rows) * ROW + AXIS, title=title, under=words, notes=_notes(shares, end),
                    attribution=attribution, illustrative=illustrative)  # fmt: skip
    ends = [f"rank_p95_{part}" for part in (*PARTS, ALL)]
    last = int(np.nanmax(rows[["rank", *ends]].to_numpy(dtype=float)))
    axis = _Axis(last, WIDTH - MARGIN - len(shares) * SHARE_WIDTH)
    placed = rows_of(rows, page.top - KEY, ROW)
    write_names(page.sheet, placed, ROW)
    _draw_key(page.sheet, page.top - 1.5)
    _draw_axis(page.sheet, axis, page.top - KEY, page.top - KEY - len(rows) * ROW, end)
    for row in placed:
        _draw_row(page.sheet, axis, row)
    _write_shares(page.sheet, shares, placed, page.top - KEY, end)
    return page.sheet


def _notes(shares: list[str], end: int) -> str:
    """Say how to read the chart."""
    notes = (
        "Bands run from the 5th to the 95th percentile of redrawn ranks; where facts are redrawn, each end is the "
        "wider of these and of the ranks with facts as given, so that doubt never narrows a band. The parts need not "
        "add up to the whole: one doubt may hide behind another. The scale of ranks is logarithmic."
    )
    if shares:
        ways = {"top_k_acceptability": "at its worst in each", "top_k_if_missing_drawn": "drawn from worst to best"}
        counted = " or ".join(ways[name] for name in shares)
        notes += f" In first {end}: the share of draws that put it there, with what nobody knows {counted}."
    return notes


def _write_shares(sheet: Sheet, shares: list[str], rows: list[Row], top: float, end: int) -> None:
    """Write how often each opportunity is shortlisted, with what stands for unknown facts above."""
    for place, name in enumerate(reversed(shares)):
        x = WIDTH - MARGIN - 1.0 - place * SHARE_WIDTH
        for up, words in zip((6.0, 3.7, 1.4), (f"in first {end}:", *SHARES[name].split(" ", 1)), strict=True):
            sheet.text(x, top + up, words, SHARE_SIZE, color=style.GREY, ha="right")
        for row in rows:
            if not pd.isna(share := row.facts[name]):
                sheet.text(x, row.y, f"{share:.0%}", 7.0, fontweight="bold", ha="right", va="center_baseline",
                           gid=f"{name} {row.site}")  # fmt: skip


def _draw_row(sheet: Sheet, axis: _Axis, row: Row) -> None:
    """Draw the bands of one opportunity, and its rank as a dot with a line down through them."""
    whole = row.y + WHOLE_UP
    lanes = {ALL: (whole, WHOLE)} | {
        part: (row.y - PART_DOWN - place * PITCH, LINE) for place, part in enumerate(PARTS)
    }
    for part, (y, tall) in lanes.items():
        low, high = row.facts[f"rank_p05_{part}"], row.facts[f"rank_p95_{part}"]
        if pd.isna(low) or pd.isna(high):
            continue
        left, right = axis.x(float(low)), axis.x(float(high))
        wide = max(right - left, LEAST_WIDE)
        sheet.box((left + right - wide) / 2, y - tall / 2, wide, tall, facecolor=style.RANK_BANDS[part], zorder=5,
                  gid=f"{part} {row.site}")  # fmt: skip
    x = axis.x(float(row.facts["rank"]))
    foot = row.y - PART_DOWN - (len(PARTS) - 1) * PITCH - LINE / 2
    sheet.line([x, x], [foot, whole], color=style.INK, linewidth=0.5, zorder=6)
    sheet.disc(x, whole, DOT, facecolor=style.INK, edgecolor=style.WHITE, linewidth=0.5, zorder=7,
               gid=f"rank {row.site}")  # fmt: skip


def _draw_axis(sheet: Sheet, axis: _Axis, top: float, bottom: float, end: int) -> None:
    """Draw the ticks with their ranks below the rows, and mark where the shortlist ends."""
    for tick in log_ticks(axis.last):
        x = axis.x(tick)
        sheet.line([x, x], [bottom, top], color=style.CHART_GRID, linewidth=0.5, zorder=1)
        sheet.text(x, bottom - 3.0, f"{tick:,}", AXIS_SIZE, color=style.GREY, ha="center")
    sheet.text((axis.left + axis.right) / 2, bottom - 6.6, "Rank, 1 = first", AXIS_SIZE, color=style.GREY, ha="center")
    if end + 0.5 < axis.last:
        x = axis.x(end + 0.5)
        sheet.line([x, x], [bottom - 0.8, top + 0.6], color=style.ACCENT, linewidth=0.9, linestyle=DASHES, zorder=4,
                   gid="shortlist")  # fmt: skip
        words = f"shortlist ends: {end}"
        half = sheet.measure(words, AXIS_SIZE) / 2
        sheet.text(min(max(x, axis.left + half), axis.right - half), top + 1.6, words, AXIS_SIZE, color=style.ACCENT,
                   ha="center")  # fmt: skip


def _draw_key(sheet: Sheet, y: float) -> None:
    """Write the key across the sheet."""
    key = Key(sheet, MARGIN, y, size=AXIS_SIZE, across=True)
    key.entry(mark(color=style.INK, markersize=5.2, markeredgecolor=style.WHITE, markeredgewidth=0.5), "Rank", wide=2.5)
    key.heading("Band of ranks")
    for part, words in {ALL: "all together", **PARTS}.items():
        fill, tall = style.RANK_BANDS[part], WHOLE if part == ALL else LINE

        def sample(on: Sheet, x: float, at: float, fill: str = fill, tall: float = tall) -> None:
            on.box(x - 2.75, at - tall / 2, 5.5, tall, facecolor=fill)

        key.entry(sample, words)
