"""Time of a programme of 40,000 sites to a proven 0.1% gap, beside scipy's milp on the same figures with a time limit.

``python benchmarks/programme.py [--runs 3]``: sites made up at random (seed 0), a budget of £1bn, shares of affordable
homes and of homes in the most deprived areas, a floor of homes, and for each of seven councils a floor and a cap. Every
run is a process of its own, the sides in turn.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
import pandas as pd

from measuring import OWN, PEER, Outcome, child, command, in_turn, parser, print_found, row_of, size, timed, yes

SITES, SEED, BUDGET, GAP, LIMIT_S = size(40_000, 4_000), 0, float(size(10**9, 10**8)), 0.001, 30.0
COUNCILS = [f"E0800002{n}" for n in range(7)]
AFFORDABLE, DEPRIVED, HOMES, HOMES_EACH, COST_EACH = (
    0.25,
    0.4,
    size(500_000, 50_000),
    size(50_000, 5_000),
    float(size(3 * 10**8, 3 * 10**7)),
)


def make_sites() -> pd.DataFrame:
    """Return opportunities whose benefit follows their cost, more or less, so that the choice is not obvious."""
    rng = np.random.default_rng(SEED)
    homes = rng.integers(5, 400, SITES).astype(float)
    cost = rng.lognormal(13.5, 1, SITES).round(2)
    return pd.DataFrame(
        {
            "benefit": (0.5 * rng.lognormal(13, 1, SITES) + cost * rng.uniform(0.3, 1, SITES)).round(2),
            "cost": cost,
            "homes": homes,
            "affordable_homes": np.floor(homes * rng.uniform(0, 0.45, SITES)),
            "imd_decile": rng.integers(1, 11, SITES),
            "organisation": rng.choice(COUNCILS, SITES),
        },
        index=[f"s{n}" for n in range(SITES)],
    )


def by_siteprior(sites: pd.DataFrame, _: float) -> tuple[float, float]:
    from siteprior.programme import AffordableShare, Cap, DeprivedShare, Floor, choose_programme

    constraints = [AffordableShare(AFFORDABLE), DeprivedShare(DEPRIVED), Floor("homes", HOMES)]
    constraints += [Cap("cost", COST_EACH, council=each) for each in COUNCILS]
    constraints += [Floor("homes", HOMES_EACH, council=each) for each in COUNCILS]
    found = choose_programme(sites, budget=BUDGET, constraints=constraints, gap=GAP)
    return found.benefit, found.gap


def by_scipy(sites: pd.DataFrame, limit: float) -> tuple[float, float]:
    from scipy.optimize import Bounds, LinearConstraint, milp

    homes, cost = sites["homes"], sites["cost"]
    poor = homes.where(sites["imd_decile"] <= 2, 0)
    rows = [(cost, -np.inf, BUDGET), (sites["affordable_homes"] - AFFORDABLE * homes, 0, np.inf),
            (poor - DEPRIVED * homes, 0, np.inf), (homes, HOMES, np.inf)]  # fmt: skip
    for each in COUNCILS:
        own = sites["organisation"] == each
        rows += [(cost.where(own, 0), -np.inf, COST_EACH), (homes.where(own, 0), HOMES_EACH, np.inf)]
    matrix, low, high = zip(*rows, strict=True)
    found = milp(
        -sites["benefit"],
        integrality=np.ones(SITES),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array(matrix), low, high),
        options={"mip_rel_gap": GAP, "time_limit": limit},
    )
    return (float("nan"), float("nan")) if found.x is None else (-found.fun, found.mip_gap)


SIDES = {"siteprior": by_siteprior, "scipy": by_scipy}
WORDS = {"siteprior": "siteprior: choose_programme", "scipy": "scipy: milp"}


def one_run(side: str, limit: float) -> None:
    """Choose once, and print what it took, the benefit and the proven gap."""
    sites = make_sites()
    (benefit, gap), taken = timed(lambda: SIDES[side](sites, limit))
    print_found({**taken, "benefit": benefit, "gap": gap})


def measured(runs: int, limit: float) -> Outcome:
    """Measure both sides in turn."""
    found = in_turn(dict.fromkeys(SIDES, runs), lambda side: child(__file__, "--one", side, "--limit", limit))
    rows = []
    for side, taken in found.items():
        best, gap = max(each["benefit"] for each in taken), max(each["gap"] for each in taken)
        note = f"benefit £{best:,.0f}, the worst proven gap {100 * gap:.4f}%"
        rows.append(row_of(WORDS[side], OWN if side == "siteprior" else PEER, taken, note))
    good = all(each["seconds"] < LIMIT_S and each["gap"] <= GAP for each in found["siteprior"])
    sentence = f"To {100 * GAP:g}% in under {LIMIT_S:g} s, every run: {yes(good)}. scipy's milp got {limit:g} s."
    return Outcome(f"{SITES:,} sites, £{BUDGET / 1e9:g}bn", rows, [sentence], good)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--limit", type=float, default=float(size(100, 10)), help="seconds that scipy's milp gets")
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one_run(given.one, given.limit)
        return 0
    return command(measured(given.runs, given.limit), given.json)


if __name__ == "__main__":
    sys.exit(main())
