"""GeoPackages of a result for the program the project names, and the QGIS project beside them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.core.files import shipped
from siteprior.pipeline.packages import published_as, write_package, write_qgis_project
from siteprior.pipeline.registered import load_project


def result(**publish):
    """Return what these functions ask of a result."""
    head = SimpleNamespace(as_of=date(2026, 1, 31), illustrative=False, title="Sites")
    asked = SimpleNamespace(**{"gis": "qgis", "geoparquet": False, **publish})
    return SimpleNamespace(project=SimpleNamespace(project=head, publish=asked), record={"title": "Sites"})


STOPS = gpd.GeoDataFrame(
    {"mode": ["rail"], "day": pd.to_datetime(["2020-01-02"])}, geometry=gpd.points_from_xy([4e5], [3e5]), crs=27700
)


def kinds(path):
    with closing(sqlite3.connect(path)) as database:
        return dict(database.execute("SELECT name, type FROM pragma_table_info('stops')").fetchall())


@pytest.mark.parametrize(("gis", "mode", "day"), [("qgis", "TEXT", "DATE"), ("arcgis", "TEXT", "TEXT"),
                                                  ("mapinfo", "TEXT(254)", "DATE")])  # fmt: skip
def test_the_file_is_for_the_program_the_project_names(tmp_path, gis, mode, day):
    done = result(gis=gis)
    write_package(done, tmp_path / "shortlist.gpkg", {"stops": STOPS}, {})
    write_qgis_project(done, tmp_path)
    found = kinds(tmp_path / "shortlist.gpkg")
    assert (found["mode"], found["day"]) == (mode, day)
    assert (tmp_path / "siteprior.qgz").is_file() == (gis == "qgis")
    assert not (tmp_path / "geoparquet").exists()


def test_layers_are_geoparquet_too_where_the_project_asks_for_it(tmp_path):
    write_package(result(geoparquet=True), tmp_path / "shortlist.gpkg", {"stops": STOPS}, {})
    assert [path.name for path in (tmp_path / "geoparquet").iterdir()] == ["stops.parquet"]


@pytest.fixture(scope="module")
def project():
    return load_project(shipped("data") / "demo.toml")


def test_what_is_stated_goes_before_the_project_and_what_is_not_stays(project):
    assert published_as(project) is project
    other = published_as(project, gis="mapinfo", geoparquet=True)
    assert (other.publish.gis, other.publish.geoparquet) == ("mapinfo", True)
    assert other.publish.notebooks == project.publish.notebooks
    assert (project.publish.gis, project.publish.geoparquet) == ("qgis", False)
    assert published_as(other, geoparquet=False).publish.gis == "mapinfo"


def test_all_faults_at_once(project):
    with pytest.raises(InputError) as refused:
        published_as(project, gis="QGIS", geoparquet="yes")
    first, second = refused.value.faults
    assert first.startswith("unknown gis 'QGIS'")
    assert second == "geoparquet: needs True or False, not 'yes'"
