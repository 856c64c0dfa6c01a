from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.core.io.national_tables import numbers, read_plain


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
        "other.csv": "needs a column 'code'; it has a, b", "broken.xlsx": "cannot be read as a workbook",
    }.items():  # fmt: skip
        with pytest.raises(InputError, match=f"{name}: {words}"):
            read(tmp_path / name)


def test_numbers():
    text = pd.Series(["29,199", "29199.00", "-1.5", "1e3", "", "n/a", "inf", "0.5 - 1"])
    assert numbers(text).fillna(-9).tolist() == [29199, 29199, -1.5, 1000, -9, -9, -9, -9]
