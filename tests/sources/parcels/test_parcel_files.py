"""Files of parcels: as published and otherwise saved, kept between runs, and nothing written beside them."""

from __future__ import annotations

import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely

from factories.parcels import GML_NAME, council_zip, gml, squares
from siteprior.core.errors import InputError
from siteprior.sources.parcels import parcel_files
from siteprior.sources.parcels.parcel_files import read_parcel_file

BOW = shapely.Polygon([(400100, 290000), (400120, 290020), (400120, 290000), (400100, 290020)])
PARCELS = [*squares(20_000_001, (400000, 290000), (400020, 290000)), ("20000003", BOW)]


@pytest.fixture
def parsed(monkeypatch):
    """Count how often a published file is parsed."""
    done = []
    read = parcel_files.read_published_form

    def counted(*args):
        done.append(1)
        return read(*args)

    monkeypatch.setattr(parcel_files, "read_published_form", counted)
    return done


def same(one, other):
    assert one.table["inspire_id"].tolist() == other.table["inspire_id"].tolist()
    assert one.table.index.equals(other.table.index)
    assert [shape.wkb for shape in one.table.geometry] == [shape.wkb for shape in other.table.geometry]
    assert one.issues.equals(other.issues)
    assert one.provenance == other.provenance


def test_the_zip_as_published_is_read_and_broken_polygons_are_mended_and_logged(tmp_path):
    path = council_zip(tmp_path / "Birmingham_City_Council.zip", gml(*PARCELS))
    reading = read_parcel_file(path, file="parcels/Birmingham_City_Council.zip")
    assert reading.table["inspire_id"].tolist() == ["20000001", "20000002", "20000003"]
    assert reading.table.area.tolist() == [400, 400, 200]
    assert reading.issues[["row", "issue_type"]].to_numpy().tolist() == [[3, "invalid geometry - fixed"]]
    assert [(read.role, read.file, read.rows) for read in reading.provenance] == [
        ("parcels", "parcels/Birmingham_City_Council.zip", 3)
    ]


def test_a_parcel_without_a_shape_is_left_out_and_logged(tmp_path):
    path = council_zip(tmp_path / "a.zip", gml(("9", ""), *PARCELS[:1]))
    reading = read_parcel_file(path, file="a.zip")
    assert reading.table["inspire_id"].tolist() == ["20000001"]
    assert reading.issues[["row", "issue_type"]].to_numpy().tolist() == [[1, "invalid geometry - not fixable"]]


@pytest.mark.parametrize("kind", ["gml", "member", "folder in a zip", "gz"])
def test_it_is_read_however_it_is_packed(tmp_path, kind):
    whole = read_parcel_file(council_zip(tmp_path / "a.zip", gml(*PARCELS)), file="a")
    path = tmp_path / GML_NAME
    path.write_text(gml(*PARCELS))
    if kind == "member":
        path = f"{council_zip(tmp_path / 'b.zip', gml(*PARCELS), member='parcels.xml')}!parcels.xml"
    elif kind == "folder in a zip":
        path = council_zip(tmp_path / "b.zip", gml(*PARCELS), member=f"Birmingham/{GML_NAME}")
    elif kind == "gz":
        import gzip

        (tmp_path / "a.gml.gz").write_bytes(gzip.compress(path.read_bytes()))
        path = tmp_path / "a.gml.gz"
    other = read_parcel_file(path, file="a")
    assert other.table["inspire_id"].tolist() == whole.table["inspire_id"].tolist()
    assert other.table.area.tolist() == whole.table.area.tolist()


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "saved.gml"])
@pytest.mark.parametrize("column", ["INSPIREID", "inspireid"])
def test_the_same_saved_in_another_format_is_read(tmp_path, name, column):
    if name.endswith("gml") and column != "INSPIREID":
        return
    saved = gpd.GeoDataFrame(
        {column: [int(name) for name, _ in PARCELS]}, geometry=[shape for _, shape in PARCELS], crs=27700
    )
    saved.to_file(tmp_path / name)
    there = sorted(tmp_path.iterdir())
    reading = read_parcel_file(tmp_path / name, file=name)
    assert reading.table["inspire_id"].tolist() == ["20000001", "20000002", "20000003"]
    assert reading.table.area.round(3).tolist() == pytest.approx([400, 400, 200], abs=0.1)
    assert reading.issues["issue_type"].tolist() == ["invalid geometry - fixed"]
    assert sorted(tmp_path.iterdir()) == there


def test_a_layer_and_a_coordinate_system_are_taken_as_stated(tmp_path):
    saved = gpd.GeoDataFrame({"INSPIREID": ["1"]}, geometry=[PARCELS[0][1]], crs=27700)
    saved.to_file(tmp_path / "a.gpkg", layer="parcels")
    saved.to_file(tmp_path / "a.gpkg", layer="others")
    assert len(read_parcel_file(tmp_path / "a.gpkg", file="a", layer="parcels", crs="EPSG:27700").table) == 1
    with pytest.raises(InputError, match="has the layers"):
        read_parcel_file(tmp_path / "a.gpkg", file="a")


def test_what_is_no_file_of_parcels_is_refused_by_name(tmp_path):
    gpd.GeoDataFrame({"zone": [3]}, geometry=[PARCELS[0][1]], crs=27700).to_file(tmp_path / "flood.gpkg")
    with pytest.raises(InputError, match=r"flood\.gpkg: has no column INSPIREID.*it has zone"):
        read_parcel_file(tmp_path / "flood.gpkg", file="flood.gpkg")
    (tmp_path / "a.csv").write_text("reference,hectares\n1,2\n")
    with pytest.raises(InputError, match=r"a\.csv: cannot be read as a vector file"):
        read_parcel_file(tmp_path / "a.csv", file="a.csv")
    with pytest.raises(InputError, match="there is no such file"):
        read_parcel_file(tmp_path / "gone.zip", file="gone.zip")
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(InputError, match=r"b\.zip"):
        read_parcel_file(tmp_path / "b.zip", file="b.zip")


def test_nothing_is_written_beside_the_data_and_a_folder_for_reading_is_enough(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    council_zip(folder / "a.zip", gml(*PARCELS))
    (folder / GML_NAME).write_text(gml(*PARCELS))
    folder.chmod(0o555)
    there = sorted(folder.iterdir())
    try:
        for each in there:
            assert len(read_parcel_file(each, file="a", cache=tmp_path / "cache").table) == 3
            assert sorted(folder.iterdir()) == there
    finally:
        folder.chmod(0o755)


def test_a_second_run_takes_what_was_kept_and_reports_the_same(tmp_path, parsed):
    path, cache = council_zip(tmp_path / "a.zip", gml(("", PARCELS[0][1]), *PARCELS)), tmp_path / "cache" / "deep"
    plain = read_parcel_file(path, file="a.zip")
    first = read_parcel_file(path, file="a.zip", cache=cache)
    second = read_parcel_file(path, file="a.zip", cache=cache)
    assert len(parsed) == 2
    same(plain, first)
    same(first, second)
    moved = shutil.copy(path, tmp_path / "b.zip")
    assert set(read_parcel_file(moved, file="b.zip", cache=cache).issues["file"]) == {"b.zip"}
    assert len(parsed) == 2
    [kept] = cache.iterdir()
    before = kept.read_bytes()
    kept.unlink()
    read_parcel_file(path, file="c.zip", cache=cache)
    assert kept.read_bytes() == before


def test_a_damaged_cache_is_made_again_and_another_file_is_another(tmp_path, parsed):
    path, cache = council_zip(tmp_path / "a.zip", gml(*PARCELS)), tmp_path / "cache"
    whole = read_parcel_file(path, file="a.zip", cache=cache)
    [kept] = cache.iterdir()
    data = kept.read_bytes()
    for count, broken in enumerate([b"", data[:-30], data[:900] + bytes(9) + data[909:], b"PK\x03\x04"], 2):
        kept.write_bytes(broken)
        same(read_parcel_file(path, file="a.zip", cache=cache), whole)
        assert len(parsed) == count
        assert kept.read_bytes() == data
    other = council_zip(tmp_path / "b.zip", gml(*PARCELS[:1]))
    assert len(read_parcel_file(other, file="b.zip", cache=cache).table) == 1
    assert len(list(cache.iterdir())) == 2


def test_a_cache_that_cannot_be_written_is_gone_without(tmp_path):
    (tmp_path / "file").write_text("no folder")
    path = council_zip(tmp_path / "a.zip", gml(*PARCELS))
    reading = read_parcel_file(path, file="a.zip", cache=tmp_path / "file" / "cache")
    assert np.array_equal(reading.table.index, [1, 2, 3])
