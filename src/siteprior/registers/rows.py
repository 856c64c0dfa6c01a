"""From a register's file to its data rows: which columns fill which field, and which records are no sites.

Blank records are not counted. A record that is no site (a header repeated, the template's example, a line without a
reference, a name or coordinates) is passed over with a row in the issue log, so that nothing is lost silently.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from siteprior.core.io.messy_tables import TextTable, read_table
from siteprior.core.io.parse_dates import read_date
from siteprior.core.io.parse_values import NOTHING
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import counted
from siteprior.registers.column_names import HEADERS, Headers, Match, header_key, header_score, match_headers

WANTED = (
    "a reference or a name of the site (SiteReference, SiteNameAddress) and at least one more field of a brownfield "
    "register, such as GeoX and GeoY, Hectares, PlanningStatus"
)
IDENTIFYING = ("reference", "site_name", "x", "y", "easting", "northing", "longitude", "latitude", "point")
"""Fields of which a site has at least one."""

NOTHING_STATED = "neither a reference, a name nor coordinates"
"""Why a record is no site: it does not say which."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Signs that no text holds: one of them in a reference would make ids of different files differ."""

_GUIDANCE = re.compile(r"^(mandatory|optional|should|must|may|yyyy-mm-dd|string|text|decimal|integer)\b", re.IGNORECASE)
_EXAMPLE = re.compile(r"/example\b|^example (district|borough|city)? ?council|example\.gov\.uk", re.IGNORECASE)
_COUNCIL = re.compile(r"opendatacommunities\.org/|local-authority-eng[:/]", re.IGNORECASE)
_REMOVED = re.compile(r"\b(removed|deleted|taken off)\b.*\bregister\b", re.IGNORECASE)


class Rows(NamedTuple):
    """The data rows of a register, still text.

    Attributes
    ----------
    fields
        Field of :data:`siteprior.registers.column_names.HEADERS` → one text per row; only the fields the file has.
    numbers
        The record number of each row.
    ended
        The text of the section heading "removed from the register" above each row, or blank.
    headers
        What the header was read as.
    table
        The file as it was read.
    counted
        Non-blank data records in the file.
    """

    fields: dict[str, list[str]]
    numbers: list[int]
    ended: list[str]
    headers: Headers
    table: TextTable
    counted: int

    def texts(self, field: str) -> list[str]:
        """Return a field's texts, blank where the file has no such column."""
        return self.fields.get(field, [""] * len(self.numbers))

    def take(self, places: Sequence[int]) -> Rows:
        """Return some of the rows, by their places; ``counted`` stays that of the file."""
        fields = {name: [texts[place] for place in places] for name, texts in self.fields.items()}
        numbers, ended = [self.numbers[place] for place in places], [self.ended[place] for place in places]
        return self._replace(fields=fields, numbers=numbers, ended=ended)

    def organisations(self) -> list[str]:
        """Return what each row states of its organisation: an address, else a name, else its entity number."""
        entities = [f"organisation-entity {entity}" if entity else "" for entity in self.texts("organisation_entity")]
        columns = (self.texts("organisation_uri"), self.texts("organisation_label"), entities)
        return [address or label or entity for address, label, entity in zip(*columns, strict=True)]


def read_rows(source: Path | str | TextTable, log: IssueLog) -> Rows:
    """Read a register's file as text by field, without the records that are no sites.

    Parameters
    ----------
    source
        The file, or a table read from it; see :func:`siteprior.core.io.messy_tables.read_table`.
    log
        Where the records passed over and the columns never read are reported.

    Raises
    ------
    InputError
        When the file cannot be read or has no recognisable header.
    """
    read = source if isinstance(source, TextTable) else read_table(source, score=header_score, wanted=WANTED)
    table = two_line_header(without_control_signs(read, log))
    headers = _with_unnamed_organisation(match_headers(table.header), table)
    _report_header(table, headers, log)
    blank = [number for cells, number in zip(table.rows, table.numbers, strict=True) if not any(cells)]
    if blank:
        action = f"blank records hold no site ({len(blank)} of them, {blank[0]} to {blank[-1]})"
        log.add("missing value", row=blank[0], action=action)
    identifying = [column for field in IDENTIFYING for column in headers.columns(field)]
    sites: list[int] = []
    ended: list[str] = []
    section = ""
    for position, (cells, number) in enumerate(zip(table.rows, table.numbers, strict=True)):
        if not any(cells):
            continue
        reason = _no_site(cells, identifying, table.header)
        if reason == NOTHING_STATED and position and _is_filled_down(cells, table.rows[position - 1]):
            reason = f"filled down from the record above, {NOTHING_STATED}"
        if not reason:
            sites.append(position)
            ended.append(section)
            continue
        text = " ".join(cell for cell in cells if cell)
        if _REMOVED.search(text):
            section, reason = text, "a heading: the rows below it are read as ended"
        log.add("patch", row=number, value=text[:120], action=f"passed over: {reason}")
    fields = {}
    for field in HEADERS:
        columns = headers.columns(field)
        if columns:
            records = (table.rows[position] for position in sites)
            fields[field] = [next((cells[c] for c in columns if cells[c]), "") for cells in records]
    numbers = [table.numbers[position] for position in sites]
    return Rows(fields, numbers, ended, headers, table, len(table.rows) - len(blank))


def without_control_signs(table: TextTable, log: IssueLog) -> TextTable:
    r"""Return a table without control signs in its cells, such as NUL; each record with one is logged.

    Examples
    --------
    >>> table = TextTable(("ref",), 1, [("A\x001",)], [2], [], "utf-8", ",")
    >>> without_control_signs(table, IssueLog()).rows
    [('A1',)]
    """
    rows = list(table.rows)
    for position, cells in enumerate(rows):
        if _CONTROL.search("".join(cells)):
            rows[position] = tuple(_CONTROL.sub("", cell).strip() for cell in cells)
            names = [name for name, cell in zip(table.header, cells, strict=True) if _CONTROL.search(cell)]
            log.add("patch", row=table.numbers[position], field="; ".join(names), action="control signs taken out")
    header = tuple(_CONTROL.sub("", name).strip() for name in table.header)
    return table._replace(header=header, rows=rows)


def without_long_texts(rows: Rows, log: IssueLog) -> Rows:
    """Leave blank the texts that no cell can hold (the parameter ``cell_limit``, signs), but for a drawn place.

    Parameters
    ----------
    rows
        The rows.
    log
        Takes an issue for each text left blank.
    """
    limit = load_parameters("files").integer("cell_limit")
    fields = dict(rows.fields)
    for field, texts in rows.fields.items():
        if field == "point" or max(map(len, texts), default=0) <= limit:
            continue
        fields[field] = ["" if len(text) > limit else text for text in texts]
        for text, number in zip(texts, rows.numbers, strict=True):
            if len(text) > limit:
                log.add("invalid category value", row=number, field=field, value=text[:120],
                        action=f"left blank: longer than {limit:,} signs")  # fmt: skip
    return rows._replace(fields=fields)


def clean_text(text: str) -> str:
    """Return a cell's text on one line and without quotes around it; blank for a mark that means "no value".

    Examples
    --------
    >>> clean_text(' "Old  Mill" '), clean_text('Brewery "UX"'), clean_text("n/a")
    ('Old Mill', 'Brewery "UX"', '')
    """
    line = _without_outer_quotes(" ".join(text.split()))
    return "" if NOTHING.match(line) else line


def _without_outer_quotes(line: str) -> str:
    """Return a line without the quotes around the whole of it, and without a quote at an end that has no other.

    A quote that belongs to a word (``the "UX" site``, ``Boddingtons'``) stays.
    """
    before = line if '"' not in line and "'" not in line else None
    while line != before:
        before = line
        for mark in ('"', "'"):
            inside = line[1:-1]
            if len(line) > 1 and line[0] == line[-1] == mark and mark not in inside:
                line = inside.strip()
            elif line.count(mark) == 1 and (line.startswith(mark) or (mark == '"' and line.endswith(mark))):
                line = line.replace(mark, "").strip()
    return line


def ended_date(heading: str) -> dt.date | None:
    """Return the date in a heading such as ``Sites removed from the register - 03-12-2018``, or ``None``.

    Examples
    --------
    >>> ended_date("Sites removed from the register - 03-12-2018")
    datetime.date(2018, 12, 3)
    """
    date: dt.date | None = read_date(heading).value if heading else None
    return date


def _with_unnamed_organisation(headers: Headers, table: TextTable) -> Headers:
    """Take a column without a header for the organisation where most of its values are addresses of councils."""
    if headers.columns("organisation_uri"):
        return headers
    for column, name in enumerate(table.header):
        cells = [row[column] for row in table.rows if row[column]] if not name else []
        if cells and sum(bool(_COUNCIL.search(cell)) for cell in cells) > len(cells) / 2:
            match = Match(column, name, "organisation_uri", "column without a name, known by its values")
            return headers._replace(matches=(*headers.matches, match))
    return headers


def two_line_header(table: TextTable) -> TextTable:
    """Join a header that runs over two records: the second names columns under a shared heading."""
    if not table.rows or header_score(table.rows[0]) or not any(table.rows[0]):
        return table
    below = table.rows[0]
    named = [header_key(cell) in _VARIANTS for cell in below if cell]
    if len(named) < 2 or not all(named):
        return table
    header = tuple(lower or upper for upper, lower in zip(table.header, below, strict=True))
    return table._replace(header=header, header_row=table.numbers[0], rows=table.rows[1:], numbers=table.numbers[1:])


_VARIANTS = {variant for variants in HEADERS.values() for variant in variants}


def _no_site(cells: tuple[str, ...], identifying: list[int], header: tuple[str, ...]) -> str:
    """Return why a record is no site; blank where it is one."""
    filled = [cell for cell in cells if cell]
    again = (
        [] if {*header}.isdisjoint(filled) else [cell == head for cell, head in zip(cells, header, strict=True) if cell]
    )
    if sum(again) > len(filled) / 2:
        return "the header repeated"
    if sum(map(bool, map(_GUIDANCE.match, filled))) > len(filled) / 2:
        return "guidance of the template"
    if "example" in " ".join(filled).lower() and any(map(_EXAMPLE.search, filled)):
        return "an example of the template"
    if not any(cells[column] and not NOTHING.match(cells[column]) for column in identifying):
        return NOTHING_STATED
    return ""


def _is_filled_down(cells: tuple[str, ...], above: tuple[str, ...]) -> bool:
    """Return whether a record holds nothing but what the one above it does."""
    return all(cell == upper for cell, upper in zip(cells, above, strict=True) if cell)


def unread_columns(table: TextTable, headers: Headers) -> list[str]:
    """Return the names of the columns that hold something and fill no field, but for those never read."""
    read = {match.column for match in headers.matches}
    return [
        name
        for column, name in enumerate(table.header)
        if name and column not in read and name not in headers.owners and any(row[column] for row in table.rows)
    ]


def _report_header(table: TextTable, headers: Headers, log: IssueLog) -> None:
    """Report columns never read, columns matched otherwise than by name, and text outside the table."""
    for owner in headers.owners:
        log.add("patch", field=owner, action="never read: the column can name people")
    for match in headers.matches:
        if match.how != "declared variant":
            log.add(
                "patch", row=table.header_row, field=match.field, value=match.header, action=f"read as a {match.how}"
            )
    unread = unread_columns(table, headers)
    if unread:
        log.add("patch", row=table.header_row, field="(columns)", value="; ".join(unread),
                action=f"{counted(len(unread), 'column')} not read: no field of a register is called so")  # fmt: skip
    if table.header_row > 1:
        log.add("patch", row=table.header_row, action="header found here; the records above it passed over")
    for number in table.overflow:
        log.add("patch", row=number, action="text to the right of the last column not read")
