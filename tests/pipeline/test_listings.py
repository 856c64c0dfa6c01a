"""What there is, listed: criteria of a project, columns by table or word, stages in short."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest

import siteprior as sp
from siteprior.appraisal.market_failure.registry import SIGNALS
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.listings import (
    audit_text,
    columns_text,
    criteria,
    criteria_text,
    data_dictionary,
    gaps_of,
    gaps_text,
    outputs_text,
    stages_text,
)
from siteprior.pipeline.opened_run import Run
from siteprior.pipeline.stages import stage_table
from siteprior.ranking.criteria import criteria_table

LAYER = """
[[layers]]
name = "fuel_share"
path = "fuel.csv"
kind = "table"
measure = "value"
column = "share"
by = "lsoa_code"
code = "LSOA21CD"
year = 2021
unit = "%"
criterion = {group = "need", worst = 0, best = 40}

[weights]
fuel_share = 3
deprivation = 1
"""


@pytest.fixture
def project(tmp_path):
    """A project of the sample's with a layer of one's own, which has a weight."""
    text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text(text + LAYER, encoding="utf-8")
    return file


def test_the_dictionary_holds_the_columns_of_what_ships():
    rows = data_dictionary()
    assert not rows.duplicated(["table", "column"]).any()
    assert {"walk_m", "rank_p95"} <= set(rows["column"])


def test_a_tables_name_gives_its_columns_and_a_word_those_that_have_it():
    whole = data_dictionary()
    for name in whole["table"].unique():
        for spelt in (name, name.upper(), f" {name.replace(' ', '_')} "):
            assert data_dictionary(spelt)["column"].tolist() == whole.loc[whole["table"] == name, "column"].tolist()
    found = data_dictionary("Walk_Snap")
    assert found[["table", "column"]].values.tolist() == [["sites", "walk_snap_m"]]
    lines = data_dictionary("straight-line")
    assert len(lines) > 1
    assert (lines["meaning"] + lines["allowed"]).str.contains("straight-line").all()


def test_what_is_found_nowhere_gets_the_nearest_name_and_the_tables():
    with pytest.raises(
        InputError, match=r"no table, column or meaning has 'walkk_m'; did you mean 'walk_m'\? Tables: "
    ):
        data_dictionary("walkk_m")
    with pytest.raises(InputError, match=r"has 'sties'; did you mean 'sites'\? Tables: sites, "):
        sp.data_dictionary("sties")
    with pytest.raises(InputError, match=r"has '\.\*'; Tables: "):
        data_dictionary(".*")
    for wrong in ("", "  ", 5, ["sites"]):
        with pytest.raises(InputError, match="columns: needs the name of a table or a word, got"):
            data_dictionary(wrong)


def test_the_criteria_of_a_project_are_those_it_ranks_by_with_its_weights(project):
    assert criteria().equals(criteria_table())
    listed = sp.criteria(project)
    assert listed["criterion"].head(2).tolist() == ["fuel_share", "deprivation"]
    assert listed["weight"].head(3).tolist()[:2] == [0.75, 0.25]
    assert listed["weight"].iloc[2:].isna().all()
    own = listed.set_index("criterion").loc["fuel_share"]
    assert (own["unit"], own["worst"], own["best"], own["needs"]) == ("%", 0, 40, "fuel_share")
    assert set(listed["criterion"]) == {*criteria_table()["criterion"], "fuel_poverty", "fuel_share"}
    assert sp.criteria(sp.load_project(project)).equals(listed)
    with pytest.raises(ProjectError, match="there is no such project file"):
        sp.criteria(project.with_name("none.toml"))


def test_in_a_terminal_every_line_fits_and_nothing_is_lost(project, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    sites = data_dictionary("sites")
    for text in (
        criteria_text(criteria()),
        criteria_text(criteria(project)),
        columns_text(sites),
        stages_text(stage_table()),
    ):
        assert max(map(len, text.splitlines())) <= 100
    words = columns_text(sites).split()
    assert set(sites["column"]) <= set(words)
    assert "network" in words
    first = criteria_text(criteria(project)).splitlines()[1].split()
    assert first == ["fuel_share", "Fuel", "share", "0.750", "%", "0", "40", "fuel_share"]


def test_a_stage_needs_the_numbers_of_the_stages_that_make_it():
    table = stage_table()
    lines = stages_text(table).splitlines()
    assert len(lines) < 90, "each need stands as a number, not as its name again"
    (merge,) = table.loc[table["adds"].str.contains("sites_merged"), "stage"]
    (walks,) = table.index[table["adds"] == "columns.walks"]
    (areas,) = table.loc[table["adds"].str.startswith("areas"), "stage"]
    line = next(line for line in lines if "columns.walks" in line)
    (walking,) = table.loc[table["adds"] == "walking", "stage"]
    first, begin, end, known, last = map(int, re.search(r"join +(\d+), (\d+)–(\d+), (\d+), (\d+) ", line).groups())
    assert (first, begin, known) == (areas, merge, walking)
    assert begin < end < known < last < table.loc[walks, "stage"]


def small_run():
    """Return a run of one site of which one fact is open."""
    gaps = pd.DataFrame(
        [("a", "C", "parcels on it", "free file", 1, "parcels", "yes", "Not found", "Indicated", "Not found", "no")],
        columns=["site_id", "signal", "fact", "fact_kind", "cost_order", "keys", "unsettles", "market_failure",
                 "verdict_best", "verdict_worst", "settled"],
    )  # fmt: skip
    files = pd.DataFrame([("parcels", "parcels on it", "C", 1, 1, 0, 1, 1)], columns=[
        "keys", "shows", "signals", "open_sites", "decided_if_nothing", "decided_if_most", "could_decide",
        "could_decide_considered"])  # fmt: skip
    sites = pd.DataFrame({"rank": [1, 2]}, index=pd.Index(["a", "b"], name="site_id"))
    return Run(Path("run"), {"sites": sites, "evidence_gaps": gaps, "evidence_files": files}, {})


def test_what_would_decide_a_run_and_a_site():
    run = small_run()
    files, none = gaps_of(run)
    assert files is run.evidence_files
    assert none.startswith("Every free file siteprior knows was read")
    assert gaps_text(files).splitlines()[0].split("  ")[0] == "free file"
    assert "could decide" in gaps_text(files)
    assert "evidence_file" not in gaps_text(files.rename_axis("evidence_file").reset_index())
    facts, _ = gaps_of(run, "a")
    assert facts.to_numpy().tolist() == [["C", "free file", 1, "parcels on it", "parcels", "yes"]]
    nothing, none = gaps_of(run, "b")
    assert nothing.empty
    assert none.startswith("Nothing is open of this site")
    with pytest.raises(InputError, match="unknown site 'c'"):
        gaps_of(run, "c")


def test_headings_and_letters_of_the_gaps_are_explained_in_the_words_of_the_dictionary(monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    run = small_run()
    for site, table in ((None, "evidence files"), ("a", "evidence gaps")):
        text = gaps_text(gaps_of(run, site)[0])
        rows, legend = text.split("\n\n")
        meanings = data_dictionary(table).set_index("column")["meaning"]
        first = [re.split(r"  +", line, maxsplit=1) for line in legend.splitlines()[1:] if not line.startswith(" ")]
        explained = dict(first)
        assert explained.pop("C") == SIGNALS["C"].title
        assert list(explained) == re.split(r"  +", rows.splitlines()[0])
        for shown in explained.values():  # of a long meaning its first line
            assert any(meaning.startswith(shown) for meaning in meanings)


def test_what_a_run_and_an_audit_came_to_in_words(tmp_path):
    record = '{"counts": {"sites": 1200, "ranked": 9, "shortlist": 5}, "open_evidence": {"settled": 4, "open": 5}}'
    (tmp_path / "run.json").write_text(record, encoding="utf-8")
    assert outputs_text(tmp_path).splitlines()[:2] == [
        "1,200 sites considered, 9 ranked, 5 on the shortlist.",
        "Market failure: 4 verdicts of ranked sites settled, 5 open; `siteprior gaps` says what would decide them.",
    ]
    files = pd.DataFrame({"file": ["a.csv", "b.csv"], "refused": [None, "is empty"]})
    sites = pd.DataFrame({"coordinate_confidence": ["high", "medium", "high"], "repair": [None, "axes swapped", None]})
    assert audit_text(files, sites).splitlines() == [
        "b.csv: refused: is empty",
        "1 of 2 files read: 3 sites, 2 with a certain place, 1 with a likely one; 1 places repaired.",
    ]


@pytest.mark.parametrize(
    ("gis", "words"), [("qgis", "in QGIS, styled"), ("arcgis", "for ArcGIS"), ("mapinfo", "for MapInfo")]
)
def test_what_to_open_is_named_for_the_program_a_run_is_made_for(gis, words, tmp_path):
    record = {
        "counts": {"sites": 3, "ranked": 2, "shortlist": 1}, "open_evidence": {"settled": 1, "open": 1},
        "settings": {"publish": {"gis": gis}},
    }  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert words in outputs_text(tmp_path)
    assert ("QGIS" in outputs_text(tmp_path)) is (gis == "qgis")
