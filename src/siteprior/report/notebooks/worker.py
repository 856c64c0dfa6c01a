"""Notebooks run in a process of their own, started ahead: it loads what they need while the main job still works.

The process takes one job per line and answers each with one line, both JSON; the end of its input ends it. It is kept
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
from collections.abc import Mapping
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
        self._process = (
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
            if jobs
            else None
        )

    def execute(self, source: Path | str, target_html: Path | str, *, parameters: Mapping[str, Any]) -> Path:
        """Run a notebook and write its page; as :func:`siteprior.report.notebooks.run.execute_notebook`.

        Raises
        ------
        InputError, OutputError, SitePriorError
            As there; :class:`SitePriorError` also when the process ended.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise SitePriorError(f"{Path(source).name}: no process was started for it; give jobs=1 or more")
        job = {"source": str(source), "target_html": str(target_html), "parameters": dict(parameters)}
        try:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            reply = process.stdout.readline()
        except OSError:  # it is not there to read
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
        """Let the process finish what it is at, and end it."""
        if self._process is None:
            return
        try:
            self._process.communicate()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise


async def _serve(cwd: str, jobs: int, answers: TextIO) -> None:
    """Run the jobs that come, each in a kernel that was started before it came."""
    import nbclient  # noqa: F401  loaded ahead, with the page's maker
    import nbconvert  # noqa: F401

    from siteprior.report.notebooks.parameters import prepared
    from siteprior.report.notebooks.run import executed, started_kernel

    for _ in range(jobs):
        async with started_kernel(cwd, first=AHEAD) as kernel:
            line = await asyncio.to_thread(sys.stdin.readline)
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the main job is interrupted, and ends this one
    # Kernels inherit what is standard output here: that must not be where the answers go.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        asyncio.run(_serve(sys.argv[1], int(sys.argv[2]), replies))
