"""One file of land parcels: the published GML, alone or in its zip, or the same saved otherwise; kept between runs."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import MEMBER, Input, archive_member, is_vector_folder, record
from siteprior.core.io.vector_files import ROW
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.schema import CRS
from siteprior.core.sealed_arrays import load_arrays, store_arrays
from siteprior.core.unpacking import BROKEN_ZIP
from siteprior.sources.columns import text_column
from siteprior.sources.layers.features import areal_parts, read_shapes_of
from siteprior.sources.parcels.published_form import (
    AGAIN,
    GML_NAME,
    is_published_form,
    read_published_form,
)

FORMAT = 1
"""Counts up whenever the same file would give other parcels, or the kept file has them otherwise."""

ID_COLUMN = "INSPIREID"
"""The column with a parcel's id, in letters of any case."""

Bytes: TypeAlias = npt.NDArray[np.uint8]


def read_parcel_file(
    path: Path, *, file: str, layer: str | None = None, crs: str | None = None, cache: Path | None = None
) -> Reading[gpd.GeoDataFrame]:
    """Read a file of parcels in metres on EPSG:27700, polygons mended; from what an earlier run kept of it, if it did.

    Parameters
    ----------
    path
        ``Land_Registry_Cadastral_Parcels.gml`` as published, the zip it comes in, or any vector file with a column
        ``INSPIREID``. A folder that cannot be written is enough: nothing is written beside it.
    file
        What it is called in issues and provenance.
    layer, crs
        Of other vector files, the layer and the coordinate system; the published form has one of each.
    cache
        Folder that keeps the parcels; a file that is not as it was written is made again, one that cannot be written
        is gone without.

    Returns
    -------
    Reading
        ``inspire_id``, blank where there is none, and the polygons; the index counts the features from 1.

    Raises
    ------
    InputError
        When it cannot be read, holds no parcel, or has no column ``INSPIREID``.
    """
    named = _member(path, file)
    published = not is_vector_folder(named) and is_published_form(named)
    origin = record(named, role="parcels", file=file, rows=0)
    place = None if cache is None else cache / _cache_name(origin, named, layer, crs)
    kept = None if place is None else _load(place, file)
    if kept is None:
        log = IssueLog(file)
        table = read_published_form(named, log) if published else _otherwise_saved(named, layer, crs, log)
        kept = areal_parts(table, log), log
        if place is not None:
            with suppress(OutputError):  # the run goes on without, and is as slow the next time
                _store(place, *kept)
    parcels, log = kept
    return Reading(parcels, log.table(), (replace(origin, rows=len(parcels)),))


def _member(path: Path, file: str) -> Path | str:
    """Return what of a zip is to be read: the one GML file, by the name it is published under."""
    plain, member = archive_member(path)
    if member or not zipfile.is_zipfile(plain):
        return path
    try:
        with zipfile.ZipFile(plain) as archive:
            names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    except BROKEN_ZIP as fault:
        raise InputError(f"{file}: cannot be unpacked ({fault}); {AGAIN}") from None
    found = [name for name in names if PurePosixPath(name).name.lower() == GML_NAME.lower()]
    if len(found) > 1:
        raise InputError(f"{file}: holds {len(found)} files {GML_NAME}; name one, such as {file}{MEMBER}{found[0]}")
    return f"{plain}{MEMBER}{found[0]}" if found else path


def _otherwise_saved(path: Path | str, layer: str | None, crs: str | None, log: IssueLog) -> gpd.GeoDataFrame:
    """Read parcels that were saved in another format, by the column of their ids."""
    table = read_shapes_of(path, layer=layer, crs=crs, columns={}, log=log)
    columns = [str(column) for column in table.columns if column != table.active_geometry_name]
    ids = [column for column in columns if column.casefold() == ID_COLUMN.casefold()]
    if len(ids) != 1:
        has = ", ".join(columns[:12]) or "none"
        raise InputError(
            f"{log.file}: has no column {ID_COLUMN}, so that it is no file of HM Land Registry's parcels; it has "
            f"{has}. A layer of yours goes into [[layers]]"
        )
    texts = text_column(table[ids[0]]).fillna("")
    return gpd.GeoDataFrame(
        {"inspire_id": texts.astype("str")}, index=table.index, geometry=table.geometry.to_numpy(), crs=CRS
    )


def _cache_name(origin: Input, path: Path | str, layer: str | None, crs: str | None) -> str:
    """Return the name of the file that keeps the parcels: a hash of the file's bytes and of all that makes them."""
    versions = (shapely.geos_version_string, pyproj.proj_version_str)
    key = [FORMAT, *versions, origin.sha256, archive_member(path)[1], layer, crs]
    return f"parcels-{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.npz"


def _store(path: Path, parcels: gpd.GeoDataFrame, log: IssueLog) -> None:
    """Keep parcels and the issues of their reading, the file's name left blank."""
    notes = json.dumps([{**row, "file": ""} for row in log.rows])
    shapes, shape_ends = _joined(shapely.to_wkb(parcels.geometry.to_numpy()).tolist())
    ids, id_ends = _joined([text.encode() for text in parcels["inspire_id"].tolist()])
    store_arrays(
        path,
        {
            "rows": parcels.index.to_numpy(dtype=np.int64), "shapes": shapes, "shape_ends": shape_ends,
            "ids": ids, "id_ends": id_ends, "notes": np.frombuffer(notes.encode(), dtype=np.uint8),
        },
    )  # fmt: skip


def _load(path: Path, file: str) -> tuple[gpd.GeoDataFrame, IssueLog] | None:
    """Return parcels and issues as they were kept; ``None`` where they were not, or not whole."""
    kept = load_arrays(path)
    if kept is None:
        return None
    shapes = shapely.from_wkb(_parted(kept["shapes"], kept["shape_ends"]))
    ids = [text.decode() for text in _parted(kept["ids"], kept["id_ends"])]
    parcels = gpd.GeoDataFrame(
        {"inspire_id": pd.Series(ids, dtype="str")}, geometry=shapes, crs=CRS
    ).set_index(pd.Index(kept["rows"], name=ROW))  # fmt: skip
    rows = json.loads(kept["notes"].tobytes())
    return parcels, IssueLog(file, [{**row, "file": row["file"] or file} for row in rows])


def _joined(texts: Sequence[bytes]) -> tuple[Bytes, npt.NDArray[np.int64]]:
    """Return texts one after the other, and where each ends."""
    return np.frombuffer(b"".join(texts), dtype=np.uint8), np.cumsum([len(text) for text in texts], dtype=np.int64)


def _parted(texts: npt.NDArray[np.generic], ends: npt.NDArray[np.generic]) -> list[bytes]:
    """Return the texts of :func:`_joined`."""
    whole, stops = texts.tobytes(), ends.tolist()
    return [whole[start:stop] for start, stop in zip([0, *stops[:-1]], stops, strict=True)]
