"""How a table of the notebooks is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.plots import part
from siteprior.pipeline.result import Result


class Asked(NamedTuple):
    """What a table is of, where it is of one site or one corridor."""

    site: str
    corridor: str


class View(NamedTuple):
    """A table: what it says, how it is made, how its numbers are written, what stands for none, how many rows."""

    title: str
    make: Callable[[Run | Result, Asked], pd.DataFrame]
    formats: Mapping[str, str]
    none: str
    first: int | None = None


def named(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return those of the columns that are there, in this order, under the names readers see (units as they are).

    Examples
    --------
    >>> list(named(pd.DataFrame({"walk_m": [1], "b": [2]}), {"walk_m": "walk m", "c": "c"}))
    ['walk m']
    """
    return pd.DataFrame(table)[[name for name in names if name in table]].rename(columns=dict(names))


def ranked_sites(run: Run | Result) -> pd.DataFrame:
    """Return the sites that are ranked (rank 1 = first), in the order of their ranks.

    Examples
    --------
    >>> import siteprior as sp
    >>> int(ranked_sites(sp.open_run(sp.demo(out="outputs/demo")))["rank"].iloc[0])
    1
    """
    sites: pd.DataFrame = part(run, "sites")
    return sites[sites["rank"].notna()]


def counted_by(table: pd.DataFrame, column: str, words: str, number: str, missing: str = "") -> pd.DataFrame:
    """Return how many rows (counts) there are of each value of a column, most first; none missing unless named.

    Examples
    --------
    >>> counted_by(pd.DataFrame({"a": ["x", "y", "x", None]}), "a", "kind", "sites", "not known").values.tolist()
    [['x', 2], ['y', 1], ['not known', 1]]
    """
    values: pd.Series[Any] = table[column].fillna(missing) if missing else table[column].dropna()
    return values.value_counts().rename_axis(words).rename(number).reset_index()
