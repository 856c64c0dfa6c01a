"""The ranking of a run under other weights: who enters the shortlist, who leaves it, and where every site stands."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import NamedTuple, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.schema import CONTRIBUTION
from siteprior.core.short_repr import short_repr
from siteprior.ranking.opportunity_ranks import is_ranked_as, rank_opportunities
from siteprior.ranking.scoring import Ranked, normalised, order, score, score_band

STALE = ("rank_p05", "rank_p95", "rank_without_transit")
"""Ranks that rest on the run's weights and are not redrawn: blank under others."""


class Shortlisted(Ranked, Protocol):
    """A run or a result: ranked sites, the shortlist, and what they were ranked by."""

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """The sites, ranked."""

    @property
    def shortlist(self) -> Sized:
        """The first of them."""


@short_repr
class Reweighted(NamedTuple):
    """The ranking of a run under other weights.

    Attributes
    ----------
    changes
        One row per ranked opportunity in its new order, on the ``site_id`` it is ranked as: ``site_name``, ``change``
        (``enters`` or ``leaves`` the shortlist; else ``rises``, ``falls``, ``same``), ``rank_before``, ``rank_after``
        (1 = first), ``score_before``, ``score_after`` (0–1).
    sites, shortlist
        All sites in the new order with the new ``rank``, ``score``, ``coverage``, ``score_band`` and ``c_<criterion>``,
        and the first opportunities, a row each, for :func:`siteprior.report.draw_map`. Rank bands refer to the run's
        weights and are not redrawn: blank here; a run by the new weights has them.
    weights
        The weights, which sum to 1.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> new = sp.ranking.reweight(run, {"corridor_access": 3, "deprivation": 1})
    >>> new
    Reweighted(changes: 193 rows, sites: 398 rows, shortlist: 25 rows, weights: 2 entries)
    >>> new.weights, new.shortlist.index.equals(new.changes.index[:25])
    ({'corridor_access': 0.75, 'deprivation': 0.25}, True)
    """

    changes: pd.DataFrame
    sites: gpd.GeoDataFrame
    shortlist: gpd.GeoDataFrame
    weights: dict[str, float]


def reweight(run: Shortlisted, weights: Mapping[str, float], *, shortlist: int | None = None) -> Reweighted:
    """Rank the sites of a run by other weights (scores 0–1); gates, measurements and anchors stay those of the run.

    Parameters
    ----------
    run
        A run (``sp.open_run``) or a result.
    weights
        Weight per criterion, in any unit: they are made to sum to 1. A criterion that is left out does not count.
    shortlist
        How many ranks make the shortlist; as many as the run's when ``None``.

    Returns
    -------
    Reweighted

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.scoring.score`; or when ``shortlist`` is no whole number from 0.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> new = sp.ranking.reweight(run, run.stated_weights | {"deprivation": 60})
    >>> len(new.shortlist), bool(new.changes["change"].isin(["enters", "leaves"]).any())
    (25, True)
    """
    places = len(run.shortlist) if shortlist is None else shortlist
    if not isinstance(places, int) or isinstance(places, bool) or places < 0:
        raise InputError(f"shortlist: needs a whole number from 0, not {shortlist!r}")
    before = run.sites
    scored = score(run, weights)
    scored["rank"] = rank_opportunities(scored["score"], before)
    scored["score_band"] = score_band(scored["score"])
    parts = [name for name in before.columns if str(name).startswith(CONTRIBUTION)]
    kept = before.drop(columns=[*parts, *(name for name in scored if name in before.columns and name not in parts)])
    blank = {name: pd.Series(pd.NA, index=before.index, dtype="Int64") for name in STALE if name in before.columns}
    sites = gpd.GeoDataFrame(order(kept.join(scored).assign(**blank)))
    first = gpd.GeoDataFrame(sites[is_ranked_as(sites) & sites["rank"].notna()].head(places))
    changes = ranking_changes(before, sites, places=places)
    return Reweighted(changes, sites, first, normalised({name: float(weight) for name, weight in weights.items()}))


def ranking_changes(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *, places: int, places_before: int | None = None
) -> pd.DataFrame:
    """Return what became of each opportunity that is ranked now, in the new order, then of those no longer ranked.

    Parameters
    ----------
    before, after
        The same sites, ranked, each in the order of the ranks.
    places, places_before
        How many ranks make the shortlist now, and made it before; as many as now when ``None``.

    Returns
    -------
    DataFrame
        On the ``site_id`` each is ranked as: ``site_name``, ``change`` (``enters`` or ``leaves`` the shortlist; else
        ``rises``, ``falls``, ``same``, ``newly ranked``, ``no longer ranked``), ``rank_before``, ``rank_after``
        (1 = first), ``score_before``, ``score_after`` (0–1). Who is ranked with another now has that rank.

    Examples
    --------
    >>> index = pd.Index(["a", "b", "c"], name="site_id")
    >>> one = pd.DataFrame({"site_name": ["A", "B", "C"], "eligible": ["yes", "yes", "no"], "rank": [1, 2, None],
    ...                     "score": [0.9, 0.4, None]}, index=index)
    >>> other = one.assign(eligible=["no", "yes", "yes"], rank=[None, 1, 2]).sort_values("rank")
    >>> ranking_changes(one, other, places=1)["change"].to_dict()
    {'b': 'enters', 'c': 'newly ranked', 'a': 'leaves'}
    """
    new, old = (table.index[is_ranked_as(table) & table["rank"].notna()] for table in (after, before))
    stood = old[: places if places_before is None else places_before]  # sites stand in the order of their ranks
    rows = new.append(old.difference(new, sort=False)).rename(after.index.name)
    was, now = rows.isin(stood), np.arange(len(rows)) < min(places, len(new))
    then, here = before.reindex(rows), after.reindex(rows)
    rank_before, rank_after = then["rank"].astype("Int64"), here["rank"].astype("Int64")
    moved = (rank_before - rank_after).fillna(0)
    change = np.select(
        [now & ~was, was & ~now, rank_before.isna(), rank_after.isna(), moved > 0, moved < 0],
        ["enters", "leaves", "newly ranked", "no longer ranked", "rises", "falls"],
        "same",
    )
    return pd.DataFrame(
        {
            "site_name": here["site_name"],
            "change": change,
            "rank_before": rank_before,
            "rank_after": rank_after,
            "score_before": then["score"],
            "score_after": here["score"],
        },
        index=rows,
    )
