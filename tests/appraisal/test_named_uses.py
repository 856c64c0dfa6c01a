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
USES = (
    *WORDS.texts("heavy_trades"),
    *WORDS.texts("heavy_in_names"),
    *WORDS.texts("industry"),
    *WORDS.texts("quarries"),
    "works",
)
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
        # more than one of them, other forms of the word, other signs
        ("Former Coal Mines", "coal mines"), ("Former coal mine", "coal mine"), ("Gasometers", "gasometers"),
        ("Former Gasometer", "gasometer"), ("Former Steel Work", "steel work"), ("Gas-works", "gas works"),
        ("Gas\u2011works site", "gas works"), ("Former Foundry \u2013 Bilston", "foundry"), ("\uff26oundry", "foundry"),
        ("Former Foundry\u2014Bilston", "foundry"), ("Former Gas\u00a0Works", "gas works"),
        ("Foun\u00addry", "foundry"),
        ("Old Collieries", "collieries"), ("No. 5 Foundry", "foundry"), ("No 5 Foundry", "foundry"),
        ("Landfills", "landfills"),
        # an address without a comma, and what stands there
        ("Gas Works Boundary Road", "gas works"), ("Bus Depot Oak Road", "bus depot"),
        ("Former Foundry Oak Road", "foundry"),
        ("Harworth Colliery Scrooby Road", "colliery"), ("The Tannery Bermondsey Street", "tannery"),
        ("The Forge", "forge"),
        ("Gasworks Boundary Road", "gasworks"), ("Conversion of old forge building", "forge"),
        ("Factory Centre", "factory"),
        ("Gas Works Building", "gas works"), ("Former Foundry - Hill Street", "foundry"),
        ("Bilston Foundry Oak Lane", "foundry"),
        ("Foundry Trading Estate", "trading estate"), ("Foundry Industrial Estate", "industrial estate"),
        ("Foundry adjacent to the canal", "foundry"),
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
        # streets and places, by other words and signs
        "Foundry Boulevard", "Foundry Vale", "Foundry Meadow", "Foundry Meadows", "Foundry Gdns", "Foundry Sq",
        "Foundry Str",
        "Foundry Alley", "Foundry Approach", "Foundry Mead", "Foundry Wynd", "Foundry Estate", "Foundry Arcade",
        "Foundry Centre",
        "Foundry Building", "FOUNDRY BUILDINGS", "Foundry Car Park", "Foundry Surgery", "Foundry Theatre",
        "Foundry Point",
        "Foundry Mill", "Foundry Pool", "Foundry Chase", "Foundry Locks", "Foundry Bungalow", "Foundry Loke",
        "Foundry Sands",
        "Foundry Lofts", "Foundry Caf\u00e9", "Foundry Cafe\u0301", "Station House, Foundry Vale", "The Forge Tearooms",
        "Forge Mill Lane", "The Forge Shopping Centre", "Foundry Retail Park", "12-14 Foundry Brook Road",
        "Land at Forge Oak Lane",
        "FORGE OAK LANE", "The Old Forge Business Centre", "Moresdale Avenue, Foundry Mill Street",
        "Foundry\u2010Street", "Foundry\u2011Street", "Foundry\u2012Street", "Foundry\u2013Street",
        "Foundry\u2014Street",
        "Foundry\u2015Street", "Foundry\u200b Street", "Foundry\u00a0Street", "Foundry\u200d\u00a0Street",
        "Foundry\u3000Street",
        "\uff26oundry \uff33treet", "Foundry\u2019s Court", "Gasworks\u2019 Lane", "Foundry\u2028Street",
        "Foun\u00addry Street",
        "Gas-works Road",
        # never there, or not here
        "Petrol station (never built)", "Foundry, which was never built", "No foundry", "isn't a foundry",
        "isn\u2019t a foundry",
        "A parcel of land adjoins the former foundry", "The former foundry lies adjacent",
        "(Britannia iron works adjacent)",
        "Foundry nearby, vacant", "Depot not built", "Works adjacent", "Works, Lye (extension never built)",
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
@given(
    st.sampled_from(WORDS.texts("namesakes")), st.sampled_from(["", "Oak ", "Shopping "]),
    st.sampled_from([*WORDS.texts("place_words"), *WORDS.texts("building_words")]),
    st.sampled_from([" ", "-", "\u2011", "\u00a0", " \u200b"]), st.sampled_from(["", "12 ", "Land at ", "Lye, "]),
)  # fmt: skip
def test_a_name_with_one_more_word_is_a_place_at_the_head_of_its_clause(use, more, place, between, before):
    assert named(f"{before}{use.title()}{between}{more}{place.title()}, Lye") == ""
    assert named(f"Former {use.title()}, {place.title()}") == use


@settings(deadline=None)
@given(st.sampled_from(USES), st.sampled_from(WORDS.texts("place_words")))
def test_every_place_word_makes_every_use_a_place(use, place):
    assert named(f"{use.title()} {place.upper()}, Lye") == ""
