"""The run as one picture: a map that stands in the report and on a page of its own, without tiles from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.schema import AREAS, CORRIDORS, DEPRIVATION, SITES, STOPS
from siteprior.report import style
from siteprior.report.html.labels import KIND_NOT_STATED, district_names, kind_title
from siteprior.report.maps.canvas import PIXEL, Drawn, Map, Sheet, check_drawing, settings
from siteprior.report.maps.density import density_entries, draw_density, is_crowded
from siteprior.report.maps.legend import (
    DASHES,
    LISTED,
    SITE_DOTS,
    Key,
    dots_shown,
    draw_dots,
    draw_ranks,
    mark,
    mode_mark,
    site_entries,
    stroke,
)
from siteprior.report.maps.near import draw_references, near_view
from siteprior.report.maps.outlines import district_outlines
from siteprior.report.maps.placement import extent, label_position, with_margin

if TYPE_CHECKING:
    from siteprior.report.maps.legend import Sample

AREAS_OF_NEED = replace(AREAS, index="", declared=(*AREAS.declared, *DEPRIVATION.declared))
"""Areas of any index with the deprivation joined to them."""

WIDTH = 1600 * PIXEL
"""Millimetres across; the height follows from what the map has to show."""

MARGIN, KEY_WIDTH, KEY_GAP = 4.0, 35.0, 3.0

LOWEST, TALLEST = 104.0, 178.0
"""Bounds of the map's height in mm; a longer key makes it higher."""

DISC = 1.65
"""Radius of a rank's disc in mm."""

NAME_SIZE = 5.8
"""Size of a district's name in points."""


ABOUT = 0.1
"""How far beyond the areas the map follows a corridor, as a share of their longer side."""


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
    listed: bool = False,
    near: bool = False,
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
    listed
        Whether all sites are drawn alike, so that none is seen to be ranked or left out.
    near
        Whether the map shows what lies round these sites alone, with their references, and not the whole area.

    Returns
    -------
    bytes
        The PNG; no date, no version, the same bytes from the same tables.

    Raises
    ------
    InputError
        Naming every table that is not in EPSG:27700 or lacks what is drawn.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> layers = [run[name] for name in ("sites", "shortlist", "corridors", "stops", "areas")]
    >>> picture = sp.report.draw_map(*layers, title="The sample", attribution="Invented sites.", illustrative=True)
    >>> picture[1:4]
    b'PNG'
    """
    return draw_overview(
        sites, shortlist, corridors, stops, areas, None,
        title=title, attribution=attribution, illustrative=illustrative, listed=listed, near=near,
    )  # fmt: skip


def draw_overview(
    sites: gpd.GeoDataFrame,
    shortlist: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
    districts: gpd.GeoDataFrame | None,
    *,
    title: str,
    attribution: str,
    illustrative: bool = False,
    listed: bool = False,
    near: bool = False,
) -> bytes:
    """Draw the map of :func:`draw_map` as a PNG (1600 pixels wide), with districts that are dissolved already."""
    check_drawing(
        {
            "sites": Drawn(sites, SITES, ("eligible",)),
            "shortlist": Drawn(shortlist, SITES, ("rank",)),
            "corridors": Drawn(corridors, replace(CORRIDORS, index=""), ("kind",)),
            "stops": Drawn(stops, replace(STOPS, index=""), ("mode", "state")),
            "areas": Drawn(areas, AREAS_OF_NEED, ("imd_decile", "district_code"), ("imd_edition",)),
        }
    )
    crowded = is_crowded(sites)
    main = _main_stops(stops.iloc[:0] if crowded else stops, areas, corridors)
    whole = extent([shortlist, about(corridors, areas)], [areas if len(areas) else sites])
    view = near_view(sites, areas, whole) if near else whole
    wide = WIDTH - 2 * MARGIN - KEY_WIDTH - KEY_GAP
    beside = MARGIN + wide + KEY_GAP

    def write_texts(sheet: Sheet) -> tuple[float, float]:
        top = sheet.head(title, illustrative=illustrative, size=12.0)
        return top, sheet.foot(attribution, size=4.8)

    with settings():
        # Texts and key are written twice: on a sheet that is thrown away, to measure the space they need.
        trial = Sheet(WIDTH, TALLEST, margin=MARGIN)
        top, bottom = write_texts(trial)
        every = _Shown(True, list(SITE_DOTS), kinds(corridors), _states(main), True, True)
        every = every._replace(crowded=crowded)
        lowest = max(LOWEST, TALLEST - _draw_key(trial, beside, TALLEST, every, corridors, areas))
        tall = max(min(wide * (view[3] - view[1]) / (view[2] - view[0]), TALLEST), lowest)
        sheet = Sheet(WIDTH, TALLEST - top + tall + bottom, margin=MARGIN)
        top, bottom = write_texts(sheet)
        map_ = sheet.map((MARGIN, bottom, wide, top - bottom), view)
        if not crowded:
            _draw_areas(map_, areas)
        draw_corridors(map_, corridors)
        for (mode, state), group in main.groupby(["mode", "state"]):
            map_.marks(shapely.get_coordinates(group.geometry), **mode_mark(str(mode), str(state)), zorder=5)
        if crowded:
            draw_density(map_, sites[~sites.index.isin(shortlist.index)])
        else:
            draw_dots(map_, sites, listed=listed)
        ranks = draw_ranks(map_, shortlist, radius=DISC)
        scale = shapely.box(*map_.scale_bar())
        avoid = [scale, *(shapely.Point(point).buffer(DISC) for point in ranks)]
        names = draw_districts(map_, areas, corridors, avoid, districts, few=crowded)
        if near and listed:
            draw_references(map_, sites, [*avoid, *names])
        shown = _shown(map_, sites, shortlist, corridors, main, areas)
        shown = shown._replace(dots=[LISTED] if shown.dots else []) if listed else shown
        shown = shown._replace(dots=[], deciles=False, without=False, crowded=True) if crowded else shown
        _draw_key(sheet, beside, top, shown, corridors, areas)
        return sheet.save("png")


def _main_stops(stops: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, corridors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rail and metro stops, open or planned, that lie in the area or on a corridor; all without either."""
    main = stops[stops["mode"].isin(["rail", "metro"]) & stops["state"].isin(["open", "planned"])]
    around = [shape for table in (areas, corridors) for shape in table.geometry if shape is not None]
    if not around or main.empty:
        return main
    # A stop on a line is not on it to the metre.
    near, _ = shapely.STRtree(around).query(main.geometry.to_numpy(), predicate="dwithin", distance=100.0)
    return main.iloc[sorted(set(near))]


def _draw_areas(map_: Map, areas: gpd.GeoDataFrame) -> None:
    """Fill areas by deprivation decile."""
    seen = areas[areas.geometry.notna()]
    for decile, group in seen.groupby(seen["imd_decile"].astype("float64"), dropna=False):
        fill = style.decile(int(decile)) if np.isfinite(decile) else style.NO_DATA
        map_.polygons(group.geometry.to_numpy(), facecolor=fill, edgecolor=style.WHITE, linewidth=0.15, zorder=1)


def draw_districts(
    map_: Map,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    avoid: Sequence[BaseGeometry],
    districts: gpd.GeoDataFrame | None = None,
    *,
    few: bool = False,
) -> list[BaseGeometry]:
    """Draw the districts' outlines and write their names where they hide no corridor, no other name and none of those.

    Where there are many, ``few`` leaves out the names that would cover another or reach beyond their district.
    ``avoid`` are the shapes on the sheet, in mm, that no name should cover; the boxes of the names are returned.
    """
    seen = areas[areas.geometry.notna()]
    shapes = district_outlines(seen, districts)
    map_.lines(np.array(list(shapes.values())), colors=style.DISTRICT_EDGE, linewidths=0.5, zorder=2)
    # Places are looked for in mm.
    lines = shapely.transform(np.asarray(corridors.geometry.dropna(), dtype=object), map_.places)
    taken = [*avoid, *lines]
    frame, boxes = shapely.box(*map_.frame), list[BaseGeometry]()
    for code, name in district_names(seen).items():
        shown = shapely.intersection(shapely.transform(shapes[code], map_.places), frame)
        if shown.is_empty:
            continue
        words = name.upper()
        wide, tall = map_.sheet.measure(words, NAME_SIZE) + 1.0, 2.4
        x, y = label_position(shown, wide, tall, shapely.GeometryCollection([*taken, *boxes]))
        box = shapely.box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        if few and not (shapely.contains(shown, box) and not shapely.intersects(box, [*avoid, *boxes]).any()):
            continue
        map_.sheet.text(x, y, words, NAME_SIZE, halo=1.8, color=style.DISTRICT_NAME, ha="center",
                        va="center_baseline", zorder=13)  # fmt: skip
        boxes.append(box)
    return boxes


def draw_corridors(map_: Map, corridors: gpd.GeoDataFrame) -> None:
    """Draw lines by kind on a white casing, so that they stand off from the areas."""
    seen = corridors[corridors.geometry.notna()]
    for kind, (colour, dashed) in style.corridors(kinds(seen)).items():
        lines = np.asarray(seen.geometry[seen["kind"].fillna("") == kind], dtype=object)
        map_.lines(lines, colors=style.WHITE, linewidths=2.6, zorder=3)
        map_.lines(lines, colors=colour, linewidths=1.4, linestyles=DASHES if dashed else "solid", zorder=4)


class _Shown(NamedTuple):
    """What stands on the map, and so in its key: ranks, dots by eligibility, kinds of corridor, stops, deprivation."""

    ranks: bool
    dots: list[str]
    kinds: list[str]
    stops: list[tuple[str, str]]
    deciles: bool
    without: bool
    crowded: bool = False


def _shown(
    map_: Map,
    sites: gpd.GeoDataFrame,
    shortlist: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame,
) -> _Shown:
    """Return what of the tables lies within the frame."""
    frame = shapely.box(*map_.view)

    def within(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return table[shapely.intersects(np.asarray(table.geometry, dtype=object), frame)]

    fills, ranked = within(areas)["imd_decile"], shortlist[shortlist["rank"].notna()]
    return _Shown(
        ranks=bool(ranked.geometry.notna().any()),
        dots=dots_shown(map_, sites[~sites.index.isin(ranked.index)]),
        kinds=kinds(within(corridors)),
        stops=_states(within(stops)),
        deciles=bool(fills.notna().any()),
        without=bool(fills.isna().any()),
    )


def kinds(corridors: gpd.GeoDataFrame) -> list[str]:
    """Return the kinds of the corridors that have a line, last a blank where one has no kind."""
    found = {str(kind) for kind in corridors["kind"][corridors.geometry.notna()].fillna("")}
    return sorted(found, key=lambda kind: (not kind, kind))


def _states(stops: gpd.GeoDataFrame) -> list[tuple[str, str]]:
    """Return the modes and states of stops, rail first."""
    return sorted(set(zip(stops["mode"], stops["state"], strict=True)), key=lambda it: (it[0] != "rail", it[1]))


def _draw_key(
    sheet: Sheet, left: float, top: float, shown: _Shown, corridors: gpd.GeoDataFrame, areas: gpd.GeoDataFrame
) -> float:
    """Write the key to the right of the map, group by group; return the height it reaches down to."""
    key = Key(sheet, left, top + 2.5, size=6.5)
    site_entries(key, ranks=shown.ranks, dots=[] if shown.crowded else shown.dots, radius=DISC)
    if shown.crowded:
        density_entries(key)
    if shown.kinds:
        key.heading("Corridors")
    for kind, (colour, dashed) in style.corridors(kinds(corridors)).items():
        if kind not in shown.kinds:
            continue
        look = stroke(2.3, color=colour, linewidth=1.6, linestyle=DASHES if dashed else "solid")
        key.entry(look, kind_title(kind) or KIND_NOT_STATED, space=KEY_WIDTH)
    if shown.stops:
        key.heading("Stops")
    for mode, state in shown.stops:
        key.entry(mark(**mode_mark(mode, state)), f"{mode.capitalize()}, {state}")
    if not shown.deciles and not shown.without:
        return key.y
    key.heading("Deprivation")
    if not shown.deciles:
        return key.entry(_ground(style.NO_DATA), "Not known") - 2.0
    editions = list(areas["imd_edition"].dropna().unique()) if "imd_edition" in areas else []
    key.line(f"IMD{f' {int(editions[0])}' if len(editions) == 1 else ''} decile of the area")
    low, step = key.y - 5.4, KEY_WIDTH / 10
    for place in range(10):
        sheet.box(left + step * place, low, step, 3.2, facecolor=style.decile(place + 1), edgecolor=style.WHITE,
                  linewidth=0.5)  # fmt: skip
    sheet.box(left, low, KEY_WIDTH, 3.2, facecolor="none", edgecolor=style.MAP_FRAME, linewidth=0.5)
    sheet.text(left, low - 2.6, "most deprived", 6)
    sheet.text(left + KEY_WIDTH, low - 2.6, "least", 6, ha="right")
    if not shown.without:
        return low - 3.5
    key.y = low - 3.5
    return key.entry(_ground(style.NO_DATA), "Not known") - 2.0


def _ground(fill: str) -> Sample:
    """Return a sample of an area."""
    return lambda sheet, x, y: sheet.box(x - 2.3, y - 1.4, 4.6, 2.8, facecolor=fill, edgecolor=style.MAP_FRAME,
                                         linewidth=0.4)  # fmt: skip


def about(corridors: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the parts of the corridors in and about the areas: a line that runs on makes the map no wider."""
    if not len(areas) or not len(corridors):
        return corridors
    cut = corridors.geometry.clip_by_rect(*with_margin(areas.total_bounds, share=ABOUT, least=0.0))
    return corridors.set_geometry(cut)[~cut.is_empty]
