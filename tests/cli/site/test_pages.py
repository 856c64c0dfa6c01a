"""What the code declares is on the site: each column, criterion, gate, signal, number, issue, dataset."""

from __future__ import annotations

import pytest

from conftest import ROOT
from siteprior.appraisal.market_failure.registry import SIGNALS
from siteprior.cli import parser_of_commands
from siteprior.cli.site.markdown import code, plain
from siteprior.cli.site.pages import PAGES, generated_pages
from siteprior.core.issues import ISSUE_TYPES
from siteprior.core.parameters import parameter_files, parameter_rows
from siteprior.pipeline.listings import criteria, data_dictionary
from siteprior.project.faults import keys_of
from siteprior.project.names import fund_names, profiles, weight_sets
from siteprior.project.reference import places
from siteprior.ranking.gates import GATES
from siteprior.sources.catalogue import official_sources


@pytest.fixture(scope="module")
def pages():
    return generated_pages(parser_of_commands())


def test_every_column_stands_in_the_section_of_its_table(pages):
    page = pages["reference/data-dictionary.md"]
    for name, rows in data_dictionary().groupby("table", sort=False):
        section = page.partition(f"\n## {plain(name)}\n")[2].partition("\n## ")[0]
        assert [each for each in rows["column"] if f"\n| {code(each)} |" not in section] == []


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("criteria", lambda: criteria()["criterion"]),
        ("gates", lambda: GATES),
        ("issue-codes", lambda: ISSUE_TYPES),
        ("parameters", lambda: [row.name for file in parameter_files() for row in parameter_rows(file)]),
    ],
)
def test_every_name_has_a_row(pages, page, names):
    text = pages[f"reference/{page}.md"]
    assert [name for name in names() if f"\n| {code(name)} |" not in text] == []


def test_every_set_that_a_project_can_name_is_there(pages):
    page = pages["reference/parameters.md"]
    asked = [
        *(f"`weights.{name}." for name in weight_sets()),
        *(f"`profiles.profiles.{name}." for name in profiles()),
        *(f"`funds.funds.{name}`" for name in fund_names()),
    ]
    assert [name for name in asked if name not in page] == []


def test_every_signal_and_every_dataset_is_there(pages):
    signals, catalogue = pages["reference/signals.md"], pages["reference/catalogue.md"]
    assert [letter for letter in SIGNALS if f"\n| {letter} |" not in signals] == []
    listed = official_sources()
    assert [name for name in listed["dataset"] if code(name) not in catalogue] == []
    assert [text for text in listed["licence"] if text and plain(text) not in catalogue] == []


def test_every_key_of_the_project_file_is_on_its_page():
    page = (ROOT / "docs" / "reference" / "project-file.md").read_text(encoding="utf-8")
    keys = {name for _, model in places() for name in keys_of(model)}
    assert {name for name in keys if f"`{name}`" not in page} == set()


def test_the_pages_are_those_the_index_of_the_reference_names(pages):
    index = (ROOT / "docs" / "reference" / "index.md").read_text(encoding="utf-8")
    assert [name for name in PAGES if f"]({name}.md)" not in index] == []
    assert "reference/api.md" in pages


def test_a_generated_page_is_not_stored_as_well(pages):
    assert [name for name in pages if (ROOT / "docs" / name).exists()] == []
