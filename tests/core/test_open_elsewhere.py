"""A file another program has open is never damaged: not replaced, and named with the program to close."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest

from siteprior.core.errors import OutputError
from siteprior.core.files import whole_file, write_text
from siteprior.core.open_elsewhere import refuse_open_elsewhere


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("a.gpkg", "QGIS, ArcGIS or MapInfo"),
        ("a.csv", "Excel"),
        ("a.qgz", "QGIS"),
        ("a.html", "a browser"),
        ("a.txt", "QGIS, Excel"),
    ],
)
def test_the_program_to_close_is_named(tmp_path, monkeypatch, name, program):
    monkeypatch.setattr(Path, "replace", Mock(side_effect=PermissionError(13, "in use")))
    with pytest.raises(OutputError) as refused:
        write_text(tmp_path / name, "later")
    assert f"{name}: the file is open in another program ({program}?); close it there and run again" in str(
        refused.value
    )


def edited_elsewhere(path):
    """Make a GeoPackage that another program has open with an edit not yet written into it, as QGIS does."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE sites (name TEXT)")
        database.execute("INSERT INTO sites VALUES ('as published')")
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=wal")
    with other:
        other.execute("UPDATE sites SET name = 'as edited'")
    return other


def test_a_geopackage_being_edited_is_neither_replaced_nor_changed(tmp_path):
    """On Linux it could be replaced; the edit would then be written into the new one, by whoever opens it next."""
    path = tmp_path / "shortlist.gpkg"
    with closing(edited_elsewhere(path)) as other:
        before = path.read_bytes()
        open_elsewhere = (
            r"shortlist\.gpkg: the file is open in another program \(QGIS, ArcGIS or MapInfo\?\), for "
            r"shortlist\.gpkg-wal, shortlist\.gpkg-shm stands"
        )
        with pytest.raises(OutputError, match=open_elsewhere):
            write_text(path, "new")
        assert path.read_bytes() == before
        assert sorted(file.name for file in tmp_path.iterdir()) == [path.name, f"{path.name}-shm", f"{path.name}-wal"]
        assert other.execute("SELECT name FROM sites").fetchall() == [("as edited",)]
    write_text(path, "new")  # closed: the edit is saved, and the file can be replaced
    assert path.read_text() == "new"


def test_one_opened_while_the_new_one_is_made_is_kept_too(tmp_path):
    path, opened = tmp_path / "a.gpkg", []

    def make():
        with whole_file(path) as temporary:
            temporary.write_text("new")
            opened.append(edited_elsewhere(path))

    with pytest.raises(OutputError, match="open in another program"):
        make()
    assert opened[0].execute("SELECT name FROM sites").fetchall() == [("as edited",)]
    opened[0].close()


@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_all_files_are_named_at_once_and_only_geopackages_asked(tmp_path, end):
    for name in ("a.gpkg", "b.GPKG", "c.csv"):
        (tmp_path / (name + end)).touch()
    with pytest.raises(OutputError) as refused:
        refuse_open_elsewhere(tmp_path / name for name in ("a.gpkg", "b.GPKG", "c.csv", "d.gpkg"))
    assert [fault.partition(": the file is open")[0] for fault in refused.value.faults] == [
        str(tmp_path / "a.gpkg"), str(tmp_path / "b.GPKG")
    ]  # fmt: skip
    assert f"delete a.gpkg{end}" in refused.value.faults[0]
