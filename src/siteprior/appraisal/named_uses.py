"""Uses of land named in the names and notes of registers: works, not the streets and places named after them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from siteprior.appraisal.phrases import any_phrase
from siteprior.core.parameters import Parameters

_AROUND = 120
"""Signs looked at before and after a word: what a clause of an address holds, and a bound for texts of any length."""

_BETWEEN_CLAUSES = re.compile(r"""[,;:()\[\]"“”\n/|]|(?<!\bopp)(?<!\badj)\.|\s[-–—]\s""")


@dataclass(frozen=True)
class Around:
    """What stands around a word that names a use, and makes it say something else than what the land was.

    ``place``: what follows makes it a street, a building or a place; ``beside``: what stands before it in its clause
    says that the site is only near it; ``open``: that it is denied, doubted or still to come; ``work``: the word
    before ``works`` makes these building works.
    """

    place: re.Pattern[str]
    beside: re.Pattern[str]
    open: re.Pattern[str]
    work: re.Pattern[str]


def around(words: Parameters) -> Around:
    """Return the patterns of a table of words: ``place_words``, ``beside_words``, ``open_words``, ``building_works``.

    Examples
    --------
    >>> from siteprior.core.parameters import load_parameters
    >>> seen = around(load_parameters("failure").table("contamination").table("words"))
    >>> bool(seen.place.match(" Street, Lye")), bool(seen.place.match(", High Street"))
    (True, False)
    """
    return Around(
        place=re.compile(
            rf"(?:['’]s)?(?:[\s-]{{1,3}}works)?[\s-]{{1,3}}{any_phrase(words.texts('place_words'))}", re.I
        ),
        beside=re.compile(any_phrase(words.texts("beside_words")), re.I),
        open=re.compile(any_phrase(words.texts("open_words")), re.I),
        work=re.compile(rf"{any_phrase(words.texts('building_works'))}\s{{1,3}}$", re.I),
    )


def named_uses(texts: pd.Series, uses: Iterable[str], seen: Around) -> pd.Series:
    """Return the first of the uses each text names as what the land is or was, in small letters; blank where none.

    A word counts as a whole word. It does not where a word for a street, building or place follows it, where the same
    clause says before it that the site is only near it, or that it is denied, doubted or still to come, and not where
    ``works`` are building works. Texts of any length are read in time that grows with their length.

    Parameters
    ----------
    texts
        Names, addresses or notes; missing ones name nothing.
    uses
        Words for uses, such as ``gas works``.
    seen
        From :func:`around`.

    Returns
    -------
    Series
        Texts, blank where nothing is named, on the index of ``texts``.

    Examples
    --------
    >>> from siteprior.core.parameters import load_parameters
    >>> seen = around(load_parameters("failure").table("contamination").table("words"))
    >>> names = pd.Series(["The Old Foundry", "Foundry Street", "Land adjacent to the foundry", None])
    >>> named_uses(names, ["foundry"], seen).tolist()
    ['foundry', '', '', '']
    """
    pattern = re.compile(any_phrase(sorted(uses, key=len, reverse=True)), re.I)  # the longest of those that begin alike
    found = [_first_use(text, pattern, seen) if isinstance(text, str) else "" for text in texts]
    return pd.Series(found, index=texts.index, dtype="str")


def _first_use(text: str, uses: re.Pattern[str], seen: Around) -> str:
    """Return the first use a text names, or a blank."""
    for match in uses.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        after = text[match.end() : match.end() + _AROUND]
        clause = _BETWEEN_CLAUSES.split(before)[-1]
        if seen.place.match(after) or seen.beside.search(clause) or seen.open.search(clause):
            continue
        use = " ".join(match.group().lower().split())
        if use != "works" or not seen.work.search(before):
            return use
    return ""
