"""The command line: exit codes, one clear line per fault, and earlier outputs untouched."""

from __future__ import annotations

import json
import shutil

import geopandas as gpd
import pytest

from siteprior import __version__, cli
from siteprior.files import shipped


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the sample whose project file a test may spoil."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    shutil.copytree(shipped("data"), tmp_path / "data")
    path = tmp_path / "data" / "demo.toml"

    def spoil(*changes, append=""):
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"the sample's project has no '{old}'"
            text = text.replace(old, new)
        path.write_text(text + append, encoding="utf-8")
        return path

    return spoil


def refuse_to_be_found(project, data):
    return project(("transit/naptan.csv", "transit/gone.csv")), "transit/gone.csv: there is no such file"


def empty_file(project, data):
    (data / "transit" / "naptan.csv").write_bytes(b"")
    return project(), "naptan.csv: the file is empty"


def wrong_crs(project, data):
    """Metres where the file promises degrees."""
    areas = data / "boundaries" / "lsoa21.geojson"
    gpd.read_file(areas).to_crs(27700).to_file(areas, driver="GeoJSON")
    tree = json.loads(areas.read_text(encoding="utf-8"))
    tree.pop("crs")
    areas.write_text(json.dumps(tree), encoding="utf-8")
    return project(), "boundaries/lsoa21.geojson"


def register_without_a_recognisable_column(project, data):
    (data / "sites" / "birmingham.csv").write_text("colour,size\nred,1\n")
    return project(), "birmingham.csv"


def stops_without_coordinates(project, data):
    import pandas as pd

    path = data / "transit" / "naptan.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.drop(columns=["Easting", "Northing", "Longitude", "Latitude"]).to_csv(path, index=False)
    return project(), "naptan.csv"


def deprivation_of_another_census(project, data):
    return project(("edition = 2025", "edition = 2019")), "iod2025.csv"


def unknown_criterion(project, data):
    return project(append="\n[weights]\ncorridor_acces = 1\n"), "did you mean 'corridor_access'"


def negative_weight(project, data):
    return project(append="\n[weights]\ncapacity = -1\ndeprivation = 2\n"), "capacity"


def weights_that_sum_to_zero(project, data):
    return project(append="\n[weights]\ncapacity = 0\n"), "[weights]"


def unknown_gate(project, data):
    return project(append="\n[gates]\nendd = false\n"), "did you mean 'ended'"


SPOILT = [
    refuse_to_be_found, empty_file, wrong_crs, register_without_a_recognisable_column, stops_without_coordinates,
    deprivation_of_another_census, unknown_criterion, negative_weight, weights_that_sum_to_zero, unknown_gate,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda f: f.__name__)
def test_bad_input_gets_one_clear_message_and_leaves_the_earlier_output(spoil, project, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "shortlist.gpkg").write_text("earlier")
    path, says = spoil(project, tmp_path / "data")
    assert cli.main(["run", str(path), "--out", str(out), "--quiet"]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("siteprior: ")
    assert says in lines[0]
    assert [p.name for p in out.iterdir()] == ["shortlist.gpkg"]
    assert (out / "shortlist.gpkg").read_text() == "earlier"


def test_an_unwritable_folder_is_told_before_any_work(project, tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder")
    assert cli.main(["run", str(project()), "--out", str(tmp_path / "file" / "out"), "--quiet"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_wrong_usage_exits_2(capsys):
    for words in ([], ["rank"], ["run"], ["demo", "--colour"]):
        with pytest.raises(SystemExit) as stopped:
            cli.main(words)
        assert stopped.value.code == 2
    assert "usage: siteprior" in capsys.readouterr().err


def test_version_criteria_and_columns(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.strip() == f"siteprior {__version__}"
    assert cli.main(["criteria", "--json"]) == 0
    criteria = json.loads(capsys.readouterr().out)
    assert {"corridor_access", "deprivation", "capacity", "market_failure"} <= {row["criterion"] for row in criteria}
    assert all(row["unit"] and row["source"] and row["worst"] != row["best"] for row in criteria)
    assert cli.main(["columns", "--json"]) == 0
    columns = json.loads(capsys.readouterr().out)
    assert {row["column"] for row in columns} >= {"walk_m", "imd_decile", "rank_p95"}


def test_check_writes_the_issues_and_strict_tells_errors(project, tmp_path, capsys):
    path = str(project())
    assert cli.main(["check", path, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "Reading sites" in printed.err
    assert "of severity error" in printed.out
    assert (
        (tmp_path / "out" / "issues.csv").read_text(encoding="utf-8").startswith("file,row,field,issue_type,severity")
    )
    assert cli.main(["check", path, "--out", str(tmp_path / "out"), "--strict", "--quiet"]) == 1
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["issues.csv"]
