"""The words readers meet: kinds of corridors, and districts by the names of their areas."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.report.html.labels import district_names, in_words, kind_title, organisation_titles


class TestWords:
    def test_district_names_come_from_the_names_of_their_areas(self, made_up):
        assert district_names(made_up.areas) == {"E08000025": "Birmingham", "E08000028": "Sandwell"}

    def test_names_of_another_form_give_none(self):
        table = pd.DataFrame({"district_code": ["W1", None], "lsoa_name": ["Somewhere else", "Sandwell 001A"]})
        assert district_names(table) == {}
        assert district_names(table[["lsoa_name"]]) == {}

    def test_kinds_of_corridors(self):
        assert kind_title("growth-area") == "Growth area"
        assert kind_title("Sprint") == "Sprint"


def test_organisations_are_named_and_a_code_stands_where_no_name_is_known():
    sites = pd.DataFrame(
        {"organisation": ["E2", "E1", "E2", None], "organisation_name": [None, None, "Birchley", "Nobody"]}
    )
    assert organisation_titles(sites) == {"E1": "E1", "E2": "Birchley"}
    assert organisation_titles(sites.iloc[:0]) == {}


@pytest.mark.parametrize(
    ("kind", "title"),
    [("metro", "Metro"), ("proposed-brt", "Proposed BRT"), ("vlr", "Very light rail"), ("hs2-metro", "HS2 metro"),
     ("", "")],
)  # fmt: skip
def test_abbreviations_are_written_out_or_in_capitals(kind, title):
    assert kind_title(kind) == title


def test_one_name_for_each_district_in_the_order_of_the_codes():
    table = pd.DataFrame(
        {"district_code": ["E2", "E1", "E2", "E1"],
         "lsoa_name": ["Bristol, City of 001A", "Telford and Wrekin 012BC", "Another 003A", None]}
    )  # fmt: skip
    found = district_names(table)
    assert found == {"E1": "Telford and Wrekin", "E2": "Bristol, City of"}
    assert list(found) == ["E1", "E2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("missing: capacity_dwellings", "missing: homes scored"),
        ("modern_construction is not stated", "modern_construction is not stated"),
        ("missing: build_gbp_per_m2", "missing: build_gbp_per_m2"),
        ("sites/own_list.csv, own_list.csv", "sites/own_list.csv, own_list.csv"),
        ("Nothing to change", "Nothing to change"),
        ("E08000028:ILL-SAN_1", "E08000028:ILL-SAN_1"),
    ],
)
def test_names_of_columns_become_words_and_keys_and_names_of_files_stay(text, words):
    assert in_words(text) == words


@pytest.mark.parametrize("names", [["Dudley", "Birmingham"], ["Dudley", "Dudley"], [None, None]])
def test_a_combined_authority_bears_its_own_name_whatever_councils_its_sites_lie_in(names):
    sites = pd.DataFrame({"organisation": ["E47000007"] * 2, "organisation_name": names})
    assert organisation_titles(sites) == {"E47000007": "West Midlands Combined Authority"}
