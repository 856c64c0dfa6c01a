"""What the free text of registers states: phrases that nobody denies, asks, leaves open or says of other land.

The words that do so stand in ``parameters/failure.toml``, table ``statements``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from siteprior.appraisal.phrases import any_phrase, texts_with
from siteprior.core.parameters import Parameters, load_parameters

NOT_A_NUMBER = r"(?!(?<=\bno)\s?\.?\s?\d)"
"""After words of negation: ``no`` before a number is none (No. 5)."""

_SENTENCE_ENDS = re.compile(r";|\.(?!\d)|\n(?!\s{0,9}[a-z])")  # a line that goes on in small letters was only wrapped
_ANSWER = r"\s{0,3}(?:[:=?,(\[-]\s{0,3}){0,3}"
_ANSWERED = r"\s{0,3}(?:$|[.,;:)\]/\n])"
_BEFORE = 12  # signs looked at right before a phrase, for un- and non-


def states(texts: pd.Series, phrases: Iterable[str], *, today: bool = False) -> pd.Series:
    """Return which texts state one of the phrases, on the index of ``texts``; a missing text states nothing.

    A phrase is stated where no word of the same sentence before it denies it or says it of other land, and no answer
    after it does ("? No", ": none"). A question states it where it is answered with yes.

    Parameters
    ----------
    texts
        Notes, names or descriptions.
    phrases
        Such as ``mixed ownership``.
    today
        Whether it has to be so today: no word of the past or of doubt before it, no condition after it.

    Examples
    --------
    >>> notes = ["In mixed ownership", "Not in mixed ownership", "Mixed ownership? No", "Once in mixed ownership"]
    >>> states(pd.Series(notes), ["mixed ownership"], today=True).tolist()
    [True, False, False, False]
    """
    words = load_parameters("failure").table("statements")
    denials = _any_of(words, "negations", "lacks", "other_land", *(("doubts",) if today else ()))
    past, present, conditions = (_any_of(words, name) for name in ("past", "present", "conditions"))

    def plain(text: _Text, at: int, end: int) -> bool:
        begins, ends = text.sentence(at, end)
        if text.last(denials, begins, at) is not None:
            return False
        if not today:
            return True
        over = text.last(past, begins, at)
        again = over is None or text.last(present, over, at) is not None
        return again and text.last(conditions, end, ends) is None

    return _stated(texts, phrases, words, plain)


def stated_as_cleaned(notes: pd.Series) -> pd.Series:
    """Return which notes say in plain words that the land was cleaned, on the index of ``notes``.

    Plain is a sentence without any word of negation, obligation, future, condition or possibility, before or after:
    what needs to be, could be or was never remediated was not, for all anybody knows.

    Examples
    --------
    >>> notes = ["Land has been remediated.", "Needs to be remediated", "Not remediated", "Remediated? No", None]
    >>> stated_as_cleaned(pd.Series(notes)).tolist()
    [True, False, False, False, False]
    """
    failure = load_parameters("failure")
    words = failure.table("statements")
    left_open = _any_of(words, "negations", "other_land", "not_done")

    def plain(text: _Text, at: int, end: int) -> bool:
        return text.last(left_open, *text.sentence(at, end)) is None

    return _stated(notes, failure.table("contamination").texts("cleaned"), words, plain)


class _Text:
    """A text, with where its sentences end and where words stand in it, each looked for once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._places: dict[re.Pattern[str], list[int]] = {}

    def places(self, pattern: re.Pattern[str]) -> list[int]:
        """Return where a pattern begins, in order."""
        if pattern not in self._places:
            self._places[pattern] = [match.start() for match in pattern.finditer(self.text)]
        return self._places[pattern]

    def sentence(self, at: int, end: int) -> tuple[int, int]:
        """Return where the sentence begins and ends in which something stands."""
        ends = self.places(_SENTENCE_ENDS)
        before, behind = bisect_left(ends, at), bisect_left(ends, end)
        return ends[before - 1] + 1 if before else 0, ends[behind] if behind < len(ends) else len(self.text)

    def last(self, pattern: re.Pattern[str], begins: int, ends: int) -> int | None:
        """Return the last place from one up to another at which a pattern begins; none where it does not."""
        places = self.places(pattern)
        before = bisect_right(places, ends - 1)
        return places[before - 1] if before and places[before - 1] >= begins else None


def _stated(
    texts: pd.Series, phrases: Iterable[str], words: Parameters, plain: Callable[[_Text, int, int], bool]
) -> pd.Series:
    """Return which texts have a phrase that is plain, not made its contrary by ``un-`` and not answered with no."""
    phrase = any_phrase(phrases)
    looked_for = re.compile(phrase, re.I)
    prefix = re.compile(rf"{any_phrase(words.texts('prefixes'))}[\s-]{{0,3}}$", re.I)
    after = "|".join((
        rf"(?:\s{{1,3}}{any_phrase(words.texts('links'))})?{_ANSWER}{any_phrase(words.texts('answers_no'))}{NOT_A_NUMBER}{_ANSWERED}",
        rf"\s{{1,3}}{any_phrase(words.texts('denied_after'))}",
        rf"\s{{0,3}}\?(?![\s:(-]{{0,3}}{any_phrase(words.texts('answers_yes'))})",
    ))  # fmt: skip
    denied = re.compile(after, re.I)

    def stated(text: _Text) -> bool:
        return any(
            plain(text, found.start(), found.end())
            and not prefix.search(text.text, max(0, found.start() - _BEFORE), found.start())
            and not denied.match(text.text, found.end())
            for found in looked_for.finditer(text.text)
        )

    found = np.zeros(len(texts), dtype=bool)
    for place, text in texts_with(texts, phrase):
        found[place] = stated(_Text(text))
    return pd.Series(found, index=texts.index)


def _any_of(words: Parameters, *names: str) -> re.Pattern[str]:
    """Return a pattern for any word of some lists."""
    return re.compile(any_phrase(word for name in names for word in words.texts(name)) + NOT_A_NUMBER, re.I)
