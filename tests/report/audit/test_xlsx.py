"""Workbooks written directly open elsewhere, hold what they were given, and are the same each time."""

from __future__ import annotations

import datetime as dt
import io
import xml.etree.ElementTree as ET
import zipfile

import openpyxl
import pytest

from siteprior.core.errors import OutputError
from siteprior.report.audit.xlsx import Head, Sheet, Title, write_xlsx

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636800000082008177cd72b6"
    "0000000049454e44ae426082"
)


@pytest.fixture
def sheets():
    rows = [Head(["Name", "Ha"]), ["Old & <new> mill", 0.5], [None, 7], ["#N/A", dt.date(2020, 2, 3)]]
    return [
        Sheet("Sites", (20, 8.5), rows, head=True, wrap=frozenset({0})),
        Sheet("Map's", (10,), [Title(["A map"])], picture=PICTURE),
    ]


def test_opens_with_what_was_given(tmp_path, sheets):
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert book.sheetnames == ["Sites", "Map's"]
    sheet = book["Sites"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Name", "Ha"], ["Old & <new> mill", 0.5], [None, 7], ["#N/A", "2020-02-03"],
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B4")
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (20, 8.5)
    assert sheet["A1"].font.bold
    assert sheet["A2"].alignment.wrap_text
    assert not sheet["B2"].alignment.wrap_text
    assert book["Map's"]["A1"].font.size == 14
    (image,) = book["Map's"]._images
    assert image._data() == PICTURE


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "#REF!", "\t=1"])
def test_text_stays_text(tmp_path, text):
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9,), [[text]])]))
    assert book["A"]["A1"].value == text
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_characters_and_lengths_a_cell_cannot_hold_are_left_out(tmp_path):
    texts = ["a\x00b\x1fc", "x" * 40_000, "line\nbreak  kept", "\ud800"]
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9,), [[text] for text in texts])]))
    values = [row[0].value for row in book["A"]]
    assert values[0] == "a b c"
    assert len(values[1]) == 32_767
    assert values[2:] == ["line\nbreak  kept", " "]


def test_every_part_is_well_formed_and_named_by_its_relations(tmp_path, sheets):
    with zipfile.ZipFile(write_xlsx(tmp_path / "a.xlsx", sheets)) as archive:
        names = set(archive.namelist())
        for name in names:
            if not name.endswith(".png"):
                ET.fromstring(archive.read(name))
        kinds = ET.fromstring(archive.read("[Content_Types].xml"))
        assert {part.get("PartName")[1:] for part in kinds if part.get("PartName")} <= names
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_same_rows_same_bytes(tmp_path, sheets):
    first, second = (write_xlsx(tmp_path / name, sheets).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert first == second


def test_columns_run_on_after_z(tmp_path):
    row = list(range(60))
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", [5] * 60, [row])]))
    assert [cell.value for cell in book["A"][1]] == row


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_xlsx(tmp_path / "file" / "a.xlsx", [Sheet("A", (9,), [["x"]])])


def test_numbers_of_numpy_are_numbers(tmp_path):
    import numpy as np

    write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9, 9), [[np.float64(0.25), np.int64(3)]])])
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "a.xlsx").read_bytes()))
    assert [cell.value for cell in book["A"][1]] == [0.25, 3]
