"""Files, File Geodatabases and members of archives: what is read for each, and what is refused."""

from __future__ import annotations

import shutil
import zipfile

import geopandas as gpd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import is_vector_folder, record
from siteprior.core.io.vector_files import read_attributes, read_vector, vector_columns
from siteprior.core.io.vector_sources import vector_source

AREAS = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=shapely.box([0, 4e5], 29e4, [100, 400100], 290100), crs=27700)


@pytest.fixture
def folder(tmp_path):
    AREAS.to_file(tmp_path / "land.gdb", driver="OpenFileGDB", layer="areas")
    AREAS.to_file(tmp_path / "land.shp")
    AREAS.to_file(tmp_path / "land.gpkg")
    return tmp_path


def zipped(folder, name, *files):
    with zipfile.ZipFile(folder / name, "w") as archive:
        for file in files:
            for each in sorted(folder.glob(file)):
                archive.write(each, f"in it/{each.relative_to(folder).as_posix()}")
    return folder / name


def same(path, **options):
    table = read_vector(path, **options)
    return table["code"].tolist() == ["A", "B"] and table.area.tolist() == [10_000, 10_000]


def test_a_file_geodatabase_is_read(folder):
    assert same(folder / "land.gdb")
    assert same(folder / "land.gdb", layer="areas")
    assert "code" in vector_columns(folder / "land.gdb")
    assert read_attributes(folder / "land.gdb", ["code"])["code"].tolist() == ["A", "B"]
    assert is_vector_folder(folder / "land.gdb")


def test_its_record_is_that_of_all_its_files(folder):
    first = record(folder / "land.gdb", role="layer", file="land.gdb", rows=2)
    (folder / "land.gdb" / "x.lock").write_text("a lock is no part of it")
    assert record(folder / "land.gdb", role="layer", file="land.gdb", rows=2) == first
    assert first.bytes == sum(each.stat().st_size for each in (folder / "land.gdb").iterdir() if each.suffix != ".lock")
    shutil.copytree(folder / "land.gdb", folder / "copy.gdb")
    assert record(folder / "copy.gdb", role="layer", file="land.gdb", rows=2) == first
    table = next(each for each in sorted((folder / "copy.gdb").iterdir()) if each.suffix == ".gdbtable")
    table.write_bytes(table.read_bytes() + b"x")
    assert record(folder / "copy.gdb", role="layer", file="land.gdb", rows=2).sha256 != first.sha256


def test_members_of_archives_are_read_with_the_files_beside_them(folder):
    shapes = zipped(folder, "shapes.zip", "land.shp", "land.shx", "land.dbf", "land.prj", "land.cpg")
    base = zipped(folder, "base.zip", "land.gdb/*")
    package = zipped(folder, "package.zip", "land.gpkg")
    for path in (
        f"{shapes}!in it/land.shp", f"{base}!in it/land.gdb", f"{base}!in it/land.gdb/", f"{package}!in it/land.gpkg",
        shapes, base, package,
    ):  # fmt: skip
        assert same(path)


def test_an_archive_that_holds_several_names_them(folder):
    both = zipped(folder, "both.zip", "land.gpkg", "land.gdb/*")
    with pytest.raises(
        InputError, match=r"is an archive; name the file in it, such as .*both\.zip!in it/land\.gdb \(it"
    ):
        read_vector(both)
    with pytest.raises(InputError, match=r"has no member 'x\.shp'; name the file in it, such as in it/land\.gdb"):
        read_vector(f"{both}!x.shp")
    with zipfile.ZipFile(folder / "text.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InputError, match="is an archive without a file of shapes"):
        read_vector(folder / "text.zip")


def test_folders_that_are_none_are_named(folder, tmp_path):
    with pytest.raises(InputError, match=r"is a folder; name the file in it, such as land\.gdb \(it has land\.gdb, "):
        vector_source(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"is a folder; name the file in it$"):
        vector_source(tmp_path / "empty")
    (tmp_path / "false.gdb").mkdir()
    (tmp_path / "false.gdb" / "a00000001.gdbtable").write_bytes(b"<OGRVRTDataSource/>")
    with pytest.raises(InputError, match="is a folder and no File Geodatabase"):
        vector_source(tmp_path / "false.gdb")
    with pytest.raises(InputError, match="no such file"):
        vector_source(tmp_path / "gone.gdb")
    with pytest.raises(InputError, match="no such file"):
        vector_source(f"{tmp_path / 'gone.zip'}!a.shp")


def test_descriptions_of_others_are_refused_in_archives_too(folder):
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("a.shp", "<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>")
    for path in (f"{folder / 'a.zip'}!a.shp", folder / "a.zip"):
        with pytest.raises(InputError, match="never followed"):
            read_vector(path)
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and nothing")
    with pytest.raises(InputError, match="cannot be unpacked"):
        read_vector(f"{folder / 'broken.zip'}!a.shp")


@pytest.mark.parametrize("name", ["land.gml", "a b&c%41+d,e.gml"])
def test_nothing_is_written_beside_a_gml_file(folder, name):
    AREAS.to_file(folder / "made.gml", driver="GML")
    for made in folder.glob("made.*"):
        if made.suffix == ".gml":
            made.rename(folder / name)
        else:
            made.unlink()
    there = sorted(folder.iterdir())
    assert same(folder / name)
    assert read_attributes(folder / name, ["code"])["code"].tolist() == ["A", "B"]
    assert "code" in vector_columns(folder / name)
    assert sorted(folder.iterdir()) == there
