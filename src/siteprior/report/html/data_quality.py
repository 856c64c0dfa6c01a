"""What was found wrong in the data, for the report: per code and what it was used for, with a row that shows it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from siteprior.core.issues import ISSUE_TYPES, SEVERITIES

OF_THE_USER = frozenset(
    {"own sites", "site facts", "decisions", "shapes", "layer", "scenario", "corridors", "openings"}
)
"""Roles of files the user brings: nobody else publishes them."""

LONGEST = 200
"""Letters of a value or an action that are shown, at most."""


def issue_uses(issues: pd.DataFrame, inputs: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """Count the issues by code, severity, kind of input and field, the gravest first, each with one row as example.

    One code stands for many things: the words of a row are its own, those of the code are true of all.

    Parameters
    ----------
    issues
        The issue log.
    inputs
        ``role`` and ``file`` of what was read, as ``run.json`` records it.

    Returns
    -------
    list of dict
        ``type``, ``meaning``, ``severity``, ``role``, ``field``, ``count``, ``files`` (how many), ``action`` (what was
        done with most), ``alike`` (with how many), ``example`` (file, row and value of the first of them) and
        ``mended_by`` (who can put it right).

    Examples
    --------
    >>> from siteprior.core.issues import IssueLog
    >>> log = IssueLog("a.csv")
    >>> log.add("invalid date", row=7, field="end_date", value="31/11/2024", action="left blank")
    >>> (use,) = issue_uses(log.table(), [{"role": "register", "file": "a.csv"}])
    >>> use["role"], use["field"], use["count"], use["action"], use["example"]
    ('register', 'end_date', 1, 'left blank', 'a.csv, row 7: 31/11/2024')
    """
    if issues.empty:
        return []
    roles = _roles(inputs)
    table = issues.assign(role=issues["file"].map({file: _role(file, roles) for file in issues["file"].unique()}))
    totals = table["issue_type"].value_counts()
    rows = [
        _use(str(kind), str(severity), str(role), str(field), group)
        for (kind, severity, role, field), group in table.groupby(["issue_type", "severity", "role", "field"])
    ]
    return sorted(
        rows,
        key=lambda row: (
            SEVERITIES.index(row["severity"]), -int(totals[row["type"]]), row["type"], -row["count"], row["role"],
            row["field"],
        ),
    )  # fmt: skip


def issue_files(issues: pd.DataFrame) -> list[dict[str, Any]]:
    """Count the issues by file and severity, in the order of :data:`siteprior.core.issues.SEVERITIES`."""
    counted = pd.crosstab(issues["file"], issues["severity"]).reindex(columns=list(SEVERITIES), fill_value=0)
    return [
        {"file": file, "counts": [int(n) for n in row]}
        for file, row in zip(counted.index, counted.to_numpy(), strict=True)
    ]


def _use(kind: str, severity: str, role: str, field: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return one use of a code, with the commonest of what was done; actions differ in their numbers only."""
    patterns = rows["action"].str.replace(r"\d[\d.,]*", "0", regex=True)
    counts = patterns.value_counts(sort=False)
    most = patterns == counts.index[int(counts.to_numpy().argmax())]
    first = rows[most].iloc[0]
    return {
        "type": kind,
        "meaning": ISSUE_TYPES[kind].meaning,
        "severity": severity,
        "role": role,
        "field": field,
        "count": len(rows),
        "files": int(rows["file"].nunique()),
        "action": _short(str(first["action"])),
        "alike": int(most.sum()),
        "example": _example(first),
        "mended_by": _who(kind, role),
    }


def _example(row: pd.Series) -> str:
    """Say where an issue stands, and the value met: ``a.csv, row 7: 31/11/2024``."""
    number = "" if pd.isna(row["row"]) else f"row {int(row['row'])}"
    where = ", ".join(part for part in (str(row["file"]), number, str(row["site_id"])) if part)
    value = _short(str(row["value"]))
    return f"{where}: {value}" if where and value else where or value


def _who(kind: str, role: str) -> str:
    """Say who can put it right: whoever keeps the file, or whoever runs siteprior."""
    if ISSUE_TYPES[kind].responsibility != "external" or not role:
        return "the analyst"
    return "you, or whoever made the file" if set(role.split(", ")) & OF_THE_USER else "whoever publishes the file"


def _roles(inputs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return what each file was read as; several roles stand side by side."""
    roles: dict[str, list[str]] = {}
    for read in inputs:
        listed = roles.setdefault(str(read["file"]), [])
        if read["role"] not in listed:
            listed.append(str(read["role"]))
    return {file: ", ".join(names) for file, names in roles.items()}


def _role(file: str, roles: Mapping[str, str]) -> str:
    """Return what a file was read as, a member of an archive as its archive; blank where nobody read it as anything."""
    if file in roles:
        return roles[file]
    around = [known for known in roles if re.match(rf"{re.escape(known)}[/!]", file)]
    return roles[max(around, key=len)] if around else ""


def _short(text: str) -> str:
    """Cut a text at :data:`LONGEST` letters."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
