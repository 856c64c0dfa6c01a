"""What the panel shows, as text of a page: the map as SVG in two layers, and the list. All text of data is escaped."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.shown_text import one_line
from siteprior.report import style
from siteprior.report.html.labels import KIND_NOT_STATED, kind_title
from siteprior.report.maps.placement import declutter, extent, fit_view

if TYPE_CHECKING:
    from siteprior.report.maps.placement import Box

WIDE, TALL = 420, 440
"""Pixels of the map: beside sliders and list it fits the 960 a notebook has on a usual screen."""

OTHERS_DRAWN = 2_000
"""Opportunities drawn beside the shortlist, at most, the run's first: more dots cover one another at this size."""

FINEST = 1.0
"""Pixels below which an outline is simplified: no screen shows less."""

DISC = 7
"""Radius in pixels of a rank's disc, wide enough for two figures."""

MARKS = {"enters": style.CORRIDORS["sprint"], "leaves": style.GREY}
"""Colours of what enters and leaves; all else of the shortlist has the accent."""

ARROWS = {"enters": "＋ enters", "leaves": "− leaves", "rises": "▲ rises", "falls": "▼ falls", "same": "same"}


def text(value: object) -> str:
    """Return a text of data as it may stand in a page: markup in it is shown and not run.

    Examples
    --------
    >>> text("<b>Mill & Sons</b>")
    '&lt;b&gt;Mill &amp; Sons&lt;/b&gt;'
    """
    return "" if pd.isna(value) else escape(one_line(str(value)))  # type: ignore[call-overload]  # any value of a cell


class LiveMap:
    """The map of a panel: the background once, and over it the shortlist as it changes.

    Parameters
    ----------
    sites
        Points of all sites; index ``site_id``.
    ranked
        The ``site_id`` of what is ranked, the run's first at the top.
    corridors, areas
        Lines with ``kind``, and polygons with ``imd_decile``; either may be empty.
    others
        How many opportunities are drawn as dots at most.
    """

    def __init__(
        self, sites: gpd.GeoDataFrame, ranked: pd.Index, corridors: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *,
        others: int = OTHERS_DRAWN,
    ) -> None:  # fmt: skip
        shown = sites.loc[ranked]
        shown = gpd.GeoDataFrame(shown[shown.geometry.notna() & ~shown.geometry.is_empty])
        around = [areas] if len(areas) else [sites]
        self.view = fit_view(extent([shown], around), WIDE / TALL)
        points = _places(np.column_stack([shown.geometry.x, shown.geometry.y]), self.view)
        self._at: dict[Hashable, tuple[float, float]] = {
            label: (float(x), float(y)) for label, (x, y) in zip(shown.index, points, strict=True)
        }
        self.drawn = min(others, len(self._at))
        """How many opportunities are drawn as dots."""
        self.background = _svg("".join([*self._ground(areas), *self._lines(corridors), *self._dots()]))
        """What does not change, as SVG."""
        self.kinds = (
            sorted({"" if pd.isna(kind) else str(kind) for kind in corridors["kind"]}) if len(corridors) else []
        )

    def overlay(self, marks: Iterable[tuple[Hashable, int, str]], names: Mapping[Hashable, object]) -> str:
        """Return the shortlist and what left it as SVG: label, rank and change of each, the first drawn last."""
        shown = [mark for mark in marks if mark[0] in self._at]
        places = [self._at[label] for label, _, _ in shown]
        moved = declutter(np.array(places).reshape(-1, 2), 2.0 * DISC, within=(DISC, DISC, WIDE - DISC, TALL - DISC))
        drawn = [
            f'<path d="M{a:.1f} {b:.1f}L{x:.1f} {y:.1f}" stroke="{style.INK}" stroke-width="0.7"/>'
            for (a, b), (x, y) in zip(places, moved, strict=True)
        ]
        for (label, rank, change), (x, y) in reversed(list(zip(shown, moved, strict=True))):
            title = f"<title>{rank} {text(names.get(label))}: {change}</title>"
            if change == "leaves":
                drawn.append(
                    f'<g data-change="leaves"><circle cx="{x:.1f}" cy="{y:.1f}" r="{DISC}" fill="{style.WHITE}" '
                    f'stroke="{MARKS["leaves"]}" stroke-width="2" stroke-dasharray="3 2"/>{title}</g>'
                )
                continue
            fill = MARKS.get(change, style.ACCENT)
            drawn.append(
                f'<g data-change="{change}"><circle cx="{x:.1f}" cy="{y:.1f}" r="{DISC}" fill="{fill}" '
                f'stroke="{style.WHITE}"/><text x="{x:.1f}" y="{y + 3.2:.1f}" text-anchor="middle" font-size="9" '
                f'font-weight="bold" fill="{style.WHITE}">{rank}</text>{title}</g>'
            )
        return _svg("".join(drawn))

    def legend(self) -> str:
        """Return the key of the map."""

        def disc(fill: str, dashed: bool = False, edge: str = style.WHITE) -> str:
            dash = ' stroke-dasharray="3 2" stroke-width="2"' if dashed else ""
            return (
                f'<svg width="16" height="16"><circle cx="8" cy="8" r="6.5" fill="{fill}" stroke="{edge}"{dash}/></svg>'
            )

        entries = [
            (disc(style.ACCENT), "on the shortlist"),
            (disc(MARKS["enters"]), "enters it"),
            (disc(style.WHITE, True, MARKS["leaves"]), "leaves it"),
            (
                f'<svg width="16" height="16"><circle cx="8" cy="8" r="2.5" fill="{style.SITE}"/></svg>',
                self._dots_say(),
            ),
        ]
        for kind, (colour, dashed) in style.corridors(self.kinds).items():
            dash = ' stroke-dasharray="4 2"' if dashed else ""
            line = f'<svg width="22" height="16"><path d="M1 8H21" stroke="{colour}" stroke-width="2.5"{dash}/></svg>'
            entries.append((line, text(kind_title(kind)) or KIND_NOT_STATED))
        look = "display:inline-flex;align-items:center;gap:4px;margin-right:12px;white-space:nowrap"
        items = "".join(f'<span style="{look}">{mark}{words}</span>' for mark, words in entries)
        return f'<div style="width:{WIDE}px;font-size:12px;line-height:18px;color:{style.INK}">{items}</div>'

    def _dots_say(self) -> str:
        if self.drawn < len(self._at):
            return f"other ranked sites, the run's first {self.drawn:,} of {len(self._at):,}"
        return "other ranked sites"

    def _ground(self, areas: gpd.GeoDataFrame) -> Iterable[str]:
        if not len(areas):
            return
        finest = FINEST * (self.view[2] - self.view[0]) / WIDE
        seen = areas[areas.geometry.notna()]
        shapes = shapely.coverage_simplify(seen.geometry.to_numpy(), finest)
        deciles = seen["imd_decile"].astype("float64") if "imd_decile" in seen else pd.Series(np.nan, seen.index)
        for decile in [*range(1, 11), None]:
            chosen = deciles.isna() if decile is None else deciles == decile
            rings = [
                shapely.get_coordinates(ring)
                for part in shapely.get_parts(shapes[chosen.to_numpy()])
                for ring in (shapely.get_rings(part) if part.geom_type == "Polygon" else ())
            ]
            path = "".join(f"{_path(_places(ring, self.view))}Z" for ring in rings)
            if path:
                fill = style.NO_DATA if decile is None else style.decile(decile)
                yield f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="{style.WHITE}" stroke-width="0.4"/>'

    def _lines(self, corridors: gpd.GeoDataFrame) -> Iterable[str]:
        if not len(corridors):
            return
        finest = FINEST * (self.view[2] - self.view[0]) / WIDE
        kinds = corridors["kind"].fillna("").astype("str")
        for kind, (colour, dashed) in style.corridors(sorted(set(kinds))).items():
            lines = shapely.simplify(
                np.asarray(corridors.geometry[(kinds == kind) & corridors.geometry.notna()], dtype=object), finest
            )
            parts = shapely.get_parts(lines)
            edges = np.where(shapely.get_dimensions(parts) == 2, shapely.boundary(parts), parts)
            path = "".join(
                _path(_places(shapely.get_coordinates(line), self.view)) for line in edges if not line.is_empty
            )
            dash = ' stroke-dasharray="6 3"' if dashed else ""
            if path:
                yield f'<path d="{path}" fill="none" stroke="{style.WHITE}" stroke-width="4"/>'
                yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'

    def _dots(self) -> Iterable[str]:
        for x, y in list(self._at.values())[: self.drawn]:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{style.SITE}" fill-opacity="0.7"/>'


def list_of(changes: pd.DataFrame) -> str:
    """Return the list as a table of a page: rank, name, score, change; what leaves stands at its end."""
    head = "".join(
        f'<th style="text-align:left;padding:2px 6px">{name}</th>' for name in ("", "Site", "Score", "Change")
    )
    rows = []
    for label, row in zip(changes.index, changes.to_dict("records"), strict=True):
        change = str(row["change"])
        ink = MARKS.get(change, style.INK if change != "same" else style.GREY)
        cells = (f"{row['rank_after']}", text(row["site_name"]) or text(label), f"{row['score_after']:.3f}")
        name = "max-width:230px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap"
        rows.append(
            f'<tr data-change="{change}" style="border-top:1px solid {style.TABLE_ROW}">'
            f'<td style="text-align:right;padding:1px 6px">{cells[0]}</td>'
            f'<td title="{cells[1]}" style="{name};padding:1px 6px">{cells[1]}</td>'
            f'<td style="padding:1px 6px">{cells[2]}</td>'
            f'<td style="padding:1px 6px;color:{ink};white-space:nowrap">{ARROWS[change]}</td></tr>'
        )
    look = f"border-collapse:collapse;font-size:12px;line-height:17px;color:{style.INK}"
    return f'<table style="{look}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _svg(inside: str) -> str:
    size = f'width="{WIDE}" height="{TALL}" viewBox="0 0 {WIDE} {TALL}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} style="display:block">{inside}</svg>'


def _places(points: np.ndarray, view: Box) -> np.ndarray:
    """Return where places (metres) stand on the map, in pixels from its upper left corner."""
    west, _, east, north = view
    scale = WIDE / (east - west)
    return np.column_stack([(points[:, 0] - west) * scale, (north - points[:, 1]) * scale])


def _path(points: np.ndarray) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
