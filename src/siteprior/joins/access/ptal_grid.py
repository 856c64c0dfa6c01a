"""The access index of every cell of a grid: the surface behind the map, as arrays and as cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.cluster import Cluster, map_parts
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, SERVICE_STOPS, check
from siteprior.core.short_repr import short_repr
from siteprior.core.sizes import check_length, refuse_too_many_cells
from siteprior.joins._geometry import coordinates
from siteprior.joins.access.ptal import (
    WindowServices,
    band_codes,
    band_names,
    count_routes,
    largest_cutoff_m,
    mode_sums,
    window_services,
)
from siteprior.joins.access.tiles import Transform, tiles, within
from siteprior.joins.access.unlisted import stops_in_use, unlisted_stops
from siteprior.walking.cut import cut_network, edge_boxes, straight_reach_m
from siteprior.walking.graph import Snapped
from siteprior.walking.network import Flags, Floats, Ints, WalkNetwork
from siteprior.walking.walk import snap, walks

BLOCK = 16_384
"""Cells measured at once; it bounds memory and decides nothing else."""

NO_BAND = 255
"""Band code of a cell without an index."""


@short_repr
@dataclass(frozen=True)
class AccessGrid:
    """The access index on a grid; row 0 is the northernmost.

    Attributes
    ----------
    index
        Access index of each cell, ``nan`` outside the area and where the cell has no street within reach.
    band
        Position of its band in :func:`siteprior.joins.access.ptal.band_names`, 255 where there is no index.
    inside
        Whether the cell's centre lies in the area.
    transform
        ``(cell_m, 0, west, 0, -cell_m, north)``: the first six numbers of an affine transform, in metres.
    crs
        The coordinate system, EPSG:27700.
    """

    index: npt.NDArray[np.float32]
    band: npt.NDArray[np.uint8]
    inside: npt.NDArray[np.bool_]
    transform: tuple[float, float, float, float, float, float]
    crs: str


def access_grid(
    area: BaseGeometry,
    service_stops: gpd.GeoDataFrame,
    services: pd.DataFrame,
    network: WalkNetwork,
    *,
    max_snap_m: float | None = None,
    cell_m: float = 100.0,
    window: str = "am peak",
    step_free: bool = False,
    active_stops: gpd.GeoDataFrame | None = None,
    listed: Iterable[str] = (),
    cluster: Cluster | None = None,
) -> AccessGrid:
    """Measure the access index (TfL's PTAL method, no unit) at the centre of every cell of an area.

    Cells are aligned to whole multiples of ``cell_m`` on the national grid, so that two surfaces of one cell size lie
    on each other. A cell belongs to the area its centre lies in (on the boundary counts), and is measured from its
    centre, as in PTAL and GMAL. A cell whose centre has no street within ``max_snap_m`` has no index; one with
    streets but no service within the cut-offs has 0. No cell has an index where ``services`` holds no departure of
    the window from anywhere: nobody counted.

    Parameters
    ----------
    area
        Polygon or multipolygon in metres on EPSG:27700.
    service_stops, services
        :data:`siteprior.core.schema.SERVICE_STOPS` and :data:`siteprior.core.schema.SERVICES`; with a margin of one
        cut-off
        around the area, or its rim comes out too low.
    network
        The streets, with the same margin.
    max_snap_m
        Most metres between a cell's centre, or a stop, and its street; parameter ``access.max_snap_m`` when ``None``.
    cell_m
        Side of a cell in metres.
    window
        One of :data:`siteprior.core.schema.WINDOWS`.
    step_free
        Whether only stops stated step-free count, over streets without steps. Where the feed says nothing of any
        stop in reach, the cell has no index.
    active_stops, listed
        As in :func:`siteprior.joins.access.ptal_sites.join_access_index`: a cell that would have 0, and whose nearest
        stop in use is in no timetable, has no index.
    cluster
        From :func:`siteprior.cluster`, to measure tiles of cells there, each with what lies within one cut-off.

    Returns
    -------
    AccessGrid

    Raises
    ------
    InputError
        When a table is not of its kind, the area is no polygon or holds no cell's centre, ``cell_m`` is not a
        length, or there would be more cells than are measured (parameter ``sizes.grid_cells``).

    Examples
    --------
    >>> import siteprior as sp
    >>> halt = {"feed": "a", "stop_id": "1", "stop_name": "Alder", "station": "Alder", "step_free": "yes"}
    >>> there = gpd.GeoDataFrame(halt, index=pd.Index(["a:1"], name="stop_code"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400000], [290000]))
    >>> there = sp.schema.conform(there, sp.schema.SERVICE_STOPS)
    >>> runs = {"stop_code": "a:1", "feed": "a", "route": "1", "route_name": "1", "mode": "tram",
    ...         "direction": ["0", "1"], "window": "am peak", "departures": 12, "per_hour": 6.0}
    >>> runs = pd.DataFrame(runs, index=pd.Index(["s1", "s2"], name="service"))
    >>> runs = sp.schema.conform(runs, sp.schema.SERVICES)
    >>> street = [shapely.LineString([(399900, 290050), (400500, 290050)])]
    >>> network = sp.walking.build_network(street)
    >>> grid = sp.access.grid(shapely.box(400000, 290000, 400200, 290100), there, runs, network)
    >>> grid.index.round(2).tolist()
    [[4.289999961853027, 3.640000104904175]]
    """
    check(service_stops, SERVICE_STOPS, name="service_stops", needs=("step_free",))
    running = window_services(services, window)
    inside, transform = area_cells(area, cell_m)
    stops = service_stops[service_stops.index.isin(running.stops)]
    stated = service_stops["step_free"].reindex(running.stops).to_numpy(dtype=object)
    reach_m = load_parameters("access").number("max_snap_m") if max_snap_m is None else max_snap_m
    used = None if active_stops is None else stops_in_use(active_stops, listed)
    whole = _Part(inside, transform, stops, used, network)
    measured = np.full(inside.shape, np.nan)
    if (services["window"] == window).any():  # else nobody counted
        parts = [whole] if cluster is None else _tiles_of(whole, reach_m)
        how = _How(running, stated, reach_m, step_free)
        for (row, column), found in map_parts(cluster, _measure_part, parts, how):
            measured[row, column] = found
    measured = measured[inside]
    index = np.full(inside.shape, np.nan, dtype=np.float32)
    index[inside] = measured
    band = np.full(inside.shape, NO_BAND, dtype=np.uint8)
    band[inside] = np.where(np.isfinite(measured), band_codes(measured), NO_BAND)
    return AccessGrid(index, band, inside, transform, CRS)


def grid_cells(grid: AccessGrid) -> gpd.GeoDataFrame:
    """Return the cells of the area as squares, for a map layer: index ``cell``, row by row from the north-west.

    Parameters
    ----------
    grid
        From :func:`access_grid`.

    Returns
    -------
    GeoDataFrame
        ``cell`` is the grid reference of the lower-left corner in metres (``E406800N286700``); ``easting`` and
        ``northing`` the same as numbers, ``access_index`` and ``access_band``, missing where there is no index.

    Examples
    --------
    >>> one = np.ones((1, 1))
    >>> grid = AccessGrid(one.astype("f4") * 6, one.astype("u1") * 3, one == 1, (100, 0, 406800, 0, -100, 286800), CRS)
    >>> cells = grid_cells(grid)
    >>> cells.index.tolist(), cells["access_index"].tolist(), cells["access_band"].tolist(), cells.area.tolist()
    (['E406800N286700'], [6.0], ['2'], [10000.0])
    """
    row, column = np.nonzero(grid.inside)
    cell_m, _, west, _, _, north = grid.transform
    easting, northing = west + column * cell_m, north - (row + 1) * cell_m
    names = pd.Series(easting).map("E{:.10g}".format).str.cat(pd.Series(northing).map("N{:.10g}".format))
    bands = np.full(NO_BAND + 1, None, dtype=object)
    bands[: len(band_names())] = band_names()
    table = {
        "easting": easting,
        "northing": northing,
        "access_index": grid.index[grid.inside].astype(float),
        "access_band": pd.array(bands[grid.band[grid.inside]], dtype="str"),
    }
    squares = shapely.box(easting, northing, easting + cell_m, northing + cell_m)
    return gpd.GeoDataFrame(table, index=pd.Index(names.to_numpy(), name="cell"), geometry=squares, crs=grid.crs)


@dataclass(frozen=True)
class _Part:
    """Cells of a grid, and all that lies within reach of them: which cells from ``at`` on, stops, and streets."""

    inside: npt.NDArray[np.bool_]
    transform: Transform
    stops: gpd.GeoDataFrame
    used: gpd.GeoDataFrame | None
    network: WalkNetwork
    at: tuple[int, int] = (0, 0)


class _Streets(NamedTuple):
    """A network, how far in a straight line (m) a walk of one cut-off leads there, and whether it is level."""

    network: WalkNetwork
    reach_m: float
    level: bool


class _How(NamedTuple):
    """How every part of a grid is measured."""

    running: WindowServices
    stated: npt.NDArray[np.object_]
    reach_m: float
    step_free: bool


def _tiles_of(whole: _Part, reach_m: float) -> Iterator[_Part]:
    """Yield the tiles of a grid that hold cells, each with the stops and streets within one cut-off of it."""
    places, others = coordinates(whole.stops), None if whole.used is None else coordinates(whole.used)
    boxes = edge_boxes(whole.network)
    cutoff_m = straight_reach_m(whole.network, largest_cutoff_m()) + 1
    rows, columns = whole.inside.shape
    for tile in tiles(rows, columns, load_parameters("cluster").integer("tile_cells")):
        inside = whole.inside[tile.row : tile.row + tile.rows, tile.column : tile.column + tile.columns]
        network = cut_network(whole.network, tile.bounds(whole.transform, cutoff_m + reach_m), boxes)
        if inside.any() and len(network.edge_mm):
            bounds = tile.bounds(whole.transform, cutoff_m)
            stops = whole.stops[within(places, bounds)]
            used = None if whole.used is None or others is None else whole.used[within(others, bounds)]
            yield _Part(inside, whole.transform, stops, used, network, (tile.row, tile.column))


def _measure_part(part: _Part, how: _How) -> tuple[tuple[Ints, Ints], Floats]:
    """Return row and column of each cell of a part, and its index, ``nan`` where it has none."""
    network, stops, used, step_free = part.network, part.stops, part.used, how.step_free
    row, column = (found + first for found, first in zip(np.nonzero(part.inside), part.at, strict=True))
    cell_m, _, west, _, _, north = part.transform
    centres = np.column_stack([west + (column + 0.5) * cell_m, north - (row + 0.5) * cell_m])
    position = how.running.stops.get_indexer(stops.index)
    level = np.array_equal(network.arc_mm, network.edge_mm[network.arc_edge])
    streets = _Streets(network, straight_reach_m(network, largest_cutoff_m()) + 1, level)
    here = snap(network, centres, max_snap_m=how.reach_m, step_free=step_free)
    measured = np.full(len(centres), np.nan)
    for start in range(0, len(centres), BLOCK):
        block = slice(start, start + BLOCK)
        some = Snapped(*(side[block] for side in here))
        cell, stop, walk_m = _block_walks(streets, some, centres[block], stops, how.reach_m, step_free)
        walked = (cell, position[stop], walk_m)
        found = _sums(walked, slice(None), how.running, len(some.edge))
        if step_free:
            stated = how.stated[walked[1]]
            stated_index = _sums(walked, pd.notna(stated), how.running, len(some.edge))
            level_index = _sums(walked, stated == "yes", how.running, len(some.edge))
            found = np.where((found > 0) & (stated_index == 0), np.nan, level_index)
        if used is not None and (found == 0).any():
            served_m = np.full(len(some.edge), np.inf)
            np.minimum.at(served_m, cell, walk_m)
            walked = _block_walks(streets, some, centres[block], used, how.reach_m, step_free)
            found = np.where((found == 0) & unlisted_stops(*walked, used, served_m).nearest, np.nan, found)
        measured[block] = np.where(some.edge >= 0, found, np.nan)
    return (row, column), measured


def _block_walks(
    streets: _Streets, cells: Snapped, centres: Floats, stops: gpd.GeoDataFrame, max_snap_m: float, step_free: bool
) -> tuple[Ints, Ints, Floats]:
    """Return the walks of a block of cells: the cell's and the stop's position, and metres.

    Stops farther than a walk of one cut-off can lead in a straight line are left out. On level
    streets a walk is as long either way, and the search runs from the fewer: from the stops, not from the cells.
    """
    cutoff_m, targets, network = largest_cutoff_m(), coordinates(stops), streets.network
    low, high = centres.min(axis=0) - streets.reach_m, centres.max(axis=0) + streets.reach_m
    near = np.flatnonzero(((targets >= low) & (targets <= high)).all(axis=1))
    there = snap(network, targets[near], max_snap_m=max_snap_m, step_free=step_free)
    if streets.level and len(near) < len(centres):
        stop, cell, walk_m = walks(network, there, cells, cutoff_m=cutoff_m, step_free=step_free)
    else:
        cell, stop, walk_m = walks(network, cells, there, cutoff_m=cutoff_m, step_free=step_free)
    return cell, near[stop], walk_m


def _sums(walked: tuple[Ints, Ints, Floats], kept: Flags | slice, running: WindowServices, cells: int) -> Floats:
    """Return the index of each of a block's cells from the walks kept: cell, position of the stop, and metres."""
    cell, stop, walk_m = walked[0][kept], walked[1][kept], walked[2][kept]
    by_mode = mode_sums(count_routes(cell, stop, walk_m, running), running, cells)
    return np.asarray(by_mode.sum(axis=1))


def grid_cell_m(area: BaseGeometry, cell_m: float) -> float:
    """Return the width of the cells of a grid over an area, or refuse it, before any cell is made.

    Raises
    ------
    InputError
        When it is no length, the area no polygon, or there would be more cells than are measured (parameter
        ``sizes.grid_cells``): with their number and the smallest width.

    Examples
    --------
    >>> grid_cell_m(shapely.box(400000, 290000, 401000, 291000), 50)
    50.0
    """
    check_length(cell_m, name="cell_m")
    if not isinstance(area, shapely.Polygon | shapely.MultiPolygon) or area.is_empty:
        raise InputError("area: is no polygon; give the study area's polygon in metres on EPSG:27700")
    return refuse_too_many_cells(area.bounds, cell_m)


def area_cells(
    area: BaseGeometry, cell_m: float
) -> tuple[npt.NDArray[np.bool_], tuple[float, float, float, float, float, float]]:
    """Return which cells of the grid over the area have their centre in it, north first, and the grid's transform."""
    cell_m = grid_cell_m(area, cell_m)
    west, south, east, north = np.array(area.bounds) / cell_m
    west, south, east, north = np.floor(west), np.floor(south), np.ceil(east), np.ceil(north)
    x = (np.arange(west, east) + 0.5) * cell_m
    y = (np.arange(north, south, -1) - 0.5) * cell_m
    shapely.prepare(area)
    inside = shapely.intersects_xy(area, *np.meshgrid(x, y))
    if not inside.any():
        raise InputError(f"area: holds no centre of a cell of {cell_m:g} m; give a smaller cell_m or a larger area")
    return inside, (float(cell_m), 0.0, float(west * cell_m), 0.0, -float(cell_m), float(north * cell_m))
