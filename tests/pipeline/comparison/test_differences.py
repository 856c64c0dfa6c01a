from __future__ import annotations

import copy

from factories.two_runs import later_run
from siteprior import run_differences
from siteprior.pipeline.comparison.differences import differences
from siteprior.pipeline.comparison.two_runs import read_two_runs


def rows(run, later):
    return [tuple(row) for row in run_differences(run, later).itertuples(index=False)]


def test_files_by_their_bytes_and_days(run):
    later = later_run(run, files=["stops"], as_of="2026-06-30")
    assert rows(run, later) == [
        ("data", "stops", "naptan.csv", "newer.csv"), ("data", "as_of", "2026-01-31", "2026-06-30"),
    ]  # fmt: skip


def test_a_file_moved_or_renamed_is_the_same_file(run):
    later = later_run(run)
    for read in later.record["inputs"]:
        read["file"] = f"elsewhere/{read['file']}"
    assert run_differences(run, later).empty


def test_settings_key_by_key_but_no_title_paths_or_notebooks(run):
    settings = copy.deepcopy(run.record["settings"])
    settings["corridors"]["only"] = ["Metro Line 1"]
    settings["shortlist"] = {"n": 30}
    settings["gates"] = {"too_small": {"hectares": 0.5}}
    settings["project"]["title"] = "Another"
    settings["publish"]["notebooks"] = []
    settings["sources"]["stops"][0]["path"] = "elsewhere.csv"
    settings["layers"] = settings["layers"][:1]
    found = rows(run, later_run(run, settings=settings, places=30))
    assert [(kind, what) for kind, what, *_ in found] == [
        ("settings", "[corridors] only"), ("settings", "[gates] too_small"), ("settings", "[[layers]]"),
        ("settings", "[shortlist] n"),
    ]  # fmt: skip
    assert found[0][2:] == ("not stated", "Metro Line 1")
    assert found[2][2:] == ("2 entries", "1 entry")


def test_how_a_file_is_read_is_a_setting(run):
    settings = copy.deepcopy(run.record["settings"])
    settings["sources"]["registers"][0]["columns"] = {"reference": "Ref"}
    found = differences(read_two_runs(run, later_run(run, settings=settings)))
    assert found.settings == {"sources"}
    assert not found.roles


def test_release_and_numbers_are_method(run):
    later = later_run(run, release="99.0")
    number = next(row for row in later.record["parameters"] if row["name"] == "access.walk_factor")
    number["value"] = 1.5
    later.record["parameters"].append({"name": "new.number", "value": 1})
    found = differences(read_two_runs(run, later))
    assert found.version
    assert found.parameters == {"access.walk_factor"}
    assert found.table["kind"].tolist() == ["method", "method"]
    assert found.table.iloc[1][["run_a", "run_b"]].tolist() == ["1.3", "1.5"]
