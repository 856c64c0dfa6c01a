"""Many sites on a map: not a dot each, which would cover it, but how many stand in each square."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.report import style
from siteprior.report.maps.canvas import Map
from siteprior.report.maps.legend import Key

if TYPE_CHECKING:
    from siteprior.report.maps.legend import Sample


def is_crowded(sites: gpd.GeoDataFrame) -> bool:
    """Return whether sites are too many for a dot each: more than the parameter ``report.density_sites``.

    Examples
    --------
    >>> is_crowded(gpd.GeoDataFrame(geometry=gpd.points_from_xy([0], [0])))
    False
    """
    return len(sites) > load_parameters("report").integer("density_sites")


def squares(points: npt.NDArray[np.float64], side: float) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return the squares of a side (metres) in which points lie, from west to east and south to north, and how many.

    Examples
    --------
    >>> boxes, counts = squares(np.array([[1.0, 1.0], [9.0, 9.0], [15.0, 5.0]]), 10.0)
    >>> [shape.bounds for shape in boxes], counts.tolist()
    ([(0.0, 0.0, 10.0, 10.0), (10.0, 0.0, 20.0, 10.0)], [2, 1])
    """
    cells, counts = np.unique(np.floor(points / side).astype(np.int64), axis=0, return_counts=True)
    west, south = cells.T * side
    return np.asarray(shapely.box(west, south, west + side, south + side), dtype=object), counts.astype(np.int64)


def draw_density(map_: Map, sites: gpd.GeoDataFrame) -> None:
    """Draw in how many squares of the map how many sites stand, the darker the more."""
    numbers = load_parameters("report")
    placed = sites[sites.geometry.notna() & ~sites.geometry.is_empty]
    points = shapely.get_coordinates(shapely.centroid(np.asarray(placed.geometry, dtype=object)))
    points = points[map_.shows(points)]
    if not len(points):
        return
    side = numbers.number("density_square_mm") * (map_.view[2] - map_.view[0]) / (map_.frame[2] - map_.frame[0])
    boxes, counts = squares(points, side)
    least = [int(each) for each in numbers.numbers("density_classes")]
    for place, colour in enumerate(_shades(len(least))):
        of_class = np.digitize(counts, least) == place + 1
        if of_class.any():
            map_.polygons(boxes[of_class], facecolor=colour, edgecolor=style.WHITE, linewidth=0.2, zorder=6)


def density_entries(key: Key) -> None:
    """Write into the key what the shades stand for."""
    least = [int(each) for each in load_parameters("report").numbers("density_classes")]
    key.line("Other sites in a square", 6)
    for place, colour in enumerate(_shades(len(least))):
        words = f"{least[place]} or more" if place + 1 == len(least) else f"{least[place]} to {least[place + 1] - 1}"
        key.entry(_sample(colour), words)


def _shades(many: int) -> list[str]:
    """Return shades of the sites' colour, the darkest last."""
    return [style.blend(*style.CORE_BORDERLINE, (place + 1) / many) for place in range(many)]


def _sample(fill: str) -> Sample:
    """Return a sample of a square."""
    return lambda sheet, x, y: sheet.box(x - 1.3, y - 1.3, 2.6, 2.6, facecolor=fill, edgecolor=style.MAP_FRAME,
                                         linewidth=0.3)  # fmt: skip
