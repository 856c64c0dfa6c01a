"""Shapefiles of polygons, zipped as they are downloaded; written so that they are the same on every machine."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

from making.world import zipped

POLYGON = 5
GRID = (
    'PROJCS["British_National_Grid",GEOGCS["GCS_OSGB_1936",DATUM["D_OSGB_1936",SPHEROID["Airy_1830",6377563.396,'
    '299.3249646]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",400000.0],PARAMETER["False_Northing",-100000.0],PARAMETER["Central_Meridian",-2.0],'
    'PARAMETER["Scale_Factor",0.9996012717],PARAMETER["Latitude_Of_Origin",49.0],UNIT["Meter",1.0]]'
)


def shapefile(name: str, rings: Sequence[np.ndarray], columns: dict[str, Sequence[str]]) -> bytes:
    """Zip polygons of one ring each (metres, anticlockwise) with columns of text as a shapefile."""
    turned = [np.round(ring[::-1], 2) for ring in rings]  # outer rings run clockwise in a shapefile
    records = [
        struct.pack("<i4d3i", POLYGON, *ring.min(axis=0), *ring.max(axis=0), 1, len(ring), 0)
        + ring.astype("<f8").tobytes()
        for ring in turned
    ]
    corners = np.vstack(turned)
    box = (*corners.min(axis=0), *corners.max(axis=0))
    sizes = [len(record) // 2 for record in records]
    starts = np.cumsum([50, *(size + 4 for size in sizes)]).tolist()
    index = [struct.pack(">2i", start, size) for start, size in zip(starts[:-1], sizes, strict=True)]
    shapes = [
        struct.pack(">2i", n, size) + record for n, (size, record) in enumerate(zip(sizes, records, strict=True), 1)
    ]
    return zipped({
        f"{name}.shp": _head(starts[-1], box) + b"".join(shapes),
        f"{name}.shx": _head(50 + 4 * len(records), box) + b"".join(index),
        f"{name}.dbf": _dbf(columns),
        f"{name}.prj": GRID.encode(),
        f"{name}.cpg": b"UTF-8",
    })  # fmt: skip


def _head(words: int, box: Sequence[float]) -> bytes:
    """Write the head of a file of so many 16-bit words."""
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + struct.pack("<2i8d", 1000, POLYGON, *box, 0, 0, 0, 0)


def _dbf(columns: dict[str, Sequence[str]]) -> bytes:
    """Write columns of text as dBase III, dated with the first day of 2026."""
    widths = {name: max(1, *(len(text.encode()) for text in texts)) for name, texts in columns.items()}
    rows = list(zip(*columns.values(), strict=True))
    head = struct.pack("<4BIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(columns), 1 + sum(widths.values()))
    described = b"".join(
        name.encode().ljust(11, b"\0") + b"C" + struct.pack("<4x2B14x", width, 0) for name, width in widths.items()
    )
    cells = b"".join(
        b" " + b"".join(text.encode().ljust(width) for text, width in zip(row, widths.values(), strict=True))
        for row in rows
    )
    return head + described + b"\r" + cells + b"\x1a"
