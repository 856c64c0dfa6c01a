"""A genuine file that names another file or an address: refused or read without it, and nothing is asked for."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from contextlib import suppress

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.outside_references import OFF, no_requests, refuse_links
from siteprior.core.io.rasters import read_raster
from siteprior.core.io.vector_files import read_attributes, read_vector

FEATURE = {"type": "Feature", "properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [-1.9, 52.5]}}
GML = """<?xml version="1.0"?>
<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml"
 xmlns:x="http://x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://x {where}">
<gml:featureMember><x:t fid="1"><x:name>A</x:name><x:geom><gml:Point srsName="{srs}">
<gml:coordinates>-1.9,52.5</gml:coordinates></gml:Point></x:geom></x:t></gml:featureMember></wfs:FeatureCollection>"""
VRT = (
    "<VRTDataset rasterXSize='9' rasterYSize='9'><VRTRasterBand dataType='Byte' band='1'><SimpleSource><SourceFilename>"
    "/vsicurl/http://127.0.0.1:9/a.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
    "</VRTDataset>"
)


SPELT = [lambda text: text, lambda text: text.replace("link", "l\\u0069nk"),
         lambda text: text.replace('"crs"', '"\\u0063rs"'), lambda text: text + "]"]  # fmt: skip


def linked(where, kind="link", key="crs"):
    """Return a GeoJSON whose coordinate system is a link."""
    crs = {"properties": {"href": where, "url": where, "type": "esriwkt"}, "type": kind}
    return json.dumps({"type": "FeatureCollection", "features": [FEATURE], key: crs})


@pytest.mark.parametrize("kind", ["link", "url", "LINK", "Url"])
@pytest.mark.parametrize("spelt", SPELT)
def test_a_coordinate_system_that_is_a_link_is_not_followed(tmp_path, listening, kind, spelt):
    port, calls = listening
    text = spelt(linked(f"http://127.0.0.1:{port}/c", kind))
    (tmp_path / "a.geojson").write_text(text)
    (tmp_path / "a.geojson.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.geojson", text)
    for path in (tmp_path / "a.geojson", tmp_path / "a.geojson.gz", f"{tmp_path / 'a.zip'}!a.geojson"):
        for read in (read_vector, lambda path: read_attributes(path, ["name"])):
            with pytest.raises(InputError, match="coordinate system as a link, which is never followed"):
                read(path)
    assert calls == []


def test_links_elsewhere_are_no_fault(tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    feature = {**FEATURE, "properties": {"type": "link", "url": "http://example.org"},
               "geometry": {"type": "Point", "coordinates": [400_000, 290_000]}}  # fmt: skip
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    assert read_vector(tmp_path / "a.geojson").geometry.x.tolist() == [400_000]


@given(st.binary(max_size=60), st.sampled_from([b'{"crs": "link"', b'[{"crs":{"type":"link"}}', b"{"]))
def test_whatever_follows_it_ends_in_a_named_error_or_none(rest, begins):
    with suppress(InputError):
        refuse_links("a", begins + rest)


@pytest.mark.parametrize("where", ["wfs?SERVICE=WFS&amp;VERSION=1.0.0&amp;REQUEST=DescribeFeatureType&amp;TYPENAME=x:t",
                                   "a.xsd"])  # fmt: skip
@pytest.mark.parametrize("srs", ["EPSG:4326", "http://127.0.0.1:{port}/srs"])
def test_gml_is_read_without_the_schema_it_names(tmp_path, listening, where, srs):
    port, calls = listening
    text = GML.format(where=f"http://127.0.0.1:{port}/{where}", srs=srs.format(port=port))
    (tmp_path / "a.gml").write_text(text)
    assert read_vector(tmp_path / "a.gml", crs="EPSG:4326")["name"].tolist() == ["A"]
    assert calls == []


@pytest.mark.parametrize("module", ["VirtualText('/etc/passwd', 'UTF-8')", "VirtualShape('/tmp/a', UTF-8, 4326)",
                                    'VirtualOGR("/vsicurl/http://127.0.0.1/a")', "  virtualXL('a')"])  # fmt: skip
def test_a_geopackage_with_a_table_that_is_another_file_is_refused(tmp_path, module):
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame({"name": ["A"]}, geometry=shapely.points([-1.9], [52.5]), crs=4326).to_file(path, layer="good")
    assert len(read_vector(path, layer="good")) == 1  # its own index of places is such a table as well
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA writable_schema = 1")
        database.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', 'evil', 'evil', 0, ?)",
            (f"CREATE VIRTUAL TABLE evil USING {module}",),
        )
    database.close()
    packed = tmp_path / "a.gpkg.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for given_ in (path, packed):
        with pytest.raises(InputError, match="its table 'evil' shows another file"):
            read_vector(given_, layer="good")


def raster(path, **tags):
    """Write a small raster."""
    with rasterio.open(
        path, "w", driver="GTiff", height=9, width=9, count=1, dtype="uint8", crs="EPSG:27700",
        transform=rasterio.Affine(500, 0, 380000, 0, -500, 320000),
    ) as opened:  # fmt: skip
        opened.write(np.ones((9, 9), "uint8"), 1)
        for namespace, values in tags.items():
            opened.update_tags(ns=namespace, **values)


@pytest.mark.parametrize("beside", ["a.tif.msk", "a.tif.ovr", "a.tif.aux.xml", "a.msk", "A.TIF.MSK", "a.aux"])
def test_what_lies_beside_a_raster_is_looked_at(tmp_path, beside):
    raster(tmp_path / "a.tif")
    (tmp_path / beside).write_text(VRT)
    with pytest.raises(InputError, match=r"is a description of other files or of a service \(GDAL VRT\)"):
        read_raster(tmp_path / "a.tif", file="a.tif")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.tif", "x/a.tif")
        archive.write(tmp_path / beside, f"x/{beside}")
    with pytest.raises(InputError, match=r"is a description of other files or of a service \(GDAL VRT\)"):
        read_raster(f"{tmp_path / 'a.zip'}!x/a.tif", file="a.tif")


def test_overviews_that_lie_elsewhere_are_refused_and_notes_of_gis_are_not(tmp_path):
    raster(tmp_path / "a.tif")
    notes = tmp_path / "a.tif.aux.xml"
    notes.write_text("<PAMDataset><Metadata><MDI key='AREA'>x</MDI></Metadata></PAMDataset>")
    assert read_raster(tmp_path / "a.tif", file="a.tif").height == 9
    notes.write_text("<PAMDataset><Metadata domain='OVERVIEWS'><MDI key='OVERVIEW_FILE'>/vsicurl/x</MDI></Metadata>"
                     "</PAMDataset>")  # fmt: skip
    with pytest.raises(InputError, match=r"a\.tif\.aux\.xml: names a file of overviews"):
        read_raster(tmp_path / "a.tif", file="a.tif")
    notes.unlink()
    raster(tmp_path / "b.tif", OVERVIEWS={"OVERVIEW_FILE": "/vsicurl/http://127.0.0.1:9/o.tif"})
    with pytest.raises(InputError, match=r"b\.tif: names a file of overviews"):
        read_raster(tmp_path / "b.tif", file="b.tif")


@pytest.mark.parametrize(
    "crs", ["http://127.0.0.1:{port}/crs", "/vsicurl/http://127.0.0.1:{port}/a.prj", "/etc/passwd"]
)
def test_a_stated_coordinate_system_is_no_address(tmp_path, listening, crs):
    port, calls = listening
    raster(tmp_path / "a.tif")
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [FEATURE]}))
    with pytest.raises(InputError, match="is not a coordinate system"):
        read_raster(tmp_path / "a.tif", file="a.tif", crs=crs.format(port=port))
    assert calls == []


@pytest.mark.parametrize("path", ["/vsicurl/http://127.0.0.1:{port}/a", "http://127.0.0.1:{port}/a.gpkg",
                                  "WFS:http://127.0.0.1:{port}/a", "GeoJSON:http://127.0.0.1:{port}/a", VRT,
                                  "/vsizip//vsicurl/http://127.0.0.1:{port}/a.zip",
                                  "http://127.0.0.1:{port}/a.zip!a.gpkg"])  # fmt: skip
def test_a_path_is_a_file_of_this_machine(listening, path):
    port, calls = listening
    for read in (read_vector, lambda path: read_raster(path, file="r")):
        with pytest.raises(InputError):
            read(path.format(port=port))
    assert calls == []


def test_the_settings_of_the_caller_come_back(tmp_path):
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [FEATURE]}))
    pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": "YES"})
    try:
        before = {name: pyogrio.get_gdal_config_option(name) for name in OFF}
        with no_requests():
            assert {name: pyogrio.get_gdal_config_option(name) for name in OFF} != before
        read_vector(tmp_path / "a.geojson")
        assert {name: pyogrio.get_gdal_config_option(name) for name in OFF} == before
    finally:
        pyogrio.set_gdal_config_options({"GML_DOWNLOAD_SCHEMA": None})
