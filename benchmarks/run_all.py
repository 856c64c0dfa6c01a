"""All benchmarks by one command, in one table: each job siteprior beside its peers in the same run.

    python benchmarks/run_all.py                       all, at full size; what it takes is printed before
    python benchmarks/run_all.py --short               the jobs that together take about twenty minutes
    python benchmarks/run_all.py --only walks,zonal    some
    python benchmarks/run_all.py --quick               small sizes: shows that all works, not how fast
    python benchmarks/run_all.py --write               keep the results (results/measured.json), and README's tables
    python benchmarks/run_all.py --against FILE        what became worse than in FILE: exit code 1

Each job is a process of its own with a time limit; one that fails is named in the table, and the others go on. Results
are written after every job. ``--against`` compares how many times siteprior's time and memory a peer takes, not
seconds, for machines differ; of steps without a peer their memory, and their seconds where the machine is the same.
It fails where nothing can be compared. ``--write`` looks at README's marks before anything is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import kept_results
from measuring import QUICK, QUICK_VARIABLE, MeasuringError, process

HERE = Path(__file__).resolve().parent
ALLOWED = 1.25
LIMIT_TIMES, LEAST_LIMIT_S = 4, 300
"""A job is stopped after so many times what it usually takes, and not before so many seconds."""


class Job(NamedTuple):
    """A script: minutes to prepare, minutes of a run of all sides, the runs it usually gets; whether it is short."""

    prepare: float
    each: float
    runs: int
    short: bool = True
    data: bool = False

    def minutes(self, runs: int | None) -> float:
        """Return what it takes at full size on two cores, about."""
        return self.prepare + self.each * (runs or self.runs)


JOBS = {
    "acceptability": Job(0.5, 2.5, 3, short=False),
    "access_grid": Job(1, 0.3, 3),
    "evidence_layers": Job(1, 0.2, 3),
    "geopackage": Job(0.5, 0.4, 3),
    "panel": Job(0.3, 0.0, 50),
    "parcels": Job(0.5, 0.7, 3),
    "programme": Job(0, 1.7, 3, short=False),
    "register_speed": Job(0, 0.5, 5, data=True),
    "sales": Job(5, 1.6, 3, short=False),
    "timetables": Job(1, 0.5, 5),
    "viability": Job(0, 0.2, 3),
    "walks": Job(0.3, 0.3, 5),
    "zonal": Job(0.5, 0.2, 3),
    "main_job": Job(1, 5, 5, short=False, data=True),
    "linearity": Job(2, 8, 1, short=False, data=True),
}


def chosen(only: str | None, *, short: bool) -> list[str]:
    """Return the jobs that are asked for; an exit with the valid answers where one is unknown."""
    names = [name.strip() for name in only.split(",")] if only else list(JOBS)
    unknown = sorted(set(names) - JOBS.keys())
    if unknown:
        raise SystemExit(f"no such job: {', '.join(unknown)}; the jobs are {', '.join(JOBS)}")
    return [name for name in names if JOBS[name].short or not short]


def measured(name: str, given: argparse.Namespace) -> dict[str, Any]:
    """Run a job's script, and return what is kept of it; where it fails, why."""
    job = JOBS[name]
    load = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    kept = {"machine": kept_results.machine(), "quick": QUICK, "load": load, **kept_results.state_of_the_code()}
    if job.data and not os.environ.get("SITEPRIOR_DATA_ROOT"):
        return {**kept, "error": "needs SITEPRIOR_DATA_ROOT"}
    runs = given.runs or (1 if QUICK else job.runs)
    limit = given.limit or max(LEAST_LIMIT_S, 60 * LIMIT_TIMES * job.minutes(runs))
    with tempfile.TemporaryDirectory(prefix="siteprior-benchmark-") as folder:
        target = Path(folder) / "outcome.json"
        words = [sys.executable, str(HERE / f"{name}.py"), "--runs", str(runs), "--json", str(target)]
        if name == "geopackage" and given.run:
            words += ["--run", str(given.run)]
        environment = {"TMPDIR": folder, **({QUICK_VARIABLE: "1"} if QUICK else {})}
        try:
            print(process(words, environment=environment, limit_s=limit, memory_of_parts=False).output, flush=True)
        except MeasuringError as fault:
            if not target.exists():
                return {**kept, "error": str(fault).replace(folder, "…").replace(str(HERE.parent), "…")}
        return {**kept, **json.loads(target.read_text(encoding="utf-8"))}


def main() -> int:
    """Measure what is asked for, print one table, keep and compare it."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--only", metavar="JOB,…", help=f"some of {', '.join(JOBS)}")
    options.add_argument("--short", action="store_true", help="the jobs that together take about twenty minutes")
    options.add_argument("--quick", action="store_true", help="small sizes, one run: shows that it works, not how fast")
    options.add_argument("--runs", type=int, help="runs of each side (default: each job's own)")
    options.add_argument(
        "--limit", type=float, metavar="SECONDS", help="time limit of a job (default: four times the usual)"
    )
    options.add_argument("--run", type=Path, help="folder of a finished run for geopackage (default: the sample's)")
    options.add_argument(
        "--write", action="store_true", help=f"keep in {kept_results.RESULTS.name}, and README's tables"
    )
    options.add_argument("--out", type=Path, metavar="FILE", help="write the results to this file")
    options.add_argument("--against", type=Path, metavar="FILE", help="show what became worse than in FILE")
    options.add_argument("--allowed", type=float, default=ALLOWED, help=f"ratio that is not yet worse ({ALLOWED})")
    given = options.parse_args()
    names = chosen(given.only, short=given.short)
    before = kept_results.load(given.against) if given.against else {}
    if given.write and QUICK:
        options.error("--write keeps full sizes alone; use --out FILE with --quick")
    if given.against and not given.against.exists():
        options.error(f"{given.against}: no such file")
    if given.write:
        page = kept_results.PAGE.read_text(encoding="utf-8")
        faults = [f"{kept_results.PAGE.name}: {fault}" for fault in kept_results.mark_faults(page, JOBS)]
        if faults:
            raise SystemExit("\n".join([*faults, "nothing was measured; mend the marks first"]))
    for target in [kept_results.RESULTS] * given.write + [given.out] * bool(given.out):
        kept_results.load(target)  # refused now where it cannot be added to
    minutes = sum(JOBS[name].minutes(given.runs) for name in names)
    print(f"{len(names)} jobs: {', '.join(names)}")
    print("small sizes: some minutes\n" if QUICK else f"about {minutes:.0f} minutes on two cores\n", flush=True)
    found, start = dict[str, Any](), time.perf_counter()
    for number, name in enumerate(names, 1):
        print(
            f"== {name}, {number} of {len(names)}, after {(time.perf_counter() - start) / 60:.0f} minutes", flush=True
        )
        found[name] = measured(name, given)
        for target in [kept_results.RESULTS] * given.write + [given.out] * bool(given.out):
            good = {key: job for key, job in found.items() if not job.get("error")}
            kept_results.save(target, {**kept_results.load(target), **(good if target != given.out else found)})
    if given.write:
        page = kept_results.with_results(
            kept_results.PAGE.read_text(encoding="utf-8"), kept_results.load(kept_results.RESULTS)
        )
        kept_results.write_whole(kept_results.PAGE, page)
    print("\n".join(kept_results.whole_table(found)))
    failed = [f"{name}: {job['error']}" for name, job in found.items() if job.get("error")]
    missed = [name for name, job in found.items() if not job.get("error") and not QUICK and not job["good"]]
    print("\n".join(["", *([f"Bars missed: {', '.join(missed)}"] if missed else []), *failed]))
    faults = kept_results.worse(found, before, given.allowed) if given.against else failed
    if given.against:
        print("\n".join(faults) or f"nothing became worse than in {given.against}")
    disagreeing = [name for name, job in found.items() if not job.get("error") and not job["agree"]]
    if disagreeing:
        print(f"Sides that do not find the same: {', '.join(disagreeing)}")
    return int(bool(faults or disagreeing))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; nothing is left running")
