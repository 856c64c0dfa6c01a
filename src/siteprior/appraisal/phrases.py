"""Phrases in the free text of registers: which texts have one of a list of them, as whole words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

BETWEEN_WORDS = r"(?:\s+-?|-\s*)"
"""What may stand between the words of a phrase: white space or a hyphen, but no dash with blanks on both sides."""

_STRANGE = re.compile(r"[^\t\n -~]")
_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_INVISIBLE = ("Cc", "Cf", "Mn", "Me", "Cs", "Co", "Cn")
"""Unicode categories of signs that show nothing by themselves; those that combine are accents."""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\u2e3a\u2e3b"
_SIGNS = {
    **dict.fromkeys(_DASHES, "-"), **dict.fromkeys("‘’‛ʼ´", "'"), **dict.fromkeys(_LINE_ENDS, "\n"), "\u2044": "/",
    **dict.fromkeys("\u115f\u1160\u3164\uffa0\u2800", ""),
}  # fmt: skip
"""What stands for single signs: the last are letters by category and show nothing."""


def folded(text: str) -> str:
    """Return a text in plain signs, as phrases are looked for: forms of one letter, dash or blank are one.

    Unicode's compatibility forms are their plain letters (full width, ligatures), accents and invisible signs are left
    out, every dash is a hyphen, every apostrophe ``'``, every blank a space and every line end a line feed. Sign by
    sign, so that the time grows with the length.

    Examples
    --------
    >>> folded("Ｆoundry\u2011Café\u200b"), folded("isn’t\u00a0it")
    ('Foundry-Cafe', "isn't it")
    """
    strange = set(_STRANGE.findall(text))
    return text.replace("\r\n", "\n").translate({ord(sign): _plain(sign) for sign in strange}) if strange else text


def _plain(sign: str) -> str:
    """Return the plain form of a sign."""
    if sign in _SIGNS:
        return _SIGNS[sign]
    shown = (part for part in unicodedata.normalize("NFKD", sign) if unicodedata.category(part) not in _INVISIBLE)
    return "".join(_SIGNS.get(part, " " if part.isspace() else part) for part in shown)


def mentions(texts: pd.Series, phrases: Iterable[str]) -> pd.Series:
    """Return which texts have one of the phrases as whole words; a missing text has none.

    Examples
    --------
    >>> mentions(pd.Series(["Former  gas works", "Gas-works", "gasworks", None]), ["gas works"]).tolist()
    [True, True, False, False]
    """
    return matches(texts, any_phrase(phrases))


def any_phrase(phrases: Iterable[str]) -> str:
    """Return a pattern for any of the phrases as whole words in a :func:`folded` text.

    Between two words of a phrase any white space or a hyphen may stand, whichever of the two the phrase itself has; a
    dash between blanks stands for itself.
    """
    return rf"\b(?:{'|'.join(map(_phrase, phrases))})\b"


def _phrase(phrase: str) -> str:
    """Return a pattern for a phrase."""
    parts = (re.split(r"[\s-]+", part.strip()) for part in phrase.split(" - "))
    return r"\s+-\s+".join(BETWEEN_WORDS.join(map(re.escape, words)) for words in parts)


def matches(texts: pd.Series, pattern: str, *, needs: str = "") -> pd.Series:
    """Return which texts, :func:`folded`, match a pattern, whatever their case; a missing text does not.

    ``needs`` is a pattern for :func:`texts_with` that every match has in it; the pattern itself where it is blank.

    Examples
    --------
    >>> matches(pd.Series(["GAS works", "gasworks", None]), "gas[ -]works").tolist()
    [True, False, False]
    """
    search = re.compile(pattern, re.IGNORECASE).search
    found = np.zeros(len(texts), dtype=bool)
    for place, text in texts_with(texts, needs or pattern):
        found[place] = search(text) is not None
    return pd.Series(found, index=texts.index)


def texts_with(texts: pd.Series, pattern: str) -> Iterator[tuple[int, str]]:
    """Give place and text, :func:`folded`, of the texts that may match a pattern, whatever their case.

    Arrow looks through all of them at once, so that few are left to be read one by one. A text with signs beyond the
    plain ones is always given, for Arrow reads these otherwise; a missing text never is.

    Parameters
    ----------
    texts
        Names, addresses or notes.
    pattern
        What the syntax of RE2 allows, such as :func:`any_phrase` makes: nothing that looks ahead or behind.

    Examples
    --------
    >>> list(texts_with(pd.Series(["Old FOUNDRY", "Shop", "Caf\u00e9", None]), any_phrase(["foundry"])))
    [(0, 'Old FOUNDRY'), (2, 'Cafe')]
    """
    cells = (
        texts.array if isinstance(texts.dtype, pd.StringDtype) else [t if isinstance(t, str) else None for t in texts]
    )
    given = pa.array(cells, pa.large_string())
    strange = pc.match_substring_regex(given, _STRANGE.pattern)
    asked = pc.or_(strange, pc.match_substring_regex(given, pattern, ignore_case=True))
    for place in np.flatnonzero(pc.fill_null(asked, False)):
        yield int(place), folded(given[place].as_py())
