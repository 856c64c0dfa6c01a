"""The smallest change, in one fact or in one weight, that puts a site into the first ones or out of them.

Both are exact: a score is linear in each value, and in one weight that is moved with the others in proportion. Equal
scores stand in the order of the labels, as in a shortlist, so what is stated is where the line lies: just beyond it the
site is on the other side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.errors import InputError
from siteprior.ranking.criteria import Criterion
from siteprior.ranking.options import check_values
from siteprior.ranking.scoring import DECIMALS

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NEEDED_DECIMALS = 9
"""Decimals of what is needed: scores agree to 12, and a gap between two is divided by a share or by a slope."""

Sites = str | Iterable[str]
"""The label of a site, or several."""


class Standing(NamedTuple):
    """Where each site stands to the line below the first ones, in the order of the rows.

    Attributes
    ----------
    scores
        The scores, 0–1.
    inside
        Whether the site is among the first ones.
    line
        The score it has to beat to be inside, that of the last inside were it not there; −1 where nobody is in the way.
    before
        Whether it stands inside where its score is the line's.
    """

    scores: Floats
    inside: Flags
    line: Floats
    before: Flags


def standing(values: pd.DataFrame, shares: Mapping[str, float], first: int) -> Standing:
    """Return where each site stands to the line below the first ones (scores 0–1), of values that were checked.

    Examples
    --------
    >>> done = standing(pd.DataFrame({"near": [0.9, 0.5, 0.7]}), {"near": 1.0}, 2)
    >>> done.inside.tolist(), done.line.tolist()
    ([True, False, True], [0.5, 0.7, 0.5])
    """
    scores = np.round(values[list(shares)].to_numpy() @ np.array(list(shares.values())), DECIMALS)
    by_label = pd.Series(np.arange(len(values)), index=values.index).sort_index(kind="stable").to_numpy()
    order = by_label[np.argsort(-scores[by_label], kind="stable")]
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    label = np.empty(len(order), dtype=np.int64)
    label[by_label] = np.arange(len(order))
    inside = place < first
    if len(order) <= first:
        nobody = np.full(len(order), -1.0)
        return Standing(scores, inside, nobody, np.ones(len(order), dtype=bool))
    rival = np.where(inside, order[first], order[first - 1])
    return Standing(scores, inside, scores[rival], label < label[rival])


def fact_changes(
    values: pd.DataFrame,
    weights: Mapping[str, float],
    sites: Sites,
    *,
    first: int,
    criteria: Mapping[str, Criterion] | None = None,
) -> pd.DataFrame:
    """Return how far one value (0–1) of a site has to move, all else as it is, for it to enter or leave the first ones.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked, of :func:`siteprior.ranking.decision_matrix.value`; missing
        counts as 0.
    weights
        Weight per criterion, in any unit.
    sites
        The label of a site, or several.
    first
        How many are the first ones.
    criteria
        The criteria with their anchors: adds what has to be measured, in natural units.

    Returns
    -------
    DataFrame
        One row per site and weighed criterion, the smallest change that is possible first: ``site``, ``change``
        (``enters`` or ``leaves``), ``criterion``, ``value_now``, ``value_needed`` (just beyond it the site changes
        sides), ``move`` (needed − now), ``possible`` (whether there is such a value within 0–1; where not, ``needed``
        and ``move`` are missing); with ``criteria`` also ``measure_needed`` and ``unit``.

    Raises
    ------
    InputError
        When values, weights, a label or ``first`` cannot be used.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.9, 0.5, 0.6], "poor": [0.5, 0.5, 0.2]}, index=list("abc"))
    >>> done = fact_changes(values, {"near": 1, "poor": 1}, "b", first=1)
    >>> done[["change", "criterion", "value_needed", "possible"]]
       change criterion  value_needed  possible
    0  enters      near           0.9      True
    1  enters      poor           0.9      True
    """
    table, shares = check_values(values, weights)
    chosen = labels_of(sites, table.index, first)
    stands = standing(table, shares, first)
    rows = table.index.get_indexer(pd.Index(chosen))
    parts = []
    for name, share in shares.items():
        now = table[name].to_numpy()[rows]
        needed = np.round(now + (stands.line[rows] - stands.scores[rows]) / share, NEEDED_DECIMALS)
        inside, before = stands.inside[rows], stands.before[rows]
        # beyond the line is above it for who enters, below it for who leaves; on it the order of the labels decides
        enters = (needed < 1) | ((needed == 1) & before)
        leaves = (needed > 0) | ((needed == 0) & ~before)
        possible = np.where(inside, leaves, enters)
        needed = np.where(possible, needed, np.nan)
        parts.append(
            pd.DataFrame(
                {
                    "site": chosen, "change": np.where(inside, "leaves", "enters"), "criterion": name, "value_now": now,
                    "value_needed": needed, "move": needed - now, "possible": possible,
                }
            )
        )  # fmt: skip
    done = _smallest_first(pd.concat(parts, ignore_index=True), chosen)
    if criteria is not None:
        ends = [(criteria[name].worst, criteria[name].best) for name in done["criterion"]]
        worst, best = np.array(ends, dtype="float64").T
        done["measure_needed"] = worst + done["value_needed"].to_numpy() * (best - worst)
        done["unit"] = pd.Series([criteria[name].unit for name in done["criterion"]], dtype="str")
    return done


def weight_changes(values: pd.DataFrame, weights: Mapping[str, float], sites: Sites, *, first: int) -> pd.DataFrame:
    """Return how far one weight (share of 1) has to move, the others in proportion, for a site to enter or leave.

    Parameters
    ----------
    values, weights, sites, first
        As of :func:`fact_changes`.

    Returns
    -------
    DataFrame
        One row per site and weighed criterion, the smallest change that is possible first: ``site``, ``change``
        (``enters`` or ``leaves`` the first ones), ``criterion``, ``share_now``, ``share_needed``, ``side`` (``above``
        or ``below``: where just beyond it the site changes sides), ``move`` (needed − now), ``possible`` (whether there
        is such a share within 0–1).

    Raises
    ------
    InputError
        When values, weights, a label or ``first`` cannot be used.

    Source
    ------
    One weight moved, the others scaled by (1 − w') / (1 − w): the usual one-at-a-time sensitivity.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.9, 0.5], "poor": [0.3, 0.5]}, index=list("ab"))
    >>> done = weight_changes(values, {"near": 3, "poor": 1}, "b", first=1)
    >>> done[["change", "criterion", "share_now", "share_needed", "possible"]].round(3)
       change criterion  share_now  share_needed  possible
    0  enters      near       0.75         0.333      True
    1  enters      poor       0.25         0.667      True
    """
    table, shares = check_values(values, weights)
    chosen = labels_of(sites, table.index, first)
    inside = standing(table, shares, first).inside
    by_label = np.empty(len(table), dtype=np.int64)
    by_label[pd.Series(range(len(table)), index=table.index).sort_index(kind="stable").to_numpy()] = range(len(table))
    total = table.to_numpy() @ np.array(list(shares.values()))
    rows = []
    for name, share in shares.items():
        column = table[name].to_numpy()
        others = (total - share * column) / (1 - share) if len(shares) > 1 else None
        for label in chosen:
            row = int(table.index.get_indexer(pd.Index([label]))[0])
            needed, side = (
                (np.nan, "") if others is None else _needed(column, others, by_label, row, share, first, inside[row])
            )
            change = "leaves" if inside[row] else "enters"
            rows.append((label, change, name, share, needed, side, needed - share, not np.isnan(needed)))
    columns = ["site", "change", "criterion", "share_now", "share_needed", "side", "move", "possible"]
    return _smallest_first(pd.DataFrame(rows, columns=columns), chosen)


def _needed(
    column: Floats, others: Floats, by_label: npt.NDArray[np.int64], row: int, share: float, first: int, inside: bool
) -> tuple[float, str]:
    """Return the nearest share beyond which the site is on the other side, and the way; missing where none is."""
    keep = np.arange(len(column)) != row
    rise = np.round((column[row] - column)[keep], DECIMALS)  # the lead over each rival at the share 1
    base = np.round((others[row] - others)[keep], DECIMALS)  # and at the share 0
    always = (by_label < by_label[row])[keep]  # who stands before the site where both are alike at every share
    found: list[tuple[float, str]] = []
    for up in (True, False):
        far, near = (rise, base) if up else (base, rise)
        # along the way t from 0 (nothing of the far end) to 1, the lead is near + t (far − near)
        start = share if up else 1 - share
        slope = far - near
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = np.round(np.where(slope != 0, -near / slope, np.nan), NEEDED_DECIMALS)
        lead = near + start * slope
        on_line = np.isclose(crossing, start, rtol=0, atol=10.0**-NEEDED_DECIMALS)
        # just after the start: who is level there is ahead where the lead falls
        ahead = np.where(slope == 0, np.where(near == 0, always, near < 0), np.where(on_line, slope < 0, lead < 0))
        count = int(ahead.sum())
        if (count < first) != inside:
            return share, "above" if up else "below"
        meets = (crossing > start) & ~on_line & (crossing < 1)
        times, step = crossing[meets], np.where(slope[meets] < 0, 1, -1)
        turns = np.argsort(times, kind="stable")
        times, counts = times[turns], count + np.cumsum(step[turns])
        last = np.append(times[1:] > times[:-1], True) if len(times) else np.zeros(0, dtype=bool)
        changed = last & ((counts < first) != inside)
        if changed.any():
            at = float(times[np.argmax(changed)])
            found.append((at, "above") if up else (1 - at, "below"))
    return min(found, key=lambda each: abs(each[0] - share)) if found else (np.nan, "")


def _smallest_first(table: pd.DataFrame, sites: list[str]) -> pd.DataFrame:
    """Return the rows site by site in the order asked for, the smallest possible change first."""
    place = table["site"].map({site: place for place, site in enumerate(sites)})
    ordered = table.assign(_place=place, _size=table["move"].abs().round(NEEDED_DECIMALS))
    ordered = ordered.sort_values(["_place", "_size"], kind="stable", na_position="last")
    return ordered.drop(columns=["_place", "_size"]).reset_index(drop=True)


def labels_of(sites: Sites, index: pd.Index, first: int) -> list[str]:
    """Return the labels asked for, each once, or refuse what is not ranked and a number of first ones that is none."""
    chosen = list(dict.fromkeys([sites] if isinstance(sites, str) or not isinstance(sites, Iterable) else sites))
    faults = [f"sites: '{label}' is not among the sites that are ranked" for label in chosen if label not in index]
    if not isinstance(first, int) or isinstance(first, bool) or first < 1:
        faults.append(f"first: needs a whole number from 1, not {first!r}")
    if faults:
        raise InputError(*faults)
    return chosen
