"""Texts of a group joined, against pandas' own way."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.joined_texts import joined_texts

ROWS = st.lists(st.tuples(st.sampled_from(["c", "a", "b"]), st.text(max_size=3)), min_size=1, max_size=20)


@given(ROWS)
def test_the_texts_of_a_group_are_those_pandas_joins(rows):
    table = pd.DataFrame(rows, columns=["site_id", "words"], dtype="str")
    expected = table.groupby("site_id", sort=False)["words"].agg("; ".join)
    pd.testing.assert_series_equal(joined_texts(table["words"], table["site_id"], "; "), expected, check_names=False)


def test_no_rows_make_no_groups():
    none = pd.Series([], dtype="str")
    assert joined_texts(none, none, "; ").empty
