"""The compiled loops beside Python's own heap, networkx, and pairs worked out one by one."""

from __future__ import annotations

import heapq
import subprocess
import sys

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.walking.graph import FAR
from siteprior.walking.kernel import nearest_edges, pop, push, search, search_labels, walk_pairs

NODES = 7
ARCS = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.integers(1, 6)), max_size=24)
"""One-way arcs of small costs, so that many ways are equally long; loops and doubled arcs among them."""

SEEDS = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, 8)), min_size=1, max_size=4)
BITS = NODES.bit_length()


def compressed(arcs, nodes=NODES):
    """Return arcs in compressed rows: where those of each node begin, the nodes they reach, what they cost."""
    rows = sorted(arcs)
    start = np.searchsorted([tail for tail, *_ in rows], np.arange(nodes + 1)).astype(np.int64)
    head, mm = (np.array([row[place] for row in rows], dtype=np.int32) for place in (1, 2))
    return start, head, mm


def arrays_of(seeds):
    """Return the nodes and the distances of seeds, of the kinds a network has."""
    node, mm = zip(*seeds, strict=True)
    return np.array(node, dtype=np.int32), np.array(mm, dtype=np.int64)


def shortest(arcs, seeds):
    """Return the distance of every node reached from a seed, by networkx: the source is one node before all seeds."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(NODES))
    source = [("source", node, mm) for node, mm in seeds]
    for a, b, mm in [*arcs, *source]:
        if not graph.has_edge(a, b) or graph[a][b]["mm"] > mm:
            graph.add_edge(a, b, mm=mm)
    lengths = nx.single_source_dijkstra_path_length(graph, "source", weight="mm")
    return {node: mm for node, mm in lengths.items() if node != "source"}


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-50, 50)), max_size=60))
def test_the_heap_gives_the_keys_pythons_own_gives(steps):
    heap, size, other = np.empty(61, dtype=np.int64), 0, []
    for key in steps:
        if key is not None:
            size = push(heap, size, key)
            heapq.heappush(other, key)
        elif other:
            assert heap[0] == heapq.heappop(other)
            size = pop(heap, size)
        assert size == len(other)
    while other:
        assert heap[0] == heapq.heappop(other)
        size = pop(heap, size)
    assert size == 0


@settings(max_examples=100, deadline=None)
@given(ARCS, SEEDS, st.integers(0, 20))
def test_a_search_reaches_what_networkx_does_within_the_limit_nearest_first(arcs, seeds, limit):
    start, head, mm = compressed(arcs)
    best, settled = np.full(NODES, FAR), np.empty(NODES, dtype=np.int64)
    heap = np.empty(len(arcs) + len(seeds), dtype=np.int64)
    node, at = arrays_of(seeds)
    count = search(start, head, mm, node, at, limit, BITS, best, heap, settled)
    expected = {node: far for node, far in shortest(arcs, seeds).items() if far <= limit}
    reached = settled[:count].tolist()
    assert {n: int(best[n]) for n in reached} == expected
    assert [(expected[n], n) for n in reached] == sorted((far, n) for n, far in expected.items())
    assert set(np.flatnonzero(best < FAR).tolist()) == set(expected)  # the others are as they came


@settings(max_examples=100, deadline=None)
@given(ARCS, SEEDS)
def test_every_node_gets_the_nearest_seed_and_of_those_equally_near_the_lowest(arcs, seeds):
    start, head, mm = compressed(arcs)
    best, label = np.full(NODES, FAR), np.full(NODES, -1)
    node, at = arrays_of(seeds)
    search_labels(start, head, mm, node, at, np.arange(len(seeds)), BITS, best, label)
    by_seed = [shortest(arcs, [seed]) for seed in seeds]
    for n in range(NODES):
        ways = sorted((far[n], number) for number, far in enumerate(by_seed) if n in far)
        assert (best[n], label[n]) == (ways[0] if ways else (FAR, -1))


def test_pairs_of_a_street_by_hand_in_the_order_asked_and_beyond_the_first_buffer():
    # 40 nodes in a row, 10 apart, at each an origin, and a place 3 off: 1,600 pairs, the first buffer holds 1,024
    n = 40
    arcs = [(a, b, 10) for a in range(n) for b in (a - 1, a + 1) if 0 <= b < n]
    start, head, mm = compressed(arcs, n)
    here = np.arange(n)
    seeds = np.column_stack([here, here]).astype(np.int32), np.zeros((n, 2), dtype=np.int64)
    none = np.zeros(0, dtype=np.int64)
    order = here[::-1].copy()
    counts, keys = walk_pairs(
        start, head, mm, *seeds, np.arange(n + 1), here, np.full(n, 3), np.zeros(n + 1, dtype=np.int64), none, none,
        n, 1000, n.bit_length(), n.bit_length(), order,
    )  # fmt: skip
    assert counts.tolist() == [n] * n
    found = np.split(keys, np.cumsum(counts)[:-1])
    for origin, of_origin in zip(order, found, strict=True):
        expected = sorted((10 * abs(place - origin) + 3, place) for place in range(n))
        assert [(int(key) >> n.bit_length(), int(key) % 2 ** n.bit_length()) for key in of_origin] == expected


def test_a_way_along_the_shared_edge_counts_where_it_is_shorter_and_within_the_limit():
    # two nodes 10 apart; the origin and both places lie on the one edge; the second place is 90 off the street
    start, head, mm = compressed([(0, 1, 10), (1, 0, 10)], 2)
    counts, keys = walk_pairs(
        start, head, mm, np.array([[0, 1]], dtype=np.int32), np.array([[2, 8]]), np.array([0, 1, 2]), np.array([0, 0]),
        np.array([7, 3]), np.array([0, 2]), np.array([0, 1]), np.array([5, 95]), 2, 90, 2, 2, np.array([0]),
    )  # fmt: skip
    assert counts.tolist() == [1]
    assert [(int(key) >> 2, int(key) & 3) for key in keys] == [(5, 0)]  # by the ends it would be 2 + 7 or 8 + 3


def nearest(points, edges, *, reach_m, barred=None):
    """Return edge, metres along it and metres to it, of points in one cell; edges are lists of vertices."""
    vertices = np.array([vertex for edge in edges for vertex in edge], dtype=float)
    start = np.concatenate([[0], np.cumsum([len(edge) for edge in edges])])
    x, y = np.array(points, dtype=float).T.copy()
    edge, along = np.full(len(x), -1), np.zeros(len(x))
    square = np.full(len(x), reach_m**2 * 1.0)
    nearest_edges(
        start, vertices[:, 0].copy(), vertices[:, 1].copy(),
        np.zeros(len(edges), dtype=bool) if barred is None else np.array(barred), x, y, np.array([0, len(x)]),
        x.min(), y.min(), 1e9, 1, 1, reach_m, edge, along, square,
    )  # fmt: skip
    return edge.tolist(), along.tolist(), np.sqrt(square).tolist()


def test_the_nearest_place_of_a_crooked_edge_by_hand():
    crooked, other = [(0, 0), (100, 0), (100, 50)], [(0, 80), (100, 80)]
    edge, along, away = nearest([(30, 4), (97, 20), (120, -15), (50, 60)], [crooked, other], reach_m=1000)
    assert edge == [0, 0, 0, 1]
    assert along == [30, 120, 100, 50]  # the corner itself is nearest to the third
    assert away == [4, 3, 25, 20]


def test_of_edges_equally_far_the_first_and_a_barred_one_never():
    edges = [[(0, 10), (100, 10)], [(0, -10), (100, -10)]]
    assert nearest([(50, 0)], edges, reach_m=1000)[0] == [0]
    assert nearest([(50, 0)], edges[::-1], reach_m=1000)[0] == [0]
    assert nearest([(50, 0)], edges, reach_m=1000, barred=[True, False])[0] == [1]
    assert nearest([(50, 0)], edges, reach_m=1000, barred=[True, True])[0] == [-1]
    assert nearest([(50, 0)], edges, reach_m=9.999)[0] == [-1]


@pytest.mark.parametrize("turn", range(6))
def test_edges_that_meet_at_a_corner_are_equally_far_from_what_is_nearest_to_it(turn):
    # rounding must not prefer the second: the corner is the very vertex of both, at any bearing
    angle = turn * np.pi / 7
    out = [(1000 * np.cos(angle + d), 1000 * np.sin(angle + d)) for d in (-0.3, 0.3)]
    corner, beyond = (0.1, 0.2), (0.1 - 7 * np.cos(angle), 0.2 - 7 * np.sin(angle))
    edge, _, away = nearest([beyond], [[corner, out[0]], [out[1], corner]], reach_m=50)
    assert edge == [0]
    assert away == pytest.approx([7])


def test_the_loops_run_where_no_folder_can_be_written(tmp_path):
    """Neither beside the source nor in the user's cache: compiled in memory, without a word."""
    code = (
        "from numba.core import caching\n"
        "def nowhere(self): raise OSError('read-only')\n"
        "caching._CacheLocator.ensure_cache_path = nowhere\n"
        "from siteprior.walking import kernel\n"
        "import numpy as np\n"
        "heap = np.zeros(4, dtype=np.int64)\n"
        "assert kernel.push(heap, 0, 7) == 1 and heap[0] == 7\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
