from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from factories.walks import nearest_by_shapely, walks_by_networkx
from siteprior.core.errors import InputError
from siteprior.walking.network import build_network
from siteprior.walking.walk import Snapped, nearest_walk, reached, snap, walks

SPOT = st.tuples(st.integers(0, 8), st.integers(0, 8))
"""A small grid, on which streets touch, run twice, turn back on themselves and lie equally far."""

STREETS = st.lists(st.tuples(st.lists(SPOT, min_size=2, max_size=5), st.booleans()), min_size=1, max_size=14)
PLACES = st.lists(st.tuples(st.integers(-2, 20), st.integers(-2, 20)), max_size=8)


def streets_of(drawn):
    """Return a network of the streets drawn, ten metres to a unit, and its flights of steps."""
    lines = [shapely.LineString(np.array(spots) * 10.0) for spots, _ in drawn]
    assume(any(line.length for line in lines))
    return build_network(lines, steps=[steps for _, steps in drawn])


def points_of(drawn):
    return np.array(drawn, dtype=float).reshape(-1, 2) * 5.0


def as_pairs(found):
    return {(int(o), int(d)): round(m * 1000) for o, d, m in zip(*found, strict=True)}


@pytest.fixture
def cross():
    """Four streets of 100 m that meet at (100, 100), and one of 50 m that meets none."""
    return build_network(
        shapely.linestrings(
            [[(100, 100), (0, 100)], [(100, 100), (200, 100)], [(100, 100), (100, 0)], [(100, 100), (100, 200)],
             [(500, 500), (550, 500)]]
        ),
        steps=[False, False, True, False, False],
    )  # fmt: skip


def test_points_stand_on_the_nearest_place_of_an_edge_not_on_its_ends(cross):
    points = [(30, 90), (190, 104), (100, 40), (100, 100), (200, 100), (525, 492), (np.nan, 3), (300, 300)]
    on = snap(cross, np.array(points), max_snap_m=60)
    assert on.edge.tolist() == [0, 1, 2, 0, 1, 4, -1, -1]  # at the crossing four streets are equally far: the first
    assert on.along_mm.tolist() == [70_000, 90_000, 60_000, 0, 100_000, 25_000, 0, 0]
    assert on.snap_mm.tolist() == [10_000, 4_000, 0, 0, 0, 8_000, 0, 0]


def test_the_farthest_snap_belongs_to_what_is_reached(cross):
    points = np.array([(50.0, 160.0), (50.0, 160.001), (203.0, 104.0)])
    assert snap(cross, points, max_snap_m=60).edge.tolist() == [3, 3, 1]  # (50, 160) is 50 m from the street north
    assert snap(cross, points - np.array((20, 0)), max_snap_m=60).edge.tolist() == [0, -1, 1]
    assert snap(cross, points[2:], max_snap_m=5).snap_mm.tolist() == [5000]
    assert snap(cross, points[2:], max_snap_m=4.999).edge.tolist() == [-1]


def test_step_free_never_touches_steps(cross):
    points = np.array([(101.0, 40.0), (150.0, 100.0), (101.0, 0.0)])
    free = snap(cross, points, max_snap_m=99, step_free=True)
    assert (free.edge.tolist(), free.snap_mm.tolist()) == ([1, 1, -1], [60_000, 0, 0])
    onto = snap(cross, points, max_snap_m=99)
    assert onto.edge.tolist() == [2, 1, 2]
    ways = walks(cross, onto, onto, cutoff_m=500, step_free=True)
    assert as_pairs(ways) == {(1, 1): 0}  # points that were put on steps are not reached
    at, walk_m = nearest_walk(cross, onto, onto, step_free=True)
    assert at.tolist() == [-1, 1, -1]
    assert np.isnan(walk_m[[0, 2]]).all()
    node, _ = reached(cross, onto, cutoff_m=1000, step_free=True)
    assert (100, 0) not in set(zip(cross.x[node], cross.y[node], strict=True))


def test_walks_are_snap_legs_and_streets_together(cross):
    here = snap(cross, np.array([(30.0, 90.0)]), max_snap_m=250)
    there = snap(cross, np.array([(190.0, 104.0), (60.0, 99.0), (100.0, 40.0), (525.0, 500.0)]), max_snap_m=250)
    found = walks(cross, here, there, cutoff_m=1000)
    # 10 to the street; 30 along it and 1 off it; 70 to the crossing, 60 south; 70 and 90 east and 4 off it
    assert found.destination.tolist() == [1, 2, 0]
    assert found.walk_m.tolist() == [41, 140, 174]
    assert nearest_walk(cross, here, there)[0].tolist() == [1]
    island = snap(cross, np.array([(500.0, 500.0)]), max_snap_m=250)
    at, walk_m = nearest_walk(cross, island, Snapped(*(some[:3] for some in there)))
    assert (at.tolist(), np.isnan(walk_m).tolist()) == ([-1], [True])  # no way is missing, not far


def test_the_cut_off_is_exact_and_belongs_to_what_is_reached():
    street = build_network(shapely.linestrings([[(0, 0), (640, 0)], [(640, 0), (1000, 0)]]))
    here = snap(street, np.array([(0.0, 0.0)]), max_snap_m=250)
    there = snap(street, np.array([(640.0, 0.0), (640.1, 0.0), (640.001, 0.0), (639.9, 0.1)]), max_snap_m=250)
    assert walks(street, here, there, cutoff_m=640).destination.tolist() == [0, 3]
    assert walks(street, here, there, cutoff_m=640.0009).destination.tolist() == [0, 3]
    assert walks(street, here, there, cutoff_m=640.001).destination.tolist() == [0, 3, 2]  # equal walks: by position
    assert walks(street, here, there, cutoff_m=0).destination.tolist() == []
    assert walks(street, here, here, cutoff_m=0).walk_m.tolist() == [0]
    assert len(walks(street, here, there, cutoff_m=np.inf).origin) == 4


def test_round_the_ends_may_be_shorter_than_along_the_shared_edge():
    # a crescent of 300 m whose ends are 10 m apart on a second street
    crescent = shapely.LineString([(0, 0), (0, 100), (100, 100), (100, 0)])
    direct = shapely.LineString([(0, 0), (100, 0)])
    network = build_network([crescent, direct])
    on = snap(network, np.array([(0.0, 10.0), (100.0, 10.0)]), max_snap_m=5)
    assert on.edge.tolist() == [0, 0]
    assert as_pairs(walks(network, on, on, cutoff_m=500))[0, 1] == 120_000
    alone = build_network([crescent])
    on = snap(alone, np.array([(0.0, 10.0), (100.0, 10.0)]), max_snap_m=5)
    assert as_pairs(walks(alone, on, on, cutoff_m=500))[0, 1] == 280_000


def test_loops_are_walked_both_ways():
    loop = shapely.LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    network = build_network([loop, shapely.LineString([(0, 0), (-50, 0)])])
    on = snap(network, np.array([(50.0, 0.0), (0.0, 50.0), (-50.0, 0.0)]), max_snap_m=5)
    pairs = as_pairs(walks(network, on, on, cutoff_m=1000))
    assert (pairs[0, 1], pairs[1, 0], pairs[0, 2], pairs[1, 2]) == (100_000, 100_000, 100_000, 100_000)


@settings(max_examples=150, deadline=None)
@given(STREETS, PLACES, st.booleans(), st.sampled_from([5.0, 20.0, 500.0]))
def test_snap_against_every_edge(drawn, places, step_free, max_snap_m):
    network = streets_of(drawn)
    points = points_of(places)
    on = snap(network, points, max_snap_m=max_snap_m, step_free=step_free)
    lines = network.lines
    for i, (edges, away) in enumerate(nearest_by_shapely(network, points, max_snap_m, step_free=step_free)):
        assert on.edge[i] == (edges[0] if edges else -1)
        if edges:
            assert on.snap_mm[i] == round(away * 1000)
            assert 0 <= on.along_mm[i] <= network.edge_mm[on.edge[i]]
            spot = shapely.line_interpolate_point(lines[edges[0]], on.along_mm[i] / 1000)
            assert spot.distance(shapely.Point(points[i])) == pytest.approx(away, abs=1e-3)


@settings(max_examples=150, deadline=None)
@given(STREETS, PLACES, PLACES, st.booleans(), st.sampled_from([0.0, 30.0, 75.5, 400.0]))
def test_walks_against_networkx(drawn, from_places, to_places, step_free, cutoff_m):
    network = streets_of(drawn)
    origins, destinations = (
        snap(network, points_of(places), max_snap_m=40, step_free=step_free) for places in (from_places, to_places)
    )
    found = walks(network, origins, destinations, cutoff_m=cutoff_m, step_free=step_free)
    assert as_pairs(found) == walks_by_networkx(network, origins, destinations, cutoff_m, step_free=step_free)
    order = np.lexsort((found.destination, found.walk_m, found.origin))
    assert (order == np.arange(len(order))).all()


@settings(max_examples=150, deadline=None)
@given(STREETS, PLACES, PLACES, st.booleans())
def test_the_nearest_however_far_against_networkx(drawn, from_places, to_places, step_free):
    network = streets_of(drawn)
    # steps may be snapped onto here, and must then lead nowhere
    origins, destinations = (snap(network, points_of(places), max_snap_m=40) for places in (from_places, to_places))
    at, walk_m = nearest_walk(network, origins, destinations, step_free=step_free)
    pairs = walks_by_networkx(network, origins, destinations, step_free=step_free)
    for i in range(len(from_places)):
        ways = sorted((mm, destination) for (origin, destination), mm in pairs.items() if origin == i)
        if ways:
            assert (round(walk_m[i] * 1000), at[i]) == ways[0]
        else:
            assert at[i] == -1
            assert np.isnan(walk_m[i])


@settings(max_examples=100, deadline=None)
@given(STREETS, PLACES, st.sampled_from([0.0, 45.0, 300.0]))
def test_nodes_reached_against_scipy(drawn, places, cutoff_m):
    network = streets_of(drawn)
    origins = snap(network, points_of(places), max_snap_m=40)
    node, distance_m = reached(network, origins, cutoff_m=cutoff_m)
    size = len(network.x)
    on = origins.edge >= 0
    edge = origins.edge[on]
    # a node before all, with an arc to both ends of each point's edge; scipy adds up doubled arcs, so keep the lowest
    arcs = {}
    tail = np.repeat(np.arange(size), np.diff(network.arc_start))
    before = (origins.along_mm + origins.snap_mm)[on]
    after = network.edge_mm[edge] - origins.along_mm[on] + origins.snap_mm[on]
    ways = [
        *zip(tail, network.arc_node, network.arc_mm, strict=True),
        *((size, a, mm) for a, mm in zip(network.edge_from[edge], before, strict=True)),
        *((size, b, mm) for b, mm in zip(network.edge_to[edge], after, strict=True)),
    ]
    for a, b, mm in ways:
        arcs[a, b] = min(mm, arcs.get((a, b), mm))
    (rows, columns), values = np.array(list(arcs)).T, np.array(list(arcs.values()), dtype=float)
    values = np.maximum(values, 1e-9)  # zero would be no arc
    graph = csr_array((values, (rows, columns)), shape=(size + 1, size + 1))
    by_scipy = dijkstra(graph, indices=size, limit=cutoff_m * 1000 + 0.5)[:size]
    assert sorted(node.tolist()) == np.flatnonzero(np.isfinite(by_scipy)).tolist()
    assert distance_m * 1000 == pytest.approx(by_scipy[node], abs=1e-3)
    assert (np.diff(distance_m) >= 0).all()


def test_many_points_at_once_are_the_same_as_one_by_one():
    rng = np.random.default_rng(11)
    ends = rng.uniform(0, 900, (300, 2, 2)).round(-2)
    network = build_network(shapely.linestrings(ends[(ends[:, 0] != ends[:, 1]).any(axis=1)]))
    points = rng.uniform(-100, 1000, (60, 2))
    on = snap(network, points, max_snap_m=300)
    every = walks(network, on, on, cutoff_m=700)
    assert len(every.origin) > 300
    for i in range(len(points)):
        one = Snapped(*(some[i : i + 1] for some in on))
        assert snap(network, points[i : i + 1], max_snap_m=300) == one
        alone = walks(network, one, on, cutoff_m=700)
        assert alone.destination.tolist() == every.destination[every.origin == i].tolist()
        assert alone.walk_m.tolist() == every.walk_m[every.origin == i].tolist()
    there = as_pairs(every)
    assert all(there[d, o] == mm for (o, d), mm in there.items())  # on the level there and back are the same


def test_no_points_is_no_walk(cross):
    none = snap(cross, np.zeros((0, 2)), max_snap_m=10)
    some = snap(cross, np.array([(100.0, 100.0), (np.nan, np.nan)]), max_snap_m=10)
    for origins, destinations in ((none, some), (some, none), (none, none)):
        assert len(walks(cross, origins, destinations, cutoff_m=100).origin) == 0
        at, walk_m = nearest_walk(cross, origins, destinations)
        assert at.tolist() == [-1] * len(origins.edge)
        assert np.isnan(walk_m).all()
    assert reached(cross, none, cutoff_m=100)[0].tolist() == []
    assert snap(cross, np.full((3, 2), np.nan), max_snap_m=10).edge.tolist() == [-1] * 3


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (lambda n, on: snap(n, np.zeros(4), max_snap_m=10), "points"),
        (lambda n, on: snap(n, np.zeros((4, 3)), max_snap_m=10), "points"),
        (lambda n, on: snap(n, np.zeros((4, 2)), max_snap_m=0), "max_snap_m"),
        (lambda n, on: snap(n, np.zeros((4, 2)), max_snap_m=float("nan")), "max_snap_m"),
        (lambda n, on: snap(n, np.zeros((4, 2)), max_snap_m=float("inf")), "max_snap_m"),
        (lambda n, on: walks(n, on, on, cutoff_m=-1), "cutoff_m"),
        (lambda n, on: reached(n, on, cutoff_m=float("nan")), "cutoff_m"),
        (lambda n, on: walks(n, on._replace(edge=on.edge + 90), on, cutoff_m=1), "another network"),
        (lambda n, on: nearest_walk(n, on, on._replace(edge=on.edge + 90)), "another network"),
    ],
)
def test_bad_calls_are_refused_in_words(cross, call, fault):
    with pytest.raises(InputError, match=fault):
        call(cross, snap(cross, np.array([(100.0, 100.0)]), max_snap_m=10))
