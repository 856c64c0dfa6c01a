"""Text of files in notebooks: shown as it is written, in Markdown and in tables, whatever is written."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html

from siteprior.core.errors import InputError
from siteprior.report.notebooks.shown import as_written, show_table, show_text

HOSTILE = [
    "<script>alert(1)</script>", "<svg onload=alert(1)>", "<img src=x onerror=alert(1)>", "<b>bold</b>",
    "<meta http-equiv=refresh content='0;url=//x.org'>", "<iframe src=//x.org>", "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1))", "![x](http://x.org/a.png)", "<http://x.org>", "http://x.org/a", "**bold**", "_it_ *it*",
    "# heading", "> quote", "- list", "1. list", "`code`", "```\ncode\n```", "a | b\n--|--\n1 | 2", "$x^2$",
    "\\(x\\)", "&lt;script&gt;", "&#60;script&#62;", "a\n\n<script>alert(1)</script>", "</td></tr></table><script>",
    "<!-- ", "]]>", "<style>*{display:none}</style>", "<form action=//x.org><input>", "<base href=//x.org>",
    "<object data=//x.org>", "<embed src=//x.org>", "<link rel=stylesheet href=//x.org>", "<math><mi//xlink:href=x>",
    "\"><script>alert(1)</script>", "' onmouseover='alert(1)", "{name}", "{0.__class__}", "~~x~~", "[^1]", "a@x.org",
]  # fmt: skip


class Seen(HTMLParser):
    """What a page holds: its tags, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_in_markdown_it_is_text(text):
    page = Seen(str(markdown2html(show_text("**{name}** of {n:,}", name=text, n=1200).data)))
    assert page.tags == ["p", "strong"]
    assert " ".join(page.text.split()) == f"{' '.join(text.split())} of 1,200"


@pytest.mark.parametrize("text", HOSTILE)
def test_in_a_table_it_is_text_also_as_a_columns_name(text):
    table = pd.DataFrame({"site": [text, None], text: [1.5, None]})
    page = Seen(show_table(table, "sites").to_html())
    assert set(page.tags) == {"style", "table", "thead", "tbody", "tr", "th", "td"}
    assert [" ".join(word.split()) for word in re.split(r"\n+", page.text) if word.strip()].count("–") == 2
    assert " ".join(text.split()) in " ".join(page.text.split())


@given(st.text(max_size=60))
def test_any_text_comes_back_as_it_was_but_for_its_blanks(text):
    written = as_written(text)
    assert not set(written) & set("<>*_`[]\\$|~\"'")
    if text.isprintable():
        assert unescape(written) == " ".join(text.split())


def test_numbers_are_formatted_and_wrong_calls_refused():
    shown = show_table(pd.DataFrame({"walk m": [1234.5, None], "n": [1, 2]}), "t", walk_m="{:,.0f}").to_html()
    assert "1,234" in shown
    assert shown == show_table(pd.DataFrame({"walk m": [1234.5, None], "n": [1, 2]}), "t", walk_m="{:,.0f}").to_html()
    with pytest.raises(InputError, match="words: name the value 'nam', which is not given"):
        show_text("{nam}", name="x")
    with pytest.raises(InputError, match="table: needs a table"):
        show_table([1], "t")
    with pytest.raises(InputError, match="name: needs a name"):
        show_table(pd.DataFrame(), "")
