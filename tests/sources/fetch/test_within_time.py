from __future__ import annotations

import threading

import pytest

from siteprior.sources.fetch.within_time import within_time


def test_what_a_job_returns_and_raises_is_passed_on():
    assert within_time(lambda: None, 5) is None
    with pytest.raises(KeyError, match="a"):
        within_time(lambda: {}["a"], 5)


def test_a_job_that_does_not_end_is_given_up():
    never = threading.Event()
    with pytest.raises(TimeoutError, match=r"took longer than 0\.05 s"):
        within_time(never.wait, 0.05)
    never.set()
