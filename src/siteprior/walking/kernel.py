"""The compiled loops under the walks: the nearest edge of a point, and shortest paths in whole millimetres.

Plain loops over arrays, compiled by numba; the functions of :mod:`siteprior.walking.walk` are the way in. The search
is Dijkstra's (Numerische Mathematik 1, 1959, 269-271), with a binary heap whose keys hold a distance and a node in one
whole number, and stopped at a limit. The arrays of one search are reset only where it went.
"""

from __future__ import annotations

import numpy as np

from siteprior.core.jit import compiled
from siteprior.walking.graph import FAR
from siteprior.walking.network import Flags, Floats, Ints

SAME = 1 - 1e-9
"""Squared distances whose ratio lies above this are equal: rounding alone sets them apart."""


@compiled
def push(heap: Ints, size: int, key: int | np.int64) -> int:
    """Add a key to the heap; return its new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key
    return size + 1


@compiled
def pop(heap: Ints, size: int) -> int:
    """Take the lowest key, which stands at 0, off the heap; return its new size.

    The hole goes to the bottom along the lower keys first, and the last key climbs from there: it seldom climbs far,
    so that this takes fewer comparisons (Wegener, Theoretical Computer Science 118, 1993, 81-98).
    """
    size -= 1
    key = heap[size]
    at = 0
    below = 2
    while below < size:
        below -= heap[below - 1] < heap[below]
        heap[at] = heap[below]
        at = below
        below = 2 * at + 2
    if below == size:
        heap[at] = heap[below - 1]
        at = below - 1
    while at > 0:
        above = (at - 1) >> 1
        if heap[above] <= key:
            break
        heap[at] = heap[above]
        at = above
    heap[at] = key
    return size


@compiled
def search(
    arc_start: Ints, arc_node: Ints, arc_mm: Ints, seed_node: Ints, seed_mm: Ints, limit: int, bits: int,
    best: Ints, heap: Ints, settled: Ints,
) -> int:  # fmt: skip
    """Walk out from the seeds up to the limit; return how many nodes were settled, nearest first.

    ``best`` must come in full of :data:`FAR` and leaves with the distance of every settled node; no other changes.
    """
    size = 0
    for seed in range(len(seed_node)):
        node, mm = np.int64(seed_node[seed]), np.int64(seed_mm[seed])
        if mm <= limit and mm < best[node]:
            best[node] = mm
            size = push(heap, size, mm << bits | node)
    count = 0
    while size > 0:
        key = heap[0]
        size = pop(heap, size)
        node, mm = key & ((1 << bits) - 1), key >> bits
        if mm > best[node]:
            continue  # a shorter way was found after this key was put in
        settled[count] = node
        count += 1
        for arc in range(arc_start[node], arc_start[node + 1]):
            head, through = np.int64(arc_node[arc]), mm + arc_mm[arc]
            if through <= limit and through < best[head]:
                best[head] = through
                size = push(heap, size, through << bits | head)
    return count


@compiled
def search_labels(
    arc_start: Ints, arc_node: Ints, arc_mm: Ints, seed_node: Ints, seed_mm: Ints, seed_label: Ints, bits: int,
    best: Ints, label: Ints,
) -> None:  # fmt: skip
    """Give every node its distance to the nearest seed, and the lowest label of the seeds that near."""
    heap = np.empty(len(arc_node) + len(seed_node), dtype=np.int64)
    size = 0
    for seed in range(len(seed_node)):
        node, mm = np.int64(seed_node[seed]), np.int64(seed_mm[seed])
        if mm < best[node]:
            best[node] = mm
            label[node] = seed_label[seed]
            size = push(heap, size, mm << bits | node)
        elif mm == best[node] and seed_label[seed] < label[node]:
            label[node] = seed_label[seed]
    while size > 0:
        key = heap[0]
        size = pop(heap, size)
        node, mm = key & ((1 << bits) - 1), key >> bits
        if mm > best[node]:
            continue
        for arc in range(arc_start[node], arc_start[node + 1]):
            head, through = np.int64(arc_node[arc]), mm + arc_mm[arc]
            if through < best[head]:
                best[head] = through
                label[head] = label[node]
                size = push(heap, size, through << bits | head)
            elif through == best[head] and label[node] < label[head]:
                label[head] = label[node]  # no arc costs nothing, so a node's label is final before it is left


@compiled
def walk_pairs(
    arc_start: Ints, arc_node: Ints, arc_mm: Ints, seed_node: Ints, seed_mm: Ints, leg_start: Ints, leg_place: Ints,
    leg_mm: Ints, pair_start: Ints, pair_place: Ints, pair_mm: Ints, places: int, limit: int, bits: int,
    place_bits: int, order: Ints,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Find every place within the limit of each origin, in the order given.

    Each origin has two seeds (the ends of its edge), each place legs from the nodes at the ends of its edge, and pairs
    are the ways along an edge that origin and place share. Returned are the number of places each origin reaches, and
    for each of them, nearest first, its distance and number in one whole number.
    """
    best = np.full(len(arc_start) - 1, FAR)
    heap = np.empty(len(arc_node) + 2, dtype=np.int64)
    settled = np.empty(len(best), dtype=np.int64)
    shortest = np.full(places, FAR)
    met = np.empty(places, dtype=np.int64)
    counts = np.zeros(len(order), dtype=np.int64)
    keys = np.empty(1024, dtype=np.int64)
    filled = 0
    for turn in range(len(order)):
        origin = order[turn]
        reached = 0
        for pair in range(pair_start[origin], pair_start[origin + 1]):
            place, mm = pair_place[pair], pair_mm[pair]
            if mm <= limit and mm < shortest[place]:
                if shortest[place] == FAR:
                    met[reached] = place
                    reached += 1
                shortest[place] = mm
        count = search(
            arc_start, arc_node, arc_mm, seed_node[origin], seed_mm[origin], limit, bits, best, heap, settled
        )
        for node in settled[:count]:
            for leg in range(leg_start[node], leg_start[node + 1]):
                place, mm = leg_place[leg], best[node] + leg_mm[leg]
                if mm <= limit and mm < shortest[place]:
                    if shortest[place] == FAR:
                        met[reached] = place
                        reached += 1
                    shortest[place] = mm
            best[node] = FAR
        if filled + reached > len(keys):
            wider = np.empty(2 * (filled + reached), dtype=np.int64)
            wider[:filled] = keys[:filled]
            keys = wider
        for i in range(reached):
            keys[filled + i] = shortest[met[i]] << place_bits | met[i]
            shortest[met[i]] = FAR
        keys[filled : filled + reached].sort()
        filled += reached
        counts[turn] = reached
    return counts, keys[:filled]


@compiled
def nearest_edges(
    vertex_start: Ints, vertex_x: Floats, vertex_y: Floats, barred: Flags, x: Floats, y: Floats, cell_start: Ints,
    west: float, south: float, cell_m: float, columns: int, rows: int, reach_m: float,
    edge_of: Ints, along_m: Floats, square_m2: Floats,
) -> None:  # fmt: skip
    """Find the nearest edge of each point within reach; of edges equally far the first.

    Points come sorted by the cell of a grid they lie in, row by row. Each segment of each edge is measured against
    the points of the cells it may come near, so that the network needs no index of its own. ``square_m2`` comes in
    with what a squared distance must stay below.
    """
    for edge in range(len(barred)):
        if barred[edge]:
            continue
        walked = 0.0
        for vertex in range(vertex_start[edge], vertex_start[edge + 1] - 1):
            ax, ay, bx, by = vertex_x[vertex], vertex_y[vertex], vertex_x[vertex + 1], vertex_y[vertex + 1]
            dx, dy = bx - ax, by - ay
            square = dx * dx + dy * dy
            length = np.sqrt(square)
            left = max(int(np.floor((min(ax, bx) - reach_m - west) / cell_m)), 0)
            right = min(int(np.floor((max(ax, bx) + reach_m - west) / cell_m)), columns - 1)
            low = max(int(np.floor((min(ay, by) - reach_m - south) / cell_m)), 0)
            high = min(int(np.floor((max(ay, by) + reach_m - south) / cell_m)), rows - 1)
            if left > right:
                low = high + 1
            for row in range(low, high + 1):
                for point in range(cell_start[row * columns + left], cell_start[row * columns + right + 1]):
                    share = ((x[point] - ax) * dx + (y[point] - ay) * dy) / square if square > 0 else 0.0
                    if share <= 0:
                        share, px, py = 0.0, ax, ay
                    elif share >= 1:  # the very vertex, so that edges which meet there are equally far
                        share, px, py = 1.0, bx, by
                    else:
                        px, py = ax + share * dx, ay + share * dy
                    away = (x[point] - px) ** 2 + (y[point] - py) ** 2
                    if away < SAME * square_m2[point]:
                        square_m2[point] = away
                        edge_of[point] = edge
                        along_m[point] = walked + share * length
            walked += length
