"""What a terminal gives and shows beside the result: values by name, and siteprior's own warnings, one line each."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from siteprior.core.errors import RunWarning
from siteprior.core.progress import above_bars
from siteprior.core.renamed import RenamedWarning


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
        try:
            values[name] = json.loads(value)
        except json.JSONDecodeError:
            values[name] = value
    return values


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
                        sys.stderr.write(f"siteprior: {message}\n")

        warnings.showwarning = show
        try:
            yield
        finally:
            sys.stdout.flush()
            for line in (line for line, last in seen.items() if last):
                sys.stderr.write(f"siteprior: warning: {line}\n")
