from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.dissolve import dissolved


def test_squares_that_tile_are_one_and_a_gap_stays():
    tiles = shapely.box([0, 1, 0], [0, 0, 1], [1, 2, 1], [1, 1, 2])
    assert dissolved(tiles).equals(shapely.union_all(tiles))
    apart = shapely.box([0, 2], 0, [1, 3], 1)
    assert dissolved(apart).area == 2.0
    assert dissolved(apart).geom_type == "MultiPolygon"


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 4)] * 2), min_size=1, max_size=8))
def test_the_area_is_that_of_the_union_whether_they_tile_or_overlap(rectangles):
    west, south, wide, tall = zip(*rectangles, strict=True)
    shapes = shapely.box(west, south, [x + w for x, w in zip(west, wide, strict=True)],
                         [y + t for y, t in zip(south, tall, strict=True)])  # fmt: skip
    assert dissolved(shapes).area == shapely.union_all(shapes).area
