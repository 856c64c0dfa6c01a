"""Tiles of heights: where they lie by their names, and those of an area in one raster."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from siteprior.sources.fetch.client import Refused
from siteprior.sources.fetch.tiles import Box, box_of, join_tiles, tile_box
from sources.fetch.publisher_server import zipped

SIDE = 200
"""Cells of 50 m on the side of a tile of 10 km."""


def grid(name, height):
    west, south, *_ = tile_box(name)
    head = f"ncols {SIDE}\nnrows {SIDE}\nxllcorner {west}\nyllcorner {south}\ncellsize 50\n"
    return (head + "\n".join([" ".join([f"{height:.1f}"] * SIDE)] * SIDE) + "\n").encode()


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "terr50.zip"
    tiles = {"sp08": 100.0, "sp18": 120.5, "nt27": 50.0}
    path.write_bytes(
        zipped(
            {
                f"data/{name[:2]}/{name}_OST50GRID_2026.zip": zipped({f"{name.upper()}.asc": grid(name, height)})
                for name, height in tiles.items()
            }
        )
    )
    return path


@pytest.mark.parametrize(
    ("name", "corner"),
    [  # National Grid references of known places: SP08 south of Birmingham, TQ38 the City, NT27 Edinburgh, SV80 Scilly
        ("SP08", (400_000, 280_000)), ("tq38", (530_000, 180_000)), ("NT27", (320_000, 670_000)), ("SV80", (80_000, 0)),
        ("HP60", (460_000, 1_200_000)),
    ],
)  # fmt: skip
def test_a_tile_lies_where_its_name_says(name, corner):
    assert tile_box(f"data/{name}_OST50.asc")[:2] == corner


def test_what_names_no_tile_has_no_box():
    assert tile_box("readme.txt") is None
    assert tile_box("II00.asc") is None


def test_the_tiles_of_an_area_become_one_raster(archive, tmp_path):
    target = tmp_path / "heights.tif"
    join_tiles(archive, target, member="*.zip!*.asc", box=box_of("405000,281000,415000,289000"))
    with rasterio.open(target) as raster:
        assert raster.crs.to_epsg() == 27700
        assert raster.bounds == (400_000, 280_000, 420_000, 290_000)
        heights = raster.read(1)
    assert np.array_equal(heights[:, :SIDE], np.full((SIDE, SIDE), 100.0))
    assert np.array_equal(heights[:, SIDE:], np.full((SIDE, SIDE), 120.5))


def test_what_lies_between_tiles_is_missing(archive, tmp_path):
    target = tmp_path / "heights.tif"
    join_tiles(archive, target, member="*.zip!*.asc", box=None)
    with rasterio.open(target) as raster:
        heights = raster.read(1, masked=True)
    assert heights.count() == 3 * SIDE * SIDE
    assert heights.mask.any()


def test_an_area_without_tiles_is_refused(archive, tmp_path):
    with pytest.raises(Refused, match=r"no tile like \*\.asc in the area"):
        join_tiles(archive, tmp_path / "a.tif", member="*.zip!*.asc", box=Box(0, 0, 10, 10))


def test_a_tile_that_only_touches_the_area_is_left_out(archive, tmp_path):
    join_tiles(archive, tmp_path / "a.tif", member="*.zip!*.asc", box=Box(405_000, 281_000, 410_000, 282_000))
    with rasterio.open(tmp_path / "a.tif") as raster:
        assert raster.bounds.right == 410_000


def test_a_tile_that_cannot_be_read_is_reported(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({"sp08.asc": b"no grid"}))
    with pytest.raises(Refused, match="a tile of heights cannot be read"):
        join_tiles(path, tmp_path / "a.tif", member="*.asc", box=None)
