"""Features kept between runs: one file each, named by all that made it, and never trusted unless it is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pyproj
import shapely

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import OutputError
from siteprior.core.files import whole_file
from siteprior.core.io.vector_files import ROW
from siteprior.core.io.vector_part import Box, Squares
from siteprior.core.parameters import parameter_rows
from siteprior.core.schema import CRS

FORMAT = 2
"""Counts up whenever the same file would make other features, or they are kept otherwise."""

_SEAL = hashlib.sha256().digest_size


@dataclass(frozen=True)
class KeptFeatures:
    """What was read of one file of a published layer: the features about the areas, and facts of the whole file.

    Attributes
    ----------
    table
        GeoDataFrame on EPSG:27700: the shapes, and as text the columns that were asked for and found.
    columns
        The file's columns.
    bounds
        The box of all its features, metres; ``None`` where none has a place.
    rows
        How many features it has.
    seen
        Distinct values of the columns found, of the whole file.
    more, matched
        What the file states of itself as a page of a longer answer.
    squares
        How many of its features lie in each square of 100 km of the National Grid.
    issues
        What was found while it was read, arguments of :meth:`siteprior.core.issues.IssueLog.add`, without the file.
    """

    table: gpd.GeoDataFrame
    columns: tuple[str, ...]
    bounds: Box | None
    rows: int
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    more: bool = False
    matched: int | None = None
    issues: tuple[Mapping[str, CellValue], ...] = ()
    squares: Squares = ()


def kept_name(sha256: str, *options: str | float | bool | tuple[str | float, ...] | None) -> str:
    """Return the name of the file that keeps features: a hash of the source, the parameters and the options.

    Examples
    --------
    >>> kept_name("ab", "layer") == kept_name("ab", "other")
    False
    """
    versions = [FORMAT, pyproj.proj_version_str, pyogrio.__gdal_version__, shapely.geos_version_string]
    key = [versions, sha256, parameter_rows("evidence"), options]
    return f"features-{hashlib.sha256(repr(key).encode()).hexdigest()[:32]}.arrow"


def store(path: Path, features: KeptFeatures) -> None:
    """Keep what was read of a file, whole or not at all; where it cannot be written, it is read anew next time."""
    table = features.table
    columns = {ROW: pa.array(table.index.to_numpy(dtype="int64"))}
    columns["geometry"] = pa.array(shapely.to_wkb(table.geometry.to_numpy()), type=pa.large_binary())
    names = [str(name) for name in table.columns if name != table.active_geometry_name]
    columns |= {name: pa.array(table[name].astype(object).where(table[name].notna(), None), pa.large_string())
                for name in names}  # fmt: skip
    facts = {
        "columns": features.columns, "bounds": features.bounds, "rows": features.rows,
        "seen": {name: list(texts) for name, texts in features.seen.items()},
        "more": features.more, "matched": features.matched, "issues": [dict(row) for row in features.issues],
        "squares": features.squares,
    }  # fmt: skip
    arrow = pa.table(columns).replace_schema_metadata({b"facts": json.dumps(facts).encode()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    content = sink.getvalue()
    with suppress(OutputError), whole_file(path) as temporary, temporary.open("wb") as opened:
        opened.write(hashlib.sha256(content).digest())
        opened.write(content)


def load(path: Path) -> KeptFeatures | None:
    """Return what was kept; ``None`` where the file is missing or not as it was written."""
    try:
        with path.open("rb") as opened:
            seal, content = opened.read(_SEAL), opened.read()
    except OSError:
        return None
    if not content or hashlib.sha256(content).digest() != seal:
        return None
    arrow = pa.ipc.open_file(pa.BufferReader(content)).read_all()
    facts = json.loads((arrow.schema.metadata or {})[b"facts"])
    shapes = shapely.from_wkb(np.asarray(arrow["geometry"].to_numpy(zero_copy_only=False), dtype=object))
    others = {name: arrow[name].to_pandas() for name in arrow.column_names if name not in (ROW, "geometry")}
    index = pd.Index(arrow[ROW].to_numpy(), name=ROW)
    table = gpd.GeoDataFrame(
        {name: pd.Series(values.to_numpy(dtype=object), index=index, dtype="str") for name, values in others.items()},
        index=index, geometry=shapes, crs=CRS,
    )  # fmt: skip
    bounds = facts["bounds"]
    return KeptFeatures(
        table, tuple(facts["columns"]), None if bounds is None else (bounds[0], bounds[1], bounds[2], bounds[3]),
        facts["rows"], {name: tuple(texts) for name, texts in facts["seen"].items()}, facts["more"],
        facts["matched"], tuple(facts["issues"]), tuple((east, north, many) for east, north, many in facts["squares"]),
    )  # fmt: skip
