"""The only clock of siteprior: when a file came. No result depends on it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time in UTC, to the second.

    Examples
    --------
    >>> now().utcoffset().total_seconds()
    0.0
    """
    return datetime.now(UTC).replace(microsecond=0)
