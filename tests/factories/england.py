"""The project of all England: tests/real/england.toml, with the railway's lines named by the stations at their ends.

    python tests/factories/england.py DIR

writes both into a folder, to be run with ``siteprior run DIR/england.toml``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).parents[1]))

from factories.real import HERE, REAL

PROJECT = HERE / "real" / "england.toml"
LINES = "real/transit/uk2gtfs_rail_heavy.geojson.gz"
STATIONS = "real/transit/naptan_910_stops_2026-07-21.csv.gz"
AREAS = "real/england/england_lsoa21_bgc.parquet"


def named_lines(lines: gpd.GeoDataFrame, stations: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the lines that touch the areas, each named by the stations nearest to its two ends, in alphabet.

    Lines with the same two stations bear one name, and are one corridor.
    """
    within = np.unique(shapely.STRtree(areas.geometry.to_numpy()).query(lines.geometry.to_numpy(), "intersects")[0])
    shapes = lines.geometry.to_numpy()[within]
    tree = shapely.STRtree(stations.geometry.to_numpy())
    ends = [stations["stop_name"].to_numpy()[tree.nearest(shapely.get_point(shapes, place))] for place in (0, -1)]
    names = [" to ".join(sorted({str(first), str(last)})) for first, last in zip(*ends, strict=True)]
    return gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=lines.crs)


def write_england(real: Path, folder: Path) -> Path:
    """Write the lines and the project into a folder, and return the project's file."""
    from siteprior.core.io.vector_files import read_vector
    from siteprior.sources.transit.naptan import read_stops

    stations = read_stops(real / STATIONS).table
    stations = stations[(stations["mode"] == "rail") & (stations["state"] == "open")]
    drawn = named_lines(read_vector(real / LINES), stations, read_vector(real / AREAS))
    folder.mkdir(parents=True, exist_ok=True)
    drawn.to_parquet(folder / "england_rail.parquet")
    return Path(shutil.copy(PROJECT, folder / PROJECT.name))


if __name__ == "__main__":
    sys.stdout.write(f"{write_england(REAL, Path(sys.argv[1]))}\n")
