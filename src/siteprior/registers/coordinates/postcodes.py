"""Postcodes and where they lie: OS Code-Point Open as published, and the postcodes a text states."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pandas as pd

from siteprior.core.all_faults import AllFaults
from siteprior.core.errors import InputError
from siteprior.core.files import Input, given_twice, read_bytes, record
from siteprior.core.io.messy_tables import decode
from siteprior.core.io.national_tables import refuse_rows_in_a_cell
from siteprior.core.io.no_places import is_no_place
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.named_paths import Names, Paths, named_paths
from siteprior.core.schema import POSTCODES, conform

COLUMNS = ("Postcode", "Positional_quality_indicator", "Eastings", "Northings")
"""The first four of the ten columns of Code-Point Open, in the order it is published in (it has no header row)."""

NO_POSITION = "90"
"""The positional quality of a postcode for which no position is known."""

_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s?(\d[A-Z]{2})\b", re.IGNORECASE)


def read_postcodes(paths: Paths, *, files: Names | None = None) -> Reading[pd.DataFrame]:
    r"""Read where postcodes lie, in metres on the British National Grid.

    Parameters
    ----------
    paths
        One file of OS Code-Point Open as published, or several: CSV without a header row, the postcode, its
        positional quality, its easting and its northing first. ``.gz`` and ``archive.zip!member`` are opened as they
        are.
    files
        What each file is called in the issues and the provenance; its path when not given.

    Returns
    -------
    Reading
        ``table`` has ``easting`` and ``northing`` on the index ``postcode`` (``B1 1AA``). Postcodes without a position
        (quality 90) and rows that hold no postcode with a place are left out and counted in the issue log; of a
        postcode that stands twice the first is kept.

    Raises
    ------
    InputError
        When no file is given, or a file is missing, unreadable or of another form; all faults at once.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "b.csv"
    >>> _ = file.write_text('"B1  1AA",10,406600,286700,"E92000001"\n"B11AB",90,0,0,"E92000001"\n')
    >>> table, issues, _ = read_postcodes(file, files="b.csv")
    >>> table.to_dict("index"), issues["action"].tolist()
    ({'B1 1AA': {'easting': 406600.0, 'northing': 286700.0}}, ['1 postcodes without a position (quality 90) left out'])
    """
    tables: list[pd.DataFrame] = []
    issues: list[pd.DataFrame] = []
    provenance: list[Input] = []
    faults = AllFaults()
    listed = named_paths(paths, files, what="postcodes", unique=False)
    for place, (path, label) in enumerate(listed):
        if given_twice([path, *dict.fromkeys(before for before, _ in listed[:place])]):
            twice = IssueLog(label)
            twice.add("default-value", field="file", value=label, action="given twice; taken once")
            issues.append(twice.table())
            continue
        log = IssueLog(label)
        with faults.kept():
            tables.append(_places(_cells(path, label), log))
            issues.append(log.table())
            provenance.append(record(path, role="postcodes", file=label, rows=len(tables[-1])))
    faults.refuse()
    table = pd.concat(tables)
    again = table.index.duplicated()
    at = 0
    for given, part in zip(provenance, tables, strict=True):
        second = part.index[again[at : at + len(part)]]
        at += len(part)
        if len(second):
            log = IssueLog(given.file)
            log.add("reference values are not unique", field="postcode", value=str(second[0]),
                    action=f"{len(second)} rows left out whose postcode stands before, this one first")  # fmt: skip
            issues.append(log.table())
    table = conform(table[~again], POSTCODES)
    return Reading(table, concat_issues(*issues), tuple(provenance))


def _cells(path: Path, label: str) -> pd.DataFrame:
    """Return the first four columns as text."""
    text = decode(read_bytes(path))[1]
    first = next(csv.reader(io.StringIO(text, newline=None)), [])
    if len(first) < len(COLUMNS):
        raise InputError(
            f"{label}: needs the columns of OS Code-Point Open, {', '.join(COLUMNS)}, in this order and without a "
            f"header row; its first row has {len(first)} cells"
        )
    try:
        table = pd.read_csv(
            io.StringIO(text), header=None, usecols=range(len(COLUMNS)), dtype=str, keep_default_na=False
        )
    except pd.errors.ParserError as fault:
        raise InputError(f"{label}: cannot be read as CSV ({fault}); mend that line and save it again") from None
    refuse_rows_in_a_cell(table, label, first=1)
    return table.set_axis(list(COLUMNS), axis=1)


def _places(cells: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Return the places of the postcodes that have one, and count the others in the log."""
    postcode, quality, *numbers = (cells[column].str.strip() for column in COLUMNS)
    table = pd.DataFrame({"postcode": postcode.map(normal_postcode)})
    table["easting"], table["northing"] = (pd.to_numeric(column, errors="coerce") for column in numbers)
    placed = (table["postcode"] != "") & (table[["easting", "northing"]] > 0).all(axis=1)
    placed &= ~is_no_place(table["easting"], table["northing"])
    unplaced = quality == NO_POSITION
    if not placed.any():
        raise InputError(
            f"{log.file}: no row holds a postcode and its easting and northing; needs OS Code-Point Open, with "
            f"{', '.join(COLUMNS)} first and no header row"
        )
    if unplaced.any():
        action = f"{unplaced.sum()} postcodes without a position (quality {NO_POSITION}) left out"
        log.add("missing value", row=int(unplaced.to_numpy().argmax()) + 1, field="postcode", action=action)
    wrong = ~placed & ~unplaced
    if wrong.any():
        row = int(wrong.to_numpy().argmax())
        action = f"{wrong.sum()} rows without a postcode and its place left out, this one first"
        log.add("invalid coordinates", row=row + 1, field="postcode", value=postcode.iloc[row], action=action)
    return table[placed & ~unplaced].set_index("postcode")


def normal_postcode(text: str) -> str:
    """Return a full postcode in its usual spelling; blank where the text is no postcode.

    Examples
    --------
    >>> normal_postcode("wv1  1aa"), normal_postcode("B11AB"), normal_postcode("Birmingham")
    ('WV1 1AA', 'B1 1AB', '')
    """
    match = _POSTCODE.fullmatch("".join(text.split()))
    return f"{match[1]} {match[2]}".upper() if match else ""


def stated_postcode(*texts: str) -> str:
    """Return the one full postcode that stands in the first text that states any; blank where it states several.

    Examples
    --------
    >>> stated_postcode("Old Mill, Factory Road, dy4 9au"), stated_postcode("Old Mill", "See WV1 1AA")
    ('DY4 9AU', 'WV1 1AA')
    >>> stated_postcode("Between B1 1AA and B1 1AB", "B1 1AA"), stated_postcode("N12 9PT/9QL"), stated_postcode("HS2")
    ('', 'N12 9PT', '')
    """
    for text in texts:
        postcodes = {f"{outward} {inward}".upper() for outward, inward in _POSTCODE.findall(text)}
        if postcodes:
            return postcodes.pop() if len(postcodes) == 1 else ""
    return ""
