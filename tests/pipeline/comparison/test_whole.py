from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from factories.two_runs import later_run
from siteprior import write_comparison
from siteprior.pipeline.comparison.whole import whole_comparison, write_changes, write_page

HOSTILE = {
    "markup": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "formula": '=HYPERLINK("http://example.org","click")',
    "long": "A" * 10_000,
    "emoji": "🏚️ Works 🏗️",
    "rtl": "‮אבג‬ yard",
    "line": "One\nTwo\r\nThree",
}


@pytest.fixture(scope="module")
def hostile(run):
    ranked = [str(site) for site in run.sites.index[run.sites["rank"].notna()][:6]]
    names = {site: {"site_name": name} for site, name in zip(ranked, HOSTILE.values(), strict=True)}
    before = later_run(run, facts={site: facts | {"ownership_status": name["site_name"]} for site, (facts, name) in
                                   {site: (facts, facts) for site, facts in names.items()}.items()})  # fmt: skip
    later = later_run(before, weights={"deprivation": 60, "capacity": 40})
    later.record["title"] = before.record["title"] = HOSTILE["markup"]
    return whole_comparison(before, later)


def test_texts_of_others_come_out_as_text_on_the_page(hostile, tmp_path):
    page = write_page(tmp_path / "page.html", hostile).read_text("utf-8")
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "onerror=alert(2)&gt;" in page
    assert "A" * 200 not in page
    assert HOSTILE["emoji"] in page
    assert f"<bdi>{HOSTILE['rtl']}</bdi>" in page
    assert re.search(r"default-src 'none'; .*script-src 'sha256-", html.unescape(page))
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", page)
    assert " style=" not in page


def test_texts_of_others_run_in_no_spreadsheet(hostile, tmp_path):
    path = write_changes(tmp_path / "changes.csv", hostile.changes)
    names = set(pd.read_csv(path, encoding="utf-8-sig")["site_name"])
    assert "'" + HOSTILE["formula"] in names
    assert HOSTILE["formula"] not in names
    assert {HOSTILE["markup"], HOSTILE["long"], "One\nTwo\nThree"} <= names


def test_texts_of_others_keep_to_their_cells_in_a_terminal(hostile):
    from siteprior.core.text_table import text_table

    shown = text_table(hostile.changes[["site_id", "site_name", "reason"]].head(8))
    assert "\r" not in shown


def test_the_same_runs_give_the_same_bytes(run, tmp_path):
    later = later_run(run, weights={"deprivation": 60, "capacity": 40})
    one, other = (write_comparison(run, later, tmp_path / name).read_bytes() for name in ("a.html", "b.html"))
    assert one == other


def test_the_stricter_audience_stands_on_the_page(run, tmp_path):
    later = later_run(run)
    later.record["audience"] = "partner"
    assert whole_comparison(run, later).head["audience"] == "internal"
    before = later_run(run)
    before.record["audience"] = "public"
    assert whole_comparison(before, later).head["audience"] == "partner"
    assert "For a partner, in confidence." in write_comparison(before, later, tmp_path / "a.html").read_text("utf-8")


def test_scores_are_written_to_six_decimals(run, tmp_path):
    table = whole_comparison(run, later_run(run, weights={"capacity": 1})).changes
    text = write_changes(tmp_path / "a.csv", table).read_text("utf-8-sig").splitlines()[1].split(",")
    assert text.count("0.000000") == 3  # data, method, undivided
