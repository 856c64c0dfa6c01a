"""`siteprior access --walks`: the surface of walks of a project, or of files; and what is refused."""

from __future__ import annotations

import pytest
import rasterio

from siteprior import cli
from siteprior.core.errors import InputError, OutputError
from siteprior.core.files import shipped
from siteprior.joins.access.walk_surface import FARTHER, NOT_KNOWN
from siteprior.pipeline.walk_surface import measure_walks

TRANSIT = shipped("data") / "transit"
BOUNDS = (405_000, 285_000, 409_000, 288_000)


def test_files_and_bounds_come_to_a_raster(tmp_path):
    done = measure_walks(stops=[TRANSIT / "naptan.csv"], bounds=BOUNDS, out=tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"walks.tif", "issues.csv"}
    with rasterio.open(done.file) as raster:
        metres = raster.read()
        assert raster.bounds == BOUNDS
        assert raster.descriptions == ("Walk to the nearest rail or metro stop", "Walk to the nearest bus stop")
        assert raster.tags()["walk_basis"] == "straight-line"
        assert raster.tags()[f"code_{FARTHER}"] == "farther than 960 m"
    assert done.bands["cells"].tolist() == [1200, 1200]
    assert done.bands["within"].tolist() == [(band <= 960).sum() for band in metres]
    assert done.bands["farther"].tolist() == [(band == FARTHER).sum() for band in metres]
    assert done.bands[["within", "farther", "not_known"]].sum(axis=1).eq(1200).all()
    assert 0 < done.bands["within"].iloc[0] < 1200


def test_over_streets_no_walk_is_shorter_than_its_line(tmp_path):
    given = {"stops": [TRANSIT / "naptan.csv"], "bounds": BOUNDS}
    line = measure_walks(**given, out=tmp_path / "line").file
    streets = measure_walks(**given, streets=TRANSIT / "streets.geojson.gz", out=tmp_path / "streets").file
    with rasterio.open(line) as one, rasterio.open(streets) as two:
        by_line, by_streets = one.read().astype(float), two.read().astype(float)
        assert two.tags()["walk_basis"] == "network"
    measured = (by_streets <= 960) & (by_line <= 960)
    assert measured.any()
    # by line it is times 1.3; over streets a walk may run straight
    assert (by_streets[measured] >= by_line[measured] / 1.3 - 1).all()
    assert (by_streets == NOT_KNOWN).sum() >= (by_line == NOT_KNOWN).sum()


def test_the_demo_is_measured_over_its_area_from_the_command_line(tmp_path, capsys):
    project = str(shipped("data") / "demo.toml")
    assert cli.main(["access", project, "--walks", "--cell", "400", "--out", str(tmp_path / "o"), "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "rail or metro" in shown
    assert "walks.tif opens in QGIS" in shown
    with rasterio.open(tmp_path / "o" / "walks.tif") as raster:
        metres = raster.read()
        assert raster.transform.a == 400
        assert "TIFFTAG_DATETIME" in raster.tags()
    assert (metres == NOT_KNOWN).any()
    assert (metres < FARTHER).any()


def test_what_is_lacking_is_named(tmp_path):
    for given, words in [
        ({}, "needs stops and an area"),
        ({"stops": [TRANSIT / "naptan.csv"]}, "needs stops and an area"),
        ({"stops": [TRANSIT / "naptan.csv"], "bounds": (1, 2)}, "is no box"),
        ({"stops": [TRANSIT / "naptan.csv"], "bounds": (-1.9, 52.4, -1.8, 52.5)}, "look like degrees"),
        ({"stops": [TRANSIT / "naptan.csv"], "bounds": (1, 2, 3, 4)}, "look like degrees"),
        ({"stops": [TRANSIT / "naptan.csv"], "bounds": BOUNDS, "cell_m": 0.01}, "are measured at most"),
        ({"stops": [TRANSIT / "naptan.csv"], "bounds": BOUNDS, "cell_m": 0}, "cell_m: 0 is not a length"),
    ]:
        with pytest.raises(InputError, match=words):
            measure_walks(**given, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_folder_of_a_run_is_refused_with_every_other_fault_of_the_call(tmp_path):
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "issues.csv").write_text("of the run")
    given = {"stops": [TRANSIT / "naptan.csv"], "bounds": BOUNDS}
    with pytest.raises(OutputError, match=r"holds a run, whose issues\.csv"):
        measure_walks(**given, out=tmp_path)
    for out, words in [(None, "out: needs the path of a folder, got None"), (" ", "out: ' ' is no path")]:
        with pytest.raises(InputError, match=words) as raised:
            measure_walks(**given, out=out, cluster=3, cell_m=-1)
        assert len(raised.value.faults) == 3
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "run.json": "{}", "issues.csv": "of the run",
    }  # fmt: skip


def test_walks_take_no_timetables(tmp_path, capsys):
    words = ["access", "--walks", "--stops", "a.csv", "--timetables", "t.zip", "--out", str(tmp_path / "out")]
    assert cli.main(words) == 2
    assert "no --timetables" in capsys.readouterr().err
