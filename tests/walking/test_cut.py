"""A cut of the streets gives the same walks as the whole, where the margin is kept."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from factories.walks import grid
from siteprior.walking.cut import cut_network, edge_boxes
from siteprior.walking.network import build_network
from siteprior.walking.walk import snap, walks
from synthetic import SIDE_M, SOUTH, WEST, make_network


@pytest.fixture(scope="module")
def town():
    return make_network(nodes=40_000)


@pytest.mark.parametrize("at", [(0.5, 0.5), (0.0, 0.0), (0.97, 0.2)])
def test_walks_in_a_cut_are_those_of_the_whole(town, at):
    west, south = WEST + at[0] * SIDE_M, SOUTH + at[1] * SIDE_M
    random = np.random.default_rng(1)
    places = random.uniform((west, south), (west + 1500, south + 1500), (60, 2))
    targets = random.uniform((west - 900, south - 900), (west + 2400, south + 2400), (80, 2))
    margin = 900 + 250
    cut = cut_network(town, (west - margin, south - margin, west + 1500 + margin, south + 1500 + margin),
                      edge_boxes(town))  # fmt: skip
    assert 0 < len(cut.edge_mm) < len(town.edge_mm) / 10
    found = [
        walks(streets, *(snap(streets, some, max_snap_m=250) for some in (places, targets)), cutoff_m=900)
        for streets in (town, cut)
    ]
    assert len(found[0].walk_m) > 100
    for whole, part in zip(*found, strict=True):
        np.testing.assert_array_equal(part, whole)


def test_a_cut_is_a_network_like_one_built_of_its_edges():
    lines = np.array(grid(), dtype=object)
    whole = build_network(lines)
    cut = cut_network(whole, (-150, -150, 150, 150), edge_boxes(whole))
    kept = [line for line in lines if shapely.intersects(shapely.box(*line.bounds), shapely.box(-150, -150, 150, 150))]
    again = build_network(kept)
    assert shapely.equals(cut.lines, again.lines).all()
    np.testing.assert_array_equal(cut.edge_mm, again.edge_mm)
    np.testing.assert_array_equal(np.diff(cut.arc_start).sum(), 2 * len(kept))
    assert cut.component.tolist() == again.component.tolist() == [0] * len(cut.x)


def test_nothing_within_is_a_network_without_edges():
    whole = build_network(grid())
    cut = cut_network(whole, (9000, 9000, 9100, 9100), edge_boxes(whole))
    assert (len(cut.edge_mm), len(cut.x), cut.arc_start.tolist()) == (0, 0, [0])
    assert edge_boxes(cut).shape == (0, 4)
