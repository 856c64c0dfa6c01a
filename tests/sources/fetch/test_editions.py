"""Which edition a server has: what names one alone, and when the rest of a file may be joined to what is there."""

from __future__ import annotations

import pytest

from siteprior.sources.fetch.editions import conditions, facts_of, length_of, total_if_same, validator

DAY, LATER = "Mon, 06 Jan 2020 08:00:00 GMT", "Mon, 06 Jan 2020 08:00:01 GMT"
FACTS = {"etag": '"1"', "last_modified": DAY, "total": "10"}
REST = {"content-range": "bytes 4-9/10", "content-length": "6", "etag": '"1"', "last-modified": DAY}


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"etag": '"1"'}, '"1"'),
        ({"etag": 'W/"1"'}, ""),
        ({"etag": 'W/"1"', "last-modified": DAY, "date": LATER}, ""),  # RFC 9110 §13.1.5: no day beside a tag
        ({"last-modified": DAY, "date": LATER}, DAY),
        ({"last-modified": DAY, "date": DAY}, ""),  # another may be made in the same second
        ({"last-modified": DAY}, ""),
        ({"last-modified": "Mon, 06 Jan 2020 08:00:00 +9999999999", "date": LATER}, ""),
        ({"last-modified": "yesterday", "date": LATER}, ""),
        ({"etag": '"1"', "content-encoding": "gzip"}, ""),
        ({}, ""),
    ],
)
def test_a_part_is_gone_on_with_by_what_names_one_edition_alone(headers, named):
    assert validator(facts_of(headers)) == named


def test_what_is_asked_again_is_asked_by_all_that_is_known():
    assert conditions(facts_of({"etag": 'W/"1"', "last-modified": DAY})) == {
        "If-None-Match": 'W/"1"', "If-Modified-Since": DAY,
    }  # fmt: skip
    assert conditions({}) == {}


@pytest.mark.parametrize(
    ("stated", "length"), [("12", 12), (" 12 ", 12), ("-1", 0), ("²", 0), ("9" * 5000, 0), ("", 0), ("5, 5", 0)]
)
def test_a_length_that_is_no_number_is_none(stated, length):
    assert length_of({"content-length": stated}) == length


def test_the_rest_of_the_same_edition_is_joined():
    assert total_if_same(FACTS, REST, 4) == 10
    without = {"content-range": "Bytes 4-9/10", "etag": '"1"', "content-encoding": "identity"}
    assert total_if_same(FACTS, without, 4) == 10
    assert total_if_same({"etag": '"1"', "total": ""}, without, 4) == 10
    dated = {"last_modified": DAY, "total": "10"}
    assert total_if_same(dated, {"content-range": "bytes 4-9/10", "last-modified": DAY}, 4) == 10


@pytest.mark.parametrize(
    "other",
    [
        {"etag": '"2"'},
        {"etag": 'W/"1"'},
        {"etag": ""},
        {"last-modified": LATER},
        {"content-range": "bytes 4-9/*"},
        {"content-range": "bytes 4-10/11", "content-length": "7"},
        {"content-range": "bytes 3-9/10", "content-length": "7"},
        {"content-range": "bytes 4-8/10", "content-length": "5"},
        {"content-range": "bytes 4-9/10", "content-length": "5"},
        {"content-range": "bytes */10"},
        {"content-range": "rows 4-9/10"},
        {"content-range": f"bytes 4-9/{'9' * 5000}"},
        {"content-range": ""},
        {"content-encoding": "gzip"},
    ],
)
def test_what_may_be_of_another_edition_is_not_joined(other):
    assert total_if_same(FACTS, {**REST, **other}, 4) == 0


def test_a_part_known_by_its_day_is_not_joined_to_what_bears_a_tag_or_no_day():
    dated = {"last_modified": DAY, "total": "10"}
    assert total_if_same(dated, {"content-range": "bytes 4-9/10", "last-modified": DAY, "etag": '"1"'}, 4) == 0
    assert total_if_same(dated, {"content-range": "bytes 4-9/10"}, 4) == 0
    assert total_if_same({}, {"content-range": "bytes 4-9/10"}, 4) == 0
