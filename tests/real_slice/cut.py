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
import numpy as np
import openpyxl
import osmium
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyproj
import rasterio
import rasterio.windows
import shapely

HERE = Path(__file__).parent
MESSY, WMCA = "real/brownfield/registers_messy", "real/brownfield/registers_wmca"
AS_PUBLISHED = (
    "facts/corridors.csv",
    "real/brownfield/spec/header_variants_digital-land_2020.csv",
)
NEWPORT_M = (330_000, 186_900, 332_300, 188_800)
"""West, south, east and north of the streets kept, metres, EPSG:27700."""
STREET_TAGS = ("highway", "foot", "access", "area", "service", "footway", "sidewalk", "railway", "bicycle", "oneway",
               "layer", "bridge", "tunnel", "motorroad", "crossing", "conveying", "public_transport")  # fmt: skip
GRID_DEGREES = 2.0**-11
"""Council areas are drawn to this: some 50 m, where they were generalised to some 500 m."""


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
    streets(whole, "real/osm/newport-2023-06-13.osm.pbf", NEWPORT_M)
    streets(whole, "real/osm/newport_small-osm.pbf")
    streets(whole, "real/osm/its-example.osm.pbf")
    small_areas(whole)
    deprivation(whole)
    area_tables(whole)
    west_midlands_stops(whole)
    kept = sales(whole)
    postcodes(whole, kept)
    heights(whole)
    more_registers(whole)
    access_index_of_london(whole)


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
    """England's districts of 2024, on a grid of some 50 m."""
    with tempfile.TemporaryDirectory() as folder:
        raw, cut = Path(folder) / "whole.gpkg", Path(folder) / "cut.gpkg"
        raw.write_bytes(gzip.decompress((whole / "real/boundaries/uk_ltla24.gpkg.gz").read_bytes()))
        table = gpd.read_file(raw, layer="ltla24")
        table = table[table["ltla24_code"].str.startswith("E")].reset_index(drop=True)
        table.geometry = shapely.set_precision(shapely.coverage_simplify(table.geometry.values, 4e-3), GRID_DEGREES)
        table.to_file(cut, layer="ltla24", driver="GPKG", SPATIAL_INDEX="NO")
        pack("real/boundaries/uk_ltla24.gpkg.gz", cut.read_bytes())


def shortened(text: str) -> str:
    """Return GeoJSON with coordinates of four decimals: some 10 m."""
    text = re.sub(r"-?\d+\.\d{5,}", lambda number: f"{float(number[0]):.4f}", text)
    return text.replace(", ", ",").replace(": ", ":")


def newport_timetable(whole: Path) -> None:
    """Newport's feed without shapes, without stops nothing calls at; its trips are numbered."""
    path = "real/transit/gtfs/newport-20230613_gtfs.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(whole / path) as feed, zipfile.ZipFile(packed, "w") as out:
        calls = pd.read_csv(feed.open("stop_times.txt"), dtype=str, keep_default_na=False)
        stops = pd.read_csv(feed.open("stops.txt"), dtype=str, keep_default_na=False)
        stops = stops[stops["stop_id"].isin(calls["stop_id"]) | stops["stop_id"].isin(stops["parent_station"])]
        stops = stops.assign(stop_code="", wheelchair_boarding="", platform_code="")
        same = calls["arrival_time"] == calls["departure_time"]
        calls["arrival_time"] = calls["arrival_time"].mask(same, "")
        trips = pd.read_csv(feed.open("trips.txt"), dtype=str, keep_default_na=False)
        numbers = {trip: str(number) for number, trip in enumerate(trips["trip_id"])}
        trips = trips.assign(trip_id=trips["trip_id"].map(numbers), vehicle_journey_code="")
        calls = calls.assign(trip_id=calls["trip_id"].map(numbers), shape_dist_traveled="", stop_direction_name="",
                             timepoint="")  # fmt: skip
        calls = calls.assign(first=calls.groupby("trip_id")["stop_id"].transform("first")).sort_values(
            ["first", "trip_id"], kind="stable").drop(columns="first")  # fmt: skip
        written = {"stop_times.txt": calls, "stops.txt": stops, "trips.txt": trips}
        for name in feed.namelist():
            content = feed.read(name)
            if name == "shapes.txt":
                content = content.partition(b"\n")[0] + b"\n"
            if name in written:
                content = written[name].to_csv(index=False).encode()
            out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)
    write(path, packed.getvalue())


def newport_stops(whole: Path) -> None:
    """Of NaPTAN round Newport, the stops its timetable calls at."""
    with zipfile.ZipFile(whole / "real/transit/gtfs/newport-20230613_gtfs.zip") as feed:
        calls = set(pd.read_csv(feed.open("stop_times.txt"), dtype=str)["stop_id"])
    for area in (531, 532, 533, 554):
        name = f"real/transit/naptan_{area}_stops_2026-07-21.csv.gz"
        stops = table_of(whole, name)
        pack_table(name, unread(stops[stops["ATCOCode"].isin(calls)], apart=set()))


def streets(whole: Path, name: str, box: tuple[int, int, int, int] = (0, 0, 700_000, 1_300_000)) -> None:
    """Of an OpenStreetMap extract, the ways for traffic and walking that reach into a box, with the tags of ways.

    Nodes and ways are numbered anew.
    """
    to_degrees = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*box)
    inside = {
        node.id
        for node in osmium.FileProcessor(str(whole / name), osmium.osm.NODE)
        if west <= node.location.lon <= east and south <= node.location.lat <= north
    }
    ways, number = [], {}
    for way in osmium.FileProcessor(str(whole / name), osmium.osm.WAY):
        refs = [ref.ref for ref in way.nodes]
        if "highway" in way.tags and inside.intersection(refs):
            tags = {tag.k: tag.v for tag in way.tags if tag.k in STREET_TAGS}
            refs = [number.setdefault(ref, len(number) + 1) for ref in refs]
            ways.append(osmium.osm.mutable.Way(id=len(ways) + 1, nodes=refs, tags=tags))
    places = {
        number[node.id]: (node.location.lon, node.location.lat)
        for node in osmium.FileProcessor(str(whole / name), osmium.osm.NODE)
        if node.id in number
    }
    target = HERE / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with osmium.SimpleWriter(osmium.io.File(str(target), "pbf,add_metadata=none")) as out:
        for node in sorted(places):
            out.add_node(osmium.osm.mutable.Node(id=node, location=places[node]))
        for way in ways:
            out.add_way(way)


def table_of(whole: Path, name: str) -> pd.DataFrame:
    """Return a CSV file of the whole as text."""
    return pd.read_csv(whole / name, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def pack_table(name: str, table: pd.DataFrame, *, header: bool = True) -> None:
    """Write a table as a compressed CSV file."""
    pack(name, table.to_csv(index=False, header=header, lineterminator="\n").encode())


def polygons(whole: Path, name: str) -> gpd.GeoDataFrame:
    """Return polygons of the whole."""
    return gpd.read_file(gzip.decompress((whole / f"real/boundaries/{name}.geojson.gz").read_bytes()))


def pack_polygons(name: str, table: gpd.GeoDataFrame) -> None:
    """Write polygons as compressed GeoJSON."""
    pack(f"real/boundaries/{name}.geojson.gz", shortened(table.to_json(drop_id=True, to_wgs84=False)).encode())


def small_areas(whole: Path) -> None:
    """All LSOAs of 2021, those of Solihull of 2011, all MSOAs of 2011 and some of 2021; coarse inside the districts."""
    areas = polygons(whole, "wmca_lsoa21_bgc")[["LSOA21CD", "LSOA21NM", "LADCD_ACTIVE", "geometry"]]
    areas.geometry = shapely.coverage_simplify(areas.geometry.values, 2e-4)
    for rows in areas.groupby("LADCD_ACTIVE").groups.values():
        inside = shapely.coverage_simplify(areas.geometry[rows].values, 4e-3, simplify_boundary=False)
        areas.loc[rows, "geometry"] = inside
    pack_polygons("wmca_lsoa21_bgc", areas.sort_values(["LADCD_ACTIVE", "LSOA21NM"]))

    areas = polygons(whole, "wmca_lsoa11_bgc")[["LSOA11CD", "LSOA11NM", "LADCD_ACTIVE", "geometry"]]
    areas = areas[areas["LADCD_ACTIVE"] == SOLIHULL]
    areas.geometry = shapely.coverage_simplify(areas.geometry.values, 2e-3)
    pack_polygons("wmca_lsoa11_bgc", areas)

    older = polygons(whole, "wmca_msoa11_bgc")[["MSOA11CD", "MSOA11NM", "LADCD_ACTIVE", "geometry"]]
    older.geometry = shapely.coverage_simplify(older.geometry.values, 1e-2)
    pack_polygons("wmca_msoa11_bgc", older)
    newer = polygons(whole, "wmca_msoa21_bgc")[["MSOA21CD", "MSOA21NM", "LADCD_ACTIVE", "geometry"]]
    kept = (newer["MSOA21CD"] == BROKEN_MSOA) | ~newer["MSOA21CD"].isin(older["MSOA11CD"])
    text = newer[kept | (newer.index % 100 == 0)].to_json(drop_id=True, to_wgs84=False)
    text = re.sub(r"-?\d+\.\d{7,}", lambda number: f"{float(number[0]):.6f}", text)
    pack("real/boundaries/wmca_msoa21_bgc.geojson.gz", text.encode())


SOLIHULL, BROKEN_MSOA, ELSEWHERE = "E08000029", "E02001871", "E01000001"


def deprivation(whole: Path) -> None:
    """The Indices of 2025 of the LSOAs of the West Midlands, those of 2019 of Solihull's; and of one in London."""
    folder = "real/deprivation"
    codes = {*polygons(whole, "wmca_lsoa21_bgc")["LSOA21CD"], ELSEWHERE}
    table = pd.read_parquet(whole / folder / "imd2025_england_lsoa21.parquet")
    pack_indices(f"{folder}/imd2025_england_lsoa21.parquet", table[table["lsoa21_code"].isin(codes)])
    areas = polygons(whole, "wmca_lsoa11_bgc")
    codes = {*areas.loc[areas["LADCD_ACTIVE"] == SOLIHULL, "LSOA11CD"], ELSEWHERE}
    table = pd.read_parquet(whole / folder / "imd2019_england_lsoa11.parquet")
    pack_indices(f"{folder}/imd2019_england_lsoa11.parquet", table[table["lsoa11_code"].isin(codes)])
    for name in (
        "File_1_-_IMD2019_Index_of_Multiple_Deprivation", "File_2_-_IoD2019_Domains_of_Deprivation",
        "File_9_-_IoD2019_Transformed_Scores", "imd2019_score_decile_lsoa11_bornInBradford",
    ):  # fmt: skip
        text = table_of(whole, f"{folder}/{name}.csv.gz")
        code = "LSOA11CD" if "LSOA11CD" in text else "LSOA code (2011)"
        pack_table(f"{folder}/{name}.csv.gz", text[text[code].isin(codes)])


def pack_indices(name: str, table: pd.DataFrame) -> None:
    """Write ranks and deciles as whole numbers, and the score of the index where there is one; no other scores."""
    code, *columns = (c for c in table if not c.endswith("_score") or c == "IMD_score")
    table = table[[code, *columns]].astype({c: "float32" if c == "IMD_score" else "int32" for c in columns})
    encoding = dict.fromkeys(columns, "BYTE_STREAM_SPLIT") | {code: "DELTA_BYTE_ARRAY"}
    packed = io.BytesIO()
    pa.parquet.write_table(
        pa.Table.from_pandas(table, preserve_index=False), packed, compression="zstd", compression_level=19,
        use_dictionary=False, column_encoding=encoding, write_statistics=False, store_schema=False,
    )  # fmt: skip
    write(name, packed.getvalue())


def area_tables(whole: Path) -> None:
    """Fuel poverty, incomes and the wards of LSOAs, the columns siteprior reads."""
    for name, columns in {
        "real/market/fuel_poverty_lsoa_wmca_2022.csv.gz": ["LSOA Code", "Proportion of households fuel poor (%)"],
        "real/market/fuel_poverty_lsoa_wmca_2018.csv.gz": ["LSOA Code", "Proportion of households fuel poor (%)"],
        "real/market/ons_income_msoa11_wmca_fye2020.csv.gz": ["measure", "MSOA code", "Value (£)"],
        "real/boundaries/lookup_lsoa21_ward24_wmca.csv.gz": ["lsoa21_code", "ward24_code"],
    }.items():
        pack_table(name, table_of(whole, name)[columns])


BOX_M = (380_000, 270_000, 445_000, 310_000)
"""West, south, east and north of the West Midlands with a margin, metres, EPSG:27700."""


def west_midlands_stops(whole: Path) -> None:
    """All stations and trams of the box, the stops the facts and the sample name, and of buses every fiftieth.

    A Sprint stop the facts give no code keeps the bus stop in use nearest to it.
    """
    facts = pd.read_csv(whole / "facts/corridors.csv", dtype=str)
    named = set(facts["atco"].dropna())
    sprint = facts.loc[(facts["kind"] == "sprint") & facts["atco"].isna(), ["easting", "northing"]].astype(float)
    named |= set(pd.read_csv(HERE.parents[1] / "data/transit/stations.csv", dtype=str)["ATCOCode"])
    for area, day in ((430, "2026-07-21"), (430, "2024-10-13"), (910, "2026-07-21"), (940, "2026-07-21")):
        name = f"real/transit/naptan_{area}_stops_{day}.csv.gz"
        stops = table_of(whole, name)
        east, north = (pd.to_numeric(stops[column], errors="coerce") for column in ("Easting", "Northing"))
        inside = east.between(BOX_M[0], BOX_M[2]) & north.between(BOX_M[1], BOX_M[3])
        some = stops.index % (100 if day < "2026" else 50) == 0
        kept = inside & some if area == 430 else inside
        kept |= stops["ATCOCode"].isin(named) & (day > "2026")
        if area == 430 and day > "2026":
            bus = stops["StopType"].isin(["BCT", "BCS"]) & (stops["Status"] == "active")
            for x, y in sprint.to_numpy():
                kept[np.hypot(east - x, north - y)[bus].idxmin()] = True
        pack_table(name, unread(stops[kept], apart=named))


def unread(stops: pd.DataFrame, apart: set[str]) -> pd.DataFrame:
    """Return stops with the columns siteprior does not read blank, but for some stops."""
    there = (*NAPTAN_READ, "GridType", "AdministrativeAreaCode")
    stops = stops.copy()
    stops.loc[~stops["ATCOCode"].isin(apart), [c for c in stops if c not in there]] = ""
    return stops


NAPTAN_READ = ("ATCOCode", "CommonName", "Indicator", "Easting", "Northing", "Longitude", "Latitude", "StopType",
               "ModificationDateTime", "Modification", "Status", "LocalityName", "NptgLocalityCode")  # fmt: skip


SALES_AT = ((406_000, 286_000), (398_000, 292_000), (433_000, 279_000))


def sales(whole: Path) -> set[str]:
    """The 120 sales with floor area nearest to each of three places, without addresses; return their postcodes."""
    name = "real/market/hmlr_price_paid_epc_lsoa_west_midlands_county_2025.csv.gz"
    floors = table_of(whole, name)
    east, north = floors["oseast1m"].astype(float), floors["osnrth1m"].astype(float)
    near = sorted({i for x, y in SALES_AT for i in np.hypot(east - x, north - y).nsmallest(120).index})
    floors = floors.loc[near]
    columns = ["transaction", "price", "transfer_date", "postcode", "property_type", "new_build", "total_floor_area",
               "oseast1m", "osnrth1m"]  # fmt: skip
    pack_table(name, floors[columns])
    name = "real/market/hmlr_price_paid_west_midlands_county_2025_monthly.csv.gz"
    paid = table_of(whole, name)
    small = paid["price"].astype(int) < 50_000
    paid = paid[paid["transaction"].isin(floors["transaction"]) | small]
    pack_table(name, paid.assign(PAON="", SAON="", Street="", Locality=""))
    return set(paid["postcode"])


def postcodes(whole: Path, kept: set[str]) -> None:
    """Of Code-Point Open, the postcodes that sales and registers state, and some without a position."""
    for path in sorted((HERE / WMCA).glob("*.csv.gz")):
        text = gzip.decompress(path.read_bytes()).replace(b"\xc2\xa0", b" ").decode("latin-1").upper()
        kept |= {f"{out} {rest}" for out, rest in re.findall(r"\b([A-Z]{1,2}\d{1,2}[A-Z]?)\s*(\d[A-Z]{2})\b", text)}
    for letters in ("b", "cv", "dy", "ws", "wv"):
        name = f"real/boundaries/codepoint_open/codepo_2025.4_{letters}.csv.gz"
        rows = gzip.decompress((whole / name).read_bytes()).decode().splitlines(keepends=True)
        chosen, nowhere = [], 0
        for row in rows:
            postcode, quality = (cell.strip('"') for cell in row.split(",")[:2])
            outward, inward = postcode[:-3].strip(), postcode[-3:]
            nowhere += quality == "90"
            if f"{outward} {inward}" in kept | {"WS1 1AA"} or (quality == "90" and nowhere <= 12):
                chosen.append(row)
        pack(name, "".join(chosen).encode())


HEIGHTS_M = (396_000, 288_000, 400_000, 291_000)


def heights(whole: Path) -> None:
    """A window of OS Terrain 50 round Turner's Hill, and the south-west corner of a tile: 40 by 40 cells."""
    name = "real/raster/os_terrain50_wmca_50m_2013.tif"
    with rasterio.open(whole / name) as source:
        window = rasterio.windows.from_bounds(*HEIGHTS_M, source.transform).round_offsets().round_lengths()
        profile = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": source.crs, "nodata": source.nodata,
                   "width": int(window.width), "height": int(window.height), "compress": "deflate", "predictor": 3,
                   "transform": source.window_transform(window)}  # fmt: skip
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        with rasterio.open(HERE / name, "w", **profile) as out:
            out.write(source.read(1, window=window), 1)
    name = "real/raster/os_terrain50_SO99.asc.gz"
    lines = gzip.decompress((whole / name).read_bytes()).decode().splitlines()
    header = [line for line in lines if line[:1].isalpha()]
    rows = [line.split() for line in lines[len(header) :] if line.strip()]
    header = [re.sub(r"\d+$", "40", line) if line.lower().startswith(("ncols", "nrows")) else line for line in header]
    pack(name, "\n".join([*header, *(" ".join(row[:40]) for row in rows[-40:]), ""]).encode())


CORPUS = (
    "Q6670544_40ba241c5f5d.csv", "Q6670544_a6f17c3bc674.csv", "RCH_34e3c3753888.csv", "BIR_525f39c89244.csv",
    "STA_ef2211e79256.csv", "LBH_c4022cd5a2c4.csv", "WYR_20c27f6cd123.csv", "ADU_09e664c87845.csv",
    "Q72617158_7a585d62e18d.csv", "Q72617158_9dedcde21217.csv", "Q72617890_73833bc05c20.csv",
)  # fmt: skip
STRAYS = "525f39c8"
"""The resource of the national file whose rows are Oldham's under the codes of 29 councils."""


def more_registers(whole: Path) -> None:
    """Eleven registers of the corpus with their lines of the manifest; a piece of the national file; corrections."""
    name = "real/brownfield/registers_corpus_raw_2017-2020.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(whole / name) as archive, zipfile.ZipFile(packed, "w") as out:
        for member in CORPUS:
            out.writestr(zipfile.ZipInfo(member), archive.read(member), zipfile.ZIP_DEFLATED, 9)
    write(name, packed.getvalue())
    name = "real/brownfield/registers_corpus_manifest.csv"
    manifest = table_of(whole, name)
    write(name, manifest[manifest["file"].isin(CORPUS)].to_csv(index=False).encode())

    name = "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"
    national = table_of(whole, name)
    codes = national["organisation"].str.removeprefix("local-authority-eng:")
    some = codes.isin(["BIR", "DUD", "SAW", "SOL", "WLL", "WLV"]) & (national.index % 30 == 0)
    stray = national["resource"].str.startswith(STRAYS) & national["site"].isin(STRAY_SITES)
    pack_table(name, national[(codes == "COV") | some | stray])

    name = "real/brownfield/spec/value_patches_digital-land_2020.csv"
    patches = table_of(whole, name)
    patches = patches[patches["field"] == "OwnershipStatus"]
    write(name, patches.to_csv(index=False).encode())


STRAY_SITES = ("SHA0167", "SHA0169", "SHA0810", "SHA1002")


def access_index_of_london(whole: Path) -> None:
    """Every twentieth area of London with TfL's access index and its band."""
    name = "real/transit/ptal/LSOA2011_AvPTAI2015.csv.gz"
    pack_table(name, table_of(whole, name)[["LSOA2011", "AvPTAI2015", "PTAL"]].iloc[::20])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
