"""OpenStreetMap files: what is read, what is told, and an independent reader of the same files."""

from __future__ import annotations

import bz2
import gzip
import re
import zipfile

import networkx as nx
import numpy as np
import pyogrio
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.schema import CRS
from siteprior.sources.streets.reader import network_from_graph, read_streets
from siteprior.sources.streets.walkable import WALKED, judge

NODES = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (200, 50), 5: (300, 50), 6: (100, 900), 7: (100, 950)}
STREET, STEPS = {"highway": "residential"}, {"highway": "steps"}
TOLERANCE_MM = 30  # degrees of seven decimals are a centimetre


def test_a_small_town(osm):
    path = osm(
        NODES,
        [
            ([1, 2, 3], STREET),
            ([3, 4], STEPS),
            ([4, 5], {"highway": "service", "access": "private"}),
            ([2, 6], {"highway": "motorway"}),
            ([6, 7], {"highway": "footway"}),
            ([1, 5], {"highway": "service", "access": "no"}),
            ([1, 7], {"building": "yes"}),
            ([1, 6], {"highway": "boulevard"}),
        ],
    )
    network, issues, (origin,) = read_streets(path, file="streets/town.osm")
    assert network.edge_mm == pytest.approx([200_000, 50_000, 50_000], abs=TOLERANCE_MM)
    assert network.steps.tolist() == [False, True, False]
    assert issues[["issue_type", "field", "value", "action"]].to_numpy().tolist() == [
        ["patch", "access", "1 ways: service 1", "left out: private"],
        ["patch", "access", "1 ways: service 1", "left out: closed to walkers"],
        ["patch", "highway", "1 ways: motorway 1", "left out: no street for walkers"],
        ["patch", "highway", "1 ways: boulevard 1", "left out: a class of street that is in no list"],
        ["unknown entity", "geometry", "2 islands", "kept: 16.7% of the length (0.1 km) has no way on foot to the "
         "largest island; no walk crosses between islands"],
    ]  # fmt: skip
    assert set(issues["file"]) == {"streets/town.osm"}
    assert (origin.file, origin.rows, origin.licence) == ("streets/town.osm", 3, "ODbL 1.0")
    assert (origin.bytes, origin.attribution) == (path.stat().st_size, "© OpenStreetMap contributors")


def test_private_ways_are_walked_when_asked(osm):
    path = osm(NODES, [([1, 2], STREET), ([2, 3], {"highway": "service", "access": "private"})])
    assert read_streets(path).table.edge_mm == pytest.approx([100_000], abs=TOLERANCE_MM)
    network, issues, _ = read_streets(path, private=True)
    assert network.edge_mm == pytest.approx([200_000], abs=TOLERANCE_MM)
    assert issues["action"].tolist() == ["walked: private"]


def test_ways_that_cross_without_a_shared_node_do_not_meet(osm):
    nodes = {1: (0, 0), 2: (100, 100), 3: (0, 100), 4: (100, 0), 5: (50, 50), 6: (50, 50)}
    bridge = read_streets(osm(nodes, [([1, 5, 2], STREET), ([3, 6, 4], STREET)])).table
    assert bridge.component.tolist().count(0) == 2
    junction = read_streets(osm(nodes, [([1, 5, 2], STREET), ([3, 5, 4], STREET)])).table
    assert len(junction.edge_mm) == 4


def test_two_nodes_in_one_place_joined_by_a_way_are_one(osm):
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 0), 4: (200, 0), 5: (100, 80), 6: (100, -80)}
    network = read_streets(osm(nodes, [([1, 2], STREET), ([2, 3], STREET), ([3, 4], STREET), ([2, 5], STREET),
                                       ([3, 6], STREET)])).table  # fmt: skip
    assert network.edge_mm == pytest.approx([100_000, 100_000, 80_000, 80_000], abs=TOLERANCE_MM)
    assert set(network.component.tolist()) == {0}


def test_a_square_is_walked_round(osm):
    square = ([2, 3, 4, 5, 2], {"highway": "pedestrian", "area": "yes"})
    network = read_streets(osm(NODES, [([1, 2], STREET), square])).table
    assert len(network.edge_mm) == 2
    assert shapely.length(network.lines).max() == pytest.approx(100 + 50 + 100 + np.hypot(200, 50), abs=0.05)


def test_a_node_that_is_not_in_the_file_cuts_its_way(osm):
    network, issues, _ = read_streets(osm(NODES, [([1, 2, 99, 3, 4], STREET)]))
    assert network.edge_mm == pytest.approx([100_000, 50_000], abs=TOLERANCE_MM)
    told = issues.iloc[0]
    assert (told["issue_type"], told["field"], told["value"]) == ("unknown entity", "nodes", "1 ways")
    assert told["action"] == "left out between 1 nodes that are not in the file"


@pytest.mark.parametrize("kind", ["osm.gz", "osm.bz2", "zip", "osm.pbf"])
def test_packed_files_are_the_same_streets(osm, tmp_path, kind):
    plain = osm(NODES, [([1, 2, 3], STREET), ([3, 4], STEPS)])
    path = tmp_path / f"packed.{kind}"
    if kind == "osm.pbf":
        import osmium

        with osmium.SimpleWriter(str(path)) as writer:
            for thing in osmium.FileProcessor(str(plain)):
                writer.add(thing)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.write(plain, "streets/town.osm")
        path = f"{path}!streets/town.osm"
    else:
        path.write_bytes({"osm.gz": gzip, "osm.bz2": bz2}[kind].compress(plain.read_bytes()))
    one, other = read_streets(plain).table, read_streets(path).table
    for name in one.__dataclass_fields__:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name


def test_broken_files_are_refused_in_words(osm, tmp_path, real):
    whole = (real / "real/osm/newport_small-osm.pbf").read_bytes()
    cases = {
        "cut.osm.pbf": (whole[: len(whole) * 2 // 3], "no whole OpenStreetMap file"),
        "noise.osm.pbf": (bytes(range(256)) * 8, "no whole OpenStreetMap file"),
        "empty.osm.pbf": (b"", "no whole OpenStreetMap file"),
        "empty.osm": (b"", "no whole OpenStreetMap file"),
        "cut.osm": (osm(NODES, [([1, 2], STREET)]).read_bytes()[:300], "no whole OpenStreetMap file"),
        "page.osm": (b"<html><body>not found</body></html>", "no whole OpenStreetMap file|holds no street"),
        "cut.osm.gz": (gzip.compress(whole)[:500], "no whole OpenStreetMap file"),
        "none.osm": (b"<osm version='0.6'></osm>", "holds no street a walker may use; give"),
    }
    for name, (data, says) in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=says) as caught:
            read_streets(tmp_path / name, file=name)
        assert str(caught.value).startswith(f"{name}: ")
    with pytest.raises(InputError, match=r"gone\.osm: there is no such file"):
        read_streets(tmp_path / "gone.osm", file="gone.osm")
    with pytest.raises(InputError, match="cannot be read"):
        read_streets(tmp_path)
    with pytest.raises(InputError, match="of its 1 ways none is open to walkers"):
        read_streets(osm(NODES, [([1, 2], {"highway": "motorway"})]))


def test_nodes_without_places_are_distinguished_from_streets_of_another_place(osm):
    with pytest.raises(InputError, match="holds the nodes before the ways, with positive numbers"):
        read_streets(osm({-1: (0, 0), -2: (100, 0)}, [([-1, -2], STREET)]))


@pytest.mark.parametrize(
    ("name", "ways", "steps"),
    [
        pytest.param(*expected(whole=("newport-2023-06-13.osm.pbf", 8440, 136),
                               of_slice=("newport-2023-06-13.osm.pbf", 2057, 38)), id="newport"),  # 40 ways, joined 38
        pytest.param("its-example.osm.pbf", 184, 9, id="leeds"),
    ],
)  # fmt: skip
def test_real_streets_are_those_an_independent_reader_draws(real, name, ways, steps):
    """GDAL's own reader of the format draws the same ways: their union is as long as the network, to a millimetre."""
    path = real / "real/osm" / name
    drawn = []
    for layer in ("lines", "multipolygons"):
        table = pyogrio.read_dataframe(path, layer=layer)
        told = table["other_tags"].astype(object)
        tags = [dict(re.findall(r'"([^"]+)"=>"([^"]*)"', text if isinstance(text, str) else "")) for text in told]
        if layer == "lines":
            for held, highway in zip(tags, table["highway"].astype(object), strict=True):
                held.update({"highway": highway} if isinstance(highway, str) else {})
        walked = np.array([judge(held) == WALKED if "highway" in held else False for held in tags])
        if layer == "multipolygons":  # a ring of a relation is no street
            walked &= table["osm_way_id"].notna().to_numpy()
        shapes = table.geometry[walked].to_crs(CRS)
        drawn.extend(shapely.get_parts((shapes if layer == "lines" else shapes.boundary).to_numpy()))
    network, _, (origin,) = read_streets(path)
    assert origin.rows == len(drawn) == ways
    union = shapely.union_all(np.array(drawn))
    assert shapely.length(network.lines).sum() == pytest.approx(union.length, abs=0.001)
    assert network.edge_mm.sum(dtype=np.int64) / 1000 == pytest.approx(union.length, abs=0.0005 * len(network.edge_mm))
    assert network.steps.sum() >= steps


def test_real_walks_are_those_of_osmnx(real, tmp_path):
    """An osmnx graph of the same ways has the same length, and the walks between the same places are as long."""
    import osmium
    import osmnx

    path = real / "real/osm/its-example.osm.pbf"
    plain = tmp_path / "walked.osm"
    with osmium.SimpleWriter(str(plain)) as writer:
        for thing in osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY):
            tags = dict(thing.tags)
            if thing.is_node():
                writer.add(thing.replace(tags={}))
            elif judge(tags) == WALKED:
                writer.add(thing.replace(tags={"highway": tags["highway"]}))
    raw = osmnx.graph_from_xml(plain, bidirectional=True, simplify=False, retain_all=True)
    simple = osmnx.simplify_graph(raw)
    network = read_streets(path).table
    for graph in (raw, simple):
        other = network_from_graph(graph)
        assert other.edge_mm.sum() == pytest.approx(network.edge_mm.sum(), abs=len(network.edge_mm))
        assert other.component.max() == network.component.max()
    # walks: networkx on the raw graph with every edge measured on the grid, against the network's own arcs
    metric = osmnx.project_graph(raw, to_crs=CRS)
    for u, v, told in metric.edges(data=True):
        told["m"] = np.hypot(*(metric.nodes[u][axis] - metric.nodes[v][axis] for axis in "xy"))
    at = {(round(told["x"], 3), round(told["y"], 3)): node for node, told in metric.nodes(data=True)}
    named = [at[key] for key in zip(network.x.round(3).tolist(), network.y.round(3).tolist(), strict=True)]
    tail = np.repeat(np.arange(len(network.x)), np.diff(network.arc_start))
    order = np.lexsort((-network.arc_mm, network.arc_node, tail))[::-1]
    _, one = np.unique(np.column_stack([tail, network.arc_node])[order], axis=0, return_index=True)
    arcs = order[one]
    shape = (len(named), len(named))
    matrix = coo_array((network.arc_mm[arcs] / 1000, (tail[arcs], network.arc_node[arcs])), shape=shape).tocsr()
    for start in range(0, len(named), 40):
        ours = dijkstra(matrix, indices=start)
        theirs = nx.single_source_dijkstra_path_length(metric, named[start], weight="m")
        assert ours == pytest.approx([theirs.get(node, np.inf) for node in named], abs=0.02)
