"""Plain tables with their header on line 1: CSV or Excel in, text out, rows known by their record number.

For the national files and siteprior's own fact tables, which come in one shape and in bulk; registers, which come in
every shape, are read by :mod:`siteprior.core.io.messy_tables`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.files import read_bytes

GRID_M = (700_000.0, 1_300_000.0)
"""Extent of the British National Grid, metres east and north."""

EXCEL = b"PK\x03\x04"
"""The first bytes of every .xlsx file."""

MIDNIGHT = r" 00:00:00$"
"""What a workbook adds to a date when its cell becomes text."""


def read_plain(path: Path | str, *, fits: Callable[[list[str]], bool], wants: str) -> pd.DataFrame:
    r"""Read a CSV (``.gz`` and zip members too) or Excel table as text; nothing is converted, nothing becomes missing.

    Parameters
    ----------
    path
        CSV in UTF-8 (with or without byte-order mark) or Windows-1252, or an ``.xlsx`` workbook.
    fits
        Says of the column names whether this is the table wanted; picks the sheet of a workbook.
    wants
        What the table must have, for the message when nothing fits.

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
    sheets = _sheets(data, path) if data.startswith(EXCEL) else {"": _csv(data, path)}
    for table in sheets.values():
        if fits([str(name) for name in table.columns]):
            return _tidy(table)
    seen = "; ".join(f"{name + ': ' if name else ''}{', '.join(map(str, t.columns))}" for name, t in sheets.items())
    raise InputError(f"{path}: needs {wants}; it has {seen or '(nothing)'}")


def _csv(data: bytes, path: Path | str) -> pd.DataFrame:
    """Parse the bytes of a CSV as text."""
    try:
        data.decode("utf-8")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    try:
        table = pd.read_csv(
            io.BytesIO(data), dtype=str, keep_default_na=False, skip_blank_lines=False, encoding=encoding
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as fault:
        raise InputError(f"{path}: cannot be read as CSV ({fault}); mend that line and save it again") from None
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError(f"{path}: the rows have more cells than the header; give every column a name")
    return table


def _sheets(data: bytes, path: Path | str) -> dict[str, pd.DataFrame]:
    """Return the sheets of a workbook as text, by name."""
    try:
        sheets = pd.read_excel(io.BytesIO(data), sheet_name=None, dtype=str, keep_default_na=False)
        return {str(name): sheet.replace(MIDNIGHT, "", regex=True) for name, sheet in sheets.items()}
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as fault:
        raise InputError(f"{path}: cannot be read as a workbook ({fault}); save it as .xlsx or CSV") from None


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Trim names and cells, number the rows as a person sees them, and leave out the wholly blank ones."""
    table = table.set_axis(pd.RangeIndex(2, len(table) + 2, name="row"), axis=0)
    table = table.set_axis([" ".join(str(name).split()) for name in table.columns], axis=1)
    table = table.fillna("").apply(lambda column: column.str.strip())
    return table[(table != "").any(axis=1)]


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
    """Return text as numbers; what is not a plain finite number is missing. Thousands commas are allowed.

    Examples
    --------
    >>> numbers(pd.Series(["29,199", "9.00", "n/a", ""])).tolist()
    [29199.0, 9.0, nan, nan]
    """
    values = pd.to_numeric(text.str.replace(",", "", regex=False), errors="coerce").astype("float64")
    return values.where(values.abs() != float("inf"))
