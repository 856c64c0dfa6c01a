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

import numpy as np
import openpyxl
import pytest
import shapely
from shapely.geometry import shape

DATA = Path(__file__).parents[1] / "data"
BY_HAND = {
    ".gitattributes",
    "README.md",
    "demo.toml",
    "make_sample.py",
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
        spec.loader.exec_module(module)
        yield module


@pytest.fixture(scope="module")
def world(make_sample):
    return make_sample.make_world()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def read(name: str) -> list[dict[str, str]]:
    return rows_of((DATA / name).read_bytes().decode("utf-8-sig"))


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


def test_made_again_it_is_the_same_to_the_byte(make_sample, tmp_path):
    made = make_sample.make_sample(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in made}
    stored = {p.relative_to(DATA).as_posix() for p in DATA.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert stored == names | BY_HAND
    differing = [name for name in sorted(names) if (tmp_path / name).read_bytes() != (DATA / name).read_bytes()]
    assert differing == []


def test_it_is_small():
    sizes = {p.relative_to(DATA).as_posix(): p.stat().st_size for p in DATA.rglob("*") if p.is_file()}
    assert sum(sizes.values()) < 3_000_000
    assert sum(size for name, size in sizes.items() if name.startswith("market/")) < 400_000


def test_the_project_file_names_files_that_exist():
    project = tomllib.loads((DATA / "demo.toml").read_text(encoding="utf-8"))
    sources = project["sources"]
    named = [*sources["registers"], *sources["stops"], *sources["openings"], *project["corridors"]["paths"]]
    named += [own["path"] for own in sources["own_sites"]] + [sources[key]["path"] for key in ("areas", "deprivation")]
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
    for path in (DATA / "sites").iterdir():
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


def test_enough_sites_can_be_ranked_in_every_council(make_sample, world):
    stops = np.array([make_sample.place_of(f) for f in make_sample.read_facts("corridors.csv") if f["state"] == "open"])
    number = iter(range(10_000))
    ranked = {}
    for council in REGISTERS:
        sites = make_sample.make_sites(world, council, number)
        ranked[council] = sum(
            bool(np.hypot(*(stops - site.xy).T).min() * 1.3 <= 960)
            and (site.hectares >= 0.25 or site.low >= 5)
            and not (site.ended or site.stage)
            for site in sites
        )
    assert sum(ranked.values()) >= 120
    assert min(ranked.values()) >= 15


def test_sales_and_postcodes_meet():
    sales = list(csv.reader(io.StringIO((DATA / "market/price_paid.csv").read_text(encoding="utf-8"))))
    located = list(csv.reader(io.StringIO((DATA / "market/codepoint.csv").read_text(encoding="utf-8"))))
    assert {len(sale) for sale in sales} == {16}
    assert {len(place) for place in located} == {10}
    postcodes = {place[0] for place in located}
    assert len(postcodes) == len(located)
    assert {postcode[:2] for postcode in postcodes} == {"ZZ"}
    assert {sale[3] for sale in sales} - postcodes == {""}
    assert {sale[2][:4] for sale in sales} == {"2024", "2025"}
    assert {place[8] for place in located if place[2] != "0"} == SEVEN


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
