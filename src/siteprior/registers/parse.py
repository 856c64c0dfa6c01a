"""The attributes of a register's rows: text parsed into the declared columns, every failure logged by row and field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from siteprior.core import schema
from siteprior.core.io.parse_dates import order_evidence, read_date, read_dates
from siteprior.core.io.parse_values import (
    REMOVED,
    Reader,
    Value,
    in_form,
    read_column,
    read_count,
    read_hectares,
    read_lower,
    without_contacts,
    without_persons,
)
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers import vocabulary
from siteprior.registers.rows import Rows, clean_text, ended_date, unread_columns

Column: TypeAlias = Sequence[str | int | float | dt.date | None]
"""The parsed values of one declared column, ``None`` where missing."""

REQUIRED = {
    "site_name": ("site_name",), "hectares": ("hectares",), "ownership_status": ("ownership_status",),
    "planning_permission_status": ("planning_status",), "minimum_net_dwellings": ("min_net_dwellings", "range_from"),
}  # fmt: skip
"""Declared columns a register must fill, and the fields each is read from."""

DATES = {
    "planning_permission_date": "permission_date", "start_date": "first_added", "entry_date": "last_updated",
    "end_date": "end_date", "derelict_since": "derelict_since",
}  # fmt: skip


def parse_attributes(
    rows: Rows, log: IssueLog, *, as_of: dt.date | None = None, own_list: bool = False
) -> dict[str, Column]:
    """Parse every attribute of a register's sites but coordinates, reference and organisation (hectares, homes, dates).

    Parameters
    ----------
    rows
        From :func:`siteprior.registers.rows.read_rows`.
    log
        Takes every value that was not read as it stood.
    as_of
        Dates of entries after this day are reported.
    own_list
        Whether the rows are a list of the user's own, which need not fill what a register has to: what is blank is then
        a notice and no error.

    Returns
    -------
    dict
        Declared column of :data:`siteprior.core.schema.REGISTER` → one value per row, ``None`` where missing.
    """
    attributes: dict[str, Column] = {
        "site_name": _text(rows, "site_name", log, persons=False),
        "hectares": _parse(rows, "hectares", in_form(_hectares, rows.texts("hectares")), log),
        **_dwellings(rows, log),
        "ownership_status": _parse(rows, "ownership_status", _ownership, log),
        **_planning(rows, log),
        "planning_permission_history": _text(rows, "planning_history", log),
        "hazardous_substances": _parse(rows, "hazardous_substances", _flag, log),
        "part_of_stated": _text(rows, "part_of_stated", log),
        **parse_stated_facts(rows, log),
        "development_description": _text(rows, "description", log),
        "notes": _text(rows, "notes", log),
        "site_plan_url": _text(rows, "site_plan_url", log, persons=False),
        **_dates(rows, log, as_of),
    }
    _report_missing(rows, attributes, log, own_list=own_list)
    return attributes


def parse_stated_facts(rows: Rows, log: IssueLog) -> dict[str, Column]:
    """Parse what users state of a site of their own: previous use, owners, parcels, and who cleaned the land."""
    return {
        "previous_use": _text(rows, "previous_use", log),
        "owner_count": _parse(rows, "owner_count", read_lower, log),
        "parcel_count": _parse(rows, "parcel_count", read_lower, log),
        "cleaned_by": _parse(rows, "cleaned_by", _cleaned_by, log),
    }


def _cleaned_by(text: str) -> Value:
    """Read who cleaned the land; any other word leaves it open."""
    word = vocabulary.word_key(text)
    if word not in schema.CLEANED_BY:
        return Value(None, "invalid category value", f"left blank; valid: {', '.join(schema.CLEANED_BY)}")
    return _category(text, word)


def _parse(rows: Rows, field: str, reader: Reader, log: IssueLog, *, column: str = "") -> list[Any]:
    """Parse one field; issues name the declared column where it is called otherwise than the field."""
    return read_column(rows.texts(field), rows.numbers, reader, field=column or field, log=log)


def _text(rows: Rows, field: str, log: IssueLog, *, persons: bool = True) -> list[str | None]:
    """Return a field's text on one line, without contacts and, with ``persons``, without names of people."""
    values: list[str | None] = []
    without = without_persons if persons else without_contacts
    for text, number in zip(rows.texts(field), rows.numbers, strict=True):
        line = clean_text(text)
        safe = without(line)
        if safe != line:
            log.add("patch", row=number, field=field, action=f"a person's contact or name replaced by {REMOVED}")
        values.append(safe or None)
    return values


def _hectares(text: str, *, comma: bool = False) -> Value:
    """Read an area; more than any site has is a number in the wrong column."""
    read = read_hectares(text, comma=comma)
    if read.value is not None and read.value > load_parameters("registers").number("largest_hectares"):
        return Value(None, "too large", "left blank: more than any site has")
    return read


def _homes(text: str, *, end: str = "lower") -> Value:
    """Read a number of homes; more than any site takes is a number in the wrong column."""
    read = read_count(text, end=end)
    if read.value is not None and read.value > load_parameters("registers").number("largest_homes"):
        return Value(None, "too large", "left blank: more homes than any site takes")
    return read


def _most_homes(text: str) -> Value:
    """Read a number of homes, of a range its upper end."""
    return _homes(text, end="upper")


INVALID_CATEGORY = Value(None, "invalid category value", "left blank")


def _category(text: str, category: str) -> Value:
    """Return an allowed category, with an issue where the text spells it otherwise."""
    return Value(category) if vocabulary.word_key(text) == category else Value(category, "patch", f"read as {category}")


def _ownership(text: str) -> Value:
    ownership = vocabulary.read_ownership(text)
    return INVALID_CATEGORY if ownership is None else _category(text, ownership)


def _flag(text: str) -> Value:
    flag = None if re.fullmatch(r"\d{2,}|[2-9]", text) else vocabulary.FLAG_WORDS.get(vocabulary.word_key(text))
    return Value(flag) if flag else Value(None, "invalid flag", "left blank")


def _deliverable(text: str) -> Value:
    word = vocabulary.word_key(text)
    if word in vocabulary.DELIVERABLE_WORDS:
        return Value(vocabulary.DELIVERABLE_WORDS[word])
    if vocabulary.read_stage(text, free=False):
        return Value(None, "patch", "read as the building stage")
    return Value(None, "invalid flag", "left blank")


def _deliverable_homes(text: str) -> Value:
    """Read a count of deliverable homes as a flag: some are, or none."""
    read = read_count(text)
    if read.value is None:
        return read
    return Value("yes" if read.value else "no")


def _dwellings(rows: Rows, log: IssueLog) -> dict[str, Column]:
    """Parse the lowest and highest number of homes; the stated minimum comes before the lower end of the range."""
    lowest = _parse(rows, "min_net_dwellings", _homes, log, column="minimum_net_dwellings")
    range_from = _parse(rows, "range_from", _homes, log, column="minimum_net_dwellings")
    highest = _parse(rows, "range_to", _most_homes, log, column="maximum_net_dwellings")
    stated = "min_net_dwellings" in rows.fields
    for position, (low, start, high) in enumerate(zip(lowest, range_from, highest, strict=True)):
        if low is None and start is not None:
            lowest[position] = low = start
            if stated:
                log.add(
                    "default-field", row=rows.numbers[position], field="minimum_net_dwellings", value=start,
                    action="taken from the lower end of the range",
                )  # fmt: skip
        if low is not None and high is not None and low > high:
            log.add(
                "too large", row=rows.numbers[position], field="minimum_net_dwellings", value=low,
                action=f"kept, though above the highest number of homes ({high})",
            )  # fmt: skip
    return {"minimum_net_dwellings": lowest, "maximum_net_dwellings": highest}


def _planning(rows: Rows, log: IssueLog) -> dict[str, Column]:
    """Parse planning status, kind of permission, building stage and deliverability, also from each other's columns."""
    status = _parse(rows, "planning_status", _status, log, column="planning_permission_status")
    kinds = _parse(rows, "permission_type", _permission_type, log, column="planning_permission_type")
    flags = _parse(rows, "deliverable", _deliverable, log)
    homes = _parse(rows, "deliverable_homes", _deliverable_homes, log, column="deliverable")
    if "deliverable_homes" in rows.fields:
        log.add("patch", field="deliverable", action="a count of homes, read as yes above zero, no at zero")
    texts = (rows.texts("planning_status"), rows.texts("planning_stage"))
    meaning = {text: vocabulary.read_type(text) for column in texts for text in set(column) if text}  # each text once
    of_status, of_stage = ([meaning.get(text) for text in column] for column in texts)
    if any(of_stage):
        log.add("default-field", field="planning_permission_type", action="also read from the column of the stage")
    for position, (kind, in_status, in_stage) in enumerate(zip(kinds, of_status, of_stage, strict=True)):
        if kind is None:
            kinds[position] = in_status or in_stage
        if kind is None and in_status:
            log.add(
                "default-field", row=rows.numbers[position], field="planning_permission_type", value=in_status,
                action="taken from the planning status",
            )  # fmt: skip
    return {
        "deliverable": [flag if flag is not None else some for flag, some in zip(flags, homes, strict=True)],
        "planning_permission_status": status,
        "planning_permission_type": kinds,
        "development_status": _stages(rows, log),
    }


def _status(text: str) -> Value:
    status = vocabulary.read_word(text, vocabulary.STATUS_WORDS)
    if status is not None:
        return _category(text, status)
    if vocabulary.read_type(text) or vocabulary.read_stage(text, free=False):
        return Value(vocabulary.GRANTED, "patch", "a kind of permission or a building stage; read as permissioned")
    return INVALID_CATEGORY


def _permission_type(text: str) -> Value:
    kind = vocabulary.read_type(text)
    if kind is not None:
        return _category(text, kind)
    if vocabulary.read_stage(text, free=False):
        return Value(None, "patch", "read as the building stage")
    return INVALID_CATEGORY


STAGE_FIELDS = (
    ("planning_stage", False), ("planning_status", False), ("permission_type", False), ("deliverable", False),
    ("notes", True), ("description", True),
)  # fmt: skip
"""Where the building stage can stand, and whether the field is free text; the first that states one counts."""


def _stages(rows: Rows, log: IssueLog) -> Column:
    """Parse the building stage from the first field that states one."""
    stages: list[str | None] = [None] * len(rows.numbers)
    for position, text in enumerate(rows.texts("under_construction")):
        if vocabulary.FLAG_WORDS.get(vocabulary.word_key(text)) == "yes":
            stages[position] = vocabulary.UNDER_CONSTRUCTION
    for field, free in STAGE_FIELDS:
        if field not in rows.fields:
            continue
        stage_of: dict[str, str | None] = {"": None}
        for position, text in enumerate(rows.fields[field]):
            if text not in stage_of:
                stage_of[text] = vocabulary.read_stage(text, free=free)
            if stages[position] is None and stage_of[text] is not None:
                stages[position] = stage_of[text]
                if field == "planning_stage":
                    continue  # the column that is there to say it
                log.add(
                    "default-field", row=rows.numbers[position], field="development_status", value=stage_of[text],
                    action=f"read from {field}",
                )  # fmt: skip
    return stages


def _dates(rows: Rows, log: IssueLog, as_of: dt.date | None) -> dict[str, Column]:
    """Parse the dates; the order of day and month is each column's own, else the file's."""
    counts = [order_evidence(rows.texts(field)) for field in DATES.values()]
    evidence = (sum(days for days, _ in counts), sum(months for _, months in counts))
    dates = {
        column: read_dates(
            rows.texts(field), rows.numbers, field=column, log=log, file_evidence=evidence,
            latest=field == "last_updated",
        )
        for column, field in DATES.items()
    }  # fmt: skip
    for position, heading in enumerate(rows.ended):
        if heading and dates["end_date"][position] is None:
            date = ended_date(heading)
            dates["end_date"][position] = date
            log.add(
                "default-value", row=rows.numbers[position], field="end_date", value=heading[:80],
                action=f"stands below this heading; read as ended {date or 'without a date'}",
            )  # fmt: skip
    if as_of is not None:
        for column in ("start_date", "entry_date"):
            for date, number in zip(dates[column], rows.numbers, strict=True):
                if date is not None and date > as_of:
                    log.add("future entry-date", row=number, field=column, value=date, action=f"kept; after {as_of}")
    return dict(dates)


def _why_blank(rows: Rows, fields: Sequence[str]) -> str:
    """Say whether a column is blank in the file or not there; it may be there under a name that is not known."""
    if any(field in rows.fields for field in fields):
        return "blank"
    unread = unread_columns(rows.table, rows.headers)
    return f"no column is known as this{' (see the columns not read)' if unread else ''}: missing"


def _report_missing(rows: Rows, attributes: dict[str, Column], log: IssueLog, *, own_list: bool) -> None:
    """Report required values that are blank; a column blank throughout, or absent, in one row."""
    severity, leave = ("notice", "; an own list need not state it") if own_list else (None, "")
    for column, fields in REQUIRED.items():
        values = attributes[column]
        texts = zip(*(rows.texts(field) for field in fields), strict=True)
        blank = [value is None and not any(text) for value, text in zip(values, texts, strict=True)]
        if values and all(blank):
            log.add("missing value", field=column, severity=severity,
                    action=f"{_why_blank(rows, fields)} in all {len(values)} rows{leave}")  # fmt: skip
            continue
        for number, empty in zip(rows.numbers, blank, strict=True):
            if empty:
                log.add("missing value", row=number, field=column, severity=severity, action=f"left blank{leave}")


def _line(text: str) -> Value:
    """Read a text on one line, without contacts."""
    return Value(without_contacts(clean_text(text)) or None)


def _stage(text: str) -> Value:
    """Read a building stage stated as such."""
    stage = vocabulary.read_stage(text, free=False)
    return INVALID_CATEGORY if stage is None else _category(text, stage)


FACT_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "site_name": _line,
        "hectares": _hectares,
        "minimum_net_dwellings": _homes,
        "maximum_net_dwellings": _most_homes,
        "ownership_status": _ownership,
        "planning_permission_status": _status,
        "planning_permission_type": _permission_type,
        "planning_permission_date": read_date,
        "development_status": _stage,
        "end_date": read_date,
        "previous_use": _line,
        "derelict_since": read_date,
        "owner_count": read_lower,
        "parcel_count": read_lower,
        "cleaned_by": _cleaned_by,
    }
)
"""The facts of a site that a person may state one by one, and what reads each."""
