"""Graphs in memory and in GraphML."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import CRS
from siteprior.sources.streets.reader import network_from_graph, read_streets

EAST, NORTH = 407000, 286000
SPOTS = {"a": (0, 0), "b": (100, 0), "c": (100, 50), "d": (400, 50)}


def graph(*edges, kind=nx.MultiDiGraph, **facts):
    made = kind(**({"crs": CRS} | facts))
    for name, (x, y) in SPOTS.items():
        made.add_node(name, x=EAST + x, y=NORTH + y)
    for u, v, told in edges:
        made.add_edge(u, v, **told)
    return made


def bend(*spots):
    return shapely.linestrings([(EAST + x, NORTH + y) for x, y in spots])


def test_both_directions_of_a_street_are_one_edge():
    curve = bend((100, 0), (180, 60), (100, 120), (100, 50))
    network = network_from_graph(
        graph(
            ("a", "b", {}), ("b", "a", {}),
            ("b", "c", {"geometry": curve}), ("c", "b", {"geometry": curve.reverse()}),
            ("b", "c", {}), ("c", "b", {}),
            ("c", "d", {"highway": "steps"}),
        )
    )  # fmt: skip
    assert sorted(network.edge_mm.tolist()) == [50_000, 100_000, 270_000, 300_000]
    assert network.edge_mm[network.steps].tolist() == [300_000]
    assert set(network.component.tolist()) == {0}


def test_an_undirected_edge_may_keep_its_line_the_other_way_round():
    line = bend((100, 50), (100, 0), (0, 0))
    network = network_from_graph(graph(("a", "c", {"geometry": line}), ("c", "d", {}), kind=nx.Graph))
    assert network.edge_mm.tolist() == [450_000]
    assert shapely.length(network.lines).tolist() == [450]


def test_merged_ways_are_walked_as_the_strictest_of_them():
    edges = [
        ("a", "b", {"highway": ["footway", "steps"]}),
        ("b", "c", {"highway": "['service', 'footway']", "access": "['private', 'yes']"}),
        ("c", "d", {"highway": "residential", "access": "permissive"}),
    ]
    network = network_from_graph(graph(*edges))
    assert network.edge_mm.tolist() == [100_000, 300_000]
    assert network.steps.tolist() == [True, False]
    assert len(network_from_graph(graph(*edges), private=True).x) == 3


def test_graphml_of_networkx_and_of_osmnx(tmp_path):
    import osmnx

    held = graph(("a", "b", {"highway": ["footway", "steps"]}), ("b", "a", {"highway": ["footway", "steps"]}),
                 ("b", "d", {"geometry": bend((100, 0), (300, 0), (400, 50))}))  # fmt: skip
    one = network_from_graph(held)
    osmnx.save_graphml(held, tmp_path / "osmnx.graphml")
    plain = nx.MultiDiGraph(crs=CRS)
    plain.add_nodes_from(held.nodes(data=True))
    plain.add_edge("a", "b", highway="steps")
    plain.add_edge("b", "d", geometry=bend((100, 0), (300, 0), (400, 50)).wkt)
    nx.write_graphml(plain, tmp_path / "networkx.graphml")
    for name in ("osmnx.graphml", "networkx.graphml"):
        network, issues, (origin,) = read_streets(tmp_path / name)
        assert network.edge_mm.tolist() == one.edge_mm.tolist() == [100_000, 311_803]
        assert network.steps.tolist() == [True, False]
        assert (len(issues), origin.rows) == (0, 2)


def test_a_graph_in_degrees_is_turned_into_metres():
    from pyproj import Transformer

    back = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    made = graph(("a", "b", {}), crs="epsg:4326")
    for told in made.nodes.values():
        told["x"], told["y"] = back.transform(told["x"], told["y"])
    assert network_from_graph(made).edge_mm.tolist() == [100_000]
    made.graph.pop("crs")
    with pytest.raises(InputError, match="does not say its coordinate system, and its numbers are degrees"):
        network_from_graph(made)
    assert network_from_graph(made, crs="EPSG:4326").edge_mm.tolist() == [100_000]
    made.graph["crs"] = CRS
    with pytest.raises(InputError, match="says EPSG:27700, but its numbers are degrees"):
        network_from_graph(made)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (graph(), "the graph has no edges"),
        (nx.MultiDiGraph(), "the graph has no edges"),
        (graph(("a", "z", {})), "has no numbers x and y"),
        (graph(("a", "b", {}), crs="EPSG:4326"), "but its numbers are no degrees"),
        (graph(("a", "b", {}), crs="Birmingham"), "'Birmingham' is not a coordinate system"),
        (graph(("a", "b", {"geometry": "LINE (0 0)"})), "no WKT"),
        (graph(("a", "b", {"geometry": "POINT (0 0)"})), "an edge is one line"),
        (graph(("a", "b", {"highway": "motorway"})), "no edge of the graph is open to walkers"),
        (graph(("a", "a", {})), "no street in it has a length"),
        (graph(("a", "b", {}), crs="EPSG:32756"), "another place"),
    ],
)
def test_graphs_that_cannot_be_used_are_refused(made, says):
    with pytest.raises(InputError, match=says) as caught:
        network_from_graph(made)
    assert str(caught.value).startswith("graph: ")


def test_a_file_that_is_no_graphml_is_refused(tmp_path):
    for text in ("<graphml>", "no xml", "<html/>", "<graphml><graph><edge/></graph></graphml>"):
        path = tmp_path / "streets.graphml"
        path.write_text(text)
        with pytest.raises(InputError, match=r"no whole GraphML file|no edges|no numbers x and y"):
            read_streets(path)


def test_a_network_of_a_graph_is_clipped():
    made = graph(("a", "b", {}), ("c", "d", {}))
    area = shapely.box(EAST - 10, NORTH - 10, EAST + 10, NORTH + 10)
    assert network_from_graph(made, within=area).edge_mm.tolist() == [100_000]
    assert np.sort(network_from_graph(made, within=area, margin_m=200).edge_mm).tolist() == [100_000, 300_000]
