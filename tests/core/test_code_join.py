"""One rule for every join by code: spelling, refusal, and what is put on record."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.code_join import (
    CodeJoin,
    files_in_words,
    join_codes,
    normal_code,
    normal_codes,
    record_join,
    recorded_joins,
    share_enough,
)
from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog

STATED = {"name": "deprivation of areas", "of": "areas", "file": "iod.csv", "lost": "it stays missing"}
CODES = st.sets(st.from_regex(r"E0100000[0-9]", fullmatch=True))


@pytest.mark.parametrize("written", ["e01000001", " E01000001", "E01000001 ", "E01 000 001", "\te01000001\u00a0"])
def test_case_and_blanks_make_no_other_code(written):
    assert normal_code(written) == "E01000001"
    assert normal_codes(pd.Series([written, None])).fillna("-").tolist() == ["E01000001", "-"]


@given(CODES, CODES)
def test_codes_are_counted_once_and_refused_only_where_both_sides_have_some_and_none_agrees(sought, known):
    both = sought & known
    if sought and known and not both:
        with pytest.raises(InputError) as raised:
            join_codes(sought, known, **STATED)
        assert f"such as {min(known)}" in str(raised.value)
        assert f"such as {min(sought)}" in str(raised.value)
        return
    join = join_codes([*sought, *sought, "", None], known, **STATED)
    assert (join.codes, join.met) == (len(sought), len(both))
    assert join.unmet == tuple(sorted(sought - known)[:3])
    assert join.share == (len(both) / len(sought) if sought else None)


def test_a_wrong_file_is_refused_with_a_code_of_each_side_and_the_fix():
    with pytest.raises(InputError) as raised:
        join_codes(["E2", "E1"], ["W2", "W1"], fix="give the index of England", **STATED)
    assert raised.value.faults == (
        "iod.csv: has a row for none of the 2 areas; it has codes such as W1, the areas such as E1; "
        "give the index of England",
    )


def test_few_met_is_stated_and_enough_is_not():
    few = join_codes(["E1", "E2", "E3"], ["E3", "E9"], enough=0.5, **STATED)
    assert few.few
    assert few.sentence == (
        "deprivation of areas: 1 of the 3 areas found in iod.csv (not E1, for example): it stays missing"
    )
    enough = join_codes(["E1", "E2"], ["E2"], enough=0.5, **STATED)
    assert (enough.few, enough.sentence) == (False, "")
    assert join_codes([], ["E2"], **STATED).sentence == ""


def test_a_remark_is_stated_whatever_the_share():
    join = join_codes(["E1"], ["E1"], remark="area 940 is missing; add it", **STATED)
    assert join.sentence == "deprivation of areas: 1 of the 1 areas found in iod.csv: area 940 is missing; add it"


def test_one_issue_states_how_many_and_the_first_of_them():
    log = IssueLog("iod.csv")
    join_codes(["E1", "E2", "E3", "E4", "E5"], ["E1"], **STATED).log(log, field="lsoa_code")
    join_codes(["E1"], ["E1"], **STATED).log(log, field="lsoa_code")
    assert log.table()[["file", "field", "issue_type", "value", "action"]].to_numpy().tolist() == [
        ["iod.csv", "lsoa_code", "unknown entity", "4 of 5 areas: E2, E3, E4, …",
         "it stays missing; 1 of 5 areas are matched"],
    ]  # fmt: skip


def test_joins_are_collected_inside_and_nowhere_else():
    join_codes(["E0"], ["E0"], **STATED)
    with recorded_joins() as outer:
        join_codes(["E1"], ["E1"], **STATED)
        with recorded_joins() as inner:
            join_codes(["E2", "E3"], ["E2"], **STATED)
        with pytest.raises(InputError):
            join_codes(["E1"], ["W1"], **STATED)
    assert [(join.codes, join.met) for join in outer] == [(1, 1)]
    assert [(join.codes, join.met) for join in inner] == [(2, 1)]


def test_a_join_counted_elsewhere_goes_by_the_same_rule():
    none = CodeJoin("floor areas of sales", "sales", "f.csv", 7, 0, ("A1",), "blank", 0.3)
    with pytest.raises(InputError, match=r"f\.csv: has a row for none of the 7 sales; .* Z9, the sales such as A1"):
        record_join(none, known="Z9")
    assert record_join(none, known="").few  # a file without codes is refused where it is read


def test_the_row_of_the_record():
    join = CodeJoin("deprivation of areas", "areas", "iod.csv", 3, 2, ("E1",), "it stays missing", 0.5, "see E1")
    assert join.row() == {
        "join": "deprivation of areas", "file": "iod.csv", "of": "areas", "codes": 3, "met": 2, "share": 0.6667,
        "unmatched": "E1", "note": "it stays missing; see E1",
    }  # fmt: skip
    whole = CodeJoin("deprivation of areas", "areas", "iod.csv", 0, 0, (), "it stays missing", 0.5)
    assert (whole.row()["share"], whole.row()["note"]) == (None, "")


def test_files_are_named_as_long_as_they_are_few():
    assert files_in_words(["a.csv"]) == "a.csv"
    assert files_in_words(["a.csv", "b.csv"]) == "a.csv and 1 more file"
    assert files_in_words(["a.csv", "b.csv", "b.csv", "c.csv"]) == "a.csv and 2 more files"


def test_what_is_enough_is_a_share():
    assert 0 < share_enough("floor_areas") < share_enough() < 1
