"""20,000 landfill and 200,000 flood polygons against 2,000 sites, from the published files and from the cache.

    python benchmarks/evidence_layers.py [--runs 3] [--quick] [--keep FOLDER]

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
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from measuring import OWN, PEER, Outcome, child, command, in_turn, parser, print_found, row_of, size, yes
from siteprior.core.schema import SITE_SHAPES, conform
from siteprior.joins.layers import join_layers
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.registry import EVIDENCE, call_with, discover

LANDFILL, FLOOD, SITES = size(20_000, 2_000), size(200_000, 10_000), size(2_000, 300)
LIMIT_S = 5
FIRST, KEPT = "siteprior: first read", "siteprior: from the cache"
PLAIN = "geopandas: read_file with a box, overlay"
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
    rounded = {name: share.round(9).tolist() for name, share in shares.items()}
    print_found({"seconds": taken, "processor": worked, "shares": rounded})


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
    taken = {"seconds": time.perf_counter() - start, "processor": time.process_time() - worked}
    print_found({**taken, "shares": shares})


def measured(folder: Path, runs: int) -> Outcome:
    """Measure the first read, the read from the cache and geopandas, and compare the shares."""
    for kept in (folder / "cache").glob("*"):
        kept.unlink()
    sides = {FIRST: 1, KEPT: runs, PLAIN: runs}
    found = in_turn(sides, lambda side: child(__file__, "--side", side.split(":")[0], "--keep", folder))
    ours, theirs = found[KEPT][0]["shares"], found[PLAIN][0]["shares"]
    apart = max(float(np.abs(np.array(ours[name]) - np.array(theirs[name])).max()) for name in ours)
    met = " and ".join(f"{int((np.array(ours[name]) > 0).sum()):,} sites on {name}" for name in ours)
    rows = [row_of(KEPT, OWN, found[KEPT], met), row_of(FIRST, OWN, found[FIRST]), row_of(PLAIN, PEER, found[PLAIN])]
    good = all(each["seconds"] < LIMIT_S for each in found[KEPT])
    sentences = [
        f"From the cache under {LIMIT_S} s in every run: {yes(good)}. Largest difference of a share: {apart:.1g}."
    ]
    what = f"{LANDFILL:,} landfill and {FLOOD:,} flood polygons, {SITES:,} sites"
    return Outcome(what, rows, sentences, good, agree=apart < 1e-6)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--keep", type=Path)
    options.add_argument("--side", choices=("make", "siteprior", "geopandas"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.side:
        {"make": make, "siteprior": siteprior_side, "geopandas": geopandas_side}[given.side](given.keep)
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FLOOD_FILE).exists():
            child(__file__, "--side", "make", "--keep", folder)
        return command(measured(folder, given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
