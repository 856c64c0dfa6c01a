"""Columns found by their words."""

from __future__ import annotations

import pytest

from siteprior.core.errors import InputError
from siteprior.sources.layers.column_words import find_columns, refuse_lacking


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("FLOOD_ZONE", "flood_zone"), ("Flood Zone", "flood_zone"), ("flood-zone", "flood zone"),
        ("flood_risk", "flood-risk-level"), ("listed_bui", "listed-building-grade"), ("LICHOLDADD", "licholdaddress"),
    ],
)  # fmt: skip
def test_case_separators_and_the_letters_of_a_shapefile_make_no_difference(column, name):
    assert find_columns([column], {"meant": [name]}) == {"meant": column}


@pytest.mark.parametrize(
    ("column", "name"), [("zone", "flood_zone"), ("flood_risks", "flood-risk-level"), ("ty", "type")]
)
def test_another_word_is_another_column(column, name):
    assert find_columns([column], {"meant": [name]}) == {}


def test_the_first_name_counts_and_no_column_serves_twice():
    wanted = {"zone": ["flood_zone", "zone"], "other": ["zone"]}
    assert find_columns(["zone", "flood_zone"], wanted) == {"zone": "flood_zone", "other": "zone"}
    assert find_columns(["zone"], wanted) == {"zone": "zone"}


def test_a_file_without_is_refused_with_what_it_has():
    refuse_lacking("a.shp", ["zone"], {"zone": "zone"}, "the zone", ["zone"])
    with pytest.raises(InputError, match=r"a\.shp: has no column that says the zone \(looked for zone\); it has none"):
        refuse_lacking("a.shp", [], {}, "the zone", ["zone"])
