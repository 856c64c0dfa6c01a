"""From ways to edges, by hand, and what holds whatever the ways."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.sources.streets.noding import joined, split, ways, within

SPOTS = {node: (node * 100.0, (node * node) % 7 * 100.0) for node in range(1, 30)}


def made(*runs, steps=None, spots=SPOTS):
    nodes = [node for run in runs for node in run]
    x, y = np.array([spots.get(node, (np.nan, np.nan)) for node in nodes]).T
    way = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
    return ways(x, y, nodes, way, [False] * len(runs) if steps is None else steps)


def runs(found):
    return [found.node[a:b].tolist() for a, b in zip(found.start[:-1], found.start[1:], strict=True)]


def test_a_way_is_split_where_another_shares_a_vertex():
    pieces = split(made([1, 2, 3, 4], [9, 3, 8]))
    assert runs(pieces) == [[1, 2, 3], [3, 4], [9, 3], [3, 8]]


def test_a_crossing_without_a_shared_vertex_is_a_bridge():
    spots = {1: (0, 0), 2: (10, 10), 3: (0, 10), 4: (10, 0)}
    assert runs(joined(split(made([1, 2], [3, 4], spots=spots)))) == [[1, 2], [3, 4]]


def test_pieces_are_joined_where_only_two_meet():
    assert runs(joined(split(made([1, 2], [2, 3], [5, 4, 3], [3, 6])))) == [[1, 2, 3], [5, 4, 3], [3, 6]]


def test_steps_stay_an_edge_of_their_own():
    edges = joined(split(made([1, 2], [2, 3], [3, 4], [4, 5], steps=[False, True, True, False])))
    assert runs(edges) == [[1, 2], [2, 3, 4], [4, 5]]
    assert edges.steps.tolist() == [False, True, False]


def test_a_ring_alone_is_one_edge_and_a_ring_on_a_stalk_another():
    assert runs(joined(split(made([3, 4, 5, 2, 3])))) == [[3, 4, 5, 2, 3]]
    assert runs(joined(split(made([5, 2, 3], [3, 4, 5])))) == [[3, 2, 5, 4, 3]]
    assert runs(joined(split(made([1, 2], [2, 3, 4, 2])))) == [[1, 2], [2, 3, 4, 2]]


def test_of_a_street_drawn_twice_one_is_kept_and_the_step_free_one_decides():
    edges = joined(split(made([1, 2, 3], [3, 2, 1], [2, 3], steps=[True, False, True])))
    assert runs(edges) == [[1, 2, 3]]
    assert edges.steps.tolist() == [False]


def test_a_way_that_turns_back_on_itself_is_walked_once():
    assert runs(joined(split(made([1, 2, 3, 2, 4])))) == [[1, 2], [2, 3], [2, 4]]


def test_a_vertex_without_place_cuts_its_way():
    assert runs(made([1, 2, 99, 3, 4, 99, 5])) == [[1, 2], [3, 4]]
    assert runs(made([99, 99], [1], [2, 2], [2, 2, 3])) == [[2, 3]]


def test_what_touches_the_area_is_kept_and_what_only_its_box_touches_is_not():
    corner = shapely.from_wkt("POLYGON ((0 0, 10 0, 0 10, 0 0))")
    spots = {1: (9, 9), 2: (8, 8), 3: (10, 0), 4: (20, 0), 5: (-5, 5), 6: (50, 5), 7: (11, 11), 8: (12, 12)}
    assert within(made([1, 2], [3, 4], [5, 6], [7, 8], spots=spots), corner).tolist() == [False, True, True, False]


walk = st.lists(st.integers(1, 12), min_size=2, max_size=8)


@given(st.lists(walk, min_size=1, max_size=8), st.data())
def test_edges_keep_every_street_and_every_way_round(drawn, data):
    steps = data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
    given_ways = made(*drawn, steps=steps)
    graph, level = nx.Graph(), nx.Graph()
    for run, flight in zip(drawn, steps, strict=True):
        for a, b in itertools.pairwise(run):
            if a != b:
                for each in (graph,) if flight else (graph, level):
                    each.add_edge(a, b, m=float(np.hypot(*np.subtract(SPOTS[a], SPOTS[b]))))
    if not graph.number_of_edges():
        assert len(given_ways.steps) == 0
        return
    edges = joined(split(given_ways))
    found = nx.MultiGraph()
    for (a, b), line, flight in zip(edges.ends.tolist(), edges.lines, edges.steps.tolist(), strict=True):
        found.add_edge(a, b, m=line.length, flight=flight)
    total = sum(m for *_, m in graph.edges(data="m"))
    assert shapely.length(edges.lines).sum() == pytest.approx(total)
    assert shapely.length(edges.lines[~edges.steps]).sum() == pytest.approx(sum(m for *_, m in level.edges(data="m")))
    assert nx.number_connected_components(found) == nx.number_connected_components(graph)
    # every junction and every dead end is still a node, and walks between nodes are as long as they were
    assert set(found) >= {node for node, met in graph.degree if met != 2}
    walks = dict(nx.all_pairs_dijkstra_path_length(graph, weight="m"))
    for a, reached in nx.all_pairs_dijkstra_path_length(found, weight="m"):
        assert reached == pytest.approx({b: m for b, m in walks[a].items() if b in found})
    # nothing is left to join: where two edges of a kind meet and no third, they are a ring, closed on its lowest vertex
    for node, met in found.degree:
        kinds = {flight for *_, flight in found.edges(node, data="flight")}
        if met == 2 and len(kinds) == 1:
            assert list(found.neighbors(node)) == [node]
