"""The surface of walks: as measured cell by cell, and the same however the grid is cut."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from factories.parts import Packed
from siteprior.core.errors import InputError
from siteprior.core.schema import STOPS, conform
from siteprior.joins.access.tiles import grid_over
from siteprior.joins.access.walk_surface import FARTHER, NOT_KNOWN, walk_surface
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network
from siteprior.walking.walk import snap, walks

WEST, SOUTH = 400_000, 290_000
MODES = ("bus", "bus", "bus", "rail", "metro", "coach")


@pytest.fixture(scope="module")
def stops():
    """Stops about an area of 4 × 3 km; some closed, some coaches."""
    random = np.random.default_rng(5)
    places = random.uniform((WEST - 1500, SOUTH - 1500), (WEST + 5500, SOUTH + 4500), (60, 2))
    table = {
        "stop_name": "Stop",
        "mode": random.choice(MODES, 60),
        "state": random.choice(["open", "open", "closed"], 60),
    }
    index = pd.Index([f"4300{number:04}" for number in range(60)], name="atco_code")
    return conform(gpd.GeoDataFrame(table, index=index, geometry=gpd.points_from_xy(*places.T), crs=27700), STOPS)


@pytest.fixture(scope="module")
def area():
    """Two polygons that touch, one with a hole."""
    left = shapely.box(WEST, SOUTH, WEST + 2050, SOUTH + 3000) - shapely.box(
        WEST + 500, SOUTH + 500, WEST + 900, SOUTH + 900
    )
    return gpd.GeoDataFrame(geometry=[left, shapely.box(WEST + 2050, SOUTH, WEST + 4000, SOUTH + 2500)], crs=27700)


@pytest.fixture(scope="module")
def streets():
    """Streets every 300 m with some left out."""
    random = np.random.default_rng(6)
    lines = [
        shapely.LineString([(x, y), (x + dx, y + dy)])
        for x in range(WEST - 2100, WEST + 6000, 300)
        for y in range(SOUTH - 2100, SOUTH + 5100, 300)
        for dx, dy in ((300, 0), (0, 300))
        if random.random() < 0.8
    ]
    return build_network(lines)


def whole(area, stops, walking, *, tile_cells=256, cluster=None, unread=None, cell_m=100):
    rows, columns, transform = grid_over(tuple(area.total_bounds), cell_m)
    metres = np.zeros((2, rows, columns), dtype=np.uint16)
    for tile, found in walk_surface(area, stops, walking, rows=rows, columns=columns, transform=transform, cutoff_m=960,
                                    tile_cells=tile_cells, unread=unread, cluster=cluster):  # fmt: skip
        metres[:, tile.row : tile.row + tile.rows, tile.column : tile.column + tile.columns] = found
    return metres, transform


def kinds(stops):
    is_open = stops[stops["state"] == "open"]
    return [
        is_open[is_open["mode"].isin(modes)].get_coordinates().to_numpy() for modes in (("rail", "metro"), ("bus",))
    ]


def centres(metres, transform):
    row, column = np.indices(metres.shape[1:]).reshape(2, -1)
    return np.column_stack([transform[2] + (column + 0.5) * transform[0], transform[5] - (row + 0.5) * transform[0]])


def test_straight_lines_are_those_to_the_nearest_open_stop(area, stops):
    metres, transform = whole(area, stops, Walking())
    places = centres(metres, transform)
    inside = shapely.intersects_xy(area.union_all(), *places.T)
    for band, some in zip(metres.reshape(2, -1), kinds(stops), strict=True):
        walk_m = np.hypot(*(places[:, None] - some[None]).transpose(2, 0, 1)).min(axis=1) * 1.3
        wanted = np.where(inside, np.where(walk_m <= 960, np.rint(walk_m), FARTHER), NOT_KNOWN)
        np.testing.assert_array_equal(band, wanted)
        assert {FARTHER, NOT_KNOWN} < set(band.tolist())


def test_over_streets_they_are_the_shortest_walks_on_the_whole_network(area, stops, streets):
    metres, transform = whole(area, stops, Walking(streets, max_snap_m=140), tile_cells=7)
    places = centres(metres, transform)
    inside = shapely.intersects_xy(area.union_all(), *places.T)
    here = snap(streets, places, max_snap_m=140)
    for band, some in zip(metres.reshape(2, -1), kinds(stops), strict=True):
        walked = np.full(len(places), np.inf)
        cell, _, walk_m = walks(streets, here, snap(streets, some, max_snap_m=140), cutoff_m=960)
        np.minimum.at(walked, cell, walk_m)
        near = np.where(np.isinf(walked), FARTHER, np.rint(np.where(np.isinf(walked), 0, walked)))
        np.testing.assert_array_equal(band, np.where(inside & (here.edge >= 0), near, NOT_KNOWN))
    assert (here.edge[inside] < 0).any(), "a cell has no street: not known, not far"


@pytest.mark.parametrize("on_streets", [False, True])
@pytest.mark.parametrize("tile_cells", [1000, 16, 5])
def test_no_cut_decides_a_result(area, stops, streets, on_streets, tile_cells):
    walking = Walking(streets) if on_streets else Walking()
    one, _ = whole(area, stops, walking)
    packed = Packed()
    cut, _ = whole(area, stops, walking, tile_cells=tile_cells, cluster=packed)
    assert packed.parts == -(-30 // tile_cells) * -(-40 // tile_cells)
    np.testing.assert_array_equal(cut, one)


@pytest.mark.parametrize("tile_cells", [5, 1])
def test_no_cut_decides_a_walk_downhill(area, stops, streets, tile_cells):
    downhill = replace(streets, arc_mm=streets.arc_mm * 4 // 5)  # each metre counts as 0.8
    one, _ = whole(area, stops, Walking(downhill))
    cut, _ = whole(area, stops, Walking(downhill), tile_cells=tile_cells)
    np.testing.assert_array_equal(cut, one)
    assert (one < whole(area, stops, Walking(streets))[0]).any()


def test_where_bus_stops_were_not_read_the_walk_to_one_is_not_known(area, stops):
    one, _ = whole(area, stops, Walking())
    silent, _ = whole(area, stops, Walking(), unread=area.iloc[[1]])
    np.testing.assert_array_equal(silent[0], one[0])
    # the second area begins 2050 m east, where centres lie: on the edge counts; it ends 500 m before the north
    assert (silent[1][5:, 20:] == NOT_KNOWN).all()
    np.testing.assert_array_equal(silent[1][:, :20], one[1][:, :20])
    np.testing.assert_array_equal(silent[1][:5], one[1][:5])


def test_no_stops_no_streets_and_wrong_cutoffs(area, stops, streets):
    none, _ = whole(area, stops.iloc[:0], Walking())
    assert set(np.unique(none).tolist()) == {FARTHER, NOT_KNOWN}
    far = gpd.GeoDataFrame(geometry=area.translate(100_000), crs=27700)
    assert (whole(far, stops, Walking(streets))[0] == NOT_KNOWN).all()
    with pytest.raises(InputError, match="cutoff_m: 70000 m"):
        next(walk_surface(area, stops, Walking(), rows=1, columns=1, transform=(100, 0, 0, 0, -100, 0),
                          cutoff_m=70_000, tile_cells=9))  # fmt: skip
