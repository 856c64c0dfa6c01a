"""What the team has decided about sites: facts it overrides, and sites it excludes; applied last, originals kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from siteprior.core import schema
from siteprior.core.cell_values import CellValue
from siteprior.core.errors import unknown
from siteprior.core.files import record
from siteprior.core.io.messy_tables import TextTable, read_table
from siteprior.core.io.parse_dates import read_date
from siteprior.core.io.parse_values import NOTHING, Value
from siteprior.core.issues import IssueLog, Reading, concat_issues
from siteprior.core.named_paths import Names, Paths, named_paths, read_each
from siteprior.core.short_repr import shortened
from siteprior.registers.column_names import header_key
from siteprior.registers.parse import FACT_READERS
from siteprior.registers.rows import without_control_signs
from siteprior.registers.stated_header import header_score, known_columns
from siteprior.registers.stated_values import in_words, with_days

NAMES = ("site_id", "field", "value", "reason", "who", "date")
"""The columns of a file of decisions."""

DECISION = "decision"
"""The field of a decision that takes a site out of the ranking."""

LIFTED = "none"
"""The value that lifts an earlier decision."""

NOT_APPLIED = "not applied"
"""How the action of a decision begins that changes nothing, for it cannot be read or is of no site."""

FIELDS = (DECISION, *FACT_READERS)
"""What may be decided: ``decision``, or a fact of the register that is overridden."""

_KEYS: Mapping[str, str] = MappingProxyType(
    {header_key(name): name for name in NAMES} | {header_key(name): "site_id" for name in ("id", "site", "site id")}
)
_STATED = (*NAMES, "file", "row")

STATED = schema.Table(
    "decisions as read", "", False, tuple(column for column in schema.DECISIONS.columns if column.name in _STATED)
)
"""What :func:`read_decisions` returns."""


DECIDED = ("site_id", "field", "value", "original", "reason", "who", "date", "applied")
"""The columns of decisions that :func:`decision_columns` reads."""


class Decided(NamedTuple):
    """Sites as the team has decided, and every decision with what stood there before.

    Attributes
    ----------
    sites
        The sites with the facts overridden.
    table
        :data:`siteprior.core.schema.DECISIONS`, a row per decision in the order read.
    issues
        A row for every decision: applied, or why not.
    """

    sites: gpd.GeoDataFrame
    table: pd.DataFrame
    issues: pd.DataFrame


def read_decisions(paths: Paths, *, files: Names | None = None) -> Reading[pd.DataFrame]:
    r"""Read the team's decisions: a row each, the values as text, the day as a date.

    Parameters
    ----------
    paths
        One CSV or workbook, or several, with the columns :data:`NAMES`; ``id`` stands for ``site_id``. ``field`` is
        one of :data:`FIELDS`; of ``decision`` the values are ``exclude``, ``already ours``, ``in pipeline``, or
        ``none``, which lifts an earlier one.
    files
        What each file is called in the issues; its path when not given.

    Returns
    -------
    Reading
        ``table`` has :data:`NAMES`, ``file`` and ``row``. A row without reason, who or date is read, with an issue.

    Raises
    ------
    InputError
        When a file cannot be read, or lacks ``site_id``, ``field`` or ``value``; of all files at once.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "decisions.csv"
    >>> _ = path.write_text("site_id,field,value,reason,who,date\nE1:7,decision,Exclude,Flood wall,AB,2026-05-01\n")
    >>> read_decisions(path).table[["site_id", "field", "value"]].values.tolist()
    [['E1:7', 'decision', 'exclude']]
    """
    read = read_each(named_paths(paths, files, what="decisions"), _read_one)
    return Reading(
        pd.concat([each.table for each in read], ignore_index=True),
        concat_issues(*(each.issues for each in read)),
        tuple(origin for each in read for origin in each.provenance),
    )


def apply_decisions(sites: gpd.GeoDataFrame, decisions: pd.DataFrame) -> Decided:
    """Override the facts of sites as the team has decided, and account for every decision.

    Of several decisions on one field of one site the latest holds, by date and then by row. A decision on a site that
    was merged into another is applied to that one.

    Parameters
    ----------
    sites
        :data:`siteprior.core.schema.REGISTER` rows on the index ``site_id``, with ``also_known_as`` where merged.
    decisions
        From :func:`read_decisions`.

    Returns
    -------
    Decided

    Raises
    ------
    InputError
        When a table is not what it should be.

    Examples
    --------
    >>> import datetime as dt
    >>> rows = pd.DataFrame({"hectares": [1.0]}, index=pd.Index(["E1:7"], name="site_id"))
    >>> sites = schema.conform(gpd.GeoDataFrame(rows, geometry=[None], crs=27700), schema.REGISTER)
    >>> stated = pd.DataFrame([{"site_id": "E1:7", "field": "hectares", "value": "1.4", "reason": "Survey", "who": "AB",
    ...     "date": dt.date(2026, 5, 1), "file": "decisions.csv", "row": 2}])
    >>> decided = apply_decisions(sites, stated)
    >>> decided.sites["hectares"].tolist(), decided.table["original"].tolist()
    ([1.4], ['1'])
    """
    schema.check(sites, schema.REGISTER.without_places(), name="sites", needs=("also_known_as", *FACT_READERS))
    decisions = with_days(decisions, "date")
    schema.check(decisions, STATED, name="decisions", needs=_STATED)
    log, rows = IssueLog(), list[dict[str, CellValue]]()
    known = _ids(sites)
    latest: dict[tuple[str, str], int] = {}
    for stated in _in_order(decisions):
        site = known.get(str(stated["site_id"]))
        row = {**stated, "site_id": site or stated["site_id"], "original": None, "applied": "no"}
        rows.append(row)
        if site is None:
            _log(log, row, "unknown entity", f"{NOT_APPLIED}: no site read has this id")
            continue
        if row["field"] not in FIELDS:
            _log(log, row, "invalid category value", f"{NOT_APPLIED}: {unknown('field', str(row['field']), FIELDS)}")
            continue
        before = latest.get((site, str(row["field"])))
        if before is not None:
            rows[before]["applied"] = "no"
        latest[site, str(row["field"])] = len(rows) - 1
        row["applied"] = "yes"
    done: gpd.GeoDataFrame = sites.copy()
    for (site, name), place in latest.items():
        row = rows[place]
        if name != DECISION:
            row["original"] = in_words(sites[name][site]) if sites[name].notna()[site] else None
            _override(done, site, name, str(row["value"]))
    for row in rows:
        if row["site_id"] in known.values() and row["field"] in FIELDS:
            _log(log, row, "patch", _action(row))
    rows.sort(key=lambda row: (str(row["file"]), int(str(row["row"]))))
    table = pd.DataFrame(rows, columns=[*_STATED, "original", "applied"])
    return Decided(done, schema.conform(table, schema.DECISIONS), log.table())


def decision_columns(table: pd.DataFrame, sites: pd.Index) -> pd.DataFrame:
    """Return what is decided of each site, in the columns :data:`siteprior.core.schema.SITE_DECISION_COLUMNS`.

    Parameters
    ----------
    table
        The decisions, from :func:`apply_decisions`.
    sites
        The index of the sites.

    Returns
    -------
    DataFrame
        On that index: ``decision``, ``decision_reason``, ``decided_by``, ``decision_date``, ``overrides``.

    Examples
    --------
    >>> row = {"site_id": "E1:7", "field": "decision", "value": "exclude", "reason": "Flood wall", "applied": "yes"}
    >>> decided = schema.conform(pd.DataFrame([row]), schema.DECISIONS)
    >>> decision_columns(decided, pd.Index(["E1:7", "E1:8"], name="site_id"))["decision"].tolist()
    ['exclude', nan]
    """
    schema.check(table, schema.DECISIONS, name="table", needs=DECIDED)
    applied = table[table["applied"] == "yes"]
    one = applied[(applied["field"] == DECISION) & (applied["value"] != LIFTED)].set_index("site_id")
    facts = applied[applied["field"] != DECISION]
    was = facts["original"].astype("object").fillna("blank")
    every = zip(facts["field"], facts["value"], was, strict=True)
    words = [f"{name}: {value} (was {before})" for name, value, before in every]
    together = pd.Series(words, dtype="object").groupby(facts["site_id"].to_numpy()).agg("; ".join)
    columns = {
        "decision": one["value"], "decision_reason": one["reason"], "decided_by": one["who"],
        "decision_date": one["date"], "overrides": together,
    }  # fmt: skip
    kinds = {column.name: column.kind for column in schema.SITE_DECISION_COLUMNS}
    return pd.DataFrame(
        {name: schema.as_kind(values.reindex(sites), kinds[name], sites) for name, values in columns.items()},
        index=sites,
    )


def override_words(overrides: pd.Series) -> dict[tuple[str, str], str]:
    """Return what the column ``overrides`` of :func:`decision_columns` says of each fact.

    Parameters
    ----------
    overrides
        The column, on the index of the sites; blank where nothing is overridden.

    Returns
    -------
    dict
        By ``site_id`` and field, the value taken and what stood there before.

    Examples
    --------
    >>> overrides = pd.Series(["hectares: 9 (was 1.03); site_name: Mill (was Plot: 3)", None], index=["E1:7", "E1:8"])
    >>> override_words(overrides)
    {('E1:7', 'hectares'): '9 (was 1.03)', ('E1:7', 'site_name'): 'Mill (was Plot: 3)'}
    """
    stated = dict[tuple[str, str], str]()
    for site, text in overrides.dropna().astype("str").items():
        _, *parts = _STATED_IN.split(text)
        stated |= {(str(site), name): words for name, words in zip(parts[::2], parts[1::2], strict=True)}
    return stated


_STATED_IN = re.compile(rf"(?:^|; )({'|'.join(map(re.escape, FACT_READERS))}): ")
"""Begins each fact in the column ``overrides``."""


def _in_order(decisions: pd.DataFrame) -> list[dict[str, CellValue]]:
    """Return the decisions from the earliest to the latest; one without a date comes before those with one."""
    plain = decisions.loc[:, list(_STATED)].astype(object)
    rows: list[dict[str, CellValue]] = [
        dict(zip(_STATED, values, strict=True)) for values in plain.where(plain.notna(), None).itertuples(index=False)
    ]
    return sorted(rows, key=lambda row: (str(row["date"] or "")[:10], str(row["file"]), row["row"]))


def _ids(sites: pd.DataFrame) -> dict[str, str]:
    """Return each site by its id, and by those of the records merged into it."""
    merged = sites["also_known_as"].dropna().astype("str").str.split("; ").explode()
    return {str(other): str(site) for site, other in merged.items()} | {str(site): str(site) for site in sites.index}


def _override(sites: gpd.GeoDataFrame, site: str, name: str, text: str) -> None:
    """Put a fact in the place of what stood there; its value has been read before."""
    value = _value(name, text).value
    column = sites[name].astype(object)
    column[site] = value
    sites[name] = schema.as_kind(column, _KINDS[name], sites.index)
    if name == "hectares":
        sites["hectares_basis"] = sites["hectares_basis"].mask(sites.index == site)


_KINDS = {column.name: column.kind for column in schema.REGISTER.columns}


def _action(row: Mapping[str, CellValue]) -> str:
    """Say in words what a decision changes, and by whom."""
    by = shortened(f"; decided by {row['who'] or 'nobody named'}, {row['reason'] or 'no reason stated'}")
    if row["applied"] != "yes":
        return f"{NOT_APPLIED}: a later decision on the same field takes its place{by}"
    if row["field"] == DECISION:
        return f"taken out of the ranking{by}" if row["value"] != LIFTED else f"an earlier decision is lifted{by}"
    return f"taken in the place of {row['original'] or 'a blank'}, which its list states{by}"


def _log(log: IssueLog, row: Mapping[str, CellValue], issue: str, action: str) -> None:
    """Log one decision."""
    log.add(
        issue, row=int(str(row["row"])), field=str(row["field"]), value=row["value"], action=action,
        site_id=str(row["site_id"]), file=str(row["file"]),
    )  # fmt: skip


def _value(name: str, text: str) -> Value:
    """Read the value a decision states of a field; ``none`` of a fact makes it blank."""
    if name == DECISION:
        word = " ".join(text.casefold().replace("_", " ").split())
        if word == LIFTED or word in schema.VALUES[DECISION]:
            return Value(word)
        return Value(None, "invalid category value", unknown(DECISION, text, [*schema.VALUES[DECISION], LIFTED]))
    return Value(None) if NOTHING.match(text) else FACT_READERS[name](text)


def _read_one(path: Path, file: str) -> Reading[pd.DataFrame]:
    """Read one file."""
    log = IssueLog(file)
    table = without_control_signs(read_table(path, score=partial(header_score, keys=_KEYS), wanted=_WANTED), log)
    rows = [row for row in _rows(table, file, log) if _is_read(row, log)]
    for row in rows:
        for name in ("reason", "who", "date"):
            if row[name] is None:
                log.add("missing value", row=int(str(row["row"])), field=name, action="read without; state it")
    stated = pd.DataFrame(rows, columns=list(_STATED), dtype=object)
    return Reading(stated, log.table(), (record(path, role="decisions", file=file, rows=len(rows)),))


_WANTED = "site_id, field and value; and reason, who and date"
_NEEDS = frozenset({"site_id", "field", "value"})


def _rows(table: TextTable, file: str, log: IssueLog) -> list[dict[str, CellValue]]:
    """Return the rows by column, texts on one line; refuse a header that lacks what a decision needs."""
    known = known_columns(table, _KEYS, log, file=file, wanted=_WANTED, enough=_NEEDS.issubset)
    rows = list[dict[str, CellValue]]()
    for cells, number in zip(table.rows, table.numbers, strict=True):
        if any(cells):
            row: dict[str, CellValue] = {name: " ".join(cells[known[name]].split()) or None for name in known}
            rows.append({**dict.fromkeys(NAMES), **row, "file": file, "row": number})
    return rows


def _is_read(row: dict[str, CellValue], log: IssueLog) -> bool:
    """Read a row's field, value and day in their kinds; return whether the decision can be applied, or log why not."""
    number = int(str(row["row"]))

    def refused(issue: str, field: str, action: str) -> bool:
        log.add(issue, row=number, field=field, value=row[field] or "", action=f"{NOT_APPLIED}: {action}")
        return False

    if row["site_id"] is None:
        return refused("unknown entity - missing reference", "site_id", "states no site_id")
    name = "_".join(str(row["field"] or "").casefold().split())
    if name not in FIELDS:
        return refused("invalid category value", "field", unknown("field", str(row["field"] or ""), FIELDS))
    if row["value"] is None:
        return refused("missing value", "value", f"states no value; {LIFTED} makes a fact blank or lifts a decision")
    read = _value(name, str(row["value"]))
    if read.value is None and not NOTHING.match(str(row["value"])):
        return refused(read.issue or "invalid category value", "value", read.action or "cannot be read")
    row["field"] = name
    if name == DECISION:
        row["value"] = read.value
    if row["date"] is not None:
        day = read_date(str(row["date"]))
        if day.value is None:
            log.add("invalid date", row=number, field="date", value=row["date"], action="read without its date")
        row["date"] = day.value
    return True
