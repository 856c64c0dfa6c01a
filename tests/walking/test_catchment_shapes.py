"""What a walk reaches on the streets, to the millimetre, and the outlines drawn round it."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from factories.walks import grid
from siteprior.walking.catchment_shapes import (
    OutlineStyle,
    along_streets,
    cut,
    filled,
    hull,
    length_m,
    measure_edges,
    origin_places,
    stretches_within,
)
from siteprior.walking.graph import Snapped, forward_arcs
from siteprior.walking.network import build_network
from siteprior.walking.walk import snap


@pytest.fixture(scope="module")
def streets():
    return build_network(np.array(grid()))


def reached_m(network, place, walk_m):
    """Measure the streets reached by the module's own pieces."""
    measure = measure_edges(network)
    origins = snap(network, np.array([place], dtype=float), max_snap_m=250)
    (parts,) = stretches_within(network, origins, (walk_m,), measure)
    assert length_m(parts) == pytest.approx(shapely.length(cut(network, parts, measure)).sum(), abs=0.05)
    return length_m(parts)


def test_a_diamond_on_a_grid_by_hand(streets):
    # Of the streets |x| + |y| <= 250: those across are 500 + 2 × 300 + 2 × 100 m long, those along the same.
    assert reached_m(streets, (0, 0), 250) == 2600


def test_a_stop_beside_a_street_walks_to_it_first(streets):
    # 10 m to the street at (30, 0), 240 m are left; every metre of street is asked whether it lies within them.
    steps = np.arange(-600, 600) + 0.5

    def walk(x, y):
        if y == 0:
            return abs(x - 30)
        if x % 100 == 0:
            return abs(x - 30) + abs(y)
        return min(abs(k - 30) + abs(x - k) for k in (x // 100 * 100, x // 100 * 100 + 100)) + abs(y)

    lines = range(-600, 601, 100)
    metres = sum(walk(x, y) <= 240 for y in lines for x in steps)
    metres += sum(walk(x, y) <= 240 for x in lines for y in steps)
    assert reached_m(streets, (30, 10), 250) == metres


def test_an_edge_reached_from_both_ends_keeps_a_gap():
    # A square of 100, 300, 100 and 300 m: from its corner 350 m reach all but 100 m of the far side.
    square = build_network(
        np.array([LineString(ends) for ends in [((0, 0), (100, 0)), ((100, 0), (100, 300)), ((0, 0), (0, 300)),
                                                ((0, 300), (100, 300))]])
    )  # fmt: skip
    assert reached_m(square, (0, 0), 350) == 100 + 250 + 300 + 50
    assert reached_m(square, (0, 0), 400) == 800


def test_a_walk_that_ends_on_its_own_edge():
    street = build_network(np.array([LineString([(0, 0), (60, 0), (60, 40)])]))
    assert reached_m(street, (50, 0), 20) == 40
    measure = measure_edges(street)
    origins = snap(street, np.array([[50.0, 0.0]]), max_snap_m=5)
    (line,) = cut(street, stretches_within(street, origins, (20.0,), measure)[0], measure)
    assert shapely.get_coordinates(line).tolist() == [[30, 0], [60, 0], [60, 10]]


def test_a_street_that_comes_back_to_where_it_began():
    ring = LineString([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)])
    network = build_network(np.array([ring, LineString([(0, 0), (-500, 0)])]))
    assert reached_m(network, (0, 0), 150) == 300 + 150
    assert reached_m(network, (0, 0), 250) == 400 + 250


def test_where_a_slope_doubles_the_cost_half_is_reached(streets):
    steep = replace(streets, arc_mm=streets.arc_mm * 2)
    # |x| + |y| <= 125: across 250 + 2 × 50 m, and the same along.
    assert reached_m(steep, (0, 0), 250) == 700


@settings(deadline=None, max_examples=30)
@given(x=st.integers(-150, 150), y=st.integers(-150, 150), walk=st.integers(1, 380))
def test_no_cut_lies_farther_than_the_walk(x, y, walk):
    network = build_network(np.array(grid()))
    measure = measure_edges(network)
    origins = snap(network, np.array([[x, y]], dtype=float), max_snap_m=250)
    (parts,) = stretches_within(network, origins, (float(walk),), measure)
    ends = cut(network, parts, measure)
    start = np.array([x, y])
    for end in shapely.get_coordinates(ends):
        assert np.abs(end - start).sum() <= walk + 1e-6  # no street is shorter than across and along


def test_newport_agrees_with_an_independent_search(real):
    from siteprior.sources.streets.reader import read_streets

    network = read_streets(real / "real/osm/newport-2023-06-13.osm.pbf").table
    place, walk = (331150.0, 188000.0), 800.0
    at = snap(network, np.array([place]), max_snap_m=250)
    edge, along, off = int(at.edge[0]), at.along_mm[0] / 1000, at.snap_mm[0] / 1000
    length, start, end = network.edge_mm / 1000, network.edge_from, network.edge_to
    # One node more: the stop, joined to both ends of its edge.
    graph = nx.Graph()
    graph.add_weighted_edges_from(
        [("stop", int(start[edge]), off + along), ("stop", int(end[edge]), off + length[edge] - along)]
    )
    for a, b, metres in zip(start.tolist(), end.tolist(), length.tolist(), strict=True):
        if metres < graph.get_edge_data(a, b, {"weight": np.inf})["weight"]:
            graph.add_edge(a, b, weight=metres)
    away = np.full(len(network.x), np.inf)
    for node, metres in nx.single_source_dijkstra_path_length(graph, "stop").items():
        if node != "stop":
            away[node] = metres
    left = np.clip(walk - away, 0, None)
    covered = np.minimum(left[start] + left[end], length)
    own = (max(0.0, along - (walk - off)), min(length[edge], along + walk - off))
    covered[edge] = max(covered[edge], own[1] - own[0])
    assert reached_m(network, place, walk) == pytest.approx(covered.sum(), abs=1e-3)


def test_holes_in_parts_of_their_own_are_filled():
    ring = box(0, 0, 300, 300) - box(50, 50, 250, 250)
    both = shapely.union_all([ring, shapely.affinity.translate(ring, 1000)])
    assert filled(both, fill_ha=5).area == pytest.approx(2 * 90_000)
    assert filled(both, fill_ha=1).area == pytest.approx(2 * 50_000)


def test_the_cost_of_an_edge_is_measured_in_both_directions_of_a_loop_too():
    loop = LineString([(0, 0), (100, 0), (100, 100), (0, 0)])
    network = build_network(np.array([LineString([(0, 0), (-500, 0)]), loop]))
    forward = forward_arcs(network)
    there, back = np.array([700_000, 400_000]), np.array([300_000, 200_000])
    costs = np.where(forward, there[network.arc_edge], back[network.arc_edge]).astype(network.arc_mm.dtype)
    measure = measure_edges(replace(network, arc_mm=costs))
    assert measure.there_mm.tolist() == there.tolist()
    assert measure.back_mm.tolist() == back.tolist()
    # vertices stand at their millimetres, the second edge one stride further on
    corners = [0, 100_000, 200_000, network.edge_mm[1]]
    assert measure.stride == 500_001
    assert measure.mark.tolist() == pytest.approx([0, 500_000, *(500_001 + corner for corner in corners)])


def test_uphill_less_is_reached_than_downhill():
    street = build_network(np.array([LineString([(0, 0), (1000, 0)])]))
    costs = np.where(forward_arcs(street), 2_000_000, 500_000).astype(street.arc_mm.dtype)
    street = replace(street, arc_mm=costs)
    measure = measure_edges(street)
    origins = snap(street, np.array([[400.0, 3.0]]), max_snap_m=5)
    short, long = stretches_within(street, origins, (103.0, 203.0), measure)
    # 100 m are left: 50 m up, 200 m down; of 200 m 100 m up, and 400 m down to the end
    assert (short.start_mm.tolist(), short.end_mm.tolist()) == ([200_000], [450_000])
    assert (long.start_mm.tolist(), long.end_mm.tolist()) == ([0], [500_000])
    assert origin_places(street, origins, measure).tolist() == [[400, 0]]


STARTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 10), st.integers(0, 3)), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(starts=STARTS, walk=st.integers(1, 30))
def test_the_streets_several_stops_reach_are_counted_metre_by_metre(starts, walk):
    # a cross of four streets of 10 m; a metre is reached where any stop is near enough to its middle along the streets
    arms = [(0, 10), (10, 0), (0, -10), (-10, 0)]
    network = build_network(np.array([LineString([(0, 0), end]) for end in arms]))
    edge, along, off = np.array(starts).T
    measure = measure_edges(network)
    (parts,) = stretches_within(network, Snapped(edge, along * 1000, off * 1000), (float(walk),), measure)

    def away(arm, metre):
        return min(o + (abs(a - metre) if e == arm else a + metre) for e, a, o in starts)

    metres = [(arm, n) for arm in range(4) for n in range(10) if away(arm, n + 0.5) <= walk]
    assert length_m(parts) == len(metres)
    covered = [(int(e), n) for e, a, b in zip(*parts, strict=True) for n in range(int(a) // 1000, int(b) // 1000)]
    assert sorted(covered) == metres  # each once: none overlaps another
    lines = cut(network, parts, measure)
    assert shapely.length(lines).sum() == pytest.approx(len(metres))


STYLE = OutlineStyle(buffer_m=10, fill_ha=0.5, hull_ratio=0.0, end_segments=8)


def test_the_area_along_a_street_and_round_a_block():
    one = along_streets(np.array([LineString([(0, 0), (100, 0)])]), STYLE)
    # 100 × 20 m, and round ends of 32 corners together: half the sine of 360°/32 for each, of the radius squared
    assert one.area == pytest.approx(2000 + 32 / 2 * np.sin(2 * np.pi / 32) * 100)
    square = [LineString(ends) for ends in [((0, 0), (80, 0)), ((80, 0), (80, 80)), ((80, 80), (0, 80)),
                                            ((0, 80), (0, 0))]]  # fmt: skip
    block = along_streets(np.array(square), STYLE)
    assert shapely.get_num_interior_rings(block) == 0  # 60 × 60 m are 0.36 ha
    assert shapely.get_num_interior_rings(along_streets(np.array(square), STYLE._replace(fill_ha=0.35))) == 1


def test_a_hull_spans_the_ends_and_a_straight_street_is_drawn_as_one():
    cross = [LineString([(0, 0), (x, y)]) for x, y in ((60, 0), (0, 60), (-60, 0), (0, -60))]
    whole = hull(np.array(cross), STYLE._replace(hull_ratio=1.0))
    assert whole.equals(box(-60, -60, 60, 60).intersection(whole))
    assert whole.area == pytest.approx(120 * 120 / 2)
    street = np.array([LineString([(0, 0), (60, 0)])])
    assert hull(street, STYLE).equals(along_streets(street, STYLE))
    assert hull(street, STYLE).covers(Point(30, 9))
