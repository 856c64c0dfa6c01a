"""A PMTiles archive of the user's own, opened and looked through; whatever is broken in it is refused by name."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gzip import BadGzipFile, GzipFile
from html.parser import HTMLParser
from json import JSONDecodeError, loads
from pathlib import Path
from typing import IO, Any, NamedTuple

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from siteprior.core.errors import InputError
from siteprior.core.files import is_packed, open_stream
from siteprior.core.parameters import load_parameters
from siteprior.core.shown_text import without_keys
from siteprior.core.unpacking import MB, bounded, size_faults

HEADER_BYTES = 127
"""The length of the header of PMTiles version 3."""

DEPTH = 4
"""Directories that lie in each other, at most, as the makers of the format read them."""

FORMATS: Mapping[TileType, str] = {
    TileType.MVT: "mvt",
    TileType.PNG: "png",
    TileType.JPEG: "jpeg",
    TileType.WEBP: "webp",
}
"""The kinds of tiles that are drawn, by what the header calls them."""

OTHER_FILES = {
    b"SQLite format 3": "a GeoPackage or MBTiles file (SQLite)",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "packed by gzip",
    b"PM": "an archive of PMTiles version 2, or cut off",
    b"II*\x00": "a TIFF picture",
}
"""What a file is that begins in another way."""

AGAIN = "make the archive again, or download it again"
MAKE = "`pmtiles convert` makes an archive of version 3 of MBTiles, `pmtiles extract` cuts one out of a larger archive"
_BROKEN = (EOFError, OSError, ValueError, IndexError, OverflowError, struct.error, zlib.error, BadGzipFile)


class Piece(NamedTuple):
    """Where the bytes of a tile lie; tiles that look the same share them."""

    offset: int
    length: int


class Archive:
    """An opened archive; :func:`open_archive` makes it.

    Attributes
    ----------
    format
        ``mvt`` (vector tiles), ``png``, ``jpeg`` or ``webp``.
    zooms
        The first and the deepest zoom.
    bounds
        West, south, east and north in degrees, as the archive states them.
    attribution
        The words it asks to stand beside the map, as text; blank where it asks for none.
    layers
        The layers of vector tiles, by its own list.
    """

    def __init__(self, stream: IO[bytes], file: str) -> None:
        self._stream, self._file = stream, file
        self._size = stream.seek(0, os.SEEK_END)
        header = self._header()
        self.format = FORMATS[header["tile_type"]]
        self.zooms = (header["min_zoom"], header["max_zoom"])
        sides = (header["min_lon_e7"], header["min_lat_e7"], header["max_lon_e7"], header["max_lat_e7"])
        west, south, east, north = (side / 1e7 for side in sides)
        self.bounds = (west, south, east, north)
        self._root = Piece(header["root_offset"], header["root_length"])
        self._leaves, self._tiles = header["leaf_directory_offset"], header["tile_data_offset"]
        self._directories: dict[Piece, list[Entry]] = {}
        metadata = self._metadata(Piece(header["metadata_offset"], header["metadata_length"]))
        self.attribution = plain_text(metadata.get("attribution"))
        listed = metadata.get("vector_layers")
        named = [each.get("id") for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        self.layers = tuple(dict.fromkeys(name for name in named if isinstance(name, str)))

    def find(self, zoom: int, column: int, row: int) -> Piece | None:
        """Return where a tile lies; ``None`` where the archive has none there.

        Raises
        ------
        InputError
            When the archive's directory is broken.
        """
        number, at = zxy_to_tileid(zoom, column, row), self._root
        for _ in range(DEPTH):
            entry = find_tile(self._directory(at), number)
            if entry is None:
                return None
            if entry.run_length:
                return Piece(self._tiles + entry.offset, entry.length)
            at = Piece(self._leaves + entry.offset, entry.length)
        raise self._broken("its directories lie in each other without end")

    def read(self, piece: Piece) -> bytes:
        """Return the bytes of a piece.

        Raises
        ------
        InputError
            When the file ends before the piece does.
        """
        if piece.offset < 0 or piece.offset + piece.length > self._size:
            raise self._broken(f"is cut off after {self._size:,} bytes")
        self._stream.seek(piece.offset)
        return self._stream.read(piece.length)

    def unpacked(self, packed: bytes, what: str) -> bytes:
        """Return what gzip packed, no more than the parameter ``base_map_unpacked_mb`` of it.

        Raises
        ------
        InputError
            When it cannot be unpacked, or is more.
        """
        limit = load_parameters("report").number("base_map_unpacked_mb")
        opened = io.BytesIO(packed)
        try:
            with bounded(GzipFile(fileobj=opened), opened, self._file) as stream:
                data = stream.read(int(limit * MB) + 1)
        except _BROKEN as fault:
            if isinstance(fault, InputError):
                raise
            raise self._broken(f"{what} cannot be unpacked") from None
        if too_large := size_faults(f"{self._file}: {what}", len(data), limit_mb=limit, fix=AGAIN):
            raise InputError(*too_large)
        return data

    def _header(self) -> Mapping[str, Any]:  # numbers and kinds, as the library gives them
        begin = self.read(Piece(0, min(HEADER_BYTES, self._size)))
        if not begin.strip():
            raise InputError(f"{self._file}: the file is empty; {AGAIN}, or take basemap out of [publish]")
        if not begin.startswith(b"PMTiles\x03"):
            known = next((words for sign, words in OTHER_FILES.items() if begin.startswith(sign)), "something else")
            raise InputError(
                f"{self._file}: is no PMTiles archive of version 3, it is {known}; give a .pmtiles file ({MAKE})"
            )
        if len(begin) < HEADER_BYTES:
            raise self._broken(f"is cut off after {self._size:,} bytes")
        try:
            header = deserialize_header(begin)
        except (ValueError, MagicNumberNotFound, SpecVersionUnsupported) as fault:
            raise self._broken(f"its header cannot be read ({fault})") from None
        for part, packings in (("internal", (Compression.GZIP,)), ("tile", (Compression.NONE, Compression.GZIP))):
            found = header["internal_compression"] if part == "internal" else header["tile_compression"]
            if found not in packings and found is not Compression.UNKNOWN:
                raise InputError(
                    f"{self._file}: is packed by {found.name.lower()}; make the archive with gzip ({MAKE})"
                )
        if header["tile_type"] not in FORMATS:
            raise InputError(
                f"{self._file}: has tiles of the kind {header['tile_type'].name.lower()}; valid: "
                f"{', '.join(FORMATS.values())}; make the archive anew with one of these"
            )
        ends = [header["root_offset"] + header["root_length"], header["metadata_offset"] + header["metadata_length"]]
        ends.append(header["leaf_directory_offset"] + header["leaf_directory_length"])
        ends.append(header["tile_data_offset"] + header["tile_data_length"])
        if max(ends) > self._size:
            raise self._broken(f"is cut off: it states {max(ends):,} bytes and has {self._size:,}")
        if not header["root_length"] or header["min_zoom"] > header["max_zoom"]:
            raise self._broken("its header states no tiles")
        return dict(header)

    def _metadata(self, piece: Piece) -> dict[str, Any]:  # what JSON can hold
        if not piece.length:
            return {}
        try:
            stated = loads(self.unpacked(self.read(piece), "its metadata"))
        except (JSONDecodeError, UnicodeDecodeError, RecursionError):
            raise self._broken("its metadata is no JSON") from None
        return stated if isinstance(stated, dict) else {}

    def _directory(self, piece: Piece) -> list[Entry]:
        if piece not in self._directories:
            limit = load_parameters("report").number("base_map_unpacked_mb")
            if too_large := size_faults(f"{self._file}: its directory", piece.length, limit_mb=limit, fix=AGAIN):
                raise InputError(*too_large)
            packed = self.read(piece)
            self.unpacked(packed, "its directory")  # the library unpacks without a bound
            try:
                self._directories[piece] = deserialize_directory(packed)
            except _BROKEN:
                raise self._broken("its directory cannot be read") from None
        return self._directories[piece]

    def _broken(self, what: str) -> InputError:
        return InputError(f"{self._file}: {what}; {AGAIN}")


@contextmanager
def open_archive(path: Path | str, *, file: str | None = None) -> Iterator[Archive]:
    """Open an archive of map tiles in PMTiles, version 3; bounds are in degrees.

    Parameters
    ----------
    path
        The file itself, as it is, not in a zip.
    file
        What it is called in messages; its path when ``None``.

    Raises
    ------
    InputError
        When there is no such file, or it is empty, cut off, broken, of another kind, or holds tiles that are not drawn.

    Examples
    --------
    >>> with open_archive("nowhere.pmtiles") as archive:
    ...     archive.zooms
    Traceback (most recent call last):
    siteprior.core.errors.InputError: nowhere.pmtiles: there is no such file; check the path and the project's data_root
    """
    label = str(path) if file is None else file
    if is_packed(path):
        raise InputError(f"{label}: is packed; unpack it by hand and give the .pmtiles file itself")
    with open_stream(path) as stream:
        yield Archive(stream, label)


class _Words(HTMLParser):
    """Collects the words of HTML; what a script or a style sheet holds are none."""

    HIDDEN = ("script", "style", "template")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- the base class's
        self._within += tag in self.HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in self.HIDDEN and self._within > 0

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.words.append(data)


def plain_text(html: Any) -> str:  # whatever the JSON of an archive holds
    """Return the words of an attribution, which archives state as HTML, on one line; blank where it is no text.

    The words are cut after the parameter ``base_map_attribution_letters``; they are shown as text, never as HTML.

    Examples
    --------
    >>> plain_text('<a href="https://www.openstreetmap.org">&copy; OpenStreetMap</a> <script>alert(1)</script>')
    '© OpenStreetMap'
    """
    if not isinstance(html, str):
        return ""
    most = load_parameters("report").integer("base_map_attribution_letters")
    parser = _Words()
    parser.feed(html[: 10 * most])
    parser.close()
    words = without_keys(" ".join("".join(parser.words).split()))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"
