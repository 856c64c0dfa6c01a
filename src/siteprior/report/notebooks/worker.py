"""Notebooks run in a process of their own, started ahead: it loads what they need while the main job still works.

The process takes one job per line and answers each with one line, both JSON; the end of its input ends it, also in the
midst of a notebook. Ctrl-C does not reach it: the main job is interrupted, and ends this one. It is kept
for what it saves: the run of the West Midlands with its three notebooks took 54 to 59 s with it and 65 to 73 s with one
fresh process per notebook, started when its turn came (three pairs, two busy cores, 2026-11-28; same outputs).
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from siteprior.core import errors
from siteprior.core.errors import SitePriorError

AHEAD = "import matplotlib.pyplot, siteprior; siteprior.open_run, siteprior.report.draw_map; del matplotlib, siteprior"
"""What the notebooks that travel with siteprior import, loaded before they run."""


class NotebookProcess:
    """A process that runs so many notebooks in one folder, one after the other, each in a fresh kernel.

    Used with ``with``: the process is gone at the end.

    Parameters
    ----------
    cwd
        The folder the notebooks run in.
    jobs
        How many notebooks will be run; none starts no process.
    """

    def __init__(self, cwd: Path | str, *, jobs: int) -> None:
        command = [sys.executable, "-P", "-m", __name__, str(Path(cwd).absolute()), str(jobs)]
        self._process: subprocess.Popen[str] | None = None
        self._fault = "no process was started for it; give jobs=1 or more"
        if jobs:
            try:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                    start_new_session=True,
                )  # fmt: skip
            except OSError as fault:  # there is no memory for another process
                self._fault = f"no process could be started for it ({fault}); `siteprior notebooks run` runs it later"

    def execute(self, source: Path | str, target_html: Path | str, *, parameters: Mapping[str, Any]) -> Path:
        """Run a notebook and write its page; as :func:`siteprior.report.notebooks.run.execute_notebook`.

        Raises
        ------
        InputError, OutputError, SitePriorError
            As there; :class:`SitePriorError` also when the process ended.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise SitePriorError(f"{Path(source).name}: {self._fault}")
        job = {"source": str(source), "target_html": str(target_html), "parameters": dict(parameters)}
        try:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            reply = process.stdout.readline()
        except (OSError, ValueError):  # it is not there to read, or was ended
            reply = ""
        if not reply:
            raise SitePriorError(
                f"{Path(source).name}: the process that runs notebooks ended before its page was written "
                f"(exit code {process.wait()}); its messages stand above, "
                "and `siteprior notebooks run` runs the notebook by itself"
            )
        answer = json.loads(reply)
        if answer["faults"]:
            raise getattr(errors, answer["error"])(*answer["faults"])
        return Path(answer["page"])

    def __enter__(self) -> NotebookProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.end()

    @contextmanager
    def ended_by_a_fault(self) -> Iterator[None]:
        """End the process as soon as anything goes wrong in the block, so that nobody waits for a notebook then."""
        try:
            yield
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """End the process, with the notebook it is at."""
        if self._process is None or self._process.stdin is None:
            return
        try:
            with suppress(OSError):
                self._process.stdin.close()
            self._process.wait()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        finally:
            if self._process.stdout is not None:
                self._process.stdout.close()


def _read_jobs(loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[bytes], serving: asyncio.Task[None]) -> None:
    """Take up jobs as they come; at the end of them what is worked on is given up."""
    with open(0, "rb", buffering=0, closefd=False) as source:  # a lock on it would stand in the way of the end
        for line in source:
            loop.call_soon_threadsafe(lines.put_nowait, line)
    with suppress(RuntimeError):  # all is done
        loop.call_soon_threadsafe(lines.put_nowait, b"")
        loop.call_soon_threadsafe(serving.cancel)


async def _serve_till_the_end(cwd: str, jobs: int, answers: TextIO) -> None:
    """Run the jobs that come, until there are no more to come."""
    lines = asyncio.Queue[bytes]()
    serving = asyncio.create_task(_serve(cwd, jobs, lines, answers))
    threading.Thread(target=_read_jobs, args=(asyncio.get_running_loop(), lines, serving), daemon=True).start()
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(cwd: str, jobs: int, lines: asyncio.Queue[bytes], answers: TextIO) -> None:
    """Run the jobs that come, each in a kernel that was started before it came."""
    import nbclient  # noqa: F401  loaded ahead, with the page's maker
    import nbconvert  # noqa: F401

    from siteprior.report.notebooks.parameters import prepared
    from siteprior.report.notebooks.run import executed, started_kernel

    for _ in range(jobs):
        async with started_kernel(cwd, first=AHEAD) as kernel:
            line = await lines.get()
            if not line:
                return
            job = json.loads(line)
            answer: dict[str, Any] = {"faults": ()}
            try:
                notebook = prepared(job["source"], job["parameters"])
                page = await executed(notebook, job["target_html"], kernel=kernel, source=job["source"], cwd=cwd)
                answer["page"] = str(page)
            except SitePriorError as fault:
                answer = {"error": type(fault).__name__, "faults": fault.faults}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where there are no sessions (Windows)
    # Kernels inherit what is standard output here: that must not be where the answers go.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        asyncio.run(_serve_till_the_end(sys.argv[1], int(sys.argv[2]), replies))
