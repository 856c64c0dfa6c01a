"""The weights nearest to those given under which a site enters the first ones or leaves them, all moved together.

Near is the sum of the moves of all shares (L1). A mixed-integer programme finds them: who may be ahead of the site is
decided with the weights. It begins with the rivals that stand in the way and takes all others for beaten; the sites are
then ranked by what it finds, and rivals that turn out to be in the way are added until none is left. What is left out
only makes a change seem smaller, so the last answer is exact.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from siteprior.core.parameters import load_parameters
from siteprior.ranking.options import check_values
from siteprior.ranking.turning_points import labels_of, standing

Floats = npt.NDArray[np.float64]
TOLERANCE = 1e-9
"""By how much a lead may miss zero and still be level: what the solver may miss a row by."""

SHARE_DECIMALS = 9


def nearest_weights(values: pd.DataFrame, weights: Mapping[str, float], site: str, *, first: int) -> pd.DataFrame:
    """Return the weights (shares of 1) nearest to those given at which a site enters or leaves the first ones.

    Parameters
    ----------
    values
        Sites × criteria, 0–1, of the sites that are ranked; missing counts as 0.
    weights
        Weight per criterion, in any unit.
    site
        The label of the site.
    first
        How many are the first ones.

    Returns
    -------
    DataFrame
        One row per weighed criterion, the largest move first: ``share_now``, ``share_needed`` (just beyond these
        weights the site is on the other side; they sum to 1), ``move`` (needed − now). The sum of the moves' sizes is
        the least there is. Missing throughout where no weights change sides, or the search was given up (parameter
        ``nearest_nodes`` of ``parameters/ranking.toml``).

    Raises
    ------
    InputError
        When values, weights, the label or ``first`` cannot be used.

    Examples
    --------
    >>> values = pd.DataFrame({"near": [0.9, 0.5], "poor": [0.3, 0.5]}, index=list("ab"))
    >>> nearest_weights(values, {"near": 3, "poor": 1}, "b", first=1).round(3).rename_axis(None)
          share_now  share_needed   move
    near       0.75         0.333 -0.417
    poor       0.25         0.667  0.417
    """
    table, shares = check_values(values, weights)
    (label,) = labels_of([site], table.index, first)
    now = np.array(list(shares.values()))
    row = int(table.index.get_indexer(pd.Index([label]))[0])
    inside = bool(standing(table, shares, first).inside[row])
    figures = table[list(shares)].to_numpy(dtype=np.float64)
    lead = np.delete(figures[row] - figures, row, axis=0)  # over each rival, by criterion
    needed = _leaving(lead, now, first) if inside else _nearest(lead, now, most_ahead=first - 1)
    found = np.full(len(now), np.nan) if needed is None else np.round(needed, SHARE_DECIMALS)
    done = pd.DataFrame({"share_now": now, "share_needed": found}, index=pd.Index(list(shares), name="criterion"))
    done["move"] = done["share_needed"] - done["share_now"]
    size = done["move"].abs().round(SHARE_DECIMALS)
    return done.loc[size.sort_values(ascending=False, kind="stable").index]


def _leaving(lead: Floats, now: Floats, first: int) -> Floats | None:
    """Return the nearest weights at which at least ``first`` rivals are level or ahead: all others may be behind.

    The same as that no more than the rest are behind, seen from the rivals' side.
    """
    rivals = len(lead)
    return None if rivals < first else _nearest(-lead, now, most_ahead=rivals - first)


def _nearest(lead: Floats, now: Floats, *, most_ahead: int) -> Floats | None:
    """Return the nearest weights at which the lead is below zero over no more than so many rivals."""
    behind = lead @ now < -TOLERANCE
    if not behind.sum() > most_ahead:
        return now
    looked_at = behind.copy()
    while True:
        found = _solve(lead[looked_at], now, most_ahead)
        if found is None:
            return None
        ahead = lead @ found < -TOLERANCE
        if ahead.sum() <= most_ahead or not (ahead & ~looked_at).any():
            return found
        looked_at |= ahead


def _solve(lead: Floats, now: Floats, most_ahead: int) -> Floats | None:
    """Return the nearest weights at which no more than so many of these rivals are ahead; ``None`` where none are.

    Variables: the shares, the size of each move, and for each rival whether it may be ahead.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    rivals, count = lead.shape
    none, one = np.zeros((rivals, count)), np.eye(count)
    furthest = np.maximum(0.0, -lead.min(axis=1))  # no weights let a rival be further ahead
    rows = [
        LinearConstraint(np.hstack([lead, none, np.diag(furthest)]), 0.0, np.inf),
        LinearConstraint(np.hstack([one, -one, np.zeros((count, rivals))]), -np.inf, now),
        LinearConstraint(np.hstack([-one, -one, np.zeros((count, rivals))]), -np.inf, -now),
        LinearConstraint(np.hstack([np.ones(count), np.zeros(count + rivals)]), 1.0, 1.0),
        LinearConstraint(np.hstack([np.zeros(2 * count), np.ones(rivals)]), 0.0, float(most_ahead)),
    ]
    aim = np.hstack([np.zeros(count), np.ones(count), np.zeros(rivals)])
    whole = np.hstack([np.zeros(2 * count), np.ones(rivals)])
    nodes = load_parameters("ranking").integer("nearest_nodes")
    result = milp(aim, constraints=rows, bounds=Bounds(0.0, 1.0), integrality=whole,
                  options={"node_limit": nodes, "mip_rel_gap": 0.0})  # fmt: skip
    if result.status != 0 or result.x is None:
        return None
    return _exact(lead[result.x[2 * count :] < 0.5], now)


def _exact(lead: Floats, now: Floats) -> Floats | None:
    """Return the nearest weights at which none of these rivals is ahead, as exactly as a linear programme can."""
    from scipy.optimize import linprog

    one, none = np.eye(len(now)), np.zeros(lead.shape)
    result = linprog(
        np.hstack([np.zeros(len(now)), np.ones(len(now))]),
        A_ub=np.vstack([np.hstack([-lead, none]), np.hstack([one, -one]), np.hstack([-one, -one])]),
        b_ub=np.hstack([np.zeros(len(lead)), now, -now]),
        A_eq=np.hstack([np.ones(len(now)), np.zeros(len(now))])[None, :],
        b_eq=[1.0],
        bounds=(0.0, 1.0),
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    return None if result.x is None else np.asarray(result.x[: len(now)], dtype=np.float64)
