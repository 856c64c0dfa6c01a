"""The report: one file that loads nothing, shows names as text, and tells the same as the tables."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import re
import shutil
import subprocess
from types import SimpleNamespace

import pandas as pd
import pytest

from siteprior.core.councils import council_names
from siteprior.core.issues import IssueLog, issue_table
from siteprior.report.file_names import dossier_files
from siteprior.report.html.report import write_report

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636800000082008177cd72b6"
    "0000000049454e44ae426082"
)
GATES = pd.DataFrame(
    {
        "gate": ["too_small"],
        "title": ["Too small"],
        "why": ["Below both thresholds"],
        "stands": ["yes"],
        "thresholds": ["at least 0.25 ha"],
    }
)
SIGNALS = pd.DataFrame(
    {"letter": ["C"], "title": ["Coordination"], "kind": ["primary"], "meaning": ["Many owners"],
     "measured_by": ["stated mixed ownership"]}
)  # fmt: skip


class Reader(html.parser.HTMLParser):
    """Collects tags with their attributes, the visible text, and what is left open."""

    VOID = frozenset({"meta", "img", "br", "rect", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def write(path, run, **changes) -> str:
    given = {name: getattr(run, name) for name in ("record", "sites", "shortlist", "criteria", "issues")}
    write_report(path, **{**given, "picture": PICTURE, "gates": GATES, "signals": SIGNALS, **changes})
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(made_up, tmp_path_factory):
    return write(tmp_path_factory.mktemp("report") / "report.html", made_up)


@pytest.fixture(scope="module")
def parsed(page):
    return read(page)


class TestSelfContained:
    def test_names_no_address_to_load_from(self, parsed):
        for tag, attributes in parsed.tags:
            for name in ("src", "href", "data", "action", "srcset", "xlink:href"):
                value = attributes.get(name)
                inside = ("data:image/png;base64,", "#", "dossiers/")
                assert value is None or value.startswith(inside), (tag, value)
                assert value is None or "//" not in value.removeprefix("data:image/png;base64,") or tag == "img"
        assert not [tag for tag, _ in parsed.tags if tag in ("link", "iframe", "object", "embed", "base", "form")]

    def test_style_sheet_loads_nothing(self, page):
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        assert "url(" not in style
        assert "@import" not in style

    def test_policy_closes_the_network_and_allows_just_this_script_and_style(self, page, parsed):
        (policy,) = [a["content"] for tag, a in parsed.tags if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; img-src data:;")
        assert "unsafe" not in policy
        for block in ("style", "script"):
            (text,) = re.findall(rf"<{block}>(.*?)</{block}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{block}-src 'sha256-{digest}'" in policy

    def test_no_style_or_handler_stands_in_an_attribute(self, parsed):
        assert not [a for _, a in parsed.tags if "style" in a or any(name.startswith("on") for name in a)]

    def test_markup_is_balanced_and_ids_are_unique(self, parsed):
        assert parsed.faults == []
        assert parsed.open == []
        ids = [a["id"] for _, a in parsed.tags if "id" in a]
        assert len(ids) == len(set(ids))
        inner = {a["href"][1:] for tag, a in parsed.tags if tag == "a" and a["href"].startswith("#")}
        assert inner <= set(ids)

    def test_same_tables_same_bytes(self, page, made_up, tmp_path):
        assert write(tmp_path / "again.html", made_up) == page


class TestUntrustedText:
    def test_markup_in_a_name_is_shown_as_text(self, made_up, tmp_path):
        hostile = made_up.shortlist.copy()
        hostile["site_name"] = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
        hostile["market_failure_note"] = "'\"><svg/onload=alert(3)>"
        hostile["corridor"] = "{{ 7 * 7 }}"
        page = write(tmp_path / "a.html", made_up, shortlist=hostile)
        parsed = read(page)
        assert len([tag for tag, _ in parsed.tags if tag == "script"]) == 1
        assert not [a for _, a in parsed.tags if "onerror" in a or "onload" in a or a.get("src") == "x"]
        assert "</script><script>alert(1)</script>" in parsed.text
        assert "{{ 7 * 7 }}" in parsed.text

    def test_so_it_is_in_titles_files_and_values(self, made_up, tmp_path):
        record = {**made_up.record, "title": "<b>A & B</b>", "attribution": ["<i>thanks</i>"]}
        parsed = read(write(tmp_path / "a.html", made_up, record=record))
        assert parsed.text.count("<b>A & B</b>") == 2
        assert "<i>thanks</i>" in parsed.text
        assert not [tag for tag, _ in parsed.tags if tag == "i"]


class TestContents:
    def test_headline_counts(self, parsed):
        assert "Of 14 brownfield sites considered, 11 passed every gate and were ranked" in parsed.text
        assert "The first 6 are the shortlist." in parsed.text
        assert "as of 1 January 2021 · stops as of 2 October 2026" in parsed.text

    def test_gate_reasons_are_counted_and_explained(self, parsed):
        assert "Too small Below both thresholds; needed: at least 0.25 ha · too_small 1 0" in parsed.text
        assert "No corridor no_corridor 1 0" in parsed.text
        assert "No place no_place 1 1" in parsed.text

    def test_councils_have_their_names(self, parsed):
        assert "Birmingham 7 " in parsed.text

    def test_each_councils_sites_without_a_place_are_counted(self, made_up, tmp_path):
        mine = made_up.sites["organisation"] == made_up.sites["organisation"].iloc[0]
        reasons = made_up.sites["gate_reasons"].mask(mine, "too_small; no_location")
        changed = SimpleNamespace(**{**vars(made_up), "sites": made_up.sites.assign(gate_reasons=reasons)})
        page = read(write(tmp_path / "a.html", changed))
        assert "Council Sites considered Without a usable place Sites ranked Shortlisted" in page.text
        name = council_names()[made_up.sites["organisation"].iloc[0]]
        assert f"{name} {mine.sum()} {mine.sum()} " in page.text

    def test_codes_of_councils_are_no_text_but_stand_in_titles(self, parsed, made_up):
        codes = set(made_up.sites["organisation"])
        assert not [code for code in codes if f" {code} " in parsed.text]
        assert codes <= {attributes.get("title") for tag, attributes in parsed.tags if tag == "td"}

    def test_shortlist_has_a_row_per_site_with_rank_band_and_score(self, parsed, made_up):
        rows = [a for tag, a in parsed.tags if a.get("class") == "disc"]
        assert len(rows) == 2 * len(made_up.shortlist)  # in the table, and where the bars are
        first = made_up.shortlist.iloc[0]
        assert f"1 {first['rank_p05']}–{first['rank_p95']} {first['site_name']} {first['reference']}" in parsed.text
        assert f"{first['score']:.3f}" in parsed.text

    def test_names_lead_to_dossiers_where_there_are_any(self, parsed, made_up, tmp_path):
        links = dossier_files(made_up.shortlist.index)
        linked = read(write(tmp_path / "a.html", made_up, dossiers=links))
        found = [a["href"] for tag, a in linked.tags if tag == "a" and a["href"].startswith("dossiers/")]
        assert sorted(found) == sorted([*links.values(), *links.values(), "dossiers/index.html"])
        assert not [a for tag, a in parsed.tags if tag == "a" and "dossier" in a["href"]]

    def test_bars_add_up_to_the_scores(self, page, made_up):
        stacks = re.findall(r'<svg class="stack".*?</svg>', page, re.DOTALL)
        assert len(stacks) == len(made_up.shortlist)
        for stack, score in zip(stacks, made_up.shortlist["score"], strict=True):
            parts = re.findall(r'<rect x="([\d.]+)" width="([\d.]+)"', stack)
            assert len(parts) == 4
            assert float(parts[-1][0]) + float(parts[-1][1]) == pytest.approx(1000 * score, abs=0.5)

    def test_criteria_stand_with_weight_anchors_and_confidence(self, parsed):
        assert "Walk to the corridor walk 35% 960 200 m METHODS 2g proposal" in parsed.text

    def test_market_failure_is_kept_apart_from_need(self, parsed):
        assert "deprivation never counts as market failure" in parsed.text
        assert "“Cannot tell” means that the evidence was not there to judge" in parsed.text
        assert "C Coordination primary Many owners stated mixed ownership" in parsed.text

    def test_issues_by_kind_and_by_file(self, parsed):
        assert (
            "invalid decimal The value cannot be read as a decimal number. error register hectares 1 left blank "
            "registers/birmingham.csv, row 7, E08000025:S1: 0.5 - 1 whoever publishes the file"
        ) in parsed.text
        assert "registers/birmingham.csv 1 1 0 0" in parsed.text

    def test_what_was_joined_stands_with_what_did_not_meet(self, made_up, tmp_path, parsed):
        joins = [
            {"join": "deprivation of areas", "file": "<iod>.csv", "of": "areas", "codes": 1357, "met": 109,
             "share": 0.0803, "unmatched": "E1", "note": "it stays missing"},
            {"join": "stops of corridors", "file": "n.csv", "of": "stops", "codes": 0, "met": 0, "share": None,
             "unmatched": "", "note": ""},
        ]  # fmt: skip
        text = read(write(tmp_path / "r.html", made_up, record={**made_up.record, "joins": joins})).text
        assert "deprivation of areas <iod>.csv 1,357 109 8% E1 it stays missing" in text
        assert "stops of corridors n.csv 0 0 – – –" in text
        assert "What was joined" not in parsed.text  # a record of an earlier release says nothing of joins

    def test_sources_carry_vintage_licence_and_hash(self, parsed):
        assert "register registers/birmingham.csv Birmingham City Council 2020-12 OGL v3 8 abababababab" in parsed.text
        assert "Contains public sector information" in parsed.text

    def test_repairs_stand_apart_from_faults_and_a_code_is_explained_once(self, made_up, tmp_path):
        log = IssueLog("registers/birmingham.csv")
        for field in ("hectares", "notes"):
            log.add("invalid decimal", row=7, field=field, value="x", action="left blank")
            log.add("patch", row=8, field=field, value="x", action="read as y")
        text = read(write(tmp_path / "r.html", made_up, issues=log.table())).text
        assert text.count("The value cannot be read as a decimal number.") == 1
        assert "What was read by a declared rule, 2 rows: no fault, for information" in text
        assert text.index("invalid decimal The value") < text.index("What was read by") < text.index("patch Something")

    def test_a_gate_that_does_not_know_says_so(self, made_up, tmp_path):
        sites = made_up.sites.assign(gate_reasons="corridor_walk_unknown")
        text = read(write(tmp_path / "r.html", made_up, sites=sites)).text
        assert (
            "Corridor walk unknown What a gate asks of these sites is not known · corridor_walk_unknown 14 14" in text
        )

    @pytest.mark.parametrize(
        ("confidence", "repair", "said"),
        [
            ("medium", "axes swapped", "place: medium confidence (axes swapped)"),
            ("medium", None, "place: medium confidence (as stated, with no boundary or postcode that confirms it)"),
            ("low", None, "place: low confidence (doubtful, left as stated)"),
        ],
    )
    def test_a_place_that_is_not_certain_says_why(self, made_up, tmp_path, parsed, confidence, repair, said):
        doubtful = made_up.shortlist.assign(coordinate_confidence=confidence, repair=repair)
        assert said in read(write(tmp_path / "r.html", made_up, shortlist=doubtful)).text
        assert "place:" not in parsed.text  # all are of high confidence

    def test_what_nobody_stated_is_called_so_with_the_form_that_states_it(self, made_up, tmp_path, parsed):
        own = {
            **made_up.record["inputs"][0],
            "role": "own sites",
            "file": "my <own>.csv",
            "publisher": "",
            "licence": "",
        }
        text = read(write(tmp_path / "r.html", made_up, record={**made_up.record, "inputs": [own]})).text
        assert "own sites my <own>.csv not stated 2020-12 not stated 8" in text
        assert 'own_sites = [{path = "my <own>.csv", publisher = "Example Council", licence = "OGL v3"}]' in text
        assert "nobody named them" not in parsed.text

    def test_gates_in_force_are_sentences(self, parsed, made_up, tmp_path):
        assert "Gate Refused Needed Too small too_small Below both thresholds at least 0.25 ha" in parsed.text
        off = read(write(tmp_path / "r.html", made_up, gates=GATES.assign(stands="no"))).text
        assert "Gate Refused Needed Too small" not in off

    def test_assumptions_carry_source_and_confidence(self, parsed):
        assert "access.walk_factor 1.3 ratio METHODS 2g 2026-11-22 published" in parsed.text

    def test_versions(self, parsed):
        assert "siteprior 0.1.0, Python 3.11.2, geopandas 1.2.0; seed 0" in parsed.text

    def test_ties_are_reported(self, parsed, made_up, tmp_path):
        assert "No two ranked sites share a rank." in parsed.text
        tied = made_up.sites.copy()
        tied["rank"] = tied["rank"].replace({2: 1})
        shortlist = tied.head(6)
        again = read(write(tmp_path / "a.html", made_up, sites=tied, shortlist=shortlist)).text
        assert "2 of the 11 ranked sites share their rank with another, 2 of them on the shortlist." in again


class TestKindsOfRun:
    def test_illustrative_run_says_so_first(self, parsed):
        assert parsed.text.index("Illustrative data – not real sites.") < parsed.text.index(
            "brownfield sites considered"
        )

    def test_real_run_does_not(self, made_up, tmp_path):
        parsed = read(write(tmp_path / "a.html", made_up, record={**made_up.record, "illustrative": False}))
        assert "llustrative" not in parsed.text

    def test_empty_shortlist_and_faultless_files(self, made_up, tmp_path):
        none = made_up.sites[made_up.sites["rank"].isna()]
        parsed = read(
            write(tmp_path / "a.html", made_up, sites=none, shortlist=none.iloc[:0], issues=issue_table([]), gates=None,
                  signals=None)
        )  # fmt: skip
        assert "Of 3 brownfield sites considered, 0 passed every gate" in parsed.text
        assert "None is on the shortlist." in parsed.text
        assert "The first 0" not in parsed.text
        assert "No fault was found" in parsed.text
        assert parsed.faults == []

    @pytest.mark.parametrize(
        ("walk", "basis", "words"),
        [
            (None, "straight-line", "and no site has such a walk"),
            (None, None, "and no site has such a walk"),
            (900.0, "straight-line", "measured as straight line times a factor"),
            (900.0, "network", "along the street network"),
        ],
    )
    def test_the_note_on_walks_is_true_where_none_is_shortlisted(self, made_up, tmp_path, walk, basis, words):
        sites = made_up.sites.assign(corridor_walk_m=walk, walk_basis=basis).astype({"corridor_walk_m": "float64"})
        parsed = read(write(tmp_path / "a.html", made_up, sites=sites, shortlist=sites.iloc[:0]))
        assert f"Walk : to the corridor's nearest stop that counts, {words}." in parsed.text

    def test_a_project_without_corridors_says_nothing_of_them(self, made_up, tmp_path):
        sites = made_up.sites.assign(corridor=None, corridor_walk_m=float("nan"))
        shortlist = made_up.shortlist.assign(corridor=None, corridor_walk_m=float("nan"))
        bare = {**made_up.record, "settings": {"corridors": {"paths": []}}}
        parsed = read(write(tmp_path / "a.html", made_up, record=bare, sites=sites, shortlist=shortlist))
        assert "were ranked for acquisition" in parsed.text
        assert "along the corridors" not in parsed.text
        assert "Walk :" not in parsed.text
        assert parsed.faults == []

    def test_record_read_back_from_json_gives_the_same_page(self, page, made_up, tmp_path):
        import json

        from siteprior.report.tables import json_text

        assert write(tmp_path / "a.html", made_up, record=json.loads(json_text(made_up.record))) == page


def test_browser_shows_the_map_and_sorts_with_the_network_closed(page, tmp_path):
    """In headless Chromium the picture has its size, and the script the policy allows has run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("Chromium is not on this machine")
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr",
         "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Refused to" not in done.stderr
    assert done.stdout.count('role="button"') == 11
