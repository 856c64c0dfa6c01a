from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely

from factories.parts import Packed
from siteprior.core.errors import InputError
from siteprior.joins._geometry import coordinates
from siteprior.joins.access import ptal_grid
from siteprior.joins.access.ptal import access_band, access_index
from siteprior.joins.access.ptal_grid import access_grid, grid_cells
from siteprior.walking.walk import snap, walks
from synthetic import SIDE_M, SOUTH, WEST, make_network, make_services


@pytest.fixture(scope="module")
def town():
    """A made-up town of 30 km with few streets, and its services."""
    return make_network(nodes=40_000), *make_services(stops=3000, routes=300)


def test_each_cell_has_the_index_of_its_centre(town, monkeypatch):
    network, stops, services = town
    middle = shapely.Point(WEST + SIDE_M / 2, SOUTH + SIDE_M / 2)
    area = middle.buffer(2000)
    grid = access_grid(area, stops, services, network, max_snap_m=80)
    cells = grid_cells(grid)
    centres = coordinates(cells)
    assert shapely.intersects_xy(area, *centres.T).all()
    assert (cells["easting"] % 100 == 0).all()
    assert (cells["northing"] % 100 == 0).all()
    assert len(cells) == pytest.approx(area.area / 100**2, rel=0.01)
    here = snap(network, centres, max_snap_m=80)
    there = snap(network, coordinates(stops), max_snap_m=80)
    point, stop, walk_m = walks(network, here, there, cutoff_m=960)
    table = pd.DataFrame({"point": point, "stop_code": stops.index.take(stop), "walk_m": walk_m})
    index, _ = access_index(table, services, points=np.arange(len(cells)))
    measured = here.edge >= 0
    assert 0.5 < measured.mean() < 1
    wanted = index["access_index"].where(measured)
    np.testing.assert_array_equal(cells["access_index"], wanted.astype("float32").astype(float))
    assert cells["access_band"].fillna("none").to_list() == access_band(wanted).fillna("none").to_list()
    assert wanted.max() > 10
    asked = []
    once = ptal_grid.straight_reach_m
    monkeypatch.setattr(ptal_grid, "straight_reach_m", lambda *of: asked.append(of) or once(*of))
    monkeypatch.setattr(ptal_grid, "BLOCK", 100)
    again = access_grid(area, stops, services, network, max_snap_m=80)
    assert len(asked) == 1  # of the whole network, not of each block of cells
    np.testing.assert_array_equal(again.index, grid.index)
    np.testing.assert_array_equal(again.band, grid.band)


def test_a_slope_is_walked_from_the_cell_to_the_stop(town):
    level, stops, services = town
    tail = np.repeat(np.arange(len(level.x)), np.diff(level.arc_start))
    northward = level.y[level.arc_node] > level.y[tail]
    network = replace(level, arc_mm=np.where(northward, level.arc_mm * 2, level.arc_mm))
    area = shapely.box(WEST + 14_000, SOUTH + 14_000, WEST + 15_000, SOUTH + 15_000)
    cells = grid_cells(access_grid(area, stops, services, network, max_snap_m=250))
    here, there = (snap(network, coordinates(some), max_snap_m=250) for some in (cells, stops))
    point, stop, walk_m = walks(network, here, there, cutoff_m=960)
    table = pd.DataFrame({"point": point, "stop_code": stops.index.take(stop), "walk_m": walk_m})
    index, _ = access_index(table, services, points=np.arange(len(cells)))
    np.testing.assert_array_equal(cells["access_index"], index["access_index"].astype("float32").astype(float))
    on_the_level = grid_cells(access_grid(area, stops, services, level, max_snap_m=250))["access_index"]
    assert cells["access_index"].mean() < on_the_level.mean()


def test_cells_lie_on_the_national_grid_north_first(town):
    network, stops, services = town
    area = shapely.box(WEST + 10_040, SOUTH + 10_060, WEST + 10_360, SOUTH + 10_340)
    grid = access_grid(area, stops, services, network, max_snap_m=250)
    assert grid.transform == (100, 0, WEST + 10_000, 0, -100, SOUTH + 10_400)
    # a cell belongs to the area its centre lies in: 50, 150, 250, 350 are within 40 to 360, not 50 within 60 to 340
    assert grid.inside.astype(int).tolist() == [[0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1], [0, 0, 0, 0]]
    assert np.isnan(grid.index[~grid.inside]).all()
    assert (grid.band[~grid.inside] == ptal_grid.NO_BAND).all()
    cells = grid_cells(grid)
    assert cells.index[0] == "E410000N290200"
    assert cells.geometry.iloc[0].bounds == (WEST + 10_000, SOUTH + 10_200, WEST + 10_100, SOUTH + 10_300)
    wider = access_grid(area.buffer(700), stops, services, network, max_snap_m=250)
    pd.testing.assert_frame_equal(pd.DataFrame(grid_cells(wider)).loc[cells.index], pd.DataFrame(cells))


def test_far_from_service_is_zero_and_far_from_streets_is_missing(town):
    network, stops, services = town
    few = services[services["stop_code"] == services["stop_code"].iloc[0]]
    area = shapely.box(WEST - 1000, SOUTH + 15_000, WEST + 1000, SOUTH + 15_200)
    grid = access_grid(area, stops, few, network, max_snap_m=250)
    assert np.isnan(grid.index[:, :7]).all()
    assert (grid.index[:, 12:] == 0).all()
    assert (grid.band[:, 12:] == 0).all()


def test_step_free_counts_stated_stops_alone(town):
    network, stops, services = town
    area = shapely.box(WEST + 14_000, SOUTH + 14_000, WEST + 16_000, SOUTH + 16_000)
    whole = access_grid(area, stops, services, network, max_snap_m=250)
    half = stops.assign(step_free=np.where(np.arange(len(stops)) % 2, "yes", "no"))
    some = access_grid(area, half, services, network, max_snap_m=250, step_free=True)
    assert (some.index <= whole.index).all()
    assert some.index.sum() < whole.index.sum()
    none = access_grid(area, stops, services, network, max_snap_m=250, step_free=True)
    assert np.isnan(none.index[whole.index > 0]).all()  # the feed says nothing of any stop in reach
    assert (none.index[whole.index == 0] == 0).all()
    night = access_grid(area, stops, services, network, max_snap_m=250, window="evening")
    assert np.isnan(night.index).all()  # nobody counted the evening


def test_bad_calls_are_refused(town):
    network, stops, services = town
    area = shapely.box(WEST, SOUTH, WEST + 200, SOUTH + 200)
    with pytest.raises(InputError, match="cell_m: 0 is not a length"):
        access_grid(area, stops, services, network, max_snap_m=250, cell_m=0)
    with pytest.raises(InputError, match="area: is no polygon"):
        access_grid(area.centroid, stops, services, network, max_snap_m=250)
    with pytest.raises(InputError, match="area: holds no centre of a cell of 100 m"):
        access_grid(area.centroid.buffer(10), stops, services, network, max_snap_m=250)
    with pytest.raises(InputError, match="unknown window 'noon'"):
        access_grid(area, stops, services, network, max_snap_m=250, window="noon")


@pytest.mark.parametrize("step_free", [False, True])
def test_tiles_with_a_margin_give_the_grid_of_the_whole(town, monkeypatch, step_free):
    network, stops, services = town
    network = replace(network, steps=np.arange(len(network.edge_mm)) % 9 == 0)
    stops = stops.assign(step_free=pd.array(np.resize(["yes", "no", None], len(stops)), dtype="str"))
    area = shapely.Point(WEST + 4000, SOUTH + 4000).buffer(1700) | shapely.box(WEST, SOUTH, WEST + 900, SOUTH + 900)
    one = access_grid(area, stops, services, network, max_snap_m=120, step_free=step_free)
    cut = ptal_grid.tiles
    monkeypatch.setattr(ptal_grid, "tiles", lambda rows, columns, side: cut(rows, columns, 9))
    packed = Packed()
    tiled = access_grid(area, stops, services, network, max_snap_m=120, step_free=step_free, cluster=packed)
    assert packed.parts > 10
    np.testing.assert_array_equal(tiled.index, one.index)
    np.testing.assert_array_equal(tiled.band, one.band)
    assert np.isfinite(one.index).any()
