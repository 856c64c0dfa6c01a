"""Streets from a graph, as osmnx and networkx hold it in memory or write it to GraphML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.files import read_bytes
from siteprior.core.io.coordinate_systems import Stated, crs_to_use, named_crs
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS
from siteprior.sources.streets.noding import Ways, ways
from siteprior.sources.streets.tags import NOTHING, judge_tags, street_tags
from siteprior.sources.streets.walkable import PRIVATE, UNKNOWN, WALKED, log_ways
from siteprior.walking.network import Flags, Floats, Ints, Shapes

if TYPE_CHECKING:
    import networkx as nx


def read_graphml(path: Path | str, log: IssueLog, *, crs: str | None, private: bool) -> Ways:
    """Read a GraphML file, as osmnx or networkx writes it, as ways in metres on EPSG:27700.

    Raises
    ------
    InputError
        When the file is missing or no GraphML, or its graph cannot be used (:func:`graph_ways`).
    """
    from xml.etree.ElementTree import ParseError

    import networkx as nx

    text = read_bytes(path).decode("utf-8", errors="replace")
    try:
        graph = nx.parse_graphml(text)
    except (ParseError, nx.NetworkXError, KeyError, ValueError) as fault:
        raise InputError(f"{log.file}: is no whole GraphML file ({fault}); write it again") from None
    return graph_ways(graph, log, crs=crs, private=private)


def graph_ways(graph: nx.Graph[Hashable], log: IssueLog, *, crs: str | None = None, private: bool = False) -> Ways:
    """Turn a networkx graph into ways, in metres on EPSG:27700.

    Parameters
    ----------
    graph
        Any networkx graph whose nodes have ``x`` and ``y``, and whose edges may have a ``geometry`` (a line, or its
        WKT) and OpenStreetMap's tags. An edge that stands once for each direction counts once.
    log
        Takes what was left out.
    crs
        The coordinate system; it goes before the graph's own attribute ``crs``.
    private
        Whether private edges are walked.

    Raises
    ------
    InputError
        When the graph has no edges, no places, no coordinate system, or one that its numbers contradict.
    """
    file = log.file
    if not graph.number_of_edges():
        raise InputError(f"{file}: the graph has no edges; give a graph of streets")
    names = {node: at for at, node in enumerate(graph.nodes)}
    try:
        coordinates = np.array([(float(facts["x"]), float(facts["y"])) for _, facts in graph.nodes(data=True)])
    except (KeyError, TypeError, ValueError):
        raise InputError(f"{file}: a node of the graph has no numbers x and y; give a graph with places") from None
    edges = [(names[u], names[v], facts) for u, v, facts in graph.edges(data=True)]
    streets = [judge_tags(street_tags(facts)) for *_, facts in edges]
    open_to = {WALKED, UNKNOWN, PRIVATE} if private else {WALKED, UNKNOWN}
    log_ways(log, Counter((street.verdict, street.highway) for street in streets), open_to, what="edges")
    walked = [at for at, street in enumerate(streets) if street.verdict in open_to]
    if not walked:
        raise InputError(f"{file}: by its tags no edge of the graph is open to walkers")
    lines = np.array([_line(file, coordinates, *edges[at]) for at in walked], dtype=object)
    lines = _metres(log, lines, graph.graph.get("crs"), crs)
    ends = np.array([edges[at][:2] for at in walked], dtype=np.int64)
    flights = np.array([streets[at].steps for at in walked])
    return _once(lines, ends, flights, len(names))


def _line(file: str, coordinates: Floats, u: int, v: int, facts: dict[str, Any]) -> LineString:
    """Return the line of an edge: its geometry, else the straight line between its nodes."""
    line = facts.get("geometry")
    if isinstance(line, str) and line.strip().lower() in NOTHING:
        line = None
    if isinstance(line, str):
        wkt = line
        try:
            line = shapely.from_wkt(wkt)
        except shapely.errors.GEOSException:
            raise InputError(f"{file}: an edge's geometry is no WKT ('{wkt[:40]}'); write the graph again") from None
    if line is not None and not isinstance(line, BaseGeometry):
        raise InputError(f"{file}: an edge's geometry is '{line}', no line and no WKT; write the graph again")
    if line is None or line.is_empty:
        return LineString(coordinates[[u, v]])
    if not isinstance(line, LineString):
        raise InputError(f"{file}: an edge's geometry is a {line.geom_type}; an edge is one line")
    tip = np.array(line.coords[0][:2])
    # an undirected graph may keep a line that runs from its second node to its first
    return line if np.hypot(*(tip - coordinates[u])) <= np.hypot(*(tip - coordinates[v])) else line.reverse()


def _metres(log: IssueLog, lines: Shapes, own: Stated | None, crs: str | None) -> Shapes:
    """Bring lines into metres on EPSG:27700; refuse degrees that say they are metres, and lines without a system."""
    file, coordinates = log.file, shapely.get_coordinates(lines)
    degrees = bool((np.abs(coordinates) <= [180.0, 90.0]).all())
    stated = crs_to_use(own, crs, file=file, log=log)
    if stated is None and own:
        raise InputError(f"{file}: '{own}' is not a coordinate system; state the right one with crs, such as EPSG:4326")
    if stated is None:
        kind = "its numbers are degrees; set graph['crs'] to EPSG:4326" if degrees else "set graph['crs']"
        raise InputError(f"{file}: the graph does not say its coordinate system, and {kind}, or give crs")
    if degrees != stated.is_geographic:
        has = "degrees" if degrees else "no degrees"
        who = "the graph says" if crs is None else "is stated as"
        raise InputError(f"{file}: {who} {named_crs(stated)}, but its numbers are {has}; set the right one")
    transform = pyproj.Transformer.from_crs(stated, CRS, always_xy=True).transform
    flat = np.asarray(shapely.force_2d(lines))
    return shapely.set_coordinates(flat, np.column_stack(transform(coordinates[:, 0], coordinates[:, 1])))


def _once(lines: Shapes, ends: Ints, flights: Flags, nodes: int) -> Ways:
    """Keep one of the edges that are the same line between the same nodes, whichever way they run."""
    first: dict[tuple[int, int, bytes], int] = {}
    shapes = shapely.to_wkb(shapely.normalize(lines))
    for at, (low, high) in enumerate(np.sort(ends, axis=1).tolist()):
        first.setdefault((low, high, shapes[at]), at)
    one = np.fromiter(first.values(), dtype=np.int64)
    coordinates, way = shapely.get_coordinates(lines[one], return_index=True)
    node = np.arange(nodes, nodes + len(coordinates))  # a vertex inside an edge is no place to turn
    start = np.flatnonzero(np.diff(way, prepend=-1))
    node[start], node[np.append(start[1:], len(way)) - 1] = ends[one].T
    return ways(coordinates[:, 0], coordinates[:, 1], node, way, flights[one])
