from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.joins._geometry import nearest, site_origins

GRID = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=40)
"""A small grid, on which many points share a spot and many lie equally far."""


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
