"""The header of a table the user makes: which column states what, and that it states enough."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from siteprior.core.errors import InputError
from siteprior.core.io.messy_tables import TextTable
from siteprior.core.io.sheet_notes import report_formulas, report_sheets
from siteprior.core.issues import IssueLog
from siteprior.core.shown_text import one_line
from siteprior.registers.column_names import header_key


def header_score(cells: Sequence[str], keys: Mapping[str, str]) -> float:
    """Say how much a record looks like the header: how many of its cells are names of columns.

    Examples
    --------
    >>> header_score(["Site ID", "spam"], {"siteid": "site_id"})
    1.0
    """
    return float(sum(header_key(cell) in keys for cell in cells))


def known_columns(
    table: TextTable,
    keys: Mapping[str, str],
    log: IssueLog,
    *,
    file: str,
    wanted: str,
    enough: Callable[[Collection[str]], bool],
) -> dict[str, int]:
    """Return where each column stands, of two for one thing the first; report what the workbook has beside its cells.

    Parameters
    ----------
    table
        The table as read.
    keys
        The column by what its head may be (:func:`siteprior.registers.column_names.header_key`).
    log
        Where sheets that were not read, and cells made by formulas, are reported.
    file
        What the file is called.
    wanted
        The columns it needs, in words.
    enough
        Whether the columns found are those it needs.

    Raises
    ------
    InputError
        When they are not.
    """
    at = [(keys.get(header_key(cell)), position) for position, cell in enumerate(table.header)]
    known = {name: position for name, position in reversed(at) if name is not None}
    if not enough(known):
        raise InputError(f"{file}: needs the columns {wanted}; it has {', '.join(map(one_line, table.header))}")
    report_sheets(table, log)
    report_formulas(table, {position: name for name, position in known.items()}, log)
    return known
