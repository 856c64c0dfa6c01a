"""What one aim costs in another: programmes of a Pareto frontier as points of two measures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError, unknown
from siteprior.core.schema import Column, Table, table_faults
from siteprior.core.short_repr import counted
from siteprior.report import style
from siteprior.report.charts.axis import Scale, scale_of
from siteprior.report.charts.frontier_facts import (
    LESS_IS_BETTER,
    Floats,
    axis_title,
    is_frontier,
    known_points,
    named_measure,
    programme_words,
)
from siteprior.report.charts.page import AXIS_SIZE, EMPTY_HEIGHT, MARGIN, WIDTH, Page, as_numbers, new_page, say_nothing
from siteprior.report.maps.canvas import Sheet, settings
from siteprior.report.maps.legend import DASHES, Key, mark, stroke
from siteprior.report.maps.placement import label_beside

PLOT, KEY, AXIS = 92.0, 7.0, 11.0
"""Heights in mm of the plot, of the key above and of the axis below it."""

LEFT, RIGHT = 24.0, 6.0
"""Millimetres left of the plot, for the axis, and right of it."""

DOT, CHOSEN_DOT = 1.3, 2.1
"""Radius in mm of a programme's dot, and of the ring round the chosen one."""

LABEL_SIZE, LABEL_TALL = 6.0, 2.4
"""Size in points of what stands beside a dot, and the height in mm it takes."""

MOST_HIDDEN = 0.1
"""Share of a label that may lie on something else before it is left out."""

COUNTS = 30.0
"""How many times as much as bare paper it counts where a label hides a dot or another label."""

LINE_WIDE = 0.3
"""Millimetres to each side of the line that a label should leave free."""


class _Axes(NamedTuple):
    """Where two measures stand in the plot, and their names in words."""

    x: Scale
    y: Scale
    words: tuple[str, str]
    box: tuple[float, float, float, float]

    def places(self, points: Floats) -> Floats:
        """Return where pairs of figures stand on the sheet, in mm."""
        left, low, right, high = self.box
        across = [left + self.x.share(value) * (right - left) for value in points[:, 0]]
        up = [low + self.y.share(value) * (high - low) for value in points[:, 1]]
        return np.column_stack([across, up])


def draw_frontier(
    frontier: pd.DataFrame,
    *,
    x: str,
    y: str,
    title: str,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    chosen: int | Mapping[str, float] | None = None,
    attribution: str = "",
    illustrative: bool = False,
) -> bytes:
    """Draw programmes of a Pareto frontier as points of two measures, the chosen one marked, as a PNG.

    Parameters
    ----------
    frontier
        One row per ``point``, as :func:`siteprior.programme.pareto_frontier` returns it, with both measures; where it
        is there, ``sites`` (how many opportunities) stands beside the points. A point without a figure is not
        drawn. A line joins points of which none betters another on both measures.
    x, y
        The columns of the measures.
    title
        Stands above the chart.
    labels
        Measure → what readers see of it; usual ones have words of their own.
    units
        Measure → the unit its figures are in: ``"£"`` is written in millions and the like, ``"share"`` (0–1) in
        percent, any other stands behind the words. The cost and columns in ``_gbp`` are in pounds by default, a
        measure that begins with ``share of`` is a share.
    chosen
        The programme that was chosen: the number of a point, or its figures by measure where it is none of them.
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
        Naming every column that is missing or wrong, equal measures, and a chosen point there is not.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = pd.DataFrame({"benefit": [9.0, 5.0], "cost": [1e6, 9e5], "homes": [10, 40]}, index=["a", "b"])
    >>> frontier = sp.programme.pareto_frontier(sites, budget=1e6)
    >>> sp.report.draw_frontier(frontier, x="benefit", y="homes", chosen=2, title="Benefit and homes")[1:4]
    b'PNG'
    """
    named = {x: x, y: y}
    declared = Table(
        "frontier",
        "point",
        geometry=False,
        declared=tuple(Column(name, "number", name, "A measure", "its own") for name in (*named, "sites")),
    )
    faults = table_faults(frontier, declared, name="frontier", needs=named, may_have=("sites",))
    if x == y:
        faults.append(f"x and y: both are {x!r}; give two measures")
    if faults := faults or _chosen_faults(frontier, x, y, chosen):
        raise InputError(*faults)
    with settings():
        words = [named_measure(name, labels or {}, units or {}) for name in (x, y)]
        return _figure(frontier, (x, y), words, chosen, title, attribution, illustrative=illustrative).save("png")


def _chosen_faults(frontier: pd.DataFrame, x: str, y: str, chosen: int | Mapping[str, float] | None) -> list[str]:
    """Return what is wrong with the chosen programme."""
    if chosen is None:
        return []
    if isinstance(chosen, Mapping):
        lacks = [name for name in (x, y) if not _is_finite(chosen.get(name))]
        return [f"chosen: needs a number for {' and '.join(lacks)}, got {dict(chosen)!r}"] if lacks else []
    return [] if chosen in frontier.index else [unknown("point of chosen", str(chosen), map(str, frontier.index))]


def _is_finite(value: float | None) -> bool:
    """Return whether a value is a number with an end."""
    return isinstance(value, int | float | np.number) and bool(np.isfinite(float(value)))


def _figure(
    frontier: pd.DataFrame,
    names: tuple[str, str],
    words: list[tuple[str, str]],
    chosen: int | Mapping[str, float] | None,
    title: str,
    attribution: str,
    *,
    illustrative: bool,
) -> Sheet:
    """Return the sheet with the chart drawn on it."""
    known = known_points(frontier, *names)
    marked = _marked(frontier, names, chosen)
    height = KEY + PLOT + AXIS if len(known) else EMPTY_HEIGHT
    summary = programme_words(known, names, words)
    points = known[list(names)].to_numpy(dtype=float)
    lined = len(points) > 1 and is_frontier(points, names)
    notes = "Each dot is one programme; the line between them only leads the eye." if lined else ""
    page = new_page(height, title=title, under=summary if len(known) else "", notes=notes, attribution=attribution,
                    illustrative=illustrative)  # fmt: skip
    if known.empty:
        say_nothing(page, summary)
        return page.sheet
    seen = points if marked is None else np.vstack([points, marked])
    axes = _axes(page, seen, words, names)
    _draw_axes(page.sheet, axes)
    _draw_key(page.sheet, page.top - 1.5, marked is not None, lined)
    places = axes.places(points)
    if lined:
        page.sheet.line(*places.T.tolist(), color=style.DEEP, linewidth=0.7, linestyle=DASHES, zorder=4, gid="frontier")
    for point, (left, low) in zip(known.index, places, strict=True):
        page.sheet.disc(left, low, DOT, facecolor=style.DEEP, edgecolor=style.WHITE, linewidth=0.6, zorder=6,
                        gid=f"point {point}")  # fmt: skip
    if marked is not None:
        left, low = axes.places(marked[None, :])[0]
        _draw_chosen(page.sheet, left, low, gid="chosen")
    _write_labels(page.sheet, axes, known, places, marked, lined)
    return page.sheet


def _draw_chosen(sheet: Sheet, x: float, y: float, *, gid: str = "chosen in the key") -> None:
    """Draw the chosen programme: a dot in a ring."""
    sheet.disc(x, y, CHOSEN_DOT, facecolor=style.WHITE, edgecolor=style.ACCENT, linewidth=1.3, zorder=7, gid=gid)
    sheet.disc(x, y, DOT, facecolor=style.ACCENT, linewidth=0, zorder=7.1)


def _marked(frontier: pd.DataFrame, names: tuple[str, str], chosen: int | Mapping[str, float] | None) -> Floats | None:
    """Return the figures of the chosen programme, where there is one and they are known."""
    if chosen is None:
        return None
    if isinstance(chosen, Mapping):
        return np.array([float(chosen[name]) for name in names])
    figures = as_numbers(frontier, names).loc[[chosen], list(names)].to_numpy(dtype=float)[0]
    return figures if np.isfinite(figures).all() else None


def _axes(page: Page, points: Floats, words: list[tuple[str, str]], names: tuple[str, str]) -> _Axes:
    """Return the axes round all points, with words that say what is better."""
    scales = [scale_of(points[:, at], unit) for at, (_, unit) in enumerate(words)]
    better = ["less" if name in LESS_IS_BETTER else "more" for name in names]
    titles = [
        f"{axis_title(of, scale)} – {than} is better"
        for (of, _), scale, than in zip(words, scales, better, strict=True)
    ]
    box = (LEFT, page.bottom + AXIS, WIDTH - MARGIN - RIGHT, page.top - KEY)
    return _Axes(scales[0], scales[1], (titles[0], titles[1]), box)


def _draw_axes(sheet: Sheet, axes: _Axes) -> None:
    """Draw ticks with their figures, and write the measures beside them."""
    left, low, right, high = axes.box
    sheet.box(left, low, right - left, high - low, facecolor=style.WHITE, zorder=0)
    for tick in axes.x.ticks:
        x = left + axes.x.share(tick) * (right - left)
        sheet.line([x, x], [low, high], color=style.CHART_GRID, linewidth=0.5, zorder=1)
        sheet.text(x, low - 3.6, axes.x.figure(tick), AXIS_SIZE, color=style.GREY, ha="center")
    for tick in axes.y.ticks:
        y = low + axes.y.share(tick) * (high - low)
        sheet.line([left, right], [y, y], color=style.CHART_GRID, linewidth=0.5, zorder=1)
        sheet.text(left - 1.5, y, axes.y.figure(tick), AXIS_SIZE, color=style.GREY, ha="right", va="center_baseline")
    across = sheet.fit(axes.words[0], 7.5, right - left)
    sheet.text((left + right) / 2, low - 8.2, across, 7.5, ha="center", gid="x words")
    up = sheet.fit(axes.words[1], 7.5, high - low)
    sheet.text(MARGIN + 2.5, (low + high) / 2, up, 7.5, ha="center", va="center", rotation=90.0, gid="y words")


def _write_labels(
    sheet: Sheet, axes: _Axes, known: pd.DataFrame, places: Floats, marked: Floats | None, lined: bool
) -> None:
    """Write number and size of each programme beside its dot, the ends first, where that hides nothing."""
    left, low, right, high = axes.box
    taken: list[BaseGeometry] = [shapely.Point(place).buffer(DOT) for place in places]
    taken += [shapely.LineString(places).buffer(LINE_WIDE)] if lined else []
    first = list(dict.fromkeys([0, len(known) - 1, *range(len(known))]))
    wanted = [(places[at], _label(known.iloc[at], known.index[at]), style.INK, DOT + 0.8) for at in first]
    if marked is not None:
        place = axes.places(marked[None, :])[0]
        taken.append(shapely.Point(place).buffer(CHOSEN_DOT))
        wanted.insert(0, (place, "chosen", style.ACCENT, CHOSEN_DOT + 0.8))
    for place, words, colour, gap in wanted:
        weight = "bold" if colour == style.ACCENT else "normal"
        wide = sheet.measure(words, LABEL_SIZE, fontweight=weight)
        box, hidden = label_beside(place, wide, LABEL_TALL, gap, taken, weights=[COUNTS] * len(taken),
                                   within=(left, low, right, high), beyond=COUNTS)  # fmt: skip
        if hidden > MOST_HIDDEN * wide * LABEL_TALL * COUNTS:
            continue
        taken.append(box)
        at, foot, *_ = box.bounds
        sheet.text(at, foot + 0.4, words, LABEL_SIZE, color=colour, fontweight=weight, halo=1.6, gid=f"label {words}")


def _label(row: pd.Series, point: int) -> str:
    """Return what stands beside a programme: its number, and how many opportunities it takes."""
    sites = row.get("sites")
    return f"{point}" if sites is None or pd.isna(sites) else f"{point}: {counted(int(sites), 'site')}"


def _draw_key(sheet: Sheet, y: float, with_chosen: bool, lined: bool) -> None:
    """Write the key across the sheet."""
    key = Key(sheet, LEFT, y, size=AXIS_SIZE, across=True)
    key.entry(mark(color=style.DEEP, markersize=7.0, markeredgecolor=style.WHITE), "Programme: its number and sites",
              wide=3.0)  # fmt: skip
    if with_chosen:
        key.entry(_draw_chosen, "Chosen programme", wide=4.4)
    if lined:
        key.entry(stroke(2.75, color=style.DEEP, linewidth=0.7, linestyle=DASHES), "Frontier")
