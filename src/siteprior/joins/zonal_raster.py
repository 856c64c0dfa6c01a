"""Sites against a raster: mean, highest value, share above a threshold by exact coverage, or the cell at the site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io.rasters import OpenRaster, Raster, open_raster
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS
from siteprior.core.sizes import refuse_too_many
from siteprior.joins._geometry import Geometries
from siteprior.joins.zonal_vector import AREAL, DECIMALS, SiteGeometries, elsewhere
from siteprior.project.layers import LayerSpec, RasterLayer
from siteprior.walking.network import Floats, Ints

if TYPE_CHECKING:
    from exactextract.feature import FeatureSource

SQM_PER_KM2 = 1_000_000

BLOCK = 2048
"""Cells along each side of the piece of raster in memory at a time: 32 MB, and few readings of one cell."""


class Cells(Protocol):
    """The band of a raster as exactextract and the reading at points see it."""

    def res(self) -> tuple[float, float]:
        """Return width and height of a cell, in the raster's unit."""
        ...

    def srs_wkt(self) -> str:
        """Return the coordinate system."""
        ...

    def place(self, positions: Floats) -> Floats:
        """Return column and row of places, in cells from the upper left corner."""
        ...

    def at(self, points: Geometries) -> Floats:
        """Return the value of the cell at each point."""
        ...


def raster_values(site_shapes: SiteGeometries, layer: RasterLayer, spec: LayerSpec) -> Floats:
    """Measure a raster at sites, in the raster's unit (``share_above``: 0–1).

    ``mean`` and ``share_above`` weigh each cell by the part of it the site covers, ``max`` takes every cell the site
    touches. A site whose extent is not known has the cell at its point for ``mean``, ``max`` and ``value``, and no
    ``share_above``. Cells without a value do not count; a site that has values on less than half of its area (parameter
    ``layers.covered``), or none at its point, is missing.

    Parameters
    ----------
    site_shapes
        The sites' extents, on EPSG:27700; they are brought to the raster's own coordinate system.
    layer
        The raster, as the readers give it.
    spec
        What is measured.

    Returns
    -------
    Array of floats, one per site.

    Raises
    ------
    InputError
        When the raster cannot be read any more, lies elsewhere than the sites, or holds no value at any of them.

    Notes
    -----
    Exact coverage fractions by the library exactextract (D. Baston, 2018–), on windows of the raster.
    """
    ours = shapely.total_bounds(site_shapes.shapes)
    values = np.full(len(site_shapes.points), np.nan)
    if np.isnan(ours).any():
        return values
    west, south, east, north = layer.bounds
    if west > ours[2] or east < ours[0] or south > ours[3] or north < ours[1]:
        raise InputError(elsewhere(spec.name, layer.file, layer.bounds, ours))
    areal = np.isin(shapely.get_type_id(site_shapes.shapes), AREAL) & (spec.measure != "value")
    pointlike = ~areal & ~shapely.is_missing(site_shapes.points)
    with _cells(layer.raster, spec.cell_threshold if spec.measure == "share_above" else None) as cells:
        if areal.any():
            values[areal] = _zonal(
                _projected(site_shapes.shapes[areal], layer.raster.crs), cells, spec.measure, layer.file
            )
        if pointlike.any() and spec.measure != "share_above":
            values[pointlike] = cells.at(_projected(site_shapes.points[pointlike], layer.raster.crs))
    if np.isnan(values).all() and (areal.any() or spec.measure != "share_above"):
        raise InputError(
            f"{layer.file}: layer '{spec.name}' holds no value at any site; check band {layer.raster.band} and its "
            "nodata"
        )
    return values


def _projected(shapes: Geometries, crs: str) -> Geometries:
    """Return shapes on EPSG:27700 in the raster's coordinate system."""
    return gpd.GeoSeries(shapes, crs=CRS).to_crs(crs).to_numpy()


def _zonal(shapes: Geometries, cells: Cells, measure: str, name: str) -> Floats:
    """Return the statistic of each shape over the cells, missing where too little of it has values."""
    from exactextract import exact_extract

    op = "max" if measure == "max" else "mean"
    bounds = shapely.bounds(shapes)
    _refuse_large(shapes, cells, name)
    tile = np.floor(cells.place(bounds[:, [0, 3]]) / (BLOCK / 2))  # neighbours one after the other: few readings
    order = np.lexsort((tile[:, 0], tile[:, 1]))
    source = _features(shapes, order, cells.srs_wkt())
    found = exact_extract(cells, source, [op, "count"], include_cols=["at"], output="pandas")
    found = found.set_index("at").reindex(np.arange(len(shapes)))
    area = shapely.area(shapes)
    covered = pd.to_numeric(found["count"]).fillna(0).to_numpy() * np.prod(cells.res())
    enough = covered >= load_parameters("layers").number("covered") * area
    values = pd.to_numeric(found[op]).to_numpy(dtype=float)
    return np.where(enough, values.round(DECIMALS) if measure == "share_above" else values, np.nan)


def _refuse_large(shapes: Geometries, cells: Cells, file: str) -> None:
    """Refuse sites under which lie more cells of a raster than are weighed, before any is read."""
    corners = shapely.bounds(shapes)
    sides = np.abs(cells.place(corners[:, [2, 1]]) - cells.place(corners[:, [0, 3]]))
    with np.errstate(invalid="ignore", over="ignore"):
        number = np.nan_to_num(np.ceil(sides).prod(axis=1), nan=0.0, posinf=0.0)
    largest = shapely.area(shapes).max() / SQM_PER_KM2
    refuse_too_many(
        int(number.max(initial=0.0)), "site_cells", name=f"{file}: under the largest site ({largest:.4g} km²)",
        fix="check the shape of that site, or give a raster of larger cells",
    )  # fmt: skip


def _features(shapes: Geometries, order: Ints, crs: str) -> FeatureSource:
    """Return the shapes in that order as a source of features for exactextract, each with its position ``at``.

    In binary, for the library's own way from a GeoDataFrame, by text, takes as long as the measuring.
    """
    from exactextract.feature import FeatureSource, JSONFeature

    binary = shapely.to_wkb(shapes[order])

    class Shape(JSONFeature):  # type: ignore[misc]  # exactextract's base class has no types
        def __init__(self, at: int, drawn: bytes) -> None:
            super().__init__({"type": "Feature", "properties": {"at": at}})
            self.drawn = drawn

        def geometry(self) -> bytes:
            return self.drawn

    class Shapes(FeatureSource):  # type: ignore[misc]  # exactextract's base class has no types
        def count(self) -> int:
            return len(order)

        def __iter__(self) -> Iterator[Shape]:
            return map(Shape, order.tolist(), binary)

        def srs_wkt(self) -> str:
            return crs

    return Shapes()


@contextmanager
def _cells(raster: Raster, threshold: float | None) -> Iterator[Cells]:
    """Open a raster as a source of windows for exactextract; with a threshold its cells are 1 above it, else 0."""
    from exactextract.raster import RasterSource

    class Band(RasterSource):  # type: ignore[misc]  # exactextract's base class has no types
        """A band whose missing cells are not-a-number, kept in blocks so that neighbours are read once."""

        def __init__(self, grid: OpenRaster) -> None:
            super().__init__()
            self.grid, self.block, self.corner = grid, np.zeros((0, 0)), (0, 0)

        def res(self) -> tuple[float, float]:
            return self.grid.cell_width, self.grid.cell_height

        def extent(self) -> tuple[float, float, float, float]:
            return raster.bounds

        def srs_wkt(self) -> str:
            return raster.crs

        def nodata_value(self) -> float:
            return float("nan")

        def read_window(self, x0: int, y0: int, nx: int, ny: int) -> Floats:
            """Return cells from the block in memory, or of a new block that holds them."""
            left, top = self.corner
            height, width = self.block.shape
            if not (left <= x0 and top <= y0 and x0 + nx <= left + width and y0 + ny <= top + height):
                left, top = x0, y0
                if max(nx, ny) <= BLOCK // 2:
                    left, top = x0 // (BLOCK // 2) * (BLOCK // 2), y0 // (BLOCK // 2) * (BLOCK // 2)
                    self.block = self._read(left, top, BLOCK, BLOCK)
                else:
                    self.block = self._read(left, top, nx, ny)
                self.corner = left, top
            return self.block[y0 - top : y0 - top + ny, x0 - left : x0 - left + nx]

        def _read(self, left: int, top: int, width: int, height: int) -> Floats:
            cells = self.grid.read(left, top, min(width, self.grid.width - left), min(height, self.grid.height - top))
            return cells if threshold is None else np.where(np.isnan(cells), np.nan, cells > threshold)

        def place(self, positions: Floats) -> Floats:
            """Return column and row of places, in cells from the upper left corner."""
            return self.grid.place(positions)

        def at(self, points: Geometries) -> Floats:
            """Return the value of the cell at each point; nothing off the raster."""
            where = np.floor(self.place(shapely.get_coordinates(points)))
            inside = ((where >= 0) & (where < (self.grid.width, self.grid.height))).all(axis=1)
            values = np.full(len(points), np.nan)
            rows = np.flatnonzero(inside)
            tile = np.floor(where[rows] / (BLOCK // 2))
            for row in rows[np.lexsort((tile[:, 0], tile[:, 1]))]:
                column, line = int(where[row, 0]), int(where[row, 1])
                values[row] = self.read_window(column, line, 1, 1)[0, 0]
            return values

    with open_raster(raster) as grid:
        yield Band(grid)
