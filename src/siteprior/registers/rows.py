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
from siteprior.registers.column_names import HEADERS, Headers, Match, header_key, header_score, match_headers

WANTED = (
    "a reference or a name of the site (SiteReference, SiteNameAddress) and at least one more field of a brownfield "
    "register, such as GeoX and GeoY, Hectares, PlanningStatus"
)
IDENTIFYING = ("reference", "site_name", "x", "y", "easting", "northing", "longitude", "latitude", "point")
"""Fields of which a site has at least one."""

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


def read_rows(path: Path | str, log: IssueLog) -> Rows:
    """Read a register's file as text by field, without the records that are no sites.

    Parameters
    ----------
    path
        The file; see :func:`siteprior.core.io.messy_tables.read_table`.
    log
        Where the records passed over and the columns never read are reported.

    Raises
    ------
    InputError
        When the file cannot be read or has no recognisable header.
    """
    table = _two_line_header(read_table(path, score=header_score, wanted=WANTED))
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


def clean_text(text: str) -> str:
    """Return a cell's text on one line and without quotes around it; blank for a mark that means "no value".

    Examples
    --------
    >>> clean_text(' "Old  Mill" '), clean_text("n/a")
    ('Old Mill', '')
    """
    line = " ".join(text.split()).strip("\"' ")
    return "" if NOTHING.match(line) else line


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


def _two_line_header(table: TextTable) -> TextTable:
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
    if sum(cell == head for cell, head in zip(cells, header, strict=True) if cell) > len(filled) / 2:
        return "the header repeated"
    if sum(bool(_GUIDANCE.match(cell)) for cell in filled) > len(filled) / 2:
        return "guidance of the template"
    if any(_EXAMPLE.search(cell) for cell in filled):
        return "an example of the template"
    if not any(cells[column] and not NOTHING.match(cells[column]) for column in identifying):
        return "neither a reference, a name nor coordinates"
    return ""


def _report_header(table: TextTable, headers: Headers, log: IssueLog) -> None:
    """Report columns never read, columns matched otherwise than by name, and text outside the table."""
    for owner in headers.owners:
        log.add("patch", field=owner, action="never read: the column can name people")
    for match in headers.matches:
        if match.how != "declared variant":
            log.add(
                "patch", row=table.header_row, field=match.field, value=match.header, action=f"read as a {match.how}"
            )
    if table.header_row > 1:
        log.add("patch", row=table.header_row, action="header found here; the records above it passed over")
    for number in table.overflow:
        log.add("patch", row=number, action="text to the right of the last column not read")
