"""Where a site stands in the area and along its corridor."""

from __future__ import annotations

import itertools

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.report.dossiers.places import STRIP_LEFT, STRIP_RIGHT, STRIP_WIDTH, area_map, corridor_strip

SITE = {
    "corridor": "Line 1", "corridor_stop": "B", "corridor_walk_m": 300.0, "corridor_chainage_m": 2500.0,
    "corridor_side": "right",
}  # fmt: skip


def stops(*names, state="open"):
    chainage = [1000.0 * n for n in range(len(names))]
    return pd.DataFrame({"stop_name": list(names), "state": state, "chainage_m": chainage})


def test_the_site_stands_at_its_share_of_the_line():
    strip = corridor_strip(stops("A", "B", "C", "D", "E", "F"), SITE, others=[0.0, None, 5000.0])
    assert strip["x"] == round(STRIP_LEFT + 0.5 * (STRIP_RIGHT - STRIP_LEFT))
    assert strip["others"] == [STRIP_LEFT, STRIP_RIGHT]
    assert strip["words"] == "2.5 km from A along Line 1 (6 stops, 5 km), on its right; 300 m on foot to B"
    assert [stop["nearest"] for stop in strip["stops"]] == [False, True, False, False, False, False]


def test_names_of_many_stops_do_not_meet_and_the_nearest_is_among_them():
    names = [f"Illustrative stop number {n}" for n in range(40)]
    strip = corridor_strip(stops(*names), {**SITE, "corridor_stop": names[20]})
    shown = strip["names"]
    assert names[20] in [each["text"] for each in shown]
    edges = [(each["x"] - 3.5 * len(each["text"]), each["x"] + 3.5 * len(each["text"])) for each in shown]
    assert all(right <= left for (_, right), (left, _) in itertools.pairwise(edges))
    assert edges[0][0] >= 0
    assert edges[-1][1] <= STRIP_WIDTH


@pytest.mark.parametrize("changed", [{"corridor_chainage_m": None}])
def test_without_a_place_along_it_there_is_no_strip(changed):
    assert corridor_strip(stops("A", "B"), {**SITE, **changed}) is None
    assert corridor_strip(stops("A"), SITE) is None
    assert corridor_strip(stops("A", "B").assign(chainage_m=None), SITE) is None


def test_the_small_map_has_every_district_by_name_and_every_site_with_a_place():
    areas = gpd.GeoDataFrame(
        {"district_code": ["E1", "E1", "E2"], "lsoa_name": ["Alder 001A", "Alder 001B", "Birch 002A"]},
        geometry=[shapely.box(0, 0, 5000, 5000), shapely.box(5000, 0, 10000, 5000), shapely.box(0, 5000, 10000, 10000)],
        crs="EPSG:27700",
    )
    line = shapely.LineString([(0, 0), (9000, 9000)])
    lines = gpd.GeoDataFrame({"kind": ["rail"]}, geometry=[line], index=["R"], crs="EPSG:27700")
    points = gpd.GeoSeries([shapely.Point(2500, 2500), None], index=["a", "b"], crs="EPSG:27700")
    drawn = area_map(areas, lines, points, width=400, height=280)
    assert [district["name"] for district in drawn["districts"]] == ["Alder", "Birch"]
    assert list(drawn["at"]) == ["a"]
    assert len(drawn["corridors"]) == 1
    assert area_map(areas.iloc[:0], lines, points.iloc[1:], width=400, height=280) is None
