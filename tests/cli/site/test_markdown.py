"""Texts and tables as Markdown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from siteprior.cli.site.markdown import code, plain, table


def test_signs_of_markdown_are_shown_and_not_read():
    assert plain("a|b *c* [d](e) <f> $g$") == r"a\|b \*c\* \[d\](e) \<f\> \$g\$"


@given(st.text())
def test_a_text_is_one_cell_of_one_line(text):
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert shown.count("|") == shown.count(r"\|")


def test_a_name_with_a_bar_stays_in_its_cell():
    assert code("a|b") == r"`a\|b`"
    assert code(" ") == ""


def test_a_table_has_a_line_for_each_row():
    assert table(["a", "b"], [["1", "2"], ["3", "4"]]).splitlines() == [
        "| a | b |",
        "|---|---|",
        "| 1 | 2 |",
        "| 3 | 4 |",
    ]
