"""Pages as one file: GeoJSON, JSON, CSV, GeoPackage and Parquet of the same records, and what cannot become one."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.sources.fetch.client import Refused
from siteprior.sources.fetch.page_files import page_file
from sources.fetch.publisher_server import points

CRS = {"type": "name", "properties": {"name": "EPSG:27700"}}


def written(folder, ending, pages, crs=CRS, limit=10**9):
    target = folder / f"a{ending}"
    with page_file(target, limit) as file:
        for page in pages:
            file.write(page, crs)
    assert [path.name for path in folder.iterdir()] == [target.name]
    return target


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_features_keep_their_shapes_values_and_coordinate_system(ending, tmp_path):
    path = written(tmp_path, ending, [points(3), points(5)[3:]])
    read = gpd.read_parquet(path) if ending == ".parquet" else gpd.read_file(path)
    assert read.crs == "EPSG:27700"
    assert read["name"].tolist() == [f"point {at}" for at in range(1, 6)]
    assert read.geometry.x.tolist() == [400_000 + at for at in range(5)]


def test_a_table_has_every_column_of_any_page_and_the_coordinates_of_points(tmp_path):
    path = written(tmp_path, ".csv", [points(1), [{"properties": {"more": {"a": 1}}, "geometry": None}]])
    read = pd.read_csv(path)
    assert list(read) == ["name", "x", "y", "more"]
    assert read["x"].tolist()[0] == 400_000
    assert read["more"].tolist()[1] == '{"a": 1}'


def test_records_become_json_as_they_are(tmp_path):
    path = written(tmp_path, ".json", [[{"a": 1}], [{"b": "ü"}]])
    assert json.loads(path.read_text(encoding="utf-8")) == [{"a": 1}, {"b": "ü"}]


@pytest.mark.parametrize(
    ("ending", "empty"), [(".geojson", {"type": "FeatureCollection", "features": []}), (".json", [])]
)
def test_no_record_at_all_is_a_file_without_any(ending, empty, tmp_path):
    assert json.loads(written(tmp_path, ending, []).read_text(encoding="utf-8")) == empty


def test_records_without_shapes_are_no_layer(tmp_path):
    with pytest.raises(Refused, match=r"records without shapes, which a \.geojson file cannot take"):
        written(tmp_path, ".geojson", [[{"a": 1}]])


def test_another_ending_is_refused_and_the_size_bounded(tmp_path):
    with pytest.raises(Refused, match=r"cannot become a \.shp file"):
        written(tmp_path, ".shp", [])
    with pytest.raises(Refused, match="larger than 1e-07 GB"):
        written(tmp_path, ".csv", [points(20)], limit=100)
    assert not (tmp_path / "a.csv.pages").exists()
