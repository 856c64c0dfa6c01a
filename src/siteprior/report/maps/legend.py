"""The key of a map, and how sites, stops and ranks look on maps and in their keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from siteprior.report import style
from siteprior.report.maps.canvas import Map, Sheet
from siteprior.report.maps.placement import Points, declutter

if TYPE_CHECKING:
    from siteprior.report.maps.canvas import Look

    Sample = Callable[[Sheet, float, float], None]
    """Draws a sample of the key around a place in mm."""

DASHES = (0, (3.2, 1.6))
"""Dash pattern of corridors that are not built."""

RANK = 2.3
"""Radius in mm of the disc a rank stands in."""

RING = 0.2
"""Width in mm of the white ring round a rank on a map."""

FIGURES = {1: 3.3, 2: 3.1, 3: 2.5}
"""Size of a rank's figures in points per mm of its disc's radius, by their number."""

MANY_FIGURES = 1.85

SITE_DOTS: dict[str, tuple[str, float, float]] = {"no": (style.SITE_OUT, 1.8, 0.2), "yes": (style.SITE, 2.55, 0.3)}
"""Colour, size and white edge (points) of sites by whether they are eligible; those not ranked lie below."""

LISTED = "listed"
LISTED_DOT = (style.ACCENT, 4.4, 0.5)
"""The dot of a site where none is before another: which of them are ranked does not show."""


class Key:
    """A key: headings and entries of a sample and words, down a column from ``top`` or across in rows."""

    def __init__(self, sheet: Sheet, left: float, top: float, *, size: float = 7.0, across: bool = False) -> None:
        self.sheet, self.left, self.size, self.across = sheet, left, size, across
        self.x, self.y = left, top
        self._begun = False

    def heading(self, words: str) -> None:
        """Write the name of a group."""
        if self.across:
            self.x += 3.0 if self._begun else 0.0
            size = self.size + 0.3
            self.sheet.text(self.x, self.y, words, size, fontweight="bold", va="center_baseline")
            self.x += self.sheet.measure(words, size, fontweight="bold") + 2.6
        else:
            self.y -= 0.7 * self.size if self._begun else 0.0
            self.line(words, self.size + 1, fontweight="bold")
        self._begun = True

    def entry(self, sample: Sample, words: str, *, wide: float = 5.5, space: float = math.inf) -> float:
        """Draw a sample ``wide`` mm wide with its words, cut at ``space`` mm; return the height of their middle."""
        if not self.across:
            self.y -= 0.7 * self.size
        sample(self.sheet, self.x + wide / 2, self.y)
        start = self.x + wide + (1.0 if self.across else 1.5)
        shown = words if math.isinf(space) else self.sheet.fit(words, self.size, space - (start - self.x))
        self.sheet.text(start, self.y, shown, self.size, va="center_baseline")
        if self.across:
            self.x = start + self.sheet.measure(shown, self.size) + 3.4
        return self.y

    def line(self, words: str, size: float | None = None, **look: Look) -> float:
        """Write words on a line of their own; return the height of their middle."""
        self.y -= 0.7 * self.size
        self.sheet.text(self.left, self.y, words, size or self.size, va="center_baseline", **look)
        return self.y

    def next_row(self, height: float) -> None:
        """Go on in the next row, so many mm below."""
        self.x, self.y, self._begun = self.left, self.y - height, False


def mark(**look: Look) -> Sample:
    """Return a sample of one mark."""
    return lambda sheet, x, y: sheet.marks(np.array([[x, y]]), **look)


def stroke(half: float, **look: Look) -> Sample:
    """Return a sample of a line, ``half`` mm to each side."""
    return lambda sheet, x, y: sheet.line([x - half, x + half], [y, y], **look)


def number(shortlisted: bool = True, radius: float = RANK) -> Sample:
    """Return a sample of a rank."""
    return lambda sheet, x, y: draw_number(sheet, x, y, "1", shortlisted, radius=radius)


def site_dot(eligible: str, scale: float = 1.0) -> dict[str, Look]:
    """Return the dot of a site that has no number."""
    colour, size, edge = LISTED_DOT if eligible == LISTED else SITE_DOTS[eligible]
    return {"color": colour, "markersize": size * scale, "markeredgecolor": style.WHITE, "markeredgewidth": edge}


def mode_mark(mode: str, state: str) -> dict[str, Look]:
    """Return the mark of a stop by mode: square for rail, round for metro, hollow where it is planned."""
    colour, hollow = style.MODES[mode], state != "open"
    return {
        "marker": "s" if mode == "rail" else "o",
        "markersize": 2.8,
        "markerfacecolor": style.WHITE if hollow else colour,
        "markeredgecolor": colour if hollow else style.WHITE,
        "markeredgewidth": 0.8 if hollow else 0.4,
    }


def site_entries(
    key: Key, *, ranks: bool, dots: Collection[str] = tuple(SITE_DOTS), radius: float = RANK, scale: float = 1.0
) -> None:
    """Write the sites' group of the key, of what is drawn: ranks, and the dots of all other sites by eligibility."""
    if not ranks and not dots:
        return
    key.heading("Sites")
    if ranks:
        key.entry(number(radius=radius), "Shortlisted, with rank")
    if LISTED in dots:
        key.entry(mark(**site_dot(LISTED, scale)), "Site listed")
    if "yes" in dots:
        key.entry(mark(**site_dot("yes", scale)), "Ranked, not shortlisted" if ranks else "Ranked")
    if "no" in dots:
        key.entry(mark(**site_dot("no", scale)), "Considered, not ranked")


def dots_shown(map_: Map, sites: gpd.GeoDataFrame) -> list[str]:
    """Return which dots :func:`draw_dots` shows of these sites within the frame, by eligibility."""
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    points = shapely.get_coordinates(shapely.centroid(np.asarray(placed.geometry, dtype=object)))
    seen = placed["eligible"][map_.shows(points)]
    return [eligible for eligible in SITE_DOTS if (seen == eligible).any()]


def draw_dots(map_: Map, sites: gpd.GeoDataFrame, *, scale: float = 1.0, listed: bool = False) -> None:
    """Draw sites as dots, those not eligible below; all alike where they are merely listed."""
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    if listed:
        points = shapely.get_coordinates(shapely.centroid(np.asarray(placed.geometry, dtype=object)))
        map_.marks(points[map_.shows(points)], **site_dot(LISTED, scale), zorder=7)
        return
    for order, eligible in enumerate(SITE_DOTS):
        group = placed.geometry[placed["eligible"] == eligible]
        points = shapely.get_coordinates(shapely.centroid(np.asarray(group, dtype=object)))
        map_.marks(points[map_.shows(points)], **site_dot(eligible, scale), zorder=6 + order)


def draw_ranks(map_: Map, sites: gpd.GeoDataFrame, *, radius: float = RANK) -> Points:
    """Draw ranks in discs, moved so that none hides another, with a line to the site; return their places (mm)."""
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty & sites["rank"].notna()]
    placed = placed.sort_values("rank", kind="stable")
    west, south, east, north = map_.frame
    edge = radius + 2 * RING
    true = map_.places(shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy())))
    shown = declutter(true, 2 * (radius + RING), within=(west + edge, south + edge, east - edge, north - edge))
    sheet = map_.sheet
    # The first of the ranking is drawn last and so lies on top.
    for rank, (x, y), (x0, y0) in reversed(list(zip(placed["rank"], shown, true, strict=True))):
        if math.hypot(x - x0, y - y0) > radius / 2:
            for colour, width, order in ((style.WHITE, 1.8, 14.0), (style.ACCENT, 0.8, 14.1)):
                sheet.line([x0, x], [y0, y], color=colour, linewidth=width, zorder=order)
            sheet.disc(x0, y0, 0.45, facecolor=style.ACCENT, edgecolor=style.WHITE, linewidth=0.4, zorder=14.2)
        sheet.disc(x, y, radius + RING, facecolor=style.WHITE, linewidth=0, zorder=15)
        draw_number(sheet, x, y, f"{rank:.0f}", True, radius=radius)
    return shown


def draw_number(
    sheet: Sheet, x: float, y: float, figures: str, shortlisted: bool, *, radius: float = RANK, zorder: float = 16
) -> None:
    """Draw a rank in a disc, filled where the site is shortlisted."""
    fill, ink = (style.ACCENT, style.WHITE) if shortlisted else (style.WHITE, style.ACCENT)
    sheet.disc(x, y, radius, facecolor=fill, edgecolor=style.ACCENT, linewidth=0.7, zorder=zorder)
    size = FIGURES.get(len(figures), MANY_FIGURES) * radius
    sheet.text(x, y, figures, size, color=ink, fontweight="bold", ha="center", va="center_baseline", zorder=zorder + 1)


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


def stop_entries(key: Key, states: Sequence[str]) -> None:
    """Write the stops of these states."""
    for state in states:
        sample = partial(_sample_stop, state)
        key.entry(sample, state if key.across else state.capitalize(), wide=2.6 if key.across else 5.5)


def _sample_stop(state: str, sheet: Sheet, x: float, y: float) -> None:
    """Draw a stop as a sample."""
    draw_stop(sheet, x, y, state)
