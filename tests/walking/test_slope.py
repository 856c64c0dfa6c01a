from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

from siteprior.core.errors import InputError
from siteprior.walking.network import build_network
from siteprior.walking.slope import node_heights, slope_factor, with_slope
from siteprior.walking.walk import nearest_walk, reached, snap, walks


def tobler_m(length, rise):
    """Return metres on the level that take as long, by the published speeds themselves."""

    def speed(s):
        return 6 * np.exp(-3.5 * abs(s + 0.05))

    return length * speed(0) / speed(rise / length)


@pytest.fixture
def make_raster(tmp_path):
    def make(heights, *, crs="EPSG:27700", west=400_000, north=300_000, cell=50.0, bands=1):
        heights = np.asarray(heights, dtype="float32")
        path = tmp_path / "heights.tif"
        with rasterio.open(
            path, "w", driver="GTiff", height=heights.shape[0], width=heights.shape[1], count=bands, dtype="float32",
            crs=crs, transform=Affine(cell, 0, west, 0, -cell, north), nodata=-9999,
        ) as target:  # fmt: skip
            for band in range(bands):
                target.write(heights, band + 1)
        return path

    return make


def ramp(rise_per_cell, size=20):
    """Return heights that rise to the east."""
    return np.tile(np.arange(size) * rise_per_cell, (size, 1))


def street(*spots):
    return shapely.linestrings([np.array([(400_000 + x, 300_000 - y) for x, y in spots])])


def test_uphill_and_downhill_cost_what_the_published_speeds_say(make_raster):
    raster = make_raster(ramp(5.0))  # one in ten
    network = with_slope(
        build_network(np.concatenate([street((100, 500), (300, 500)), street((300, 500), (300, 700))])), raster
    )
    west, east, south = (snap(network, np.array([(400_000.0 + x, 300_000.0 - y)]), max_snap_m=5)
                         for x, y in ((100, 500), (300, 500), (300, 700)))  # fmt: skip
    up = walks(network, west, east, cutoff_m=1000).walk_m
    down = walks(network, east, west, cutoff_m=1000).walk_m
    assert up.tolist() == pytest.approx([tobler_m(200, 20)], abs=1e-3)
    assert down.tolist() == pytest.approx([tobler_m(200, -20)], abs=1e-3)
    assert down[0] < up[0] * 0.75
    assert walks(network, east, south, cutoff_m=1000).walk_m.tolist() == [200]  # along the slope it is level
    assert nearest_walk(network, west, south)[1].tolist() == pytest.approx([tobler_m(200, 20) + 200], abs=2e-3)
    assert nearest_walk(network, south, west)[1].tolist() == pytest.approx([tobler_m(200, -20) + 200], abs=2e-3)
    # catchments: of a stop at the top, whoever walks to it climbs
    assert reached(network, east, cutoff_m=250, towards=True)[0].size == 2
    assert reached(network, east, cutoff_m=250, towards=False)[0].size == 3


def test_parts_of_an_edge_cost_their_share(make_raster):
    network = with_slope(build_network(street((100, 500), (300, 500))), make_raster(ramp(5.0)))
    on = snap(network, np.array([(400_140.0, 299_500.0), (400_240.0, 299_503.0)]), max_snap_m=5)
    pairs = {(o, d): m for o, d, m in zip(*walks(network, on, on, cutoff_m=1000), strict=True)}
    assert pairs[0, 1] == pytest.approx(tobler_m(200, 20) / 2 + 3, abs=2e-3)  # the leg to the street is level
    assert pairs[1, 0] == pytest.approx(tobler_m(200, -20) / 2 + 3, abs=2e-3)


def test_the_factor_is_one_on_the_level_and_lowest_on_a_gentle_way_down():
    assert slope_factor(0.0) == 1
    slopes = np.linspace(-0.4, 0.4, 801)
    factors = slope_factor(slopes)
    assert slopes[factors.argmin()] == pytest.approx(-0.05)
    assert factors == pytest.approx(tobler_m(1.0, slopes))
    assert slope_factor([0.4, -0.4]).tolist() == slope_factor([3.0, -3.0]).tolist()  # a bridge is no cliff


def test_walks_on_slopes_against_networkx(make_raster):
    rng = np.random.default_rng(5)
    heights = rng.uniform(0, 60, (20, 20))
    spots = rng.uniform((400_100, 299_100), (400_900, 299_900), (40, 2))  # no street passes through another's end
    lines = shapely.linestrings(spots[np.array([rng.choice(40, 2, replace=False) for _ in range(80)])])
    loop = street((100, 100), (200, 120), (150, 300), (100, 100))
    level = build_network(np.concatenate([lines, loop]))
    network = with_slope(level, make_raster(heights))
    assert (network.edge_mm == level.edge_mm).all()
    height = node_heights(network, make_raster(heights))
    graph = nx.MultiDiGraph()
    for edge, (a, b, mm) in enumerate(zip(network.edge_from, network.edge_to, network.edge_mm, strict=True)):
        slope = np.clip((height[b] - height[a]) / (mm / 1000), -0.4, 0.4)
        there, back = (tobler_m(mm / 1000, s * mm / 1000) for s in (slope, -slope))
        graph.add_edge(int(a), int(b), m=there, edge=edge)
        graph.add_edge(int(b), int(a), m=back, edge=edge)
    nodes = snap(network, np.column_stack([network.x, network.y]), max_snap_m=1)
    found = walks(network, nodes, nodes, cutoff_m=900)
    far = {i: nx.single_source_dijkstra_path_length(graph, i, cutoff=900, weight="m") for i in range(len(network.x))}
    assert len(found.origin) > 300
    for o, d, m in zip(*found, strict=True):
        assert m == pytest.approx(far[o].get(d, 900.0), abs=0.02)  # edges are rounded to the millimetre
    at, walk_m = nearest_walk(network, nodes, snap(network, np.array([(network.x[0], network.y[0])]), max_snap_m=1))
    for i in np.flatnonzero(at == 0):
        assert walk_m[i] == pytest.approx(nx.dijkstra_path_length(graph, i, 0, weight="m"), abs=0.03)


def test_heights_lie_between_cell_centres_and_may_be_missing(make_raster):
    heights = ramp(5.0)
    heights[10:, :] = -9999
    network = build_network(np.concatenate([
        street((100, 200), (125, 200)), street((130, 200), (140, 800)), street((-100, 200), (0, 200)),
        street((990, 10), (1000, 10)),
    ]))  # fmt: skip
    raster = make_raster(heights)
    found = dict(zip(zip((network.x - 400_000).round(), (300_000 - network.y).round(), strict=True),
                     node_heights(network, raster).round(6), strict=True))  # fmt: skip
    assert (found[100, 200], found[125, 200]) == (7.5, 10)  # the centre of the third cell lies 125 m in
    assert np.isnan(found[140, 800])  # no data
    assert np.isnan(found[-100, 200])  # off the raster
    assert found[0, 200] == 0
    assert found[1000, 10] == 95  # on its rim the last centre stands in
    sloped = with_slope(network, raster)
    mm = network.edge_mm[sloped.arc_edge]
    first = sloped.arc_edge == 0  # all others are level, or taken to be; one in ten down is walked as fast as the level
    assert (sloped.arc_mm[~first] == mm[~first]).all()
    assert sorted(sloped.arc_mm[first]) == [25_000, round(tobler_m(25, 2.5) * 1000)]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"crs": None}, "no coordinate system"),
        ({"west": 100_000}, "elsewhere"),
        ({"bands": 2}, "2 bands"),
    ],
)
def test_rasters_that_cannot_be_meant_are_refused(make_raster, given, fault):
    network = build_network(street((100, 500), (300, 500)))
    with pytest.raises(InputError, match=fault):
        with_slope(network, make_raster(ramp(1.0), **given), file="heights")


def test_files_that_are_no_raster_are_refused(tmp_path, make_raster):
    network = build_network(street((100, 500), (300, 500)))
    (tmp_path / "x.tif").write_text("no raster")
    with pytest.raises(InputError, match=r"x\.tif: cannot be read"):
        with_slope(network, tmp_path / "x.tif")
    with pytest.raises(InputError, match=r"gone\.tif: there is no such file"):
        with_slope(network, tmp_path / "gone.tif", file="missing")
    with pytest.raises(InputError, match="no height"):
        with_slope(network, make_raster(np.full((20, 20), -9999)))


def test_degrees_are_looked_up_in_degrees(make_raster):
    network = build_network(street((100, 500), (300, 500)))
    degrees = make_raster(np.full((40, 40), 12.0), crs="EPSG:4326", west=-2.05, north=52.65, cell=0.01)
    assert node_heights(network, degrees).tolist() == [12, 12]


def test_the_real_terrain_of_the_west_midlands(real):
    """Turner's Hill in Rowley Regis, 271 m, is the highest ground of the county; the raster rounds its top off."""
    raster = real / "real" / "raster" / "os_terrain50_wmca_50m_2013.tif"
    network = build_network(shapely.linestrings([[(396_775, 288_725), (396_600, 290_300)]]))
    with rasterio.open(raster) as source:
        cells = np.array(list(source.sample(np.column_stack([network.x, network.y]))))[:, 0]
    heights = node_heights(network, raster)
    assert heights == pytest.approx(cells, abs=3)
    top, foot = heights.argmax(), heights.argmin()
    assert heights[top] == pytest.approx(271, abs=2)
    assert heights[foot] < 182
    sloped = with_slope(network, raster)
    ends = snap(sloped, np.column_stack([sloped.x, sloped.y])[[foot, top]], max_snap_m=1)
    pairs = {(o, d): m for o, d, m in zip(*walks(sloped, ends, ends, cutoff_m=5000), strict=True)}
    assert pairs[0, 1] == pytest.approx(tobler_m(network.edge_mm[0] / 1000, heights[top] - heights[foot]), abs=1e-3)
    assert pairs[1, 0] < network.edge_mm[0] / 1000 < pairs[0, 1]


def test_more_cells_than_fit_into_memory_are_refused_before_they_are_read(make_raster, monkeypatch):
    from siteprior.core import sizes

    monkeypatch.setattr(sizes, "most", lambda _what: 99)
    network = build_network(street((100, 100), (800, 800)))
    with pytest.raises(InputError, match=r"under the streets: \d+ cells, of which 99 are taken at most; give heights"):
        node_heights(network, make_raster(ramp(1.0)))


def test_heights_under_all_land_are_refused(make_raster):
    network = build_network(street((100, 500), (300, 500)))
    heights = ramp(1.0)
    heights[10, 4] = -501
    with pytest.raises(InputError, match=r"heights: holds the height -501 m, under all land \(-500 m\); state what"):
        with_slope(network, make_raster(heights), file="heights")
    assert np.isfinite(node_heights(network, make_raster(heights), nodata=-501)).any()


def test_a_system_no_place_can_be_brought_to_is_named(make_raster):
    path = make_raster(ramp(1.0), crs='LOCAL_CS["site grid",UNIT["metre",1]]')
    network = build_network(street((10, 10), (50, 10)))
    with pytest.raises(
        InputError, match=r"heights\.tif: no place of EPSG:27700 can be brought to its coordinate system"
    ):
        with_slope(network, path, file="heights.tif")
