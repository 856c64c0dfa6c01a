"""Weights that are admissible, drawn: any, in an order of criteria, within intervals, or around given ones.

What is drawn is spread evenly over all weights that sum to 1 and are admissible; around given weights it is a Dirichlet
distribution. Any weights: Dirichlet with every parameter 1. An order: the same, the largest share to the most important
criterion, which is exact. Intervals: the lowest shares, and the rest of 1 as any weights; whatever exceeds an upper end
is drawn anew (rejection), which is exact, too. Where fewer than a hundredth of the candidates would stand
(``rejection_least_share`` of ``parameters/ranking.toml``), hit-and-run takes its place: a chain for every draw starts
in the middle and moves share between two criteria at random, evenly as far as their intervals let it (Smith 1984,
*Efficient Monte Carlo procedures for generating points uniformly distributed over bounded regions*).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError, unknown
from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import Floats, check_seed
from siteprior.core.sizes import most
from siteprior.project.gates_weights import is_number
from siteprior.ranking.scoring import DECIMALS, normalised

Admissible = str | Sequence[str] | Mapping[str, tuple[float, float]]

WAYS = ("uniform", "around")


def draw_weights(
    weights: Mapping[str, float] | None = None,
    *,
    criteria: Sequence[str] | None = None,
    admissible: Admissible | None = None,
    spread: float | None = None,
    draws: int | None = None,
    seed: int,
) -> pd.DataFrame:
    """Draw admissible weights: shares of 1, one row per draw, one column per criterion in the order of names.

    Parameters
    ----------
    weights
        Weight per criterion, in any unit; a criterion of weight zero is left out.
    criteria
        The criteria, where there are no weights.
    admissible
        ``"around"``: a Dirichlet distribution around ``weights``, as
        :func:`siteprior.ranking.rank_bands` draws it; so by default where there are weights. ``"uniform"``: any
        weights; so by default where there are none. A list of criteria, the most important first: weights in that
        order. ``{criterion: (low, high)}``: shares between two ends.
    spread
        Around given weights: the parameter ``weight_spread`` of ``parameters/ranking.toml`` by default.
    draws, seed
        How many, the parameter ``acceptability_draws`` by default; the same seed gives the same weights.

    Returns
    -------
    DataFrame
        Shares that sum to 1 in each row.

    Raises
    ------
    InputError
        When weights, an order or intervals make no sense; intervals that no weights fit, by how much.

    Examples
    --------
    >>> drawn = draw_weights(admissible=["deprivation", "capacity"], draws=3, seed=1)
    >>> bool((drawn["deprivation"] >= drawn["capacity"]).all())
    True
    >>> draw_weights(admissible={"deprivation": (0.1, 0.4), "capacity": (0.2, 0.5)}, draws=3, seed=1)
    Traceback (most recent call last):
    siteprior.core.errors.InputError: admissible: the upper ends sum to 0.9, need 1; raise them by 0.1 in all
    """
    parameters = load_parameters("ranking")
    draws = parameters.integer("acceptability_draws") if draws is None else draws
    spread = parameters.number("weight_spread") if spread is None else spread
    faults = draw_faults(seed, draws, spread)
    names = criteria_drawn(weights, criteria, admissible, faults)
    return pd.DataFrame(_drawn(names, weights, admissible, spread, draws, seed), columns=names)


def draw_faults(seed: int, draws: int, spread: float) -> list[str]:
    """Return what is wrong with a seed, a number of draws and a spread."""
    faults: list[str] = []
    try:
        check_seed(seed)
    except InputError as fault:
        faults += fault.faults
    faults += whole_number_faults(draws, "draws", most("draws"))
    if not is_number(spread) or not 0 <= spread < 1:
        faults.append(f"spread: needs a number from 0 to below 1, not {spread!r}")
    return faults


def whole_number_faults(number: object, name: str, limit: int) -> list[str]:
    """Return why this is no whole number from 1 to a limit, if it is none.

    Examples
    --------
    >>> whole_number_faults(2.5, "draws", 100), whole_number_faults(2, "draws", 100)
    (['draws: needs a whole number, not 2.5'], [])
    """
    if not isinstance(number, int | np.integer) or isinstance(number, bool):
        return [f"{name}: needs a whole number, not {number!r}"]
    if number < 1:
        return [f"{name}: needs at least 1, not {number}"]
    return [f"{name}: {number:,} are too many; {limit:,} are taken at most"] if number > limit else []


def criteria_drawn(
    weights: Mapping[str, float] | None,
    criteria: Sequence[str] | None,
    admissible: Admissible | None,
    faults: list[str],
) -> list[str]:
    """Return the criteria whose weights are drawn, in the order of names, or refuse the call with every fault."""
    faults = list(faults)
    names: list[str] = []
    if admissible is None or isinstance(admissible, str):
        if admissible is not None and admissible not in WAYS:
            faults.append(unknown("admissible", admissible, WAYS))
        if admissible == "around" and weights is None:
            faults.append("weights: none given to draw around; give {criterion: weight}, or admissible='uniform'")
        if weights is not None:
            try:
                names = [name for name, share in normalised(weights).items() if share > 0]
            except InputError as fault:
                faults += fault.faults
        elif criteria is not None and not isinstance(criteria, str):
            names = list(criteria)
        if not faults and not names:
            faults.append("criteria: none given; give the weights, or the criteria whose weights are drawn")
    else:
        if weights is not None:
            faults.append("weights: not used where admissible is an order or intervals; leave one of them out")
        if isinstance(admissible, Mapping):
            names = list(admissible)
            faults += _interval_faults(admissible)
        elif isinstance(admissible, Sequence):
            names = list(admissible)
        if not names:
            faults.append(
                f"admissible: needs 'uniform', 'around', a list of criteria or {{criterion: (low, high)}}, "
                f"not {admissible!r}"
            )
    faults += _name_faults(names)
    if faults:
        raise InputError(*faults)
    return sorted(names)


def _name_faults(names: list[str]) -> list[str]:
    """Return which names are no text, or stand twice."""
    faults = [f"admissible: the name of a criterion is a text, not {name!r}" for name in names if type(name) is not str]
    twice = [] if faults else sorted({name for name in names if names.count(name) > 1})
    return faults + [f"admissible: '{name}' stands twice; name it once" for name in twice]


def _interval_faults(intervals: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return what is wrong with intervals of shares; where no weights fit them, by how much."""
    faults = []
    for name, ends in intervals.items():
        pair = tuple(ends) if isinstance(ends, tuple | list) else ()
        if len(pair) != len(("low", "high")) or not all(map(is_number, pair)) or not 0 <= pair[0] <= pair[1] <= 1:
            faults.append(f"admissible: '{name}' needs two shares, 0 ≤ low ≤ high ≤ 1, not {ends!r}")
    if faults or not intervals:
        return faults
    low, high = (round(sum(ends[side] for ends in intervals.values()), DECIMALS) for side in (0, 1))
    if low > 1:
        over = f"{low - 1:.6g}"
        faults.append(f"admissible: the lower ends sum to {low:g}, need 1; lower them by {over} in all")
    if high < 1:
        short = f"{1 - high:.6g}"
        faults.append(f"admissible: the upper ends sum to {high:g}, need 1; raise them by {short} in all")
    return faults


def _drawn(
    names: list[str],
    weights: Mapping[str, float] | None,
    admissible: Admissible | None,
    spread: float,
    draws: int,
    seed: int,
) -> Floats:
    """Return the weights, draws × criteria, of a call that was checked."""
    random = np.random.default_rng(seed)
    if isinstance(admissible, Mapping):
        low, high = (np.array([float(admissible[name][side]) for name in names]) for side in (0, 1))
        return _within(low, high, draws, random)
    if admissible is None or isinstance(admissible, str):
        if weights is None or admissible == "uniform":
            return random.dirichlet(np.ones(len(names)), size=draws)
        given = normalised(weights)
        shares = np.array([given[name] for name in names])
        if spread == 0 or len(names) == 1:
            return np.tile(shares, (draws, 1))
        return random.dirichlet(shares * (1 / spread**2 - 1), size=draws)
    place = [list(admissible).index(name) for name in names]
    ordered = -np.sort(-random.dirichlet(np.ones(len(names)), size=draws), axis=1)
    return np.ascontiguousarray(ordered[:, place])


def _within(low: Floats, high: Floats, draws: int, random: np.random.Generator) -> Floats:
    """Return weights spread evenly over those between the ends: by rejection while that pays, else by hit-and-run."""
    parameters = load_parameters("ranking")
    left = 1 - low.sum()
    if left <= 10.0**-DECIMALS:
        return np.tile(low / low.sum(), (draws, 1))
    accepted = np.empty((0, len(low)))
    tried = 0
    while len(accepted) < draws:
        candidates = low + left * random.dirichlet(np.ones(len(low)), size=draws)
        accepted = np.vstack([accepted, candidates[(candidates <= high).all(axis=1)]])
        tried += draws
        if len(accepted) < parameters.number("rejection_least_share") * tried:
            return _hit_and_run(low, high, draws, parameters.integer("hit_and_run_rounds"), random)
    return accepted[:draws]


def _hit_and_run(low: Floats, high: Floats, draws: int, rounds: int, random: np.random.Generator) -> Floats:
    """Return the ends of one chain per draw, each from the middle of the intervals by moves between two criteria."""
    number = len(low)
    width = high - low
    weights = np.tile(low + width * ((1 - low.sum()) / width.sum()), (draws, 1))
    row = np.arange(draws)
    for _ in range(rounds * number**2):
        one = random.integers(number, size=draws)
        other = (one + random.integers(1, number, size=draws)) % number
        first, second = weights[row, one], weights[row, other]
        least = np.maximum(low[one] - first, second - high[other])
        largest = np.minimum(high[one] - first, second - low[other])
        moved = least + (largest - least) * random.random(draws)
        weights[row, one] = first + moved
        weights[row, other] = second - moved
    return np.asarray(np.clip(weights, low, high), dtype=np.float64)
