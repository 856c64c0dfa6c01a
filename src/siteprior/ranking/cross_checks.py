"""Methods side by side: the additive value, which decides, and TOPSIS, PROMETHEE II and VIKOR, which check it.

TOPSIS and PROMETHEE II are computed by pymcdm, VIKOR here, with its compromise set. None of them is a better answer:
each combines the same values by another rule, and where their orders part (:mod:`.agreement`), the rule matters.
TOPSIS, PROMETHEE and VIKOR compare the options at hand, so one more option may turn the order of two others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.arguments import name_list
from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.project.gates_weights import is_number
from siteprior.ranking.options import Anchors, Criteria, Options, Weights, options_of
from siteprior.ranking.scoring import DECIMALS, Ranked, rank

Floats = npt.NDArray[np.float64]

METHODS = ("additive", "topsis", "promethee_usual", "promethee_vshape", "vikor")
"""The methods there are; of VIKOR the smaller score is the better one."""

BASES = ("values", "measurements")
"""What methods are computed on: values of 0–1 on fixed anchors, or natural units as measured."""


def compare_methods(
    matrix: pd.DataFrame | Ranked,
    weights: Weights | None = None,
    *,
    anchors: Anchors | None = None,
    criteria: Criteria | None = None,
    methods: str | Iterable[str] | None = None,
    on: str = "values",
    width: float | None = None,
    v: float | None = None,
) -> pd.DataFrame:
    """Score (no unit) and rank (1 = first) the same sites by several methods, side by side.

    A missing measurement counts as the worst in every method: 0 of the values, the worst anchor of the measurements.

    Parameters
    ----------
    matrix
        Sites × criteria in natural units, of :func:`siteprior.ranking.decision_matrix.measure`; or a run or a result,
        of which the sites that passed the gates are compared.
    weights
        Weight per criterion, in any unit; of a run its own when ``None``.
    anchors, criteria
        As of :func:`siteprior.ranking.scoring.score`.
    methods
        Which of :data:`METHODS`; all when ``None``.
    on
        ``values`` (0–1 on the anchors) or ``measurements`` (as measured). The additive value takes values either way.
    width
        The difference that is a full preference in PROMETHEE's V-shape, as a share of the range between the anchors;
        ``parameters/methods.toml`` by default. At 1 its order is that of the additive value.
    v
        VIKOR's weight of the group utility, 0–1; ``parameters/methods.toml`` by default.

    Returns
    -------
    DataFrame
        On the sites: ``score_<method>`` and ``rank_<method>``, and with VIKOR ``in_compromise``. TOPSIS is closeness,
        0–1; PROMETHEE the net flow, −1 to 1; VIKOR Q, 0–1, of which the smallest is first.

    Raises
    ------
    InputError
        When weights, measurements, anchors, a method or a number cannot be used; when there is but one site; or when
        PROMETHEE would compare too many pairs of sites (parameter ``methods.pairs``).

    Source
    ------
    Hwang and Yoon 1981 (TOPSIS); Brans and Vincke 1985 (PROMETHEE); Opricovic and Tzeng 2004 (VIKOR).

    Examples
    --------
    >>> sites = pd.DataFrame({"walk_m": [300.0, 900.0, 600.0], "homes": [20.0, 200.0, None]}, index=list("abc"))
    >>> done = compare_methods(sites, {"walk_m": 2, "homes": 1}, anchors={"walk_m": (1000, 200), "homes": (0, 200)},
    ...                        methods=["additive", "topsis"])
    >>> done["rank_additive"].tolist(), done["rank_topsis"].tolist()
    ([1, 2, 3], [1, 2, 3])
    """
    chosen = chosen_methods(methods, on, width=width, v=v)
    return compare_options(
        options_of(matrix, weights, anchors=anchors, criteria=criteria), chosen, on=on, width=width, v=v
    )


def compare_options(
    options: Options,
    methods: Iterable[str] = METHODS,
    *,
    on: str = "values",
    width: float | None = None,
    v: float | None = None,
) -> pd.DataFrame:
    """Return what :func:`compare_methods` does (scores and ranks), of options that were checked.

    Examples
    --------
    >>> options = options_of(pd.DataFrame({"homes": [20.0, 200.0]}), {"homes": 1}, anchors={"homes": (0, 200)})
    >>> compare_options(options, ["vikor"])["rank_vikor"].tolist()
    [2, 1]
    """
    if len(options.value_table) < 2:
        raise InputError(f"matrix: methods compare at least two sites, it holds {len(options.value_table)}")
    share = float(load_parameters("methods").number("promethee_width")) if width is None else float(width)
    table, types, ranges = _problem(options, on)
    weights = np.array(list(options.weights.values()))
    index = options.value_table.index
    by_name: dict[str, Callable[[], Floats]] = {
        "additive": lambda: options.value_table.to_numpy() @ weights,
        "topsis": lambda: _topsis(table, weights, types),
        "promethee_usual": lambda: _promethee("usual", table, weights, types, None),
        "promethee_vshape": lambda: _promethee("vshape", table, weights, types, share * ranges),
    }
    result = pd.DataFrame(index=index)
    everyone = pd.Series(True, index=index)
    for method in methods:
        if method == "vikor":
            done = vikor(pd.DataFrame(table * types, index=index), dict(enumerate(weights)), v=v)
            result["score_vikor"], result["rank_vikor"] = done["q"], done["rank"]
            result["in_compromise"] = done["in_compromise"]
        else:
            result[f"score_{method}"] = by_name[method]()
            result[f"rank_{method}"] = rank(result[f"score_{method}"], everyone)
    return result


def vikor(
    benefits: pd.DataFrame, weights: Mapping[str, float] | Mapping[int, float], *, v: float | None = None
) -> pd.DataFrame:
    """Return VIKOR's group utility S, largest regret R and compromise index Q (no unit), and the compromise set.

    Parameters
    ----------
    benefits
        Sites × criteria, more being better in each; nothing may be missing.
    weights
        Weight per criterion, which sum to 1. A criterion on which all sites are alike adds nothing.
    v
        The weight of S against R, 0–1; ``parameters/methods.toml`` by default.

    Returns
    -------
    DataFrame
        On the sites: ``s``, ``r``, ``q``, ``rank`` by q (the smallest first), ``in_compromise``. The first one alone is
        the compromise where it leads by at least 1 / (n − 1) (C1) and is also first in S or in R (C2); without C2 the
        second joins it; without C1 all whose q is nearer to the first than that.

    Source
    ------
    Opricovic and Tzeng 2004, European Journal of Operational Research 156: 445–455.

    Examples
    --------
    >>> done = vikor(pd.DataFrame({"near": [1.0, 0.0, 0.6], "large": [0.0, 1.0, 0.6]}), {"near": 0.5, "large": 0.5})
    >>> done["q"].round(3).tolist(), done["in_compromise"].tolist()
    ([1.0, 1.0, 0.0], [False, False, True])
    """
    number = float(load_parameters("methods").number("vikor_v")) if v is None else float(v)
    table = benefits[list(weights)].to_numpy(dtype="float64")
    best, worst = table.max(axis=0), table.min(axis=0)
    wide = best > worst
    regrets = np.array(list(weights.values()))[wide] * (best - table)[:, wide] / (best - worst)[wide]
    total = regrets.sum(axis=1)
    largest = regrets.max(axis=1, initial=0.0)
    index = number * _scaled(total) + (1 - number) * _scaled(largest)
    result = pd.DataFrame({"s": total, "r": largest, "q": index}, index=benefits.index)
    result["rank"] = rank(-result["q"], pd.Series(True, index=benefits.index))
    result["in_compromise"] = _compromise(result)
    return result


def _compromise(done: pd.DataFrame) -> pd.Series:
    """Return which sites make up the compromise: C1 an acceptable lead, C2 first in S or R as well."""
    q, s, r = (done[name].round(DECIMALS) for name in ("q", "s", "r"))
    order = done.sort_values(["rank", "s"], kind="stable").index
    first = order[0]
    if len(order) == 1:
        return pd.Series(True, index=done.index)
    needed = round(1 / (len(done) - 1), DECIMALS)
    if q[order[1]] - q[first] < needed:
        return pd.Series((q - q[first]).to_numpy() < needed, index=done.index)
    if s[first] == s.min() or r[first] == r.min():
        return pd.Series(done.index == first, index=done.index)
    return pd.Series(done.index.isin(order[:2]), index=done.index)


def _scaled(numbers: Floats) -> Floats:
    """Return numbers from 0, the smallest, to 1, the largest; 0 where all are alike to a floating-point tolerance."""
    width = numbers.max() - numbers.min()
    return np.zeros_like(numbers) if round(width, DECIMALS) == 0 else (numbers - numbers.min()) / width


def _problem(options: Options, on: str) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Return the table, which of its criteria are benefits (1) and costs (−1), and the width between the anchors."""
    if on == "values":
        count = len(options.weights)
        return options.value_table.to_numpy(), np.ones(count, dtype=np.int64), np.ones(count)
    ranges = np.array([options.criteria[name].best - options.criteria[name].worst for name in options.weights])
    return options.measured.to_numpy(), np.sign(ranges).astype(np.int64), np.abs(ranges)


def _topsis(table: Floats, weights: Floats, types: npt.NDArray[np.int64]) -> Floats:
    """Return the closeness by pymcdm; criteria on which all are alike change no distance and are left out."""
    from pymcdm.methods import TOPSIS  # loads matplotlib: only where it is used
    from pymcdm.normalizations import vector_normalization

    wide = table.max(axis=0) > table.min(axis=0)
    if not wide.any():
        return np.full(len(table), 0.5)  # as near to the best as to the worst: they are the same
    done = TOPSIS(vector_normalization)(table[:, wide], weights[wide], types[wide], validation=False)
    return np.asarray(done, dtype="float64")


def _promethee(
    shape: str, table: Floats, weights: Floats, types: npt.NDArray[np.int64], widths: Floats | None
) -> Floats:
    """Return the net flow by pymcdm, criterion after criterion: it adds up, and one at a time bounds the memory."""
    from pymcdm.methods import PROMETHEE_II

    pairs, limit = len(table) ** 2, load_parameters("methods").integer("pairs")
    if pairs > limit:
        raise InputError(
            f"methods: PROMETHEE compares every site with every other, {pairs:,} pairs of {len(table):,} sites; "
            f"{limit:,} are compared at most: give the first {int(limit**0.5):,} sites, or methods without it"
        )
    flow = np.zeros(len(table))
    for place, weight in enumerate(weights):
        method = PROMETHEE_II(shape, p=None if widths is None else [widths[place]])
        one = [place]
        flow += weight * np.asarray(method(table[:, one], np.ones(1), types[one], validation=False), dtype="float64")
    return flow


def chosen_methods(
    methods: str | Iterable[str] | None, on: str = "values", *, width: float | None = None, v: float | None = None
) -> list[str]:
    """Return the methods asked for, each once; all for ``None``. Refuses what cannot be used, every fault at once.

    Examples
    --------
    >>> chosen_methods("topsis"), len(chosen_methods(None))
    (['topsis'], 5)
    """
    chosen = list(METHODS if methods is None else dict.fromkeys(name_list(methods, what="methods")))
    faults = [unknown("method", name, METHODS) for name in chosen if name not in METHODS]
    if not chosen:
        faults.append(f"methods: none given; valid: {', '.join(METHODS)}")
    if on not in BASES:
        faults.append(unknown("basis (on)", str(on), BASES))
    if width is not None and not (is_number(width) and width > 0):
        faults.append(f"width: needs a number above 0, not {width!r}")
    if v is not None and not (is_number(v) and 0 <= v <= 1):
        faults.append(f"v: needs a number from 0 to 1, not {v!r}")
    if faults:
        raise InputError(*faults)
    return chosen
