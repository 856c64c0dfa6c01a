"""The audit of one council as a workbook to send back to it: what was wrong, what was read how, what to put right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from siteprior.core.schema import REGISTER
from siteprior.report.audit.messages import CONFIDENCE_WORDS, advice, field_name, wrong
from siteprior.report.audit.summary import LEFT, Findings, issue_totals, left_totals, repair_totals, totals
from siteprior.report.workbook.xlsx import Row, Sheet, write_xlsx

SITE_COLUMNS = (
    "file", "row", "reference", "site_name", "hectares", "minimum_net_dwellings", "ownership_status",
    "planning_permission_status", "easting", "northing", "longitude", "latitude", "coordinate_confidence", "repair",
)  # fmt: skip
"""The columns of the sheet *Sites*: enough to find a row again and see how it was read; ``sites.csv`` holds all."""

_LABELS = {column.name: column.label for column in REGISTER.columns} | {"row": "Row", "longitude": "Longitude"}
_DIGITS = {"longitude": 6, "latitude": 6, "easting": 1, "northing": 1}
_FILE_HEADS = ("File", "Records", "Sites kept", "Passed over or merged", "Encoding", "Header in row", "Schema",
               "Refused because")  # fmt: skip


def write_workbook(
    path: Path | str, found: Findings, *, picture: bytes | None = None, illustrative: bool = False
) -> Path:
    """Write the workbook of a council: sheets *Summary*, *To fix*, *Repaired*, *Sites* and, with a picture, *Map*.

    Texts of the register stay text, whatever they look like; a cell that begins with ``=`` runs nothing.

    Parameters
    ----------
    path
        The ``.xlsx`` to write, whole or not at all.
    found
        What was found of the council.
    picture
        The map before and after, as PNG.
    illustrative
        Whether the workbook has to say that its sites are invented.

    Returns
    -------
    Path
        The file written; the same bytes from the same findings.

    Raises
    ------
    OutputError
        When the file is open elsewhere or the folder cannot be written.
    """
    sheets = [
        Sheet("Summary", (34, 16, 12, 14, 14, 60, 60, 60), _summary(found, illustrative), wrap=frozenset({5, 6, 7})),
        Sheet("To fix", (34, 7, 18, 24, 30, 40, 34, 60), [_TO_FIX, *_to_fix(found.issues)], head=True,
              wrap=frozenset({4, 5, 6, 7})),
        Sheet("Repaired", (34, 7, 18, 24, 40, 52, 34), [_REPAIRED, *_repaired(found)], head=True,
              wrap=frozenset({4, 5})),
        Sheet("Sites", _SITE_WIDTHS, [_SITES, *_sites(found.sites)], head=True),
    ]  # fmt: skip
    if picture is not None:
        words = ["Where the register puts its sites as labelled, and where they were read to lie"]
        sheets.append(Sheet("Map", (90,), [Row(words)], picture=picture))
    return write_xlsx(path, sheets)


_TO_FIX = Row(
    ["File", "Row", "Reference", "Field", "Value as stated", "What is wrong", "What was done here", "What to do"],
    "head",
)
_REPAIRED = Row(["File", "Row", "Reference", "Field", "As stated", "As read", "How sure"], "head")
_SITES = Row([_LABELS.get(name, name.capitalize()) for name in SITE_COLUMNS], "head")
_SITE_WIDTHS = (34, 7, 18, 44, *[14] * 8, 14, 34)


def _summary(found: Findings, illustrative: bool) -> Iterator[Row]:
    """Yield the rows of the sheet *Summary*."""
    counts = totals(found)
    yield Row([f"{found.name}: audit of the brownfield land register"], "title")
    if illustrative:
        yield Row(["Illustrative data – not real sites"], "title")
    yield Row([])
    for words, value in (
        ("Files", counts["files"]),
        ("Sites kept", counts["sites"]),
        ("Places read otherwise than labelled", counts["repaired"]),
        ("Places that stay doubtful or unknown", counts["low"] + counts["none"]),
        ("Faults read rightly all the same; please correct at the source", counts["mended"]),
        ("Faults only the council can put right: see the sheet To fix", counts[LEFT]),
    ):
        yield Row([words, value])
    yield Row([])
    yield Row(["Issues by code"], "title")
    yield Row(
        ["Issue", "Severity", "Entries", "Read rightly", "Left to you", "Meaning", "Who can put it right"], "head"
    )
    for row in issue_totals(found.issues):
        yield Row([row[name] for name in ("type", "severity", "rows", "mended", "left", "meaning", "who")])
    yield Row([])
    yield Row(["How places were repaired"], "title")
    yield Row(
        ["Repair", "Sites", "Certain", "Likely", "Doubtful", "Typical distance from where the label puts them"], "head"
    )
    for row in repair_totals(found.sites):
        far = "labels mean no place in Great Britain" if row["moved_m"] is None else f"{row['moved_m'] / 1000:,.1f} km"
        yield Row([row["repair"], row["sites"], row["high"], row["medium"], row["low"] + row["none"], far])
    yield Row([])
    yield Row(["What only the council can put right"], "title")
    yield Row(["Field", "", "Entries", "", "", "What is wrong", "What to do"], "head")
    for row in left_totals(found.issues):
        yield Row([row["field"], None, row["rows"], None, None, row["wrong"], row["advice"]])
    yield Row([])
    yield Row(["Files"], "title")
    yield Row(_FILE_HEADS, "head")
    names = ("file", "rows_in", "rows_out", "rows_explained", "encoding", "header_row", "schema", "refused")
    yield from map(Row, _cells(found.files[list(names)]))


def _to_fix(issues: pd.DataFrame) -> Iterator[Row]:
    """Yield the faults of severity error the council is asked to put right, in the order of its files."""
    external = issues[issues["standing"].eq(LEFT) | (issues["severity"].eq("error") & issues["standing"].ne("noted"))]
    columns = ["file", "row", "reference", "field", "value", "issue_type", "action"]
    for file, row, reference, field, value, kind, action in _cells(external[columns]):
        name = field_name(field)
        yield Row([file, row, reference, name, value, wrong(kind, field), action, advice(kind, field)])


def _repaired(found: Findings) -> Iterator[Row]:
    """Yield what was read otherwise than it stands: places first, then values changed by a declared rule."""
    sites = found.sites[found.sites["repair"].notna()]
    columns = ["file", "row", "reference", "original_x", "original_y", "coordinate_system", "easting", "northing",
               "repair", "coordinate_confidence"]  # fmt: skip
    for file, row, reference, x, y, system, easting, northing, repair, sure in _cells(sites[columns]):
        stated = f"{x}, {y}" + (f" ({system})" if system else "")
        read = repair if easting is None else f"easting {easting:.0f}, northing {northing:.0f}: {repair}"
        yield Row([file, row, reference, field_name("coordinates"), stated, read, CONFIDENCE_WORDS[sure]])
    issues = found.issues
    patches = issues[issues["issue_type"].isin(["patch", "default-value"]) & (issues["field"] != "coordinates")]
    columns = ["file", "row", "reference", "field", "value", "action"]
    for file, row, reference, field, value, action in _cells(patches[columns]):
        yield Row([file, row, reference, field_name(field), value, action, "by rule"])


def _sites(sites: pd.DataFrame) -> Iterator[Row]:
    """Yield the sites as they were read."""
    table = sites[list(SITE_COLUMNS)].copy()
    for name, digits in _DIGITS.items():
        table[name] = table[name].round(digits)
    return map(Row, _cells(table))


def _cells(table: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table as plain values, missing and blank as ``None``."""
    cells = table.astype(object).where(table.notna() & (table.astype(object) != ""), None)
    return iter(cells.itertuples(index=False, name=None))
