"""The walking network every package shares: compact arrays in metres and millimetres, no graph library.

Streets are read in :mod:`siteprior.sources.streets` and walked on in :mod:`siteprior.joins`; they meet in this one
declared shape, as the other stages meet in tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from siteprior.core.errors import InputError
from siteprior.core.short_repr import short_repr

Ints = npt.NDArray[np.signedinteger[Any]]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]
"""An array of shapely geometries."""

MM_PER_M = 1000
MORTON_BITS = 16


@short_repr
@dataclass(frozen=True)
class WalkNetwork:
    """A walking network on EPSG:27700: nodes, two-way edges with their lines, and arcs in compressed rows.

    Lengths are whole millimetres, so that a limit is exact. Nodes are in Morton order, so that neighbours in
    space are neighbours in memory.

    Attributes
    ----------
    x, y
        Easting and northing of each node, in metres.
    edge_from, edge_to
        Nodes each edge runs between; a walker may use it both ways.
    edge_mm
        Length of each edge along its line, in millimetres.
    steps
        Whether the edge is closed to a step-free walker: a flight of steps, or a way no wheelchair can use.
    vertex_start, vertex_x, vertex_y
        The edges' lines: vertices of edge ``e`` stand at ``vertex_start[e]:vertex_start[e + 1]``, in metres, from
        ``edge_from`` to ``edge_to``.
    arc_start, arc_node, arc_mm, arc_edge
        Arcs that leave node ``n`` stand at ``arc_start[n]:arc_start[n + 1]``: the node they reach, what they cost (in
        millimetres on the level; more where a slope is counted), and the edge they run on.
    component
        Island each node lies on, numbered from 0 by falling number of nodes.

    Examples
    --------
    >>> import siteprior as sp
    >>> streets = shapely.linestrings([[(0, 0), (300, 0)], [(300, 0), (300, 400)]])
    >>> network = sp.walking.build_network(streets)
    >>> network.edge_mm.tolist()
    [300000, 400000]
    """

    x: Floats
    y: Floats
    edge_from: Ints
    edge_to: Ints
    edge_mm: Ints
    steps: Flags
    vertex_start: Ints
    vertex_x: Floats
    vertex_y: Floats
    arc_start: Ints
    arc_node: Ints
    arc_mm: Ints
    arc_edge: Ints
    component: Ints

    @property
    def lines(self) -> Shapes:
        """The edges as an array of shapely lines, in metres."""
        edge = np.repeat(np.arange(len(self.edge_from)), np.diff(self.vertex_start))
        return np.asarray(shapely.linestrings(np.column_stack([self.vertex_x, self.vertex_y]), indices=edge))


def build_network(
    lines: npt.ArrayLike, *, ends: npt.ArrayLike | None = None, steps: npt.ArrayLike | None = None
) -> WalkNetwork:
    """Build a walking network from lines that meet at their ends, lengths in metres rounded to millimetres.

    Parameters
    ----------
    lines
        Array of shapely lines on EPSG:27700, one per edge. A line of no length (under half a millimetre) is left out,
        and the nodes at its ends are one.
    ends
        Array of two columns: an identity (whole number) of the node at the start and at the end of each line. Without
        it, ends that lie within the same millimetre are one node.
    steps
        Whether each line is closed to a step-free walker; none is when ``None``.

    Returns
    -------
    WalkNetwork

    Raises
    ------
    InputError
        When there is no line of any length, or one that is none, has no finite coordinates, or is longer than
        2,147 km, the most that millimetres in 32 bits hold.

    Examples
    --------
    >>> square = shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 50)], [(300, 0), (400, 0)]])
    >>> network = build_network(square)
    >>> network.edge_mm.tolist(), network.component.tolist().count(0)
    ([100000, 50000, 100000], 3)
    """
    lines = np.asarray(lines, dtype=object)
    if not len(lines) or (shapely.get_type_id(lines) != shapely.GeometryType.LINESTRING).any():
        raise InputError("streets: hold no lines, or shapes that are none; keep the lines and leave out the rest")
    if not np.isfinite(shapely.get_coordinates(lines)).all():
        raise InputError("streets: hold coordinates that are not numbers; repair or drop those lines")
    with np.errstate(over="ignore"):  # refused below
        length_mm = np.rint(shapely.length(lines) * MM_PER_M)
    _refuse_too_long(lines, length_mm)
    kept = np.flatnonzero(length_mm > 0)
    if not len(kept):
        raise InputError("streets: hold no line of any length; give a layer of streets in metres")
    names = _names(lines, length_mm > 0, ends)[kept]
    lines, length_mm = lines[kept], length_mm[kept].astype(np.int32)
    closed = np.zeros(len(kept), dtype=bool) if steps is None else np.asarray(steps, dtype=bool)[kept]
    tips = _tips(lines)
    _, at, node = np.unique(names.T.ravel(), return_index=True, return_inverse=True)
    places = tips[at]
    order = np.argsort(_morton(places), kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    end_node = place[node.ravel()]
    start, end = end_node[: len(lines)], end_node[len(lines) :]
    vertices, edge = shapely.get_coordinates(lines, return_index=True)
    arcs = _arcs(start, end, length_mm, len(places))
    return WalkNetwork(
        x=places[order, 0],
        y=places[order, 1],
        edge_from=start,
        edge_to=end,
        edge_mm=length_mm,
        steps=closed,
        vertex_start=np.concatenate([[0], np.cumsum(np.bincount(edge, minlength=len(lines)))]).astype(np.int64),
        vertex_x=vertices[:, 0].copy(),
        vertex_y=vertices[:, 1].copy(),
        arc_start=arcs[0],
        arc_node=arcs[1],
        arc_mm=arcs[2],
        arc_edge=arcs[3],
        component=components(start, end, len(places)),
    )


def _tips(lines: Shapes) -> Floats:
    """Return the first points of all lines, then their last points."""
    first, last = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    return np.concatenate([shapely.get_coordinates(first), shapely.get_coordinates(last)])


def _refuse_too_long(lines: Shapes, length_mm: Floats) -> None:
    """Refuse lines longer than 32 bits of millimetres hold, more than twice the length of Great Britain."""
    at = int(np.argmax(length_mm))
    if length_mm[at] > np.iinfo(np.int32).max:
        tips = shapely.get_coordinates(lines[at])[[0, -1]].ravel()
        raise InputError(
            f"streets: hold a line of {length_mm[at] / MM_PER_M / 1000:.4g} km, from {tips[0]:.7g} {tips[1]:.7g} to "
            f"{tips[2]:.7g} {tips[3]:.7g}; mend its corners or remove it"
        )


def _names(lines: Shapes, long: Flags, ends: npt.ArrayLike | None) -> Ints:
    """Return the number of the node at both ends of each line; the two ends of a line of no length are one node."""
    if ends is None:
        whole = np.flatnonzero(~shapely.is_empty(lines))
        places = np.rint(_tips(lines[whole]) * MM_PER_M).astype(np.int64)
        number = np.zeros((len(lines), 2), dtype=np.int64)
        number[whole] = np.unique(places, axis=0, return_inverse=True)[1].reshape(2, -1).T
    else:
        number = np.unique(np.asarray(ends, dtype=np.int64), return_inverse=True)[1].reshape(-1, 2)
    none = number[~long]
    return _islands(none[:, 0], none[:, 1], int(number.max()) + 1)[number] if len(none) else number


def _arcs(start: Ints, end: Ints, length_mm: Ints, nodes: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return each edge's two arcs, sorted by the node they leave."""
    tail, head = np.concatenate([start, end]), np.concatenate([end, start])
    edge = np.tile(np.arange(len(start), dtype=np.int32), 2)
    order = np.argsort(tail, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))]).astype(np.int64)
    return offsets, head[order], np.tile(length_mm, 2)[order], edge[order]


def _islands(start: Ints, end: Ints, nodes: int) -> Ints:
    """Return a label of the island each node lies on."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(start), dtype=bool), (start, end)), shape=(nodes, nodes))
    return np.asarray(connected_components(graph.tocsr(), directed=False)[1])


def components(start: Ints, end: Ints, nodes: int) -> Ints:
    """Number the islands from 0 by falling number of nodes; of equal ones the first met comes first."""
    label = _islands(start, end, nodes)
    order = np.argsort(-np.bincount(label), kind="stable")
    number = np.empty(len(order), dtype=np.int32)
    number[order] = np.arange(len(order), dtype=np.int32)
    return np.asarray(number[label])


def _morton(places: Floats) -> Ints:
    """Return the Morton code of each place: the bits of its column and row on a fine grid, interleaved."""
    low, high = places.min(axis=0), places.max(axis=0)
    scale = (2**MORTON_BITS - 1) / np.maximum(high - low, 1.0)
    cell = ((places - low) * scale).astype(np.int64)
    code = np.zeros(len(places), dtype=np.int64)
    for bit in range(MORTON_BITS):
        code |= ((cell[:, 0] >> bit) & 1) << (2 * bit)
        code |= ((cell[:, 1] >> bit) & 1) << (2 * bit + 1)
    return code
