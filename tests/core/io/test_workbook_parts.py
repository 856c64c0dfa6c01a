"""What the parts of a workbook say before it is opened: no size is taken on trust."""

from __future__ import annotations

import io
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core import unpacking
from siteprior.core.errors import InputError
from siteprior.core.io.workbook_parts import Merged, cell_of, column_of, first_fault, look_through
from siteprior.core.io.workbooks import read_sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def book(rows: str, *, prefix: str = "", strings: str = "", below: str = "", dtd: str = "", **parts: str) -> bytes:
    """A workbook of one sheet, written part by part: what no program would save can be."""
    mark = f"{prefix}:" if prefix else ""
    space = f"xmlns:{prefix}" if prefix else "xmlns"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="Sites" sheetId="1" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{LINKS}/worksheet" '
            f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{LINKS}/sharedStrings" '
            'Target="sharedStrings.xml"/></Relationships>',
        )
        sheet = f'<{mark}worksheet {space}="{MAIN}"><{mark}sheetData>{rows}</{mark}sheetData>{below}</{mark}worksheet>'
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'{dtd}<{mark}worksheet {space}="{MAIN}">{sheet}</{mark}worksheet>'
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{strings}</sst>')
        for name, text in parts.items():
            archive.writestr(name, text)
    return file.getvalue()


def refused(data: bytes, says: str) -> None:
    """Refused by name, and before memory is taken for what it asks for."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match=f"^a.xlsx: {says}"):
            read_sheets(data, "a.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_what_a_sheet_says_of_its_cells():
    rows = (
        '<row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2"><f>1+1</f></c><c r="D2" t="e"><v>#N/A</v></c></row>'
        '<row r="4"><c r="B4"><f>1+1</f><v>2</v></c><c r="C4"><f>1+1</f><v></v></c><c r="ZZ4" s="1"/></row>'
    )
    below = '<mergeCells><mergeCell ref="B5:C9"/></mergeCells>'
    kind, sheets = look_through(book(rows, strings="<si><t>Mill</t></si>", below=below), "a.xlsx")
    (part,) = sheets.values()
    assert (kind, list(sheets)) == ("xlsx", ["Sites"])
    assert (part.rows, part.columns, part.cells) == ((2, 4), (1, 3), 9)  # a cell that has but a style is not filled
    assert part.unstored == [(2, 2), (4, 2)]
    assert part.errors == {(2, 3): "#N/A"}
    assert part.merged == [Merged(5, 1, 9, 2)]


def test_cells_that_do_not_say_where_they_stand_follow_each_other():
    rows = "<row><c><v>1</v></c><c><f>A1</f></c></row><row><c><v>2</v></c></row>"
    (part,) = look_through(book(rows), "a.xlsx").sheets.values()
    assert (part.rows, part.columns, part.unstored) == ((1, 2), (0, 0), [(1, 1)])


def test_a_prefix_before_every_tag_hides_nothing():
    rows = '<x:row r="1"><x:c r="A1"><x:f>1+1</x:f></x:c></x:row>'
    (part,) = look_through(book(rows, prefix="x"), "a.xlsx").sheets.values()
    assert part.unstored == [(1, 0)]
    refused(book('<x:row r="2000000000"><x:c r="A2000000000"><x:v>1</x:v></x:c></x:row>', prefix="x"), "sheet 'Sites'")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ('<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>', "sheet 'Sites': row 2000000000: a workbook has"),
        ('<row r="1"><c r="A1048577"><v>1</v></c></row>', "sheet 'Sites': row 1048577: the cell 'A1048577' lies"),
        ("<row r='7'><c r = 'ZZZZ7'><v>1</v></c></row>", "sheet 'Sites': row 7: the cell 'ZZZZ7' lies beyond"),
        ('<row r="7"><c r="XFE7"><v>1</v></c></row>', "sheet 'Sites': row 7: the cell 'XFE7' lies beyond"),
        ('<row r="-1"><c r="A1"><v>1</v></c></row>', "sheet 'Sites': row -1"),
        ('<row r="x"><c r="A1"><v>1</v></c></row>', "the workbook cannot be opened, it is damaged"),
        ('<row r="1"><c r="1"><v>1</v></c></row>', "the workbook cannot be opened, it is damaged .*'1' is no cell"),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            "sheet 'Sites': its filled cells span rows 1 to 1048576 and 16384 columns, 17,179,869,184 cells; at most",
        ),
    ],
)
def test_cells_that_cannot_be_are_refused_before_memory_is_taken(rows, says):
    refused(book(rows), says)


def test_the_last_cell_of_a_workbook_alone_is_one_cell():
    (part,) = look_through(book('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "a.xlsx").sheets.values()
    assert part.cells == 1


def test_entities_are_refused_not_opened_out():
    dtd = '<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;">]>'
    refused(book("<row><c><v>1</v></c></row>", dtd=dtd), "sheet 'Sites': the part .* declares a document type")


def test_one_text_that_many_cells_share_is_counted_for_each(monkeypatch):
    monkeypatch.setattr(unpacking, "MB", 1000)  # so that 500 kB are the most
    cells = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>' for row in range(1, 21))
    short, long = "<si><t>a</t></si>", f"<si><t>{'b' * 30_000}</t></si>"
    refused(book(cells, strings=short + long), "the texts of the cells: unpacks to 600 MB, more than the 500 MB")
    cells = cells.replace("<v>1</v>", "<v>0</v>")  # 20 at the longest would be too much, but they are the short one
    assert look_through(book(cells, strings=short + long), "a.xlsx").kind == "xlsx"


def test_parts_that_unpack_to_too_much_are_refused_by_what_the_directory_says(monkeypatch):
    monkeypatch.setattr(unpacking, "MB", 1000)
    refused(book("", **{"xl/media/a.bin": "0" * 400_000}), "the part 'xl/media/a.bin' unpacks to .* times its size")
    noise = "".join(str(n * n) for n in range(100_000))
    refused(book("", **{"xl/a.xml": noise}), "the workbook: unpacks to .* MB, more than the 500 MB")


def test_a_part_that_lies_about_its_size_is_damaged():
    data = book("<row><c><v>1</v></c></row>" * 1000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = data.replace(size.to_bytes(4, "little"), (200).to_bytes(4, "little"))
    assert lie != data
    refused(lie, "(the workbook|sheet 'Sites':) cannot be opened, it is damaged")


def test_no_workbook_and_a_binary_one_are_named():
    for member, says in (("a.txt", "is an archive, but no workbook"), ("xl/workbook.bin", "is a binary workbook")):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(member, "x")
        refused(file.getvalue(), says)


def test_a_long_text_and_a_long_name_take_no_longer_than_their_length():
    long = "a" * 300_000
    text = book(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{long}</t></is></c></row>')
    assert read_sheets(text, "a.xlsx")[1][0].records == [[long]]
    refused(book(f'<row r="1"><c r="{long}1"><v>1</v></c></row>'), "the workbook cannot be opened")
    name = book(f'<row r="1"><c r="A1"><v>1</v></c><{long} {long}="{long}"/></row>')
    assert read_sheets(name, "a.xlsx")[1][0].records == [["1"]]


def test_the_first_value_that_is_none_is_found():
    data = book(
        '<row r="3"><c r="A3"><v>1</v></c><c r="B3" t="s"><v>0</v></c></row><row r="9"><c r="A9"><v>x</v></c></row>'
    )
    assert first_fault(data) == "sheet 'Sites', row 3: '0' is no text of the workbook"
    assert first_fault(book("")) == ""


@given(st.integers(0, 16_383))
def test_columns_are_numbered_as_their_letters_follow(place):
    letters, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    assert column_of(letters) == place
    assert cell_of(f"{letters}12") == (12, place)
