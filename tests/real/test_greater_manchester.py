"""The main job outside the West Midlands: ten real councils of Greater Manchester, and nothing of elsewhere in it."""

from __future__ import annotations

import csv
import json
import re
import warnings

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from conftest import HERE
from siteprior import open_run
from siteprior.core.errors import RunWarning
from siteprior.pipeline.run import run
from siteprior.project.load import load_project

PROJECT = HERE / "real" / "greater_manchester.toml"
COUNCILS = {f"E080000{number:02}" for number in range(1, 11)}
ELSEWHERE = re.compile(
    r"west\W{0,3}midlands|wmca|\btfwm\b|birmingham|coventry|solihull|wolverhampton|walsall|sandwell|dudley"
    r"|black\W{0,3}country|gap-fund|E080000(?:2[5-9]|3[01])",
    re.IGNORECASE,
)
PICTURE = re.compile(r"data:[a-z]+/[a-z0-9.+-]+;base64,[A-Za-z0-9+/=\s]+|\"image/png\": \"[^\"]*\"")
"""The bytes of pictures in a page: letters that mean nothing."""


@pytest.fixture(scope="module")
def folder(real, tmp_path_factory):
    project = load_project(PROJECT, data_root=real)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RunWarning)
        done = run(project, out=tmp_path_factory.mktemp("manchester"))
    stated = [str(each.message) for each in caught if each.category is RunWarning]
    begins = [
        "58 sites may stand where another site of the register lies",  # Oldham: places permuted among its rows
        "9 of 11 registers: the newest entry or vintage is more than 1 year before as_of",
        "Market failure: primary signals (market_failure) carries 15% of the weight, and 31 of the 411 ranked sites",
        "Walk to a bus stop (bus_access) carries 5% of the weight, and 0 of the 411 ranked sites",
        "no bus stop was read near the areas",
    ]
    assert len(stated) == len(begins)
    assert all(text.startswith(begin) for text, begin in zip(sorted(stated), begins, strict=True))
    return done


@pytest.fixture(scope="module")
def opened(folder):
    return open_run(folder)


@pytest.fixture(scope="module")
def sites(opened):
    return opened["sites"]


def texts_of(folder):
    """Return every text a run wrote, by file: tables, pages, records, and each table of the GeoPackages."""
    texts = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix in (".csv", ".json", ".html", ".txt", ".qml", ".ipynb"):
            texts[name] = PICTURE.sub("", path.read_text(encoding="utf-8"))
        elif path.suffix == ".gpkg":
            for layer, _ in pyogrio.list_layers(path):
                table = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
                texts[f"{name}: {layer}"] = table.to_csv()
    return texts


def test_nothing_of_the_west_midlands_stands_in_any_output(folder):
    texts = texts_of(folder)
    assert {"report.html", "run.json", "ranking.csv", "issues.csv", "notebooks/01_shortlist.html"} <= set(texts)
    found = {name: sorted(set(ELSEWHERE.findall(text))) for name, text in texts.items() if ELSEWHERE.search(text)}
    assert not found


def test_ten_councils_are_there_and_no_row_is_lost(real, opened, sites):
    files = pd.DataFrame(opened["record"]["register_files"]).set_index("file")
    assert (files["rows_in"] == files["rows_out"] + files["rows_explained"]).all()
    with (real / "real/brownfield/registers_corpus_manifest.csv").open(encoding="utf-8") as lines:
        listed = {row["file"]: int(row["rows"]) for row in csv.DictReader(lines)}
    corpus = {name.rpartition("!")[2]: rows for name, rows in files["rows_in"].items() if "!" in name}
    assert len(corpus) == 10
    above = files["header_row"].set_axis(files.index.str.rpartition("!").get_level_values(-1)) - 1
    assert corpus == {name: listed[name] - above[name] for name in corpus}  # Rochdale's header is the second record
    assert set(sites["organisation"].dropna()) == COUNCILS
    assert sites["organisation"].notna().all()


def test_oldhams_rows_are_those_of_the_national_file(opened, sites):
    oldham = sites[sites["organisation"] == "E08000004"]
    assert oldham["file"].unique().tolist() == ["real/brownfield/brownfield_land_national_2020-11-21.csv.gz"]
    files = pd.DataFrame(opened["record"]["register_files"]).set_index("file")
    assert files.loc[oldham["file"].iloc[0], ["rows_in", "rows_out"]].tolist() == [26_759, 141]
    # one register of 141 rows, of which 27 bear a code that was run down the column
    issues = opened["issues"]
    stray = issues[(issues["issue_type"] == "invalid organisation") & (issues["action"] == "assigned to E08000004")]
    assert len(stray) == 27


def test_corridors_lie_about_the_ten_districts(opened, sites):
    areas, corridors = opened["areas"], opened["corridors"]
    assert set(areas["district_code"]) == COUNCILS
    about = shapely.box(*areas.total_bounds).buffer(2001)
    assert corridors.geometry.dropna().within(about).all()
    assert {"Altrincham", "Bury", "Glossop line", "Atherton line"} <= set(corridors["corridor"])
    assert sites["rank"].notna().sum() > 300
    assert len(opened["shortlist"]) == 25
    within = gpd.sjoin(opened["shortlist"], areas[["geometry"]], predicate="within")
    assert set(within.index) == set(opened["shortlist"].index)


def test_the_run_states_that_the_buses_are_missing(folder, opened, sites):
    stated = [notice.partition(":")[0] for notice in opened["record"]["notices"]]
    assert "no bus stop was read near the areas" in stated
    assert "no bus stop was read near the areas" in (folder / "report.html").read_text(encoding="utf-8").lower()
    assert sites["bus_walk_m"].isna().all()


def test_no_fund_is_checked_and_the_run_states_so(folder, opened, sites):
    columns = ["fund_rules", "fund_rules_failed", "fund_rules_unknown", "fund_rule_reasons"]
    assert pd.read_csv(folder / "ranking.csv", encoding="utf-8-sig")[columns].isna().all(axis=None)
    assert opened["fund_rules"].empty
    assert "No fund's rules were checked in this run." in (folder / "report.html").read_text(encoding="utf-8")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert not any(parameter["name"].startswith(("funds.", "profiles.")) for parameter in record["parameters"])
    assert sites["rule_density_dph"].notna().any()  # homes by rule follow the draft national policy


def test_stations_of_the_table_are_those_of_naptan(real):
    naptan = pd.read_csv(real / "real/transit/naptan_910_stops_2026-07-21.csv.gz", dtype=str).set_index("ATCOCode")
    table = pd.read_csv(PROJECT.with_name("greater_manchester_rail.csv"), dtype=str)
    held = naptan.loc[table["atco"]]
    assert table["easting"].tolist() == held["Easting"].tolist()
    assert table["northing"].tolist() == held["Northing"].tolist()
    plain = held["CommonName"].str.replace(r"( \(Manchester\))? Rail Station$", "", regex=True)
    assert table["stop_name"].tolist() == plain.tolist()
    assert (table.groupby("corridor")["order"].apply(lambda order: order.astype(int).tolist()).map(
        lambda order: order == list(range(1, len(order) + 1))
    )).all()  # fmt: skip
