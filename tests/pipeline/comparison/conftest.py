"""The run of the sample, opened once; tests make later runs of it and change nothing in it."""

from __future__ import annotations

import pytest

from siteprior import open_run


@pytest.fixture(scope="session")
def run(sample_run):
    return open_run(sample_run)
