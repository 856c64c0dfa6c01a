"""Which council a file of parcels is of: by where they lie, by what is stated, and what cannot be."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from factories.parcels import BIRMINGHAM, SANDWELL, WALSALL, areas_of
from siteprior.core.errors import InputError
from siteprior.sources.parcels.which_council import councils_of_file


def at(*eastings):
    """Return parcels of 10 m at these eastings, counted from the west of the areas."""
    shapes = [shapely.box(400_000 + east, 290_100, 400_010 + east, 290_110) for east in eastings]
    return gpd.GeoDataFrame(geometry=shapes, crs=27700)


AREAS = areas_of(BIRMINGHAM, BIRMINGHAM, BIRMINGHAM, SANDWELL, SANDWELL, SANDWELL)


def of(parcels, stated=None, areas=AREAS):
    return councils_of_file(parcels, areas, file="a.zip", stated=stated)


def test_the_council_most_parcels_lie_in():
    assert of(at(10, 20, 30, 2900)) == (BIRMINGHAM,)
    assert of(at(10, 20, 30, 3010)) == (BIRMINGHAM,)  # one across the boundary
    assert of(at(4010, 4020, 2990)) == (SANDWELL,)


def test_a_file_of_several_councils_covers_each_whose_areas_it_fills():
    assert of(at(*range(10, 6000, 100))) == (BIRMINGHAM, SANDWELL)


def test_a_part_of_a_council_is_known_by_its_areas():
    outside = range(20_000, 40_000, 100)  # the council reaches far beyond the areas read
    assert of(at(10, 1010, 2010, *outside)) == (BIRMINGHAM,)
    assert of(at(2990, *outside)) == ()  # a neighbour's, with one across the boundary


def test_nothing_of_a_council_elsewhere():
    assert of(at(50_000, 60_000)) == ()


def test_what_is_stated_goes_first():
    assert of(at(10, *range(20_000, 40_000, 100)), stated=BIRMINGHAM) == (BIRMINGHAM,)
    assert of(at(10, 20, 3010), stated=SANDWELL) == (SANDWELL,)


def test_a_council_stated_that_cannot_be_is_refused():
    with pytest.raises(InputError, match="none of its parcels lies in Sandwell E08000028"):
        of(at(10, 20), stated=SANDWELL)
    with pytest.raises(InputError, match="no area of Walsall E08000030 was read; the areas are of Birmingham E080"):
        of(at(10, 20), stated=WALSALL)


def test_areas_without_districts_need_it_stated():
    areas = areas_of(None, None)
    with pytest.raises(InputError, match=r'a\.zip: .*state it with council = "E08000025"'):
        of(at(10), areas=areas)
    assert of(at(10), stated=WALSALL, areas=areas) == (WALSALL,)
    with pytest.raises(InputError, match="none of its parcels lies in Walsall"):
        of(at(50_000), stated=WALSALL, areas=areas)
