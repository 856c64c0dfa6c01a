"""What is kept between runs is listed and removed kind by kind; files of others stay."""

from __future__ import annotations

import pytest

from siteprior.core.cache_contents import KINDS, cache_contents, clear_cache
from siteprior.core.sealed_results import store_result


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a cache with something of three kinds, a half-written result and a file of the user's own."""
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path))
    (tmp_path / "stages").mkdir()
    for name in ("read-a", "read-b", "join-a"):
        assert store_result(tmp_path / "stages" / f"{name}.kept", "x" * 400_000)
    (tmp_path / "stages" / ".read-c-x1.kept").write_bytes(b"half")
    (tmp_path / "sales-ab" / "deep").mkdir(parents=True)
    (tmp_path / "sales-ab" / "deep" / "0.parquet").write_bytes(b"0" * 1_200_000)
    (tmp_path / "thesis.docx").write_bytes(b"mine")
    return tmp_path


def test_each_kind_is_a_row_with_its_size(folder):
    contents = cache_contents().set_index("kind")
    assert contents["files"].to_dict() == {
        "results of reading": 2, "results of joining": 1, "sales": 1, "left half written": 1,
    }  # fmt: skip
    assert contents["size_mb"].to_dict() == {
        "results of reading": 0.8, "results of joining": 0.4, "sales": 1.2, "left half written": 0.0,
    }  # fmt: skip
    assert set(contents["folder"]) == {str(folder), str(folder / "stages")}


def test_clearing_removes_every_kind_and_nothing_of_others(folder):
    before = cache_contents()
    assert clear_cache().equals(before)
    assert len(cache_contents()) == 0
    assert sorted(path.name for path in folder.rglob("*")) == ["stages", "thesis.docx"]


def test_of_nothing_there_is_no_row(tmp_path, monkeypatch):
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path / "none"))
    assert len(cache_contents()) == len(clear_cache()) == 0


def test_no_pattern_is_so_wide_that_it_takes_files_of_others():
    assert all("-" in pattern or "/." in pattern for pattern in KINDS)
