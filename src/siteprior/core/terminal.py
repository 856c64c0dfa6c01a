"""What a terminal shows beside the result: siteprior's own warnings, one line each."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from siteprior.core.errors import RunWarning
from siteprior.core.renamed import RenamedWarning


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
                    sys.stderr.write(f"siteprior: {message}\n")

        warnings.showwarning = show
        try:
            yield
        finally:
            sys.stdout.flush()
            for line in (line for line, last in seen.items() if last):
                sys.stderr.write(f"siteprior: warning: {line}\n")
