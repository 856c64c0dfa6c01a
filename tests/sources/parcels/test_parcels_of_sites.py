"""Parcels of sites: the rules by hand, and every count against a plain loop with shapely."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.parameters import load_parameters
from siteprior.sources.parcels.parcels_of_sites import are_roads, parcels_of_sites

SITE = shapely.box(0, 0, 100, 100)


def parcels_of(*shapes):
    ids = [str(at) for at in range(len(shapes))]
    return gpd.GeoDataFrame({"inspire_id": ids}, geometry=list(shapes), crs=27700)


def on(site, *shapes):
    count, share = parcels_of_sites(np.array([site], dtype=object), parcels_of(*shapes)).iloc[0]
    return count, share


@pytest.mark.parametrize(
    ("parcel", "count"),
    [
        (shapely.box(0, 0, 30, 30), 1),
        (shapely.box(-500, 0, 10, 100), 1),  # a tenth of the site, and far beyond it
        (shapely.box(-500, 0, 9.9, 100), 0),  # less of the site, and mostly elsewhere
        (shapely.box(-15, 0, 15, 30), 1),  # half of the parcel
        (shapely.box(-16, 0, 14, 30), 0),  # less than half of it: a neighbour
        (shapely.box(40, 40, 43, 46), 1),  # a garage on the site
        (shapely.box(40, 40, 42, 42), 1),  # 4 m²
        (shapely.box(40, 40, 42, 41.9), 0),  # less: noise of drawing
        (shapely.box(-1, 40, 3, 45), 1),  # 20 m², three quarters of it
        (shapely.box(-1, 40, 2.9, 45), 0),  # less than three quarters, and less than 25 m²
        (shapely.box(-5, 40, 5, 45), 1),  # half of it, 25 m²
        (shapely.box(-5, 40, 5, 44.9), 0),  # half of it, and less
        (shapely.box(0, 0, 100, 1), 1),  # a ransom strip along the edge
        (shapely.box(0, -0.25, 100, 0.75), 1),  # and the edge drawn a quarter of it off
        (shapely.box(0, -0.3, 100, 0.7), 0),  # or more: a strip of the neighbour
        (shapely.box(0, 40, 100, 49), 1),  # a road of the site alone
        (shapely.box(100, 0, 200, 100), 0),  # only touches
        (shapely.box(0, 45, 100, 55), 1),  # ten times as long as wide: no road
        (shapely.box(-200, 40, 300, 49), 0),  # a road across
        (shapely.box(-20, 40, 120, 49), 0),  # a road that lies on it mostly is no parcel either
    ],
)
def test_which_parcels_count_by_hand(parcel, count):
    assert on(SITE, parcel)[0] == count


def test_a_long_thin_parcel_that_is_the_site_counts():
    strip = shapely.box(0, 0, 400, 10)
    assert on(strip, strip) == (1, 1)


@pytest.mark.parametrize(
    ("plots", "count"),
    [
        ([shapely.box(3 * n, 0, 3 * n + 3, 6) for n in range(16)], 17),  # garages, and the rest
        ([shapely.box(0, 0, 100, 1)], 2),  # a ransom strip
        ([shapely.box(0, 0, 100, 0.05)], 2),  # a strip of 5 m², however thin
        ([shapely.box(50, 50, 52, 53)], 2),  # a substation in the middle
        ([shapely.box(2 * n, 0, 2 * n + 2, 100) for n in range(50)], 50),  # strips of 2 m
    ],
)
def test_small_plots_of_the_site_have_to_be_brought_together(plots, count):
    rest = SITE.difference(shapely.union_all(plots))
    assert on(SITE, *plots, *([] if rest.is_empty else [rest])) == (count, pytest.approx(1.0))


def test_a_field_of_garages_is_as_many_parcels():
    garages = [shapely.box(3 * x, 6 * y, 3 * x + 3, 6 * y + 6) for x in range(16) for y in range(7)]
    assert on(shapely.box(0, 0, 50, 50), *garages) == (112, pytest.approx(0.8064))


@pytest.mark.parametrize("off", [0.1, 0.5, 1.0, 2.0])
def test_neighbours_whose_edges_are_drawn_over_do_not_count(off):
    neighbours = [shapely.box(10 * n, off - 20, 10 * n + 10, off) for n in range(10)]  # gardens of 200 m²
    assert on(SITE, *neighbours, shapely.box(0, off, 100, 100)) == (1, pytest.approx(1.0))


def test_the_share_is_of_all_parcels_and_overlaps_count_once():
    assert on(SITE, shapely.box(-50, 0, 50, 100), shapely.box(40, 0, 60, 100)) == (2, 0.6)
    assert on(SITE, shapely.box(-200, 40, 300, 49)) == (0, 0.09)  # the road
    assert on(SITE, shapely.box(-500, 0, 9, 100)) == (0, 0.09)  # the sliver
    assert on(SITE, *shapely.box([0, 25, 50, 75], 0, [25, 50, 75, 100], 100)) == (4, 1.0)
    assert on(SITE, shapely.box(500, 0, 600, 100)) == (0, 0)


def test_roads_by_hand():
    ring_road = shapely.box(0, 0, 200, 200).difference(shapely.box(10, 10, 190, 190))
    shapes = np.array(
        [shapely.box(0, 0, 150, 10), shapely.box(0, 0, 100, 10), shapely.box(0, 0, 900, 40), ring_road], dtype=object
    )
    compactness = [4 * math.pi * 1500 / 320**2, 4 * math.pi * 1000 / 220**2]
    limit = load_parameters("parcels").number("road_compactness")
    assert compactness == pytest.approx([0.18408, 0.25964], abs=1e-5)
    assert [value <= limit for value in compactness] == [True, False]
    # 150 m by 10 m; 100 m by 10 m; far wider than a street; a street around a block
    assert are_roads(shapes).tolist() == [True, False, False, True]


def test_points_and_sites_without_a_shape_are_not_measured():
    sites = np.array([None, shapely.Point(5, 5), shapely.Polygon(), SITE], dtype=object)
    done = parcels_of_sites(sites, parcels_of(shapely.box(0, 0, 100, 100)))
    assert done["inspire_parcels"].isna().tolist() == [True, True, True, False]
    assert done["registered_share"].isna().tolist() == [True, True, True, False]


def brute_force(site, parcels):
    """Return count and share by going through every parcel."""
    numbers = {name: load_parameters("parcels").number(name) for name in load_parameters("parcels").parameters()}
    count, union = 0, shapely.Polygon()
    for parcel in parcels:
        part = site.intersection(parcel)
        union = union.union(part)
        of_site, of_parcel = part.area / site.area, part.area / parcel.area
        if not part.area:
            continue
        large = of_site >= numbers["share_of_site"] - 1e-9
        half = of_parcel >= numbers["share_of_parcel"] - 1e-9 and part.area >= numbers["least_m2"] - 1e-6
        own = of_parcel >= numbers["share_within"] - 1e-9 and part.area >= numbers["noise_m2"] - 1e-6
        thin = (
            4 * math.pi * parcel.area / parcel.length**2 <= numbers["road_compactness"]
            and 2 * parcel.area / parcel.length <= numbers["road_width_m"]
        )
        count += own or ((large or half) and not (thin and of_site < numbers["road_is_the_site"] - 1e-9))
    return count, union.area / site.area


whole = st.integers(0, 60)
sizes = st.integers(1, 60)
blocks = st.tuples(whole, whole, sizes, sizes).map(lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3]))
slanted = st.tuples(whole, whole, sizes, sizes).map(
    lambda b: shapely.Polygon([(b[0], b[1]), (b[0] + b[2], b[1] + 3), (b[0] + b[2] - 1, b[1] + b[3] + 4)])
)
strips = st.tuples(whole, st.integers(1, 9)).map(lambda b: shapely.box(-200, b[0], 300, b[0] + b[1]))


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(blocks, slanted), min_size=1, max_size=4),
    st.lists(st.one_of(blocks, slanted, strips), min_size=1, max_size=14),
)
def test_counts_and_shares_equal_brute_force(sites, parcels):
    done = parcels_of_sites(np.array(sites, dtype=object), parcels_of(*parcels))
    expected = pd.DataFrame([brute_force(site, parcels) for site in sites], columns=done.columns)
    assert done["inspire_parcels"].tolist() == expected["inspire_parcels"].tolist()
    assert done["registered_share"].to_numpy() == pytest.approx(expected["registered_share"].to_numpy(), abs=1e-9)
