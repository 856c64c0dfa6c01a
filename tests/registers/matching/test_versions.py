"""The day a register was published."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.registers.matching.versions import published, vintages_of

DATED = pd.DataFrame(
    {"entry_date": pd.to_datetime(["2018-03-05", None]), "start_date": pd.to_datetime(["2017-12-01", "2018-04-01"]),
     "file": ["a.csv", "a.csv"]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("stated", "as_of", "day"),
    [
        ("2018-05-21", None, dt.date(2018, 5, 21)),
        (dt.date(2018, 5, 21), None, dt.date(2018, 5, 21)),
        ("2018-02", None, dt.date(2018, 4, 1)),  # the file holds a later date than the month stated
        ("2018-05", None, dt.date(2018, 5, 31)),
        ("2018", dt.date(2018, 6, 1), dt.date(2018, 6, 1)),  # a year ends at as_of at the latest
        ("", None, dt.date(2018, 4, 1)),
        ("", dt.date(2018, 3, 31), dt.date(2018, 3, 5)),  # dates after as_of are errors
    ],
)
def test_the_day_stated_or_the_newest_date(stated, as_of, day):
    assert published(DATED, stated, as_of=as_of) == day


@pytest.mark.parametrize(
    ("table", "stated", "says"),
    [
        (DATED, "spring 2018", "'spring 2018' is no date"), (DATED, "2018-13", "is no date"),
        (DATED, "2021", "the vintage 2021 lies after 2020-01-01"),
        (pd.DataFrame({"file": ["a.csv"]}), "", "a.csv: holds no entry or start date"),
    ],
)  # fmt: skip
def test_what_is_no_vintage_is_refused(table, stated, says):
    with pytest.raises(InputError, match=says):
        published(table, stated, as_of=dt.date(2020, 1, 1))


def test_files_become_vintages_and_all_without_a_day_are_named_at_once():
    undated = DATED.assign(entry_date=pd.NaT, start_date=pd.NaT)
    table = pd.concat([DATED, undated.assign(file="b.csv"), undated.assign(file="c.csv")])
    vintages = vintages_of(table, {"b.csv": "2019", "c.csv": "2020-02"})
    assert [(day, len(rows)) for day, rows in vintages] == [
        (dt.date(2018, 4, 1), 2), (dt.date(2019, 12, 31), 2), (dt.date(2020, 2, 29), 2),
    ]  # fmt: skip
    with pytest.raises(InputError) as caught:
        vintages_of(table, {})
    assert len(caught.value.faults) == 2


def test_the_vintage_of_a_workbook_is_that_of_each_of_its_sheets():
    sheets = pd.concat([DATED.assign(file=f"b.zip!a.xlsx!{name}") for name in ("North", "South")])
    found = vintages_of(sheets, {"b.zip!a.xlsx": "2018-05-21"})
    assert [(day, set(rows["file"])) for day, rows in found] == [
        (dt.date(2018, 5, 21), {"b.zip!a.xlsx!North"}), (dt.date(2018, 5, 21), {"b.zip!a.xlsx!South"}),
    ]  # fmt: skip
