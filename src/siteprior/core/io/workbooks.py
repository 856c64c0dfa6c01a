"""Workbooks (.xlsx, .xlsm, .xls, .ods): every sheet as records of text, with what a cell alone does not show."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from typing import NamedTuple

import python_calamine

from siteprior.core.errors import InputError
from siteprior.core.io.workbook_parts import SAVE_AGAIN, Merged, Part, first_fault, look_through

PACKED = b"PK\x03\x04"
"""The first bytes of a packed workbook (.xlsx, .xlsm, .ods)."""

OLD = b"\xd0\xcf\x11\xe0"
"""The first bytes of an old workbook (.xls), and of a new one under a password."""

_LOCKED = ("EncryptedPackage".encode("utf-16-le"), "EncryptionInfo".encode("utf-16-le"))

Typed = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
"""What a cell holds as Excel sees it."""


class Sheet(NamedTuple):
    """A sheet of a workbook as text.

    Attributes
    ----------
    name
        What it is called.
    records
        Its records from the first to the last that holds anything, cells as a person would type them.
    hidden
        Whether the workbook does not show it.
    unstored
        Record (from 1) and column (from 0) of each formula that was saved without a value.
    merged
        The ranges of cells merged into one.
    """

    name: str
    records: list[list[str]]
    hidden: bool = False
    unstored: Sequence[tuple[int, int]] = ()
    merged: Sequence[Merged] = ()


def is_workbook(data: bytes) -> bool:
    r"""Return whether bytes are those of a workbook, of any kind.

    Examples
    --------
    >>> is_workbook(b"PK\x03\x04..."), is_workbook(b"SiteReference,GeoX")
    (True, False)
    """
    return data.startswith((PACKED, OLD))


def read_sheets(data: bytes, name: str) -> tuple[str, list[Sheet]]:
    """Return the kind of a workbook (``xlsx``, ``ods`` or ``xls``) and its sheets in order.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        What it is called in messages.

    Raises
    ------
    InputError
        When it is protected by a password, damaged, no workbook, or larger than is read
        (:mod:`siteprior.core.io.workbook_parts`).
    """
    if data.startswith(OLD) and any(mark in data for mark in _LOCKED):
        raise InputError(f"{name}: the workbook is protected by a password; open it in Excel and save it without")
    parts = look_through(data, name) if data.startswith(PACKED) else None
    looked = parts.sheets if parts else {}
    try:
        with python_calamine.load_workbook(io.BytesIO(data)) as book:
            listed = [each for each in book.sheets_metadata if each.typ == python_calamine.SheetTypeEnum.WorkSheet]
            sheets = [_sheet(book, each, looked.get(each.name)) for each in listed]
    except python_calamine.PasswordError:
        raise InputError(
            f"{name}: the workbook is protected by a password; open it in Excel and save it without"
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError, OverflowError) as fault:
        raise _damaged(data, name, fault, packed=parts is not None and parts.kind == "xlsx") from None
    except BaseException as fault:
        # what ends the reader itself is no Exception of Python's, and is known by its name alone
        if type(fault).__name__ != "PanicException":
            raise
        raise _damaged(data, name, fault, packed=parts is not None and parts.kind == "xlsx") from None
    if not sheets:
        raise InputError(f"{name}: the workbook holds no sheet of cells; give one that does")
    return (parts.kind if parts else "xls"), sheets


def _damaged(data: bytes, name: str, fault: BaseException, *, packed: bool) -> InputError:
    """Say that a workbook cannot be opened, and where its first fault stands, if that is found."""
    place = first_fault(data) if packed else ""
    why = place or " ".join(str(fault).split())[:200]
    if data.startswith(OLD):
        return InputError(
            f"{name}: is an old Excel file (.xls) that is damaged or protected by a password ({why}); open it in "
            "Excel and save it as .xlsx or CSV without a password"
        )
    return InputError(f"{name}: the workbook cannot be opened, it is damaged ({why}); {SAVE_AGAIN}")


def _sheet(book: python_calamine.CalamineWorkbook, facts: python_calamine.SheetMetadata, part: Part | None) -> Sheet:
    """Return one sheet as text; the text of an error cell comes from the sheet's part."""
    sheet = book.get_sheet_by_name(facts.name)
    records = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    if part is not None:
        last = max((row for row, _ in part.unstored), default=0)
        records += ([] for _ in range(last - len(records)))  # a row of formulas without values is none of nothing
    hidden = facts.visible != python_calamine.SheetVisibleEnum.Visible
    if part is None:
        corners = sheet.merged_cell_ranges or []
        merged = [Merged(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in corners]
        return Sheet(facts.name, records, hidden, (), merged)
    for (row, column), text in part.errors.items():
        if row <= len(records) and column < len(records[row - 1]):
            records[row - 1][column] = text
    return Sheet(facts.name, records, hidden, tuple(part.unstored), tuple(part.merged))


def _text(value: Typed) -> str:
    """Return a cell as text; a number that is none is a fault of the workbook."""
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"'{value}' is no number")
    return cell_text(value)


def cell_text(value: object) -> str:
    """Return a spreadsheet cell as text: whole numbers without ``.0``, dates as ISO, nothing as the empty text.

    Examples
    --------
    >>> [cell_text(v) for v in (None, 12.0, 0.25, True, dt.datetime(2019, 3, 4))]
    ['', '12', '0.25', 'TRUE', '2019-03-04']
    """
    if isinstance(value, str):
        return value
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
