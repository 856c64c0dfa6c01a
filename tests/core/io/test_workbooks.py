"""Workbooks of every kind as text, and what a broken one says."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io import workbooks
from siteprior.core.io.workbooks import cell_text, is_workbook, read_sheets


def saved(*sheets, **options) -> bytes:
    """A workbook whose sheets are functions that fill them, by xlsxwriter."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, **options})
    for fill in sheets:
        fill(book, book.add_worksheet(getattr(fill, "title", None)))
    book.close()
    return file.getvalue()


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one text of one part replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text
                text = text.replace(old, new)
            target.writestr(name, text)
    return file.getvalue()


def one(data: bytes):
    kind, sheets = read_sheets(data, "a.xlsx")
    assert kind == "xlsx"
    (sheet,) = sheets
    return sheet


def two_by_two(_, sheet):
    sheet.write_row(0, 0, ["Ref", "Name"])
    sheet.write_row(1, 0, [7, "Mill"])


SHEET = "xl/worksheets/sheet1.xml"


def test_every_type_of_cell_is_the_text_a_person_would_type():
    def fill(book, sheet):
        looks = {
            name: book.add_format({"num_format": name})
            for name in ("dd/mm/yyyy", "dd/mm/yyyy hh:mm", "hh:mm", "[h]:mm", "0.0%")
        }
        sheet.write_row(0, 0, [12.0, 0.25, -3, 1e30, True, " a ", "007", 433915.20000000001])
        sheet.write_datetime(1, 0, dt.datetime(2019, 3, 4), looks["dd/mm/yyyy"])
        sheet.write_datetime(1, 1, dt.datetime(2019, 3, 4, 5, 6), looks["dd/mm/yyyy hh:mm"])
        sheet.write_number(1, 2, 0.5, looks["hh:mm"])
        sheet.write_number(1, 3, 1.25, looks["[h]:mm"])
        sheet.write_number(1, 4, 0.5, looks["0.0%"])
        sheet.write_number(1, 5, 1e9, looks["dd/mm/yyyy"])  # beyond the last day of Excel: stays the number it is
        sheet.write_formula(2, 0, "=1+1", None, 2)
        sheet.write_formula(2, 1, "=NA()", None, "#N/A")
        sheet.write_formula(2, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 3, '=""', None, "")
        sheet.write_rich_string(2, 4, "old ", book.add_format({"bold": True}), "mill")

    assert one(saved(fill)).records == [
        ["12", "0.25", "-3", "1e+30", "TRUE", " a ", "007", "433915.2"],
        ["2019-03-04", "2019-03-04 05:06:00", "12:00:00", "1 day, 6:00:00", "0.5", "1000000000", "", ""],
        ["2", "#N/A", "#DIV/0!", "", "old mill", "", "", ""],
    ]


def test_records_above_and_columns_left_of_the_cells_count():
    def fill(_, sheet):
        sheet.write(2, 1, "Ref")

    assert one(saved(fill)).records == [["", ""], ["", ""], ["", "Ref"]]


def test_hidden_sheets_are_known_and_charts_are_no_sheets():
    book = openpyxl.Workbook()
    book.active.append(["a"])
    for title, state in (("H", "hidden"), ("V", "veryHidden"), ("S", "visible")):
        book.create_sheet(title).sheet_state = state
    book.create_chartsheet("C")
    file = io.BytesIO()
    book.save(file)
    _, sheets = read_sheets(file.getvalue(), "a.xlsx")
    assert [(sheet.name, sheet.hidden) for sheet in sheets] == [
        ("Sheet", False), ("H", True), ("V", True), ("S", False),
    ]  # fmt: skip


def test_formulas_without_stored_values_and_merged_cells_are_known():
    book = openpyxl.Workbook()  # which stores no values
    book.active.append(["Ref", "Area"])
    book.active.append(["1", "=1+1"])
    book.active.append(["=A2", 2])
    book.active.merge_cells("A5:B6")
    file = io.BytesIO()
    book.save(file)
    sheet = one(file.getvalue())
    assert list(sheet.unstored) == [(2, 1), (3, 0)]
    assert list(sheet.merged) == [(5, 0, 6, 1)]

    def stored(_, sheet):
        sheet.write_formula(0, 0, "=1+1", None, 2)
        sheet.write_formula(0, 1, '=""', None, "x")

    blank_text = changed(saved(stored), SHEET, b"<v>x</v>", b"<v></v>")  # a value, of the type of texts
    assert list(one(blank_text).unstored) == []


def test_the_kinds_by_their_first_bytes():
    assert is_workbook(saved(two_by_two))
    assert is_workbook(b"\xd0\xcf\x11\xe0\xa1")
    assert not is_workbook(b"Ref,Name")


CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Sites"><table:table-row>{cells}</table:table-row>'
    '<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/>'
    "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)


def ods(cells: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", CONTENT.format(cells=cells))
        book.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return file.getvalue()


def test_an_opendocument_sheet():
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    number = '<table:table-cell office:value-type="float" office:value="0.5"><text:p>0,5</text:p></table:table-cell>'
    kind, (sheet,) = read_sheets(ods(cell.format("Ref") + number), "a.ods")
    assert (kind, sheet.name, sheet.records) == ("ods", "Sites", [["Ref", "0.5"]])


def test_an_opendocument_sheet_that_repeats_a_cell_beyond_bounds_is_refused():
    cell = '<table:table-cell table:number-columns-repeated="30000000" office:value-type="float" office:value="1"/>'
    with pytest.raises(InputError, match="holds 30,000,000 cells in one sheet; at most 20,000,000 are read"):
        read_sheets(ods(cell), "a.ods")


def biff(*records: tuple[int, bytes]) -> bytes:
    return b"".join(number.to_bytes(2, "little") + len(body).to_bytes(2, "little") + body for number, body in records)


def old_workbook(workbook: bytes) -> bytes:
    """An old compound file of one stream, ``Workbook``: header, allocation table, directory, the stream."""
    size = max(4096, -(-len(workbook) // 512) * 512)
    body = workbook.ljust(size, b"\0")
    many = size // 512
    free, end, table = b"\xff\xff\xff\xff", b"\xfe\xff\xff\xff", b"\xfd\xff\xff\xff"
    chain = [table, end, *((place + 3).to_bytes(4, "little") for place in range(many - 1)), end]
    allocation = b"".join(chain).ljust(512, b"\xff")

    def entry(name: str, kind: int, start: bytes, length: int, child: bytes = free) -> bytes:
        text = (name + "\0").encode("utf-16-le") if name else b""
        return (
            text.ljust(64, b"\0") + len(text).to_bytes(2, "little") + bytes((kind, 1)) + free + free + child
            + b"\0" * 36 + start + length.to_bytes(8, "little")
        )  # fmt: skip

    directory = entry("Root Entry", 5, end, 0, (1).to_bytes(4, "little"))
    directory += entry("Workbook", 2, (2).to_bytes(4, "little"), size) + entry("", 0, b"\0" * 4, 0) * 2
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0" + b"\0" * 10
    header += (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\0" * 4 + (4096).to_bytes(4, "little")
    header += end + b"\0" * 4 + end + b"\0" * 4 + (0).to_bytes(4, "little")
    return header.ljust(512, b"\xff") + allocation + directory + body


def label(row: int, column: int, text: str) -> tuple[int, bytes]:
    place = b"".join(value.to_bytes(2, "little") for value in (row, column, 0, len(text)))
    return 0x0204, place + b"\0" + text.encode("latin-1")


def test_an_old_workbook_is_read():
    globe = (0x0809, b"\x00\x06\x05\x00" + b"\0" * 12)
    sheet = biff((0x0809, b"\x00\x06\x10\x00" + b"\0" * 12), label(0, 0, "Ref"), label(1, 0, "Mill"), (0x000A, b""))
    name = b"Sites"
    bound = b"\0" * 6 + bytes((len(name), 0)) + name
    before = len(biff(globe, (0x0085, bound), (0x000A, b"")))
    bound = before.to_bytes(4, "little") + bound[4:]
    kind, (read,) = read_sheets(old_workbook(biff(globe, (0x0085, bound), (0x000A, b"")) + sheet), "a.xls")
    assert (kind, read.name, read.hidden, read.records) == ("xls", "Sites", False, [["Ref"], ["Mill"]])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'r="A2"><v>7</v>', b'r="A2" t="n"><v>seven</v>', r"sheet 'Sheet1', row 2: 'seven' is no number"),
        (b"<v>7</v>", b"<v>nan</v>", r"sheet 'Sheet1', row 2: 'nan' is no number"),
        (b"<v>7</v>", b"<v>1e999</v>", r"sheet 'Sheet1', row 2: '1e999' is no number"),
        (b't="s"><v>2</v>', b't="s"><v>99</v>', r"sheet 'Sheet1', row 2: '99' is no text of the workbook"),
        (b"</sheetData>", b"", r"part 'xl/worksheets/sheet1.xml': mismatched tag"),
    ],
)
def test_a_damaged_sheet_says_where(old, new, says):
    with pytest.raises(InputError, match=rf"^a.xlsx: .*cannot be opened, it is damaged \(.*{says}"):
        read_sheets(changed(saved(two_by_two), SHEET, old, new), "a.xlsx")


def test_a_password_is_named():
    locked = old_workbook(b"x") + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(InputError, match=r"^a.xlsx: the workbook is protected by a password; open it in Excel"):
        read_sheets(locked, "a.xlsx")
    data = bytearray(saved(two_by_two))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1  # the flag of a member under a password
        at = data.find(b"PK\x01\x02", at + 4)
    with pytest.raises(InputError, match="protected by a password"):
        read_sheets(bytes(data), "a.xlsx")


def test_what_ends_the_reader_itself_is_a_named_error_and_an_interruption_stays_one(monkeypatch):
    class PanicException(BaseException):
        pass

    def fail(fault):
        def load(_):
            raise fault

        monkeypatch.setattr(workbooks.python_calamine, "load_workbook", load)

    fail(PanicException("index out of bounds"))
    with pytest.raises(InputError, match=r"a.xlsx: the workbook cannot be opened, it is damaged \(index out of bounds"):
        read_sheets(saved(two_by_two), "a.xlsx")
    fail(python_calamine.PasswordError("locked"))
    with pytest.raises(InputError, match="protected by a password"):
        read_sheets(saved(two_by_two), "a.xlsx")
    fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        read_sheets(saved(two_by_two), "a.xlsx")


WHOLE = saved(two_by_two)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_any_bytes_changed_end_in_records_or_a_named_error(changes):
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    if not is_workbook(bytes(data)):
        return
    try:
        _, sheets = read_sheets(bytes(data), "a.xlsx")
    except InputError as fault:
        assert str(fault).startswith("a.xlsx: ")  # noqa: PT017 -- either is right
    else:
        assert all(isinstance(cell, str) for sheet in sheets for record in sheet.records for cell in record)


@settings(max_examples=100)
@given(st.binary(max_size=600))
def test_any_bytes_after_the_mark_of_an_old_workbook_end_in_a_named_error(tail):
    whole = old_workbook(tail)
    for data in (b"\xd0\xcf\x11\xe0" + tail, whole):
        with pytest.raises(InputError, match=r"^a.xls: "):
            read_sheets(data, "a.xls")


def test_cells_of_a_workbook_as_typed():
    assert [cell_text(v) for v in (1.0, 0.1, -2, dt.date(2019, 3, 4), dt.datetime(2019, 3, 4, 5, 6), False, " a")] == [
        "1", "0.1", "-2", "2019-03-04", "2019-03-04 05:06:00", "FALSE", " a",
    ]  # fmt: skip
