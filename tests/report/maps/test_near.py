"""Maps of some sites: what they show and which references stand on them."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from siteprior.report.maps.canvas import Sheet, settings
from siteprior.report.maps.near import CLOSEST_M, draw_references, near_view

WHOLE = (0.0, 0.0, 100_000.0, 100_000.0)


def sites(*places, **columns):
    names = [f"E1:{place}" for place in range(len(places))]
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(*place) for place in places], index=names, crs=27700)


def areas(*boxes):
    rows = {"district_code": [f"D{place}" for place in range(len(boxes))]}
    return gpd.GeoDataFrame(rows, geometry=[shapely.box(*box) for box in boxes], crs=27700)


def test_a_view_holds_the_sites_and_never_less_than_what_lies_round_one():
    west, south, east, north = near_view(sites((50_000, 50_000)), areas(WHOLE), WHOLE)
    assert (east - west, north - south) == (2 * CLOSEST_M, 2 * CLOSEST_M)
    assert (west + east) / 2 == (south + north) / 2 == 50_000


def test_the_district_is_shown_whole_where_it_is_not_much_larger_and_others_are_not():
    own, other = (0, 0, 20_000, 20_000), (20_000, 0, 90_000, 90_000)
    view = near_view(sites((1000, 1000), (18_000, 18_000)), areas(own, other), WHOLE)
    assert shapely.box(*view).contains(shapely.box(*own))
    assert view[2] < 25_000


def test_without_a_place_the_whole_area_is_shown():
    nowhere = gpd.GeoDataFrame(geometry=[None], index=["E1:a"], crs=27700)
    assert near_view(nowhere, areas(WHOLE), WHOLE) == WHOLE


def drawn(table):
    with settings():
        sheet = Sheet(200, 200)
        return draw_references(sheet.map((10, 10, 180, 180), (0, 0, 1000, 1000)), table, [])


def test_references_stand_beside_their_dots_where_there_is_space():
    assert drawn(sites((500, 500), (200, 200), reference=["A1", None])) == ["A1", "E1:1"]
    crowd = sites(*[(500, 500)] * 9, reference=[f"A{place}" for place in range(9)])
    assert 1 <= len(drawn(crowd)) < 9


@pytest.mark.parametrize(("many", "written"), [(60, True), (61, False)])
def test_no_reference_is_written_where_they_would_hide_the_map(many, written):
    table = sites(*[(15 * place + 20, 500) for place in range(many)], reference=[str(place) for place in range(many)])
    assert bool(drawn(table)) is written
