"""400,000 registered parcels on 2,000 sites: from the zipped GML to counts and shares, beside geopandas' overlay.

    python benchmarks/parcels.py [--runs 3] [--quick] [--parcels 400000] [--sites 2000]

The city is made up, with a seed: streets every 70 and 110 m, plots of 5 m and more between them with 13 corners, long
parcels for the streets, one plot in ten unregistered and one in ten drawn over its neighbours; as one zip in the form
HM Land Registry publishes. Sites are irregular polygons of 0.1 to 5 ha. Every run is a process of its own, with the
sites in memory; measured is the time from the path of the zip to the last column. geopandas reads the same file with
the schema switched off, and measures the same by ``overlay`` and ``dissolve``. All must find the same counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from measuring import OWN, PEER, Outcome, child, command, in_turn, median_of, parser, print_found, row_of, size, yes
from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.sources.evidence.parcels import ParcelFile, join_parcels, read_parcels
from siteprior.sources.parcels.published_form import GML_NAME

WEST, SOUTH = 400_000, 280_000
ACROSS, UP = 110, 70
COUNCIL = "E08000025"
UNDER_S = {"first": 20, "kept": 10}
UNDER_MB = 1_500
SIDES = {
    "first": "siteprior: first read",
    "kept": "siteprior: from what was kept",
    "geopandas": "geopandas: read_file, overlay, dissolve",
}

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<wfs:FeatureCollection xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:LR="www.landregistry.gov.uk" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="www.landregistry.gov.uk http://localhost:1/geoserver/inspire/wfs?service=WFS&amp;'
    'request=DescribeFeatureType&amp;typeName=LR%3APREDEFINED" timeStamp="2026-11-01T03:47:41.090Z" '
    'numberMatched="{0}" numberReturned="{0}">\n'
)
FEATURE = (
    '<wfs:member><LR:PREDEFINED gml:id="PREDEFINED.{0}"><LR:GEOMETRY><gml:Polygon '
    'srsName="urn:ogc:def:crs:EPSG::27700" srsDimension="2" gml:id="PREDEFINED.{0}.GEOMETRY"><gml:exterior>'
    "<gml:LinearRing><gml:posList>{1}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></LR:GEOMETRY>"
    "<LR:INSPIREID>{0}</LR:INSPIREID><LR:LABEL>{0}</LR:LABEL><LR:NATIONALCADASTRALREFERENCE>{0}"
    "</LR:NATIONALCADASTRALREFERENCE><LR:VALIDFROM>2003-05-31T00:00:00Z</LR:VALIDFROM><LR:BEGINLIFESPANVERSION>"
    "2009-11-30T10:24:04.000Z</LR:BEGINLIFESPANVERSION></LR:PREDEFINED></wfs:member>\n"
)


def plots(blocks: int, rng: np.random.Generator) -> Any:
    """Draw the plots of a block of houses after the other, as rings of 13 corners; neighbours share their edges.

    One plot in ten is drawn by itself, so that it overlaps its neighbours or leaves gaps; one in ten is left out.
    """
    third = np.arange(4) / 3
    rings = []
    for block in range(blocks**2):
        corner = (WEST + block // blocks * ACROSS, SOUTH + block % blocks * UP)
        cuts = np.r_[0, np.sort(rng.choice(np.arange(6, 95, 5), 9, replace=False)), 100].astype(float)
        at = np.concatenate([cuts[:-1, None] + np.diff(cuts)[:, None] * third[:3], [[100.0, 100, 100]]]).ravel()[:31]
        level = [np.stack([at, np.full(31, height)], axis=-1) + rng.normal(0, 0.3, (31, 2)) for height in (0, 30, 60)]
        for low, high in pairwise(level):
            sides = low[::3, None] + (high[::3] - low[::3])[:, None] * third[:, None]
            sides[:, 1:3] += rng.normal(0, 0.3, (11, 2, 2))
            rings += [
                np.concatenate([low[3 * n : 3 * n + 3], sides[n + 1, :3], high[3 * n + 3 : 3 * n : -1], sides[n, :0:-1],
                                low[3 * n : 3 * n + 1]]) + corner
                for n in range(10)
            ]  # fmt: skip
    drawn = np.stack(rings)
    off = rng.random(len(drawn)) < 0.1
    drawn[off] += rng.normal(0, 0.3, (int(off.sum()), 1, 2))
    return drawn.round(3)[rng.random(len(drawn)) > 0.1]


def streets(blocks: int) -> Any:
    """Draw the streets between the blocks, one long parcel each."""
    whole = np.arange(blocks)
    along = shapely.box(WEST, SOUTH + whole * UP + 60.5, WEST + blocks * ACROSS, SOUTH + whole * UP + 69.5)
    across = shapely.box(WEST + whole * ACROSS + 100.5, SOUTH, WEST + whole * ACROSS + 109.5, SOUTH + blocks * UP)
    return [shapely.get_coordinates(street) for street in (*along, *across)]


def make_city(path: Path, parcels: int) -> int:
    """Write the zip of a made-up council; return its width in blocks."""
    rng = np.random.default_rng(1)
    blocks = round((parcels / 18) ** 0.5)
    rings = [*plots(blocks, rng), *streets(blocks)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("INSPIRE Download Licence.pdf", b"%PDF-1.4")
        with archive.open(GML_NAME, "w", force_zip64=True) as opened:
            opened.write(HEAD.format(len(rings)).encode())
            for number, ring in enumerate(rings, 20_000_000):
                text = " ".join(f"{x:.3f} {y:.3f}" for x, y in ring.tolist())
                opened.write(FEATURE.format(number, text).encode())
            opened.write(b"</wfs:FeatureCollection>")
    return blocks


def make_sites(blocks: int, number: int) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Make sites of twelve corners, their shapes, and the areas of the council."""
    rng = np.random.default_rng(2)
    east, north = WEST + blocks * ACROSS, SOUTH + blocks * UP
    places = rng.uniform((WEST + 200, SOUTH + 200), (east - 200, north - 200), (number, 2))
    radius = np.sqrt(np.exp(rng.uniform(np.log(0.1), np.log(5), number)) * 10_000 / np.pi)
    angle = np.arange(12) / 12 * 2 * np.pi
    reach = radius[:, None] * rng.uniform(0.7, 1.3, (number, 12))
    corners = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=-1) + places[:, None, :]
    index = pd.Index([f"{COUNCIL}:{at}" for at in range(number)], name="site_id")
    shapes = {"shape_basis": ["polygon by reference"] * number}
    drawn = gpd.GeoDataFrame(shapes, geometry=shapely.polygons(corners), crs=27700, index=index)
    facts = {"reference": index, "district_code": COUNCIL, "organisation": COUNCIL}
    sites = gpd.GeoDataFrame(facts, geometry=drawn.centroid, crs=27700, index=index)
    x, y = (grid.ravel() for grid in np.meshgrid(np.linspace(WEST, east, 21)[:-1], np.linspace(SOUTH, north, 21)[:-1]))
    cells = shapely.box(x, y, x + (east - WEST) / 20, y + (north - SOUTH) / 20)
    areas = gpd.GeoDataFrame({"district_code": [COUNCIL] * len(cells)}, geometry=cells, crs=27700)
    return schema.conform(sites, schema.SITES), schema.conform(drawn, schema.SITE_SHAPES), areas


def siteprior_side(path: Path, blocks: int, number: int) -> pd.DataFrame:
    """Count with siteprior."""
    sites, shapes, areas = make_sites(blocks, number)
    start, worked = time.perf_counter(), time.process_time()
    table = read_parcels([path], [path.name], [ParcelFile(path=path.name)], areas).table
    done = join_parcels(sites, table, shapes)
    return done.assign(seconds=time.perf_counter() - start, processor=time.process_time() - worked, parcels=len(table))


def geopandas_side(path: Path, blocks: int, number: int) -> pd.DataFrame:
    """Count with geopandas: every pair of site and parcel cut by overlay, the share by dissolve."""
    _, shapes, _ = make_sites(blocks, number)
    limits = load_parameters("parcels")
    start, worked = time.perf_counter(), time.process_time()
    parcels = gpd.read_file(f"/vsizip/{{{path}}}/{GML_NAME}", DOWNLOAD_SCHEMA="NO", WRITE_GFS="NO")
    area, length = parcels.area, parcels.length
    parcels["own_area"] = area
    parcels["road"] = (4 * np.pi * area / length**2 <= limits.number("road_compactness")) & (
        2 * area / length <= limits.number("road_width_m")
    )
    own = gpd.GeoDataFrame({"site_id": shapes.index, "site_area": shapes.area.to_numpy()}, crs=27700,
                           geometry=shapes.geometry.to_numpy())  # fmt: skip
    cut = gpd.overlay(own, parcels[["INSPIREID", "own_area", "road", "geometry"]], how="intersection")
    of_site, part = cut.area / cut["site_area"], cut.area
    within = (part / cut["own_area"] >= limits.number("share_of_parcel")) & (part >= limits.number("least_m2"))
    counts = (of_site >= limits.number("share_of_site")) | within
    counts &= ~cut["road"] | (of_site >= limits.number("road_is_the_site"))
    count = cut["site_id"][counts].value_counts().reindex(shapes.index).fillna(0)
    share = cut.dissolve("site_id").area.reindex(shapes.index).fillna(0) / shapes.area
    done = pd.DataFrame({"inspire_parcels": count, "registered_share": share})
    return done.assign(
        seconds=time.perf_counter() - start, processor=time.process_time() - worked, parcels=len(parcels)
    )


def measured(folder: Path, parcels: int, sites: int, runs: int) -> Outcome:
    """Make the city, and measure all sides in turn; the data lies in a folder nobody may write to."""
    data = folder / "data"
    data.mkdir()
    path = data / "Madeup_City_Council.zip"
    blocks = int(child(__file__, "--one", "make", "--zip", path, "--parcels", parcels)["blocks"])
    there = sorted(data.iterdir())
    data.chmod(0o555)
    os.environ["SITEPRIOR_CACHE"] = str(folder / "cache")

    def one(side: str) -> dict[str, Any]:
        if side == "first":
            for kept in (folder / "cache").glob("*"):
                kept.unlink()
        return child(__file__, "--one", side, "--zip", path, "--blocks", blocks, "--sites", sites)

    found = in_turn(dict.fromkeys(SIDES, runs), one)
    data.chmod(0o755)
    rows, good = [], True
    for side, taken in found.items():
        peer = side == "geopandas"
        rows.append(row_of(SIDES[side], PEER if peer else OWN, taken, f"{taken[0]['parcels']:,} parcels"))
        within = median_of(taken) <= UNDER_S.get(side, np.inf) and max(each["peak_mb"] for each in taken) <= UNDER_MB
        good = good and (peer or within)
    plain = found["geopandas"][0]
    alike = all(found[side][0]["counts"] == plain["counts"] for side in UNDER_S)
    apart = max(np.abs(np.array(found[side][0]["shares"]) - plain["shares"]).max() for side in UNDER_S)
    untouched = sorted(data.iterdir()) == there
    sentences = [
        f"Under {UNDER_S['first']} s, from what was kept {UNDER_S['kept']} s, and {UNDER_MB:,} MB: {yes(good)}.",
        f"The same counts on all sides: {yes(alike)}; shares differ by {apart:.1g} at most. "
        f"Nothing written beside the data: {yes(untouched)}.",
    ]
    what = f"{sites:,} sites, {parcels:,} parcels, {path.stat().st_size / 1e6:.0f} MB zipped"
    return Outcome(what, rows, sentences, good, agree=alike and untouched)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--parcels", type=int, default=size(400_000, 20_000))
    options.add_argument("--sites", type=int, default=size(2_000, 200))
    options.add_argument("--one", choices=["make", *SIDES], help=argparse.SUPPRESS)
    options.add_argument("--zip", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--blocks", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one == "make":
        print_found({"blocks": make_city(given.zip, given.parcels)})
        return 0
    if given.one:
        side = geopandas_side if given.one == "geopandas" else siteprior_side
        done = side(given.zip, given.blocks, given.sites)
        print_found({"seconds": done["seconds"].iloc[0], "parcels": int(done["parcels"].iloc[0]),
                     "processor": done["processor"].iloc[0],
                     "counts": done["inspire_parcels"].astype(int).tolist(),
                     "shares": done["registered_share"].tolist()})  # fmt: skip
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return command(measured(Path(folder), given.parcels, given.sites, given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
