"""From an empty folder to a shortlist: init, fetch from a server that has the real files, and the main job on them."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import pytest

import siteprior as sp
from factories.wmca import PROJECT as WMCA
from siteprior.project.load import load_project
from siteprior.sources.catalogue import load_catalogue
from siteprior.sources.fetch.lock import lock_path, locked_name, read_lock
from sources.fetch.publisher_server import publisher

REGISTERS = {
    "E08000025": "birmingham_2020.csv.gz", "E08000026": "coventry_2019.xlsx", "E08000027": "dudley_2020.csv.gz",
    "E08000028": "sandwell_2019.csv.gz", "E08000029": "solihull_2020.csv.gz", "E08000030": "walsall_2019.csv.gz",
    "E08000031": "wolverhampton_2017.csv.gz",
}  # fmt: skip
NOT_AT_HAND = (
    "streets",
    "timetables",
    "sales",
    "postcodes",
    "historic_landfill",
    "flood_zones",
    "land_values",
    "households",
)
"""Keys whose files the real data does not hold in the form they are published in: the project goes without them."""

HEADER = "ATCOCode,NaptanCode,CommonName,Easting,Northing,StopType,Status"
ONE_STOP = HEADER + "\n{area}0TEST01,,Made-up stop,384000,398000,BCT,active\n"


@pytest.fixture
def server():
    with publisher() as made:
        yield made


def plain(path):
    body = path.read_bytes()
    return gzip.decompress(body) if path.suffix == ".gz" else body


def serve(server, dataset, body, part=""):
    """Lay out a file at the address the catalogue has for it."""
    known = load_catalogue().datasets[dataset]
    parts = urlsplit(known.addresses[part] if known.addresses else known.address.replace("{part}", part))
    server.file(
        parts.path + (f"?{parts.query}" if parts.query else ""), body, kind="application/octet-stream", etag='"1"'
    )


def serve_areas(server, areas):
    """Lay out LSOAs and their authorities as the Office for National Statistics' services give them."""
    shapes = areas[["LSOA21CD", "LSOA21NM", "geometry"]].to_crs(4326)
    features = json.loads(shapes.to_json(drop_id=True))["features"]
    server.arcgis(urlsplit(load_catalogue().datasets["lsoa_2021"].address).path, features, page=2000)
    rows = [
        {"properties": {"LSOA21CD": code, "LSOA21NM": name, "LAD24CD": district}}
        for code, name, district in areas[["LSOA21CD", "LSOA21NM", "LADCD_ACTIVE"]].itertuples(index=False)
    ]
    server.arcgis(urlsplit(load_catalogue().datasets["lsoa_2021_authorities"].address).path, rows, page=2000)


def without(text, keys):
    """Return a project file without some keys, lists over several lines included."""
    for key in keys:
        text = re.sub(rf"^{key} = \[\n(?:  .*\n)*\]\n|^{key} = .*\n", "", text, flags=re.MULTILINE)
    return text


def fetched(file, server):
    table = sp.fetch(file, mirror=server.url)
    assert set(table["status"]) <= {"fetched", "present"}
    assert set(table.loc[table["dataset"] != "", "status"]) == {"fetched"}
    entries = read_lock(lock_path(file))
    project = load_project(file)
    fetched_paths = table.loc[table["status"] == "fetched", "path"]
    assert {locked_name(project, path) for path in fetched_paths} <= set(entries)
    assert all(len(entry.sha256) == 64 and (entry.licence or not entry.dataset) for entry in entries.values())
    asked = len(server.asked)
    again = sp.fetch(file, mirror=server.url)
    assert set(again["status"]) == {"present"}
    assert len(server.asked) == asked  # what is there is not asked for again
    return table


def test_the_west_midlands_are_the_real_test_project(server, real, wmca_assessed, tmp_path, monkeypatch):
    """The files it fetches are those of the test project, whose other tables are put in the place of its own."""
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    file = sp.init_project("wmca", out=tmp_path / "wmca", as_of=date(2021, 1, 1))
    for code, name in REGISTERS.items():
        body = plain(real / "real/brownfield/registers_wmca" / name)
        if code in load_catalogue().datasets["council_registers"].addresses:
            serve(server, "council_registers", body, code)
        else:
            server.file("/walsall.csv", body)
    for area in ("200", "380", "420", "430", "910", "940"):
        serve(server, "naptan", plain(real / f"real/transit/naptan_{area}_stops_2026-07-21.csv.gz"), area)
    serve_areas(server, gpd.read_file(f"/vsigzip/{real}/real/boundaries/wmca_lsoa21_bgc.geojson.gz"))
    table = pd.read_parquet(real / "real/deprivation/imd2025_england_lsoa21.parquet")
    serve(server, "iod_2025", table.to_csv(index=False).encode())
    text = file.read_text(encoding="utf-8").replace("sites/sandwell.xlsx", "sites/sandwell.csv")  # as it came in 2019
    text = text.replace(  # the address of its register is not known: the analyst states it
        'path = "sites/brownfield_land.csv", dataset = "brownfield_land", councils = ["E08000030"]',
        'path = "sites/walsall.csv", url = "https://example.org/walsall.csv", organisation = "E08000030", '
        'vintage = "2019"',
    )
    for code, name in REGISTERS.items():  # as the test project states what the files do not
        vintage = "2019-03-04" if name.startswith("coventry") else re.findall(r"\d{4}", name)[0]
        text = text.replace(f'part = "{code}",', f'part = "{code}", vintage = "{vintage}",')
    text = without(text, NOT_AT_HAND).partition("\n[access]")[0].replace("[evidence]\n", "")
    test = WMCA.read_text(encoding="utf-8")
    own = re.search(r"^postcodes = .*?^\]\n\n(?=\[evidence\])", test, re.MULTILINE | re.DOTALL)
    evidence = re.search(r"^\[evidence\]\n(.*?)\n(?=\[corridors\])", test, re.MULTILINE | re.DOTALL)
    rest = test.partition("# ILLUSTRATIVE")[2].partition("\n")[2]
    codepoint = sorted((real / "real/boundaries/codepoint_open").glob("codepo_2025.4_*.csv.gz"))
    own = re.sub(r"^postcodes = .*$", "postcodes = [" + ", ".join(
        f'{{path = "{path.as_posix()}", check_locations = false}}' for path in codepoint
    ) + "]", own[0], flags=re.MULTILINE)  # fmt: skip
    lines = re.sub(r'"(real/[^"]+)"', rf'"{real.as_posix()}/\1"', own + "\0" + evidence[0] + "\0" + rest)
    sources, own_evidence, rest = lines.split("\0")
    text = text.replace("\n# Published evidence", f"\n{sources}\n# Published evidence", 1)
    text = text.replace("network_date = 2021-01-01", "network_date = 2026-10-02")
    text = text.replace("price_date = 2020-12-31", "price_date = 2025-12-31\nseed = 20261122")
    file.write_text(f"{text}\n{own_evidence}\n{rest}", encoding="utf-8")
    fetched(file, server)
    done = sp.assess(load_project(file))
    assert list(done.shortlist.index) == list(wmca_assessed.shortlist.index)
    shared = done.sites["score"].dropna()
    pd.testing.assert_series_equal(shared, wmca_assessed.sites["score"].reindex(shared.index), rtol=0, atol=0.02)
    inputs = {read.file: read for read in done.provenance if read.role == "register"}
    assert inputs["sites/dudley.csv"].publisher == "the council"


def test_greater_manchester_is_ranked_without_corridors(server, real, tmp_path, monkeypatch):
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    file = sp.init_project("E47000001", out=tmp_path / "gm", as_of=date(2020, 11, 30))
    serve(server, "brownfield_land", plain(real / "real/brownfield/brownfield_land_national_2020-11-21.csv.gz"))
    for entry in load_project(file).sources.stops:
        (held,) = [*real.glob(f"real/*/naptan_{entry.part}_stops_2026-07-2*.csv.gz")][:1] or [None]
        body = ONE_STOP.format(area=entry.part).encode() if held is None else plain(held)
        serve(server, "naptan", body, entry.part)
    areas = gpd.read_parquet(real / "real/england/england_lsoa21_bgc.parquet")
    serve_areas(server, areas[areas["LADCD_ACTIVE"].str.fullmatch(r"E080000(0[1-9]|10)")])
    table = pd.read_parquet(real / "real/deprivation/imd2025_england_lsoa21.parquet")
    serve(server, "iod_2025", table.to_csv(index=False).encode())
    text = without(file.read_text(encoding="utf-8"), NOT_AT_HAND).replace("access_index = 15\n", "")
    file.write_text(text.replace("network_date = 2020-11-30", "network_date = 2026-11-22"), encoding="utf-8")
    fetched(file, server)
    done = sp.assess(load_project(file))
    ranked = done.sites[done.sites["rank"].notna()]
    assert set(ranked["organisation"]) <= {f"E080000{number:02}" for number in range(1, 11)}
    assert ranked["organisation"].nunique() >= 9
    assert len(ranked) > 400
    assert (ranked["walk_m"] > 0).all()
    assert done.sites["corridor"].isna().all()
    assert len(done.shortlist) == 25
