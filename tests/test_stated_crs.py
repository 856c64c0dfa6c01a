"""Every reader of vector files: the system stated goes first, parts of collections count, folders are read."""

from __future__ import annotations

import json

import geopandas as gpd
import networkx as nx
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import CRS
from siteprior.project.layer_checks import parse_layer
from siteprior.registers.coordinates.site_shapes import read_shapes
from siteprior.registers.own_sites import read_own_sites_with_shapes
from siteprior.registers.plain_header import plain_columns
from siteprior.sources.areas.boundaries import read_boundaries
from siteprior.sources.areas.lsoa import read_areas
from siteprior.sources.layers.area_tables import read_area_table
from siteprior.sources.layers.features import read_features
from siteprior.sources.streets.reader import network_from_graph, read_streets
from siteprior.sources.transit.corridors import read_corridor_lines

SQUARE = shapely.box(400000, 290000, 400100, 290100)
LINE = shapely.LineString([(400000, 290000), (400100, 290000)])
COLUMNS = {"code": "E01000001", "lad": "E08000025", "name": "Line 1", "ref": "A", "Ref": "A"}


def layer_of(path, crs):
    spec = {"name": "x", "path": "a", "kind": "vector", "measure": "share"} | ({"crs": crs} if crs else {})
    read = read_features(path, parse_layer(spec), file="a")
    return read.table.features, read.issues


def extent_of(path, crs):
    extent = {"path": "a"} | ({"crs": crs} if crs else {})
    spec = parse_layer({"name": "x", "path": "a", "kind": "vector", "measure": "share", "crs": CRS, "extent": extent})
    read = read_features(path, spec, file="a", extent=path)
    return gpd.GeoDataFrame(geometry=[read.table.extent], crs=CRS), read.issues


def lookup_of(path, crs):
    table = path.parent / "values.csv"
    table.write_text("code,v\nE02000001,1\n")
    look = {"path": "a", "to": "msoa"} | ({"crs": crs} if crs else {})
    spec = {
        "name": "x",
        "path": "b",
        "kind": "table",
        "measure": "value",
        "column": "v",
        "by": "msoa_code",
        "code": "code",
    }
    read = read_area_table(table, parse_layer(spec | {"lookup": look}), file="b", lookup=path)
    return read.table.features, read.issues


def own_of(path, crs):
    read, drawn = read_own_sites_with_shapes(path, columns={"reference": "ref"}, register="own", crs=crs)
    return drawn, read.issues


def table_of(read):
    return read.table, read.issues


AREAL = {
    "layer": layer_of,
    "extent of a layer": extent_of,
    "lookup of a table": lookup_of,
    "own sites": own_of,
    "shapes of sites": lambda path, crs: table_of(read_shapes(path, reference="ref", crs=crs)),
    "areas": lambda path, crs: table_of(read_areas(path, code="code", year=2021, crs=crs)),
    "boundaries": lambda path, crs: table_of(read_boundaries(path, code="lad", crs=crs)),
}


def streets_of(path, crs):
    read = read_streets(path, crs=crs)
    return gpd.GeoDataFrame(geometry=list(read.table.lines), crs=CRS), read.issues


LINEAR = {
    "streets": streets_of,
    "corridor lines": lambda path, crs: table_of(read_corridor_lines(path, name_column="name", crs=crs)),
}


def written(folder, shapes, name="a.geojson", crs=CRS):
    table = gpd.GeoDataFrame({**COLUMNS, "msoa": "E02000001"}, geometry=list(shapes), index=range(len(shapes)), crs=crs)
    if name.endswith(".geojson"):
        text = json.loads(table.drop(columns="Ref").to_json())
        text.pop("crs", None)
        (folder / name).write_text(json.dumps(text))
    else:
        table.drop(columns="Ref").to_file(folder / name)
    return folder / name


@pytest.mark.parametrize("reader", [*AREAL, *LINEAR])
def test_metres_in_a_geojson_that_declares_nothing(tmp_path, reader):
    read, shape = (AREAL[reader], SQUARE) if reader in AREAL else (LINEAR[reader], LINE)
    path = written(tmp_path, [shape])
    table, issues = read(path, CRS)
    assert table.total_bounds.tolist() == list(shape.bounds)
    assert not issues["field"].eq("crs").any()
    if reader != "extent of a layer":  # whose layer is stated to be in metres
        with pytest.raises(InputError, match="nothing in it lies in Great Britain"):
            read(path, None)


@pytest.mark.parametrize("reader", [*AREAL, *LINEAR])
def test_another_system_in_the_file_is_logged(tmp_path, reader):
    read, shape = (AREAL[reader], SQUARE) if reader in AREAL else (LINEAR[reader], LINE)
    path = written(tmp_path, [shape], "a.gpkg", crs="EPSG:3857")
    table, issues = read(path, CRS)
    assert table.total_bounds.tolist() == list(shape.bounds)
    logged = issues[issues["field"] == "crs"]
    assert logged["action"].unique().tolist() == [
        "read as EPSG:27700, which is stated for it, though the file itself declares EPSG:3857"
    ]


@pytest.mark.parametrize("reader", AREAL)
@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg"])
def test_the_polygons_of_a_collection_count(tmp_path, reader, name):
    path = written(tmp_path, [shapely.GeometryCollection([SQUARE, LINE, shapely.Point(1, 1)])], name)
    table, issues = AREAL[reader](path, CRS)
    assert table.area.tolist() == [10_000]
    assert table.total_bounds.tolist() == list(SQUARE.bounds)
    assert issues["action"].eq("its polygons taken, 2 other shapes in it left out").any()


@pytest.mark.parametrize("reader", LINEAR)
def test_the_lines_of_a_collection_count(tmp_path, reader):
    path = written(tmp_path, [shapely.GeometryCollection([SQUARE, LINE])])
    table, issues = LINEAR[reader](path, CRS)
    assert table.length.tolist() == [100]
    assert issues["action"].eq("its lines taken, 1 other shape in it left out").any()


@pytest.mark.parametrize("reader", [*AREAL, *LINEAR])
def test_a_file_geodatabase_is_read(tmp_path, reader):
    read, shape = (AREAL[reader], SQUARE) if reader in AREAL else (LINEAR[reader], LINE)
    table = gpd.GeoDataFrame({**COLUMNS, "msoa": "E02000001"}, geometry=[shape], index=[0], crs=CRS).drop(columns="Ref")
    table.to_file(tmp_path / "a.gdb", driver="OpenFileGDB", layer="all")
    assert read(tmp_path / "a.gdb", None)[0].total_bounds.tolist() == pytest.approx(list(shape.bounds), abs=1e-3)


@pytest.mark.parametrize("own", ["{'init': 'epsg:3857'}", "nonsense", None, "EPSG:27700"])
def test_a_graph_goes_by_the_system_stated(own):
    graph = nx.MultiDiGraph(**({} if own is None else {"crs": own}))
    graph.add_node(1, x=400000, y=290000)
    graph.add_node(2, x=400100, y=290000)
    graph.add_edge(1, 2)
    assert network_from_graph(graph, crs=CRS).edge_mm.tolist() == [100_000]
    if own == "nonsense":
        with pytest.raises(InputError, match="'nonsense' is not a coordinate system; state the right one with crs"):
            network_from_graph(graph)


def test_columns_of_own_sites_are_found_whatever_the_system(tmp_path):
    assert plain_columns(written(tmp_path, [SQUARE])).table["site_name"] == "name"
