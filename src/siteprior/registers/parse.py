"""The facts of a register's rows, text turned into the declared columns, every failure logged with row and field."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from siteprior.core.io.parse_dates import order_evidence, read_dates
from siteprior.core.io.parse_values import (
    NOTHING,
    REMOVED,
    Value,
    read_column,
    read_count,
    read_hectares,
    read_lower,
    read_upper,
    without_contacts,
    without_persons,
)
from siteprior.core.issues import IssueLog
from siteprior.core.parameters import load_parameters
from siteprior.registers import vocabulary as words
from siteprior.registers.rows import Rows, ended_date

Column = list[Any]

REQUIRED = {
    "site_name": ("site_name",), "hectares": ("hectares",), "ownership_status": ("ownership_status",),
    "planning_permission_status": ("planning_status",), "minimum_net_dwellings": ("min_net_dwellings", "range_from"),
}  # fmt: skip
"""Declared columns a register must fill, and the fields each is read from."""

DATES = {
    "planning_permission_date": "permission_date", "start_date": "first_added", "entry_date": "last_updated",
    "end_date": "end_date", "derelict_since": "derelict_since",
}  # fmt: skip


def read_facts(rows: Rows, log: IssueLog, *, as_of: dt.date | None = None) -> dict[str, Column]:
    """Read everything a register says of its sites but their place, reference and organisation.

    Parameters
    ----------
    rows
        From :func:`siteprior.registers.rows.read_rows`.
    log
        Takes every value that was not read as it stood.
    as_of
        Dates of entries after this day are reported.

    Returns
    -------
    dict
        Declared column of :data:`siteprior.core.schema.REGISTER` → one value per row, ``None`` where missing.
    """
    facts: dict[str, Column] = {
        "site_name": _text(rows, "site_name", log, persons=False),
        "hectares": _read(rows, "hectares", "hectares", _hectares, log),
        **_dwellings(rows, log),
        "ownership_status": _read(rows, "ownership_status", "ownership_status", _ownership, log),
        **_planning(rows, log),
        "planning_permission_history": _text(rows, "planning_history", log, persons=True),
        "hazardous_substances": _read(rows, "hazardous_substances", "hazardous_substances", _flag, log),
        "part_of_stated": _text(rows, "part_of_stated", log, persons=True),
        "previous_use": _text(rows, "previous_use", log, persons=True),
        "owner_count": _read(rows, "owner_count", "owner_count", read_lower, log),
        "parcel_count": _read(rows, "parcel_count", "parcel_count", read_lower, log),
        "notes": _text(rows, "notes", log, persons=True),
        "site_plan_url": _text(rows, "site_plan_url", log, persons=False),
        **_dates(rows, log, as_of),
    }
    _missing(rows, facts, log)
    return facts


def _read(rows: Rows, field: str, column: str, reader: Any, log: IssueLog) -> Column:
    """Read one field into one declared column."""
    return read_column(rows.texts(field), rows.numbers, reader, field=column, log=log)


def _text(rows: Rows, field: str, log: IssueLog, *, persons: bool) -> list[str | None]:
    """Return a field's text on one line, without what could reach or name a person."""
    cleaned: list[str | None] = []
    clean = without_persons if persons else without_contacts
    for text, number in zip(rows.texts(field), rows.numbers, strict=True):
        plain = " ".join(text.split()).strip("\"' ")
        if not plain or NOTHING.match(plain):
            cleaned.append(None)
            continue
        safe = clean(plain)
        if safe != plain:
            log.add("patch", row=number, field=field, action=f"a person's contact or name replaced by {REMOVED}")
        cleaned.append(safe)
    return cleaned


def _hectares(text: str) -> Value:
    """Read an area; more than any site has is a number in the wrong column."""
    read = read_hectares(text)
    if read.value is not None and read.value > load_parameters("registers")["largest_hectares"].value:
        return Value(None, "too large", "left blank: more than any site has")
    return read


def _ownership(text: str) -> Value:
    found = words.read_ownership(text)
    if found is None:
        return Value(None, "invalid category value", "left blank")
    return Value(found) if words.plain_words(text) == found else Value(found, "patch", f"read as {found}")


def _flag(text: str) -> Value:
    found = words.FLAG_WORDS.get(words.plain_words(text)) if not re.fullmatch(r"\d{2,}|[2-9]", text) else None
    return Value(found) if found else Value(None, "invalid flag", "left blank")


def _deliverable(text: str) -> Value:
    plain = words.plain_words(text)
    if plain in words.DELIVERABLE_WORDS:
        return Value(words.DELIVERABLE_WORDS[plain])
    if words.read_stage(text, free=False):
        return Value(None, "patch", "read as the building stage")
    return Value(None, "invalid flag", "left blank")


def _deliverable_homes(text: str) -> Value:
    """Read a count of deliverable homes as a flag: some are, or none."""
    read = read_count(text)
    if read.value is None:
        return read
    return Value("yes" if read.value else "no")


def _dwellings(rows: Rows, log: IssueLog) -> dict[str, Column]:
    """Read the lowest and highest number of homes; the stated minimum comes before the lower end of the range."""
    lowest = _read(rows, "min_net_dwellings", "minimum_net_dwellings", read_lower, log)
    start = _read(rows, "range_from", "minimum_net_dwellings", read_lower, log)
    highest = _read(rows, "range_to", "maximum_net_dwellings", read_upper, log)
    stated = "min_net_dwellings" in rows.fields
    for place, (low, other, high) in enumerate(zip(lowest, start, highest, strict=True)):
        if low is None and other is not None:
            lowest[place] = low = other
            if stated:
                log.add(
                    "default-field", row=rows.numbers[place], field="minimum_net_dwellings", value=other,
                    action="taken from the lower end of the range",
                )  # fmt: skip
        if low is not None and high is not None and low > high:
            log.add(
                "too large", row=rows.numbers[place], field="minimum_net_dwellings", value=low,
                action=f"kept, though above the highest number of homes ({high})",
            )  # fmt: skip
    return {"minimum_net_dwellings": lowest, "maximum_net_dwellings": highest}


def _planning(rows: Rows, log: IssueLog) -> dict[str, Column]:
    """Read planning status, kind of permission, building stage and deliverability, also from each other's columns."""
    status = _read(rows, "planning_status", "planning_permission_status", _status, log)
    kinds = _read(rows, "permission_type", "planning_permission_type", _kind, log)
    deliverable = _read(rows, "deliverable", "deliverable", _deliverable, log)
    homes = _read(rows, "deliverable_homes", "deliverable", _deliverable_homes, log)
    deliverable = [a if a is not None else b for a, b in zip(deliverable, homes, strict=True)]
    if "deliverable_homes" in rows.fields:
        log.add("patch", field="deliverable", action="a count of homes, read as yes above nought, no at nought")
    slipped = [words.read_type(text) if text else None for text in rows.texts("planning_status")]
    staged = [words.read_type(text) if text else None for text in rows.texts("planning_stage")]
    if any(staged):
        log.add("default-field", field="planning_permission_type", action="also read from the column of the stage")
    for place, (kind, slip, stage) in enumerate(zip(kinds, slipped, staged, strict=True)):
        if kind is None:
            kinds[place] = slip or stage
        if kind is None and slip:
            log.add(
                "default-field", row=rows.numbers[place], field="planning_permission_type", value=slip,
                action="taken from the planning status",
            )  # fmt: skip
    return {
        "deliverable": deliverable,
        "planning_permission_status": status,
        "planning_permission_type": kinds,
        "development_status": _stages(rows, log),
    }


def _status(text: str) -> Value:
    found = words.read_word(text, words.STATUS_WORDS)
    if found is not None:
        return Value(found) if words.plain_words(text) == found else Value(found, "patch", f"read as {found}")
    if words.read_type(text) or words.read_stage(text, free=False):
        return Value(words.GRANTED, "patch", "a kind of permission or a building stage; read as permissioned")
    return Value(None, "invalid category value", "left blank")


def _kind(text: str) -> Value:
    found = words.read_type(text)
    if found is not None:
        return Value(found) if words.plain_words(text) == found else Value(found, "patch", f"read as {found}")
    if words.read_stage(text, free=False):
        return Value(None, "patch", "read as the building stage")
    return Value(None, "invalid category value", "left blank")


STAGE_FIELDS = (
    ("planning_stage", False), ("planning_status", False), ("permission_type", False), ("deliverable", False),
    ("notes", True), ("description", True),
)  # fmt: skip
"""Where the building stage can stand, and whether the field is free text; the first that says so counts."""


def _stages(rows: Rows, log: IssueLog) -> Column:
    """Read the building stage from whichever field says it."""
    stages: Column = [None] * len(rows.numbers)
    for place, text in enumerate(rows.texts("under_construction")):
        if words.FLAG_WORDS.get(words.plain_words(text)) == "yes":
            stages[place] = words.UNDER_CONSTRUCTION
    for field, free in STAGE_FIELDS:
        if field not in rows.fields:
            continue
        known: dict[str, str | None] = {"": None}
        for place, text in enumerate(rows.fields[field]):
            if text not in known:
                known[text] = words.read_stage(text, free=free)
            if stages[place] is None and known[text] is not None:
                stages[place] = known[text]
                if field == "planning_stage":
                    continue  # the column that is there to say it
                log.add(
                    "default-field", row=rows.numbers[place], field="development_status", value=known[text],
                    action=f"read from {field}",
                )  # fmt: skip
    return stages


def _dates(rows: Rows, log: IssueLog, as_of: dt.date | None) -> dict[str, Column]:
    """Read the dates; the order of day and month is each column's own, else the file's."""
    counts = [order_evidence(rows.texts(field)) for field in DATES.values()]
    evidence = (sum(days for days, _ in counts), sum(months for _, months in counts))
    read = {
        column: read_dates(
            rows.texts(field),
            rows.numbers,
            field=column,
            log=log,
            file_evidence=evidence,
            latest=field == "last_updated",
        )
        for column, field in DATES.items()
    }
    for place, heading in enumerate(rows.ended):
        if heading and read["end_date"][place] is None:
            date = ended_date(heading)
            read["end_date"][place] = date
            log.add(
                "default-value", row=rows.numbers[place], field="end_date", value=heading[:80],
                action=f"stands below this heading; read as ended {date or 'without a date'}",
            )  # fmt: skip
    if as_of is not None:
        for column in ("start_date", "entry_date"):
            for date, number in zip(read[column], rows.numbers, strict=True):
                if date is not None and date > as_of:
                    log.add("future entry-date", row=number, field=column, value=date, action=f"kept; after {as_of}")
    return dict(read)


def _missing(rows: Rows, facts: dict[str, Column], log: IssueLog) -> None:
    """Report required values that are blank; a column blank throughout, or absent, in one row."""
    for column, fields in REQUIRED.items():
        values = facts[column]
        texts = zip(*(rows.texts(field) for field in fields), strict=True)
        blank = [value is None and not any(text) for value, text in zip(values, texts, strict=True)]
        if values and all(blank):
            log.add("missing value", field=column, action=f"blank or absent in all {len(values)} rows")
            continue
        for number, empty in zip(rows.numbers, blank, strict=True):
            if empty:
                log.add("missing value", row=number, field=column, action="left blank")
