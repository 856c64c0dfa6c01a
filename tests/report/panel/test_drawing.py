"""What the panel shows, as text of a page: markup of data is escaped, and a missing text is blank."""

from __future__ import annotations

import pandas as pd

from siteprior.report.panel.drawing import list_of, text


def test_markup_is_escaped_and_nothing_is_blank():
    assert text('<img src=x onerror="a()">\'') == "&lt;img src=x onerror=&quot;a()&quot;&gt;&#x27;"
    assert (text(None), text(pd.NA)) == ("", "")


def test_a_row_of_the_list_has_rank_name_score_and_change():
    row = {"site_name": [None], "change": ["enters"], "rank_after": [7], "score_after": [0.12345]}
    shown = list_of(pd.DataFrame(row, index=["<b>"]))
    assert all(part in shown for part in (">7<", "&lt;b&gt;", "0.123", "＋ enters"))
    assert "<b>" not in shown
