from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.vector_files import Only, mended, read_attributes, read_vector, vector_columns
from siteprior.core.issues import IssueLog


@pytest.fixture
def lines():
    return gpd.GeoDataFrame(
        {"name": ["a"]}, geometry=[shapely.LineString([(400000, 300000), (401000, 300000)])], crs=27700
    )


def test_plain_zipped_and_in_another_system(tmp_path, lines):
    lines.to_file(tmp_path / "a.gpkg", layer="one")
    degrees = lines.to_crs(4326).to_json()
    with gzip.open(tmp_path / "a.geojson.gz", "wt") as file:
        file.write(degrees)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/a.geojson", degrees)
    (tmp_path / "b.gpkg.gz").write_bytes(gzip.compress((tmp_path / "a.gpkg").read_bytes()))
    for name in ("a.gpkg", "a.geojson.gz", "a.zip!in/a.geojson", "b.gpkg.gz"):
        table = read_vector(tmp_path / name)
        assert table.crs.to_epsg() == 27700
        assert table.index.to_list() == [1]
        assert shapely.hausdorff_distance(table.geometry[1], lines.geometry[0]) < 0.01


def test_geoparquet_plain_and_packed_with_its_named_index(tmp_path, lines):
    lines.set_index("name").to_crs(4326).to_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.parquet.gz").write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.parquet", "in/a.geoparquet")
    for name in ("a.parquet", "b.parquet.gz", "a.zip!in/a.geoparquet"):
        table = read_vector(tmp_path / name)
        assert table.crs.to_epsg() == 27700
        assert table["name"].to_dict() == {1: "a"}
        assert shapely.hausdorff_distance(table.geometry[1], lines.geometry[0]) < 0.01
    with pytest.raises(InputError, match="GeoParquet file has no layers, so no 'x'"):
        read_vector(tmp_path / "a.parquet", layer="x")
    (tmp_path / "text.parquet").write_text("nothing")
    lines.drop(columns="geometry").to_parquet(tmp_path / "plain.parquet")
    for name, words in {
        "text.parquet": "its content is none of GeoPackage", "plain.parquet": "cannot be read as GeoParquet",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=words):
            read_vector(tmp_path / name)


def test_a_system_the_file_does_not_say_can_be_given(tmp_path, lines):
    lines.to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    assert read_vector(tmp_path / "bare.shp", crs="EPSG:27700").total_bounds.tolist() == [4e5, 3e5, 4.01e5, 3e5]
    with pytest.raises(InputError, match="'metres' is not a coordinate system"):
        read_vector(tmp_path / "bare.shp", crs="metres")


def test_rows_without_shape_are_left_to_the_reader(tmp_path, lines):
    lines.set_geometry(gpd.GeoSeries([None], crs=27700)).to_file(tmp_path / "none.gpkg")
    assert read_vector(tmp_path / "none.gpkg").geometry.isna().to_list() == [True]


def test_what_cannot_be_used_is_refused(tmp_path, lines):
    lines.to_file(tmp_path / "two.gpkg", layer="one")
    lines.to_file(tmp_path / "two.gpkg", layer="two")
    (tmp_path / "text.gpkg").write_text("nothing")
    lines.to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    lines.set_crs(4326, allow_override=True).to_file(
        tmp_path / "metres.geojson"
    )  # a GeoJSON is in degrees by its rules
    for name, words in {
        "none.gpkg": "no such file", "two.gpkg": "layers one, two; say which",
        "text.gpkg": "cannot be read as a vector file", "bare.shp": "has no coordinate system",
        "table.csv": "holds no shapes", "metres.geojson": "as EPSG:4326, nothing in it lies in Great Britain",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=words):
            read_vector(tmp_path / name)
    with pytest.raises(InputError, match="no layer 'three'; it has one, two"):
        read_vector(tmp_path / "two.gpkg", layer="three")
    assert len(read_vector(tmp_path / "two.gpkg", layer="two")) == 1


def test_real_unclosed_ring_is_refused_not_crashed(real):
    with pytest.raises(InputError, match=r"CV\.geojson\.gz: cannot be read as a vector file"):
        read_vector(real / "real" / "boundaries" / "postcode_areas" / "CV.geojson.gz")


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", 2.0),  # a bow: two triangles of 1
        ("POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (2 2, 4 2, 4 2, 2 2))", 100.0),  # a hole that is a line
        ("POLYGON ((0 0, 0 0, 0 0, 0 0), (1 2, 0 1, 0 2, 1 2))", 0.0),  # an outer ring that is a point, with a hole
        ("POLYGON ((0 0, 1 0, 0 0, 0 0))", 0.0),
        ("MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)), ((20 20, 24 20, 24 20, 20 20)))", 100.0),
        ("MULTIPOLYGON (((0 0, 2 0, 2 2, 0 2, 0 0)), ((9 9, 9 9, 9 9, 9 9), (1 2, 0 1, 0 2, 1 2)))", 4.0),
    ],
)
def test_broken_polygons_keep_what_is_areal(text, area):
    shapes, faults = mended(np.array([shapely.from_wkt(text)], dtype=object))
    assert list(faults) == [0]
    assert shapes[0].is_valid
    assert shapes[0].area == pytest.approx(area)
    assert shapes[0].is_empty == (area == 0)


def test_a_corner_that_is_no_number_leaves_nothing():
    corners = [(0, 0), (10, 0), (float("nan"), 10), (0, 10)]
    with np.errstate(invalid="ignore"):
        shape = shapely.Polygon(corners)
    shapes, faults = mended(np.array([shape], dtype=object))
    assert shapes[0].is_empty
    assert faults[0].startswith("Invalid Coordinate")


def test_sound_shapes_and_other_kinds_stay_as_they_are():
    shapes_given = np.array([shapely.box(0, 0, 1, 1), None, shapely.Point(0, 0), shapely.LineString([(0, 0), (0, 0)])])
    shapes, faults = mended(shapes_given)
    assert shapes.tolist() == shapes_given.tolist()
    assert faults == {}


RING = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=6)


@settings(max_examples=200, deadline=None)
@given(outer=RING, holes=st.lists(RING, max_size=2))
def test_any_rings_are_mended_into_something_sound_or_empty(outer, holes):
    shapes, _ = mended(np.array([shapely.Polygon(outer, holes)], dtype=object))
    assert shapes[0].is_valid
    assert shapes[0].is_empty or shapes[0].geom_type in ("Polygon", "MultiPolygon")


@pytest.fixture
def areas():
    shapes = [shapely.box(x, 300000, x + 1000, 301000) for x in (400000, 401000, 402000)]
    return gpd.GeoDataFrame({"code": ["A", "B's", "A"], "n": [1, 2, 3]}, geometry=shapes, crs=27700)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.parquet", "a.parquet.gz", "a.geojson.gz"])
def test_some_features_are_read_by_the_value_of_a_column(tmp_path, areas, name):
    plain = tmp_path / name.removesuffix(".gz")
    if ".parquet" in name:
        areas.to_parquet(plain)
    else:
        areas.to_file(plain)
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(gzip.compress(plain.read_bytes()))
    table = read_vector(tmp_path / name, only=Only("code", ["A"]))
    assert table.index.tolist() == [1, 3]
    assert table["n"].tolist() == [1, 3]
    assert read_vector(tmp_path / name, only=Only("code", ["B's"])).index.tolist() == [2]
    assert read_attributes(tmp_path / name, ["n", "none"]).to_dict("list") == {"n": [1, 2, 3]}
    whole = read_vector(tmp_path / name)
    assert shapely.hausdorff_distance(whole.geometry[2], areas.geometry[1]) < 0.01


def test_what_is_no_geoparquet_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match=r"a\.parquet: cannot be read as GeoParquet"):
        read_vector(tmp_path / "a.parquet")
    pd.DataFrame({"code": ["A"]}).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(InputError, match=r"b\.parquet: cannot be read as GeoParquet"):
        read_vector(tmp_path / "b.parquet")
    for read in (read_vector, lambda path: read_attributes(path, ["code"])):
        with pytest.raises(InputError, match="there is no such file"):
            read(tmp_path / "c.parquet")


def bare(path, table):
    """Write a GeoJSON without its member ``crs``, in whatever numbers the table has."""
    text = json.loads(table.to_json())
    text.pop("crs", None)
    path.write_text(json.dumps(text))
    return path


def test_a_stated_system_goes_before_the_default_of_a_geojson(tmp_path, lines):
    log = IssueLog("a.geojson")
    path = bare(tmp_path / "a.geojson", lines)
    assert read_vector(path, crs="EPSG:27700", log=log).total_bounds.tolist() == [4e5, 3e5, 4.01e5, 3e5]
    assert log.rows == []
    with pytest.raises(
        InputError, match=r"as EPSG:4326, nothing in it lies in Great Britain.*State the right one with"
    ):
        read_vector(path)


def test_a_stated_system_goes_before_another_the_file_declares_and_it_is_logged(tmp_path, lines):
    lines.set_crs(3857, allow_override=True).to_file(tmp_path / "a.gpkg")
    for own in ("a.gpkg", "b.geojson"):
        if own == "b.geojson":
            (tmp_path / own).write_text(lines.set_crs(3857, allow_override=True).to_json())
        log = IssueLog(own)
        assert read_vector(tmp_path / own, crs="{'init': 'epsg:27700'}", log=log).total_bounds[0] == 4e5
        assert [(row["field"], row["value"], row["severity"]) for row in log.rows] == [("crs", "EPSG:3857", "warning")]


def test_a_stated_system_goes_before_one_that_cannot_be_read(tmp_path, lines):
    lines.to_file(tmp_path / "junk.shp")
    (tmp_path / "junk.prj").write_text("rubbish")
    lines.to_file(tmp_path / "junk.gpkg")
    with closing(sqlite3.connect(tmp_path / "junk.gpkg")) as opened, opened:
        opened.execute(
            "UPDATE gpkg_spatial_ref_sys SET definition = 'rubbish', organization = 'X', organization_coordsys_id = 9 "
            "WHERE srs_id = 27700"
        )
    for name in ("junk.shp", "junk.gpkg"):
        with pytest.raises(InputError, match="has no coordinate system that can be read; state it with crs"):
            read_vector(tmp_path / name)
        assert read_vector(tmp_path / name, crs="EPSG:27700").total_bounds[0] == 4e5


CLOSED = [[-1.9, 52.4], [-1.8, 52.4], [-1.8, 52.5], [-1.9, 52.4]]


@pytest.mark.parametrize(
    ("corner", "value", "action"),
    [
        ("[NaN, 52.4]", "nan 52.4", "no place: a corner is no finite number on the Earth"),
        ("[Infinity, 52.4]", "inf 52.4", "no place: a corner is no finite number on the Earth"),
        ("[1e308, 52.4]", "1e+308 52.4", "no place: a corner is no finite number on the Earth"),
        ("[4000, 52.4]", "", "no place: a corner cannot be brought from EPSG:4326 to EPSG:27700"),
    ],
)
def test_what_has_no_place_on_the_grid_is_named_by_row(tmp_path, corner, value, action):
    good = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [CLOSED]}}
    bad = json.dumps(good).replace("[-1.8, 52.4]", corner)
    (tmp_path / "a.geojson").write_text(
        f'{{"type": "FeatureCollection", "features": [{json.dumps(good)}, {bad}, {json.dumps(good)}]}}'
    )
    log = IssueLog("a.geojson")
    assert read_vector(tmp_path / "a.geojson", log=log).geometry.notna().tolist() == [True, False, True]
    assert [(row["row"], row["action"]) for row in log.rows] == [(2, action)]
    assert value in log.rows[0]["value"]


def test_a_ring_no_library_can_make_is_named_by_its_feature(tmp_path):
    good = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [CLOSED]}}
    bad = json.dumps(good).replace("[-1.9, 52.4]", "[NaN, 52.4]")
    (tmp_path / "a.geojson").write_text(f'{{"type": "FeatureCollection", "features": [{json.dumps(good)}, {bad}]}}')
    with pytest.raises(InputError, match=r"feature 2: .*do not form a closed"):
        read_vector(tmp_path / "a.geojson")


def test_columns_are_listed_without_reading_a_shape(tmp_path, lines):
    assert vector_columns(bare(tmp_path / "a.geojson", lines)) == ["id", "name"]
    lines.to_parquet(tmp_path / "a.parquet")
    assert vector_columns(tmp_path / "a.parquet") == ["name"]


def test_a_coordinate_system_that_is_no_text_is_refused(tmp_path):
    gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([4e5], [29e4]), crs=27700).to_file(tmp_path / "a.shp")
    stated = (tmp_path / "a.prj").read_bytes()
    (tmp_path / "a.prj").write_bytes(stated[:8] + b"\xff\xfe" + stated[10:])
    with pytest.raises(InputError, match=r"a\.shp: cannot be read as a vector file .*; save it as GeoPackage"):
        read_vector(tmp_path / "a.shp")
