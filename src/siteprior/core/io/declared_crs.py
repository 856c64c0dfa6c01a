"""Whether a vector file declares its coordinate system, or has the default of its format."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from siteprior.core.io.coordinate_systems import same_crs
from siteprior.core.io.file_kinds import VECTOR_KINDS
from siteprior.core.io.vector_sources import Source

DEGREES = pyproj.CRS("EPSG:4326")
"""What a GeoJSON and a GeoParquet file are in that say nothing (RFC 7946, section 4; GeoParquet 1.1, ``crs``)."""

UNDEFINED = re.compile(r"(undefined|unknown|unnamed)\b", re.IGNORECASE)
"""How a coordinate system is called that is none, in GeoPackages above all (its numbers 0 and -1)."""

_MEMBER = re.compile(rb'"crs"\s*:\s*{')
_CHUNK = 1 << 24


def is_default(source: Source, crs: pyproj.CRS | None, *, parquet: bool) -> bool:
    """Return whether a file declares no coordinate system: it was read with a default of its format, or none.

    Parameters
    ----------
    source
        From :func:`siteprior.core.io.vector_sources.vector_source`.
    crs
        The coordinate system it was read with.
    parquet
        Whether it is GeoParquet.

    Examples
    --------
    >>> is_default(b'{"type": "FeatureCollection", "features": []}', DEGREES, parquet=False)
    True
    >>> is_default(b'{"type": "FeatureCollection", "crs": {"type": "name"}}', DEGREES, parquet=False)
    False
    """
    if crs is None or not same_crs(crs, DEGREES):
        return crs is None
    return _parquet_says_nothing(source) if parquet else _geojson_says_nothing(source)


def declares_places(crs: pyproj.CRS) -> bool:
    """Return whether a coordinate system has positions on a map, and is not one called undefined.

    Examples
    --------
    >>> declares_places(DEGREES), declares_places(pyproj.CRS('ENGCRS["Undefined Cartesian SRS",EDATUM["x"],\
CS[Cartesian,2],AXIS["(E)",east],AXIS["(N)",north],LENGTHUNIT["metre",1]]'))
    (True, False)
    """
    return (crs.is_geographic or crs.is_projected) and not UNDEFINED.match(crs.name)


def _geojson_says_nothing(source: Source) -> bool:
    """Return whether it is a GeoJSON without a member ``crs``."""
    if isinstance(source, str):
        return False
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as opened:
        chunk = opened.read(_CHUNK)
        if not VECTOR_KINDS["GeoJSON"].match(chunk):
            return False
        rest = b""
        while chunk:
            if _MEMBER.search(rest + chunk):
                return False
            rest, chunk = chunk[-64:], opened.read(_CHUNK)
    return True


def _parquet_says_nothing(source: Source) -> bool:
    """Return whether the geometry column of a GeoParquet file states no coordinate system."""
    try:
        metadata = pq.read_schema(io.BytesIO(source) if isinstance(source, bytes) else Path(source)).metadata or {}
        geo = json.loads(metadata.get(b"geo", b"{}"))
        return "crs" not in geo["columns"][geo["primary_column"]]
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError):
        return False
