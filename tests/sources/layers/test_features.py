from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.layers.reader import read_layer

BASE = {"name": "own", "path": "own.gpkg", "kind": "vector", "measure": "share"}
SQUARE = shapely.box(400_000, 290_000, 400_100, 290_100)
BOW = shapely.from_wkt("POLYGON ((400000 290000, 400200 290200, 400200 290000, 400000 290200, 400000 290000))")
LINE = shapely.from_wkt("LINESTRING (400000 290000, 400100 290000)")


@pytest.fixture
def read(tmp_path):
    def read_shapes(shapes, facts=None, *, crs=27700, extent=None, **keys):
        path = tmp_path / "own.gpkg"
        gpd.GeoDataFrame(facts or {}, geometry=shapes, crs=27700).to_crs(crs).to_file(path)
        drawn = None
        if extent is not None:
            drawn = tmp_path / "extent.gpkg"
            gpd.GeoDataFrame(geometry=extent, crs=27700).to_file(drawn)
            keys["extent"] = {"path": "extent.gpkg"}
        return read_layer(path, parse_layer({**BASE, **keys}), extent=drawn)

    return read_shapes


def test_polygons_are_mended_and_others_left_out_and_all_is_logged(read):
    reading = read([SQUARE, BOW, LINE, None])
    assert reading.table.features.index.tolist() == [1, 2]
    assert reading.table.features.area.tolist() == pytest.approx([10_000, 20_000])
    logged = reading.issues[["row", "issue_type", "action"]].values.tolist()
    assert logged == [
        [2, "invalid geometry - fixed", "mended"],
        [3, "Unexpected geom type", "left out: not a polygon"],
        [4, "invalid geometry - not fixable", "left out: has no shape"],
    ]


@pytest.mark.parametrize("measure", ["nearest", "count"])
def test_distances_and_counts_take_features_of_any_kind(read, measure):
    assert read([SQUARE, BOW, LINE, None], measure=measure).table.features.index.tolist() == [1, 2, 3]


def test_another_coordinate_system_is_converted(read):
    (shape,) = read([SQUARE], crs=4326).table.features.geometry
    assert shape.centroid.distance(SQUARE.centroid) < 0.01


def test_only_what_the_filter_names_counts(read):
    facts = {"zone": [3, 2]}
    assert read([SQUARE, BOW], facts, where={"column": "zone", "values": 3}).table.features.index.tolist() == [1]
    with pytest.raises(InputError, match=r"column 'zone' holds no '4' \(where\); it holds 3, 2"):
        read([SQUARE, BOW], facts, where={"column": "zone", "values": ["3", "4"]})
    with pytest.raises(InputError, match=r"own.gpkg: has no column 'zne' \(where\); it has zone"):
        read([SQUARE, BOW], facts, where={"column": "zne", "values": 3})


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [([1.5, np.inf], False, [1.5, -1]), (["2,000", "n/a"], False, [2000, -1]), ([" a ", ""], True, ["a", -1])],
)
def test_an_attribute_is_taken_as_numbers_or_words(read, column, text, expected):
    reading = read([SQUARE, SQUARE], {"v": column}, measure="value", column="v", text=text)
    values = reading.table.features["value"]
    assert values.astype(object).where(values.notna(), -1).tolist() == expected


@pytest.mark.parametrize(
    ("values", "found"),
    [(["a", "b"], "but words such as 'a'"), ([None, ""], "for it is blank"), ([float("nan")] * 2, "for it is blank")],
)
def test_an_attribute_without_a_number_is_refused_where_numbers_are_needed(read, values, found):
    with pytest.raises(InputError, match=f"column 'v' of layer 'own' holds no number, {found}"):
        read([SQUARE, SQUARE], {"v": values}, measure="value", column="v")


def test_a_surveyed_extent_is_put_together(read):
    halves = [shapely.box(0, 0, 1, 2), shapely.box(1, 0, 2, 2)]
    reading = read([SQUARE], extent=halves)
    assert reading.table.extent.area == pytest.approx(4)
    assert [(source.role, source.file) for source in reading.provenance] == [
        ("layer", "own.gpkg"),
        ("layer extent", "extent.gpkg"),
    ]


@pytest.mark.parametrize(
    ("shapes", "keys", "words"),
    [
        ([LINE], {}, "holds no polygon that counts"),
        ([None], {"measure": "count"}, "holds no shapes|holds no feature that counts"),
        ([SQUARE], {"measure": "value", "column": "zone"}, r"own.gpkg: has no column 'zone' \(column\)"),
        ([SQUARE], {"layer": "two"}, "has no layer 'two'"),
    ],
)
def test_what_cannot_be_used_is_refused(read, shapes, keys, words):
    with pytest.raises(InputError, match=words):
        read(shapes, **keys)


def test_metres_are_not_taken_for_degrees(tmp_path):
    path = tmp_path / "own.geojson"
    path.write_text('{"type": "FeatureCollection", "crs": null, "features": [{"type": "Feature", "properties": {}, '
                    '"geometry": {"type": "Point", "coordinates": [400000, 290000]}}]}')  # fmt: skip
    with pytest.raises(InputError, match="coordinate system"):
        read_layer(path, parse_layer({**BASE, "measure": "count"}))
