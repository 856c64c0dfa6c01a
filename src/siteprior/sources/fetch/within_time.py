"""A job that waits for others, given up after a time: a server that drips keeps every shorter limit for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Done = TypeVar("Done")

LOOK_S = 0.5
"""Seconds after which Ctrl-C is looked for: on Windows nothing interrupts a longer wait."""


def within_time(job: Callable[[], Done], seconds: float) -> Done:
    """Return what a job returns, or raise what it raises; it runs in a thread that is left behind when time is up.

    Parameters
    ----------
    job
        What to do.
    seconds
        How long it may take (s).

    Raises
    ------
    TimeoutError
        When it takes longer.

    Examples
    --------
    >>> within_time(lambda: 1 + 1, 5)
    2
    """
    done: list[Done] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(job())
        except BaseException as fault:  # noqa: BLE001 (raised where the job was asked for)
            failed.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    left = seconds
    while thread.is_alive() and left > 0:
        thread.join(min(LOOK_S, left))
        left -= LOOK_S
    if failed:
        raise failed[0]
    if not done:
        raise TimeoutError(f"took longer than {seconds:g} s")
    return done[0]
