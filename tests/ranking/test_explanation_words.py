"""Numbers, places and lists in words."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.ranking.explanation import explain
from siteprior.ranking.explanation_words import comparison_words, site_words
from siteprior.ranking.options import options_of


@pytest.mark.parametrize(
    ("count", "place"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_places_are_written_as_they_are_read(count, place):
    sites = pd.DataFrame({"x": range(100, 100 - count, -1)}, index=[f"s{number:02}" for number in range(count)])
    last = sites.index[-1]
    why = explain(sites.astype("float64"), last, weights={"x": 1}, anchors={"x": (0, 100)}, first=1)
    assert why.sentences[0].startswith(f"{last} is {place} of {count} ")


def test_a_line_that_is_very_near_has_the_digits_to_see_it():
    sites = pd.DataFrame({"homes": [1000.4, 1000.2]}, index=list("ab"))
    why = explain(sites, "b", weights={"homes": 1}, anchors={"homes": (0, 2000)}, first=1)
    assert "homes above 1000.4 instead of 1,000." in " ".join(why.sentences)


def test_at_most_three_criteria_are_named():
    names = list("uvwxy")
    sites = pd.DataFrame([[9.0, 8, 7, 6, 5], [0.0] * 5], columns=names, index=list("ab"))
    why = explain(
        sites, "a", weights=dict.fromkeys(names, 1), anchors=dict.fromkeys(names, (0, 10)), first=1, against="b"
    )
    lifted = next(sentence for sentence in why.sentences if "lifted" in sentence)
    assert lifted.endswith("lifted by u (9, +0.09), v (8, +0.08) and w (7, +0.07).")
    assert (
        why.sentences[-1]
        == "a is 0.70 ahead of b: by u (9 against 0, +0.18), v (8 against 0, +0.16) and w (7 against 0, +0.14)."
    )


def test_the_order_of_two_sites_does_not_matter_to_the_words():
    sites = pd.DataFrame({"x": [9.0, 1.0], "y": [1.0, 2.0]}, index=list("ab"))
    options = options_of(sites, {"x": 1, "y": 1}, anchors={"x": (0, 10), "y": (0, 10)})
    done = [
        explain(sites, one, weights={"x": 1, "y": 1}, anchors={"x": (0, 10), "y": (0, 10)}, first=1, against=other)
        for one, other in ("ab", "ba")
    ]
    assert done[0].sentences[-1] == done[1].sentences[-1]
    assert comparison_words(options, "a", "b", done[0].comparison) == [done[0].sentences[-1]]
    parts = (done[0].contributions, done[0].facts, done[0].weights, done[0].information)
    assert site_words(options, "a", 1, *parts) == list(done[0].sentences[:-1])
