"""The audit as files: tables by the contract, a page that loads nothing, a workbook for each council."""

from __future__ import annotations

import html.parser
import re
import shutil
import subprocess

import pandas as pd
import pytest
from pyproj import Transformer

from factories import audit as pieces
from siteprior.core.issues import issue_table
from siteprior.report.audit.write import LEADING, write_audit


class Reader(html.parser.HTMLParser):
    """Collects tags and visible text, and what is left open."""

    VOID = frozenset({"meta", "img", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.open, self.words, self.faults = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def read(path):
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    return reader


def listed(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_audit(tmp_path_factory.mktemp("audit"), **pieces.pile(), passed_over=("guide <b>.pdf",))


@pytest.fixture(scope="module")
def page(folder):
    return read(folder / "audit.html")


def test_the_folder_holds_what_the_contract_names(folder):
    assert listed(folder) == {
        "sites.csv", "issues.csv", "files.csv", "audit.html", "councils/E07000001.xlsx", "councils/E07000002.xlsx",
        "councils/unknown.xlsx",
    }  # fmt: skip


def test_sites_have_the_contracts_columns_then_the_facts(folder):
    text = pd.read_csv(folder / "sites.csv", dtype=str, keep_default_na=False)
    assert tuple(text.columns[: len(LEADING)]) == LEADING
    assert {"site_name", "hectares", "coordinate_system"} <= set(text.columns)
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    assert text.loc[0, ["longitude", "latitude"]].tolist() == [
        f"{degree:.6f}" for degree in to_degrees.transform(401_000, 291_000)
    ]
    assert text.loc[1, ["original_x", "original_y", "repair"]].tolist() == ["292000", "402000", "axes swapped"]
    assert text.loc[4, ["easting", "longitude", "organisation"]].tolist() == ["", "", "E07000001"]
    assert text["site_name"][0] == "'" + pieces.HOSTILE  # a spreadsheet must not run it
    assert not {"council", "stated", "labelled_easting", "home_before"} & set(text.columns)


def test_issues_hold_every_entry_and_files_the_accounts(folder):
    issues = pd.read_csv(folder / "issues.csv")
    assert list(issues.columns[:7]) == ["file", "row", "field", "issue_type", "severity", "value", "action"]
    assert len(issues) == 11
    files = pd.read_csv(folder / "files.csv", dtype=str, keep_default_na=False)
    assert files.columns.tolist() == ["file", "rows_in", "rows_out", "rows_explained", "encoding", "header_row",
                                      "schema", "refused"]  # fmt: skip
    assert files.iloc[2].tolist() == ["c.csv", "", "", "", "", "", "", "no recognisable header"]


def test_the_page_loads_nothing_and_closes_every_tag(folder, page):
    assert page.faults == page.open == []
    for tag, attributes in page.tags:
        for name in ("src", "href"):
            value = attributes.get(name)
            assert value is None or re.match(r"data:image/png;base64,|#|councils/[\w-]+\.xlsx$", value), (tag, value)
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    (policy,) = [a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inner = {a["href"][1:] for tag, a in page.tags if tag == "a" and a["href"].startswith("#")}
    assert inner <= set(ids)
    books = {a["href"] for tag, a in page.tags if tag == "a" and a["href"].startswith("councils/")}
    assert books <= listed(folder)


def test_the_page_reports_before_and_after(page):
    assert "Of 8 records, 7 stand as sites and 1 were passed over or merged" in page.text
    assert "As labelled, 40% of the 5 places stated lie in their own council’s area" in page.text
    assert "as read here, 80%." in page.text
    assert "axes swapped 2 2 1 155.6 km" in page.text
    assert "missing value error 5 5 A value the field requires is blank. the council" in page.text
    assert "invalid organisation error 1 The organisation stated cannot be the right one. us" in page.text


def test_every_council_has_its_part_with_a_map(page):
    pictures = [a for tag, a in page.tags if tag == "img"]
    assert [a["alt"].split(":")[0] for a in pictures] == [
        "Sites of Alderton", "Sites of Birchford", "Sites of No council known",
    ]  # fmt: skip
    assert "E07000001 · 5 sites in 1 file · 2 places repaired · 4 entries left to the council" in page.text
    assert "Alderton E07000001 1 5 25% 75% 2 2 4 xlsx" in page.text


def test_refused_and_passed_over_files_are_named(page):
    assert "c.csv refused: no recognisable header" in page.text
    assert "1 file not looked into: hidden, or no table guide <b>.pdf" in page.text


def test_same_tables_same_bytes(folder, tmp_path):
    write_audit(tmp_path, **pieces.pile(), passed_over=("guide <b>.pdf",))
    for name in listed(folder):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_without_boundaries_names_come_from_the_caller(tmp_path):
    write_audit(tmp_path, **pieces.pile(boundaries=None), names={"E07000002": "Birchford"}, workbooks=False)
    assert "councils" not in {path.name for path in tmp_path.iterdir()}
    page = read(tmp_path / "audit.html")
    assert "no boundaries given: places checked only against each file’s own rows" in page.text
    assert "2 of them were read otherwise than labelled" in page.text
    assert "Birchford E07000002" in page.text
    assert not [a for tag, a in page.tags if tag == "a" and a["href"].startswith("councils/")]


def test_every_output_says_it_is_illustrative(tmp_path):
    write_audit(tmp_path, **pieces.pile(), illustrative=True, workbooks=False)
    for name in ("sites", "issues", "files"):
        assert (pd.read_csv(tmp_path / f"{name}.csv")["illustrative"] == "yes").all()
    assert "Illustrative data – not real sites" in read(tmp_path / "audit.html").text


def test_a_spotless_register_is_reported_as_such(tmp_path):
    sites = pieces.sites().iloc[[0]]
    given = {"sites": sites, "labelled": pieces.labelled().iloc[[0]], "issues": issue_table([]),
             "files": pieces.files().iloc[[0]].drop(columns="refused")}  # fmt: skip
    write_audit(tmp_path, **pieces.pile(**given))
    page = read(tmp_path / "audit.html")
    assert "No fault was found." in page.text
    assert "Every place was read as labelled." in page.text


def test_registers_without_a_site_still_make_an_audit(tmp_path):
    given = {"sites": pieces.sites().iloc[:0], "labelled": pieces.labelled().iloc[:0]}
    write_audit(tmp_path, **pieces.pile(**given))
    assert listed(tmp_path) == {"sites.csv", "issues.csv", "files.csv", "audit.html", "councils/unknown.xlsx"}


def test_browser_shows_the_maps_with_the_network_closed(folder, tmp_path):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("Chromium is not on this machine")
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
         "--dump-dom", (folder / "audit.html").as_uri()],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Refused to" not in done.stderr
    assert done.stdout.count('role="button"') == 17
