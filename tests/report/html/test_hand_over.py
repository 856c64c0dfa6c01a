"""The page of a package: what it shows, in which order, and that texts of a register are texts."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from siteprior.report.audience import audience_of
from siteprior.report.html.hand_over import write_hand_over_page

RECORD = {
    "title": "Sites <b>here</b>", "area": "Dudley", "as_of": "2026-01-31", "network_date": "2026-10-02",
    "siteprior": "0.1.0", "illustrative": True, "attribution": ["Contains public sector information"],
    "inputs": [{"role": "register", "file": "dudley.csv", "publisher": "Dudley", "licence": "OGL v3",
                "vintage": "2020"}],
}  # fmt: skip


def page(tmp_path, audience="public", **columns):
    sites = pd.DataFrame(
        {"site_name": ["Mill"], "hectares": [1.234], "walk_m": [351.6], "minimum_net_dwellings": [1200], **columns},
        index=pd.Index(["E08000027:1"], name="site_id"),
    )
    path = write_hand_over_page(
        tmp_path / "report.html", record=RECORD, audience=audience_of(audience), sites=sites, picture=b"PNG",
        dossiers={"E08000027:1": "dossiers/a.html"} if audience == "internal" else None,
    )  # fmt: skip
    return path.read_text(encoding="utf-8")


def test_the_audience_and_that_the_sample_is_invented_stand_at_the_top(tmp_path):
    text = page(tmp_path)
    assert text.index("Illustrative data – not real sites") < text.index("For the public.") < text.index("<table")
    assert "Sites &lt;b&gt;here&lt;/b&gt;" in text


def test_figures_are_rounded_by_their_unit_and_a_blank_is_a_blank(tmp_path):
    cells = re.findall(r'<td class="n" data-value="[^"]*">([^<]*)</td>', page(tmp_path, imd_decile=[None]))
    assert {"1.23", "1,200", "352", ""} <= set(cells)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "x" * 10_000, "🏗️", "أرض", 'a" onmouseover="b'])
def test_a_text_of_a_register_comes_out_as_text(text, tmp_path):
    written = page(tmp_path, site_name=[text])
    assert "<script>alert" not in written
    assert 'a" onmouseover' not in written
    assert text in written or "&" in written


def test_only_the_teams_own_page_has_dossiers_and_an_order_of_ranks(tmp_path):
    assert 'href="dossiers/a.html"' in page(tmp_path, "internal", rank=[1])
    assert "best first" in page(tmp_path, "internal", rank=[1])
    partner = page(tmp_path, "partner")
    assert "dossiers/" not in partner
    assert "in the order of their ids" in partner


def test_nothing_is_loaded_and_no_other_script_may_run(tmp_path):
    written = page(tmp_path)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', written)
    assert policy.replace("&#39;", "'").startswith("default-src 'none'")
    assert "http://" not in written
    assert "https://" not in written


def test_names_of_sites_are_as_wide_as_they_need(tmp_path):
    text = page(tmp_path)
    assert '<td class="called">Mill</td>' in text
    assert len(re.findall(r"td\.called \{ min-width: \d+px; \}", text)) == 2  # of a wide screen, and of a narrow one
