"""Every kind of file siteprior reads, small and whole, with the reader a run gives it to."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.files import shipped
from siteprior.core.io.messy_tables import decode
from siteprior.core.io.national_tables import ROW_COLUMNS
from siteprior.core.issues import Reading, issue_table
from siteprior.pipeline.registered import load_project
from siteprior.project.layer_checks import parse_layer
from siteprior.registers.coordinates.postcodes import read_postcodes
from siteprior.registers.coordinates.site_shapes import read_shapes
from siteprior.registers.own_sites import read_own_sites
from siteprior.registers.plain_header import plain_columns
from siteprior.registers.reader import read_registers
from siteprior.sources.areas.boundaries import read_boundaries
from siteprior.sources.areas.deprivation import read_deprivation
from siteprior.sources.areas.lsoa import districts, read_areas
from siteprior.sources.layers.reader import read_layer
from siteprior.sources.optional.dwellings import Dwellings, read_dwellings
from siteprior.sources.sales.reader import read_sales
from siteprior.sources.streets.reader import read_streets
from siteprior.sources.timetables.reader import read_timetables
from siteprior.sources.transit.corridors import read_corridor_lines, read_corridor_stops
from siteprior.sources.transit.naptan import read_stops
from siteprior.sources.transit.statements import read_openings
from siteprior.walking.network import WalkNetwork
from siteprior.walking.slope import with_slope

DATA = shipped("data")
ROWS = 40
AS_OF = date(2026, 1, 31)


class Read(NamedTuple):
    """What a reader made of a file: how many rows (``None`` where they are not the file's), and its issues."""

    rows: int | None
    issues: pd.DataFrame


class Case(NamedTuple):
    """A file of one kind, and what reads it."""

    name: str
    data: bytes
    read: Callable[[Path], Read]


def of(reading: Reading[pd.DataFrame] | Reading[gpd.GeoDataFrame]) -> Read:
    """Return the size of a table that was read, and the issues."""
    return Read(len(reading.table), reading.issues)


def top(path: str, rows: int = ROWS) -> bytes:
    """Return the first lines of a file of the sample."""
    data = (DATA / path).read_bytes()
    data = gzip.decompress(data) if path.endswith(".gz") else data
    return b"".join(data.splitlines(keepends=True)[: rows + 1])


def features(path: str, rows: int = ROWS) -> bytes:
    """Return the first features of a GeoJSON file of the sample."""
    data = (DATA / path).read_bytes()
    document = json.loads(gzip.decompress(data) if path.endswith(".gz") else data)
    return json.dumps({**document, "features": document["features"][:rows]}).encode()


@cache
def folder() -> Path:
    """Return a folder that stands as long as this process: what is read beside the damaged file."""
    contents = tempfile.TemporaryDirectory(prefix="siteprior-fuzz-")
    _KEPT.append(contents)
    return Path(contents.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def written(name: str, data: bytes) -> Path:
    """Write a whole file that is read beside the damaged one."""
    path = folder() / name
    path.write_bytes(data)
    return path


@cache
def areas() -> gpd.GeoDataFrame:
    """Return the areas of the sample."""
    return read_areas(
        DATA / "boundaries/lsoa21.geojson", code="LSOA21CD", name="LSOA21NM", district="LADCD_ACTIVE", year=2021
    ).table


@cache
def boundaries() -> gpd.GeoDataFrame:
    """Return the councils of the sample."""
    return districts(areas())


@cache
def postcodes() -> pd.DataFrame:
    """Return the postcodes of the sample."""
    return read_postcodes(DATA / "market/codepoint.csv").table


@cache
def streets() -> WalkNetwork:
    """Return a few streets of the sample."""
    return read_streets(written("streets_beside.geojson", features("transit/streets.geojson.gz", 60))).table


def made(driver: str, name: str, table: gpd.GeoDataFrame) -> bytes:
    """Return the bytes of a table written by GDAL; those of a shapefile are zipped."""
    into = Path(tempfile.mkdtemp(dir=folder()))
    if name.endswith(".shp"):
        table = table[["REF", "geometry"]]  # longer names do not fit into a shapefile
    table.to_file(into / name, driver=driver)
    if name.endswith(".shp"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path in sorted(into.iterdir()):
                archive.write(path, path.name)
        return packed.getvalue()
    return (into / name).read_bytes()


def made_table(path: str, rows: int = ROWS) -> gpd.GeoDataFrame:
    """Return the first features of a GeoJSON file of the sample as a table in metres."""
    return gpd.read_file(io.BytesIO(features(path, rows))).to_crs(27700)


def workbook(data: bytes) -> bytes:
    """Return a CSV as a workbook."""
    written = io.BytesIO()
    table = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    with pd.ExcelWriter(written, engine="openpyxl") as book:
        table.to_excel(book, index=False, sheet_name="Register")
    return written.getvalue()


def timetable() -> bytes:
    """Return a small feed of two lines and four stops."""
    tables = {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Buses,http://example.org,Europe/London\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
        + "".join(f"43{n:04d},Stop {n},{52.48 + n / 100},-1.9\n" for n in range(4)),
        "routes.txt": "route_id,agency_id,route_short_name,route_long_name,route_type\nR1,A,1,,3\nR2,A,2,,0\n",
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "S,1,1,1,1,1,0,0,20260901,20261231\n",
        "calendar_dates.txt": "service_id,date,exception_type\nS,20261225,2\n",
        "trips.txt": "route_id,service_id,trip_id,trip_headsign,direction_id\n"
        + "".join(f"R{1 + n % 2},S,T{n},Town,{n % 2}\n" for n in range(12)),
        "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        + "".join(
            f"T{n},{8 + n // 6:02d}:{5 * stop + n:02d}:00,{8 + n // 6:02d}:{5 * stop + n:02d}:00,43{stop:04d},{stop}\n"
            for n in range(12)
            for stop in range(4)
        ),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    return packed.getvalue()


def graphml() -> bytes:
    """Return a few streets as osmnx writes them."""
    import networkx as nx

    graph = nx.MultiDiGraph(crs="epsg:27700")
    for n in range(6):
        graph.add_node(n, x=400_000.0 + 100 * n, y=290_000.0, osmid=n)
    for n in range(5):
        graph.add_edge(n, n + 1, osmid=10 + n, highway="residential", length=100.0, name="A Street")
    return "\n".join(nx.generate_graphml(graph)).encode()


def osm() -> bytes:
    """Return a few streets as OpenStreetMap's XML."""
    nodes = "".join(f'<node id="{n}" version="1" lat="{52.48 + n / 1000}" lon="-1.9"/>\n' for n in range(1, 8))
    ways = "".join(
        f'<way id="{n}" version="1"><nd ref="{n}"/><nd ref="{n + 1}"/><tag k="highway" v="footway"/></way>\n'
        for n in range(1, 7)
    )
    return f'<?xml version="1.0"?>\n<osm version="0.6">\n{nodes}{ways}</osm>\n'.encode()


def pbf() -> bytes:
    """Return the same streets as ``.osm.pbf``."""
    import osmium

    source, target = written("whole.osm", osm()), folder() / "whole.osm.pbf"
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for each in osmium.FileProcessor(str(source)):
            writer.add(each)
    return target.read_bytes()


def raster(driver: str, name: str) -> bytes:
    """Return heights about the streets."""
    import rasterio

    path = folder() / f"whole_{name}"
    west, south, east, north = areas().total_bounds
    heights = np.arange(900, dtype="float32").reshape(30, 30) / 10
    transform = rasterio.Affine((east - west) / 30, 0, west, 0, (south - north) / 30, north)
    if driver == "AAIGrid":
        rows = "\n".join(" ".join(f"{value:.1f}" for value in row) for row in heights)
        size = max(east - west, north - south) / 30
        head = f"ncols 30\nnrows 30\nxllcorner {west}\nyllcorner {south}\ncellsize {size}\nNODATA_value -9999\n"
        return f"{head}{rows}\n".encode()
    with rasterio.open(
        path, "w", driver=driver, height=30, width=30, count=1, dtype="float32", crs="EPSG:27700", transform=transform
    ) as opened:
        opened.write(heights, 1)
    return path.read_bytes()


REFERENCE = {"reference": "Asset ID", "easting": "Easting", "northing": "Northing", "hectares": "Area (ha)"}
DRAWN = {"reference": "REF", "site_name": "NAME", "ownership_status": "OWNER_TYPE"}
VECTOR = {"name": "layer", "path": "layer.geojson", "kind": "vector", "measure": "share"}
RASTER = {"name": "layer", "path": "layer.tif", "kind": "raster", "measure": "mean"}
TABLE = {
    "name": "layer", "path": "layer.csv", "kind": "table", "measure": "value", "by": "lsoa_code", "code": "LSOA Code",
    "column": "Proportion of households fuel poor (%)", "year": 2021, "unit": "%",
}  # fmt: skip


def _register(path: Path) -> Read:
    return of(read_registers(path, boundaries=boundaries(), as_of=AS_OF, files="register", postcodes=postcodes()))


def _own(columns: dict[str, str]) -> Callable[[Path], Read]:
    return lambda path: of(
        read_own_sites(
            path, columns=columns, register="own", organisation="E47000007", files="own", boundaries=boundaries()
        )
    )


def _plain(path: Path) -> Read:
    reading = plain_columns(path, file="own")
    return Read(None, reading.issues)


def _layer(spec: dict[str, object]) -> Callable[[Path], Read]:
    def read(path: Path) -> Read:
        table = read_layer(path, parse_layer(spec), file="layer")
        contents = getattr(table.table, "by_code", getattr(table.table, "table", None))
        return Read(0 if contents is None else len(contents), table.issues)

    return read


def _dwellings(path: Path) -> Read:
    entry = Dwellings(path="d.csv", code="LSOA Code", column="Number of households", year=2021)
    reading = read_dwellings([path], ["dwellings"], entry, areas())
    return Read(None, reading.issues)


def _sales(path: Path) -> Read:
    return of(read_sales(path, files="sales", postcodes=postcodes(), price_date=date(2025, 12, 31)))


def _floor_areas(path: Path) -> Read:
    sales = written("sales_beside.csv", top("market/price_paid.csv.gz"))
    reading = read_sales(
        sales, files="sales", postcodes=postcodes(), floor_areas=path, floor_area_files="floors",
        price_date=date(2025, 12, 31),
    )  # fmt: skip
    return Read(None, reading.issues)  # the rows are the sales; what they met is a join of its own


def _streets(path: Path) -> Read:
    reading = read_streets(path, file="streets")
    return Read(len(reading.table.edge_from), reading.issues)


def _elevation(path: Path) -> Read:
    return Read(len(with_slope(streets(), path, file="elevation").edge_from), issue_table([]))


def _timetable(path: Path) -> Read:
    reading = read_timetables(path, files="timetable", service_date=date(2026, 10, 2))
    return Read(len(reading.table.departures), reading.issues)


def _project(path: Path) -> Read:
    project = load_project(path, data_root=DATA)
    return Read(len(project.sources.registers), issue_table([]))


def _deprivation(path: Path) -> Read:
    return of(read_deprivation(path, edition=2025, files="deprivation"))


def _areas(path: Path) -> Read:
    return of(read_areas(path, code="LSOA21CD", name="LSOA21NM", district="LADCD_ACTIVE", year=2021, files="areas"))


def _lines(path: Path) -> Read:
    return of(read_corridor_lines(path, name_column="name", kind="metro", files="lines"))


def lines() -> bytes:
    """Return two lines as GeoJSON."""
    table = gpd.GeoDataFrame(
        {"name": ["Line A", "Line B"]},
        geometry=[shapely.LineString([(-1.95, 52.47), (-1.9, 52.48), (-1.88, 52.49)]),
                  shapely.LineString([(-1.95, 52.5), (-1.9, 52.51)])],
        crs=4326,
    )  # fmt: skip
    return str(table.to_json()).encode()


@cache
def cases() -> dict[str, Case]:
    """Return every kind of file with its reader, by a short name."""
    from fuzz_evidence import evidence_cases  # here: its files lie about what is made above

    register = top("sites/walsall.csv")
    shapes = made_table("sites/employment_land.geojson")
    listed = [
        ("register csv", "r.csv", register, _register),
        ("register xlsx", "r.xlsx", workbook(register), _register),
        ("own csv", "o.csv", top("sites/public_estate.csv"), _own(REFERENCE)),
        ("own xlsx", "o.xlsx", workbook(top("sites/public_estate.csv")), _own(REFERENCE)),
        ("own geojson", "o.geojson", features("sites/employment_land.geojson"), _own(DRAWN)),
        ("own gpkg", "o.gpkg", made("GPKG", "o.gpkg", shapes), _own(DRAWN)),
        ("plain header", "p.csv", top("sites/public_estate.csv"), _plain),
        ("shapes geojson", "s.geojson", features("sites/employment_land.geojson"), lambda path: of(read_shapes(
            path, reference="REF", organisation="E47000007", files="shapes"))),
        ("shapes shp", "s.zip", made("ESRI Shapefile", "s.shp", shapes), lambda path: of(read_shapes(
            path, reference="REF", organisation="E47000007", files="shapes"))),
        ("stops csv", "n.csv", top("transit/naptan.csv", 60), lambda path: of(read_stops(path, files="stops"))),
        ("corridor stops", "c.csv", top("transit/corridors.csv"), lambda path: of(read_corridor_stops(
            path, files="corridors"))),
        ("corridor lines", "l.json", lines(), _lines),
        ("openings", "s.csv", top("transit/corridors.csv"), lambda path: of(read_openings(path, files="openings"))),
        ("timetable", "t.zip", timetable(), _timetable),
        ("areas geojson", "a.geojson", features("boundaries/lsoa21.geojson", 12), _areas),
        ("areas gpkg", "a.gpkg", made("GPKG", "a.gpkg", made_table("boundaries/lsoa21.geojson", 12)), _areas),
        ("boundaries", "b.geojson", features("boundaries/lsoa21.geojson", 12), lambda path: of(read_boundaries(
            path, code="LSOA21CD", files="boundaries"))),
        ("deprivation csv", "d.csv", top("deprivation/iod2025.csv"), _deprivation),
        ("deprivation xlsx", "d.xlsx", workbook(top("deprivation/iod2025.csv")), _deprivation),
        ("postcodes", "p.csv", top("market/codepoint.csv"), lambda path: of(read_postcodes(path, files="postcodes"))),
        ("sales", "s.csv", top("market/price_paid.csv.gz"), _sales),
        ("sales packed", "s.csv.gz", gzip.compress(top("market/price_paid.csv.gz")), _sales),
        ("floor areas", "f.csv", top("market/floor_areas.csv.gz"), _floor_areas),
        ("dwellings", "d.csv", top("deprivation/fuel_poverty.csv"), _dwellings),
        ("layer table", "l.csv", top("deprivation/fuel_poverty.csv"), _layer(TABLE)),
        ("layer xlsx", "l.xlsx", workbook(top("deprivation/fuel_poverty.csv")), _layer(TABLE)),
        ("layer geojson", "l.geojson", features("sites/historic_industrial_land.geojson", 12), _layer(VECTOR)),
        ("layer raster", "l.tif", raster("GTiff", "l.tif"), _layer(RASTER)),
        ("layer grid", "l.asc", raster("AAIGrid", "l.asc"), _layer({**RASTER, "crs": "EPSG:27700"})),
        ("elevation", "e.tif", raster("GTiff", "e.tif"), _elevation),
        ("streets geojson", "w.geojson", features("transit/streets.geojson.gz", 60), _streets),
        ("streets gpkg", "w.gpkg", made("GPKG", "w.gpkg", made_table("transit/streets.geojson.gz", 60)), _streets),
        ("streets graphml", "w.graphml", graphml(), _streets),
        ("streets osm", "w.osm", osm(), _streets),
        ("streets pbf", "w.osm.pbf", pbf(), _streets),
        ("project", "p.toml", (DATA / "demo.toml").read_bytes(), _project),
        *evidence_cases(),
    ]  # fmt: skip
    return {kind: Case(name, data, read) for kind, name, data, read in listed}


def records(name: str, data: bytes) -> int | None:
    """Return how many records a file has, counted by its features or its lines, ``None`` where that cannot be seen.

    Rows that stand in one cell, since a quotation mark is left open, are counted as the rows they are; what
    stands above the first record as wide as most (titles, a header that a line end broke) counts as one.
    """
    data = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    if name.endswith((".geojson", ".json")):
        try:
            return len(json.loads(data)["features"])
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None
    if not name.endswith((".csv", ".csv.gz")):
        return None
    text = decode(data)[1].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    rows = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    widths = [len(row) for row in rows]
    above = widths.index(Counter(widths).most_common(1)[0][0]) if rows else 0
    columns = max(widths[: above + 1], default=0)
    cells = [cell for row in rows for cell in row]
    swallowed = sum(cell.count("\n") for cell in cells if cell.count(",") >= cell.count("\n") * (columns - 1))
    return len(rows) - max(above - 1, 0) + (swallowed if columns >= ROW_COLUMNS else 0)
