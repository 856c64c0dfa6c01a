"""The time in the lock is UTC, to the second."""

from __future__ import annotations

from siteprior.sources.fetch.clock import now


def test_the_time_is_utc_without_fractions():
    assert now().tzname() == "UTC"
    assert now().microsecond == 0
