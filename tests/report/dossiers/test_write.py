"""How small a dossier is printed, and where its sources come from; the pages are read in tests of the pipeline."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.report.dossiers import write


def page(measured, *, members=0, events=0, name="Mill"):
    return {"signals": [{"reading": {} if n < measured else None} for n in range(9)], "members": [None] * members,
            "events": [None] * events, "site_name": name}  # fmt: skip


def test_a_page_with_more_to_say_is_printed_smaller():
    usual, full, fullest = (write._lines(each) for each in (
        page(3), page(9, events=4), page(9, members=11, events=30, name="x" * 10_000),
    ))  # fmt: skip
    assert [write._print_size(lines) for lines in (usual, full)] == ["", "dense"]
    assert fullest == 18 + write.MEMBERS_SHOWN + 3 + 2 + 2  # what is not shown takes no height
    assert write._print_size(fullest + 1) == "tight"


@pytest.mark.parametrize("name", [None, ""])
def test_a_site_without_a_name_takes_one_line(name):
    assert write._lines(page(0, name=name)) == 0


def test_publishers_stand_once_with_their_vintages():
    inputs = [
        {"publisher": "A", "vintage": "2021"},
        {"publisher": "A", "vintage": "2025"},
        {"publisher": "", "vintage": ""},
    ]
    assert write.sources_of({"inputs": inputs}) == ["A (2021, 2025)", "publisher not stated"]


def test_shares_leave_out_what_is_not_known():
    table = pd.DataFrame({"top_k_acceptability": [0.5, None]}, index=["a", "b"])
    assert write.plain_shares(table) == {"a": 0.5}
