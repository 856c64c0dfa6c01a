"""40,000 polygons against a raster of 25 m: the mean of each by exact coverage, beside rasterstats on a sample of them.

    python benchmarks/zonal.py [--runs 3] [--sample 1000]

Raster and polygons are made up: 100 km by 100 km of rolling ground in compressed tiles, and sites of 0.1 to 5 ha all
over it. Every run is a process of its own; measured is the time from polygons in memory to the last value, reading of
the raster included. rasterstats takes a cell whose centre lies in the polygon whole and others not at all; its time
for the sample is scaled up to all. Both are compared with cells cut out one by one for a few of the polygons.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from register_speed import measure
from siteprior.core.schema import SITE_SHAPES, conform
from siteprior.joins.layers import join_layer
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.layers.reader import read_layer

POLYGONS = 40_000
WEST, NORTH, CELL, CELLS = 400_000, 300_000, 25, 4_000
CHECKED = 50
SPEC = {"name": "ground", "path": "ground.tif", "kind": "raster", "measure": "mean"}


def make_raster(path: Path) -> None:
    """Write rolling ground with some roughness: a band of 16 million cells."""
    import rasterio

    across = np.arange(CELLS, dtype="float32") * CELL
    hills = 100 + 40 * np.sin(across / 3_000)[None, :] + 40 * np.cos(across / 4_000)[:, None]
    rough = np.random.default_rng(1).normal(0, 2, (CELLS, CELLS)).astype("float32")
    facts = {"driver": "GTiff", "width": CELLS, "height": CELLS, "count": 1, "dtype": "float32", "nodata": -9999,
             "crs": "EPSG:27700", "transform": rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH), "tiled": True,
             "compress": "deflate"}  # fmt: skip
    with rasterio.open(path, "w", **facts) as target:
        target.write((hills + rough).astype("float32"), 1)


def make_polygons() -> Any:
    """Make irregular polygons of twelve corners, 0.1 to 5 ha."""
    rng = np.random.default_rng(2)
    edge = CELLS * CELL - 500
    places = rng.uniform((WEST + 500, NORTH - edge), (WEST + edge, NORTH - 500), (POLYGONS, 2))
    radius = np.sqrt(np.exp(rng.uniform(np.log(0.1), np.log(5), POLYGONS)) * 10_000 / np.pi)
    angle = np.arange(12) / 12 * 2 * np.pi
    reach = radius[:, None] * rng.uniform(0.7, 1.3, (POLYGONS, 12))
    corners = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=-1) + places[:, None, :]
    return shapely.polygons(corners)


def sampled(sample: int) -> Any:
    return np.random.default_rng(3).choice(POLYGONS, sample, replace=False)


def siteprior_side(raster: Path, sample: int) -> None:
    """Measure all polygons; say the seconds, how many have a value, and the values of the sample."""
    polygons = make_polygons()
    index = pd.Index([f"E:{i}" for i in range(POLYGONS)], name="site_id")
    sites = gpd.GeoDataFrame({"reference": index}, geometry=shapely.centroid(polygons), crs=27700, index=index)
    drawn = gpd.GeoDataFrame({"shape_basis": "polygon by reference"}, geometry=polygons, crs=27700, index=index)
    shapes = conform(drawn, SITE_SHAPES)
    start = time.perf_counter()
    spec = parse_layer(SPEC)
    values = join_layer(sites, read_layer(raster, spec).table, spec, shapes=shapes)
    taken = time.perf_counter() - start
    result = {
        "seconds": taken,
        "known": int(values.notna().sum()),
        "values": values.to_numpy()[sampled(sample)].tolist(),
    }
    print(json.dumps(result))


def rasterstats_side(raster: Path, sample: int) -> None:
    """Measure the sample with rasterstats, and scale the seconds up to all polygons."""
    from rasterstats import zonal_stats

    polygons = make_polygons()[sampled(sample)]
    start = time.perf_counter()
    found = [row["mean"] for row in zonal_stats(list(polygons), str(raster), stats=["mean"])]
    taken = (time.perf_counter() - start) * POLYGONS / sample
    values = [float("nan") if value is None else float(value) for value in found]
    print(json.dumps({"seconds": taken, "known": int(np.isfinite(values).sum()), "values": values}))


def cut_out(raster: Path, sample: int) -> Any:
    """Return the means of the first few polygons of the sample, every cell cut by the polygon."""
    import rasterio

    means = []
    with rasterio.open(raster) as source:
        for polygon in make_polygons()[sampled(sample)[:CHECKED]]:
            left, bottom, right, top = polygon.bounds
            columns = np.arange(int((left - WEST) // CELL), int((right - WEST) // CELL) + 1)
            rows = np.arange(int((NORTH - top) // CELL), int((NORTH - bottom) // CELL) + 1)
            column, row = (grid.ravel() for grid in np.meshgrid(columns, rows))
            x, y = WEST + CELL * column, NORTH - CELL * row
            parts = shapely.area(shapely.intersection(polygon, shapely.box(x, y - CELL, x + CELL, y)))
            window = ((rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1))
            means.append(np.average(source.read(1, window=window).ravel(), weights=parts))
    return np.array(means)


def main() -> int:
    parser = argparse.ArgumentParser(description="Means of a raster over polygons, beside rasterstats.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--sample", type=int, default=1_000)
    parser.add_argument("--one", choices=["siteprior", "rasterstats"], help=argparse.SUPPRESS)
    parser.add_argument("--raster", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        _ = (siteprior_side if given.one == "siteprior" else rasterstats_side)(given.raster, given.sample)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        raster = Path(folder) / "ground.tif"
        make_raster(raster)
        exact = cut_out(raster, given.sample)
        print(f"{POLYGONS} polygons; {os.cpu_count()} cores; Python {platform.python_version()}\n")
        print("| Side | Median | Range | Peak memory | With a value | Farthest from the cells cut out |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        seconds, values = {}, {}
        names = {"siteprior": "siteprior", "rasterstats": f"rasterstats, {given.sample} polygons scaled up"}
        for side, size in (("siteprior", POLYGONS), ("rasterstats", given.sample)):
            command = [sys.executable, __file__, "--one", side, "--raster", str(raster), "--sample", str(given.sample)]
            runs = [measure(command) for _ in range(given.runs)]
            result = [json.loads(output) for _, _, output in runs]
            taken = [run["seconds"] for run in result]
            seconds[side], values[side] = statistics.median(taken), np.array(result[0]["values"])
            apart = np.nanmax(np.abs(values[side][:CHECKED] - exact))
            memory = max(peak for _, peak, _ in runs)
            print(f"| {names[side]} | {seconds[side]:.1f} s | {min(taken):.1f} to {max(taken):.1f} s | "
                  f"{memory:.0f} MB | {result[0]['known']} of {size} | {apart:.2g} |")  # fmt: skip
    apart = np.abs(values["siteprior"] - values["rasterstats"])
    faster = seconds["rasterstats"] / seconds["siteprior"]
    print(f"\n{faster:.0f} times as fast as rasterstats, whose time is scaled up. "
          f"The two differ by {np.nanmedian(apart):.2f} at the median and {np.nanmax(apart):.2f} at most.")  # fmt: skip
    exact_enough = bool(np.abs(values["siteprior"][:CHECKED] - exact).max() < 1e-3)
    print(f"Equal to the cells cut out, within 0.001: {'yes' if exact_enough else 'no'}")
    return 0 if exact_enough else 1


if __name__ == "__main__":
    sys.exit(main())
