"""The key of the map, its scale bar and its north arrow, and how stops and sites look in both."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from siteprior.report import style
from siteprior.report.html.labels import kind_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DPI = 200
"""Pixels to the inch of type."""

DASHES = (0, (3.2, 1.6))

SITE_LOOKS: dict[str, dict[str, Any]] = {
    "no": {"s": 3.2, "color": style.SITE_OUT, "edgecolor": style.WHITE, "linewidth": 0.2},
    "yes": {"s": 6.5, "color": style.SITE, "edgecolor": style.WHITE, "linewidth": 0.3},
}


def stop_look(mode: str, state: str) -> dict[str, Any]:
    """Return the mark of a stop: square for rail, round for metro, hollow where it is planned."""
    colour = style.MODES[mode]
    return {
        "s": 8,
        "marker": "s" if mode == "rail" else "o",
        "facecolor": colour if state == "open" else style.WHITE,
        "edgecolor": style.WHITE if state == "open" else colour,
        "linewidth": 0.4 if state == "open" else 0.8,
    }


def draw_scale(axes: Axes) -> None:
    """Draw a scale bar of a round length and a north arrow into the lower left corner."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    width, height = east - west, north - south
    target = width / 6
    power = 10.0 ** math.floor(math.log10(target))
    length = power * max(step for step in (1, 2, 5) if step * power <= target)
    words = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    x, y = west + 0.02 * width, south + 0.03 * height
    halo = {"facecolor": style.WHITE, "alpha": 0.85, "edgecolor": "none", "boxstyle": "round,pad=0.2"}
    axes.plot([x, x + length], [y, y], color=style.WHITE, linewidth=4, solid_capstyle="butt", zorder=10)
    axes.plot([x, x + length], [y, y], color=style.INK, linewidth=2, solid_capstyle="butt", zorder=10)
    axes.text(x, y + 0.014 * height, words, fontsize=6.5, color=style.INK, ha="left", va="bottom", bbox=halo, zorder=10)
    arrow_x, arrow_y = west + 0.03 * width, south + 0.10 * height
    axes.annotate(
        "N", (arrow_x, arrow_y + 0.055 * height), (arrow_x, arrow_y), ha="center", va="top", fontsize=7.5,
        fontweight="bold", color=style.INK, zorder=10,
        arrowprops={"arrowstyle": "-|>", "color": style.INK, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def draw_key(axes: Axes, corridors: gpd.GeoDataFrame, stops: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> None:
    """Write the key to the right of the map, group by group."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    disc = {"s": 78, "facecolor": style.ACCENT, "edgecolor": style.WHITE, "linewidth": 0.8}
    kinds = style.corridors(sorted(corridors["kind"].dropna().unique()))
    pairs = sorted(set(zip(stops["mode"], stops["state"], strict=True)), key=lambda pair: (pair[0] != "rail", pair[1]))
    groups: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
        (
            "Sites",
            [
                ("Shortlisted, with rank", disc),
                ("Ranked, not shortlisted", SITE_LOOKS["yes"]),
                ("Considered, not ranked", SITE_LOOKS["no"]),
            ],
        ),
        ("Corridors", [(kind_title(kind), {"color": look[0], "dashed": look[1]}) for kind, look in kinds.items()]),
        ("Stops", [(f"{mode.capitalize()}, {state}", stop_look(mode, state)) for mode, state in pairs]),
    ]
    # One point of type as a share of the key's height.
    point = DPI / 72 / axes.get_window_extent().height
    y = 1.0
    for title, entries in groups:
        if not entries:
            continue
        axes.text(0, y, title, fontsize=7.5, fontweight="bold", color=style.INK, va="top")
        y -= 17 * point
        for words, look in entries:
            _draw_sample(axes, y, look)
            axes.text(0.15, y, words, fontsize=6.5, color=style.INK, va="center", parse_math=False)
            y -= 11.5 * point
        y -= 7 * point
    _draw_deciles(axes, y, point, areas)


def _draw_sample(axes: Axes, y: float, look: dict[str, Any]) -> None:
    """Draw one line or mark of the key; the largest is the numbered disc."""
    if "dashed" in look:
        pattern = DASHES if look["dashed"] else "solid"
        axes.plot([0, 0.11], [y, y], color=look["color"], linewidth=1.6, linestyle=pattern)
        return
    axes.scatter([0.055], [y], **look)
    if look.get("facecolor") == style.ACCENT:
        axes.text(0.055, y, "1", fontsize=6, fontweight="bold", color=style.WHITE, ha="center", va="center_baseline")


def _draw_deciles(axes: Axes, y: float, point: float, areas: gpd.GeoDataFrame) -> None:
    """Write the key of the areas: ten steps, the most deprived first."""
    from matplotlib.patches import Rectangle

    editions = list(areas["imd_edition"].dropna().unique()) if "imd_edition" in areas else []
    edition = f" {int(editions[0])}" if len(editions) == 1 else ""
    axes.text(0, y, "Deprivation", fontsize=7.5, fontweight="bold", color=style.INK, va="top")
    axes.text(0, y - 13 * point, f"IMD{edition} decile of the area", fontsize=6.5, color=style.INK, va="top")
    step, tall, low = 0.088, 9 * point, y - 33 * point
    for place in range(10):
        fill = style.decile(place + 1)
        axes.add_patch(Rectangle((step * place, low), step, tall, facecolor=fill, edgecolor=style.WHITE, linewidth=0.5))
    axes.add_patch(Rectangle((0, low), step * 10, tall, fill=False, edgecolor=style.MAP_FRAME, linewidth=0.5))
    for x, words, side in ((0.0, "most deprived", "left"), (step * 10, "least", "right")):
        axes.text(x, low - 3 * point, words, fontsize=6, color=style.INK, va="top", ha=side)
