"""The walk from every cell of a large area to the nearest stop of each kind, tile by tile.

Each tile is measured by itself, with the stops and streets within one cut-off of it: no walk within the cut-off leads
farther. So a country needs no more memory than a tile, tiles can be measured anywhere (:mod:`siteprior.core.cluster`),
and the result does not depend on how the grid was cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from siteprior.core.cluster import Cluster, map_parts
from siteprior.core.errors import InputError
from siteprior.core.schema import STOPS, check
from siteprior.core.sizes import check_length
from siteprior.joins._geometry import Geometries, coordinates, geometries, points_at
from siteprior.joins.access.tiles import Tile, Transform, tiles, within
from siteprior.joins.access.walk_access import BUS, RAIL_OR_METRO
from siteprior.joins.access.walks import Walking
from siteprior.walking.cut import cut_network, edge_boxes, straight_reach_m
from siteprior.walking.network import Flags, Floats, WalkNetwork
from siteprior.walking.walk import snap, walks

Metres = npt.NDArray[np.uint16]
"""Bands, rows, columns: whole metres, or one of the two codes."""

BANDS: Mapping[str, tuple[str, ...]] = {"rail or metro": RAIL_OR_METRO, "bus": BUS}
"""What is walked to, by the name of its band: the modes of the stops that count."""

FARTHER, NOT_KNOWN = 65_534, 65_535
"""In the place of metres: no stop within the cut-off; outside the area, without a street, or stops not read."""


@dataclass(frozen=True)
class _Around:
    """A tile, and all that lies within one cut-off of it."""

    tile: Tile
    area: Geometries
    unread: Geometries
    stops: tuple[Floats, ...]
    network: WalkNetwork | None


@dataclass(frozen=True)
class _How:
    """How every tile is measured."""

    transform: Transform
    cutoff_m: float
    walk_factor: float
    max_snap_m: float


def walk_surface(
    area: gpd.GeoDataFrame,
    stops: gpd.GeoDataFrame,
    walking: Walking,
    *,
    rows: int,
    columns: int,
    transform: Transform,
    cutoff_m: float,
    tile_cells: int,
    unread: gpd.GeoDataFrame | None = None,
    cluster: Cluster | None = None,
) -> Iterator[tuple[Tile, Metres]]:
    """Yield each tile of a grid with the walk, in whole metres, from its cells to the nearest open stop of each band.

    A cell belongs to the area its centre lies in. By straight line a walk is the line times the factor; over streets
    it is the way from the street nearest to the centre.

    Parameters
    ----------
    area
        Polygons on EPSG:27700; they may be many, and need not be put together.
    stops
        :data:`siteprior.core.schema.STOPS`, with their state on a day; those that are open count.
    walking
        How walks are measured.
    rows, columns, transform
        The grid, as :func:`siteprior.joins.access.tiles.grid_over` gives it.
    cutoff_m
        The longest walk, in metres: the margin of a tile.
    tile_cells
        Cells a tile is wide and high.
    unread
        Districts whose bus stops were not read: there the walk to one is not known.
    cluster
        From :func:`siteprior.cluster`, to measure the tiles there; here when ``None``.

    Yields
    ------
    tuple
        The tile, and its cells by band (:data:`BANDS`), row and column: metres, :data:`FARTHER` or :data:`NOT_KNOWN`.
        In the order of :func:`siteprior.joins.access.tiles.tiles`.

    Raises
    ------
    InputError
        When a table is not of its kind, the cut-off no length that fits a band of whole metres, or a
        tile has no whole number of cells.

    Examples
    --------
    >>> import pandas as pd
    >>> import siteprior as sp
    >>> from siteprior.joins.access.tiles import grid_over
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Alder"], "mode": ["metro"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["9400ZZ1"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400050], [290050]))
    >>> stops = sp.schema.conform(stops, sp.schema.STOPS)
    >>> area = gpd.GeoDataFrame(geometry=[shapely.box(400000, 290000, 400900, 290100)], crs=27700)
    >>> rows, columns, transform = grid_over(tuple(area.total_bounds), 100)
    >>> (_, metres), = walk_surface(area, stops, Walking(), rows=rows, columns=columns, transform=transform,
    ...                             cutoff_m=960, tile_cells=256)
    >>> metres[0].tolist()
    [[0, 130, 260, 390, 520, 650, 780, 910, 65534]]
    """
    check(stops, STOPS, name="stops", needs=("mode", "state"))
    if not check_length(cutoff_m, name="cutoff_m") < FARTHER:
        raise InputError(f"cutoff_m: {cutoff_m:g} m; a band of whole metres holds less than {FARTHER:,}")
    is_open = stops[stops["state"] == "open"]
    targets = tuple(coordinates(is_open[is_open["mode"].isin(modes)]) for modes in BANDS.values())
    shapes = geometries(area)
    not_read = np.empty(0, dtype=object) if unread is None else geometries(unread)
    how = _How(transform, cutoff_m, walking.walk_factor, walking.max_snap_m)
    parts = _parts(tiles(rows, columns, tile_cells), how, shapes, not_read, targets, walking.network)
    yield from map_parts(cluster, _measure_tile, parts, how)


def _parts(
    each: Iterator[Tile],
    how: _How,
    area: Geometries,
    unread: Geometries,
    targets: tuple[Floats, ...],
    network: WalkNetwork | None,
) -> Iterator[_Around]:
    """Yield each tile with what lies about it, cut out when its turn comes."""
    land, silent = shapely.STRtree(area), shapely.STRtree(unread)
    boxes = None if network is None else edge_boxes(network)
    reach_m = how.cutoff_m if network is None else straight_reach_m(network, how.cutoff_m)
    for tile in each:
        here = area[np.sort(land.query(shapely.box(*tile.bounds(how.transform))))]
        if not len(here):
            targets_here, streets = tuple(some[:0] for some in targets), None
        else:
            targets_here = tuple(some[within(some, tile.bounds(how.transform, reach_m))] for some in targets)
            streets = None
            if network is not None and boxes is not None:
                streets = cut_network(network, tile.bounds(how.transform, reach_m + how.max_snap_m), boxes)
        blank = unread[np.sort(silent.query(shapely.box(*tile.bounds(how.transform))))]
        yield _Around(tile, here, blank, targets_here, streets)


def _measure_tile(around: _Around, how: _How) -> tuple[Tile, Metres]:
    """Measure the cells of one tile whose centres lie in the area."""
    tile = around.tile
    centres = tile.centres(how.transform)
    metres = np.full((len(BANDS), len(centres)), NOT_KNOWN, dtype=np.uint16)
    inside = np.flatnonzero(_in_any(around.area, centres))
    if len(inside):
        if around.network is None:
            walked = np.array([_by_line(centres[inside], some, how) for some in around.stops])
        else:
            walked = _by_streets(centres[inside], around.stops, around.network, how)
        whole = np.where(np.isinf(walked), FARTHER, np.where(np.isnan(walked), NOT_KNOWN, np.rint(walked)))
        silent = _in_any(around.unread, centres[inside])
        whole[list(BANDS).index("bus"), silent] = NOT_KNOWN
        metres[:, inside] = whole.astype(np.uint16)
    return tile, metres.reshape(len(BANDS), tile.rows, tile.columns)


def _in_any(shapes: Geometries, places: Floats) -> Flags:
    """Return which places lie in any of the shapes; on the edge counts."""
    found = np.zeros(len(places), dtype=bool)
    if len(shapes):
        found[shapely.STRtree(points_at(places)).query(shapes, predicate="intersects")[1]] = True
    return found


def _by_line(centres: Floats, targets: Floats, how: _How) -> Floats:
    """Return the straight line to the nearest stop times the factor, in metres; infinite beyond the cut-off."""
    if not len(targets):
        return np.full(len(centres), np.inf)
    line = np.asarray(cKDTree(targets, balanced_tree=False, compact_nodes=False).query(centres)[0])
    walk_m = line * how.walk_factor
    return np.where(walk_m <= how.cutoff_m, walk_m, np.inf)


def _by_streets(centres: Floats, stops: tuple[Floats, ...], network: WalkNetwork, how: _How) -> Floats:
    """Return the walk over streets to the nearest stop of each band, in metres; ``nan`` where a cell has no street."""
    shortest = np.full((len(stops), len(centres)), np.inf)
    if not len(network.edge_mm):
        return np.full_like(shortest, np.nan)
    here = snap(network, centres, max_snap_m=how.max_snap_m)
    level = np.array_equal(network.arc_mm, network.edge_mm[network.arc_edge])
    for band, some in enumerate(stops):
        there = snap(network, some, max_snap_m=how.max_snap_m)
        if level and len(some) < len(centres):  # a walk is as long either way: from the fewer
            _, cell, walk_m = walks(network, there, here, cutoff_m=how.cutoff_m)
        else:
            cell, _, walk_m = walks(network, here, there, cutoff_m=how.cutoff_m)
        np.minimum.at(shortest[band], cell, walk_m)
    shortest[:, here.edge < 0] = np.nan
    return shortest
