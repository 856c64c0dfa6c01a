"""How every benchmark measures: each side a process of its own, the sides in turn, medians, and rows of one table.

A script names its sides and gives :func:`command` a function that measures them; ``--json FILE`` writes what came out,
which ``run_all.py`` puts beside the other jobs. Sizes are chosen by :func:`size` when a script is read, by its
children too: ``--quick`` sets a variable of the environment that they take over.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

QUICK_VARIABLE = "SITEPRIOR_BENCHMARK_QUICK"
if "--quick" in sys.argv[1:]:
    os.environ[QUICK_VARIABLE] = "1"
QUICK = bool(os.environ.get(QUICK_VARIABLE))

OWN, PEER, BESIDE = "siteprior", "peer", "beside"
"""Who does a row's work: siteprior, another, or siteprior in a step that no peer has."""
SAMPLE_S = 0.02
"""Time between two looks at the memory of a process and its children."""
MB = 1024**2


def size(full: int, quick: int) -> int:
    """Return a size: the full one, with ``--quick`` the small one."""
    return quick if QUICK else full


class MeasuringError(RuntimeError):
    """A process that was measured did not end well, or not in time."""


class Measured(NamedTuple):
    """A process and its children, whole: seconds, processor seconds, peak memory in MB, and what was printed."""

    seconds: float
    processor: float
    peak_mb: float
    output: str


@dataclass(frozen=True)
class Row:
    """One side of a job: what it took in each run.

    ``who`` is :data:`OWN`, :data:`PEER` or :data:`BESIDE`; ``note`` is what came out, or what is not done; ``to`` is
    the side of siteprior's that a peer is compared with, its first where none is named.
    """

    side: str
    who: str
    seconds: list[float]
    processor: list[float]
    peak_mb: list[float]
    note: str = ""
    to: str = ""

    def figures(self) -> dict[str, Any]:
        """Return the row as it is kept: medians, range, the highest peak, and every run."""
        return {
            "side": self.side, "who": self.who, "note": self.note, "to": self.to, "runs": len(self.seconds),
            "median_s": _short(statistics.median(self.seconds)), "low_s": _short(min(self.seconds)),
            "high_s": _short(max(self.seconds)), "processor_s": _short(statistics.median(self.processor)),
            "peak_mb": round(max(self.peak_mb)), "seconds": [_short(each) for each in self.seconds],
        }  # fmt: skip


@dataclass
class Outcome:
    """What a job's measurement came to: its size in words, rows, sentences on bars and agreement, whether they hold.

    ``good`` is whether the bars hold, which small sizes need not; ``agree`` whether the sides found the same.
    """

    what: str
    rows: list[Row]
    sentences: list[str] = field(default_factory=list)
    good: bool = True
    agree: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as it is kept, each row with its ratio to siteprior's first."""
        rows = with_ratios([row.figures() for row in self.rows])
        return {"what": self.what, "rows": rows, "sentences": self.sentences,
                "good": self.good, "agree": self.agree}  # fmt: skip


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def with_ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each peer its median over that of the row of siteprior's it is compared with; ``None`` to other rows."""
    own = {row["side"]: row["median_s"] for row in rows if row["who"] == OWN}
    for row in rows:
        base = own.get(row["to"] or next(iter(own), "")) if row["who"] == PEER else None
        row["ratio"] = _short(row["median_s"] / base) if base else None
    return rows


def process(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, limit_s: float | None = None,
    folder: Path | None = None, memory_of_parts: bool = True,
) -> Measured:  # fmt: skip
    """Run a command and measure it with its children; :class:`MeasuringError` where it fails or takes too long.

    Peak memory is the highest sum over the process and its children at one moment, looked at fifty times a second
    (memory that two of them share counts twice), or the highest peak of one of them; without /proc the latter alone.
    """
    start = time.perf_counter()
    with _interrupted_by_sigterm(), subprocess.Popen(
        list(command), stdout=subprocess.PIPE, text=True, cwd=folder, start_new_session=True,
        env={**os.environ, **(environment or {})},
    ) as running:  # fmt: skip
        late = threading.Event()
        timer = threading.Timer(limit_s or 1e9, lambda: (late.set(), kill(running.pid)))
        timer.daemon = True
        timer.start()
        peak = _Peak(running.pid) if memory_of_parts else None
        try:
            output = running.stdout.read() if running.stdout else ""
            _, status, usage = os.wait4(running.pid, 0)
        except BaseException:
            kill(running.pid)
            raise
        finally:
            timer.cancel()
            seen_mb = peak.stop() if peak else 0.0
        seconds = time.perf_counter() - start
        running.returncode = os.waitstatus_to_exitcode(status)
    if late.is_set():
        raise MeasuringError(f"{_words(command)}: not done in {limit_s:g} s")
    if running.returncode:
        raise MeasuringError(f"{_words(command)}: ended with {running.returncode}")
    unit = MB if sys.platform == "darwin" else 1024
    return Measured(seconds, usage.ru_utime + usage.ru_stime, seen_mb or usage.ru_maxrss / unit, output)


def _words(command: Sequence[str]) -> str:
    return " ".join([Path(command[0]).name, *map(str, command[1:])])


@contextmanager
def _interrupted_by_sigterm() -> Iterator[None]:
    """Take SIGTERM for Ctrl-C meanwhile: what is measured has a session of its own, and is ended with this process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def kill(root: int) -> None:
    """End a process started in a session of its own, all that descend from it, and all of their process groups.

    One whose parent has ended descends from nobody, and is still of the group.
    """
    every, groups = _tree(root), {root}
    for each in every:
        with suppress(ProcessLookupError, PermissionError):
            groups.add(os.getpgid(each))
    for end, numbers in ((os.killpg, groups - {os.getpgid(0)}), (os.kill, every)):
        for number in numbers:
            with suppress(ProcessLookupError, PermissionError):
                end(number, signal.SIGKILL)


class _Peak(threading.Thread):
    """Looks at the memory of a process and its children until stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.highest, self.done = root, 0.0, threading.Event()
        self.start()

    def run(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self.done.is_set():
            sizes = [_memory(each, page) for each in _tree(self.root)]
            if sizes:
                self.highest = max(self.highest, sum(now for now, _ in sizes), *(peak for _, peak in sizes))
            self.done.wait(SAMPLE_S)

    def stop(self) -> float:
        """Return the highest sum, in MB."""
        self.done.set()
        self.join()
        return self.highest / MB


def _tree(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    found, ahead = [], [root]
    while ahead:
        each = ahead.pop()
        found.append(each)
        with suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                ahead += map(int, (task / "children").read_text().split())
    return found


def _memory(each: int, page: int) -> tuple[int, int]:
    """Return the memory of a process now, and its own highest so far, in bytes."""
    with suppress(OSError, ValueError, IndexError):
        now = int(Path(f"/proc/{each}/statm").read_text().split()[1]) * page
        return now, peak_of(each)
    return 0, 0


def peak_of(each: int | str = "self") -> int:
    """Return the highest memory of a process since it was loaded, in bytes; 0 where that is not known."""
    with suppress(OSError):
        for line in Path(f"/proc/{each}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Do a piece of work; return its result, and its seconds and processor seconds (of all threads)."""
    start, worked = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": time.perf_counter() - start, "processor": time.process_time() - worked}


def print_found(found: Mapping[str, Any]) -> None:
    """Print what a child found, with the peak memory of its process, as the last line of its output."""
    unit = 1 if sys.platform == "darwin" else 1024
    peak = peak_of() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"peak_mb": peak / MB, **found}))


def child(script: str, *arguments: object, limit_s: float | None = None) -> dict[str, Any]:
    """Run a script as a child, and return what it found; ``whole_s`` is the time of the whole process."""
    command = [sys.executable, script, *map(str, arguments)]
    done = process(command, limit_s=limit_s, memory_of_parts=False)
    lines = done.output.strip().splitlines()
    return {"whole_s": done.seconds, **(json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {})}


def in_turn(sides: Mapping[str, int], measure: Callable[[str], dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Measure each side as often as it is asked for, one side after the other, so that a slow spell falls on all."""
    found: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    for turn in range(max(sides.values())):
        for side, times in sides.items():
            if turn < times:
                found[side].append(measure(side))
                print(f"  {side}: {found[side][-1]['seconds']:.2f} s", file=sys.stderr, flush=True)
    return found


def row_of(side: str, who: str, found: Sequence[Mapping[str, Any]], note: str = "", to: str = "") -> Row:
    """Return the row of what children found."""
    columns = [[float(each[name]) for each in found] for name in ("seconds", "processor", "peak_mb")]
    return Row(side, who, *columns, note=note, to=to)


def median_of(found: Sequence[Mapping[str, Any]], name: str = "seconds") -> float:
    """Return the median of one figure over the runs."""
    return statistics.median(float(each[name]) for each in found)


def yes(holds: bool) -> str:
    """Return yes or no."""
    return "yes" if holds else "no"


def in_words(seconds: float) -> str:
    """Write seconds with as many places as they bear."""
    if seconds < 0.1:
        return f"{1000 * seconds:.2g} ms" if seconds < 0.01 else f"{1000 * seconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:,.1f} s" if seconds < 100 else f"{seconds:,.0f} s"


def table(rows: Sequence[Mapping[str, Any]], *, job: str | None = None) -> list[str]:
    """Return the lines of the table; with a job, without the head."""
    lines = [] if job else [
        "| Side | Median | Range | Processor | Times siteprior's | Peak memory | What came out |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]  # fmt: skip
    for row in rows:
        span = "" if row["runs"] == 1 else f"{in_words(row['low_s'])} to {in_words(row['high_s'])}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}" if row["ratio"] < 100 else f"{row['ratio']:,.0f}"
        cells = [*([job] if job else []), row["side"], in_words(row["median_s"]), span, in_words(row["processor_s"]),
                 ratio, f"{row['peak_mb']:,} MB", row["note"]]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def parser(says: str | None, *, runs: int = 3) -> argparse.ArgumentParser:
    """Return the parser of a script, with what all scripts take."""
    made = argparse.ArgumentParser(description=(says or "").partition("\n")[0])
    made.add_argument("--runs", type=int, default=runs, help="runs of each side")
    made.add_argument("--quick", action="store_true", help="small sizes: shows that it works, not how fast")
    made.add_argument("--json", type=Path, metavar="FILE", help="write what came out as JSON, too")
    return made


def command(outcome: Outcome, target: Path | None) -> int:
    """Print an outcome, and write it; 1 where an agreement, or at full size a bar, was missed."""
    found = outcome.as_json()
    print("\n".join([outcome.what, "", *table(found["rows"]), "", *outcome.sentences]))
    if target:
        target.write_text(json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if outcome.agree and (outcome.good or QUICK) else 1
