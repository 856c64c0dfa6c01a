"""Rasters opened one way: whatever way up they were saved, whatever says that a cell holds nothing."""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.rasters import bounds_on_the_grid, open_raster, read_raster

GRID = np.arange(12, dtype="float32").reshape(3, 4)
WEST, NORTH, CELL = 400_000.0, 290_000.0, 25.0
UPRIGHT = rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH)
SOUTH_UP = rasterio.Affine(CELL, 0, WEST, 0, CELL, NORTH - 3 * CELL)
MIRRORED = rasterio.Affine(-CELL, 0, WEST + 4 * CELL, 0, -CELL, NORTH)
TURNED_ROUND = rasterio.Affine(-CELL, 0, WEST + 4 * CELL, 0, CELL, NORTH - 3 * CELL)


@pytest.fixture
def write(tmp_path):
    def written(grid=GRID, *, transform=UPRIGHT, crs="EPSG:27700", scale=None, offset=None, mask=None, **facts):
        path = tmp_path / "r.tif"
        facts = {"driver": "GTiff", "width": grid.shape[1], "height": grid.shape[0], "count": 1,
                 "dtype": grid.dtype, **facts}  # fmt: skip
        with rasterio.open(path, "w", crs=crs, transform=transform, **facts) as target:
            target.write(grid, 1)
            if scale is not None:
                target.scales = [scale]
            if offset is not None:
                target.offsets = [offset]
            if mask is not None:
                target.write_mask(mask)
        return path

    return written


def cells(path, *window, **stated):
    """Return the cells of a window, all of them without one; missing ones are None."""
    with open_raster(read_raster(path, file="r.tif", **stated)) as opened:
        read = opened.read(*(window or (0, 0, opened.width, opened.height)))
    return np.where(np.isnan(read), None, read.astype(object)).tolist()


@pytest.mark.parametrize(
    ("transform", "saved"),
    [(UPRIGHT, GRID), (SOUTH_UP, GRID[::-1]), (MIRRORED, GRID[:, ::-1]), (TURNED_ROUND, GRID[::-1, ::-1])],
)
def test_whichever_way_up_it_was_saved_it_is_read_north_up(write, transform, saved):
    path = write(saved, transform=transform)
    raster = read_raster(path, file="r.tif")
    assert raster.bounds == (WEST, NORTH - 75, WEST + 100, NORTH)
    assert bounds_on_the_grid(raster) == pytest.approx(raster.bounds)
    assert cells(path) == GRID.tolist()
    for left in range(4):
        for top in range(3):
            assert cells(path, left, top, 4 - left, 3 - top) == GRID[top:, left:].tolist()
            assert cells(path, left, top, 1, 1) == [[GRID[top, left]]]
    with open_raster(raster) as opened:
        assert opened.place(np.array([[WEST, NORTH], [WEST + 30, NORTH - 60]])).tolist() == [[0, 0], [1.2, 2.4]]


def test_all_that_says_nothing_is_missing(write):
    grid = GRID.copy()
    grid[0, 0], grid[1, 1] = np.nan, np.inf
    assert [row.count(None) for row in cells(write(grid))] == [1, 1, 0]
    assert cells(write(nodata=5.0))[1] == [4, None, 6, 7]
    assert cells(write(mask=np.where(GRID == 6, 0, 255).astype("uint8")))[1] == [4, 5, None, 7]
    assert cells(write(nodata=5.0), nodata=7)[1] == [4, None, 6, None]


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("float32", 0.1), ("float32", -3.4028234663852886e38), ("float32", -9999), ("float64", 0.1), ("int16", -9999),
     ("uint8", 255), ("int32", -2147483648)],
)  # fmt: skip
def test_what_the_project_states_is_compared_as_the_cells_hold_it(write, dtype, value):
    grid = np.array([[1, value, 3]]).astype(dtype)
    assert cells(write(grid), nodata=value) == [[1, None, 3]]


@pytest.mark.parametrize(("dtype", "value"), [("uint8", -1), ("uint8", 256), ("int16", 0.5), ("int16", -99999)])
def test_what_no_cell_can_hold_is_refused(write, dtype, value):
    with pytest.raises(InputError, match=rf"r\.tif: nodata = .* is no value its cells can hold \({dtype}\)"):
        read_raster(write(GRID.astype(dtype)), file="r.tif", nodata=value)


@given(
    value=st.floats(max_value=-9999, allow_infinity=False, allow_nan=False, width=32)
    | st.floats(min_value=1.0000000150474662e30, allow_infinity=False, allow_nan=False, width=32)
)
def test_marks_that_nobody_stated_are_refused_not_measured(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("r") / "r.tif"
    grid = GRID.copy()
    grid[2, 1] = value
    with rasterio.open(
        path, "w", driver="GTiff", width=4, height=3, count=1, dtype="float32", crs=27700, transform=UPRIGHT
    ) as target:
        target.write(grid, 1)
    with pytest.raises(InputError, match=r"r\.tif: band 1 holds .*, which stands for nothing .* state what does"):
        cells(path)
    assert cells(path, 0, 0, 4, 2) == GRID[:2].tolist()  # where none is, nothing is asked
    assert cells(path, nodata=value)[2] == [8, None, 10, 11]


def test_a_mark_in_scaled_cells_is_known_before_the_scale(write):
    grid = np.array([[100, -9999, 300]], dtype="int16")
    with pytest.raises(InputError, match="holds -9999, which stands for nothing"):
        cells(write(grid, scale=0.1))
    assert cells(write(grid, scale=0.1, offset=1.0), nodata=-9999) == [[11, None, 31]]


def test_a_value_that_is_meant_is_measured_where_another_stands_for_nothing(write):
    grid = np.array([[-20_000, -1, 300]], dtype="int32")
    assert cells(write(grid), nodata=-1) == [[-20_000, None, 300]]


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(
    ("made", "stated", "words"),
    [
        ({}, {"band": 3}, "has no band 3; it has 1"),
        ({"crs": None}, {}, "states no coordinate system; say it with crs"),
        ({"crs": None}, {"crs": "British"}, "'British' is not a coordinate system"),
        ({}, {"crs": "EPSG:4326"}, "states EPSG:27700 itself, and the project crs = .EPSG:4326.; take crs out"),
        ({"transform": rasterio.Affine(25, 3, 4e5, 3, -25, 29e4)}, {}, "is turned"),
    ],
)
def test_what_cannot_be_measured_is_refused(write, made, stated, words):
    with pytest.raises(InputError, match=words):
        read_raster(write(**made), file="r.tif", **stated)


def test_a_system_stated_twice_alike_is_one(write):
    assert cells(write(), crs="EPSG:27700") == GRID.tolist()


def test_packed_rasters_are_opened_as_they_are(write, tmp_path):
    path = write()
    (tmp_path / "p.tif.gz").write_bytes(gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.write(path, "in/r.tif")
    for packed in (tmp_path / "p.tif.gz", f"{tmp_path / 'p.zip'}!in/r.tif"):
        assert cells(packed) == GRID.tolist()
    with pytest.raises(InputError, match="there is no such file"):
        read_raster(tmp_path / "gone.tif", file="gone.tif")


@pytest.mark.parametrize(("stated", "other"), [(-9999, -99999.0), (-9999, -3.4028234663852886e38), (5, 1e38)])
def test_a_second_mark_for_nothing_beside_the_one_stated_is_refused(write, stated, other):
    with pytest.raises(InputError, match="cannot be a value beside nodata"):
        cells(write(np.array([[1, other, 3]], dtype="float32")), nodata=stated)
