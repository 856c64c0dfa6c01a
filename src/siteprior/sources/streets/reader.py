"""The walking network of a street file of any kind."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from siteprior.core.errors import InputError
from siteprior.core.files import Input, record
from siteprior.core.io.national_tables import GRID_M
from siteprior.core.issues import IssueLog, Reading, issue_table
from siteprior.core.named_paths import Names, Paths, one_path
from siteprior.core.schema import CRS
from siteprior.sources.streets.cache import cache_name, load, store
from siteprior.sources.streets.graphs import graph_ways, read_graphml
from siteprior.sources.streets.lines import read_lines
from siteprior.sources.streets.noding import Ways, chosen, joined, split
from siteprior.sources.streets.noding import within as inside
from siteprior.sources.streets.osm import ENDINGS, read_osm
from siteprior.walking.network import MM_PER_M, WalkNetwork, build_network

if TYPE_CHECKING:
    import networkx as nx

OSM_FACTS = {
    "publisher": "OpenStreetMap",
    "licence": "ODbL 1.0",
    "attribution": "© OpenStreetMap contributors",
}


def read_streets(
    path: Paths,
    *,
    within: BaseGeometry | None = None,
    margin_m: float = 0.0,
    layer: str | None = None,
    crs: str | None = None,
    private: bool = False,
    cache: Path | None = None,
    file: Names | None = None,
) -> Reading[WalkNetwork]:
    """Read streets into a walking network, lengths in whole millimetres on EPSG:27700.

    Parameters
    ----------
    path
        One file: OpenStreetMap's (``.osm``, ``.osm.pbf``, ``.osm.gz``, ``.osm.bz2``), a graph (``.graphml``), or a
        layer of lines in any vector file (GeoPackage, GeoJSON, shapefile, …).
    within
        Area on EPSG:27700; streets wholly outside it are left out, those that leave it are kept whole.
    margin_m
        Metres the area is widened first.
    layer
        The layer of a vector file that has several.
    crs
        The coordinate system of a vector file or graph; it goes before the file's own.
    private
        Whether ways marked private are walked too.
    cache
        Folder that keeps the network for the next run; the same file, parameters and options find it again.
    file
        The name to put in issues and provenance.

    Returns
    -------
    Reading
        A :class:`siteprior.walking.network.WalkNetwork`. OpenStreetMap's ways meet where they share a node, lines where
        they
        share a vertex; what merely crosses is a bridge. An edge runs from junction to junction along its whole line.
        The issues state what was left out and how much lies off the largest island.

    Raises
    ------
    InputError
        When the file cannot be read, holds no street a walker may use, or lies elsewhere than ``within``.

    Notes
    -----
    Squares (``area=yes``) are walked along their outline; gates, kerbs, lifts out of order and ferries are not looked
    at. A line that ends on another between its vertices does not meet it. Which ways are walked stands in
    ``parameters/streets.toml``, with sources.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas
    >>> streets = shapely.from_wkt(["LINESTRING (400000 286000, 400100 286000, 400200 286000)",
    ...                             "LINESTRING (400100 286000, 400100 286050)"])
    >>> layer = Path(tempfile.mkdtemp()) / "streets.gpkg"
    >>> geopandas.GeoDataFrame(geometry=streets, crs="EPSG:27700").to_file(layer)
    >>> sorted(read_streets(layer).table.edge_mm.tolist())
    [50000, 100000, 100000]
    """
    source, label = one_path(
        path, file, what="streets", instead="put them together first (osmium merge, or one layer), so that they meet"
    )
    if within is not None and within.is_empty:
        raise InputError("within: the area is empty; give the study area on EPSG:27700, or none")
    area = None if within is None else within.buffer(margin_m)
    origin = _origin(source, label)
    kept, place = None, None
    if cache is not None:
        outline = None if area is None else shapely.to_wkb(area).hex()
        options = {"kind": _kind(source), "within": outline, "layer": layer, "crs": crs, "private": private}
        place = Path(cache) / cache_name(origin.sha256, **options)
        kept = load(place)
    if kept is None:
        kept = _read(source, label, area, layer=layer, crs=crs, private=private)
        if place is not None:
            store(place, *kept)
    network, issues, facts = kept
    table = issue_table([{**row, "file": label} for row in issues])
    return Reading(network, table, (replace(origin, **facts),))


def network_from_graph(
    graph: nx.Graph[Hashable],
    *,
    within: BaseGeometry | None = None,
    margin_m: float = 0.0,
    crs: str | None = None,
    private: bool = False,
) -> WalkNetwork:
    """Make a walking network of a graph in memory, lengths in whole millimetres on EPSG:27700.

    Parameters
    ----------
    graph
        A networkx graph as osmnx makes it: nodes with ``x`` and ``y``, edges with or without ``geometry``, and its
        coordinate system in ``graph.graph["crs"]``. An edge that stands once for each direction counts once.
    within, margin_m, crs, private
        As in :func:`read_streets`.

    Raises
    ------
    InputError
        When the graph has no edges, no coordinate system, one its numbers contradict, or lies elsewhere.

    Examples
    --------
    >>> import networkx
    >>> graph = networkx.MultiDiGraph(crs="EPSG:27700")
    >>> graph.add_node("a", x=400000, y=286000)
    >>> graph.add_node("b", x=400300, y=286400)
    >>> _ = graph.add_edge("a", "b"), graph.add_edge("b", "a")
    >>> network_from_graph(graph).edge_mm.tolist()
    [500000]
    """
    log = IssueLog("graph")
    area = None if within is None else within.buffer(margin_m)
    return _network(graph_ways(graph, log, crs=crs, private=private), log, area, noded=True)


def _kind(path: Path | str) -> str:
    """Return ``"osm"``, ``"graph"`` or ``"lines"``, by the ending of the name."""
    name = str(path).lower()
    if name.endswith(ENDINGS):
        return "osm"
    return "graph" if name.endswith((".graphml", ".graphml.gz")) else "lines"


def _origin(path: Path | str, label: str) -> Input:
    """Describe the file as it lies on disk."""
    try:
        return record(path, role="streets", file=label, rows=0)
    except FileNotFoundError:
        raise InputError(f"{label}: there is no such file; check the path and the project's data_root") from None
    except OSError as fault:
        raise InputError(f"{label}: cannot be read ({fault.strerror or fault}); check the path") from None


def _read(
    path: Path | str, label: str, area: BaseGeometry | None, *, layer: str | None, crs: str | None, private: bool
) -> tuple[WalkNetwork, list[dict[str, Any]], dict[str, Any]]:
    """Read a file and build its network; return it with its issues and the facts of its provenance."""
    log, kind = IssueLog(label), _kind(path)
    facts: dict[str, Any] = {}
    if kind == "osm":
        streets, day = read_osm(path, log, private=private)
        facts = {**OSM_FACTS, "vintage": day}
    elif kind == "graph":
        streets = read_graphml(path, log, crs=crs, private=private)
    else:
        streets = read_lines(path, log, layer=layer, crs=crs, private=private)
    network = _network(streets, log, area, noded=kind == "graph")
    return network, log.rows, {**facts, "rows": len(streets.steps)}


def _network(streets: Ways, log: IssueLog, area: BaseGeometry | None, *, noded: bool) -> WalkNetwork:
    """Split, clip, join and build; log what lies off the largest island."""
    if not len(streets.steps):
        raise InputError(f"{log.file}: no street in it has a length; give a file of streets in metres or degrees")
    on_map = (streets.x >= 0) & (streets.x <= GRID_M[0]) & (streets.y >= 0) & (streets.y <= GRID_M[1])
    if not on_map.any():
        raise InputError(f"{_elsewhere(log.file, streets, area)} of Great Britain")
    pieces = streets if noded else split(streets)
    if area is not None:
        near = inside(pieces, area)
        if not near.any():
            raise InputError(f"{_elsewhere(log.file, streets, area)} of the study area")
        pieces = chosen(pieces, near)
    edges = joined(pieces)
    network = build_network(edges.lines, ends=edges.ends, steps=edges.steps)
    _log_islands(network, log)
    return network


def _elsewhere(file: str, streets: Ways, area: BaseGeometry | None) -> str:
    """Say that streets are of another place, and where they and the study area reach."""
    box = (streets.x.min(), streets.y.min(), streets.x.max(), streets.y.max())
    degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform_bounds(*box)
    asked = "" if area is None else f", the study area with its margin {_span(area.bounds)}"
    return (
        f"{file}: is a street file of another place: it reaches {_span(box)} on EPSG:27700 (longitude {degrees[0]:.2f} "
        f"to {degrees[2]:.2f}, latitude {degrees[1]:.2f} to {degrees[3]:.2f}){asked}; give an extract"
    )


def _span(bounds: tuple[float, float, float, float]) -> str:
    """Return a box in words, in whole metres."""
    west, south, east, north = bounds
    return f"from {west:.0f} {south:.0f} to {east:.0f} {north:.0f}"


def _log_islands(network: WalkNetwork, log: IssueLog) -> None:
    """Log how many islands there are and how much of the length lies off the largest."""
    islands = int(network.component.max()) + 1
    if islands > 1:
        island = network.component[network.edge_from]
        off = int(network.edge_mm[island > 0].sum(dtype=np.int64))
        share = off / int(network.edge_mm.sum(dtype=np.int64))
        log.add("unknown entity", field="geometry", value=f"{islands:,} islands",
                action=f"kept: {share:.1%} of the length ({off / MM_PER_M / 1000:,.1f} km) has no way on foot to the "
                       "largest island; no walk crosses between islands")  # fmt: skip
