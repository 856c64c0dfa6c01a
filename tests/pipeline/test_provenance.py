"""What readers hand over: issues and origins in the order of reading, each with what the project says of its file."""

from __future__ import annotations

import pytest

from siteprior.core.files import Input
from siteprior.core.issues import IssueLog, Reading
from siteprior.pipeline.provenance import ReadLog
from siteprior.project.model import File


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
