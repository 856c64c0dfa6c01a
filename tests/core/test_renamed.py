"""Old names are read for one release with a warning, and come to the same values as the new ones."""

from __future__ import annotations

import json
import shutil
import sqlite3
import warnings
from contextlib import closing
from datetime import date

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import siteprior as sp
from conftest import ROOT
from siteprior import cli, compare
from siteprior.appraisal.deadweight import site_deadweight
from siteprior.appraisal.market_failure.signals import failure_signals
from siteprior.core import schema
from siteprior.core.errors import ProjectError
from siteprior.core.files import shipped
from siteprior.core.parameters import load_parameters, parameter_files, parameter_rows
from siteprior.core.renamed import RenamedWarning, renamed, with_new_columns, with_new_keys, with_new_record
from siteprior.core.schema.load import load_declarations
from siteprior.pipeline.manifest import DECLARED_IN, open_run
from siteprior.project.load import load_project
from siteprior.sources.transit.openings import apply_openings
from siteprior.sources.transit.statements import STATEMENTS, read_openings

NAMES = renamed()
COLUMNS = {old: new for names in NAMES.columns.values() for old, new in names.items()}


def in_old_names(folder, out):
    """Copy a run's folder with every column, key and parameter under the name it had before."""
    shutil.copytree(folder, out)
    for table, files in DECLARED_IN.items():
        path = out / f"{table}.csv"
        head, _, rows = path.read_text(encoding="utf-8-sig").partition("\n")
        back = {new: old for file in files for old, new in NAMES.columns[file].items()}
        cells = [back.get(name, name) for name in head.rstrip("\r").split(",")]
        assert set(back.values()) <= set(cells)
        path.write_text("\n".join((",".join(cells), rows)), encoding="utf-8")
    path = out / "ranking.csv"
    path.write_text(path.read_text("utf-8-sig").replace("sales_years_covered", "sales_years_held", 1), "utf-8")
    with closing(
        sqlite3.connect(out / "shortlist.gpkg")
    ) as database:  # joined to both layers, so it is warned of twice
        database.execute("PRAGMA legacy_alter_table = ON")
        database.execute("ALTER TABLE site_attributes RENAME COLUMN sales_years_covered TO sales_years_held")
        database.commit()
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    parameters = {new: old for old, new in NAMES.parameters.items()}
    rows = [{**row, "name": parameters.get(row["name"], row["name"])} for row in record.pop("parameters")]
    record["presets"] = rows
    assumed = record["settings"]["assumptions"]
    assumed["sales_years_held"] = assumed.pop("sales_years_covered")
    (out / "run.json").write_text(json.dumps(record), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def old_run(sample_run, tmp_path_factory):
    return in_old_names(sample_run, tmp_path_factory.mktemp("older") / "run")


def test_a_run_in_old_names_is_opened_as_the_same_run(sample_run, old_run):
    with pytest.warns(RenamedWarning) as caught:
        old = open_run(old_run)
    assert sorted(str(warning.message).rpartition(": ")[2] for warning in caught) == [
        "'found' is 'finding' now; the old name goes in 0.3",
        "'gs' is 'weighted_signal' now; the old name goes in 0.3",
        *["'sales_years_held' is 'sales_years_covered' now; the old name goes in 0.3"] * 2,
    ]
    new = open_run(sample_run)
    assert list(old) == list(new)
    old, new = dict(old), dict(new)
    assert old.pop("record") == new.pop("record")
    for name, table in new.items():
        assert_frame_equal(old[name], table, obj=name)


def test_a_run_in_old_names_compares_with_itself_in_new_ones(sample_run, old_run):
    for runs in ((old_run, sample_run), (sample_run, old_run)):
        with pytest.warns(RenamedWarning) as caught:
            assert compare(*runs).empty
        assert any("'sales_years_held' is 'sales_years_covered' now" in str(each.message) for each in caught)


def test_new_names_are_read_without_a_warning(sample_run):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RenamedWarning)
        open_run(sample_run)
        load_project(shipped("data") / "demo.toml", data_root=shipped("data"))


def test_a_record_in_old_names_makes_the_same_report(sample_run, old_run, tmp_path):
    run = open_run(sample_run)
    parts = {name: run[name] for name in ("sites", "shortlist", "criteria", "issues")}
    pages = []
    for folder in (sample_run, old_run):
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        from siteprior.report.html.report import write_report

        page = write_report(tmp_path / f"{folder.parent.name}.html", record=record, picture=b"", **parts)
        pages.append(page.read_bytes())
    assert pages[0] == pages[1]


class TestProjectKeys:
    """Old keys of the project file."""

    @pytest.fixture
    def old(self, tmp_path):
        text = (shipped("data") / "demo.toml").read_text(encoding="utf-8")
        assert "sales_years_covered = 3" in text
        text = text.replace("sales_years_covered = 3", "sales_years_held = 3")
        file = tmp_path / "demo.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def test_load_as_the_new_ones_with_a_warning_that_names_the_line(self, old):
        line = old.read_text(encoding="utf-8").splitlines().index("sales_years_held = 3") + 1
        with pytest.warns(RenamedWarning) as caught:
            project = load_project(old, data_root=shipped("data"))
        assert [str(warning.message) for warning in caught] == [
            f"{old}:{line}: [assumptions]: 'sales_years_held' is 'sales_years_covered' now; the old name goes in 0.3"
        ]
        assert project.settings() == load_project(shipped("data") / "demo.toml", data_root=".").settings()

    def test_are_refused_beside_the_new_ones(self, old):
        text = old.read_text(encoding="utf-8")
        old.write_text(text.replace("sales_years_held = 3", "sales_years_held = 3\nsales_years_covered = 3"), "utf-8")
        line = text.splitlines().index("sales_years_held = 3") + 1
        with pytest.raises(ProjectError) as fault:
            load_project(old, data_root=shipped("data"))
        assert fault.value.faults == (
            f"{old}:{line}: [assumptions] sales_years_held: is the old name of 'sales_years_covered', which stands "
            "beside it; keep 'sales_years_covered' alone",
        )

    def test_have_their_faults_on_their_own_line(self, old):
        text = old.read_text(encoding="utf-8").replace("sales_years_held = 3", "sales_years_held = -1")
        old.write_text(text, encoding="utf-8")
        line = text.splitlines().index("sales_years_held = -1") + 1
        with pytest.warns(RenamedWarning), pytest.raises(ProjectError) as fault:
            load_project(old, data_root=shipped("data"))
        assert [sentence.startswith(f"{old}:{line}: ") for sentence in fault.value.faults] == [True]

    @pytest.mark.parametrize("entry", ["one", "list"])
    def test_are_found_in_one_entry_and_in_lists(self, entry):
        postcodes = {"path": "a.csv", "witness": False}
        stated = {"sources": {"postcodes": postcodes if entry == "one" else ["b.csv", postcodes]}}
        settings, changed, doubled = with_new_keys(stated)
        new = {"path": "a.csv", "check_locations": False}
        assert settings == {"sources": {"postcodes": new if entry == "one" else ["b.csv", new]}}
        at = ("sources", "postcodes") if entry == "one" else ("sources", "postcodes", 1)
        assert (changed, doubled) == ({(*at, "witness"): "check_locations"}, {})
        assert "witness" in postcodes, "what was given is not changed"

    def test_are_one_line_of_the_command_line_whose_exit_code_stays(self, old, capsys, monkeypatch):
        monkeypatch.setenv("SITEPRIOR_DATA_ROOT", str(shipped("data")))
        assert cli.main(["fetch", str(old)]) == 0
        lines = [line for line in capsys.readouterr().err.splitlines() if "sales_years" in line]
        assert lines == [
            f"siteprior: {old}:{old.read_text(encoding='utf-8').splitlines().index('sales_years_held = 3') + 1}: "
            "[assumptions]: 'sales_years_held' is 'sales_years_covered' now; the old name goes in 0.3"
        ]

    def test_each_has_a_new_name_that_is_a_key(self):
        page = (ROOT / "docs" / "reference" / "project-file.md").read_text(encoding="utf-8")
        for old, new in NAMES.project_keys.items():
            assert f"| `{new}` |" in page
            assert f"| `{old.rpartition('.')[2]}` |" not in page


class TestColumns:
    """Old columns of tables that are given to functions."""

    SITES = pd.DataFrame(
        {"planning_permission_status": ["not permissioned"], "planning_permission_type": None, "new_build_sales_5y": 0,
         "no_new_build_5y": "yes", "ownership_status": None, "start_date": None, "easting": 4e5, "northing": 2.9e5,
         "hectares": 1.0, "sales_years_covered": 5.0},
        index=pd.Index(["a"], name="site_id"),
    )  # fmt: skip

    def sites(self):
        table = schema.conform(self.SITES, schema.REGISTER)
        return table.rename(columns={"sales_years_covered": "sales_years_held"}), table

    def test_the_deadweight_screen_takes_them(self):
        old, new = self.sites()
        with pytest.warns(RenamedWarning, match="sites: 'sales_years_held' is 'sales_years_covered' now"):
            done = site_deadweight(old, as_of=date(2021, 1, 1))
        assert_frame_equal(done.evidence, site_deadweight(new, as_of=date(2021, 1, 1)).evidence)
        assert "new-build sales" in done.evidence["kind"].tolist()

    def test_the_signals_take_them(self):
        old, new = self.sites()
        with pytest.warns(RenamedWarning):
            done = failure_signals(old, as_of=date(2021, 1, 1), neighbours=old)
        assert_frame_equal(done, failure_signals(new, as_of=date(2021, 1, 1), neighbours=new))
        assert "T" in done["signal"].tolist()

    def test_statements_take_them(self):
        folder = shipped("data") / "transit"
        stops = sp.read_stops(folder / "stations.csv").table
        new = read_openings(folder / "corridors.csv").table
        with pytest.warns(RenamedWarning, match="statements: 'said' is 'stated_as' now"):
            done = apply_openings(stops, new.rename(columns={"stated_as": "said"}), network_date="2026-10-02")
        assert_frame_equal(done, apply_openings(stops, new, network_date="2026-10-02"))

    def test_one_beside_its_new_name_is_another_column_and_left_alone(self):
        table = pd.DataFrame({"gs": [1], "weighted_signal": [2]})
        assert with_new_columns(table, "market_failure_signals", name="signals") is table

    def test_each_new_name_is_declared_and_no_old_one_is(self):
        for file, names in NAMES.columns.items():
            declared = STATEMENTS if file == "statements" else [c.name for c in load_declarations().columns(file)]
            assert set(names.values()) <= set(declared)
            assert not set(names) & set(declared)
            assert not set(names) & set(schema.SITES.names)


def test_each_parameter_has_its_new_name_and_no_longer_its_old_one():
    names = {row.name for file in parameter_files() for row in parameter_rows(file)}
    assert set(NAMES.parameters.values()) <= names
    assert not set(NAMES.parameters) & names
    assert load_parameters("price_surface").table("trees").number("learning_rate") == 0.05


def test_a_record_without_what_changed_stays_as_it_is():
    assert with_new_record({"title": "a"}) == {"title": "a"}


def test_the_page_of_renames_shows_the_table():
    lines = (ROOT / "docs" / "reference" / "renames.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| `") and not line.startswith("| `sp.")]
    assert rows == [
        *(f"| `{old}` | `{new}` |" for names in NAMES.columns.values() for old, new in names.items()),
        *(f"| `{old}` | `{old.rpartition('.')[0]}.{new}` |" for old, new in NAMES.project_keys.items()),
        *(f"| `{old}` | `{new}` |" for old, new in (NAMES.parameters | NAMES.record | NAMES.notebooks).items()),
    ]
