"""Tables as text: within the width, and nothing cut."""

from __future__ import annotations

import pandas as pd
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
