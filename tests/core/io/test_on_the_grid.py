"""Shapes on the National Grid, and what has no place there."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.on_the_grid import on_the_grid
from siteprior.core.issues import IssueLog

GOOD = shapely.Point(406600, 286700)


def brought(*shapes, crs="EPSG:27700"):
    log = IssueLog("a.gpkg")
    table = gpd.GeoDataFrame(geometry=list(shapes), index=range(1, len(shapes) + 1), crs=crs)
    placed = on_the_grid("a.gpkg", table, log).geometry
    assert placed.crs.to_epsg() == 27700
    return [shape is not None for shape in placed], [(row["row"], row["value"]) for row in log.rows]


def test_sets_of_points_are_no_place_where_all_of_them_are():
    zero, both = shapely.MultiPoint([(0, 0), (0, 0)]), shapely.MultiPoint([(0, 0), (406600, 286700)])
    assert brought(GOOD, zero, both, shapely.MultiPoint()) == ([True, False, True, True], [(2, "0 0")])


def test_a_polygon_or_line_at_the_origin_is_where_it_is():
    box, line = shapely.box(0, 0, 100, 100), shapely.LineString([(0, 0), (100, 100)])
    assert brought(GOOD, box, line) == ([True, True, True], [])


def test_of_a_shape_the_first_wrong_corner_is_named():
    with np.errstate(invalid="ignore"):
        shape = shapely.Polygon([(0, 0), (10, 0), (1e308, 10), (np.inf, 10)])
    assert brought(GOOD, shape) == ([True, False], [(2, "1e+308 10")])


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=5))
def test_whatever_the_numbers_are_the_shapes_left_are_on_the_earth(points):
    placed, logged = brought(GOOD, *map(shapely.Point, points))
    wrong = [not (abs(x) <= 40_075_017 and abs(y) <= 40_075_017) for x, y in points]  # of NaN, too
    empty = [bool(np.isnan(x) and np.isnan(y)) for x, y in points]
    for left, bad, blank in zip(placed[1:], wrong, empty, strict=True):
        assert blank or not (left and bad)
    assert len(logged) == placed.count(False)


def test_elsewhere_is_refused_and_nothing_at_all_is_left_to_the_reader():
    with pytest.raises(InputError, match="as EPSG:27700, nothing in it lies in Great Britain"):
        brought(shapely.Point(-5e6, 0))
    with pytest.raises(InputError, match="as EPSG:4326, nothing in it lies in Great Britain"):
        brought(shapely.Point(400000, 300000), crs="EPSG:4326")
    assert brought(None, shapely.Point(0, 0)) == ([False, False], [(2, "0 0")])
