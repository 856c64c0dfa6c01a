"""Walk catchments: what is reached to the metre, shorter walks inside longer ones, and no way over a river."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point

from factories.walks import grid
from siteprior.core.errors import InputError
from siteprior.core.schema import CATCHMENTS, check
from siteprior.joins.access.catchment_areas import catchments, corridor_catchments
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network

SNAP = {"max_snap_m": 250}


@pytest.fixture(scope="module")
def streets():
    return build_network(np.array(grid()))


def stops_at(*places, names="ABCDEFG"):
    index = list(names[: len(places)])
    points = [None if place is None else Point(place) for place in places]
    return gpd.GeoDataFrame({"stop_name": [f"Stop {n}" for n in index]}, index=index, geometry=points, crs=27700)


class TestCatchments:
    @pytest.mark.parametrize("basis", ["streets", "hull", "disc"])
    def test_shorter_walks_lie_in_longer_ones(self, streets, basis):
        table = catchments(stops_at((0, 0), (130, 40)), Walking(streets, walk_factor=1.3, **SNAP), basis=basis)
        check(table, CATCHMENTS, name="catchments")
        assert table.index.tolist() == ["A|400", "A|800", "A|960", "B|400", "B|800", "B|960"]
        for stop in "AB":
            small, middle, large = table.geometry[table["stop"] == stop]
            assert shapely.area(small - middle) < 1e-6
            assert shapely.area(middle - large) < 1e-6
        assert (table["basis"] == basis).all()
        assert (table["approximate"] == ("no" if basis == "streets" else "yes")).all()
        assert table["hectares"].to_numpy() == pytest.approx(table.area.to_numpy() / 10_000)

    def test_a_grid_is_a_diamond_with_its_blocks_filled(self, streets):
        (shape,) = catchments(stops_at((0, 0)), Walking(streets, **SNAP), bands_m=[200], buffer_m=10).geometry
        assert not shapely.get_num_interior_rings(shape)
        assert shape.covers(Point(50, 50))  # the middle of a block all of whose streets are reached
        assert not shape.covers(Point(150, 150))
        assert shape.covers(Point(0, 209))
        assert not shape.covers(Point(0, 211))

    def test_wide_ground_between_streets_stays_open(self, streets):
        (shape,) = catchments(
            stops_at((0, 0)), Walking(streets, **SNAP), bands_m=[200], buffer_m=10, fill_ha=0.1
        ).geometry
        assert shapely.get_num_interior_rings(shape) == 4  # blocks of 80 × 80 m
        assert not shape.covers(Point(50, 50))

    def test_a_river_without_a_bridge_parts_the_banks(self):
        west, east = grid(range(-6, 1), range(-3, 4)), grid(range(7), range(-3, 4), east=60.0)
        stop, other_bank = stops_at((0, 0)), Point(100, 0)
        apart = catchments(stop, Walking(build_network(np.array(west + east)), **SNAP), bands_m=[400])
        assert not apart.geometry.iloc[0].covers(other_bank)
        joined = build_network(np.array([*west, *east, LineString([(0, 300), (60, 300)])]))
        assert (
            not catchments(stop, Walking(joined, **SNAP), bands_m=[400]).geometry.iloc[0].covers(other_bank)
        )  # 700 m round
        assert catchments(stop, Walking(joined, **SNAP), bands_m=[800]).geometry.iloc[0].covers(other_bank)

    def test_without_streets_it_is_a_disc_and_says_so(self):
        table = catchments(stops_at((0, 0)), Walking(walk_factor=1.3), bands_m=[400])
        (row,) = table.to_dict("records")
        assert (row["basis"], row["approximate"]) == ("disc", "yes")
        assert np.isnan(row["streets_m"])
        assert row["geometry"].bounds == pytest.approx((-400 / 1.3, -400 / 1.3, 400 / 1.3, 400 / 1.3))

    def test_what_has_no_catchment_stays_and_says_why(self, streets):
        table = catchments(stops_at(None, (9000, 0), (0, 0), (50, 30)), Walking(streets, **SNAP), bands_m=[25, 100])
        assert table.geometry.isna().tolist() == [True, True, True, True, False, False, True, False]
        notes = table["catchment_note"].tolist()
        assert notes[:4] == ["the stop has no place"] * 2 + ["no street within reach of the stop"] * 2
        assert notes[6] == "the street is farther than the walk"  # 30 m of 25
        assert table.loc["D|100", "streets_m"] == 2 * 70 + 2 * 2 * 20  # 30 m to the street, and 20 m round both corners
        assert table["hectares"].isna().tolist() == table.geometry.isna().tolist()

    def test_what_is_not_reported_comes_from_the_parameters(self, streets):
        (radius,) = {1000 / factor for factor in (Walking().walk_factor,)}
        (disc,) = catchments(stops_at((0, 0)), bands_m=[1000]).geometry
        assert disc.bounds == pytest.approx((-radius, -radius, radius, radius))
        said = catchments(stops_at((0, 0)), Walking(streets, max_snap_m=250), bands_m=[200])
        assert catchments(stops_at((0, 0)), Walking(streets), bands_m=[200]).geom_equals(said).all()

    def test_every_fault_is_named_at_once(self, streets):
        with pytest.raises(InputError) as caught:
            catchments(stops_at((0, 0)), Walking(streets), bands_m=[0], buffer_m=-1, hull_ratio=2, basis="hul")
        assert [fault.partition(":")[0] for fault in caught.value.faults[:3]] == ["bands_m", "buffer_m", "hull_ratio"]
        assert "did you mean 'hull'" in caught.value.faults[3]
        with pytest.raises(InputError, match="max_snap_m"):
            catchments(stops_at((0, 0)), Walking(streets, max_snap_m=0))
        with pytest.raises(InputError, match="walk_factor"):
            catchments(stops_at((0, 0)), Walking(walk_factor=0.9))
        with pytest.raises(InputError, match="more than once"):
            catchments(stops_at((0, 0), (1, 1), names="AA"), Walking(streets, **SNAP))
        with pytest.raises(InputError, match="EPSG:27700"):
            catchments(stops_at((0, 0)).to_crs(4326), Walking(streets, **SNAP))

    def test_no_stops_give_an_empty_table(self, streets):
        table = catchments(stops_at(), Walking(streets, **SNAP))
        assert len(table) == 0
        check(table, CATCHMENTS, name="catchments")


class TestCorridorCatchments:
    def test_what_two_stops_reach_counts_once(self, streets, make_corridor_stops):
        stops = make_corridor_stops(("Line", 1, 0, 0), ("Line", 2, 100, 0))
        together = corridor_catchments(stops, Walking(streets, **SNAP), bands_m=[150])
        alone = catchments(stops, Walking(streets, **SNAP), bands_m=[150])
        # Each reaches 300 + 2 × 100 m across and as much along. Both reach 200 m of the street they stand on, and up
        # and down from either stop 50 m of the other's 150 m; on the streets beside they only meet.
        assert alone["streets_m"].tolist() == [1000, 1000]
        assert together["streets_m"].tolist() == [2000 - 200 - 4 * 50]
        assert together["stops"].tolist() == [2]
        assert together.geometry.iloc[0].covers(shapely.union_all(alone.geometry.to_numpy()).buffer(-1e-6))

    def test_planned_stops_count_where_asked_and_a_corridor_without_any_stays(self, streets, make_corridor_stops):
        stops = make_corridor_stops(("Old", 1, 0, 0), ("Old", 2, 100, 0, "planned"), ("New", 1, 200, 0, "planned"))
        now = corridor_catchments(stops, Walking(streets, **SNAP), bands_m=[150])
        assert now.index.tolist() == ["Old|150", "New|150"]
        assert now["stops"].tolist() == [1, 0]
        assert now["catchment_note"].tolist()[1] == "no stop of the corridor counts"
        assert now.geometry.iloc[1] is None
        then = corridor_catchments(stops, Walking(streets, **SNAP), bands_m=[150], count_planned=True)
        assert then["stops"].tolist() == [2, 1]
        assert then["corridor"].tolist() == ["Old", "New"]
        assert pd.isna(then["stop"]).all()

    @pytest.mark.parametrize("basis", ["hull", "disc"])
    def test_stops_far_apart_have_ground_of_their_own(self, streets, make_corridor_stops, basis):
        stops = make_corridor_stops(("Line", 1, -500, 0), ("Line", 2, 500, 0))
        table = corridor_catchments(stops, Walking(streets, walk_factor=1.3, **SNAP), bands_m=[200], basis=basis)
        assert len(shapely.get_parts(table.geometry.iloc[0])) == 2
