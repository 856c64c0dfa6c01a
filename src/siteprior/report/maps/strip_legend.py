"""How stops and sites look on a strip map, its key, and the table of the numbered sites."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from siteprior.core.schema import STOP_STATES, VERDICTS
from siteprior.report import style
from siteprior.report.maps.canvas import Sheet
from siteprior.report.maps.strip_data import Strip

DISC = 2.3
"""Radius of a number in mm."""

LARGEST, SMALLEST = 6.5, 0.75
"""Radius in mm of the largest bubble a strip may have, and of the smallest."""

HOMES_TO_SQMM = 0.05
"""Area of a bubble in mm² per home, as long as the largest fits: 500 homes have a radius of 2.8 mm."""

ROW, HEAD = 4.15, 6.5
"""Heights in mm of a row of the table and of its head."""


def scale(strip: Strip) -> float:
    """Return the squared radius per home in mm², the same for all strips unless a bubble would be too large."""
    largest = float(np.nanmax(strip.sites["homes"], initial=1.0)) if len(strip.sites) else 1.0
    return min(HOMES_TO_SQMM / math.pi, LARGEST**2 / max(largest, 1.0))


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


def draw_stop(sheet: Sheet, x: float, y: float, state: str, zorder: float = 12) -> None:
    """Draw a stop: filled where open, hollow where planned, crossed where closed, small where it is not stated."""
    if state == "not stated":
        sheet.disc(x, y, 0.75, facecolor=style.GREY, edgecolor=style.WHITE, linewidth=0.6, zorder=zorder)
        return
    fill = style.INK if state == "open" else style.WHITE
    sheet.disc(x, y, 1.45, facecolor=style.WHITE, edgecolor="none", zorder=zorder - 0.1)
    sheet.disc(x, y, 1.1, facecolor=fill, edgecolor=style.INK, linewidth=0.8, zorder=zorder)
    if state == "closed":
        for turn in (1, -1):
            sheet.line([x - 0.7, x + 0.7], [y - 0.7 * turn, y + 0.7 * turn], color=style.INK, linewidth=0.8,
                       zorder=zorder + 0.1)  # fmt: skip


def draw_number(
    sheet: Sheet, x: float, y: float, figures: str, shortlisted: bool, *, radius: float = DISC, zorder: float = 16
) -> None:
    """Draw a rank in a disc, filled where the site is shortlisted."""
    fill, ink = (style.ACCENT, style.WHITE) if shortlisted else (style.WHITE, style.ACCENT)
    sheet.disc(x, y, radius, facecolor=fill, edgecolor=style.ACCENT, linewidth=0.7, zorder=zorder)
    size = {1: 6.6, 2: 6.2, 3: 5.2}.get(len(figures), 4.2) * radius / DISC
    sheet.text(x, y, figures, size, color=ink, fontweight="bold", ha="center", va="center_baseline", zorder=zorder + 1)


def draw_key(sheet: Sheet, strip: Strip, paint: Mapping[str, str], colour_by: str, top: float, margin: float) -> None:
    """Write the key in two lines from ``top`` mm down: stops and sizes, then colours and numbers."""
    x, y = margin, top - 3.2
    x = _heading(sheet, x, y, "Stops")
    for state in STOP_STATES:
        if (strip.stops["state"] == state).any():
            draw_stop(sheet, x + 1.2, y, state)
            x = _entry(sheet, x + 3.6, y, state)
    x = _heading(sheet, x + 3, y, "Homes")
    per_home = scale(strip)
    for homes in (50, 200, 500):
        size = radius(homes, per_home)
        sheet.disc(x + size, y, size, facecolor=style.WHITE, edgecolor=style.INK, linewidth=0.6)
        x = _entry(sheet, x + 2 * size + 1, y, f"{homes}")
    if not np.isfinite(strip.sites["homes"][strip.sites["ranked"]]).all():
        draw_site(sheet, x + 1, y, SMALLEST, style.INK, False, 5)
        x = _entry(sheet, x + 2.8, y, "not known")
    if len(strip.listed):
        x = _heading(sheet, x + 3, y, "Rank")
        for shortlisted, words in ((True, "shortlisted"), (False, "ranked, not shortlisted")):
            draw_number(sheet, x + DISC, y, "1", shortlisted)
            x = _entry(sheet, x + 2 * DISC + 1, y, words)
    x, y = margin, y - 6.6
    x = _heading(sheet, x, y, "Score" if colour_by == "score_band" else "Market failure")
    for words, fill in paint.items():
        draw_site(sheet, x + 1.5, y, 1.5, fill, True, 5)
        x = _entry(sheet, x + 4, y, words)
    if not strip.sites["ranked"].all():
        draw_site(sheet, x + 1.2, y, 1.2, None, True, 5)
        x = _entry(sheet, x + 3.4, y, "considered, not ranked")


def _heading(sheet: Sheet, x: float, y: float, words: str) -> float:
    """Write the name of a group of the key; return where its entries begin."""
    sheet.text(x, y, words, 6.8, fontweight="bold", va="center_baseline")
    return x + sheet.measure(words, 6.8, fontweight="bold") + 2.6


def _entry(sheet: Sheet, x: float, y: float, words: str) -> float:
    """Write one entry of the key; return where the next begins."""
    sheet.text(x, y, words, 6.5, va="center_baseline")
    return x + sheet.measure(words, 6.5) + 3.4


def table_height(strip: Strip, columns: int) -> float:
    """Return how many mm the table takes."""
    return HEAD + ROW * math.ceil(len(strip.listed) / columns) if len(strip.listed) else 0.0


def draw_table(sheet: Sheet, strip: Strip, shortlist: set[str], top: float, margin: float, columns: int) -> None:
    """Write rank, name, walk, homes and verdict of the numbered sites, in columns read downwards."""
    if not len(strip.listed):
        return
    gap = 9.0
    wide = (sheet.width - 2 * margin - gap * (columns - 1)) / columns
    deep = math.ceil(len(strip.listed) / columns)
    name, walk, homes, verdict = 5.4, wide - 33.0, wide - 20.5, wide - 17.5
    for column in range(columns):
        left = margin + column * (wide + gap)
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
