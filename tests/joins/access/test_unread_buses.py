from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.joins.access.unread_buses import BUS_COLUMNS, unread_districts, without_buses
from siteprior.joins.access.walk_access import join_access
from siteprior.sources.areas.lsoa import districts

WEST, SOUTH = 400_000, 290_000


@pytest.fixture
def areas():
    """Two districts side by side, of 20 square LSOAs of 1 km each."""
    places = [(x, y) for x in range(4) for y in range(10)]
    shapes = [shapely.box(WEST + 1000 * x, SOUTH + 1000 * y, WEST + 1000 * (x + 1), SOUTH + 1000 * (y + 1))
              for x, y in places]  # fmt: skip
    facts = {"lsoa_name": "Anytown 001A", "district_code": ["E1" if x < 2 else "E2" for x, _ in places],
             "lsoa_year": 2021}  # fmt: skip
    index = pd.Index([f"E0100{number:04}" for number in range(40)], name="lsoa_code")
    return gpd.GeoDataFrame(facts, index=index, geometry=shapes, crs=27700)


def buses(make_stops, *places, state="open"):
    return make_stops(*((f"43{i:03}", "bus", WEST + x, SOUTH + y, state) for i, (x, y) in enumerate(places)))


@pytest.mark.parametrize(
    ("in_second", "named"),
    [
        ([], ("E2",)),  # none of 20 areas
        ([(2500, 500)], ("E2",)),  # 1 of 20 is below 0.1 of them, a stray of the neighbours' file
        ([(2500, 500), (3500, 500)], ()),  # 2 of 20 are 0.1
    ],
)
def test_a_district_with_fewer_bus_stops_than_any_that_was_read(make_stops, areas, in_second, named):
    stops = buses(make_stops, (500, 500), (500, 600), (700, 500), *in_second)
    assert unread_districts(stops, areas, districts(areas)) == named


def test_only_open_bus_stops_count(make_stops, areas):
    stops = buses(make_stops, (500, 500), (500, 600), state="closed")
    assert unread_districts(stops, areas, districts(areas)) == ()  # no bus stop at all: no walk is measured
    rail = make_stops(
        ("9100A", "rail", WEST + 2500, SOUTH), ("43001", "bus", WEST, SOUTH), ("43002", "bus", WEST, SOUTH)
    )
    assert unread_districts(rail, areas, districts(areas)) == ("E2",)


def test_walks_to_buses_are_missing_there_and_all_others_stay(make_sites, make_stops):
    sites = make_sites((0, 0), (900, 0))
    walks = join_access(sites, make_stops(("43001", "bus", 0, 30), ("9100A", "rail", 0, 40)))
    done = without_buses(walks, pd.Series([False, True], index=sites.index))
    assert done.iloc[0].equals(walks.iloc[0])
    assert done.iloc[1][list(BUS_COLUMNS)].isna().all()
    others = walks.columns.difference(BUS_COLUMNS)
    assert done[others].equals(walks[others])
    assert list(done.columns) == list(walks.columns)
    assert done.dtypes.equals(walks.dtypes)
    assert np.isfinite(done["walk_m"]).all()


def test_a_table_of_something_else_is_refused(areas):
    with pytest.raises(InputError, match="stops"):
        unread_districts(areas, areas, districts(areas))
