"""Newport's real streets and stops, walked beside independent routers on the same graph: networkx and scipy."""

from __future__ import annotations

from zipfile import ZipFile

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from factories.real import expected
from factories.walks import graph_with_points, nearest_by_shapely, walks_by_networkx
from siteprior.sources.streets.reader import read_streets
from siteprior.walking.walk import Snapped, nearest_walk, reached, snap, walks

MAX_SNAP_M = 250
CUTOFF_M = 960


@pytest.fixture(scope="module")
def newport(real):
    """Return the streets, the bus stops of the timetable in their extent, and 60 places about the streets."""
    streets = read_streets(real / "real" / "osm" / "newport-2023-06-13.osm.pbf").table
    with ZipFile(real / "real" / "transit" / "gtfs" / "newport-20230613_gtfs.zip") as feed:
        told = pd.read_csv(feed.open("stops.txt"), dtype={"stop_id": "str"})
    x, y = Transformer.from_crs(4326, 27700, always_xy=True).transform(told["stop_lon"], told["stop_lat"])
    inside = (x > streets.x.min()) & (x < streets.x.max()) & (y > streets.y.min()) & (y < streets.y.max())
    stops = np.column_stack([x, y])[inside]
    rng = np.random.default_rng(4)
    node = rng.choice(len(streets.x), 60, replace=False)
    places = np.column_stack([streets.x, streets.y])[node] + rng.uniform(-80, 80, (60, 2))
    return streets, snap(streets, places, max_snap_m=MAX_SNAP_M), snap(streets, stops, max_snap_m=MAX_SNAP_M), places


def test_snaps_against_every_edge(newport):
    streets, here, _, places = newport
    for i, (edges, away) in enumerate(nearest_by_shapely(streets, places, MAX_SNAP_M)):
        assert here.edge[i] == edges[0]
        assert here.snap_mm[i] / 1000 == pytest.approx(away, abs=0.00051)


def test_every_walk_within_the_cut_off_against_networkx(newport):
    streets, here, there, _ = newport
    assert (there.edge >= 0).sum() > expected(whole=200, of_slice=50)
    found = walks(streets, here, there, cutoff_m=CUTOFF_M)
    by_networkx = walks_by_networkx(streets, here, there, CUTOFF_M)
    assert len(by_networkx) > expected(whole=250, of_slice=100)
    walked = {(int(o), int(d)): m for o, d, m in zip(*found, strict=True)}
    assert walked.keys() == by_networkx.keys()
    assert max(abs(walked[pair] - mm / 1000) for pair, mm in by_networkx.items()) < 1e-6


def test_ten_long_walks_against_networkx(newport):
    """However far: across the town, over the river, through whatever streets the extract holds."""
    streets, here, there, _ = newport
    graph = graph_with_points(streets, here, there)
    checked = 0
    for origin in range(0, 60, 5):
        destination = (origin * 37) % len(there.edge)
        start, end = ("point", 0, origin), ("point", 1, destination)
        one, other = (Snapped(*(some[i : i + 1] for some in on)) for on, i in ((here, origin), (there, destination)))
        at, walk_m = nearest_walk(streets, one, other)
        if nx.has_path(graph, start, end):
            assert abs(walk_m[0] - nx.dijkstra_path_length(graph, start, end, weight="mm") / 1000) < 1e-6
            assert walks(streets, one, other, cutoff_m=walk_m[0]).walk_m.tolist() == walk_m.tolist()
            checked += 1
        else:
            assert at[0] == -1
            assert np.isnan(walk_m[0])
    assert checked >= expected(whole=10, of_slice=9)


@pytest.mark.parametrize("step_free", [False, True])
def test_the_nearest_stop_against_scipy(newport, step_free):
    streets, here, there, _ = newport
    at, walk_m = nearest_walk(streets, here, there, step_free=step_free)
    size = len(streets.x)
    tail = np.repeat(np.arange(size), np.diff(streets.arc_start))
    arcs = pd.DataFrame(
        {"a": tail, "b": streets.arc_node, "mm": streets.arc_mm, "steps": streets.steps[streets.arc_edge]}
    )
    arcs = arcs[~arcs["steps"]] if step_free else arcs
    arcs = arcs.groupby(["a", "b"], as_index=False)["mm"].min()
    graph = csr_array((arcs["mm"].astype(float), (arcs["a"], arcs["b"])), shape=(size, size))
    on_steps = streets.steps[there.edge] & step_free & (there.edge >= 0)
    usable = np.flatnonzero((there.edge >= 0) & ~on_steps)
    length = streets.edge_mm[there.edge]
    for i in range(0, 60, 6):
        edge = here.edge[i]
        if step_free and streets.steps[edge]:
            assert at[i] == -1
            continue
        ends = np.array([streets.edge_from[edge], streets.edge_to[edge]])
        start = np.array([here.along_mm[i], streets.edge_mm[edge] - here.along_mm[i]]) + here.snap_mm[i]
        node_mm = (dijkstra(graph, indices=ends) + start[:, None]).min(axis=0)
        mm = np.minimum(
            node_mm[streets.edge_from[there.edge]] + there.along_mm,
            node_mm[streets.edge_to[there.edge]] + length - there.along_mm,
        )
        mm = np.where(there.edge == edge, np.minimum(mm, abs(there.along_mm - here.along_mm[i]) + here.snap_mm[i]), mm)
        mm = (mm + there.snap_mm)[usable]
        assert at[i] == usable[mm.argmin()]
        assert abs(walk_m[i] - mm.min() / 1000) < 1e-6


def test_nodes_reached_against_networkx(newport):
    streets, here, _, _ = newport
    one = Snapped(*(some[:1] for some in here))
    node, distance_m = reached(streets, one, cutoff_m=CUTOFF_M)
    graph = graph_with_points(streets, one)
    far = nx.single_source_dijkstra_path_length(graph, ("point", 0, 0), cutoff=CUTOFF_M * 1000, weight="mm")
    nodes = {name: mm / 1000 for name, mm in far.items() if not isinstance(name, tuple)}
    assert dict(zip(node.tolist(), distance_m.tolist(), strict=True)) == pytest.approx(nodes, abs=1e-6)
    assert len(node) > 50


def test_a_walk_is_no_shorter_than_the_straight_line(newport):
    streets, here, there, _ = newport
    found = walks(streets, here, there, cutoff_m=CUTOFF_M)
    lines = streets.lines
    spots = [
        np.array([lines[e].interpolate(mm / 1000).coords[0] for e, mm in zip(on.edge, on.along_mm, strict=True)])
        for on in (here, there)
    ]
    legs = (here.snap_mm[found.origin] + there.snap_mm[found.destination]) / 1000
    straight = np.hypot(*(spots[0][found.origin] - spots[1][found.destination]).T)
    assert (found.walk_m - legs >= straight - 0.05).all()  # edges are rounded to the millimetre, one by one
