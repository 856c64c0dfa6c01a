"""The sheets of a register's workbook: each that holds sites is read and accounted for alone, the others are named.

What a workbook does and a CSV cannot is decided here: copies of rows on two sheets, cells merged over several rows, and
formulas that were saved without their values.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from siteprior.core.files import MEMBER
from siteprior.core.io.messy_tables import TextTable, read_tables
from siteprior.core.io.sheet_notes import FORMULA, report_formulas, report_sheets
from siteprior.core.issues import IssueLog
from siteprior.registers.column_names import header_score, match_headers
from siteprior.registers.parse import DATES, REQUIRED
from siteprior.registers.rows import WANTED, Rows, clean_text, read_rows, two_line_header

PER_SITE = frozenset(
    {"reference", "hectares", "deliverable_homes", "min_net_dwellings", "range_from", "range_to", "point"}
)  # fmt: skip
"""Fields of which one value over several rows is no value of each of them: an amount would count several times."""

CALLED = {field: column for column, fields in REQUIRED.items() for field in fields} | {
    **{field: column for column, field in DATES.items()}, "permission_type": "planning_permission_type",
    "range_to": "maximum_net_dwellings", "planning_history": "planning_permission_history",
}  # fmt: skip
"""Fields that issues call by their declared columns."""

PLACE = frozenset({"x", "y", "easting", "northing", "longitude", "latitude", "point"})
"""Fields whose absence is reported as that of coordinates."""


def read_register_sheets(path: Path | str, label: str) -> list[tuple[Rows, IssueLog]]:
    """Read every sheet of a workbook that is a register, or the one table of any other file.

    Parameters
    ----------
    path
        The file; see :func:`siteprior.core.io.messy_tables.read_tables`.
    label
        What the file is called. Where several sheets are read, each is called ``label!sheet``.

    Returns
    -------
    list
        The rows of each sheet in the workbook's order, and the issues met while it was read. A row that stands on an
        earlier sheet with the same texts is merged with it.

    Raises
    ------
    InputError
        When the file cannot be read or has no recognisable header.
    """
    tables = read_tables(path, score=header_score, wanted=WANTED)
    read: list[tuple[Rows, IssueLog]] = []
    seen: dict[tuple[tuple[str, str], ...], str] = {}
    for table in tables:
        log = IssueLog(label if len(tables) == 1 else f"{label}{MEMBER}{table.form}")
        report_sheets(table, log)
        rows = read_rows(_filled_down(two_line_header(table), log), log)
        report_formulas(
            table, {match.column: CALLED.get(match.field, match.field) for match in rows.headers.matches}, log
        )
        if len(tables) > 1:
            rows = _without_copies(rows, log, seen)
        read.append((rows, log))
    return read


def explain_blanks(rows: Rows, log: IssueLog) -> None:
    """Say of every value missing because its formula has no stored value that this is why, not that it is blank."""
    fields = {match.column: match.field for match in rows.headers.matches}
    unstored: dict[int, set[str]] = {}
    for row, column in rows.table.unstored:
        field = fields.get(column, "")
        unstored.setdefault(row, set()).update({field, CALLED.get(field, field)})
    anywhere = set().union(*unstored.values())
    for issue in log.rows:
        absent = anywhere if issue["row"] is None else unstored.get(issue["row"], set())
        if not absent or FORMULA in issue["action"]:
            continue
        field = str(issue["field"])
        of_place = field in (*PLACE, "coordinates") and absent & PLACE
        of_row = issue["row"] is not None and not field and issue["issue_type"] in ("missing value", "patch")
        if field in absent or of_place or of_row:
            action = issue["action"].replace("blank in all", "without a value in all")
            issue["action"] = f"{action}: {FORMULA}" if action else FORMULA


def _filled_down(table: TextTable, log: IssueLog) -> TextTable:
    """Give each row under a merged cell the cell's text, but for amounts and references, which are one site's own."""
    if not table.merged or not table.numbers:
        return table
    fields = {match.column: match.field for match in match_headers(table.header).matches}
    rows, first = list(table.rows), table.numbers[0]
    for merged in table.merged:
        at, end = merged.first - first, min(merged.last - first, len(rows) - 1)
        if at < 0 or end <= at or merged.left >= len(table.header) or not rows[at][merged.left]:
            continue
        text, field = rows[at][merged.left], fields.get(merged.left, "")
        one = field in PER_SITE
        if not one:
            for place in range(at + 1, end + 1):
                rows[place] = (*rows[place][: merged.left], text, *rows[place][merged.left + 1 :])
        log.add(
            "patch", row=merged.first, field=field or table.header[merged.left], value=text[:120],
            action=f"a merged cell over rows {merged.first} to {merged.last}: "
            + ("read for the first of them alone, for it is one value" if one else "read for each of them"),
        )  # fmt: skip
    return table._replace(rows=rows)


def _without_copies(rows: Rows, log: IssueLog, seen: dict[tuple[tuple[str, str], ...], str]) -> Rows:
    """Leave out the rows that stand with the same texts on a sheet read before, and note this sheet's own."""
    kept: list[int] = []
    own: dict[tuple[tuple[str, str], ...], str] = {}
    texts: Sequence[tuple[str, Sequence[str]]] = sorted(rows.fields.items())
    references = rows.texts("reference")
    for place, number in enumerate(rows.numbers):
        key = tuple((field, text) for field, cells in texts if (text := clean_text(cells[place])))
        if references[place] and key in seen:
            log.add(
                "reference values are not unique", row=number, field="reference", value=references[place],
                action=f"identical to {seen[key]}; merged with it",
            )  # fmt: skip
            continue
        kept.append(place)
        own.setdefault(key, f"row {number} of {log.file}")
    for key, where in own.items():
        seen.setdefault(key, where)
    return rows.take(kept)
