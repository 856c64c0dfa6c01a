"""Workbooks open elsewhere, hold what they were given, and are the same each time."""

from __future__ import annotations

import datetime as dt
import io
import xml.etree.ElementTree as ET
import zipfile

import openpyxl
import pytest

from siteprior.core.errors import OutputError
from siteprior.report import style
from siteprior.report.workbook.xlsx import Row, Sheet, write_xlsx

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636800000082008177cd72b6"
    "0000000049454e44ae426082"
)


@pytest.fixture
def sheets():
    cells = [["Old & <new> mill", 0.5], [None, 7], ["#N/A", dt.date(2020, 2, 3)]]
    rows = [Row(["Name", "Ha"], "head"), *map(Row, cells)]
    return [
        Sheet("Sites", (20, 8), rows, head=True, wrap=frozenset({0})),
        Sheet("Map's", (10,), [Row(["A map"], "title")], picture=PICTURE),
    ]


def test_opens_with_what_was_given(tmp_path, sheets):
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert book.sheetnames == ["Sites", "Map's"]
    sheet = book["Sites"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["Name", "Ha"], ["Old & <new> mill", 0.5], [None, 7], ["#N/A", "2020-02-03"],
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B4")
    assert (sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width) == (20, 8)
    assert sheet["A1"].font.bold
    assert sheet["A2"].alignment.wrap_text
    assert not sheet["B2"].alignment.wrap_text
    assert book["Map's"]["A1"].font.size == 14
    (image,) = book["Map's"]._images
    assert image._data() == PICTURE


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "#REF!", "\t=1"])
def test_text_stays_text(tmp_path, text):
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9,), [Row([text])])]))
    assert book["A"]["A1"].value == text
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_characters_and_lengths_a_cell_cannot_hold_are_left_out(tmp_path):
    texts = ["a\x00b\x1fc", "x" * 40_000, "line\nbreak  kept", "\ud800"]
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9,), [Row([text]) for text in texts])]))
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
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", [5] * 60, [Row(row)])]))
    assert [cell.value for cell in book["A"][1]] == row


def test_a_folder_that_cannot_be_written_is_reported(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"):
        write_xlsx(tmp_path / "file" / "a.xlsx", [Sheet("A", (9,), [Row(["x"])])])


def test_numbers_of_numpy_are_numbers(tmp_path):
    import numpy as np

    write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9, 9), [Row([np.float64(0.25), np.int64(3)])])])
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "a.xlsx").read_bytes()))
    assert [cell.value for cell in book["A"][1]] == [0.25, 3]


def test_heads_stand_out_and_only_they_are_filled(tmp_path, sheets):
    sheet = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", sheets))["Sites"]
    assert sheet["A1"].fill.fgColor.rgb == "FF" + style.TRACK[1:].upper()
    assert (sheet["A1"].alignment.vertical, sheet["A1"].alignment.wrap_text) == ("top", True)
    assert sheet["A2"].fill.fill_type is None
    assert not sheet["A2"].font.bold


def test_the_picture_keeps_its_size_below_the_rows(tmp_path, sheets):
    (image,) = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", sheets))["Map's"]._images
    assert (image.anchor._from.row, image.anchor._from.col) == (2, 0)  # row 1 has the title, row 2 is left free
    assert (image.width, image.height) == (1, 1)


def test_widths_are_kept_in_whole_pixels(tmp_path):
    """Seven pixels to the character, as spreadsheets keep them: 8.5 characters are 60 pixels."""
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (8.5,), [Row(["x"])])]))
    assert book["A"].column_dimensions["A"].width == pytest.approx(60 / 7, abs=1 / 256)


def test_no_text_becomes_a_link_or_a_number(tmp_path):
    texts = ["https://example.org/", "mailto:a@example.org", "007", "1e5", "internal:Sheet1!A1"]
    book = openpyxl.load_workbook(write_xlsx(tmp_path / "a.xlsx", [Sheet("A", (9,), [Row([text]) for text in texts])]))
    assert [row[0].value for row in book["A"]] == texts
    assert {row[0].data_type for row in book["A"]} == {"s"}
    assert not any(row[0].hyperlink for row in book["A"])
