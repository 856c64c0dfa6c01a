from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.issues import IssueLog
from siteprior.sources.columns import cells, first_per_code, named_columns, numbered, text_column


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (["  a ", None, "b\t"], ["a", "", "b"]),
        ([3.0, 0.1, None], ["3", "0.1", ""]),
        ([1, 2, 3], ["1", "2", "3"]),
        ([123_456_789_012.0], ["123456789012"]),
    ],
)
def test_any_column_is_read_as_trimmed_text(values, texts):
    assert text_column(pd.Series(values)).tolist() == texts


@given(st.lists(st.sampled_from(["E01", "E02", "E03", ""]), max_size=12), st.sets(st.sampled_from(["E01", "E09"])))
def test_of_each_code_the_first_row_stays_and_every_other_is_logged(codes, seen):
    table = pd.Series(codes, index=range(2, 2 + len(codes)), dtype="str").to_frame("code")
    log = IssueLog("a.csv")
    kept = first_per_code(table, "code", log, field="CODE", what="row", seen=seen)
    assert kept["code"].tolist() == [code for code in dict.fromkeys(codes) if code and code not in seen]
    assert sorted([*kept.index, *(row["row"] for row in log.rows)]) == table.index.tolist()
    assert all(codes.index(table["code"][row]) == row - 2 for row in kept.index)


def test_rows_are_given_with_their_numbers():
    table = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}, index=[4, 7])
    assert list(numbered(table["a"])) == [(4, "x"), (7, "y")]
    assert list(cells(table, "b", "a")) == [(4, 1, "x"), (7, 2, "y")]


def test_columns_go_by_any_of_their_spellings():
    raw = pd.DataFrame({"ATCO_Code": ["1"], "Name": ["A"]}, index=[2])
    table, there = named_columns(raw, {"atco_code": ("atco code",), "name": ("name",), "kind": ("kind",)})
    assert table.loc[2].to_dict() == {"atco_code": "1", "name": "A", "kind": ""}
    assert there == {"atco_code", "name"}
