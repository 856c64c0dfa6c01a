"""The documents of a run: a page per opportunity, two sheets for the board, whatever the names in the data are."""

from __future__ import annotations

import html.parser
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from siteprior.core.errors import OutputError
from siteprior.pipeline import publish_documents as documents
from siteprior.report import pdf
from siteprior.report.file_names import dossier_files

HARD = (
    "x" * 10_000,
    "مصنع سابق، شارع المحطة " * 20,
    "🏭🏗️ works 🏚️" * 60,
    "Mill\nStreet\r\nthe\tlong way",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '=HYPERLINK("http://x","y")',
    "</title></style><svg onload=alert(1)>",
)
"""Names that break pages: long, right to left, pictures, several lines, and what would be markup."""


class Page(html.parser.HTMLParser):
    """Collects tags, attributes and the words a reader sees."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.tags, self.links, self.words, self._in = [], [], [], []
        self.feed(self.source)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in.append(tag)

    def handle_endtag(self, tag):
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self._in:
            self.words.append(data)


@pytest.fixture(scope="module")
def hard(sample_assessment):
    """Return the sample with such names, and every text of its registers replaced on the shortlist."""
    done, sites = sample_assessment, sample_assessment.sites.copy()
    names = {site: HARD[place % len(HARD)] for place, site in enumerate(done.shortlist.index)}
    for column in ("site_name", "planning_permission_type", "ownership_status", "lsoa_name", "corridor_stop", "notes"):
        sites[column] = sites[column].astype("object")
        sites.loc[list(names), column] = list(names.values())
    shown = sites.loc[done.shortlist.index]
    bands = done.top_k_acceptability.assign(site_name=sites["site_name"].reindex(done.top_k_acceptability.index))
    record = {**done.record, "title": HARD[0], "area": HARD[4]}
    return replace(done, sites=sites, shortlist=shown, top_k_acceptability=bands, record=record)


@pytest.fixture(scope="module")
def folder(sample_assessment, tmp_path_factory):
    out = tmp_path_factory.mktemp("documents")
    documents.write_documents(sample_assessment, out)
    return out


def test_every_opportunity_has_a_page_and_the_list_links_to_each(sample_assessment, folder):
    files = dossier_files(sample_assessment.shortlist.index)
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert written == sorted([*files.values(), "board_summary.html", "dossiers/index.html"])
    links = {dict(attrs).get("href") for tag, attrs in Page(folder / "dossiers/index.html").tags if tag == "a"}
    assert {name.partition("/")[2] for name in files.values()} <= links


def test_a_dossier_states_rank_band_reasons_place_verdict_access_need_and_sources(sample_assessment, folder):
    done = sample_assessment
    for site, name in dossier_files(done.shortlist.index).items():
        page, row = Page(folder / name), done.shortlist.loc[site]
        assert f"Why it stands at rank {row['rank']} rank band {row['rank_p05']}–{row['rank_p95']}" in page.text
        assert f"with a score of {row['score']:.2f}" in page.text
        assert row["market_failure"] in page.text
        assert f"along {row['corridor']}" in page.text
        assert f"Overall {row['imd_decile']}" in page.text
        assert "Internal: not to leave the team" in page.text
        assert "Illustrative data – not real sites" in page.text
        assert "© OpenStreetMap contributors" in page.text
        assert page.text.count("To the corridor,") + page.text.count("an hour") == 1  # routes, or walks without any
        assert len(page.source.encode()) < 400_000


def test_pages_are_whole_alone_and_the_same_bytes_each_time(sample_assessment, folder, tmp_path):
    documents.write_documents(sample_assessment, tmp_path)
    for path in tmp_path.rglob("*.html"):
        source = path.read_bytes()
        assert source == (folder / path.relative_to(tmp_path)).read_bytes()
        assert b"default-src &#39;none&#39;" in source
        tags = [tag for tag, _ in Page(path).tags]
        assert not {"script", "img", "link", "iframe", "object"} & set(tags)
        assert not re.search(rb'(?:src|href)="(?:https?:)?//', source)


def test_the_board_summary_counts_what_the_shortlist_holds(sample_assessment, folder):
    done, page = sample_assessment, Page(folder / "board_summary.html")
    homes = done.shortlist["opportunity_dwellings"].fillna(done.shortlist["minimum_net_dwellings"])
    assert f"{len(done.shortlist)} opportunities for {homes.sum():,.0f} homes" in page.text
    stays = int((done.top_k_acceptability["top_k_acceptability"].head(25) >= 0.9).sum())
    assert f"{stays} of the 25 stay on the shortlist in at least 90% of the draws" in page.text
    assert f"the budget buys {done.programme_record['opportunities']} for £" in page.text
    assert (
        page.text.count("Internal: not to leave the team") == page.text.count("Illustrative data – not real sites") == 2
    )
    assert (
        len([1 for tag, attrs in page.tags if tag == "a" and (attrs.get("href") or "").startswith("dossiers/e")]) == 10
    )


def test_no_name_becomes_markup_or_a_line_of_its_own(hard, tmp_path):
    documents.write_documents(hard, tmp_path)
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) == 27
    for path in pages:
        page = Page(path)
        assert not {"script", "img"} & {tag for tag, _ in page.tags}
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
        assert [tag for tag, _ in page.tags].count("style") == 1
    first = Page(tmp_path / dossier_files(hard.shortlist.index)[hard.shortlist.index[0]])
    assert "x" * 10_000 in first.text  # whole on the screen, cut in the title


def test_hard_names_print_on_one_page_and_the_summary_on_two(hard, folder, tmp_path):
    browser = pdf.find_browser()
    if browser is None:
        pytest.skip("no browser of the Chromium family is on this machine")
    documents.write_documents(hard, tmp_path)
    files = list(dossier_files(hard.shortlist.index).values())
    expected = [
        (root / name, 1) for root, some in ((folder, files[:3]), (tmp_path, files[: len(HARD)])) for name in some
    ]
    expected += [(root / "board_summary.html", 2) for root in (folder, tmp_path)]
    found = []
    for page, _ in expected:
        printed = pdf.print_pdf(page, tmp_path / "printed.pdf", browser=browser, as_of=hard.project.project.as_of)
        found.append((page, pdf.count_pages(printed.read_bytes())))
    assert found == expected


def published(sample_assessment, **changed):
    """Return the sample as a project with other keys of ``[publish]`` would have it."""
    project = sample_assessment.project
    return replace(
        sample_assessment,
        project=project.model_copy(update={"publish": project.publish.model_copy(update=changed)}),
    )


@pytest.mark.parametrize("audience", ["partner", "public"])
def test_a_run_for_others_has_neither(sample_assessment, tmp_path, audience):
    done = published(sample_assessment, audience=audience, pdf=True)
    assert documents.write_documents(done, tmp_path) == {}
    assert documents.pdf_pages(done, {"a": "dossiers/a.html"}) == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_ranked_leaves_a_list_and_a_summary_that_say_so(sample_assessment, tmp_path):
    done = sample_assessment
    none = replace(
        done, shortlist=done.shortlist.iloc[:0], top_k_acceptability=done.top_k_acceptability.iloc[:0],
        programme=done.programme.iloc[:0], programme_record={},
    )  # fmt: skip
    assert documents.write_documents(none, tmp_path) == {}
    assert "there is no shortlist" in Page(tmp_path / "dossiers" / "index.html").text
    assert "Nothing: none of the" in Page(tmp_path / "board_summary.html").text


class TestPdf:
    def test_nothing_is_printed_unless_the_project_asks(self, sample_assessment, tmp_path):
        assert documents.pdf_pages(sample_assessment, {"a": "dossiers/a.html"}) == []
        assert documents.write_pdfs(sample_assessment, tmp_path, {}, SimpleNamespace()) == ()

    def test_every_page_is_printed_and_a_fault_leaves_the_others(self, sample_assessment, tmp_path, monkeypatch):
        steps, printed = [], []

        def fake(page, target, *, browser, as_of):
            if "b" in page.stem:
                raise OutputError("b: not printed")
            printed.append((page.name, target.name, browser, as_of))

        monkeypatch.setattr(pdf, "find_browser", lambda: "chrome")
        monkeypatch.setattr(pdf, "print_pdf", fake)
        done = published(sample_assessment, pdf=True)
        files = {"a": "dossiers/a.html", "c": "dossiers/c.html"}
        faults = documents.write_pdfs(done, tmp_path, files, lambda: steps.append(1))
        assert faults == ("b: not printed",)
        assert [name for name, *_ in printed] == ["a.html", "c.html"]
        assert {target for _, target, *_ in printed} == {"a.pdf", "c.pdf"}
        assert len(steps) == 3

    def test_without_a_browser_it_says_what_to_do(self, sample_assessment, tmp_path, monkeypatch):
        done = published(sample_assessment, pdf=True)
        monkeypatch.setattr(pdf, "find_browser", lambda: None)
        (sentence,) = documents.write_pdfs(done, tmp_path, {}, lambda: None)
        assert "SITEPRIOR_CHROMIUM" in sentence

        def refused():
            raise OutputError("SITEPRIOR_CHROMIUM: gone is no program")

        monkeypatch.setattr(pdf, "find_browser", refused)
        assert documents.write_pdfs(done, tmp_path, {}, lambda: None) == ("SITEPRIOR_CHROMIUM: gone is no program",)
