"""Work in parts, past one process or machine: the same function over parts, by Dask, with the results in their order.

A part is computed from its arguments alone, so that it makes no difference where, in which order, or how often: after
a worker was lost its parts are done again by another. Nothing of Dask is imported before a cluster is asked for; it is
the optional extra ``siteprior[cluster]``.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from siteprior.core.code_version import code_version
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import load_parameters
from siteprior.core.worker_processes import worker_processes

if TYPE_CHECKING:
    from distributed import Client, Future

Part = TypeVar("Part")
Shared = TypeVar("Shared")
Done = TypeVar("Done")

_LOOKS = 10
"""How often workers are counted in the time that a cluster may be without any (parameter ``cluster.no_worker_s``)."""

NEEDS = (
    "cluster: Dask is not installed here; install siteprior with the extra 'cluster' "
    "(pip install 'siteprior[cluster]'), or go without workers and scheduler: the results are the same"
)


class Cluster:
    """Workers that do parts of a job, from :func:`cluster`.

    Attributes
    ----------
    address
        Where the scheduler answers.
    client
        The client of Dask, for what siteprior does not offer.

    Examples
    --------
    >>> import siteprior as sp
    >>> sp.cluster.__name__
    'cluster'
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self.address = str(client.scheduler.address)
        self._settings = load_parameters("cluster")

    def __repr__(self) -> str:
        return f"Cluster({self.address})"

    def map(self, work: Callable[[Part, Shared], Done], parts: Iterable[Part], shared: Shared) -> Iterator[Done]:
        """Yield what ``work(part, shared)`` gives for each part, in the order of the parts.

        ``shared`` travels once to each worker. A part is made when its turn comes and forgotten when its result is
        taken: neither all parts nor all results are in memory at once.
        """
        waiting: deque[Future] = deque()
        upcoming = iter(parts)
        number = 0
        try:
            given = self.client.submit(_given, shared, pure=False)
            for part in islice(upcoming, self._ahead()):
                waiting.append(self._submit(work, part, given))
            while waiting:
                number += 1
                done = self._result(waiting[0], number)
                waiting.popleft()
                for part in islice(upcoming, max(1, self._ahead() - len(waiting))):
                    waiting.append(self._submit(work, part, given))
                yield done
        finally:
            for future in waiting:
                future.release()

    def _ahead(self) -> int:
        """Return how many parts may be under way."""
        return max(1, self._workers()) * self._settings.integer("parts_ahead")

    def _workers(self) -> int:
        """Return how many workers there are now."""
        return len(self.client.scheduler_info(n_workers=-1)["workers"])

    def _wait(self, future: Future) -> None:
        """Wait until a part is done, as long as there is a worker to do it."""
        from distributed import wait

        limit_s, empty = self._settings.number("no_worker_s"), 0
        while empty < _LOOKS:
            try:
                wait(future, timeout=limit_s / _LOOKS)
            except TimeoutError:
                empty = 0 if self._workers() else empty + 1
            else:
                return
        raise SitePriorError(
            f"cluster: the scheduler at {self.address} has had no worker for {limit_s:g} s, and there is work left; "
            "nothing was written. See the logs of the workers for why they ended, start some, and start again"
        )

    def _submit(self, work: Callable[[Part, Shared], Done], part: Part, given: Future) -> Future:
        retries = self._settings.integer("retries")
        return self.client.submit(_do_part, work, part, given, code_version(), pure=False, retries=retries)

    def _result(self, future: Future, number: int) -> Any:  # what the work returns
        """Return the result of a part, or raise its own error; what befell the cluster is named."""
        from distributed import CancelledError, KilledWorker

        try:
            self._wait(future)
            done = future.result()
        except KilledWorker as fault:
            raise SitePriorError(
                f"cluster: part {number} of the work ended {fault.allowed_failures + 1} workers in turn, as one does "
                "that needs more memory than a worker may take; give workers more memory, or see their logs"
            ) from fault
        except (CancelledError, OSError) as fault:
            if self.client.status == "running" and isinstance(fault, OSError) and not _of_the_line(fault):
                raise
            raise SitePriorError(
                f"cluster: the scheduler at {self.address} no longer answers; see its log, and start again"
            ) from fault
        except ModuleNotFoundError as fault:
            raise SitePriorError(
                f"cluster: a worker lacks a package ({fault}); install the same siteprior on every machine"
            ) from fault
        if isinstance(done, SitePriorError):
            raise done
        return done


def _of_the_line(fault: OSError) -> bool:
    """Return whether it is the connection that failed, not a file."""
    from distributed.comm import CommClosedError

    return isinstance(fault, CommClosedError | ConnectionError | TimeoutError)


def _given(shared: Shared) -> Shared:
    """Return what all parts share: as a task of its own it is made again where the worker that had it is lost."""
    return shared


def _do_part(work: Callable[[Part, Shared], Done], part: Part, shared: Shared, code: str) -> Done | SitePriorError:
    """Do a part; a named error is a result, for it would be the same if the part were done again."""
    if code != code_version():
        return InputError(
            "cluster: a worker runs another siteprior, or other versions of what it rests on, than this process; "
            "install the same on every machine, or results would depend on where they are computed"
        )
    try:
        return work(part, shared)
    except SitePriorError as fault:
        return fault


def map_parts(
    cluster: Cluster | None, work: Callable[[Part, Shared], Done], parts: Iterable[Part], shared: Shared
) -> Iterator[Done]:
    """Yield what ``work(part, shared)`` gives for each part, in their order: here, or on a cluster where there is one.

    Parameters
    ----------
    cluster
        From :func:`cluster`; this process does the work when ``None``.
    work
        A function of a module, whose result rests on its two arguments alone.
    parts
        What differs; made one by one as they are needed.
    shared
        What all parts are computed with.

    Raises
    ------
    SitePriorError
        What a part raises; on a cluster also when it no longer answers, when it has lost all its workers for so long
        that none is expected back, or when a part ends one worker after another.

    Examples
    --------
    >>> list(map_parts(None, pow, [2, 3], 2))
    [4, 9]
    """
    check_cluster(cluster)
    if cluster is not None:
        yield from cluster.map(work, parts, shared)
        return
    for part in parts:
        yield work(part, shared)


def check_cluster(given: Cluster | None) -> None:
    """Refuse what is no cluster, or one that is closed.

    Examples
    --------
    >>> check_cluster(3)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    siteprior.core.errors.InputError: cluster: needs what 'with sp.cluster(workers=2) as cluster:' gives, not 3; ...
    """
    usual = "'with sp.cluster(workers=2) as cluster:' gives"
    if given is not None and not isinstance(given, Cluster):
        raise InputError(f"cluster: needs what {usual}, not {given!r}; leave it out to do the work here")
    if given is not None and given.client.status == "closed":
        raise InputError(f"cluster: {given!r} is closed; do the work within the block, with what {usual}")


@contextmanager
def cluster(
    workers: int | None = None, *, scheduler: str | None = None, memory_gb: float | None = None
) -> Iterator[Cluster]:
    """Start workers here or connect to a Dask scheduler, while the block lasts (memory in GB).

    Parameters
    ----------
    workers
        How many processes of one thread each to start on this machine.
    scheduler
        Address of a scheduler that runs, such as ``tcp://10.0.0.5:8786``, whose workers have the
        same siteprior and find the files under the same paths.
    memory_gb
        Most memory of a process started here; parameter ``cluster.worker_memory_gb``.

    Yields
    ------
    Cluster
        For the argument ``cluster`` of other functions; the results are the same bytes without.

    Raises
    ------
    InputError
        When both are given or neither, or a number makes no sense.
    SitePriorError
        Without Dask (extra ``siteprior[cluster]``), when workers do not start or no scheduler answers.

    Notes
    -----
    A script starts workers below ``if __name__ == "__main__":``, for each of them reads it.

    Examples
    --------
    >>> with cluster(workers=0):
    ...     pass
    Traceback (most recent call last):
    siteprior.core.errors.InputError: workers: needs a whole number from 1, not 0
    """
    faults = _faults(workers, scheduler, memory_gb)
    if faults:
        raise InputError(*faults)
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise SitePriorError(NEEDS) from None
    with worker_processes(workers, memory_gb) if scheduler is None else _connected(scheduler) as client:
        yield Cluster(client)


def _faults(workers: int | None, scheduler: str | None, memory_gb: float | None) -> list[str]:
    faults = []
    if workers is None and scheduler is None:
        faults.append("cluster: give workers, a number of processes to start here, or the address of a scheduler")
    if workers is not None and scheduler is not None:
        faults.append("cluster: give workers to start here or the address of a scheduler, which has its own; not both")
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        faults.append(f"workers: needs a whole number from 1, not {workers!r}")
    if memory_gb is not None and scheduler is not None:
        faults.append("memory_gb: is that of workers started here; a scheduler's have what they were started with")
    if scheduler is not None and (not isinstance(scheduler, str) or not scheduler.strip()):
        faults.append(f"scheduler: needs an address such as tcp://10.0.0.5:8786, not {scheduler!r}")
    elif memory_gb is not None and (
        not isinstance(memory_gb, int | float) or isinstance(memory_gb, bool) or not 1e-9 <= memory_gb < math.inf
    ):
        faults.append(f"memory_gb: needs a number of gigabytes above 0, such as 2, not {memory_gb!r}")
    return faults


@contextmanager
def _connected(scheduler: str) -> Iterator[Client]:
    """Connect to a scheduler that runs."""
    from distributed import Client

    wait_s = load_parameters("cluster").number("connect_s")
    try:
        client = Client(scheduler, timeout=wait_s)
    except (OSError, ValueError) as fault:
        raise SitePriorError(
            f"scheduler: nothing answers at {scheduler} ({fault}); start one (dask scheduler) and workers (dask worker "
            f"{scheduler}), or name --workers to start processes here"
        ) from None
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            try:
                client.wait_for_workers(1, timeout=wait_s)
            except TimeoutError:
                raise SitePriorError(
                    f"scheduler: {scheduler} answers and has no worker; start some there (dask worker {scheduler})"
                ) from None
        yield client
