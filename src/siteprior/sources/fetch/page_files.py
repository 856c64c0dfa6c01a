"""The one file that the pages of a service become, written page by page: GeoJSON, JSON, CSV, GeoPackage or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from siteprior.sources.fetch.client import Refused

if TYPE_CHECKING:
    from pydantic import JsonValue

ENDINGS = (".geojson", ".json", ".csv", ".gpkg", ".parquet")
"""Endings of files that pages can become."""


class PageFile:
    """Takes records page by page and counts them, and those without a shape; the memory of one page is all it needs."""

    def __init__(self, file: IO[str], ending: str, limit: int) -> None:
        self._file, self._ending, self._limit = file, ending, limit
        self.records = 0
        self._shapeless = 0
        self.columns: dict[str, None] = {}
        self._size = 0

    def write(self, records: Sequence[Mapping[str, Any]], crs: JsonValue) -> None:
        """Write the records of a page; ``crs`` is the coordinate system of all, as the first page states it."""
        for given in records:
            shapeless = "properties" in given and not _has_shape(given.get("geometry"))
            record = {**given, "geometry": None} if shapeless and "geometry" in given else given
            if self._ending not in (".csv", ".json") and record.get("type") != "Feature":
                raise Refused(f"the service sends records without shapes, which a {self._ending} file cannot take")
            if self._ending == ".csv":
                row = _flat(record)
                self.columns |= dict.fromkeys(row)
                self._put(json.dumps(row, ensure_ascii=False) + "\n")
            else:
                self._put(",\n" if self.records else self._begin(crs))
                self._put(json.dumps(record, ensure_ascii=False))
            self.records += 1
            self._shapeless += shapeless

    @property
    def without_shape(self) -> int:
        """How many features have no shape; of a table none is missed where no feature has one."""
        return 0 if self._ending == ".csv" and self._shapeless == self.records else self._shapeless

    def end(self, crs: JsonValue) -> None:
        """Write what stands behind the last record."""
        if self._ending != ".csv":
            self._put(("" if self.records else self._begin(crs)) + ("\n]\n" if self._ending == ".json" else "\n]}\n"))

    def _begin(self, crs: JsonValue) -> str:
        if self._ending == ".json":
            return "[\n"
        stated = f'"crs": {json.dumps(crs)}, ' if crs else ""
        return f'{{"type": "FeatureCollection", {stated}"features": [\n'

    def _put(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._limit:
            raise Refused(f"the pages are larger than {self._limit / 1e9:g} GB; if that is right, raise --max-gb")
        self._file.write(text)


@contextmanager
def page_file(target: Path, limit: int) -> Iterator[PageFile]:
    """Give what takes pages; when all are there, ``target`` is written by its ending.

    Parameters
    ----------
    target
        The file to write, which the caller moves to its place.
    limit
        The most signs that are written.

    Raises
    ------
    Refused
        When pages cannot become a file of this ending, or are too large.
    """
    ending = target.suffix.lower()
    if ending not in ENDINGS:
        raise Refused(f"pages of a service cannot become a {ending} file; end the path with {', '.join(ENDINGS)}")
    plain = ending in (".geojson", ".json")
    pages = target if plain else target.with_name(f"{target.name}.pages")
    try:
        with pages.open("w", encoding="utf-8", newline="\n") as file:
            taken = PageFile(file, ending, limit)
            yield taken
            taken.end(None)
        if ending == ".csv":
            _write_csv(pages, target, list(taken.columns))
        elif not plain:
            _write_layer(pages, target)
    finally:
        if not plain:
            pages.unlink(missing_ok=True)


def _has_shape(shape: JsonValue) -> bool:
    """Return whether a geometry of GeoJSON has anything in it.

    Examples
    --------
    >>> _has_shape({"type": "Point", "coordinates": [1, 2]}), _has_shape({"type": "Point", "coordinates": []})
    (True, False)
    """
    return isinstance(shape, dict) and bool(shape.get("coordinates", shape.get("geometries")))


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record as a row of a table: a feature's properties, with a point's coordinates; lists as JSON."""
    row = dict(record.get("properties") or {}) if "properties" in record else dict(record)
    shape = record.get("geometry") if "properties" in record else None
    if isinstance(shape, dict) and shape.get("type") == "Point":
        row |= dict(zip(("x", "y"), shape["coordinates"], strict=False))
    return {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in row.items()}


def _write_csv(pages: Path, target: Path, columns: list[str]) -> None:
    with pages.open(encoding="utf-8") as lines, target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(json.loads(line) for line in lines)


def _write_layer(pages: Path, target: Path) -> None:
    """Write features as a GeoPackage or GeoParquet."""
    import geopandas as gpd

    features = gpd.read_file(pages, engine="pyogrio")
    if target.suffix.lower() == ".parquet":
        features.to_parquet(target)
    else:
        features.to_file(target, driver="GPKG", layer=target.stem)
