"""Folders of packages: what goes, what stays and what is refused."""

from __future__ import annotations

import json

import pytest

from siteprior.core.errors import InputError
from siteprior.pipeline.package_folders import MANIFEST, own_files, remove_empty, write_manifest


def package(folder, **record):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"audience": "partner", "siteprior": "0", **record}), encoding="utf-8")
    (folder / "report.html").write_text("page", encoding="utf-8")


def test_an_empty_folder_and_one_that_is_not_there_are_free(tmp_path):
    assert own_files(tmp_path, ()) == own_files(tmp_path / "new", ["a"]) == ()


def test_files_a_manifest_names_may_go_and_their_empty_folders_with_them(tmp_path):
    package(tmp_path / "a")
    write_manifest(tmp_path, {"audience": "partner"}, {"Ay": "a"})
    own = own_files(tmp_path, ["b"])
    assert own == ("a/report.html", "a/run.json", MANIFEST)
    for name in own:
        (tmp_path / name).unlink()
    remove_empty(tmp_path, own)
    assert list(tmp_path.iterdir()) == []


def test_a_package_no_manifest_names_is_refused_unless_it_is_written_again(tmp_path):
    package(tmp_path / "a")
    with pytest.raises(InputError, match=r"a: holds a package that .*packages\.json does not list"):
        own_files(tmp_path, ["b"])
    with pytest.raises(InputError, match="does not list"):
        own_files(tmp_path, ())
    assert "a/report.html" in own_files(tmp_path, ["a"])


def test_a_package_in_the_folder_itself_goes_when_it_is_cut(tmp_path):
    package(tmp_path)
    assert "report.html" in own_files(tmp_path, ["a"])


def test_a_run_of_the_teams_own_is_refused_wherever_it_stands(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ranking.csv").write_text("rank", encoding="utf-8")
    with pytest.raises(InputError, match="a: holds a run of the team's own"):
        own_files(tmp_path, ["a"])
    with pytest.raises(InputError, match="lies in the run's own folder"):
        own_files(tmp_path / "a" / "x", (), run=tmp_path / "a")


def test_a_file_of_somebody_elses_is_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "report.html").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds report\.html, which no package of siteprior's left there"):
        own_files(tmp_path, ["a"])


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"packages": [{"files": ["../../report.html"]}]}', '{"packages": [{"files": ["a/thesis.doc"]}]}',
     '{"packages": [{"files": ["/report.html"]}]}', '{"packages": [{"files": ["*/report.html"]}]}'],
)  # fmt: skip
def test_a_manifest_siteprior_did_not_write_is_refused(text, tmp_path):
    (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="was not written by siteprior"):
        own_files(tmp_path, ["a"])
