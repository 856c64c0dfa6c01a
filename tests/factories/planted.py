"""Files of the sample in which every text is a payload: what tests/test_planted_text.py runs a project over."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from itertools import cycle
from pathlib import Path

import pandas as pd

from siteprior.core.files import shipped

DATA = shipped("data")


def table(source: Path, into: Path, columns: Sequence[str], texts: Sequence[str], rows: int | None = None) -> Path:
    """Write a table of the sample with payloads in columns, a workbook where it is called so; return where it is."""
    given = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig").head(rows)
    supply = cycle(texts)
    for column in columns:
        given[column] = [next(supply) for _ in range(len(given))]
    if into.suffix == ".xlsx":
        given.to_excel(into, index=False, engine="openpyxl")
    else:
        given.to_csv(into, index=False)
    return into


def headless(source: str, into: Path, columns: Sequence[int], some: Sequence[int], texts: Sequence[str]) -> Path:
    """Write a table without a header with payloads in columns, and in every fifth row of some more; return its place.

    ``some`` are the columns a row is read by, which is refused where they hold a payload.
    """
    given = pd.read_csv(io.StringIO(source), dtype=str, keep_default_na=False, header=None)
    supply = cycle(texts)
    for column in columns:
        given[column] = [next(supply) for _ in range(len(given))]
    for column in some:
        given.loc[given.index % 5 == column % 5, column] = texts[column % len(texts)]
    given.to_csv(into, index=False, header=False)
    return into


def corridors(into: Path, texts: Sequence[str]) -> Path:
    """Write the corridors of the sample, each name and each stop's with a payload."""
    given = pd.read_csv(DATA / "transit/corridors.csv", dtype=str, keep_default_na=False)
    names = dict(zip(given["corridor"].unique(), cycle(texts), strict=False))
    given["corridor"] = [f"{name} {names[name]}" for name in given["corridor"]]
    given["stop_name"] = [f"{name} {text}" for name, text in zip(given["stop_name"], cycle(texts), strict=False)]
    given["state_note"] = given["state_confidence"] = texts[0]
    given.to_csv(into, index=False)
    return into


def shapes(document: str, into: Path, names: Iterable[str], texts: Sequence[str]) -> Path:
    """Write a GeoJSON text with payloads in properties; return where it is."""
    contents, supply = json.loads(document), cycle(texts)
    for feature in contents["features"]:
        feature["properties"] |= {name: next(supply) for name in names}
    into.write_text(json.dumps(contents), encoding="utf-8")
    return into


FEED = {
    "agency.txt": ["agency_name"],
    "routes.txt": ["route_short_name", "route_long_name"],
    "stops.txt": ["stop_name"],
    "trips.txt": ["trip_headsign"],
}
"""What is text for people in a timetable."""


def timetable(into: Path, texts: Sequence[str]) -> Path:
    """Write the timetable of the sample with payloads for its names; return where it is."""
    supply = cycle(texts)
    with (
        zipfile.ZipFile(DATA / "transit/timetable.zip") as source,
        zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name).decode("utf-8")
            if name in FEED:
                rows = list(csv.DictReader(io.StringIO(data)))
                written = io.StringIO()
                writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows({**row, **{column: next(supply) for column in FEED[name]}} for row in rows)
                data = written.getvalue()
            target.writestr(name, data)
    return into
