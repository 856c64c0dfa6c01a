"""The commands beside the work."""

from __future__ import annotations

import json

import pytest

from siteprior.cli import main
from siteprior.core.sealed_results import store_result


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("SITEPRIOR_CACHE", str(tmp_path))
    assert store_result(tmp_path / "stages" / f"read-{'a' * 40}.kept", "x" * 2_000_000)
    return tmp_path / "stages" / f"read-{'a' * 40}.kept"


def test_cache_lists_what_is_kept(kept, capsys):
    assert main(["cache"]) == 0
    shown = capsys.readouterr().out
    assert "results of reading" in shown
    assert f"In {kept.parent}\n" in shown
    assert kept.is_file()


def test_cache_clears_and_says_how_much(kept, capsys):
    assert main(["cache", "--clear"]) == 0
    assert "Removed: 2 MB." in capsys.readouterr().out
    assert not kept.exists()
    assert main(["cache"]) == 0
    assert capsys.readouterr().out == "Nothing is kept between runs.\n"


def test_cache_as_json_is_a_list_of_rows(kept, capsys):
    assert main(["cache", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["files"], row["size_mb"]) == ("results of reading", 1, 2.0)
