"""The issue log: what is wrong in the data, one row per fault, in the codes public planning data uses.

The codes, severities and responsibilities are those of the ``issue-type`` list of the planning data specification
(digital-land/specification, ``content/issue-type.csv``, commit 08c53316, read 2026-11-22). None is invented here;
what happened to the value is stated in ``action``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import pandas as pd

from siteprior.core.cell_values import CellValue
from siteprior.core.errors import SitePriorError, unknown
from siteprior.core.files import Input
from siteprior.core.short_repr import short_repr
from siteprior.core.shown_text import without_keys


class IssueType(NamedTuple):
    """A kind of fault: how grave it is, what it means, and who can put it right.

    The meaning is true of every use of the code; what was met in a row is stated in ``action``.
    """

    severity: str
    meaning: str
    responsibility: str


ISSUE_TYPES: dict[str, IssueType] = {
    "invalid coordinates": IssueType("error", "No place can be read here.", "external"),
    "WGS84 flipped": IssueType("warning", "Longitude and latitude were exchanged.", "external"),
    "WGS84 out of bounds": IssueType("error", "The degrees lie outside any possible place.", "external"),
    "WGS84 out of bounds of England": IssueType("error", "The degrees lie outside England.", "external"),
    "WGS84 out of bounds of custom boundary": IssueType(
        "error", "The degrees lie outside the boundary of the organisation that published them.", "external"
    ),
    "OSGB": IssueType("warning", "The place was taken from eastings and northings (OSGB).", "external"),
    "OSGB flipped": IssueType("warning", "Easting and northing were exchanged.", "external"),
    "OSGB out of bounds of England": IssueType("error", "The easting and northing lie outside England.", "external"),
    "OSGB out of bounds of custom boundary": IssueType(
        "error",
        "The easting and northing lie outside the boundary of the organisation that published them.",
        "external",
    ),
    "Mercator": IssueType("warning", "The values were read in another projection.", "external"),
    "Mercator flipped": IssueType("warning", "The values were read in another projection, axes exchanged.", "external"),
    "invalid geometry - fixed": IssueType("warning", "A broken shape was mended.", "external"),
    "invalid geometry - not fixable": IssueType("error", "A broken shape could not be mended.", "external"),
    "Unexpected geom type": IssueType("error", "The shape is of a kind that cannot be used here.", "external"),
    "invalid date": IssueType("error", "A date cannot be read, or cannot be used here.", "external"),
    "invalid decimal": IssueType("error", "The value cannot be read as a decimal number.", "external"),
    "invalid integer": IssueType("error", "The value cannot be read as a whole number.", "external"),
    "invalid flag": IssueType("error", "The value cannot be read as yes or no.", "external"),
    "invalid URI": IssueType("error", "The value cannot be read as a web address.", "external"),
    "invalid category value": IssueType("error", "A value, or a line, is of no kind that is known here.", "external"),
    "invalid organisation": IssueType("error", "The organisation stated cannot be the right one.", "internal"),
    "future entry-date": IssueType("error", "A date lies after the day it is judged by.", "external"),
    "too small": IssueType("error", "A number is smaller than is allowed or likely here.", "external"),
    "too large": IssueType("error", "A number is larger than is allowed or likely here.", "external"),
    "missing value": IssueType("error", "Something that is asked for here is blank or absent.", "external"),
    "unknown entity - missing reference": IssueType("error", "An entry has no reference or code.", "external"),
    "reference values are not unique": IssueType(
        "error", "What should stand once, such as a reference or a code, stands more than once.", "external"
    ),
    "patch": IssueType(
        "info", "Something was changed or passed over while it was read, by a declared rule.", "internal"
    ),
    "combined-value": IssueType("info", "One value was made from several entries.", "internal"),
    "default-field": IssueType("info", "The value was taken from another field.", "internal"),
    "default-value": IssueType(
        "info", "Something not stated as such was derived or assumed, by a declared rule.", "internal"
    ),
    "removed URI prefix": IssueType("info", "A web address was shortened to its code.", "internal"),
    "unknown entity": IssueType(
        "notice", "What an entry refers to, or is to be joined to, is not in the data read.", "internal"
    ),
}

SEVERITIES = ("error", "warning", "notice", "info")

COLUMNS = ("file", "row", "field", "issue_type", "severity", "value", "action", "site_id")


@dataclass
class IssueLog:
    """Collect the faults of one source, row by row.

    ``file`` is the file as the project names it, ``row`` the spreadsheet's record number (header included, so what
    a person sees in the margin), ``value`` the text as it stood, ``action`` what was done about it.

    Examples
    --------
    >>> log = IssueLog("registers/sandwell.csv")
    >>> log.add("invalid decimal", row=7, field="hectares", value="0.5 - 1", action="left blank")
    >>> log.table()[["field", "issue_type", "severity"]].iloc[0].tolist()
    ['hectares', 'invalid decimal', 'error']
    """

    file: str = ""
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self,
        issue_type: str,
        *,
        row: int | None = None,
        field: str = "",
        value: CellValue = "",
        action: str = "",
        site_id: str = "",
        file: str | None = None,
        severity: str | None = None,
    ) -> None:
        """Add one fault; ``issue_type`` is one of :data:`ISSUE_TYPES`, whose severity it has unless another is given.

        Raises
        ------
        SitePriorError
            When the code is not in the public list, or the severity none of :data:`SEVERITIES`.
        """
        if issue_type not in ISSUE_TYPES:
            raise SitePriorError(unknown("issue type", issue_type, ISSUE_TYPES))
        if severity is not None and severity not in SEVERITIES:
            raise SitePriorError(unknown("severity", severity, SEVERITIES))
        self.rows.append(
            {
                "file": self.file if file is None else file,
                "row": row,
                "field": field,
                "issue_type": issue_type,
                "severity": severity or ISSUE_TYPES[issue_type].severity,
                "value": "" if value is None else without_keys(str(value)),
                "action": without_keys(action),
                "site_id": site_id,
            }
        )

    def table(self) -> pd.DataFrame:
        """Return the faults as a table with the columns of :data:`COLUMNS`, in the order they were found."""
        return issue_table(self.rows)


def issue_table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Make an issue table with the columns of :data:`COLUMNS` from plain rows (possibly none)."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["row"] = table["row"].astype("Int64")
    for column in COLUMNS:
        if column != "row":
            table[column] = table[column].fillna("").astype("str")
    return table


def concat_issues(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put issue tables below one another in the order given; the index runs anew from 0."""
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else issue_table([])


Read = TypeVar("Read")


@short_repr
class Reading(NamedTuple, Generic[Read]):
    """What every reader returns: the declared table, the faults met on the way, and where it came from.

    Attributes
    ----------
    table
        The rows, as declared in :mod:`siteprior.core.schema`.
    issues
        The issue log, columns :data:`COLUMNS`.
    provenance
        One :class:`siteprior.core.files.Input` per file read.

    Examples
    --------
    >>> import siteprior as sp
    >>> from siteprior.core.files import shipped
    >>> data = shipped("data")
    >>> sites, issues, provenance = sp.read_registers(data / "sites/walsall.csv")
    >>> sites.index.name, list(issues.columns)[:3], len(provenance)
    ('site_id', ['file', 'row', 'field'], 1)
    """

    table: Read
    issues: pd.DataFrame
    provenance: tuple[Input, ...]
