"""Values a user states: in words, and days as a kind."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from siteprior.registers.stated_values import in_words, with_days


@pytest.mark.parametrize(
    ("value", "words"), [(1.03, "1.03"), (124, "124"), ("Mill", "Mill"), (pd.Timestamp("2020-02-03"), "2020-02-03")]
)
def test_a_value_reads_as_it_stands_in_a_table(value, words):
    assert in_words(value) == words


def test_days_become_a_kind_and_what_is_none_stays():
    table = pd.DataFrame({"date": [dt.date(2026, 5, 1), None]})
    assert with_days(table, "date")["date"].tolist() == [pd.Timestamp("2026-05-01"), pd.NaT]
    text = pd.DataFrame({"date": ["soon"]})
    assert with_days(text, "date") is text
    assert with_days(table, "other") is table
    assert with_days("no table", "date") == "no table"
