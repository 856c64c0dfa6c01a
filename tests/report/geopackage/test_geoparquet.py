"""Layers as GeoParquet: whole, typed, the same bytes, nothing of a clock."""

from __future__ import annotations

import json
from datetime import date

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

from siteprior.core.errors import InputError, OutputError
from siteprior.report.geopackage.geoparquet import as_gdal_reads, read_geoparquet, write_geoparquet
from siteprior.report.geopackage.site_form import SITE_ATTRIBUTES, split_sites
from siteprior.report.geopackage.write import write_geopackage

AS_OF = date(2021, 1, 1)


@pytest.fixture
def files(layers, made_up, tmp_path):
    on_map, rest = split_sites(made_up.sites)
    shown = {**layers, "sites": on_map, "shortlist": on_map.loc[made_up.shortlist.index]}
    record = {**made_up.record, "audience": "internal"}
    written = write_geoparquet(tmp_path / "out", shown, {SITE_ATTRIBUTES: rest}, as_of=AS_OF, metadata=record)
    return {path.stem: path for path in written}


def test_a_file_for_each_layer(files, layers):
    assert list(files) == list(layers)
    assert sorted(path.name for path in files["sites"].parent.iterdir()) == sorted(f"{name}.parquet" for name in layers)


def test_sites_have_all_their_columns_of_the_right_kinds(files, made_up):
    sites = gpd.read_parquet(files["sites"])
    assert set(sites.columns) == {*made_up.sites.columns, "site_id", "geom"} - {"geometry"}
    assert sites.crs.to_epsg() == 27700
    assert sites["site_id"].tolist() == list(made_up.sites.index)
    assert sites["score"].tolist() == pytest.approx(made_up.sites["score"].tolist(), nan_ok=True)
    kinds = pq.read_schema(files["sites"])
    assert str(kinds.field("eligible").type) == "bool"
    assert str(kinds.field("planning_permission_date").type) == "date32[day]"
    assert str(kinds.field("rank").type) == "int32"
    assert sites["derelict_since"].isna().all()
    assert sites.geometry.isna().sum() == made_up.sites.geometry.isna().sum()


def test_corridors_are_of_one_kind_of_shape(files):
    geo = json.loads(pq.read_schema(files["corridors"]).metadata[b"geo"])
    assert geo["columns"]["geom"]["geometry_types"] == ["MultiLineString"]
    assert geo["version"] == "1.1.0"


def test_two_writes_are_identical_and_say_whose_they_are_without_a_clock(files, layers, made_up, tmp_path):
    again = write_geoparquet(
        tmp_path / "again", {"stops": layers["stops"]}, {}, as_of=AS_OF,
        metadata={**made_up.record, "audience": "internal"},
    )  # fmt: skip
    assert again[0].read_bytes() == files["stops"].read_bytes()
    stated = gpd.read_parquet(files["stops"]).attrs
    assert stated == {
        "title": "Made-up corridor", "area": "Nowhere", "audience": "internal", "illustrative": True,
        "siteprior": "0.1.0", "attribution": made_up.record["attribution"], "as_of": "2021-01-01",
    }  # fmt: skip


def test_inputs_are_not_changed(layers, tmp_path):
    before = layers["stops"].copy()
    write_geoparquet(tmp_path, {"stops": layers["stops"]}, {}, as_of=AS_OF, metadata={"title": "a"})
    pd.testing.assert_frame_equal(pd.DataFrame(layers["stops"]), pd.DataFrame(before))
    assert layers["stops"].attrs == {}


def test_a_folder_that_cannot_be(layers, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        write_geoparquet(tmp_path / "file", {"stops": layers["stops"]}, {}, as_of=AS_OF)


@pytest.mark.parametrize("name", ["stops", "areas"])
def test_a_layer_is_read_back_as_of_the_geopackage(files, layers, tmp_path, name):
    package = write_geopackage(tmp_path / "run.gpkg", {name: layers[name]}, {}, as_of=AS_OF)
    pd.testing.assert_frame_equal(read_geoparquet(files[name]), gpd.read_file(package, layer=name, use_arrow=True))


def test_whole_numbers_with_gaps_are_decimals_and_others_stay():
    table = pd.DataFrame(
        {"gaps": pd.array([1, None], "Int32"), "whole": pd.array([1, 2], "Int64"), "text": ["a", None]}
    )
    assert [str(kind) for kind in as_gdal_reads(table).dtypes] == ["float64", "int64", "str"]


def test_what_is_no_geoparquet_is_refused(tmp_path):
    (tmp_path / "stops.parquet").write_text("no")
    with pytest.raises(InputError, match="cannot be read as GeoParquet"):
        read_geoparquet(tmp_path / "stops.parquet")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "stops.parquet")
    with pytest.raises(InputError, match="cannot be read as GeoParquet"):
        read_geoparquet(tmp_path / "stops.parquet")


def test_a_column_of_several_kinds_is_text(tmp_path):
    shapes = gpd.points_from_xy([4e5, 4e5], [3e5, 3e5])
    stops = gpd.GeoDataFrame({"mode": pd.Series(["rail", 1], dtype=object)}, geometry=shapes, crs=27700)
    (file,) = write_geoparquet(tmp_path, {"stops": stops}, {}, as_of=date(2026, 1, 1))
    assert gpd.read_parquet(file)["mode"].tolist() == ["rail", "1"]
