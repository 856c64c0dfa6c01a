"""What the user's own sites are drawn as: polygons kept and mended, a point inside each, lines refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.registers.own_shapes import own_shapes

SQUARE = shapely.box(0, 0, 100, 100)


def read(*texts, **options):
    """Return polygons, points and issues of shapes given as text; ``None`` is no shape."""
    log = IssueLog("estate.gpkg")
    drawn = np.array([None if text is None else shapely.from_wkt(text) for text in texts], dtype=object)
    polygons, points = own_shapes(drawn, list(range(1, len(texts) + 1)), log, **options)
    return polygons, points, [(row["row"], row["issue_type"], row["value"]) for row in log.rows]


def test_polygons_points_and_rows_without_a_shape_stand_side_by_side():
    polygons, points, issues = read(SQUARE.wkt, "POINT (7 8)", None, "POLYGON EMPTY", "MULTIPOINT (1 1, 3 3)")
    assert [polygon is None for polygon in polygons] == [False, True, True, True, True]
    assert polygons[0].equals(SQUARE)
    assert [None if point is None else point.wkt for point in points[:4]] == [
        "POINT (50 50)", "POINT (7 8)", None, None
    ]  # fmt: skip
    assert points[4].wkt in ("POINT (1 1)", "POINT (3 3)")
    assert issues == []


def test_several_parts_and_holes_are_kept_and_heights_left_out():
    two = "MULTIPOLYGON Z (((0 0 9, 100 0 9, 100 100 9, 0 100 9, 0 0 9)), ((200 0 9, 250 0 9, 250 50 9, 200 0 9)))"
    ring = "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0), (10 10, 90 10, 90 90, 10 90, 10 10))"
    polygons, points, issues = read(two, ring)
    assert not shapely.has_z(polygons).any()
    assert shapely.area(polygons).tolist() == [10_000 + 1250, 10_000 - 6400]
    assert shapely.contains_properly(polygons, points).all()  # not in the hole, not between the parts
    assert issues == []


def test_broken_ones_are_mended_with_a_row_each():
    bow, spike = "POLYGON ((0 0, 20 20, 20 0, 0 20, 0 0))", "POLYGON ((0 0, 20 20, 0 0, 0 0))"
    polygons, points, issues = read(bow, spike)
    assert polygons[0].area == 200  # two triangles, 20 m by 10 m each
    assert polygons[0].contains(points[0])
    assert polygons[1] is None
    assert points[1] is not None  # a shape without an area still says where
    assert [(row, kind) for row, kind, _ in issues] == [
        (1, "invalid geometry - fixed"), (2, "invalid geometry - not fixable")
    ]  # fmt: skip
    assert issues[0][2].startswith("Self-intersection")


def test_a_corner_that_is_no_number_is_no_place():
    with np.errstate(invalid="ignore"):
        shape = shapely.Polygon([(0, 0), (10, 0), (float("nan"), 10), (0, 10)])
    log = IssueLog("a")
    polygons, points = own_shapes(np.array([shape, SQUARE], dtype=object), [1, 2], log)
    assert [polygons[0], points[0]] == [None, None]
    assert [row["issue_type"] for row in log.rows] == ["invalid geometry - not fixable"]


def test_of_a_collection_its_polygons_count_and_what_is_left_out_is_logged():
    mixed = (
        "GEOMETRYCOLLECTION (POINT (5 5), GEOMETRYCOLLECTION (LINESTRING (0 0, 9 9), POLYGON ((0 0, 10 0, 0 10, 0 0))))"
    )
    twice = "GEOMETRYCOLLECTION (POLYGON ((0 0, 10 0, 0 10, 0 0)), POLYGON ((0 0, 10 0, 0 10, 0 0)))"
    polygons, points, issues = read(mixed, twice, "GEOMETRYCOLLECTION (POINT (5 5))", "GEOMETRYCOLLECTION EMPTY")
    assert shapely.area(polygons[:2]).tolist() == [50, 50]
    assert [polygons[2], points[2].wkt, points[3]] == [None, "POINT (5 5)", None]
    assert issues == [(1, "invalid geometry - fixed", "GeometryCollection")]


def test_a_file_of_lines_is_refused_and_a_line_among_others_is_no_site():
    line, lines = "LINESTRING (0 0, 9 9)", "MULTILINESTRING ((0 0, 9 9), (1 0, 9 0))"
    with pytest.raises(InputError, match=r"estate.gpkg: holds lines only, and a line is no site; give points or poly"):
        read(line, None, lines)
    polygons, points, issues = read(SQUARE.wkt, line)
    assert [polygons[1], points[1]] == [None, None]
    assert issues == [(2, "Unexpected geom type", "LineString")]
    polygons, points, issues = read(line, placed_by_columns=True)
    assert [polygons[0], points[0]] == [None, None]
    assert issues == [(1, "Unexpected geom type", "LineString")]


def test_no_rows_are_no_shapes():
    polygons, points, issues = read()
    assert (len(polygons), len(points), issues) == (0, 0, [])


CORNER = st.tuples(st.integers(0, 200), st.integers(0, 200))


@settings(max_examples=200, deadline=None)
@given(outer=st.lists(CORNER, min_size=3, max_size=8), hole=st.lists(CORNER, min_size=3, max_size=5))
def test_the_point_of_any_polygon_lies_in_it(outer, hole):
    polygons, points, _ = read(shapely.Polygon(outer, [hole]).wkt, "POINT (0 0)")
    assert polygons[0] is None or (polygons[0].is_valid and polygons[0].area > 0 and polygons[0].intersects(points[0]))
