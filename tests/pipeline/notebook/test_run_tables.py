"""Tables by hand: those of ``run_tables`` against the run's own tables."""

from __future__ import annotations

import pytest

import siteprior as sp


@pytest.fixture(scope="module")
def run(sample_run):
    return sp.open_run(sample_run)


def test_reasons_are_the_counts_of_the_record(run):
    table = sp.notebook.show(run, "reasons").data
    assert dict(zip(table["code"], table["sites"], strict=True)) == run.record["counts"]["gate_reasons"]
    assert table["sites"].is_monotonic_decreasing


def test_facts_are_the_known_ones(run):
    site = run.shortlist.index[0]
    facts = sp.notebook.show(run, "facts", site=site, first=500).data.set_index("fact")
    own = run.sites.drop(columns="geometry").loc[site].dropna()
    assert set(facts.index) == {name for name in own.index if not name.startswith("c_")}
    assert facts["value"]["site_name"] == own["site_name"]


def test_files_are_those_of_the_folder(run):
    files = sp.notebook.show(run, "files").data
    assert {"report.html", "run.json"} <= set(files["file"])
    assert len(files) == sum(path.is_file() for path in run.folder.rglob("*"))
    words = files.set_index("file")["what it is for"]
    assert words["duplicates.csv"].startswith("One row per pair of records that are, or may be, one site")
    own = words[words == "docs/reference/outputs.md says"].index.tolist()
    assert own == ["my_notes.txt"]  # which lies there for the test of the folder, and is none of siteprior's


def test_outcomes_count_every_event(run):
    table = sp.notebook.show(run, "outcomes").data
    assert table.drop(columns="register of").to_numpy().sum() == len(run["history"].dropna(subset=["published"]))
