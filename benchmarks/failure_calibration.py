"""What each rule and number of the verdict on market failure does to the verdicts of a run, as a page to disagree with.

    python benchmarks/failure_calibration.py [--run FOLDER] [--project PROJECT.toml] [--out PAGE.md]

The signals are taken once, from a run's folder, or from a project that is worked through for it (by default
``tests/real/wmca.toml``); the verdicts are judged again with one number moved by one step down and up, all others as
they stand. No clock, no path in the page: the same signals give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from siteprior.appraisal.market_failure.judged import judge
from siteprior.appraisal.market_failure.rules import ORDER, SHARED_CAUSE, Record, Rules, failure_rules, verdicts
from siteprior.appraisal.market_failure.verdict_range import extremes, open_signals
from siteprior.core.files import write_text
from siteprior.core.parameters import load_parameters

ROOT = Path(__file__).resolve().parent.parent
STEPS = {"cannot_tell_above": 0.25, "beside_average": 0.05}
"""One step of a threshold where it is not 0.1: one of four signals; half of what has to stand beside an average."""

STEP = 0.1
NO_EFFECT = ("code_from",)
"""Thresholds that name signals in the codes and alter no verdict."""

SHOWN = 4
"""Changes of verdict that stand in one row, at most; the commonest first."""


class Outcome(NamedTuple):
    """Verdicts of the ranked sites, as places in :data:`ORDER`, and how many of them are settled."""

    codes: np.ndarray
    settled: int


def main() -> None:
    """Write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--run", type=Path, help="folder of a run, whose signals are taken")
    options.add_argument("--project", type=Path, default=ROOT / "tests/real/wmca.toml", help="else a project, run here")
    page = ROOT / "docs/reference/failure-calibration.md"
    options.add_argument("--out", type=Path, default=page, help="page to write")
    given = options.parse_args()
    title, sites, signals = from_run(given.run) if given.run else from_project(given.project)
    ranked = sites["rank"].notna()
    named = sites[ranked]
    write_text(given.out, page(title, named, signals[signals["site_id"].isin(named.index)]))
    print(given.out)


def from_run(folder: Path) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return title, sites and signals of a run's folder."""
    from siteprior.pipeline.manifest import open_run

    run = open_run(folder)
    return run.record["title"], pd.DataFrame(run.sites.drop(columns="geometry")), run["market_failure"]


def from_project(path: Path) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return title, sites and signals of a project, worked through without writing a run."""
    from siteprior.pipeline.registered import load_project
    from siteprior.pipeline.run import assess

    done = assess(load_project(path))
    return done.project.project.title, pd.DataFrame(done.sites.drop(columns=done.sites.geometry.name)), done.signals


def outcome(record: Record) -> Outcome:
    """Judge a record."""
    settled = extremes(record, open_signals(record)).settled
    return Outcome(verdicts(record, record.at_value), int(settled.sum()))


def moved_numbers(rules: Rules) -> Iterator[tuple[str, float, float, Rules]]:
    """Yield each number, its value, where one step takes it, and the rules with it there."""
    for name, value in rules.thresholds.items():
        step = STEPS.get(name, STEP)
        for to in (round(value - step, 6), round(value + step, 6)):
            if name not in NO_EFFECT and 0 <= to <= 1:
                yield f"verdict.{name}", value, to, Rules({**rules.thresholds, name: to}, rules.grades)
    for grade, value in rules.grades.items():
        for to in (round(value - STEP, 6), round(value + STEP, 6)):
            if 0 <= to <= 1:
                yield f"grades.{grade}", value, to, Rules(rules.thresholds, {**rules.grades, grade: to})


def without_a_rule(sites: pd.DataFrame, signals: pd.DataFrame, record: Record) -> Iterator[tuple[str, Record]]:
    """Yield each rule in words with the record as it would be without it."""
    passed = np.zeros(len(sites), dtype=bool)
    yield "The deadweight screen keeps no site from *Identified*", replace(record, failed=passed)
    plain = judge(sites, signals.assign(source=signals["source"].replace("headroom_gbp_per_ha", "own")), (), None)
    yield "A council's average counts as any other reading", plain.record
    apart = judge(sites.drop(columns=SHARED_CAUSE.flag, errors="ignore"), signals, (), None)
    yield "Gap and remediation count twice where they are one cause", apart.record
    every = Rules({**record.rules.thresholds, "cannot_tell_above": 1.0}, record.rules.grades)
    yield "No verdict is withheld: never *Cannot tell*", replace(record, rules=every)


def page(title: str, sites: pd.DataFrame, signals: pd.DataFrame) -> str:
    """Return the page."""
    rules = failure_rules()
    record = judge(sites, signals, (), rules).record
    now = outcome(record)
    stated = load_parameters("failure")
    moved = []
    for name, value, to, other in moved_numbers(rules):
        table, key = name.split(".")
        # new weights of grades weigh the readings anew; a threshold judges the same weights
        again = judge(sites, signals, (), other).record if table == "grades" else replace(record, rules=other)
        says = stated.table(table).parameter(key).source.removeprefix("siteprior: ")
        moved.append([f"`{name}`", f"{value:g}", f"{to:g}", *_cells(now, outcome(again)), says])
    left_out = [[words, *_cells(now, outcome(other))] for words, other in without_a_rule(sites, signals, record)]
    counts = " · ".join(f"{verdict} {int((now.codes == code).sum()):,}" for code, verdict in enumerate(ORDER))
    size = len(sites)
    lines = [
        "# What each number of the verdict does",
        "",
        "Made by `python benchmarks/failure_calibration.py`; do not edit. The thresholds and weights of",
        "`parameters/failure.toml` are proposals of this project. This page moves each by one step, all others as they",
        "stand, and says what becomes of the verdicts: disagree with one number, and see what follows from it.",
        "",
        f"**{title}**: {size:,} ranked sites. As the numbers stand: {counts}; {now.settled:,} verdicts settled.",
        "",
        "## One step down, one step up",
        "",
        *_table(["Number", "Now", "Moved to", *_HEADS, "What it is"], moved),
        "",
        f"`{'`, `'.join(f'verdict.{name}' for name in NO_EFFECT)}` names signals in the codes and alters no verdict.",
        "",
        "## Without one of the rules",
        "",
        *_table(["Without", *_HEADS], left_out),
        "",
        "**Change**: sites with another verdict than now. **Settled**: verdicts no open fact could move.",
    ]
    return "\n".join(lines) + "\n"


_HEADS = [*ORDER, "Change", "Settled", "From → to"]


def _cells(now: Outcome, then: Outcome) -> list[str]:
    """Return the counts of verdicts, how many change, how many are settled, and which change into which."""
    counts = [f"{int((then.codes == code).sum()):,}" for code in range(len(ORDER))]
    changed = now.codes != then.codes
    pairs = pd.Series(list(zip(now.codes[changed], then.codes[changed], strict=True)), dtype="object").value_counts()
    rows = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    words = "; ".join(f"{ORDER[one]} → {ORDER[other]} {count:,}" for (one, other), count in rows)
    return [*counts, f"{int(changed.sum()):,}", f"{then.settled:,}", words or "–"]


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    """Return a table in Markdown."""
    return [f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *rows]]


if __name__ == "__main__":
    main()
