"""Plain tables with their header on line 1: CSV or Excel in, text out, rows known by their record number.

For the national files and siteprior's own fact tables, which come in one shape and in bulk; registers, which come in
every shape, are read by :mod:`siteprior.core.io.messy_tables`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.files import read_bytes
from siteprior.core.io.messy_tables import OtherSheet, TextTable, beside_data, decode
from siteprior.core.io.parse_values import decimal_commas, number
from siteprior.core.io.sheet_notes import report_formulas, report_sheets
from siteprior.core.io.workbooks import is_workbook, read_sheets
from siteprior.core.issues import IssueLog

GRID_M = (700_000.0, 1_300_000.0)
"""Extent of the British National Grid, metres east and north."""


def read_plain(
    path: Path | str,
    *,
    fits: Callable[[list[str]], bool],
    wants: str,
    log: IssueLog | None = None,
    uses: Callable[[list[str]], Collection[str]] | None = None,
) -> pd.DataFrame:
    r"""Read a CSV (``.gz`` and zip members too) or Excel table as text; nothing is converted, nothing becomes missing.

    Parameters
    ----------
    path
        CSV in UTF-8 (with or without byte-order mark) or Windows-1252, or a workbook (``.xlsx``, ``.xlsm``, ``.xls``,
        ``.ods``).
    fits
        Says of the column names whether this is the table wanted; picks the sheet of a workbook: the first that fits,
        one that is shown before one that is hidden or by its name beside the data.
    wants
        What the table must have, for the message when nothing fits.
    log
        Takes the names of the sheets of a workbook that fit too and are not read, and its formulas without stored
        values.
    uses
        Says of the names of the columns which are used: the others stay as they stand in the file. Without it all are.

    Returns
    -------
    DataFrame
        Text columns, trimmed, blank where empty; the index ``row`` is the record number, header included, so the
        first row is 2. Wholly blank rows are left out.

    Raises
    ------
    InputError
        When the file is missing or empty, cannot be read as a table, or no table in it fits.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("code,rank\nE01,\"1,234\"\n\nE02,\n", encoding="utf-8-sig")
    >>> read_plain(file, fits=lambda names: "code" in names, wants="a column 'code'")["rank"].to_dict()
    {2: '1,234', 4: ''}
    """
    data = read_bytes(path)
    if is_workbook(data):
        return _tidy(_sheet(data, path, fits, wants, log), uses)
    table = _csv(data, path)
    if not fits([str(name) for name in table.columns]):
        raise InputError(f"{path}: needs {wants}; it has {', '.join(map(str, table.columns)) or '(nothing)'}")
    return _tidy(table, uses)


def _csv(data: bytes, path: Path | str) -> pd.DataFrame:
    """Parse the bytes of a CSV as text."""
    encoding, text = decode(data)
    source = io.BytesIO(data) if encoding.startswith("utf-8") else io.StringIO(text)
    try:
        table = pd.read_csv(source, dtype=str, keep_default_na=False, skip_blank_lines=False, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as fault:
        raise InputError(f"{path}: cannot be read as CSV ({fault}); mend that line and save it again") from None
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError(f"{path}: the rows have more cells than the header; give every column a name")
    # of a file with no more lines than rows no cell holds a line break
    if text.count("\n") > len(table) + 1 or text.count("\r") > text.count("\r\n"):
        refuse_rows_in_a_cell(table, path, first=2)
    return table


def _sheet(
    data: bytes, path: Path | str, fits: Callable[[list[str]], bool], wants: str, log: IssueLog | None
) -> pd.DataFrame:
    """Return the sheet of a workbook that fits as text, its first record as the names of the columns."""
    encoding, sheets = read_sheets(data, str(path))
    named = [(sheet, _names(sheet.records[0] if sheet.records else [])) for sheet in sheets]
    fitting = [(sheet, names) for sheet, names in named if names and fits(names)]
    if not fitting:
        seen = "; ".join(f"{sheet.name}: {', '.join(names)}" for sheet, names in named)
        raise InputError(f"{path}: needs {wants}; it has {seen or '(nothing)'}")
    sheet, names = min(fitting, key=lambda pair: (pair[0].hidden, beside_data(pair[0].name)))
    if log is not None:
        left = [
            OtherSheet(other.name, len(other.records), "it is hidden" if other.hidden else "one table is read", True)
            for other, _ in fitting
            if other is not sheet and len(other.records) > 1
        ]
        although = "it is hidden" if sheet.hidden else ""
        facts = TextTable(tuple(names), 1, [], [], [], encoding, sheet.name, although, tuple(left),
                          tuple(cell for cell in sheet.unstored if cell[0] > 1))  # fmt: skip
        report_sheets(facts, log)
        report_formulas(facts, {}, log)
    return pd.DataFrame(sheet.records[1:], columns=names, dtype=str)


def _names(cells: Sequence[str]) -> list[str]:
    """Return the names of columns, each once: blank ones are numbered, and so are those that stand again."""
    names: list[str] = []
    for place, cell in enumerate(cells):
        name = cell or f"Unnamed: {place}"
        again = sum(other == name or other.rpartition(".")[0] == name for other in names)
        names.append(f"{name}.{again}" if name in names else name)
    return names


ROW_COLUMNS = 6
"""Columns from which on a cell with line breaks is looked at for rows: of fewer, a note may look like several."""


def refuse_rows_in_a_cell(table: pd.DataFrame, path: Path | str, *, first: int) -> None:
    r"""Refuse a table in which a cell holds whole rows, since a quotation mark is left open: they would be lost.

    Parameters
    ----------
    table
        Text, as it was split at commas.
    path
        What the file is called in messages.
    first
        The record number of the first row.

    Raises
    ------
    InputError
        When the line breaks of a cell have between them the commas that whole rows have.

    Examples
    --------
    >>> names = list("abcdef")
    >>> row = pd.DataFrame([["1,2,3,4,5,6\n1,2,3,4,5", "", "", "", "", ""]], columns=names)
    >>> refuse_rows_in_a_cell(row, "a.csv", first=2)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.InputError: a.csv: a quotation mark is left open in row 2: one cell there runs over 2 lines...
    """
    commas = len(table.columns) - 1
    if commas < ROW_COLUMNS - 1:
        return
    for name in table.columns:
        column = table[name]
        broken = column[column.str.contains("\n", regex=False, na=False)]
        breaks = broken.str.count("\n")
        rows = breaks[broken.str.count(",") >= breaks * commas]
        if len(rows):
            raise InputError(
                f"{path}: a quotation mark is left open in row {int(rows.index[0]) + first}: one cell there runs over "
                f"{rows.iloc[0] + 1} lines, which are rows; close it and save the file again"
            )


def _tidy(table: pd.DataFrame, uses: Callable[[list[str]], Collection[str]] | None) -> pd.DataFrame:
    """Trim names and the cells used, number the rows as a person sees them, and leave out the wholly blank ones."""
    table = table.set_axis(pd.RangeIndex(2, len(table) + 2, name="row"), axis=0)
    table = table.set_axis([" ".join(str(name).split()) for name in table.columns], axis=1)
    used = table.columns.isin(list(table.columns if uses is None else uses(list(table.columns))))
    for place in used.nonzero()[0].tolist():
        table.isetitem(place, _trimmed(table.iloc[:, place]))
    blank = (table.loc[:, used] == "").all(axis=1)
    if blank.any() and not used.all():
        blank &= (table[blank].apply(_trimmed) == "").all(axis=1).reindex(table.index, fill_value=False)
    return table[~blank] if blank.any() else table


def _trimmed(cells: pd.Series) -> pd.Series:
    """Return cells without the blanks about them, blank where they are missing."""
    return cells.fillna("").str.strip()


def words(name: str) -> str:
    """Return a header as plain lower-case words, so that spellings of one header meet.

    Examples
    --------
    >>> words("Index of Multiple Deprivation (IMD) Rank"), words("ATCO_Code")
    ('index of multiple deprivation imd rank', 'atco code')
    """
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))


def find_columns(columns: Iterable[str], wanted: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """Map each wanted name to the first column spelt like one of its variants; those not found are left out.

    Examples
    --------
    >>> find_columns(["Corridor", "ATCO_Code"], {"atco_code": ("atco", "atco code"), "kind": ("kind",)})
    {'atco_code': 'ATCO_Code'}
    """
    there: dict[str, str] = {}
    for column in columns:
        there.setdefault(words(column), column)
    return {name: there[v] for name, variants in wanted.items() for v in variants[::-1] if v in there}


def numbers(text: pd.Series) -> pd.Series:
    """Return text as numbers; what is not a plain finite number is missing. Commas are read in the column's form.

    Examples
    --------
    >>> numbers(pd.Series(["29,199", "9.00", "n/a", ""])).tolist(), numbers(pd.Series(["0,128", "1,5"])).tolist()
    ([29199.0, 9.0, nan, nan], [0.128, 1.5])
    """
    values = pd.to_numeric(text, errors="coerce").astype("float64")
    written = text[text.str.contains(",", regex=False).fillna(False).astype(bool)]
    if len(written):
        comma = decimal_commas(text.dropna())
        read = [number(each.strip(), comma=comma) for each in written]
        values = values.fillna(pd.Series(read, index=written.index, dtype="float64"))
    return values.where(values.abs() != float("inf"))
