"""What a walk reaches on the streets, to the millimetre, and the outlines drawn round it. Plain geometry, no tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.walking.graph import Snapped, search_graph
from siteprior.walking.network import MM_PER_M, Flags, Floats, Ints, Shapes, WalkNetwork
from siteprior.walking.walk import reached

SQM_PER_HA = 10_000


class OutlineStyle(NamedTuple):
    """How areas are drawn: metres beside a street, hectares of a block, tightness of a hull, corners of round ends."""

    buffer_m: float
    fill_ha: float
    hull_ratio: float
    end_segments: int


class Stretches(NamedTuple):
    """Parts of edges, none overlapping: from ``start_mm`` to ``end_mm`` along each ``edge``, in its own direction."""

    edge: Ints
    start_mm: Ints
    end_mm: Ints


class EdgeMeasures(NamedTuple):
    """What a network costs and where its vertices stand, worked out once for many catchments.

    ``there_mm`` and ``back_mm`` are the cost of each edge from and towards its start; ``mark`` is the millimetre of
    every vertex along its edge, each edge ``stride`` further on, so that the marks of all edges rise.
    """

    there_mm: Ints
    back_mm: Ints
    mark: Floats
    stride: int


def measure_edges(network: WalkNetwork) -> EdgeMeasures:
    """Measure a network for :func:`stretches_within` and :func:`cut`."""
    graph = search_graph(network, step_free=False)
    step = np.hypot(np.diff(network.vertex_x, prepend=0.0), np.diff(network.vertex_y, prepend=0.0))
    step[network.vertex_start[:-1]] = 0.0
    along = np.cumsum(step)
    count = np.diff(network.vertex_start)
    first, last = along[network.vertex_start[:-1]], along[network.vertex_start[1:] - 1]
    along = (along - np.repeat(first, count)) * np.repeat(network.edge_mm / (last - first), count)
    stride = int(network.edge_mm.max()) + 1
    mark = along + np.repeat(np.arange(len(count)) * float(stride), count)
    return EdgeMeasures(graph.forward_mm, graph.backward_mm, mark, stride)


def stretches_within(
    network: WalkNetwork, origins: Snapped, bands_m: tuple[float, ...], measure: EdgeMeasures
) -> list[Stretches]:
    """Return the parts of the streets within each walk, in metres, of the nearest origin; the last is cut to the mm.

    Parameters
    ----------
    network
        The streets.
    origins
        Where the walks begin, on an edge each; their way to the street is part of the walk.
    bands_m
        Longest walks, rising.
    measure
        :func:`measure_edges` of the network.

    Returns
    -------
    list of Stretches
        One per walk.
    """
    node, distance_m = reached(network, origins, cutoff_m=bands_m[-1])
    node = np.asarray(node, dtype=np.int64)
    cost = np.rint(np.asarray(distance_m) * MM_PER_M).astype(np.int64)
    arcs = network.arc_start[node + 1] - network.arc_start[node]
    place = np.repeat(network.arc_start[node] - (np.cumsum(arcs) - arcs), arcs) + np.arange(arcs.sum())
    edge, tail, cost = network.arc_edge[place].astype(np.int64), np.repeat(node, arcs), np.repeat(cost, arcs)
    result = []
    for band in bands_m:
        limit = round(band * MM_PER_M)
        ahead = _forward(edge, np.zeros(len(edge), dtype=np.int64), limit - cost, network, measure)
        behind = _backward(edge, network.edge_mm[edge].astype(np.int64), limit - cost, network, measure)
        own, along = origins.edge.astype(np.int64), origins.along_mm.astype(np.int64)
        left_mm = limit - origins.snap_mm.astype(np.int64)
        parts = [
            _of(ahead, tail == network.edge_from[edge]),
            _of(behind, tail == network.edge_to[edge]),
            _of(_forward(own, along, left_mm, network, measure), own >= 0),
            _of(_backward(own, along, left_mm, network, measure), own >= 0),
        ]
        result.append(_merged(Stretches(*(np.concatenate(column) for column in zip(*parts, strict=True))), measure))
    return result


def _forward(edge: Ints, start: Ints, left_mm: Ints, network: WalkNetwork, measure: EdgeMeasures) -> Stretches:
    """Return how far walks get that set out along edges from ``start`` with ``left_mm`` left, in millimetres."""
    length = network.edge_mm[edge].astype(np.int64)
    gone = np.maximum(left_mm, 0) * length // np.maximum(measure.there_mm[edge], 1)
    return Stretches(edge, start, np.minimum(start + gone, length))


def _backward(edge: Ints, start: Ints, left_mm: Ints, network: WalkNetwork, measure: EdgeMeasures) -> Stretches:
    """Return the same against the edges' own direction."""
    gone = np.maximum(left_mm, 0) * network.edge_mm[edge].astype(np.int64) // np.maximum(measure.back_mm[edge], 1)
    return Stretches(edge, np.maximum(start - gone, 0), start)


def _of(parts: Stretches, chosen: Flags) -> Stretches:
    """Return the stretches of some length that are chosen."""
    kept = chosen & (parts.end_mm > parts.start_mm)
    return Stretches(*(column[kept] for column in parts))


def _merged(parts: Stretches, measure: EdgeMeasures) -> Stretches:
    """Join what overlaps or meets on one edge."""
    order = np.lexsort((parts.start_mm, parts.edge))
    edge, start, end = (column[order] for column in parts)
    # Each edge has its own range of numbers, so that one running maximum serves all.
    base = edge * measure.stride
    farthest = np.maximum.accumulate(base + end)
    begins = np.ones(len(edge), dtype=bool)
    begins[1:] = (base + start)[1:] > farthest[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(edge)) - 1 if len(first) else first
    return Stretches(edge[first], start[first], farthest[last] - base[last])


def length_m(parts: Stretches) -> float:
    """Return the length of the stretches together, in metres."""
    return float((parts.end_mm - parts.start_mm).sum()) / MM_PER_M


def cut(network: WalkNetwork, parts: Stretches, measure: EdgeMeasures) -> Shapes:
    """Return the stretches as an array of lines on EPSG:27700."""
    base = parts.edge * float(measure.stride)
    start, end = base + parts.start_mm, base + parts.end_mm
    low = np.searchsorted(measure.mark, start, side="right")
    inner = np.maximum(np.searchsorted(measure.mark, end, side="left") - low, 0)
    line = np.repeat(np.arange(len(base)), inner)
    vertex = np.repeat(low - (np.cumsum(inner) - inner), inner) + np.arange(inner.sum())
    which = np.concatenate([np.arange(len(base)), line, np.arange(len(base))])
    order = np.argsort(which, kind="stable")
    ends = np.stack([start, end])
    coordinates = [
        np.concatenate([np.interp(ends[0], measure.mark, axis), axis[vertex], np.interp(ends[1], measure.mark, axis)])
        for axis in (network.vertex_x, network.vertex_y)
    ]
    return np.asarray(shapely.linestrings(np.column_stack(coordinates)[order], indices=which[order]))


def origin_places(network: WalkNetwork, origins: Snapped, measure: EdgeMeasures) -> Floats:
    """Return where on the streets the origins stand, as an array of eastings and northings."""
    mark = origins.edge * float(measure.stride) + origins.along_mm
    return np.column_stack([np.interp(mark, measure.mark, axis) for axis in (network.vertex_x, network.vertex_y)])


def along_streets(lines: Shapes, style: OutlineStyle) -> BaseGeometry:
    """Return the area along the lines, blocks filled."""
    # Each line by itself and then their union: the same area as all lines at once, ten times as fast.
    bands = shapely.buffer(lines, style.buffer_m, quad_segs=style.end_segments)
    return filled(shapely.union_all(bands), fill_ha=style.fill_ha)


def filled(shape: BaseGeometry, *, fill_ha: float) -> BaseGeometry:
    """Return a polygon, or several, without their holes of up to ``fill_ha`` hectares.

    Examples
    --------
    >>> ring = shapely.box(0, 0, 300, 300) - shapely.box(50, 50, 250, 250)
    >>> filled(ring, fill_ha=5).area, filled(ring, fill_ha=3).area
    (90000.0, 50000.0)
    """
    parts = []
    for part in shapely.get_parts(shape):
        holes = shapely.get_rings(part)[1:]
        wide = [hole for hole in holes if shapely.area(shapely.polygons(hole)) > fill_ha * SQM_PER_HA]
        parts.append(shapely.polygons(shapely.get_exterior_ring(part), holes=wide or None))
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def hull(lines: Shapes, style: OutlineStyle) -> BaseGeometry:
    """Return the concave hull of the lines' ends; ends that span no area are drawn as streets are."""
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    shape = shapely.concave_hull(shapely.multipoints(ends), ratio=style.hull_ratio)
    assert isinstance(shape, BaseGeometry)  # of one multipoint there is one hull
    return shape if shape.geom_type == "Polygon" else along_streets(lines, style)
