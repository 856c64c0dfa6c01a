"""HM Land Registry's INSPIRE index polygons in the one form they are published in, read piece by piece.

A council's file is some hundred megabytes of GML whose features all look alike: ``LR:PREDEFINED`` with the text of an
``LR:INSPIREID`` and a ``gml:Polygon`` of ``gml:posList``. GDAL reads 400,000 of them in 22 s, going through the file
twice; here only these elements are looked for, in a quarter of that time. No address in the file is followed: there is
nothing that could follow one. What is not in this form (comments, entities, other coordinates) is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.files import open_stream
from siteprior.core.io.file_kinds import HEAD
from siteprior.core.io.on_the_grid import on_the_grid
from siteprior.core.io.vector_files import ROW
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS
from siteprior.core.sizes import most
from siteprior.core.unpacking import MB, refuse, size_faults

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Shapes: TypeAlias = npt.NDArray[np.object_]

GML_NAME = "Land_Registry_Cadastral_Parcels.gml"
"""What the file in each council's zip is called."""

AGAIN = "download the council's zip again from HM Land Registry, or save the parcels as GeoPackage"

_NAMESPACE = re.compile(rb"""=\s*["']www\.landregistry\.gov\.uk["']""")
_PIECE = 1 << 24
_SMALLEST_RING = 4
"""Corners of a ring, the first of which is the last again."""

_LAST_END = re.compile(rb".*</(?:[\w.-]+:)?PREDEFINED>", re.DOTALL)
_ENDS = re.compile(rb"</(?:[\w.-]+:)?FeatureCollection>\s*$")
_STATED = re.compile(rb"""srs(?:Name|Dimension)\s*=\s*["']([^"']*)["']""")
_COUNT = re.compile(rb"""\bnumberReturned\s*=\s*["'](\d+)["']""")
_ON_GRID = re.compile(rb"2|.*\b27700")


class _Piece(NamedTuple):
    """What is in a piece of the file: where the id of each feature stands, and of each ring its numbers.

    ``counts`` is how many numbers a ring has, 0 where one of them is none; ``owners`` its feature, and ``inner``
    whether it is a hole. ``numbers`` are those of all rings, one after the other.
    """

    data: bytes
    ids: Ints
    counts: Ints
    owners: Ints
    inner: Flags
    numbers: Floats


def is_published_form(path: Path | str) -> bool:
    """Return whether a file is GML of HM Land Registry's parcels, by how it begins.

    Raises
    ------
    InputError
        As :func:`siteprior.core.files.open_stream`.
    """
    with open_stream(path) as stream:
        head = stream.read(HEAD)
    return _NAMESPACE.search(head) is not None


def read_published_form(path: Path | str, log: IssueLog) -> gpd.GeoDataFrame:
    """Read the parcels of a file in the published form, in metres on EPSG:27700.

    Parameters
    ----------
    path
        The GML file, or ``archive.zip!member``.
    log
        Takes a row where the file states another number of parcels than it holds, and one per corner that is not on
        the Earth.

    Returns
    -------
    GeoDataFrame
        ``inspire_id`` as text, blank where there is none, and the polygons as drawn, not mended; a parcel whose
        coordinates cannot be read has no shape. The index counts the parcels from 1.

    Raises
    ------
    InputError
        When the file is not whole, not in the published form, on other coordinates than EPSG:27700, larger than the
        limits, or holds no parcel.
    """
    label = log.file
    stated: set[bytes] = set()
    ids, shapes, returned = list[str](), list[Shapes](), None
    for data in _pieces(path, label):
        if returned is None:
            returned = _COUNT.search(data[:HEAD])
            stated = set(_STATED.findall(data))
        piece = _scanned(data, label)
        starts, stops = piece.ids[:, 0].tolist(), piece.ids[:, 1].tolist()
        ids += [data[start:stop].strip().decode("ascii", "replace") for start, stop in zip(starts, stops, strict=True)]
        shapes.append(_polygons(piece))
        if len(ids) > most("parcels"):
            raise InputError(f"{label}: holds more than {most('parcels'):,} parcels, which are read at most; give one "
                             "council's file at a time")  # fmt: skip
    _refuse_off_grid(stated, label)
    if not ids:
        raise InputError(f"{label}: holds no parcel (no feature PREDEFINED with an INSPIREID); {AGAIN}")
    if returned is not None and int(returned[1]) != len(ids):
        log.add("missing value", field="numberReturned", value=returned[1].decode(),
                action=f"{len(ids):,} parcels are in the file and were read")  # fmt: skip
    drawn = gpd.GeoDataFrame(
        {"inspire_id": pd.Series(ids, dtype="str")}, geometry=np.concatenate(shapes), crs=CRS
    ).set_index(pd.RangeIndex(1, len(ids) + 1, name=ROW))
    return on_the_grid(label, drawn, log)


def _pieces(path: Path | str, label: str) -> Iterator[bytes]:
    """Yield the file in pieces that end where a feature ends; refuse what is not whole, too large, or no plain GML."""
    limits = load_parameters("parcels")
    longest, whole = limits.number("longest_feature_mb") * MB, load_parameters("files").number("unpacked_limit_mb")
    rest, size = b"", 0
    with open_stream(path) as stream:
        while read := stream.read(_PIECE):
            size += len(read)
            refuse(size_faults(label, size, limit_mb=whole, fix="give one council's file"))
            data = rest + read
            end = _LAST_END.match(data)
            at = 0 if end is None else end.end()
            if at:
                yield data[:at]
            rest = data[at:]
            if len(rest) > longest:
                raise InputError(f"{label}: a feature in it is longer than {longest / MB:g} MB; {AGAIN}")
    _refuse_declarations(rest, label)
    if not _ENDS.search(rest):
        raise InputError(f"{label}: ends in the middle, without </wfs:FeatureCollection>; {AGAIN}")
    if b"PREDEFINED" in rest:
        raise InputError(f"{label}: a feature in it has no end; {AGAIN}")


def _refuse_declarations(data: bytes, label: str) -> None:
    """Refuse document types, entities, comments and raw text: in the published form there are none."""
    at = data.find(b"<!")
    if at >= 0:
        what = "a document type or entities, which are never followed"
        if data[at : at + 4] == b"<!--" or data[at : at + 3] == b"<![":
            what = "comments or raw text, which the published form does not have"
        raise InputError(f"{label}: holds {what}; {AGAIN}")


def _refuse_off_grid(stated: set[bytes], label: str) -> None:
    """Refuse a file whose shapes state another coordinate system than the published one, or heights."""
    other = sorted(each.decode("ascii", "replace") for each in stated if not _ON_GRID.fullmatch(each))
    if other:
        raise InputError(
            f"{label}: states the coordinates '{other[0]}', but the published form is on EPSG:27700 in two "
            f"dimensions; {AGAIN}"
        )


def _scanned(data: bytes, label: str) -> _Piece:
    """Find features, ids and rings in a piece of the file."""
    # numba loads where such a file is read, and not with every command
    from siteprior.sources.parcels.scan import SHORTEST_FEATURE, SHORTEST_NUMBER, SHORTEST_RING, scan

    size = len(data)
    rings, features = size // SHORTEST_RING + 1, size // SHORTEST_FEATURE + 1
    ids, counts = np.zeros((features, 2), dtype=np.int64), np.empty(rings, dtype=np.int64)
    owners, inner = np.empty(rings, dtype=np.int64), np.empty(rings, dtype=np.bool_)
    numbers = np.empty(size // SHORTEST_NUMBER + 1, dtype=np.float64)
    found = scan(np.frombuffer(data, dtype=np.uint8), ids, counts, owners, inner, numbers)
    features, rings, many, declared = (int(each) for each in found)
    if declared >= 0:
        _refuse_declarations(data[declared:], label)
    return _Piece(data, ids[:features], counts[:rings], owners[:rings], inner[:rings], numbers[:many])


def _polygons(piece: _Piece) -> Shapes:
    """Return the shape of each feature of a piece; none where a ring of it cannot be read."""
    shapes = np.full(len(piece.ids), None, dtype=object)
    counts, owners, inner = piece.counts, piece.owners, piece.inner
    if not len(counts):
        return shapes
    leads = np.r_[True, owners[1:] != owners[:-1]]  # the first ring of each feature has to be an outer one
    wrong = (counts % 2 != 0) | (counts < 2 * _SMALLEST_RING) | (leads & inner)
    sound = ~np.isin(owners, np.unique(owners[wrong])) & (owners >= 0)
    if not sound.any():
        return shapes
    corners = piece.numbers[np.repeat(sound, counts)].reshape(-1, 2)
    ring_of = np.repeat(np.arange(int(sound.sum())), counts[sound] // 2)
    rings = np.asarray(shapely.linearrings(corners, indices=ring_of), dtype=object)
    outer = ~inner[sound]
    polygons = np.asarray(shapely.polygons(rings, indices=np.cumsum(outer) - 1), dtype=object)
    owner = owners[sound][outer]
    features, first, many = np.unique(owner, return_index=True, return_counts=True)
    shapes[features] = polygons[first]
    several = np.isin(owner, features[many > 1])
    if several.any():
        rows, place = np.unique(owner[several], return_inverse=True)
        shapes[rows] = shapely.multipolygons(polygons[several], indices=place)
    return shapes
