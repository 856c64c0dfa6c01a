"""The numbers a run rests on, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from siteprior.core.parameters import parameter_files, parameter_rows
from siteprior.report.html._common import fund_titles
from siteprior.report.html.parameter_words import parameter_value

RULE = {
    "fund": "black-country-density", "title": "It is dense", "from": "2019-04-01", "organisations": ["E08000027"],
    "caution": "ask first",
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (960, "960"),
        (0.123456, "0.1235"),
        ([0, 2.5, 40], "0, 2.5, 40"),
        ([[30, 0.035], [75, 0.03]], "30: 0.035; 75: 0.03"),
        ([1, [2]], "1, 2"),
        (date(2026, 1, 2), "2026-01-02"),
        ("top-60", "top-60"),
        (["E08000027", "E99999999"], "Dudley (E08000027), E99999999"),
        ({"low": 0.1, "high": 0.2}, "low: 0.1; high: 0.2"),
        (RULE, "It is dense: Black Country minimum density (planning policy, Regulation 19 texts) "
         "(black-country-density); in Dudley (E08000027); in force from 1 April 2019; mind that ask first"),
        ({"title": "Plain"}, "Plain"),
    ],
)  # fmt: skip
def test_values_are_words(value, words):
    assert parameter_value(value) == words


def test_no_parameter_shows_python_and_no_fund_stands_without_its_name():
    for file in parameter_files():
        for row in parameter_rows(file):
            words = parameter_value(row.value)
            assert not set(words) & set("{}[]"), row.name
            if isinstance(row.value, Mapping) and "fund" in row.value:
                assert fund_titles()[row.value["fund"]] in words
