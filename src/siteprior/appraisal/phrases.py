"""Phrases in the free text of registers: which texts have one of a list of them, as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd


def mentions(texts: pd.Series, phrases: Iterable[str]) -> pd.Series:
    """Return which texts have one of the phrases as whole words; a missing text has none.

    Examples
    --------
    >>> mentions(pd.Series(["Former  gas works", "gasworks", None]), ["gas works"]).tolist()
    [True, False, False]
    """
    return matches(texts, any_phrase(phrases))


def any_phrase(phrases: Iterable[str]) -> str:
    """Return a pattern for any of the phrases as whole words, whatever the white space between their words."""
    joined = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in phrases)
    return rf"\b(?:{joined})\b"


def matches(texts: pd.Series, pattern: str) -> pd.Series:
    """Return which texts match a pattern, whatever their case; a missing text does not."""
    search = re.compile(pattern, re.IGNORECASE).search
    return pd.Series(
        [isinstance(text, str) and search(text) is not None for text in texts], index=texts.index, dtype=bool
    )
