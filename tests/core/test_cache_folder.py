"""The folder of what is kept between runs: stated, the system's own, or none where it cannot be written."""

from __future__ import annotations

import pooch
import pytest

from siteprior.core.cache_folder import CACHE_VARIABLE, cache_folder
from siteprior.core.errors import RunWarning


def test_it_is_the_one_stated_else_the_systems_own(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "mine" / "cache"))
    assert cache_folder() == tmp_path / "mine" / "cache"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv(CACHE_VARIABLE, "~/kept")
    assert cache_folder() == tmp_path / "kept"
    monkeypatch.delenv(CACHE_VARIABLE)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / name)
    assert cache_folder() == tmp_path / "siteprior"


def test_where_it_cannot_be_written_the_work_goes_on_without_and_says_so(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file" / "cache"))
    with pytest.warns(RunWarning, match=r"file.cache: the folder of what is kept between runs cannot be written .*: "
                      "all is read and done anew each time; .* SITEPRIOR_CACHE"):  # fmt: skip
        assert cache_folder() is None
