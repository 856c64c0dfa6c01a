"""Sales per 1,000 dwellings of the catchments about places, by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from siteprior.core.parameters import load_parameters
from siteprior.joins.rates import shrunk_rates
from siteprior.joins.thin_markets import market_thinness

RADIUS = load_parameters("price_surface").table("evidence").number("catchment")
FEWEST = load_parameters("price_surface").table("evidence").number("fewest_dwellings")


def areas_at(*homes, apart=4 * RADIUS):
    """Return square areas of 1 km side, ``apart`` metres apart, with their dwellings."""
    shapes = [box(apart * n - 500, -500, apart * n + 500, 500) for n in range(len(homes))]
    index = pd.Index([f"E{n}" for n in range(len(homes))], name="lsoa_code")
    return gpd.GeoDataFrame({"dwellings": list(homes)}, index=index, geometry=shapes, crs=27700)


def sales_at(*counts, apart=4 * RADIUS):
    """Return the places of so many sales in the middle of each area."""
    return np.array([(apart * n, 0.0) for n, count in enumerate(counts) for _ in range(count)]).reshape(-1, 2)


def places_at(*numbers, apart=4 * RADIUS):
    return np.array([(apart * n, 0.0) for n in numbers])


def test_the_rates_are_those_of_the_areas_shrunk():
    values = market_thinness(places_at(0, 1, 2), sales_at(10, 30, 60), areas_at(1000, 1000, 2000), 2)
    assert values["catchment_dwellings"].tolist() == [1000, 1000, 2000]
    counts, exposure = np.array([10.0, 30.0, 60.0]), np.array([2.0, 2.0, 4.0])  # thousands of dwellings × years
    expected = shrunk_rates(counts, exposure, counts_all=counts, exposure_all=exposure)
    assert values["sales_per_1000_dwellings"] == pytest.approx(expected)


def test_the_percentile_is_the_share_of_areas_that_are_busier():
    values = market_thinness(places_at(0, 1, 2, 3), sales_at(0, 30, 60, 200), areas_at(*[1000] * 4), 1)
    assert values["thin_market_percentile"].tolist() == [75, 50, 25, 0]
    alike = market_thinness(places_at(0, 1), sales_at(30, 30), areas_at(1000, 1000), 1)
    assert alike["thin_market_percentile"].tolist() == [0, 0]  # none is busier


def test_a_catchment_is_every_area_whose_middle_lies_in_it():
    near = RADIUS / 2
    values = market_thinness(np.array([(0.0, 0.0), (near, 0.0), (2 * near, 0.0)]), sales_at(5, 6, 7, apart=near),
                             areas_at(100, 200, 400, apart=near), 1)  # fmt: skip
    assert values["catchment_dwellings"].tolist() == [700, 700, 700]  # the edge belongs to it
    few = market_thinness(np.array([(0.0, 0.0)]), sales_at(5, 6, 7, apart=0.6 * RADIUS),
                          areas_at(100, 200, 400, apart=0.6 * RADIUS), 1)  # fmt: skip
    assert few["catchment_dwellings"].tolist() == [300]


def test_a_place_far_from_every_middle_has_the_area_it_lies_in_or_none():
    wide = areas_at(600)
    wide.geometry = [box(-10 * RADIUS, -10, 10 * RADIUS, 10)]
    values = market_thinness(np.array([(5 * RADIUS, 0.0), (0.0, 5 * RADIUS), (np.nan, 0.0)]), sales_at(3), wide, 1)
    assert values["catchment_dwellings"][0] == 600
    assert np.isnan(values["catchment_dwellings"][1:]).all()


@pytest.mark.parametrize(("homes", "known"), [(FEWEST, True), (FEWEST - 1, False), (np.nan, False)])
def test_a_catchment_of_few_or_unknown_dwellings_has_no_rate(homes, known):
    values = market_thinness(places_at(0), sales_at(10, 30), areas_at(homes, 1000), 1)
    assert np.isfinite(values["sales_per_1000_dwellings"]).tolist() == [known]
    assert np.isfinite(values["thin_market_percentile"]).tolist() == [known]


def test_without_a_whole_year_or_a_known_area_there_is_no_rate():
    assert list(market_thinness(places_at(0), sales_at(10), areas_at(1000), 0)) == ["catchment_dwellings"]
    assert list(market_thinness(places_at(0), sales_at(10), areas_at(np.nan), 1)) == ["catchment_dwellings"]


def test_a_sale_on_the_edge_of_two_areas_is_the_firsts():
    halves = areas_at(1000, 1000)
    halves.geometry = [box(0, 0, 100, 100), box(100, 0, 200, 100)]
    edge = np.array([(100.0, 50.0)] * 4)
    # both middles lie in one catchment: each sale counts once
    values = market_thinness(np.array([(100.0, 50.0)]), edge, halves, 1)
    assert values["sales_per_1000_dwellings"] == pytest.approx([4 / 2])
