"""Plots that are bought as one, taken together: which members count, the largest of them, and the values they pool.

A member is admitted where it passes every gate but those of size, which ask the opportunity. What the members come to
is declared once, with each criterion (``together``): :data:`TOGETHER` says what each rule does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.ranking.criteria import BEST, MEAN, SUM, Criterion, known_criteria
from siteprior.ranking.decision_matrix import value
from siteprior.ranking.uncertainty import known_shares, value_ranges

SIZES = ("hectares", "minimum_net_dwellings", "maximum_net_dwellings")
"""The columns a gate of size reads; such a gate asks the opportunity, not the member."""

TOGETHER = {
    SUM: "what is measured of the members is added up, then valued; one without a figure adds nothing",
    BEST: "the value of the best member",
    MEAN: "the mean of the members' values by hectares; one without hectares may weigh anything, and is taken to weigh "
    "what makes the mean worst; what is missing is worst",
}
"""What members come to on a criterion, by its rule."""


def admitted_together(sites: pd.DataFrame, together: pd.Series, likely_twice: pd.DataFrame | None) -> pd.DataFrame:
    """Return the members' sizes taken together, in hectares and homes, and which of them are listed twice.

    Parameters
    ----------
    sites
        Sites with ``hectares``, ``minimum_net_dwellings`` and ``maximum_net_dwellings``; index ``site_id``.
    together
        The opportunity of each admitted site; missing where a site is not admitted.
    likely_twice
        Pairs ``site_a``, ``site_b`` that are likely one site on two lists.

    Returns
    -------
    DataFrame
        On the index of ``sites``: the three sizes, pooled at the members of one opportunity and as given at all
        others, and ``counted_in``: the larger listing, where a member is listed twice and adds nothing.

    Examples
    --------
    >>> sites = pd.DataFrame({"hectares": [0.5, 0.25, 0.25], "minimum_net_dwellings": [3, 3, None],
    ...     "maximum_net_dwellings": [None, 4, None]}, index=pd.Index(["a", "b", "c"], name="site_id"))
    >>> one = pd.Series("a", index=sites.index)
    >>> sizes = admitted_together(sites, one, pd.DataFrame({"site_a": ["b"], "site_b": ["c"]}))
    >>> sizes["hectares"].tolist(), sizes["maximum_net_dwellings"].tolist(), sizes["counted_in"].tolist()
    ([0.75, 0.75, 0.75], [7.0, 7.0, 7.0], [nan, nan, 'b'])
    """
    twice = _listed_twice(sites, together, likely_twice)
    sizes = sites[list(SIZES)].astype("float64")
    many = _many(together)
    counted = sizes[many & twice.isna()].sort_index()
    largest = counted[["minimum_net_dwellings", "maximum_net_dwellings"]].max(axis=1)
    summed = _sums(counted.assign(maximum_net_dwellings=largest), together[counted.index])
    sizes.loc[many] = summed.reindex(together[many]).to_numpy()
    return sizes.assign(counted_in=twice)


def _sums(values: pd.DataFrame, key: pd.Series) -> pd.DataFrame:
    """Return the sum of each column by key, missing where none is known; rows are added up in their order.

    pandas adds up the rows of one key otherwise where there are others: the last digit of a score would depend on them.
    """
    codes, keys = pd.factorize(np.asarray(key, dtype=object), sort=True)
    columns = {}
    for name in values.columns:
        numbers = values[name].to_numpy(dtype=float, na_value=np.nan)
        known = np.isfinite(numbers)
        total = np.bincount(codes[known], weights=numbers[known], minlength=len(keys))
        columns[name] = np.where(np.bincount(codes[known], minlength=len(keys)) > 0, total, np.nan)
    return pd.DataFrame(columns, index=pd.Index(keys, name=key.name))


def _many(key: pd.Series) -> pd.Series:
    """Mark the sites of which another has the same key."""
    return key.notna() & key.duplicated(keep=False)


def _plots(sites: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Mark the members of opportunities with several, and those of them that count: not the smaller of two listings."""
    nowhere = pd.Series(False, index=sites.index)
    many = _many(sites["ranked_as"]) if "ranked_as" in sites else nowhere
    return many, many & ~(sites["counted_in"].notna() if "counted_in" in sites else nowhere)


def _listed_twice(sites: pd.DataFrame, together: pd.Series, pairs: pd.DataFrame | None) -> pd.Series:
    """Return the larger listing of each member that is listed twice; missing where a site is not."""
    twice = pd.Series(np.nan, index=sites.index, dtype="str")
    if pairs is None or pairs.empty:
        return twice
    a, b = (together.reindex(pairs[end]).to_numpy() for end in ("site_a", "site_b"))
    both = pairs[pd.notna(a) & (a == b)].sort_values(["site_a", "site_b"])
    kept = {site: site for site in {*both["site_a"], *both["site_b"]}}
    place = {site: number for number, site in enumerate(_largest_first(sites.loc[sorted(kept)]))}
    for one, other in zip(both["site_a"], both["site_b"], strict=True):
        first, second = sorted((kept[one], kept[other]), key=place.__getitem__)
        kept = {site: first if root == second else root for site, root in kept.items()}
    for site, root in kept.items():
        if site != root:
            twice[site] = root
    return twice


def _largest_first(sites: pd.DataFrame) -> pd.Index:
    """Return the sites by hectares, then homes, the largest first; equal ones by ``site_id``."""
    size = sites[["hectares", "minimum_net_dwellings"]].astype("float64").fillna(-1.0).sort_index()
    return size.sort_values(["hectares", "minimum_net_dwellings"], ascending=False, kind="stable").index


def largest_member(sites: pd.DataFrame, together: pd.Series, counted_in: pd.Series) -> pd.Series:
    """Return the ``site_id`` each site is ranked as: the largest member's, by hectares, then homes; else its own.

    Parameters
    ----------
    sites
        Sites with ``hectares`` and ``minimum_net_dwellings``; index ``site_id``.
    together
        The opportunity of each eligible site; missing where a site is not eligible, and is ranked as none.
    counted_in
        As :func:`admitted_together` gives it: who is listed twice is not the largest.

    Examples
    --------
    >>> sites = pd.DataFrame({"hectares": [1.0, 2.0, 9.0], "minimum_net_dwellings": [5, 5, 5]},
    ...                      index=pd.Index(["a", "b", "c"], name="site_id"))
    >>> none = pd.Series(None, index=sites.index, dtype="str")
    >>> largest_member(sites, pd.Series(["a", "a", None], index=sites.index), none).tolist()
    ['b', 'b', nan]
    """
    order = _largest_first(sites[together.notna() & counted_in.isna()])
    first = pd.Series(order, index=together[order].to_numpy())
    return together.map(first[~first.index.duplicated()]).astype("str").rename("ranked_as")


def member_columns(sites: pd.DataFrame) -> pd.DataFrame:
    """Return what each eligible site's opportunity comes to: members, hectares, and homes that are scored.

    Parameters
    ----------
    sites
        Sites with ``ranked_as``, ``counted_in``, ``hectares`` and ``capacity_dwellings``; index ``site_id``.

    Returns
    -------
    DataFrame
        ``members`` (site ids joined by ``; ``, the one it is ranked as first), ``opportunity_hectares`` and
        ``opportunity_dwellings`` on the index of ``sites``; missing where a site is not eligible, or none is known.

    Examples
    --------
    >>> sites = pd.DataFrame({"ranked_as": ["b", "b"], "counted_in": [None, None], "hectares": [1.0, 2.0],
    ...     "capacity_dwellings": [None, 40]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> member_columns(sites).drop_duplicates().values.tolist()
    [['b; a', 3.0, 40]]
    """
    ranked = sites[sites["ranked_as"].notna()].sort_index()
    ranked = ranked.reindex(columns=["ranked_as", "counted_in", "hectares", "capacity_dwellings"])
    key = ranked["ranked_as"]
    first = ranked.index != key
    names = pd.Series(ranked.index, index=ranked.index).iloc[np.argsort(first, kind="stable")]
    members = names.groupby(key[names.index]).agg("; ".join)
    counted = ranked[ranked["counted_in"].isna()]
    sums = _sums(counted[["hectares", "capacity_dwellings"]], key[counted.index])
    return pd.DataFrame(
        {
            "members": sites["ranked_as"].map(members).astype("str"),
            "opportunity_hectares": sites["ranked_as"].map(sums["hectares"]).astype("float64"),
            "opportunity_dwellings": sites["ranked_as"].map(sums["capacity_dwellings"]).round().astype("Int64"),
        },
        index=sites.index,
    )


class Pooled(NamedTuple):
    """Values (0–1) of the opportunities, on the index of the sites: each member carries those of its opportunity.

    Attributes
    ----------
    value
        Sites × criteria; missing where nothing is known.
    known
        The share of each that is known.
    low, high
        The lowest and the highest each may be.
    """

    value: pd.DataFrame
    known: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame


def pooled_values(
    sites: pd.DataFrame,
    matrix: pd.DataFrame,
    *,
    criteria: Mapping[str, Criterion] | None = None,
    ranges: bool = True,
) -> Pooled:
    """Take the members of each opportunity together: its value (0–1) on each criterion, by the criterion's own rule.

    Parameters
    ----------
    sites
        Sites, joined and appraised, with ``ranked_as``, and ``hectares`` and ``counted_in`` where known; a site that
        is ranked as none, or alone, has its own values.
    matrix
        Sites × criteria in natural units, as :func:`siteprior.ranking.decision_matrix.measure` returns it.
    criteria
        The registry with anchors, range columns and rules (:data:`TOGETHER`).
    ranges
        Whether the ranges are asked for; without, ``low`` and ``high`` are the values.

    Returns
    -------
    Pooled
        On the index of ``sites``, the same for each member.

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.uncertainty.value_ranges` and :func:`~siteprior.ranking.uncertainty.known_shares`.

    Examples
    --------
    >>> sites = pd.DataFrame({"ranked_as": "a", "hectares": [3.0, 1.0], "imd_percentile": [10.0, 50.0],
    ...     "capacity_dwellings": [60, None], "capacity_low_dwellings": [60, None],
    ...     "capacity_high_dwellings": [80, None]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> from siteprior.ranking.decision_matrix import measure
    >>> pooled = pooled_values(sites, measure(sites, ["deprivation", "capacity"]))
    >>> pooled.known.loc["a"].tolist(), pooled.high.loc["b"].round(2).tolist()
    ([1.0, 0.75], [0.8, 1.0])
    """
    criteria = known_criteria(criteria)
    values, known = value(matrix, criteria=criteria), known_shares(sites, matrix, criteria=criteria)
    low, high = value_ranges(sites, matrix, criteria=criteria) if ranges else (values.fillna(0.0),) * 2
    own = Pooled(values, known, low, high)
    many, counted = _plots(sites)
    if not many.any():
        return own
    members = _Members(sites, matrix, own, criteria if ranges else _without_ranges(criteria), counted=counted)
    parts = {name: members.together(name) for name in matrix.columns}
    key = sites.loc[many, "ranked_as"]
    tables = []
    for which, table in enumerate(own):
        carried = table.copy()
        for name, columns in parts.items():
            carried.loc[many, name] = columns[which].reindex(key).to_numpy()
        tables.append(carried)
    return Pooled(*tables)


def pooled_measurements(
    sites: pd.DataFrame, matrix: pd.DataFrame, pooled: Pooled, *, criteria: Mapping[str, Criterion] | None = None
) -> pd.DataFrame:
    """Return in natural units what each opportunity comes to: sums where members are summed, else what its value is.

    Parameters
    ----------
    sites, matrix, criteria
        As for :func:`pooled_values`.
    pooled
        What that returned of them.

    Returns
    -------
    DataFrame
        On the index and columns of ``matrix``. A site alone has its own measurement; of several members a mean or a
        best stands for the measurement that has its value between the anchors.

    Examples
    --------
    >>> sites = pd.DataFrame({"ranked_as": "a", "hectares": 1.0, "imd_percentile": [10.0, 30.0],
    ...     "capacity_dwellings": [60.0, 90.0]}, index=pd.Index(["a", "b"], name="site_id"))
    >>> from siteprior.ranking.decision_matrix import measure
    >>> matrix = measure(sites, ["deprivation", "capacity"])
    >>> pooled = pooled_values(sites, matrix, ranges=False)
    >>> pooled_measurements(sites, matrix, pooled).loc["a"].round(6).tolist()
    [20.0, 150.0]
    """
    criteria = known_criteria(criteria)
    many, counted = _plots(sites)
    if not many.any():
        return matrix
    rows, key = sites.index[counted].sort_values(), sites["ranked_as"]
    summed = _sums(matrix.loc[rows], key[rows])
    made = matrix.astype("float64").copy()
    for name in matrix.columns:
        of = criteria[name]
        at = of.worst + pooled.value.loc[many, name] * (of.best - of.worst)
        made.loc[many, name] = summed[name].reindex(key[many]).to_numpy() if of.together == SUM else at
    return made


def beyond_anchors(
    sites: pd.DataFrame, matrix: pd.DataFrame, pooled: Pooled, *, criteria: Mapping[str, Criterion] | None = None
) -> pd.DataFrame:
    """Say where what several plots come to (natural units) is an anchor, because they were measured beyond it.

    Parameters
    ----------
    sites, matrix, pooled, criteria
        As for :func:`pooled_measurements`, which returns the anchor there.

    Returns
    -------
    DataFrame
        On the index and columns of ``matrix``: ``or less``, ``or more``, or blank where the measurement is exact.

    Examples
    --------
    >>> sites = pd.DataFrame({"ranked_as": "a", "hectares": 1.0, "imd_percentile": [150.0, 130.0]},
    ...     index=pd.Index(["a", "b"], name="site_id"))
    >>> from siteprior.ranking.decision_matrix import measure
    >>> matrix = measure(sites, ["deprivation"])
    >>> beyond_anchors(sites, matrix, pooled_values(sites, matrix, ranges=False))["deprivation"].tolist()
    ['or more', 'or more']
    """
    criteria = known_criteria(criteria)
    words = pd.DataFrame("", index=matrix.index, columns=matrix.columns)
    many, counted = _plots(sites)
    if not many.any():
        return words
    rows, key = sites.index[counted], sites["ranked_as"]
    for name in matrix.columns:
        of, value_of, own = criteria[name], pooled.value[name], matrix.loc[rows, name].astype("float64")
        if of.together == SUM:
            continue
        falling = of.best < of.worst
        for anchor, at, below in ((of.best, 1.0, falling), (of.worst, 0.0, not falling)):
            past = (own < anchor if below else own > anchor).groupby(key[rows]).any()
            there = many & (value_of == at) & key.map(past).eq(True)
            words.loc[there, name] = "or less" if below else "or more"
    return words


def _without_ranges(criteria: Mapping[str, Criterion]) -> dict[str, Criterion]:
    """Return the criteria without the columns of their ranges."""
    return {name: replace(each, low="", high="") for name, each in criteria.items()}


class _Members:
    """The members that count, in the order of their ids, and what each opportunity comes to on a criterion."""

    def __init__(
        self, sites: pd.DataFrame, matrix: pd.DataFrame, own: Pooled, criteria: Mapping[str, Criterion], *,
        counted: pd.Series,
    ) -> None:  # fmt: skip
        rows = sites.index[counted].sort_values()
        self.sites, self.matrix, self.criteria = sites.loc[rows], matrix.loc[rows], criteria
        self.own = Pooled(*(table.loc[rows] for table in own))
        self.key = self.sites["ranked_as"]
        none = pd.Series(np.nan, index=rows)
        hectares = (self.sites["hectares"] if "hectares" in sites else none).astype("float64")
        self.sized = hectares > 0
        weight = hectares.where(self.sized, 0.0)
        total = self.key.map(_sums(weight.to_frame("all"), self.key)["all"])
        self.share = (weight / total).where(total > 0, 0.0)

    def together(self, name: str) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
        """Return value, known share, lowest and highest of each opportunity on one criterion."""
        rule = self.criteria[name].together
        values, known, low, high = (table[name] for table in self.own)
        if rule == SUM:
            pooled = self._summed(name)
        elif rule == BEST:
            pooled = (values.groupby(self.key).max(), low.groupby(self.key).max(), high.groupby(self.key).max())
        else:
            mean = self._mean(values.fillna(0.0)).where(values.notna().groupby(self.key).any())
            pooled = (mean, self._mean(low), self._mean(high, best=True))
        at = pooled[0].fillna(0.0)
        # rounding may carry a sum past the value it stands beside
        return pooled[0], self._mean(known), pooled[1].where(pooled[1] < at, at), pooled[2].where(pooled[2] > at, at)

    def _mean(self, values: pd.Series, *, best: bool = False) -> pd.Series:
        """Return the mean by hectares; a member without hectares weighs what makes it worst, or with ``best`` best.

        Its weight may be anything, so the mean lies anywhere between that of the others and its own value.
        """
        mean = _sums((self.share * values).to_frame("mean"), self.key)["mean"]
        mean = mean.where(self.sized.groupby(self.key).any())
        alone = values[~self.sized].groupby(self.key[~self.sized])
        ends = alone.max() if best else alone.min()
        both = pd.concat([mean, ends.reindex(mean.index)], axis=1)
        return (both.max(axis=1) if best else both.min(axis=1)).clip(0.0, 1.0)

    def _summed(self, name: str) -> tuple[pd.Series, pd.Series, pd.Series]:
        """Return value, lowest and highest of what is added up; a member not known in whole leaves the top open."""
        criterion = self.criteria[name]
        measured = self.matrix[name]
        ends = [measured, *(self.sites[end].astype("float64") for end in (criterion.low, criterion.high) if end)]
        table = pd.concat(ends, axis=1, keys=range(len(ends)))
        least, most = table.min(axis=1, skipna=False), table.max(axis=1, skipna=False)
        lacking = measured.isna().groupby(self.key).any()
        unbounded = (most.isna() | (self.own.known[name] < 1)).groupby(self.key).any()
        rising = criterion.best > criterion.worst

        def valued(raw: pd.Series) -> pd.Series:
            summed = _sums(raw.to_frame(name), self.key)
            return value(summed, criteria=self.criteria)[name]

        total, bottom, top = valued(measured), valued(least).fillna(0.0), valued(most).fillna(1.0)
        if not rising:  # less is better: nothing may be gained by a figure that is not known
            total, bottom, top = total.mask(lacking), top.mask(unbounded, 0.0), bottom
        return total, bottom, top.mask(unbounded, 1.0)
