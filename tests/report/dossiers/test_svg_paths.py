"""Shapes as paths: whole units, cut at the view, and every ring of a polygon."""

from __future__ import annotations

import re

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.report.dossiers.svg_paths import View, line_path, shape_path, view_round

VIEW = View(0, 0, 100, 100, 1000, 1000)


def walked(path):
    """Return the points of a path of relative steps, as a browser reads it."""
    start, rest = re.fullmatch(r"M(-?\d+ -?\d+)l([^z]*)z?", path).groups()
    steps = np.array(re.findall(r"-?\d+", rest), dtype=int).reshape(-1, 2)
    return np.vstack([np.array(start.split(), dtype=int), steps]).cumsum(axis=0)


@given(st.lists(st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000)), min_size=2, max_size=20))
def test_a_browser_reads_back_the_points(points):
    given_points = np.array(points)
    path = line_path(given_points)
    distinct = given_points[np.r_[True, np.diff(given_points, axis=0).any(axis=1)]]
    if len(distinct) == 1:
        assert path == ""
    else:
        assert walked(path).tolist() == distinct.tolist()


def test_a_polygon_is_closed_and_keeps_its_hole():
    ring = shapely.box(10, 10, 90, 90).difference(shapely.box(40, 40, 60, 60))
    path = shape_path(ring, VIEW)
    assert path.count("M") == path.count("z") == 2


def test_what_lies_beyond_the_view_is_cut_a_little_beyond_it():
    path = shape_path(shapely.LineString([(-5000, 50), (5000, 50)]), VIEW)
    assert sorted(walked(path)[:, 0].tolist()) == [-20, 1020]
    assert shape_path(shapely.box(500, 500, 600, 600), VIEW) == ""
    assert shape_path([], VIEW) == ""


def test_a_view_shows_as_much_to_each_side():
    view = view_round(1000, 2000, 350, width=1000, height=700)
    assert (view.right - view.left, view.top - view.bottom) == (700, 490)
    assert view.units([[1000, 2000]]).tolist() == [[500, 350]]
    assert view.shows([[1349, 2000], [1351, 2000], [1000, 2246]]).tolist() == [True, False, False]
