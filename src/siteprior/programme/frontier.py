"""What one aim costs in another: the frontier between two measures, and the price of each constraint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.programme.candidates import table_of
from siteprior.programme.conflict import InfeasibleError, best_share, conflict_table
from siteprior.programme.constraints import AffordableShare, Budget, Constraint, DeprivedShare, Share
from siteprior.programme.model import AT_LEAST, Block, Model, build_model, share_parts
from siteprior.programme.optimise import gap_of, solved
from siteprior.programme.solve import TOLERANCE, Floats, maximise, row_of
from siteprior.ranking.scoring import Ranked

EQUITY, EVERY = "equity: all shares and councils' limits", "all but the budget"
"""The rows of several constraints taken away together."""


class _Measure(NamedTuple):
    """A measure to raise: the sum of ``part``, or part over ``whole``; ``sign`` is -1 for one to lower."""

    name: str
    part: Floats
    whole: Floats | None
    sign: float

    def of(self, chosen: Floats) -> float:
        """Return what a choice reaches, larger being better."""
        if self.whole is None:
            return float(self.part @ chosen)
        whole = float(self.whole @ chosen)
        return float(self.part @ chosen) / whole if whole > 0 else float("nan")

    def at_least(self, value: float) -> Block:
        """Return the constraint that a choice reaches no less, floating-point tolerance apart."""
        if self.whole is None:
            size = max(float(np.abs(self.part).max(initial=0.0)), abs(value))
            rows = row_of(self.part, low=value - TOLERANCE * size)
        else:
            rows = row_of(self.part - (value - TOLERANCE) * self.whole, low=0.0)
        return Block(f"{self.name} reached", AT_LEAST, value, rows)


def pareto_frontier(
    opportunities: pd.DataFrame | Ranked,
    *,
    measures: tuple[str | Share, str | Share] = ("benefit", "homes"),
    budget: float | Budget,
    benefit: str | None = None,
    cost: str | Sequence[str] | None = None,
    constraints: Constraint | Iterable[Constraint] = (),
    points: int | None = None,
    gap: float | None = None,
) -> pd.DataFrame:
    """Return programmes of which none is better on one of two measures (in their units) and no worse on the other.

    Parameters
    ----------
    opportunities, budget, benefit, cost, constraints
        As :func:`siteprior.programme.choose_programme`.
    measures
        Two of ``"benefit"``, ``"cost"`` (to lower; all others to raise), ``"sites"``, a column, or a share, such as
        ``DeprivedShare(0)``. One of them may be a share. A site where a measure is missing adds nothing to it.
    points
        How many levels of the second measure (of the first, where that is the share) are looked at, evenly from where
        the other is best to its own best; the parameter ``frontier_points`` by default. Equal programmes stand once.
    gap
        Proven share by which the first measure may be bettered at each level. With 0 every point is non-dominated
        among all programmes, else among those found.

    Returns
    -------
    DataFrame
        One row per ``point``, from the best on the first measure to the best on the second: both measures by name,
        ``benefit``, ``cost``, ``sites`` (how many), ``site_ids``.

    Raises
    ------
    InfeasibleError
        When nothing keeps to all constraints.
    InputError
        Naming every fault of the call at once.

    Notes
    -----
    The epsilon-constraint method (Haimes, Lasdon and Wismer 1971): one measure is maximised with a floor under the
    other, and the other then with the first kept, so that no point is only weakly efficient; of many sites this second
    step is left out unless the gap asked for is 0.

    Examples
    --------
    >>> sites = pd.DataFrame({"benefit": [9.0, 5.0], "cost": [1, 1], "homes": [10, 40]}, index=["a", "b"])
    >>> pareto_frontier(sites, budget=1)[["benefit", "homes", "site_ids"]].to_numpy().tolist()
    [[9.0, 10.0, 'a'], [5.0, 40.0, 'b']]
    """
    share, levels = gap_of(gap), _points_of(points)
    if len(measures) != 2 or measures[0] == measures[1]:
        raise InputError(f"measures: needs two that differ, got {measures!r}")
    if all(isinstance(each, AffordableShare | DeprivedShare) for each in measures):
        raise InputError("measures: two shares; give one share and one sum, such as 'benefit'")
    table, benefit, cost = table_of(opportunities, benefit, cost)
    model = build_model(table, budget=budget, benefit=benefit, cost=cost, constraints=constraints, measures=measures)
    pair = [_measure_of(model, each) for each in measures]
    first, second = pair if pair[0].whole is None else pair[::-1]
    found = _levels(model, first, second, levels, share)
    return _frontier_table(model, pair, sorted(found, key=lambda x: -pair[0].of(x)))


def constraint_prices(
    opportunities: pd.DataFrame | Ranked,
    *,
    budget: float | Budget,
    benefit: str | None = None,
    cost: str | Sequence[str] | None = None,
    constraints: Constraint | Iterable[Constraint] = (),
    gap: float | None = None,
) -> pd.DataFrame:
    """Return what each constraint costs in benefit (its unit): the programme is chosen again without it.

    Parameters
    ----------
    opportunities, budget, benefit, cost, constraints, gap
        As :func:`siteprior.programme.choose_programme`.

    Returns
    -------
    DataFrame
        One row per ``constraint``; then one for all shares and councils' floors and caps together, the price of
        equity, and one for all but the budget. ``benefit_without``; ``price``, what is lost by keeping to it;
        ``price_low`` and ``price_high``, between which it lies for sure: they differ where a gap is left open.

    Raises
    ------
    InfeasibleError
        When nothing keeps to all constraints.
    InputError
        Naming every fault of the call at once.

    Examples
    --------
    >>> sites = pd.DataFrame({"benefit": [60, 50, 42, 35, 20], "cost": [10, 9, 7, 6, 4], "homes": 1,
    ...                       "imd_decile": [9, 1, 1, 9, 9]}, index=[*"abcde"])
    >>> from siteprior.programme import DeprivedShare
    >>> prices = constraint_prices(sites, budget=20, constraints=DeprivedShare(0.6))
    >>> prices["price"].tolist()
    [40.0, 3.0, 3.0, 3.0]
    """
    share = gap_of(gap)
    table, benefit, cost = table_of(opportunities, benefit, cost)
    model = build_model(table, budget=budget, benefit=benefit, cost=cost, constraints=constraints)
    within = solved(model, share)
    groups = {block.name: [block.name] for block in model.blocks}
    groups[EQUITY] = [block.name for block in model.blocks if block.of_equity]
    groups[EVERY] = [block.name for block in model.blocks if not block.of_money]
    rows = []
    for name, dropped in groups.items():
        free = solved(model.without(*dropped), share) if dropped else within
        without = max(free.value, within.value)
        low, high = max(0.0, without - within.bound), max(free.bound, without) - within.value
        rows.append((name, without, without - within.value, low, high))
    columns = ["constraint", "benefit_without", "price", "price_low", "price_high"]
    found = pd.DataFrame(rows, columns=columns).set_index("constraint")
    near = TOLERANCE * max(1.0, abs(within.value))
    prices = ["price", "price_low", "price_high"]
    found[prices] = found[prices].mask(found[prices].abs() <= near, 0.0)
    return found


def _points_of(points: int | None) -> int:
    count = load_parameters("programme").integer("frontier_points") if points is None else points
    if not isinstance(count, int) or isinstance(count, bool) or count < 2:
        raise InputError(f"points: needs a whole number from 2, got {points!r}")
    return count


def _measure_of(model: Model, each: str | Share) -> _Measure:
    if isinstance(each, AffordableShare | DeprivedShare):
        part, whole = share_parts(model, each)
        return _Measure(f"share of {each.measure}", part, whole, 1.0)
    sign = -1.0 if each == "cost" else 1.0
    return _Measure(each, sign * model.measure(each), None, sign)


def _levels(model: Model, first: _Measure, second: _Measure, levels: int, gap: float) -> list[Floats]:
    """Return a choice for each level of the second measure, none bettered by another, each once."""
    if maximise(np.zeros(len(first.part)), model.rows(), gap=gap) is None:
        raise InfeasibleError(conflict_table(model))
    most = _best_of(model, second, gap)
    start = _level(model, first, second, None, gap)
    if most is None or start is None:
        raise InputError(f"measures: no programme has anything the {second.name} could be of; give a sum instead")
    found = [start]
    for level in np.linspace(second.of(start), second.of(most), levels)[1:]:
        if level > second.of(found[-1]) + TOLERANCE * max(1.0, abs(level)):  # else the last point has it already
            chosen = _level(model, first, second, float(level), gap)
            found += [] if chosen is None else [chosen]
    return _non_dominated(found, first, second)


def _level(model: Model, first: _Measure, second: _Measure, level: float | None, gap: float) -> Floats | None:
    """Return the best on the first measure with at least a level of the second, then the best on the second."""
    least = [] if second.whole is None else [_some(second)]
    limited = model.limited(*least, *([] if level is None else [second.at_least(level)]))
    found = maximise(first.part, limited.rows(), gap=gap)
    if found is None:
        return None
    if gap > 0 and len(first.part) >= load_parameters("programme").integer("core_from"):
        return found.x  # of many options the second step takes too long
    better = _best_of(limited.limited(first.at_least(found.value)), second, gap)
    return found.x if better is None else better


def _best_of(model: Model, measure: _Measure, gap: float) -> Floats | None:
    if measure.whole is not None:
        best = best_share(model, measure.part, measure.whole, model.blocks, near=gap)
        return None if best is None else best[1]
    found = maximise(measure.part, model.rows(), gap=gap)
    return None if found is None else found.x


def _some(measure: _Measure) -> Block:
    """Return the constraint that a share is of something."""
    whole = np.zeros(len(measure.part)) if measure.whole is None else measure.whole
    least = float(whole[whole > 0].min(initial=np.inf))
    least = least if np.isfinite(least) else 1.0
    return Block("share of something", AT_LEAST, least, row_of(whole, low=least))


def _non_dominated(found: list[Floats], first: _Measure, second: _Measure) -> list[Floats]:
    """Return those of which no other is better on one measure and no worse on the other, equal ones once."""
    values = np.array([(first.of(x), second.of(x)) for x in found])
    size = np.maximum(1.0, np.abs(values).max(axis=0))
    kept: list[int] = []
    for place, value in enumerate(values):
        ahead = (values - value) / size
        bettered = ((ahead >= -TOLERANCE).all(axis=1) & (ahead > TOLERANCE).any(axis=1)).any()
        twice = any((np.abs(ahead[other]) <= TOLERANCE).all() for other in kept)
        if not bettered and not twice:
            kept.append(place)
    return [found[place] for place in kept]


def _frontier_table(model: Model, pair: Sequence[_Measure], found: list[Floats]) -> pd.DataFrame:
    rows: list[dict[str, float | str]] = []
    for x in found:
        ids = model.sites.index[np.unique(model.options.site[np.flatnonzero(x)])]
        sums = {"benefit": float(model.benefit @ x), "cost": float(model.cost @ x), "sites": len(ids)}
        own = {each.name: each.sign * each.of(x) + 0.0 for each in pair}
        rows.append({**own, **{name: sums[name] for name in sums if name not in own}})
        rows[-1]["site_ids"] = "; ".join(map(str, ids))
    return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="point"))
