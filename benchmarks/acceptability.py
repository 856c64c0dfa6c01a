"""SMAA-2 of 40,000 sites × 15 criteria over 10,000 draws: siteprior beside numpy's plain loop and pymcdm.

    python benchmarks/acceptability.py [--runs 3]

The values are made up, the same every time; weights are uniform on the simplex, the shortlist has 25 sites. With fixed
facts siteprior also gives central weights and confidence factors; with every criterion of every site drawn within ±0.1
the streams of all sites are its own. The plain loop draws a set of weights at a time, scores all sites, finds the first
25 by ``argpartition`` and counts; with drawn facts it takes numpy's generator for all values. pymcdm's weighted sum (a
library of its own, not needed by siteprior) does the same work draw by draw. Slow sides do the first draws only, and
their time is scaled up; loading is not timed. Each run is a process of its own, the sides in turn; peak memory is the
whole process's. On the same weights all sides must shortlist the same sites as often.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from siteprior.ranking.smaa import acceptability
from siteprior.ranking.weight_draws import draw_weights

SITES, CRITERIA, DRAWS, TOP, SEED = 40_000, 15, 10_000, 25, 20261128
REACH = 0.1
LIMIT_MB = 500.0
LIMITS_S = {"fixed": 10.0, "drawn": 60.0}
DONE = {"fixed": DRAWS, "drawn": DRAWS, "loop": DRAWS, "loop-drawn": 100, "pymcdm": 50}
WORDS = {
    "fixed": "siteprior: facts as given",
    "drawn": "siteprior: every criterion drawn",
    "loop": "numpy: a loop over draws, facts as given",
    "loop-drawn": "numpy: a loop over draws, every criterion drawn",
    "pymcdm": "pymcdm: WSM, draw by draw, facts as given",
}
CHECKED = 50
"""Draws in which the sides with facts as given are compared."""


def made_up() -> pd.DataFrame:
    cells = np.random.default_rng(7).random((SITES, CRITERIA))
    return pd.DataFrame(cells, columns=[f"c{n:02}" for n in range(CRITERIA)])


def by_siteprior(values: pd.DataFrame, draws: int) -> Any:
    return acceptability(values, seed=SEED, k=TOP, draws=draws).sites["top_k_acceptability"]


def by_siteprior_drawn(values: pd.DataFrame, draws: int) -> Any:
    low, high = (values - REACH).clip(lower=0), (values + REACH).clip(upper=1)
    return acceptability(values, seed=SEED, k=TOP, draws=draws, low=low, high=high).sites["top_k_acceptability"]


def counted(scores_of: Any, values: pd.DataFrame, draws: int) -> Any:
    """Count how often each site is among the first, one set of weights after another."""
    top = np.zeros(len(values))
    for weights in draw_weights(criteria=list(values), draws=draws, seed=SEED).to_numpy():
        top[np.argpartition(scores_of(weights), -TOP)[-TOP:]] += 1
    return top / draws


def by_loop(values: pd.DataFrame, draws: int) -> Any:
    cells = values.to_numpy()
    return counted(lambda weights: cells @ weights, values, draws)


def by_loop_drawn(values: pd.DataFrame, draws: int) -> Any:
    low = (values - REACH).clip(lower=0).to_numpy()
    width = (values + REACH).clip(upper=1).to_numpy() - low
    random = np.random.default_rng(SEED)
    return counted(lambda weights: (low + width * random.random(low.shape)) @ weights, values, draws)


def by_pymcdm(values: pd.DataFrame, draws: int) -> Any:
    from pymcdm.methods import WSM

    body, cells, types = (
        WSM(normalization_function=lambda column, *_, **__: column),
        values.to_numpy(),
        np.ones(CRITERIA),
    )
    return counted(lambda weights: body(cells, weights, types), values, draws)


SIDES = {
    "fixed": by_siteprior,
    "drawn": by_siteprior_drawn,
    "loop": by_loop,
    "loop-drawn": by_loop_drawn,
    "pymcdm": by_pymcdm,
}


def one_run(side: str, draws: int, target: Path) -> None:
    """Count, write the acceptabilities, and print seconds, megabytes and seconds of processor time."""
    values = made_up()
    SIDES[side](values.head(TOP + 1), 1)  # loads what the side is made of
    start, worked = time.perf_counter(), time.process_time()
    found = SIDES[side](values, draws)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    np.save(target, np.asarray(found, dtype=float))
    unit = 1024**2 if sys.platform == "darwin" else 1024
    scale = DRAWS / draws
    print(seconds * scale, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, worked * scale)


def run(side: str, draws: int, target: Path) -> list[float]:
    command = [sys.executable, __file__, "--one", side, str(draws), str(target)]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return [float(word) for word in output.split()]


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed and memory of SMAA-2, beside numpy and pymcdm.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("SIDE", "DRAWS", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one_run(given.one[0], int(given.one[1]), Path(given.one[2]))
        return 0
    sides = [side for side in SIDES if side != "pymcdm" or find_spec("pymcdm")]
    taken: dict[str, list[list[float]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder:
        for side in sides * given.runs:
            taken[side].append(run(side, DONE[side], Path(folder) / "timed.npy"))
        same = [side for side in sides if not side.endswith("drawn")]
        for side in same:
            run(side, CHECKED, Path(folder) / f"{side}.npy")
        found = {side: np.load(Path(folder) / f"{side}.npy") for side in same}
    print(f"{given.runs} runs each, in turn; {os.cpu_count()} cores; Python {platform.python_version()}")
    print(f"{SITES:,} sites, {CRITERIA} criteria, {DRAWS:,} draws, the first {TOP}\n")
    print("| Side | Median | Range | Processor time | Peak memory |\n| --- | ---: | ---: | ---: | ---: |")
    for side, runs in taken.items():
        seconds = [one[0] for one in runs]
        words = WORDS[side] + ("" if DONE[side] == DRAWS else f"; {DONE[side]} draws scaled up")
        worked, memory = statistics.median(one[2] for one in runs), max(one[1] for one in runs)
        span = f"{min(seconds):.1f} to {max(seconds):.1f} s"
        print(f"| {words} | {statistics.median(seconds):.1f} s | {span} | {worked:.1f} s | {memory:.0f} MB |")
    apart = max(float(np.abs(found[side] - found["fixed"]).max()) for side in same)
    print(f"\nLargest difference of an acceptability on the same {CHECKED} draws: {apart:g}")
    good = apart == 0
    for side, limit in LIMITS_S.items():
        within = all(one[0] < limit and one[1] < LIMIT_MB for one in taken[side])
        print(f"{WORDS[side]}: under {limit:g} s and {LIMIT_MB:g} MB in every run: {'yes' if within else 'no'}")
        good = good and within
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
