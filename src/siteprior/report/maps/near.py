"""A map of some sites of an area: the view that holds them, and their references beside their dots."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.report.maps.canvas import Map
from siteprior.report.maps.placement import Box, extent, with_margin

CLOSEST_M = 1500.0
"""Metres that lie round the sites on every side, at least."""

NAMED = 60
"""Sites above which no references are written: they would hide the map."""

LONGEST, SIZE, TALL, GAP = 24, 4.6, 1.9, 1.3
"""Letters of a reference at most, its size in points, its height and its distance from the dot in mm."""


def near_view(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, whole: Box) -> Box:
    """Return what a map of some sites shows (metres): them, and their districts where these are not much larger.

    Parameters
    ----------
    sites
        The sites; none of them has to have a place.
    areas
        Areas with ``district_code``.
    whole
        What is shown where no site has a place.

    Examples
    --------
    >>> sites = gpd.GeoDataFrame(geometry=gpd.points_from_xy([10000.0], [10000.0]), crs=27700)
    >>> near_view(sites, sites.head(0).assign(district_code=""), (0.0, 0.0, 1.0, 1.0))
    (8500.0, 8500.0, 11500.0, 11500.0)
    """
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    if placed.empty:
        return whole
    around = areas[areas.geometry.notna()]
    if len(around):
        _, at = shapely.STRtree(around.geometry.to_numpy()).query(placed.geometry.to_numpy(), predicate="intersects")
        around = around[around["district_code"].isin(around["district_code"].iloc[np.unique(at)])]
    west, south, east, north = extent([placed], [around])
    close = with_margin(placed.total_bounds, share=0.0, least=CLOSEST_M)
    return (min(west, close[0]), min(south, close[1]), max(east, close[2]), max(north, close[3]))


def draw_references(map_: Map, sites: gpd.GeoDataFrame, avoid: Sequence[BaseGeometry]) -> list[str]:
    """Write the references of sites beside their dots where there is space, in the order of the table.

    Parameters
    ----------
    map_
        The map.
    sites
        Sites on the index ``site_id``, with ``reference`` where known.
    avoid
        Shapes on the sheet, in mm, that no reference may cover.

    Returns
    -------
    list of str
        The references written.
    """
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    if len(placed) > NAMED or placed.empty:
        return []
    places = map_.places(shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy())))
    dots = [shapely.Point(place).buffer(GAP / 2) for place in places]
    taken, frame, written = [*avoid, *dots], shapely.box(*map_.frame), list[str]()
    names = placed["reference"] if "reference" in placed else placed.index.to_series()
    for (x, y), site, name in zip(places.tolist(), placed.index, names, strict=True):
        words = " ".join(str(site if name is None or name != name else name).split())
        words = words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
        wide = map_.sheet.measure(words, SIZE)
        for left, middle in (
            (x + GAP, y), (x - GAP - wide, y), (x - wide / 2, y + GAP + TALL / 2), (x - wide / 2, y - GAP - TALL / 2),
        ):  # fmt: skip
            box = shapely.box(left, middle - TALL / 2, left + wide, middle + TALL / 2)
            if frame.contains(box) and not any(box.intersects(other) for other in taken):
                map_.sheet.text(left, middle, words, SIZE, halo=1.4, va="center_baseline", zorder=14)
                taken.append(box)
                written.append(words)
                break
    return written
