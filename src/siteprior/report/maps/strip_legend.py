"""How sites look on a strip map, its key, and the table of the numbered sites."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siteprior.core.schema import STOP_STATES, VERDICTS
from siteprior.report import style
from siteprior.report.maps.canvas import Sheet
from siteprior.report.maps.legend import RANK, Key, draw_number, number, stop_entries
from siteprior.report.maps.strip_data import Strip

if TYPE_CHECKING:
    from siteprior.report.maps.legend import Sample

LARGEST, SMALLEST = 6.5, 0.75
"""Radius in mm of the largest bubble a strip may have, and of the smallest."""

HOMES_TO_SQMM = 0.05
"""Area of a bubble in mm² per home, as long as the largest fits: 500 homes have a radius of 2.8 mm."""

ROW, HEAD = 4.15, 6.5
"""Heights in mm of a row of the table and of its head."""


def scale(strip: Strip) -> float:
    """Return the squared radius per home in mm², the same for all strips unless a bubble would be too large."""
    known = strip.sites["homes"].dropna()
    return min(HOMES_TO_SQMM / math.pi, LARGEST**2 / max(float(known.max()) if len(known) else 1.0, 1.0))


def radius(homes: float, per_home: float) -> float:
    """Return the radius of a site in mm; where its homes are not known, the smallest."""
    return max(math.sqrt(homes * per_home), SMALLEST) if np.isfinite(homes) else SMALLEST


def fills(sites: pd.DataFrame, colour_by: str) -> dict[str, str]:
    """Return the colour of each band (best first) or verdict, the same on every strip of a run."""
    if colour_by == "market_failure":
        return {verdict: style.VERDICT_FILLS[verdict] for verdict in VERDICTS}
    known = pd.DataFrame(sites)[["score_band", "score"]].dropna()
    best_first = known.groupby("score_band")["score"].max().sort_values(ascending=False, kind="stable").index
    return style.bands([str(name) for name in best_first])


def draw_site(sheet: Sheet, x: float, y: float, size: float, fill: str | None, known: bool, zorder: float) -> None:
    """Draw one site: a ranked one filled, any other pale; a ring where its homes are not known."""
    if fill is None:
        sheet.disc(x, y, size, facecolor=style.SITE_UNRANKED, edgecolor=style.WHITE, linewidth=0.35, zorder=zorder)
        return
    edge = style.WHITE if known else fill
    sheet.disc(x, y, size, facecolor=fill if known else style.WHITE, edgecolor=edge, linewidth=0.45 if known else 0.9,
               zorder=zorder)  # fmt: skip


def draw_key(
    sheet: Sheet, strip: Strip, paint: Mapping[str, str], colour_by: str, top: float, shortlist: Collection[str]
) -> None:
    """Write the key in two lines from ``top`` mm down: stops and sizes, then colours and numbers; of what is drawn."""
    key = Key(sheet, sheet.margin, top - 3.2, size=6.5, across=True)
    key.heading("Stops")
    stop_entries(key, [state for state in STOP_STATES if (strip.stops["state"] == state).any()])
    key.heading("Homes")
    per_home = scale(strip)
    for homes in (50, 200, 500):
        size = radius(homes, per_home)
        key.entry(_ring(size), f"{homes}", wide=2 * size)
    if not np.isfinite(strip.sites["homes"][strip.sites["ranked"]]).all():
        key.entry(_bubble(SMALLEST, style.INK, False), "not known", wide=2.0)
    if len(strip.listed):
        key.heading("Rank")
        on = set(strip.listed.index.isin(list(shortlist)))
        for shortlisted, words in ((True, "shortlisted"), (False, "ranked, not shortlisted")):
            if shortlisted not in on:
                continue
            key.entry(number(shortlisted), words, wide=2 * RANK)
    key.next_row(6.6)
    shades = strip.sites[colour_by][strip.sites["ranked"]]
    if len(shades):
        key.heading("Score" if colour_by == "score_band" else "Market failure")
    for words, fill in paint.items():
        if (shades == words).any():
            key.entry(_bubble(1.5, fill, True), words, wide=3.0)
    if not shades.isin(list(paint)).all():
        key.entry(_bubble(1.5, style.SITE_WITHOUT_VALUE, True), "not known", wide=3.0)
    if not strip.sites["ranked"].all():
        key.entry(_bubble(1.2, None, True), "considered, not ranked", wide=2.4)


def _ring(size: float) -> Sample:
    """Return a sample of a bubble's size."""
    return lambda sheet, x, y: sheet.disc(x, y, size, facecolor=style.WHITE, edgecolor=style.INK, linewidth=0.6)


def _bubble(size: float, fill: str | None, known: bool) -> Sample:
    """Return a sample of a site."""
    return lambda sheet, x, y: draw_site(sheet, x, y, size, fill, known, 5)


def table_height(strip: Strip, columns: int) -> float:
    """Return how many mm the table takes."""
    return HEAD + ROW * math.ceil(len(strip.listed) / columns) if len(strip.listed) else 0.0


def draw_table(sheet: Sheet, strip: Strip, shortlist: set[str], top: float, columns: int) -> None:
    """Write rank, name, walk, homes and verdict of the numbered sites, in columns read downwards."""
    if not len(strip.listed):
        return
    gap = 9.0
    wide = (sheet.width - 2 * sheet.margin - gap * (columns - 1)) / columns
    deep = math.ceil(len(strip.listed) / columns)
    name, walk, homes, verdict = 5.4, wide - 33.0, wide - 20.5, wide - 17.5
    for column in range(columns):
        left = sheet.margin + column * (wide + gap)
        for x, words, side in ((name, "Site", "left"), (walk, "Walk", "right"), (homes, "Homes", "right"),
                               (verdict, "Market failure", "left")):  # fmt: skip
            sheet.text(left + x, top - 3.6, words, 6, color=style.GREY, ha=side)
        sheet.line([left, left + wide], [top - 5, top - 5], color=style.TABLE_HEAD, linewidth=0.5)
        for place, (site_id, row) in enumerate(strip.listed.iloc[column * deep : (column + 1) * deep].iterrows()):
            y = top - HEAD - ROW * (place + 0.5)
            draw_number(sheet, left + 1.8, y, f"{row['rank']:.0f}", site_id in shortlist, radius=1.75)
            for x, words, side, widest in (
                (name, _text_or(row["site_name"], str(site_id)), "left", walk - name - 11),
                (walk, f"{row['walk_m']:,.0f} m", "right", 11.0),
                (homes, f"{row['homes']:,.0f}" if np.isfinite(row["homes"]) else "–", "right", 11.0),
                (verdict, _text_or(row["market_failure"], "Cannot tell"), "left", wide - verdict),
            ):
                sheet.text(left + x, y, sheet.fit(words, 6.5, widest), 6.5, ha=side, va="center_baseline")
            if place:
                sheet.line([left, left + wide], [y + ROW / 2] * 2, color=style.TABLE_ROW, linewidth=0.3, zorder=1)


def _text_or(value: str | float | None, without: str) -> str:
    """Return a text, or what stands where there is none."""
    return value if isinstance(value, str) else without
