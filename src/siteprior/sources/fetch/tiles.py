"""Heights in tiles of the National Grid, joined into one GeoTIFF: OS Terrain 50 as it is downloaded."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from siteprior.core.files import MEMBER
from siteprior.core.schema import CRS
from siteprior.sources.fetch.client import Refused
from siteprior.sources.fetch.unpack import members

if TYPE_CHECKING:
    import numpy as np

TILE_M = 10_000
"""The side of a tile of OS Terrain 50 (m)."""

SQUARE_M = 100_000
"""The side of a square of the National Grid that two letters name (m)."""

NODATA = -9999.0
"""The height that stands for nothing."""

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_NAME = re.compile(r"([A-HJ-Z])([A-HJ-Z])(\d)(\d)", re.IGNORECASE)


class Box(NamedTuple):
    """A box in metres of the National Grid (EPSG:27700)."""

    west: float
    south: float
    east: float
    north: float


def box_of(part: str) -> Box:
    """Return a box from ``xmin,ymin,xmax,ymax`` (m).

    Examples
    --------
    >>> box_of("398000,271000,441000,310000").east
    441000.0
    """
    return Box(*(float(end) for end in part.split(",")))


def tile_box(name: str) -> Box | None:
    """Return the box of a tile by its name (m); ``None`` where it names none.

    Examples
    --------
    >>> tile_box("data/sp/sp08_OST50GRID_20250602.zip")
    Box(west=400000, south=280000, east=410000, north=290000)
    """
    found = _NAME.match(PurePosixPath(name).name)
    if found is None:
        return None
    first, second = LETTERS.index(found[1].upper()), LETTERS.index(found[2].upper())
    column = (first % 5) * 5 + second % 5 - 10  # the grid begins two letters west and one south of S
    row = 19 - (first // 5) * 5 - second // 5
    west, south = column * SQUARE_M + int(found[3]) * TILE_M, row * SQUARE_M + int(found[4]) * TILE_M
    return Box(west, south, west + TILE_M, south + TILE_M)


def join_tiles(path: Path, target: Path, *, member: str, box: Box | None) -> None:
    """Write the tiles of an archive that a box touches as one GeoTIFF (metres, EPSG:27700).

    Parameters
    ----------
    path
        The archive: a zip of ASCII grids, or of zips with one each.
    target
        The GeoTIFF to write.
    member
        The pattern of a grid in the archive.
    box
        The area; ``None`` takes every tile.

    Raises
    ------
    Refused
        When no tile touches the area, or one cannot be read.
    """
    import rasterio
    from rasterio.io import MemoryFile

    grids = list[Grid]()
    try:
        for found in members(path, member, wanted=lambda name: _touches(name, box)):
            with MemoryFile(found.stream.read(), ext=".asc") as file, file.open(driver="AAIGrid") as grid:
                cells = grid.read(1, masked=True).filled(NODATA).astype("float32")
                grids.append(Grid(cells, grid.bounds.left, grid.bounds.top, grid.res[0]))
    except rasterio.errors.RasterioError as fault:
        raise Refused(f"a tile of heights cannot be read ({fault}); fetch again") from None
    if not grids:
        raise Refused(f"the archive has no tile like {member.rpartition(MEMBER)[2]} in the area")
    _write(grids, target)


class Grid(NamedTuple):
    """A tile that was read: its heights, its upper left corner and the side of a cell (m)."""

    cells: np.ndarray
    west: float
    north: float
    side: float


def _write(grids: list[Grid], target: Path) -> None:
    """Write tiles as one raster, each in its place; what lies between them is missing."""
    import rasterio
    from rasterio import Affine
    from rasterio.windows import Window

    side = grids[0].side
    if any(grid.side != side for grid in grids):
        raise Refused("the tiles have cells of different sizes; look at the archive")
    west, north = min(grid.west for grid in grids), max(grid.north for grid in grids)
    east = max(grid.west + grid.cells.shape[1] * side for grid in grids)
    south = min(grid.north - grid.cells.shape[0] * side for grid in grids)
    with rasterio.open(
        target, "w", driver="GTiff", width=round((east - west) / side), height=round((north - south) / side), count=1,
        dtype="float32", crs=CRS, transform=Affine(side, 0, west, 0, -side, north), nodata=NODATA, compress="deflate",
        sparse_ok=True,
    ) as raster:  # fmt: skip
        for grid in grids:
            height, width = grid.cells.shape
            place = Window(round((grid.west - west) / side), round((north - grid.north) / side), width, height)
            raster.write(grid.cells, 1, window=place)


def _touches(name: str, box: Box | None) -> bool:
    """Return whether a tile overlaps an area; what names no tile is looked into."""
    tile = tile_box(name)
    if box is None or tile is None:
        return True
    return tile.west < box.east and box.west < tile.east and tile.south < box.north and box.south < tile.north
