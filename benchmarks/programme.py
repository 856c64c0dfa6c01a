"""Time of a programme of 40,000 sites to a proven 0.1% gap, beside scipy's milp on the same figures with a time limit.

``python benchmarks/programme.py --runs 3``: sites made up at random (seed 0), a budget of £1bn, shares of affordable
homes and of homes in the most deprived areas, a floor of homes, and for each of seven councils a floor and a cap. Every
run is a process of its own, the sides in turn.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd

SITES, SEED, BUDGET, GAP, LIMIT_S = 40_000, 0, 1e9, 0.001, 30.0
COUNCILS = [f"E0800002{n}" for n in range(7)]
AFFORDABLE, DEPRIVED, HOMES, HOMES_EACH, COST_EACH = 0.25, 0.4, 500_000, 50_000, 3e8


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
    """Choose once, and print seconds, peak memory in megabytes, the benefit and the proven gap."""
    sites = make_sites()
    start = time.perf_counter()
    benefit, gap = SIDES[side](sites, limit)
    seconds = time.perf_counter() - start
    unit = 1024**2 if sys.platform == "darwin" else 1024
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, benefit, gap)


def main() -> int:
    parser = argparse.ArgumentParser(description="Time of a programme of 40,000 sites, beside scipy.optimize.milp.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=100.0, help="seconds that scipy's milp gets")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_run(given.one, given.limit)
        return 0
    taken: dict[str, list[list[float]]] = {side: [] for side in SIDES}
    for side in list(SIDES) * given.runs:
        command = [sys.executable, __file__, "--one", side, "--limit", str(given.limit)]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        taken[side].append([float(word) for word in output.split()])
    print(
        f"{given.runs} runs each, in turn; {os.cpu_count()} cores; Python {platform.python_version()}; {SITES} sites\n"
    )
    print("| Side | Median | Range | Peak memory | Benefit | Proven gap |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    for side, runs in taken.items():
        seconds = [run[0] for run in runs]
        span = f"{statistics.median(seconds):.1f} s | {min(seconds):.1f} to {max(seconds):.1f} s"
        best, gap = max(run[2] for run in runs), max(run[3] for run in runs)
        print(f"| {WORDS[side]} | {span} | {max(run[1] for run in runs):.0f} MB | £{best:,.0f} | {100 * gap:.4f}% |")
    good = all(run[0] < LIMIT_S and run[3] <= GAP for run in taken["siteprior"])
    print(f"\nTo {100 * GAP:g}% in under {LIMIT_S:g} s, every run: {'yes' if good else 'no'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
