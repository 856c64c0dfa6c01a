"""The command line: exit codes, one clear line per fault, and earlier outputs untouched."""

from __future__ import annotations

import functools
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from siteprior import __version__, cli
from siteprior.core.files import shipped


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


def test_an_unwritable_folder_is_reported_before_any_work(project, tmp_path, capsys):
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


def test_check_writes_the_issues_beside_the_audit_and_strict_reports_errors(project, tmp_path, capsys):
    path = str(project())
    assert cli.main(["check", path, "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert "Reading sites" in printed.err
    assert "of severity error" in printed.out
    assert (
        (tmp_path / "out" / "issues.csv").read_text(encoding="utf-8").startswith("file,row,field,issue_type,severity")
    )
    assert cli.main(["check", path, "--out", str(tmp_path / "out"), "--strict", "--quiet"]) == 1
    assert {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()} == {
        "issues.csv", "sites.csv", "files.csv", "audit.html", *(f"councils/E080000{n}.xlsx" for n in range(25, 32)),
    }  # fmt: skip


def test_a_notebook_runs_with_parameters_and_refuses_wrong_ones(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    notebook = {
        "cells": [
            {
                "cell_type": "code", "execution_count": None, "id": "a", "metadata": {"tags": ["parameters"]},
                "outputs": [], "source": "homes = 1\nplace = ''",
            },
            {
                "cell_type": "code", "execution_count": None, "id": "b", "metadata": {}, "outputs": [],
                "source": "print(f'{homes * 2} homes in {place}')",
            },
        ],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (tmp_path / "own.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    words = ["notebooks", "run", "own.ipynb", "--out", "own.html", "-p", "homes=21", "-p", "place=Walsall"]
    assert cli.main(words) == 0
    assert "42 homes in Walsall" in (tmp_path / "own.html").read_text(encoding="utf-8")
    assert cli.main(["notebooks", "run", "own.ipynb", "--out", "b.html", "-p", "home=1"]) == 1
    assert "did you mean 'homes'" in capsys.readouterr().err
    assert cli.main(["notebooks", "run", "own.ipynb", "--out", "b.html", "-p", "homes"]) == 2
    assert not (tmp_path / "b.html").exists()


def test_the_notebooks_are_listed_with_their_titles(capsys):
    assert cli.main(["notebooks", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert lines[0].split(maxsplit=1) == ["00_quick_start.ipynb", "Quick start: what a run says, on one page"]


def test_what_check_writes_is_the_audit_of_the_projects_registers(project, tmp_path):
    out = tmp_path / "out"
    assert cli.main(["check", str(project()), "--out", str(out), "--quiet"]) == 0
    sites, issues, files = (pd.read_csv(out / f"{name}.csv") for name in ("sites", "issues", "files"))
    assert files["file"].str.startswith("sites/").all()
    assert (files["rows_in"] == files["rows_out"] + files["rows_explained"]).all()
    assert sites["file"].value_counts().to_dict() == files.set_index("file")["rows_out"].to_dict()
    assert set(sites["register"]) == {"brownfield register"}
    assert "deprivation/iod2025.csv" not in set(files["file"])
    for table in (sites, issues, files):
        assert (table["illustrative"] == "yes").all()
    assert "Illustrative data – not real sites" in (out / "audit.html").read_text(encoding="utf-8")


def test_check_of_a_project_without_registers_writes_the_issues_alone(project, tmp_path):
    path = project(("registers = [", "registers = []\nignored = ["))
    text = path.read_text(encoding="utf-8")
    start = text.index("\nignored = [")
    path.write_text(text[:start] + text[text.index("]", start) + 1 :], encoding="utf-8")
    assert cli.main(["check", str(path), "--out", str(tmp_path / "out"), "--quiet"]) == 0
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["issues.csv"]


def test_the_list_of_commands_loads_no_heavy_package():
    heavy = ("geopandas", "pandas", "numpy", "osmnx", "rasterio", "sklearn", "matplotlib", "pydantic", "jupyter")
    code = f"import sys, siteprior.cli as cli; print(*cli.commands()); print(*(set(sys.modules) & set({heavy!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    listed, loaded = done.stdout.splitlines()
    assert listed.split() == [
        "demo", "init", "fetch", "check", "run", "gaps", "reweight", "rank", "notebooks", "compare", "hand-over",
        "audit", "access", "criteria", "columns", "stages", "cache", "docs",
    ]  # fmt: skip
    assert not loaded


def test_help_lists_each_command_once_in_its_group_in_a_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    text = capsys.readouterr().out
    assert text.startswith("usage: siteprior [-h] [--version] COMMAND ...")
    assert max(map(len, text.splitlines())) <= 80
    assert sorted(name for names in cli.GROUPS.values() for name in names) == sorted(cli.COMMANDS)
    for group, names in cli.GROUPS.items():
        below = text.partition(f"\n{group}:\n")[2].partition("\n\n")[0].splitlines()
        assert [line.split(maxsplit=1) for line in below] == [[name, cli.COMMANDS[name].help] for name in names]
    with pytest.raises(SystemExit):
        cli.main([])
    assert "required: COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize("command", cli.commands())
def test_every_command_has_help_and_is_quiet_where_it_reports_progress(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([command, "--help"])
    assert stop.value.code == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: siteprior {command} ")
    assert ("--quiet" in text) == cli.COMMANDS[command].progress


def test_the_stages_fit_a_terminal_and_stand_whole_in_json(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    assert cli.main(["stages"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 110
    assert lines[0].split() == ["stage", "name", "part", "needs", "adds", "in_scenarios"]
    assert cli.main(["stages", "--json"]) == 0
    stages = json.loads(capsys.readouterr().out)
    assert list(stages[0]) == ["stage", "name", "part", "needs", "adds", "columns", "in_scenarios"]
    shown = " ".join(lines).replace(",", " ").split()
    for stage in stages:  # nothing is cut
        assert set(f"{stage['needs']} {stage['adds']} {stage['name']}".replace(",", " ").split()) <= set(shown)


LISTINGS = [
    "criteria",
    "criteria --json",
    "columns",
    "columns --json",
    "columns sites",
    "stages",
    "stages --json",
    "fetch --list",
]


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_reader_that_has_seen_enough_ends_it_quietly(listing):
    command = f"{sys.executable} -m siteprior {listing} | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_a_full_device_and_a_closed_output_end_it_in_a_line():
    for into, exits, says in ((">/dev/full", 1, "siteprior: output: No space left on device\n"), (">&-", 0, "")):
        command = f"{sys.executable} -m siteprior columns {into}"
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (exits, says)


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a process without a signal")
@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_says_so_in_a_line_and_leaves_nothing_half_done(signalled, tmp_path):
    (tmp_path / "mine.txt").write_text("my")
    command = [sys.executable, "-m", "siteprior", "demo", "--out", str(tmp_path)]
    # a shell that starts the tests in the background has Ctrl-C ignored
    listens = functools.partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=listens) as running:
        assert running.stderr is not None
        running.stderr.readline()  # it has begun to work
        running.send_signal(signalled)
        rest = running.stderr.read()
        running.wait()
    assert (running.returncode, rest.splitlines()[-1]) == (1, "siteprior: stopped; earlier outputs are untouched")
    assert "Traceback" not in rest
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_listings_take_a_project_a_table_or_a_word(project, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert cli.main(["criteria", str(project(append="\n[weights]\ncapacity = 1\n"))]) == 0
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert head.split() == ["criterion", "title", "weight", "unit", "worst", "best", "needs"]
    assert first.split()[:3] == ["capacity", "Homes", "1.000"]
    for words in (["corridor", "stops"], ["corridor stops"], ["corridor_stops"]):
        assert cli.main(["columns", *words]) == 0
        head, *lines = capsys.readouterr().out.splitlines()
        assert head.split() == ["column", "unit", "meaning"]
        assert max(map(len, lines)) <= 100
    assert cli.main(["columns", "walk_snap", "--json"]) == 0
    assert [row["column"] for row in json.loads(capsys.readouterr().out)] == ["walk_snap_m"]
    assert cli.main(["columns", "walkk_m"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(
        "siteprior: columns: no table, column or meaning has 'walkk_m'; did you mean 'walk_m'?"
    )


def test_other_weights_name_entrants_and_leavers_and_are_written_to_the_project_file(
    project, sample_run, tmp_path, capsys
):
    path = str(project())
    words = ["reweight", str(sample_run), "-w", "deprivation=60", "--write", path, "--map", str(tmp_path / "new.png")]
    before = tomllib.loads((tmp_path / "data" / "demo.toml").read_text(encoding="utf-8"))
    assert cli.main(words) == 0
    shown = capsys.readouterr()
    assert "enters" in shown.out
    assert "leaves" in shown.out
    assert (tmp_path / "new.png").read_bytes().startswith(b"\x89PNG")
    after = tomllib.loads((tmp_path / "data" / "demo.toml").read_text(encoding="utf-8"))
    assert after["weights"]["deprivation"] == 60
    assert after | {"weights": 0} == before | {"weights": 0}
    assert cli.main(["reweight", str(sample_run), "--json"]) == 0
    assert {row["change"] for row in json.loads(capsys.readouterr().out)} == {"same"}
    assert cli.main(["reweight", str(sample_run)]) == 0
    assert capsys.readouterr().out == "No site enters or leaves the first 25.\n"


def test_weights_in_the_wrong_form_or_of_no_run_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["reweight", "-w", "deprivation=3"]) == 1
    assert "no run in outputs" in capsys.readouterr().err


def test_a_run_is_ranked_again_as_its_project_now_says(project, sample_run, tmp_path, capsys):
    path = str(project(append="\n[weights]\ndeprivation = 60\ncapacity = 40\n"))
    assert cli.main(["rank", path, "--run", str(sample_run), "--out", "ranked"]) == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines()[0].startswith(f"Ranked from what the run in {sample_run.as_posix()} has measured: ")
    assert shown.err.splitlines()[-1] == "written to ranked; it opens as a run does"
    assert {"enters", "leaves", "rises"} <= set(shown.out.split())
    weights, shortlist = shown.out.split("\n\n", 1)
    assert weights.split()[:5] == ["criterion", "weight", "before", "weight", "now"]
    assert shortlist.split()[:7] == ["rank", "before", "change", "site_id", "site_name", "score", "why"]
    assert cli.main(["reweight", "ranked"]) == 0
    assert capsys.readouterr().out == "No site enters or leaves the first 25.\n"
    assert cli.main(["rank", path, "--run", str(sample_run), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    ranks = [row["rank_after"] for row in rows if row["rank_after"]]
    assert ranks == sorted(ranks)
    assert len(ranks) > 25


def test_a_run_of_another_project_or_none_is_no_run_to_rank(project, sample_run, capsys):
    path = project(("network_date = 2026-10-02", "network_date = 2026-10-03"))
    assert cli.main(["rank", str(path)]) == 1
    assert "there is no run of it in outputs" in capsys.readouterr().err
    assert cli.main(["rank", str(path), "--run", str(sample_run)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "now states: [project] network_date; run the project again" in printed.err
    with pytest.raises(SystemExit) as stop:
        cli.main(["rank"])
    assert stop.value.code == 2


def test_a_terminal_shows_bars_a_file_lines_and_quiet_nothing(project, tmp_path, monkeypatch, capsys):
    """One command under each: what it writes is the same to the byte."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def folder(name):
        return {each.relative_to(tmp_path / name).as_posix(): each.read_bytes()
                for each in sorted((tmp_path / name).rglob("*")) if each.is_file()}  # fmt: skip

    register = str(tmp_path / "data" / "sites" / "walsall.csv")
    project()
    assert cli.main(["audit", register, "--out", str(tmp_path / "lines")]) == 0
    assert capsys.readouterr().err.splitlines()[0] == "Reading 1 register …"
    assert cli.main(["audit", register, "--out", str(tmp_path / "quiet"), "--quiet"]) == 0
    assert capsys.readouterr().err == ""
    with monkeypatch.context() as patch:
        screen = Terminal()
        patch.setattr(sys, "stderr", screen)
        assert cli.main(["audit", register, "--out", str(tmp_path / "bars")]) == 0
    assert "1/1 files [" in screen.getvalue()
    assert "1/1 councils [" in screen.getvalue()
    assert folder("lines") == folder("quiet") == folder("bars")
