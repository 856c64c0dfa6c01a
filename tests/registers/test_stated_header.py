"""The header of a table of the user's own: which column states what."""

from __future__ import annotations

from functools import partial

import pytest

from siteprior.core.errors import InputError
from siteprior.core.io.messy_tables import read_table
from siteprior.core.issues import IssueLog
from siteprior.registers.column_names import header_key
from siteprior.registers.stated_header import header_score, known_columns

KEYS = {header_key("site_id"): "site_id", header_key("id"): "site_id", header_key("value"): "value"}


def read(path, text):
    path.write_text(text, encoding="utf-8")
    return read_table(path, score=partial(header_score, keys=KEYS), wanted="site_id")


def test_of_two_columns_for_one_thing_the_first_counts_and_others_are_left_alone(tmp_path):
    table = read(tmp_path / "a.csv", "spam,Site ID,id,VALUE\nx,1,2,3\n")
    known = known_columns(table, KEYS, IssueLog("a.csv"), file="a.csv", wanted="site_id", enough={"site_id"}.issubset)
    assert known == {"site_id": 1, "value": 3}


def test_a_header_that_lacks_a_column_is_refused_with_what_it_has(tmp_path):
    table = read(tmp_path / "a.csv", "value,spam\n3,x\n")
    with pytest.raises(InputError, match=r"a\.csv: needs the columns site_id; it has value, spam"):
        known_columns(table, KEYS, IssueLog("a.csv"), file="a.csv", wanted="site_id", enough={"site_id"}.issubset)
