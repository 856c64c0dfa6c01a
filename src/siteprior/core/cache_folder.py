"""The folder of what is kept between runs: results of runs, networks of streets, sales and evidence as read."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from siteprior.core.callers import callers_level
from siteprior.core.errors import RunWarning
from siteprior.core.files import why_unwritable

CACHE_VARIABLE = "SITEPRIOR_CACHE"


def cache_folder() -> Path | None:
    """Return the folder of what is kept between runs: ``SITEPRIOR_CACHE``, else the system's own place for caches.

    Returns
    -------
    Path or None
        ``None`` where it cannot be written: all is then read and done anew each time.

    Warns
    -----
    RunWarning
        When it cannot be written.
    """
    stated = os.environ.get(CACHE_VARIABLE)
    if stated:
        folder = Path(stated).expanduser()
    else:
        import pooch

        folder = Path(pooch.os_cache("siteprior"))
    reason = why_unwritable(folder)
    if reason is None:
        return folder
    warnings.warn(
        f"{folder}: the folder of what is kept between runs cannot be written ({reason}): all is read "
        f"and done anew each time; name another folder in the environment variable {CACHE_VARIABLE}",
        RunWarning,
        stacklevel=callers_level(),
    )
    return None
