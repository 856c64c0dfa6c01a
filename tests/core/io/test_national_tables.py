from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.core.io.national_tables import numbers, read_plain
from siteprior.core.issues import IssueLog


def read(file):
    return read_plain(file, fits=lambda names: "code" in names, wants="a column 'code'")


def test_nothing_is_converted_and_rows_keep_their_number(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes('\ufeffcode,  long   name \n007,NA\n\n,"two\nlines"\n'.encode())
    table = read(file)
    assert table.columns.to_list() == ["code", "long name"]
    assert table.index.to_list() == [2, 4]
    assert table.to_numpy().tolist() == [["007", "NA"], ["", "two\nlines"]]


def test_the_sheet_that_fits_is_taken_and_dates_stay_dates(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    sheet = book.create_sheet("data")
    sheet.append(["code", "day", "rank"])
    sheet.append(["E1", dt.datetime(2026, 4, 7), 29199])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").to_numpy().tolist() == [["E1", "2026-04-07", "29199"]]


def test_what_cannot_be_a_table_is_refused(tmp_path):
    (tmp_path / "wide.csv").write_text("code,b\n1,2\n1,2,3\n")
    (tmp_path / "shifted.csv").write_text("code,b\n1,2,3\n")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    for name, words in {
        "wide.csv": "cannot be read as CSV .*line 3", "shifted.csv": "the rows have more cells than the header",
        "other.csv": "needs a column 'code'; it has a, b", "broken.xlsx": "the workbook cannot be opened",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=f"{name}: {words}"):
            read(tmp_path / name)


def test_numbers():
    text = pd.Series(["29,199", "29199.00", "-1.5", "1e3", "", "n/a", "inf", "0.5 - 1"])
    assert numbers(text).fillna(-9).tolist() == [29199, 29199, -1.5, 1000, -9, -9, -9, -9]


def test_a_hidden_sheet_is_not_taken_before_one_that_is_shown_and_the_others_are_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Old"
    for title, rank in (("Old", 1), ("Example", 2), ("New", 3), ("Newer", 4), ("Notes", 5)):
        sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        sheet.append(["code" if title != "Notes" else "note", "rank"])
        sheet.append(["E1", rank])
    book["Old"].sheet_state = "hidden"
    book["New"]["B2"] = "=1+2"
    book.save(tmp_path / "a.xlsx")
    log = IssueLog("a.xlsx")
    table = read_plain(tmp_path / "a.xlsx", fits=lambda names: "code" in names, wants="a column 'code'", log=log)
    assert table.to_dict("list") == {"code": ["E1"], "rank": [""]}
    assert [(row["value"], row["action"].partition(": ")[2]) for row in log.rows] == [
        ("Old", "it is hidden; read: 'New'"), ("Example", "one table is read; read: 'New'"),
        ("Newer", "one table is read; read: 'New'"),
        ("rank", "formulas without stored values; open the workbook in Excel and save it"),
    ]  # fmt: skip


def test_columns_of_a_workbook_have_names_of_their_own(tmp_path):
    book = openpyxl.Workbook()
    for record in (["code", None, "rank", "rank", "rank"], ["E1", True, 1.5, "#N/A", 3]):
        book.active.append(record)
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").iloc[0].to_dict() == {
        "code": "E1", "Unnamed: 1": "TRUE", "rank": "1.5", "rank.1": "#N/A", "rank.2": "3",
    }  # fmt: skip


def test_no_sheet_that_fits_names_the_columns_of_each(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.create_sheet("Blank")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="needs a column 'code'; it has Sheet: a, b; Blank: "):
        read(tmp_path / "a.xlsx")


def test_a_table_of_excel_as_unicode_text_is_read(tmp_path):
    path = tmp_path / "a.csv"
    for encoding in ("utf-16", "utf-16-le", "utf-8-sig", "cp1252"):
        path.write_bytes("code,rank\nE01é,7\n".encode(encoding))
        assert read_plain(path, fits=lambda names: "code" in names, wants="code").to_dict("index") == {
            2: {"code": "E01é", "rank": "7"}
        }


WIDE = "a,b,c,d,e,f\n" + "".join(f"{n},x,x,x,x,x\n" for n in range(2, 9))


def test_rows_in_one_cell_are_not_lost(tmp_path):
    path = tmp_path / "a.csv"
    open_quote = WIDE.replace("3,x,x,x,x,x", '3,x,x,x,x,"x').replace("6,x,x,x,x,x", '6,x,x,x,x,x"')
    path.write_text(open_quote, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.csv: a quotation mark is left open in row 3: one cell .* over 4 lines"):
        read_plain(path, fits=lambda names: "a" in names, wants="a")


@pytest.mark.parametrize("note", ["a note\nof two lines, with a comma", "1, 2\n3, 4, 5\n6"])
def test_a_note_of_several_lines_is_a_note(tmp_path, note):
    path = tmp_path / "a.csv"
    path.write_text(WIDE.replace("3,x", f'3,"{note}"'), encoding="utf-8")
    table = read_plain(path, fits=lambda names: "a" in names, wants="a")
    assert len(table) == 7
    assert table["b"][3] == note


def test_columns_not_used_stay_as_they_stand_and_keep_a_row_that_is_blank_elsewhere(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("code,note\n E1 , kept \n,only a note\n , \nE2,\n", encoding="utf-8")
    table = read_plain(file, fits=lambda names: True, wants="a column 'code'", uses=lambda names: ["code"])
    assert table["code"].to_dict() == {2: "E1", 3: "", 5: "E2"}
    assert table["note"].to_dict() == {2: " kept ", 3: "only a note", 5: ""}
