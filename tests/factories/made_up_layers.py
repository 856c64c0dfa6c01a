"""Layers that are made up, laid over real sites: landfill, flood zones and parcels drawn with a seed.

Written in the forms their publishers give them, named as made up; none of it says anything of the land.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from factories.parcels import council_zip, gml
from factories.published import geojson

WASTES = ("inert", "industrial", "commercial", "household", "special", "liqsludge", "wasteunk")


class MadeUp(NamedTuple):
    """What was drawn, for it to be measured again by other means: shapes, and of parcels the site each lies on."""

    landfill: np.ndarray
    zone_3: np.ndarray
    parcels: pd.Series
    toml: str


def lay_over(folder: Path, sites: pd.DataFrame, shapes: gpd.GeoSeries, seed: int) -> MadeUp:
    """Draw the layers over sites and write them; the keys of ``[evidence]`` that name them are the last part.

    A quarter of the sites meets a landfill, a fifth a flood zone; seven in eight have registered parcels, one to six.

    Parameters
    ----------
    folder
        Where to write.
    sites
        The sites with ``organisation``.
    shapes
        The outline of each, a polygon on EPSG:27700.
    seed
        What they are drawn with.
    """
    draw = np.random.default_rng(seed)
    boxes = shapes.bounds.to_numpy()
    landfill = np.array([_over(draw, box) for box in boxes[draw.random(len(boxes)) < 0.25]])
    zone_3 = np.array([_over(draw, box) for box in boxes[draw.random(len(boxes)) < 0.2]])
    _write_landfill(folder, landfill)
    _write_floods(folder, zone_3)
    owned = {site: _strips(draw, box) for site, box in zip(sites.index, boxes, strict=True) if draw.random() < 7 / 8}
    parcels = pd.Series({(site, at): strip for site, strips in owned.items() for at, strip in enumerate(strips)})
    parcels.index = parcels.index.set_names(["site_id", "parcel"])
    numbered = pd.Series(np.arange(20_000_001, 20_000_001 + len(parcels)).astype(str), parcels.index)
    zips = []
    for council, on in sites.groupby("organisation").groups.items():
        of_it = parcels.index.get_level_values("site_id").isin(on)
        text = gml(*zip(numbered[of_it], parcels[of_it], strict=True))
        path = council_zip(folder / f"made_up_{council}.zip", text)
        zips.append(f"{{path = '{path}'}}")
    toml = (
        f"historic_landfill = {{path = '{folder}/Made_Up_Landfill.shp', coverage = 'England'}}\n"
        f"flood_zones = {{path = '{folder}/made_up_flood.geojson', coverage = 'England', zones = [2, 3]}}\n"
        f"parcels = [{', '.join(zips)}]\n"
    )
    return MadeUp(landfill, zone_3, parcels, toml)


def _over(draw: np.random.Generator, box: np.ndarray) -> shapely.Polygon:
    """Draw a box that covers part of another one, or all of it."""
    west, south, east, north = box
    at = draw.uniform((west, south), (east, north))
    half = draw.uniform(0.3, 1.2, 2) * (east - west, north - south)
    return shapely.box(*np.round([*(at - half), *(at + half)], 2))


def _strips(draw: np.random.Generator, box: np.ndarray) -> list[shapely.Polygon]:
    """Cut a box about a site into one to six strips from west to east, which may leave the east of it unregistered."""
    west, south, east, north = box
    end = west + (east - west) * draw.choice([1.0, 1.0, 1.0, 0.4])
    edges = np.round(np.linspace(west, end, int(draw.integers(1, 7)) + 1), 2)
    return [shapely.box(one, south, other, north) for one, other in pairwise(edges)]


def _write_landfill(folder: Path, shapes: np.ndarray) -> None:
    """Write landfill as the Environment Agency's shapefile."""
    columns = {waste[:10]: ["Yes" if at % 7 == place else "" for at in range(len(shapes))]
               for place, waste in enumerate(WASTES)}  # fmt: skip
    names = [f"Made up {at}" for at in range(len(shapes))]
    gpd.GeoDataFrame({"SITE_NAME": names, **columns}, geometry=shapes, crs=27700).to_file(
        folder / "Made_Up_Landfill.shp"
    )


def _write_floods(folder: Path, shapes: np.ndarray) -> None:
    """Write flood zones as GeoJSON: zone 3, and zone 2 about each."""
    both = np.concatenate([shapes, shapely.buffer(shapes, 40, join_style="mitre")])
    zones = ["FZ3"] * len(shapes) + ["FZ2"] * len(shapes)
    geojson(folder / "made_up_flood.geojson", gpd.GeoDataFrame({"flood_zone": zones}, geometry=both, crs=27700))
