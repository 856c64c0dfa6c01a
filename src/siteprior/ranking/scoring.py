"""Score and rank: an additive value model on fixed anchors, ranks that share ties, bands for maps.

The model is the one UK guidance asks for (DESNZ and HM Treasury, *Use of multi-criteria decision analysis in options
appraisal*, May 2024): swing weights on value scales, added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from siteprior.core.errors import SitePriorError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.project.gates_weights import weight_faults
from siteprior.ranking.criteria import CRITERIA, Criterion, value

PREFIX = "c_"
"""Begins the name of each column of contributions."""

DECIMALS = 12
"""Scores that agree to this many decimals are equal: a floating-point tolerance, so that rounding makes no rank."""


def score(
    matrix: pd.DataFrame,
    weights: Mapping[str, float],
    *,
    criteria: Mapping[str, Criterion] = CRITERIA,
    known: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Score sites (0–1): the weighted sum of their values on fixed anchors, with the part of each criterion.

    A missing measurement is scored at its worst, so a blank never improves a score; ``coverage`` says how much of the
    weight rests on known values. No site's score depends on another's.

    Parameters
    ----------
    matrix
        Sites × criteria in natural units, as :func:`siteprior.ranking.criteria.measure` returns it.
    weights
        Weight per criterion, in any unit: they are made to sum to 1. A column without a weight is not scored.
    criteria
        The registry with the anchors.
    known
        The share of each measurement that is known, as :func:`siteprior.ranking.uncertainty.known_shares` returns it;
        what is not missing counts as known whole when ``None``.

    Returns
    -------
    DataFrame
        ``c_<criterion>`` (weight × value, in the order of the weights), ``score``, ``coverage`` on the index of
        ``matrix``; the contributions sum to the score.

    Raises
    ------
    SitePriorError
        When weights are negative, not numbers, all zero, for an unknown criterion or one that was not measured;
        all faults at once.

    Examples
    --------
    >>> matrix = pd.DataFrame({"corridor_access": [400.0, 680.0], "deprivation": [10.0, None]}, index=["a", "b"])
    >>> score(matrix, {"corridor_access": 3, "deprivation": 1}).round(3)
       c_corridor_access  c_deprivation  score  coverage
    a              0.750          0.225  0.975      1.00
    b              0.375          0.000  0.375      0.75
    """
    share = normalised(check_weights(weights, criteria))
    faults = [
        f"weights: criterion '{name}' was not measured; the matrix has {', '.join(map(str, matrix.columns))}"
        for name in share
        if name not in matrix.columns
    ]
    if faults:
        raise SitePriorError(*faults)
    values = value(matrix[list(share)], criteria=criteria)
    result = pd.DataFrame(index=matrix.index)
    shares = matrix.notna().astype("float64") if known is None else known.reindex(matrix.index)
    total, coverage = np.zeros(len(matrix)), np.zeros(len(matrix))
    for name, weight in share.items():
        contribution = weight * values[name].fillna(0)
        result[PREFIX + name] = contribution
        total += contribution.to_numpy()
        coverage += weight * shares[name].to_numpy()
    # weights that sum to 1 in arithmetic may sum to 1 + 2e-16 in binary; a score is never above 1
    result["score"] = np.minimum(total, 1.0)
    result["coverage"] = np.minimum(coverage.round(DECIMALS), 1.0)
    return result


def rank(scores: pd.Series, eligible: pd.Series) -> pd.Series:
    """Rank the eligible sites by score, 1 first; equal scores share the better rank, the others have none.

    Parameters
    ----------
    scores
        Score per site, 0–1.
    eligible
        ``True`` or ``yes`` for sites that passed the gates; same index.

    Returns
    -------
    Series
        Whole numbers, missing for sites that are not eligible; on the index of ``scores``.

    Examples
    --------
    >>> rank(pd.Series([0.4, 0.9, 0.4, 0.7]), pd.Series([True, True, True, False])).tolist()
    [2, 1, 2, <NA>]
    """
    passed = eligible.isin([True, "yes"])
    ranks = scores.where(passed).round(DECIMALS).rank(method="min", ascending=False)
    return ranks.astype("Int64").rename("rank")


def order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table by ``rank``, unranked sites last; equal ranks in the order of ``site_id`` (the tie-break).

    Examples
    --------
    >>> table = pd.DataFrame({"rank": [None, 1, 1]}, index=pd.Index(["b", "d", "c"], name="site_id"))
    >>> order(table).index.tolist()
    ['c', 'd', 'b']
    """
    return table.sort_index(kind="stable").sort_values("rank", kind="stable", na_position="last")


def score_band(scores: pd.Series) -> pd.Series:
    """Name the band of each score between fixed cut points, for maps; missing stays missing.

    Examples
    --------
    >>> score_band(pd.Series([0.05, 0.3, 0.699, 0.9])).tolist()
    ['under 0.2', '0.3 to 0.4', '0.6 to 0.7', '0.7 and over']
    """
    cuts = [float(cut) for cut in load_parameters("ranking").numbers("score_bands")]
    between = [f"{low:g} to {high:g}" for low, high in pairwise(cuts)]
    labels = np.array([f"under {cuts[0]:g}", *between, f"{cuts[-1]:g} and over"], dtype=object)
    place = np.searchsorted(cuts, scores.round(DECIMALS).to_numpy(dtype=float), side="right")
    named = pd.Series(labels[place], index=scores.index).astype("str")
    return named.where(scores.notna()).rename("score_band")


def check_weights(weights: Mapping[str, float], criteria: Mapping[str, Criterion] = CRITERIA) -> dict[str, float]:
    """Return the weights as given, each a number, or refuse them with every fault at once.

    Raises
    ------
    SitePriorError
        When there are none, one is for an unknown criterion, negative or not a number, or all are zero.

    Examples
    --------
    >>> check_weights({"capacity": 2, "deprivation": 1})
    {'capacity': 2.0, 'deprivation': 1.0}
    """
    faults = weight_faults(weights, criteria)
    if faults:
        raise SitePriorError(*(f"weights: {fault.text}" for fault in faults))
    return {name: float(weight) for name, weight in weights.items()}


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights divided by their sum, so that they sum to 1.

    Examples
    --------
    >>> normalised({"capacity": 3, "deprivation": 1})
    {'capacity': 0.75, 'deprivation': 0.25}
    """
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def default_weights(name: str = "balanced") -> dict[str, float]:
    """Return a named set of weights (swing points), a proposal of this project to be replaced by the body's own.

    Parameters
    ----------
    name
        ``balanced``; ``timetabled``, with the access index for the walks to stops; or ``without-transit``: balanced
        without the criteria of access to transit.

    Raises
    ------
    SitePriorError
        When there is no such set.

    Examples
    --------
    >>> list(default_weights("without-transit"))
    ['deprivation', 'capacity', 'market_failure', 'persistence']
    """
    sets = load_parameters("weights").tables()
    if name not in sets:
        raise SitePriorError(unknown("weight set", name, sets))
    chosen = sets[name]
    if "same_as" in chosen:
        return leave_out(default_weights(chosen.text("same_as")), chosen.text("leave_out"))
    return {criterion: float(chosen.number(criterion)) for criterion in chosen}


def leave_out(
    weights: Mapping[str, float], group: str, *, criteria: Mapping[str, Criterion] = CRITERIA
) -> dict[str, float]:
    """Return the weights without the criteria of one group, to show the ranking with and without it.

    Raises
    ------
    SitePriorError
        When there is no such group, or nothing is left.

    Examples
    --------
    >>> leave_out({"corridor_access": 2, "deprivation": 1}, "transit")
    {'deprivation': 1.0}
    """
    groups = {declared.group for declared in criteria.values()}
    if group not in groups:
        raise SitePriorError(unknown("group of criteria", group, groups))
    checked = check_weights(weights, criteria)
    return check_weights({n: w for n, w in checked.items() if criteria[n].group != group}, criteria)
