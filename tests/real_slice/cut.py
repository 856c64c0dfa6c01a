"""Cut the slice from the whole: ``python tests/real_slice/cut.py WHOLE`` writes ``real`` and ``facts`` beside it.

What is cut, and from where, stands in ``README.md``. The same whole gives the same tables; compressed bytes may differ
from machine to machine.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import openpyxl
import osmium
import pandas as pd
import pyproj
import shapely

HERE = Path(__file__).parent
MESSY, WMCA = "real/brownfield/registers_messy", "real/brownfield/registers_wmca"
AS_PUBLISHED = (
    "facts/corridors.csv",
    "real/brownfield/spec/header_variants_digital-land_2020.csv",
    "real/osm/its-example.osm.pbf",
    "real/osm/newport_small-osm.pbf",
)
NEWPORT_M = (326_200, 186_200, 332_800, 189_800)
"""West, south, east and north of the streets kept, metres, EPSG:27700."""
STREET_TAGS = ("highway", "foot", "access", "area", "service", "footway", "sidewalk", "railway", "bicycle", "oneway",
               "layer", "bridge", "tunnel", "motorroad", "crossing", "conveying", "public_transport")  # fmt: skip
GRID_DEGREES = 2.0**-14
"""Council areas are drawn to this: 7 m, where they were generalised to some 500 m."""


def main(whole: Path) -> None:
    """Write every file of the slice."""
    for name in AS_PUBLISHED:
        write(name, (whole / name).read_bytes())
    for folder in (MESSY, WMCA):
        for path in sorted((whole / folder).iterdir()):
            if path.suffix == ".gz" and path.name not in LEFT_OUT:
                pack(f"{folder}/{path.name}", gzip.decompress(path.read_bytes()))
            elif path.suffix == ".xlsx":
                write(f"{folder}/{path.name}", workbook(path))
    councils(whole)
    newport_timetable(whole)
    newport_stops(whole)
    newport_streets(whole)
    corrections(whole)


LEFT_OUT = {"london_datastore_collated_86dee119.csv.gz"}


def write(name: str, content: bytes) -> None:
    """Write one file of the slice."""
    (HERE / name).parent.mkdir(parents=True, exist_ok=True)
    (HERE / name).write_bytes(content)


def pack(name: str, content: bytes) -> None:
    """Write one file of the slice, compressed, without a time in it."""
    write(name, gzip.compress(content, 9, mtime=0))


def workbook(path: Path) -> bytes:
    """Return the cells of a workbook's sheets as they are, without its drawings, styles and record of revisions."""
    source, target = openpyxl.load_workbook(path), openpyxl.Workbook()
    target.remove(target.active)
    for sheet in source.worksheets:
        made = target.create_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    made.cell(cell.row, cell.column, cell.value).number_format = cell.number_format
    written = io.BytesIO()
    target.save(written)
    packed = io.BytesIO()
    with zipfile.ZipFile(written) as held, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        for name in held.namelist():
            out.writestr(zipfile.ZipInfo(name), held.read(name), zipfile.ZIP_DEFLATED, 9)
    return packed.getvalue()


def councils(whole: Path) -> None:
    """England's districts of 2024, on a grid of 7 m; and the seven of the West Midlands, dissolved from their LSOAs."""
    with tempfile.TemporaryDirectory() as folder:
        raw, cut = Path(folder) / "whole.gpkg", Path(folder) / "cut.gpkg"
        raw.write_bytes(gzip.decompress((whole / "real/boundaries/uk_ltla24.gpkg.gz").read_bytes()))
        table = gpd.read_file(raw, layer="ltla24")
        table = table[table["ltla24_code"].str.startswith("E")].reset_index(drop=True)
        table.geometry = shapely.set_precision(table.geometry.values, GRID_DEGREES)
        table.to_file(cut, layer="ltla24", driver="GPKG", SPATIAL_INDEX="NO")
        pack("real/boundaries/uk_ltla24.gpkg.gz", cut.read_bytes())
    path = whole / "real/boundaries/wmca_lsoa21_bgc.geojson.gz"
    areas = gpd.read_file(gzip.decompress(path.read_bytes()))
    rows = {code: shapely.coverage_union_all(part.values) for code, part in areas.geometry.groupby(areas.LADCD_ACTIVE)}
    drawn = gpd.GeoDataFrame({"LADCD_ACTIVE": list(rows)}, geometry=list(rows.values()), crs=areas.crs)
    drawn.geometry = shapely.coverage_simplify(drawn.geometry.values, 2e-4)
    text = drawn.to_json(drop_id=True, to_wgs84=False)
    pack("real/boundaries/wmca_lsoa21_bgc.geojson.gz", shortened(text).encode())


def shortened(text: str) -> str:
    """Return GeoJSON with coordinates of five decimals: a metre."""
    return re.sub(r"-?\d+\.\d{6,}", lambda number: f"{float(number[0]):.5f}", text).replace(", ", ",")


def newport_timetable(whole: Path) -> None:
    """Newport's feed whole but for its shapes."""
    path = "real/transit/gtfs/newport-20230613_gtfs.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(whole / path) as feed, zipfile.ZipFile(packed, "w") as out:
        for name in feed.namelist():
            content = feed.read(name)
            if name == "shapes.txt":
                content = content.partition(b"\n")[0] + b"\n"
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)
    write(path, packed.getvalue())


def newport_stops(whole: Path) -> None:
    """Of NaPTAN round Newport, the stops its timetable calls at."""
    with zipfile.ZipFile(whole / "real/transit/gtfs/newport-20230613_gtfs.zip") as feed:
        calls = set(pd.read_csv(feed.open("stop_times.txt"), dtype=str)["stop_id"])
    for area in (531, 532, 533, 554):
        name = f"real/transit/naptan_{area}_stops_2026-07-21.csv.gz"
        header, *rows = gzip.decompress((whole / name).read_bytes()).decode("utf-8-sig").splitlines()
        pack(
            name, "\n".join([header, *(row for row in rows if row.partition(",")[0].strip('"') in calls), ""]).encode()
        )


def newport_streets(whole: Path) -> None:
    """Of Newport's OpenStreetMap, the ways for traffic and walking in a box round its centre, with the tags of ways."""
    name = "real/osm/newport-2023-06-13.osm.pbf"
    to_degrees = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*NEWPORT_M)
    inside = {
        node.id
        for node in osmium.FileProcessor(str(whole / name), osmium.osm.NODE)
        if west <= node.location.lon <= east and south <= node.location.lat <= north
    }
    ways, nodes = [], set()
    for way in osmium.FileProcessor(str(whole / name), osmium.osm.WAY):
        refs = [ref.ref for ref in way.nodes]
        if "highway" in way.tags and inside.intersection(refs):
            tags = {tag.k: tag.v for tag in way.tags if tag.k in STREET_TAGS}
            ways.append(osmium.osm.mutable.Way(id=way.id, nodes=refs, tags=tags))
            nodes.update(refs)
    target = HERE / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(target)) as out:
        for node in osmium.FileProcessor(str(whole / name), osmium.osm.NODE):
            if node.id in nodes:
                out.add_node(osmium.osm.mutable.Node(id=node.id, location=(node.location.lon, node.location.lat)))
        for way in ways:
            out.add_way(way)


def corrections(whole: Path) -> None:
    """Of the public pipeline's corrections of values, those of ownership."""
    name = "real/brownfield/spec/value_patches_digital-land_2020.csv"
    patches = pd.read_csv(whole / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    write(name, patches[patches["field"] == "OwnershipStatus"].to_csv(index=False).encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
