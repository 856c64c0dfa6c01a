"""The verb of the live panel: what is no run and no project is refused, with every fault at once."""

from __future__ import annotations

import pytest

import siteprior as sp
from siteprior.core.errors import InputError


def test_what_is_no_run_and_no_project_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"run: needs a run(.|\n)*no such project file"):
        sp.panel(3, tmp_path / "none.toml")
