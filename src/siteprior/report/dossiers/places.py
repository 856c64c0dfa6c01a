"""Where a site stands in the whole: in the area (a small map) and along its corridor (a strip), as paths (SVG)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.report.dossiers.site_map import corridor_paths, distance_words
from siteprior.report.dossiers.svg_paths import View, shape_path, view_round
from siteprior.report.html.labels import district_names
from siteprior.report.maps.outlines import district_outlines
from siteprior.report.maps.placement import label_position

STRIP_WIDTH, STRIP_LEFT, STRIP_RIGHT = 1000, 24, 976
"""Units of the strip, and where the corridor begins and ends on it."""

LETTER = 7.0
"""Units that a letter of a stop's name is wide on the strip."""

NAME_MOST = 30
"""Letters of a stop's name on the strip, at most."""

NAME_LETTER, NAME_TALL, DISC = 7.5, 13, 9
"""Units that a letter of a district's name is wide, a name high, and a site to either side of its place."""

SIMPLER_M = 60.0
"""Metres by which the outlines of districts may be off on the small map."""


def area_map(
    areas: gpd.GeoDataFrame,
    corridors: gpd.GeoDataFrame,
    points: gpd.GeoSeries,
    *,
    width: int,
    height: int,
    districts: gpd.GeoDataFrame | None = None,
) -> dict[str, Any] | None:
    """Lay out the small map of the whole area (metres): districts, corridors, and a place for each site.

    Parameters
    ----------
    areas
        Polygons with ``district_code`` and ``lsoa_name``.
    corridors
        Lines with ``kind``.
    points
        Places of the sites by ``site_id``; those without one are left out.
    width, height
        Units of the picture.
    districts
        The areas dissolved into districts, where they are already.

    Returns
    -------
    dict or None
        ``districts`` (path, name and where it stands), ``corridors``, ``at`` (place in units by ``site_id``);
        ``None`` where there is nothing to draw.
    """
    known = areas[areas.geometry.notna()]
    placed = gpd.GeoSeries(points[points.notna() & ~points.is_empty])
    if known.empty and placed.empty:
        return None
    bounds = known.total_bounds if len(known) else placed.total_bounds
    west, south, east, north = (float(each) for each in bounds)
    half = 0.52 * max(east - west, (north - south) * width / height, 1000.0)
    view = view_round((west + east) / 2, (south + north) / 2, half, width=width, height=height)
    return {
        "width": width,
        "height": height,
        "districts": _districts(known, view, placed, districts),
        "corridors": corridor_paths(corridors, view, None),
        "at": {
            str(site): place for site, place in zip(placed.index, view.units(_middles(placed)).tolist(), strict=True)
        },
        "unit_m": view.unit_m,
    }


def _middles(points: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Return the middle of each shape in metres."""
    return np.asarray(shapely.get_coordinates(shapely.centroid(np.asarray(points, dtype=object))), dtype=np.float64)


def _districts(
    areas: gpd.GeoDataFrame, view: View, points: gpd.GeoSeries, districts: gpd.GeoDataFrame | None
) -> list[dict[str, Any]]:
    """Return the outline of each district, and its name where it stands, beside the sites where that is possible."""
    if areas.empty or "district_code" not in areas:
        return []
    names = district_names(pd.DataFrame(areas.drop(columns="geometry")))
    crowd = shapely.union_all(shapely.buffer(shapely.points(_middles(points)), DISC * view.unit_m))
    rows = []
    for code, outline in district_outlines(areas, districts).items():
        shape = shapely.simplify(outline, SIMPLER_M)
        if shape.is_empty:
            continue
        name = names.get(code, "")
        wide, tall = NAME_LETTER * len(name) * view.unit_m, NAME_TALL * view.unit_m
        x, y = view.units([label_position(shape, wide, tall, crowd)]).tolist()[0]
        rows.append({"path": shape_path(shape, view), "name": name, "x": x, "y": y + NAME_TALL // 3})
    return rows


def corridor_strip(stops: pd.DataFrame, site: Mapping[str, Any], others: Sequence[float] = ()) -> dict[str, Any] | None:
    """Lay out a corridor as a line with its stops, and the site where it stands along it (metres).

    Parameters
    ----------
    stops
        The corridor's stops in order: ``stop_name``, ``state``, ``chainage_m``.
    site
        ``corridor``, ``corridor_stop``, ``corridor_walk_m``, ``corridor_chainage_m`` and ``corridor_side`` of it.
    others
        Chainages of the other sites to show faintly.

    Returns
    -------
    dict or None
        What the strip shows; ``None`` where no chainage is known.

    Examples
    --------
    >>> stops = pd.DataFrame({"stop_name": ["A", "B"], "state": ["open", "open"], "chainage_m": [0.0, 4000.0]})
    >>> site = {"corridor": "Line 1", "corridor_stop": "B", "corridor_walk_m": 300.0, "corridor_chainage_m": 3000.0,
    ...         "corridor_side": "left"}
    >>> corridor_strip(stops, site)["words"]
    '3 km from A along Line 1 (2 stops, 4 km), on its left; 300 m on foot to B'
    """
    known = stops[pd.to_numeric(stops["chainage_m"]).notna()].sort_values("chainage_m", kind="stable")
    chainage = site["corridor_chainage_m"]
    if len(known) < 2 or chainage is None:
        return None
    along = known["chainage_m"].to_numpy(dtype=np.float64)
    start, end = float(along[0]), max(float(along[-1]), float(along[0]) + 1.0)

    def across(place: float) -> int:
        share = min(max((place - start) / (end - start), 0.0), 1.0)
        return round(STRIP_LEFT + share * (STRIP_RIGHT - STRIP_LEFT))

    marks = [
        {"x": across(place), "name": str(name), "open": state == "open", "nearest": name == site["corridor_stop"]}
        for place, name, state in zip(along, known["stop_name"], known["state"], strict=True)
    ]
    side = site.get("corridor_side")
    walk = site["corridor_walk_m"]
    return {
        "width": STRIP_WIDTH,
        "stops": marks,
        "names": _names(marks),
        "others": sorted({across(float(other)) for other in others if not pd.isna(other)}),
        "x": across(float(chainage)),
        "words": (
            f"{distance_words(float(chainage) - start)} from {_short(marks[0]['name'])} along "
            f"{_short(site['corridor'])} ({len(marks)} stops, {distance_words(end - start)})"
            + (f", on its {side}" if side in ("left", "right") else "")
            + (f"; {distance_words(float(walk))} on foot" if walk is not None else "")
            + (f" to {_short(site['corridor_stop'])}" if walk is not None else "")
        ),
    }  # fmt: skip


def _short(name: Any) -> str:  # a name of the data, possibly none
    words = " ".join(str(name).split())
    return words if len(words) <= 2 * NAME_MOST else words[: 2 * NAME_MOST - 1] + "…"


def _names(marks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the names that fit below the line: the nearest stop's, the ends', then from the left."""
    last = len(marks) - 1
    order = sorted(range(len(marks)), key=lambda place: (not marks[place]["nearest"], place not in (0, last), place))
    taken: list[tuple[float, float]] = []
    rows = []
    for place in order:
        mark = marks[place]
        words = " ".join(mark["name"].split())
        words = words if len(words) <= NAME_MOST else words[: NAME_MOST - 1] + "…"
        wide = LETTER * len(words) + 10
        centre = min(max(mark["x"], 4 + wide / 2), STRIP_WIDTH - 4 - wide / 2)
        if all(centre + wide / 2 < left or centre - wide / 2 > right for left, right in taken):
            taken.append((centre - wide / 2, centre + wide / 2))
            rows.append({"text": words, "x": round(centre), "nearest": mark["nearest"]})
    return sorted(rows, key=lambda row: float(row["x"]))
