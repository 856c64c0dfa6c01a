"""The whole main job, from the command to its end: the West Midlands, England and the sample, beside a plain script.

    SITEPRIOR_DATA_ROOT=… python benchmarks/main_job.py [--runs 5] [--only cold,plain]

Each is ``siteprior run`` as a user starts it, its children with it, and measured whole. *Cold*: siteprior's cache is
empty, compiled code is kept. *Very first*: nothing compiled is kept either, neither numba's loops nor Python's modules.
*Changed weight*: a run before is in the cache, and the same project file states one other weight each time. Notebooks
are left out (``[publish] notebooks = []``) but where they are named. ``plain_main_job.py`` is the honest alternative;
what it does not do stands in its row. ``--stages`` shows what each stage takes, in one process and nothing kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from measuring import (
    BESIDE,
    OWN,
    PEER,
    QUICK,
    Outcome,
    child,
    command,
    in_turn,
    in_words,
    median_of,
    parser,
    print_found,
    process,
    row_of,
    timed,
    yes,
)
from plain_main_job import NOT_DONE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WMCA = ROOT / "tests" / "real" / "wmca.toml"
WITHOUT = "\n[publish]\nnotebooks = []\n"
WEIGHTS = "\n[weights]\ncorridor_access = {}\nstation_access = 10\nbus_access = 5\ndeprivation = 20\ncapacity = 15\n"
BARS_S = {"cold": 10.0, "changed": 3.0, "england": 60.0}
ENGLAND_MB = 4096
WORDS = {
    "cold": (OWN, "siteprior: West Midlands, cold"),
    "changed": (BESIDE, "siteprior: West Midlands, a changed weight"),
    "notebooks": (BESIDE, "siteprior: West Midlands, cold, with notebooks"),
    "first": (BESIDE, "siteprior: West Midlands, the very first run"),
    "plain": (PEER, "plain script: West Midlands"),
    "england": (OWN, "siteprior: England, cold"),
    "plain-england": (PEER, "plain script: England"),
    "demo": (BESIDE, "siteprior: the sample, cold, with its notebooks"),
}
ONCE = {"first", "notebooks", "demo"}
"""Sides that have no bar; measured at most three times."""
SHOWN = 12
"""Stages shown in a sentence, the longest first."""


class Runs:
    """Runs of the main job in one folder that is thrown away."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0
        self.data = os.environ.get("SITEPRIOR_DATA_ROOT", "")
        self.warm, self.weight = folder / "warm", 20
        self.edited: Path | None = None

    def project(self, more: str) -> Path:
        """Write a copy of the West Midlands' project with something added to it."""
        self.number += 1
        path = self.folder / f"wmca{self.number}" / "wmca.toml"
        path.parent.mkdir()
        path.write_text(WMCA.read_text(encoding="utf-8") + more, encoding="utf-8")
        return path

    def siteprior(self, *words: str, cache: Path | None = None, data: bool = True, **more: str) -> dict[str, Any]:
        """Run the command with a cache, a new one by default, and measure it; the folder it writes goes."""
        own = cache or Path(tempfile.mkdtemp(prefix="cache", dir=self.folder))
        out = Path(tempfile.mkdtemp(prefix="out", dir=self.folder)) / "run"
        environment = {"SITEPRIOR_CACHE": str(own), "SITEPRIOR_DATA_ROOT": self.data if data else "", **more}
        whole = [sys.executable, "-m", "siteprior", *words, "--quiet", "--out", str(out)]
        try:
            done = process(whole, environment=environment)
            size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
        finally:
            shutil.rmtree(out.parent, ignore_errors=True)
            if cache is None:
                shutil.rmtree(own, ignore_errors=True)
        return {**done._asdict(), "what": f"{size:.0f} MB written"}

    def cold(self) -> dict[str, Any]:
        return self.siteprior("run", str(self.project(WITHOUT)))

    def changed(self) -> dict[str, Any]:
        """Run by a weight that was not there before; the first time after a run that is not measured."""
        if self.edited is None:  # one file that is edited, for what is kept is kept by the project's file, too
            self.edited = self.project(WEIGHTS.format(20) + WITHOUT)
            self.siteprior("run", str(self.edited), cache=self.warm)
        self.weight += 1
        text = WMCA.read_text(encoding="utf-8") + WEIGHTS.format(self.weight) + WITHOUT
        self.edited.write_text(text, encoding="utf-8")
        return self.siteprior("run", str(self.edited), cache=self.warm)

    def notebooks(self) -> dict[str, Any]:
        return self.siteprior("run", str(self.project("")))

    def first(self) -> dict[str, Any]:
        made = Path(tempfile.mkdtemp(prefix="compiled", dir=self.folder))
        compiled = {"NUMBA_CACHE_DIR": str(made / "numba"), "PYTHONPYCACHEPREFIX": str(made / "python")}
        return self.siteprior("run", str(self.project(WITHOUT)), **compiled)

    def demo(self) -> dict[str, Any]:
        return self.siteprior("demo", data=False)

    def england_project(self) -> Path:
        """Return the project of England, made once."""
        project = self.folder / "england" / "england.toml"
        if not project.exists():
            process([sys.executable, str(ROOT / "tests" / "factories" / "england.py"), str(project.parent)])
        return project

    def england(self) -> dict[str, Any]:
        return self.siteprior("run", str(self.england_project()))

    def script(self, project: Path) -> dict[str, Any]:
        """Run the plain script on a project."""
        out = self.folder / "plain"
        words = [sys.executable, "-W", "ignore", str(HERE / "plain_main_job.py"), str(project), str(out), self.data]
        done = process(words)
        shutil.rmtree(out)
        return {**done._asdict(), "what": f"{done.output.strip().splitlines()[-1]}; {NOT_DONE}"}

    def measure(self, side: str) -> dict[str, Any]:
        """Measure one side once."""
        works: dict[str, Callable[[], dict[str, Any]]] = {
            "cold": self.cold, "changed": self.changed, "notebooks": self.notebooks, "first": self.first,
            "demo": self.demo, "england": self.england, "plain": lambda: self.script(WMCA),
            "plain-england": lambda: self.script(self.england_project()),
        }  # fmt: skip
        return works[side]()


def stages_of(project: Path) -> None:
    """Work a project through stage by stage in this process, publish it, and print what each took."""
    from siteprior.core.second_process import SecondProcess
    from siteprior.pipeline.publish import publish
    from siteprior.pipeline.registered import load_project
    from siteprior.pipeline.result import Result
    from siteprior.pipeline.stages import STAGES, run_stages
    from siteprior.report.notebooks.worker import NotebookProcess

    found: dict[str, dict[str, float]] = {}
    result = Result(load_project(project))
    for stage in STAGES:
        result, found[stage.name] = timed(partial(run_stages, result, (stage,)))
    with (
        tempfile.TemporaryDirectory() as folder,
        NotebookProcess(folder, jobs=0) as none,
        SecondProcess(start=False) as second,
    ):
        _, found["Publish"] = timed(lambda: publish(result, Path(folder), none, second=second))
    print_found({"stages": found, "seconds": sum(each["seconds"] for each in found.values())})


def by_stage(name: str, project: Path) -> str:
    """Return what the longest stages of a project take, in a sentence."""
    done = child(__file__, "--stages", project)
    ordered = sorted(done["stages"].items(), key=lambda each: -each[1]["seconds"])
    rest = sum(each["seconds"] for _, each in ordered[SHOWN:])
    listed = "; ".join(f"{stage} {in_words(each['seconds'])}" for stage, each in ordered[:SHOWN])
    return (f"{name} by stage (once, in one process, nothing kept, {in_words(done['seconds'])}, "
            f"{done['peak_mb']:,.0f} MB): {listed}; {len(ordered) - SHOWN} others {in_words(rest)}.")  # fmt: skip


def measured(folder: Path, sides: list[str], runs: int) -> Outcome:
    """Measure all sides in turn, and the stages once."""
    work = Runs(folder)
    times = {side: min(runs, 3) if side in ONCE else runs for side in sides}
    found = in_turn(times, work.measure)
    rows, sentences, good = [], [], True
    for side, taken in found.items():
        who, words = WORDS[side]
        to = WORDS[side.replace("plain-", "").replace("plain", "cold")][1] if who == PEER else ""
        rows.append(row_of(words, who, taken, taken[-1]["what"], to=to))
        if side in BARS_S:
            within = median_of(taken) < BARS_S[side]
            sentences.append(f"{words}: under {BARS_S[side]:g} s at the median: {yes(within)}.")
            if side == "england":
                small = max(each["peak_mb"] for each in taken) < ENGLAND_MB
                sentences.append(f"{words}: under {ENGLAND_MB / 1024:g} GB, all processes together: {yes(small)}.")
                within = within and small
            good = good and within
    if "cold" in sides:
        sentences.append(by_stage("West Midlands", work.project(WITHOUT)))
    if "england" in sides:
        sentences.append(by_stage("England", work.england_project()))
    what = "siteprior run, whole processes with their children; memory is the highest sum of all at one moment"
    return Outcome(what, rows, sentences, good)


def main() -> int:
    options = parser(__doc__, runs=5)
    options.add_argument("--only", help=f"some of {', '.join(WORDS)}")
    options.add_argument("--stages", type=Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.stages:
        stages_of(given.stages)
        return 0
    sides = given.only.split(",") if given.only else [side for side in WORDS if not QUICK or "england" not in side]
    if unknown := sorted(set(sides) - WORDS.keys()):
        options.error(f"no such side: {', '.join(unknown)}; the sides are {', '.join(WORDS)}")
    if not os.environ.get("SITEPRIOR_DATA_ROOT"):
        options.error("SITEPRIOR_DATA_ROOT has to say where the data lies")
    with tempfile.TemporaryDirectory(prefix="siteprior-main-job-") as folder:
        return command(measured(Path(folder), sides, given.runs), given.json)


if __name__ == "__main__":
    sys.exit(main())
