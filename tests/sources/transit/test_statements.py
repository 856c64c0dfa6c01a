"""The words and dates of statements on stops, and what is reported of them."""

from __future__ import annotations

import calendar
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CORRIDOR_STOPS
from siteprior.sources.transit.statements import (
    STATED,
    STATEMENTS,
    conflicts,
    last_day,
    no_statements,
    read_openings,
    stated,
    statement_issues,
)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_date_counts_by_the_last_day_it_may_mean(day):
    month_end = date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    texts = pd.Series([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"])
    assert last_day(texts).dt.date.tolist() == [date(day.year, 12, 31), month_end, day]


@pytest.mark.parametrize(
    "text",
    [
        "2022-99-99",
        "２０２２",
        "99999999",
        "",
        None,
        "spring",
        "2026-13",
        "2026-02-30",
        "26-04",
        "2026/04",
        "2026-4",
        "04/2026",
    ],
)
def test_what_is_no_such_date_is_missing(text):
    assert last_day(pd.Series([text], dtype="str")).isna().all()


def test_the_words_make_states_a_stop_can_have():
    states = next(column.allowed for column in CORRIDOR_STOPS.columns if column.name == "state")
    assert set(STATED.values()) <= set(states)
    assert all(words == words.lower() for words in STATED)  # they are looked up in lower case
    assert STATED["due"] == STATED["not open"] == "planned"  # a due date opens nothing


def test_words_make_states_and_words_not_known_count_as_planned():
    words = pd.Series(["OPEN", "due", "Cancelled", "opening soon", "", None], dtype="str")
    assert stated(words).tolist() == ["open", "planned", "closed", "planned", "not stated", "not stated"]


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


def test_reading_logs_what_cannot_be_used(tmp_path):
    file = tmp_path / "openings.csv"
    file.write_text(
        "atco_code,stop_name,state,state_date,statement_date\n"
        "1,A,opne,,2026-10-02\n"
        "2,B,open,April 2026,2026-10-02\n"
        "3,C,open,,02/10/2026\n"
        "4,D,,,2026-10-02\n"
        "5,E,open,,\n"
        "6,F,open,,2026-10-02\n"
        "6,F,open,,2026-10-02\n"
        "6,F,not open,,2026-10-02\n"
    )
    reading = read_openings(file, files="facts/openings.csv")
    assert reading.table["atco_code"].tolist() == [
        "1",
        "2",
        "3",
        "5",
        "6",
        "6",
    ]  # of D nothing is stated, of F it twice
    assert reading.table["state"].tolist() == ["planned", "open", "open", "open", "open", "planned"]
    assert reading.issues[["row", "field", "issue_type"]].to_numpy().tolist() == [
        [2, "state", "invalid category value"],
        [5, "state", "missing value"],
        [3, "state_date", "invalid date"],
        [4, "statement_date", "invalid date"],
        [6, "statement_date", "missing value"],
        [8, "state", "patch"],
        [9, "state", "reference values are not unique"],
    ]
    assert set(reading.issues["file"]) == {"facts/openings.csv"}


def test_what_is_no_table_of_statements_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("stop,state\nA,open\n")
    with pytest.raises(InputError, match="lacks atco_code, statement_date; it has stop, state"):
        read_openings(file)


def test_no_statements_fits_a_reading(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("atco,state,statement_date\n1,open,2026\n")
    table = read_openings(file).table
    assert table.dtypes.astype(str).to_dict() == no_statements().dtypes.astype(str).to_dict()
    assert tuple(table) == tuple(no_statements()) == STATEMENTS


def test_identical_statements_stand_once_across_files_in_file_order(tmp_path):
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text("atco,state,statement_date,state_note\n1,open,2026,a\n2,planned,2026,b\n")
    second.write_text("ATCOCode,State,Statement date\n1,open,2026\n2,closed,2026\n")
    reading = read_openings([first, second], files=["a", "b"])
    assert reading.table[["atco_code", "state", "file", "row"]].to_numpy().tolist() == [
        ["1", "open", "a", 2], ["2", "planned", "a", 3], ["2", "closed", "b", 3],
    ]  # fmt: skip
    assert [(origin.file, origin.rows) for origin in reading.provenance] == [("a", 2), ("b", 2)]
    assert reading.issues[["file", "row", "issue_type"]].to_numpy().tolist() == [
        ["b", 3, "reference values are not unique"],
        ["b", 2, "patch"],
    ]
