"""Uses of land named in the names and notes of registers: works, not the streets and places named after them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from siteprior.appraisal.phrases import BETWEEN_WORDS, any_phrase, texts_with
from siteprior.appraisal.statements import NOT_A_NUMBER
from siteprior.core.parameters import Parameters

_AROUND = 120
"""Signs looked at before and after a word: what a clause of an address holds, and a bound for texts of any length."""

_BETWEEN_CLAUSES = re.compile(r"""[,;:()\[\]"“”\n/|]|(?<!\bopp)(?<!\badj)\.|\s-\s""")


_CLAUSE_ENDS = r"\s{0,3}(?:$|[,;:()\[\].\n])"
_SENTENCE_ENDS = re.compile(r"[.;\n]")
_JOINED = r"(?:\s{1,3}-?|-\s{0,2})"  # as BETWEEN_WORDS, bounded
_PROPER = rf"(?-i:[A-Z])[\w'&]{{0,30}}{_JOINED}"


@dataclass(frozen=True)
class Around:
    """What stands around a word that names a use, and makes it say something else than what the land was.

    ``place``: what follows makes it a street, a building or a place. After a use that places are often named after
    (``namesakes``), ``building``: buildings that bear its name; and with one more name between, ``named_building``
    (The Forge Shopping Centre) and ``named_place`` (Forge Mill Lane), where nothing but ``leads`` stands before the use
    in its clause, before a building also ``articles``. ``beside`` and ``beside_after``: what
    stands before or after it in its clause says that the site is only near it; ``open`` and ``never``: that it is
    denied, doubted, still to come or was never built; ``work``: the word before ``works`` makes these building works.
    """

    place: re.Pattern[str]
    building: re.Pattern[str]
    named_building: re.Pattern[str]
    named_place: re.Pattern[str]
    beside: re.Pattern[str]
    open: re.Pattern[str]
    never: re.Pattern[str]
    beside_after: re.Pattern[str]
    leads: re.Pattern[str]
    leads_or_articles: re.Pattern[str]
    work: re.Pattern[str]
    namesakes: frozenset[str]


def around(words: Parameters) -> Around:
    """Return the patterns of a table of words, as ``[contamination.words]`` of ``parameters/failure.toml`` has them.

    Examples
    --------
    >>> from siteprior.core.parameters import load_parameters
    >>> seen = around(load_parameters("failure").table("contamination").table("words"))
    >>> bool(seen.place.match(" Street, Lye")), bool(seen.place.match(", High Street"))
    (True, False)
    """
    places, buildings = any_phrase(words.texts("place_words")), any_phrase(words.texts("building_words"))
    leads, articles = (any_phrase(words.texts(name)) for name in ("lead_words", "articles"))
    number = r"\d+\w?\b"
    return Around(
        place=re.compile(rf"(?:'s?)?(?:{_JOINED}works)?{_JOINED}{places}", re.I),
        building=re.compile(rf"(?:'s?)?{_JOINED}(?-i:(?=[A-Z])){buildings}", re.I),
        named_building=re.compile(rf"(?:'s?)?{_JOINED}{_PROPER}{buildings}", re.I),
        named_place=re.compile(rf"(?:'s?)?{_JOINED}{_PROPER}(?:{places}|{buildings})", re.I),
        beside=re.compile(any_phrase(words.texts("beside_words")), re.I),
        open=re.compile(any_phrase(words.texts("open_words")) + NOT_A_NUMBER, re.I),
        never=re.compile(any_phrase(words.texts("never_words")), re.I),
        beside_after=re.compile(rf"{_JOINED}{any_phrase(words.texts('beside_after_words'))}{_CLAUSE_ENDS}", re.I),
        leads=re.compile(rf"\W*(?:(?:{leads}|{number})\W*)*", re.I),
        leads_or_articles=re.compile(rf"\W*(?:(?:{leads}|{articles}|{number})\W*)*", re.I),
        work=re.compile(rf"{any_phrase(words.texts('building_works'))}{BETWEEN_WORDS}$", re.I),
        namesakes=frozenset(words.texts("namesakes")),
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
    looked_for = any_phrase(sorted(uses, key=len, reverse=True))  # the longest of those that begin alike
    pattern, found = re.compile(looked_for, re.I), [""] * len(texts)
    for place, text in texts_with(texts, looked_for):
        found[place] = _first_use(text, pattern, seen)
    return pd.Series(found, index=texts.index, dtype="str")


def _first_use(text: str, uses: re.Pattern[str], seen: Around) -> str:
    """Return the first use a text names, or a blank."""
    for match in uses.finditer(text):
        before = text[max(0, match.start() - _AROUND) : match.start()]
        after = text[match.end() : match.end() + _AROUND]
        clause = _BETWEEN_CLAUSES.split(before)[-1]
        use = " ".join(re.split(r"[\s-]+", match.group().lower()))
        if (
            _is_place(use, clause, after, seen)
            or seen.beside.search(clause)
            or seen.open.search(clause)
            or seen.beside_after.match(after)
            or seen.never.search(_SENTENCE_ENDS.split(after)[0])
            or (use == "works" and seen.work.search(before))
        ):
            continue
        return use
    return ""


def _is_place(use: str, clause: str, after: str, seen: Around) -> bool:
    """Return whether a use is part of the name of a street, a building or a place."""
    if seen.place.match(after):
        return True
    if use not in seen.namesakes:
        return False
    return bool(
        seen.building.match(after)
        or (seen.leads_or_articles.fullmatch(clause) and seen.named_building.match(after))
        or (seen.leads.fullmatch(clause) and seen.named_place.match(after))
    )
