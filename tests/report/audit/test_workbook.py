"""The workbook a council gets back."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from factories import audit as pieces
from siteprior.report.audit.map import draw_before_after
from siteprior.report.audit.summary import by_council, find
from siteprior.report.audit.workbook import SITE_COLUMNS, write_workbook


@pytest.fixture(scope="module")
def councils():
    areas = pieces.boundaries()
    found = find(**pieces.pile())
    return {each.code: each for each in by_council(found, areas["name"].to_dict(), areas)}


@pytest.fixture(scope="module")
def book(councils, tmp_path_factory):
    council = councils["E07000001"]
    picture = draw_before_after(council.sites, boundary=council.boundary)
    return openpyxl.load_workbook(write_workbook(tmp_path_factory.mktemp("books") / "a.xlsx", council, picture=picture))


def rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_sheets(book):
    assert book.sheetnames == ["Summary", "To fix", "Repaired", "Sites", "Map"]
    assert len(book["Map"]._images) == 1
    for name in ("To fix", "Repaired", "Sites"):
        assert book[name].freeze_panes == "A2"


def test_the_summary_counts_and_says_who_can_put_it_right(book):
    cells = rows(book["Summary"])
    assert cells[0][0] == "Alderton: audit of the brownfield land register"
    stated = {row[0]: row[1] for row in cells if row[0]}
    assert stated["Sites kept"] == 5
    assert stated["Places read otherwise than labelled"] == 2
    assert stated["Places that stay doubtful or unknown"] == 2
    assert stated["Faults only the council can put right: see the sheet To fix"] == 4
    by_code = {row[0]: row[1:5] + row[6:7] for row in cells}
    assert by_code["OSGB flipped"] == ["warning", 1, 1, 0, "the council"]
    assert by_code["patch"] == ["info", 1, 0, 0, "us"]
    assert by_code["axes swapped"][:4] == [2, 0, 2, 0]
    assert ["GeoX, GeoY", None, 1, None, None, "The site has no coordinates."] in [row[:6] for row in cells]
    assert by_code["a.csv"][:3] == [6, 5, 1]


def test_to_fix_names_the_row_the_fault_and_the_remedy(book):
    head, *faults = rows(book["To fix"])
    assert head == ["File", "Row", "Reference", "Field", "Value as stated", "What is wrong", "What was done here",
                    "What to do"]  # fmt: skip
    assert [fault[:5] + fault[6:7] for fault in faults] == [
        ["a.csv", 4, "A3", "GeoX, GeoY", "52.5, -1.9", "axes swapped"],
        ["a.csv", 5, "A4", "GeoX, GeoY", "450000, 330000", "left where it is"],
        ["a.csv", 6, "A5", "GeoX, GeoY", None, "the site has no place"],
        ["a.csv", 4, "A3", "Hectares", None, "left blank"],
        ["a.csv", 7, None, "whole row", None, "passed over: neither a reference, a name nor coordinates"],
    ]
    assert all(fault[5] and fault[7] for fault in faults)


def test_repaired_says_as_stated_as_read_and_how_sure(book):
    head, *repairs = rows(book["Repaired"])
    assert head == ["File", "Row", "Reference", "Field", "As stated", "As read", "How sure"]
    assert repairs[0] == [
        "a.csv", 3, "A2", "GeoX, GeoY", "292000, 402000 (OSGB36)",
        "easting 402000, northing 292000: axes swapped", "likely: the one reading that fits",
    ]  # fmt: skip
    assert repairs[2] == ["a.csv", 3, "A2", "Hectares", "1.25ha", "read as 1.25", "by rule"]
    assert len(repairs) == 3


def test_sites_stand_as_read_and_run_nothing(book):
    head, *sites = rows(book["Sites"])
    assert len(head) == len(SITE_COLUMNS)
    assert [site[2] for site in sites] == ["A1", "A2", "A3", "A4", "A5"]
    assert sites[0][3] == pieces.HOSTILE
    assert book["Sites"]["D2"].data_type == "s"
    first = dict(zip(SITE_COLUMNS, sites[0], strict=True))
    assert (first["easting"], first["hectares"], first["coordinate_confidence"]) == (401_000, 0.5, "high")
    assert first["longitude"] == pytest.approx(-1.9867, abs=1e-3)
    assert sites[4][SITE_COLUMNS.index("easting")] is None


def test_no_picture_no_sheet_for_it_and_illustrative_is_reported(councils, tmp_path):
    path = write_workbook(tmp_path / "b.xlsx", councils["unknown"], illustrative=True)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Summary", "To fix", "Repaired", "Sites"]
    assert book["Summary"]["A2"].value == "Illustrative data – not real sites"
    refused = [row for row in rows(book["Summary"]) if row[0] == "c.csv"]
    assert refused[0][7] == "no recognisable header"
    assert rows(book["To fix"])[1][3:6] == ["whole file", None, "The file cannot be read as a register."]


def test_same_findings_same_bytes(councils, tmp_path):
    one, two = (write_workbook(tmp_path / name, councils["E07000002"]).read_bytes() for name in ("1.xlsx", "2.xlsx"))
    assert one == two


def test_every_cell_is_what_it_was_when_the_workbooks_were_first_written(councils, tmp_path):
    """Values, bold and wrapped cells and widths of every sheet of every council."""
    expected = json.loads(Path(__file__).with_name("workbook_cells.json").read_text(encoding="utf-8"))
    assert list(councils) == list(expected)
    for code, council in councils.items():
        book = openpyxl.load_workbook(write_workbook(tmp_path / f"{code}.xlsx", council, illustrative=True))
        assert book.sheetnames == list(expected[code])
        for sheet in book:
            filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            assert {
                "widths": [
                    width for each in sheet.column_dimensions.values()
                    for width in [each.width] * (each.max - each.min + 1)
                ],
                "bold": [cell.coordinate for cell in filled if cell.font.b],
                "wrapped": sorted(cell.coordinate for cell in filled if cell.alignment.wrap_text),
                "rows": rows(sheet),
            } == expected[code][sheet.title]  # fmt: skip
