"""Chainage and side: by hand, beside shapely on the whole line, and whatever way the map is turned."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CORRIDOR_STOPS, CORRIDORS, SIDES, conform
from siteprior.joins._geometry import points_at
from siteprior.joins.corridors.chainage import along, extents

STEPS = st.lists(st.tuples(st.integers(-5, 5), st.integers(-5, 5)).filter(any), min_size=1, max_size=6)
"""Legs of a line, a hundred metres to a unit; it may cross itself and turn back on itself."""

PLACES = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=6)


def standing(places, line, marks, *, at=None, extent=None):
    """Return where places stand along one line whose stops lie at the chainages given; each place has a stop."""
    line = line if isinstance(line, shapely.MultiLineString) else shapely.LineString(line)
    spots = [shapely.Point(0, 0)] if line.is_empty else shapely.line_interpolate_point(line, marks)
    stops = pd.DataFrame(
        {"corridor": "A", "order": range(1, len(marks) + 1), "stop_name": "S", "kind": "metro", "state": "open",
         "chainage_m": np.asarray(marks, dtype=float)},
        index=pd.Index([f"A#{n}" for n in range(len(marks))], name="corridor_stop_id"),
    )  # fmt: skip
    stops = conform(gpd.GeoDataFrame(stops, geometry=spots, crs=27700), CORRIDOR_STOPS)
    index = pd.Index(["A"], name="corridor")
    lines = conform(gpd.GeoDataFrame({"kind": ["metro"]}, index=index, geometry=[line], crs=27700), CORRIDORS)
    places = np.array(places, dtype=float).reshape(-1, 2)
    at = np.zeros(len(places), dtype=np.int64) if at is None else np.array(at)
    return along(places, points_at(places) if extent is None else extent, at, stops, lines)


def test_a_straight_line_by_hand():
    places = [(300, 40), (300, -40), (300, 25), (-50, 0), (1200, 80), (1200, -10)]
    found = standing(places, [(0, 0), (1000, 0)], [0, 1000])
    assert found.chainage_m.tolist() == [300, 300, 300, 0, 1000, 1000]
    # within 25 m a place lies on the line, and beyond an end on its last leg carried straight on
    assert found.side.tolist() == ["left", "right", "on the line", "on the line", "left", "on the line"]
    assert set(found.side) <= set(SIDES)


def test_without_a_stop_or_a_line_there_is_neither():
    found = standing([(5, 50), (5, 50)], [(0, 0), (100, 0)], [0, 100], at=[-1, 0])
    assert np.isnan(found.chainage_m).tolist() == [True, False]
    assert found.side.tolist() == [None, "left"]
    nowhere = standing([(5, 50)], shapely.MultiLineString(), [0])
    assert np.isnan(nowhere.chainage_m).all()
    assert nowhere.side.tolist() == [None]


@settings(max_examples=80, deadline=None)
@given(STEPS, PLACES)
def test_with_one_stop_the_nearest_point_of_the_whole_line_is_taken(steps, places):
    vertices = np.cumsum([(0, 0), *steps], axis=0) * 100.0
    line = shapely.LineString(vertices)
    points = np.array(places) * 50.0 + 7.0
    found = standing(points, vertices, [0.0])
    away = shapely.distance(line, shapely.points(points))
    here = shapely.distance(shapely.line_interpolate_point(line, found.chainage_m), shapely.points(points))
    assert here == pytest.approx(away, abs=1e-5)
    assert ((found.chainage_m >= 0) & (found.chainage_m <= line.length)).all()
    tolerance = load_parameters("corridors").number("on_the_line_m")
    near = away <= tolerance
    assert all(side == "on the line" for side, is_near in zip(found.side, near, strict=True) if is_near)


@settings(max_examples=60, deadline=None)
@given(STEPS, PLACES, st.sampled_from([(1, 0, 0, 1), (0, -1, 1, 0), (-1, 0, 0, -1), (0, 1, -1, 0)]),
       st.integers(-3, 3))  # fmt: skip
def test_a_map_turned_and_moved_changes_nothing(steps, places, turn, shift):
    vertices = np.cumsum([(0, 0), *steps], axis=0) * 100.0
    points = np.array(places) * 50.0 + 7.0
    matrix = np.array(turn).reshape(2, 2)
    marks = [0.0, shapely.LineString(vertices).length]
    one = standing(points, vertices, marks)
    other = standing(points @ matrix.T + 1000.0 * shift, vertices @ matrix.T + 1000.0 * shift, marks)
    assert other.chainage_m == pytest.approx(one.chainage_m, abs=1e-6)
    assert other.side.tolist() == one.side.tolist()


def test_a_place_stands_between_the_stops_beside_its_own():
    # out along northing 0 and back along northing 300, a stop every 1,000 m; all places lie nearer to the other limb
    hairpin = [(0, 0), (3000, 0), (3000, 300), (0, 300)]
    marks = [0, 1000, 2000, 3000, 4300, 5300, 6300]
    found = standing([(1100, 151), (1100, 149), (1100, 290)], hairpin, marks, at=[1, 5, 1])
    # the last lies so much nearer to the way back (10 m of 290 m) that it stands there
    assert found.chainage_m.tolist() == [1100, 3300 + 1900, 3300 + 1900]


def test_a_line_that_calls_at_one_point_twice_offers_both_calls():
    # a figure of eight through (0, 0): stops at 0, at the crossing 2,000 m on, and at the end
    eight = [(-1000, 0), (1000, 0), (1000, 1000), (0, 1000), (0, -1000)]
    marks = [0, 1000, 3000, 5000, 6000]
    found = standing([(30, 500), (500, 30)], eight, marks, at=[1, 1])
    assert found.chainage_m.tolist() == [4500, 1500]  # 30 m from the way down, 30 m from the way east


def test_chainage_runs_through_the_pieces_of_a_broken_line_and_the_gap_has_none():
    pieces = shapely.MultiLineString([[(0, 0), (100, 0)], [(200, 0), (300, 0)]])
    found = standing([(90, 50), (140, 50), (160, 50), (290, -50)], pieces, [0, 200])
    assert found.chainage_m.tolist() == [90, 100, 100, 190]
    assert found.side.tolist() == ["left", "left", "left", "right"]


def test_stops_that_do_not_lie_where_their_chainages_say_are_not_followed():
    hairpin = [(0, 0), (1000, 0), (1000, 300), (0, 300)]
    line = shapely.LineString(hairpin)
    index = pd.Index(["A"], name="corridor")
    lines = conform(gpd.GeoDataFrame({"kind": ["metro"]}, index=index, geometry=[line], crs=27700), CORRIDORS)
    for marks, expected in (([0, 500, 1000], 500), ([0, np.nan, 1000], 1800), ([-5, 500, 1000], 1800),
                            ([0, 560, 1000], 1800), ([0, 515, 1000], 500)):  # fmt: skip
        stops = pd.DataFrame(
            {"corridor": "A", "order": [1, 2, 3], "stop_name": "S", "kind": "metro", "state": "open",
             "chainage_m": np.array(marks, dtype=float)},
            index=pd.Index(["A#1", "A#2", "A#3"], name="corridor_stop_id"),
        )  # fmt: skip
        spots = shapely.points([(0, 0), (500, 0), (1000, 0)])
        stops = conform(gpd.GeoDataFrame(stops, geometry=spots, crs=27700), CORRIDOR_STOPS)
        place = np.array([[500.0, 155.0]])  # 155 m from the limb of its stop, 145 m from the other
        found = along(place, points_at(place), np.array([1]), stops, lines)
        assert found.chainage_m.tolist() == [expected], marks


def test_a_polygon_lies_on_the_line_when_it_comes_within_the_tolerance():
    tolerance = load_parameters("corridors").number("on_the_line_m")
    boxes = np.array([shapely.box(400, tolerance, 500, 200), shapely.box(400, tolerance + 0.1, 500, 200)])
    found = standing([(450, 100), (450, 100)], [(0, 0), (1000, 0)], [0, 1000], extent=boxes)
    assert found.side.tolist() == ["on the line", "left"]


def test_the_extent_of_a_site_is_its_polygon_else_its_point(make_sites, make_shapes):
    sites = make_sites((5, 5), (70, 0), None, None)
    field = shapely.box(0, 0, 10, 10)
    found = extents(sites, make_shapes(sites, field, None, None, field))
    assert [shape and shape.wkt for shape in found] == [field.wkt, "POINT (70 0)", None, field.wkt]
    assert [shape is None for shape in extents(sites, None)] == [False, False, True, True]
