"""Tables as they are stored: kinds GIS programs read, one kind of shape."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyarrow as pa
from shapely import LineString, MultiLineString, Point, Polygon

from siteprior.core.schema import BOOLEAN, Column
from siteprior.report.geopackage.stored import one_kind, storable

ELIGIBLE = Column("eligible", "flag", "Eligible", "Passes", allowed=("yes", "no"), stored=BOOLEAN)


def test_each_kind_of_column():
    table = pd.DataFrame(
        {
            "eligible": ["yes", None], "doubt": [True, False], "day": pd.to_datetime(["2020-01-02", None]),
            "rank": pd.Series([1, None], dtype="Int64"), "uprn": [10_090_123_456, 1], "name": ["a", None],
        }
    ).set_index(pd.Index(["x", "y"], name="site_id"))  # fmt: skip
    stored = storable(table, {"eligible": ELIGIBLE})
    assert next(iter(stored)) == "site_id"
    assert stored["eligible"].tolist()[0] is True
    assert pd.isna(stored["eligible"][1])
    assert stored["doubt"].tolist() == ["yes", "no"]
    assert str(stored["day"].dtype) == "date32[day][pyarrow]"
    assert str(stored["rank"].dtype) == "Int32"
    assert str(stored["uprn"].dtype) == "Int64"
    assert table.index.name == "site_id"  # what was given stays as it was
    assert table["doubt"].dtype == bool


def test_texts_put_together_of_several_tables_are_stored_as_one():
    texts = pd.DataFrame({"name": pd.Series(["a", None], dtype="str"), "rank": [1, 2]})
    table = pd.concat([texts, texts], ignore_index=True)
    assert pa.Table.from_pandas(table)["name"].num_chunks == 2
    assert pa.Table.from_pandas(storable(table, {}))["name"].num_chunks == 1
    assert storable(table, {})["name"].tolist() == table["name"].tolist()


def test_the_place_has_one_name_and_an_index_without_one_is_dropped():
    stored = storable(gpd.GeoDataFrame({"a": [1]}, index=[7], geometry=[Point(1, 2)], crs=27700), {})
    assert stored.geometry.name == "geom"
    assert list(stored.index) == [0]


def test_shapes_become_one_kind_and_empty_ones_missing():
    line, both = LineString([(0, 0), (1, 1)]), MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]])
    shapes = one_kind(gpd.GeoSeries([line, both, None, LineString()], crs=27700), "MultiLineString")
    assert shapes.geom_type.tolist()[:2] == ["MultiLineString"] * 2
    assert shapes.isna().tolist() == [False, False, True, True]
    assert shapes[0].geoms[0].equals(line)
    points = one_kind(gpd.GeoSeries([Point(1, 2), Polygon()], crs=27700), "Point")
    assert points.isna().tolist() == [False, True]
