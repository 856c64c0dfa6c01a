"""The workbook of a ranking: what stands on its sheets, how it opens, and that texts stay texts."""

from __future__ import annotations

import zipfile

import openpyxl
import pandas as pd
import pytest

import siteprior as sp
from siteprior.report.audience import audience_of
from siteprior.report.file_names import dossier_files
from siteprior.report.workbook.shortlist import issues_by_council, write_shortlist_workbook


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def written(run, path, **changed):
    tables = {
        "record": run.record, "audience": audience_of("internal"), "shortlist": run.shortlist, "sites": run.sites,
        "corridors": run["corridor_summary"], "open_facts": run["evidence_gaps"], "issues": run.issues,
        "dossiers": dossier_files(run.shortlist.index),
    }  # fmt: skip
    return write_shortlist_workbook(path / "a.xlsx", **{**tables, **changed})


@pytest.fixture(scope="module")
def book(run, tmp_path_factory):
    return openpyxl.load_workbook(written(run, tmp_path_factory.mktemp("book")))


def column(sheet, head):
    (place,) = (cell.column for cell in sheet[1] if cell.value == head)
    return [row[place - 1] for row in sheet.iter_rows(min_row=2)]


def test_every_sheet_has_its_rows_a_frozen_header_and_filters(book, run):
    ranked = run.sites["rank"].notna().sum()
    rows = {sheet.title: sheet.max_row - 1 for sheet in book if sheet.title != "About"}
    gaps = run["evidence_gaps"]["site_id"].isin(run.shortlist.index).sum()
    assert rows["Shortlist"] == len(run.shortlist)
    assert rows["Ranking"] == ranked
    assert rows["Corridors"] == len(run["corridor_summary"])
    assert rows["Open facts"] == gaps
    assert sum(cell.value for cell in column(book["Issues"], "Rows with it")) == len(run.issues)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(sheet.max_row, sheet.max_column).coordinate}"


def test_figures_are_numbers_in_the_format_of_their_unit(book, run):
    scores = column(book["Shortlist"], "Score")
    assert [cell.value for cell in scores] == pytest.approx(run.shortlist["score"].tolist(), abs=1e-6)
    assert {cell.number_format for cell in scores} == {"0.000"}
    gap = [cell for cell in column(book["Shortlist"], "Gap per home (£/home)") if cell.value is not None]
    assert {cell.number_format for cell in gap} == {"£#,##0"}


def test_a_site_opens_its_dossier(book, run):
    links = [cell.hyperlink.target for cell in column(book["Shortlist"], "Site id")]
    # Excel writes the paths of links so; on other systems it reads them so
    assert [link.replace("\\", "/") for link in links] == list(dossier_files(run.shortlist.index).values())


def test_the_first_sheet_says_whom_it_is_for_and_that_the_sample_is_invented(book):
    text = " ".join(str(cell.value) for row in book["About"] for cell in row if cell.value)
    assert "Internal: not to leave the team" in text
    assert "Illustrative data – not real sites" in text


def test_the_dictionary_explains_every_column_of_the_ranking(book, run):
    named = {
        cell.value: meaning.value
        for cell, meaning in zip(
            column(book["Dictionary"], "Column"), column(book["Dictionary"], "Meaning"), strict=True
        )
    }
    shown = {name for name in named if not str(name).startswith("c_")}
    assert {"rank", "score", "gate_reasons", "market_failure"} <= shown
    assert [name for name in shown if not named[name]] == []


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "<script>alert(1)</script>",
        "x" * 10_000,
        "🏗️ mill",
        "أرض",
        "two\nlines",
        "+1",
        "@a",
    ],
)
def test_a_text_of_a_register_comes_out_as_text(text, run, tmp_path):
    changed = run.shortlist.assign(site_name=text)
    path = written(run, tmp_path, shortlist=changed)
    cells = column(openpyxl.load_workbook(path)["Shortlist"], "Site name and address")
    assert {cell.value for cell in cells} == {text}
    assert {cell.data_type for cell in cells} == {"s"}
    with zipfile.ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]


def test_the_same_tables_give_the_same_bytes(run, tmp_path):
    first = written(run, tmp_path).read_bytes()
    assert written(run, tmp_path).read_bytes() == first


def test_issues_are_counted_by_council_most_first():
    log = pd.DataFrame(
        {"site_id": ["E1:a", "E1:b", "E1:c", "E2:a", None], "severity": ["error", "info", "info", "error", "info"],
         "issue_type": ["OSGB", "patch", "patch", "OSGB", "patch"], "file": "f.csv"}
    )  # fmt: skip
    table = issues_by_council(log, {"E1": "Ay", "E2": "Bee"})
    assert table[["council", "issues"]].values.tolist() == [["Ay", 2], ["Ay", 1], ["Bee", 1], ["no site named", 1]]
