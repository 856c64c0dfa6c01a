"""Columns of land values by their words, units and days of valuation: what is read, and what is refused by name."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.land_values import workbook
from siteprior.core.errors import InputError
from siteprior.core.issues import IssueLog
from siteprior.sources.evidence.land_value_sheets import read_values

CSV = "Region,Local authority,Residential land value (£/ha),Industrial land value (£/ha),Valuation date\n"


def read(path, text=None, *, vintage=""):
    if text is not None:
        path.write_text(text, encoding="utf-8")
    log = IssueLog(path.name)
    return read_values(path, file=path.name, vintage=vintage, log=log), log.table()


def test_a_csv_with_the_words_in_one_header(tmp_path):
    values, issues = read(
        tmp_path / "a.csv",
        CSV
        + 'West Midlands,Walsall West,"1,000,000",515000,1 April 2017\nWest Midlands,Dudley,£1565000,n/a,2017-04-01\n',
    )
    assert values.residential["Walsall West"] == {"code": "", "residential_medium": 1_000_000}
    assert values.residential["Dudley"]["residential_medium"] == 1_565_000
    assert values.industrial == {"Walsall West": 515_000}
    assert values.valued == date(2017, 4, 1)
    assert issues[["row", "value"]].to_numpy().tolist() == [[3, "n/a"]]


def test_a_file_that_mixes_two_days_is_refused(tmp_path):
    text = CSV + "W,Dudley,1565000,515000,1 April 2017\nW,Coventry,3150000,900000,1 October 2023\n"
    with pytest.raises(InputError, match="mixes valuations of 1 April 2017 and 1 October 2023"):
        read(tmp_path / "a.csv", text)


@pytest.mark.parametrize(
    ("name", "title", "valued", "vintage", "day"),
    [
        ("a.xlsx", "", "Valuation date: 1st October 2023", "", date(2023, 10, 1)),
        ("a.xlsx", "Land value estimates for policy appraisal 2023", "", "", date(2023, 10, 1)),
        ("Land_value_estimates_for_policy_appraisal_2023.xlsx", "", "", "", date(2023, 10, 1)),
        ("a.xlsx", "", "", "2023", date(2023, 10, 1)),
        ("a.xlsx", "", "", "2019-04-01", date(2019, 4, 1)),
        ("a.xlsx", "", "Published 12 March 2026", "2023", date(2023, 10, 1)),  # no day of valuation
    ],
)
def test_the_day_is_what_the_file_says_else_its_title_else_the_project(tmp_path, name, title, valued, vintage, day):
    path = workbook(tmp_path / name, title=title, valued=valued)
    assert read(path, vintage=vintage)[0].valued == day


def test_a_file_without_a_day_or_of_another_than_stated_is_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", valued="")
    with pytest.raises(InputError, match="states no day of valuation"):
        read(path)
    with pytest.raises(InputError, match=r"stated to be of 2017, but says that its values are of 1 October 2023"):
        read(workbook(tmp_path / "b.xlsx"), vintage="2017")


@pytest.mark.parametrize(("unit", "scale"), [("£/ha", 1), ("£ million per hectare", 1e6), ("£'000/ha", 1e3)])
def test_the_unit_of_a_column_is_read_from_its_words(tmp_path, unit, scale):
    values, _ = read(workbook(tmp_path / "a.xlsx", unit=unit, scale=scale))
    assert values.residential["Birmingham"]["residential_medium"] == pytest.approx(2_500_000)


def test_values_in_an_unstated_unit_are_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", scale=1e6)
    with pytest.raises(InputError, match="thousands or millions"):
        read(path)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Local authority,Homes\nDudley,3\n", "<html></html>"])
def test_another_table_is_refused_with_what_is_needed(tmp_path, text):
    with pytest.raises(InputError, match=r"Needs a column with the local authority"):
        read(tmp_path / "a.csv", text)


def test_a_workbook_without_the_sheet_is_refused_with_its_sheets(tmp_path):
    import openpyxl

    path = workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    del book["Residential"]
    book.save(path)
    with pytest.raises(InputError, match=r"no residential land values \(sheets Notes, Industrial\)"):
        read(path)


def test_without_an_industrial_sheet_the_residential_values_stand_alone(tmp_path):
    values, _ = read(workbook(tmp_path / "a.xlsx", industrial=False))
    assert values.industrial == {}
    assert len(values.residential) == 3


@settings(deadline=None, max_examples=40, derandomize=True)
@given(cells=st.lists(st.sampled_from(["", "Dudley", "1565000", "x", "£", "-5", "1e999", "2017-04-01", "E08000027"]),
                      min_size=5, max_size=25))  # fmt: skip
def test_any_cells_are_read_or_refused_by_name(tmp_path_factory, cells):
    path = tmp_path_factory.mktemp("cells") / "a.csv"
    rows = [cells[start : start + 5] for start in range(0, len(cells), 5)]
    try:
        read(path, CSV + "\n".join(",".join(row) for row in rows))
    except InputError as fault:
        assert "a.csv" in str(fault)  # noqa: PT017 -- it may be read, too


def test_an_area_that_stands_again_or_has_no_value_is_logged(tmp_path):
    text = CSV + "W,Dudley,1565000,515000,1 April 2017\nW,Dudley,1,2,1 April 2017\nW,Coventry,,900000,1 April 2017\n"
    values, issues = read(tmp_path / "a.csv", text)
    assert values.residential == {"Dudley": {"code": "", "residential_medium": 1_565_000}}
    assert values.industrial == {"Dudley": 515_000, "Coventry": 900_000}
    assert issues[["row", "field", "value", "action"]].to_numpy().tolist() == [
        [3, "residential", "Dudley", "left out: the area stands before"],
        [4, "residential", "Coventry", "left out: the row has no value"],
        [3, "industrial", "Dudley", "left out: the area stands before"],
    ]
