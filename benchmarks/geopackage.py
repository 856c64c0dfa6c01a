"""Publishing 40,000 sites as a GeoPackage, beside geopandas alone writing the same tables.

    python benchmarks/geopackage.py [--run outputs/first] [--runs 3] [--quick]

The sites of a run are repeated, under ids of their own, until there are 40,000; all else is of the run.
siteprior's side is all it does: columns parted between layer and table, titles and lists of values, metadata, styles,
checks, and the QGIS project. geopandas writes the same layers and the table with pyogrio's fast path, and nothing else.
Each measurement is a process of its own, the sides in turn; start of Python and making the sites are not counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

import siteprior as sp
from measuring import (
    OWN,
    PEER,
    Outcome,
    child,
    command,
    in_turn,
    parser,
    print_found,
    process,
    row_of,
    size,
    timed,
    yes,
)
from siteprior.report.geopackage.qgis_project import write_project
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, split_sites
from siteprior.report.geopackage.write import write_geopackage

SITES, FIRST, LIMIT_S = size(40_000, 2_000), 25, 5.0


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
WORDS = {
    "siteprior": "siteprior: all it writes, with the QGIS project",
    "geopandas": "geopandas: layers and table alone",
}


def one(side: str, folder: Path) -> None:
    """Measure one side once and print what was found."""
    run = sp.open_run(folder)
    sites = repeated(run["sites"])
    with tempfile.TemporaryDirectory() as out:
        _, taken = timed(lambda: SIDES[side](Path(out), sites, run))
        mb = sum(path.stat().st_size for path in Path(out).iterdir()) / 1e6
    print_found({**taken, "mb": mb, "rows": len(sites), "columns": sites.shape[1]})


def measured(folder: Path, runs: int) -> Outcome:
    """Measure both sides in turn."""
    found = in_turn(dict.fromkeys(SIDES, runs), lambda side: child(__file__, "--run", folder, "--one", side))
    rows = [
        row_of(WORDS[side], OWN if side == "siteprior" else PEER, taken, f"{taken[0]['mb']:.0f} MB of file")
        for side, taken in found.items()
    ]
    first, good = found["siteprior"][0], all(each["seconds"] < LIMIT_S for each in found["siteprior"])
    sentence = f"Under {LIMIT_S:g} s in every run: {yes(good)}."
    return Outcome(f"{first['rows']:,} sites × {first['columns']} columns", rows, [sentence], good)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--run", type=Path, help="folder of a run; without it the sample's is made for the time")
    options.add_argument("--one", choices=SIDES, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one(given.one, given.run)
        return 0
    with tempfile.TemporaryDirectory() as made:
        folder = given.run or Path(made) / "demo"
        if not given.run:
            process([sys.executable, "-m", "siteprior", "demo", "--quiet", "--out", str(folder)])
        return command(measured(folder, given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
