"""The facts of sites as draws need them: fixed, or within ranges; what is missing at its worst, or drawn, too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.random_streams import Floats, Keys, seed_keys
from siteprior.ranking.bands import range_ends
from siteprior.ranking.check_numbers import check_numbers
from siteprior.ranking.scoring import DECIMALS
from siteprior.ranking.smaa_kernel import drawn_scores, times_first

UNIT = 10.0**-DECIMALS
"""Scores are compared in whole numbers of it: those that agree to so many decimals are equal."""

_BLOCK = 2_000_000
"""Scores in memory at once: bounds memory, never a result."""

Bools = npt.NDArray[np.bool_]


class Facts(Protocol):
    """What is known of the sites, in an order of its own."""

    @property
    def sites(self) -> int:
        """How many there are."""

    @property
    def place(self) -> npt.NDArray[np.int64]:
        """Where each row of the values stands in this order."""

    @property
    def has_missing(self) -> bool:
        """Whether a fact is missing that may be drawn."""

    def with_missing_drawn(self) -> Facts:
        """Return the same with what is missing drawn from worst to best."""

    def scores(self, weights: Floats, start: int) -> Floats:
        """Return the scores, draws × sites, of a block of weights; ``start`` is the first draw of the facts."""

    def confidence(self, central: Floats, start: int, draws: int) -> Floats:
        """Return the share of draws of the facts in which each site is first under its central weights."""


@dataclass(frozen=True)
class FixedFacts:
    """Facts without ranges: different rows once each, sorted, so that the order of the sites is forgotten.

    Attributes
    ----------
    rows
        Different rows × criteria.
    count
        How many sites each stands for: they tie exactly, whatever the rounding of a product of matrices.
    place
        Where each site stands among the rows, each repeated by its count.
    """

    rows: Floats
    count: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]
    has_missing: bool = False

    @property
    def sites(self) -> int:
        """How many there are."""
        return int(self.count.sum())

    def with_missing_drawn(self) -> FixedFacts:
        """Return the same: nothing is drawn here."""
        return self

    def scores(self, weights: Floats, start: int) -> Floats:  # noqa: ARG002
        """Return the scores, draws × sites."""
        scores = weights @ self.rows.T
        if len(self.rows) < self.sites:
            scores = np.repeat(scores, self.count, axis=1)
        return np.asarray(scores, dtype=np.float64)

    def confidence(self, central: Floats, start: int, draws: int) -> Floats:  # noqa: ARG002
        """Return 1 where a site is first under its central weights, 0 where not, nothing where it has none."""
        factor = np.full(self.sites, np.nan)
        chosen = np.flatnonzero(~np.isnan(central).any(axis=1))
        size = max(1, _BLOCK // max(1, self.sites))
        for first in range(0, len(chosen), size):
            some = chosen[first : first + size]
            scores = np.rint(self.scores(central[some] / UNIT, 0))
            factor[some] = scores[np.arange(len(some)), some] == scores.max(axis=1)
        return factor


@dataclass(frozen=True)
class DrawnFacts:
    """Facts within ranges, criteria × sites, in the order of the values.

    Attributes
    ----------
    low, high
        Ends of what is drawn; equal where it is known, or missing and counted as the worst.
    may_be
        The upper ends with what is missing drawn, too.
    keys
        The start of each stream.
    """

    low: Floats
    high: Floats
    may_be: Floats
    keys: Keys

    @property
    def sites(self) -> int:
        """How many there are."""
        return int(self.low.shape[1])

    @property
    def place(self) -> npt.NDArray[np.int64]:
        """Where each row of the values stands: where it stood."""
        return np.arange(self.sites)

    @property
    def has_missing(self) -> bool:
        """Whether a fact is missing that may be drawn."""
        return bool((self.may_be > self.high).any())

    def with_missing_drawn(self) -> DrawnFacts:
        """Return the same with what is missing drawn from worst to best."""
        return replace(self, high=self.may_be)

    def scores(self, weights: Floats, start: int) -> Floats:
        """Return the scores, draws × sites, with the facts drawn from the streams from ``start`` on."""
        scores = np.empty((len(weights), self.sites))
        ranged = np.asarray((self.high > self.low).any(axis=1), dtype=np.bool_)
        drawn_scores(self.low, self.high, ranged, self.keys, np.ascontiguousarray(weights), start, scores)
        return scores

    def confidence(self, central: Floats, start: int, draws: int) -> Floats:
        """Return the share of draws from ``start`` on in which a site is first; nothing where it has no weights."""
        factor = np.full(self.sites, np.nan)
        chosen = np.flatnonzero(~np.isnan(central).any(axis=1))
        low, high = np.ascontiguousarray(self.low.T), np.ascontiguousarray(self.high.T)
        keys = np.ascontiguousarray(self.keys.T)
        size = max(1, _BLOCK // max(1, self.sites))
        for first in range(0, len(chosen), size):
            some = chosen[first : first + size]
            weights = np.ascontiguousarray(central[some])
            most = weights @ self.high / UNIT + 1  # a product of matrices may round otherwise than the sums drawn
            least = (weights @ self.low).max(axis=1) / UNIT - 1
            for row, site in enumerate(some):
                rivals = np.flatnonzero(most[row] >= least[row])
                rivals = rivals[rivals != site]
                rivals = rivals[np.argsort(-most[row, rivals], kind="stable")]
                best = np.ascontiguousarray(most[row, rivals])
                times = times_first(low, high, keys, weights[row], best, int(site), rivals, start, draws, UNIT)
                factor[site] = times / draws
        return factor


def facts_of(
    values: pd.DataFrame,
    names: list[str],
    low: pd.DataFrame | None,
    high: pd.DataFrame | None,
    known: pd.DataFrame | None,
    *,
    seed: int,
) -> FixedFacts | DrawnFacts:
    """Return the facts on some criteria, or refuse values, ranges and known shares that make no sense.

    Examples
    --------
    >>> values = pd.DataFrame({"a": [0.5, None, 0.5]})
    >>> fixed = facts_of(values, ["a"], None, None, None, seed=1)
    >>> fixed.rows.tolist(), fixed.count.tolist(), fixed.place.tolist()
    ([[0.0], [0.5]], [1, 2], [1, 0, 1])
    """
    check_values(values, names)
    filled = np.ascontiguousarray(values[names].fillna(0).to_numpy(dtype=np.float64))
    if low is not None or high is not None:
        least, most = range_ends(filled, values, low, high, names)
        unknown = missing_facts(values, names, known)
        keys = np.array([seed_keys(values.index, seed=seed, of=name) for name in names], dtype=np.uint64)
        upper = np.where(unknown, least, most)
        least, upper, most = (np.ascontiguousarray(part.T) for part in (least, upper, most))
        return DrawnFacts(least, upper, most, keys)
    rows, place, count = np.unique(filled, axis=0, return_inverse=True, return_counts=True)
    starts = np.cumsum(count) - count
    return FixedFacts(np.ascontiguousarray(rows), count, starts[place.ravel()])


def missing_facts(values: pd.DataFrame, names: list[str], known: pd.DataFrame | None) -> Bools:
    """Return which facts are not known, or only in part, sites × criteria.

    Parameters
    ----------
    values
        Sites × criteria.
    names
        The criteria.
    known
        The known share of each, as :func:`siteprior.ranking.uncertainty.known_shares` gives it; by default what is
        there is known.

    Raises
    ------
    InputError
        When the shares are not of the same sites and criteria, or lie outside 0–1.

    Examples
    --------
    >>> missing_facts(pd.DataFrame({"a": [0.5, None]}), ["a"], None).tolist()
    [[False], [True]]
    """
    missing = values[names].isna().to_numpy()
    if known is None:
        return missing
    check_numbers(known, name="known", unique=False)
    if not known.index.equals(values.index) or not set(names) <= set(known.columns):
        raise InputError(f"known: needs the sites of values and the criteria {', '.join(names)}; use known_shares")
    shares = known[names].to_numpy(dtype=np.float64)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise InputError("known: needs shares from 0 to 1 throughout; what is not known is 0")
    return np.asarray(missing | (shares < 1), dtype=np.bool_)


def check_values(values: pd.DataFrame, names: list[str]) -> None:
    """Refuse values that are no numbers from 0 to 1, or lack a criterion."""
    check_numbers(values, name="values", unique=False)
    faults = []
    lacking = [name for name in names if name not in values.columns]
    if lacking:
        faults.append(f"values: lacks the weighed criteria {', '.join(lacking)}")
    outside = values.columns[((values < 0) | (values > 1)).any()]
    if len(outside):
        faults.append(f"values: {', '.join(map(str, outside))} lie outside 0–1; turn measurements into values first")
    if faults:
        raise InputError(*faults)
