"""How walks are measured: what holds unless stated, what is refused, and where walks start."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network

STREETS = build_network(shapely.linestrings([[(0, 0), (100, 0)]]))


def test_what_is_not_stated_is_the_parameters():
    walking, access = Walking(), load_parameters("access")
    assert (walking.walk_factor, walking.max_snap_m) == (access.number("walk_factor"), access.number("max_snap_m"))
    assert (walking.basis, Walking(STREETS).basis) == ("straight-line", "network")
    with pytest.raises(dataclasses.FrozenInstanceError):
        walking.walk_factor = 2


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({"network": [(0, 0)]}, "network: needs a WalkNetwork or None, got list; read one from streets"),
        ({"walk_factor": 0.99}, r"walk_factor: 0\.99 is below 1; no walk is shorter than the straight line"),
        ({"walk_factor": float("nan")}, "walk_factor: nan is below 1"),
        ({"max_snap_m": 0}, "max_snap_m: 0 is not a length; give metres above 0"),
        ({"max_snap_m": float("inf")}, "max_snap_m: inf"),
        ({"max_snap_m": float("nan")}, "max_snap_m: nan"),
    ],
)
def test_what_is_no_way_to_walk_is_refused(arguments, fault):
    with pytest.raises(InputError, match=fault):
        Walking(**arguments)


def test_shapes_are_those_of_sites(make_sites, make_shapes):
    shapes = make_shapes(make_sites((5, 5)), shapely.box(0, 0, 10, 10))
    assert Walking(shapes=shapes).shapes is shapes
    with pytest.raises(InputError, match="shapes: "):
        Walking(shapes=shapes.drop(columns="shape_basis"))
    with pytest.raises(InputError, match="EPSG:27700"):
        Walking(shapes=shapes.to_crs(4326))


def test_over_streets_walks_start_along_a_polygons_edge_and_by_straight_line_at_its_point(make_sites, make_shapes):
    sites = make_sites((5, 5), (70, 0), None)
    shapes = make_shapes(sites, shapely.box(0, 0, 10, 10), None, None)
    spacing = load_parameters("access").number("site_edge_m")
    assert spacing >= 10  # so that the corners alone are enough here
    points, owner = Walking(STREETS, shapes).origins(sites)
    assert owner.tolist() == [0, 0, 0, 0, 1]
    assert {tuple(point) for point in points[:4].tolist()} == {(0, 0), (10, 0), (10, 10), (0, 10)}
    points, owner = Walking(shapes=shapes).origins(sites)
    assert (points.tolist(), owner.tolist()) == ([[5, 5], [70, 0]], [0, 1])


def test_the_margin_is_the_uncertainty_of_the_place_walked(make_sites):
    sites = make_sites((5, 5), (70, 0))
    assert np.isnan(Walking().margin(sites)).all()
    stated = sites.assign(position_uncertainty_m=[100.0, np.nan])
    margin = Walking(walk_factor=1.5).margin(stated)
    assert margin[0] == 150
    assert np.isnan(margin[1])
