"""Dated statements of openings: their words, their dates, and what is wrong in them."""

from __future__ import annotations

import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.sources.columns import cells, numbered

STATED = {
    "open": "open",
    "not open": "planned",
    "planned": "planned",
    "proposed": "planned",
    "due": "planned",
    "under construction": "planned",
    "shelved": "closed",
    "cancelled": "closed",
    "closed": "closed",
}
"""What a statement's words make of a stop; words not listed count as planned, and are reported."""


def last_day(dates: pd.Series) -> pd.Series:
    """Return the last possible day of dates written as year, month or day; ``NaT`` where they are not so written.

    Examples
    --------
    >>> last_day(pd.Series(["2022", "2026-02", "2026-04-07", "spring"])).dt.strftime("%Y-%m-%d").tolist()
    ['2022-12-31', '2026-02-28', '2026-04-07', nan]
    """
    text = dates.fillna("").astype("str")
    year = pd.to_datetime(text.where(text.str.fullmatch(r"\d{4}")) + "-12-31", errors="coerce")
    month = pd.to_datetime(text.where(text.str.fullmatch(r"\d{4}-\d{2}")) + "-01", errors="coerce")
    day = pd.to_datetime(text.where(text.str.fullmatch(r"\d{4}-\d{2}-\d{2}")), errors="coerce")
    return day.fillna(month + pd.offsets.MonthEnd(0)).fillna(year).astype("datetime64[s]")


def statement_issues(table: pd.DataFrame, log: IssueLog) -> None:
    """Log the states and dates of statements that are blank or cannot be read; the index holds the record numbers."""
    for row, words in numbered(table.loc[~table["stated_as"].str.lower().isin(STATED), "stated_as"]):
        if words:
            log.add("invalid category value", row=row, field="state", value=words,
                    action=f"counts as planned; known are {', '.join(STATED)}")  # fmt: skip
        else:
            log.add("missing value", row=row, field="state", action="says nothing of the stop")
    for field in ("state_date", "statement_date"):
        wrong = (table[field] != "") & last_day(table[field]).isna()
        for row, value in numbered(table.loc[wrong, field]):
            log.add("invalid date", row=row, field=field, value=value,
                    action="not used; write it as 2026, 2026-04 or 2026-04-07")  # fmt: skip
    for row in table.index[(table["statement_date"] == "") & (table["stated_as"] != "")].tolist():
        log.add("missing value", row=row, field="statement_date", action="an undated statement is not used")


def conflicts(table: pd.DataFrame, log: IssueLog) -> None:
    """Log stops of which statements of one day say different things."""
    coded = table[(table["atco_code"] != "") & (table["statement_date"] != "")]
    distinct = coded.drop_duplicates(["atco_code", "statement_date", "state"])
    second = distinct[distinct.duplicated(["atco_code", "statement_date"])]
    for _, row, file, words, code in cells(second, "row", "file", "stated_as", "atco_code"):
        log.add("reference values are not unique", row=row, file=file, field="state", value=words,
                action=f"{code}: statements of one day differ; the least promising counts")  # fmt: skip
