"""From ways to edges: split where ways share a vertex, drop doubles, clip, and join what runs on without a junction."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.walking.network import Flags, Floats, Ints, Shapes


class Ways(NamedTuple):
    """Lines as one run of vertices, in metres on EPSG:27700.

    Attributes
    ----------
    x, y
        Easting and northing of each vertex.
    node
        Identity of each vertex; ways meet where they share one.
    start
        Vertices of way ``w`` stand at ``start[w]:start[w + 1]``; there are two or more.
    steps
        Whether each way is closed to a step-free walker.
    """

    x: Floats
    y: Floats
    node: Ints
    start: Ints
    steps: Flags

    @property
    def lines(self) -> Shapes:
        """The ways as an array of shapely lines."""
        way = np.repeat(np.arange(len(self.steps)), np.diff(self.start))
        return np.asarray(shapely.linestrings(np.column_stack([self.x, self.y]), indices=way))

    @property
    def ends(self) -> Ints:
        """The identities of the first and the last vertex of each way, in two columns."""
        return np.column_stack([self.node[self.start[:-1]], self.node[self.start[1:] - 1]])


def ways(x: npt.ArrayLike, y: npt.ArrayLike, node: npt.ArrayLike, way: npt.ArrayLike, steps: npt.ArrayLike) -> Ways:
    """Make ways of vertices, each with the number of its way; a way of one vertex is none.

    Parameters
    ----------
    x, y, node, way
        One entry per vertex, the vertices of a way in a row. Vertices without finite place break their way in two; the
        same vertex twice in a row counts once.
    steps
        Whether each way, by its number, is closed to a step-free walker.
    """
    east, north = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    nodes, of_way = np.asarray(node, dtype=np.int64), np.asarray(way, dtype=np.int64)
    placed = np.isfinite(east) & np.isfinite(north)
    fresh = np.ones(len(east), dtype=bool)
    fresh[1:] = (of_way[1:] != of_way[:-1]) | ~placed[:-1]
    run = np.cumsum(fresh)
    kept = placed.copy()
    kept[1:] &= fresh[1:] | (nodes[1:] != nodes[:-1])
    kept &= np.bincount(run[kept], minlength=len(east) + 1)[run] > 1
    run, of_way = run[kept], of_way[kept]
    first = np.flatnonzero(np.diff(run, prepend=-1))
    closed = np.asarray(steps, dtype=bool)[of_way[first]]
    return Ways(east[kept], north[kept], nodes[kept], np.append(first, len(run)), closed)


def chosen(ways: Ways, keep: Flags) -> Ways:
    """Return the ways for which ``keep`` is true."""
    count = np.diff(ways.start)
    vertex = np.repeat(keep, count)
    start = np.concatenate([[0], np.cumsum(count[keep])])
    return Ways(ways.x[vertex], ways.y[vertex], ways.node[vertex], start, ways.steps[keep])


def split(ways: Ways) -> Ways:
    """Split ways at every vertex that stands more than once; of pieces drawn twice one is kept.

    Ways that merely cross, as on a bridge, share no vertex and are not joined. Of two pieces between the same two
    vertices the step-free one decides.
    """
    _, number, times = np.unique(ways.node, return_inverse=True, return_counts=True)
    first, last = np.zeros(len(ways.x), dtype=bool), np.zeros(len(ways.x), dtype=bool)
    first[ways.start[:-1]], last[ways.start[1:] - 1] = True, True
    meets = times[number] > 1
    meets[1:-1] |= number[2:] == number[:-2]  # a way that turns back
    inner = meets & ~first & ~last
    at = np.repeat(np.arange(len(inner)), 1 + inner)
    begins = first | inner
    start = np.append((np.cumsum(1 + inner) - 1)[begins], len(at))
    steps = np.repeat(ways.steps, np.diff(ways.start))[begins]
    pieces = Ways(ways.x[at], ways.y[at], ways.node[at], start, steps)
    # a vertex inside a piece stands nowhere else and is no turn, so doubles are straight, from vertex to vertex
    straight = np.flatnonzero(np.diff(start) == 2)
    _, one, which = np.unique(np.sort(pieces.ends[straight], axis=1), axis=0, return_index=True, return_inverse=True)
    level = np.zeros(len(one), dtype=bool)
    level[which.ravel()[~steps[straight]]] = True
    steps[straight[one]] = ~level
    keep = np.ones(len(steps), dtype=bool)
    keep[straight] = False
    keep[straight[one]] = True
    return chosen(pieces, keep)


def within(ways: Ways, area: BaseGeometry) -> Flags:
    """Return which ways lie in an area or touch it."""
    left, right = np.minimum.reduceat(ways.x, ways.start[:-1]), np.maximum.reduceat(ways.x, ways.start[:-1])
    low, high = np.minimum.reduceat(ways.y, ways.start[:-1]), np.maximum.reduceat(ways.y, ways.start[:-1])
    west, south, east, north = area.bounds
    near = (left <= east) & (right >= west) & (low <= north) & (high >= south)
    shapely.prepare(area)
    near[near] = shapely.intersects(area, chosen(ways, near).lines)
    return np.asarray(near)


def joined(ways: Ways) -> Ways:
    """Join pieces end to end through every vertex where just two of them meet, so that edges run between junctions.

    A flight of steps stays an edge of its own. A ring that meets nothing else is one edge, from the lowest end of its
    pieces back to it.
    """
    _, ends = np.unique(ways.ends, return_inverse=True)
    ends = ends.reshape(-1, 2)
    # each piece is two darts, 2p along it and 2p + 1 back; a dart's reverse is its number with the last bit turned
    tail, head = ends.ravel(), ends[:, ::-1].ravel()
    through = _through(ends, ways.steps)
    coming = np.flatnonzero(through[head])
    coming = coming[np.argsort(head[coming], kind="stable")]
    before = np.arange(len(tail))
    before[coming[1::2] ^ 1], before[coming[::2] ^ 1] = coming[::2], coming[1::2]
    root, rank = before.copy(), (before != np.arange(len(tail))).astype(np.int64)
    while (root[root] != root).any():  # each turn doubles how far back a dart looks
        rank, root = rank + rank[root], root[root]
    dart = np.arange(len(tail))
    dart = dart[root < root[dart ^ 1]]
    dart = dart[np.lexsort((rank[dart], root[dart]))]
    piece, back, later = dart >> 1, (dart & 1).astype(bool), rank[dart] > 0
    count = np.diff(ways.start)[piece] - later
    origin = np.where(back, ways.start[piece + 1] - 1 - later, ways.start[piece] + later)
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    at = np.repeat(origin, count) + np.where(np.repeat(back, count), -offset, offset)
    start = np.append((np.cumsum(count) - count)[~later], len(at))
    return Ways(ways.x[at], ways.y[at], ways.node[at], start, ways.steps[piece[~later]])


def _through(ends: Ints, steps: Flags) -> Flags:
    """Return at which nodes one piece runs on as another of its kind; a ring keeps its lowest node."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    nodes = int(ends.max()) + 1
    meeting = np.bincount(ends.ravel(), minlength=nodes)
    stepping = np.bincount(ends[steps].ravel(), minlength=nodes)
    through = (meeting == 2) & (stepping != 1)
    graph = coo_array((np.ones(len(ends), dtype=bool), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    _, island = connected_components(graph.tocsr(), directed=False)
    closed = np.bincount(island, weights=~through) == 0
    lowest = np.unique(island, return_index=True)[1]
    through[lowest[closed]] = False
    return np.asarray(through)
