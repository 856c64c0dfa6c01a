"""Whatever ``run`` refuses ``check`` finds, of all inputs in one go, and still writes what it could read."""

from __future__ import annotations

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.small import LAYER, small_project, small_text
from siteprior import cli
from siteprior.core.errors import InputError, OutputError, ProjectError, SitePriorError
from siteprior.core.files import shipped
from siteprior.pipeline import stages
from siteprior.pipeline.find_faults import NEEDED
from siteprior.pipeline.run import check, find_all_faults, run
from siteprior.project.load import load_project
from siteprior.project.model import Sources

QUICK = "[publish]\nnotebooks = []\nstrips = 0\n"


@pytest.fixture
def project(tmp_path):
    """Write a small project, spoilt as asked, and load it."""

    def write(*changes, sources=(), append=""):
        return small_project(tmp_path, *changes, sources=sources, append=append + QUICK)

    return write


def written(folder, name, text):
    """Write a file beside the project and return its path as TOML has it."""
    (folder / name).write_text(text, encoding="utf-8")
    return (folder / name).as_posix()


def far_layer(folder):
    """Write a layer of polygons of another county."""
    square = gpd.GeoDataFrame(geometry=[shapely.box(5e5, 2e5, 5.1e5, 2.1e5)], crs=27700)
    square.to_file(folder / "far.gpkg")
    return (folder / "far.gpkg").as_posix()


SCENARIO = '\n[[scenarios]]\nname = "Opening"\n'
SPOILT = {
    "a register that is none": lambda at: ([("sites/dudley.csv", written(at, "r.csv", "a,b\n1,2\n"))], {}),
    "a missing file": lambda at: ([("sites/dudley.csv", "sites/nowhere.csv")], {}),
    "a register without a site": lambda at: (
        [("sites/dudley.csv", written(at, "r.csv", "SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\n"))], {},
    ),
    "own sites without a place": lambda at: (
        [("stops =", f'own_sites = ["{written(at, "mine.csv", NO_PLACE)}"]\nstops =')], {},
    ),
    "areas without that column": lambda at: ([('code = "LSOA21CD"', 'code = "LSOACD"')], {}),
    "deprivation of another edition": lambda at: ([("edition = 2025", "edition = 2019")], {}),
    "stops that are none": lambda at: ([("transit/naptan.csv", "sites/dudley.csv")], {}),
    "corridors that are none": lambda at: ([("transit/corridors.csv", "sites/dudley.csv")], {}),
    "a corridor that no file has": lambda at: ([("[shortlist]", 'only = ["Camp Hil line"]\n[shortlist]')], {}),
    "lines without a stop": lambda at: (
        [("transit/corridors.csv", written(at, "lines.geojson", json.dumps(FAR_LINE)))], {},
    ),
    "a layer of another place": lambda at: (
        [], {"append": f'\n[[layers]]\nname = "far"\npath = "{far_layer(at)}"\nkind = "vector"\nmeasure = "share"\n'},
    ),
    "a layer without that column": lambda at: ([], {"append": LAYER.replace("fuel poor", "fuel rich")}),
    "a layer of another census": lambda at: ([], {"append": LAYER.replace("year = 2021", "year = 2011")}),
    "a scenario's unknown stop": lambda at: ([], {"append": f'{SCENARIO}open = ["Metro Line 22"]\n'}),
    "a scenario's cut without timetables": lambda at: (
        [], {"append": f'{SCENARIO}cut = [{{corridor = "Snow Hill-Stourbridge line", share = 0.5}}]\n'},
    ),
    "postcodes that are none": lambda at: (
        [("market/codepoint.csv", "sites/dudley.csv")], {"sources": ("postcodes", "sales")},
    ),
    "sales that are none": lambda at: (
        [("sales.csv", "areas.geojson")], {"sources": ("postcodes", "sales")},
    ),
    "streets that are none": lambda at: (
        [("transit/streets.geojson.gz", "sites/dudley.csv")], {"sources": ("streets",)},
    ),
    "timetables that are none": lambda at: (
        [("transit/timetable.zip", "sites/dudley.csv")], {"sources": ("timetables",)},
    ),
    "a district that is misspelt": lambda at: (
        [("year = 2021}", 'year = 2021, districts = ["Dudly"]}')], {},
    ),
    "a weight on what is not measured": lambda at: ([], {"append": "\n[weights]\naccess_index = 1\n"}),
    "more cells than are measured": lambda at: (
        [], {"append": "\n[access]\ngrid = true\ncell_m = 0.01\n", "sources": ("streets", "timetables")},
    ),
    "cells wider than the area": lambda at: (
        [], {"append": "\n[access]\ngrid = true\ncell_m = 900000\n", "sources": ("streets", "timetables")},
    ),
}  # fmt: skip
"""What is done to a project so that a run refuses it: changes of its text, and what it has beside."""

NO_PLACE = "Ref,Owner,Size\nA,B,1\n"

FAR_LINE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "Line 1"},
            "geometry": {"type": "LineString", "coordinates": [[-1.0, 51.5], [-0.9, 51.5]]},
        }
    ],
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_check_refuses_what_run_refuses_and_writes_the_issues(spoil, project, tmp_path):
    changes, more = SPOILT[spoil](tmp_path)
    spoilt = project(*changes, **more)
    with pytest.raises(SitePriorError) as refused:
        run(spoilt, out=tmp_path / "run")
    with pytest.raises(SitePriorError) as found:
        check(spoilt, out=tmp_path / "check")
    assert set(refused.value.faults) <= set(found.value.faults)
    assert len(found.value.faults) == 1
    assert re.match(rf"{re.escape(str(spoilt.file))}(:\d+)?: ", found.value.faults[0])
    assert not (tmp_path / "run").exists()
    assert (tmp_path / "check" / "issues.csv").is_file()


def test_a_project_that_runs_is_not_refused(project, tmp_path):
    done = find_all_faults(project(append=LAYER), out=tmp_path / "out")
    assert done.faults.sentences == ()
    assert done.left_out == ()
    assert done.start_with == "audit.html"
    assert (tmp_path / "out" / "audit.html").is_file()


def test_faults_of_many_inputs_are_found_at_once(project, tmp_path):
    spoilt = project(
        ("transit/naptan.csv", "sites/nowhere.csv"), ("transit/corridors.csv", "sites/coventry.xlsx"),
        ("sites/dudley.csv", written(tmp_path, "r.csv", "a,b\n1,2\n")),
        append=LAYER.replace("fuel poor", "fuel rich"),
    )  # fmt: skip
    done = find_all_faults(spoilt, out=tmp_path / "out")
    assert len(done.faults.sentences) == 4
    for word in ("nowhere.csv", "coventry.xlsx", "r.csv", "fuel_poverty.csv"):
        assert sum(word in text for text in done.faults.sentences) == 1
    assert done.left_out == ()
    assert done.start_with == str(spoilt.file)  # no other file of it says anything


def test_the_command_says_what_to_open_and_the_faults_last(project, tmp_path, capsys, monkeypatch):
    spoilt = project(append=f'{SCENARIO}open = ["Metro Line 22"]\n')
    words = ["check", str(spoilt.file), "--out", str(tmp_path / "out"), "--quiet"]
    text = spoilt.file.read_text(encoding="utf-8")
    spoilt.file.write_text(text.replace("[project]\n", f'[project]\ndata_root = "{shipped("data").as_posix()}"\n'))
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    assert cli.main(words) == 1
    printed = capsys.readouterr()
    assert f"Written to {tmp_path / 'out'}: start with audit.html; issues.csv lists" in printed.out
    assert "would refuse this project: 1 fault, see below" in printed.out
    assert printed.err.count("\n") == 1
    assert "Metro Line 22" in printed.err


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(project, tmp_path):
    (tmp_path / "file").write_text("no folder")
    for job in (run, check):
        with pytest.raises(OutputError, match="cannot be written"):
            job(project(), out=tmp_path / "file" / "out")


def test_where_several_files_are_not_there_it_says_which_a_run_cannot_do_without(project, tmp_path):
    one = find_all_faults(project(("sites/dudley.csv", "sites/nowhere.csv")), out=tmp_path / "one")
    assert one.not_there == 1
    assert NEEDED not in " ".join(one.summary)
    two = project(("sites/dudley.csv", "sites/nowhere.csv"), ("transit/corridors.csv", "transit/nowhere.csv"))
    done = find_all_faults(two, out=tmp_path / "two")
    assert f"2 of the files it names are not there. {NEEDED}" in done.summary
    gone = load_project(two.file, data_root=tmp_path / "nowhere")
    assert find_all_faults(gone, out=tmp_path / "three").not_there > 2  # all of them, behind one fault of the folder
    for name, field in Sources.model_fields.items():
        if field.is_required():
            assert name in NEEDED


def test_a_timetable_that_is_not_there_is_the_only_fault_of_what_rests_on_it(project, tmp_path):
    cut = project(
        ("transit/timetable.zip", "transit/nothing.zip"), sources=("streets", "timetables"),
        append=f'\n[weights]\naccess_index = 1\n{SCENARIO}cut = [{{route = "1", share = 0.5}}]\n',
    )  # fmt: skip
    with pytest.raises(SitePriorError) as caught:
        check(cut, out=tmp_path / "out")
    named(caught.value.faults, "transit/nothing.zip: there is no such file")


def test_no_corridor_in_reach_is_stated_and_refuses_nothing(project, tmp_path):
    far = project(
        ("transit/corridors.csv", written(tmp_path, "far.csv", FAR_STOPS)),
    )  # fmt: skip
    with pytest.warns(UserWarning, match="no site has a walk to a counted stop of a corridor"):
        issues = check(far, out=tmp_path / "out")
    assert isinstance(issues, pd.DataFrame)


FAR_STOPS = (
    "corridor,kind,order,stop_name,easting,northing,state\n"
    "Line 1,metro,1,A,500000,200000,planned\nLine 1,metro,2,B,501000,200000,planned\n"
)


def named(faults, *words):
    """Assert that each fault is named once, and no other is."""
    assert [sum(word in text for text in faults) for word in words] == [1] * len(words), faults
    assert len(faults) == len(words), faults


def far(at):
    return f'\n[[layers]]\nname = "far"\npath = "{far_layer(at)}"\nkind = "vector"\nmeasure = "share"\n'


def column(at):
    return LAYER.replace("fuel poor", "fuel rich")


def census(at):
    return LAYER.replace("year = 2021", "year = 2011").replace('"fuel_poverty"', '"of_2011"')


NONE = "a,b\n1,2\n"
TOGETHER = {
    "what is read": (
        [("sites/dudley.csv", "register.csv"), ("transit/naptan.csv", "stops.csv"), ('"LSOA21CD"', '"LSOACD"'),
         ("[shortlist]", 'only = ["Camp Hil line"]\n[shortlist]'), ("market/codepoint.csv", "postcodes.csv"),
         ("transit/streets.geojson.gz", "streets.csv"), ("transit/timetable.zip", "feed.csv"),
         ("sales.csv", "sales_of_none.csv"), ("sites/public_estate.csv", "estate.csv")],
        (far, column, census), ("own_sites", "streets", "timetables", "postcodes", "sales"),
        ("register.csv", "stops.csv", "LSOACD", "Camp Hil line", "postcodes.csv", "streets.csv", "feed.csv",
         "sales_of_none.csv", "estate.csv", "'far'", "fuel rich", "of 2011, but 357"),
    ),
    "what is joined": (
        [("sites/dudley.csv", "empty.csv"), ("edition = 2025", "edition = 2019"),
         ("transit/corridors.csv", "corridors.csv"), ("transit/streets.geojson.gz", "streets.csv")],
        (far, column, census), ("streets", "postcodes"),
        ("empty.csv", "edition", "corridors.csv", "streets.csv", "'far'", "fuel rich", "of 2011, but 357"),
    ),
    "what is supposed": (
        [("sites/dudley.csv", "sites/dudly.csv"), ("LADCD_ACTIVE", "LADCD"), ("sales.csv", "sales_of_none.csv")],
        (lambda at: f'{SCENARIO}open = ["Metro Line 22"]\n',
         lambda at: '\n[[scenarios]]\nname = "Cuts"\ncut = [{corridor = "Snow Hill-Stourbridge line", share = 0.5}]\n',
         column, lambda at: "\n[weights]\naccess_index = 1\n"),
        ("postcodes", "sales"),
        ("sites/dudly.csv", "LADCD", "sales_of_none.csv", "Metro Line 22", "no service can be cut", "fuel rich",
         "access_index"),
    ),
}  # fmt: skip
"""Faults that are made at once: what one of them hid from the check would not be named, whichever pair it is of."""


@pytest.mark.parametrize("which", TOGETHER)
def test_no_fault_hides_another(which, project, tmp_path):
    changes, appended, sources, words = TOGETHER[which]
    for name in ("register", "stops", "postcodes", "streets", "feed", "sales_of_none", "corridors", "estate"):
        written(tmp_path, f"{name}.csv", NONE)
    written(tmp_path, "empty.csv", "SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\n")
    spoilt = project(*changes, sources=sources, append="".join(each(tmp_path) for each in appended))
    done = find_all_faults(spoilt, out=tmp_path / "out")
    named(done.faults.sentences, *words)
    assert done.notices == ()


def test_ten_faults_of_the_file_the_paths_the_data_and_the_appraisal_are_named_in_one_go(project, tmp_path):
    text = small_text(tmp_path, sources=("openings",), append=column(tmp_path) + far(tmp_path) + QUICK)
    for old, new in (
        ("illustrative = true", 'illustrative = "yes"'),
        ("[shortlist]", "[weights]\ncapcity = 1\naccess_index = 2\ndepprivation = 1\n[shortlst]"),
        ("sites/dudley.csv", "sites/dudly.csv"),
        ("stops = [", "stopps = ["),
        ("deprivation/iod2025.csv", "deprivation/iod25.csv"),
        ("transit/corridors.csv", written(tmp_path, "corridors.csv", NONE)),
        ("year = 2021}", 'year = 2021, districts = ["Dudly"]}'),
    ):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "project.toml"
    path.write_text(text.replace("[project]\n", f'[project]\ndata_root = "{shipped("data").as_posix()}"\n'))
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("SITEPRIOR_DATA_ROOT", raising=False)
        done = find_all_faults(path, out=tmp_path / "out")
    named(
        done.faults.sentences,
        "illustrative: needs true or false", "criterion 'capcity'", "criterion 'depprivation'", "'shortlst'",
        "'stopps'",
        "did you mean 'sites/dudley.csv'", "did you mean 'deprivation/iod2025.csv'", "[corridors] paths[1]",
        "[sources] openings[1]", "unknown district 'Dudly'", "fuel rich", "'far' lies elsewhere",
        "needs the columns access_index",
    )  # fmt: skip
    lines = text.splitlines()
    for fault in done.faults.sentences[:-1]:
        line = int(re.match(rf"{re.escape(str(path))}:(\d+): ", fault)[1])
        assert 1 <= line <= len(lines) + 1


def test_every_stage_of_a_run_is_tried(project, tmp_path, monkeypatch):
    tried, real = [], stages._run_stage

    def recorded(stage, result, progress):
        tried.append(stage.name)
        return real(stage, result, progress)

    monkeypatch.setattr(stages, "_run_stage", recorded)
    everything = project(sources=("own_sites", "openings", "postcodes", "sales"), append=LAYER)
    done = find_all_faults(everything, out=tmp_path / "out")
    assert done.faults.sentences == ()
    missed = {stage.name: stage.adds for stage in stages.STAGES if stage.name not in tried}
    assert missed == {"Measure the access grid": ("access_grids", "access_cells")}  # its cells are tried by themselves


def test_what_only_a_later_stage_refuses_is_found_and_what_follows_it_too(project, tmp_path, monkeypatch):
    late = [
        stage for stage in stages.STAGES
        if stage.part in ("appraise", "rank") and not {"sites", "opportunities"} & set(stage.needs)
    ]  # fmt: skip

    def refuse(stage, result, progress):
        if stage in late:
            raise InputError(f"refused by {stage.name}")
        return real(stage, result, progress)

    real = stages._run_stage
    monkeypatch.setattr(stages, "_run_stage", refuse)
    done = find_all_faults(project(), out=tmp_path / "out")
    named(done.faults.sentences, *(f"refused by {stage.name}" for stage in late))


class TestWhatIsWritten:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)

    def rooted(self, spoilt):
        text = spoilt.file.read_text(encoding="utf-8")
        spoilt.file.write_text(text.replace("[project]\n", f'[project]\ndata_root = "{shipped("data").as_posix()}"\n'))
        return str(spoilt.file)

    def test_a_project_of_which_nothing_can_be_read_leaves_no_folder_and_no_word_of_what_is_not_there(
        self, project, tmp_path, capsys
    ):
        path = self.rooted(project())
        (tmp_path / "project.toml").write_text(
            (tmp_path / "project.toml").read_text().replace(shipped("data").as_posix(), "nowhere")
        )
        assert cli.main(["check", path, "--quiet"]) == 1
        printed = capsys.readouterr()
        assert not (tmp_path / "outputs").exists()
        none, refused, lacking = printed.out.splitlines()
        assert none == "No file could be read."
        assert lacking.startswith("5 of the files it names are not there. A run cannot do without registers")
        assert refused == f"`siteprior run` would refuse this project: 1 fault, see below. Mend {path} and its files."
        assert printed.err.startswith(f"siteprior: {path}:2: data_root: there is no folder")

    def test_a_check_has_a_folder_of_its_own_and_the_folder_of_a_run_is_refused(self, project, tmp_path, capsys):
        path = self.rooted(project())
        earlier = tmp_path / "outputs" / "project-2026-01-31"
        earlier.mkdir(parents=True)
        for name in ("run.json", "issues.csv"):
            (earlier / name).write_text("of the run")
        assert cli.main(["check", path, "--quiet"]) == 0
        assert "outputs/project-2026-01-31-check: start with audit.html" in capsys.readouterr().out
        assert {each.name for each in (tmp_path / "outputs").iterdir()} == {
            "project-2026-01-31", "project-2026-01-31-check"
        }  # fmt: skip
        assert cli.main(["check", path, "--quiet", "--out", str(earlier)]) == 1
        assert "holds a run, whose issues.csv a check would replace" in capsys.readouterr().err
        assert (earlier / "issues.csv").read_text() == "of the run"


def test_a_weight_on_a_layer_that_is_refused_adds_no_fault(project, tmp_path):
    spoilt = project(append=LAYER.replace("fuel_poverty.csv", "fuel_povert.csv") + "[weights]\nfuel_poverty = 1\n")
    faults = find_all_faults(spoilt, out=tmp_path / "out").faults.sentences
    assert len(faults) == 1
    assert "fuel_povert.csv: there is no such file" in faults[0]


def test_a_check_of_a_project_without_a_day_names_its_folder_without_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SITEPRIOR_DATA_ROOT", raising=False)
    text = small_text(tmp_path, append=QUICK).replace("as_of = 2026-01-31", 'as_of = "31/1/2026"')
    (tmp_path / "p.toml").write_text(f'{text}\n'.replace("[project]", '[project]\ndata_root = "DATA"').replace(
        "DATA", shipped("data").as_posix()), encoding="utf-8")  # fmt: skip
    with pytest.raises(ProjectError, match="as_of"):
        check("p.toml")
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["p-check"]
