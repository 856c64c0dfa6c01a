"""40,000 polygons against a raster of 25 m: the mean of each by exact coverage, beside rasterstats on a sample of them.

    python benchmarks/zonal.py [--runs 3] [--quick] [--sample 1000]

Raster and polygons are made up: 100 km by 100 km of rolling ground in compressed tiles, and sites of 0.1 to 5 ha all
over it. Every run is a process of its own; measured is the time from polygons in memory to the last value, reading of
the raster included. rasterstats takes a cell whose centre lies in the polygon whole and others not at all; its time
for the sample is scaled up to all. Both are compared with cells cut out one by one for a few of the polygons.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from measuring import OWN, PEER, Outcome, child, command, in_turn, parser, print_found, row_of, size, timed, yes
from siteprior.core.schema import SITE_SHAPES, conform
from siteprior.joins.layers import join_layer
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.layers.reader import read_layer

POLYGONS = size(40_000, 2_000)
WEST, NORTH, CELL, CELLS = 400_000, 300_000, 25, size(4_000, 1_000)
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
    spec = parse_layer(SPEC)
    values, taken = timed(lambda: join_layer(sites, read_layer(raster, spec).table, spec, shapes=shapes))
    of_sample = values.to_numpy()[sampled(sample)].tolist()
    print_found({**taken, "known": int(values.notna().sum()), "values": of_sample})


def rasterstats_side(raster: Path, sample: int) -> None:
    """Measure the sample with rasterstats, and scale the seconds up to all polygons."""
    from rasterstats import zonal_stats

    polygons = make_polygons()[sampled(sample)]
    rows, taken = timed(lambda: zonal_stats(list(polygons), str(raster), stats=["mean"]))
    found = [row["mean"] for row in rows]
    values = [float("nan") if value is None else float(value) for value in found]
    scaled = {name: figure * POLYGONS / sample for name, figure in taken.items()}
    print_found({**scaled, "known": int(np.isfinite(values).sum()), "values": values})


SIDES = {"siteprior": siteprior_side, "rasterstats": rasterstats_side}


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


def measured(runs: int, sample: int) -> Outcome:
    """Make the raster, measure both sides in turn, and compare both with the cells cut out."""
    sides = [side for side in SIDES if side == "siteprior" or find_spec(side)]
    with tempfile.TemporaryDirectory() as folder:
        raster = Path(folder) / "ground.tif"
        child(__file__, "--one", "make", "--raster", raster)
        exact = cut_out(raster, sample)
        found = in_turn(
            dict.fromkeys(sides, runs),
            lambda side: child(__file__, "--one", side, "--raster", raster, "--sample", sample),
        )
    rows, values = [], {}
    for side, taken in found.items():
        values[side] = np.array(taken[0]["values"], dtype=float)
        farthest = np.nanmax(np.abs(values[side][:CHECKED] - exact))
        own = side == "siteprior"
        note = f"{taken[0]['known']:,} of {POLYGONS if own else sample:,} with a value, {farthest:.2g} at most from the"
        note += " cells cut out" + ("" if own else f"; {sample:,} polygons scaled up")
        rows.append(row_of(side, OWN if own else PEER, taken, note))
    exact_enough = bool(np.abs(values["siteprior"][:CHECKED] - exact).max() < 1e-3)
    sentences = [f"siteprior's equal the cells cut out, within 0.001: {yes(exact_enough)}."]
    if "rasterstats" in values:
        apart = np.abs(values["siteprior"] - values["rasterstats"])
        sentences.append(f"The two differ by {np.nanmedian(apart):.2f} at the median, {np.nanmax(apart):.2f} at most.")
    else:
        sentences.append("rasterstats is not installed: no peer was measured.")
    what = f"{POLYGONS:,} polygons, {CELLS**2 / 1e6:g} million cells of {CELL} m"
    return Outcome(what, rows, sentences, agree=exact_enough)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--sample", type=int, default=size(1_000, 100))
    options.add_argument("--one", choices=["make", *SIDES], help=argparse.SUPPRESS)
    options.add_argument("--raster", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one == "make":
        make_raster(given.raster)
        return 0
    if given.one:
        SIDES[given.one](given.raster, given.sample)
        return 0
    return command(measured(given.runs, given.sample), given.json)


if __name__ == "__main__":
    sys.exit(main())
