from __future__ import annotations

import numpy as np
import pytest
import rasterio

from siteprior.core.errors import OutputError
from siteprior.report.geopackage.tiled_raster import write_tiles

ABOUT = {"dtype": "uint16", "transform": (100, 0, 400_000, 0, -100, 290_000), "as_of": None, "nodata": 65535,
         "descriptions": ["Walk to rail", "Walk to bus"], "unit": "m",
         "metadata": {"walk_basis": "straight-line"}}  # fmt: skip


def cells(rows=700, columns=1100):
    return np.random.default_rng(1).integers(0, 960, (2, rows, columns), dtype=np.uint16)


def cut(whole, side):
    for row in range(0, whole.shape[1], side):
        for column in range(0, whole.shape[2], side):
            yield row, column, whole[:, row : row + side, column : column + side]


def test_tiles_stand_where_they_belong_with_what_they_are(tmp_path):
    whole = cells()
    path = write_tiles(tmp_path / "walks.tif", cut(whole, 256), shape=whole.shape, **ABOUT)
    with rasterio.open(path) as raster:
        np.testing.assert_array_equal(raster.read(), whole)
        assert (raster.crs.to_epsg(), raster.nodata, raster.units) == (27700, 65535, ("m", "m"))
        assert raster.descriptions == ("Walk to rail", "Walk to bus")
        assert raster.tags()["walk_basis"] == "straight-line"
        assert "TIFFTAG_DATETIME" not in raster.tags()
        assert raster.overviews(1) == [2, 4]


def test_the_same_tiles_give_the_same_bytes(tmp_path):
    whole = cells(300, 300)
    one, two = (
        write_tiles(tmp_path / name, cut(whole, 256), shape=whole.shape, **ABOUT) for name in ("1.tif", "2.tif")
    )
    assert one.read_bytes() == two.read_bytes()


def test_a_file_is_whole_or_absent(tmp_path):
    def broken():
        yield 0, 0, cells(256, 256)
        raise OutputError("the second tile cannot be measured")

    with pytest.raises(OutputError, match="second tile"):
        write_tiles(tmp_path / "walks.tif", broken(), shape=(2, 512, 256), **ABOUT)
    assert list(tmp_path.iterdir()) == []
