"""Whether a file declares its coordinate system, or has its format's default."""

from __future__ import annotations

import json

import geopandas as gpd
import pyarrow.parquet as pq
import pyproj
import pytest
import shapely

from siteprior.core.io.declared_crs import DEGREES, declares_places, is_default


@pytest.mark.parametrize(
    ("text", "default"),
    [
        (b'{"type": "FeatureCollection", "features": []}', True),
        (b'\xef\xbb\xbf{"type": "FeatureCollection", "features": [{"properties": {"crs": "none"}}]}', True),
        (b'{"type": "FeatureCollection", "crs": {"type": "name"}, "features": []}', False),
        (b'{"type": "FeatureCollection", "features": [], "crs" : {"type": "name"}}', False),
        (b"<kml>", False),
    ],
)
def test_a_geojson_declares_by_its_member_crs(text, default):
    assert is_default(text, DEGREES, parquet=False) == default


def test_the_member_may_stand_far_behind(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_bytes(b'{"features": [' + b" " * ((1 << 24) - 16) + b'], "crs": {"type": "name"}}')
    assert not is_default(path, DEGREES, parquet=False)


def test_other_systems_are_declared_and_none_is_a_default():
    assert not is_default(b"{}", pyproj.CRS(27700), parquet=False)
    assert is_default(b"{}", None, parquet=False)


def test_geoparquet(tmp_path):
    table = gpd.GeoDataFrame(geometry=[shapely.Point(-1.9, 52.5)], crs="OGC:CRS84")
    table.to_parquet(tmp_path / "a.parquet")
    assert not is_default(tmp_path / "a.parquet", table.crs, parquet=True)
    whole = pq.read_table(tmp_path / "a.parquet")
    geo = json.loads(whole.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]
    pq.write_table(whole.replace_schema_metadata({b"geo": json.dumps(geo).encode()}), tmp_path / "b.parquet")
    assert is_default(tmp_path / "b.parquet", table.crs, parquet=True)
    assert not is_default(b"no parquet", table.crs, parquet=True)


def test_undefined_systems_have_no_places():
    assert declares_places(pyproj.CRS(27700))
    assert not declares_places(pyproj.CRS(5701))
    unknown = pyproj.CRS(pyproj.CRS(4326).to_wkt().replace('"WGS 84"', '"Undefined geographic SRS"', 1))
    assert not declares_places(unknown)
