"""How far methods agree on an order, where they part and why, and which orders one more option turns."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from siteprior.core.errors import InputError
from siteprior.ranking.check_numbers import check_numbers
from siteprior.ranking.cross_checks import chosen_methods, compare_options
from siteprior.ranking.options import Anchors, Criteria, Options, Weights, options_of
from siteprior.ranking.scoring import Ranked

PREFIX = "rank_"
"""What the columns of ranks begin with in a table of methods."""


def rank_agreement(ranks: pd.DataFrame, *, first: int) -> pd.DataFrame:
    """Return how far each two orders agree: Kendall's tau-b, Spearman's rho (−1 to 1), and the first ones shared.

    Parameters
    ----------
    ranks
        Sites × orders, 1 = first; or a table of :func:`siteprior.ranking.cross_checks.compare_methods`, of which the
        columns ``rank_<method>`` are taken. Nothing may be missing.
    first
        How many first ones are compared. Equal ranks stand in the order of the labels, as in a shortlist.

    Returns
    -------
    DataFrame
        One row per pair: ``one``, ``other``, ``kendall_tau_b``, ``spearman`` (both missing where an order has but one
        rank), ``shared`` (sites among the first of both) and ``shared_share`` (0–1).

    Raises
    ------
    InputError
        When a rank is missing or no number, there are fewer than two orders or sites, or ``first`` is no whole number
        from 1.

    Source
    ------
    Kendall 1945 (tau-b, which counts ties); Spearman 1904.

    Examples
    --------
    >>> rank_agreement(pd.DataFrame({"additive": [1, 2, 3], "topsis": [2, 1, 3]}), first=1)
            one   other  kendall_tau_b  spearman  shared  shared_share
    0  additive  topsis       0.333333       0.5       0           0.0
    """
    table = ranks_of(ranks)
    if not isinstance(first, int) or isinstance(first, bool) or first < 1:
        raise InputError(f"first: needs a whole number from 1, not {first!r}")
    places = min(first, len(table))
    tops = {
        name: set(table[name].sort_index(kind="stable").sort_values(kind="stable").index[:places]) for name in table
    }
    rows = []
    for one, other in combinations(table.columns, 2):
        single = any((table[name] == table[name].iloc[0]).all() for name in (one, other))
        tau = np.nan if single else float(stats.kendalltau(table[one], table[other]).statistic)
        spearman = np.nan if single else float(stats.spearmanr(table[one], table[other]).statistic)
        shared = len(tops[one] & tops[other])
        rows.append((one, other, tau, spearman, shared, shared / places))
    columns = ["one", "other", "kendall_tau_b", "spearman", "shared", "shared_share"]
    return pd.DataFrame(rows, columns=columns)


def kendalls_w(ranks: pd.DataFrame) -> float:
    """Return Kendall's concordance W (0 = no agreement, 1 = one order) of several orders, corrected for ties.

    Parameters
    ----------
    ranks
        As of :func:`rank_agreement`; equal ranks are taken as their mean.

    Raises
    ------
    InputError
        As :func:`rank_agreement`.

    Source
    ------
    Kendall and Babington Smith 1939.

    Examples
    --------
    >>> kendalls_w(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})), kendalls_w(pd.DataFrame({"a": [1, 2], "b": [2, 1]}))
    (1.0, 0.0)
    """
    table = ranks_of(ranks).rank()
    count, orders = table.shape
    sums = table.sum(axis=1)
    squares = float(((sums - sums.mean()) ** 2).sum())
    ties = sum(float((sizes**3 - sizes).sum()) for sizes in (table[name].value_counts() for name in table))
    most = orders**2 * (count**3 - count) - orders * ties
    return 12 * squares / most if most > 0 else np.nan


def ranks_of(ranks: pd.DataFrame) -> pd.DataFrame:
    """Return sites × orders as floats, of ranks or of a table with ``rank_<method>``, or refuse what is no such table.

    Examples
    --------
    >>> table = pd.DataFrame({"score_topsis": [0.3, 0.4], "rank_topsis": [2, 1], "rank_vikor": [1, 2]})
    >>> ranks_of(table).columns.tolist()
    ['topsis', 'vikor']
    """
    if not isinstance(ranks, pd.DataFrame):
        raise InputError(f"ranks: needs a table (DataFrame), got {type(ranks).__name__}")
    named = [name for name in ranks.columns if str(name).startswith(PREFIX)]
    table = ranks[named].rename(columns=lambda name: str(name).removeprefix(PREFIX)) if named else ranks
    check_numbers(table, name="ranks")
    faults = [f"ranks: {name} is missing for '{table.index[table[name].isna()][0]}'; leave out who has no rank"
              for name in table if table[name].isna().any()]  # fmt: skip
    if table.shape[1] < 2 or len(table) < 2:
        faults.append(f"ranks: needs at least two orders of two sites, holds {table.shape[1]} of {len(table)}")
    if faults:
        raise InputError(*faults)
    return table.astype("float64")


def where_methods_part(
    matrix: pd.DataFrame | Ranked,
    weights: Weights | None = None,
    *,
    anchors: Anchors | None = None,
    criteria: Criteria | None = None,
    methods: str | Iterable[str] | None = None,
    number: int = 10,
) -> pd.DataFrame:
    """Return the sites whose rank (1 = first) differs most between methods, with the reason in words.

    Parameters
    ----------
    matrix, weights, anchors, criteria, methods
        As of :func:`siteprior.ranking.cross_checks.compare_methods`, computed on values.
    number
        How many sites, at most; those on which all agree are left out.

    Returns
    -------
    DataFrame
        On the sites, the widest first: ``best_rank``, ``best_by``, ``worst_rank``, ``worst_by``, ``difference``,
        ``why``.

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.cross_checks.compare_methods`.

    Examples
    --------
    >>> sites = pd.DataFrame({"near": [0.1, 0.8, 0.5], "large": [1.0, 0.3, 0.5]}, index=list("abc"))
    >>> done = where_methods_part(sites, {"near": 1, "large": 1}, anchors={"near": (0, 1), "large": (0, 1)},
    ...                           methods=["additive", "vikor"], number=1)
    >>> done[["best_by", "best_rank", "worst_by", "worst_rank"]]
      best_by  best_rank  worst_by  worst_rank
    c   vikor          1  additive           3
    >>> print(done.loc["c", "why"])
    vikor minds the largest single shortfall, no more than large (value 0.50); additive adds up all values (0.50), and \
lets a strong criterion make up for a weak one
    """
    chosen = chosen_methods(methods)
    options = options_of(matrix, weights, anchors=anchors, criteria=criteria)
    table = ranks_of(compare_options(options, chosen)).astype("int64")
    done = pd.DataFrame(
        {
            "best_rank": table.min(axis=1), "best_by": table.idxmin(axis=1).astype("str"),
            "worst_rank": table.max(axis=1), "worst_by": table.idxmax(axis=1).astype("str"),
        }
    )  # fmt: skip
    done["difference"] = done["worst_rank"] - done["best_rank"]
    widest = done[done["difference"] > 0].sort_index(kind="stable")
    widest = widest.sort_values("difference", ascending=False, kind="stable").head(number)
    why = [
        f"{_reason(options, label, best, lifts=True)}; {_reason(options, label, worst, lifts=False)}"
        for label, best, worst in zip(widest.index, widest["best_by"], widest["worst_by"], strict=True)
    ]
    return widest.assign(why=pd.Series(why, index=widest.index, dtype="str"))


def _reason(options: Options, label: str, method: str, *, lifts: bool) -> str:
    """Return what a method looks at, with the criterion on which it ranks the site high (``lifts``) or low."""
    table, weights = options.value_table, pd.Series(options.weights)
    values = table.loc[[label]].iloc[0]
    best, spread = table.max(), table.max() - table.min()
    norm = np.sqrt((table**2).sum())
    scaled = (weights / norm).where(norm > 0, 0.0)
    beats = weights * (table.lt(values).mean() - table.gt(values).mean())
    far = str((scaled * (values - table.min() if lifts else best - values)).idxmax())
    at = str(beats.idxmax() if lifts else beats.idxmin())
    weak = str((weights * (best - values) / spread).where(spread > 0, 0.0).idxmax())
    beaten = int((table[at].lt(values[at]) if lifts else table[at].gt(values[at])).sum())
    words = {
        "additive": f"adds up all values ({float((weights * values).sum()):.2f}), and lets a strong criterion make up "
        "for a weak one",
        "topsis": "divides each criterion by its size over all sites, so that what few sites have counts most, here "
        f"{far} (value {values[far]:.2f}, mean {table[far].mean():.2f})",
        "promethee_usual": "counts the sites that are better or worse, not by how much, here most on "
        f"{at} ({beaten} of {len(table) - 1} are {'worse' if lifts else 'better'})",
        "promethee_vshape": f"counts differences up to a width and no further, here most on {at} (value "
        f"{values[at]:.2f}, mean {table[at].mean():.2f})",
        "vikor": f"minds the largest single shortfall, {'no more than' if lifts else 'here'} {weak} "
        f"(value {values[weak]:.2f})",
    }
    return f"{method} {words[method]}"


def rank_reversals(
    matrix: pd.DataFrame,
    weights: Weights,
    *,
    add: pd.DataFrame | None = None,
    remove: Iterable[object] = (),
    anchors: Anchors | None = None,
    criteria: Criteria | None = None,
    methods: str | Iterable[str] | None = None,
    on: str = "values",
) -> pd.DataFrame:
    """Return which two sites change their order (ranks, 1 = first) when others come in or drop out, by method.

    The additive value on fixed anchors never does: a site's score rests on that site alone. The other methods compare
    the sites at hand, and may.

    Parameters
    ----------
    matrix
        Sites × criteria in natural units.
    weights, anchors, criteria, methods, on
        As of :func:`siteprior.ranking.cross_checks.compare_methods`.
    add
        Sites that come in, with the same columns.
    remove
        Labels of sites that drop out.

    Returns
    -------
    DataFrame
        One row per method and pair that stays: ``method``, ``option``, ``other``, and the ranks of both before and
        after (``option_before``, ``other_before``, ``option_after``, ``other_after``). Empty where no order changes.

    Raises
    ------
    InputError
        As :func:`siteprior.ranking.cross_checks.compare_methods`; or when a label to add stands already, or one to
        remove does not.

    Examples
    --------
    >>> sites = pd.DataFrame({"x": [4.0, 8, 9], "y": [8.0, 8, 7]}, index=["a", "b", "c"])
    >>> worst = pd.DataFrame({"x": [4.0], "y": [1.0]}, index=["d"])
    >>> turned = rank_reversals(sites, {"x": 1, "y": 1}, add=worst, anchors={"x": (0, 10), "y": (0, 10)},
    ...                         methods=["additive", "topsis"], on="measurements")
    >>> turned.iloc[:, :5]
       method option other  option_before  other_before
    0  topsis      c     b              1             2
    """
    check_numbers(matrix, name="matrix")
    added = matrix.iloc[:0] if add is None else add
    check_numbers(added, name="add")
    dropped = list(remove)
    faults = [f"add: '{label}' stands in the matrix already" for label in added.index if label in matrix.index]
    faults += [f"remove: '{label}' is not in the matrix" for label in dropped if label not in matrix.index]
    if faults:
        raise InputError(*faults)
    chosen = chosen_methods(methods, on)
    kept = matrix.drop(index=dropped)
    after_matrix = kept if added.empty else pd.concat([kept, added])
    before, after = (
        compare_options(options_of(each, weights, anchors=anchors, criteria=criteria), chosen, on=on)
        for each in (matrix, after_matrix)
    )
    rows = [row for method in chosen for row in _turned(method, before, after, kept.index)]
    columns = ["method", "option", "other", "option_before", "other_before", "option_after", "other_after"]
    return pd.DataFrame(rows, columns=columns)


def _turned(method: str, before: pd.DataFrame, after: pd.DataFrame, kept: pd.Index) -> list[tuple[object, ...]]:
    """Return the pairs of one method whose order is another after; first the one that was ahead."""
    old, new = (table.loc[kept, PREFIX + method].to_numpy(dtype="int64") for table in (before, after))
    was, now = (np.sign(ranks[:, None] - ranks[None, :]) for ranks in (old, new))
    ahead, behind = np.nonzero((was != now) & ((was < 0) | ((was == 0) & (now > 0))))
    labels = list(kept)
    return [
        (method, labels[one], labels[other], int(old[one]), int(old[other]), int(new[one]), int(new[other]))
        for one, other in zip(ahead, behind, strict=True)
    ]
