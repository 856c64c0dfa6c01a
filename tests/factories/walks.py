"""Streets for the tests of walking, and independent routes: networkx with a node at every snapped point."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import shapely


def grid(columns=range(-6, 7), rows=range(-6, 7), east=0.0):
    """Streets every 100 m both ways, an edge from crossing to crossing."""
    across = [[(100 * c, 100 * r), (100 * c + 100, 100 * r)] for c in columns[:-1] for r in rows]
    along = [[(100 * c, 100 * r), (100 * c, 100 * r + 100)] for c in columns for r in rows[:-1]]
    return [shapely.LineString([(x + east, y) for x, y in line]) for line in across + along]


def graph_with_points(network, *snapped, step_free=False):
    """Build a networkx graph of the level network, each edge cut at the points on it; weights in millimetres.

    Point ``i`` of the ``k``-th group is the node ``("point", k, i)``, a dead end off its place on the edge.
    """
    graph = nx.Graph()
    graph.add_nodes_from(range(len(network.x)))

    def join(a, b, mm):
        if a == b:
            return
        if not graph.has_edge(a, b) or graph[a][b]["mm"] > mm:
            graph.add_edge(a, b, mm=int(mm))

    on = {}
    for group, points in enumerate(snapped):
        for i, (edge, along, away) in enumerate(zip(*points, strict=True)):
            if edge < 0 or (step_free and network.steps[edge]):
                graph.add_node(("point", group, i))
                continue
            on.setdefault(int(edge), []).append(int(along))
            join(("point", group, i), ("at", int(edge), int(along)), away)
    for edge, (a, b, length) in enumerate(zip(network.edge_from, network.edge_to, network.edge_mm, strict=True)):
        if step_free and network.steps[edge]:
            continue
        cuts = sorted(set(on.get(edge, [])))
        stops = [(int(a), 0), *((("at", edge, along), along) for along in cuts), (int(b), int(length))]
        for (u, start), (v, end) in pairwise(stops):
            join(u, v, end - start)
    return graph


def walks_by_networkx(network, origins, destinations, cutoff_m=None, *, step_free=False):
    """Return ``{(origin, destination): mm}`` of all pairs within the cut-off."""
    graph = graph_with_points(network, origins, destinations, step_free=step_free)
    limit = None if cutoff_m is None else cutoff_m * 1000
    pairs = {}
    for i in range(len(origins.edge)):
        far = nx.single_source_dijkstra_path_length(graph, ("point", 0, i), cutoff=limit, weight="mm")
        pairs |= {(i, node[2]): mm for node, mm in far.items() if isinstance(node, tuple) and node[:2] == ("point", 1)}
    return pairs


def nearest_by_shapely(network, points, max_snap_m, *, step_free=False):
    """Return for each point the nearest edges (of those equally far all), and the distance in metres."""
    lines = network.lines
    open_edges = np.flatnonzero(~network.steps) if step_free else np.arange(len(lines))
    found = []
    for x, y in points:
        if not np.isfinite([x, y]).all():
            found.append(([], np.nan))
            continue
        away = shapely.distance(lines[open_edges], shapely.Point(x, y)) if len(open_edges) else np.array([np.inf])
        lowest = away.min()
        near = open_edges[away <= lowest * (1 + 1e-10) + 1e-12].tolist() if lowest <= max_snap_m else []
        found.append((near, lowest if near else np.nan))
    return found
