"""Polygons of many corners in pieces: the same land, no piece with more corners."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from factories.published import frame, square
from siteprior.sources.layers.corners import cut_up


def ring(count, seed):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, count))
    reach = rng.uniform(50, 500, count)
    return shapely.make_valid(shapely.Polygon(np.stack([4e5 + np.cos(angle) * reach, 3e5 + np.sin(angle) * reach], 1)))


@given(st.integers(10, 400), st.integers(0, 1_000), st.integers(20, 60))
def test_the_pieces_are_the_same_land(count, seed, most):
    whole = ring(count, seed)
    pieces = cut_up(frame([whole, square(0, 0)], zone=["3", "2"]), most)
    assert (shapely.get_num_coordinates(pieces.geometry.to_numpy()) <= most).all()
    own = pieces[pieces["zone"] == "3"]
    assert own.area.sum() == pytest.approx(whole.area)
    assert shapely.union_all(own.geometry.to_numpy()).symmetric_difference(whole).area == pytest.approx(0, abs=1e-3)
    assert set(pieces.index) == {0, 1}
    assert pieces.index.is_monotonic_increasing


def test_small_polygons_stay_as_they_are():
    table = frame([square(0, 0), square(5, 5)], zone=["3", "2"])
    assert cut_up(table, 100).equals(table)
    assert len(cut_up(table.iloc[:0], 100)) == 0
