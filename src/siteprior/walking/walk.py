"""Walks over the streets: points are snapped to the nearest edge, and walked from along it, to the millimetre."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from siteprior.core.errors import InputError
from siteprior.core.short_repr import short_repr
from siteprior.walking.graph import FAR, Snapped, ends, limit_mm, pairs_on_one_edge, search_graph, starts
from siteprior.walking.network import MM_PER_M, Floats, Ints, WalkNetwork

CELLS_ACROSS = 2048
"""Most cells to a side of the grid that points are sorted into; it decides speed alone."""


@short_repr
class Walks(NamedTuple):
    """Pairs within a limit: positions of ``origin`` and ``destination``, and the walk between them in metres."""

    origin: Ints
    destination: Ints
    walk_m: Floats


def snap(network: WalkNetwork, points: npt.ArrayLike, *, max_snap_m: float, step_free: bool = False) -> Snapped:
    """Put points on the nearest edge, at its nearest place, no farther than ``max_snap_m`` metres away.

    Parameters
    ----------
    network
        The streets.
    points
        Array of eastings and northings in metres, one row each; ``nan`` is a point without a place.
    max_snap_m
        Most metres, in a straight line, between a point and its edge (parameter ``access.max_snap_m``).
    step_free
        Whether flights of steps are left out.

    Returns
    -------
    Snapped
        Of edges equally far the first. ``edge`` is -1, and the lengths are 0, where no edge is within reach.

    Raises
    ------
    InputError
        When the points are not two columns, or ``max_snap_m`` is not a number above zero.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> streets = build_network(shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 80)]]))
    >>> snapped = snap(streets, np.array([[30.0, 4.0], [103.0, 50.0], [0.0, 500.0]]), max_snap_m=250)
    >>> snapped.edge, snapped.along_mm, snapped.snap_mm
    (array([ 0,  1, -1]), array([30000, 50000,     0]), array([4000, 3000,    0]))
    """
    from siteprior.walking.kernel import nearest_edges

    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError(f"points: an array of shape {points.shape}; give one row per point, easting and northing")
    if not 0 < max_snap_m < np.inf:
        raise InputError(f"max_snap_m: {max_snap_m} is not a length; give metres above 0")
    snapped = Snapped(np.full(len(points), -1), *np.zeros((2, len(points)), dtype=np.int64))
    placed = np.flatnonzero(np.isfinite(points).all(axis=1))
    if not len(placed):
        return snapped
    west, south = points[placed].min(axis=0)
    cell_m = max(max_snap_m, np.ptp(points[placed], axis=0).max() / CELLS_ACROSS)
    column, row = ((points[placed] - (west, south)) // cell_m).astype(np.int64).T
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    cell = row * columns + column
    order = np.argsort(cell, kind="stable")
    edge, along = np.full(len(placed), -1), np.zeros(len(placed))
    square = np.full(len(placed), max_snap_m**2 * (1 + 1e-8))  # within reach to a few thousandths of a millimetre
    barred = network.steps if step_free else np.zeros(len(network.steps), dtype=bool)
    x, y = points[placed[order]].T.copy()
    nearest_edges(
        network.vertex_start, network.vertex_x, network.vertex_y, barred, x, y,
        starts(cell, columns * rows), west, south, cell_m, columns, rows, float(max_snap_m), edge, along, square,
    )  # fmt: skip
    on = edge >= 0
    kept, edge = placed[order][on], edge[on]
    snapped.edge[kept] = edge
    snapped.along_mm[kept] = np.clip(np.rint(along[on] * MM_PER_M), 0, network.edge_mm[edge])
    snapped.snap_mm[kept] = np.rint(np.sqrt(square[on]) * MM_PER_M)
    return snapped


def walks(
    network: WalkNetwork, origins: Snapped, destinations: Snapped, *, cutoff_m: float, step_free: bool = False
) -> Walks:
    """Find the shortest walk, in metres, of every origin to every destination no farther than ``cutoff_m``.

    A walk is the straight line to the street, the way over the network (along a shared edge, too), and the straight
    line to the destination, all in whole millimetres: the limit is exact, and belongs to what is reached.

    Parameters
    ----------
    network
        The streets; where a slope is counted (:func:`siteprior.walking.slope.with_slope`), walks run from the origin.
    origins, destinations
        Points on that network, from :func:`snap`.
    cutoff_m
        The longest walk, in metres.
    step_free
        Whether flights of steps are left out; points on one are then not reached.

    Returns
    -------
    Walks
        Sorted by origin, then walk, then destination.

    Raises
    ------
    InputError
        When the cut-off is not a number from zero, or points are not of this network.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> streets = build_network(shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 80)]]))
    >>> here = snap(streets, np.array([[30.0, 4.0]]), max_snap_m=250)
    >>> there = snap(streets, np.array([[100.0, 50.0], [10.0, 0.0]]), max_snap_m=250)
    >>> found = walks(streets, here, there, cutoff_m=124)
    >>> found.origin, found.destination, found.walk_m
    (array([0, 0]), array([1, 0]), array([ 24., 124.]))
    """
    from siteprior.walking.kernel import walk_pairs

    limit = limit_mm(cutoff_m)
    graph = search_graph(network, step_free=step_free)
    seed_node, seed_mm = ends(network, graph, origins, leaving=True)
    leg_node, leg_mm = ends(network, graph, destinations, leaving=False)
    on = np.flatnonzero(leg_mm[:, 0] < FAR)
    place, node = np.repeat(on, 2), leg_node[on].ravel()
    order = np.argsort(node, kind="stable")
    pair_origin, pair_place, pair_mm = pairs_on_one_edge(network, graph, origins, destinations)
    place_bits = max(len(destinations.edge), 1).bit_length()
    turn = np.argsort(seed_node[:, 0], kind="stable")  # neighbours in space after one another: still in the cache
    counts, keys = walk_pairs(
        graph.start, graph.node, graph.mm, seed_node, seed_mm,
        starts(node, len(network.x)), place[order], leg_mm[on].ravel()[order],
        starts(pair_origin, len(origins.edge)), pair_place, pair_mm,
        len(destinations.edge), limit, len(network.x).bit_length(), place_bits, turn,
    )  # fmt: skip
    origin = np.repeat(turn, counts)
    by_origin = np.argsort(origin, kind="stable")
    keys = keys[by_origin]
    return Walks(origin[by_origin], keys & ((1 << place_bits) - 1), (keys >> place_bits) / MM_PER_M)


def nearest_walk(
    network: WalkNetwork, origins: Snapped, destinations: Snapped, *, step_free: bool = False
) -> tuple[Ints, Floats]:
    """Find the nearest destination of each origin, and the walk to it in metres, however far it is.

    One search runs from all destinations at once, so that the number of origins hardly matters.

    Parameters
    ----------
    network, origins, destinations, step_free
        As in :func:`walks`.

    Returns
    -------
    tuple of arrays
        The destination's position, of those equally far the lowest (-1 where there is no way to any), and the walk
        (``nan`` there).

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> streets = build_network(shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 80)]]))
    >>> here = snap(streets, np.array([[30.0, 4.0], [0.0, 500.0]]), max_snap_m=250)
    >>> at, walk_m = nearest_walk(streets, here, snap(streets, np.array([[100.0, 50.0]]), max_snap_m=250))
    >>> at.tolist(), walk_m.tolist()
    ([0, -1], [124.0, nan])
    """
    from siteprior.walking.kernel import search_labels

    graph = search_graph(network, step_free=step_free)
    back = graph.turned()
    leg_node, leg_mm = ends(network, graph, destinations, leaving=False)
    on = np.flatnonzero(leg_mm[:, 0] < FAR)
    best, label = np.full(len(network.x), FAR), np.full(len(network.x), -1)
    search_labels(
        back.start, back.node, back.mm, leg_node[on].ravel(), leg_mm[on].ravel(), np.repeat(on, 2),
        len(network.x).bit_length(), best, label,
    )  # fmt: skip
    seed_node, seed_mm = ends(network, graph, origins, leaving=True)
    pair_origin, pair_place, pair_mm = pairs_on_one_edge(network, graph, origins, destinations)
    rows = np.arange(len(origins.edge))
    origin = np.concatenate([np.repeat(rows, 2), pair_origin])
    place = np.concatenate([label[seed_node].ravel(), pair_place])
    mm = np.concatenate([(best[seed_node] + seed_mm).ravel(), pair_mm])
    order = np.lexsort((place, mm, origin))
    first = order[np.searchsorted(origin[order], rows)]
    at, walk_mm = place[first], mm[first]
    far = walk_mm >= FAR
    return np.where(far, -1, at), np.where(far, np.nan, walk_mm / MM_PER_M)


def reached(
    network: WalkNetwork, origin: Snapped, *, cutoff_m: float, towards: bool = False, step_free: bool = False
) -> tuple[Ints, Floats]:
    """Find the nodes within ``cutoff_m`` metres of walk from the nearest of the origins, for catchments.

    Parameters
    ----------
    network, step_free
        As in :func:`walks`.
    origin
        One point or several, from :func:`snap`.
    cutoff_m
        The longest walk in metres; it belongs to what is reached.
    towards
        Whether walks run to the origin rather than from it; it matters only where a slope is counted.

    Returns
    -------
    tuple of arrays
        Positions of the nodes, nearest first, and their distance in metres.

    Examples
    --------
    >>> import shapely
    >>> from siteprior.walking.network import build_network
    >>> streets = build_network(shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 80)]]))
    >>> node, distance_m = reached(streets, snap(streets, np.array([[30.0, 4.0]]), max_snap_m=250), cutoff_m=74)
    >>> streets.x[node].tolist(), distance_m.tolist()
    ([0.0, 100.0], [34.0, 74.0])
    """
    from siteprior.walking.kernel import search

    graph = search_graph(network, step_free=step_free)
    node, mm = ends(network, graph, origin, leaving=not towards)
    if towards:
        graph = graph.turned()
    best = np.full(len(network.x), FAR)
    settled = np.empty(len(network.x), dtype=np.int64)
    heap = np.empty(len(graph.node) + node.size, dtype=np.int64)
    bits = len(network.x).bit_length()
    count = search(
        graph.start, graph.node, graph.mm, node.ravel(), mm.ravel(), limit_mm(cutoff_m), bits, best, heap, settled
    )
    return settled[:count], best[settled[:count]] / MM_PER_M


def lowest_of_sites(owner: Ints, at: Ints, walk_m: Floats, sites: int) -> tuple[Ints, Floats]:
    """Find, of the places each site's walks start at, the one with the shortest walk, and the longest walk in metres.

    Parameters
    ----------
    owner
        Position of the site each place belongs to, rising (:func:`siteprior.joins._geometry.site_origins`).
    at, walk_m
        The nearest destination of each place, and the walk to it (:func:`nearest_walk`).
    sites
        Number of sites.

    Returns
    -------
    tuple of arrays
        Per site the position of that place (of equal walks that of the lowest destination, then the first; -1 where
        no place of the site has a walk), and the longest walk from any of its places that has one (else ``nan``).

    Examples
    --------
    >>> lowest_of_sites(np.array([0, 0, 2]), np.array([5, 4, -1]), np.array([90.0, 70.0, np.nan]), 3)
    (array([ 1, -1, -1]), array([90., nan, nan]))
    """
    origin, longest_m = np.full(sites, -1), np.full(sites, np.nan)
    np.fmax.at(longest_m, owner, walk_m)
    known = np.flatnonzero(np.isfinite(walk_m))
    order = known[np.lexsort((at[known], walk_m[known], owner[known]))]
    owners, first = np.unique(owner[order], return_index=True)
    origin[owners] = order[first]
    return origin, longest_m
