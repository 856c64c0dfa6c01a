"""What the files of a folder are, by what stands in them and not by their names."""

from __future__ import annotations

import os
import pathlib
import shutil
import zipfile

import geopandas as gpd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.pipeline.new_project.recognise import recognise_files, recognised_text

DATA = shipped("data")


def keys(folder):
    return {each.path: each.key for each in recognise_files(folder)}


def test_the_files_of_the_sample_are_known_for_what_they_are():
    known = keys(DATA)
    registers = {path for path, key in known.items() if key == "sources.registers"}
    assert {path for path in registers if path.startswith("sites/")} == registers
    assert {"sites/birmingham.csv", "sites/coventry.xlsx", "sites/dudley.csv"} < registers
    assert "sites/public_estate.csv" not in registers
    assert {path: known[path] for path in (
        "transit/naptan.csv", "transit/corridors.csv", "transit/timetable.zip", "boundaries/lsoa21.geojson",
        "deprivation/iod2025.csv", "market/codepoint.csv", "market/price_paid.csv.gz", "market/floor_areas.csv.gz",
        "evidence/historic_landfill.zip", "evidence/flood_zones.geojson", "evidence/green-belt.csv",
        "evidence/census2021-ts054-lsoa.csv", "evidence/land_values.xlsx", "evidence/site_facts.csv",
        "evidence/parcels/Dudley_Council.zip",
    )} == {
        "transit/naptan.csv": "sources.stops", "transit/corridors.csv": "corridors.paths",
        "transit/timetable.zip": "sources.timetables", "boundaries/lsoa21.geojson": "sources.areas",
        "deprivation/iod2025.csv": "sources.deprivation", "market/codepoint.csv": "sources.postcodes",
        "market/price_paid.csv.gz": "sources.sales", "market/floor_areas.csv.gz": "sources.floor_areas",
        "evidence/historic_landfill.zip": "evidence.historic_landfill",
        "evidence/flood_zones.geojson": "evidence.flood_zones", "evidence/green-belt.csv": "evidence.green_belt",
        "evidence/census2021-ts054-lsoa.csv": "evidence.households",
        "evidence/land_values.xlsx": "evidence.land_values", "evidence/site_facts.csv": "sources.site_facts",
        "evidence/parcels/Dudley_Council.zip": "evidence.parcels",
    }  # fmt: skip


def test_names_say_nothing_where_the_content_does(tmp_path):
    shutil.copy(DATA / "transit" / "naptan.csv", tmp_path / "download(3).csv")
    shutil.copy(DATA / "sites" / "birmingham.csv", tmp_path / "stops.csv")
    assert keys(tmp_path) == {"download(3).csv": "sources.stops", "stops.csv": "sources.registers"}


def test_areas_come_with_their_columns_and_year(tmp_path):
    table = gpd.GeoDataFrame({"LSOA11CD": ["E01000001"], "LSOA11NM": ["A 1"], "LAD11CD": ["E09000001"]},
                             geometry=[shapely.box(0, 0, 1, 1)], crs=27700)  # fmt: skip
    table.to_file(tmp_path / "old.gpkg")
    table.to_parquet(tmp_path / "old.parquet")
    for each in recognise_files(tmp_path):
        assert (each.key, dict(each.keys)) == (
            "sources.areas", {"code": "LSOA11CD", "name": "LSOA11NM", "district": "LAD11CD", "year": 2011},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("broken.zip", b"PK\x03\x04", "is no zip, or was cut off"),
        ("empty.csv", b"", "nothing"),
        ("page.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>", "no name for"),
        ("photo.jpg", b"\xff\xd8\xff", "of a kind siteprior does not read"),
        ("cut.parquet", b"PAR1", "is no Parquet file"),
        ("note.csv", b"hello,world\n1,2\n", "it begins with hello, world"),
    ],
)
def test_what_is_not_known_is_named_with_why_and_stops_nothing(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    (found,) = recognise_files(tmp_path)
    assert found.key == ""
    assert words in found.what


def test_a_shapefile_is_one_file_and_hidden_files_are_none(tmp_path):
    gpd.GeoDataFrame({"ID": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=27700).to_file(tmp_path / "flood_zones.shp")
    (tmp_path / ".secret.csv").write_text("ATCOCode,CommonName\n")
    (tmp_path / "~$book.xlsx").write_text("")
    assert keys(tmp_path) == {"flood_zones.shp": "evidence.flood_zones"}
    assert recognised_text(recognise_files(tmp_path)) == "flood_zones.shp: flood zones → [evidence] flood_zones"


def test_a_zip_of_other_files_names_some(tmp_path):
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as opened:
        opened.writestr("a/register.csv", "x")
    (found,) = recognise_files(tmp_path)
    assert "a zip of 1 files (register.csv)" in found.what


def test_no_folder_and_an_empty_one_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        recognise_files(tmp_path / "nowhere")
    with pytest.raises(InputError, match="holds no file"):
        recognise_files(tmp_path)


def test_all_real_registers_and_none_of_what_lies_beside_them(real):
    found = keys(real / "real" / "brownfield")
    folders = ("registers_wmca/", "registers_messy/")
    assert {key for path, key in found.items() if path.startswith(folders)} == {"sources.registers"}
    beside = [path for path, key in found.items() if key == "sources.registers" and not path.startswith(folders)]
    assert all("national_2020" in path or "example_rows" in path for path in beside), beside


@pytest.mark.parametrize(
    "name", ["greenwich_wards", "greenfield_sites", "delisted_pubs", "flood_defences", "my_green_belt"]
)
def test_a_name_that_only_holds_a_publishers_word_is_no_layer_of_its(name, tmp_path):
    gpd.GeoDataFrame({"ID": [1]}, geometry=[shapely.box(0, 0, 1, 1)], crs=27700).to_file(tmp_path / f"{name}.gpkg")
    assert keys(tmp_path) == {f"{name}.gpkg": ""}


def test_a_street_file_begins_as_one(tmp_path):
    (tmp_path / "a.osm").write_text("<!doctype html><p>Sign in</p>")
    (tmp_path / "b.osm").write_text('<?xml version="1.0"?><osm version="0.6"></osm>')
    assert keys(tmp_path) == {"a.osm": "", "b.osm": "sources.streets"}


def test_of_the_real_indices_those_by_area_are_known_with_their_edition(real):
    found = {each.path: dict(each.keys) for each in recognise_files(real / "real" / "deprivation") if each.key}
    assert not [path for path in found if "File_10" in path or "_lad_" in path]
    assert found["File_1_-_IMD2019_Index_of_Multiple_Deprivation.csv.gz"] == {"edition": 2019}
    assert found["imd2025_england_lsoa21.parquet"] == {"edition": 2025}
    assert "imd2015_england_lsoa11.parquet" not in found


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg", "zip", "parquet", "osm.pbf", "tif"])
def test_a_file_that_is_closed_is_named_and_stops_nothing(ending, tmp_path, monkeypatch):
    (tmp_path / "open.csv").write_text("a,b\n1,2\n")
    closed = tmp_path / f"closed.{ending}"
    closed.write_bytes(b"x")
    opened = pathlib.Path.open

    def refuse(path, *args, **kwargs):
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **kwargs)

    monkeypatch.setattr(pathlib.Path, "open", refuse)
    found = {each.path: each.what for each in recognise_files(tmp_path)}
    assert found[closed.name] == "cannot be opened (Permission denied)"
    assert set(found) == {closed.name, "open.csv"}


def test_folders_that_are_closed_are_named(tmp_path, monkeypatch):
    for name in ("a/closed/x.csv", "b/x.csv", "listed/x.csv"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("a,b\n1,2\n")
    listed, stated = os.scandir, pathlib.Path.is_file

    def scan(path):
        if pathlib.Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    def is_file(path):
        if path.parent.name == "listed":
            raise PermissionError(13, "Permission denied", str(path))
        return stated(path)

    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(pathlib.Path, "is_file", is_file)
    found = {each.path: each.what for each in recognise_files(tmp_path)}
    assert list(found) == ["a/closed", "b/x.csv", "listed/x.csv"]
    assert found["a/closed"] == found["listed/x.csv"] == "cannot be opened (Permission denied)"
    with pytest.raises(InputError, match=r"closed: cannot be opened \(Permission denied\)"):
        recognise_files(tmp_path / "a" / "closed")


def test_links_in_a_circle_and_to_nowhere_end(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "stops.csv").write_text("a,b\n1,2\n")
    try:
        (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "self.csv").symlink_to("self.csv")
        (tmp_path / "nowhere.csv").symlink_to("none")
    except OSError:
        pytest.skip("no links here")
    assert list(keys(tmp_path)) == ["a/stops.csv"]
