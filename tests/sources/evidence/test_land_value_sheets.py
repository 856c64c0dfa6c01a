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


def councils(*, header=None, **values):
    """Return a CSV with a council per keyword: residential and industrial value."""
    given = {
        "Birmingham": (1_500_000, 1_000_000), "Coventry": (2_000_000, 800_000), "Dudley": (1_100_000, 515_000),
        "Sandwell": (1_297_000, 515_000), "Solihull": (3_450_000, 550_000), "Walsall": (1_000_000, 515_000),
    } | values  # fmt: skip
    rows = "".join(f"W,{name},{homes},{industry},1 October 2023\n" for name, (homes, industry) in given.items())
    return (header or CSV) + rows


@pytest.mark.parametrize(
    ("cells", "role", "issue", "shown"),
    [
        ((900, 515_000), "residential_medium", "too small", "Walsall: 900"),  # thousands among pounds
        ((0, 515_000), "residential_medium", "too small", "Walsall: 0"),
        ((-1_000_000, 515_000), "residential_medium", "too small", "Walsall: -1,000,000"),
        ((1_000_000, -5), "industrial", "too small", "Walsall: -5"),
        ((22_249, 515_000), "residential_medium", "too small", "Walsall: 22,249"),
        ((500_000_001, 515_000), "residential_medium", "too large", "Walsall: 500,000,001"),
        ((1_000_000, 0), "industrial", "too small", "Walsall: 0"),
        ((1_000_000, 515), "industrial", "too small", "Walsall: 515"),
        ((1_000_000, 11_124), "industrial", "too small", "Walsall: 11,124"),
        ((1_000_000, 600_000_000), "industrial", "too large", "Walsall: 600,000,000"),
    ],
)
def test_every_cell_is_checked_and_one_that_cannot_be_is_blank_with_its_council_and_value(
    tmp_path, cells, role, issue, shown
):
    values, issues = read(tmp_path / "a.csv", councils(Walsall=cells))
    assert ("Walsall" in values.residential) == (role == "industrial")
    assert ("Walsall" in values.industrial) == (role != "industrial")
    assert len(values.residential) + len(values.industrial) == 11
    row = issues.iloc[0]
    assert len(issues) == 1
    assert row[["row", "field", "issue_type"]].tolist() == [7, role, issue]
    assert row["value"] == shown
    assert row["action"].startswith("left blank: ")


@pytest.mark.parametrize("cells", [(22_250, 11_125), (500_000_000, 500_000_000)])
def test_the_least_and_the_most_are_values(tmp_path, cells):
    values, issues = read(tmp_path / "a.csv", councils(Walsall=cells))
    assert (values.residential["Walsall"]["residential_medium"], values.industrial["Walsall"]) == cells
    assert issues.empty


@pytest.mark.parametrize("kind", ["residential", "industrial"])
def test_a_file_of_which_more_than_a_quarter_falls_out_is_refused(tmp_path, kind):
    out = (900, 515_000) if kind == "residential" else (1_000_000, 515)
    text = councils(Walsall=out, Dudley=out)  # two of six
    with pytest.raises(InputError, match=rf"a\.csv: 2 of its 6 {kind} land values, such as .* for Dudley, are no £/ha"):
        read(tmp_path / "a.csv", text)


@pytest.mark.parametrize("cells", [(900, 1_000_000), (1_000_000, 900)])
def test_a_density_or_a_value_of_one_density_that_cannot_be_is_blank_alone(tmp_path, cells):
    import openpyxl

    names = ("Birmingham", "Coventry", "Dudley", "Sandwell", "Walsall")
    path = workbook(tmp_path / "a.xlsx", councils=dict.fromkeys(names, 2_000_000))
    book = openpyxl.load_workbook(path)
    book["Residential"]["J6"] = 900  # the median of the low density, of the first
    book["Residential"]["G7"] = 0  # the high density of the second
    book.save(path)
    values, issues = read(path)
    assert "residential_low" not in values.residential["Birmingham"]
    assert values.residential["Birmingham"]["residential_medium"] == 2_000_000
    assert "density_high" not in values.residential["Coventry"]
    assert issues["field"].tolist() == ["residential_low", "density_high"]


@pytest.mark.parametrize(
    "unit", ["£/m²", "£ per m2", "£/sq m", "£ per square metre", "£/sq ft", "£ per square foot", "£psf", "£/km²",
             "£ per plot", "£/dwelling", "€/ha", "£/acre and £/ha"],
)  # fmt: skip
@pytest.mark.parametrize("place", ["header", "title", "column"])
def test_another_unit_is_refused_by_name(tmp_path, unit, place):
    header = CSV.replace("£/ha", unit) if place == "header" else CSV.replace(" (£/ha)", "")
    if place == "title":
        header = f"Residential and industrial land values: {unit}\n" + header
    text = councils(header=header)
    if place == "column":
        text = text.replace("date\n", "date,Unit\n").replace("October 2023\n", f"October 2023,{unit}\n")
    with pytest.raises(InputError, match=r"a\.csv: the column '.*' states .*give the column in £/ha"):
        read(tmp_path / "a.csv", text)


@pytest.mark.parametrize("unit", ["£/acre", "£ per acre", "GBP/ac"])
@pytest.mark.parametrize("place", ["header", "title", "column"])
def test_acres_are_converted_with_an_issue(tmp_path, unit, place):
    header = CSV.replace("£/ha", unit) if place == "header" else CSV.replace(" (£/ha)", "")
    if place == "title":
        header = f"Residential and industrial land values: {unit}\n" + header
    text = councils(header=header)
    if place == "column":
        text = text.replace("date\n", "date,Unit\n").replace("October 2023\n", f"October 2023,{unit}\n")
    values, issues = read(tmp_path / "a.csv", text)
    assert values.residential["Walsall"]["residential_medium"] == pytest.approx(1_000_000 / 0.40468564)
    assert values.industrial["Walsall"] == pytest.approx(515_000 / 0.40468564)
    assert issues["field"].tolist() == ["residential_medium", "industrial"]
    assert set(issues["action"]) == {"converted from £/acre to £/ha: 1 acre is 0.40468564 ha"}


USES = ("Office", "Retail", "Agricultural", "Industrial", "Commercial", "Employment", "Warehouse", "Non-residential")


@pytest.mark.parametrize("use", USES)
def test_a_column_of_another_use_is_never_residential(tmp_path, use):
    alone = f"Local authority,{use} land value (£/ha),Valuation date\nDudley,1500000,1 October 2023\n"
    with pytest.raises(InputError, match=r"a\.csv: "):
        read(tmp_path / "a.csv", alone)
    titled = f"{use} land values\nLocal authority,Land value (£/ha),Valuation date\nDudley,1500000,1 October 2023\n"
    with pytest.raises(InputError, match=r"a\.csv: "):
        read(tmp_path / "a.csv", titled)
    beside = (
        f"Local authority,{use} land value (£/ha),Residential land value (£/ha),Valuation date\n"
        "Dudley,9000000,1500000,1 October 2023\n"
    )
    values, _ = read(tmp_path / "a.csv", beside)
    assert values.residential["Dudley"]["residential_medium"] == 1_500_000
    assert values.industrial == ({"Dudley": 9_000_000} if use == "Industrial" else {})


@pytest.mark.parametrize("use", USES)
def test_a_sheet_of_another_use_is_never_residential(tmp_path, use):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = use
    for row in (["Local authority", "Land value (£/ha)", "Valuation date"], ["Dudley", 1_500_000, "1 October 2023"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="no residential land values"):
        read(tmp_path / "a.xlsx")
