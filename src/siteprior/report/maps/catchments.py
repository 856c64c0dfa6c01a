"""Walk catchments on a map: how far one gets on foot, beside the circle of the same distance."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.schema import CATCHMENTS, SITES, STOP_STATES, check
from siteprior.report import style
from siteprior.report.maps.canvas import ILLUSTRATIVE, Sheet, check_drawing, polygon_paths, settings
from siteprior.report.maps.legend import SITE_LOOKS, draw_scale
from siteprior.report.maps.placement import declutter
from siteprior.report.maps.strip_data import count
from siteprior.report.maps.strip_legend import DISC, draw_number, draw_stop
from siteprior.walking.network import WalkNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes

A4 = (297.0, 210.0)
MARGIN, KEY_WIDTH = 12.0, 62.0
CIRCLE: dict[str, Any] = {"colors": style.INK, "linewidths": 0.8, "linestyles": (0, (3.0, 2.0))}
NAME_SIZE, SITE_SIZE = 7.0, 2.2
SQM_PER_HA = 10_000


class _Band(NamedTuple):
    """One walk: its length, the area it reaches, and the area within the same straight line."""

    metres: float
    walk: BaseGeometry
    circle: BaseGeometry
    fill: str


class _Picture(NamedTuple):
    """What the key has to explain."""

    bands: list[_Band]
    stops: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    shortlist: set[str]
    doubt: str


def draw_catchments(
    catchments: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    title: str,
    attribution: str,
    network: WalkNetwork | None = None,
    shortlist: Collection[str] = (),
    illustrative: bool = False,
    file_format: str = "png",
) -> bytes:
    """Draw walk catchments by length of the walk, with the circle of the longest walk, on a sheet of A4.

    Parameters
    ----------
    catchments
        :data:`siteprior.core.schema.CATCHMENTS`, of a few stops or of corridors; those of one walk are drawn as one.
    stops
        The stops they are of: points with ``stop_name`` and ``state``.
    sites
        Points with ``eligible`` and ``rank``.
    areas
        Polygons with ``district_code``; their districts are outlined.
    title
        Stands above the map.
    attribution
        The sources' attribution; stands below it, whole.
    network
        The streets, drawn faintly.
    shortlist
        Ids of the sites to number with their rank.
    illustrative
        Whether the picture has to say that its sites are invented.
    file_format
        ``png`` or ``svg``.

    Returns
    -------
    bytes
        The picture; no date, no version, the same bytes from the same tables.

    Raises
    ------
    InputError
        Naming every table that is not in EPSG:27700 or lacks what is drawn, or an unknown format.

    Examples
    --------
    >>> import siteprior as sp
    >>> import pandas as pd
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Alder"], "mode": ["metro"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["9400ZZ1"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> stops = sp.schema.conform(stops, sp.schema.STOPS)
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> ground = sp.access.catchments(stops, bands_m=[400, 800])
    >>> picture = sp.report.draw_catchments(
    ...     ground, stops, sites.assign(eligible="yes", rank=[1, 2]), title="Alder", attribution="Invented.")
    >>> picture[1:4]
    b'PNG'
    """
    check_drawing({"catchments": catchments, "stops": stops, "sites": sites}, file_format)
    check(catchments, CATCHMENTS, name="catchments", needs=("band_m", "basis"))
    check(sites, SITES, name="sites", needs=("eligible", "rank"))
    bands = _bands(catchments, stops)
    with settings():
        sheet = Sheet(*A4)
        top, bottom = _write_texts(sheet, title, attribution, illustrative)
        box = (MARGIN, bottom, sheet.width - 2 * MARGIN - KEY_WIDTH, top - bottom)
        axes = sheet.map(box, _view(bands, stops))
        _draw_background(axes, bands, network, areas)
        ranks = _draw_sites(sheet, axes, sites, set(shortlist))
        _draw_stops(sheet, axes, stops, ranks)
        draw_scale(axes)
        picture = _Picture(bands, stops, sites, set(shortlist), _doubt(catchments))
        _draw_key(sheet, MARGIN + box[2] + 7, top, picture)
        return sheet.save(file_format, title=title, description=_words(bands, stops, catchments))


def catchment_map_words(catchments: gpd.GeoDataFrame, stops: gpd.GeoDataFrame) -> str:
    """Return the map in words, for those who do not see it: hectares on foot beside those of the circle.

    Examples
    --------
    >>> square = gpd.GeoSeries([shapely.box(0, 0, 400, 400)], crs=27700)
    >>> table = gpd.GeoDataFrame({"band_m": [400.0], "basis": ["streets"]}, geometry=square)
    >>> stop = gpd.GeoDataFrame({"stop_name": ["Alder"]}, geometry=gpd.points_from_xy([200], [200]), crs=27700)
    >>> catchment_map_words(table, stop)
    'Map of the walk catchment of Alder. Within 400 m: 16 ha on foot, 50 ha as the crow flies (32%).'
    """
    return _words(_bands(catchments, stops), stops, catchments)


def _words(bands: list[_Band], stops: gpd.GeoDataFrame, catchments: gpd.GeoDataFrame) -> str:
    """Say what the map shows."""
    names = stops["stop_name"].dropna().astype(str)
    listed = ", ".join(names) if len(names) <= 3 else count(len(names), "stop", "stops")
    text = f"Map of the walk catchment of {listed}."
    for band in bands:
        foot, line = shapely.area(band.walk) / SQM_PER_HA, shapely.area(band.circle) / SQM_PER_HA
        share = f" ({foot / line:.0%})" if line else ""
        text += f" Within {band.metres:,.0f} m: {foot:,.0f} ha on foot, {line:,.0f} ha as the crow flies{share}."
    return text + (f" {_doubt(catchments)}" if _doubt(catchments) else "")


def _doubt(catchments: gpd.GeoDataFrame) -> str:
    """Say what the catchments rest on where that is not the streets."""
    bases = set(catchments["basis"].dropna())
    if "disc" in bases:
        return "Approximate: circles of the straight line, no streets were read."
    return "Approximate: hulls of the places reached." if "hull" in bases else ""


def _bands(catchments: gpd.GeoDataFrame, stops: gpd.GeoDataFrame) -> list[_Band]:
    """Return the walks, shortest first, with the area of all catchments."""
    drawable = catchments[catchments.geometry.notna()]
    points = np.asarray(stops.geometry[stops.geometry.notna()], dtype=object)
    lengths = sorted(drawable["band_m"].unique())
    return [
        _Band(
            float(metres),
            shapely.union_all(drawable.geometry[drawable["band_m"] == metres].to_numpy()),
            shapely.union_all(shapely.buffer(points, metres, quad_segs=32)),
            style.blend(*style.WALK_ENDS, place / max(len(lengths) - 1, 1)),
        )
        for place, metres in enumerate(lengths)
    ]


def _view(bands: list[_Band], stops: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return west, south, east and north of what is drawn, with a margin."""
    shapes = [shape for band in bands for shape in (band.walk, band.circle)]
    west, south, east, north = shapely.total_bounds(shapes or stops.geometry.to_numpy())
    if not np.isfinite(west):
        return 0.0, 0.0, 1000.0, 1000.0
    margin = max(0.03 * max(east - west, north - south), 50.0)
    return west - margin, south - margin, east + margin, north + margin


def _write_texts(sheet: Sheet, title: str, attribution: str, illustrative: bool) -> tuple[float, float]:
    """Write title, warning and attribution; return the height below the head and above the foot."""
    widest, y = sheet.width - 2 * MARGIN, sheet.height - MARGIN - 2
    for line in sheet.wrap(title, 15, widest, fontweight="bold"):
        sheet.text(MARGIN, y, line, 15, fontweight="bold")
        y -= 6.5
    if illustrative:
        sheet.text(MARGIN, y + 0.8, ILLUSTRATIVE, 9, fontweight="bold", color=style.ACCENT)
        y -= 5
    foot = sheet.wrap(attribution, 5.2, widest)
    for place, line in enumerate(reversed(foot)):
        sheet.text(MARGIN, MARGIN - 4 + 2.6 * place, line, 5.2, color=style.GREY)
    return y + 3.5, MARGIN - 1.5 + 2.6 * len(foot)


def _draw_background(
    axes: Axes, bands: list[_Band], network: WalkNetwork | None, areas: gpd.GeoDataFrame | None
) -> None:
    """Draw the area reached, the streets faintly, the districts' outlines, and the circle of the longest walk."""
    from matplotlib.collections import LineCollection, PathCollection

    def draw_lines(lines: npt.NDArray[np.object_], zorder: float, **look: Any) -> None:
        drawn = [shapely.get_coordinates(line) for line in lines]
        axes.add_collection(LineCollection(drawn, zorder=zorder, **look), autolim=False)

    for place, band in enumerate(reversed(bands)):
        patch = PathCollection(polygon_paths(band.walk), facecolor=band.fill, edgecolor=style.WHITE, linewidth=0.5)
        patch.set_zorder(1 + place / 100)
        axes.add_collection(patch, autolim=False)
    if network is not None:
        (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
        lines = network.lines
        shown = lines[np.sort(shapely.STRtree(lines).query(shapely.box(west, south, east, north)))]
        reached = bands[-1].walk if bands else shapely.Point()
        shapely.prepare(reached)
        within = shapely.intersects(reached, shapely.line_interpolate_point(shown, 0.5, normalized=True))
        draw_lines(shown[~within], 1.5, colors=style.STREET, linewidths=0.4)
        draw_lines(shown[within], 1.6, colors=style.STREET_REACHED, linewidths=0.45)
    if areas is not None and len(areas):
        drawable = areas[areas.geometry.notna()].groupby("district_code")
        edges = shapely.boundary([shapely.union_all(some.geometry.to_numpy()) for _, some in drawable])
        draw_lines(shapely.get_parts(edges), 1.7, colors=style.DISTRICT_EDGE, linewidths=0.7)
    if bands:
        draw_lines(shapely.get_rings(shapely.get_parts(bands[-1].circle)), 2, **CIRCLE)


def _draw_sites(sheet: Sheet, axes: Axes, sites: gpd.GeoDataFrame, shortlist: set[str]) -> list[BaseGeometry]:
    """Draw the sites as dots, the shortlisted as their rank; return the places (mm) of the ranks."""
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    site_points = shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy()))
    inside = ((site_points >= (west, south)) & (site_points <= (east, north))).all(axis=1)
    numbered = placed.index.isin(list(shortlist)) & placed["rank"].notna().to_numpy() & inside
    for place, (eligible, look) in enumerate(SITE_LOOKS.items()):
        drawn = (placed["eligible"] == eligible).to_numpy() & inside & ~numbered
        axes.scatter(*site_points[drawn].T, **{**look, "s": look["s"] * SITE_SIZE}, zorder=3 + place)
    chosen = placed[numbered].assign(at=np.flatnonzero(numbered)).sort_values("rank", kind="stable")
    box = axes.get_position()
    edge = DISC + 0.7
    frame = (box.x0 * sheet.width + edge, box.y0 * sheet.height + edge,
             box.x1 * sheet.width - edge, box.y1 * sheet.height - edge)  # fmt: skip
    true = sheet.places(axes, site_points[chosen["at"].to_numpy()])
    shown = declutter(true, 2 * DISC + 0.4, within=frame)
    for rank, (x, y), (x0, y0) in reversed(list(zip(chosen["rank"], shown, true, strict=True))):
        if math.hypot(x - x0, y - y0) > DISC / 2:
            sheet.line([x0, x], [y0, y], color=style.ACCENT, linewidth=0.7, zorder=15)
            sheet.disc(x0, y0, 0.6, facecolor=style.ACCENT, edgecolor=style.WHITE, linewidth=0.4, zorder=15.1)
        draw_number(sheet, x, y, f"{rank:.0f}", True)
    return [shapely.buffer(shapely.Point(x, y), DISC) for x, y in shown]


FEW_STOPS = 12
"""Up to so many stops all have their name on the map."""

MOST_HIDDEN = 0.1
"""Share of a name that may lie on another mark before it is left out."""

RANK_COUNTS = 30
"""How many times as much a name counts as hidden where it lies on a rank, for half a number reads as another number,
or beyond the edge of the map."""


def _draw_stops(sheet: Sheet, axes: Axes, stops: gpd.GeoDataFrame, taken: list[BaseGeometry]) -> None:
    """Draw the stops with their names beside them, where they hide neither one another nor a rank."""
    from matplotlib.patheffects import withStroke

    drawable = stops[stops.geometry.notna()]
    places = sheet.places(axes, shapely.get_coordinates(shapely.centroid(drawable.geometry.to_numpy())))
    frame = shapely.box(*sheet.places(axes, np.transpose([axes.get_xlim(), axes.get_ylim()])).ravel())
    counts = [RANK_COUNTS] * len(taken) + [1] * len(places)
    taken = [*taken, *(shapely.box(x - 1.2, y - 1.2, x + 1.2, y + 1.2) for x, y in places)]
    halo = [withStroke(linewidth=2.2, foreground=style.WHITE, alpha=0.9)]
    for (x, y), name, state in zip(places, drawable["stop_name"], drawable["state"], strict=True):
        draw_stop(sheet, x, y, state if isinstance(state, str) else "not stated")
        if not isinstance(name, str):
            continue
        words = sheet.fit(name, NAME_SIZE, 52, fontweight="bold")
        wide = sheet.measure(words, NAME_SIZE, fontweight="bold")
        sides, middle = (x + 2, x - 2 - wide), x - wide / 2
        corners = [(left, y - 1.3) for left in sides] + [(middle, y + 2), (middle, y - 4.4)]
        corners += [(left, low) for left in sides for low in (y + 0.8, y - 3.4)]
        boxes = [shapely.box(left, low, left + wide, low + 2.6) for left, low in corners]
        hidden = shapely.area(shapely.intersection(np.array(boxes)[:, None], np.array(taken))) @ counts
        hidden += shapely.area(shapely.difference(boxes, frame)) * RANK_COUNTS
        best = int(np.argmin(np.round(hidden, 3)))  # of equally good places the first
        if len(drawable) > FEW_STOPS and hidden[best] > MOST_HIDDEN * wide * 2.6:
            continue  # of many stops some go without a name, rather than all be illegible
        taken.append(boxes[best])
        counts.append(1)
        left, low = corners[best]
        sheet.text(left, low + 0.4, words, NAME_SIZE, fontweight="bold", path_effects=halo)


def _heading(sheet: Sheet, left: float, y: float, words: str) -> float:
    """Write the name of a group of the key; return its height."""
    sheet.text(left, y, words, 8, fontweight="bold")
    return y


def _draw_key(sheet: Sheet, left: float, top: float, picture: _Picture) -> None:
    """Write the key beside the map: the walks with their hectares, the circle, stops and sites."""
    y = _heading(sheet, left, top - 3, "Within a walk of")
    right = sheet.width - MARGIN
    columns = (right - 28, right - 12, right)
    y -= 4.5
    for x, words in zip(columns, ("on foot", "circle", "share"), strict=True):
        sheet.text(x, y, words, 6, color=style.GREY, ha="right")
    for band in picture.bands:
        y -= 5.4
        foot, circle = (shapely.area(shape) / SQM_PER_HA for shape in (band.walk, band.circle))
        sheet.box(left, y - 0.8, 5.5, 3.4, facecolor=band.fill)
        sheet.text(left + 7, y, f"{band.metres:,.0f} m", 7)
        for x, words in zip(columns, (f"{foot:,.0f} ha", f"{circle:,.0f} ha", f"{foot / circle:.0%}"), strict=True):
            sheet.text(x, y, words, 7, ha="right")
    if picture.bands:
        y -= 6.5
        sheet.line([left, left + 5.5], [y + 0.9, y + 0.9], color=CIRCLE["colors"], linewidth=CIRCLE["linewidths"],
                   linestyle=CIRCLE["linestyles"])  # fmt: skip
        sheet.text(left + 7, y, f"{picture.bands[-1].metres:,.0f} m as the crow flies", 7)
    for line in sheet.wrap(picture.doubt, 6.5, right - left) if picture.doubt else []:
        y -= 4.5
        sheet.text(left, y, line, 6.5, color=style.ACCENT)
    y = _heading(sheet, left, y - 9, "Stops")
    for state in STOP_STATES:
        if (picture.stops["state"] == state).any():
            draw_stop(sheet, left + 2.75, y - 4, state)
            sheet.text(left + 7, y - 4.9, state, 7)
            y -= 5
    y = _heading(sheet, left, y - 9, "Sites")
    if picture.shortlist & set(picture.sites.index):
        draw_number(sheet, left + 2.75, y - 4.4, "1", True)
        sheet.text(left + 7, y - 5.3, "shortlisted, with rank", 7)
        y -= 6
    for eligible, words in (("yes", "ranked"), ("no", "considered, not ranked")):
        look = SITE_LOOKS[eligible]
        sheet.axes.scatter([left + 2.75], [y - 4], **{**look, "s": look["s"] * SITE_SIZE})
        sheet.text(left + 7, y - 4.9, words, 7)
        y -= 5
