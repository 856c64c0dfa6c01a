"""Fetches in processes of their own that kill themselves at a stated moment: a line of JSON for those run at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys


def die(*_, **__):
    """End as a power cut would: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_piece(number):
    """Die when so many pieces of a download have come."""
    from siteprior.sources.fetch.receive import Taking

    before, count = Taking._refuse_above_limit, [0]

    def counted(self, size):
        count[0] += 1
        before(self, size)
        if count[0] > number:
            die()

    Taking._refuse_above_limit = counted


def while_placing():
    """Die when half of the whole file is in the project's folder."""

    def half(whole, file):
        file.write(whole.read(50_000))
        file.flush()
        die()

    shutil.copyfileobj = half


def before_the_rename():
    """Die when all of the file is there under its passing name."""
    copy = shutil.copyfileobj

    def copied(whole, file):
        copy(whole, file)
        file.flush()
        die()

    shutil.copyfileobj = copied


def before_the_lock():
    """Die when the file is in its place and the lock is not written."""
    from siteprior.sources.fetch import fetch

    fetch.write_lock = die


def in_the_lock():
    """Die while the lock is being written."""
    from siteprior.sources.fetch import lock

    lock.write_text = die


MOMENTS = {
    "before a byte is written": lambda: at_piece(1),
    "half-way": lambda: at_piece(8),
    "while placing": while_placing,
    "before the rename": before_the_rename,
    "before the lock": before_the_lock,
    "in the lock": in_the_lock,
    "never": lambda: None,
}


def in_a_fork(project, mirror, moment, cache):
    """Start a fetch in a process of its own, of which everything is imported already."""
    if process := os.fork():
        return process
    code = 1
    try:
        os.environ["SITEPRIOR_CACHE"] = cache
        MOMENTS[moment]()
        fetch(project, mirror=mirror)
        code = 0
    finally:
        os._exit(code)


if __name__ == "__main__":
    from siteprior.sources.fetch.fetch import fetch

    for line in sys.stdin:
        processes = [in_a_fork(*job) for job in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
        sys.stdout.write(json.dumps(codes) + "\n")
        sys.stdout.flush()
