"""The grids of the access index: one a variant, and a raster that says what each band is."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
import shapely

from siteprior import __version__
from siteprior.joins.access import ptal_grid
from siteprior.joins.access.ptal_grid import AccessGrid
from siteprior.pipeline.grid import VARIANTS, measure_grid, write_grid


def test_each_variant_is_its_window_with_or_without_steps(monkeypatch):
    asked = []

    def access_grid(area, stops, services, network, **how):
        asked.append((area, stops, services, network, how))
        return len(asked)

    monkeypatch.setattr(ptal_grid, "access_grid", access_grid)
    feed, area = SimpleNamespace(stops="stops", services="services", listed=["A"]), shapely.box(0, 0, 9, 9)
    assert measure_grid(area, feed, "streets", cell_m=50.0, max_snap_m=120.0) == [1, 2, 3, 4]
    assert [(how["window"], how["step_free"]) for *_, how in asked] == [
        ("am peak", False), ("evening", False), ("sunday", False), ("am peak", True),
    ]  # fmt: skip
    assert {(how["cell_m"], how["max_snap_m"]) for *_, how in asked} == {(50.0, 120.0)}
    assert [(how["active_stops"], how["listed"]) for *_, how in asked] == [(None, ["A"])] * 4
    assert {tuple(map(str, rest)) for *rest, _ in asked} == {(str(area), "stops", "services", "streets")}


@pytest.fixture
def grids():
    values = np.arange(6, dtype="float32").reshape(2, 3)
    values[0, 0] = np.nan
    flat = np.zeros((2, 3), dtype="uint8")
    return [
        AccessGrid(values + 10 * k, flat, flat.astype(bool), (100.0, 0.0, 4e5, 0.0, -100.0, 290_200.0), "EPSG:27700")
        for k in range(len(VARIANTS))
    ]


def test_the_raster_has_a_band_a_variant_in_its_place(grids, tmp_path):
    path = write_grid(
        tmp_path / "a.tif", grids, as_of=date(2021, 1, 1), service_date=date(2026, 10, 2), attribution="Contains X"
    )
    with rasterio.open(path) as raster:
        assert raster.descriptions == tuple(f"Access index, {variant}" for variant in VARIANTS)
        assert raster.bounds == (400_000, 290_000, 400_300, 290_200)
        assert raster.crs.to_epsg() == 27700
        assert np.isnan(raster.nodata)
        for band, grid in enumerate(grids, 1):
            np.testing.assert_array_equal(raster.read(band), grid.index)
        told = " ".join(map(str, raster.tags().values()))
    for words in ("TfL PTAL (2015)", "2026-10-02", __version__, "Contains X"):
        assert words in told


def test_the_same_grids_give_the_same_bytes(grids, tmp_path):
    facts = {"as_of": date(2021, 1, 1), "service_date": date(2026, 10, 2), "attribution": ""}
    one, two = (write_grid(tmp_path / name, grids, **facts).read_bytes() for name in ("a.tif", "b.tif"))
    assert one == two
