"""Walk catchments on a map: how far one gets on foot, beside the circle of the same distance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.schema import AREAS, CATCHMENTS, SITES, STOP_STATES, STOPS
from siteprior.report import style
from siteprior.report.maps.canvas import A4, Drawn, Map, Sheet, check_drawing, settings
from siteprior.report.maps.legend import (
    RANK,
    Key,
    dots_shown,
    draw_dots,
    draw_ranks,
    draw_stop,
    site_entries,
    stop_entries,
    stroke,
)
from siteprior.report.maps.placement import Box, Points, label_beside, with_margin
from siteprior.report.maps.strip_data import count
from siteprior.walking.network import WalkNetwork

if TYPE_CHECKING:
    from siteprior.report.maps.canvas import Look
    from siteprior.report.maps.legend import Sample

MARGIN, KEY_WIDTH = 12.0, 62.0
CIRCLE: dict[str, Look] = {"color": style.INK, "linewidth": 0.8, "linestyle": (0, (3.0, 2.0))}
NAME_SIZE, NAME_TALL = 7.0, 2.6
"""Size of a stop's name in points, and the height in mm it takes."""

SITE_SCALE = 1.5
"""How many times as large as on the overview a site's dot is."""

SQM_PER_HA = 10_000

FEW_STOPS = 12
"""Up to so many stops all have their name on the map."""

MOST_HIDDEN = 0.1
"""Share of a name that may lie on another mark before it is left out."""

RANK_COUNTS = 30.0
"""How many times as much a name counts as hidden where it lies on a rank, for half a number reads as another number,
or beyond the edge of the map."""


class _Band(NamedTuple):
    """One walk: its length, the area it reaches, and the area within the same straight line."""

    metres: float
    walk: BaseGeometry
    circle: BaseGeometry
    fill: str


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
    drawn = {
        "catchments": Drawn(catchments, replace(CATCHMENTS, index=""), ("band_m", "basis")),
        "stops": Drawn(stops, replace(STOPS, index=""), ("stop_name", "state")),
        "sites": Drawn(sites, SITES, ("eligible", "rank")),
    }
    if areas is not None:
        drawn["areas"] = Drawn(areas, replace(AREAS, index=""), ("district_code",))
    check_drawing(drawn, file_format)
    bands = _bands(catchments, stops)
    with settings():
        sheet = Sheet(*A4, margin=MARGIN)
        top, bottom = sheet.head(title, illustrative=illustrative), sheet.foot(attribution)
        wide = sheet.width - 2 * MARGIN - KEY_WIDTH
        map_ = sheet.map((MARGIN, bottom, wide, top - bottom), _view(bands, stops))
        _draw_background(map_, bands, network, areas)
        numbered = sites.index.isin(list(shortlist)) & sites["rank"].notna().to_numpy()
        draw_dots(map_, sites[~numbered], scale=SITE_SCALE)
        ranks = draw_ranks(map_, _shown(map_, sites[numbered]))
        _draw_stops(map_, stops, ranks, map_.scale_bar())
        key, states = Key(sheet, MARGIN + wide + 7, top + 2.5), _states_shown(map_, stops)
        dots = dots_shown(map_, sites[~numbered])
        _draw_key(key, bands, states, _doubt(catchments), ranks=bool(len(ranks)), dots=dots)
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


def _view(bands: list[_Band], stops: gpd.GeoDataFrame) -> Box:
    """Return west, south, east and north of what is drawn, with a margin."""
    bounds = shapely.total_bounds([shape for band in bands for shape in band[1:3]] or stops.geometry.to_numpy())
    return with_margin(bounds, least=50.0) if np.isfinite(bounds).all() else (0.0, 0.0, 1000.0, 1000.0)


def _shown(map_: Map, sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites that lie within the map."""
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    return placed[map_.shows(shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy())))]


def _draw_background(
    map_: Map, bands: list[_Band], network: WalkNetwork | None, areas: gpd.GeoDataFrame | None
) -> None:
    """Draw the area reached, the streets faintly, the districts' outlines, and the circle of the longest walk."""
    for place, band in enumerate(reversed(bands)):
        map_.polygons(band.walk, facecolor=band.fill, edgecolor=style.WHITE, linewidth=0.5, zorder=1 + place / 100)
    if network is not None:
        lines = network.lines
        shown = lines[np.sort(shapely.STRtree(lines).query(shapely.box(*map_.view)))]
        reached = bands[-1].walk if bands else shapely.Point()
        shapely.prepare(reached)
        within = shapely.intersects(reached, shapely.line_interpolate_point(shown, 0.5, normalized=True))
        map_.lines(shown[~within], colors=style.STREET, linewidths=0.4, zorder=1.5)
        map_.lines(shown[within], colors=style.STREET_REACHED, linewidths=0.45, zorder=1.6)
    if areas is not None and len(areas):
        districts = areas[areas.geometry.notna()].groupby("district_code")
        shapes = np.array([shapely.union_all(some.geometry.to_numpy()) for _, some in districts])
        map_.lines(shapes, colors=style.DISTRICT_EDGE, linewidths=0.7, zorder=1.7)
    if bands:
        map_.lines(bands[-1].circle, **{f"{name}s": value for name, value in CIRCLE.items()}, zorder=2)


def _draw_stops(map_: Map, stops: gpd.GeoDataFrame, ranks: Points, scale: Box) -> None:
    """Draw the stops with their names beside them, where they hide neither one another nor a rank."""
    placed = stops[stops.geometry.notna()]
    places = map_.places(shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy())))
    taken: list[BaseGeometry] = [shapely.box(*scale), *(shapely.Point(point).buffer(RANK) for point in ranks)]
    weights: list[float] = [RANK_COUNTS] * len(taken) + [1.0] * len(places)
    taken += [shapely.box(x - 1.2, y - 1.2, x + 1.2, y + 1.2) for x, y in places]
    for (x, y), name, state in zip(places, placed["stop_name"], placed["state"], strict=True):
        draw_stop(map_.sheet, x, y, state if isinstance(state, str) else "not stated")
        if not isinstance(name, str):
            continue
        words = map_.sheet.fit(name, NAME_SIZE, 52, fontweight="bold")
        wide = map_.sheet.measure(words, NAME_SIZE, fontweight="bold")
        box, hidden = label_beside((x, y), wide, NAME_TALL, 2.0, taken, weights=weights, within=map_.frame,
                                   beyond=RANK_COUNTS)  # fmt: skip
        if len(placed) > FEW_STOPS and hidden > MOST_HIDDEN * wide * NAME_TALL:
            continue  # of many stops some go without a name, rather than all be illegible
        taken.append(box)
        weights.append(1.0)
        left, low, *_ = box.bounds
        map_.sheet.text(left, low + 0.4, words, NAME_SIZE, halo=2.2, fontweight="bold")


def _states_shown(map_: Map, stops: gpd.GeoDataFrame) -> list[str]:
    """Return the states of the stops within the frame, in the order of the key."""
    placed = stops[stops.geometry.notna() & ~stops.geometry.is_empty]
    seen = placed["state"].fillna("not stated")[map_.shows(shapely.get_coordinates(placed.geometry))]
    return [state for state in STOP_STATES if (seen == state).any()]


def _draw_key(key: Key, bands: list[_Band], states: list[str], doubt: str, *, ranks: bool, dots: list[str]) -> None:
    """Write the key beside the map: the walks with their hectares, the circle, stops and sites."""
    sheet, right = key.sheet, key.sheet.width - MARGIN
    columns = (right - 28, right - 12, right)

    def write_row(y: float, size: float, words: tuple[str, ...], colour: str) -> None:
        for x, figures in zip(columns, words, strict=True):
            sheet.text(x, y, figures, size, ha="right", va="center_baseline", color=colour)

    key.heading("Within a walk of")
    write_row(key.line(""), 6, ("on foot", "circle", "share"), style.GREY)
    for band in bands:
        foot, circle = (shapely.area(shape) / SQM_PER_HA for shape in (band.walk, band.circle))
        y = key.entry(_swatch(band.fill), f"{band.metres:,.0f} m")
        write_row(y, key.size, (f"{foot:,.0f} ha", f"{circle:,.0f} ha", f"{foot / circle:.0%}"), style.INK)
    if bands:
        key.entry(stroke(2.75, **CIRCLE), f"{bands[-1].metres:,.0f} m as the crow flies")
    for line in sheet.wrap(doubt, 6.5, right - key.left):
        key.line(line, 6.5, color=style.ACCENT)
    if states:
        key.heading("Stops")
    stop_entries(key, states)
    site_entries(key, ranks=ranks, dots=dots, scale=SITE_SCALE)


def _swatch(fill: str) -> Sample:
    """Return a sample of a ground."""
    return lambda sheet, x, y: sheet.box(x - 2.75, y - 1.7, 5.5, 3.4, facecolor=fill)
