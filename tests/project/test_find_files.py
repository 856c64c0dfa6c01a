"""A path stands for a file under data_root or beside the project; a missing one names both folders and the nearest."""

from __future__ import annotations

import pytest

from siteprior.core.errors import InputError
from siteprior.project.find_files import files_at


@pytest.fixture
def folders(tmp_path):
    root, beside = tmp_path / "shared", tmp_path / "mine"
    for path in (root / "sites" / "dudley.csv", root / "sites" / "walsall.csv", beside / "layer.gpkg"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return root, beside


def test_a_file_is_found_under_data_root_then_beside_the_project(folders):
    root, beside = folders
    assert files_at("sites/dudley.csv", root, beside) == [(root / "sites" / "dudley.csv", "sites/dudley.csv")]
    assert files_at("layer.gpkg", root, beside) == [(beside / "layer.gpkg", "layer.gpkg")]
    assert [label for _, label in files_at("sites/*.csv", root, beside)] == ["sites/dudley.csv", "sites/walsall.csv"]
    assert files_at("lay*.gpkg", root, beside) == [(beside / "layer.gpkg", "layer.gpkg")]


def test_a_pattern_that_finds_files_under_data_root_is_not_looked_for_beside_the_project(folders):
    root, beside = folders
    (beside / "sites").mkdir()
    (beside / "sites" / "mine.csv").write_text("x")
    assert [label for _, label in files_at("sites/*.csv", root, beside)] == ["sites/dudley.csv", "sites/walsall.csv"]


@pytest.mark.parametrize(
    ("stated", "near"),
    [
        ("sites/dudly.csv", "sites/dudley.csv"),
        ("site/dudley.csv", "sites/dudley.csv"),
        ("Sites/dudley.csv", "sites/dudley.csv"),
        ("layr.gpkg", "layer.gpkg"),
        ("sites/zzz.gpkg", None),
        ("sites/dudley.csv/a.csv", None),
    ],
)
def test_a_missing_file_names_both_folders_and_the_nearest_name(folders, stated, near):
    root, beside = folders
    with pytest.raises(InputError) as refused:
        files_at(stated, root, beside)
    text = str(refused.value)
    assert text.startswith(f"{stated}: there is no such file under {root} (data_root), nor beside the project file in ")
    assert str(beside) in text
    assert (f"did you mean '{near}'?" in text) if near else ("did you mean" not in text)
    assert text.endswith("heck the path and data_root")


def test_one_folder_is_named_once_and_a_folder_is_no_file(folders):
    root, _ = folders
    with pytest.raises(InputError) as refused:
        files_at("nowhere.csv", root, root)
    assert str(refused.value).count(str(root)) == 1
    with pytest.raises(InputError, match=r"sites: is a folder \(.*\); name the file in it, or a pattern"):
        files_at("sites", root, root)


def test_a_pattern_in_a_folder_that_is_not_there_names_the_nearest(folders):
    root, beside = folders
    with pytest.raises(
        InputError, match=r"no file under .*, nor beside .*, matches; there is no folder site, did you mean 'sites'\?"
    ):
        files_at("site/*.csv", root, beside)
    with pytest.raises(InputError, match=r"matches; check the pattern and data_root"):
        files_at("sites/*.xlsx", root, beside)
