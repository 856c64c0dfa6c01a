"""Collections of shapes: which of their parts count."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.io.shape_collections import LINES, POINTS, POLYGONS, opened_collections
from siteprior.core.issues import IssueLog

SQUARE, FAR = shapely.box(0, 0, 10, 10), shapely.box(100, 0, 110, 10)
LINE, POINT = shapely.LineString([(0, 0), (50, 50)]), shapely.Point(5, 5)
BOW = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")


def collection(*parts):
    return shapely.GeometryCollection(list(parts))


def opened(*shapes, wanted=(POLYGONS,)):
    log = IssueLog("zones.gpkg")
    found = opened_collections(np.array(shapes, dtype=object), list(range(1, len(shapes) + 1)), log, wanted=wanted)
    return found.tolist(), [(row["row"], row["action"]) for row in log.rows]


def test_the_polygons_of_a_collection_are_one_shape():
    (shape,), issues = opened(collection(SQUARE, LINE, collection(FAR, POINT)))
    assert shape.area == 200
    assert issues == [(1, "its polygons taken, 2 other shapes in it left out")]


def test_broken_polygons_in_it_are_mended_and_logged():
    (shape,), issues = opened(collection(BOW))
    assert shape.area == pytest.approx(2)
    assert issues == [(1, "its polygons taken, 1 of them mended (Self-intersection[1 1])")]


def test_what_is_no_collection_and_one_without_such_parts_stay():
    shapes = [SQUARE, None, LINE, collection(LINE, POINT)]
    assert opened(*shapes) == (shapes, [])
    assert opened(collection())[0] == [None]


def test_the_first_kind_that_is_there_is_taken():
    kinds = (POLYGONS, POINTS, LINES)
    shapes, issues = opened(collection(LINE, POINT), collection(LINE), wanted=kinds)
    assert shapes[0].equals(POINT)
    assert shapes[1].equals(LINE)
    assert issues == [(1, "its points taken, 1 other shape in it left out")]


@given(st.lists(st.sampled_from([SQUARE, FAR, LINE, POINT]), max_size=6), st.integers(0, 3))
def test_the_area_is_that_of_the_polygons_however_deep_they_lie(parts, depth):
    shape = collection(*parts)
    for _ in range(depth):
        shape = collection(shape)
    (found,), _ = opened(shape)
    areal = [part for part in parts if part.geom_type == "Polygon"]
    assert (0 if found is None else found.area) == shapely.union_all(areal).area
