"""Dates in every form met in 592 registers."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.io.parse_dates import order_evidence, read_date, read_dates
from siteprior.core.issues import IssueLog


@pytest.mark.parametrize(
    ("text", "iso", "issue"),
    [
        ("2017-12-19", "2017-12-19", ""),
        ("2019/12/20 00:00:00+00", "2019-12-20", ""),
        ("2016-07-07T00:00:00.000Z", "2016-07-07", ""),
        ("2019.03.04", "2019-03-04", ""),
        ("20171219", "2017-12-19", ""),
        ("19122017", "2017-12-19", ""),
        ("29/12/2017", "2017-12-29", ""),
        ("7/3/2019", "2019-03-07", ""),
        ("25.06.2019", "2019-06-25", ""),
        ("15-06-16", "2016-06-15", "patch"),
        ("20/01/99", "1999-01-20", ""),
        ("24-May-18", "2018-05-24", ""),
        ("29 June 2017", "2017-06-29", ""),
        ("1st September 2017", "2017-09-01", ""),
        ("12 Sept 2019", "2019-09-12", ""),
        ("September 12, 2019", "2019-09-12", ""),
        ("27/06/2017 00:00:00", "2017-06-27", ""),
        ('"2017-06-26"', "2017-06-26", ""),
        ("43007", "2017-09-29", "patch"),
        ("1475020800000", "2016-09-28", "patch"),
        ("4/18/2018", "2018-04-18", "patch"),
        ("2017-31-12", "2017-12-31", "patch"),
        ("Appeal allowed 05/01/2017", "2017-01-05", "patch"),
        ("2012", "2012-12-31", "default-value"),
        ("May 2017", "2017-05-31", "default-value"),
        ("02/2016", "2016-02-29", "default-value"),
        ("2016-02", "2016-02-29", "default-value"),
    ],
)
def test_a_date(text, iso, issue):
    read = read_date(text)
    assert (read.value.isoformat(), read.issue) == (iso, issue)


@pytest.mark.parametrize(
    "text",
    ["31/02/2018", "29/02/2017", "17/12/25018", "2019-03-2019", "201-11-14", "0", "//", "pending", "Awaiting S 106",
     "2017-12-32", "3026-01-01", "1970/01/01 00:00:00+00", "1899-12-30", "00/00/0000", "13/2017", "12345678901"],
)  # fmt: skip
def test_no_date(text):
    read = read_date(text)
    assert (read.value, read.issue) == (None, "invalid date")


def test_several_dates_in_a_cell():
    cell = "25.10.2016\n22.12.2017\n16.02.2017"
    assert read_date(cell).value == dt.date(2016, 10, 25)
    assert read_date(cell, latest=True).value == dt.date(2017, 12, 22)
    assert read_date("2018-09-28 & 2019-05-21").issue == "patch"


def test_day_or_month_first_is_the_columns_own_evidence():
    log = IssueLog()
    american = read_dates(["04/03/2018", "4/18/2018"], [2, 3], field="d", log=log)
    assert american == [dt.date(2018, 4, 3), dt.date(2018, 4, 18)]
    stated = [(row["row"], row["field"], row["severity"], row["action"]) for row in log.rows]
    assert stated == [(None, "d", "notice", "dates read month first in 2 rows, for some of the file can only be so")]
    log = IssueLog()
    british = read_dates(["04/03/2018", "18/4/2018"], [2, 3], field="d", log=log)
    assert british == [dt.date(2018, 3, 4), dt.date(2018, 4, 18)]
    assert not log.rows


def test_without_evidence_it_is_day_first_and_reported():
    log = IssueLog()
    assert read_dates(["04/03/2018", "05/05/2018"], [2, 3], field="d", log=log)[0] == dt.date(2018, 3, 4)
    assert [row["row"] for row in log.rows] == [2]  # 05/05 is the same either way


def test_the_files_other_columns_decide_where_a_column_is_silent():
    log = IssueLog()
    assert read_dates(["04/03/2018"], [2], field="d", log=log, file_evidence=(0, 3)) == [dt.date(2018, 4, 3)]
    assert [row["action"] for row in log.rows] == [
        "dates read month first in 1 row, for some of the file can only be so"
    ]
    log = IssueLog()
    assert read_dates(["2018-03-04", ""], [2, 3], field="d", log=log, file_evidence=(0, 3))[0].month == 3
    assert not log.rows  # written in full, no order was chosen


def test_divided_evidence_is_reported():
    log = IssueLog()
    assert order_evidence(["13/01/2018", "01/13/2018"]) == (1, 1)
    read_dates(["13/01/2018", "01/13/2018", "02/03/2018"], [2, 3, 4], field="d", log=log)
    assert [row["row"] for row in log.rows] == [3, 4]


@given(
    st.dates(dt.date(1971, 1, 1), dt.date(2049, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d.%m.%Y", "%d/%m/%y", "%d %B %Y"]),
)
def test_any_date_in_any_form_comes_back(date, form):
    assert read_date(date.strftime(form)).value == date


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_a_vague_date_is_never_earlier_than_the_true_one(date):
    assert read_date(str(date.year)).value >= date
    assert read_date(date.strftime("%m/%Y")).value >= date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2-17-12-17", dt.date(2017, 12, 17)), ("2-17-13-17", None), ("2-17/12/17", dt.date(2017, 12, 17)),
        ("3-17-12-17", None), ("2-7-12-17", None), ("2017 11 07", dt.date(2017, 11, 7)),
        ("07 11 2017", dt.date(2017, 11, 7)), ("²022", None), ("٢٠١٧", None),
    ],
)  # fmt: skip
def test_typing_errors_and_digits_that_are_no_numbers(text, date):
    read = read_date(text)
    assert read.value == date
    assert bool(read.issue) or date == dt.date(2017, 11, 7)


def test_two_digits_of_a_year_that_may_stand_first_are_stated():
    read = read_date("17-11-07")
    assert (read.value, read.issue) == (dt.date(2007, 11, 17), "patch")
    assert "may be 2017-11-07" in read.action
    assert read_date("17/11/07").issue == ""  # as Britain writes it
    assert read_date("17-11-2007").issue == ""
    assert read_date("01/02/2019-03/04/2019").value == dt.date(2019, 2, 1)
