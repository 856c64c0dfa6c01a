"""A layer is read as its specification describes it: one reader for tables, features and grids."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from siteprior.core.errors import InputError
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import AreaLayer, RasterLayer, VectorLayer
from siteprior.sources.layers.reader import read_layer

TABLE = {"name": "slow", "path": "own/slow.csv", "kind": "table", "measure": "value", "column": "share",
         "by": "lsoa_code", "code": "code", "year": 2021}  # fmt: skip
VECTOR = {"name": "peat", "path": "own/peat.gpkg", "kind": "vector", "measure": "share"}
RASTER = {"name": "noise", "path": "own/noise.tif", "kind": "raster", "measure": "mean"}


@pytest.fixture
def table_file(tmp_path):
    path = tmp_path / "slow.csv"
    path.write_text("code,share\nE01000001,7\nE01000002,..\n")
    return path


@pytest.fixture
def vector_file(tmp_path):
    path = tmp_path / "peat.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10)], crs=27700).to_file(path)
    return path


@pytest.fixture
def raster_file(tmp_path):
    path = tmp_path / "noise.tif"
    facts = {"driver": "GTiff", "width": 4, "height": 2, "count": 1, "dtype": "float32", "crs": "EPSG:27700"}
    with rasterio.open(path, "w", transform=rasterio.Affine(25, 0, 400_000, 0, -25, 290_000), **facts) as target:
        target.write(np.ones((2, 4), dtype="float32"), 1)
    return path


def test_a_table_is_read_by_code(table_file):
    reading = read_layer(table_file, parse_layer(TABLE))
    assert isinstance(reading.table, AreaLayer)
    assert reading.table.by_code.fillna(-1).to_dict() == {"E01000001": 7.0, "E01000002": -1.0}
    assert reading.issues[["file", "row", "value"]].values.tolist() == [["own/slow.csv", 3, ".."]]


def test_features_are_read_as_shapes(vector_file):
    reading = read_layer(vector_file, parse_layer(VECTOR))
    assert isinstance(reading.table, VectorLayer)
    assert reading.table.features.geometry.area.tolist() == [100]
    assert reading.issues.empty


def test_a_grid_is_described_by_its_extent(raster_file):
    reading = read_layer(raster_file, parse_layer(RASTER))
    assert isinstance(reading.table, RasterLayer)
    assert reading.table.bounds == pytest.approx((400_000, 289_950, 400_100, 290_000))


def test_the_name_in_issues_and_provenance_is_the_projects_unless_another_is_given(table_file):
    assert read_layer(table_file, parse_layer(TABLE)).provenance[0].file == "own/slow.csv"
    named = read_layer([table_file], parse_layer(TABLE), file="slow broadband")
    assert named.provenance[0].file == "slow broadband"
    assert set(named.issues["file"]) == {"slow broadband"}


@pytest.mark.parametrize("spec", [TABLE, VECTOR, RASTER])
def test_one_layer_is_one_file(table_file, vector_file, spec):
    with pytest.raises(InputError, match=rf"layer '{spec['name']}': needs one file, got 2 .*give each a layer of its"):
        read_layer([table_file, vector_file], parse_layer(spec))


@pytest.mark.parametrize(("spec", "other"), [(VECTOR, "table_file"), (RASTER, "table_file"), (TABLE, "raster_file")])
def test_a_file_of_another_kind_is_refused_by_name(request, spec, other):
    with pytest.raises(InputError, match=r"(slow\.csv|noise\.tif): "):
        read_layer(request.getfixturevalue(other), parse_layer(spec))


@pytest.mark.parametrize("spec", [TABLE, VECTOR, RASTER])
def test_a_missing_file_is_refused(tmp_path, spec):
    with pytest.raises(InputError, match="there is no such file; check the path and the project's data_root"):
        read_layer(tmp_path / "none", parse_layer(spec))
