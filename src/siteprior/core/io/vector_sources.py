"""Where the shapes of a path lie: a file, a File Geodatabase, a member of a zip; and what GDAL is to open for it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import quote

from siteprior.core.errors import InputError
from siteprior.core.files import MEMBER, archive_member, as_path, is_packed, is_vector_folder, read_bytes
from siteprior.core.io.file_kinds import HEAD, VECTOR_KINDS, refuse_no_vector, refuse_other_files
from siteprior.core.io.outside_references import refuse_links
from siteprior.core.unpacking import BROKEN_ZIP

Source: TypeAlias = bytes | Path | str
"""What GDAL and pyarrow read: the bytes of what was packed, a path, or GDAL's name of a member of a zip."""

DATA = (".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".geoparquet", ".gml", ".kml", ".gpx", ".tab", ".mif", ".json")
"""Endings of files of shapes; of an archive that holds one of them, it is read."""

GML = VECTOR_KINDS["GML, KML or GPX"]

OF_SEVERAL_FILES = (".shp", ".tab", ".mif")
"""Endings of those that need the files beside them."""


def vector_source(path: Path | str) -> Source:
    """Return what is to be read for a path; refuse what is missing or holds no shapes by its content.

    Parameters
    ----------
    path
        A file, plain or with ``.gz``; a File Geodatabase (a folder ``.gdb``); ``archive.zip!member``, where the member
        may be a shapefile or such a folder; or a zip that holds one of these.

    Raises
    ------
    InputError
        Naming what is wrong with it, and of a folder or an archive what could be named in it.

    Examples
    --------
    >>> from siteprior.core.files import shipped
    >>> vector_source(shipped("data") / "boundaries/lsoa21.geojson").name
    'lsoa21.geojson'
    """
    archive, member = archive_member(as_path(path, name="path"))
    if member and (member.rstrip("/").lower().endswith((".gdb", *OF_SEVERAL_FILES))):
        return _in_zip(path, archive, member.rstrip("/"))
    source: bytes | Path
    if is_packed(path):
        source = read_bytes(path)
    else:
        source = Path(path)
        if source.is_dir() and not is_vector_folder(source):
            raise InputError(f"{path}: is a folder{_choice(each.name for each in source.iterdir())}")
        if not source.exists():
            raise InputError(f"{path}: there is no such file; check the path and the project's data_root")
        if zipfile.is_zipfile(source):
            return _of_zip(path, source)
    refuse_no_vector(path, source)
    refuse_links(path, source)
    return _read_only(source)


def _read_only(source: bytes | Path) -> Source:
    """Return GDAL's name of a GML file through which it is read alone.

    Beside a GML file GDAL would write what it found of its columns (``.gfs``), and read the next time what lies there.
    """
    if isinstance(source, Path) and source.is_file():
        with source.open("rb") as opened:
            if GML.match(opened.read(HEAD)):
                return f"/vsicached?file={quote(source.resolve().as_posix())}"
    return source


def _in_zip(path: Path | str, archive: str, member: str) -> str:
    """Return GDAL's name of a shapefile or File Geodatabase in a zip, which it reads with the files beside it."""
    if not Path(archive).is_file():
        raise InputError(f"{archive}: there is no such file; check the path and the project's data_root")
    try:
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
            there = [name for name in names if name == member or name.startswith(f"{member}/")]
            if not there:
                raise InputError(f"{archive}: the archive has no member '{member}'{_choice(names)}")
            if member in names:
                with opened.open(member) as file:
                    refuse_no_vector(path, file.read(HEAD))
            elif not any(name.lower().endswith(".gdbtable") for name in there):
                raise InputError(f"{path}: is no File Geodatabase; name the file in it")
    except BROKEN_ZIP as fault:
        if isinstance(fault, InputError):
            raise
        raise InputError(f"{path}: cannot be unpacked ({fault}); give the file in it itself") from None
    return f"/vsizip/{{{Path(archive).resolve().as_posix()}}}/{member}"


def _of_zip(path: Path | str, source: Path) -> Source:
    """Return what is to be read of a zip that is named without a member: the one file of shapes in it."""
    try:
        with zipfile.ZipFile(source) as opened:
            names = opened.namelist()
            for name in names:
                with opened.open(name) as file:
                    refuse_other_files(f"{path}{MEMBER}{name}", file.read(HEAD))
    except BROKEN_ZIP as fault:
        if isinstance(fault, InputError):
            raise
        raise InputError(f"{path}: cannot be unpacked ({fault}); give the file in it itself") from None
    members = _vectors(names)
    if len(members) == 1:
        named = f"{path}{MEMBER}{members[0]}"
        if archive_member(named)[1]:
            return vector_source(named)
    elif not members or len({PurePosixPath(name).parent for name in members}) > 1 or not _shapefiles(members):
        raise InputError(f"{path}: is an archive{_choice(names, archive=str(path))}")
    return source  # several shapefiles beside each other are the layers of one


def _shapefiles(members: list[str]) -> bool:
    return all(name.lower().endswith(".shp") for name in members)


def _vectors(names: Iterable[str]) -> list[str]:
    """Return the files of shapes among names, of a File Geodatabase its folder; JSON where there is no other."""
    found = dict.fromkeys(
        name[: name.lower().index(".gdb/") + 4] if ".gdb/" in name.lower() else name
        for name in names
        if not name.startswith("__MACOSX/") and (".gdb/" in name.lower() or name.lower().endswith((".gdb", *DATA)))
    )
    plain = [name for name in found if not name.lower().endswith(".json")]
    return sorted(plain or found)


def _choice(names: Iterable[str], archive: str = "") -> str:
    """Say what of a folder or an archive can be named."""
    members = _vectors(names)
    if not members:
        return " without a file of shapes; name one" if archive else "; name the file in it"
    prefix = f"{archive}{MEMBER}" if archive else ""
    shown = ", ".join(members[:6]) + (", …" if len(members) > 6 else "")
    return f"; name the file in it, such as {prefix}{members[0]}" + (f" (it has {shown})" if len(members) > 1 else "")
