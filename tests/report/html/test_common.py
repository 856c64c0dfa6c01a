"""What the sections share: plain rows, every declared fact, and what a figure rests on."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import SITE_PRICE_COLUMNS, SITE_VALUE_COLUMNS, SITES
from siteprior.report.html._common import commonest, fund_titles, known_facts, made_up, plain_rows


def test_every_declared_column_is_there_and_blank_where_the_table_lacks_it():
    facts = known_facts(pd.DataFrame({"hectares": [1.5, None], "own": 1}, index=["a", "b"]))
    assert list(facts.columns) == [c.name for c in (*SITES.columns, *SITE_PRICE_COLUMNS, *SITE_VALUE_COLUMNS)]
    assert facts["hectares"].fillna(-1).to_list() == [1.5, -1]
    assert facts["site_name"].isna().all()
    assert "own" not in facts


def test_rows_hold_values_of_python_and_none_for_what_is_missing():
    table = pd.DataFrame(
        {"n": pd.array([1, None], dtype="Int64"), "x": [0.5, float("nan")], "word": ["a", None],
         "day": pd.to_datetime(["2021-01-01", None])}
    )  # fmt: skip
    first, second = plain_rows(table)
    assert (first["n"], first["x"], first["word"]) == (1, 0.5, "a")
    assert set(second.values()) == {None}
    assert plain_rows(table.iloc[:0]) == []


def test_what_begins_with_the_word_is_made_up_and_a_blank_is_not():
    basis = pd.Series(["illustrative user assumptions", "user assumptions", None, "Not illustrative"])
    assert made_up(basis).to_list() == [True, False, False, False]
    assert made_up(pd.Series([None, None], dtype="object")).to_list() == [False, False]


@pytest.mark.parametrize(
    ("texts", "told"),
    [(["b", "a", "b"], "b"), (["b", "a"], "a"), ([None, "c"], "c"), ([], ""), ([None, None], "")],
)
def test_the_commonest_text_or_of_equals_the_first_by_alphabet(texts, told):
    assert commonest(pd.Series(texts, dtype="object")) == told


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=9))
def test_none_is_commoner_than_the_commonest(texts):
    told = commonest(pd.Series(texts))
    assert texts.count(told) == max(map(texts.count, texts))
    assert told == commonest(pd.Series(texts[::-1]))


def test_every_fund_has_a_title():
    titles = fund_titles()
    assert set(titles) == set(load_parameters("funds")["funds"])
    assert all(title != name for name, title in titles.items())
