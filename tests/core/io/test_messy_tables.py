"""Spreadsheet files as people save them."""

from __future__ import annotations

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.messy_tables import decode, read_table, read_tables


def has_ref(cells) -> float:
    return float(len({"Ref", "Name"} & {cell.strip() for cell in cells}))


def read(path, **options):
    return read_table(path, score=has_ref, wanted="a column Ref", **options)


@pytest.fixture
def write(tmp_path):
    def written(data: bytes, name: str = "a.csv"):
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return written


def test_records_are_numbered_as_in_a_spreadsheet(write):
    table = read(write(b'My title\n\nRef,Name\n1,"two\nlines"\n\n2,b\n'))
    assert table.header_row == 3
    assert table.rows == [("1", "two\nlines"), ("", ""), ("2", "b")]
    assert table.numbers == [4, 5, 6]


def test_short_and_long_records(write):
    table = read(write(b"Ref,Name,\n1\n2,b,,beyond\n"))
    assert table.rows == [("1", "", ""), ("2", "b", "")]
    assert table.overflow == [3]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Ref,Name\n1,£\n".encode(), "utf-8"),
        ("Ref,Name\n1,£\n".encode("utf-8-sig"), "utf-8-sig"),
        ("Ref,Name\n1,£\n".encode("cp1252"), "cp1252"),
        ("Ref,Name\n1,£\n".encode("utf-16"), "utf-16"),
        ("Ref,Name\n1,£\n".encode("utf-16-le"), "utf-16"),
        ("Ref,Name\n1,£\n".encode("utf-16-be"), "utf-16"),
        (b"Ref,Name\n1,\xa3\n2,\x81\n", "latin-1"),  # 0x81 is no character of Windows-1252
    ],
)
def test_encodings(write, data, encoding):
    table = read(write(data))
    assert table.encoding == encoding
    assert table.rows[0] == ("1", "£")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), min_size=1))
def test_any_text_in_utf8_comes_back(text):
    assert decode(text.encode()) == ("utf-8", text)
    assert decode(text.encode("utf-8-sig")) == ("utf-8-sig", text)


def test_bare_carriage_returns_end_lines(write):
    assert read(write(b"Ref,Name\r1,a\r2,b\r")).rows == [("1", "a"), ("2", "b")]


def test_a_drawn_boundary_in_one_cell(write):
    shape = "POLYGON((" + "1 2, " * 60_000 + "))"
    assert len(shape) > 131_072  # the csv module's default limit
    assert read(write(f'Ref,Name\n1,"{shape}"\n'.encode())).rows == [("1", shape)]


def test_sheet_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Template"
    book.active.append(["Ref", "Name"])
    book.create_sheet("Register").append(["Ref", "Name"])
    book["Register"].append([7, "a"])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").rows == [("7", "a")]
    assert read(tmp_path / "a.xlsx", sheet="Template").rows == []
    with pytest.raises(InputError, match="unknown sheet 'Registr'; did you mean 'Register'"):
        read(tmp_path / "a.xlsx", sheet="Registr")


def test_no_header_says_what_was_found_and_what_is_needed(write):
    with pytest.raises(InputError, match=r"found: x, y. Needs a column Ref"):
        read(write(b"x,y\n1,2\n"))


REGISTER = [["Ref", "Name"], [1, "Mill"], [2, "Yard"]]
BLANK = [["Ref", "Name"]]


@pytest.fixture
def workbook(tmp_path):
    """Save a workbook of sheets by name: their records, hidden where the name begins with a dot."""

    def written(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, records in sheets.items():
            sheet = book.create_sheet(name.removeprefix("_").replace("_", " "))
            for record in records:
                sheet.append(record)
            sheet.sheet_state = "hidden" if name.startswith("_") else "visible"
        if all(name.startswith("_") for name in sheets):
            book.create_sheet("Cover")
        book.save(tmp_path / "a.xlsx")
        return tmp_path / "a.xlsx"

    return written


def every(path):
    return read_tables(path, score=has_ref, wanted="a column Ref")


def left(table):
    return {other.name: (other.records, other.why, other.alike) for other in table.others}


def test_every_visible_sheet_with_the_header_is_a_table_in_the_order_of_the_workbook(workbook):
    path = workbook(North=REGISTER, Notes=[["read me"]], South=[["title"], ["Ref", "Name"], [3, "Dock"]], Blank=[])
    north, south = every(path)
    assert (north.form, north.rows, north.numbers) == ("North", [("1", "Mill"), ("2", "Yard")], [2, 3])
    assert (south.form, south.rows, south.numbers) == ("South", [("3", "Dock")], [3])
    assert left(north) == {"Notes": (1, "its header is not the one wanted", False)}
    assert left(south) == {}
    assert north.although == south.although == ""


@pytest.mark.parametrize("name", ["_2019", "Deleted", "Example_Data", "Look_up", "sites_removed", "Template"])
def test_hidden_sheets_and_those_beside_the_data_are_named_and_not_read(workbook, name):
    (table,) = every(workbook(**{name: [*REGISTER, [3, "Dock"]], "2025": REGISTER[:2]}))
    assert (table.form, table.rows) == ("2025", [("1", "Mill")])
    why = "it is hidden" if name == "_2019" else "its name says that it is beside the data"
    assert list(left(table).values()) == [(4, why, True)]
    assert read(workbook(**{name: REGISTER, "2025": REGISTER[:2]})).form == "2025"


@pytest.mark.parametrize("name", ["_2019", "Template"])
def test_where_there_is_nothing_else_they_are_read_and_it_is_stated(workbook, name):
    (table,) = every(workbook(**{name: REGISTER, "_Older": REGISTER, "Cover": [["See inside"]], "Empty": BLANK}))
    assert table.form == name.removeprefix("_")
    assert table.although
    assert left(table)["Empty"] == (1, "it holds no records below its header", False)
    assert read(workbook(**{name: REGISTER, "Cover": [["x"]]})).although == table.although


def test_a_sheet_of_a_header_alone_is_read_where_there_is_no_other(workbook):
    (table,) = every(workbook(One=BLANK, Two=[["x"]]))
    assert (table.form, table.rows) == ("One", [])


def test_a_sheet_with_less_than_half_of_the_header_is_a_look_up(workbook):
    def score(cells):
        return float(len({"Ref", "Name", "Area", "East", "North"} & set(cells)))

    whole = [["Ref", "Name", "Area", "East", "North"], [1, "a", 2, 3, 4]]
    path = workbook(Codes=[["Ref", "Meaning", "Name"], [1, "open", "x"]], Data=whole)
    (table,) = read_tables(path, score=score, wanted="…")
    assert table.form == "Data"
    assert left(table) == {"Codes": (2, "another sheet fits better", True)}


def test_a_hidden_sheet_with_all_columns_goes_before_a_shown_one_with_few_where_columns_are_mapped(workbook):
    def score(cells):
        return float(len({"Ref", "Name", "Area", "East", "North"} & set(cells)))

    whole = [["Ref", "Name", "Area", "East", "North"], [1, "a", 2, 3, 4]]
    table = read_table(workbook(_Data=whole, Codes=[["Ref"], [1]]), score=score, wanted="…")
    assert (table.form, table.although) == ("Data", "it is hidden")


def test_a_csv_is_one_table_without_other_sheets(write):
    (table,) = every(write(b"Ref,Name;x\n1,a\n"))
    assert (table.form, table.others, table.although) == (",", (), "")


def test_a_sheet_asked_for_is_read_whatever_it_is(workbook):
    path = workbook(_2019=REGISTER, Data=REGISTER)
    assert read(path, sheet="2019").form == "2019"
    with pytest.raises(InputError, match=r"no recognisable header.*found: x. Needs a column Ref"):
        read(workbook(Notes=[["x"]], Data=REGISTER), sheet="Notes")


def test_formulas_without_values_and_merged_cells_come_with_the_table_below_its_header(tmp_path):
    book = openpyxl.Workbook()
    for record in (["=1+1"], ["Ref", "Name"], [1, "=A3"], [2, "Yard"]):
        book.active.append(record)
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("B4:B6")
    book.save(tmp_path / "a.xlsx")
    table = read(tmp_path / "a.xlsx")
    assert (table.header_row, table.unstored) == (2, ((3, 1),))
    assert [(merged.first, merged.last) for merged in table.merged] == [(4, 6)]


def test_a_header_of_formulas_without_values_is_no_file_without_one(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["=Other!A1", "=Other!B1"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="formulas without stored values; open it in Excel and save it"):
        read(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "\n <!DOCTYPE html><html><body>Ref, Site</body>",
            "is a web page (HTML) and no table; download the file itself",
        ),
        ('<?xml version="1.0"?><a/>', "is XML and no table"),
        ('{"features": [{"geometry": null}]}', "is GeoJSON and no table; save its properties"),
        ('[{"Reference": 1}]', "is JSON and no table"),
        ("%PDF-1.7 obj", "is a PDF and no table"),
        ("some words, and others", "no recognisable header"),
    ],
)
def test_what_is_no_table_is_named_as_what_it_is(tmp_path, text, kind):
    path = tmp_path / "register.csv"
    path.write_text(text)
    with pytest.raises(InputError, match="Needs a column Ref") as caught:
        read_table(path, score=lambda cells: float("Ref" in cells), wanted="a column Ref")
    assert kind in str(caught.value)


def test_a_table_that_begins_like_a_page_is_a_table(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text("<html export>,\nRef,Name\n1,Mill\n")
    assert read_table(path, score=lambda cells: float("Ref" in cells), wanted="a column Ref").rows == [("1", "Mill")]
