"""What is kept between runs is listed and removed kind by kind; files of others stay."""

from __future__ import annotations

import pytest

from siteprior.core.cache_contents import cache_contents, clear_cache
from siteprior.core.sealed_results import store_result

MINE = (
    "thesis.docx", "sales-mine/a.csv", "features-own.arrow", "streets-old.npz", "parcels-2025.npz", "stages/plan.docx",
    "stages/read-me.kept",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a cache with something of three kinds, a half-written result and a file of the user's own."""
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path))
    (tmp_path / "stages").mkdir()
    for name in (f"read-{'a' * 40}", f"read-{'b' * 40}", f"join-{'a' * 40}"):
        assert store_result(tmp_path / "stages" / f"{name}.kept", "x" * 400_000)
    (tmp_path / "stages" / f".read-{'c' * 40}-x1.kept").write_bytes(b"half")
    (tmp_path / f"sales-{'0f' * 10}" / "deep").mkdir(parents=True)
    (tmp_path / f"sales-{'0f' * 10}" / "deep" / "0.parquet").write_bytes(b"0" * 1_200_000)
    for name in MINE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"mine")
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
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert left == set(MINE)


def test_of_nothing_there_is_no_row(tmp_path, monkeypatch):
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path / "none"))
    assert len(cache_contents()) == len(clear_cache()) == 0
