"""Damage every kind of file that is read, with a seed, and look how each reader ends.

Each case ends in the same result, in issue rows, or in a named error of siteprior. A traceback, a library's warning, a
hang, or a row more or fewer without an issue row is a finding, printed with its seed.

    python benchmarks/fuzz_readers.py --cases 2000 --seed 1
    python benchmarks/fuzz_readers.py --only "register csv" --case 17 --seed 1 --keep damaged.csv
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

from fuzz_inputs import Case, Read, cases, records
from fuzz_mutations import damaged
from siteprior.core.errors import SitePriorError

LIMIT_S = 20
"""Seconds after which a reader hangs."""


class Outcome(NamedTuple):
    """How a reader ended on one damaged file."""

    kind: str
    number: int
    done: str
    ended: str
    detail: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether it ended as no reader may."""
        return self.ended not in ("same", "issues", "refused")


class Hang(BaseException):
    """A reader took too long; no ``except Exception`` takes it for a fault of the file."""


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Interrupt what takes too long; where there are no signals, show where it stands and end the process."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "SIGALRM"):
        faulthandler.dump_traceback_later(seconds * 5, exit=True)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class _Logged(logging.Handler):
    """Keeps what libraries log as a warning or worse, which would stand on the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


def read(case: Case, path: Path) -> tuple[Read, list[str]]:
    """Read a file; return what came of it, and what libraries warned of."""
    logged = _Logged()
    logging.getLogger().addHandler(logged)
    try:
        with warnings.catch_warnings(record=True) as shown:
            warnings.simplefilter("always")
            return case.read(path), logged.lines + [f"{w.category.__name__}: {w.message}" for w in shown]
    finally:
        logging.getLogger().removeHandler(logged)


def judge(case: Case, data: bytes, whole: Read, path: Path) -> tuple[str, str]:
    """Write the damaged bytes, read them, and return how it ended and what is to be seen of it."""
    path.write_bytes(data)
    try:
        with limited(LIMIT_S):
            found, warned = read(case, path)
    except SitePriorError as fault:
        text = str(fault)
        return "refused" if text.strip() and text.replace("\n", " ").isprintable() else "unprintable", repr(text[:500])
    except Hang:
        return "hang", f"more than {LIMIT_S} s"
    except BaseException:  # noqa: BLE001  # whatever it is, a panic of a library among them, is the finding
        return "traceback", traceback.format_exc(limit=-4)
    if warned:
        return "warning", "; ".join(warned)[:500]
    same_issues = found.issues.astype(str).equals(whole.issues.astype(str))
    before, after = records(case.name, case.data), records(case.name, data)
    more = 0 if before is None or after is None else after - before
    if found.rows is None or whole.rows is None:
        return ("same" if same_issues else "issues"), ""
    if same_issues and found.rows - whole.rows != more:
        return "unexplained", f"{found.rows} rows for {whole.rows}, records {after} for {before}, the issues the same"
    return ("same" if same_issues and found.rows == whole.rows else "issues"), ""


def fuzz(number: int, seed: int, only: str | None = None, one: int | None = None) -> Iterator[tuple[Outcome, bytes]]:
    """Damage ``number`` files, the kinds in turn, and yield how each reader ended, with the damaged bytes."""
    chosen = {kind: case for kind, case in cases().items() if only in (None, kind)}
    whole: dict[str, Read] = {}
    with tempfile.TemporaryDirectory(prefix="siteprior-fuzz-") as folder:
        for at in range(number) if one is None else [one]:
            kind = list(chosen)[at % len(chosen)] if only is None else only
            case = chosen[kind]
            path = Path(folder) / case.name
            if kind not in whole:
                path.write_bytes(case.data)
                whole[kind] = read(case, path)[0]
            done, data = damaged(case.data, case.name, Random(f"{seed} {kind} {at}"))
            ended, detail = judge(case, data, whole[kind], path)
            yield Outcome(kind, at, done, ended, detail), data


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(cases()))
    parser.add_argument("--case", type=int, help="the number of one case, of those of --only")
    parser.add_argument("--keep", type=Path, help="write the damaged file of --case there")
    given = parser.parse_args()
    faulthandler.enable()
    ends: Counter[str] = Counter()
    for outcome, data in fuzz(given.cases, given.seed, given.only, given.case):
        ends[outcome.ended] += 1
        if given.keep is not None and given.case is not None:
            given.keep.write_bytes(data)
        if outcome.is_fault or given.case is not None:
            print(f"{outcome.ended}: --seed {given.seed} --only '{outcome.kind}' --case {outcome.number} "
                  f"({outcome.done})\n{outcome.detail}", flush=True)  # fmt: skip
    print(", ".join(f"{count} {ended}" for ended, count in ends.most_common()))
    return 1 if set(ends) - {"same", "issues", "refused"} else 0


if __name__ == "__main__":
    sys.exit(main())
