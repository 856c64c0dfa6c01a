"""What of a large layer stands in the GeoPackage: what lies within the stated distance, in the layer's own order."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.report.geopackage.layers import LAYERS
from siteprior.report.geopackage.near_shortlist import large_layers, near_shortlist, near_words

REACH = load_parameters("report").number("near_shortlist_m")
SITES = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 100_000], [0, 0]), crs=27700)


def test_at_the_distance_is_near_and_beyond_it_is_not_and_the_order_stays():
    stops = gpd.GeoDataFrame(
        {"stop": ["near the second", "beyond", "at the limit", "near both is one row"]},
        geometry=gpd.points_from_xy([100_000, 50_000, 0, 10], [20, 0, REACH, 0]), crs=27700,
    )  # fmt: skip
    both = gpd.GeoDataFrame(geometry=[*SITES.geometry, shapely.Point(20, 0)], crs=27700)
    assert near_shortlist(stops, both).index.tolist() == [0, 2, 3]


def test_an_area_counts_by_its_nearest_edge():
    areas = gpd.GeoDataFrame(
        geometry=[shapely.box(REACH - 1, 0, 40_000, 10), shapely.box(REACH + 1, 0, 40_000, 10)], crs=27700
    )
    assert near_shortlist(areas, SITES).index.tolist() == [0]


def test_what_has_no_place_is_not_near_and_without_a_shortlist_all_stays():
    stops = gpd.GeoDataFrame(geometry=[None, shapely.Point(1, 1)], crs=27700)
    assert near_shortlist(stops, SITES).index.tolist() == [1]
    assert len(near_shortlist(stops, SITES.iloc[:0])) == 2


@pytest.mark.parametrize(("name", "more", "large"), [("areas", 1, True), ("areas", 0, False), ("sites", 1, False)])
def test_a_layer_round_the_sites_is_large_beyond_the_stated_number(name, more, large):
    rows = load_parameters("report").integer("large_layer_rows") + more
    assert (large_layers({name: gpd.GeoDataFrame(index=range(rows))}) == [name]) == large


def test_the_words_begin_with_what_the_layer_is():
    assert near_words("areas", 1, 2).startswith(LAYERS["areas"].description)
