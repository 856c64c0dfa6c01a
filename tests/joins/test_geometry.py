from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.schema import Column
from siteprior.joins._geometry import coordinates, declared_columns, nearest, site_origins, take, walk_range

GRID = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40)
"""A small grid, on which many points share a place and many lie equally far."""


@settings(max_examples=100, deadline=None)
@given(GRID, GRID)
def test_nearest_against_every_pair(places, targets):
    a, b = (np.array(points, dtype=float).reshape(-1, 2) for points in (places, targets))
    at, distance = nearest(a, b)
    for i, (x, y) in enumerate(places):
        if not targets:
            assert at[i] == -1
            assert np.isnan(distance[i])
            continue
        squared = [(x - u) ** 2 + (y - v) ** 2 for u, v in targets]
        assert at[i] == squared.index(min(squared))  # of equals the first
        assert distance[i] == np.sqrt(min(squared))


def test_a_whole_circle_of_equals_gives_the_first():
    circle = [(5, 0), (-5, 0), (0, 5), (0, -5), (3, 4), (4, 3), (-3, 4), (-4, 3), (3, -4), (4, -3), (-3, -4), (-4, -3)]
    for turn in range(len(circle)):
        turned = np.array(circle[turn:] + circle[:turn], dtype=float)
        at, distance = nearest(np.zeros((1, 2)), turned)
        assert (at[0], distance[0]) == (0, 5.0)


def test_unknown_places_are_nowhere_near_anything():
    nan = float("nan")
    at, distance = nearest(np.array([[nan, nan], [0.0, 0.0]]), np.array([[nan, nan], [3.0, 4.0]]))
    assert at.tolist() == [-1, 1]
    assert distance.tolist()[1] == 5.0
    assert np.isnan(distance[0])


def test_walks_start_along_the_edges_of_polygons_and_at_points(make_sites, make_shapes):
    sites = make_sites((5, 5), (70, 0), None, (30, 30), None)
    two = shapely.MultiPolygon([shapely.box(0, 0, 30, 10), shapely.box(50, 0, 60, 10)])
    ring = shapely.Polygon([(20, 20), (40, 20), (40, 40), (20, 40)], [[(29, 29), (31, 29), (31, 31), (29, 31)]])
    shapes = make_shapes(sites, two, None, None, ring, shapely.box(0, 0, 8, 8))
    points, owner = site_origins(sites, shapes, 10)
    assert np.bincount(owner, minlength=5).tolist() == [12, 1, 0, 8, 4]  # the hole in the last but one is no way out
    assert (np.diff(owner) >= 0).all()
    assert len(np.unique(np.column_stack([points, owner]), axis=0)) == len(points)
    corners = {(0, 0), (30, 0), (30, 10), (0, 10), (50, 0), (60, 0), (60, 10), (50, 10)}
    assert corners < set(map(tuple, points[owner == 0].tolist()))
    assert site_origins(sites, None, 10)[1].tolist() == [0, 1, 3]
    assert site_origins(make_sites(None), None, 10)[0].shape == (0, 2)
    with pytest.raises(InputError, match="spacing_m"):
        site_origins(sites, shapes, 0)


def test_a_shape_counts_by_its_centroid_and_an_empty_one_has_no_place(make_sites):
    sites = make_sites((3, 4), None, (0, 0), (0, 0))
    sites.geometry = [shapely.Point(3, 4), None, shapely.box(0, 0, 10, 20), shapely.Point()]
    assert coordinates(sites)[[0, 2]].tolist() == [[3, 4], [5, 10]]
    assert np.isnan(coordinates(sites)[[1, 3]]).all()


def test_the_range_of_walks_about_a_point_and_of_a_polygon_by_hand(make_sites, make_shapes):
    sites = make_sites((0, 0), (0, 0), (0, 0), (5, 0)).assign(position_uncertainty_m=[30.0, 0.0, np.nan, 10.0])
    targets = np.array([(100.0, 0.0), (0.0, 40.0), (np.nan, np.nan)])
    at, distance = nearest(coordinates(sites), targets)
    assert at.tolist() == [1, 1, 1, 1]
    # the second site's polygon ends 60 m short of the first stop; its far corner is √(40² + 50²) m from the second
    shapes = make_shapes(sites, None, shapely.box(-10, -10, 40, 0), None, None)
    low, high = walk_range(sites, targets, at, distance, walk_factor=1.5, shapes=shapes)
    assert low[:2].tolist() == [1.5 * 10, 1.5 * 40]
    assert high[0] == 1.5 * 70
    assert high[1] == pytest.approx(1.5 * np.hypot(40, 50))
    assert np.isnan([low[2], high[2]]).all()
    assert (low[3], high[3]) == (
        pytest.approx(1.5 * (np.hypot(5, 40) - 10)),
        pytest.approx(1.5 * (np.hypot(5, 40) + 10)),
    )
    wide = sites.assign(position_uncertainty_m=50.0)
    assert walk_range(wide, targets, at, distance, walk_factor=1.5)[0].tolist()[0] == 0  # never below zero
    plain = walk_range(make_sites((0, 0)), targets, at[:1], distance[:1], walk_factor=1.5)
    assert np.isnan(plain).all()


def test_values_are_taken_by_position_and_missing_where_there_is_none():
    index = pd.Index(["a", "b", "c"])
    taken = take(pd.Series(["x", None, "z"], index=[7, 8, 9]), np.array([2, -1, 1]), index)
    assert taken.tolist() == ["z", None, None]
    assert taken.index.equals(index)


def test_columns_come_in_their_kinds_and_in_their_declared_order():
    index = pd.Index(["a", "b"])
    declared = [Column(name, kind, name, name) for name, kind in (("n", "integer"), ("t", "text"), ("x", "number"))]
    table = declared_columns(index, declared, {"x": np.array([1, 2]), "n": [3, None]})
    assert list(table) == ["n", "t", "x"]
    assert table["n"].tolist() == [3, pd.NA]
    assert table["x"].dtype == "float64"
    assert table["t"].isna().all()
    assert table.index.equals(index)
