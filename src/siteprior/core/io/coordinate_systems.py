"""Coordinate systems as people and files write them: which one is meant, and whether two are the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TypeAlias

import pyproj

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog

Stated: TypeAlias = str | int | pyproj.CRS | Mapping[str, str]
"""What states a coordinate system: ``"EPSG:27700"``, a number, PROJ's or WKT's words, a dictionary of old packages."""

_INIT = re.compile(r"(?:\+?init\s*=\s*)?([a-z]+):(\d+)(?:\s+\+\S+)*", re.IGNORECASE)


def read_crs(stated: Stated | None) -> pyproj.CRS | None:
    """Return the coordinate system that is meant, ``None`` where nothing that can be read is.

    Parameters
    ----------
    stated
        What pyproj reads, and what older packages wrote: ``{'init': 'epsg:4326'}``, also as text, ``+init=epsg:4326``.

    Examples
    --------
    >>> read_crs("{'init': 'epsg:4326'}").to_string(), read_crs("+init=epsg:27700 +type=crs").to_string()
    ('EPSG:4326', 'EPSG:27700')
    >>> read_crs(27700).to_string(), read_crs("Birmingham"), read_crs(None)
    ('EPSG:27700', None, None)
    """
    if isinstance(stated, str) and stated.strip().startswith("{"):
        try:
            given = ast.literal_eval(stated.strip())
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            given = stated  # JSON of PROJ, which pyproj reads
        stated = given if isinstance(given, dict) and "init" in given else stated
    if isinstance(stated, Mapping) and "init" in stated:
        stated = str(stated["init"])
    if isinstance(stated, str):
        text = stated.strip()
        named = _INIT.fullmatch(text)
        stated = f"{named[1].upper()}:{named[2]}" if named else text
    if stated is None or stated == "":
        return None
    try:
        return pyproj.CRS.from_user_input(stated)
    except (pyproj.exceptions.CRSError, ValueError, TypeError):
        return None


def stated_crs(stated: Stated, *, file: str) -> pyproj.CRS:
    """Return the coordinate system somebody states for a file.

    Raises
    ------
    InputError
        When it is none, or none that positions on a map can have.

    Examples
    --------
    >>> stated_crs("EPSG:27700", file="a.geojson").name
    'OSGB36 / British National Grid'
    >>> stated_crs("Birmingham", file="a.geojson")
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.geojson: 'Birmingham' is not a coordinate system; give one such as EPSG:27700
    """
    crs = read_crs(stated)
    if crs is None:
        raise InputError(f"{file}: '{stated}' is not a coordinate system; give one such as EPSG:27700")
    if not (crs.is_geographic or crs.is_projected):
        raise InputError(f"{file}: '{stated}' ({crs.name}) has no positions on a map; give one such as EPSG:27700")
    return crs


def same_crs(first: pyproj.CRS, second: pyproj.CRS) -> bool:
    """Return whether two coordinate systems have the same numbers for the same place; heights apart.

    Examples
    --------
    >>> same_crs(pyproj.CRS("OGC:CRS84"), pyproj.CRS(4326)), same_crs(pyproj.CRS(7405), pyproj.CRS(27700))
    (True, True)
    >>> same_crs(pyproj.CRS(3857), pyproj.CRS(27700))
    False
    """
    flat = [(crs.sub_crs_list[0] if crs.is_compound else crs).to_2d() for crs in (first, second)]
    codes = {crs.to_epsg() for crs in flat}
    return (len(codes) == 1 and None not in codes) or flat[0].equals(flat[1], ignore_axis_order=True)


def crs_to_use(
    own: Stated | None, stated: Stated | None, *, file: str, log: IssueLog | None = None
) -> pyproj.CRS | None:
    """Return the coordinate system a file is read in: the one stated, else its own.

    Parameters
    ----------
    own
        What the file declares; ``None`` for nothing, or a default of its format.
    stated
        What the project or the caller states.
    file
        What the file is called in messages.
    log
        Takes a row where the file declares another than is stated.

    Returns
    -------
    CRS
        ``None`` where neither is there, or the file's own cannot be read.

    Raises
    ------
    InputError
        When the one stated is none.

    Examples
    --------
    >>> log = IssueLog("a.gpkg")
    >>> crs_to_use("EPSG:3857", "EPSG:27700", file="a.gpkg", log=log).to_string(), log.rows[0]["action"]
    ('EPSG:27700', 'read as EPSG:27700, which is stated for it, though the file itself declares EPSG:3857')
    """
    declared = read_crs(own)
    if stated is None:
        return declared
    chosen = stated_crs(stated, file=file)
    if log is not None and declared is not None and not same_crs(declared, chosen):
        log.add(
            "default-value", field="crs", value=named_crs(declared), severity="warning",
            action=f"read as {named_crs(chosen)}, which is stated for it, though the file itself declares "
            f"{named_crs(declared)}",
        )  # fmt: skip
    return chosen


def named_crs(crs: pyproj.CRS) -> str:
    """Return a short name of a coordinate system: its code, else what it is called.

    Examples
    --------
    >>> named_crs(pyproj.CRS("OGC:CRS84")), named_crs(pyproj.CRS("EPSG:27700"))
    ('OGC:CRS84', 'EPSG:27700')
    """
    text = crs.to_string()
    return text if re.fullmatch(r"[A-Za-z]+:\w+", text) else f"'{crs.name}'"
