"""Publishing 40,000 sites as a GeoPackage, beside geopandas alone writing the same tables.

    python benchmarks/geopackage.py --run outputs/first [--runs 3]

The sites of a run are repeated, under ids of their own, until there are 40,000; all else is of the run.
siteprior's side is all it does: columns parted between layer and table, titles and lists of values, metadata, styles,
checks, and the QGIS project. geopandas writes the same layers and the table with pyogrio's fast path, and nothing else.
Each measurement is a process of its own, the sides in turn; start of Python and making the sites are not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

import siteprior as sp
from siteprior.report.geopackage.qgis_project import write_project
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, split_sites
from siteprior.report.geopackage.write import write_geopackage

SITES, FIRST, LIMIT_S = 40_000, 25, 5.0


def repeated(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the sites again and again until there are 40,000, each under an id of its own."""
    times = -(-SITES // len(sites))
    table = pd.concat([sites] * times).iloc[:SITES]
    table.index = pd.Index([f"{site}~{place}" for place, site in enumerate(table.index)], name="site_id")
    return gpd.GeoDataFrame(table.copy(), crs=sites.crs)


def siteprior_side(folder: Path, sites: gpd.GeoDataFrame, run: sp.Run) -> None:
    on_map, rest = split_sites(sites)
    layers = {"shortlist": on_map.iloc[:FIRST], "sites": on_map}
    layers |= {name: run[name] for name in ("corridors", "stops", "areas")}
    as_of = date.fromisoformat(run.record["as_of"])
    write_geopackage(
        folder / "shortlist.gpkg", layers, {"criteria": run["criteria"], SITE_ATTRIBUTES: rest}, as_of=as_of,
        metadata=run.record,
    )  # fmt: skip
    write_project(folder, title="40,000 sites")


def plain_side(folder: Path, sites: gpd.GeoDataFrame, run: sp.Run) -> None:
    on_map, rest = split_sites(sites)
    layers = {"shortlist": on_map.iloc[:FIRST], "sites": on_map}
    layers |= {name: run[name] for name in ("corridors", "stops", "areas")}
    for name, layer in layers.items():
        layer.to_file(folder / "plain.gpkg", layer=name, driver="GPKG", engine="pyogrio", use_arrow=True)
    pyogrio.write_dataframe(rest.reset_index(), folder / "plain.gpkg", layer="site_attributes", use_arrow=True)


SIDES = {"siteprior": siteprior_side, "geopandas": plain_side}


def one(side: str, folder: Path) -> None:
    """Measure one side once and print what was found as JSON."""
    run = sp.open_run(folder)
    sites = repeated(run["sites"])
    with tempfile.TemporaryDirectory() as out:
        start, worked = time.perf_counter(), time.process_time()
        SIDES[side](Path(out), sites, run)
        found = {
            "seconds": time.perf_counter() - start,
            "worked": time.process_time() - worked,
            "mb": sum(path.stat().st_size for path in Path(out).iterdir()) / 1e6,
        }
    found |= {"rows": len(sites), "columns": sites.shape[1]}
    print(json.dumps(found | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main() -> int:
    parser = argparse.ArgumentParser(description="Publishing 40,000 sites as a GeoPackage, beside geopandas alone.")
    parser.add_argument("--run", type=Path, required=True, help="folder of a run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one(given.one, given.run)
        return 0
    runs: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for _ in range(given.runs):
        for side, taken in runs.items():
            command = [sys.executable, __file__, "--run", str(given.run), "--one", side]
            taken.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    print(f"{given.runs} runs each, in turn; {os.cpu_count()} cores; Python {platform.python_version()}\n")
    print("| Side | Median | Range | Processor | Peak memory | File |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for side, taken in runs.items():
        seconds = [each["seconds"] for each in taken]
        print(
            f"| {side} | {statistics.median(seconds):.1f} s | {min(seconds):.1f} to {max(seconds):.1f} s | "
            f"{statistics.median(each['worked'] for each in taken):.1f} s | "
            f"{max(each['peak_mb'] for each in taken):.0f} MB | {taken[0]['mb']:.0f} MB |"
        )
    first = runs["siteprior"][0]
    slowest = max(each["seconds"] for each in runs["siteprior"])
    print(f"\n{first['rows']:,} sites × {first['columns']} columns. Under {LIMIT_S:g} s in every run: "
          f"{'yes' if slowest < LIMIT_S else 'no'}")  # fmt: skip
    return 0 if slowest < LIMIT_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
