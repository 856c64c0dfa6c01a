"""Access alone: Newport's real streets, timetable and stops from files to cells; and what is refused."""

from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely

from siteprior import cli
from siteprior.core.errors import InputError, ProjectError
from siteprior.core.files import shipped
from siteprior.pipeline.access import measure_access
from siteprior.pipeline.grid import VARIANTS
from siteprior.project.load import load_project

NEWPORT = (330000, 186500, 332500, 189000)


@pytest.fixture(scope="module")
def newport(real):
    """The files of Newport: a real matching pair of timetable and streets, and its NaPTAN."""
    transit = real / "real" / "transit"
    return {
        "streets": real / "real" / "osm" / "newport-2023-06-13.osm.pbf",
        "timetables": [transit / "gtfs" / "newport-20230613_gtfs.zip"],
        "stops": [transit / f"naptan_{area}_stops_2026-07-21.csv.gz" for area in (531, 532, 533, 554)],
    }


@pytest.fixture(scope="module")
def measured(newport, tmp_path_factory):
    """Newport's centre measured, with three places explained, and written."""
    folder = tmp_path_factory.mktemp("newport")
    places = shapely.points([[330980, 188350], [331400, 187900], [331050, 187300]])
    points = folder / "places.gpkg"
    gpd.GeoDataFrame({"name": ["Station", "Riverfront", "Docks"]}, geometry=places, crs=27700).to_file(points)
    out = folder / "out"
    return measure_access(**newport, bounds=NEWPORT, points=points, out=out), out


def test_newport_runs_end_to_end(measured):
    done, out = measured
    assert {path.name for path in out.iterdir()} == {
        "access_grid.tif", "access.gpkg", "points.csv", "routes.csv", "stations.csv", "departures.csv", "issues.csv",
    }  # fmt: skip
    assert len(done.cells) == 25 * 25
    served = done.cells["access_index"] > 0
    assert 100 < served.sum() < 625
    assert done.timetables.service_date.weekday() < 5


def test_a_cell_holds_the_index_of_its_centre_and_the_routes_add_up(measured, newport, tmp_path):
    done, _ = measured
    assert done.points.index.tolist() == ["Station", "Riverfront", "Docks"]
    sums = done.routes.groupby("site_id")["contribution"].sum().reindex(done.points.index).fillna(0)
    assert np.allclose(sums, done.points["access_index"], atol=1e-12)
    best = done.cells["access_index"].idxmax()
    centre = tmp_path / "centre.gpkg"
    gpd.GeoDataFrame(geometry=[done.cells.geometry[best].centroid], crs=27700).to_file(centre)
    again = measure_access(**newport, bounds=NEWPORT, points=centre, cell_m=2500)
    assert again.points["access_index"].iloc[0] == pytest.approx(done.cells["access_index"][best], rel=1e-6)


def test_the_raster_opens_where_the_cells_are(measured):
    done, out = measured
    with rasterio.open(out / "access_grid.tif") as opened:
        assert opened.crs.to_epsg() == 27700
        assert opened.bounds == (330000, 186500, 332500, 189000)
        assert opened.descriptions == tuple(f"Access index, {variant}" for variant in VARIANTS)
        assert "OpenStreetMap" in json.dumps(opened.tags())
        first = opened.read(1)
    cell = done.cells["access_index"].idxmax()
    row = int((189000 - done.cells["northing"][cell] - 100) // 100)
    column = int((done.cells["easting"][cell] - 330000) // 100)
    assert first[row, column] == pytest.approx(done.cells["access_index"][cell])
    assert gpd.read_file(out / "access.gpkg", layer="access_grid").shape[0] == 625


def test_the_command_reports_what_it_did(newport, tmp_path, capsys):
    words = ["access", "--streets", str(newport["streets"]), "--timetables", str(newport["timetables"][0])]
    words += ["--bounds", *map(str, NEWPORT), "--cell", "500", "--date", "2023-06-14", "--quiet"]
    assert cli.main([*words, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "25 cells" in said
    assert "Wednesday 14 June 2023" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bounds": None}, "needs an area"),
        ({"bounds": (1, 2, 0, 3)}, "is no box"),
        ({"bounds": "abcd"}, "bounds: 'abcd' is no box; give west, south, east and north in metres"),
        ({"bounds": (1, 2, 3)}, "is no box"),
        ({"bounds": 5}, "bounds: 5 is no box"),
        ({"bounds": (1, 2, "3", 4)}, "is no box"),
        ({"bounds": (1, 2, float("nan"), 4)}, "is no box"),
        ({"bounds": (-1.9, 52.4, -1.8, 52.5)}, "are no metres on EPSG:27700, and look like degrees; give west"),
        ({"bounds": (52.4, -1.9, 52.5, -1.8)}, "look like degrees"),
        ({"bounds": (1, 2, 3, 4)}, "look like degrees"),
        ({"bounds": (-500, 280000, 1000, 281000)}, "are no metres on EPSG:27700; give .* from 0 to 700,000 east and 0"),
        ({"bounds": (400000, 1299000, 401000, 1300001)}, "are no metres on EPSG:27700; give"),
        ({"bounds": (400000, 280000, 401000, 281000)}, "newport-2023-06-13.osm.pbf"),
        ({"timetables": []}, "needs streets and timetables"),
        ({"cell_m": 0}, "cell_m: 0 is not a length"),
        ({"cell_m": -50}, "cell_m: -50 is not a length"),
        ({"cell_m": float("nan")}, "cell_m: nan is not a length"),
        ({"cell_m": "100"}, "cell_m: '100' is not a length"),
        ({"cell_m": 1e-3}, r"measured at most; the smallest width that is measured is \d+ m"),
        ({"bounds": (0, 0, 1e300, 1e300)}, "no metres on EPSG:27700"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(newport, change, words, tmp_path):
    with pytest.raises(InputError, match=words):
        measure_access(**{**newport, "bounds": NEWPORT, **change}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_too_many_cells_are_refused_before_anything_is_read(tmp_path):
    for options in ({"cell_m": 1}, {"cell_m": 0}):
        with pytest.raises(InputError, match="cell_m: "):
            measure_access(
                streets=tmp_path / "gone", timetables=[tmp_path / "gone"], bounds=(0, 0, 1e5, 1e5), **options
            )
    with pytest.raises(InputError, match="gone: there is no such file"):
        measure_access(streets=tmp_path / "gone", timetables=[tmp_path / "gone"], bounds=(0, 0, 1e5, 1e5))


def test_points_that_are_no_places_are_logged(newport, tmp_path):
    points = tmp_path / "points.geojson"
    west, south, east, north = NEWPORT
    middle = shapely.Point((west + east) / 2, (south + north) / 2)
    gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[middle, shapely.Point(0, 0)], crs=27700).to_file(points)
    done = measure_access(**newport, bounds=NEWPORT, points=points, cell_m=2500)
    assert done.points["access_index"].notna().tolist() == [True, False]
    assert done.issues["action"].str.startswith("no place: null island").sum() == 1


def test_a_damaged_feed_ends_in_one_line(newport, tmp_path, capsys):
    feed = tmp_path / "feed.zip"
    with zipfile.ZipFile(feed, "w") as archive:
        archive.writestr("../stops.txt", "stop_id\n1\n")
    words = ["access", "--streets", str(newport["streets"]), "--timetables", str(feed), "--quiet"]
    assert cli.main([*words, "--bounds", *map(str, NEWPORT), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("siteprior: ")
    assert "feed.zip" in said
    assert "Traceback" not in said


def test_a_project_gives_streets_timetables_and_area(tmp_path):
    project = load_project(shipped("data") / "demo.toml", data_root=shipped("data"))
    done = measure_access(project, cell_m=2000)
    assert done.points is None
    assert done.cells["access_index"].notna().any()
    assert set(done.stations["well_connected"].dropna()) <= {"yes", "no"}
    bare = project.model_copy(update={"sources": project.sources.model_copy(update={"timetables": ()})})
    with pytest.raises(ProjectError, match="lacks timetables"):
        measure_access(bare)


def test_departures_are_written_as_they_were_counted(measured):
    done, out = measured
    assert pd.read_csv(out / "departures.csv")["departures"].sum() == done.timetables.departures["departures"].sum()
