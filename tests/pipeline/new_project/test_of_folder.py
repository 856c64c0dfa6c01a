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
from siteprior.pipeline.new_project import recognise
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


def test_sales_without_postcodes_stand_behind_comment_signs_and_the_project_is_not_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    data = shipped("data")
    names = ("sites/walsall.csv", "transit/naptan.csv", "boundaries/lsoa21.geojson", "deprivation/iod2025.csv")
    for name in (*names, "market/price_paid_2025-12_update.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((data / name).read_bytes())
    file = init_project(from_folder=tmp_path, as_of=date(2026, 1, 31))
    text = file.read_text(encoding="utf-8")
    assert "Not read yet: sales need postcodes to place them" in text
    behind = '# sales = [\n#   "market/price_paid_2025-12_update.csv",\n# ]'
    assert behind in text
    project = loaded(file)
    project.refuse_missing()
    assert project.sources.sales == ()
    file.write_text(text.replace(behind, behind.replace("# ", "").replace("#", "")), encoding="utf-8")
    with pytest.raises(sp.ProjectError, match="no postcodes"):
        loaded(file)


def test_a_folder_that_lacks_what_a_project_needs_says_what(tmp_path):
    (tmp_path / "stops.csv").write_bytes((shipped("data") / "transit" / "naptan.csv").read_bytes())
    file = init_project(from_folder=tmp_path, as_of=DAY)
    text = file.read_text(encoding="utf-8")
    for name in ("registers", "areas", "deprivation"):
        assert f"Not found in the folder, and needed: {name}." in text
    with pytest.raises(sp.ProjectError, match="areas"):
        loaded(file)


def test_the_lines_to_complete_hold_every_key_and_load_once_completed(tmp_path):
    (tmp_path / "note.txt").write_text("nothing a project names\n")
    file = init_project(from_folder=tmp_path, as_of=DAY)
    text = file.read_text(encoding="utf-8")
    needed = text[text.index("# Not found in the folder, and needed: registers") : text.index("# Files that are none")]
    whole = "\n".join(
        line.removeprefix("# ")
        for line in needed.splitlines()
        if line.startswith(("# areas", "# deprivation", "# registers", "# stops", "#   {", "# ]"))
    )
    completed = whole
    for ours, theirs in {
        "CODE OF YOUR COUNCIL": "E08000025", "YOUR ATCO AREA": "430",
        "WEST,SOUTH,EAST,NORTH": "384000,261000,446000,315000",
    }.items():  # fmt: skip
        assert ours in completed
        completed = completed.replace(ours, theirs)
    file.write_text(text.replace(needed, f"{completed}\n"), encoding="utf-8")
    sources = loaded(file).sources
    area = init_project("E08000025", out=tmp_path / "area", as_of=DAY)
    asked = loaded(area).sources
    assert sources.areas.model_copy(update={"part": asked.areas.part}) == asked.areas
    assert sources.deprivation == asked.deprivation
    assert [stop.part for stop in sources.stops] == ["430", "910", "940"]
    assert sources.registers[0].councils == ("E08000025",)
    plan = sp.fetch(file, dry_run=True)
    assert set(plan["status"]) == {"would fetch"}
    assert len(plan) == 7


def test_areas_that_name_no_district_say_what_to_add(tmp_path):
    square = {"type": "Polygon", "coordinates": [[[0, 51], [0.1, 51], [0.1, 51.1], [0, 51]]]}
    named = {"LSOA21CD": "E01000001", "LSOA21NM": "A"}
    for file, more, says in (("a", {}, True), ("b", {"LAD24CD": "E08000025"}, False)):
        folder = tmp_path / file
        folder.mkdir()
        feature = {"type": "Feature", "properties": named | more, "geometry": square}
        (folder / "areas.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        text = init_project(from_folder=folder, as_of=DAY).read_text(encoding="utf-8")
        assert ("# LSOA boundaries of 2021. They name no district: add district" in text) == says


def test_each_file_is_looked_into_once(tmp_path, monkeypatch, capsys):
    looked = []
    look = recognise._recognise
    monkeypatch.setattr(recognise, "_recognise", lambda path, name: looked.append(name) or look(path, name))
    for name in ("a.csv", "b.txt"):
        (tmp_path / name).write_text("a,b\n")
    assert cli.main(["init", "--from-folder", str(tmp_path)]) == 0
    assert looked == ["a.csv", "b.txt"]
    assert capsys.readouterr().out.splitlines()[0].startswith("a.csv: ")


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
