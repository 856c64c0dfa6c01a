"""20,000 landfill and 200,000 flood polygons against 2,000 sites, from the published files and from the cache.

    python benchmarks/evidence_layers.py [--runs 3] [--keep FOLDER]

The layers are made up, drawn with a seed: polygons of 24 corners over 60 km by 60 km, one in a hundred of the flood
polygons long and of 2,000 corners, as rivers are; landfill as a shapefile in the Environment Agency's columns, flood
zones as one GeoPackage with a column for the zone. The areas are a grid of 1,600 squares in the middle. Every run is a
process of its own. Timed are the first read with what it keeps, and, apart, a second run that reads from the cache and
measures every column at the sites, hash of the files included. Beside them geopandas: ``read_file`` with the same box,
and ``overlay``. Both must find the same shares.
"""

from __future__ import annotations

import argparse
import datetime as dt
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
from siteprior.joins.layers import join_layers
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.registry import EVIDENCE, call_with, discover

LANDFILL, FLOOD, SITES = 20_000, 200_000, 2_000
WEST, SOUTH, SIDE = 370_000, 260_000, 60_000
INNER, CELLS = 15_000, 40
LANDFILL_FILE, FLOOD_FILE = "Historic_Landfill_Sites.shp", "flood_zones.gpkg"


def blobs(count: int, smallest: float, largest: float, corners: int, seed: int, *, long: bool = False) -> Any:
    """Draw irregular polygons of so many corners, their radii between two, all over the square."""
    rng = np.random.default_rng(seed)
    places = rng.uniform((WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE), (count, 2))
    radius = np.exp(rng.uniform(np.log(smallest), np.log(largest), count))[:, None]
    angle = np.arange(corners) / corners * 2 * np.pi
    wave = 1 + 0.2 * np.sin(angle * rng.integers(3, 9, count)[:, None] + rng.uniform(0, 6, count)[:, None])
    stretch = 6.0 if long else 1.0
    x, y = np.cos(angle) * radius * wave * stretch, np.sin(angle) * radius * wave / stretch
    turn = rng.uniform(0, np.pi, count)[:, None]
    turned = np.stack([x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)], axis=-1)
    return shapely.polygons(turned + places[:, None, :])


def make(folder: Path) -> None:
    """Write both layers."""
    rng = np.random.default_rng(1)
    facts = {name: rng.choice(["Yes", ""], LANDFILL) for name in ("Inert", "Industrial", "Commercial", "HouseHold")}
    names = [f"EAHLD{number:05}" for number in range(LANDFILL)]
    gpd.GeoDataFrame(
        {"HLD_REF": names, **facts}, geometry=blobs(LANDFILL, 20, 200, 24, 2), crs=27700
    ).to_file(folder / LANDFILL_FILE)  # fmt: skip
    many = FLOOD // 100
    shapes = np.concatenate([blobs(FLOOD - many, 20, 150, 24, 3), blobs(many, 50, 400, 2_000, 4, long=True)])
    gpd.GeoDataFrame({"flood_zone": rng.choice(["FZ2", "FZ3"], FLOOD)}, geometry=shapes, crs=27700).to_file(
        folder / FLOOD_FILE
    )
    print("made")


def areas() -> gpd.GeoDataFrame:
    """Return a grid of squares in the middle."""
    size = 2 * INNER / CELLS
    start = np.array([WEST, SOUTH]) + SIDE / 2 - INNER
    x, y = (grid.ravel() for grid in np.meshgrid(np.arange(CELLS), np.arange(CELLS)))
    west, south = start[0] + x * size, start[1] + y * size
    index = pd.Index([f"E0100{number:04}" for number in range(len(x))], name="lsoa_code")
    facts = {"lsoa_name": index, "district_code": "E08000025", "lsoa_year": 2021}
    return gpd.GeoDataFrame(facts, index=index, geometry=shapely.box(west, south, west + size, south + size), crs=27700)


def sites() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return sites of 0.1 to 5 ha in the middle, and their shapes."""
    rng = np.random.default_rng(5)
    middle = np.array([WEST, SOUTH]) + SIDE / 2
    places = middle + rng.uniform(-INNER + 300, INNER - 300, (SITES, 2))
    radius = np.sqrt(np.exp(rng.uniform(np.log(0.1), np.log(5), SITES)) * 10_000 / np.pi)
    angle = np.arange(12) / 12 * 2 * np.pi
    reach = radius[:, None] * rng.uniform(0.7, 1.3, (SITES, 12))
    drawn = shapely.polygons(np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=-1) + places[:, None, :])
    index = pd.Index([f"E08000025:{number}" for number in range(SITES)], name="site_id")
    table = gpd.GeoDataFrame({"reference": index}, geometry=shapely.centroid(drawn), crs=27700, index=index)
    shapes = gpd.GeoDataFrame({"shape_basis": "polygon by location"}, geometry=drawn, crs=27700, index=index)
    return table, conform(shapes, SITE_SHAPES)


def no_file(path: str) -> tuple[Path, str]:
    raise FileNotFoundError(path)


def siteprior_side(folder: Path) -> None:
    """Read both layers and measure them; state the seconds, and the sums of the shares."""
    discover()
    ground, (table, shapes) = areas(), sites()
    entry = {"coverage": [WEST, SOUTH, WEST + SIDE, SOUTH + SIDE]}
    asked = {"areas": ground, "study_area": ground.union_all(), "as_of": dt.date(2026, 1, 31), "find": no_file,
             "cache": folder / "cache"}  # fmt: skip
    start, worked = time.perf_counter(), time.process_time()
    found = {}
    for name, file in (("historic_landfill", LANDFILL_FILE), ("flood_zones", FLOOD_FILE)):
        evidence = EVIDENCE[name]
        keys = {"historic_landfill": PublishedLayer}.get(name, _flood_keys())
        stated = (keys.model_validate({"path": file, **entry}),)
        given = {**asked, "paths": [folder / file], "files": [file], "stated": stated}
        layers = call_with(evidence.read, given).table
        found[name] = join_layers(table, [layers[spec.name] for spec in evidence.specs], evidence.specs, shapes=shapes)
    taken, worked = time.perf_counter() - start, time.process_time() - worked
    shares = {
        "landfill": found["historic_landfill"]["historic_landfill"],
        "zone 3": found["flood_zones"]["flood_zone_3"],
    }
    print(
        json.dumps(
            {
                "seconds": taken,
                "cpu": worked,
                "shares": {name: share.round(9).tolist() for name, share in shares.items()},
            }
        )
    )


def _flood_keys() -> type[PublishedLayer]:
    from siteprior.sources.evidence.flood_zones import FloodZones

    return FloodZones


def geopandas_side(folder: Path) -> None:
    """Read the same box with geopandas and overlay the sites with both layers."""
    _, shapes = sites()
    start, worked = time.perf_counter(), time.process_time()
    box = tuple(areas().total_bounds)
    shares = {}
    drawn = gpd.GeoDataFrame({"site": range(SITES)}, geometry=shapes.geometry.to_numpy(), crs=27700)
    for name, file in (("landfill", LANDFILL_FILE), ("zone 3", FLOOD_FILE)):
        layer = gpd.read_file(folder / file, bbox=box)
        if name == "zone 3":
            layer = layer[layer["flood_zone"] == "FZ3"]
        met = gpd.overlay(drawn, layer[["geometry"]], how="intersection").dissolve("site").area
        shares[name] = (met.reindex(range(SITES)).fillna(0) / drawn.area).round(9).tolist()
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - worked, "shares": shares}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--side", choices=("make", "siteprior", "geopandas"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        {"make": make, "siteprior": siteprior_side, "geopandas": geopandas_side}[options.side](options.keep)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FLOOD_FILE).exists():
            measure([sys.executable, __file__, "--side", "make", "--keep", str(folder)])
        return _compare(folder, options.runs)


def _compare(folder: Path, runs: int) -> int:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; {LANDFILL:,} landfill and {FLOOD:,} flood "
          f"polygons, {SITES:,} sites")  # fmt: skip
    for kept in (folder / "cache").glob("*"):
        kept.unlink()
    sides = {"siteprior, first read": 1, "siteprior, from the cache": runs, "geopandas: read_file, overlay": 1}
    results: dict[str, list[dict[str, Any]]] = {}
    for side, times in sides.items():
        which = side.split(",")[0].split(":")[0]
        for _ in range(times):
            _, peak, line = measure([sys.executable, __file__, "--side", which, "--keep", str(folder)])
            results.setdefault(side, []).append({**json.loads(line), "peak_mb": peak})
        seconds = statistics.median(each["seconds"] for each in results[side])
        worked = statistics.median(each["cpu"] for each in results[side])
        peak = max(each["peak_mb"] for each in results[side])
        print(f"{side:32} {seconds:7.2f} s ({worked:.2f} s of one core) {peak:6.0f} MB", flush=True)
    ours, theirs = results["siteprior, from the cache"][0]["shares"], results[list(sides)[2]][0]["shares"]
    apart = {name: float(np.abs(np.array(ours[name]) - np.array(theirs[name])).max()) for name in ours}
    met = {name: int((np.array(ours[name]) > 0).sum()) for name in ours}
    print("largest difference of a share:", apart, "; sites met:", met)
    return 0 if max(apart.values()) < 1e-6 else 1


if __name__ == "__main__":
    raise SystemExit(main())
