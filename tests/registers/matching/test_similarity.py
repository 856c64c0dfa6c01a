"""References and names in the form in which they are compared."""

from __future__ import annotations

import math
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.registers.matching.similarity import (
    disc_radius_m,
    floors,
    fold,
    read_name,
    reference_key,
    same_marks,
    similarity,
    sub_references,
)


@pytest.mark.parametrize(
    ("one", "other", "parts"),
    [
        ("N594", "N594A", True),
        ("N594A", "N594B", True),
        ("N594", "N594", False),
        ("N594", "N595", False),
        ("", "", False),
    ],
)
def test_a_letter_added_names_a_part(one, other, parts):
    assert sub_references(reference_key(one), reference_key(other)) is parts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Plot 6, Mill Road", "Plot 7, Mill Road", False),
        ("Unit A, Mill Road", "Unit B, Mill Road", False),
        ("Rear of the Mill", "The Mill", False),
        ("Phase two, Mill Road", "Phase 2 Mill Rd", True),
        ("The Mill DY1 4AB", "The Mill", True),
        ("The Mill DY1 4AB", "The Mill DY1 4AA", False),
        ("", "The Mill", False),
    ],
)
def test_numbers_letters_positions_and_postcodes_distinguish_plots(one, other, same):
    assert same_marks(read_name(one), read_name(other)) is same


def test_the_dice_coefficient_by_hand():
    # " mill " has the pairs ' m', 'mi', 'il', 'll', 'l '; " hill " shares 'il', 'll', 'l ': 2·3 / (5 + 5)
    assert similarity(read_name("mill"), read_name("hill")) == pytest.approx(0.6)
    assert math.isnan(similarity(read_name("mill"), None))


@given(st.text(max_size=30), st.text(max_size=30))
def test_similarity_is_symmetric_and_between_0_and_1(one, other):
    a, b = read_name(one), read_name(other)
    forth, back = similarity(a, b), similarity(b, a)
    assert (math.isnan(forth) and math.isnan(back)) or (forth == back and 0 <= forth <= 1)
    if a is not None:
        assert similarity(a, a) == 1


@pytest.mark.parametrize("missing", [None, float("nan"), "", "the of"])
def test_a_name_without_words_is_none(missing):
    assert read_name(missing) is None


def test_floors_named_before_the_word():
    assert floors("Conversion of first and second floors; basement kept") == {"first", "second"}
    assert floors(None) == frozenset()


def test_the_radius_of_the_disc_of_equal_area():
    # one hectare: √(10,000 / π) = 56.419 m
    assert disc_radius_m([1.0, 4.0, np.nan, -1.0]).round(3).tolist() == [56.419, 112.838, 0.0, 0.0]
    assert float(disc_radius_m(1.0)) == pytest.approx(56.419, abs=5e-4)


@given(st.text(alphabet="abAB12 '`\u2019\u00e9\u00df-", max_size=20))
def test_a_name_is_folded_sign_by_sign_and_its_pairs_are_those_of_its_words(text):
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign) and sign not in "'\u2019\u2018`")
    assert fold(text) == plain
    name = read_name(text)
    if name is not None:
        edged = [f" {word} " for word in name.key.split()]
        assert name.pairs == {word[at : at + 2] for word in edged for at in range(len(word) - 1)}
