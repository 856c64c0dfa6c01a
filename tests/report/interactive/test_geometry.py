"""Shapes as steps: what the page reads is the shape to the last decimal carried."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from siteprior.report.interactive.geometry import (
    in_degrees,
    line_steps,
    place_steps,
    polygon_steps,
    simplified_areas,
    steps,
)

TO_DEGREES = Transformer.from_crs(27700, 4326, always_xy=True)


def walked(flat, decimals):
    """Read steps as the page does."""
    return np.cumsum(np.array(flat).reshape(-1, 2), axis=0) / 10**decimals


@given(st.lists(st.tuples(st.floats(-8, 2), st.floats(49, 61)), min_size=1, max_size=30))
def test_steps_lead_to_every_place_but_repeated_ones(places):
    rounded = [tuple(place) for place in np.rint(np.array(places) * 1e5) / 1e5]
    once = [place for at, place in enumerate(rounded) if at == 0 or place != rounded[at - 1]]
    assert walked(steps(np.array(places), 5), 5) == pytest.approx(np.array(once), abs=1e-9)


def test_places_are_in_degrees_and_a_missing_one_stays_missing():
    flat = place_steps(np.array([[407_000.0, 287_000.0], [np.nan, 1.0], [410_000.0, 290_000.0]]), 5)
    assert flat[2:4] == [None, None]
    known = walked([step for step in flat if step is not None], 5)
    assert known == pytest.approx(
        np.array([TO_DEGREES.transform(407_000, 287_000), TO_DEGREES.transform(410_000, 290_000)]), abs=1e-5
    )


def test_a_hole_and_several_parts_stay():
    ring = shapely.box(400_000, 280_000, 404_000, 284_000) - shapely.box(401_000, 281_000, 402_000, 282_000)
    both = shapely.union(ring, shapely.box(410_000, 280_000, 411_000, 281_000))
    ((first, second),) = polygon_steps(np.array([both]), 5)
    assert sorted(map(len, (first, second))) == [1, 2]
    drawn = [shapely.Polygon(walked(part[0], 5), [walked(hole, 5) for hole in part[1:]]) for part in (first, second)]
    truth = in_degrees(np.array([both], dtype=object))[0]
    assert shapely.union_all(drawn).symmetric_difference(truth).area < 1e-3 * truth.area


def test_a_ring_smaller_than_the_decimals_is_left_out():
    assert polygon_steps(np.array([shapely.box(400_000, 280_000, 400_001, 280_001)]), 2) == [[]]


def test_lines_keep_their_parts():
    lines = shapely.multilinestrings(
        [
            shapely.linestrings([[400_000, 280_000], [401_000, 280_000]]),
            shapely.linestrings([[402_000, 280_000], [403_000, 280_000]]),
        ]
    )
    assert [len(part) for part in line_steps(np.array([lines]), 5)[0]] == [4, 4]


def test_neighbours_keep_their_common_border():
    edge = [(500, 0), (508, 250), (495, 500), (505, 750), (500, 1000)]
    west = shapely.Polygon([(0, 0), *edge, (0, 1000)])
    east = shapely.Polygon([(1000, 0), (1000, 1000), *reversed(edge)])
    simple = simplified_areas(np.array([west, east], dtype=object), 100.0)
    assert shapely.get_num_coordinates(simple).sum() < 16
    assert simple[0].intersection(simple[1]).area == pytest.approx(0, abs=1e-6)
    assert shapely.union_all(simple).area == pytest.approx(1_000_000, rel=1e-9)


def test_areas_that_overlap_are_simplified_alone_and_one_without_a_shape_is_empty():
    shapes = np.array([shapely.box(0, 0, 100, 100), shapely.box(50, 0, 150, 100), None], dtype=object)
    simple = simplified_areas(shapes, 5.0)
    assert [shape.area for shape in simple] == [10_000, 10_000, 0]
