"""Works known from the streets and places named after them, and texts of any length read."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.named_uses import around, named_uses
from siteprior.core.parameters import load_parameters

WORDS = load_parameters("failure").table("contamination").table("words")
SEEN = around(WORDS)
USES = (*WORDS.texts("heavy_trades"), *WORDS.texts("industry"), *WORDS.texts("quarries"), "works")
MILLION = 1_000_000


def named(text):
    return named_uses(pd.Series([text]), USES, SEEN).iloc[0]


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("The Old Foundry", "foundry"), ("Former Tannery", "tannery"), ("FORMER TANNERY, MILL LANE", "tannery"),
        ("Ward Street (1) Former Gas  Works", "gas works"), ("Ketley Quarry, Dudley Road", "quarry"),
        ("Works adjacent 113 Woodfield Road", "works"), ("Former Musk Lane Works, Brook Street", "works"),
        ("Foundry Street and the former foundry", "foundry"), ("Copper Works, Goscote Lane", "copper works"),
        ("Land south of the canal, former gasworks", "gasworks"), ("Depot, & surrounds", "depot"),
        ("Sewage Treatment Works", "sewage treatment works"), ("Works site c/o Cemetery Road", "works"),
    ],
)  # fmt: skip
def test_a_use_of_the_land_is_read(text, use):
    assert named(text) == use


@pytest.mark.parametrize(
    "text",
    [
        "241 Steelhouse Lane", "Thorns Road, Quarry Bank", "Webb Street and Foundry Street", "Copper Beech Road",
        "Brasshouse Centre", "Quarry Lane", "Forge Lane", "24-30 Claypit Lane", "Former Tannery P.H., Burrowes Street",
        "Tannery Court", "Foundry Works Road", "Quarry Sports & Social Club", "The Foundry Arms", "Factory Road",
        "Foundry Primary School", "Old Mill Grove", "Tannery's Court", "Quarry-Hill",
        # only near it
        "Land adjacent to the gas works", "Rear of the Old Foundry", "Noise from nearby foundry", "Land opp. tannery",
        # denied, doubted, still to come
        "Not a foundry", "Possible former landfill", "Erection of a factory", "Proposed depot",
        # building works
        "Highway works", "remedial works", "Enabling  works begun", "Road works",
        # another word
        "Foundryman Office", "Ironworkser", "Dairy Crest", "", None, float("nan"),
    ],
)  # fmt: skip
def test_what_is_no_use_of_the_land_is_not(text):
    assert named(text) == ""


def test_a_word_list_is_plain_words_once_each():
    for name in WORDS:
        words = WORDS.texts(name)
        assert len(set(words)) == len(words), name
        assert all(word == word.lower().strip() and word for word in words), name


@pytest.mark.parametrize(
    "text",
    [
        "foundry " * (MILLION // 8), "foundry street " * (MILLION // 15), "gas" + " " * MILLION, "a" * MILLION,
        "-" * MILLION, "adjacent to " * (MILLION // 12) + "foundry", "(" * MILLION, "gas " * (MILLION // 4),
    ],
    ids=["trades", "streets", "blanks", "one word", "hyphens", "near", "brackets", "halves"],
)  # fmt: skip
def test_a_note_of_a_million_signs_is_read(text):
    assert named(text) in ("", "foundry")


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_names_a_use_of_the_list_or_none(before, after):
    assert named(f"{before} foundry {after}") in ("", *USES)


@settings(deadline=None)
@given(st.sampled_from(USES), st.sampled_from(WORDS.texts("place_words")))
def test_every_place_word_makes_every_use_a_place(use, place):
    assert named(f"{use.title()} {place.upper()}, Lye") == ""
