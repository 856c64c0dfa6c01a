"""What a genuine file of shapes or cells may name beside itself, and GDAL would follow: refused, or switched off.

A GeoJSON may state its coordinate system as a link, a GML file the address of its schema, a SQLite database a table
that is another file, and beside a raster may lie a mask or overviews that are the description of a service.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath

from siteprior.core.errors import InputError
from siteprior.core.files import archive_member
from siteprior.core.io.file_kinds import HEAD, refuse_other_files
from siteprior.core.unpacking import BROKEN_ZIP

GEOJSON = re.compile(rb"(\xef\xbb\xbf)?\s*[{\[\x1e]")
SQLITE = b"SQLite format 3\0"

_CRS = re.compile(rb'"crs"|\\u00', re.IGNORECASE)
_LINK = re.compile(rb'"(link|url)"|\\u00', re.IGNORECASE)
_PIECE = 1 << 24

OWN_TABLES = re.compile(r"\busing\s+[\"'`\[]?(rtree\w*|fts\d\w*|geopoly)\b", re.IGNORECASE)
"""Virtual tables of SQLite that hold what they show; all others show another file."""

BESIDE = (".msk", ".ovr", ".aux.xml", ".aux", ".rrd", ".rde", ".ige")
"""Endings of files that GDAL opens with a raster, put after its name or in place of its ending."""

OFF = {"GML_DOWNLOAD_SCHEMA": "NO", "CPL_VSIL_CURL_ALLOWED_FILENAME": "none", "GML_SKIP_RESOLVE_ELEMS": "ALL"}
"""GDAL's settings under which it asks for no schema and opens no address."""


def refuse_links(path: Path | str, source: bytes | Path) -> None:
    """Refuse a GeoJSON whose coordinate system is a link, and a database that shows other files as its tables.

    Parameters
    ----------
    path
        What the file is called in messages.
    source
        The file, or the bytes of what was packed.

    Raises
    ------
    InputError
        Naming what it refers to.

    Examples
    --------
    >>> refuse_links("a.geojson", b'{"crs": {"type": "link", "properties": {"href": "http://example.org"}}}')
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.geojson: states its coordinate system as a link, which is never followed; save \
it again with the system itself
    """
    if isinstance(source, Path) and source.is_dir():
        return
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as opened:
        head = opened.read(HEAD)
    if head.startswith(SQLITE):
        _refuse_other_tables(path, source)
    elif GEOJSON.match(head) and _has(source, _CRS) and _has(source, _LINK):
        _refuse_linked_crs(path, source.read_bytes() if isinstance(source, Path) else source)


def _has(source: bytes | Path, words: re.Pattern[bytes]) -> bool:
    """Return whether words stand in a file, which is looked through piece by piece."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as opened:
        rest = b""
        while piece := opened.read(_PIECE):
            if words.search(rest + piece):
                return True
            rest = piece[-16:]
    return False


def _refuse_linked_crs(path: Path | str, data: bytes) -> None:
    """Refuse a GeoJSON, whole or one feature a line, in which a ``crs`` is of the type ``link`` or ``url``."""

    def looked(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        stated = [value for key, value in pairs if key.casefold() == "crs"]
        for crs in stated:
            if isinstance(crs, dict) and any(
                key.casefold() == "type" and str(value).casefold() in ("link", "url") for key, value in crs.items()
            ):
                raise InputError(
                    f"{path}: states its coordinate system as a link, which is never followed; save it again with the "
                    "system itself"
                )
        return made

    text = data.decode("utf-8-sig", errors="replace")
    try:
        json.loads(text, object_pairs_hook=looked)
    except InputError:
        raise
    except (ValueError, RecursionError):  # no JSON as a whole: GDAL may read its beginning, or its lines
        plain = re.sub(r"\\u00([0-7][0-9a-fA-F])", lambda sign: chr(int(sign[1], 16)), text)
        if re.search(r'"crs"', plain, re.IGNORECASE) and re.search(r'"type"\s*:\s*"(link|url)"', plain, re.IGNORECASE):
            raise InputError(
                f"{path}: is no whole GeoJSON, and states a coordinate system as a link, which is never followed; save "
                "it again"
            ) from None


def _refuse_other_tables(path: Path | str, source: bytes | Path) -> None:
    """Refuse a SQLite database, as a GeoPackage is, with a virtual table that shows another file."""
    try:
        if isinstance(source, bytes):
            opened = sqlite3.connect(":memory:")
            opened.deserialize(source)
        else:
            opened = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        with closing(opened) as database:
            made = database.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql LIKE 'create%virtual%table%'"
            ).fetchall()
    except (sqlite3.Error, OverflowError, UnicodeDecodeError):
        return  # GDAL names what is wrong with it
    other = [str(name) for name, sql in made if not OWN_TABLES.search(str(sql))]
    if other:
        raise InputError(
            f"{path}: its table '{other[0]}' shows another file, which is never opened; save the shapes themselves "
            "as a GeoPackage"
        )


def refuse_beside(path: Path | str) -> None:
    """Refuse a raster beside which masks, overviews or notes are the descriptions of other files or of a service.

    Raises
    ------
    InputError
        Naming the file beside it.
    """
    plain, member = archive_member(path)
    try:
        beside = list(_beside(Path(plain), member))
    except BROKEN_ZIP as fault:
        raise InputError(f"{path}: what lies beside it cannot be unpacked ({fault}); give the file itself") from None
    for name, head in beside:
        refuse_other_files(name, head)
        if b"OVERVIEW_FILE" in head:
            raise InputError(f"{name}: names a file of overviews, which is never opened; take this file away")


def _beside(file: Path, member: str) -> Iterator[tuple[str, bytes]]:
    """Give the files that GDAL would open with a raster, each with its beginning."""
    if not member:
        endings = {f"{base}{ending}".lower() for base in (file.name, file.stem) for ending in BESIDE}
        for other in sorted(file.parent.iterdir()):
            if other.name.lower() in endings and other.is_file():
                with other.open("rb") as opened:
                    yield str(other), opened.read(HEAD)
        return
    place = PurePosixPath(member)
    names = {str(place.parent / f"{base}{ending}").lower() for base in (place.name, place.stem) for ending in BESIDE}
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if str(PurePosixPath(info.filename)).lower() in names:
                with archive.open(info) as opened:
                    yield f"{file}!{info.filename}", opened.read(HEAD)


@contextmanager
def no_requests() -> Iterator[None]:
    """Open shapes with GDAL's requests switched off; what the caller's settings were comes back afterwards."""
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in OFF}
    pyogrio.set_gdal_config_options(OFF)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
