"""What the issue log says of a workbook."""

from __future__ import annotations

import pytest

from siteprior.core.io.messy_tables import OtherSheet, TextTable
from siteprior.core.io.sheet_notes import FORMULA, report_formulas, report_sheets
from siteprior.core.issues import IssueLog


def table(**facts) -> TextTable:
    return TextTable(("Ref", "Area"), 1, [], [], [], "xlsx", "2025")._replace(**facts)


def said(log: IssueLog, *columns: str):
    return [tuple(row[column] for column in columns) for row in log.rows]


def test_each_sheet_not_read_is_one_row_graver_where_it_looks_like_data():
    log = IssueLog("a.xlsx")
    others = (OtherSheet("2019", 1200, "it is hidden", True), OtherSheet("Notes", 1, "its header is not", False))
    report_sheets(table(others=others), log)
    assert said(log, "field", "issue_type", "severity", "value", "action") == [
        ("sheet", "patch", "notice", "2019",
         "the sheet '2019' (1,200 records) was not read: it is hidden; read: '2025'"),
        ("sheet", "patch", "info", "Notes",
         "the sheet 'Notes' (1 record) was not read: its header is not; read: '2025'"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("although", "others", "rows"),
    [
        ("it is hidden", (), 1),
        ("its name says that it is beside the data", (), 0),  # the one sheet of its workbook, whatever it is called
        ("its name says that it is beside the data", (OtherSheet("Notes", 1, "x", False),), 2),
        ("", (), 0),
    ],
)
def test_a_sheet_read_although_it_is_hidden_is_a_warning(although, others, rows):
    log = IssueLog("a.xlsx")
    report_sheets(table(although=although, others=others), log)
    assert len(log.rows) == rows
    if rows:
        assert said(log, "severity", "action")[0] == ("warning", f"read although {although}: no other sheet fits")


def test_formulas_are_counted_for_each_column():
    log = IssueLog("a.xlsx")
    report_formulas(table(unstored=((3, 1), (2, 0), (9, 1), (4, 7))), {1: "hectares"}, log)
    assert said(log, "row", "field", "value", "action") == [
        (2, "Ref", "Ref", f"1 cell (row 2): {FORMULA}"),
        (3, "hectares", "Area", f"2 cells (rows 3 to 9): {FORMULA}"),
        (4, "", "", f"1 cell (row 4): {FORMULA}"),
    ]
    assert "formulas without stored values; open the workbook in Excel and save it" in FORMULA
