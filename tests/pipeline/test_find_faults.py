"""Whatever ``run`` refuses ``check`` finds, of all inputs in one go, and still writes what it could read."""

from __future__ import annotations

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.small import LAYER, small_text
from siteprior import cli
from siteprior.core.errors import OutputError, SitePriorError
from siteprior.core.files import shipped
from siteprior.pipeline.run import check, find_all_faults, run
from siteprior.project.load import load_project

QUICK = "[publish]\nnotebooks = []\nstrips = 0\n"


@pytest.fixture
def project(tmp_path):
    """Write a small project, spoilt as asked, and load it."""

    def write(*changes, sources=(), append=""):
        text = small_text(tmp_path, sources=sources, append=append + QUICK)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "project.toml"
        path.write_text(text, encoding="utf-8")
        return load_project(path, data_root=shipped("data"))

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
    assert "Find each site's area" in done.left_out
    assert done.start_with == "issues.csv"


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
