"""The words and dates of statements on stops, and what is reported of them."""

from __future__ import annotations

import calendar
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.issues import IssueLog
from siteprior.core.schema import CORRIDOR_STOPS
from siteprior.sources.transit.statements import STATED, conflicts, last_day, statement_issues


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_date_counts_by_the_last_day_it_may_mean(day):
    month_end = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    texts = pd.Series([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"])
    assert last_day(texts).dt.date.tolist() == [date(day.year, 12, 31), month_end, day]


@pytest.mark.parametrize("text", ["", None, "spring", "2026-13", "2026-02-30", "26-04", "2026/04", "2026-4", "04/2026"])
def test_what_is_no_such_date_is_missing(text):
    assert last_day(pd.Series([text], dtype="str")).isna().all()


def test_the_words_make_states_a_stop_can_have():
    states = next(column.allowed for column in CORRIDOR_STOPS.columns if column.name == "state")
    assert set(STATED.values()) <= set(states)
    assert all(words == words.lower() for words in STATED)  # they are looked up in lower case
    assert STATED["due"] == STATED["not open"] == "planned"  # a due date opens nothing


def table_of(*rows):
    """Return statements as read, on their record numbers from 2; what is not given is plain."""
    plain = {"atco_code": "1", "stated_as": "open", "state": "open", "state_date": "", "statement_date": "2026-10"}
    table = pd.DataFrame([{**plain, **row} for row in rows], index=range(2, len(rows) + 2), dtype="str")
    return table.assign(row=table.index, file="f")


def reported(log):
    return [(row["row"], row["field"], row["issue_type"], row["value"]) for row in log.rows]


def test_each_word_and_date_that_cannot_be_used_is_reported_with_its_row():
    table = table_of(
        {}, {"stated_as": "Open"}, {"stated_as": "opened"}, {"stated_as": "", "statement_date": ""},
        {"state_date": "soon", "statement_date": "2026-02-30"}, {"statement_date": ""},
    )  # fmt: skip
    log = IssueLog("f")
    statement_issues(table, log)
    assert reported(log) == [
        (4, "state", "invalid category value", "opened"),
        (5, "state", "missing value", ""),
        (6, "state_date", "invalid date", "soon"),
        (6, "statement_date", "invalid date", "2026-02-30"),
        (7, "statement_date", "missing value", ""),
    ]
    assert log.rows[0]["action"] == f"counts as planned; known are {', '.join(STATED)}"


def test_statements_of_one_day_that_differ_are_reported_once_each():
    table = table_of(
        {"state": "open"}, {"state": "closed", "stated_as": "shelved"}, {"state": "closed", "stated_as": "closed"},
        {"state": "planned", "stated_as": "due"}, {"state": "closed", "statement_date": "2026-11"},
        {"state": "closed", "atco_code": "2"}, {"state": "closed", "atco_code": ""},
        {"state": "open", "atco_code": ""}, {"state": "closed", "statement_date": ""},
        {"state": "open", "statement_date": ""},
    )  # fmt: skip
    log = IssueLog()
    conflicts(table, log)
    # the first of the day stands; without a code or a day nothing can be compared
    assert reported(log) == [
        (3, "state", "reference values are not unique", "shelved"),
        (5, "state", "reference values are not unique", "due"),
    ]
    assert {row["action"] for row in log.rows} == {"1: statements of one day differ; the least promising counts"}
