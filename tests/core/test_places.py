"""Where shapes lie, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.places import centroids

POLYGON = shapely.box(0, 0, 10, 20)


@pytest.mark.parametrize(
    ("shape", "place"),
    [
        (shapely.Point(3, 4), (3, 4)),
        (shapely.MultiPoint([(0, 0), (4, 2)]), (2, 1)),
        (shapely.LineString([(0, 0), (10, 0), (10, 10)]), (7.5, 2.5)),
        (POLYGON, (5, 10)),
        (POLYGON - shapely.box(0, 0, 10, 10), (5, 15)),
        (None, (np.nan, np.nan)),
        (shapely.Point(), (np.nan, np.nan)),
        (shapely.Polygon(), (np.nan, np.nan)),
        (shapely.GeometryCollection(), (np.nan, np.nan)),
    ],
)
def test_the_centroid_of_any_shape_and_no_place_of_none(shape, place):
    assert centroids([shape, POLYGON]).tolist()[0] == pytest.approx(place, nan_ok=True)
    assert centroids([shape, POLYGON]).tolist()[1] == [5, 10]


@given(st.lists(st.one_of(st.none(), st.tuples(st.integers(-9, 9), st.integers(-9, 9)))))
def test_points_come_back_as_they_are_row_by_row(points):
    found = centroids([None if point is None else shapely.Point(point) for point in points])
    assert found.shape == (len(points), 2)
    assert [None if np.isnan(row).all() else tuple(row) for row in found] == points
