"""The run as one picture: a map that stands in the report and on a page of its own, without tiles from anywhere.

Drawn with matplotlib's objects alone (no pyplot, no window, no settings of the user's), so that the same tables give
the same bytes.
"""

from __future__ import annotations

import io
import math
import textwrap
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from siteprior.report import style
from siteprior.report.html.labels import district_names
from siteprior.report.maps.canvas import ILLUSTRATIVE, check_drawing, polygon_paths
from siteprior.report.maps.legend import DASHES, DPI, SITE_LOOKS, draw_key, draw_scale, stop_look
from siteprior.report.maps.placement import declutter, extent, label_position

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 1600
"""Pixels across; the height follows from what the map has to show."""

_LEFT, _RIGHT = 22, 1264
"""Left and right edge of the map on the page in pixels; the key stands to the right."""

_LOWEST, _TALLEST = 820, 1400
"""Bounds of the map's height in pixels: the key needs the one, a page the other."""

_DISC = 13.0
"""Radius of a numbered disc in pixels."""


class _Disc(NamedTuple):
    """A numbered disc: its figures, where it is shown and where its site lies, in pixels."""

    figures: str
    shown: npt.NDArray[np.float64]
    site: npt.NDArray[np.float64]


def draw_map(
    sites: gpd.GeoDataFrame,
    shortlist: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    *,
    title: str,
    attribution: str,
    illustrative: bool = False,
) -> bytes:
    """Draw shortlist, sites, corridors, rail and metro stops and deprivation as a PNG 1600 pixels wide.

    Discs that would lie on one another are moved apart, with a line to where the site is. Bus stops are left out.

    Parameters
    ----------
    sites
        Points with ``eligible``.
    shortlist
        Points with ``rank``, the figure in the disc.
    corridors
        Lines with ``kind``.
    stops
        Points with ``mode`` and ``state``.
    areas
        Polygons with ``imd_decile`` and ``district_code``.
    title
        Stands above the map.
    attribution
        The sources' attribution; stands below it, whole.
    illustrative
        Whether the picture has to say that its sites are invented.

    Returns
    -------
    bytes
        The PNG; no date, no version, the same bytes from the same tables.

    Raises
    ------
    InputError
        Naming every table that is not in EPSG:27700.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> layers = [run[name] for name in ("sites", "shortlist", "corridors", "stops", "areas")]
    >>> picture = sp.report.draw_map(*layers, title="The sample", attribution="Invented sites.", illustrative=True)
    >>> picture[1:4]
    b'PNG'
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    given = {"sites": sites, "shortlist": shortlist, "corridors": corridors, "stops": stops, "areas": areas}
    check_drawing(given)
    main = _main_stops(stops, areas, corridors)
    with mpl.rc_context({"font.family": "DejaVu Sans", "text.usetex": False, "path.sketch": None}):
        head, foot = textwrap.wrap(title, 78), textwrap.wrap(attribution, 235)
        above = 26 + 47 * len(head) + (42 if illustrative else 0)
        below = 22 + 17 * len(foot)
        view = extent([shortlist, corridors], [areas if len(areas) else sites])
        tall = (_RIGHT - _LEFT) * (view[3] - view[1]) / (view[2] - view[0])
        height = above + below + min(max(tall, _LOWEST), _TALLEST)
        figure = Figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=style.PAPER)
        canvas = FigureCanvasAgg(figure)
        _write_texts(figure, height, head, foot, illustrative)
        bottom, top = below / height, 1 - above / height
        axes = figure.add_axes((_LEFT / WIDTH, bottom, (_RIGHT - _LEFT) / WIDTH, top - bottom))
        _frame(axes, view)
        _draw_areas(axes, areas)
        discs = _place_discs(axes, shortlist)
        _draw_districts(axes, areas, corridors, discs)
        _draw_corridors(axes, corridors)
        _draw_stops(axes, main)
        _draw_sites(axes, sites)
        _draw_shortlist(axes, discs)
        draw_scale(axes)
        beside = figure.add_axes((_RIGHT / WIDTH + 0.012, bottom, 0.976 - _RIGHT / WIDTH, top - bottom))
        draw_key(beside, corridors, main, areas)
        stream = io.BytesIO()
        canvas.print_figure(stream, format="png", dpi=DPI, facecolor=style.PAPER, metadata={"Software": None})
    return stream.getvalue()


def _main_stops(stops: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, corridors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rail and metro stops, open or planned, that lie in the area or on a corridor; all without either."""
    main = stops[stops["mode"].isin(["rail", "metro"]) & stops["state"].isin(["open", "planned"])]
    around = [shape for table in (areas, corridors) for shape in table.geometry if shape is not None]
    if not around or main.empty:
        return main
    # A stop on a line is not on it to the metre.
    near, _ = shapely.STRtree(around).query(main.geometry.to_numpy(), predicate="dwithin", distance=100.0)
    return main.iloc[sorted(set(near))]


def _frame(axes: Axes, view: tuple[float, float, float, float]) -> None:
    """Fit the view into the axes without distortion and take away ticks and frame."""
    west, south, east, north = view
    box = axes.get_window_extent()
    metres = max((east - west) / box.width, (north - south) / box.height)
    x, y = (west + east) / 2, (south + north) / 2
    axes.set_xlim(x - metres * box.width / 2, x + metres * box.width / 2)
    axes.set_ylim(y - metres * box.height / 2, y + metres * box.height / 2)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_facecolor(style.WHITE)
    for side in axes.spines.values():
        side.set(color=style.MAP_FRAME, linewidth=0.6)


def _write_texts(figure: Figure, height: float, head: list[str], foot: list[str], illustrative: bool) -> None:
    """Write title and warning above, the attribution below."""
    left, y = _LEFT / WIDTH, height - 24
    # User texts are shown as they are: a dollar sign starts no formula.
    for line in head:
        figure.text(left, y / height, line, fontsize=12, fontweight="bold", color=style.INK, va="top",
                    parse_math=False)  # fmt: skip
        y -= 47
    if illustrative:
        figure.text(left, y / height, ILLUSTRATIVE, fontsize=9, fontweight="bold", color=style.ACCENT, va="top")
    figure.text(left, 13 / height, "\n".join(foot), fontsize=4.8, color=style.GREY, va="bottom", linespacing=1.25,
                parse_math=False)  # fmt: skip


def _draw_areas(axes: Axes, areas: gpd.GeoDataFrame) -> None:
    """Fill areas by deprivation decile."""
    from matplotlib.collections import PathCollection

    seen = areas[areas.geometry.notna()]
    for decile, group in seen.groupby(seen["imd_decile"].astype("float64"), dropna=False):
        fill = style.decile(int(decile)) if np.isfinite(decile) else style.NO_DATA
        axes.add_collection(
            PathCollection(
                polygon_paths(np.asarray(group.geometry)),
                facecolor=fill,
                edgecolor=style.WHITE,
                linewidth=0.15,
                zorder=1,
            ),
            autolim=False,
        )


def _draw_districts(axes: Axes, areas: gpd.GeoDataFrame, corridors: gpd.GeoDataFrame, discs: list[_Disc]) -> None:
    """Draw the districts' outlines and write their names where they hide no corridor and no disc."""
    from matplotlib.collections import LineCollection
    from matplotlib.patheffects import withStroke

    seen = areas[areas.geometry.notna()]
    shapes = {code: shapely.union_all(group.geometry.to_numpy()) for code, group in seen.groupby("district_code")}
    rings = shapely.get_parts(shapely.get_parts(shapely.boundary(list(shapes.values()))))
    lines = [shapely.get_coordinates(ring) for ring in rings]
    axes.add_collection(LineCollection(lines, colors=style.DISTRICT_EDGE, linewidths=0.5, zorder=2), autolim=False)
    metres = (axes.get_xlim()[1] - axes.get_xlim()[0]) / axes.get_window_extent().width
    shown_at = np.array([disc.shown for disc in discs]).reshape(-1, 2)
    middles = axes.transData.inverted().transform(shown_at)
    rounds = [shapely.Point(middle).buffer(_DISC * metres) for middle in middles]
    drawn = shapely.union_all([*rounds, *(shape for shape in corridors.geometry if shape is not None)])
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    shown = shapely.box(west, south, east, north)
    for code, name in district_names(seen).items():
        # A capital of this type is about 12 pixels wide and high, with its margin.
        seen_part = shapely.intersection(shapes[code], shown)
        if seen_part.is_empty:
            continue
        position = label_position(seen_part, 12 * len(name) * metres, 18 * metres, drawn)
        axes.text(
            *position, name.upper(), fontsize=5.8, color=style.DISTRICT_NAME, ha="center", va="center", zorder=7.5,
            parse_math=False, clip_on=True,
            path_effects=[withStroke(linewidth=1.8, foreground=style.WHITE, alpha=0.75)],
        )  # fmt: skip


def _draw_corridors(axes: Axes, corridors: gpd.GeoDataFrame) -> None:
    """Draw lines by kind on a white casing, so that they stand off from the areas."""
    from matplotlib.collections import LineCollection

    seen = corridors[corridors.geometry.notna()]
    for kind, (colour, dashed) in style.corridors(sorted(seen["kind"].dropna().unique())).items():
        lines = [shapely.get_coordinates(part) for part in shapely.get_parts(seen.geometry[seen["kind"] == kind])]
        axes.add_collection(LineCollection(lines, colors=style.WHITE, linewidths=2.6, zorder=3), autolim=False)
        axes.add_collection(
            LineCollection(lines, colors=colour, linewidths=1.4, linestyles=DASHES if dashed else "solid", zorder=4),
            autolim=False,
        )


def _draw_stops(axes: Axes, stops: gpd.GeoDataFrame) -> None:
    """Draw rail and metro stops, hollow where they are planned."""
    for (mode, state), group in stops.groupby(["mode", "state"]):
        axes.scatter(group.geometry.x, group.geometry.y, **stop_look(str(mode), str(state)), zorder=5)


def _draw_sites(axes: Axes, sites: gpd.GeoDataFrame) -> None:
    """Draw every site considered as a small grey dot, those not ranked smaller and paler."""
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    for place, (eligible, look) in enumerate(SITE_LOOKS.items()):
        group = placed[placed["eligible"] == eligible]
        axes.scatter(group.geometry.x, group.geometry.y, **look, zorder=6 + place)


def _place_discs(axes: Axes, shortlist: gpd.GeoDataFrame) -> list[_Disc]:
    """Find a place (pixels) for every disc, so that none hides another."""
    placed = shortlist[shortlist.geometry.notna() & ~shortlist.geometry.is_empty]
    if placed.empty:
        return []
    true = axes.transData.transform(shapely.get_coordinates(placed.geometry.to_numpy()))
    box = axes.get_window_extent()
    edge = _DISC + 3
    shown = declutter(true, 2 * _DISC + 2, within=(box.x0 + edge, box.y0 + edge, box.x1 - edge, box.y1 - edge))
    return [_Disc(f"{rank:.0f}", *places) for rank, *places in zip(placed["rank"], shown, true, strict=True)]


def _draw_shortlist(axes: Axes, discs: list[_Disc]) -> None:
    """Draw the shortlist as numbered discs, with a line to the site where the disc had to be moved."""
    from matplotlib.patches import Circle
    from matplotlib.transforms import IdentityTransform

    # The first of the ranking is drawn last and so lies on top.
    for figures, (x, y), (x0, y0) in reversed(discs):
        if math.hypot(x - x0, y - y0) > _DISC * 0.5:
            for colour, width, order in ((style.WHITE, 1.8, 8.0), (style.ACCENT, 0.8, 8.1)):
                axes.plot([x0, x], [y0, y], color=colour, linewidth=width, zorder=order, solid_capstyle="round",
                          transform=IdentityTransform())  # fmt: skip
            axes.add_patch(
                Circle((x0, y0), 3.2, transform=IdentityTransform(), facecolor=style.ACCENT, edgecolor=style.WHITE,
                       linewidth=0.4, zorder=8.2)
            )  # fmt: skip
        axes.add_patch(
            Circle((x, y), _DISC, transform=IdentityTransform(), facecolor=style.ACCENT, edgecolor=style.WHITE,
                   linewidth=1.1, zorder=9)
        )  # fmt: skip
        axes.text(
            x, y, figures, transform=IdentityTransform(), ha="center", va="center_baseline", color=style.WHITE,
            fontweight="bold", fontsize={1: 6.8, 2: 6.2}.get(len(figures), 4.8), zorder=9,
        )  # fmt: skip
