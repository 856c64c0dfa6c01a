"""Walks uphill and downhill: what a slope costs, in metres on the level that take as long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS
from siteprior.walking.graph import forward_arcs
from siteprior.walking.network import MM_PER_M, Floats, WalkNetwork


def with_slope(network: WalkNetwork, raster: Path | str, *, file: str | None = None) -> WalkNetwork:
    """Return the network with the slope of its streets counted: walks in metres on the level that take as long.

    Each edge gets, in each direction, its length times the walking time on its slope over that on the level, after
    Tobler's hiking function: the speed on a slope s (rise over run) is 6 exp(-3.5 |s + 0.05|) km/h. The slope is that
    between the two ends of the edge: ups and downs on its way are not seen. An edge of which an end has no height
    counts as level (:func:`node_heights` gives them).

    Parameters
    ----------
    network
        The streets.
    raster
        Elevations in metres, one band, any coordinate system that it states.
    file
        Name of the raster in messages; its path when ``None``.

    Returns
    -------
    WalkNetwork
        The same nodes, edges and lengths; only ``arc_mm`` differs.

    Raises
    ------
    InputError
        When the raster cannot be read, states no coordinate system, or holds no height for any node.

    Notes
    -----
    W. Tobler, Three presentations on geographical analysis and modeling, NCGIA Technical Report 93-1 (1993); numbers
    in ``parameters/access.toml``. A walk on the level is the same with and without slopes; the gentlest way down (5%)
    takes 16% less time than the level, 10% uphill 42% more.

    Examples
    --------
    >>> slope_factor(np.array([0.0, -0.05, 0.1])).round(3).tolist()
    [1.0, 0.839, 1.419]
    """
    heights = node_heights(network, raster, file=file)
    run = np.maximum(network.edge_mm, 1) / MM_PER_M
    rise = heights[network.edge_to] - heights[network.edge_from]
    slope = np.nan_to_num(rise / run, nan=0.0)[network.arc_edge]
    slope = np.where(forward_arcs(network), slope, -slope)
    length = network.edge_mm[network.arc_edge]
    return replace(network, arc_mm=np.maximum(np.rint(length * slope_factor(slope)), 1).astype(network.arc_mm.dtype))


def slope_factor(slope: npt.ArrayLike) -> Floats:
    """Return the time a walk takes on a slope over the time it takes on the level.

    Parameters
    ----------
    slope
        Rise over run, above 0 uphill; beyond the parameter ``access.slope.steepest`` it counts as that.
    """
    numbers = load_parameters("access").table("slope")
    rate, easiest, steepest = (numbers.number(name) for name in ("rate", "easiest", "steepest"))
    bounded = np.clip(np.asarray(slope, dtype=np.float64), -steepest, steepest)
    return np.asarray(np.exp(rate * (np.abs(bounded - easiest) - abs(easiest))))


def node_heights(network: WalkNetwork, raster: Path | str, *, file: str | None = None) -> Floats:
    """Return the height of each node in metres, between the four cell centres about it; ``nan`` where one has none.

    Within half a cell of the raster's edge the outermost centres stand in for those beyond it.

    Parameters
    ----------
    network, raster, file
        As in :func:`with_slope`.

    Raises
    ------
    InputError
        When the raster cannot be read, states no coordinate system, or holds no height for any node.
    """
    import rasterio
    from pyproj import Transformer
    from rasterio.errors import RasterioError
    from rasterio.windows import Window

    name = file or str(raster)
    try:
        with rasterio.open(raster) as source:
            if source.crs is None:
                raise InputError(f"{name}: states no coordinate system; give it one (its publisher names it)")
            if source.count != 1 or source.transform.b or source.transform.d:
                raise InputError(f"{name}: has {source.count} bands or is turned; give elevations in one upright band")
            x, y = Transformer.from_crs(CRS, source.crs.to_wkt(), always_xy=True).transform(network.x, network.y)
            to_x, to_y = source.transform.a, source.transform.e
            column, row = (x - source.transform.c) / to_x, (y - source.transform.f) / to_y
            on = (column >= 0) & (column <= source.width) & (row >= 0) & (row <= source.height)
            if not on.any():
                raise InputError(f"{name}: lies elsewhere than the streets; give the elevations of their area")
            left, right = _span(column[on], source.width)
            top, bottom = _span(row[on], source.height)
            window = Window.from_slices((top, bottom), (left, right))
            grid = source.read(1, window=window, masked=True).astype(np.float64).filled(np.nan)
    except RasterioError as err:
        raise InputError(f"{name}: cannot be read as a raster ({err}); give a GeoTIFF of elevations") from err
    heights = np.full(len(network.x), np.nan)
    heights[on] = _between(grid, column[on] - left - 0.5, row[on] - top - 0.5)
    if not np.isfinite(heights).any():
        raise InputError(f"{name}: holds no height where the streets are; give the elevations of their area")
    return heights


def _span(cells: Floats, size: int) -> tuple[int, int]:
    """Return the rows or columns that hold the cells, and one more on each side, within the raster."""
    return max(int(cells.min()) - 1, 0), min(int(cells.max()) + 2, size)


def _between(grid: Floats, column: Floats, row: Floats) -> Floats:
    """Return values between the four cell centres about each place (bilinear), counted from the first centre."""
    column = np.clip(column, 0, grid.shape[1] - 1)
    row = np.clip(row, 0, grid.shape[0] - 1)
    left, top = np.floor(column).astype(int), np.floor(row).astype(int)
    right, low = np.minimum(left + 1, grid.shape[1] - 1), np.minimum(top + 1, grid.shape[0] - 1)
    across, down = column - left, row - top
    upper = grid[top, left] * (1 - across) + grid[top, right] * across
    lower = grid[low, left] * (1 - across) + grid[low, right] * across
    return np.asarray(upper * (1 - down) + lower * down)
