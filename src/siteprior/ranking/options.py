"""What methods and explanations start from: the ranked sites, as measured and as values, with their weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from siteprior.core.errors import InputError
from siteprior.ranking.check_numbers import as_yes, check_numbers
from siteprior.ranking.criteria import Criterion, known_criteria
from siteprior.ranking.decision_matrix import anchored, measure, valued
from siteprior.ranking.opportunities import Pooled, beyond_anchors, pooled_measurements, pooled_values
from siteprior.ranking.opportunity_ranks import is_ranked_as
from siteprior.ranking.scoring import Ranked, check_weights, normalised

Anchors = Mapping[str, tuple[float, float]]
"""Per criterion (worst, best), in its unit."""

Criteria = Mapping[str, Criterion]
"""The criteria by name."""

Weights = Mapping[str, float]
"""Weight per criterion, in any unit."""


class Options(NamedTuple):
    """The sites that are ranked, on the criteria that weigh something.

    Attributes
    ----------
    measured
        Sites × criteria in natural units; a missing measurement is that of the worst anchor.
    value_table
        The same as values, 0–1; a missing one is 0.
    missing
        Where the measurement is missing.
    weights
        Weight per criterion, which sum to 1.
    criteria
        The criteria with their anchors.
    beyond
        Of opportunities whose plots were measured beyond an anchor, which ``measured`` then holds: ``or less`` or
        ``or more``; blank where the measurement is exact. None where no plots are taken together.
    low, high
        The ends of the range of each value, 0–1: of a run as its bands take them, else worst to best where missing.
        None where they were not asked for.
    """

    measured: pd.DataFrame
    value_table: pd.DataFrame
    missing: pd.DataFrame
    weights: dict[str, float]
    criteria: Mapping[str, Criterion]
    beyond: pd.DataFrame | None = None
    low: pd.DataFrame | None = None
    high: pd.DataFrame | None = None


def options_of(
    matrix: pd.DataFrame | Ranked,
    weights: Mapping[str, float] | None = None,
    *,
    anchors: Mapping[str, tuple[float, float]] | None = None,
    criteria: Mapping[str, Criterion] | None = None,
    ranges: bool = False,
) -> Options:
    """Return the sites that are ranked with their values (0–1) and weights, of a decision matrix or of a run.

    Parameters
    ----------
    matrix
        Sites × criteria in natural units, of :func:`siteprior.ranking.decision_matrix.measure`; or a run or a result,
        of which what is ranked is taken: sites that passed the gates, plots of one site as one.
    weights
        Weight per criterion, in any unit; of a run its own when ``None``. A criterion that weighs nothing is left out.
    anchors
        ``{name: (worst, best)}``: of columns that are no criterion yet, or instead of declared.
    criteria
        The registry with the anchors; the built-in criteria, or those of the run, by default.
    ranges
        Whether the ends of each value's range are asked for, too.

    Raises
    ------
    InputError
        When weights, measurements or anchors cannot be used, or a criterion was not measured; every fault at once.

    Examples
    --------
    >>> walks = pd.DataFrame({"canal_m": [100.0, None]}, index=["a", "b"])
    >>> options = options_of(walks, {"canal_m": 3}, anchors={"canal_m": (500, 0)})
    >>> options.measured["canal_m"].tolist(), options.value_table["canal_m"].tolist(), options.weights
    ([100.0, 500.0], [0.8, 0.0], {'canal_m': 1.0})
    """
    if isinstance(matrix, pd.DataFrame) or not isinstance(matrix, Ranked):
        if weights is None:
            raise InputError("weights: none given; a table has none of its own, give {criterion: weight}")
        check_numbers(matrix, name="matrix")
        registry = anchored(anchors, known_criteria(criteria))
        shares = _weighed(weights, registry)
        lacking = [name for name in shares if name not in matrix.columns]
        if lacking:
            raise InputError(f"matrix: lacks the weighed criteria {', '.join(lacking)}; use measure to make it")
        measured = matrix[list(shares)].astype("float64")
    else:
        registry = anchored(anchors, matrix.criteria_known if criteria is None else known_criteria(criteria))
        shares = _weighed(matrix.weights if weights is None else weights, registry)
        return _of_run(matrix.sites, shares, registry, ranges=ranges)
    values, missing = valued(measured, criteria=registry).fillna(0.0), measured.isna()
    worst = {name: registry[name].worst for name in shares}
    ends = (values, values.mask(missing, 1.0)) if ranges else (None, None)
    return Options(measured.fillna(worst), values, missing, shares, registry, None, *ends)


def _of_run(
    sites: pd.DataFrame, shares: dict[str, float], criteria: Mapping[str, Criterion], *, ranges: bool
) -> Options:
    """Return what a run ranks: each opportunity once, as its largest eligible member, plots taken together."""
    measured = measure(sites, list(shares), criteria=criteria)
    check_numbers(measured, name="sites")
    pooled = pooled_values(sites, measured, criteria=criteria, ranges=ranges)
    made = pooled_measurements(sites, measured, pooled, criteria=criteria)
    ranked = as_yes(sites["eligible"], sites.index) & is_ranked_as(sites)
    values, made = pooled.value[ranked], made[ranked]
    worst = {name: criteria[name].worst for name in shares}
    beyond = beyond_anchors(sites, measured, pooled, criteria=criteria)[ranked]
    ends = (pooled.low[ranked], pooled.high[ranked]) if ranges else (None, None)
    return Options(made.fillna(worst), values.fillna(0.0), values.isna(), shares, criteria, beyond, *ends)


def ranked_values(sites: pd.DataFrame, names: Sequence[str], criteria: Mapping[str, Criterion]) -> Pooled:
    """Return the values (0–1) of what is ranked on some criteria, their ranges, and the share known of each.

    Parameters
    ----------
    sites
        Sites, joined, appraised and gated; index ``site_id``.
    names, criteria
        The criteria, of a registry with anchors and ranges.

    Returns
    -------
    Pooled
        One row per opportunity, on the ``site_id`` it is ranked as.

    Raises
    ------
    InputError
        When a column that is measured from is lacking.

    Examples
    --------
    >>> from siteprior.ranking.criteria import CRITERIA
    >>> named = pd.Index(["a", "b"], name="site_id")
    >>> sites = pd.DataFrame({"eligible": ["yes", "no"], "imd_percentile": [10.0, 50.0]}, index=named)
    >>> ranked_values(sites, ["deprivation"], CRITERIA).value["deprivation"].to_dict()
    {'a': 0.9}
    """
    pooled = pooled_values(sites, measure(sites, list(names), criteria=criteria), criteria=criteria)
    ranked = as_yes(sites["eligible"], sites.index) & is_ranked_as(sites)
    return Pooled(*(table[ranked] for table in pooled))


def run_values(run: Ranked) -> Pooled:
    """Return the values (0–1) a run ranks by, their ranges, and the share of each that is known.

    What functions on values need of a run: :func:`siteprior.ranking.weight_moves`, ``sobol_indices``,
    ``information_value``, ``rank_band_parts``, ``correlated_criteria`` and their like.

    Parameters
    ----------
    run
        A run (``sp.open_run``) or a result.

    Returns
    -------
    Pooled
        Opportunities × criteria with a weight: ``value``, ``known``, ``low``, ``high``.

    Raises
    ------
    InputError
        When it is no run.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> values = sp.ranking.run_values(run)
    >>> len(values.value) == len(run.opportunities), bool((values.low <= values.high).all(axis=None))
    (True, True)
    """
    if isinstance(run, pd.DataFrame) or not isinstance(run, Ranked):
        raise InputError(f"run: needs a run or a result, got {type(run).__name__}; use sp.open_run to open a run")
    return ranked_values(run.sites, list(run.weights), run.criteria_known)


def _weighed(weights: Mapping[str, float], criteria: Mapping[str, Criterion]) -> dict[str, float]:
    """Return the shares of the weights above 0, or refuse the weights."""
    checked = check_weights(weights, criteria)
    return normalised({name: weight for name, weight in checked.items() if weight > 0})


def check_values(values: pd.DataFrame, weights: Mapping[str, float]) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return values (0–1, missing counted as 0) of the weighed criteria, and the weights' shares, or refuse them.

    Raises
    ------
    InputError
        When the weights cannot be used, a weighed criterion is lacking, or a value is outside 0–1.

    Examples
    --------
    >>> table, shares = check_values(pd.DataFrame({"near": [0.5, None]}), {"near": 4, "dear": 0})
    >>> table["near"].tolist(), shares
    ([0.5, 0.0], {'near': 1.0})
    """
    check_numbers(values, name="values")
    shares = {name: share for name, share in normalised(weights).items() if share > 0}
    faults = [f"values: lacks the weighed criterion '{name}'" for name in shares if name not in values.columns]
    there = values[[name for name in shares if name in values.columns]].astype("float64")
    outside = there.columns[((there < 0) | (there > 1)).any()]
    faults += [f"values: {name} lies outside 0–1; turn measurements into values first" for name in outside]
    if faults:
        raise InputError(*faults)
    return there.fillna(0.0), shares
