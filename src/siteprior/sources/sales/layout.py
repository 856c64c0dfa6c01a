"""What a file of sales looks like: Price Paid Data as published, without a header, or a table with one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from siteprior.core.errors import InputError
from siteprior.core.files import is_packed, open_stream
from siteprior.core.io.duckdb_session import csv_rows
from siteprior.core.io.line_ends import has_mixed_ends, line_feeds
from siteprior.core.io.national_tables import find_columns, words

PUBLISHED = (
    "transaction", "price", "transfer_date", "postcode", "property_type", "new_build", "tenure", "paon", "saon",
    "street", "locality", "town", "district", "county", "category", "status",
)  # fmt: skip
"""The sixteen columns of the published file, in its order (HM Land Registry, *How to access Price Paid Data*)."""

SALE_HEADERS = {
    "transaction": ("transaction", "transaction id", "transaction unique identifier", "unique id", "tuid"),
    "price": ("price", "price paid", "price gbp"),
    "transfer_date": ("transfer date", "date of transfer", "deed date", "date"),
    "postcode": ("postcode", "post code"),
    "property_type": ("property type", "type"),
    "new_build": ("new build", "old new", "new", "newbuild"),
    "tenure": ("tenure", "duration", "estate type"),
    "category": ("ppd category", "ppd category type", "category", "category type", "transaction category"),
    "status": ("status", "record status", "record status monthly file only"),
}
"""The columns used, and how headers spell them."""

SALE_NEEDS = ("transaction", "price", "transfer_date", "postcode", "property_type")

FLOOR_HEADERS = {
    "transaction": SALE_HEADERS["transaction"],
    "floor_area_m2": ("floor area m2", "total floor area", "total floor area m2", "tfarea", "floor area"),
}

HEAD_BYTES = 200_000
HEAD_ROWS = 50
"""So many rows are looked at to find what a file is; the first of them may be broken."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Layout(NamedTuple):
    """A file the engine can read: where it lies, how many columns it has, and which of them are used.

    Attributes
    ----------
    path
        The file itself, unpacked.
    label
        Its name in issues and provenance.
    width
        How many columns it has.
    header
        How many records stand before its rows: the one that names the columns is the last of them; 0 where none does.
    at
        Column wanted → its place in the file, from 0.
    """

    path: Path
    label: str
    width: int
    header: int
    at: dict[str, int]

    @property
    def rows(self) -> str:
        """The SQL that reads the file's rows as text columns ``c0``, ``c1``, …; lines of another width are refused."""
        return csv_rows([self.path], [f"c{n}" for n in range(self.width)], header=self.header)


def sales_layout(path: Path, label: str) -> Layout:
    """Return the layout of a file of sales.

    Raises
    ------
    InputError
        When it is no such file: other columns, a web page, nothing at all.
    """
    rows, number = _head(path, label)
    found = find_columns(rows[0], SALE_HEADERS)
    if len(found) > 1:
        return _by_header(path, label, rows[0], number, found, SALE_NEEDS)
    if any(_is_published(row) for row in rows):
        return Layout(path, label, len(PUBLISHED), 0, {n: PUBLISHED.index(n) for n in SALE_HEADERS})
    raise InputError(
        f"{label}: is no file of sales: {_seen(rows)}; give Price Paid Data as published (CSV, {len(PUBLISHED)} "
        f"columns, no header row) or a CSV whose header names {', '.join(SALE_NEEDS)}"
    )


def floor_layout(path: Path, label: str) -> Layout:
    """Return the layout of a table of floor areas by transaction.

    Raises
    ------
    InputError
        When its header does not name the transaction and the floor area.
    """
    (names, *_), number = _head(path, label)
    return _by_header(path, label, names, number, find_columns(names, FLOOR_HEADERS), tuple(FLOOR_HEADERS))


def unpacked(path: Path | str, folder: Path, *, number: int) -> Path:
    """Return the plain file with lines of one end: itself, or its content written into ``folder``, checked to its end.

    A carriage return alone ends a line there too; where others end with a line feed, the engine would lose lines.

    Raises
    ------
    InputError
        When the file is missing, empty or broken.
    """
    text = str(path)
    with open_stream(path) as stream:  # a missing file is reported here too
        if not stream.read(1):
            raise InputError(f"{text}: the file is empty; replace it or take it out of the project")
    if not is_packed(path):
        with open_stream(path) as stream:
            if not has_mixed_ends(stream):
                return Path(path)
    target = folder / f"unpacked-{number}.csv"
    with open_stream(path) as stream, target.open("wb") as out:
        out.writelines(line_feeds(stream))
    return target


def _head(path: Path, label: str) -> tuple[list[list[str]], int]:
    """Return the first rows of a file that are not blank, and the record number of the first of them."""
    with open_stream(path) as stream:
        data = stream.read(HEAD_BYTES)
    text = data.decode("utf-8-sig", errors="replace")
    whole = text[: text.rfind("\n") + 1] or text
    reader = csv.reader(io.StringIO(whole, newline=None))  # a carriage return alone ends a line, as in the rows
    try:
        rows = [(row, number) for number, row in enumerate(reader, start=1) if any(cell.strip() for cell in row)]
    except csv.Error as fault:
        raise InputError(f"{label}: cannot be read as CSV ({fault}); export it again") from None
    if not rows:
        raise InputError(f"{label}: the file holds no row; replace it or take it out of the project")
    return [row for row, _ in rows[:HEAD_ROWS]], rows[0][1]


def _is_published(row: list[str]) -> bool:
    """Return whether a row is one of the published file: sixteen cells, a price and a day in their places."""
    return len(row) == len(PUBLISHED) and row[1].strip().isdigit() and bool(_DAY.match(row[2].strip()))


def _by_header(
    path: Path, label: str, names: list[str], number: int, found: dict[str, str], needs: Iterable[str]
) -> Layout:
    """Return the layout of a file whose header is the record ``number``, or refuse it."""
    lacks = [name for name in needs if name not in found]
    if lacks:
        raise InputError(f"{label}: lacks the columns {', '.join(lacks)}; {_seen([names])}")
    spelt = [words(name) for name in names]
    twice = sorted({name for name in found.values() if spelt.count(words(name)) > 1})
    if twice:
        raise InputError(f"{label}: has more than one column {', '.join(twice)}; keep the one that is meant")
    return Layout(path, label, len(names), number, {name: names.index(column) for name, column in found.items()})


def _seen(rows: list[list[str]]) -> str:
    """Return what stands first in a file, shortened; a page saved in place of a table is named as one."""
    first = ", ".join(cell.strip() for cell in rows[0])
    if first.lstrip().startswith("<"):
        return "it is a web page or XML; download the file itself"
    return f"its first row has {len(rows[0])} cells: {first[:200]}{'…' if len(first) > 200 else ''}"
