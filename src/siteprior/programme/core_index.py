"""Which opportunities stay in the programme whatever the weights: robust portfolio modelling and its core index."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from siteprior.core.arguments import mapping_of
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import check_seed, seed_keys, uniform
from siteprior.core.short_repr import short_repr
from siteprior.programme.conflict import InfeasibleError, conflict_table
from siteprior.programme.constraints import Budget, Constraint
from siteprior.programme.model import Model, build_model, numbers
from siteprior.programme.optimise import gap_of
from siteprior.programme.solve import EXCESS, TOLERANCE, Flags, Floats, Found, maximise
from siteprior.project.gates_weights import is_number
from siteprior.ranking.check_numbers import check_numbers, on_same_sites

ALWAYS, NEVER, BORDERLINE = "always in", "never in", "borderline"
"""The classes of a site: in every portfolio, in none, in some."""


@short_repr
@dataclass(frozen=True, eq=False)
class RobustPortfolio:
    """Which sites are in all, some or none of the good portfolios.

    Attributes
    ----------
    sites
        One row per opportunity that can be chosen: ``core_index`` (0–1, the share of the portfolios it is in) and
        ``core_class``: ``always in`` (choose), ``never in`` (drop), ``borderline`` (find out more).
    portfolios
        One row per portfolio: ``site_ids``, ``sites`` (how many), ``cost``, ``value_low`` and ``value_high`` over the
        weights and data looked at, ``share`` of the portfolios or draws it stands for.
    left_out
        ``reason`` of each opportunity that could not be chosen.
    exact
        Whether these are all non-dominated portfolios; else the best of each draw, an approximation.
    basis
        How they were found, in words.

    Examples
    --------
    >>> sites = pd.DataFrame({"need": [1.0, 0.0], "access": [0.9, 0.2], "cost": [1, 1]}, index=["a", "b"])
    >>> core_indices(sites, weights={"need": (0, 1), "access": (0, 1)}, budget=1, seed=1).basis
    'all 1 non-dominated portfolios of 3 that keep to every constraint'
    """

    sites: pd.DataFrame
    portfolios: pd.DataFrame
    left_out: pd.DataFrame
    exact: bool
    basis: str


def core_indices(
    opportunities: pd.DataFrame,
    *,
    weights: Mapping[str, float | tuple[float, float]] | pd.DataFrame,
    budget: float | Budget,
    seed: int,
    cost: str | Sequence[str] = "cost",
    constraints: Constraint | Iterable[Constraint] = (),
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    draws: int | None = None,
    gap: float | None = None,
) -> RobustPortfolio:
    """Return each site's core index (0–1): the share of good portfolios it is in, over admissible weights and data.

    Up to as many sites as the parameter ``exact_sites``, with a budget in total, every set of sites is looked at, and
    kept are those that no other dominates: none has at least its value under every admissible weight and value of the
    data, and more under one. Of more sites, or with years or funds, weights and data are drawn, evenly and
    independently, and the best portfolio of each draw is kept, to the proven ``gap``. That is an approximation and
    says so: non-dominated portfolios that are best under no weights are missed, and so may be rare ones.

    Parameters
    ----------
    opportunities
        One row per opportunity. One of unknown money or with a criterion missing is left out, and listed.
    weights
        Criterion (a column, more being better, on one scale such as 0–1) → its weight, or the least and the most it
        may be; they sum to 1. Or weights drawn already, a row per draw and a column per criterion, such as
        :func:`siteprior.ranking.draw_weights` returns them: each row is one draw.
    budget, cost, constraints
        As :func:`siteprior.programme.choose_programme`.
    seed
        Seed of the draws; of no effect where every set is looked at.
    low, high
        The least and the most each criterion may be, on the index of the opportunities; both or neither.
    draws
        How many; the parameter ``core_draws`` by default.
    gap
        Share by which the best of each draw may be bettered; the parameter ``core_gap`` by default.

    Returns
    -------
    RobustPortfolio

    Raises
    ------
    InfeasibleError
        When nothing keeps to all constraints.
    InputError
        Naming every fault of the call at once.

    Notes
    -----
    Liesiö, Mild and Salo (2007), *Preference programming for robust portfolio modeling and project selection*,
    European Journal of Operational Research 181, 1488. Sites that are never in a portfolio in an approximation were
    so in these draws.

    Examples
    --------
    >>> sites = pd.DataFrame({"need": [8, 6, 3, 5, 2], "access": [2, 5, 8, 4, 3], "cost": [4, 5, 4, 3, 2]})
    >>> found = core_indices(sites, weights={"need": (0.4, 0.6), "access": (0.4, 0.6)}, budget=9, seed=1)
    >>> found.sites["core_index"].tolist(), found.portfolios["site_ids"].tolist()
    ([0.5, 0.0, 0.5, 1.0, 1.0], ['0; 3; 4', '2; 3; 4'])
    """
    parameters = load_parameters("programme")
    times = parameters.integer("core_draws") if draws is None else draws
    check_seed(seed)
    if not isinstance(times, int) or isinstance(times, bool) or times < 1:
        raise InputError(f"draws: needs a whole number from 1, got {draws!r}")
    share = gap_of(parameters.number("core_gap") if gap is None else gap)
    given = weights if isinstance(weights, pd.DataFrame) else None
    limits = {} if isinstance(weights, pd.DataFrame) else _limits_of(weights)
    names = list(limits) if given is None else _drawn_names(given)
    model = build_model(
        opportunities, budget=budget, benefit=None, cost=cost, constraints=constraints, known=tuple(names)
    )
    least, most = _ends(model, opportunities, names, low, high)
    if given is not None:
        drawn = _drawn(model, least, most, given.to_numpy(dtype=np.float64), seed, share)
        return _approximate(model, drawn, share)
    bounds = np.array([limits[name] for name in names])
    few = len(model.sites) <= parameters.integer("exact_sites") and len(model.options.site) == len(model.sites)
    if few and not model.budget.years:
        return _exact(model, least, most, extreme_weights(bounds))
    drawn = _drawn(model, least, most, drawn_weights(bounds, seed=seed, draws=times), seed, share)
    return _approximate(model, drawn, share)


def extreme_weights(bounds: Floats) -> Floats:
    """Return the corners of the admissible weights: those within bounds (criteria × least and most) that sum to 1.

    Examples
    --------
    >>> extreme_weights(np.array([[0.4, 0.6], [0.4, 0.6]])).tolist()
    [[0.4, 0.6], [0.6, 0.4]]
    """
    corners = set()
    count = len(bounds)
    for free in range(count):
        others = [place for place in range(count) if place != free]
        for ends in product((0, 1), repeat=count - 1):
            weight = np.zeros(count)
            weight[others] = [bounds[place, end] for place, end in zip(others, ends, strict=True)]
            weight[free] = 1.0 - weight.sum()
            if bounds[free, 0] - TOLERANCE <= weight[free] <= bounds[free, 1] + TOLERANCE:
                corners.add(tuple(float(each) for each in np.round(np.clip(weight, 0, 1), 12)))
    return np.array(sorted(corners))


def drawn_weights(bounds: Floats, *, seed: int, draws: int) -> Floats:
    """Return draws from the admissible weights, evenly: hit-and-run along pairs of weights, from their middle.

    Examples
    --------
    >>> found = drawn_weights(np.array([[0.4, 0.6], [0.4, 0.6]]), seed=1, draws=500)
    >>> bool((found.sum(axis=1).round(9) == 1).all()), bool(0.49 < found[:, 0].mean() < 0.51)
    (True, True)
    """
    low, high = bounds.T
    spare = (high - low).sum()
    weight = low + (high - low) * ((1.0 - low.sum()) / spare if spare > 0 else 0.0)
    count = len(weight)
    steps = load_parameters("programme").integer("weight_steps") * count if count > 1 else 0
    found = np.empty((draws, count))
    pair, place = seed_keys(["pair", "place"], seed=seed, of="weights").reshape(2, 1)
    for draw in range(draws):
        for step in range(draw * steps, (draw + 1) * steps):
            which = int(uniform(pair, step)[0] * count * (count - 1))
            one, other = which // (count - 1), which % (count - 1)
            other += other >= one
            most = min(high[one] - weight[one], weight[other] - low[other])
            least = -min(weight[one] - low[one], high[other] - weight[other])
            move = least + (most - least) * float(uniform(place, step)[0])
            weight[one] += move
            weight[other] -= move
        found[draw] = weight
    return np.clip(found, low, high)


def _limits_of(weights: Mapping[str, float | tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Return the least and the most of each weight, by name, or refuse them with every fault."""
    mapping_of(weights, name="weights", of="criterion → weight, or its least and most")
    limits, faults = {}, []
    for name, given in sorted(weights.items(), key=lambda item: str(item[0])):
        pair = tuple(given) if isinstance(given, tuple | list) else (given, given)
        if len(pair) != 2 or not all(is_number(end) for end in pair) or not 0 <= pair[0] <= pair[1] <= 1:
            faults.append(f"weights: {name} needs a number of 0–1, or its least and most, got {given!r}")
        else:
            limits[str(name)] = (float(pair[0]), float(pair[1]))
    if not faults:
        least, most = (sum(pair[end] for pair in limits.values()) for end in (0, 1))
        if not least - TOLERANCE <= 1 <= most + TOLERANCE:
            faults.append(f"weights: sum to {least:g} at least and {most:g} at most; widen them until 1 lies between")
    if faults:
        raise InputError(*faults)
    return limits


def _drawn_names(weights: pd.DataFrame) -> list[str]:
    """Return the criteria of weights that were drawn, or refuse a table that holds none."""
    check_numbers(weights, name="weights", unique=False)
    shares = weights.to_numpy(dtype=np.float64)
    if not shares.size or not (np.isfinite(shares) & (shares >= 0)).all():
        raise InputError("weights: needs a row per draw with a share from 0 of each criterion; use draw_weights")
    if (np.abs(shares.sum(axis=1) - 1) > TOLERANCE).any():
        raise InputError("weights: the shares of each draw have to sum to 1; use draw_weights")
    return [str(name) for name in weights.columns]


def _ends(
    model: Model, opportunities: pd.DataFrame, names: list[str], low: pd.DataFrame | None, high: pd.DataFrame | None
) -> tuple[Floats, Floats]:
    """Return the least and the most of every criterion, sites × criteria, those of the table without a range."""
    given = np.column_stack([numbers(model.sites, name) for name in names])
    if low is None and high is None:
        return given, given
    if low is None or high is None:
        raise InputError("low and high go together: give both or neither")
    ends = []
    for what, table in (("low", low), ("high", high)):
        check_numbers(table, name=what)
        placed = on_same_sites(table, opportunities.index, name=what, of="opportunities").reindex(model.sites.index)
        lacks = [name for name in names if name not in placed]
        if lacks:
            raise InputError(f"{what}: lacks {', '.join(lacks)}; give every criterion that is weighed")
        ends.append(np.column_stack([numbers(placed, name) for name in names]))
    outside = ~((ends[0] <= given) & (given <= ends[1]))  # a missing end counts as outside
    if outside.any():
        row, column = np.argwhere(outside)[0]
        where = f"{names[column]} of '{model.sites.index[row]}'"
        raise InputError(f"low and high: {where} is {given[row, column]:g}, not between them; widen the range")
    return ends[0], ends[1]


def _exact(model: Model, least: Floats, most: Floats, corners: Floats) -> RobustPortfolio:
    """Look at every set of sites, and keep those that none dominates."""
    count = len(model.sites)
    sets = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    sets = sets[_keeps_all(model, sets)]
    if not len(sets):
        raise InfeasibleError(conflict_table(model))
    low, high = least @ corners.T, most @ corners.T
    kept = sets[_non_dominated(sets, low, high)]
    kept = kept[np.lexsort(~kept.T[::-1])]
    share = np.full(len(kept), 1 / len(kept))
    values = (kept @ low).min(axis=1), (kept @ high).max(axis=1)
    basis = f"all {len(kept):,} non-dominated portfolios of {len(sets):,} that keep to every constraint"
    return RobustPortfolio(
        _site_table(model, kept, share), _portfolios(model, kept, values, share), model.left_out, True, basis
    )


def _keeps_all(model: Model, sets: Flags) -> Flags:
    """Return which sets of sites keep to every constraint."""
    rows = model.rows()
    kept = np.ones(len(sets), dtype=bool)
    for place in range(len(rows.low)):
        figures = rows.matrix[[place]].toarray().ravel()
        taken = sets @ figures
        slack = EXCESS * (np.abs(figures).max(initial=0.0) or 1.0)
        kept &= (taken >= rows.low[place] - slack) & (taken <= rows.high[place] + slack)
    return kept


def _non_dominated(sets: Flags, low: Floats, high: Floats) -> list[int]:
    """Return the places of the sets that no other dominates, whatever the weights and the values of the data.

    What two sets share counts for both alike; the rest of one counts at its least and that of the other at its most.
    A set that dominates another has the higher value in the middle of all, so it comes first.
    """
    middle = sets @ (low + high).sum(axis=1)
    bottom, top = sets @ low, sets @ high
    width = high - low
    near = TOLERANCE * max(1.0, float(np.abs(top).max(initial=0.0)))
    fixed = not width.any()
    kept: list[int] = []
    for place in np.argsort(-middle, kind="stable"):
        if kept:
            worst, best = bottom[kept] - top[place], top[kept] - bottom[place]
            if not fixed:
                shared = (sets[kept] & sets[place]) @ width
                worst, best = worst + shared, best - shared
            if ((worst >= -near).all(axis=1) & (best > near).any(axis=1)).any():
                continue
        kept.append(int(place))
    return kept


def _drawn(
    model: Model, least: Floats, most: Floats, weights: Floats, seed: int, gap: float
) -> Iterator[tuple[Flags, float]]:
    """Yield the best portfolio of each draw of weights and data, and its value.

    Draws are searched side by side: each by itself on one thread, so that their number moves no result.
    """
    streams = [seed_keys(model.sites.index, seed=seed, of=f"criterion {place}") for place in range(weights.shape[1])]
    rows = model.rows()

    def search(draw: int) -> tuple[Floats, Found | None]:
        at = np.column_stack([uniform(keys, draw) for keys in streams]) if (most > least).any() else 0.0
        value = (least + (most - least) * at) @ weights[draw]
        return value, maximise(value[model.options.site], rows, gap=gap)

    with ThreadPoolExecutor(max_workers=os.cpu_count()) as side_by_side:
        for value, found in side_by_side.map(search, range(len(weights))):
            if found is None:
                raise InfeasibleError(conflict_table(replace(model, benefit=value[model.options.site])))
            chosen = np.zeros(len(model.sites), dtype=bool)
            chosen[model.options.site[np.flatnonzero(found.x)]] = True
            yield chosen, found.value


def _approximate(model: Model, drawn: Iterable[tuple[Flags, float]], gap: float) -> RobustPortfolio:
    """Return the portfolios of the draws, each once, with its share of them."""
    each = list(drawn)
    sets, place, times = np.unique(np.array([chosen for chosen, _ in each]), axis=0, return_inverse=True,
                                   return_counts=True)  # fmt: skip
    value = pd.Series([value for _, value in each]).groupby(place.ravel())
    order = np.argsort(-times, kind="stable")
    sets, share = sets[order], times[order] / len(each)
    ends: Floats = value.agg(["min", "max"]).to_numpy(dtype=np.float64)[order]
    basis = (
        f"an approximation: the best portfolio, to a proven {100 * gap:g}%, of each of {len(each):,} draws of weights "
        "and data; portfolios that are best in no draw are not among them"
    )
    portfolios = _portfolios(model, sets, (ends[:, 0], ends[:, 1]), share)
    return RobustPortfolio(_site_table(model, sets, share), portfolios, model.left_out, False, basis)


def _site_table(model: Model, sets: Flags, share: Floats) -> pd.DataFrame:
    everywhere, nowhere = sets.all(axis=0), ~sets.any(axis=0)
    index = np.where(everywhere, 1.0, share @ sets)
    kind = np.where(everywhere, ALWAYS, np.where(nowhere, NEVER, BORDERLINE))
    return pd.DataFrame({"core_index": index, "core_class": pd.Series(kind, index=model.sites.index, dtype="str")},
                        index=model.sites.index)  # fmt: skip


def _portfolios(model: Model, sets: Flags, values: tuple[Floats, Floats], share: Floats) -> pd.DataFrame:
    cost = np.zeros(len(model.sites))
    cost[model.options.site] = model.cost
    ids = ["; ".join(str(label) for label in model.sites.index[chosen]) for chosen in sets]
    return pd.DataFrame(
        {"site_ids": pd.Series(ids, dtype="str"), "sites": sets.sum(axis=1), "cost": sets @ cost,
         "value_low": values[0], "value_high": values[1], "share": share}
    )  # fmt: skip
