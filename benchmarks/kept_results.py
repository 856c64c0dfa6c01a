"""Results of benchmarks as they are kept: the machine, one JSON file, tables in README.md, and what became worse."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
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
    """Return kept results, job by job; none where there is no file, an exit where it holds something else."""
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8"))["jobs"])
    except (ValueError, KeyError, TypeError) as fault:
        raise SystemExit(f"{path}: holds no results of run_all.py ({fault!r}); write it anew with --out") from None


def save(path: Path, jobs: Mapping[str, Any]) -> None:
    """Write results, keys in order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"jobs": dict(jobs)}, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def mark_faults(page: str, jobs: Iterable[str]) -> list[str]:
    """Return what is wrong with the marks of a page: each job has one part, which ends before the next begins."""
    found, begun, names = list[str](), "", list[str]()
    for number, line in enumerate(page.splitlines(), 1):
        if start := re.fullmatch(r"<!-- measured: (.+?) -->", line):
            found += [f"line {number}: the part before it, {begun}, has no end"] if begun else []
            begun = start[1]
            names.append(begun)
        elif line == "<!-- end -->":
            found += [] if begun else [f"line {number}: ends a part that was not begun"]
            begun = ""
        elif re.search("<!-- *(measured|end)", line):
            found.append(
                f"line {number}: a mark stands by itself in its line, as <!-- measured: JOB --> or <!-- end -->"
            )
    wanted = {WHOLE, *jobs}
    found += [f"the last part, {begun}, has no end"] if begun else []
    found += [f"the part {name} stands {names.count(name)} times, and needs to stand once" for name in sorted(wanted)
              if names.count(name) != 1]  # fmt: skip
    return found + [f"the part {name} is that of no job" for name in sorted({*names} - wanted)]


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


def figures(job: Mapping[str, Any], *, seconds: bool) -> Iterator[tuple[str, str, float]]:
    """Yield what of a job is compared: a name, in which words it is shown, and a figure that is better when lower.

    Of a side of siteprior's that has peers: its share of the time and memory of each. Of a step without a peer its
    memory, and on the same machine (``seconds``) its time.
    """
    own = {row["side"]: row for row in job["rows"] if row["who"] == OWN}
    alone = {row["side"]: row for row in job["rows"] if row["who"] != PEER}
    for row in job["rows"]:
        if row["who"] == PEER and own:
            mine = own.get(row["to"]) or next(iter(own.values()))
            alone.pop(mine["side"], None)
            for what, key in (("time", "median_s"), ("memory", "peak_mb")):
                share = mine[key] / row[key] if row[key] else math.nan
                yield f"{mine['side']} beside {row['side']}, {what}", "of the peer's", share
    for side, row in alone.items():
        yield f"{side}, memory", "MB", row["peak_mb"]
        if seconds:
            yield f"{side}, time", "s", row["median_s"]


def worse(now: Mapping[str, Any], before: Mapping[str, Any], allowed: float) -> list[str]:
    """Return what became worse than it was by more than a ratio, and what cannot be compared (:func:`figures`)."""
    found, compared = list[str](), 0
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
        same = all(old["machine"].get(part) == job["machine"].get(part) for part in ("cores", "processor"))
        was = {what: figure for what, _, figure in figures(old, seconds=same)}
        for what, unit, new in figures(job, seconds=same):
            if (then := was.pop(what, None)) is None:
                continue
            compared += 1
            if not (math.isfinite(new) and math.isfinite(then)):
                found.append(f"{name}: {what}: {new} after {then}, which is no number to compare")
            elif new > allowed * then:
                found.append(f"{name}: {what}: {new:.3g} {unit}, {then:.3g} before")
        found += [f"{name}: {what} was measured before, and is not now" for what in was]
    return found if found or compared else ["nothing could be compared: none of these jobs was measured before"]
