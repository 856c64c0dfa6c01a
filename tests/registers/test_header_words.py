"""Columns known by the words of their header: every word has to fit, and of two columns that could be neither is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.registers.column_names import HEADERS, match_headers
from siteprior.registers.header_words import FIELDS, fields_of_header, match_by_words


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Easting ref", ("easting",)),
        ("Northing ref", ("northing",)),
        ("Locations Coordinates Easting", ("easting",)),
        ("SiteCentroidNorthing", ("northing",)),
        ("Minimum amount of Dwellings", ("min_net_dwellings",)),
        ("Max number of homes", ("range_to",)),
        ("Date Permission Obtained", ("permission_date",)),
        ("Site Area in Hectares", ("hectares",)),
        ("Coordinates (Latitude & Longitude)", ("point",)),
        ("Easting and Northing", ("point",)),
        ("Site ref no", ("reference",)),
        # of something else, or not to be known
        ("Planning reference", ()),
        ("Application reference", ()),
        ("Site", ()),
        ("Area", ()),
        ("Permission expiry date", ()),
        ("Number of dwellings", ()),
        ("Minimum", ()),
        ("Net developable area (ha)", ()),
        ("Ownership of adjoining site", ()),
        ("", ()),
    ],
)
def test_a_header_is_of_a_field_where_all_its_words_are(header, fields):
    assert fields_of_header(header) == fields


def test_a_declared_name_goes_first_and_of_two_equal_ones_neither_is_read():
    headers = match_headers(["SiteReference", "Easting ref", "GeoX", "GeoY", "Easting"])
    assert {match.header: match.field for match in headers.matches} == {
        "SiteReference": "reference", "GeoX": "x", "GeoY": "y", "Easting": "easting",
    }  # fmt: skip
    assert match_by_words(["Northing ref", "Site northing"], set(), set()) == {}
    both = match_headers(["Site Reference", "NetDwellingsRangeFrom", "Minimum number of homes"])
    assert both.columns("min_net_dwellings") == []  # the range says it already


@given(st.sampled_from([name for names in HEADERS.values() for name in names]))
def test_no_declared_name_is_taken_by_words_for_another_field(name):
    declared = next(field for field, names in HEADERS.items() if name in names)
    assert fields_of_header(name) in ((), (declared,))


@given(st.sampled_from(sorted(FIELDS)), st.sampled_from(["planning", "adjoining", "ward", "expiry", "2", "email"]))
def test_one_strange_word_more_and_a_header_is_of_no_field(field, strange):
    for way in FIELDS[field]:
        words = [min(group) for group in way.needed]
        if strange in way.allowed or any(strange in group for group in way.needed):
            continue
        assert field not in fields_of_header(" ".join([*words, strange]))
