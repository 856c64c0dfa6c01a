"""What notes state, and what denies it, asks it, leaves it open, or says it of another time or other land."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from siteprior.appraisal.statements import stated_as_cleaned, states
from siteprior.core.parameters import load_parameters

FAILURE = load_parameters("failure")
WORDS = FAILURE.table("statements")
CONTAMINATION = FAILURE.table("contamination").texts("phrases")
OWNERSHIP = FAILURE.table("coordination").table("words").texts("part_ownership")
VIABLE = FAILURE.table("viability").table("words").texts("viable")
CLEANED = FAILURE.table("contamination").texts("cleaned")
MILLION = 1_000_000


def stated(text, phrases, **how):
    return bool(states(pd.Series([text]), phrases, **how).iloc[0])


def cleaned(text):
    return bool(stated_as_cleaned(pd.Series([text])).iloc[0])


# ---------------------------------------------------------------------------------------------------------- statements


@pytest.mark.parametrize(
    "text",
    [
        "The land is contaminated", "CONTAMINATION PRESENT", "Remediation required? Yes", "Remediation required: yes",
        "Nothing is known of owners. Site is contaminated.", "Soil is contaminated – remediation required",
        "No access; the ground is contaminated", "Remediation-required", "heavily\u00a0contaminated",
        "site is con\u00adtaminated", "remediation\u2011required", "ｒｅｍｅｄｉａｔｉｏｎ required",
        "No. 5: the site is contaminated", "No 5 Mill Lane, remediation required", "remediation required, no plans yet",
        "Remediation required: no start recorded", "Known contamination, No. 5 is the worst",
        "No owner\nKnown contamination", "Not over 2.5 ha; known contamination",
    ],
)  # fmt: skip
def test_contamination_is_stated(text):
    assert stated(text, CONTAMINATION)


@pytest.mark.parametrize(
    "text",
    [
        "Remediation required? No", "Remediation required?", "remediation required: none", "Remediation required - nil",
        "Remediation required (n/a)", "Site is contaminated? Unknown", "Nil contamination present",
        "Remediation required=no",
        "free from known contamination", "free of known contamination", "lacks known contamination",
        "Contamination present? no.",
        "devoid of known contamination", "hasn't known contamination", "hasn’t any known contamination",
        "the site is contaminated no longer", "cannot say the land is contaminated",
        "It is untrue that the site is contaminated",
        "The land is not known to be contaminated", "not over 2.5 ha of the ground is contaminated",
        "There is no\nknown contamination", "no known\u2010contamination", "Adjoining land is known to be contaminated",
        "un-known contamination", "remediation isn't required; remediation required: none", "", None, float("nan"),
    ],
)  # fmt: skip
def test_contamination_is_not_stated(text):
    assert not stated(text, CONTAMINATION)


@pytest.mark.parametrize(
    "text",
    [
        "part council and part private", "Part-council, part-private", "Part Council, Part Private",
        "There are multiple owners",
        "Previously a depot, now in multiple ownership", "number of owners: 3", "Number of owners",
        "Owned by more than one owner",
        "More than one owner? Yes", "Part SMBC and part private", "Small area is private",
        "Mixed ownership: 1 freeholder, 3 leases",
        "Two adjoining plots in different ownerships", "Not vacant; mixed ownership",
    ],
)  # fmt: skip
def test_part_ownership_is_stated(text):
    assert stated(text, OWNERSHIP, today=True)


@pytest.mark.parametrize(
    "text",
    [
        "number of owners: 1", "Number of owners = 1", "number of owners 1", "number of owners is one",
        "more than one owner? no",
        "Number of owners not known", "previously in multiple ownership", "formerly part council, part private",
        "Adjoining land in multiple ownership", "the surrounding area is in mixed ownership", "No mixed ownership",
        "Once part council",
        "Not part-council, part-private", "single owner, not several owners",
        "Possible multiple ownership might be a constraint",
        "non-multiple ownership", "mixed ownership if the lease is bought",
    ],
)  # fmt: skip
def test_part_ownership_is_not_stated(text):
    assert not stated(text, OWNERSHIP, today=True)


@pytest.mark.parametrize(
    "text",
    [
        "Considered to be a viable redevelopment option that is available and unconstrained",
        "Vacant. VIABLE  REDEVELOPMENT OPTION", "viable re‑development option",
        "Formerly a pub, now a viable redevelopment option",
    ],
)  # fmt: skip
def test_a_viable_option_is_stated(text):
    assert stated(text, VIABLE, today=True)


@pytest.mark.parametrize(
    "before",
    [
        "formerly a ", "formerly ", "was once a ", "previously considered a ", "hardly a ", "isn't a ", "isn’t a ",
        "ceased to be a ",
        "non-", "non ", "un-", "un", "un\u2010", "not a ", "no longer a ", "would be a ", "potentially a ",
        "cannot be a ", "in the past a ",
    ],
)  # fmt: skip
def test_a_viable_option_is_not_stated(before):
    assert not stated(f"{before}viable redevelopment option", VIABLE, today=True)
    assert not stated(f"The site, {before}viable\u00a0redevelopment option.", VIABLE, today=True)


def test_what_is_past_is_stated_where_it_need_not_be_so_today():
    assert stated("Formerly known contamination", CONTAMINATION)
    assert not stated("Formerly known contamination", CONTAMINATION, today=True)


# ------------------------------------------------------------------------------------------------------------- cleaned


@pytest.mark.parametrize(
    "text",
    [
        "Land has been remediated.", "D1 - Housing Land.  Land has been remediated.",
        "The site was decontaminated in 2004",
        "The site is contaminated, since remediated", "Remediation complete", "Remediation has been completed",
        "Free of contamination",
        "Homes could be built. Land has been remediated", "No. 5 was remediated in 2011", "Has it been remediated? Yes",
        "The site has been cleaned", "remediation\u2011complete", "Not sold; remediated in 2001",
    ],
)  # fmt: skip
def test_land_is_stated_as_cleaned(text):
    assert cleaned(text)


@pytest.mark.parametrize(
    "text",
    [
        "needs to be remediated", "to be remediated", "could be remediated", "must be remediated before building",
        "will be decontaminated",
        "not remediated", "never decontaminated", "unremediated", "un-remediated", "non-decontaminated",
        "not free of contamination",
        "following remediation, homes could be built", "Following remediation, 50 homes", "should be decontaminated",
        "being remediated",
        "once remediated, suitable for homes", "If remediated, suitable", "suitable when remediated",
        "until remediated", "Remediated? No",
        "Remediated: no", "Has the land been remediated?", "Remediated - unknown", "hasn't been remediated",
        "hasn’t been remediated",
        "The land has not been\nremediated", "remediated subject to funding", "partly remediated",
        "expected to have been remediated",
        "Adjoining land has been remediated", "remediated land is proposed",
        "The land, which was not\u00a0remediated", "", None,
        "remediation completed? n/a", "The part of 2.5 ha was not remediated", "remediated no longer",
        "Permission requires land remediated",
    ],
)  # fmt: skip
def test_land_is_not_stated_as_cleaned(text):
    assert not cleaned(text)


@settings(deadline=None)
@given(st.sampled_from(CLEANED), st.sampled_from([*WORDS.texts("negations"), *WORDS.texts("not_done")]), st.booleans())
def test_no_sentence_with_a_word_that_leaves_it_open_states_that_land_was_cleaned(phrase, word, before):
    assert cleaned(f"The land, {phrase}")
    assert not cleaned(f"The land {word} {phrase}." if before else f"The land {phrase} and {word} this.")
    assert cleaned(f"It was {word} this. The land, {phrase}.")


@settings(deadline=None)
@given(
    st.sampled_from([*CONTAMINATION, *OWNERSHIP, *VIABLE]),
    st.sampled_from([*WORDS.texts("negations"), *WORDS.texts("lacks"), *WORDS.texts("other_land")]),
)
def test_every_word_of_denial_denies_every_phrase(phrase, word):
    assert stated(f"The site has {phrase}", [phrase])
    assert not stated(f"The site has {word.upper()} {phrase.title()}", [phrase])
    assert stated(f"The site has {word} this. It has {phrase}", [phrase])


@settings(deadline=None)
@given(
    st.sampled_from([*CONTAMINATION, *OWNERSHIP, *VIABLE]), st.sampled_from(WORDS.texts("answers_no")),
    st.sampled_from(["? ", ": ", " - ", " = ", " (", ", "]),
)  # fmt: skip
def test_every_answer_of_no_denies_every_phrase(phrase, answer, between):
    assert not stated(f"{phrase}{between}{answer}", [phrase])
    assert not stated(f"{phrase.title()}{between}{answer.upper()}.", [phrase])


@settings(deadline=None)
@example("\n", "no")
@given(st.text(max_size=60), st.text(max_size=60))
def test_a_phrase_in_a_sentence_of_its_own_is_stated_whatever_stands_around(before, after):
    assume(not after.lstrip().startswith("?"))
    assert stated(f"{before}\n\nThe site is contaminated.\n\n{after}", CONTAMINATION)


@pytest.mark.parametrize(
    "text",
    [
        "mixed ownership " * (MILLION // 16), "not mixed ownership " * (MILLION // 20),
        "mixed ownership? " * (MILLION // 17),
        ";" * MILLION, "\n" * MILLION, "\u00e9" * MILLION, "remediated " * (MILLION // 11), "mixed " + " " * MILLION,
        "\u0301" * MILLION,
    ],
    ids=["phrases", "denials", "questions", "sentences", "lines", "accents", "cleaned", "blanks", "marks"],
)  # fmt: skip
def test_a_note_of_a_million_signs_is_read(text):
    assert stated(text, OWNERSHIP, today=True) == text.startswith("mixed ownership m")
    assert cleaned(text) == text.startswith("remediated")


def test_the_index_stays():
    done = states(pd.Series(["mixed ownership", None], index=["b", "a"]), OWNERSHIP)
    assert (done.index.tolist(), done.dtype, done.tolist()) == (["b", "a"], bool, [True, False])


def test_a_list_of_words_is_plain_words_once_each():
    for name in WORDS:
        words = WORDS.texts(name)
        assert len(set(words)) == len(words), name
        assert all(word == word.lower().strip() and word for word in words), name
