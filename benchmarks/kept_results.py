"""Results of benchmarks as they are kept: the machine, one JSON file, tables in README.md, and what became worse."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from measuring import OWN, PEER, table

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "measured.json"
PAGE = HERE / "README.md"
LIBRARIES = ("numpy", "pandas", "geopandas", "shapely", "scipy", "numba", "pyarrow", "duckdb", "networkx", "rasterio",
             "rasterstats", "gtfs-kit", "pymcdm")  # fmt: skip
WHOLE = "whole table"
HEAD = ["| Job | Side | Median | Range | Processor | Times siteprior's | Peak memory | What came out |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |"]  # fmt: skip


def machine() -> dict[str, Any]:
    """Return what was measured on: cores, processor, memory, system, Python and versions of libraries."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(), "python": platform.python_version(), "libraries": versions,
    }  # fmt: skip


def _field(path: str, name: str) -> str:
    """Return the first value of a name in a file of names and values; nothing where there is none."""
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def state_of_the_code() -> dict[str, str]:
    """Return the day, the commit, and whether files differed from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    commit = git("rev-parse", "--short=12", "HEAD") or "unknown"
    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return {"date": dt.datetime.now(dt.UTC).date().isoformat(), "commit": commit + changed}


def load(path: Path) -> dict[str, Any]:
    """Return kept results, job by job; none where there is no file."""
    return dict(json.loads(path.read_text(encoding="utf-8"))["jobs"]) if path.exists() else {}


def save(path: Path, jobs: Mapping[str, Any]) -> None:
    """Write results, keys in order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"jobs": dict(jobs)}, indent=1, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def load_of(job: Mapping[str, Any]) -> str:
    """Write when and on what a job was measured."""
    on = job["machine"]
    busy = f", load before it {job['load']:.1f}" if job.get("load") is not None else ""
    return (f"{job['date']}, commit {job['commit']}, {on['cores']} cores ({on['processor']}), {on['memory_gb']:g} GB, "
            f"Python {on['python']}{busy}")  # fmt: skip


def whole_table(jobs: Mapping[str, Any]) -> list[str]:
    """Return the lines of the one table of all jobs, with where each was measured under it."""
    lines, places = list(HEAD), dict[str, list[str]]()
    for name, job in sorted(jobs.items()):
        if job.get("error"):
            lines.append(f"| {name} | not measured: {job['error']} | | | | | | |")
            continue
        lines += table(job["rows"], job=name)
        places.setdefault(load_of(job), []).append(name)
    return [*lines, "", *(f"{', '.join(names)}: {place}." for place, names in places.items())]


def part_of(job: Mapping[str, Any]) -> list[str]:
    """Return the lines on one job in the page."""
    return [f"{load_of(job)}: {job['what']}.", "", *table(job["rows"]), "", *job["sentences"]]


def with_results(page: str, jobs: Mapping[str, Any]) -> str:
    """Return the page with its marked parts made anew; parts of jobs that were not measured stay as they are.

    A part stands between ``<!-- measured: JOB -->`` and ``<!-- end -->``.
    """
    full = {name: job for name, job in jobs.items() if not job.get("error") and not job["quick"]}

    def part(match: re.Match[str]) -> str:
        lines = (whole_table(full) if full else None) if match[1] == WHOLE else None
        if match[1] in full:
            lines = part_of(full[match[1]])
        return match[0] if lines is None else "\n".join([f"<!-- measured: {match[1]} -->", *lines, "<!-- end -->"])

    return re.sub(r"<!-- measured: ([^>]+?) -->\n.*?<!-- end -->", part, page, flags=re.DOTALL)


def pairs(job: Mapping[str, Any]) -> Iterator[tuple[str, str, float, float]]:
    """Yield siteprior's side, the peer, and how many times siteprior's seconds and memory the peer takes."""
    own = {row["side"]: row for row in job["rows"] if row["who"] == OWN}
    for row in job["rows"]:
        if row["who"] == PEER and own:
            mine = own.get(row["to"]) or next(iter(own.values()))
            yield mine["side"], row["side"], row["median_s"] / mine["median_s"], row["peak_mb"] / mine["peak_mb"]


def worse(now: Mapping[str, Any], before: Mapping[str, Any], allowed: float) -> list[str]:
    """Return what became worse than it was by more than a ratio, and what can no longer be compared.

    Compared is how many times siteprior's time and memory a peer takes, for machines differ in seconds.
    """
    found = []
    for name, job in sorted(now.items()):
        if job.get("error"):
            found.append(f"{name}: not measured: {job['error']}")
            continue
        if not job["agree"]:
            found.append(f"{name}: the sides do not find the same any more")
        old = before.get(name)
        if old is None or old.get("error"):
            continue
        if old["quick"] != job["quick"]:
            found.append(f"{name}: measured at another size, which cannot be compared")
            continue
        was = {(mine, peer): figures for mine, peer, *figures in pairs(old)}
        for mine, peer, *figures in pairs(job):
            for what, new, then in zip(("time", "memory"), figures, was.pop((mine, peer), []), strict=False):
                if then > allowed * new:
                    found.append(
                        f"{name}: {mine}, {what}: {peer} takes {new:.3g} times as much, {then:.3g} times before"
                    )
        found += [f"{name}: {mine} beside {peer} was measured before, and is not now" for mine, peer in was]
    return found
