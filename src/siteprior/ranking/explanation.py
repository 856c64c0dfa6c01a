"""Why a site stands where it does: what lifts it and what lowers it, two sites compared, and all of it in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.short_repr import short_repr
from siteprior.ranking.explanation_words import comparison_words, measured_words, ranked_scores, site_words
from siteprior.ranking.fact_values import information_value
from siteprior.ranking.options import Anchors, Criteria, Options, Weights, check_values, options_of
from siteprior.ranking.scoring import DECIMALS, Ranked
from siteprior.ranking.turning_points import fact_changes, standing, weight_changes


@short_repr
class Explanation(NamedTuple):
    """Why a site stands where it does.

    Attributes
    ----------
    sentences
        All of it in words, one sentence each.
    contributions
        Of :func:`contributions`.
    comparison
        Of :func:`compare_sites`, with the site given as ``against``; empty without one.
    facts, weights
        The smallest changes, of :func:`siteprior.ranking.turning_points.fact_changes` and ``weight_changes``.
    information
        The site's facts that are not known, of :func:`siteprior.ranking.fact_values.information_value`.

    Examples
    --------
    >>> sites = pd.DataFrame({"homes": [20.0, 90.0]}, index=list("ab"))
    >>> explain(sites, "a", weights={"homes": 1}, anchors={"homes": (0, 100)}, first=1)
    Explanation(sentences: 4 entries, contributions: 1 row, comparison: 0 rows, facts: 1 row, weights: 1 row, \
information: 0 rows)
    """

    sentences: tuple[str, ...]
    contributions: pd.DataFrame
    comparison: pd.DataFrame
    facts: pd.DataFrame
    weights: pd.DataFrame
    information: pd.DataFrame


def contributions(values: pd.DataFrame, weights: Mapping[str, float], site: str, *, first: int) -> pd.DataFrame:
    """Return what each criterion adds to a site's score (0–1), beside the mean and beside the last of the first ones.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked; missing counts as 0.
    weights
        Weight per criterion, in any unit.
    site
        The label of the site.
    first
        How many are the first ones: the shortlist.

    Returns
    -------
    DataFrame
        One row per weighed criterion, what lifts the site most first: ``share`` (of the weights), ``value``,
        ``missing``, ``contribution`` (share × value), ``mean`` (of all ranked), ``against_mean``, ``last_inside`` (of
        the last of the first ones), ``against_last``, and ``effect``: ``lifts``, ``lowers`` or ``neither``, against the
        mean.

    Raises
    ------
    InputError
        When values, weights, the label or ``first`` cannot be used.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.9, 0.5, 0.1], "poor": [0.5, 0.6, 0.7]}, index=list("abc"))
    >>> done = contributions(values, {"near": 1, "poor": 1}, "a", first=2)
    >>> done[["contribution", "against_mean", "effect"]].round(2).rename_axis(None)
          contribution  against_mean  effect
    near          0.45          0.20   lifts
    poor          0.25         -0.05  lowers
    """
    table, shares = check_values(values, weights)
    _check_labels(table, [site], first)
    return _contributions(_weighed(table, values.isna(), shares, first), site)


class _Weighed(NamedTuple):
    """What the contributions of every site are compared with: values, what each adds, its mean, the last inside."""

    shares: pd.Series
    table: pd.DataFrame
    missing: pd.DataFrame
    parts: pd.DataFrame
    mean: pd.Series
    last_inside: pd.Series


def _weighed(table: pd.DataFrame, missing: pd.DataFrame, shares: Mapping[str, float], first: int) -> _Weighed:
    """Weigh the values of all sites, checked and missing ones as 0, once for however many are explained."""
    stands = standing(table, shares, first)
    parts = table.mul(pd.Series(shares))
    inside = parts[stands.inside]
    by_label = pd.Series(stands.scores[stands.inside], index=inside.index).sort_index(ascending=False, kind="stable")
    last = by_label.sort_values(kind="stable").index[0]
    return _Weighed(pd.Series(shares), table, missing[list(shares)], parts, parts.mean(), parts.loc[last])


def _contributions(weighed: _Weighed, site: str) -> pd.DataFrame:
    """Return the rows of :func:`contributions` of one site."""
    own, mean, last = weighed.parts.loc[site], weighed.mean, weighed.last_inside
    done = pd.DataFrame(
        {
            "share": weighed.shares, "value": weighed.table.loc[site], "missing": weighed.missing.loc[site],
            "contribution": own, "mean": mean, "against_mean": own - mean, "last_inside": last,
            "against_last": own - last,
        }
    )  # fmt: skip
    size = done["against_mean"].round(DECIMALS)
    done["effect"] = np.select([size > 0, size < 0], ["lifts", "lowers"], "neither")
    done["effect"] = done["effect"].astype("str")
    done.index.name = "criterion"
    return done.sort_values("against_mean", ascending=False, kind="stable")


def compare_sites(values: pd.DataFrame, weights: Mapping[str, float], one: str, other: str) -> pd.DataFrame:
    """Return what each criterion adds to the difference of two sites' scores (−1 to 1), the largest first.

    Parameters
    ----------
    values, weights
        As of :func:`contributions`.
    one, other
        The labels of the two sites.

    Returns
    -------
    DataFrame
        One row per weighed criterion: ``share``, ``value_one``, ``value_other``, ``difference`` (share × the difference
        of the values; they sum to that of the scores), ``ahead``: ``one``, ``other`` or ``neither``.

    Raises
    ------
    InputError
        When values, weights or a label cannot be used.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.9, 0.5], "poor": [0.5, 0.6]}, index=list("ab"))
    >>> done = compare_sites(values, {"near": 1, "poor": 1}, "a", "b")
    >>> done[["difference", "ahead"]].round(2).rename_axis(None)
          difference  ahead
    near        0.20    one
    poor       -0.05  other
    """
    table, shares = check_values(values, weights)
    _check_labels(table, [one, other], 1)
    done = pd.DataFrame({"share": pd.Series(shares), "value_one": table.loc[one], "value_other": table.loc[other]})
    done["difference"] = done["share"] * (done["value_one"] - done["value_other"])
    size = done["difference"].round(DECIMALS)
    done["ahead"] = pd.Series("neither", index=done.index).mask(size > 0, "one").mask(size < 0, "other")
    done.index.name = "criterion"
    return done.loc[done["difference"].abs().sort_values(ascending=False, kind="stable").index]


def explain(
    matrix: pd.DataFrame | Ranked,
    site: str,
    *,
    weights: Weights | None = None,
    first: int | None = None,
    against: str | None = None,
    prices: Mapping[str, float] | None = None,
    anchors: Anchors | None = None,
    criteria: Criteria | None = None,
) -> Explanation:
    """Explain a site's rank (1 = first) in words and tables: what lifts it, what lowers it, and what would move it.

    Parameters
    ----------
    matrix
        A run or a result; or sites × criteria in natural units, of :func:`siteprior.ranking.measure`.
    site, against
        The label (``site_id``) of a site that is ranked, and of another to compare it with; a plot stands for its
        opportunity.
    weights, anchors, criteria
        As of :func:`siteprior.score`; of a run its own when ``None``.
    first
        How many are the shortlist; of a run as many as its own when ``None``.
    prices
        What it costs to find out a fact, in pounds per criterion.

    Raises
    ------
    InputError
        When a site is not ranked, or anything else cannot be used.

    Examples
    --------
    >>> sites = pd.DataFrame({"homes": [20.0, 90.0, 200.0]}, index=list("abc"))
    >>> why = explain(sites, "c", weights={"homes": 1}, anchors={"homes": (0, 200)}, first=1)
    >>> print(why.sentences[0])
    c is 1st of 3 with a score of 1.00 (the mean is 0.52), inside the first 1.
    """
    options = options_of(matrix, weights, anchors=anchors, criteria=criteria, ranges=True)
    places = len(getattr(matrix, "shortlist", ())) if first is None else first
    if first is None and not places:
        raise InputError(
            "first: none given, and there is no shortlist to take it from; say how many are the first ones"
        )
    values = options.value_table.mask(options.missing)
    site, against = _ranked_as(matrix, site), None if against is None else _ranked_as(matrix, against)
    wanted = [site] if against is None else [site, against]
    _check_labels(values, wanted, places)
    table = contributions(values, options.weights, site, first=places)
    comparison = pd.DataFrame() if against is None else compare_sites(values, options.weights, site, against)
    facts = fact_changes(values, options.weights, [site], first=places, criteria=options.criteria)
    moves = weight_changes(values, options.weights, [site], first=places)
    known = _information(options, values, first=places, prices=prices)
    known = known[known["site"] == site].reset_index(drop=True)
    sentences = site_words(options, site, places, table, facts, moves, known)
    if against is not None:
        sentences += comparison_words(options, site, against, comparison)
    return Explanation(tuple(sentences), table, comparison, facts, moves, known)


@short_repr
class SiteWords(NamedTuple):
    """What a page says of one site's place: sentences, and what was measured of it by criterion, in words.

    Examples
    --------
    >>> SiteWords(("a is 1st of 2.",), {"homes": "20 homes"})
    SiteWords(sentences: 1 entry, measured: 1 entry)
    """

    sentences: tuple[str, ...]
    measured: Mapping[str, str]


def explain_sites(
    matrix: pd.DataFrame | Ranked,
    sites: Sequence[str],
    *,
    first: int,
    weights: Weights | None = None,
    anchors: Anchors | None = None,
    criteria: Criteria | None = None,
) -> dict[str, SiteWords]:
    """Explain the ranks of many sites (1 = first) at once, as :func:`explain` does for one, the site called “it”.

    Parameters
    ----------
    matrix, first, weights, anchors, criteria
        As of :func:`explain`.
    sites
        Labels of sites that are ranked.

    Raises
    ------
    InputError
        When a site is not ranked, or anything else cannot be used.

    Examples
    --------
    >>> sites = pd.DataFrame({"homes": [20.0, 90.0]}, index=list("ab"))
    >>> why = explain_sites(sites, ["b"], weights={"homes": 1}, anchors={"homes": (0, 100)}, first=1)
    >>> print(why["b"].sentences[0], why["b"].measured)
    It is 1st of 2 with a score of 0.90 (the mean is 0.55), inside the first 1. {'homes': '90'}
    """
    labels = list(sites)
    if not labels:
        return {}
    options = options_of(matrix, weights, anchors=anchors, criteria=criteria, ranges=True)
    values = options.value_table.mask(options.missing)
    _check_labels(values, labels, first)
    facts = fact_changes(values, options.weights, labels, first=first, criteria=options.criteria)
    moves = weight_changes(values, options.weights, labels, first=first)
    known = _information(options, values, first=first)
    table, shares = check_values(values, options.weights)
    weighed, placed = _weighed(table, options.missing, shares, first), ranked_scores(options)
    known = known[known["site"].isin(labels)]
    explained = {}
    for site in labels:
        own = [table[table["site"] == site].reset_index(drop=True) for table in (facts, moves, known)]
        words = site_words(options, site, first, _contributions(weighed, site), *own, placed=placed)
        begun = (f"It{words[0].removeprefix(site)}", *words[1:])
        explained[site] = SiteWords(begun, {name: measured_words(options, site, name) for name in options.weights})
    return explained


def _information(
    options: Options, values: pd.DataFrame, *, first: int, prices: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return what each fact that is not known is worth, over the ranges the options were made with."""
    assert options.low is not None
    assert options.high is not None
    return information_value(values, options.weights, options.low, options.high, first=first, prices=prices)


def _ranked_as(matrix: pd.DataFrame | Ranked, label: str) -> str:
    """Return what a site of a run is ranked as: the largest plot of its opportunity; else the label as it is."""
    if isinstance(matrix, pd.DataFrame) or not isinstance(matrix, Ranked) or "ranked_as" not in matrix.sites:
        return label
    known = matrix.sites["ranked_as"].dropna()
    return str(known[label]) if label in known.index else label


def _check_labels(table: pd.DataFrame, labels: list[str], first: int) -> None:
    """Refuse labels that are not ranked and a number of first ones that is none."""
    faults = [f"site: '{label}' is not among the sites that are ranked" for label in labels if label not in table.index]
    if not isinstance(first, int) or isinstance(first, bool) or first < 1:
        faults.append(f"first: needs a whole number from 1, not {first!r}")
    if faults:
        raise InputError(*faults)
