"""A base map cut out of an archive of tiles: the study area's box, the zooms the page uses, as much as fits it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from siteprior.core.errors import InputError
from siteprior.core.parameters import Parameters, load_parameters
from siteprior.core.unpacking import MB
from siteprior.report.base_map.archive import AGAIN, Archive, Piece, open_archive
from siteprior.report.base_map.vector_layers import drawn_layers
from siteprior.report.html.render import brief

Box = tuple[float, float, float, float]
"""West, south, east and north, in degrees."""

MOST_NORTH = 85.051129
"""The latitude at which the square of web maps ends (EPSG:3857)."""

PACKED = b"\x1f\x8b"
"""How what gzip packed begins."""

SHOWN = 5
"""Layers named in one sentence, at most."""

NOTHING = -1
"""Stands where the archive has no tile."""


class Zoom(NamedTuple):
    """The tiles of one zoom: column and row of the first, how many columns, and row by row each one's content."""

    zoom: int
    column: int
    row: int
    columns: int
    places: tuple[int, ...]


@dataclass(frozen=True)
class BaseMap:
    """Tiles for the report's map.

    Attributes
    ----------
    format
        ``mvt``, ``png``, ``jpeg`` or ``webp``.
    bounds
        The box they were cut to: west, south, east, north in degrees.
    zooms, contents
        The zooms without a gap between them, and the bytes of the different tiles; both empty where it is left out.
    tile_pixels
        How wide a picture is; 512 for vector tiles.
    attribution
        The words that stand on the map.
    layers
        The layers of vector tiles.
    messages
        What was left out, a sentence each.
    """

    format: str
    bounds: Box
    zooms: tuple[Zoom, ...] = ()
    contents: tuple[bytes, ...] = ()
    tile_pixels: int = 512
    attribution: str = ""
    layers: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    @property
    def tiles(self) -> int:
        """How many tiles there are, of all zooms."""
        return sum(place != NOTHING for zoom in self.zooms for place in zoom.places)


def cut_base_map(path: Path | str, bounds: Sequence[float], *, file: str | None = None) -> BaseMap:
    """Cut the tiles of a box (degrees) out of an archive, as deep as they fit the page (MB); the rest is stated.

    Parameters
    ----------
    path
        A PMTiles archive, version 3, of pictures (PNG, JPEG, WebP) or vector tiles.
    bounds
        West, south, east and north of the study area in degrees.
    file
        What the archive is called in messages; its path when ``None``.

    Returns
    -------
    BaseMap
        With the zooms from that in which the area takes one tile to the deepest that still fits
        (``parameters/report.toml``: ``base_map_mb``); without any, and with a message, where none that shows anything
        fits.

    Raises
    ------
    InputError
        When the archive cannot be used (:func:`siteprior.report.base_map.archive.open_archive`), holds no tile of the
        area, or a tile of it is broken.
    """
    label, area = str(path) if file is None else file, _in_square(bounds)
    with open_archive(path, file=label) as archive:
        share = _covered(archive.bounds, area)
        if share <= 0:
            raise InputError(
                f"{label}: covers {_words(archive.bounds)}, and the study area is {_words(area)}; give an archive of "
                "the area, or take basemap out of [publish]"
            )
        limits = load_parameters("report")
        first, least = _least_zooms(area, limits)
        kept, pieces, dropped = _that_fit(archive, area, first, limits)
        if not kept and dropped is None:
            raise InputError(
                f"{label}: holds no tile of the study area, {_words(area)}, in the zooms {archive.zooms[0]} to "
                f"{archive.zooms[1]}; give an archive of the area, or take basemap out of [publish]"
            )
        bare = BaseMap(archive.format, area, attribution=archive.attribution, layers=archive.layers)
        if why := _unusable(bare, kept, least, dropped, limits):
            return replace(bare, messages=(f"The base map {label} {why}, and is left out",))
        contents = tuple(archive.read(piece) for piece in pieces)
        pixels = _checked(archive, kept, contents, limits, label)
    stated = []
    if round(100 * share) < 100:
        stated.append(f"The base map {label} covers {100 * share:.0f}% of the study area's box")
    if dropped is not None:
        stated.append(
            f"Of the base map {label}, what is deeper than zoom {kept[-1].zoom} would take more than "
            f"{limits.number('base_map_mb'):g} MB of the report, and is left out: nearer, that zoom is drawn larger"
        )
    return replace(bare, zooms=tuple(kept), contents=contents, tile_pixels=pixels, messages=tuple(stated))


def tile_range(box: Box, zoom: int) -> tuple[int, int, int, int]:
    """Return the first and last column, and the first and last row, of the tiles a box (degrees) touches.

    Columns count from 180° west, rows from the north (EPSG:3857 in squares, as web maps number them).

    Examples
    --------
    >>> tile_range((-2.2, 52.3, -1.4, 52.7), 9)
    (252, 254, 167, 168)
    """
    across = 2**zoom
    left, top = _place(box[0], box[3])
    right, bottom = _place(box[2], box[1])
    first_column, first_row = (min(int(part * across), across - 1) for part in (left, top))
    # a box that ends on the border of a tile does not touch the next
    last_column, last_row = (min(math.ceil(part * across) - 1, across - 1) for part in (right, bottom))
    return first_column, max(first_column, last_column), first_row, max(first_row, last_row)


def _place(longitude: float, latitude: float) -> tuple[float, float]:
    """Return where a place lies in the square of web maps, from 0 to 1 eastward and southward."""
    height = math.asinh(math.tan(math.radians(latitude)))
    return (longitude + 180) / 360, min(max((1 - height / math.pi) / 2, 0.0), 1.0)


def _in_square(bounds: Sequence[float]) -> Box:
    """Return a box within the square of web maps."""
    west, south, east, north = (float(side) for side in bounds)
    return max(west, -180.0), max(south, -MOST_NORTH), min(east, 180.0), min(north, MOST_NORTH)


def _least_zooms(area: Box, limits: Parameters) -> tuple[int, int]:
    """Return the deepest zoom in which an area takes one tile at most, and the first that shows enough of it."""
    left, top = _place(area[0], area[3])
    right, bottom = _place(area[2], area[1])
    share = max(right - left, bottom - top, 2.0 ** -limits.integer("base_map_deepest_zoom"))
    across = limits.number("base_map_tiles_across")
    return max(math.floor(math.log2(1 / share)), 0), max(math.ceil(math.log2(across / share)), 0)


def _that_fit(
    archive: Archive, area: Box, first: int, limits: Parameters
) -> tuple[list[Zoom], list[Piece], int | None]:
    """Return the zooms that fit the page and their different tiles, and the first zoom that does not fit, if any."""
    space = limits.number("base_map_mb") * MB
    kept: list[Zoom] = []
    every: dict[Piece, int] = {}
    used = 0
    deepest = min(archive.zooms[1], limits.integer("base_map_deepest_zoom"))
    for zoom in range(min(max(first, archive.zooms[0]), deepest), deepest + 1):
        columns, rows = _ranges(area, zoom)
        found = dict(every)
        places = []
        for row in rows:
            for column in columns:
                piece = archive.find(zoom, column, row)
                if piece is not None and piece not in found:
                    found[piece] = len(found)
                    used += _in_page(piece.length)
                places.append(NOTHING if piece is None else found[piece])
                used += len(str(places[-1])) + 1
                if used > space:
                    return kept, list(every), zoom
        if any(place != NOTHING for place in places):
            kept.append(Zoom(zoom, columns.start, rows.start, len(columns), tuple(places)))
            every = found
        elif kept:
            break  # an archive that has nothing here any more has nothing deeper
    return kept, list(every), None


def _ranges(area: Box, zoom: int) -> tuple[range, range]:
    left, right, top, bottom = tile_range(area, zoom)
    return range(left, right + 1), range(top, bottom + 1)


def _in_page(size: int) -> int:
    """Return the letters that so many bytes take as base64, in quotes, with a comma."""
    return 4 * math.ceil(size / 3) + 3


def _covered(stated: Box, area: Box) -> float:
    """Return the share of an area's box an archive covers by its own bounds; all of it where it states none."""
    west, south, east, north = stated
    if west >= east or south >= north:
        return 1.0
    wide, high = min(east, area[2]) - max(west, area[0]), min(north, area[3]) - max(south, area[1])
    whole = (area[2] - area[0]) * (area[3] - area[1])
    return max(wide, 0.0) * max(high, 0.0) / whole if whole > 0 else float(wide >= 0 and high >= 0)


def _unusable(bare: BaseMap, kept: Sequence[Zoom], least: int, dropped: int | None, limits: Parameters) -> str:
    """Say why nothing of an archive is used; blank where something is."""
    if bare.format == "mvt" and not drawn_layers(bare.layers):
        named = ", ".join(brief(name) for name in bare.layers[:SHOWN]) or "none"
        return f"has no layer that is drawn (it names {named}; docs/reference/outputs.md lists those drawn)"
    if kept and kept[-1].zoom >= least:
        return ""
    if dropped is not None:
        most = f"{limits.number('base_map_mb'):g} MB"
        return f"would take more than {most} of the report in any zoom that shows something of the study area"
    return f"has tiles of the study area to zoom {kept[-1].zoom} alone, and shows nothing of it before zoom {least}"


def _checked(archive: Archive, zooms: Sequence[Zoom], contents: Sequence[bytes], limits: Parameters, label: str) -> int:
    """Return how wide the pictures are; refuse what is none, and vector tiles that cannot be unpacked."""
    widths, names = set(), _names(zooms)
    for number, content in enumerate(contents):
        what = f"the tile {names[number]}"
        data = archive.unpacked(content, what) if content.startswith(PACKED) else content
        if archive.format != "mvt":
            most = limits.integer("base_map_tile_pixels")
            widths.add(_width(data, archive.format, most, f"{label}: {what}"))
    if len(widths) > 1:
        raise InputError(f"{label}: has tiles {', '.join(map(str, sorted(widths)))} pixels wide; {AGAIN}")
    return widths.pop() if widths else BaseMap.tile_pixels


def _width(data: bytes, kind: str, most: int, what: str) -> int:
    """Return how wide a picture is, which has to be a square of the kind the archive states."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow warns of a picture too large for memory
            with Image.open(BytesIO(data), formats=[kind]) as picture:
                width, height = picture.size
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise InputError(f"{what} is no picture of the kind {kind} the archive states; {AGAIN}") from None
    if width != height or width > most:
        raise InputError(f"{what} is {width} × {height} pixels; tiles are squares of {most} at most; {AGAIN}")
    return width


def _names(zooms: Sequence[Zoom]) -> dict[int, str]:
    """Return zoom, column and row of the first tile of each content."""
    names: dict[int, str] = {}
    for zoom in zooms:
        for at, place in enumerate(zoom.places):
            row, column = divmod(at, zoom.columns)
            names.setdefault(place, f"{zoom.zoom}/{zoom.column + column}/{zoom.row + row}")
    return names


def _words(box: Box) -> str:
    return f"{box[0]:.2f} to {box[2]:.2f} degrees east and {box[1]:.2f} to {box[3]:.2f} north"
