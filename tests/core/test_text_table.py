"""Tables as text: within the width, and nothing cut."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.text_table import text_table


def test_a_table_that_fits_stands_as_it_is():
    table = pd.DataFrame({"stage": [1, 12], "name": ["Read", None]})
    assert text_table(table) == "stage  name\n1      Read\n12"


def test_the_widest_columns_give_way():
    table = pd.DataFrame({"a": ["one two three four five"], "b": ["six"]})
    # 4 + 2 + 14: the first column is made 14 wide, not narrower
    assert text_table(table, width=19, narrowest=14) == "a               b\none two three   six\nfour five"


def test_no_rows_are_a_line_of_names():
    assert text_table(pd.DataFrame(columns=["a", "bb"])) == "a  bb"


WORDS = st.lists(st.text("abc", min_size=1, max_size=9), max_size=9).map(" ".join)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=5), st.integers(46, 90))
def test_no_line_is_longer_and_every_word_is_there(rows, width):
    written = text_table(pd.DataFrame(rows, columns=["x", "y", "z"]), width=width)
    assert max(map(len, written.splitlines())) <= width
    assert sorted(written.split()) == sorted(["x", "y", "z", *" ".join(cell for row in rows for cell in row).split()])


@pytest.mark.parametrize("width", [20, 40, 60, 100])
def test_a_site_id_is_never_broken_whatever_the_width(width):
    ids = ["E08000025:Former gas works, Tipton Road (north) ~2", "E08000031:W 1"]
    table = pd.DataFrame({"site_id": ids, "site_name": ["Gas works and land beside the canal", "Mill"]})
    lines = text_table(table, width=width).splitlines()
    assert sum(line.startswith(tuple(ids)) for line in lines) == 2
    assert [word for line in lines for word in line.removeprefix(ids[0]).removeprefix(ids[1]).split()] == [
        "site_id", "site_name", *"Gas works and land beside the canal".split(), "Mill"
    ]  # fmt: skip


def test_another_column_may_stand_whole_and_the_rest_gives_way():
    table = pd.DataFrame({"a": ["one two three four five"], "b": ["six seven eight nine"]})
    assert text_table(table, width=30, narrowest=5, whole=["a"]).splitlines()[1] == "one two three four five  six"


def test_fractions_are_rounded_for_reading_and_whole_numbers_are_not():
    table = pd.DataFrame({"rank": pd.array([7, None], dtype="Int64"), "score": [0.6234567890123456, None], "n": [3, 4]})
    assert text_table(table) == "rank  score  n\n7     0.623  3\n             4"
