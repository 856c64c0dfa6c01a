"""The project of all England: its lines have names, its areas and lines are GeoParquet, and it can be loaded."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.england import AREAS, named_lines, write_england
from siteprior.core.io.vector_files import vector_columns
from siteprior.project.load import load_project
from siteprior.sources.transit.corridors import read_corridor_lines


def test_lines_are_named_by_the_stations_at_their_ends_and_those_elsewhere_are_left_out():
    stations = gpd.GeoDataFrame(
        {"stop_name": ["Oak", "Ash", "Elm"]}, geometry=gpd.points_from_xy([0, 1000, 9000], [0] * 3)
    )
    shapes = [((0, 5), (990, 0)), ((1000, 9), (2, 0)), ((3, 0), (4, 9)), ((9000, 0), (8000, 0))]
    lines = gpd.GeoDataFrame({"id": range(4)}, geometry=[shapely.LineString(shape) for shape in shapes])
    areas = gpd.GeoDataFrame(geometry=[shapely.box(-10, -10, 500, 500)])
    assert named_lines(lines, stations, areas)["name"].tolist() == ["Ash to Oak", "Ash to Oak", "Oak"]


@pytest.fixture(scope="module")
def project(real, tmp_path_factory):
    return write_england(real, tmp_path_factory.mktemp("england"))


def test_the_lines_are_read_as_geoparquet_each_name_once(project):
    lines = read_corridor_lines(project.parent / "england_rail.parquet", name_column="name", kind="rail").table
    assert 500 < len(lines) < 1564
    assert lines.index.is_unique
    assert lines.index[0] < lines.index[-1]
    assert not pd.Series(lines.index).str.fullmatch(r"\d+").any()


def test_the_project_loads_with_every_file_there(real, project):
    loaded = load_project(project, data_root=real)
    loaded.refuse_missing()
    assert loaded.sources.areas.path == AREAS
    assert "LSOA21CD" in vector_columns(real / AREAS)
