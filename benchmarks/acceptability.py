"""SMAA-2 of 40,000 sites × 15 criteria over 10,000 draws: siteprior beside numpy's plain loop and pymcdm.

    python benchmarks/acceptability.py [--runs 3] [--quick]

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
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from measuring import OWN, PEER, Outcome, child, command, in_turn, parser, print_found, row_of, size, timed, yes
from siteprior.ranking.smaa import acceptability
from siteprior.ranking.weight_draws import draw_weights

SITES, CRITERIA, DRAWS, TOP, SEED = size(40_000, 4_000), 15, size(10_000, 200), 25, 20261128
REACH = 0.1
LIMIT_MB = 500.0
LIMITS_S = {"fixed": 10.0, "drawn": 60.0}
DONE = {"fixed": DRAWS, "drawn": DRAWS, "loop": DRAWS, "loop-drawn": size(100, 20), "pymcdm": size(50, 10)}
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
    """Count, write the acceptabilities, and print what it took."""
    values = made_up()
    SIDES[side](values.head(TOP + 1), 1)  # loads what the side is made of
    found, taken = timed(lambda: SIDES[side](values, draws))
    np.save(target, np.asarray(found, dtype=float))
    print_found({name: figure * DRAWS / draws for name, figure in taken.items()})


def measured(runs: int) -> Outcome:
    """Measure all sides in turn, and compare those with facts as given on the same draws."""
    sides = [side for side in SIDES if side != "pymcdm" or find_spec("pymcdm")]
    with tempfile.TemporaryDirectory() as folder:

        def one(side: str, draws: int, name: str) -> dict[str, Any]:
            return child(__file__, "--one", side, draws, Path(folder) / name)

        taken = in_turn(dict.fromkeys(sides, runs), lambda side: one(side, DONE[side], "timed.npy"))
        same = [side for side in sides if not side.endswith("drawn")]
        for side in same:
            one(side, CHECKED, f"{side}.npy")
        found = {side: np.load(Path(folder) / f"{side}.npy") for side in same}
    rows = []
    for side, figures in taken.items():
        note = "" if DONE[side] == DRAWS else f"{DONE[side]} draws scaled up"
        to = WORDS["drawn" if side == "loop-drawn" else "fixed"]
        rows.append(row_of(WORDS[side], OWN if side in LIMITS_S else PEER, figures, note, to=to))
    apart = max(float(np.abs(found[side] - found["fixed"]).max()) for side in same)
    sentences = [f"Largest difference of an acceptability on the same {CHECKED} draws: {apart:g}."]
    if "pymcdm" not in sides:
        sentences.append("pymcdm is not installed: it was not measured.")
    good = True
    for side, limit in LIMITS_S.items():
        within = all(one["seconds"] < limit and one["peak_mb"] < LIMIT_MB for one in taken[side])
        sentences.append(f"{WORDS[side]}: under {limit:g} s and {LIMIT_MB:g} MB in every run: {yes(within)}.")
        good = good and within
    what = f"{SITES:,} sites, {CRITERIA} criteria, {DRAWS:,} draws of weights, the first {TOP}"
    return Outcome(what, rows, sentences, good, agree=apart == 0)


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--one", nargs=3, metavar=("SIDE", "DRAWS", "FILE"), help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one_run(given.one[0], int(given.one[1]), Path(given.one[2]))
        return 0
    return command(measured(given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
