"""The part of a vector file about a box: the features, their numbers, and what is known of the whole file."""

from __future__ import annotations

import zipfile

import geopandas as gpd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io.vector_part import in_box, read_part, whole_bounds
from siteprior.core.issues import IssueLog

PLACES = [(430_000, 300_000), (400_000, 290_000), (400_200, 290_000), (600_000, 150_000)]
BOX = (399_900.0, 289_900.0, 400_500.0, 290_500.0)


@pytest.fixture
def table():
    shapes = [shapely.box(x, y, x + 100, y + 100) for x, y in PLACES]
    return gpd.GeoDataFrame({"name": list("abcd")}, geometry=shapes, crs=27700)


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "fgb", "parquet"])
@pytest.mark.parametrize("degrees", [False, True])
def test_the_features_about_the_box_with_their_numbers_in_the_file(tmp_path, table, ending, degrees):
    path = tmp_path / f"tips.{ending}"
    written = table.to_crs(4326) if degrees or ending == "geojson" else table
    if ending == "parquet":
        written.to_parquet(path)
    else:
        written.to_file(path, **({"SPATIAL_INDEX": "NO"} if ending == "fgb" else {}))
    part = read_part(path, BOX)
    assert part.table["name"].to_dict() == {2: "b", 3: "c"}
    assert part.table.crs.to_epsg() == 27700
    assert part.table.area.tolist() == pytest.approx([10_000, 10_000], abs=1)
    assert part.rows == 4
    assert part.bounds == pytest.approx((400_000, 150_000, 600_100, 300_100), abs=4_000)  # of degrees a slanted box


def test_nothing_about_the_box_is_an_empty_part_that_knows_where_the_file_lies(tmp_path, table):
    path = tmp_path / "tips.gpkg"
    table.to_file(path)
    part = read_part(path, (100_000, 100_000, 110_000, 110_000))
    assert (len(part.table), part.rows, part.bounds) == (0, 4, (400_000, 150_000, 600_100, 300_100))


def test_an_answer_without_features_is_empty(tmp_path):
    path = tmp_path / "none.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    part = read_part(path, BOX)
    assert (len(part.table), part.rows, part.bounds) == (0, 0, None)


def test_a_stated_coordinate_system_goes_before_the_default(tmp_path, table):
    path = tmp_path / "metres.geojson"
    path.write_text(table.set_crs(None, allow_override=True).to_json(), encoding="utf-8")
    log = IssueLog("metres.geojson")
    assert read_part(path, BOX, crs="EPSG:27700", log=log).table["name"].tolist() == ["b", "c"]


def test_what_is_no_layer_of_shapes_is_refused(tmp_path, table):
    with pytest.raises(InputError, match="there is no such file"):
        read_part(tmp_path / "none.gpkg", BOX)
    path = tmp_path / "tips.gpkg"
    table.to_file(path, layer="tips")
    with pytest.raises(InputError, match="has no layer 'pits'; it has tips"):
        read_part(path, BOX, layer="pits")
    left_out = tmp_path / "five.geojson"
    left_out.write_text('{"type": "FeatureCollection", "features": [{"type": 5}]}', encoding="utf-8")
    with pytest.raises(InputError, match=r'feature 1 of 1 is none, its type is 5, not "Feature"'):
        read_part(left_out, BOX)


def test_a_long_feature_across_the_box_is_in_it():
    river = gpd.GeoDataFrame(geometry=[shapely.box(0, 290_100, 600_000, 290_110)], crs=27700)
    assert len(in_box(river, BOX)) == 1


def test_the_box_about_boxes_leaves_those_without_a_place_apart():
    assert whole_bounds([]) is None
    assert whole_bounds([(float("nan"),) * 4]) is None


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet"])
def test_features_without_a_shape_are_counted_in_the_log(tmp_path, table, ending):
    path = tmp_path / f"tips.{ending}"
    table.loc[[1, 3], "geometry"] = None
    table = table.to_crs(4326) if ending == "geojson" else table
    if ending == "parquet":
        table.to_parquet(path)
    else:
        table.to_file(path)
    log = IssueLog(path.name)
    part = read_part(path, BOX, log=log)
    assert (part.table["name"].to_dict(), part.rows) == ({3: "c"}, 4)
    assert [(row["row"], row["value"], row["action"]) for row in log.rows] == [
        (2, "2 of 4 features, this one first", "left out: has no shape")
    ]


def test_a_coordinate_system_without_a_way_to_the_grid_is_refused(tmp_path, table):
    path = tmp_path / "tips.shp"
    table.to_file(path)
    local = 'ENGCRS["site",EDATUM["pegs"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
    path.with_suffix(".prj").write_text(local.replace("ENGCRS", "LOCAL_CS"), encoding="utf-8")
    with pytest.raises(InputError, match=r"tips\.shp: (no place in its|has no) coordinate system"):
        read_part(path, BOX)


def test_a_damaged_member_of_a_zip_is_refused(tmp_path, table):
    table.to_file(tmp_path / "tips.shp")
    with zipfile.ZipFile(tmp_path / "tips.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "tips.shp", "tips.shp")
        start = archive.infolist()[0].header_offset + 30 + len("tips.shp")
    data = bytearray((tmp_path / "tips.zip").read_bytes())
    data[start : start + 4] = b"\xff" * 4  # deflate knows no block of this kind
    (tmp_path / "tips.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"tips\.zip.*cannot be unpacked"):
        read_part(tmp_path / "tips.zip", BOX)
