"""The glossary: every term leads to a heading that is there, and the words of the outputs are found from it."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT
from siteprior.cli import parser_of_commands
from siteprior.cli.site.pages import generated_pages
from siteprior.core.schema import DEADWEIGHT_VERDICTS, VERDICTS
from siteprior.ranking.gates import GATES
from siteprior.report.audience import AUDIENCES

PAGE = ROOT / "docs" / "reference" / "glossary.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| term")
]
ASKED = {
    "access index", "corridor", "coverage", "deadweight", "ATCO area", "NaPTAN", "LSOA", "IoD decile", "break-even",
    "headroom", "viability gap", "rank band", "acceptability", "additive value, score", "frozen anchor", "issue log",
    "evidence", "verdict", "counter-evidence", "audience", "package", "dossier",
}  # fmt: skip
"""The words of the report and the tables that an analyst is not born with."""


@pytest.fixture(scope="module")
def pages():
    """Return the text of each page of the site by its path, those made from the code among them."""
    written = {f"docs/{name}": text for name, text in generated_pages(parser_of_commands()).items()}
    return written | {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")
    }


def target(row):
    """Return the page and the heading a row leads to."""
    path, _, heading = re.search(r"\]\(([^)]+)\)", row[-1])[1].partition("#")
    return (PAGE.parent / path).resolve().relative_to(ROOT).as_posix(), heading


def anchors(text):
    """Return the anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_term_leads_to_a_heading_that_is_there(row, pages):
    page, heading = target(row)
    assert len(row) == 3
    assert page in pages
    assert not heading or heading in anchors(pages[page])


def test_each_term_stands_once():
    terms = [row[0] for row in ROWS]
    assert len(terms) == len(set(terms))
    assert set(terms) >= ASKED


def test_verdicts_gates_and_audiences_stand_in_it_or_on_the_pages_it_leads_to(pages):
    own = PAGE.read_text(encoding="utf-8")
    assert [word for word in (*VERDICTS, *DEADWEIGHT_VERDICTS, *AUDIENCES) if word not in own] == []
    led_to = "".join(pages[target(row)[0]] for row in ROWS)
    assert [name for name in GATES if f"`{name}`" not in led_to] == []


def test_it_is_found_from_the_first_pages():
    for page in ("README.md", "docs/index.md", "docs/reference/index.md"):
        assert "glossary.md)" in (ROOT / page).read_text(encoding="utf-8")
