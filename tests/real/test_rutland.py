"""Streets of a whole county: the walk from every cell of Rutland, by tiles on two workers as in one piece here."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

import siteprior as sp
from siteprior.joins.access import walk_surface
from siteprior.joins.access.walk_surface import FARTHER, NOT_KNOWN

RUTLAND = (481_000, 297_000, 508_000, 319_000)
"""Metres on EPSG:27700, about the county."""


@pytest.fixture(scope="module")
def given(real):
    england = real / "real" / "england"
    return {
        "streets": real / "real" / "osm" / "rutland-latest.osm.pbf",
        "stops": [
            *(england / f"naptan_{area}_stops_2026-07-24.csv.gz" for area in ("260", "268")),
            real / "real" / "transit" / "naptan_910_stops_2026-07-21.csv.gz",
        ],
        "bounds": RUTLAND,
    }


def test_tiles_on_two_workers_are_the_one_piece_to_the_byte(given, tmp_path, monkeypatch):
    here = sp.measure_walks(**given, out=tmp_path / "here")
    with rasterio.open(here.file) as raster:
        whole = raster.read()
    cut = walk_surface.tiles
    monkeypatch.setattr(walk_surface, "tiles", lambda rows, columns, side: cut(rows, columns, 64))
    with sp.cluster(workers=2) as made:
        tiled = sp.measure_walks(**given, out=tmp_path / "tiles", cluster=made)
    with rasterio.open(tiled.file) as raster:
        np.testing.assert_array_equal(raster.read(), whole)
    again = sp.measure_walks(**given, out=tmp_path / "again")
    assert again.file.read_bytes() == tiled.file.read_bytes()
    # Oakham has the county's one station; streets are those of Rutland, and beyond it a cell has none
    oakham = whole[:, 319_000 // 100 - 308_950 // 100 - 1, (485_650 - 481_000) // 100]
    assert oakham[0] < 960, "beside Oakham's station"
    assert (whole == NOT_KNOWN).mean() > 0.2
    assert (whole[0] < FARTHER).sum() < (whole[1] < FARTHER).sum()
