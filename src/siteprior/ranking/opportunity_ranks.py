"""Ranks that count opportunities: each is ranked once, as its largest member, and every member carries its rank."""

from __future__ import annotations

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.ranking.check_numbers import on_same_sites
from siteprior.ranking.scoring import rank


def is_ranked_as(sites: pd.DataFrame) -> pd.Series:
    """Mark the sites that stand for an opportunity: the eligible ones ranked as themselves.

    Of a run before opportunities, which has no column ``ranked_as``, these are all that are eligible.

    Examples
    --------
    >>> sites = pd.DataFrame({"eligible": "yes", "ranked_as": ["a", "a"]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> is_ranked_as(sites).tolist()
    [True, False]
    """
    if "ranked_as" not in sites or sites["ranked_as"].isna().all():
        return sites["eligible"] == "yes"
    return pd.Series((sites["ranked_as"] == sites.index).fillna(False), index=sites.index).astype(bool)


def ranked_once(sites: pd.DataFrame) -> pd.Series:
    """Mark the sites with a rank that stand for an opportunity: one each, also where the table does not say as what.

    Examples
    --------
    >>> sites = pd.DataFrame({"rank": [1, 1, None], "ranked_as": ["a", "a", None]}, index=["a", "b", "c"])
    >>> ranked_once(sites).tolist()
    [True, False, False]
    """
    ranked = sites["rank"].notna()
    return (
        ranked & (sites["ranked_as"].isna() | (sites["ranked_as"] == sites.index)) if "ranked_as" in sites else ranked
    )


def carried(of_opportunities: pd.Series, sites: pd.DataFrame) -> pd.Series:
    """Return what is known of each opportunity at each of its members, on the index of the sites.

    Examples
    --------
    >>> sites = pd.DataFrame({"eligible": "yes", "ranked_as": ["a", "a"]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> carried(pd.Series([7], index=["a"], dtype="Int64"), sites).tolist()
    [7, 7]
    """
    if "ranked_as" not in sites or sites["ranked_as"].isna().all():
        return of_opportunities.reindex(sites.index)
    values = of_opportunities.reindex(sites["ranked_as"])
    values.index = sites.index
    return values


def rank_opportunities(scores: pd.Series, sites: pd.DataFrame) -> pd.Series:
    """Rank opportunities by score, 1 first, each once; every eligible member carries the rank.

    Parameters
    ----------
    scores
        Score per site (0–1), the same for all members of an opportunity.
    sites
        The same sites with ``eligible`` and ``ranked_as``.

    Returns
    -------
    Series
        Whole numbers on the index of ``scores``, missing for sites that are not eligible.

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.scoring.rank`, or when the sites are not those of the scores.

    Examples
    --------
    >>> sites = pd.DataFrame({"eligible": ["yes", "yes", "yes"], "ranked_as": ["a", "a", "c"]}, index=list("abc"))
    >>> rank_opportunities(pd.Series([0.9, 0.9, 0.4], index=list("abc")), sites).tolist()
    [1, 1, 2]
    """
    if not isinstance(scores, pd.Series):
        raise InputError(f"scores: needs a Series, got {type(scores).__name__}")
    same = on_same_sites(sites, scores.index, name="sites", of="scores")
    return carried(rank(scores, is_ranked_as(same)), same).rename("rank")
