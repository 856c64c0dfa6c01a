"""Sheets of rows as a workbook for Excel and its kin: text stays text, and the same rows give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from siteprior.core.files import whole_file
from siteprior.report import style
from siteprior.report.tables import begins_formula

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(1980, 1, 1)
"""The date every workbook bears, so that no clock enters: the earliest a zip archive knows."""

PIXELS = 7
"""Pixels to the character of a column's width, in the standard font."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
"""Characters a cell can hold."""


@dataclass(frozen=True)
class Link:
    """A text that opens a file which stands beside the workbook, by its relative path."""

    text: str
    to: str


Cell = str | float | date | Link | None
"""What a cell may hold: text, a number, a date (a real one where its column has a form, else text), or nothing."""

Kind = Literal["plain", "head", "title"]


@dataclass(frozen=True)
class Row:
    """One row of cells, and how it looks: plain, ``head`` (bold on grey) or ``title`` (bold and larger)."""

    cells: Sequence[Cell]
    kind: Kind = "plain"


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the widths of its columns (characters, kept in whole pixels), and its rows.

    ``head`` says that the first row holds the heads of a table: it stays in sight and can be filtered. Columns in
    ``wrap`` (from 0) break long texts into lines; ``forms`` has the number or date format of a column, as Excel writes
    it. ``picture`` is a PNG, shown below the rows.
    """

    name: str
    widths: Sequence[float]
    rows: Iterable[Row]
    head: bool = False
    wrap: frozenset[int] = frozenset()
    forms: Mapping[int, str] = field(default_factory=dict)
    picture: bytes | None = None


def write_xlsx(path: Path | str, sheets: Sequence[Sheet]) -> Path:
    """Write a workbook, whole or not at all, and return its path.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> file = Path(tempfile.mkdtemp()) / "a.xlsx"
    >>> _ = write_xlsx(file, [Sheet("Sites", (10, 8), [Row(["Name", "ha"], "head"), Row(["=1+1", 0.5])], head=True)])
    >>> [[cell.value for cell in row] for row in openpyxl.load_workbook(file)["Sites"]]
    [['Name', 'ha'], ['=1+1', 0.5]]
    """
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    # In memory every part of the archive bears the same date; on disk it would bear that of a temporary file.
    with Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": CREATED})
        top = {"text_wrap": True, "valign": "top"}
        looks = {
            "head": book.add_format({"bold": True, "bg_color": style.TRACK, **top}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "wrapped": book.add_format(top),
            "link": book.add_format({"font_color": style.DEEP, "underline": 1}),
            "text": book.add_format({"quote_prefix": True}),
            **{form: book.add_format({"num_format": form}) for sheet in sheets for form in sheet.forms.values()},
        }
        for sheet in sheets:
            _fill(book.add_worksheet(sheet.name), sheet, looks)
    with whole_file(path) as temporary:
        temporary.write_bytes(stream.getvalue())
    return Path(path)


def _fit(text: str) -> str:
    """Return a text without the signs a cell cannot hold, no longer than one can be."""
    return _UNFIT.sub(" ", text)[:_LONGEST]


def _fill(page: Worksheet, sheet: Sheet, looks: dict[str, Format]) -> None:
    """Write the rows of a sheet, its widths, filter and picture."""
    for column, width in enumerate(sheet.widths):
        page.set_column_pixels(column, column, round(width * PIXELS))
    length = 0
    for number, row in enumerate(sheet.rows):
        length = number + 1
        for column, value in enumerate(row.cells):
            plain = looks["wrapped"] if column in sheet.wrap else looks.get(sheet.forms.get(column, ""))
            look = looks.get(row.kind, plain)
            if isinstance(value, Link):
                page.write_url(number, column, f"external:{value.to}", looks["link"], _fit(value.text))
            elif isinstance(value, Real) and not isinstance(value, bool):
                page.write_number(number, column, float(value), look)
            elif isinstance(value, date) and column in sheet.forms and row.kind == "plain":
                page.write_datetime(number, column, datetime(value.year, value.month, value.day), look)
            elif value is not None:
                # Never ``write``, which would make a formula, a link or a number of a text that looks like one.
                text = value.isoformat() if isinstance(value, date) else str(value)
                if look is None and begins_formula(text):
                    look = looks["text"]  # so that it stays text where the cell is edited, too
                page.write_string(number, column, _fit(text), look)
    if sheet.head:
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, length - 1, len(sheet.widths) - 1)
    if sheet.picture is not None:
        page.insert_image(length + 1, 0, f"{sheet.name}.png", {"image_data": io.BytesIO(sheet.picture)})
