"""Phrases in free text: whole words, any white space, any case."""

from __future__ import annotations

import pandas as pd

from siteprior.appraisal.phrases import any_phrase, matches, mentions


def test_a_phrase_is_found_as_whole_words_only():
    texts = pd.Series(["Foundry, closed", "foundryman's hall", "old\nGAS   works", "gas-works", "", None])
    assert mentions(texts, ["foundry", "gas works"]).tolist() == [True, False, True, False, False, False]


def test_a_phrase_is_taken_letter_for_letter():
    # the dot is a dot, and no sign for any letter
    assert matches(pd.Series(["no. 3 yard", "nos 3 yard"]), any_phrase(["no. 3"])).tolist() == [True, False]


def test_the_index_stays():
    texts = pd.Series(["tip", None], index=["b", "a"])
    done = mentions(texts, ["tip"])
    assert done.index.tolist() == ["b", "a"]
    assert done.dtype == bool
