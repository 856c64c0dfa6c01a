"""Spreadsheet files as people save them."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.messy_tables import cell_text, decode, read_table


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


def test_cells_of_a_workbook_as_typed():
    assert [cell_text(v) for v in (1.0, 0.1, -2, dt.date(2019, 3, 4), dt.datetime(2019, 3, 4, 5, 6), False, " a")] == [
        "1", "0.1", "-2", "2019-03-04", "2019-03-04 05:06:00", "FALSE", " a",
    ]  # fmt: skip


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
