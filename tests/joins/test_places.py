from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.joins.places import nearest

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
