"""How a long job reports how far it is: a line per stage, and bars with counts and time where there is a screen.

A job reports lines by calling its progress, and the steps of a long loop with :func:`counting`. Who only takes lines
(a function of the user's own, a log file) gets lines; a terminal or notebook (:class:`Bars`) shows a bar. Nothing of it
goes into any output.
"""

from __future__ import annotations

import builtins
import shutil
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NoReturn, Protocol

from siteprior.core.errors import InputError
from siteprior.core.shown_text import one_line

if TYPE_CHECKING:
    from tqdm import tqdm

Progress = Callable[[str], None]
"""What a job reports to: takes a line. :class:`Bars` is one that also shows steps."""

LOOP = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{unit} [{elapsed}<{remaining}]{postfix}"
STAGED = "{desc}: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}{unit} [{elapsed}]{postfix}"
"""A bar of stages promises no end: one stage may take as long as all others."""


class Step(Protocol):
    """Called after each step of a loop, or after so many; ``total`` where it becomes known only on the way."""

    def __call__(self, number: int = 1, *, total: int | None = None) -> None:
        """Count so many steps more."""


def no_progress(_: str) -> None:
    """Say nothing of the progress."""


def print_line(line: str) -> None:
    """Print one line of progress on standard error."""
    sys.stderr.write(f"{one_line(line)} …\n")
    sys.stderr.flush()


def progress_of(given: Progress | bool | None) -> Progress:
    """Return what a job reports to, from what its caller gave.

    Parameters
    ----------
    given
        ``True``: bars on a terminal and in a notebook, lines on standard error elsewhere. ``None`` or ``False``:
        nothing. A function of the caller's own: it gets the lines.

    Raises
    ------
    InputError
        When it is none of these.

    Examples
    --------
    >>> lines = []
    >>> progress_of(lines.append)("Reading sites")
    >>> lines
    ['Reading sites']
    """
    if given is None or given is False:
        return no_progress
    if given is True:
        return Bars() if _on_screen() else print_line
    if not callable(given):
        raise InputError(f"progress: needs True, False, or a function that takes a line, not {given!r}")
    return given


@contextmanager
def counting(
    progress: Progress, what: str, *, total: int | None, unit: str, staged: bool = False, every: int | None = None
) -> Iterator[Step]:
    """Report a loop: its name once, and its steps as a bar where there is a screen.

    Parameters
    ----------
    progress
        What the job reports to.
    what
        What the loop does, as a line of progress.
    total
        How many steps there are; ``None`` where nobody knows.
    unit
        What is counted, in the plural; ``B`` for bytes.
    staged
        Whether each step reports lines of its own: who only takes lines gets those and no name of the loop.
    every
        After how many steps those who only take lines get one of how far it is; never when ``None``.

    Yields
    ------
    Step
        To be called after each step.

    Examples
    --------
    >>> lines = []
    >>> with counting(lines.append, "Reading 250 registers", total=250, unit="files", every=100) as step:
    ...     for _ in range(250):
    ...         step()
    >>> lines
    ['Reading 250 registers', '100 of 250 files', '200 of 250 files']
    """
    if isinstance(progress, Bars):
        with progress.bar(what, total=total, unit=unit, staged=staged) as step:
            yield step
        return
    if not staged:
        progress(what)
    done = 0

    def count(number: int = 1, *, total: int | None = total) -> None:
        nonlocal done
        done += number
        if every and total and not done % every and done < total:
            progress(f"{done:,} of {total:,} {unit}")

    yield count


class Bars:
    """Shows progress on a terminal or in a notebook: bars with counts and time (tqdm), and lines between them.

    Stages stand in a bar of their own, with what is being done beside it. A loop within a stage has a second bar below,
    gone when it is done; in a notebook that shows text alone its count stands beside the first.
    """

    def __init__(self) -> None:
        self._open: list[tqdm[NoReturn]] = []
        self._lock = threading.Lock()

    def __call__(self, line: str) -> None:
        """Show a line: beside the bar of stages, or by itself where there is none."""
        if self._open:
            self._open[0].set_postfix_str(line)
        else:
            print_line(line)

    @contextmanager
    def bar(self, what: str, *, total: int | None, unit: str, staged: bool) -> Iterator[Step]:
        """Show a bar while the block lasts; as :func:`counting`."""
        if self._open and not _nests(self._open[0]):
            yield partial(self._beside, what, [0, total], unit)
            return
        many = "B" if unit == "B" else f" {unit}"
        screen = shutil.get_terminal_size()  # 80 × 24 where a terminal states no size; tqdm would show nothing there
        bar = _fitting()(
            desc=what if len(what) <= screen.columns // 2 else f"…{what[1 - screen.columns // 2 :]}",
            total=total,
            file=sys.stderr,
            unit=many,
            unit_scale=unit == "B",
            leave=not self._open,
            ncols=screen.columns,
            nrows=screen.lines,
            bar_format=None if total is None else STAGED if staged else LOOP,
        )

        def step(number: int = 1, *, total: int | None = None) -> None:
            with self._lock:
                if total is not None and total != bar.total:
                    bar.total = total
                bar.update(number)

        self._open.append(bar)
        try:
            yield step
        finally:
            self._open.remove(bar)
            bar.set_postfix_str("", refresh=False)
            bar.close()

    def _beside(
        self, what: str, counted: list[int | None], unit: str, number: int = 1, *, total: int | None = None
    ) -> None:
        """Show a count beside the open bar."""
        counted[:] = [(counted[0] or 0) + number, counted[1] if total is None else total]
        of = "" if counted[1] is None else f" of {counted[1]:,}"
        self(f"{what}: {counted[0]:,}{of} {unit}")


@contextmanager
def above_bars() -> Iterator[None]:
    """Clear the open bars while the block prints, and show them again below it.

    Examples
    --------
    >>> with above_bars():
    ...     print("siteprior: 'say' is 'progress' now")
    siteprior: 'say' is 'progress' now
    """
    from tqdm import tqdm

    with tqdm.external_write_mode(file=sys.stderr):
        yield


def _fitting() -> Callable[..., tqdm[NoReturn]]:
    """Return what makes the bars that fit the place: of a notebook where it has widgets, else text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # without ipywidgets tqdm warns on import, and shows text
        from tqdm.auto import tqdm

    return tqdm


def _in_notebook() -> bool:
    """Return whether this runs in a kernel of Jupyter."""
    shell = getattr(builtins, "get_ipython", None)  # IPython puts it there; in a terminal its shell has no kernel
    return shell is not None and hasattr(shell(), "kernel")


def _on_screen() -> bool:
    """Return whether somebody looks on: a terminal or a notebook."""
    return sys.stderr.isatty() or _in_notebook()


def _nests(bar: tqdm[NoReturn]) -> bool:
    """Return whether another bar can stand below one: on a terminal, or where they are widgets."""
    return sys.stderr.isatty() or any(base.__module__ == "tqdm.notebook" for base in type(bar).__mro__)
