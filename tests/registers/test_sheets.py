"""Registers in workbooks of several sheets: every one accounted for, nothing doubled, nothing blamed on the council."""

from __future__ import annotations

import openpyxl
import pytest

from siteprior.core.errors import InputError
from siteprior.core.io.sheet_notes import FORMULA
from siteprior.core.schema.values import BROWNFIELD
from siteprior.registers.batch import Register, read_many
from siteprior.registers.reader import read_registers, read_registers_with_files
from siteprior.registers.sheets import read_register_sheets

HEADER = ["OrganisationURI", "SiteReference", "SiteNameAddress", "GeoX", "GeoY", "Hectares", "MinNetDwellings"]
DUDLEY = "http://opendatacommunities.org/id/metropolitan-district-council/dudley"


def site(reference, *, name="Old mill", x=-2.08, hectares=0.5, homes=12):
    return [DUDLEY, reference, name, x, 52.5, hectares, homes]


@pytest.fixture
def workbook(tmp_path):
    def written(sheets, *, hidden=(), merged=None, name="a.xlsx"):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in [HEADER, *rows] if rows is not None else [["Read me"]]:
                sheet.append(row)
            sheet.sheet_state = "hidden" if title in hidden else "visible"
            for cells in (merged or {}).get(title, ()):
                sheet.merge_cells(cells)
        book.save(tmp_path / name)
        return tmp_path / name

    return written


def accounts(files):
    return files[["file", "rows_in", "rows_out", "rows_explained"]].values.tolist()


def actions(issues, **where):
    for column, value in where.items():
        issues = issues[issues[column] == value]
    return issues["action"].tolist()


def test_every_sheet_is_read_with_an_account_of_its_own(workbook):
    path = workbook({"North": [site("N1"), site("N2")], "Notes": None, "South": [site("S1", x=-2.1), [None] * 7]})
    for (sites, issues, sources), files in (
        read_registers_with_files(path, files="a.xlsx"), read_many(Register(path, "a.xlsx")),
    ):  # fmt: skip
        assert accounts(files) == [["a.xlsx!North", 2, 2, 0], ["a.xlsx!South", 1, 1, 0]]
        assert sites["reference"].tolist() == ["N1", "N2", "S1"]
        assert sites[["file", "row"]].values.tolist() == [
            ["a.xlsx!North", 2], ["a.xlsx!North", 3], ["a.xlsx!South", 2],
        ]  # fmt: skip
        assert actions(issues, field="sheet") == [
            "the sheet 'Notes' (1 record) was not read: its header is not the one wanted; read: 'North'"
        ]
        assert [(source.file, source.rows) for source in sources] == [("a.xlsx", 3)]


def test_a_workbook_of_one_register_keeps_its_name(workbook):
    (sites, issues, _), files = read_registers_with_files(workbook({"Data": [site("A1")]}), files="a.xlsx")
    assert accounts(files) == [["a.xlsx", 1, 1, 0]]
    assert set(sites["file"]) == {"a.xlsx"}
    assert "sheet" not in set(issues["field"])


def test_a_copy_of_a_sheet_doubles_no_site(workbook):
    rows = [site("A1"), site("A2", name="Yard"), site("A3", name="Dock")]
    path = workbook({"Part": rows[:2], "All": rows})
    for (sites, issues, _), files in (
        read_registers_with_files(path, files="a.xlsx"), read_many(Register(path, "a.xlsx")),
    ):  # fmt: skip
        assert accounts(files) == [["a.xlsx!Part", 2, 2, 0], ["a.xlsx!All", 3, 1, 2]]
        assert sites["reference"].tolist() == ["A1", "A2", "A3"]
        assert actions(issues, file="a.xlsx!All", issue_type="reference values are not unique") == [
            "identical to row 2 of a.xlsx!Part; merged with it", "identical to row 3 of a.xlsx!Part; merged with it",
        ]  # fmt: skip


def test_a_whole_copy_leaves_no_row_and_three_copies_one_site(workbook):
    sheets = {name: [site("A1")] for name in ("One", "Two", "Three")}
    (sites, _, _), files = read_registers_with_files(workbook(sheets), files="a.xlsx")
    assert accounts(files) == [["a.xlsx!One", 1, 1, 0], ["a.xlsx!Two", 1, 0, 1], ["a.xlsx!Three", 1, 0, 1]]
    assert len(sites) == 1


def test_one_reference_with_other_facts_on_two_sheets_is_two_rows_that_say_so(workbook):
    path = workbook({"2018": [site("A1")], "2019": [site("A1", homes=15)]})
    for (sites, issues, _), files in (
        read_registers_with_files(path, files="a.xlsx"), read_many(Register(path, "a.xlsx")),
    ):  # fmt: skip
        assert [index.rpartition(":")[2] for index in sites.index] == ["A1", "A1~2"]
        assert accounts(files) == [["a.xlsx!2018", 1, 1, 0], ["a.xlsx!2019", 1, 1, 0]]
        (action,) = actions(issues, issue_type="reference values are not unique")
        assert action.startswith("stands in a.xlsx!2018, row 2, too, with other facts")


def test_a_hidden_year_is_named_and_not_read(workbook):
    path = workbook({"2019": [site("OLD")], "2025": [site("NEW")]}, hidden=["2019"])
    sites, issues, _ = read_registers(path, files="a.xlsx")
    assert sites["reference"].tolist() == ["NEW"]
    (note,) = issues[issues["field"] == "sheet"].to_dict("records")
    assert (note["value"], note["severity"]) == ("2019", "notice")
    assert "(2 records) was not read: it is hidden; read: '2025'" in note["action"]


def test_a_hidden_sheet_alone_is_read_with_a_warning(workbook):
    path = workbook({"2019": [site("OLD")], "Cover": None}, hidden=["2019"])
    sites, issues, _ = read_registers(path, files="a.xlsx")
    assert sites["reference"].tolist() == ["OLD"]
    notes = issues[issues["field"] == "sheet"]
    assert notes["severity"].tolist() == ["warning", "info"]
    assert notes["action"].iloc[0] == "read although it is hidden: no other sheet fits"


def test_formulas_without_values_are_no_blanks_of_the_council(workbook):
    rows = [site("A1", hectares="=1+1"), site("A2", hectares="=1+1", homes="=SUM(1,2)"), site("A3")]
    sites, issues, _ = read_registers(workbook({"Data": rows}), files="a.xlsx")
    assert sites["hectares"].isna().tolist() == [True, True, False]
    assert f"2 cells (rows 2 to 3): {FORMULA}" in actions(issues, field="hectares")
    missing = issues[issues["field"].isin(["hectares", "minimum_net_dwellings"])]
    assert set(missing["row"].dropna()) == {2, 3}
    assert missing["action"].str.contains("formulas without stored values", regex=False).all()


def test_a_column_of_formulas_is_not_called_blank(workbook):
    rows = [site(f"A{number}", hectares="=1.5+1*0") for number in range(5)]
    issues = read_registers(workbook({"Data": rows}), files="a.xlsx").issues
    of_area = actions(issues, field="hectares")
    assert of_area
    assert all("formulas without stored values" in action and "blank" not in action for action in of_area)


def test_coordinates_of_formulas_and_rows_of_formulas_are_explained(workbook):
    rows = [site("A1", x="=Other!A1"), site("A2"), ["=Other!A3"] * 7]
    (_, issues, _), files = read_registers_with_files(workbook({"Data": rows}), files="a.xlsx")
    assert accounts(files) == [["a.xlsx", 2, 2, 0]]
    of_place = actions(issues, field="coordinates", row=2)
    assert of_place
    assert all(FORMULA in action for action in of_place)
    (blank,) = [action for action in actions(issues, row=4) if action.startswith("blank records")]
    assert blank.endswith(FORMULA)


def test_a_merged_name_is_read_for_every_row_and_a_merged_amount_for_none_but_the_first(workbook):
    rows = [site("A1"), site("A2", name=None, hectares=None), site("A3", name="Yard")]
    path = workbook({"Data": rows}, merged={"Data": ["C2:C3", "F2:F3"]})
    sites, issues, _ = read_registers(path, files="a.xlsx")
    assert sites["site_name"].tolist() == ["Old mill", "Old mill", "Yard"]
    assert sites["hectares"].fillna(-1).tolist() == [0.5, -1.0, 0.5]
    merged = [action for action in issues["action"] if action.startswith("a merged cell")]
    assert merged == [
        "a merged cell over rows 2 to 3: read for each of them",
        "a merged cell over rows 2 to 3: read for the first of them alone, for it is one value",
    ]


def test_merged_cells_across_a_row_or_beyond_the_table_change_nothing(workbook):
    path = workbook({"Data": [site("A1"), site("A2")]}, merged={"Data": ["I2:I3", "C3:D3", "A20:A30"]})
    sites, issues, _ = read_registers(path, files="a.xlsx")
    assert sites["reference"].tolist() == ["A1", "A2"]
    assert not issues["action"].str.startswith("a merged cell").any()


def test_a_broken_workbook_among_many_is_refused_alone(workbook, tmp_path):
    workbook({"North": [site("N1")], "South": [site("S1")]})
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    (tmp_path / "c.csv").write_text(",".join(HEADER) + "\n" + ",".join(map(str, site("C1"))) + "\n")
    reading, files = read_many([Register(tmp_path / name, name) for name in ("b.xlsx", "a.xlsx", "c.csv")])
    assert files["file"].tolist() == ["b.xlsx", "a.xlsx!North", "a.xlsx!South", "c.csv"]
    assert files["refused"].notna().tolist() == [True, False, False, False]
    assert sorted(reading.table["reference"]) == ["C1", "N1", "S1"]
    with pytest.raises(InputError, match="cannot be opened"):
        read_many(Register(tmp_path / "b.xlsx", "b.xlsx"))


def test_sheets_keep_their_logs_apart(workbook):
    path = workbook({"North": [site("N1")], "South": [site("S1")]})
    read = read_register_sheets(path, "a.xlsx")
    assert [log.file for _, log in read] == ["a.xlsx!North", "a.xlsx!South"]
    assert [rows.texts("reference") for rows, _ in read] == [["N1"], ["S1"]]
    assert set(read_registers(path).table["register"]) == {BROWNFIELD}
