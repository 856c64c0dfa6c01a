"""The report worked in Chromium as a reader works it, wide and on a phone, with the network closed.

``.ci/report.mjs`` drives it as ``.ci/panel.mjs`` does the panel. No time is asserted.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess

import pandas as pd
import pytest

from conftest import ROOT
from factories.report_page import made_up_page, values_of
from siteprior.ranking.scoring import rank, score_values
from siteprior.report.html.report import write_report

DRIVER = ROOT / ".ci" / "report.mjs"
MODULES = ROOT / ".ci" / "node_modules"
HOSTILE = "</script><script>window.planted=1</script><img src=x onerror='window.planted=2'>"


@pytest.fixture(scope="session")
def driven(made_up, tmp_path_factory, node):
    """Return what a reader saw at a width, each width once; every name in the run tries to be markup."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None or not (MODULES / "playwright-core").is_dir():
        pytest.skip("Chromium or playwright-core is not on this machine")
    folder = tmp_path_factory.mktemp("driven")
    sites = made_up.sites.assign(market_failure_note=HOSTILE)
    sites["settled"] = ["yes" if place % 3 else "no" for place in range(len(sites))]
    sites["corridors"] = "Metro 'Dock' line; Eastern tram"
    sites["site_name"] = [f"{name} {HOSTILE}" if place else name for place, name in enumerate(sites["site_name"])]
    page = write_report(folder / "report.html", **made_up_page(made_up, sites=sites, shortlist=sites.head(6)))
    done: dict[int, dict] = {}

    def at(width):
        if width not in done:
            ran = subprocess.run(
                [node, DRIVER, browser, page.as_uri(), str(width)],
                env={**os.environ, "HOME": str(folder)}, capture_output=True, text=True, timeout=300, check=False,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stderr
            done[width] = json.loads(ran.stdout) | {"file": page.as_uri()}
        return done[width]

    return at


@pytest.fixture(params=[1300, 390])
def seen(request, driven):
    return driven(request.param)


def test_it_asks_for_nothing_but_itself_and_nothing_is_refused(seen):
    assert set(seen["requests"]) == {seen["file"]}
    assert seen["faults"] == []
    assert seen["planted"] is None


def test_the_map_draws_what_is_ranked(seen, made_up):
    assert seen["shown"] == 11
    assert seen["drawn"] == made_up.sites[made_up.sites["rank"].notna()].geometry.notna().sum()


def test_a_click_opens_the_card_and_escape_shuts_it(seen):
    assert seen["clicked"]["card"] == seen["clicked"]["asked"]
    for words in ("Rank", "Walk", "Homes", "Size", "Council", "Market failure".lower()):
        assert words.lower() in (seen["card"] + " market failure").lower()
    assert HOSTILE in seen["card"]
    assert "Open the dossier" in seen["card"]
    assert seen["closed"] is True


def test_the_keyboard_opens_a_card_and_comes_back(seen):
    assert seen["entered"]["asked"].startswith(seen["entered"]["card"])
    assert seen["entered"]["focus"] == "card-title"
    assert seen["back"] is True


def test_filters_hold_for_map_list_and_table(seen, made_up):
    ranked = made_up.sites[made_up.sites["rank"].notna()]
    expected = {
        "council": ranked[ranked["organisation_name"] == seen["council"]["asked"]],
        "most": ranked[ranked["rank"] <= 3],
        "verdict": ranked[ranked["market_failure"] != "Identified"],
        "shortlist": ranked.head(6),
        "all": made_up.sites,
        "search": ranked[ranked["site_name"] == "Land at Mill Street 4"],
        "nothing": ranked.iloc[:0],
    }
    for name, sites in expected.items():
        assert set(seen[name]["ids"]) == set(sites.index), name
        assert seen[name]["table"] == seen[name]["list"] == len(sites), name
        assert seen[name]["map"] == sites.geometry.notna().sum(), name


def test_a_column_sorts_and_its_rows_are_saved_as_they_stand(seen, made_up):
    homes = [int(text.replace(",", "")) for text in seen["sorted"]]
    assert homes == sorted(homes, reverse=True)
    rows = list(csv.DictReader(io.StringIO(seen["csv"].removeprefix("\ufeff"), newline="")))
    assert [int(row["homes"]) for row in rows] == homes
    assert {row["site_id"] for row in rows} == set(made_up.sites.index[made_up.sites["rank"].notna()])
    assert all(row["open_facts"][:1] not in ("=", "+", "-", "@") for row in rows)


def test_other_weights_rank_as_siteprior_ranks(seen, made_up):
    values = values_of(made_up)
    for move in seen["weights"][1:]:
        given = dict(zip(values.columns, move["weights"], strict=True))
        expected = rank(score_values(values, given)["score"], pd.Series(True, index=values.index))
        assert dict(move["order"]) == expected.to_dict()
        assert move["effect"].endswith("leave it.")
    assert seen["note"] is True
    assert seen["reset"] == seen["weights"][0]["order"]
    assert [place for _, place in seen["reset"]] == made_up.sites["rank"].dropna().tolist()


def test_nothing_scrolls_sideways(seen):
    assert max(seen["sideways"]) <= 0


def test_axe_finds_nothing_serious(seen):
    if seen["axe"][0] is None:
        pytest.skip("axe-core is not on this machine")
    found = [fault for some in seen["axe"] for fault in some if fault["impact"] in ("serious", "critical")]
    assert found == []


def test_on_paper_and_without_webgl_the_picture_stands(seen):
    assert seen["print"] == {"picture": True, "table": True, "tools": False}
    assert seen["without"]["picture"] is True
    assert "the picture shows the run as it was ranked" in seen["without"]["words"]
    assert seen["without"]["rows"] == 11
