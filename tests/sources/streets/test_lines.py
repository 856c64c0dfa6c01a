"""Line layers: where lines meet, what columns say, and layers that are none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from siteprior.core.errors import InputError
from siteprior.core.schema import CRS
from siteprior.sources.streets.reader import read_streets

EAST, NORTH = 407000, 286000


def line(*spots):
    return shapely.linestrings([(EAST + x, NORTH + y) for x, y in spots])


@pytest.fixture
def layer(tmp_path):
    def write(shapes, crs=CRS, name="streets.gpkg", **columns):
        path = tmp_path / name
        gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS).to_crs(crs).to_file(path)
        return path

    return write


def lengths(network):
    return sorted(network.edge_mm.tolist())


def test_a_line_is_split_where_another_has_the_same_vertex(layer):
    network = read_streets(layer([line((0, 0), (100, 0), (250, 0)), line((100, 0), (100, 40))])).table
    assert lengths(network) == [40_000, 100_000, 150_000]
    assert network.component.tolist() == [0, 0, 0, 0]


def test_lines_that_cross_or_end_between_vertices_do_not_meet(layer):
    street = [line((0, 0), (200, 0)), line((200, 0), (200, 60)), line((200, 0), (260, 0))]
    bridge, stub = line((50, -50), (50, 50)), line((100, 0), (100, 40))
    network, issues, _ = read_streets(layer([*street, bridge, stub]))
    assert lengths(network) == [40_000, 60_000, 60_000, 100_000, 200_000]
    assert issues["value"].tolist() == ["3 islands"]
    assert issues["action"].iloc[0].startswith("kept: 30.4% of the length (0.1 km) has no way on foot")  # 140 of 460 m


def test_parts_and_heights_and_doubles(layer):
    parts = shapely.multilinestrings([line((0, 0), (100, 0)), line((100, 0), (100, 50))])
    high = shapely.linestrings([(EAST, NORTH, 10), (EAST + 100, NORTH, 90)])
    assert lengths(read_streets(layer([parts, high])).table) == [150_000]


def test_degrees_are_turned_into_metres(layer):
    shapes = [line((0, 0), (100, 0), (100, 50)), line((100, 0), (300, 0))]
    for name in ("streets.geojson", "streets.fgb"):
        network = read_streets(layer(shapes, crs="EPSG:4326", name=name)).table
        assert lengths(network) == pytest.approx([50_000, 100_000, 200_000], abs=30)


def test_columns_are_read_as_tags(layer):
    shapes = [line((0, 0), (10, 0)), line((20, 0), (40, 0)), line((50, 0), (80, 0)), line((90, 0), (130, 0))]
    path = layer(
        shapes, highway=["steps", "motorway", "Local Road", None], access=[None, None, None, "private"],
        steps=["no", None, "yes", None],
    )  # fmt: skip
    network, issues, (origin,) = read_streets(path)
    assert network.edge_mm.tolist() == [10_000, 30_000]  # private stays private where no class is stated, too
    assert network.steps.tolist() == [True, True]
    assert origin.rows == 2
    assert read_streets(path, private=True).table.edge_mm.tolist() == [10_000, 30_000, 40_000]
    assert issues[["field", "value", "action"]].to_numpy().tolist()[:3] == [
        ["access", "1 lines: (none) 1", "left out: private"],
        ["highway", "1 lines: motorway 1", "left out: no street for walkers"],
        ["highway", "1 lines: Local Road 1", "walked: a class of street that is in no list"],
    ]


def test_what_is_no_line_is_reported(layer):
    shapes = [line((0, 0), (10, 0)), shapely.points(EAST, NORTH), None]
    network, issues, _ = read_streets(layer(shapes))
    assert network.edge_mm.tolist() == [10_000]
    assert issues[["issue_type", "row", "value", "action"]].to_numpy().tolist() == [
        ["Unexpected geom type", 2, "Point", "left out: a street is a line"],
        ["missing value", 3, "", "left out: a street is a line"],
    ]


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_layers_that_are_no_streets_are_refused(layer, tmp_path):
    with pytest.raises(InputError, match="holds Point and no lines; give the layer with the streets' lines"):
        read_streets(layer([shapely.points(EAST, NORTH)]))
    with pytest.raises(InputError, match="by its columns highway no line is open to walkers"):
        read_streets(layer([line((0, 0), (10, 0))], highway=["motorway"]))
    degrees = gpd.GeoDataFrame(geometry=shapely.from_wkt(["LINESTRING (0.1 52.5, 0.11 52.5)"]))
    degrees.set_crs(CRS).to_file(tmp_path / "wrong.gpkg")
    with pytest.raises(
        InputError, match=r"says it is in metres, but its numbers .* are degrees; save it again as EPSG"
    ):
        read_streets(tmp_path / "wrong.gpkg")
    degrees.to_file(tmp_path / "bare.shp")
    with pytest.raises(InputError, match="has no coordinate system"):
        read_streets(tmp_path / "bare.shp")
    assert read_streets(tmp_path / "bare.shp", crs="EPSG:4326").table.edge_mm == pytest.approx([679_000], rel=0.01)
    metres = gpd.GeoDataFrame(geometry=[line((0, 0), (10, 0))])
    metres.set_crs("EPSG:4326").to_file(tmp_path / "metres.gpkg")
    with pytest.raises(InputError, match="nothing in it lies in Great Britain"):
        read_streets(tmp_path / "metres.gpkg")
    with pytest.raises(InputError, match="no street in it has a length"):
        read_streets(layer([shapely.linestrings([(EAST, NORTH), (EAST, NORTH)])], name="dot.gpkg"))


def test_the_walks_of_dickens_heath(real):
    """Sixteen routed walks: their union is the network, and each walk on it is as long as its own line."""
    folder = real / "real/osm/dickens_heath"
    network = read_streets(folder / "rnet-walk.geojson.gz").table
    drawn = gpd.read_file(f"/vsigzip/{folder / 'rnet-walk.geojson.gz'}").to_crs(CRS)
    assert network.edge_mm.sum() / 1000 == pytest.approx(drawn.length.sum(), abs=0.0005 * len(drawn))
    network = read_streets(folder / "routes-walk.geojson.gz").table
    routes = gpd.read_file(f"/vsigzip/{folder / 'routes-walk.geojson.gz'}").to_crs(CRS)
    tail = np.repeat(np.arange(len(network.x)), np.diff(network.arc_start))
    matrix = coo_array((network.arc_mm / 1000, (tail, network.arc_node)), shape=(len(network.x),) * 2).tocsr()
    between, edges = dijkstra(matrix), network.lines

    def legs(point):
        """Return the edge a point lies on, and how far along it lies from either end."""
        gaps = shapely.distance(edges, point)
        assert gaps.min() < 0.001
        edge = int(gaps.argmin())
        along = shapely.line_locate_point(edges[edge], point)
        ends = ((network.edge_from[edge], along), (network.edge_to[edge], edges[edge].length - along))
        return edge, along, ends

    walks = []
    for route in routes.geometry:
        (one, here, starts), (other, there, goals) = (legs(shapely.get_point(route, at)) for at in (0, -1))
        ways = [m + between[a, b] + n for a, m in starts for b, n in goals]
        walks.append(min(ways + ([abs(here - there)] if one == other else [])))
    walks, long = np.array(walks), shapely.length(routes.geometry.to_numpy())
    assert len(walks) == 16
    assert (walks <= long + 0.02).all()
    assert walks == pytest.approx(long, abs=0.02)
    # the router's own distances: 0.13% shorter, it measures on another ellipsoid or between fewer vertices
    over = walks / routes["distance"].to_numpy() - 1
    assert over.mean() == pytest.approx(0.0013, abs=0.0001)
    assert (np.abs(over) < 0.002).all()
