"""The map of one opportunity: what is in view, where names stand, and what is not known."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import siteprior as sp
from siteprior.report.dossiers.site_map import (
    HEIGHT,
    LETTER,
    LINE,
    NAME_MOST,
    WIDTH,
    corridor_paths,
    ground_of,
    place_names,
    site_map,
)
from siteprior.report.dossiers.svg_paths import View

CRS = "EPSG:27700"


def layer(rows, shapes, index):
    return gpd.GeoDataFrame(rows, geometry=shapes, index=pd.Index(index), crs=CRS)


@pytest.fixture
def ground():
    point = shapely.Point
    lines = shapely.linestrings([[(0, 0), (300, 0)], [(300, 0), (300, 400)], [(9000, 0), (9100, 0)]])
    return ground_of(
        areas=layer(
            {"imd_decile": [1, None]}, [shapely.box(-500, -500, 200, 500), shapely.box(200, -500, 900, 500)], ["a", "b"]
        ),
        corridors=layer({"kind": ["metro", "rail"]}, [shapely.LineString([(-900, 50), (900, 50)]), None], ["L1", "L2"]),
        corridor_stops=layer(
            {"corridor": ["L1", "L1"], "stop_name": ["Mill", "Far"], "state": ["open", "planned"], "kind": "metro"},
            [point(250, 50), point(9000, 50)], [1, 2],
        ),
        stops=layer(
            {"stop_name": ["Bus A", "Mill"], "mode": ["bus", "metro"], "state": ["open", "open"]},
            [point(-100, -60), point(250, 50)], ["x", "y"],
        ),
        network=sp.walking.build_network(lines),
    )  # fmt: skip


def shapes_of(*shapes, basis="disc"):
    return layer({"shape_basis": [basis] * len(shapes)}, list(shapes), [f"s{n}" for n in range(len(shapes))])


def test_the_map_shows_streets_stops_corridor_and_areas_near_the_site(ground):
    drawn = site_map(ground, shapes_of(shapely.Point(0, 0).buffer(40)), "s0", corridor="L1", stop="Mill")
    assert drawn["streets"].count("M") == 2  # the third lies nine kilometres away
    assert [(stop["name"], stop["corridor"]) for stop in drawn["stops"]] == [("Mill", True), ("Bus A", False)]
    assert [name["text"] for name in drawn["names"]] == ["Mill"]  # once, though two tables hold it
    assert [line["name"] for line in drawn["corridors"]] == ["L1"]
    assert len({area["shade"] for area in drawn["areas"]}) == 2
    assert drawn["scale"]["words"] == "200 m"
    assert not drawn["outlined"]
    assert drawn["words"].startswith("The site on a map 900 m across, with streets")


def test_the_map_reaches_to_the_stop_but_not_to_one_far_away(ground):
    site = shapes_of(shapely.Point(-600, 50).buffer(40))
    near = site_map(ground, site, "s0", corridor="L1", stop="Mill")
    assert any(stop["name"] == "Mill" for stop in near["stops"])
    far = site_map(ground, site, "s0", corridor="L1", stop="Far")
    assert far["scale"]["words"] == "500 m"
    assert not any(stop["name"] == "Far" for stop in far["stops"])


def test_every_site_of_an_opportunity_is_on_its_map_and_one_without_a_place_is_not(ground):
    some = shapes_of(shapely.box(0, 0, 40, 40), shapely.box(2000, 0, 2100, 100), None, basis="polygon as given")
    drawn = site_map(ground, some, "s1", corridor=None, stop=None)
    assert [(shape["site_id"], shape["main"]) for shape in drawn["shapes"]] == [("s0", False), ("s1", True)]
    assert all(0 < x < WIDTH and 0 < y < HEIGHT for x, y in (shape["dot"] for shape in drawn["shapes"]))
    assert drawn["outlined"]
    assert site_map(ground, shapes_of(None), "s0") is None


def test_without_streets_there_is_a_map_without_them(ground):
    bare = ground_of(areas=ground.areas, corridors=ground.corridors, corridor_stops=ground.corridor_stops,
                     stops=ground.stops)  # fmt: skip
    drawn = site_map(bare, shapes_of(shapely.Point(0, 0)), "s0")
    assert drawn["streets"] == ""
    assert "streets" not in drawn["words"]


def test_no_name_stands_over_another_or_beyond_the_edge():
    stops = [{"x": 40 + 37 * n, "y": 60 + 11 * (n % 5), "name": f"Stop number {n} " + "x" * 90} for n in range(25)]
    names = place_names(stops)
    assert names
    boxes = []
    for name in names:
        assert len(name["text"]) <= NAME_MOST
        wide = LETTER * len(name["text"])
        left = name["x"] if name["anchor"] == "start" else name["x"] - wide
        assert left >= 0
        assert left + wide <= WIDTH
        boxes.append(shapely.box(left, name["y"] - 9 - LINE / 2, left + wide, name["y"] - 9 + LINE / 2))
    assert not any(a.intersection(b).area > 0 for n, a in enumerate(boxes) for b in boxes[:n])


def test_the_leading_corridor_is_drawn_last(ground):
    view_lines = ground.corridors.assign(geometry=[shapely.LineString([(0, 0), (9, 9)])] * 2)
    drawn = corridor_paths(view_lines, View(0, 0, 10, 10, 100, 100), "L1")
    assert [line["name"] for line in drawn] == ["L2", "L1"]
