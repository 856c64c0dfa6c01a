"""Features of a GeoJSON that GDAL leaves out without a word: counted in the file itself, and the first one named.

GDAL takes an entry of ``features`` whose ``type`` is not ``Feature``, and a line of a sequence that is no JSON, for
nothing. A row lost so would be missed by nobody.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeAlias

from siteprior.core.errors import InputError
from siteprior.core.io.file_kinds import HEAD
from siteprior.core.io.outside_references import GEOJSON

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

RECORD = b"\x1e"
"""What begins each feature of a GeoJSON text sequence (RFC 8142)."""

SHOWN = 40
_LARGE = 1 << 22
"""Bytes from which DuckDB counts, fifty times as fast as ``json``, but slow to load."""


def refuse_left_out(path: Path | str, source: bytes | Path | str, rows: int) -> None:
    """Refuse a GeoJSON of which fewer features were read than it has entries.

    Parameters
    ----------
    path
        What the file is called in messages.
    source
        The file, or the bytes of what was packed; what is no GeoJSON is not looked at.
    rows
        How many features were read of it.

    Raises
    ------
    InputError
        Naming the first entry that is no feature.

    Examples
    --------
    >>> feature = b'{"type": "Feature", "properties": {}, "geometry": null}'
    >>> refuse_left_out("a.geojson", b'{"features": [' + feature + b"]}", 1)
    >>> refuse_left_out("a.geojson", b'{"features": [' + feature + b', {"type": 5}]}', 1)
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.geojson: feature 2 of 2 is none, its type is 5, not "Feature": it would be \
left out; mend or remove it
    """
    if isinstance(source, str) or (isinstance(source, Path) and source.is_dir()):
        return
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as opened:
        if not GEOJSON.match(opened.read(HEAD)):
            return
        opened.seek(0)
        data = opened.read()
    entries = _entries(data)
    if entries is None or entries <= rows:
        return
    for number, why in _none(data):
        raise InputError(
            f"{path}: feature {number} of {entries} is none, {why}: it would be left out; mend or remove it"
        )
    raise InputError(f"{path}: of its {entries} features only {rows} can be read; save the file as GeoPackage")


def _entries(data: bytes) -> int | None:
    """Return how many features a GeoJSON has by its own account; ``None`` of what has no ``features`` or lines."""
    if data.startswith(RECORD):
        return data.count(RECORD)
    text = data.decode("utf-8-sig", errors="replace")
    if len(data) >= _LARGE:
        return _counted(text)
    try:
        document: Json = json.loads(text)
    except (ValueError, RecursionError):
        return _lines(text)
    listed = document.get("features") if isinstance(document, dict) else None
    return len(listed) if isinstance(listed, list) else None


def _counted(text: str) -> int | None:
    """Count the features of a large document without making a value of each number in it."""
    import duckdb

    with closing(duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": "false"})) as database:
        with suppress(duckdb.Error):  # a kernel without ipywidgets shows no bar, and takes no setting
            database.execute("SET enable_progress_bar = false")
        try:
            found = database.execute("SELECT json_array_length(?::VARCHAR, '$.features')", [text]).fetchall()
        except duckdb.Error:
            return _lines(text)
    return None if found[0][0] is None else int(found[0][0])


def _lines(text: str) -> int | None:
    """Count the lines of a sequence, one feature a line; ``None`` of what is none."""
    first = text.lstrip().partition("\n")[0]
    return sum(1 for line in text.split("\n") if line.strip()) if _fault(first) is None else None


def _fault(entry: Json) -> str | None:
    """Return why an entry, or the text of one, is no feature."""
    if isinstance(entry, str):
        try:
            entry = json.loads(entry)
        except (ValueError, RecursionError):
            return "it is no JSON"
    if not isinstance(entry, dict):
        return f"it is {_short(entry)}"
    if entry.get("type") != "Feature":
        return f'its type is {_short(entry["type"])}, not "Feature"' if "type" in entry else "it has no type"
    return None


def _none(data: bytes) -> Iterator[tuple[int, str]]:
    """Give the entries that are no features: their number from 1, and why."""
    text = data.decode("utf-8-sig", errors="replace")
    entries: list[Json]
    if data.startswith(RECORD):
        entries = list(text.split(RECORD.decode())[1:])
    else:
        try:
            document: Json = json.loads(text)
            listed = document.get("features") if isinstance(document, dict) else None
            entries = [json.dumps(entry) for entry in listed] if isinstance(listed, list) else []
        except (ValueError, RecursionError):
            entries = [line for line in text.split("\n") if line.strip()]
    for number, entry in enumerate(entries, start=1):
        why = _fault(entry)
        if why is not None:
            yield number, why


def _short(value: Json) -> str:
    """Return a value as JSON, short enough for a message."""
    text = json.dumps(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
