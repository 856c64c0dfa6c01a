"""The illustrative sample: made again it is the same, it is small, it is labelled, and its facts are the real ones."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import json
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import shape

DATA = Path(__file__).parents[1] / "data"
BY_HAND = {
    ".gitattributes",
    "README.md",
    "demo.toml",
    "make_sample.py",
    *(f"making/{path.name}" for path in (DATA / "making").glob("*.py")),
    "transit/corridors.csv",
    "transit/stations.csv",
}
SEVEN = {f"E080000{n}" for n in range(25, 32)}
IN_ENGLAND = 33_755


@pytest.fixture(scope="module")
def make_sample():
    spec = importlib.util.spec_from_file_location("make_sample", DATA / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "dont_write_bytecode", True)  # the folder is shipped as it stands
        patch.setitem(sys.modules, spec.name, module)
        patch.syspath_prepend(DATA)
        spec.loader.exec_module(module)
        yield module


@pytest.fixture(scope="module")
def world(make_sample):
    return make_sample.make_world()


@pytest.fixture(scope="module")
def sites(make_sample, world):
    return make_sample.all_sites(world)


@pytest.fixture(scope="module")
def open_stops():
    rows = [row for row in read("transit/corridors.csv") if row["state"] == "open"]
    return np.array([(float(row["easting"]), float(row["northing"])) for row in rows])


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read(name: str) -> list[dict[str, str]]:
    return rows_of((DATA / name).read_bytes().decode("utf-8-sig"))


def unpacked(path: Path) -> dict[str, bytes]:
    """Return what a file holds: packed bytes are those of the machine's zlib, what they unpack to is not."""
    if path.suffix == ".gz":
        return {"": gzip.decompress(path.read_bytes())}
    if path.suffix != ".zip":
        return {"": path.read_bytes()}
    with zipfile.ZipFile(path) as archive:
        return {f"{member.filename} {member.date_time}": archive.read(member) for member in archive.infolist()}


def feed(name: str) -> pd.DataFrame:
    with zipfile.ZipFile(DATA / "transit/timetable.zip") as archive:
        return pd.read_csv(archive.open(f"{name}.txt"), dtype=str, keep_default_na=False)


def sales() -> list[list[str]]:
    return list(csv.reader(io.StringIO(unpacked(DATA / "market/price_paid.csv.gz")[""].decode())))


def features(name: str) -> list[dict]:
    return json.loads((DATA / name).read_text(encoding="utf-8"))["features"]


def register(council: str) -> list[dict[str, str]]:
    """Read a register as a person would who knows its format; blank rows left out."""
    if council == "coventry":
        header, *lines = openpyxl.load_workbook(DATA / "sites/coventry.xlsx", data_only=True)["Data"].values
        return [dict(zip(header, line, strict=True)) for line in lines]
    data = (DATA / f"sites/{council}.csv").read_bytes()
    text = data.decode("cp1252") if council == "dudley" else data.decode("utf-8-sig")
    if council == "solihull":
        text = text.split("\r\n", 2)[2]
    return [row for row in rows_of(text) if (row.get("SiteReference") or row.get("Reference") or "").strip()]


REGISTERS = ["birmingham", "coventry", "dudley", "sandwell", "solihull", "walsall", "wolverhampton"]


def places(council: str) -> list[tuple[float, float] | None]:
    """Return the coordinates as they stand, first the one that should be easting or longitude."""
    pairs = {"wolverhampton": ("Easting", "Northing"), "walsall": ("GeoY", "GeoX")}
    x, y = pairs.get(council, ("GeoX", "GeoY"))
    return [(float(row[x]), float(row[y])) if row[x] else None for row in register(council)]


def test_made_again_it_is_the_same_to_the_byte_once_unpacked(make_sample, tmp_path):
    made = make_sample.make_sample(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in made}
    stored = {p.relative_to(DATA).as_posix() for p in DATA.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert stored == names | BY_HAND
    differing = [name for name in sorted(names) if unpacked(tmp_path / name) != unpacked(DATA / name)]
    assert differing == []


def test_it_is_small():
    sizes = {p.relative_to(DATA).as_posix(): p.stat().st_size for p in DATA.rglob("*") if p.is_file()}
    assert sum(size for name, size in sizes.items() if not name.startswith("making/")) < 2_400_000
    assert sum(size for name, size in sizes.items() if name.startswith("market/")) < 400_000
    assert sum(size for name, size in sizes.items() if name.startswith("evidence/")) < 200_000
    assert sizes["transit/streets.geojson.gz"] + sizes["transit/timetable.zip"] < 950_000


def test_the_project_file_names_files_that_exist():
    project = tomllib.loads((DATA / "demo.toml").read_text(encoding="utf-8"))
    sources = project["sources"]
    named = [*sources["registers"], *sources["stops"], *sources["openings"], *project["corridors"]["paths"]]
    named += [own["path"] for own in sources["own_sites"]] + [sources[key]["path"] for key in ("areas", "deprivation")]
    named += [older["path"] for older in sources.get("history", [])] + sources.get("timetables", [])
    named += [sources[key] for key in ("streets", "site_facts") if key in sources]
    for given in project["evidence"].values():
        for each in given if isinstance(given, list) else [given]:
            path = each if isinstance(each, str) else each["path"]
            named += [found.relative_to(DATA).as_posix() for found in DATA.glob(path)] or [path]
    assert [name for name in named if not (DATA / name).is_file()] == []
    assert project["project"]["illustrative"] is True
    for own in sources["own_sites"]:
        if own["path"].endswith(".csv"):
            assert set(own["columns"].values()) <= set(read(own["path"])[0])
        else:
            assert set(own["columns"].values()) <= set(features(own["path"])[0]["properties"])


# --- invented things say so -------------------------------------------------------------------------------------------


def test_every_site_says_it_is_illustrative():
    names = [row.get("SiteNameAddress") or row["Address"] for council in REGISTERS for row in register(council)]
    names += [feature["properties"]["NAME"] for feature in features("sites/employment_land.geojson")]
    names += [row["Asset name"] for row in read("sites/public_estate.csv")]
    for path in (DATA / "sites/older").iterdir():
        names += [row["SiteNameAddress"] for row in rows_of(path.read_bytes().decode("cp1252"))]
    assert len(names) > 380
    assert [name for name in names if "illustrative" not in name.lower()] == []


def test_no_area_has_a_real_code(real):
    codes = {feature["properties"]["LSOA21CD"] for feature in features("boundaries/lsoa21.geojson")}
    assert {code[:6] for code in codes} == {"E01999"}
    assert all(re.fullmatch(r"E01\d{6}", code) for code in codes)
    names = [feature["properties"]["LSOA21NM"] for feature in features("boundaries/lsoa21.geojson")]
    assert all(re.fullmatch(r"[A-Z][a-z]+ 9\d\d[A-E]", name) for name in names)  # Birmingham ends near 140
    assert len(set(names)) == len(names) == len(codes)
    with gzip.open(real / "real/boundaries/lookup_lsoa11_lsoa21_ltla22.csv.gz", "rt", encoding="utf-8-sig") as file:
        taken = {value for row in csv.reader(file) for value in row if value.startswith("E01")}
    assert len(taken) > IN_ENGLAND  # the codes of 2011 and of 2021
    assert codes.isdisjoint(taken)


def test_no_real_person_or_postcode_can_be_in_it():
    for path in filter(Path.is_file, (DATA / "sites").rglob("*")):
        text = path.read_bytes().decode("cp1252", errors="replace")
        assert {mail.rsplit("@")[1] for mail in re.findall(r"[\w.]+@[\w.]+\w", text)} <= {"example.org"}
        # 01632 960000-960999 are kept free for drama by Ofcom.
        assert all(number.startswith("01632 960") for number in re.findall(r"\b0\d{4} \d{6}\b", text))
        assert re.findall(r"\b[A-Z]{1,2}\d{1,2}[A-Z]? \d[A-Z]{2}\b", text) == []
        assert set(re.findall(r"https?://([^/\"<]+)", text)) <= {
            "illustrative.example", "opendatacommunities.org", "schemas.openxmlformats.org",
        }  # fmt: skip


# --- the formats ------------------------------------------------------------------------------------------------------


def test_areas_tile_the_region_and_belong_to_the_seven_councils():
    areas = features("boundaries/lsoa21.geojson")
    shapes = np.array([shape(area["geometry"]) for area in areas])
    assert 300 <= len(areas) <= 400
    assert shapely.is_valid(shapes).all()
    assert all(polygon.exterior.is_ccw for polygon in shapes)
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-6)
    assert {area["properties"]["LADCD_ACTIVE"] for area in areas} == SEVEN
    longitude, latitude = whole.centroid.coords[0]
    assert longitude == pytest.approx(-1.9, abs=0.2)
    assert latitude == pytest.approx(52.5, abs=0.1)


def test_deprivation_follows_the_published_rules():
    rows = read("deprivation/iod2025.csv")
    assert (DATA / "deprivation/iod2025.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert [row["LSOA code (2021)"] for row in rows] == [
        feature["properties"]["LSOA21CD"] for feature in features("boundaries/lsoa21.geojson")
    ]
    ranked = [name.removesuffix(" Rank (where 1 is most deprived)") for name in rows[0] if "Rank" in name]
    assert len(ranked) == 8
    for name in ranked:
        score_column = next(column for column in rows[0] if column.startswith(f"{name} Score"))
        ranks = np.array([float(row[f"{name} Rank (where 1 is most deprived)"].replace(",", "")) for row in rows])
        decile = f"{name} Decile (where 1 is most deprived 10% of LSOAs)"
        scores = np.array([float(row[score_column]) for row in rows])
        assert len(set(ranks)) == len(ranks)
        assert ranks.min() >= 1
        assert ranks.max() <= IN_ENGLAND
        assert [float(row[decile]) for row in rows] == np.ceil(ranks / (IN_ENGLAND / 10)).tolist()
        assert (np.diff(scores[np.argsort(ranks)]) <= 0).all(), f"{name}: a worse score has a better rank"


def test_the_workbook_opens_and_carries_no_clock():
    path = DATA / "sites/coventry.xlsx"
    assert {member.date_time for member in zipfile.ZipFile(path).infolist()} == {(1980, 1, 1, 0, 0, 0)}
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Data", "About"]
    first = register("coventry")[0]
    assert first["FirstAddedDate"].year in range(2017, 2026)
    assert isinstance(first["GeoX"], int)


def test_the_registers_are_of_the_seven_councils_and_come_in_their_own_schemas():
    codes = dict(zip(REGISTERS, sorted(SEVEN), strict=True))
    widths = {council: len(register(council)[0]) for council in REGISTERS}
    assert widths == {
        "birmingham": 20,
        "coventry": 28,
        "dudley": 20,
        "sandwell": 28,
        "solihull": 20,
        "walsall": 20,
        "wolverhampton": 23,
    }
    assert all(40 <= len(register(council)) <= 75 for council in codes)
    for council in REGISTERS:
        stated = [row.get("OrganisationURI") or row.get("OrganisationURL") for row in register(council)]
        assert sum(uri.endswith(f"/{council}") for uri in stated) >= len(stated) - 1


def test_places_lie_in_their_council_but_for_the_faults_the_readme_lists(world):
    wrong = {}
    for council in REGISTERS:
        found = [place for place in places(council) if place]
        degrees = np.abs(found[0]).max() < 90
        areas = [
            f
            for f in features("boundaries/lsoa21.geojson")
            if f["properties"]["LADCD_ACTIVE"][-2:] == str(25 + REGISTERS.index(council))
        ]
        district = shapely.union_all([shape(f["geometry"]) for f in areas]) if degrees else world.districts[council]
        wrong[council] = sum(not shapely.contains_xy(district, *place) for place in found)
    assert wrong == {
        "birmingham": 5,
        "coventry": 1,
        "dudley": 0,
        "sandwell": 1,
        "solihull": 1,
        "walsall": 0,
        "wolverhampton": 1,
    }


def test_enough_sites_can_be_ranked_in_every_council(sites, open_stops):
    ranked = {
        council: sum(
            bool(np.hypot(*(open_stops - site.xy).T).min() * 1.3 <= 960)
            and (site.hectares >= 0.25 or site.low >= 5)
            and not (site.ended or site.stage)
            for site in sites[council]
        )
        for council in REGISTERS
    }
    assert sum(ranked.values()) >= 120
    assert min(ranked.values()) >= 15


def test_historic_industrial_land_lies_over_some_sites_and_not_over_most(sites):
    land = shapely.union_all(
        [shape(feature["geometry"]) for feature in features("sites/historic_industrial_land.geojson")]
    )
    places = [place for council in ("birmingham", "dudley", "solihull") for place in places_in_degrees(council)]
    share = shapely.contains_xy(land, np.array(places)).mean()
    assert 0.03 < share < 0.4
    assert all(
        feature["properties"]["NOTE"] == "illustrative"
        for feature in features("sites/historic_industrial_land.geojson")
    )


def places_in_degrees(council: str) -> list[tuple[float, float]]:
    return [place for place in places(council) if place and -3 < place[0] < 0]


# --- published evidence -----------------------------------------------------------------------------------------------


def test_every_file_of_evidence_says_it_is_illustrative():
    silent = []
    for path in sorted((DATA / "evidence").rglob("*")):
        if not path.is_file() or path.name.startswith("census"):
            continue
        data = unpacked(path)[""] if path.suffix != ".zip" else b"".join(unpacked(path).values())
        # a table of facts has no column for it: its sites are those of the sample, by their references
        if b"llustrative" not in data and not (path.name == "site_facts.csv" and b"\nILL-" in data):
            silent.append(path.name)
    assert silent == []
    book = openpyxl.load_workbook(DATA / "evidence/land_values.xlsx")
    assert [row[0] for row in book["Notes"].values][1] == "Every value in this workbook is invented."


def test_landfill_is_read_alike_by_another_program(world, sites):
    """The shapefile is our own writing: GDAL finds its places, columns and coordinates as they were meant."""
    landfill = gpd.read_file(f"zip://{DATA / 'evidence/historic_landfill.zip'}")
    assert landfill.crs.to_epsg() == 27700
    assert landfill.geometry.is_valid.all()
    assert list(landfill.columns[:3]) == ["HLD_REF", "SITE_NAME", "BUFF_POINT"]
    assert {"INERT", "INDUSTRIAL", "COMMERCIAL", "HOUSEHOLD", "SPECIAL", "LIQ_SLUDGE", "WASTE_UNK"} < set(landfill)
    assert landfill["HLD_REF"].is_unique
    assert set(landfill["BUFF_POINT"]) == {"Yes", "No"}
    places = np.vstack([site.xy for council in sites.values() for site in council])
    on = shapely.contains_xy(shapely.union_all(landfill.geometry), places)
    assert 0.03 < on.mean() < 0.25
    coal = gpd.read_file(f"zip://{DATA / 'evidence/development_high_risk_area.zip'}")
    assert set(coal["RISK_AREA"]) == {"High Risk"}
    assert coal.union_all().bounds[2] < 412_000


def test_parcels_are_of_each_council_and_do_not_overlap(world):
    for path in sorted((DATA / "evidence/parcels").iterdir()):
        with zipfile.ZipFile(path) as archive:
            text = archive.read("Land_Registry_Cadastral_Parcels.gml").decode()
        lists = re.findall(r"<gml:posList>([^<]+)<", text)
        boxes = [shapely.Polygon(np.array(found.split(), dtype=float).reshape(-1, 2)) for found in lists]
        numbers = re.findall(r"<LR:INSPIREID>(\d+)<", text)
        assert len(numbers) == len(set(numbers)) == len(boxes) == int(re.search(r'numberReturned="(\d+)"', text)[1])
        assert sum(box.area for box in boxes) == pytest.approx(shapely.union_all(boxes).area)
        key = path.name.removesuffix("_Council.zip").lower()
        inside = shapely.intersects(world.districts[key], np.array(boxes))
        assert inside.mean() > 0.9
    assert len(list((DATA / "evidence/parcels").iterdir())) == 7


def test_households_add_up():
    rows = read("evidence/census2021-ts054-lsoa.csv")
    areas = [feature["properties"]["LSOA21CD"] for feature in features("boundaries/lsoa21.geojson")]
    assert [row["geography code"] for row in rows] == areas
    tenure = "Tenure of household: "
    for row in rows:
        parts = ("Owned", "Social rented", "Private rented", "Lives rent free")
        assert int(row[f"{tenure}Total: All households"]) == sum(int(row[tenure + part]) for part in parts)


def test_flood_zones_lie_along_the_rivers_and_zone_2_under_zone_3(make_sample):
    zones = {zone: [] for zone in ("FZ2", "FZ3")}
    for feature in features("evidence/flood_zones.geojson"):
        zones[feature["properties"]["flood_zone"]].append(shape(feature["geometry"]))
    assert all(each.is_valid for found in zones.values() for each in found)
    third, second = shapely.union_all(zones["FZ3"]), shapely.union_all(zones["FZ2"])
    assert third.difference(second).area < 0.01 * third.area
    degrees = sys.modules["making.world"].degrees
    for river in sys.modules["making.streets"].rivers():
        assert shapely.contains_xy(third, degrees(np.array(river.coords)[1:-1])).all()


# --- older registers --------------------------------------------------------------------------------------------------


def test_older_registers_show_sites_that_came_went_changed_and_came_back():
    def listed(name: str) -> dict[str, dict[str, str]]:
        rows = rows_of((DATA / f"sites/older/{name}.csv").read_bytes().decode("cp1252"))
        return {row["SiteReference"].replace(" / ", "-"): row for row in rows}

    now = {row["SiteReference"].strip(): row for row in register("dudley")}
    old, middle, late = (listed(f"dudley_{when}") for when in ("2019-12", "2021-12", "2023-12"))
    assert now.keys() - late.keys()  # came since
    assert len(old.keys() - now.keys()) == 7  # 901 to 907 are gone
    assert [len(older.keys() - now.keys()) for older in (old, middle, late)] == [7, 4, 2]
    assert len(now.keys() & old.keys() & late.keys() - middle.keys()) == 1  # left out once, and back
    assert any(old[key]["NetDwellingsRangeFrom"] < now[key]["NetDwellingsRangeFrom"] for key in old.keys() & now.keys())
    became = [key for key in old.keys() & now.keys() if old[key]["PlanningStatus"] != now[key]["PlanningStatus"]]
    assert 5 < len(became) < 30
    assert all(old[key]["PlanningStatus"] == "not permissioned" for key in became)
    # Nothing in a vintage is younger than the vintage.
    for rows, end in ((old, "2019-12-13"), (middle, "2021-12-17"), (late, "2023-12-15")):
        dates = [row[name] for row in rows.values() for name in ("FirstAddedDate", "LastUpdatedDate", "PermissionDate")]
        assert max("-".join(day.split("/")[::-1]) for day in dates if day) <= end
    first, second = listed("sandwell_2020-12"), listed("sandwell_2022-12")
    assert len({key for key in first.keys() - second.keys() if key < "ILL-SAN-9"}) == 1


# --- streets ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def streets():
    lines = json.loads(unpacked(DATA / "transit/streets.geojson.gz")[""])
    assert lines["crs"]["properties"]["name"].endswith("EPSG::27700")
    return [(line["properties"]["highway"], shape(line["geometry"])) for line in lines["features"]]


def walkable(streets) -> np.ndarray:
    return np.array([line for highway, line in streets if highway != "motorway"])


def test_every_place_has_a_street_near_and_one_site_is_on_an_island(streets, sites, open_stops):
    lines = walkable(streets)
    own = [site.xy for council in sites.values() for site in council]
    buses = [(float(row["Easting"]), float(row["Northing"])) for row in read("transit/naptan.csv")]
    estate = [(float(row["Easting"]), float(row["Northing"])) for row in read("sites/public_estate.csv")]
    points = shapely.points(np.vstack([own, buses, estate, open_stops]))
    _, away = shapely.STRtree(lines).query_nearest(points, all_matches=False, return_distance=True)
    assert away.max() < 250

    tips = [shapely.get_coordinates(line) for line in lines]
    names = np.unique(np.vstack(tips), axis=0, return_inverse=True)[1].ravel()
    line = np.repeat(np.arange(len(tips)), [len(tip) for tip in tips])
    follows = line[1:] == line[:-1]
    parts = parts_of(names[:-1][follows], names[1:][follows])
    (loop,) = [part for part in parts.values() if len(part) < max(map(len, parts.values()))]
    assert len(parts) == 2
    island = shapely.Polygon([np.vstack(tips)[np.flatnonzero(names == node)[0]] for node in loop]).convex_hull
    assert sum(shapely.contains_xy(island, *xy) for xy in own) == 1


def parts_of(start: np.ndarray, end: np.ndarray) -> dict[int, list[int]]:
    """Return the nodes of each part that hangs together, by any of them."""
    above = np.arange(max(start.max(), end.max()) + 1)

    def top(node: int) -> int:
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for one, other in zip(start, end, strict=True):
        above[top(one)] = top(other)
    parts: dict[int, list[int]] = {}
    for node in range(len(above)):
        parts.setdefault(top(node), []).append(node)
    return parts


def test_rivers_and_railways_cut_the_streets_but_for_bridges(make_sample, streets):
    drawn = sys.modules["making.streets"]
    kinds = np.array([highway for highway, _ in streets])
    tree = shapely.STRtree([line for _, line in streets])
    over_water = kinds[tree.query(drawn.rivers(), predicate="intersects")[1]]
    over_rail = kinds[tree.query(drawn.railways()[0], predicate="intersects")[1]]
    assert set(over_water) == {"primary", "motorway"}
    assert set(over_rail) == {"primary", "tertiary", "steps", "motorway"}
    assert 30 <= (kinds == "steps").sum() <= 80
    assert (kinds == "motorway").sum() == 1


def test_streets_are_longer_than_straight_lines(sites, open_stops):
    from siteprior.sources.streets.reader import read_streets

    network, issues, _ = read_streets(DATA / "transit/streets.geojson.gz", file="streets")
    assert not issues["severity"].isin(["error", "warning"]).any()
    assert np.bincount(network.component).tolist()[1:] == [1]
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    graph = csr_array((network.arc_mm / 1000, network.arc_node, network.arc_start), shape=(len(network.x),) * 2)
    nodes = cKDTree(np.column_stack([network.x, network.y]))
    own = np.array([site.xy for council in sites.values() for site in council])
    starts, ends = nodes.query(open_stops)[1], nodes.query(own)[1]
    walk = dijkstra(graph, indices=starts)[:, ends]
    straight = np.hypot(*(open_stops[:, None] - own[None]).transpose(2, 0, 1))
    near = (straight > 200) & (straight < 960)
    assert np.isinf(walk).all(axis=0).sum() == 1  # the site on the island
    assert 1.2 < np.median((walk / straight)[near]) < 1.6
    lost = (straight.min(axis=0) * 1.3 <= 960) & (walk.min(axis=0) > 960)
    assert lost.sum() >= 20  # the straight line says reachable, the streets say not


# --- the timetable ----------------------------------------------------------------------------------------------------


def test_the_timetable_calls_at_naptans_stops_but_for_one_new_one():
    codes = {row["ATCOCode"]: row for row in read("transit/naptan.csv")}
    stops, calls, trips, routes = (feed(name) for name in ("stops", "stop_times", "trips", "routes"))
    assert set(stops["stop_id"]) - codes.keys() == {"430ILLNEW01"}
    assert {codes[code]["Status"] for code in stops["stop_id"] if code in codes} == {"active"}
    assert set(calls["stop_id"]) <= set(stops.loc[stops["location_type"] == "0", "stop_id"])
    assert set(stops["parent_station"]) - {""} == set(stops.loc[stops["location_type"] == "1", "stop_id"])
    assert set(calls["trip_id"]) == set(trips["trip_id"])
    assert set(trips["route_id"]) == set(routes["route_id"])
    assert set(trips["shape_id"]) - {""} == set(feed("shapes")["shape_id"])
    assert routes["route_type"].value_counts().to_dict() == {"3": 75, "2": 8, "0": 1}
    assert set(stops["wheelchair_boarding"]) == {"", "1", "2"}
    assert all(name.startswith("Illustrative") for name in feed("agency")["agency_name"])


def test_no_train_or_tram_calls_where_none_runs_yet():
    closed = {row["atco"] for row in read("transit/corridors.csv") if row["state"] != "open"} - {""}
    calls = set(feed("stop_times")["stop_id"])
    assert not {code for code in calls if code in closed or code[:-1] in closed}


def test_services_thin_out_in_the_evening_and_on_sundays():
    calls = feed("stop_times").merge(feed("trips"), on="trip_id")
    first = calls[calls["stop_sequence"] == "1"]
    workday = first[first["service_id"].isin(["MS", "MF"])]
    minute = workday["departure_time"].str[:2].astype(int) * 60 + workday["departure_time"].str[3:5].astype(int)
    peak = ((minute >= 495) & (minute < 555)).sum()
    assert 3 * ((minute >= 1260) & (minute < 1320)).sum() < 1.3 * peak
    assert first["service_id"].isin(["SU", "SS"]).sum() < 0.6 * len(workday)
    assert calls["departure_time"].str[:2].max() >= "25"  # the night after belongs to the service day
    # A tram every eight minutes at the peak: seven or eight in the hour from 08:15, each way.
    trams = calls[(calls["route_id"] == "M1") & (calls["service_id"] == "MS") & (calls["stop_id"] == "9400ZZWMBS")]
    hour = trams[trams["departure_time"].between("08:15:00", "09:14:59")]
    assert hour["direction_id"].value_counts().sort_index().between(7, 8).tolist() == [True, True]


def test_the_calendar_spans_the_network_date_and_knows_the_holidays():
    week, exceptions = feed("calendar"), feed("calendar_dates")
    assert set(week["start_date"]) == {"20260901"}
    assert set(week["end_date"]) == {"20261231"}
    off = exceptions[exceptions["exception_type"] == "2"].groupby("date")["service_id"].agg(set).to_dict()
    assert off == {"20261225": {"MF", "MS"}, "20261226": {"MS", "SS"}, "20261228": {"MF", "MS"}}
    school = set(exceptions.loc[exceptions["service_id"] == "SC", "date"])
    assert "20261002" in school
    assert not {f"202610{day}" for day in range(26, 31)} & school
    assert "SC" not in set(week["service_id"])


# --- the market -------------------------------------------------------------------------------------------------------


def test_sales_and_postcodes_meet():
    rows = sales()
    located = list(csv.reader(io.StringIO((DATA / "market/codepoint.csv").read_text(encoding="utf-8"))))
    assert len(rows) >= 6_000
    assert {len(row) for row in rows} == {16}
    assert {len(place) for place in located} == {10}
    postcodes = {place[0] for place in located}
    assert len(postcodes) == len(located)
    assert {postcode[:2] for postcode in postcodes} == {"ZZ"}
    assert {row[3] for row in rows} - postcodes == {"", "ZZ9 9ZZ"}
    assert {row[2][:4] for row in rows} == {"2023", "2024", "2025"}
    assert {place[8] for place in located if place[2] != "0"} == SEVEN
    assert len({row[0] for row in rows}) == len(rows)
    assert {row[4] for row in rows} == set("DSTFO")
    assert {row[14] for row in rows} == {"A", "B"}
    assert {row[15] for row in rows} == {"A"}
    assert min(int(row[1]) for row in rows) == 1


def test_floor_areas_and_prices_make_plausible_prices_per_square_metre():
    floor = pd.read_csv(io.BytesIO(unpacked(DATA / "market/floor_areas.csv.gz")[""]), index_col="transaction")
    table = pd.DataFrame(sales()).set_index(0)
    assert floor.index.is_unique
    assert set(floor.index) < set(table.index)
    assert 0.75 < len(floor) / len(table) < 0.85
    ordinary = table[(table[14] == "A") & (table[1].astype(int).between(30_000, 3_000_000))].join(floor).dropna()
    per_m2 = ordinary[1].astype(int) / ordinary["floor_area_m2"]
    assert 2_500 < per_m2.median() < 3_500  # 2,921 in the county in 2025 (Price Paid with EPC)
    assert per_m2.groupby(ordinary[5]).median()["Y"] > per_m2.groupby(ordinary[5]).median()["N"]
    assert per_m2.groupby(ordinary[11]).median().idxmax() == "SOLIHULL"
    assert per_m2.groupby(ordinary[11]).size().min() > 300


def test_the_monthly_update_adds_corrects_and_deletes():
    update = list(csv.reader(io.StringIO((DATA / "market/price_paid_2025-12_update.csv").read_text(encoding="utf-8"))))
    known = {row[0]: row for row in sales()}
    assert {len(row) for row in update} == {16}
    by_status = {status: [row for row in update if row[15] == status] for status in "ACD"}
    assert all(by_status.values())
    assert not {row[0] for row in by_status["A"]} & known.keys()
    assert {row[0] for row in by_status["C"] + by_status["D"]} <= known.keys()
    assert all(known[row[0]][1] != row[1] for row in by_status["C"])
    assert known[by_status["D"][0][0]][1] == "10000"  # the implausible one is withdrawn


def test_fuel_poverty_is_of_the_same_areas():
    rows = read("deprivation/fuel_poverty.csv")
    areas = [feature["properties"]["LSOA21CD"] for feature in features("boundaries/lsoa21.geojson")]
    assert [row["LSOA Code"] for row in rows] == areas
    for row in rows:
        share = 100 * int(row["Number of households in fuel poverty"]) / int(row["Number of households"])
        assert float(row["Proportion of households fuel poor (%)"]) == pytest.approx(share, abs=6e-4)


# --- the facts --------------------------------------------------------------------------------------------------------


def test_naptan_holds_the_stations_as_restated():
    stops = {row["ATCOCode"]: row for row in read("transit/naptan.csv")}
    for fact in read("transit/stations.csv"):
        assert {key: stops[fact["ATCOCode"]][key] for key in fact} == fact
    invented = [code for code in stops if not any(code == fact["ATCOCode"] for fact in read("transit/stations.csv"))]
    assert {code[:6] for code in invented} == {"430ILL"}
    assert {stops[code]["CommonName"].rsplit(" ", 1)[0] for code in invented} == {"Illustrative Road"}
    assert {stops[code]["Status"] for code in invented} == {"active", "inactive"}
    assert sum(not stops[code]["Longitude"] for code in invented) > 20


def test_corridors_are_the_facts_unchanged(real):
    with (real / "facts/corridors.csv").open(encoding="utf-8", newline="") as file:
        facts = {(row["corridor"], row["order"]): row for row in csv.DictReader(file)}
    for row in read("transit/corridors.csv"):
        assert row == facts[row["corridor"], row["order"]]


def test_stations_are_naptan_unchanged(real):
    wanted = {row["ATCOCode"]: row for row in read("transit/stations.csv")}
    seen = {}
    for area in ("430", "910", "940"):
        with gzip.open(
            real / f"real/transit/naptan_{area}_stops_2026-07-21.csv.gz", "rt", encoding="utf-8-sig"
        ) as file:
            reader = csv.DictReader(file)
            assert reader.fieldnames == list(read("transit/naptan.csv")[0])
            seen |= {row["ATCOCode"]: row for row in reader if row["ATCOCode"] in wanted}
    assert seen.keys() == wanted.keys()
    for code, row in wanted.items():
        assert row == {key: seen[code][key] for key in row}


def test_every_corridor_stop_with_a_code_is_a_station():
    stations = {row["ATCOCode"]: row for row in read("transit/stations.csv")}
    corridors = [row for row in read("transit/corridors.csv") if row["atco"]]
    for row in corridors:
        station = stations[row["atco"]]
        assert (row["easting"], row["northing"]) == (station["Easting"], station["Northing"])
    assert len({row["corridor"] for row in read("transit/corridors.csv")}) == 9
