"""What a terminal gives and shows: values by name, tables, and siteprior's own warnings, one line each."""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteprior.core.errors import RunWarning
from siteprior.core.progress import above_bars
from siteprior.core.renamed import RenamedWarning
from siteprior.core.shown_text import one_line, without_keys

if TYPE_CHECKING:
    import pandas as pd


def named_values(given: Iterable[str]) -> dict[str, Any]:  # what JSON can hold
    """Read each ``NAME=VALUE`` of a command line: the value as number, true/false or text (JSON), never as code.

    Raises
    ------
    argparse.ArgumentTypeError
        When one has no name or no ``=``: wrong usage.

    Examples
    --------
    >>> named_values(["top=10", "site=E08000025:S112"])
    {'top': 10, 'site': 'E08000025:S112'}
    """
    values: dict[str, Any] = {}  # as returned
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise argparse.ArgumentTypeError(f"'{each}' needs the form NAME=VALUE")
        if name in values:
            raise argparse.ArgumentTypeError(f"'{name}' is given twice; give it once")
        try:
            values[name] = json.loads(value)
        except json.JSONDecodeError:
            values[name] = value
    return values


def open_closed_streams() -> None:
    """Open the null device for output and errors where whoever started the process closed them (``>&-``)."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open as long as the process


def write_no_more() -> None:
    """Send what would still be written to the output, at exit too, to the null device: it takes no more."""
    with suppress(OSError, ValueError):  # an output that is no file, as in a notebook
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def listing(
    table: pd.DataFrame, *, as_json: bool = False, text: Callable[[pd.DataFrame], str] | None = None, none: str = ""
) -> str:
    """Write a table: for programs the whole of it as JSON, for people as text, or a sentence where it has no row.

    Parameters
    ----------
    table
        Any table; its index is left out.
    as_json
        Whether it is for a program: every column, every digit.
    text
        What writes it for people; :func:`siteprior.core.text_table.text_table` when ``None``.
    none
        The sentence where there is no row; blank gives the names of the columns.

    Examples
    --------
    >>> import pandas as pd
    >>> moved = pd.DataFrame({"site_id": ["E08000025:S112"], "score": [0.123456789]})
    >>> print(listing(moved))
    site_id         score
    E08000025:S112  0.123
    >>> listing(moved.iloc[:0], none="No site moved.")
    'No site moved.'
    """
    from siteprior.core.text_table import text_table

    if as_json:
        return str(table.to_json(orient="records", indent=2, force_ascii=False))
    return none if none and not len(table) else (text or text_table)(table)


@contextmanager
def warnings_on_stderr() -> Iterator[None]:
    """Print each of siteprior's own warnings as one line, once; all other warnings go their way.

    A name that changed is printed at once; what a run had to leave out at the very end, where it is not overlooked.

    Examples
    --------
    >>> with warnings_on_stderr():  # the line goes to standard error
    ...     warnings.warn("no site passed", RunWarning)
    """
    seen: dict[str, bool] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("always", RenamedWarning)
        warnings.simplefilter("always", RunWarning)
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if not issubclass(category, (RenamedWarning, RunWarning)):
                others(message, category, *where, **more)
            elif str(message) not in seen:
                seen[str(message)] = last = issubclass(category, RunWarning)
                if not last:
                    with above_bars():
                        sys.stderr.write(f"siteprior: {one_line(without_keys(str(message)))}\n")

        warnings.showwarning = show
        try:
            yield
        finally:
            sys.stdout.flush()
            for line in (line for line, last in seen.items() if last):
                sys.stderr.write(f"siteprior: warning: {one_line(without_keys(line))}\n")
