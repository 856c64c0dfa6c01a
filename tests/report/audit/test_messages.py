"""What the audit says to a council: every code has words and a remedy, in the names of its own template."""

from __future__ import annotations

import itertools

import pytest

from siteprior.core.issues import ISSUE_TYPES
from siteprior.core.schema import REGISTER
from siteprior.report.audit.messages import CONFIDENCE_WORDS, FIELD_NAMES, FILE, ROW, advice, field_name, wrong

FIELDS = (*FIELD_NAMES, FILE, ROW, "Owner")


@pytest.mark.parametrize("code", ISSUE_TYPES)
def test_every_code_has_words_and_a_remedy_for_every_field(code):
    for field in FIELDS:
        for said in (wrong(code, field), advice(code, field)):
            assert said[0].isupper()
            assert said.endswith((".", ")"))
            assert "{" not in said


def test_fields_are_those_of_the_template_each_once():
    declared = {column.name for column in REGISTER.columns}
    assert {name for name in FIELD_NAMES if name != "coordinates"} <= declared
    assert len(set(FIELD_NAMES.values())) == len(FIELD_NAMES)
    assert field_name("start_date") == "FirstAddedDate"
    assert field_name("Owner") == "Owner"


def test_each_confidence_has_words():
    (allowed,) = (column.allowed for column in REGISTER.columns if column.name == "coordinate_confidence")
    assert set(CONFIDENCE_WORDS) == set(allowed)


@pytest.mark.parametrize(
    ("code", "field", "what", "remedy"),
    [
        ("missing value", FILE, "The file cannot be read as a register.", "Publish the register as CSV"),
        ("missing value", ROW, "Nothing that could be a site stands here.", "Delete the row"),
        ("missing value", "coordinates", "The site has no coordinates.", "State GeoX, GeoY as longitude, latitude"),
        ("missing value", "hectares", "A value the field requires is blank.", "Fill it in."),
        ("too large", "minimum_net_dwellings", "The lowest number of homes is above the highest.",
         "Correct the range of homes"),
        ("too large", "hectares", "The number is above the largest the field allows.", "Give the area in hectares"),
        ("too large", "notes", "The number is above the largest the field allows.", "Correct the number"),
        ("WGS84 flipped", "coordinates", "Longitude and latitude were exchanged.", "State GeoX, GeoY"),
        ("OSGB", "coordinates", "The values were read as OSGB eastings and northings.", "Eastings and northings need"),
        ("patch", "hectares", "A value was changed while it was read, by a declared rule.", "State GeoX"),
    ],
)  # fmt: skip
def test_words_and_remedies(code, field, what, remedy):
    assert wrong(code, field) == what
    assert advice(code, field).startswith(remedy)


def test_the_words_a_field_allows_are_listed():
    allowed = {column.name: column.allowed for column in REGISTER.columns if column.allowed}
    for code, field in itertools.product(("missing value", "invalid category value"), ("ownership_status",)):
        assert f": {', '.join(allowed[field])}." in advice(code, field)
    assert advice("invalid category value", "notes") == "Use one of the words the field allows."
