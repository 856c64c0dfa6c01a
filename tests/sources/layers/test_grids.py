from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pytest
import rasterio

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.project.layer_checks import parse_layer
from siteprior.sources.layers.reader import read_layer

BASE = {"name": "noise", "path": "noise.tif", "kind": "raster", "measure": "mean"}


@pytest.fixture
def write(tmp_path):
    def write_raster(name="noise.tif", *, crs="EPSG:27700", transform=None, bands=1):
        path = tmp_path / name
        transform = transform or rasterio.Affine(25, 0, 400_000, 0, -25, 290_000)
        facts = {"driver": "GTiff", "width": 4, "height": 2, "count": bands, "dtype": "float32"}
        with rasterio.open(path, "w", crs=crs, transform=transform, **facts) as target:
            for band in range(1, bands + 1):
                target.write(np.full((2, 4), band, dtype="float32"), band)
        return path

    return write_raster


def test_a_raster_is_described_not_read(write):
    reading = read_layer(write(bands=2), parse_layer({**BASE, "band": 2, "nodata": -1}))
    assert reading.table.bounds == pytest.approx((400_000, 289_950, 400_100, 290_000))
    assert (reading.table.raster.band, reading.table.raster.nodata, reading.table.file) == (2, -1.0, "noise.tif")
    assert [(source.role, source.rows) for source in reading.provenance] == [("layer", 2)]
    assert reading.issues.empty


@pytest.mark.parametrize("name", ["noise.tif.gz", "NOISE.TIF.GZ"])
def test_a_gzipped_raster_is_opened_as_it_is(write, tmp_path, name):
    packed = tmp_path / name
    packed.write_bytes(gzip.compress(write().read_bytes()))
    assert read_layer(packed, parse_layer(BASE)).table.bounds[0] == pytest.approx(400_000)


@pytest.mark.parametrize("name", ["noise.zip", "NOISE.ZIP"])
def test_a_raster_in_a_zip_is_opened_as_it_is(write, tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.write(write(), "in/noise.tif")
    reading = read_layer(f"{tmp_path / name}!in/noise.tif", parse_layer(BASE))
    assert reading.table.bounds[0] == pytest.approx(400_000)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("made", "keys", "words"),
    [
        ({}, {"band": 3}, "has no band 3; it has 1"),
        ({"crs": None}, {}, "states no coordinate system; say it with crs"),
        ({"crs": None}, {"crs": "British"}, "'British' is not a coordinate system"),
        ({"transform": rasterio.Affine(25, 3, 4e5, 3, -25, 29e4)}, {}, "is turned"),
    ],
)
def test_what_cannot_be_measured_is_refused(write, made, keys, words):
    with pytest.raises(InputError, match=words):
        read_layer(write(**made), parse_layer({**BASE, **keys}))


def test_a_file_that_is_no_raster_is_refused(tmp_path):
    path = tmp_path / "noise.tif"
    with pytest.raises(InputError, match="there is no such file"):
        read_layer(path, parse_layer(BASE))
    path.write_text("not a raster")
    with pytest.raises(InputError, match=r"noise\.tif: cannot be read as a raster"):
        read_layer(path, parse_layer(BASE))


def test_a_real_tile_without_projection_needs_it_stated(real):
    path = real / "real/raster/os_terrain50_SO99.asc.gz"
    with pytest.raises(InputError, match="states no coordinate system"):
        read_layer(path, parse_layer(BASE))
    reading = read_layer(path, parse_layer({**BASE, "crs": "EPSG:27700"}))
    assert reading.table.bounds == pytest.approx(
        expected(whole=(390_000, 290_000, 400_000, 300_000), of_slice=(390_000, 290_000, 392_000, 292_000))
    )
