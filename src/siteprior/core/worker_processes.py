"""Workers as processes of this machine, which end with the block that started them, also when Ctrl-C ends it.

A terminal sends Ctrl-C to every process that was started from it. The workers do not take it: they are started by a
thread in which the signal is blocked, which a process has from the thread that starts it. This process alone takes it,
and ends them.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import load_parameters

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

    from distributed import Client, LocalCluster

_LOOK_S = 0.05
"""How often a wait looks up, in seconds: a signal is taken between two looks."""

_NAME = "Dask Worker"
"""What the name of a worker's process begins with."""

UNGUARDED = (
    'cluster: a script starts workers below `if __name__ == "__main__":`, for each of them reads the script as it '
    "starts and would start workers in its turn; put what calls it there"
)


@contextmanager
def worker_processes(workers: int | None, memory_gb: float | None) -> Iterator[Client]:
    """Start processes of one thread each on this machine, which none but this machine can reach (memory in GB).

    Raises
    ------
    InputError
        In a process that reads a script as it starts, which starts workers in its turn.
    SitePriorError
        When workers end while they start.

    Examples
    --------
    >>> worker_processes.__name__
    'worker_processes'
    """
    here = multiprocessing.current_process()
    if getattr(here, "_inheriting", False):  # it reads the script of the process that starts it
        if here.name.startswith(_NAME):  # a worker ends in a sentence; the process that starts it raises an error
            raise SystemExit(f"siteprior: {UNGUARDED}")
        raise InputError(UNGUARDED)
    settings = load_parameters("cluster")
    limit_gb = settings.number("worker_memory_gb") if memory_gb is None else memory_gb
    start = _Start(workers, limit_gb, settings.number("close_s"))
    try:
        start.wait()
        yield start.client
    finally:
        start.end()


class _Start:
    """The start of workers in a thread of its own, so that it can be given up at any moment; and their end."""

    def __init__(self, workers: int | None, limit_gb: float, close_s: float) -> None:
        self.started: LocalCluster | None = None
        self.client: Any = None
        self._fault: Exception | None = None
        self._close_s = close_s
        self._earlier = {child.pid for child in multiprocessing.active_children()}
        self._thread = threading.Thread(target=self._run, args=(workers, limit_gb), daemon=True)

    def _run(self, workers: int | None, limit_gb: float) -> None:
        try:
            from distributed import Client, LocalCluster

            self.started = LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, memory_limit=int(limit_gb * 1e9),
                host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
            )  # fmt: skip
            self.client = Client(self.started)
        except Exception as fault:  # noqa: BLE001 (raised where it is waited for)
            self._fault = fault

    def wait(self) -> None:
        """Start the workers and wait until they are there."""
        with _blocked():
            self._thread.start()
        while self._thread.is_alive():
            self._thread.join(_LOOK_S)
        if isinstance(self._fault, RuntimeError):  # "Nanny failed to start"
            raise SitePriorError(
                'cluster: the workers ended while they started; a script calls it below `if __name__ == "__main__":`, '
                "for each worker reads the script as it starts; where it does, see above what the workers say"
            ) from None
        if self._fault is not None:
            raise self._fault

    def end(self) -> None:
        """End the workers, in a time that is bounded; a further Ctrl-C is taken after that."""
        with _put_off():
            until = time.monotonic() + self._close_s
            while self._thread.is_alive() and time.monotonic() < until:  # the start is given up: it fails, and cleans
                _kill(child for child in _workers() if child.pid not in self._earlier)
                self._thread.join(_LOOK_S)
            own = {nanny.pid for nanny in self.started.workers.values()} if self.started is not None else set()
            for each in (self.client, self.started):
                if each is not None:
                    with suppress(Exception):  # they are killed
                        each.close(timeout=self._close_s)
            _kill(child for child in _workers() if child.pid in own)


def _workers() -> list[BaseProcess]:
    """Return the workers of any cluster that this process has started and that are still there."""
    return [child for child in multiprocessing.active_children() if child.name.startswith(_NAME)]


def _kill(processes: Iterable[BaseProcess]) -> None:
    for process in processes:
        process.kill()


@contextmanager
def _blocked() -> Iterator[None]:
    """Block Ctrl-C in this thread, and so in threads and processes that are started meanwhile; not on Windows."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it takes no Ctrl-C; its start unblocks the signal in the thread that starts it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _put_off() -> Iterator[None]:
    """Take signals that would interrupt the block after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    usual = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    taken = {each: handler for each, handler in usual.items() if callable(handler)}
    for each in taken:
        signal.signal(each, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for each, handler in taken.items():
            signal.signal(each, handler)
    for number in came[:1]:
        taken[signal.Signals(number)](number, None)
