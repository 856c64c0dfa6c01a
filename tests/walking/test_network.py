"""Networks by hand, and what holds of every network."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from siteprior.core.errors import InputError
from siteprior.walking.network import build_network


def lines(*wkt):
    return shapely.from_wkt([f"LINESTRING ({each})" for each in wkt])


def test_a_crooked_edge_is_as_long_as_its_line():
    network = build_network(lines("0 0, 30 40, 30 100", "30 100, 130 100"), steps=[False, True])
    assert network.edge_mm.tolist() == [110_000, 100_000]
    assert network.steps.tolist() == [False, True]
    assert len(network.x) == 3
    assert network.vertex_start.tolist() == [0, 3, 5]
    assert network.component.tolist() == [0, 0, 0]
    [middle] = np.flatnonzero(np.diff(network.arc_start) == 2)
    assert (network.x[middle], network.y[middle]) == (30, 100)
    arcs = slice(*network.arc_start[middle : middle + 2])
    assert sorted(network.arc_mm[arcs].tolist()) == [100_000, 110_000]
    assert sorted(network.arc_edge[arcs].tolist()) == [0, 1]


def test_ends_within_one_millimetre_are_one_node_and_further_ones_are_not():
    assert len(build_network(lines("0 0, 10 0", "10.0004 0, 20 0")).x) == 3
    assert len(build_network(lines("0 0, 10 0", "10.001 0, 20 0")).x) == 4


def test_identities_outweigh_places():
    bridge = lines("-10 0, 0 0", "0 0, 0 10")
    assert len(build_network(bridge, ends=[[1, 2], [3, 4]]).x) == 4
    assert len(build_network(bridge, ends=[[1, 2], [2, 4]]).x) == 3


@pytest.mark.parametrize("ends", [[[1, 2], [2, 3], [3, 4]], None])
def test_a_line_of_no_length_joins_its_ends(ends):
    network = build_network(lines("0 0, 10 0", "10 0, 10.0003 0", "10.0003 0, 20 0"), ends=ends)
    assert network.edge_mm.tolist() == [10_000, 10_000]
    assert len(network.x) == 3
    assert network.component.tolist() == [0, 0, 0]


def test_islands_are_numbered_by_falling_number_of_nodes():
    network = build_network(lines("900 0, 910 0", "0 0, 10 0", "10 0, 20 0", "500 0, 510 0, 520 5"))
    assert network.component[network.edge_from].tolist()[1:3] == [0, 0]
    assert sorted(network.component.tolist()) == [0, 0, 0, 1, 1, 2, 2]


def test_many_edges_between_the_same_nodes_stay_one_island():
    network = build_network(lines(*[f"0 0, 5 {n}, 10 0" for n in range(256)]))
    assert network.component.tolist() == [0, 0]
    assert len(network.edge_mm) == 256


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ([], "no lines"),
        (shapely.points([[0, 0]]), "no lines"),
        ([None], "no lines"),
        (shapely.set_coordinates(lines("0 0, 1 1"), [(0, 0), (np.inf, 1)]), "not numbers"),
        (lines("5 5, 5 5"), "no line of any length"),
        (lines("0 0, 0 2147484", "1 2, 3 4"), "a line of 2147 km, from 0 0 to 0 2147484; mend"),
        (lines("0 0, 5 5", "0 0, 1e200 0, 7 0"), "a line of (inf|2e.197) km, from 0 0 to 7 0; mend"),
    ],
)
def test_what_is_no_street_is_refused(shapes, says):
    with pytest.raises(InputError, match=says):
        build_network(shapes)


ends = st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] != pair[1])


@given(st.lists(ends, min_size=1, max_size=40), st.data())
def test_every_network_keeps_its_edges_and_its_arcs(pairs, data):
    steps = data.draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    place = {node: ((node * 37) % 101 * 10.0, (node * 53) % 97 * 10.0) for node in range(13)}
    drawn = shapely.linestrings([[place[a], place[b]] for a, b in pairs])
    network = build_network(drawn, ends=pairs, steps=steps)
    # edges stand in the order given, from and to the places given, as long as their lines
    assert network.edge_mm.tolist() == np.rint(shapely.length(drawn) * 1000).tolist()
    assert network.steps.tolist() == steps
    assert shapely.equals_exact(network.lines, drawn).all()
    assert [(network.x[n], network.y[n]) for n in network.edge_from] == [place[a] for a, _ in pairs]
    assert [(network.x[n], network.y[n]) for n in network.edge_to] == [place[b] for _, b in pairs]
    # every edge has two arcs, one from each end to the other, that cost its length
    tail = np.repeat(np.arange(len(network.x)), np.diff(network.arc_start))
    arcs = sorted(zip(network.arc_edge, tail, network.arc_node, network.arc_mm, strict=True))
    edges = enumerate(zip(network.edge_from, network.edge_to, network.edge_mm, strict=True))
    both = [(e, a, b, mm) for e, (a, b, mm) in edges]
    assert arcs == sorted([*both, *((e, b, a, mm) for e, a, b, mm in both)])
    # islands are those of the graph of the pairs
    used = sorted({node for pair in pairs for node in pair})
    at = {node: number for number, node in enumerate(used)}
    a, b = np.array([[at[x], at[y]] for x, y in pairs]).T
    count, label = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(len(used),) * 2), directed=False)
    ours = [int(network.component[n]) for n in network.edge_from]
    assert len(network.x) == len(used)
    assert len({*zip(label[a].tolist(), ours, strict=True)}) == count == len(set(ours))
    assert (np.diff(np.bincount(network.component)) <= 0).all()


@given(st.permutations(range(6)))
def test_the_order_of_the_lines_does_not_move_the_nodes(order):
    drawn = lines("0 0, 10 0", "10 0, 10 10", "10 10, 0 10", "0 10, 0 0", "0 0, 10 10", "50 50, 60 60")
    one, other = build_network(drawn), build_network(drawn[list(order)])
    assert np.array_equal(one.x, other.x)
    assert np.array_equal(one.y, other.y)
    assert np.array_equal(one.edge_mm[list(order)], other.edge_mm)
    assert np.array_equal(one.component, other.component)


def test_the_longest_line_there_can_be_is_as_long_as_it_is():
    assert build_network(lines("0 0, 0 2147483.647")).edge_mm.tolist() == [2**31 - 1]
