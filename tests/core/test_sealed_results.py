"""Results come back as they were stored, or not at all."""

from __future__ import annotations

import os
import stat
import sys

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from siteprior.core.sealed_results import bound_size, load_result, own_folder, store_result


@pytest.fixture
def stored(tmp_path):
    """Return a file with a table in it."""
    path = tmp_path / "walks.kept"
    sites = gpd.GeoDataFrame({"walk_m": [251.0, None], "name": ["A", None]}, geometry=[Point(0, 1), None], crs=27700)
    assert store_result(path, {"sites": sites})
    return path, sites


def test_a_result_comes_back_as_it_was(stored):
    path, sites = stored
    back = load_result(path)["sites"]
    pd.testing.assert_frame_equal(pd.DataFrame(back), pd.DataFrame(sites))
    assert back.crs == sites.crs


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_ends_anywhere_is_no_result(stored, share):
    path, _ = stored
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert load_result(path) is None


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.999])
def test_one_changed_byte_is_no_result(stored, share):
    path, _ = stored
    content = bytearray(path.read_bytes())
    content[int(share * len(content))] ^= 1
    path.write_bytes(bytes(content))
    assert load_result(path) is None


def test_a_missing_file_is_no_result(tmp_path):
    assert load_result(tmp_path / "none.kept") is None


def test_what_cannot_be_stored_leaves_no_file(tmp_path):
    assert not store_result(tmp_path / "own.kept", {"criterion": lambda sites: sites})
    assert list(tmp_path.iterdir()) == []


def test_the_results_used_longest_ago_go_first(tmp_path):
    for day, name in enumerate(("a", "b", "c")):
        assert store_result(tmp_path / f"{name}.kept", "x" * 1000)
        os.utime(tmp_path / f"{name}.kept", (day, day))
    (tmp_path / "own.txt").write_text("y" * 9000)
    load_result(tmp_path / "a.kept")  # used now, so it is no longer the oldest
    bound_size(tmp_path, 2500)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.kept", "c.kept", "own.txt"]


@pytest.mark.skipif(sys.platform == "win32", reason="rights of groups are those of POSIX")
def test_a_folder_that_others_may_write_to_is_not_used(tmp_path):
    folder = tmp_path / "results"
    assert own_folder(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    assert not own_folder(folder)
