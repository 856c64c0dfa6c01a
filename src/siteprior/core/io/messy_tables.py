"""Spreadsheet files as people save them: any CSV or Excel workbook in, rows of text out, nothing guessed about values.

Rows keep their record number, which is what a person sees in the margin of a spreadsheet: header, blank rows and rows
above the header count, and a cell that runs over several lines is still one record.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

from siteprior.core.errors import InputError, unknown
from siteprior.core.files import read_bytes

DELIMITERS = (",", ";", "\t", "|")
HEADER_DEPTH = 40
"""How many records from the top are looked at for the header."""

Score = Callable[[Sequence[str]], float]
"""How much a record looks like the header wanted; 0 means not at all."""

SIDE_SHEETS = ("example", "schema", "validat", "template", "about", "guidance")
"""Words in the names of sheets that explain a workbook instead of holding its data."""


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
        ``utf-8``, ``utf-8-sig`` (with a byte-order mark), ``utf-16``, ``cp1252``, ``latin-1`` or ``xlsx``.
    form
        The delimiter of a CSV, or the name of the sheet of a workbook.
    """

    header: tuple[str, ...]
    header_row: int
    rows: list[tuple[str, ...]]
    numbers: list[int]
    overflow: list[int]
    encoding: str
    form: str


def read_table(path: Path | str, *, score: Score, wanted: str, sheet: str | None = None) -> TextTable:
    r"""Read a CSV or Excel file as text, in records, without converting or dropping anything.

    The delimiter, the sheet and the header are those that score highest; of equals the first.

    Parameters
    ----------
    path
        CSV in any encoding, line end and delimiter, or ``.xlsx``/``.xlsm``; ``.gz`` and ``archive.zip!member`` too.
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
    data = read_bytes(path)
    if data.startswith(b"PK\x03\x04"):
        encoding, sheets = "xlsx", _workbook(data, str(path))
        if sheet is not None and sheet not in sheets:
            raise InputError(unknown("sheet", sheet, sheets, where=str(path)))
        sheets = sheets if sheet is None else {sheet: sheets[sheet]}
    elif data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(
            f"{path}: is an old Excel file (.xls) or protected by a password; open it and save it as .xlsx or CSV "
            "without a password"
        )
    else:
        encoding, text = decode(data)
        sheets = {mark: _records(text, mark) for mark in _delimiters(text)}
    best = max(
        ((form, *_header(records, score)) for form, records in sheets.items()),
        key=lambda found: (found[2], not any(word in found[0].lower() for word in SIDE_SHEETS)),
    )
    form, at, points = best
    if points <= 0:
        first = next((cells for records in sheets.values() for cells in records if any(c.strip() for c in cells)), [])
        shown = ", ".join(cell.strip() for cell in first if cell.strip())[:200] or "(nothing)"
        raise InputError(
            f"{path}: no recognisable header in the first {HEADER_DEPTH} records; found: {shown}. Needs {wanted}"
        )
    return _table(sheets[form], at, encoding, form)


def decode(data: bytes) -> tuple[str, str]:
    """Return the encoding and the text of bytes: by byte-order mark, then UTF-8, then Windows-1252, then Latin-1.

    Examples
    --------
    >>> decode("£".encode("cp1252")), decode("£".encode())
    (('cp1252', '£'), ('utf-8', '£'))
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", data.decode("utf-16", errors="replace")
    if b"\x00" in data[:200]:
        # UTF-16 without its mark: ASCII text then has its zero bytes all on odd or all on even places
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


def _workbook(data: bytes, name: str) -> dict[str, list[list[str]]]:
    """Return the records of every sheet of a workbook, cells as the text a person would type."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drop-down lists and styles, which are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = {}
            for sheet in book.worksheets:
                sheet.reset_dimensions()  # the size a workbook states is often wrong
                sheets[sheet.title] = [[cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
            book.close()
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError, SyntaxError) as fault:
        raise InputError(f"{name}: the workbook cannot be opened ({fault}); save it again as .xlsx or CSV") from None
    return sheets


def cell_text(value: object) -> str:
    """Return a spreadsheet cell as text: whole numbers without ``.0``, dates as ISO, nothing as the empty text.

    Examples
    --------
    >>> [cell_text(v) for v in (None, 12.0, 0.25, True, dt.datetime(2019, 3, 4))]
    ['', '12', '0.25', 'TRUE', '2019-03-04']
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def _header(records: list[list[str]], score: Score) -> tuple[int, float]:
    """Return the place of the record among the first that scores highest, and its score."""
    points = [score(cells) for cells in records[:HEADER_DEPTH]] or [0.0]
    at = max(range(len(points)), key=lambda i: (points[i], -i))
    return at, points[at]


def _table(records: list[list[str]], at: int, encoding: str, form: str) -> TextTable:
    """Cut the records below the header to its width and number them as a spreadsheet does."""
    header = [" ".join(cell.split()) for cell in records[at]]
    width = len(header)
    named = max((place for place, cell in enumerate(header, start=1) if cell), default=0)
    rows, overflow = [], []
    for number, cells in enumerate(records[at + 1 :], start=at + 2):
        trimmed = [cell.strip() for cell in cells]
        if any(trimmed[named:]):
            overflow.append(number)
        rows.append(tuple(trimmed[:width] + [""] * (width - len(trimmed))))
    return TextTable(tuple(header), at + 1, rows, list(range(at + 2, len(records) + 1)), overflow, encoding, form)
