"""What a file of shapes or cells is, by its first bytes, before GDAL sees it; descriptions of others are refused.

GDAL opens what it recognises, whatever the name says: a ``.gpkg`` may be a description (VRT, WFS, WMS, …) that names
another file or an address, which GDAL then reads or asks for. No command but ``fetch`` makes a request, and nothing is
read that the project does not name.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from siteprior.core.errors import InputError
from siteprior.core.unpacking import BROKEN_ZIP, bomb_faults, refuse

HEAD = 65_536
"""Bytes looked into: as far as GDAL looks to recognise a file, and further."""

DESCRIPTIONS: Mapping[bytes, str] = {
    b"<OGRVRTDataSource": "GDAL VRT",
    b"<OGRVRTLayer": "GDAL VRT",
    b"<VRTDataset": "GDAL VRT",
    b"<GDALTileIndexDataset": "GDAL tile index",
    b"gdal_streamed_alg": "GDAL pipeline",
    b"<OGRWFSDataSource": "WFS",
    b"<GDAL_WMS": "WMS",
    b"<GDAL_WMTS": "WMTS",
    b"WMS_Capabilities": "WMS",
    b"WMT_MS_Capabilities": "WMS",
    b"WFS_Capabilities": "WFS",
    b"<WCS_GDAL": "WCS",
    b"<TileMapService": "TMS",
    b"<OGRCSWDataSource": "CSW",
    b"<MRF_META": "MRF",
}
"""What stands in files that name other files or addresses, and what they are called."""

VECTOR_KINDS: Mapping[str, re.Pattern[bytes]] = {
    "GeoPackage": re.compile(rb"SQLite format 3\0"),
    "GeoParquet": re.compile(rb"PAR1"),
    "FlatGeobuf": re.compile(rb"fgb"),
    "shapefile": re.compile(rb"\0\0\x27\x0a"),
    "GeoJSON": re.compile(rb"(\xef\xbb\xbf)?\s*[{\[\x1e]"),
    "GML, KML or GPX": re.compile(
        rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*|<\?[^>]*\?>\s*)*"
        rb"<(\w[\w.-]*:)?(FeatureCollection|kml|gpx)\b",
        re.DOTALL,
    ),
    "MapInfo": re.compile(rb"(!table|Version\s+\d+)", re.IGNORECASE),
}
"""Files of shapes that are read, and how their content begins."""

GEODATABASE = re.compile(rb"[\x03\x04]\0\0\0")
"""How the tables of a File Geodatabase begin: version 3 up to ArcGIS 9, version 4 since, by GDAL's driver."""

DECLARES = re.compile(rb"<!DOCTYPE[^>\[]*\[|<!ENTITY")
"""What declares entities in XML: no file of shapes needs any."""

VECTOR_ENDINGS = ("gpkg", "shp", "geojson", "json", "gml", "kml", "gpx", "fgb", "tab", "mif", "xml", "vrt")

RASTER_KINDS: Mapping[str, tuple[str, re.Pattern[bytes]]] = {
    "GeoTIFF": ("GTiff", re.compile(rb"II[*+]\0|MM\0[*+]")),
    "ESRI ASCII grid": ("AAIGrid", re.compile(rb"(\xef\xbb\xbf)?\s*ncols\b", re.IGNORECASE)),
    "Erdas Imagine": ("HFA", re.compile(rb"EHFA_HEADER_TAG")),
    "GeoPackage": ("GPKG", re.compile(rb"SQLite format 3\0")),
    "PNG": ("PNG", re.compile(rb"\x89PNG")),
    "JPEG": ("JPEG", re.compile(rb"\xff\xd8\xff")),
    "JPEG 2000": ("JP2OpenJPEG", re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51")),
}
"""Files of cells that are read: GDAL's driver of each, and how their content begins."""

OTHER_DRIVERS = (
    "VRT", "OGR_VRT", "WMS", "WCS", "WMTS", "WFS", "OAPIF", "CSW", "GMLAS", "HTTP", "PLMOSAIC", "PLSCENES", "NGW",
    "CARTO", "AmigoCloud", "EEDA", "EEDAI", "DAAS", "STACIT", "STACTA", "GTI", "GDALG", "MRF", "TileDB",
    "Elasticsearch", "MongoDBv3", "PostgreSQL", "PostGISRaster", "MySQL", "MSSQLSpatial", "ODBC", "PGeo", "OCI", "HANA",
    "DERIVED", "OGCAPI", "GPSBabel", "Zarr", "MVT", "PMTiles", "KMLSUPEROVERLAY", "PDF",
)  # fmt: skip
"""GDAL's drivers of descriptions, services and databases."""


def refuse_other_files(path: Path | str, head: bytes) -> None:
    """Refuse a file that describes others, by its first :data:`HEAD` bytes.

    Raises
    ------
    InputError
        When it is the description of files or of a service.

    Examples
    --------
    >>> refuse_other_files("a.gpkg", b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource>")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.gpkg: is a description of other files or of a service (GDAL VRT), which is \
never followed; give the file itself that holds the data
    """
    for words, called in DESCRIPTIONS.items():
        if words in head[:HEAD]:
            raise InputError(
                f"{path}: is a description of other files or of a service ({called}), which is never followed; give "
                "the file itself that holds the data"
            )


def refuse_no_vector(path: Path | str, source: bytes | Path) -> None:
    """Refuse what is no file of shapes by its content, whatever it is called.

    Parameters
    ----------
    path
        What the file is called in messages.
    source
        The file, a zip of files, a File Geodatabase, or the bytes of what was packed.

    Raises
    ------
    InputError
        When it describes other files, or is none of :data:`VECTOR_KINDS`.

    Examples
    --------
    >>> refuse_no_vector("a.geojson", b'{"type": "FeatureCollection"}')
    >>> refuse_no_vector("a.geojson", b"reference,hectares")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.geojson: cannot be read as a vector file, it holds no shapes: its content is \
none of GeoPackage, GeoParquet, FlatGeobuf, shapefile, GeoJSON, GML, KML or GPX, MapInfo; save it as GeoPackage
    """
    if isinstance(source, Path) and source.is_dir():
        _refuse_no_geodatabase(path, source)
        return
    head = source[:HEAD] if isinstance(source, bytes) else _head(source)
    if isinstance(source, Path) and head.startswith(b"PK\x03\x04"):
        _refuse_in_zip(path, source)
        return
    refuse_other_files(path, head)
    if not any(begins.match(head) for begins in VECTOR_KINDS.values()):
        if DECLARES.search(head) and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            raise InputError(f"{path}: declares a document type with entities, which are never followed; save it as "
                             "GeoPackage")  # fmt: skip
        raise InputError(
            f"{path}: cannot be read as a vector file, it holds no shapes: its content is none of "
            f"{', '.join(VECTOR_KINDS)}; save it as GeoPackage"
        )


def _refuse_no_geodatabase(path: Path | str, folder: Path) -> None:
    """Refuse a folder called ``.gdb`` whose files are not those of a File Geodatabase, or describe others."""
    tables = sorted(each for each in folder.iterdir() if each.name.lower().endswith(".gdbtable") and each.is_file())
    if not any(GEODATABASE.match(_head(table)) for table in tables):
        raise InputError(f"{path}: is a folder and no File Geodatabase (it has no such tables); name the file in it")


def raster_driver(path: Path | str, head: bytes) -> str:
    r"""Return the one driver of GDAL that a raster is to be opened with, by its first bytes.

    Raises
    ------
    InputError
        When it describes other files, or is none of :data:`RASTER_KINDS`.

    Examples
    --------
    >>> raster_driver("a.tif", b"II*\0"), raster_driver("a.asc", b"ncols 200")
    ('GTiff', 'AAIGrid')
    """
    refuse_other_files(path, head)
    for driver, begins in RASTER_KINDS.values():
        if begins.match(head):
            return driver
    raise InputError(
        f"{path}: cannot be read as a raster: its content is none of {', '.join(RASTER_KINDS)}; give a GeoTIFF"
    )


def _refuse_in_zip(path: Path | str, source: Path) -> None:
    """Refuse a zip in which a file of shapes describes others, or a file unpacks to many times its size."""
    try:
        with zipfile.ZipFile(source) as archive:
            for member in archive.infolist():
                what = f"{path}: the member '{member.filename}'"
                refuse(bomb_faults(what, unpacked=member.file_size, packed=member.compress_size))
                if member.filename.lower().rpartition(".")[2] in VECTOR_ENDINGS:
                    with archive.open(member) as opened:
                        refuse_other_files(f"{path}!{member.filename}", opened.read(HEAD))
    except InputError:
        raise
    except BROKEN_ZIP as fault:
        raise InputError(f"{path}: cannot be unpacked ({fault}); give the file in it itself") from None


def _head(source: Path) -> bytes:
    with source.open("rb") as opened:
        return opened.read(HEAD)


def switch_off_other_drivers() -> None:
    """Switch GDAL's drivers of services, and its network file systems, off for this process: for the command line.

    It has to be called before GDAL is loaded, which reads the environment. ``import siteprior`` does not call it: the
    settings of a program that imports it are its own.
    """
    os.environ.setdefault("CPL_LOG", os.devnull)  # GDAL names each driver that a build is without on the terminal
    os.environ["GDAL_SKIP"] = ",".join(OTHER_DRIVERS)
    os.environ["CPL_VSIL_CURL_ALLOWED_FILENAME"] = "none"
