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


class IssueType(NamedTuple):
    """A kind of fault: how grave it is, what it means, and who can put it right."""

    severity: str
    meaning: str
    responsibility: str


ISSUE_TYPES: dict[str, IssueType] = {
    "invalid coordinates": IssueType("error", "The coordinates cannot be read as a place.", "external"),
    "WGS84 flipped": IssueType("warning", "Longitude and latitude were exchanged.", "external"),
    "WGS84 out of bounds": IssueType("error", "The degrees lie outside any possible place.", "external"),
    "WGS84 out of bounds of England": IssueType("error", "The degrees lie outside England.", "external"),
    "WGS84 out of bounds of custom boundary": IssueType(
        "error", "The degrees lie outside the boundary of the organisation that published them.", "external"
    ),
    "OSGB": IssueType("warning", "The values were read as OSGB eastings and northings.", "external"),
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
    "invalid date": IssueType("error", "The value cannot be read as a date.", "external"),
    "invalid decimal": IssueType("error", "The value cannot be read as a decimal number.", "external"),
    "invalid integer": IssueType("error", "The value cannot be read as a whole number.", "external"),
    "invalid flag": IssueType("error", "The value cannot be read as yes or no.", "external"),
    "invalid URI": IssueType("error", "The value cannot be read as a web address.", "external"),
    "invalid category value": IssueType(
        "error", "The value is not one the field allows, nor a known variant of one.", "external"
    ),
    "invalid organisation": IssueType("error", "The organisation stated cannot be the right one.", "internal"),
    "future entry-date": IssueType("error", "The entry date lies in the future.", "external"),
    "too small": IssueType("error", "The number is below the smallest the field allows.", "external"),
    "too large": IssueType("error", "The number is above the largest the field allows.", "external"),
    "missing value": IssueType("error", "A value the field requires is blank.", "external"),
    "unknown entity - missing reference": IssueType("error", "The entry has no reference.", "external"),
    "reference values are not unique": IssueType("error", "A reference stands more than once.", "external"),
    "patch": IssueType("info", "A value was changed while it was read, by a declared rule.", "internal"),
    "combined-value": IssueType("info", "One value was made from several entries.", "internal"),
    "default-field": IssueType("info", "The value was taken from another field.", "internal"),
    "default-value": IssueType("info", "The value was derived from other data.", "internal"),
    "removed URI prefix": IssueType("info", "A web address was shortened to its code.", "internal"),
    "unknown entity": IssueType("notice", "The entry refers to something that is not in the data.", "internal"),
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
    ) -> None:
        """Add one fault; ``issue_type`` is one of :data:`ISSUE_TYPES`.

        Raises
        ------
        SitePriorError
            When the code is not in the public list.
        """
        if issue_type not in ISSUE_TYPES:
            raise SitePriorError(unknown("issue type", issue_type, ISSUE_TYPES))
        self.rows.append(
            {
                "file": self.file if file is None else file,
                "row": row,
                "field": field,
                "issue_type": issue_type,
                "severity": ISSUE_TYPES[issue_type].severity,
                "value": "" if value is None else str(value),
                "action": action,
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
