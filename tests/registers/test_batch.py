"""Registers found in files, folders, patterns and archives, each accounted for on its own."""

from __future__ import annotations

import gzip
import zipfile

import pandas as pd
import pytest

from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.registers.batch import Register, find_registers, read_many
from siteprior.registers.reader import read_registers_with_files

HEADER = "OrganisationURI,SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\n"
DUDLEY = "http://opendatacommunities.org/id/metropolitan-district-council/dudley"


def register(*rows):
    return HEADER + "".join(f"{DUDLEY},{row}\n" for row in rows)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with a register in every form, and what lies about beside registers."""
    monkeypatch.chdir(tmp_path)
    inner = tmp_path / "pile" / "older"
    inner.mkdir(parents=True)
    text = register("A1,Old mill,-2.08,52.5,0.5")
    (tmp_path / "pile" / "b.csv").write_text(text)
    (tmp_path / "pile" / "guide.pdf").write_bytes(b"%PDF")
    (tmp_path / "pile" / ".hidden.csv").write_text(text)
    (tmp_path / "pile" / "~$b.xlsx").write_bytes(b"lock")
    (inner / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    with zipfile.ZipFile(tmp_path / "pile" / "Set.ZIP", "w") as archive:
        archive.writestr("in/c.csv", text)
        archive.writestr("in/readme.txt", "x")
        archive.writestr("__MACOSX/in/._c.csv", "x")
        archive.writestr("nested.zip", b"x")
    return tmp_path


def names(found):
    return [each.file for each in found.registers]


def test_a_folder_stands_for_its_tables_at_any_depth(desk):
    found = find_registers(["pile"])
    assert names(found) == ["pile/Set.ZIP!in/c.csv", "pile/b.csv", "pile/older/a.csv.gz"]
    assert set(found.passed_over) == {
        "pile/guide.pdf", "pile/.hidden.csv", "pile/~$b.xlsx", "pile/Set.ZIP!in/readme.txt",
        "pile/Set.ZIP!__MACOSX/in/._c.csv", "pile/Set.ZIP!nested.zip",
    }  # fmt: skip


def test_patterns_archives_members_and_files_are_found_once(desk):
    assert names(find_registers(["pile/**/*.csv*"])) == ["pile/b.csv", "pile/older/a.csv.gz"]
    assert names(find_registers(["./pile/b.csv", "pile/*.csv", "pile"])) == [
        "pile/b.csv", "pile/Set.ZIP!in/c.csv", "pile/older/a.csv.gz",
    ]  # fmt: skip
    assert names(find_registers(["pile/Set.ZIP!in/c.csv"])) == ["pile/Set.ZIP!in/c.csv"]


def test_absolute_paths_are_shortened_unless_two_would_be_called_the_same(desk):
    assert names(find_registers([desk / "pile" / "Set.ZIP"])) == ["Set.ZIP!in/c.csv"]
    assert names(find_registers([desk / "pile" / "b.csv"])) == ["b.csv"]
    other = desk / "other" / "b.csv"
    other.parent.mkdir()
    other.write_text(register("B1,Yard,-2.07,52.5,1"))
    pair = [desk / "pile" / "b.csv", other]
    assert names(find_registers(pair)) == [path.as_posix() for path in pair]


def test_a_file_named_outright_is_taken_whatever_its_ending(desk):
    (desk / "register.txt").write_text(register("A1,Old mill,-2.08,52.5,0.5"))
    found = find_registers(["register.txt"])
    assert names(found) == ["register.txt"]
    (sites, *_), _ = read_many(found.registers)
    assert sites.index.tolist() == ["E08000027:A1"]


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ([], "no register given"),
        (["gone.csv"], "gone.csv: there is no such file or folder"),
        (["pile", "x/*.csv"], r"x/\*.csv: there is no such file or folder, and nothing fits it"),
        (["empty"], "empty: holds no register; needs CSV or Excel files, found empty/a.pdf"),
    ],
)
def test_a_name_that_leads_nowhere_is_reported(desk, named, says):
    (desk / "empty").mkdir()
    (desk / "empty" / "a.pdf").write_bytes(b"%PDF")
    with pytest.raises(InputError, match=says):
        find_registers(named)


def test_vintages_do_not_count_as_duplicates_of_each_other(tmp_path):
    rows = ("A1,Old mill,-2.08,52.5,0.5", "A1,Old mill,-2.08,52.5,0.5", "A1,Other yard,-2.07,52.5,1")
    for year in ("2019", "2020"):
        (tmp_path / f"{year}.csv").write_text(register(*rows))
    reading, files = read_many(find_registers([tmp_path]).registers)
    assert reading.table.index.tolist() == ["E08000027:A1", "E08000027:A1~2"] * 2
    assert files[["rows_in", "rows_out", "rows_explained"]].values.tolist() == [[3, 2, 1]] * 2
    issues = reading.issues[reading.issues["issue_type"] == "reference values are not unique"]
    assert issues.groupby("file").size().tolist() == [2, 2]
    assert set(issues["site_id"]) <= set(reading.table.index)


def test_one_file_reads_as_the_readers_of_registers_read_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(register("A1,Old mill,52.5,-2.08,0.5ha", "A2,Yard,-2.07,52.5,1"))
    pile, accounts = read_many([Register(path, "a.csv")])
    plain, files = read_registers_with_files([path], files=["a.csv"])
    pd.testing.assert_frame_equal(pile.table, plain.table)
    pd.testing.assert_frame_equal(pile.issues, plain.issues)
    pd.testing.assert_frame_equal(accounts[files.columns], files, check_dtype=False)
    assert pile.provenance == plain.provenance


def test_a_file_that_cannot_be_read_is_refused_with_its_reason(tmp_path):
    (tmp_path / "a.csv").write_text(register("A1,Old mill,-2.08,52.5,0.5"))
    (tmp_path / "b.csv").write_text("colour,size\nred,1\n")
    (tmp_path / "c.xls").write_bytes(b"\xd0\xcf\x11\xe0 old workbook")
    (tmp_path / "d.csv").write_bytes(b"")
    reading, files = read_many(find_registers([tmp_path]).registers)
    assert files["file"].str[-5:].tolist() == ["a.csv", "b.csv", "c.xls", "d.csv"]
    refused = files[files["refused"].notna()]
    assert refused["refused"].str.contains("no recognisable header|old Excel file|is empty").all()
    assert not refused["refused"].str.contains(str(tmp_path), regex=False).any()
    assert refused[["rows_in", "rows_out", "rows_explained", "encoding", "schema"]].isna().all(axis=None)
    told = reading.issues[reading.issues["action"].str.startswith("file refused: ")]
    assert told["file"].tolist() == refused["file"].tolist()
    assert set(told["severity"]) == {"error"}


def test_nothing_readable_is_an_error_naming_every_file(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("colour,size\nred,1\n")
    with pytest.raises(InputError, match="no recognisable header") as raised:
        read_many(find_registers([tmp_path]).registers)
    assert len(raised.value.faults) == 2
    assert [fault.partition(":")[0].rpartition("/")[2] for fault in raised.value.faults] == ["a.csv", "b.csv"]


def test_a_register_without_rows_is_no_obstacle(tmp_path):
    (tmp_path / "a.csv").write_text(HEADER)
    (tmp_path / "b.csv").write_text(register("A1,Old mill,-2.08,52.5,0.5"))
    for names_, sites in ((["a.csv"], 0), (["a.csv", "b.csv"], 1)):
        reading, files = read_many([Register(tmp_path / name, name) for name in names_])
        assert len(reading.table) == sites
        assert files.loc[0, ["rows_in", "rows_out", "rows_explained"]].tolist() == [0, 0, 0]


@pytest.mark.parametrize("part", ["directory", "name"])
def test_an_archive_whose_directory_is_damaged_is_refused_among_others(tmp_path, part):
    (tmp_path / "a.csv").write_text(register("A1,Old mill,-2.08,52.5,0.5"))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("b\u00e9.csv", "x")
    data = (tmp_path / "b.zip").read_bytes()
    broken = {"directory": data.replace(b"PK\x01\x02", b"PK\x09\x09"), "name": data.replace(b"\xc3\xa9", b"\xff\xfe")}
    (tmp_path / "b.zip").write_bytes(broken[part])
    reading, files = read_many(find_registers([tmp_path]).registers)
    assert reading.table["reference"].tolist() == ["A1"]
    assert files["refused"].str.contains("the archive cannot be unpacked").tolist() == [False, True]
    with pytest.raises(InputError, match=r"b\.zip: the archive cannot be unpacked"):
        read_many(find_registers([tmp_path / "b.zip"]).registers)


def test_a_packed_bomb_is_refused_among_others(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(register("A1,Old mill,-2.08,52.5,0.5"))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"0" * 3_000_000))
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("c.csv", b"0" * 3_000_000)
    monkeypatch.setattr(unpacking, "MB", 1000)
    reading, files = read_many(find_registers([tmp_path]).registers)
    assert reading.table["reference"].tolist() == ["A1"]
    assert files["refused"].str.contains("times its size").tolist() == [False, True, True]
