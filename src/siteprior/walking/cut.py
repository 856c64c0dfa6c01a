"""The part of a network about a rectangle, on which every walk there is as long as on the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from siteprior.walking.network import Floats, WalkNetwork, components


def edge_boxes(network: WalkNetwork) -> Floats:
    """Return west, south, east and north of each edge's line, in metres.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> edge_boxes(build_network(shapely.linestrings([[(0, 0), (100, 50)]]))).tolist()
    [[0.0, 0.0, 100.0, 50.0]]
    """
    starts = network.vertex_start[:-1]
    if not len(starts):
        return np.empty((0, 4))
    x, y = network.vertex_x, network.vertex_y
    ends = (np.minimum, x), (np.minimum, y), (np.maximum, x), (np.maximum, y)
    return np.column_stack([by.reduceat(values, starts) for by, values in ends])


def straight_reach_m(network: WalkNetwork, walk_m: float) -> float:
    """Return how far, in metres in a straight line, a walk of so many metres can lead at most.

    On the level that is the walk itself; where going downhill counts as a shorter walk, it leads farther.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> level = build_network(shapely.linestrings([[(0, 0), (100, 0)]]))
    >>> straight_reach_m(level, 960), straight_reach_m(replace(level, arc_mm=level.arc_mm * 4 // 5), 960)
    (960.0, 1200.0)
    """
    if not len(network.arc_mm):
        return float(walk_m)
    shortest = float((network.arc_mm / np.maximum(network.edge_mm[network.arc_edge], 1)).min())
    return walk_m / min(1.0, shortest)


def cut_network(network: WalkNetwork, bounds: tuple[float, float, float, float], boxes: Floats) -> WalkNetwork:
    """Return the edges whose line may come into a rectangle (metres), in their order, with their nodes in theirs.

    A walk of ``w`` metres between points snapped within ``s`` metres stays within ``w + s`` metres of where it starts,
    ``w`` being its :func:`straight_reach_m`: with such a margin about the places, walks and the streets they are
    snapped to are those of the whole network.

    Parameters
    ----------
    network
        The whole.
    bounds
        West, south, east and north, with the margin.
    boxes
        From :func:`edge_boxes` of the whole.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> streets = build_network(shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 80)], [(0, 0), (0, 900)]]))
    >>> cut_network(streets, (90, 10, 200, 200), edge_boxes(streets)).edge_mm.tolist()
    [80000]
    """
    west, south, east, north = bounds
    inside = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    edges = np.flatnonzero(inside)
    nodes = np.unique(np.concatenate([network.edge_from[edges], network.edge_to[edges]]))
    node_at = np.full(len(network.x), -1, dtype=network.edge_from.dtype)
    node_at[nodes] = np.arange(len(nodes))
    edge_at = np.full(len(network.edge_mm), -1, dtype=network.arc_edge.dtype)
    edge_at[edges] = np.arange(len(edges))
    corners = np.diff(network.vertex_start)[edges]
    starts = np.concatenate([[0], np.cumsum(corners)]).astype(np.int64)
    corner = np.arange(starts[-1]) + np.repeat(network.vertex_start[edges] - starts[:-1], corners)
    kept = edge_at[network.arc_edge] >= 0
    tail = np.repeat(node_at, np.diff(network.arc_start))[kept]
    start, end = node_at[network.edge_from[edges]], node_at[network.edge_to[edges]]
    return replace(
        network,
        x=network.x[nodes],
        y=network.y[nodes],
        edge_from=start,
        edge_to=end,
        edge_mm=network.edge_mm[edges],
        steps=network.steps[edges],
        vertex_start=starts,
        vertex_x=network.vertex_x[corner],
        vertex_y=network.vertex_y[corner],
        arc_start=np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=len(nodes)))]).astype(np.int64),
        arc_node=node_at[network.arc_node[kept]],
        arc_mm=network.arc_mm[kept],
        arc_edge=edge_at[network.arc_edge[kept]],
        component=components(start, end, len(nodes)) if len(nodes) else network.component[:0],
    )
