"""Phrases in free text: whole words, any white space, any case."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.appraisal.phrases import any_phrase, folded, matches, mentions, texts_with


def test_a_phrase_is_found_as_whole_words_only():
    texts = pd.Series(["Foundry, closed", "foundryman's hall", "old\nGAS   works", "gasworks", "", None])
    assert mentions(texts, ["foundry", "gas works"]).tolist() == [True, False, True, False, False, False]


@pytest.mark.parametrize(
    "text",
    [
        "gas works",
        "Gas-works",
        "GAS\u2010WORKS",
        "gas\u2011works",
        "gas\u2013works",
        "gas- works",
        "gas \u00a0works",
        "\uff27as works",
        "ga\u00ads works",
        "gas\u200b works",
        "g\u0301as works",
        "gas\u2028works",
        "gas\tworks",
    ],
)
@pytest.mark.parametrize("phrase", ["gas works", "gas-works"])
def test_a_hyphen_is_a_blank_and_signs_that_show_nothing_are_none(text, phrase):
    assert mentions(pd.Series([f"the {text}, closed"]), [phrase]).tolist() == [True]


@pytest.mark.parametrize("text", ["gas - works", "gas, works", "gas\u200bworks", "gas \u2013 works", "gaz works"])
def test_a_dash_between_blanks_parts_words(text):
    assert mentions(pd.Series([text]), ["gas works"]).tolist() == [False]


def test_a_dash_between_blanks_in_a_phrase_stands_for_itself():
    texts = pd.Series(["on appeal - now expired", "on appeal \u2013 now  expired", "on appeal now expired"])
    assert mentions(texts, ["on appeal - now expired"]).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Plain - text, 'so'\n", "Plain - text, 'so'\n"), ("\u2018a\u2019", "'a'"),
        ("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-" * 8),
        ("\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\x00\u3164", ""), ("\u00a0\u2009\u3000", "   "),
        ("a\r\nb\rc\u2029d\x85", "a\nb\nc\nd\n"),
        ("\uff26\uff4f\uff55", "Fou"), ("Caf\u00e9 Cafe\u0301", "Cafe Cafe"), ("\ufb01\u00bd\u2100", "fi1/2a/c"),
    ],
)  # fmt: skip
def test_signs_are_folded_by_hand(text, plain):
    assert folded(text) == plain


@given(st.text())
def test_a_folded_text_is_folded_and_shows_no_strange_blank_or_dash(text):
    done = folded(text)
    assert folded(done) == done
    assert not set(done) & set("\u2010\u2011\u2012\u2013\u2014\u2015\u2019\u200b\u00ad\u00a0\r")
    assert folded(unicodedata.normalize("NFKC", text)) == folded(unicodedata.normalize("NFKD", text))


def test_a_phrase_is_taken_letter_for_letter():
    # the dot is a dot, and no sign for any letter
    assert matches(pd.Series(["no. 3 yard", "nos 3 yard"]), any_phrase(["no. 3"])).tolist() == [True, False]


def test_the_index_stays():
    texts = pd.Series(["tip", None], index=["b", "a"])
    done = mentions(texts, ["tip"])
    assert done.index.tolist() == ["b", "a"]
    assert done.dtype == bool


WORDS = [
    "gas works", "Foundry", "gas", "works", "-", " ", "\n", "\r\n", "\t", "\u2011", "\u00a0", "\u0131", "\u017f",
    "caf\u00e9",
]  # fmt: skip


@given(st.lists(st.one_of(st.none(), st.lists(st.sampled_from(WORDS), max_size=6).map("".join)), max_size=8))
def test_no_text_with_a_phrase_is_passed_over(texts):
    pattern = any_phrase(["gas works", "foundry", "wor\u0131s"])
    alone = re.compile(pattern, re.IGNORECASE).search
    expected = [isinstance(text, str) and alone(folded(text)) is not None for text in texts]
    for dtype in (object, "str"):
        assert matches(pd.Series(texts, dtype=dtype), pattern).tolist() == expected


def test_texts_of_plain_signs_without_the_phrase_are_not_given():
    given_back = list(texts_with(pd.Series(["A shop", "the FOUNDRY", "Caf\u00e9", None, 5], dtype=object), "foundry"))
    assert given_back == [(1, "the FOUNDRY"), (2, "Cafe")]
