"""The project of the files in a folder."""

from __future__ import annotations

import json
import os
import tomllib
import zipfile
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


@pytest.mark.parametrize(
    "name",
    ['x\nregisters = ["pwned.csv"]\n[publish]\naudience = "public"\n#.pdf', "a\rb.csv", "c\x01.csv", 'q"].csv',
     "{{7*7}}.csv", "[1].csv", "d\x7f.csv", "e\u2028f.pdf", "back\\slash.csv"],
)  # fmt: skip
def test_the_name_of_a_file_never_becomes_more_than_a_comment_or_a_text(name, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / name).write_bytes((shipped("data") / "sites" / "walsall.csv").read_bytes())
    (folder / "stops.csv").write_bytes((shipped("data") / "transit" / "naptan.csv").read_bytes())
    file = init_project(from_folder=folder, as_of=DAY)
    stated = tomllib.loads(file.read_text(encoding="utf-8"))
    assert sorted(stated) == [
        "access",
        "assumptions",
        "evidence",
        "gates",
        "project",
        "shortlist",
        "sources",
        "weights",
    ]
    assert set(stated["sources"]) <= {"stops", "registers"}
    assert stated["sources"].get("registers", [name]) == [name]


def test_names_of_members_and_columns_and_of_the_folder_are_comments_alone(tmp_path):
    folder = tmp_path / "mine\n[publish]"
    folder.mkdir()
    with zipfile.ZipFile(folder / "many.zip", "w") as opened:
        opened.writestr("a\nsales = [1].csv", "x")
    (folder / "odd.csv").write_bytes(b'"x\ny = 1","\x00\x01"\n1,2\n')
    (folder / "odd.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"a\nb = 1": 1}, "geometry": {"type": "Point", "coordinates": [0, 0]}},
    ]}))  # fmt: skip
    stated = tomllib.loads(init_project(from_folder=folder, as_of=DAY).read_text(encoding="utf-8"))
    assert "publish" not in stated
    assert stated["sources"] == {}


def test_a_name_that_is_no_utf_8_is_named_and_stops_nothing(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"bad\xff.csv")).write_text("a,b\n")
    except OSError:
        pytest.skip("this file system has no such names")
    text = init_project(from_folder=tmp_path, as_of=DAY).read_text(encoding="utf-8")
    assert "# bad\\udcff.csv: has a name that is no UTF-8; rename it" in text
