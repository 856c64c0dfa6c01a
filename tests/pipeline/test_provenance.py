"""What readers hand over: issues and origins in the order of reading, each with what the project says of its file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories.sample import sample_text
from siteprior.core.errors import InputError
from siteprior.core.files import Input
from siteprior.core.issues import IssueLog, Reading
from siteprior.pipeline.provenance import ReadLog, lock_notices
from siteprior.pipeline.registered import load_project
from siteprior.project.model import File
from siteprior.sources.fetch.lock import BY_HAND, Locked, lock_path, write_lock


def reading(*files):
    log = IssueLog(files[0])
    log.add("missing value", row=2)
    return Reading(f"table of {files[0]}", log.table(), tuple(Input("?", file, "0" * 64, 10, 1) for file in files))


def test_one_entry_is_about_all_its_files_and_several_each_for_its_own():
    log = ReadLog()
    assert log.add("register", File(path="*.csv", vintage="2020"), reading("a.csv", "b.csv")) == "table of a.csv"
    entries = [File(path="c.csv", licence="own"), File(path="d.csv", publisher="Us")]
    log.add("register", entries, reading("c.csv", "d.csv"))
    assert [(one.file, one.vintage, one.licence == "own", one.publisher == "Us") for one in log.provenance] == [
        ("a.csv", "2020", False, False), ("b.csv", "2020", False, False),
        ("c.csv", "", True, False), ("d.csv", "", False, True),
    ]  # fmt: skip
    assert {one.role for one in log.provenance} == {"register"}
    assert [table["file"].item() for table in log.issues] == ["a.csv", "c.csv"]


def test_what_nobody_states_comes_from_the_catalogue():
    log = ReadLog()
    log.add("postcodes", File(path="p.csv"), reading("p.csv"))
    (origin,) = log.provenance
    assert (origin.publisher, origin.licence) == ("Ordnance Survey", "Open Government Licence v3.0")


def test_entries_and_files_are_as_many():
    with pytest.raises(ValueError, match="is longer than"):
        ReadLog().add("register", [File(path="a.csv")], reading("a.csv", "b.csv"))


LOCKED = Locked(
    "naptan", "430", "https://example.org/a?key=HIDDEN", "2026-11-29T09:00:00Z", 10, "0" * 64, "2026-11-29", "own"
)  # fmt: skip


@pytest.fixture
def project(tmp_path):
    path = tmp_path / "project.toml"
    path.write_text(sample_text(), encoding="utf-8")
    return load_project(path)


def test_what_the_lock_says_of_this_very_file_is_in_the_record(project):
    write_lock(lock_path(project.file), {"a.csv": LOCKED, "b.zip": Locked(fetched=BY_HAND, sha256="0" * 64)})
    log = ReadLog.of(project)
    log.add("stops", File(path="a.csv"), reading("a.csv"))
    log.add("stops", File(path="b.zip!c.csv", dataset="naptan", part="910"), reading("b.zip!c.csv"))
    log.add("stops", File(path="d.csv"), reading("d.csv"))
    facts = [(one.dataset, one.part, one.address, one.fetched, one.vintage, one.licence) for one in log.provenance]
    assert facts == [
        ("naptan", "430", LOCKED.address, LOCKED.fetched, "2026-11-29", "own"),
        ("naptan", "910", "", "placed by hand", "", "Open Government Licence v3.0"),
        ("", "", "", "", "", "Open Government Licence v3.0"),
    ]
    assert list(lock_notices(project, log.provenance)) == []


def test_what_the_project_states_goes_before_the_lock(project):
    write_lock(lock_path(project.file), {"a.csv": LOCKED})
    log = ReadLog.of(project)
    log.add("stops", File(path="a.csv", vintage="2024", licence="mine"), reading("a.csv"))
    assert [(one.vintage, one.licence) for one in log.provenance] == [("2024", "mine")]


def test_of_another_file_than_the_lock_names_nothing_is_taken_and_it_is_stated(project):
    write_lock(lock_path(project.file), {"a.csv": replace(LOCKED, sha256="ab" * 32)})
    log = ReadLog.of(project)
    log.add("stops", File(path="a.csv"), reading("a.csv"))
    assert [(one.vintage, one.address, one.fetched) for one in log.provenance] == [("", "", "")]
    (sentence,) = lock_notices(project, log.provenance)
    assert sentence.startswith(
        "a.csv: is not the file that sources.lock names (SHA-256 000000000000… now, abababababab…"
    )
    assert "siteprior fetch enters the one that is there" in sentence


def test_a_lock_that_cannot_be_read_is_refused(project):
    lock_path(project.file).write_text("[files", encoding="utf-8")
    with pytest.raises(InputError, match=r"sources\.lock: cannot be read"):
        ReadLog.of(project)


def test_without_a_project_nothing_is_known_of_files():
    assert ReadLog.of(None).locked == {}
