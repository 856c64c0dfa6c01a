"""Where things go on a map: discs apart, names clear of the rest, views of the right proportion."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box

from siteprior.report.maps.placement import (
    declutter,
    extent,
    fit_view,
    label_beside,
    label_position,
    space_labels,
    with_margin,
)


class TestSpread:
    def test_leaves_points_that_are_far_enough_apart(self):
        points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
        np.testing.assert_array_equal(declutter(points, 30), points)

    def test_the_first_stays_and_the_second_goes_no_farther_than_it_must(self):
        moved = declutter(np.array([[0.0, 0.0], [10.0, 0.0]]), 30)
        np.testing.assert_allclose(moved, [[0, 0], [32.5, 0]], atol=1e-9)  # the next ring of an eighth of the gap

    def test_no_points_and_one(self):
        assert declutter(np.zeros((0, 2)), 30).shape == (0, 2)
        np.testing.assert_array_equal(declutter(np.array([[3.0, 4.0]]), 30), [[3.0, 4.0]])

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=20))
    def test_none_overlap_and_none_goes_far_or_out_of_the_frame(self, places):
        points = np.array(places, dtype=float)
        moved = declutter(points, 10, within=(0, 0, 100, 60))
        apart = np.hypot(*(moved[:, None, :] - moved[None, :, :]).transpose(2, 0, 1))
        np.fill_diagonal(apart, np.inf)
        assert apart.min() > 9.98
        assert (moved >= 0).all()
        assert (moved <= (100, 60)).all()
        assert np.hypot(*(moved - points).T).max() < 60


class TestQuietSpot:
    SQUARE = box(0, 0, 100, 100)

    def test_is_the_middle_where_nothing_is_in_the_way(self):
        x, y = label_position(self.SQUARE, 20, 10, Point())
        assert abs(x - 50) < 3
        assert abs(y - 50) < 3

    def test_keeps_clear_of_what_is_drawn_and_inside_the_shape(self):
        line = LineString([(0, 50), (100, 50)])
        x, y = label_position(self.SQUARE, 40, 10, line)
        label = box(x - 20, y - 5, x + 20, y + 5)
        assert self.SQUARE.contains(label)
        assert label.distance(line) >= 10

    def test_a_name_longer_than_its_shape_still_gets_a_place_in_it(self):
        x, y = label_position(self.SQUARE, 400, 10, Point())
        assert self.SQUARE.contains(Point(x, y))

    def test_a_sliver_too(self):
        sliver = Polygon([(0, 0), (100, 100), (100, 99.99)])
        assert sliver.distance(Point(*label_position(sliver, 5, 5, Point()))) < 1e-9


class TestInARow:
    def test_moves_no_farther_than_it_must(self):
        np.testing.assert_allclose(space_labels(np.array([0.0, 1.0, 2.0, 50.0]), 4, -100, 100), [-3, 1, 5, 50])

    def test_stays_within_bounds_and_shrinks_where_it_must(self):
        np.testing.assert_allclose(space_labels(np.array([9.0, 9.0, 9.0]), 4, 0, 10), [2, 6, 10])
        np.testing.assert_allclose(space_labels(np.array([9.0, 9.0, 9.0]), 8, 0, 10), [0, 5, 10])
        np.testing.assert_allclose(
            space_labels(np.array([5.0, 5.0, 5.0]), np.array([2.0, 6.0, 1.0]), 0, 100), [1.67, 3.67, 9.67], atol=0.01
        )
        assert space_labels(np.zeros(0), 5, 0, 10).tolist() == []

    @settings(deadline=None)
    @given(st.lists(st.integers(0, 100), min_size=1, max_size=18))
    def test_keeps_gap_order_and_bounds(self, places):
        row = space_labels(np.sort(np.array(places, dtype=float)), 5, 0, 100)
        assert (np.diff(row) >= 5 - 1e-9).all()
        assert row.min() >= -1e-9
        assert row.max() <= 100 + 1e-9


METRES = st.floats(-1e6, 1e6)


class TestViews:
    @given(st.tuples(METRES, METRES, METRES, METRES), st.floats(0.1, 10))
    def test_a_view_keeps_its_middle_shows_all_and_has_its_proportion(self, corners, proportion):
        west, east = sorted(corners[:2])
        south, north = sorted(corners[2:])
        left, low, right, high = fit_view((west, south, east, north), proportion)
        assert left <= west + 1e-6
        assert low <= south + 1e-6
        assert right >= east - 1e-6
        assert high >= north - 1e-6
        assert (left + right, low + high) == pytest.approx((west + east, south + north), abs=1e-6)
        assert right - left == pytest.approx(proportion * (high - low), rel=1e-6, abs=1e-6)

    def test_a_margin_is_a_share_of_the_longer_side_and_at_least_so_much(self):
        assert with_margin((0, 0, 10_000, 10), least=50) == (-300, -300, 10_300, 310)
        assert with_margin((0, 0, 0, 0), least=50) == (-50, -50, 50, 50)

    def test_a_map_widens_to_what_lies_around_where_that_is_not_much_more(self):
        def at(*points):
            return gpd.GeoDataFrame(geometry=[Point(point) for point in points], crs=27700)

        focus = at((0, 0), (10_000, 10_000))
        near, far = at((12_000, 10_000)), at((90_000, 0))
        assert extent([focus], [near]) == (-500, -500, 12_500, 10_500)  # 1.2 times the area
        assert extent([focus], [far]) == (-500, -500, 10_500, 10_500)  # 9 times
        assert extent([], [far]) == (89_500, -500, 90_500, 500)
        assert extent([at()], []) == (-500, -500, 1500, 1500)
        assert extent([gpd.GeoDataFrame(geometry=[None, Point()], crs=27700)], [near]) == (
            11_500,
            9_500,
            12_500,
            10_500,
        )


class TestBeside:
    WITHIN = (0.0, 0.0, 100.0, 100.0)

    def place(self, point, taken=(), weights=()):
        found, hidden = label_beside(point, 20, 4, 2, taken, weights=weights, within=self.WITHIN, beyond=10)
        return found.bounds, hidden

    def test_a_name_stands_to_the_right_where_nothing_is_in_the_way(self):
        assert self.place((50, 50)) == ((52, 48, 72, 52), 0)

    def test_at_the_edge_of_the_frame_it_stands_to_the_left(self):
        assert self.place((95, 50)) == ((73, 48, 93, 52), 0)

    def test_with_both_sides_taken_it_stands_above(self):
        blocked = [box(51, 0, 100, 100), box(0, 0, 49, 100)]
        bounds, hidden = self.place((50, 50), blocked, [1, 1])
        assert bounds == (40, 52, 60, 56)
        assert hidden == pytest.approx(2 * 9 * 4)

    def test_what_weighs_less_is_hidden_first(self):
        everything = [box(0, 0, 50, 100), box(50, 0, 100, 100)]
        assert self.place((50, 50), everything, [1, 5])[0] == (28, 48, 48, 52)
        assert self.place((50, 50), everything, [5, 1])[0] == (52, 48, 72, 52)
