"""The change of a score, split: how much of it came from facts, from weights and from anchors, criterion by criterion.

A score is a sum of weight × value over the criteria, and a value is what was measured set between two anchors. With
facts F, weights W and anchors P of either run, v(F, W, P) is a site's part of the score on one criterion. The change
v(b, b, b) − v(a, a, a) is split by the Shapley value over the three: each is exchanged in every one of the six orders,
and its effect averaged. Nothing is left over, and no order is preferred.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import permutations, product
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.pipeline.comparison.two_runs import TwoRuns
from siteprior.ranking.criteria import Criterion
from siteprior.ranking.decision_matrix import measure
from siteprior.ranking.opportunities import beyond_anchors, pooled_measurements, pooled_values
from siteprior.ranking.scoring import normalised

FACTS, WEIGHTS, ANCHORS = PLAYERS = ("facts", "weights", "anchors")
"""What a score is made of."""


ROUNDING = 1e-12
"""What of a score the last digits of its sums come to."""


class Split(NamedTuple):
    """The parts of the changes, sites × criteria, in units of the score (0–1).

    Attributes
    ----------
    facts, weights, anchors
        What each came to; the three sum to the change of ``c_<criterion>``.
    rest
        What of the change of the score the parts do not explain: an earlier release scored by another rule.
    measured_a, measured_b
        What was measured, in natural units.
    beyond_a, beyond_b
        ``or less`` and ``or more`` where plots were measured beyond the anchor that stands there; else blank.
    """

    facts: pd.DataFrame
    weights: pd.DataFrame
    anchors: pd.DataFrame
    rest: pd.Series
    measured_a: pd.DataFrame
    measured_b: pd.DataFrame
    beyond_a: pd.DataFrame
    beyond_b: pd.DataFrame


def split_scores(two: TwoRuns) -> Split:
    """Split the change of each score between two runs, of the sites ranked in both.

    Raises
    ------
    InputError
        When a criterion was registered in Python and its module is not imported.
    """
    rows = ranked_in_both(two)
    weights = [normalised(run.weights) for run in (two.a, two.b)]
    names = list(dict.fromkeys([*weights[1], *weights[0]]))
    criteria = [run.criteria_known for run in (two.a, two.b)]
    values = dict[tuple[int, int], pd.DataFrame]()
    for facts, anchors in product((0, 1), repeat=2):
        values[facts, anchors] = _values((two.sites_a, two.sites_b)[facts], names, criteria[anchors], criteria).loc[
            rows
        ]
    shares = [np.array([of.get(name, 0.0) for name in names]) for of in weights]
    worth = {
        (facts, own, anchors): values[facts, anchors].to_numpy() * shares[own]
        for facts, own, anchors in product((0, 1), repeat=3)
    }
    own, weighed, anchored = (pd.DataFrame(part, index=rows, columns=names) for part in shapley(worth))
    change = two.sites_b["score"].astype("float64").reindex(rows) - two.sites_a["score"].astype("float64").reindex(rows)
    rest = change - sum(part.sum(axis=1) for part in (own, weighed, anchored))
    rest = rest.where(rest.abs() > ROUNDING, 0.0)
    a, b = (_measured(s, names, c) for s, c in zip((two.sites_a, two.sites_b), criteria, strict=True))
    return Split(own, weighed, anchored, rest, a[0].loc[rows], b[0].loc[rows], a[1].loc[rows], b[1].loc[rows])


def ranked_in_both(two: TwoRuns) -> pd.Index:
    """Return the sites with a score in both runs, in order."""
    both = two.sites_b.index.intersection(two.sites_a.index)
    scored = two.sites_a["score"].reindex(both).notna() & two.sites_b["score"].reindex(both).notna()
    return both[scored].sort_values()


def shapley(worth: Mapping[tuple[int, int, int], np.ndarray]) -> list[np.ndarray]:
    """Split worth[1, 1, 1] − worth[0, 0, 0] over three players by the mean of their effects over all six orders.

    Examples
    --------
    >>> product_of = {(a, b, c): np.array([(1 + a) * (1 + b) * 1.0]) for a in (0, 1) for b in (0, 1) for c in (0, 1)}
    >>> [float(part[0]) for part in shapley(product_of)]
    [1.5, 1.5, 0.0]
    """
    parts = [np.zeros_like(worth[0, 0, 0]) for _ in PLAYERS]
    orders = list(permutations(range(len(PLAYERS))))
    for order in orders:
        changed = set[int]()
        for player in order:
            before = worth[_state(changed)]
            changed.add(player)
            parts[player] = parts[player] + (worth[_state(changed)] - before) / len(orders)
    return parts


def _state(changed: Collection[int]) -> tuple[int, int, int]:
    """Return which of the three are those of the later run, as 1."""
    return int(0 in changed), int(1 in changed), int(2 in changed)


def _values(
    sites: pd.DataFrame, names: list[str], criteria: Mapping[str, Criterion], either: list[Mapping[str, Criterion]]
) -> pd.DataFrame:
    """Return the values (0–1) of sites on the anchors of a run; what was not measured counts as the worst, 0."""
    known = {name: criteria.get(name) or next(each[name] for each in either if name in each) for name in names}
    there = [name for name in names if set(known[name].needs) <= {*sites.columns}]
    matrix = measure(sites, there, criteria=known) if there else pd.DataFrame(index=sites.index)
    pooled = pooled_values(sites, matrix, criteria=known, ranges=False)
    return pooled.value.reindex(columns=names).fillna(0.0).astype("float64")


def _measured(
    sites: pd.DataFrame, names: list[str], criteria: Mapping[str, Criterion]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what was measured in natural units, plots of one opportunity together, and where it is beyond that."""
    there = [name for name in names if name in criteria and set(criteria[name].needs) <= {*sites.columns}]
    if not there:
        none = pd.DataFrame(index=sites.index, columns=names, dtype="float64")
        return none, none.astype("object").fillna("")
    matrix = measure(sites, there, criteria=criteria)
    pooled = pooled_values(sites, matrix, criteria=criteria, ranges=False)
    made = pooled_measurements(sites, matrix, pooled, criteria=criteria).reindex(columns=names)
    return made, beyond_anchors(sites, matrix, pooled, criteria=criteria).reindex(columns=names, fill_value="")
