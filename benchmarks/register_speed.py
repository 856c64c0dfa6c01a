"""Reading and repairing the corpus of registers beside a plain script that only converts what is labelled.

    python benchmarks/register_speed.py [--runs 5] [--data-root DIR]

Each run is a process of its own, the two sides in turn, so that a slow spell of the machine falls on both. Reported
are the median and the range of the wall time (start of Python and imports included) and the highest peak memory.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from measuring import OWN, PEER, Outcome, command, in_turn, parser, process, row_of, yes
from register_corpus import ARCHIVE, DATA_ROOT, HERE, council_areas, read_corpus

LIMIT_S = 60


def siteprior_side(root: Path) -> None:
    """Read and repair the whole corpus, boundaries included, and say what came out."""
    corpus = read_corpus(root, council_areas(root))
    read = int((corpus.files["schema"] != "refused").sum())
    table = corpus.reading.table
    placed = int(table["easting"].notna().sum())
    rows, sites = corpus.files["rows_in"].sum(), len(table)
    print(f"{read} files, {len(corpus.files) - read} refused, {rows} rows, {sites} sites, {placed} with a place")


def measured(runs: int, root: Path) -> Outcome:
    """Measure both sides in turn, whole processes."""
    sides = {
        "siteprior: read, repair, report": [str(HERE / "register_speed.py"), "--one", "--data-root", str(root)],
        "plain: convert as labelled": [str(HERE / "plain_registers.py"), str(root / ARCHIVE)],
    }

    def one(side: str) -> dict[str, Any]:
        done = process([sys.executable, *sides[side]])
        return {**done._asdict(), "what": done.output.strip().splitlines()[-1]}

    found = in_turn(dict.fromkeys(sides, runs), one)
    rows = [
        row_of(side, who, taken, taken[-1]["what"])
        for who, (side, taken) in zip((OWN, PEER), found.items(), strict=True)
    ]
    good = all(each["seconds"] < LIMIT_S for each in next(iter(found.values())))
    sentences = [f"Under {LIMIT_S} s in every run: {yes(good)}."]
    return Outcome("The corpus of registers, whole processes", rows, sentences, good)


def main() -> int:
    options = parser(__doc__, runs=5)
    options.add_argument("--data-root", type=Path, default=DATA_ROOT)
    options.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        siteprior_side(given.data_root)
        return 0
    return command(measured(given.runs, given.data_root), given.json)


if __name__ == "__main__":
    sys.exit(main())
