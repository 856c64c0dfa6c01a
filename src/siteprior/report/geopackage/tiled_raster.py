"""A surface too large for memory as a GeoTIFF, written tile by tile; the same tiles give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from siteprior.core.errors import OutputError
from siteprior.core.files import whole_file
from siteprior.core.schema import CRS
from siteprior.report.geopackage.cog import BLOCK_PX, raster_tags

CACHE_MB = 64
"""GDAL's cache: by default a share of the machine's memory, and the order of blocks in the file would rest on that."""

SMALLEST_PX = 512
"""Overviews are made until one is no larger: a view of the whole reads that."""


def write_tiles(
    path: Path | str,
    tiles: Iterable[tuple[int, int, npt.NDArray[Any]]],
    *,
    shape: tuple[int, int, int],
    dtype: str,
    transform: Sequence[float],
    as_of: date | None,
    descriptions: Sequence[str],
    nodata: float,
    unit: str,
    attribution: str = "",
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write bands on EPSG:27700 (cells in metres) from tiles as they come, whole or not at all, with overviews.

    Parameters
    ----------
    path
        The file to write; an earlier one stays until the new one is complete.
    tiles
        First row, first column, and the tile: bands, rows, columns. Taken one by one.
    shape
        Bands, rows and columns of the whole.
    dtype
        The type of the cells, such as ``uint16``.
    transform
        ``(cell, 0, west, 0, -cell, north)`` in metres.
    as_of
        The date the file carries; none when ``None``.
    descriptions
        What each band is.
    nodata
        The value of cells without one.
    unit, attribution, metadata
        As for :func:`siteprior.report.geopackage.cog.write_cog`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OutputError
        When the file is open elsewhere or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "walks.tif"
    >>> halves = [(0, 0, np.zeros((1, 2, 2), "uint16")), (0, 2, np.ones((1, 2, 2), "uint16"))]
    >>> _ = write_tiles(target, halves, shape=(1, 2, 4), dtype="uint16", transform=(100, 0, 400000, 0, -100, 290000),
    ...     as_of=None, descriptions=["Walk"], nodata=65535, unit="m")
    >>> target.read_bytes()[:2]
    b'II'
    """
    import rasterio
    from rasterio.enums import Resampling
    from rasterio.errors import RasterioError
    from rasterio.windows import Window

    bands, height, width = shape
    tags = raster_tags(descriptions, as_of, attribution, metadata or {})
    try:
        with whole_file(path) as temporary, rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
            with rasterio.open(
                temporary, "w", driver="GTiff", count=bands, height=height, width=width, dtype=dtype, crs=CRS,
                transform=rasterio.Affine(*tuple(transform)[:6]), nodata=nodata, compress="DEFLATE", predictor=2,
                tiled=True, blockxsize=BLOCK_PX, blockysize=BLOCK_PX, bigtiff="IF_SAFER", interleave="band",
            ) as raster:  # fmt: skip
                raster.update_tags(**tags)
                for band, description in enumerate(descriptions, start=1):
                    raster.set_band_description(band, description)
                    raster.set_band_unit(band, unit)
                for row, column, tile in tiles:
                    raster.write(tile, window=Window(column, row, tile.shape[2], tile.shape[1]))
            halvings = max(0, int(np.ceil(np.log2(max(height, width) / SMALLEST_PX))))
            if halvings:
                with rasterio.open(temporary, "r+") as raster:
                    raster.build_overviews([2**step for step in range(1, halvings + 1)], Resampling.nearest)
    except RasterioError as fault:
        raise OutputError(f"{path}: could not be written ({fault})") from None
    return Path(path)
