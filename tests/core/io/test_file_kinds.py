"""What a file is by its content: descriptions of other files and of services are refused, and nothing is asked for."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from hypothesis import given
from hypothesis import strategies as st

from factories.walks import grid
from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.core.io.file_kinds import DESCRIPTIONS, OTHER_DRIVERS, raster_driver, refuse_no_vector
from siteprior.core.io.vector_files import read_attributes, read_vector
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.layers.grids import read_grid
from siteprior.walking.slope import node_heights

VECTOR = {
    "OGR VRT": "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{where}</SrcDataSource></OGRVRTLayer>"
    "</OGRVRTDataSource>",
    "a VRT behind XML": "<?xml version='1.0'?>\n<!-- x --><OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>"
    "{where}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    "a VRT after GML": "<FeatureCollection/><OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{where}"
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    "WFS": "<OGRWFSDataSource><URL>{where}</URL></OGRWFSDataSource>",
    "pipeline": '{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {where} ! write"}}',
}
RASTER = {
    "VRT": "<VRTDataset rasterXSize='9' rasterYSize='9'><SRS>EPSG:27700</SRS><GeoTransform>380000,500,0,320000,0,-500"
    "</GeoTransform><VRTRasterBand dataType='Float32' band='1'><SimpleSource><SourceFilename>{where}</SourceFilename>"
    "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>",
    "WMS": "<GDAL_WMS><Service name='TMS'><ServerUrl>{where}</ServerUrl></Service><DataWindow><UpperLeftX>380000"
    "</UpperLeftX><UpperLeftY>320000</UpperLeftY><LowerRightX>440000</LowerRightX><LowerRightY>260000</LowerRightY>"
    "<TileLevel>3</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY></DataWindow><Projection>EPSG:27700"
    "</Projection><BandsCount>1</BandsCount></GDAL_WMS>",
}


def packed(folder, name, text):
    """Write a text as a file, gzipped, and as a member of a zip; return the paths."""
    plain = folder / name
    plain.write_text(text, encoding="utf-8")
    zipped = folder / f"{name}.gz"
    zipped.write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr(name, text)
    return [plain, zipped, f"{folder / 'a.zip'}!{name}"]


@pytest.mark.parametrize("text", VECTOR.values(), ids=VECTOR)
@pytest.mark.parametrize("name", ["v.gpkg", "v.geojson", "v.gml", "v.shp", "v.vrt", "v.parquet"])
@pytest.mark.parametrize("way", ["/vsicurl/http://127.0.0.1:{port}/a.geojson", "http://127.0.0.1:{port}/a"])
def test_a_vector_file_that_names_an_address_asks_for_nothing(tmp_path, listening, text, name, way):
    port, calls = listening
    for path in packed(tmp_path, name, text.format(where=way.format(port=port))):
        for read in (read_vector, lambda path: read_attributes(path, ["name"])):
            with pytest.raises(InputError, match="is a description of other files or of a service"):
                read(path)
    assert calls == []


def test_a_zip_with_such_a_file_is_refused(tmp_path):
    path = packed(tmp_path, "v.geojson", VECTOR["OGR VRT"].format(where="/etc/passwd"))[2].partition("!")[0]
    with pytest.raises(InputError, match=r"a\.zip!v\.geojson: is a description of other files"):
        read_vector(path)


@pytest.mark.parametrize("text", RASTER.values(), ids=RASTER)
def test_a_raster_that_names_an_address_asks_for_nothing(tmp_path, listening, text):
    port, calls = listening
    spec = parse_layer({"name": "r", "path": "r.tif", "kind": "raster", "measure": "mean"})
    for path in packed(tmp_path, "r.tif", text.format(where=f"/vsicurl/http://127.0.0.1:{port}/a.tif")):
        with pytest.raises(InputError, match="is a description of other files or of a service"):
            read_grid(path, spec, file="r.tif")
    with pytest.raises(InputError, match="is a description of other files or of a service"):
        node_heights(grid(), tmp_path / "r.tif")
    assert calls == []


def test_a_vrt_that_hides_from_the_words_is_opened_by_no_driver(tmp_path):
    inner = tmp_path / "inner.tif"
    with rasterio.open(
        inner, "w", driver="GTiff", height=9, width=9, count=1, dtype="uint8", crs="EPSG:27700",
        transform=rasterio.Affine(500, 0, 380000, 0, -500, 320000),
    ) as opened:  # fmt: skip
        opened.write(np.ones((9, 9), "uint8"), 1)
    late = " " * 70_000 + RASTER["VRT"].format(where=inner)
    (tmp_path / "r.tif").write_text(late, encoding="utf-8")
    spec = parse_layer({"name": "r", "path": "r.tif", "kind": "raster", "measure": "mean"})
    with pytest.raises(InputError, match="cannot be read as a raster"):
        read_grid(tmp_path / "r.tif", spec, file="r.tif")


@pytest.mark.parametrize(
    ("name", "driver"),
    [("a.gpkg", "GPKG"), ("a.shp", "ESRI Shapefile"), ("a.geojson", "GeoJSON"), ("a.fgb", "FlatGeobuf"),
     ("a.gml", "GML"), ("a.kml", "KML"), ("a.gpx", "GPX"), ("a.geojsonl", "GeoJSONSeq"), ("a.tab", "MapInfo File"),
     ("a.mif", "MapInfo File")],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Normalized/laundered field name")
def test_every_kind_of_file_with_shapes_is_known_by_its_content(tmp_path, name, driver):
    table = gpd.GeoDataFrame({"name": ["A"]}, geometry=shapely.points([-1.9], [52.5]), crs=4326)
    table.to_file(tmp_path / name, driver=driver)
    layer = "waypoints" if driver == "GPX" else None
    assert len(read_vector(tmp_path / name, layer=layer, crs="EPSG:4326")) == 1


@given(st.sampled_from(list(DESCRIPTIONS)), st.binary(max_size=40), st.binary(max_size=40))
def test_wherever_the_words_stand_they_are_seen(words, before, after):
    for begins in (b"", b"{", b"SQLite format 3\0", b"fgb"):
        with pytest.raises(InputError, match="is a description of other files"):
            refuse_no_vector("a", begins + before + words + after)


@pytest.mark.parametrize("given", [b"", b"reference,hectares\n", b"<html><body>", b"\x89PNG", b"%PDF", b"PK\x03\x04"])
def test_what_holds_no_shapes_is_named_with_the_kinds_that_are_read(given):
    with pytest.raises(InputError, match=r"its content is none of GeoPackage, .*; save it as GeoPackage"):
        refuse_no_vector("a.gpkg", given)


def test_the_command_line_switches_services_off_and_an_import_does_not():
    words = "import pyogrio, rasterio; print(*pyogrio.list_drivers(), *rasterio.Env().__enter__().drivers())"
    imported = f"import siteprior, siteprior.cli; {words}"
    command = f"import sys; sys.argv = ['siteprior', 'criteria']; from siteprior.cli import main; main(); {words}"
    drivers = []
    for code in (imported, command):
        ended = subprocess.run([sys.executable, "-c", code], env=os.environ, check=True, capture_output=True, text=True)
        assert ended.stderr == ""
        drivers.append(set(ended.stdout.split()))
    assert {"VRT", "OGR_VRT", "WFS", "HTTP", "WMS"} <= drivers[0]
    assert not drivers[1] & set(OTHER_DRIVERS)
    assert {"GPKG", "GeoJSON", "GTiff", "COG"} <= drivers[1]


@pytest.mark.parametrize("driver", ["GTiff", "COG", "AAIGrid", "HFA", "GPKG", "PNG", "JPEG", "JP2OpenJPEG"])
@pytest.mark.filterwarnings("ignore")  # PNG and JPEG state no place
def test_every_kind_of_raster_is_known_by_its_content(tmp_path, driver):
    with rasterio.open(
        tmp_path / "made.tif", "w", driver="GTiff", height=64, width=64, count=1, dtype="uint8", crs="EPSG:27700",
        transform=rasterio.Affine(100, 0, 400000, 0, -100, 300000),
    ) as made:  # fmt: skip
        made.write(np.ones((64, 64), "uint8"), 1)
    path = tmp_path / "given"
    rasterio.shutil.copy(tmp_path / "made.tif", path, driver=driver)
    known = raster_driver(path, path.read_bytes()[:100])
    assert known == {"COG": "GTiff"}.get(driver, driver)
    with rasterio.open(path, driver=known) as opened:
        assert opened.shape == (64, 64)


def test_a_zip_of_shapes_with_a_bomb_is_refused_before_gdal_unpacks_it(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MB", 1000)  # 100 kB unpack freely
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * 1_000_000)
    with pytest.raises(InputError, match=r"a.zip: the member 'a.geojson' unpacks to \d+ times its size"):
        refuse_no_vector("a.zip", path)
