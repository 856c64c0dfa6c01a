"""The pages as they are collected: links that hold on the site, and two clicks to what a newcomer asks."""

from __future__ import annotations

import posixpath
import re

import pytest

from conftest import ROOT
from siteprior.cli import parser_of_commands
from siteprior.cli.site.collect import collect, on_the_site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "source"
    collect(ROOT, folder, parser_of_commands())
    return folder


def links(folder, name):
    """The pages a page links to, by the place of each."""
    text = (folder / name).read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"`[^`]*`", "`code`", text))
    return [posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in found if "://" not in each]


def test_no_link_leaves_the_site_or_leads_nowhere(site):
    names = [page.relative_to(site).as_posix() for page in site.rglob("*.md")]
    assert len(names) > 40
    assert {(name, to) for name in names for to in links(site, name) if not (site / to).exists()} == set()


@pytest.mark.parametrize(
    "wanted",
    [
        "how-to/change-a-weight.md",
        "how-to/add-a-layer.md",
        "how-to/explain-a-rank.md",
        "how-to/read-market-failure.md",
        "reference/project-file.md",
        "reference/data-dictionary.md",
        "reference/gates.md",
        "reference/parameters.md",
    ],
)
def test_two_clicks_from_the_first_page(site, wanted):
    first = set(links(site, "index.md"))
    second = {to for name in first if name.endswith(".md") for to in links(site, name)}
    assert wanted in first | second


def test_every_page_is_in_a_table_of_contents(site):
    listed = set()
    for page in site.rglob("*.md"):
        for block in re.findall(r"```\{toctree\}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for entry in (line.strip() for line in block.splitlines()):
                if entry and not entry.startswith(":"):
                    listed |= set(page.parent.glob(f"{entry}.md")) | set(page.parent.glob(f"{entry}.ipynb"))
    pages = {*site.rglob("*.md"), *(site / "notebooks").glob("*.ipynb")}
    assert {page.relative_to(site).as_posix() for page in pages - listed} == {"index.md"}


def test_links_to_code_keep_their_words_alone():
    assert on_the_site("[gates](../src/gates.py) and [a](b.md#c)", "trust.md", ROOT) == "gates and [a](b.md#c)"


def test_contributing_is_a_page(site):
    text = (site / "contributing.md").read_text(encoding="utf-8")
    assert "](src/" not in text
    assert "](how-to/add-a-layer.md)" in text
