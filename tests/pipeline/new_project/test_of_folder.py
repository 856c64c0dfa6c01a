"""The project of the files in a folder."""

from __future__ import annotations

from datetime import date

import pytest

import siteprior as sp
from siteprior import cli
from siteprior.core.files import shipped
from siteprior.pipeline.new_project.write import init_project

DAY = date(2026, 11, 29)


def loaded(file):
    """Load a project as a run does: every key is checked."""
    return sp.load_project(file)


def test_a_folder_of_files_becomes_a_project_that_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    data = shipped("data")
    folder = tmp_path / "mine"
    for name in ("sites/walsall.csv", "transit/naptan.csv", "boundaries/lsoa21.geojson", "deprivation/iod2025.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((data / name).read_bytes())
    (folder / "minutes.docx").write_bytes(b"PK")
    assert cli.main(["init", "--from-folder", str(folder), "--as-of", "2026-01-31"]) == 0
    shown = capsys.readouterr().out
    assert "sites/walsall.csv: a brownfield register → [sources] registers" in shown
    assert "minutes.docx: of a kind siteprior does not read" in shown
    text = (folder / "project.toml").read_text(encoding="utf-8")
    assert "# minutes.docx: of a kind siteprior does not read" in text
    monkeypatch.chdir(folder)
    assert cli.main(["run", "project.toml", "--out", "out", "--quiet"]) == 0
    assert len(sp.open_run("out").shortlist) == 25


def test_a_folder_that_lacks_what_a_project_needs_says_what(tmp_path):
    (tmp_path / "stops.csv").write_bytes((shipped("data") / "transit" / "naptan.csv").read_bytes())
    file = init_project(from_folder=tmp_path, as_of=DAY)
    text = file.read_text(encoding="utf-8")
    for name in ("registers", "areas", "deprivation"):
        assert f"Not found in the folder, and needed: {name}." in text
    with pytest.raises(sp.ProjectError, match="areas"):
        loaded(file)
