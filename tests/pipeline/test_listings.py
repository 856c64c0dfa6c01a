"""What there is, listed: criteria of a project, columns by table or word, stages in short."""

from __future__ import annotations

import re

import pytest

import siteprior as sp
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.listings import columns_text, criteria, criteria_text, data_dictionary, stages_text
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
    line = next(line for line in lines if "columns.walks" in line)
    spans = re.search(r"join +(\d+)–(\d+) ", line)
    assert int(spans[1]) == merge
    assert int(spans[2]) < table.loc[walks, "stage"]
