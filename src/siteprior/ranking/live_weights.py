"""Scores and ranks under weights that move: what does not depend on them is measured once, so each move is quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError
from siteprior.core.short_repr import short_repr
from siteprior.ranking.check_numbers import as_yes
from siteprior.ranking.decision_matrix import measure
from siteprior.ranking.opportunities import pooled_values
from siteprior.ranking.opportunity_ranks import is_ranked_as
from siteprior.ranking.scoring import DECIMALS, Ranked, check_weights, normalised


@short_repr
class Standing(NamedTuple):
    """What is ranked, under some weights, in its order: equal ranks by ``site_id``.

    Attributes
    ----------
    labels
        The ``site_id`` each opportunity is ranked as.
    ranks
        1 = first; equal scores share the better rank.
    scores
        0–1.

    Examples
    --------
    >>> Standing(pd.Index(["b", "a"]), np.array([1, 2]), np.array([0.7, 0.2])).ranks.tolist()
    [1, 2]
    """

    labels: pd.Index
    ranks: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]


class LiveWeights:
    """The values (0–1) of what a run ranks, taken once; :meth:`standing` ranks them by any weights in milliseconds.

    It agrees with :func:`siteprior.ranking.reweight` to the last digit: the same sums, rounding and ties.

    Parameters
    ----------
    run
        A run (``sp.open_run``) or a result.
    criteria
        The criteria that may weigh something; those the run weighs when ``None``.

    Raises
    ------
    InputError
        When a criterion is unknown, or a column it is measured from is lacking.

    Examples
    --------
    >>> import siteprior as sp
    >>> run = sp.open_run(sp.demo(out="outputs/demo"))
    >>> first = LiveWeights(run).standing(run.weights, first=25)
    >>> list(first.labels) == list(run.shortlist.index)
    True
    """

    def __init__(self, run: Ranked, criteria: Sequence[str] | None = None) -> None:
        registry = run.criteria_known
        chosen = check_weights(run.weights if criteria is None else dict.fromkeys(criteria, 1.0), registry)
        sites = run.sites
        pooled = pooled_values(sites, measure(sites, list(chosen), criteria=registry), criteria=registry, ranges=False)
        ranked = as_yes(sites["eligible"], sites.index) & is_ranked_as(sites)
        table = pooled.value[ranked].sort_index(kind="stable").fillna(0)
        self.labels = table.index
        """The ``site_id`` of all that is ranked, in the order that decides between equal scores."""
        self._values = {name: table[name].to_numpy(dtype="float64", copy=True) for name in chosen}

    @property
    def criteria(self) -> tuple[str, ...]:
        """The criteria that may weigh something."""
        return tuple(self._values)

    @property
    def values(self) -> pd.DataFrame:
        """The values (0–1) by ``site_id``, a column per criterion, missing as 0, in the order of equal ones."""
        return pd.DataFrame(self._values, index=self.labels)

    def standing(self, weights: Mapping[str, float], *, first: int | None = None) -> Standing:
        """Rank by other weights (scores 0–1): all that is ranked, or the first so many.

        Parameters
        ----------
        weights
            Weight per criterion, in any unit: they are made to sum to 1. One that is left out does not count.
        first
            How many; all when ``None``.

        Raises
        ------
        InputError
            When a weight is of no criterion there is, negative or no number, or all are zero; or when ``first`` is no
            whole number from 0.

        Examples
        --------
        >>> import siteprior as sp
        >>> run = sp.open_run(sp.demo(out="outputs/demo"))
        >>> len(LiveWeights(run).standing({"deprivation": 1}, first=3).labels)
        3
        """
        faults = []
        if first is not None and (not isinstance(first, int) or isinstance(first, bool) or first < 0):
            faults.append(f"first: needs a whole number from 0, not {first!r}")
        given = mapping_of(weights, name="weights", of="criterion → weight")
        faults += [
            f"weights: '{name}' is none of the criteria measured; they are {', '.join(self._values)}"
            for name in given
            if name not in self._values
        ]
        if faults:
            raise InputError(*faults)
        total = np.zeros(len(self.labels))
        for name, share in normalised(given).items():
            total += share * self._values[name]
        scores = np.minimum(total, 1.0)
        rounded = scores.round(DECIMALS)
        rows = np.arange(len(rounded))
        if first is not None and 0 < first < len(rounded):  # only the first are sorted, with their equals
            rows = np.flatnonzero(rounded >= np.partition(rounded, -first)[-first])
        order = rows[np.argsort(-rounded[rows], kind="stable")]
        sorted_scores = rounded[order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = sorted_scores[1:] != sorted_scores[:-1]
        ranks = np.maximum.accumulate(np.where(new, np.arange(1, len(order) + 1), 0))
        return Standing(self.labels[order[:first]], ranks[:first].astype("int64"), scores[order[:first]])
