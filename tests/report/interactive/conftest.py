"""The made-up run as a page to work with, and what runs its scripts."""

from __future__ import annotations

import shutil

import pytest

from factories.report_page import made_up_page
from siteprior.report.html.report import write_report


@pytest.fixture(scope="session")
def working_page(made_up, tmp_path_factory):
    """Return the path of the made-up run's report with its map, tables and weights."""
    return write_report(tmp_path_factory.mktemp("page") / "report.html", **made_up_page(made_up))


@pytest.fixture(scope="session")
def node():
    """Return where node is, or skip."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not on this machine")
    return found
