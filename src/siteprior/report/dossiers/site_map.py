"""The map of one opportunity: its sites on the streets round it, with stops, corridor and areas, as paths (SVG)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.report import style
from siteprior.report.dossiers.svg_paths import View, line_path, shape_path, view_round
from siteprior.report.maps.canvas import round_length
from siteprior.walking.network import WalkNetwork

WIDTH, HEIGHT = 1000, 700
"""Units of the picture."""

LEAST_M, MOST_M = 450.0, 1400.0
"""Metres to either side that the map reaches at least and, unless the sites themselves are wider, at most."""

LETTER, LINE = 16.5, 30
"""Units that a letter of a stop's name is wide, and a line of it high."""

NAMED, NAME_MOST = 6, 34
"""Stops whose names stand on the map, and letters of a name, at most."""


class Ground(NamedTuple):
    """What lies round the sites of a run (metres, EPSG:27700), made once for all maps.

    Attributes
    ----------
    areas, corridors, corridor_stops, stops
        As a run has them.
    network
        The streets; ``None`` where none were given.
    street_bounds
        West, south, east and north of every street.
    districts
        The areas dissolved into districts, where they are already.
    """

    areas: gpd.GeoDataFrame
    corridors: gpd.GeoDataFrame
    corridor_stops: gpd.GeoDataFrame
    stops: gpd.GeoDataFrame
    network: WalkNetwork | None
    street_bounds: npt.NDArray[np.float64]
    districts: gpd.GeoDataFrame | None = None


def ground_of(
    *,
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    corridor_stops: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    network: WalkNetwork | None = None,
    districts: gpd.GeoDataFrame | None = None,
) -> Ground:
    """Collect what lies round the sites (metres): areas, corridors, stops, and the streets with their bounds."""
    if network is None or not len(network.edge_from):
        bounds = np.empty((4, 0))
        network = None
    else:
        starts = network.vertex_start[:-1]
        bounds = np.stack(
            [
                np.minimum.reduceat(network.vertex_x, starts), np.minimum.reduceat(network.vertex_y, starts),
                np.maximum.reduceat(network.vertex_x, starts), np.maximum.reduceat(network.vertex_y, starts),
            ]
        )  # fmt: skip
    return Ground(areas, corridors, corridor_stops, stops, network, bounds, districts)


def site_map(
    ground: Ground, shapes: gpd.GeoDataFrame, site: str, *, corridor: str | None = None, stop: str | None = None
) -> dict[str, Any] | None:
    """Lay out the map of an opportunity (metres): what the template ``dossier_map.html.j2`` draws.

    Parameters
    ----------
    ground
        What lies round it (:func:`ground_of`).
    shapes
        Shapes of its sites by ``site_id``, with ``shape_basis``; a disc or a point stands for an outline nobody drew.
    site
        Its largest site.
    corridor, stop
        Its corridor, drawn strongest, and the stop there that is to be seen.

    Returns
    -------
    dict or None
        ``None`` where no site has a place.
    """
    placed = shapes[shapes.geometry.notna() & ~shapes.geometry.is_empty]
    if placed.empty:
        return None
    own = ground.corridor_stops[ground.corridor_stops["corridor"] == corridor]
    view = _view(placed, own[(own["stop_name"] == stop) & own.geometry.notna()])
    drawn = [
        {
            "site_id": str(label),
            "path": shape_path(shape, view),
            "dot": view.units(shapely.get_coordinates(shape.centroid)).tolist()[0],
            "drawn": basis != "point" and not str(basis).startswith("disc"),
            "main": label == site,
        }
        for label, shape, basis in zip(placed.index, placed.geometry, placed["shape_basis"], strict=True)
    ]
    length_m = round_length(0.3 * (view.right - view.left))
    stops, names = _stops(ground, own, view)
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "areas": _areas(ground.areas, view),
        "streets": _streets(ground, view),
        "corridors": corridor_paths(ground.corridors, view, corridor),
        "shapes": drawn,
        "stops": stops,
        "names": names,
        "scale": {"units": round(length_m / view.unit_m), "words": distance_words(length_m)},
        "outlined": any(each["drawn"] for each in drawn),
        "words": _words(drawn, view, bool(ground.network is not None)),
    }


def corridor_paths(corridors: gpd.GeoDataFrame, view: View, leading: str | None) -> list[dict[str, Any]]:
    """Return the corridors that a view shows as paths with their colours, the leading one last: on top."""
    known = corridors[corridors.geometry.notna()]
    colours = style.corridors(known["kind"].fillna("").unique())
    near = known.iloc[np.sort(known.sindex.query(view.seen))]
    rows = []
    for name, kind, shape in zip(near.index, near["kind"].fillna(""), near.geometry, strict=True):
        if path := shape_path(shape, view):
            shade, dashed = colours[kind]
            rows.append({"name": str(name), "path": path, "shade": shade, "dashed": dashed, "leads": name == leading})
    return sorted(rows, key=lambda row: bool(row["leads"]))


def distance_words(metres: float) -> str:
    """Return a length as a reader writes it.

    Examples
    --------
    >>> distance_words(200), distance_words(9459.4)
    ('200 m', '9.5 km')
    """
    return f"{metres:,.0f} m" if metres < 1000 else f"{metres / 1000:,.1f}".removesuffix(".0") + " km"


def _view(shapes: gpd.GeoDataFrame, stop: gpd.GeoDataFrame) -> View:
    """Return what the map shows: all sites, and the stop where it is near enough."""
    west, south, east, north = shapes.total_bounds
    x, y, slope = (west + east) / 2, (south + north) / 2, WIDTH / HEIGHT
    half = max(LEAST_M, 0.65 * (east - west), 0.65 * slope * (north - south))
    if len(stop):
        away = np.abs(shapely.get_coordinates(np.asarray(stop.geometry.iloc[:1], dtype=object)) - (x, y))[0]
        half = max(half, min(1.3 * max(away[0], slope * away[1]), MOST_M))
    return view_round(x, y, float(half), width=WIDTH, height=HEIGHT)


def _areas(areas: gpd.GeoDataFrame, view: View) -> list[dict[str, str]]:
    """Return the areas of a view with the shade of their deprivation decile."""
    near = areas.iloc[np.sort(areas.sindex.query(shapely.box(view.left, view.bottom, view.right, view.top)))]
    deciles = pd.to_numeric(near["imd_decile"]) if "imd_decile" in near else pd.Series(np.nan, index=near.index)
    return [
        {"path": path, "shade": style.NO_DATA if pd.isna(decile) else style.decile(int(decile))}
        for shape, decile in zip(near.geometry, deciles, strict=True)
        if (path := shape_path(shape, view))
    ]


def _streets(ground: Ground, view: View) -> str:
    """Return the streets of a view as one path."""
    network = ground.network
    if network is None:
        return ""
    west, south, east, north = ground.street_bounds
    near = np.flatnonzero((west <= view.right) & (east >= view.left) & (south <= view.top) & (north >= view.bottom))
    paths = []
    for first, end in zip(network.vertex_start[near].tolist(), network.vertex_start[near + 1].tolist(), strict=True):
        vertices = np.column_stack([network.vertex_x[first:end], network.vertex_y[first:end]])
        paths.append(line_path(view.units(vertices)))
    return "".join(paths)


def _stops(ground: Ground, own: gpd.GeoDataFrame, view: View) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the stops of a view, and where the names of those of the corridor and of stations stand."""
    rows: list[dict[str, Any]] = []
    seen: set[tuple[int, int]] = set()
    near = np.sort(ground.stops.sindex.query(view.seen))  # rows without a place are in no index
    for table, corridor in ((own[own.geometry.notna()], True), (ground.stops.iloc[near], False)):
        points = shapely.get_coordinates(table.geometry.to_numpy())
        if not len(points):
            continue
        inside = view.shows(points)
        facts = (table.loc[inside, name].tolist() for name in ("stop_name", "state", "kind" if corridor else "mode"))
        for at, name, state, mode in zip(view.units(points[inside]).tolist(), *facts, strict=True):
            if (cell := (at[0] // 8, at[1] // 8)) in seen:
                continue
            seen.add(cell)
            rows.append({"x": at[0], "y": at[1], "name": str(name), "corridor": corridor,
                         "open": state == "open", "major": corridor or mode in ("rail", "metro")})  # fmt: skip
    return rows, place_names([row for row in rows if row["major"]])


def place_names(stops: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return where names stand (units): right or left of their stop, each name once, none over another.

    Examples
    --------
    >>> stops = [{"x": 10, "y": 90, "name": "Mill"}, {"x": 12, "y": 92, "name": "Mill Lane"}]
    >>> [(name["text"], name["x"], name["anchor"]) for name in place_names(stops)]
    [('Mill', 26, 'start')]
    """
    taken: list[tuple[float, float, float, float]] = []
    rows: list[dict[str, Any]] = []
    for stop in stops:
        words = " ".join(stop["name"].split())
        words = words if len(words) <= NAME_MOST else words[: NAME_MOST - 1] + "…"
        wide = LETTER * len(words)
        if any(words == row["text"] for row in rows):
            continue
        for start, anchor in ((stop["x"] + 16, "start"), (stop["x"] - 16 - wide, "end")):
            box = (start, stop["y"] - LINE / 2, start + wide, stop["y"] + LINE / 2)
            inside = box[0] >= 4 and box[2] <= WIDTH - 4 and 40 <= stop["y"] <= HEIGHT - 62
            if inside and not any(_meet(box, other) for other in taken):
                x = stop["x"] + (16 if anchor == "start" else -16)
                rows.append({"text": words, "x": x, "y": stop["y"] + 9, "anchor": anchor})
                taken.append(box)
                break
        if len(rows) == NAMED:
            break
    return rows


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _words(drawn: list[dict[str, Any]], view: View, streets: bool) -> str:
    """Say in words what the map shows."""
    many = "The site" if len(drawn) == 1 else f"The {len(drawn)} sites of the opportunity"
    across = distance_words(view.right - view.left)
    return f"{many} on a map {across} across, with {'streets, ' if streets else ''}stops, corridors and areas"
