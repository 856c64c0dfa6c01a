"""What a ranking rests on: how far each weight can move before the shortlist changes, and what makes a score vary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.random_streams import Floats
from siteprior.ranking.bands import range_ends
from siteprior.ranking.scoring import DECIMALS, normalised
from siteprior.ranking.smaa_facts import check_values
from siteprior.ranking.weight_draws import criteria_drawn, draw_faults, whole_number_faults

_BLOCK = 2_000_000
"""Scores in memory at once: bounds memory, never a result."""


class Crossing(NamedTuple):
    """Where a site that was behind draws level: the share of the weight, who joins, and who may leave."""

    share: float
    enters: int
    leaves: int


def weight_moves(values: pd.DataFrame, weights: Mapping[str, float], *, k: int | None = None) -> pd.DataFrame:
    """Return between which shares (0–1) of each weight the first ``k`` sites stay the same.

    One weight is moved at a time; the others keep their proportions and take what is left: w′ = w (1 − w′ⱼ)/(1 − wⱼ).
    Scores are then straight lines in w′ⱼ, and the share at which an outsider draws level with the last of the first
    ``k`` is computed, not searched for. Ties share the better rank: sites as good as the k-th are among the first.

    Parameters
    ----------
    values
        Sites × criteria, 0–1; missing counts as 0, the worst. The index needs to be unique.
    weights
        Weight per criterion, in any unit; one of zero may be raised, too.
    k
        Ranks that make the shortlist; the parameter ``acceptability_top`` of ``parameters/ranking.toml`` by default.

    Returns
    -------
    DataFrame
        One row per criterion: ``share``, the weight now; ``lowest`` and ``highest``, the shares between which the
        shortlist stays (0 and 1 where it always does); ``enters_below``, ``leaves_below``, ``enters_above`` and
        ``leaves_above``: the site that draws level there, and the one it draws level with, blank where nothing
        changes. Where sites tie for the last place, and a move parts them, the end is the share itself. Where a single
        criterion has all the weight, none can take what it gives: its ends are its share.

    Raises
    ------
    InputError
        When values, weights or ``k`` make no sense.

    Examples
    --------
    Site one leads while the weight of access is above 1/3, where 1 × w = 0.5 (1 − w):

    >>> values = pd.DataFrame({"access": [1.0, 0.0], "need": [0.0, 0.5]}, index=["one", "two"])
    >>> moves = weight_moves(values, {"access": 1, "need": 1}, k=1).loc["access"]
    >>> round(float(moves["lowest"]), 3), float(moves["highest"]), moves["enters_below"], moves["leaves_below"]
    (0.333, 1.0, 'two', 'one')
    """
    k = load_parameters("ranking").integer("acceptability_top") if k is None else k
    shares = normalised(weights)
    check_values(values, list(shares))
    faults = whole_number_faults(k, "k", np.iinfo(np.int64).max)
    if not values.index.is_unique:
        faults.append("values: the index holds a site more than once; make it unique")
    if faults:
        raise InputError(*faults)
    filled = {name: values[name].fillna(0).to_numpy(dtype=np.float64) for name in shares}
    rows = {}
    for name, share in shares.items():
        row = {"share": share, "lowest": 0.0, "highest": 1.0}
        blank = dict.fromkeys(("enters_below", "leaves_below", "enters_above", "leaves_above"))
        rows[name] = row | blank
        if share == 1:
            rows[name] |= {"lowest": share, "highest": share}
            continue
        rest = sum((part * filled[other] for other, part in shares.items() if other != name), np.zeros(len(values)))
        rest = rest / (1 - share)
        for side, key, end in (("below", "lowest", 0.0), ("above", "highest", 1.0)):
            crossing = _first_change(rest, filled[name] - rest, share, end, k)
            if crossing is not None:
                rows[name][key] = crossing.share
                rows[name][f"enters_{side}"] = values.index[crossing.enters]
                rows[name][f"leaves_{side}"] = values.index[crossing.leaves]
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("criterion")


def _first_change(at_zero: Floats, slope: Floats, now: float, end: float, k: int) -> Crossing | None:
    """Return where between now and an end the first k sites change, whose scores are ``at_zero + share × slope``."""
    scores = (at_zero + now * slope).round(DECIMALS)
    sites = len(scores)
    if sites <= k:
        return None
    last = np.partition(scores, sites - k)[sites - k]
    inside, outside = np.flatnonzero(scores >= last), np.flatnonzero(scores < last)
    if len(inside) == k:
        return _level(at_zero, slope, inside, outside, now, end)
    # more than k, as the last of them tie: on the way to the end the slowest of those stay last
    tied = inside[scores[inside] == last]
    pace = (np.sign(end - now) * slope[tied]).round(DECIMALS)
    slowest = tied[pace == pace.min()]
    ahead = np.setdiff1d(inside, slowest)
    if len(ahead) >= k:
        return Crossing(now, int(tied[np.argmax(pace)]), int(slowest[0]))
    # they stay while they tie, none of those outside is level with them, and none of those ahead falls behind them
    found = [
        crossing
        for members, rivals in ((slowest[:1], outside), (ahead, slowest[:1]))
        if (crossing := _level(at_zero, slope, members, rivals, now, end)) is not None
    ]
    return min(found, key=lambda crossing: abs(crossing.share - now), default=None)


def _level(
    at_zero: Floats, slope: Floats, members: npt.NDArray[np.intp], rivals: npt.NDArray[np.intp], now: float, end: float
) -> Crossing | None:
    """Return where the best of the rivals draws level with the worst of the members, on the way from now to an end.

    The worst of the members is a lower, the best of the rivals an upper envelope of straight lines: the lead of one on
    the other is concave, above zero now, and so zero once at most. From the end, each step goes to where the pair that
    stands wrongest there is level; it never passes the first change, and reaches it after finitely many pairs.
    """
    if not len(members) or not len(rivals):
        return None
    share, found = end, None
    while True:
        scores = at_zero + share * slope
        member, rival = members[np.argmin(scores[members])], rivals[np.argmax(scores[rivals])]
        lead = at_zero[member] - at_zero[rival]
        gain = slope[member] - slope[rival]
        if lead + share * gain > 0 or gain == 0:
            return found
        level = float(np.clip(-lead / gain, min(now, end), max(now, end)))
        if found is not None and abs(level - now) >= abs(found.share - now):
            return found
        share, found = level, Crossing(level, int(rival), int(member))


def sobol_indices(
    values: pd.DataFrame,
    weights: Mapping[str, float],
    site: object,
    *,
    low: pd.DataFrame | None = None,
    high: pd.DataFrame | None = None,
    of: Literal["score", "rank"] = "score",
    spread: float | None = None,
    samples: int | None = None,
    seed: int,
) -> pd.DataFrame:
    """Return which part (0–1) of the variance of a site's score or rank comes from each weight and each of its values.

    Weights are redrawn around those given (a Dirichlet distribution, as independent gamma variables divided by their
    sum, so that Sobol indices are defined), the site's own values evenly within their ranges; the other sites stay as
    they are. ``first`` is the part of one input alone, ``total`` with all it does together with others.

    Parameters
    ----------
    values
        Sites × criteria, 0–1; missing counts as 0, the worst. The index needs to be unique.
    weights
        Weight per criterion, in any unit.
    site
        Whose score or rank, as in the index.
    low, high
        Lowest and highest each value may be; both or neither.
    of
        ``score`` (0–1) or ``rank`` (1 = first).
    spread, samples, seed
        The parameters ``weight_spread`` and ``sobol_samples`` (a power of 2) of ``parameters/ranking.toml`` by default.

    Returns
    -------
    DataFrame
        One row per ``input`` (``weight`` or ``value``) and ``criterion`` that varies: ``first`` and ``total``; zero
        where the score or rank does not vary at all. Estimates: they may lie a little outside 0–1.

    Raises
    ------
    InputError
        When values, ranges, weights, spread, samples or seed make no sense, or there is no such site.

    Notes
    -----
    By :func:`scipy.stats.sobol_indices` (Saltelli et al. 2010).

    Examples
    --------
    Of a sum, the parts are as (weight × range)²: here 0.2² and 0.1², four fifths and one fifth.

    >>> values = pd.DataFrame({"access": [0.5], "need": [0.5]}, index=["one"])
    >>> low, high = values - [0.2, 0.1], values + [0.2, 0.1]
    >>> equal = {"access": 1, "need": 1}
    >>> parts = sobol_indices(values, equal, "one", low=low, high=high, spread=0, seed=1)
    >>> parts["first"].round(2).tolist()
    [0.8, 0.2]
    """
    from scipy import stats

    parameters = load_parameters("ranking")
    samples = parameters.integer("sobol_samples") if samples is None else samples
    spread = parameters.number("weight_spread") if spread is None else spread
    names = criteria_drawn(weights, None, None, _sobol_faults(seed, spread, samples, of))
    check_values(values, names)
    filled = values[names].fillna(0).to_numpy(dtype=np.float64)
    least, most = (filled, filled) if low is None and high is None else range_ends(filled, values, low, high, names)
    if not values.index.is_unique or site not in values.index:
        raise InputError(f"site: {site!r} does not stand once in the index of values")
    own = int(np.flatnonzero(values.index == site)[0])
    given = normalised(weights)
    shares = np.array([given[name] for name in names])
    varied = np.flatnonzero(most[own] > least[own])
    gammas = len(names) if spread > 0 and len(names) > 1 else 0
    dists = [stats.gamma(share * (1 / spread**2 - 1)) for share in shares[:gammas]] + [
        stats.uniform(least[own, at], most[own, at] - least[own, at]) for at in varied
    ]
    rows = [("weight", name) for name in names[:gammas]] + [("value", names[at]) for at in varied]
    index = pd.MultiIndex.from_tuples(rows, names=["input", "criterion"]) if rows else _NO_INPUTS
    dists += [stats.uniform()] * (
        len(rows) == 1
    )  # of one input scipy computes nothing: beside it one that does nothing
    others = np.delete(filled, own, axis=0)

    def outcome(drawn: Floats) -> Floats:
        inputs = drawn.reshape(len(dists), -1).T
        weight = inputs[:, :gammas] / inputs[:, :gammas].sum(axis=1)[:, None] if gammas else shares[None, :]
        value = np.tile(filled[own], (len(inputs), 1))
        value[:, varied] = inputs[:, gammas : len(rows)]
        score = (weight * value).sum(axis=1)
        result = score if of == "score" else _ranks_among(others, np.broadcast_to(weight, value.shape), score)
        return np.asarray(result.reshape(drawn.shape[1:]), dtype=np.float64)

    if not rows:
        return pd.DataFrame({"first": [], "total": []}, index=index, dtype="float64")
    with np.errstate(invalid="ignore", divide="ignore"):
        found = stats.sobol_indices(func=outcome, n=samples, dists=dists, rng=np.random.default_rng(seed))
    table = pd.DataFrame(
        {"first": found.first_order[: len(rows)], "total": found.total_order[: len(rows)]}, index=index
    )
    return table.fillna(0.0)


_NO_INPUTS = pd.MultiIndex.from_arrays([[], []], names=["input", "criterion"])


def _sobol_faults(seed: int, spread: float, samples: int, of: str) -> list[str]:
    """Return what is wrong with the numbers of a call."""
    faults = draw_faults(seed, 1, spread)
    limit = load_parameters("sizes").integer("draws")
    wrong = whole_number_faults(samples, "samples", limit)
    if not wrong and samples & (samples - 1):
        wrong = [f"samples: needs a power of 2, not {samples}; {2 ** (samples.bit_length() - 1)} is one"]
    if of not in ("score", "rank"):
        wrong.append(f"of: needs 'score' or 'rank', not {of!r}")
    return faults + wrong


def _ranks_among(others: Floats, weights: Floats, scores: Floats) -> Floats:
    """Return the rank of each score among the other sites under its weights; equal scores share the better rank."""
    ranks = np.empty(len(scores))
    size = max(1, _BLOCK // max(1, len(others)))
    for start in range(0, len(scores), size):
        block = slice(start, start + size)
        ahead = (weights[block] @ others.T).round(DECIMALS) > scores[block].round(DECIMALS)[:, None]
        ranks[block] = ahead.sum(axis=1) + 1
    return ranks
