"""Score and rank: an additive value model on fixed anchors, ranks that share ties, bands for maps.

The model is the one UK guidance asks for (DESNZ and HM Treasury, *Use of multi-criteria decision analysis in options
appraisal*, May 2024): swing weights on value scales, added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from siteprior.core import schema
from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.project.gates_weights import weight_faults
from siteprior.ranking.check_numbers import as_yes, check_number_series, check_numbers, on_same_sites
from siteprior.ranking.criteria import Criterion, column_measure, known_criteria
from siteprior.ranking.decision_matrix import anchored, anchors_to_give, measure, valued
from siteprior.ranking.opportunities import pooled_values
from siteprior.ranking.uncertainty import known_shares

COLUMNS_NAMED = 12
"""Columns of a table that a message lists, at most."""

DECIMALS = 12
"""Scores that agree to this many decimals are equal: a floating-point tolerance, so that rounding makes no rank."""


@runtime_checkable
class Ranked(Protocol):
    """Sites with the weights and criteria they were ranked by: an opened run, or a result."""

    @property
    def sites(self) -> pd.DataFrame:
        """The sites, joined and appraised."""

    @property
    def weights(self) -> Mapping[str, float]:
        """Weight per criterion."""

    @property
    def criteria_known(self) -> Mapping[str, Criterion]:
        """The criteria there are, the user's own among them."""


def score(
    matrix: pd.DataFrame | Ranked,
    weights: Mapping[str, float] | None = None,
    *,
    anchors: Mapping[str, tuple[float, float]] | None = None,
    criteria: Mapping[str, Criterion] | None = None,
    known: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Score sites (0–1): the weighted sum of values on fixed anchors, and each criterion's part.

    Parameters
    ----------
    matrix
        Sites × criteria in natural units, of :func:`siteprior.ranking.decision_matrix.measure`;
        or sites with the columns that is measured from; or a run or a result, with all of it.
    weights
        Weight per criterion, made to sum to 1. Of a run its own when ``None``.
    anchors
        ``{name: (worst, best)}``: of columns that are no criterion yet, or instead of declared.
    criteria
        The registry with the anchors; the built-in criteria, or those of the run, by default.
    known
        Known share of each measurement; by default of what is there the whole.

    Returns
    -------
    DataFrame
        On the index of ``matrix``: ``c_<criterion>`` (weight × value; a missing one is its
        worst), ``score``, their sum, and ``coverage``, the weight on known values. Sites of a
        run that failed its gates have none.

    Raises
    ------
    InputError
        When weights, measurements, anchors or shares cannot be used; every fault at once.

    Examples
    --------
    >>> walks = pd.DataFrame({"corridor_access": [400.0, 680.0], "canal_m": [100.0, None]})
    >>> weights, mine = {"corridor_access": 3, "canal_m": 1}, {"canal_m": (500, 0)}
    >>> score(walks, weights, anchors=mine)["score"].tolist()
    [0.95, 0.375]
    """
    if isinstance(matrix, pd.DataFrame) or not isinstance(matrix, Ranked):
        if weights is None:
            raise InputError("weights: none given; a table has none of its own, give {criterion: weight}")
        of_table = anchored(anchors, known_criteria(criteria))
        _ask_for_anchors(matrix, weights, of_table)
        chosen = check_weights(weights, of_table)
        table, shares = _from_sites(matrix, chosen, of_table)
        return _scored(table, chosen, of_table, shares if known is None else known)
    registry = anchored(anchors, matrix.criteria_known if criteria is None else known_criteria(criteria))
    chosen = check_weights(matrix.weights if weights is None else weights, registry)
    measured = measure(matrix.sites, list(chosen), criteria=registry)
    pooled = pooled_values(matrix.sites, measured, criteria=registry, ranges=False)
    scored = score_values(pooled.value, chosen, pooled.known if known is None else known)
    return scored.where(as_yes(matrix.sites["eligible"], measured.index))


def _ask_for_anchors(matrix: pd.DataFrame, weights: Mapping[str, float], registry: Mapping[str, Criterion]) -> None:
    """Refuse weights on columns of the table that are no criteria: a column becomes one by its anchors."""
    named = weights if isinstance(weights, Mapping) else ()
    own = [name for name in named if name not in registry and name in getattr(matrix, "columns", ())]
    if own:
        listed = ", ".join(f"'{name}'" for name in own)
        words = (
            "is a column of the table, and becomes a criterion by what counts as its worst and its best",
            "are columns of the table, and become criteria by what counts as their worst and their best",
        )
        raise InputError(f"weights: {listed} {words[len(own) > 1]}: give {anchors_to_give(own)}")


def _from_sites(
    table: pd.DataFrame, weights: Mapping[str, float], criteria: Mapping[str, Criterion]
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Return the criteria of a matrix as they are; of a table of sites what is measured on it, and the known shares."""
    if not isinstance(table, pd.DataFrame):
        return table, None
    lacking = [name for name in weights if name not in table.columns]
    from_sites = [name for name in lacking if criteria[name].needs and set(criteria[name].needs) <= set(table.columns)]
    there = table[[column for column in table.columns if column in weights]]
    alone = there.columns[~there.columns.duplicated(keep=False)]
    there = there.assign(**{name: column_measure(name)(there) for name in alone})
    if from_sites != lacking:
        has = ", ".join(map(str, table.columns[:COLUMNS_NAMED])) + ", …" * (len(table.columns) > COLUMNS_NAMED)
        raise InputError(
            *(
                f"weights: criterion '{name}' was not measured; the matrix has {has}, and lacks "
                f"{', '.join(column for column in criteria[name].needs if column not in table.columns)}, which it is "
                "measured from"
                for name in lacking
                if name not in from_sites
            )
        )
    if not lacking:
        return there, None
    check_numbers(there, name="matrix", unique=False)
    measured = measure(table, from_sites, criteria=criteria)
    shares = known_shares(table, measured, criteria=criteria)
    return pd.concat([there, measured], axis=1), pd.concat([there.notna().astype("float64"), shares], axis=1)


def _scored(
    matrix: pd.DataFrame, weights: Mapping[str, float], criteria: Mapping[str, Criterion], known: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the scores of a decision matrix by weights that were checked, or refuse it."""
    check_numbers(matrix, name="matrix")
    return score_values(valued(matrix[list(weights)], criteria=criteria), weights, known)


def score_values(values: pd.DataFrame, weights: Mapping[str, float], known: pd.DataFrame | None = None) -> pd.DataFrame:
    """Score values (0–1) by weights: ``c_<criterion>``, ``score`` and ``coverage``, as :func:`score` gives them.

    Parameters
    ----------
    values
        Sites or opportunities × criteria, 0–1; missing counts as 0, the worst.
    weights
        Weight per criterion, in any unit.
    known
        Known share of each value; by default of what is there the whole.

    Raises
    ------
    InputError
        When the weights make no sense, or ``known`` is not of the same rows and criteria.

    Examples
    --------
    >>> values = pd.DataFrame({"capacity": [0.5, None]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> score_values(values, {"capacity": 2})["score"].tolist()
    [0.5, 0.0]
    """
    share = normalised(weights)
    result = pd.DataFrame(index=values.index)
    shares = values.notna().astype("float64") if known is None else _known(known, values.index, list(share))
    total, coverage = np.zeros(len(values)), np.zeros(len(values))
    for name, weight in share.items():
        contribution = weight * values[name].fillna(0)
        result[schema.CONTRIBUTION + name] = contribution
        total += contribution.to_numpy()
        coverage += weight * shares[name].to_numpy()
    # weights that sum to 1 in arithmetic may sum to 1 + 2e-16 in binary; a score is never above 1
    result["score"] = np.minimum(total, 1.0)
    result["coverage"] = np.minimum(coverage.round(DECIMALS), 1.0)
    return result


def _known(known: pd.DataFrame, index: pd.Index, names: list[str]) -> pd.DataFrame:
    """Return the known shares of what is scored, on the index, or refuse them with every fault at once."""
    check_numbers(known, name="known")
    lacking = [name for name in names if name not in known.columns]
    if lacking:
        raise InputError(f"known: lacks the criteria {', '.join(lacking)}; use known_shares of the same matrix")
    shares = on_same_sites(known[names], index, name="known", of="matrix").astype("float64")
    wrong = ~((shares >= 0) & (shares <= 1))
    faults = []
    for name in names:
        if wrong[name].any():
            row = shares.index[wrong[name]][0]
            faults.append(
                f"known: {name} needs a share from 0 to 1, holds {shares.loc[row, name]} in row '{row}'; what is not "
                "known is 0"
            )
    if faults:
        raise InputError(*faults)
    return shares


def rank(scores: pd.Series, eligible: pd.Series) -> pd.Series:
    """Rank the eligible sites by score, 1 first; equal scores share the better rank, the others have none.

    Parameters
    ----------
    scores
        Score per site, 0–1. An eligible site whose score is missing has no rank, and takes none from others.
    eligible
        ``True`` or ``yes`` for sites that passed the gates, ``False`` or ``no`` for the others; the same sites, in any
        order.

    Returns
    -------
    Series
        Whole numbers, missing for sites that are not eligible or have no score; on the index of ``scores``.

    Raises
    ------
    InputError
        When a score is no finite number, a site stands twice, or ``eligible`` is not of the same sites or holds
        anything else.

    Examples
    --------
    >>> rank(pd.Series([0.4, 0.9, 0.4, 0.7]), pd.Series([True, True, True, False])).tolist()
    [2, 1, 2, <NA>]
    """
    check_number_series(scores, name="scores")
    ranks = (
        scores.astype("float64")
        .where(as_yes(eligible, scores.index))
        .round(DECIMALS)
        .rank(method="min", ascending=False)
    )
    return ranks.astype("Int64").rename("rank")


def order(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table by ``rank``, unranked sites last; equal ranks in the order of ``site_id`` (the tie-break).

    Members of an opportunity stand beneath the site it is ranked as (``ranked_as``), where the table says so.

    Raises
    ------
    InputError
        When it is no table, or its ranks are missing or no numbers.

    Examples
    --------
    >>> table = pd.DataFrame({"rank": [None, 1, 1]}, index=pd.Index(["b", "d", "c"], name="site_id"))
    >>> order(table).index.tolist()
    ['c', 'd', 'b']
    """
    if not isinstance(table, pd.DataFrame) or "rank" not in table.columns:
        raise InputError("table: needs a table (DataFrame) with the column rank; use rank to make it")
    check_numbers(table[["rank"]], name="table", unique=False)
    # Two columns are sorted, and the whole table taken in their order once.
    ordered = table[[name for name in ("rank", "ranked_as") if name in table]].assign(at=np.arange(len(table)))
    ordered = ordered.sort_index(kind="stable")
    if "ranked_as" in table.columns:
        lead = ordered["ranked_as"].astype("str").where(ordered["rank"].notna(), "")
        beneath = (ordered.index != lead) & (lead != "")
        ordered = ordered.iloc[np.lexsort((np.arange(len(ordered)), beneath, lead.rank(method="dense")))]
    return table.iloc[ordered.sort_values("rank", kind="stable", na_position="last")["at"].to_numpy()]


def score_band(scores: pd.Series) -> pd.Series:
    """Name the band of each score between fixed cut points, for maps; missing stays missing.

    Raises
    ------
    InputError
        When a score is no finite number.

    Examples
    --------
    >>> score_band(pd.Series([0.05, 0.3, 0.699, 0.9])).tolist()
    ['under 0.2', '0.3 to 0.4', '0.6 to 0.7', '0.7 and over']
    """
    check_number_series(scores, name="scores", unique=False)
    scores = scores.astype("float64")
    cuts = [float(cut) for cut in load_parameters("ranking").numbers("score_bands")]
    between = [f"{low:g} to {high:g}" for low, high in pairwise(cuts)]
    labels = np.array([f"under {cuts[0]:g}", *between, f"{cuts[-1]:g} and over"], dtype=object)
    place = np.searchsorted(cuts, scores.round(DECIMALS).to_numpy(dtype=float), side="right")
    named = pd.Series(labels[place], index=scores.index).astype("str")
    return named.where(scores.notna()).rename("score_band")


def check_weights(weights: Mapping[str, float], criteria: Mapping[str, Criterion] | None = None) -> dict[str, float]:
    """Return the weights as given, each a number, or refuse them with every fault at once.

    Raises
    ------
    InputError
        When there are none, one is for an unknown criterion, negative or not a number, or all are zero.

    Examples
    --------
    >>> check_weights({"capacity": 2, "deprivation": 1})
    {'capacity': 2.0, 'deprivation': 1.0}
    """
    faults = weight_faults(mapping_of(weights, name="weights", of="criterion → weight"), known_criteria(criteria))
    if faults:
        raise InputError(*(f"weights: {fault.text}" for fault in faults))
    return {name: float(weight) for name, weight in weights.items()}


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return the weights divided by their sum, so that they sum to 1.

    Raises
    ------
    InputError
        When there are none, one is negative or not a number, or all are zero.

    Examples
    --------
    >>> normalised({"capacity": 3, "deprivation": 1})
    {'capacity': 0.75, 'deprivation': 0.25}
    """
    faults = weight_faults(mapping_of(weights, name="weights", of="criterion → weight"), weights)
    if faults:
        raise InputError(*(f"weights: {fault.text}" for fault in faults))
    total = sum(weights.values())
    if not isfinite(total):  # their sum is beyond what a number can hold
        largest = max(weights.values())
        return normalised({name: weight / largest for name, weight in weights.items()})
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
    InputError
        When there is no such set.

    Examples
    --------
    >>> list(default_weights("without-transit"))
    ['deprivation', 'capacity', 'market_failure', 'persistence']
    """
    sets = load_parameters("weights").tables()
    if not isinstance(name, str) or name not in sets:
        raise InputError(unknown("weight set", name, sets))
    chosen = sets[name]
    if "same_as" in chosen:
        return leave_out(default_weights(chosen.text("same_as")), chosen.text("leave_out"))
    return {criterion: float(chosen.number(criterion)) for criterion in chosen}


def leave_out(
    weights: Mapping[str, float], group: str, *, criteria: Mapping[str, Criterion] | None = None
) -> dict[str, float]:
    """Return the weights without the criteria of one group, to show the ranking with and without it.

    Raises
    ------
    InputError
        When there is no such group, or nothing is left.

    Examples
    --------
    >>> leave_out({"corridor_access": 2, "deprivation": 1}, "transit")
    {'deprivation': 1.0}
    """
    criteria = known_criteria(criteria)
    checked = check_weights(weights, criteria)
    groups = {declared.group for declared in criteria.values()}
    if not isinstance(group, str) or group not in groups:
        raise InputError(unknown("group of criteria", group, groups))
    return check_weights({n: w for n, w in checked.items() if criteria[n].group != group}, criteria)
