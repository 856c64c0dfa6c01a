"""The shortlist to read: the run's own rows, names as they are written."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.core.errors import InputError


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_rows_are_those_of_the_shortlist(run):
    table = sp.shortlist_table(run)
    assert table.data["site"].tolist() == run.shortlist["site_name"].tolist()
    assert table.caption.startswith("The first 25 of 193 ranked opportunities.")
    assert sp.shortlist_table(run, first=2).data["rank"].tolist() == [1, 2]
    with pytest.raises(InputError, match="first: needs a whole number"):
        sp.shortlist_table(run, first="2")


def test_markup_in_a_name_is_text(run):
    tables = {name: table for name, table in run.items() if name != "record"}
    tables["shortlist"] = run.shortlist.assign(site_name="<b>Mill</b>")
    page = sp.shortlist_table(sp.Run(run.folder, tables, run.record)).to_html()
    assert "<b>" not in page
    assert "&lt;b&gt;Mill" in page
