"""Made-up archives of tiles: pictures, each of its own colour, and vector tiles of a few lines."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from siteprior.report.base_map.cut import tile_range

Tile = tuple[int, int, int]
MIDLANDS = (-2.25, 52.3, -1.65, 52.7)
"""A box round the made-up run of the report's tests and round the sample (degrees)."""

KINDS = {"png": TileType.PNG, "jpeg": TileType.JPEG, "webp": TileType.WEBP, "mvt": TileType.MVT}
ATTRIBUTION = '<a href="https://example.org">&copy; Example Survey</a> <script>window.planted=3</script>'
PROTOMAPS = {"vector_layers": [{"id": name, "fields": {}} for name in ("earth", "water", "roads", "places")]}


def picture(tile: Tile, kind: str = "png", pixels: int = 256) -> bytes:
    """Return a picture that shows which tile it is."""
    zoom, column, row = tile
    drawn = Image.new("RGB", (pixels, pixels), (90 + 40 * (column % 4), 150 + 30 * (row % 3), 120 + 6 * (zoom % 16)))
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 0, pixels - 1, pixels - 1), outline=(40, 40, 40))
    pen.text((8, 8), f"{zoom}/{column}/{row}", fill=(0, 0, 0))
    stored = io.BytesIO()
    drawn.save(stored, kind)
    return stored.getvalue()


def _number(value: int) -> bytes:
    part = b""
    while value > 0x7F:
        part += bytes([value & 0x7F | 0x80])
        value >>= 7
    return part + bytes([value])


def _field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return _number(number << 3) + _number(value)
    return _number(number << 3 | 2) + _number(len(value)) + value


def _shape(points: Sequence[tuple[int, int]], *, closed: bool) -> bytes:
    """Return the commands that draw a line or a ring, as the Mapbox Vector Tile Specification 2.1 packs them."""
    steps = [points[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))]
    packed = [_number(step << 1 if step >= 0 else (-step << 1) - 1) for pair in steps for step in pair]
    commands = _number(1 | 1 << 3) + b"".join(packed[:2]) + _number(2 | (len(points) - 1) << 3) + b"".join(packed[2:])
    return commands + (_number(7 | 1 << 3) if closed else b"")


def vector_tile(*, layers: Sequence[str] = ("earth", "water", "roads"), note: str = "") -> bytes:
    """Return a vector tile, packed by gzip: land all over, a square of water, a road from corner to corner.

    ``note`` stands as a property of the road.
    """
    whole = _shape([(0, 0), (4096, 0), (4096, 4096), (0, 4096)], closed=True)
    pond = _shape([(1000, 1000), (2500, 1000), (2500, 2500), (1000, 2500)], closed=True)
    road = _shape([(0, 0), (4096, 4096)], closed=False)
    tile = b""
    for name in layers:
        kind, shape = {"water": (3, pond), "roads": (2, road)}.get(name, (3, whole))
        tags = _field(2, _number(0) + _number(0))
        feature = tags + _field(3, kind) + _field(4, shape)
        layer = _field(15, 2) + _field(1, name.encode()) + _field(2, feature) + _field(3, b"kind")
        tile += _field(3, layer + _field(4, _field(1, (note or "major_road").encode())) + _field(5, 4096))
    return gzip.compress(tile, mtime=0)


def tiles_of(zooms: Sequence[int], box: tuple[float, float, float, float] = MIDLANDS) -> list[Tile]:
    """Return the tiles of a box in some zooms."""
    found = []
    for zoom in zooms:
        left, right, top, bottom = tile_range(box, zoom)
        found += [(zoom, column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]
    return found


def write_archive(
    path: Path,
    tiles: Mapping[Tile, bytes],
    *,
    kind: str = "png",
    metadata: Mapping[str, object] | None = None,
    box: tuple[float, float, float, float] = MIDLANDS,
) -> Path:
    """Write an archive of tiles with the format's own library, and return its path."""
    west, south, east, north = (round(side * 1e7) for side in box)
    with path.open("wb") as stream:
        writer = Writer(stream)
        for tile in sorted(tiles, key=lambda one: zxy_to_tileid(*one)):
            writer.write_tile(zxy_to_tileid(*tile), tiles[tile])
        writer.finalize(
            {
                "tile_type": KINDS[kind],
                "tile_compression": Compression.GZIP if kind == "mvt" else Compression.NONE,
                "min_lon_e7": west, "min_lat_e7": south, "max_lon_e7": east, "max_lat_e7": north,
            },
            dict(metadata or {}),
        )  # fmt: skip
    return path


def picture_archive(path: Path, zooms: Sequence[int] = range(6, 13), **changes: object) -> Path:
    """Write an archive of pictures of the Midlands."""
    metadata = {
        "attribution": '<a href="https://example.org">&copy; Example Survey</a> <script>window.planted=3</script>'
    }
    return write_archive(path, {tile: picture(tile) for tile in tiles_of(zooms)}, metadata=metadata, **changes)
