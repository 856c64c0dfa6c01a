"""What a search over the streets runs on: arcs and their costs, and how points hang on the nodes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from siteprior.core.errors import InputError
from siteprior.core.short_repr import short_repr
from siteprior.walking.network import MM_PER_M, Flags, Ints, WalkNetwork

FAR = 2**60
"""A distance, in millimetres, that no walk has; two of them can still be added."""

LONGEST = 2**40
"""The longest limit that is searched to, in millimetres: 27 times round the world."""


@short_repr
class Snapped(NamedTuple):
    """Points on the network: ``edge`` (-1 where there is none), millimetres ``along_mm`` it and ``snap_mm`` to it."""

    edge: Ints
    along_mm: Ints
    snap_mm: Ints


class Graph(NamedTuple):
    """Arcs that leave each node, and what each edge costs to walk, in millimetres, in the two directions.

    ``back_mm`` is what each arc costs when walked against its direction.
    """

    start: Ints
    node: Ints
    mm: Ints
    back_mm: Ints
    forward_mm: Ints
    backward_mm: Ints
    closed: Flags

    def turned(self) -> Graph:
        """Return the arcs with the cost of walking them the other way, for searches from the destinations."""
        return self._replace(mm=self.back_mm, back_mm=self.mm)


def search_graph(network: WalkNetwork, *, step_free: bool) -> Graph:
    """Return the arcs to search; without flights of steps where ``step_free``."""
    mm, edge = network.arc_mm, network.arc_edge
    forward_mm = backward_mm = network.edge_mm
    back_mm = mm
    if (mm != network.edge_mm[edge]).any():  # a slope is counted
        forward = forward_arcs(network)
        forward_mm, backward_mm = (
            np.empty_like(mm, shape=len(network.edge_mm)),
            np.empty_like(mm, shape=len(network.edge_mm)),
        )
        forward_mm[edge[forward]], backward_mm[edge[~forward]] = mm[forward], mm[~forward]
        back_mm = np.where(forward, backward_mm[edge], forward_mm[edge])
    start, node = network.arc_start, network.arc_node
    closed = network.steps & step_free
    if closed.any():
        kept = ~closed[edge]
        start = np.concatenate([[0], np.cumsum(kept)])[start]
        node, mm, back_mm = node[kept], mm[kept], back_mm[kept]
    node, mm, back_mm = (np.asarray(some, dtype=np.int32) for some in (node, mm, back_mm))
    return Graph(np.asarray(start, dtype=np.int64), node, mm, back_mm, forward_mm, backward_mm, closed)


def forward_arcs(network: WalkNetwork) -> Flags:
    """Return which arcs run from their edge's start to its end; of a loop's two, the first does."""
    tail = np.repeat(np.arange(len(network.x)), np.diff(network.arc_start))
    edge = network.arc_edge
    forward = tail == network.edge_from[edge]
    loops = np.flatnonzero(network.edge_from[edge] == network.edge_to[edge])
    _, first = np.unique(edge[loops], return_index=True)
    forward[loops] = False
    forward[loops[first]] = True
    return np.asarray(forward)


def ends(network: WalkNetwork, graph: Graph, points: Snapped, *, leaving: bool) -> tuple[Ints, Ints]:
    """Return the two nodes at the ends of each point's edge, and the millimetres between point and node.

    ``leaving`` says whether the point is left or come to. A point that is not on the network, or on an edge that is
    closed, is :data:`FAR` from both.
    """
    edge = np.maximum(points.edge, 0)
    if len(edge) and edge.max() >= len(network.edge_mm):
        raise InputError("points: snapped to another network; snap them to the one they are to be walked on")
    before, length = points.along_mm, network.edge_mm[edge]
    to_start, to_end = (graph.backward_mm, graph.forward_mm) if leaving else (graph.forward_mm, graph.backward_mm)
    mm = np.column_stack([share(to_start[edge], before, length), share(to_end[edge], length - before, length)])
    mm += points.snap_mm[:, None]
    mm[(points.edge < 0) | graph.closed[edge]] = FAR
    return np.column_stack([network.edge_from[edge], network.edge_to[edge]]), mm


def pairs_on_one_edge(
    network: WalkNetwork, graph: Graph, origins: Snapped, destinations: Snapped
) -> tuple[Ints, Ints, Ints]:
    """Return origins and destinations that share an edge, by origin, and the millimetres along it between them."""
    usable = np.flatnonzero((destinations.edge >= 0) & ~graph.closed[np.maximum(destinations.edge, 0)])
    by_edge = usable[np.argsort(destinations.edge[usable], kind="stable")]
    edges = destinations.edge[by_edge]
    low, high = (np.searchsorted(edges, origins.edge, side=side) for side in ("left", "right"))
    count = np.where(origins.edge < 0, 0, high - low)
    origin = np.repeat(np.arange(len(count)), count)
    place = by_edge[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - low, count)]
    edge = origins.edge[origin]
    way = destinations.along_mm[place] - origins.along_mm[origin]
    cost = np.where(way < 0, graph.backward_mm[edge], graph.forward_mm[edge])
    mm = share(cost, np.abs(way), network.edge_mm[edge]) + origins.snap_mm[origin] + destinations.snap_mm[place]
    return origin, place, mm


def share(cost_mm: Ints, part_mm: Ints, length_mm: Ints) -> Ints:
    """Return the part of an edge's cost that falls on a part of its length, to the nearest millimetre."""
    length = length_mm.astype(np.int64)
    return np.asarray((cost_mm.astype(np.int64) * part_mm + length // 2) // length)


def starts(group: Ints, groups: int) -> Ints:
    """Return where each group begins among rows sorted by group, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=groups))]).astype(np.int64)


def limit_mm(cutoff_m: float) -> int:
    """Return a cut-off in whole millimetres; a walk of exactly that length is within it."""
    if not cutoff_m >= 0:
        raise InputError(f"cutoff_m: {cutoff_m} is not a length; give metres from 0")
    return int(min(np.floor(cutoff_m * MM_PER_M + 1e-6), LONGEST))
