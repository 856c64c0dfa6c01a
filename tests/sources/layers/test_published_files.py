"""Files of a published layer: what lies about the areas, several files, the cache, and what is refused by name."""

from __future__ import annotations

import pytest
import shapely

from factories.published import SOUTH, WEST, frame, given, planning_csv, save, square
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.project.coverage import PublishedLayer
from siteprior.sources.layers import published_files
from siteprior.sources.layers.published_files import Wanted, layer_of, read_published

MARGIN = load_parameters("evidence").number("margin_m")
PARKS = Wanted("parks", columns={"name": ("park name", "name")}, datasets=("park",))
BOX = [WEST, SOUTH, WEST + 2000, SOUTH + 2000]


def read(*paths, wanted=PARKS, cache=None, **entry):
    entries = [PublishedLayer.model_validate({"path": path.name, **entry}) for path in paths]
    return read_published(wanted, paths, [path.name for path in paths], entries, given(cache))


def test_only_what_lies_about_the_areas_is_kept(tmp_path):
    far = square(2_000 + MARGIN + 10, 0)
    path = save(tmp_path / "parks.gpkg", frame([square(0, 0), square(2_000 + MARGIN - 10, 0), far], name=list("abc")))
    found = read(path)
    [file] = found.files
    assert file.table["name"].to_dict() == {1: "a", 2: "b"}
    assert found.provenance[0].rows == 3
    assert file.seen["name"] == ("a", "b", "c")


def test_many_files_are_one_layer_that_looked_where_any_did(tmp_path):
    one = save(tmp_path / "one.gpkg", frame([square(0, 0)], Park_Name=["a"]))
    two = save(tmp_path / "two.shp", frame([square(1500, 0)], name=["b"]))
    entries = [PublishedLayer(path="one.gpkg", coverage="E08000025"), PublishedLayer(path="two.shp")]
    found = read_published(PARKS, [one, two], ["one.gpkg", "two.shp"], entries, given())
    layer = layer_of(found.files, value="name")
    assert layer.features["value"].tolist() == ["a", "b"]
    assert (layer.file, layer.extent.area, layer.placed) == ("one.gpkg, two.shp", 2_000_000, True)


def test_from_the_cache_comes_the_same_without_reading(tmp_path, monkeypatch):
    path = save(tmp_path / "parks.gpkg", frame([square(0, 0)], name=["a"]))
    first = read(path, cache=tmp_path / "cache")
    monkeypatch.setattr(published_files, "read_part", None)
    again = read(path, cache=tmp_path / "cache")
    assert again.files[0].table.equals(first.files[0].table)
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_bytes(b"damaged")
    monkeypatch.undo()
    assert read(path, cache=tmp_path / "cache").files[0].table.equals(first.files[0].table)


@pytest.mark.parametrize("ending", ["gpkg", "shp"])
def test_another_file_under_the_name_is_read_anew(tmp_path, ending):
    path = tmp_path / f"parks.{ending}"  # of a shapefile only the table beside it differs
    for name in ("a", "b"):
        save(path, frame([square(0, 0)], name=[name]))
        assert read(path, cache=tmp_path / "cache").files[0].table["name"].tolist() == [name]


def test_polygons_of_many_corners_are_kept_in_pieces(tmp_path):
    most = load_parameters("evidence").integer("most_corners")
    lake = shapely.Point(WEST + 500, SOUTH + 500).buffer(300, quad_segs=most)
    path = save(tmp_path / "lake.gpkg", frame([lake], name=["lake"]))
    [file] = read(path).files
    assert len(file.table) > 1
    assert set(file.table.index) == {1}
    assert file.table.area.sum() == pytest.approx(lake.area)
    [whole] = read(path, wanted=Wanted("parks", polygons=False)).files
    assert len(whole.table) == 1


def test_all_faults_of_all_files_are_named_at_once(tmp_path):
    other = planning_csv(tmp_path / "ca.csv", frame([square(0, 0)], name=["a"]), "conservation-area")
    points = save(tmp_path / "points.gpkg", frame([square(0, 0).centroid], name=["a"]))
    with pytest.raises(InputError) as refused:
        read(other, points, tmp_path / "none.gpkg", coverage=BOX)
    assert [text.partition("; ")[0] for text in refused.value.faults] == [
        "parks: ca.csv: is the dataset 'conservation-area' by its column dataset, not park",
        "parks: points.gpkg: holds Point about the areas, and polygons are needed",
        "none.gpkg: there is no such file",
    ]


def test_nothing_about_the_areas_is_a_zero_with_coverage_and_else_refused(tmp_path):
    path = save(tmp_path / "parks.gpkg", frame([square(9_000, 0)], name=["a"]))
    assert layer_of(read(path, coverage=BOX).files).extent.area == 4_000_000
    with pytest.raises(InputError, match=r"parks: parks\.gpkg: lies elsewhere than the areas of the project"):
        read(path)


def test_land_parcels_are_known_as_such(tmp_path):
    path = save(tmp_path / "gml.gpkg", frame([square(0, 0)], INSPIREID=["1"]))
    with pytest.raises(InputError, match="has the column INSPIREID, by which it is land parcels"):
        read(path)


LINE = square(0, 0).exterior
FAR_LINE = square(50_000, 0).exterior


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "csv"])
@pytest.mark.parametrize("coverage", ["England", BOX, None])
@pytest.mark.parametrize(
    ("shapes", "polygons", "says"),
    [
        ([None], True, "none of its 1 features has a polygon"),
        ([None, shapely.Polygon()], True, "none of its 2 features has a polygon"),
        ([FAR_LINE, None], True, "none of its 2 features has a polygon"),
        ([square(50_000, 0).centroid] * 3, True, "none of its 3 features has a polygon"),
        ([LINE], True, "holds LineString about the areas, and polygons are needed"),
        ([None, None], False, "none of its 2 features has a shape"),
    ],
)
def test_features_of_which_none_is_of_use_have_looked_nowhere(tmp_path, ending, coverage, shapes, polygons, says):
    path = tmp_path / f"parks.{ending}"
    table = frame([None if s is None else shapely.LineString(s) if s.geom_type == "LinearRing" else s for s in shapes],
                  name=["a"] * len(shapes))  # fmt: skip
    if ending == "parquet":
        table.to_parquet(path)
    elif ending == "csv":
        planning_csv(path, table, "park")
    else:
        table.to_file(path)
    with pytest.raises(InputError, match=rf"parks: parks\.{ending}: {says}"):
        read(path, wanted=Wanted("parks", columns=PARKS.columns, polygons=polygons),
             **({} if coverage is None else {"coverage": coverage}))  # fmt: skip


@pytest.mark.parametrize("ending", ["gpkg", "csv"])
def test_one_polygon_far_off_has_looked_where_it_is_stated(tmp_path, ending):
    path = tmp_path / f"parks.{ending}"
    table = frame([None, square(50_000, 0)], name=["a", "b"])
    planning_csv(path, table, "park") if ending == "csv" else table.to_file(path)
    assert layer_of(read(path, coverage=BOX).files).extent.area == 4_000_000
