"""Reading and repairing the corpus of registers beside a plain script that only converts what is labelled.

    python benchmarks/register_speed.py [--runs 5] [--data-root DIR]

Each run is a process of its own, the two sides in turn, so that a slow spell of the machine falls on both. Reported
are the median and the range of the wall time (start of Python and imports included) and the highest peak memory.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

from register_corpus import ARCHIVE, DATA_ROOT, HERE, council_areas, read_corpus

LIMIT_S = 60


def measure(command: list[str]) -> tuple[float, float, str]:
    """Run a command; return its wall time in seconds, its peak memory in MB, and its last line."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        start = time.perf_counter()
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: failed")
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss / unit, output.strip().splitlines()[-1]


def siteprior_side(root: Path) -> None:
    """Read and repair the whole corpus, boundaries included, and say what came out."""
    corpus = read_corpus(root, council_areas(root))
    read = int((corpus.files["schema"] != "refused").sum())
    table = corpus.reading.table
    placed = int(table["easting"].notna().sum())
    rows, sites = corpus.files["rows_in"].sum(), len(table)
    print(f"{read} files, {len(corpus.files) - read} refused, {rows} rows, {sites} sites, {placed} with a place")


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed and memory of reading the corpus, beside a plain script.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--data-root", type=Path, default=DATA_ROOT)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        siteprior_side(given.data_root)
        return 0
    sides = {
        "siteprior: read, repair, report": [
            sys.executable, str(HERE / "register_speed.py"), "--one", "--data-root", str(given.data_root),
        ],
        "plain: convert as labelled": [
            sys.executable, str(HERE / "plain_registers.py"), str(given.data_root / ARCHIVE),
        ],
    }  # fmt: skip
    runs: dict[str, list[tuple[float, float, str]]] = {name: [] for name in sides}
    for _ in range(given.runs):
        for name, command in sides.items():
            runs[name].append(measure(command))
    print(f"{given.runs} runs each, in turn; {os.cpu_count()} cores; Python {platform.python_version()}\n")
    print("| Side | Median | Range | Peak memory | What came out |\n| --- | ---: | ---: | ---: | --- |")
    for name, taken in runs.items():
        seconds = [run[0] for run in taken]
        span = f"{min(seconds):.1f} to {max(seconds):.1f} s"
        memory = max(run[1] for run in taken)
        print(f"| {name} | {statistics.median(seconds):.1f} s | {span} | {memory:.0f} MB | {taken[-1][2]} |")
    slowest = max(run[0] for run in runs["siteprior: read, repair, report"])
    print(f"\nUnder {LIMIT_S} s in every run: {'yes' if slowest < LIMIT_S else 'no'}")
    return 0 if slowest < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
