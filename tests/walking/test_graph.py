"""What a search runs on: arcs and costs in both directions, points on edges, and the limit in whole millimetres."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.walking.graph import (
    FAR,
    LONGEST,
    Snapped,
    ends,
    forward_arcs,
    limit_mm,
    pairs_on_one_edge,
    search_graph,
    share,
    starts,
)
from siteprior.walking.network import build_network

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)
"""Edges between six nodes; loops and edges side by side among them."""


def network_of(pairs, *, steps=None):
    """Return a network of one edge per pair; a loop goes round a square, every other edge is straight."""
    place = {node: (100.0 * node, 1000.0 * (node % 2)) for node in range(6)}
    lines = []
    for number, (a, b) in enumerate(pairs, start=1):
        x, y = place[a]
        round_ = [(x, y), (x + number, y), (x + number, y + number), (x, y)]
        lines.append(round_ if a == b else [place[a], place[b]])
    return build_network([shapely.LineString(line) for line in lines], ends=pairs, steps=steps)


def sloped(network, there, back):
    """Return the network with the costs given of each edge, in its own direction and against it."""
    there, back = np.asarray(there), np.asarray(back)
    arc_mm = np.where(forward_arcs(network), there[network.arc_edge], back[network.arc_edge])
    return replace(network, arc_mm=arc_mm.astype(network.arc_mm.dtype))


def arcs_of(graph):
    """Return the arcs as sorted (from, to, millimetres, millimetres back)."""
    tail = np.repeat(np.arange(len(graph.start) - 1), np.diff(graph.start))
    return sorted(zip(tail.tolist(), graph.node.tolist(), graph.mm.tolist(), graph.back_mm.tolist(), strict=True))


def point(*values):
    return Snapped(*(np.array(column) for column in zip(*values, strict=True)))


@settings(deadline=None)
@given(PAIRS, st.data())
def test_the_arcs_are_every_open_edge_in_both_directions(pairs, data):
    each = {"min_size": len(pairs), "max_size": len(pairs)}
    steps = data.draw(st.lists(st.booleans(), **each))
    there, back = (np.array(data.draw(st.lists(st.integers(1, 99), **each))) for _ in range(2))
    network = sloped(network_of(pairs, steps=steps), there, back)
    for step_free in (False, True):
        graph = search_graph(network, step_free=step_free)
        expected = []
        for number in range(len(pairs)):
            a, b = int(network.edge_from[number]), int(network.edge_to[number])
            up, down = int(there[number]), int(back[number])
            if not (step_free and steps[number]):
                expected += [(a, b, up, down), (b, a, down, up)]
        assert arcs_of(graph) == sorted(expected)
        assert graph.closed.tolist() == [step_free and closed for closed in steps]
        assert graph.forward_mm.tolist() == there.tolist()
        assert graph.backward_mm.tolist() == back.tolist()
        assert arcs_of(graph.turned()) == sorted((b, a, mm, way_back) for a, b, mm, way_back in arcs_of(graph))
        turned_twice = graph.turned().turned()
        assert all(one is other for one, other in zip(turned_twice, graph, strict=True))


def test_of_a_loop_the_first_arc_is_the_one_in_its_own_direction():
    network = network_of([(0, 0), (0, 1), (1, 0)])
    forward = forward_arcs(network)
    for edge in range(3):
        assert forward[network.arc_edge == edge].sum() == 1
    first = np.flatnonzero(network.arc_edge == 0)
    assert forward[first].tolist() == [True, False]
    tail = np.repeat(np.arange(len(network.x)), np.diff(network.arc_start))
    assert (tail[forward] == network.edge_from[network.arc_edge[forward]]).all()


def test_on_the_level_both_directions_cost_the_length():
    network = network_of([(0, 2), (2, 4)])
    graph = search_graph(network, step_free=False)
    assert graph.forward_mm.tolist() == graph.backward_mm.tolist() == [200_000, 200_000]
    assert graph.back_mm.tolist() == graph.mm.tolist() == [200_000] * 4


def test_the_way_from_a_point_to_the_ends_of_its_edge_by_hand():
    # 200 m of street, up in its own direction: 300 m on the level there, 100 m back
    network = sloped(network_of([(0, 2)]), [300_000], [100_000])
    graph = search_graph(network, step_free=False)
    on = point((0, 50_000, 4_000), (-1, 0, 0))
    nodes, mm = ends(network, graph, on, leaving=True)
    assert nodes.tolist()[0] == [network.edge_from[0], network.edge_to[0]]
    # back to the start 50 of 200 m at half the cost; on to the end 150 m at half as much again; 4 m to the street
    assert mm.tolist() == [[25_000 + 4_000, 225_000 + 4_000], [FAR, FAR]]
    # to the point from the start: 50 m uphill; from the end: 150 m downhill
    assert ends(network, graph, on, leaving=False)[1].tolist()[0] == [75_000 + 4_000, 75_000 + 4_000]


def test_a_point_on_steps_is_far_from_both_ends_of_a_step_free_walk():
    network = network_of([(0, 2), (2, 4)], steps=[True, False])
    on = point((0, 1_000, 0), (1, 1_000, 0))
    free = ends(network, search_graph(network, step_free=True), on, leaving=True)[1]
    assert free.tolist() == [[FAR, FAR], [1_000, 199_000]]


def test_points_of_another_network_are_refused_with_the_fix():
    network = network_of([(0, 1)])
    graph = search_graph(network, step_free=False)
    with pytest.raises(InputError, match="snapped to another network; snap them to the one they are to be walked on"):
        ends(network, graph, point((1, 0, 0)), leaving=True)
    nowhere = Snapped(*(np.zeros(0, dtype=np.int64) for _ in range(3)))
    assert ends(network, graph, nowhere, leaving=True)[1].shape == (0, 2)


POINTS = st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 100), st.integers(0, 9)), max_size=8)


@settings(max_examples=100, deadline=None)
@given(POINTS, POINTS, st.booleans())
def test_the_ways_along_one_edge_are_those_of_every_pair(origins, destinations, step_free):
    # four edges of 1 m; the second is a flight of steps, the third climbs
    place = [shapely.LineString([(n, 0), (n, 1)]) for n in range(4)]
    network = build_network(place, steps=[False, True, False, False])
    network = sloped(network, [1_000, 1_000, 3_000, 1_000], [1_000, 1_000, 500, 1_000])
    graph = search_graph(network, step_free=step_free)
    snapped = [
        Snapped(
            *np.array([(edge, 10 * along * (edge >= 0), off) for edge, along, off in points], dtype=np.int64)
            .reshape(-1, 3)
            .T
        )
        for points in (origins, destinations)
    ]
    origin, destination, mm = pairs_on_one_edge(network, graph, *snapped)
    rate = {0: (1, 1), 1: (1, 1), 2: (3, Fraction(1, 2)), 3: (1, 1)}
    expected = []
    for i, (edge, along, off) in enumerate(zip(*map(np.ndarray.tolist, snapped[0]), strict=True)):
        for j, (other, there, beyond) in enumerate(zip(*map(np.ndarray.tolist, snapped[1]), strict=True)):
            if edge == other >= 0 and not (step_free and edge == 1):
                cost = rate[edge][there < along] * abs(there - along)
                expected.append((i, j, int(cost) + off + beyond))
    assert sorted(zip(origin.tolist(), destination.tolist(), mm.tolist(), strict=True)) == sorted(expected)
    assert (np.diff(origin) >= 0).all()


@settings(deadline=None)
@given(st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1), st.data())
def test_a_share_of_a_cost_is_right_to_half_a_millimetre_however_long_the_edge(cost, length, data):
    part = data.draw(st.integers(0, length))
    columns = (np.array([value], dtype=np.int32) for value in (cost, part, length))
    given_share = int(share(*columns)[0])
    assert abs(given_share - Fraction(cost * part, length)) <= Fraction(1, 2)
    if part == length:
        assert given_share == cost


def test_two_distances_that_no_walk_has_can_be_added():
    assert np.int64(FAR) + np.int64(FAR) == 2**61  # no overflow
    assert FAR > LONGEST


@settings(deadline=None)
@given(st.lists(st.integers(0, 5)))
def test_groups_begin_where_they_stand_among_sorted_rows(groups):
    groups = sorted(groups)
    begin = starts(np.array(groups, dtype=np.int64), 6)
    assert [groups[a:b] for a, b in pairwise(begin.tolist())] == [[group] * groups.count(group) for group in range(6)]


@pytest.mark.parametrize(
    ("metres", "millimetres"),
    [(0, 0), (640, 640_000), (1.001, 1_001), (0.0004, 0), (640.0009, 640_000), (np.inf, LONGEST), (1e300, LONGEST)],
)
def test_a_limit_in_metres_is_whole_millimetres_and_belongs_to_what_is_within(metres, millimetres):
    assert limit_mm(metres) == millimetres  # 1.001 × 1000 is 1000.9999999999999 in floating point


@pytest.mark.parametrize("metres", [-1, -0.001, float("nan")])
def test_what_is_no_length_is_refused(metres):
    with pytest.raises(InputError, match=rf"cutoff_m: {metres} is not a length; give metres from 0"):
        limit_mm(metres)
