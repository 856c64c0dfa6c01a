"""Spreadsheet files as people save them: any CSV or Excel workbook in, rows of text out, nothing guessed about values.

Rows keep their record number, which is what a person sees in the margin of a spreadsheet: header, blank rows and rows
above the header count, and a cell that runs over several lines is still one record.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from siteprior.core.errors import InputError, unknown
from siteprior.core.files import read_bytes
from siteprior.core.io.workbook_parts import Merged
from siteprior.core.io.workbooks import Sheet, is_workbook, read_sheets

DELIMITERS = (",", ";", "\t", "|")
HEADER_DEPTH = 40
"""How many records from the top are looked at for the header."""

Score = Callable[[Sequence[str]], float]
"""How much a record looks like the header wanted; 0 means not at all."""

SIDE_SHEETS = (
    "example", "schema", "validat", "template", "about", "guidance", "deleted", "removed", "withdrawn", "lookup",
    "look up", "look-up", "dropdown", "drop down", "drop-down",
)  # fmt: skip
"""Words in the names of sheets that explain a workbook, or keep what was taken out, instead of holding its data."""


class OtherSheet(NamedTuple):
    """A sheet of a workbook that was not read: its name, its records with text, why, and whether it looks like data."""

    name: str
    records: int
    why: str
    alike: bool


class TextTable(NamedTuple):
    """A table as text: its header, its records below the header, and how the file had to be read.

    Attributes
    ----------
    header
        The header's cells, trimmed.
    header_row
        The header's record number, from 1.
    rows
        The records below the header, each as long as the header's record, cells trimmed.
    numbers
        The record number of each row.
    overflow
        The record numbers of rows that hold text to the right of the last column with a name.
    encoding
        ``utf-8``, ``utf-8-sig`` (with a byte-order mark), ``utf-16``, ``cp1252``, ``latin-1``, or ``xlsx``, ``ods``,
        ``xls`` of a workbook.
    form
        The delimiter of a CSV, or the name of the sheet of a workbook.
    although
        Why the sheet would not have been read, had there been another; blank where it is a sheet like any.
    others
        The sheets of the workbook that were not read; blank ones are not listed.
    unstored
        The record number and the column (from 0) of formulas without a stored value, below the header.
    merged
        The ranges of cells merged into one, below the header.
    """

    header: tuple[str, ...]
    header_row: int
    rows: list[tuple[str, ...]]
    numbers: list[int]
    overflow: list[int]
    encoding: str
    form: str
    although: str = ""
    others: tuple[OtherSheet, ...] = ()
    unstored: tuple[tuple[int, int], ...] = ()
    merged: tuple[Merged, ...] = ()


class _Scored(NamedTuple):
    """A sheet, or a text split by one delimiter, with the place of its header and what that scores."""

    sheet: Sheet
    at: int
    points: float

    @property
    def filled(self) -> bool:
        """Whether a record below the header holds text, or a formula."""
        below = self.sheet.records[self.at + 1 :]
        return any(any(map(str.strip, cells)) for cells in below) or any(
            row > self.at + 1 for row, _ in self.sheet.unstored
        )

    @property
    def side(self) -> bool:
        """Whether the sheet is by its name beside the data."""
        return beside_data(self.sheet.name)

    @property
    def although(self) -> str:
        """Why the sheet is not read before others; blank where it is a sheet like any."""
        return "it is hidden" if self.sheet.hidden else "its name says that it is beside the data" if self.side else ""


def beside_data(name: str) -> bool:
    """Return whether a sheet is by its name an example, a template, a look-up or a list of what was taken out.

    Examples
    --------
    >>> [beside_data(name) for name in ("Example Data", "Sites_Deleted", "Data", "2019")]
    [True, True, False, False]
    """
    return any(word in name.lower().replace("_", " ") for word in SIDE_SHEETS)


def read_table(path: Path | str, *, score: Score, wanted: str, sheet: str | None = None) -> TextTable:
    r"""Read a CSV or Excel file as text, in records, without converting or dropping anything.

    The delimiter, the sheet and the header are those that score highest; of equals the first. A sheet that is hidden,
    or by its name an example, a template, a look-up or a list of what was deleted (:data:`SIDE_SHEETS`), is read only
    where no other fits, or when it is named.

    Parameters
    ----------
    path
        CSV in any encoding, line end and delimiter, or a workbook (``.xlsx``, ``.xlsm``, ``.xls``, ``.ods``); ``.gz``
        and ``archive.zip!member`` too.
    score
        Says of a record's cells how much they look like the header wanted.
    wanted
        What the header needs, for the message when none is found.
    sheet
        The sheet of a workbook to read; the one that scores highest when not given.

    Returns
    -------
    TextTable

    Raises
    ------
    InputError
        When the file is missing, empty, a workbook that cannot be opened, or holds no record that scores.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("My list;;\nRef;Name;Area\n1;Old mill;0,5\n", encoding="utf-8")
    >>> table = read_table(file, score=lambda cells: float("Ref" in cells), wanted="a column Ref")
    >>> table.header, table.header_row, table.rows, table.numbers
    (('Ref', 'Name', 'Area'), 2, [('1', 'Old mill', '0,5')], [3])
    """
    encoding, scored = _scored(path, score, wanted)
    if sheet is not None and encoding in WORKBOOKS:
        named = {each.sheet.name: each for each in scored}
        if sheet not in named:
            raise InputError(unknown("sheet", sheet, named, where=str(path)))
        if named[sheet].points <= 0:
            raise _no_header(path, [named[sheet]], wanted)
        return _table(named[sheet], encoding)
    best = _ranked(scored, least=0.5)[0]
    return _table(best, encoding, _others(scored, [best])) if encoding in WORKBOOKS else _table(best, encoding)


def read_tables(path: Path | str, *, score: Score, wanted: str) -> list[TextTable]:
    r"""Read every sheet of a workbook that holds such a table, in their order; of a CSV the one table there is.

    All visible sheets count whose header scores at least half of what the best scores, and that hold a record below
    it. A sheet that is hidden, or by its name beside the data (:data:`SIDE_SHEETS`), is read only where there is no
    other, and then only the best of them; so is one without records. The first table names those not read.

    Parameters
    ----------
    path, score, wanted
        As for :func:`read_table`.

    Returns
    -------
    list of TextTable
        At least one.

    Raises
    ------
    InputError
        As for :func:`read_table`.
    """
    encoding, scored = _scored(path, score, wanted)
    best = _ranked(scored)[0]
    read = [
        each
        for each in scored
        if each.points * 2 >= best.points and each.filled and not (each.sheet.hidden or each.side)
    ]
    if encoding not in WORKBOOKS or best.sheet.hidden or best.side or not best.filled:
        read = [best]
    first = _table(read[0], encoding, _others(scored, read) if encoding in WORKBOOKS else ())
    return [first, *(_table(each, encoding) for each in read[1:])]


WORKBOOKS = ("xlsx", "ods", "xls")
"""What the encoding of a table is called that was read from a workbook."""


def _scored(path: Path | str, score: Score, wanted: str) -> tuple[str, list[_Scored]]:
    """Return the encoding of a file, and its sheets (or readings by delimiter) with the header found in each."""
    data = read_bytes(path)
    if is_workbook(data):
        encoding, sheets = read_sheets(data, str(path))
    else:
        encoding, text = decode(data)
        sheets = [Sheet(mark, _records(text, mark)) for mark in _delimiters(text)]
    scored = [_Scored(sheet, *_header(sheet.records, score)) for sheet in sheets]
    if not any(each.points > 0 for each in scored):
        other = "" if encoding in WORKBOOKS else _other_kind(text)
        raise InputError(f"{path}: is {other}. Needs {wanted}") if other else _no_header(path, scored, wanted)
    return encoding, scored


OTHER_KINDS = (
    (r"<!doctype html|<html|<head|<body|<script", "a web page (HTML) and no table; download the file itself"),
    (r"<\?xml|<!--|<[a-z]", "XML and no table; give a CSV or a workbook"),
    (r"[{\[](?=.{0,5000}\"(geometry|coordinates)\")", "GeoJSON and no table; save its properties with the coordinates "
     "as CSV, or give it to own_sites"),
    (r"[{\[]", "JSON and no table; give a CSV or a workbook"),
    (r"%PDF", "a PDF and no table; ask for the table it was made from"),
)  # fmt: skip
"""How text begins that is no table, and what it is."""


def _other_kind(text: str) -> str:
    """Return what text is that holds no header of a table; blank where it is of no kind known here.

    Examples
    --------
    >>> _other_kind("  <!DOCTYPE html><html>"), _other_kind("a,b")
    ('a web page (HTML) and no table; download the file itself', '')
    """
    start = text[:10_000].lstrip()
    return next((kind for begins, kind in OTHER_KINDS if re.match(begins, start, re.IGNORECASE | re.DOTALL)), "")


def _ranked(scored: Sequence[_Scored], *, least: float = 0.0) -> list[_Scored]:
    """Return what has a header, the best first: with records, shown, not beside the data; of such by its score.

    ``least`` is the share of the highest score that what is shown must reach to go before what is not.
    """
    highest = max(each.points for each in scored)
    return sorted(
        (each for each in scored if each.points > 0),
        key=lambda each: (
            each.points >= least * highest, each.filled, not each.sheet.hidden, not each.side, each.points,
        ),
        reverse=True,
    )  # fmt: skip


def _no_header(path: Path | str, scored: Sequence[_Scored], wanted: str) -> InputError:
    """Say that no record is a header, and what stands in the first that holds text."""
    records = (cells for each in scored for cells in each.sheet.records)
    first = next((cells for cells in records if any(c.strip() for c in cells)), [])
    shown = ", ".join(cell.strip() for cell in first if cell.strip())[:200] or "(nothing)"
    unstored = any(row <= HEADER_DEPTH for each in scored for row, _ in each.sheet.unstored)
    return InputError(
        f"{path}: no recognisable header in the first {HEADER_DEPTH} records; found: {shown}. Needs {wanted}"
        + (". It holds formulas without stored values; open it in Excel and save it" if unstored else "")
    )


def _others(scored: Sequence[_Scored], read: Sequence[_Scored]) -> tuple[OtherSheet, ...]:
    """Name the sheets that are not read and hold text, each with the reason."""
    others = []
    for each in scored:
        records = sum(any(map(str.strip, cells)) for cells in each.sheet.records)
        if each in read or not records:
            continue
        fits = each.points > 0
        reasons = (
            (each.although, bool(each.although)),
            ("its header is not the one wanted", not fits),
            ("it holds no records below its header", not each.filled),
            ("another sheet fits better", True),
        )
        why = next(reason for reason, holds in reasons if holds)
        others.append(OtherSheet(each.sheet.name, records, why, fits and each.filled))
    return tuple(others)


def decode(data: bytes) -> tuple[str, str]:
    """Return the encoding and the text of bytes: by byte-order mark, then UTF-8, then Windows-1252, then Latin-1.

    Examples
    --------
    >>> decode("£".encode("cp1252")), decode("£".encode())
    (('cp1252', '£'), ('utf-8', '£'))
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", data.decode("utf-16", errors="replace")
    if data[:200].count(b"\x00") > len(data[:200]) / 4:
        # UTF-16 without its mark: ASCII text then has its zero bytes all on odd or all on even places; a stray one or
        # two in a file are no sign of it
        order = "utf-16-le" if data[1:2] == b"\x00" else "utf-16-be"
        return "utf-16", data.decode(order, errors="replace")
    if data.startswith(b"\xef\xbb\xbf"):
        data, encoding = data[3:], "utf-8-sig"
    else:
        encoding = "utf-8"
    for name in (encoding, "cp1252"):
        try:
            return name, data.decode("utf-8" if name.startswith("utf-8") else name)
        except UnicodeDecodeError:
            continue
    return "latin-1", data.decode("latin-1")


def _delimiters(text: str) -> list[str]:
    """Return the delimiters that occur at the top of the text (a lone column counts as comma separated)."""
    top = text[:20_000]
    return [mark for mark in DELIMITERS if mark in top] or [","]


def _records(text: str, delimiter: str) -> list[list[str]]:
    """Split text into records; every line end (also a bare carriage return) counts, inside quotes it is kept."""
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"))
    limit = csv.field_size_limit(len(text) + 1)  # a drawn boundary in one cell passes the module's default
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    finally:
        csv.field_size_limit(limit)


def _header(records: list[list[str]], score: Score) -> tuple[int, float]:
    """Return the place of the record among the first that scores highest, and its score."""
    points = [score(cells) for cells in records[:HEADER_DEPTH]] or [0.0]
    at = max(range(len(points)), key=lambda i: (points[i], -i))
    return at, points[at]


def _table(found: _Scored, encoding: str, others: tuple[OtherSheet, ...] = ()) -> TextTable:
    """Cut the records below the header to its width and number them as a spreadsheet does."""
    records, at = found.sheet.records, found.at
    header = [" ".join(cell.split()) for cell in records[at]]
    width = len(header)
    named = max((place for place, cell in enumerate(header, start=1) if cell), default=0)
    rows, overflow = [], []
    for number, cells in enumerate(records[at + 1 :], start=at + 2):
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed[named:]):
            overflow.append(number)
        rows.append(tuple(trimmed[:width] + [""] * (width - len(trimmed))))
    return TextTable(
        tuple(header), at + 1, rows, list(range(at + 2, len(records) + 1)), overflow, encoding, found.sheet.name,
        found.although, others, tuple(cell for cell in found.sheet.unstored if cell[0] > at + 1),
        tuple(each for each in found.sheet.merged if each.first > at + 1),
    )  # fmt: skip
