"""Several people's weights kept apart and compared, and criteria that may count one thing twice."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.short_repr import short_repr
from siteprior.project.gates_weights import is_number
from siteprior.ranking.agreement import kendalls_w, rank_agreement
from siteprior.ranking.options import check_values
from siteprior.ranking.scoring import rank

SUMMARY = ("lowest", "highest", "spread")
"""What stands beside the stakeholders in both tables."""


@short_repr
class Stakeholders(NamedTuple):
    """Several stakeholders' weights and the ranks they give, kept apart.

    Attributes
    ----------
    weights
        Criteria × stakeholders, shares of 1, then ``lowest``, ``highest`` and ``spread``, the widest first.
    ranks
        Sites × stakeholders, 1 = first, then ``lowest`` (the best), ``highest`` and ``spread``.
    pairs
        How far each two agree: of :func:`siteprior.ranking.agreement.rank_agreement`.
    concordance
        Kendall's W over all: 0 = no agreement, 1 = one order.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [1.0, 0.2, 0.6], "poor": [0.1, 1.0, 0.6]}, index=list("abc"))
    >>> compare_stakeholders(values, {"council": {"near": 1}, "residents": {"near": 5, "poor": 1}}, first=1)
    Stakeholders(weights: 2 rows, ranks: 3 rows, pairs: 1 row, concordance: 1.0)
    """

    weights: pd.DataFrame
    ranks: pd.DataFrame
    pairs: pd.DataFrame
    concordance: float


def compare_stakeholders(
    values: pd.DataFrame, weights: Mapping[str, Mapping[str, float]], *, first: int
) -> Stakeholders:
    """Return each stakeholder's weights (shares of 1) and ranks (1 = first) side by side, with their agreement.

    Nothing is averaged: a mean of weights is nobody's.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked, of :func:`siteprior.ranking.decision_matrix.value`; missing
        counts as 0.
    weights
        Per stakeholder the weight per criterion, in any unit. A criterion one leaves out weighs nothing for them.
    first
        How many first ones are compared.

    Raises
    ------
    InputError
        When values or a set of weights cannot be used, naming the stakeholder, or there are fewer than two of them.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [1.0, 0.2, 0.6], "poor": [0.1, 1.0, 0.6]}, index=list("abc"))
    >>> done = compare_stakeholders(values, {"council": {"near": 3, "poor": 1}, "residents": {"poor": 1}}, first=1)
    >>> done.weights.rename_axis(None)
          council  residents  lowest  highest  spread
    near     0.75        0.0    0.00     0.75    0.75
    poor     0.25        1.0    0.25     1.00    0.75
    >>> done.ranks["residents"].tolist(), done.concordance
    ([3, 1, 2], 0.0)
    """
    shares, scores = _stated(values, weights)
    everyone = pd.Series(True, index=values.index)
    ranks = pd.DataFrame({name: rank(scored, everyone).astype("int64") for name, scored in scores.items()})
    names = list(dict.fromkeys(name for each in shares.values() for name in each))
    table = pd.DataFrame(
        {who: [each.get(name, 0.0) for name in names] for who, each in shares.items()},
        index=pd.Index(names, name="criterion"),
    )
    widest = _with_spread(table).sort_values("spread", ascending=False, kind="stable")
    return Stakeholders(widest, _with_spread(ranks), rank_agreement(ranks, first=first), kendalls_w(ranks))


def _stated(
    values: pd.DataFrame, weights: Mapping[str, Mapping[str, float]]
) -> tuple[dict[str, dict[str, float]], dict[str, pd.Series]]:
    """Return each stakeholder's shares and the scores they give, or refuse them with every fault at once."""
    stated = mapping_of(weights, name="weights", of="stakeholder → {criterion: weight}")
    shares, scores, faults = {}, {}, []
    for who, each in stated.items():
        if not isinstance(who, str) or who in SUMMARY:
            faults.append(f"weights: a stakeholder needs a name other than {', '.join(SUMMARY)}, not {who!r}")
            continue
        try:
            table, shares[who] = check_values(values, each)
            scores[who] = table.mul(pd.Series(shares[who])).sum(axis=1)
        except InputError as fault:
            faults += [f"{who}: {text}" for text in fault.faults]
    if len(stated) < 2:
        faults.append(f"weights: needs those of at least two stakeholders, holds {len(stated)}")
    if faults:
        raise InputError(*faults)
    return shares, scores


def _with_spread(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its lowest, its highest and what lies between."""
    low, high = table.min(axis=1), table.max(axis=1)
    return table.assign(lowest=low, highest=high, spread=high - low)


def correlated_criteria(
    values: pd.DataFrame, weights: Mapping[str, float], *, threshold: float | None = None
) -> pd.DataFrame:
    """Return how far each two criteria go together (correlation, −1 to 1), with their joint weight and what that means.

    Parameters
    ----------
    values
        Sites × criteria, 0–1; a missing value is left out here, for it says nothing of how two criteria go together.
    weights
        Weight per criterion, in any unit.
    threshold
        From which correlation on two criteria may count one thing twice; ``correlated`` of ``parameters/methods.toml``
        by default.

    Returns
    -------
    DataFrame
        One row per pair of weighed criteria, the strongest first: ``one``, ``other``, ``correlation`` (Pearson; missing
        where one does not vary), ``sites`` (with both known), ``joint_weight`` (share of 1) and ``reading``: empty
        below the threshold.

    Raises
    ------
    InputError
        When values or weights cannot be used, or the threshold is no number from 0 to 1.

    Source
    ------
    Threshold: Dormann et al. 2013, Ecography 36: 27–46.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.1, 0.5, 0.9], "index": [0.2, 0.5, 0.8], "large": [0.9, 0.1, 0.4]})
    >>> done = correlated_criteria(values, {"near": 2, "index": 1, "large": 1})
    >>> done.loc[0, "reading"]
    'near and index go together (1.00): they may count one thing twice, with a joint weight of 75%'
    """
    limit = float(load_parameters("methods").number("correlated")) if threshold is None else threshold
    if not is_number(limit) or not 0 <= limit <= 1:
        raise InputError(f"threshold: needs a number from 0 to 1, not {threshold!r}")
    _, shares = check_values(values, weights)
    rows = []
    for one, other in combinations(shares, 2):
        both = values[[one, other]].dropna().astype("float64")
        varied = len(both) > 1 and bool((both.max() > both.min()).all())
        found = float(np.corrcoef(both[one], both[other])[0, 1]) if varied else np.nan
        joint = shares[one] + shares[other]
        rows.append((one, other, found, len(both), joint, _reading(one, other, found, joint, limit)))
    table = pd.DataFrame(rows, columns=["one", "other", "correlation", "sites", "joint_weight", "reading"])
    strongest = table["correlation"].abs().sort_values(ascending=False, kind="stable", na_position="last").index
    return table.loc[strongest].reset_index(drop=True)


def _reading(one: str, other: str, correlation: float, joint: float, limit: float) -> str:
    """Return what a correlation from the threshold on means for the weights."""
    if not abs(correlation) >= limit:
        return ""
    if correlation > 0:
        return (
            f"{one} and {other} go together ({correlation:.2f}): they may count one thing twice, with a joint weight "
            f"of {joint:.0%}"
        )
    return (
        f"{one} and {other} pull against each other ({correlation:.2f}): their weights of together {joint:.0%} offset "
        "one another"
    )
