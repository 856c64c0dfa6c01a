"""What the issue log states of a workbook: the sheets that were not read, and the formulas without values."""

from __future__ import annotations

from collections.abc import Mapping

from siteprior.core.io.messy_tables import TextTable
from siteprior.core.issues import IssueLog

FORMULA = "formulas without stored values; open the workbook in Excel and save it"
"""What is stated of cells that look blank because their formulas were saved without their values."""


def report_sheets(table: TextTable, log: IssueLog) -> None:
    """Name the sheets of a workbook that were not read, and why the one read would not have been."""
    if table.although and (table.others or table.although == "it is hidden"):
        log.add(
            "patch", field="sheet", value=table.form, severity="warning",
            action=f"read although {table.although}: no other sheet fits",
        )  # fmt: skip
    for other in table.others:
        records = f"{other.records:,} {'record' if other.records == 1 else 'records'}"
        log.add(
            "patch", field="sheet", value=other.name, severity="notice" if other.alike else None,
            action=f"the sheet '{other.name}' ({records}) was not read: {other.why}; read: '{table.form}'",
        )  # fmt: skip


def report_formulas(table: TextTable, fields: Mapping[int, str], log: IssueLog) -> None:
    """Say once for each column how many of its cells are formulas without stored values.

    Parameters
    ----------
    table
        The sheet.
    fields
        The field each column is read as; other columns are called by their headers.
    log
        Takes the issues.
    """
    by_column: dict[int, list[int]] = {}
    for row, column in table.unstored:
        by_column.setdefault(column, []).append(row)
    for column, rows in sorted(by_column.items()):
        header = table.header[column] if column < len(table.header) else ""
        cells = "1 cell" if len(rows) == 1 else f"{len(rows):,} cells"
        where = f"row {rows[0]}" if len(rows) == 1 else f"rows {min(rows)} to {max(rows)}"
        log.add(
            "missing value", row=rows[0], field=fields.get(column, header), value=header,
            action=f"{cells} ({where}): {FORMULA}",
        )  # fmt: skip
