"""A second process beside the main one, for work that does not need what is done here.

It is Python started anew, not a copy of this process (threads, Windows), and it imports nothing of the user's script. A
job is a function of siteprior with its arguments, pickled on its standard input; its answers come pickled on what is
its standard output. The end of its input ends it, also in the midst of a job: it does not outlive the main process.
Ctrl-C does not reach it, which is in a session of its own: the main process is interrupted, and ends this one.
What cannot be done there, for it does not start or its code was edited meanwhile, is done here.
"""

from __future__ import annotations

import gc
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from copyreg import dispatch_table
from pathlib import Path
from traceback import format_exc
from types import MappingProxyType, TracebackType
from typing import IO, Any, BinaryIO

from siteprior.core.errors import SitePriorError
from siteprior.core.progress import Progress, no_progress

Reducers = Mapping[type, Callable[[Any], tuple[Any, ...]]]
"""How objects of a type that pickle cannot take travel, as :mod:`copyreg` has it."""

_LINE, _DONE, _FAULT = "line", "done", "fault"


def enough_cores() -> bool:
    """Return whether two processes can work at once: this one may use two cores, and Python can be started.

    ``LOKY_MAX_CPU_COUNT=1`` in the environment keeps all in one process, and so does a value that is no number.
    """
    import joblib

    try:
        cores = joblib.cpu_count()
    except ValueError:
        cores = 1
    # within another program (QGIS on Windows) what would be started is that program
    return cores > 1 and Path(sys.executable or "none").stem.lower().startswith("python")


def look_for_cycles_less_often() -> None:
    """Have Python look for unused objects that name each other every 50,000 new ones, in a process of siteprior's own.

    Its own 700 to 2,000 cost a run 6 per cent of its processor time; the memory taken stays the same (measured on the
    West Midlands, 2026-11-29).
    """
    gc.set_threshold(50_000, 20, 50)


class SecondProcess:
    """Does jobs beside this process, one after the other; used with ``with``, it is gone at the end.

    Parameters
    ----------
    start
        Whether to start it; else, and where it cannot be started, each job is done here when its result is asked for.
    reducers
        How objects travel that pickle cannot take.

    Examples
    --------
    >>> with SecondProcess(start=False) as second:
    ...     job = second.begin(_named, "a")
    ...     second.result(job)
    'a'
    """

    def __init__(self, *, start: bool, reducers: Reducers = MappingProxyType({})) -> None:
        self._jobs: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        self._answers: dict[int, Any] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._code = ""
        if start:
            from siteprior.core.code_version import code_version  # what that needs is not loaded for every command

            self._code = code_version()  # as it was when first asked for: this process may be older than an edit
            # an empty one is the folder this process works in, which -P leaves out; what is no text Python passes over
            known = [path or str(Path.cwd()) for path in sys.path if isinstance(path, str)]
            paths = os.pathsep.join(path for path in known if os.pathsep not in path)
            with suppress(OSError):  # there is no memory for another process
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", __name__],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": paths},
                    start_new_session=True,
                )  # fmt: skip
                for pipe in (self._process.stdin, self._process.stdout):
                    _widen(pipe)
        self._reducers = reducers

    @property
    def started(self) -> bool:
        """Whether there is a process beside this one."""
        return self._process is not None

    def begin(self, job: Callable[..., Any], *given: Any) -> int:
        """Have a job done: a function of a module, called with what is given and with what progress is reported to.

        Returns
        -------
        int
            The number of the job, for :meth:`result`.

        Raises
        ------
        SitePriorError
            When the process has ended.
        """
        self._jobs.append((job, given))
        if self._process is not None and self._process.stdin is not None:
            try:
                pickler = pickle.Pickler(self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
                pickler.dispatch_table = {**dispatch_table, **self._reducers}
                pickler.dump((job, given))
                self._process.stdin.flush()
            except OSError:  # it is not there to read
                raise self._ended(job) from None
        return len(self._jobs) - 1

    def result(self, number: int, progress: Progress = no_progress) -> Any:  # what the job returns
        """Wait for a job, and return its result; its progress is reported, its warnings are raised here.

        Raises
        ------
        SitePriorError
            What the job raises, as it is; also when the process ended before the job was done.
        """
        job, given = self._jobs[number]
        self._jobs[number] = (job, ())
        while number not in self._answers:
            if self._process is None or self._process.stdout is None:
                return job(*given, progress)
            try:
                kind, *answer = pickle.load(self._process.stdout)
            except (EOFError, OSError, pickle.UnpicklingError):
                raise self._ended(job) from None
            if kind == _LINE:
                progress(*answer)
            elif answer[0] != self._code:
                progress("The code of siteprior was edited meanwhile: what a second process was to do is done here")
                self._end(at_once=True)
                self._process = None
            elif kind == _FAULT:
                raise answer[1]
            else:
                self._answers[answer[1]] = answer[2:]
        result, warned = self._answers.pop(number)
        shown = globals().setdefault("__warningregistry__", {})  # where Python notes what a module has shown
        for message, category, file, line in warned:
            warnings.warn_explicit(message, category, file, line, registry=shown)
        return result

    def _ended(self, job: Callable[..., Any]) -> SitePriorError:
        assert self._process is not None
        what, code = job.__name__.strip("_").replace("_", " "), self._process.wait()
        return SitePriorError(
            f"{what}: the second process ended before it was done (exit code {code}), killed or for want of memory; "
            "run again, with LOKY_MAX_CPU_COUNT=1 in the environment to do all in one process"
        )

    def __enter__(self) -> SecondProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        """End the process: at once when something went wrong here, else nothing is left to do."""
        self._end(at_once=kind is not None)

    def _end(self, *, at_once: bool) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return
        if at_once:
            process.kill()
        process.stdout.close()
        with suppress(OSError):  # what was not read yet cannot be sent any more
            process.stdin.close()
        process.wait()


def _widen(pipe: IO[bytes] | None) -> None:
    """Have a pipe take a megabyte at once, where that can be asked for: a result of all England is half a gigabyte."""
    if pipe is not None:
        with suppress(ImportError, AttributeError, OSError):
            import fcntl

            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 2**20)


def _named(name: str, _progress: Progress) -> str:
    """Return what it was given: the least a job can be."""
    return name


def _read_jobs(source: BinaryIO, jobs: queue.SimpleQueue[Any]) -> None:
    """Take up jobs as they come; at the end of them the process ends, whatever it is at."""
    try:
        while True:
            jobs.put(pickle.load(source))
    except EOFError:
        pass
    except Exception as fault:  # noqa: BLE001  a job that cannot be taken up is answered
        jobs.put(fault)
        while source.read(2**16):
            pass
    os._exit(0)


def _portable(fault: BaseException) -> BaseException:
    """Return an exception that can travel: itself, or what it comes to in words."""
    if not isinstance(fault, SitePriorError):
        fault.add_note(format_exc())
    try:
        pickle.loads(pickle.dumps(fault))
    except Exception:  # noqa: BLE001  whatever keeps it from travelling
        return RuntimeError(format_exc())
    return fault


def _code_now() -> str:
    """Return the version of the code as it stands: after a job, when all is loaded, any edit until then shows."""
    from siteprior.core.code_version import code_version

    try:
        return code_version.__wrapped__()
    except OSError:  # a file went away as it was read
        return ""


def _serve(source: BinaryIO, answers: BinaryIO) -> None:
    """Do the jobs that come, and answer each."""
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read_jobs, args=(source, jobs), daemon=True).start()

    def send(*answer: Any) -> None:
        pickle.dump(answer, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()

    number = 0
    while True:
        taken = jobs.get()
        try:
            if isinstance(taken, BaseException):
                raise taken
            job, given = taken
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                result = job(*given, lambda line: send(_LINE, line))
            raised = [(str(each.message), each.category, each.filename, each.lineno) for each in warned]
            send(_DONE, _code_now(), number, result, raised)
        except BaseException as fault:  # noqa: BLE001  it is raised where the job was begun
            send(_FAULT, _code_now(), _portable(fault))
        taken = job = given = result = None  # what was worked on is let go of
        number += 1


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where there are no sessions (Windows)
    look_for_cycles_less_often()
    # What a library prints must not stand between the answers.
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)
        _serve(sys.stdin.buffer, replies)
