"""Where timetables end: an index of 0 is missing where the nearest stop in use is in no timetable."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from factories.ptal import make_services, make_stops
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.joins.access.ptal_grid import access_grid
from siteprior.joins.access.ptal_sites import join_access_index
from siteprior.joins.access.unlisted import stops_in_use, unlisted_stops
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network


def naptan(*rows):
    """Stops from code, easting on the street y = 0, mode and state; other codes last."""
    rows = [(*row, *("bus", "open", None)[len(row) - 2 :]) for row in rows]
    code, x, mode, state, other = zip(*rows, strict=True)
    table = {"mode": mode, "state": state, "other_codes": other}
    points = gpd.points_from_xy(x, [0] * len(rows))
    index = pd.Index(code, name="atco_code")
    return schema.conform(gpd.GeoDataFrame(table, index=index, geometry=points, crs=schema.CRS), schema.STOPS)


@pytest.fixture
def street():
    return build_network(shapely.linestrings([[(0, 0), (9000, 0)]]))


@pytest.fixture
def walking(street):
    return Walking(street, max_snap_m=50)


SERVED = make_stops(("A", 1000, 0))
RUNS = make_services(("A", "9", "bus", 6), ("A", "8", "bus", 6, "0", "sunday"))


def joined(make_sites, walking, at, stops, listed=("A",)):
    sites = make_sites(*((x, 0) for x in at))
    return join_access_index(sites, SERVED, RUNS, walking, active_stops=stops, listed=listed).columns


def test_a_site_beside_a_stop_no_timetable_lists_has_no_index_instead_of_0(make_sites, walking):
    stops = naptan(("A", 1000), ("B", 3000), ("L", 5000))
    columns = joined(make_sites, walking, [1000, 3100, 5100, 7000], stops, listed=("A", "L"))
    assert columns["access_index"].gt(0).tolist() == [True, False, False, False]
    assert columns["access_index"].isna().tolist() == [False, True, False, False]
    assert columns["access_band"].tolist()[2:] == ["0", "0"]  # L is listed and nothing departs; nothing is near 7000
    assert columns["unlisted_stops"].tolist() == [0, 1, 0, 0]
    for name in ("access_band", "access_index_bus", "access_index_rail", "access_routes", "access_index_sunday"):
        assert columns[name].isna().tolist() == [False, True, False, False], name


def test_the_nearest_stop_decides_and_others_are_counted(make_sites, walking):
    stops = naptan(("L", 3000), ("B", 3300), ("C", 3400), ("R", 3900, "rail"))
    columns = joined(make_sites, walking, [3000, 3600], stops, listed=("L",))
    assert columns["access_index"].isna().tolist() == [False, True]
    # buses count within 640 m, trains within 960 m (TfL): from 3000 m B, C and R, from 3600 m the same
    assert columns["unlisted_stops"].tolist() == [3, 3]


def test_an_index_above_0_stays_with_the_number_of_stops_in_no_timetable(make_sites, walking):
    columns = joined(make_sites, walking, [1300], naptan(("A", 1000), ("B", 1310)))
    without = joined(make_sites, walking, [1300], naptan(("A", 1000)))
    assert columns["access_index"].tolist() == without["access_index"].tolist()
    assert (columns["unlisted_stops"].tolist(), without["unlisted_stops"].tolist()) == ([1], [0])


def test_reach_is_that_of_the_stops_mode_and_stops_out_of_use_do_not_count(make_sites, walking):
    stops = naptan(
        ("B", 3000), ("R", 6000, "rail"), ("X", 3700, "bus", "closed"), ("Y", 3700, "bus", "planned"),
        ("Z", 3700, "coach"), ("Q", 8000, "bus", "not stated"),
    )  # fmt: skip
    columns = joined(make_sites, walking, [3640, 3641, 5041, 5039, 8000], stops)
    assert columns["access_index"].isna().tolist() == [True, False, True, False, True]


def test_a_station_is_listed_by_any_of_its_codes():
    stops = naptan(("9100A", 0, "rail", "open", "9100A1; 9100A2"), ("9100B", 9, "rail"))
    assert stops_in_use(stops, ["9100A2"])["listed"].to_dict() == {"9100A": True, "9100B": False}
    with pytest.raises(InputError, match="active_stops: lacks the columns mode, state"):
        stops_in_use(stops.drop(columns=["mode", "state"]), [])


def test_without_stops_nothing_is_known_of_other_stops(make_sites, walking):
    columns = join_access_index(make_sites((3000, 0)), SERVED, RUNS, walking).columns
    assert (columns["access_index"].tolist(), columns["unlisted_stops"].isna().all()) == ([0.0], True)


def test_a_cell_is_as_a_site_is(street):
    area = shapely.box(2950, -50, 5050, 50)
    stops = naptan(("A", 1000), ("B", 3000), ("L", 5000))
    grid = access_grid(area, SERVED, RUNS, street, max_snap_m=50, active_stops=stops, listed=["A", "L"])
    plain = access_grid(area, SERVED, RUNS, street, max_snap_m=50)
    centres = np.arange(2950, 5050, 100) + 50
    assert len(centres) == plain.index.size or plain.index.size > len(centres)
    values = grid.index[np.isfinite(plain.index)]
    assert np.isnan(values).any()
    assert (values[np.isfinite(values)] == plain.index[np.isfinite(grid.index)]).all()
    assert set(plain.index[np.isfinite(plain.index) & np.isnan(grid.index)]) == {0.0}


WALKS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 1000)), max_size=12)


@given(WALKS, st.lists(st.booleans(), min_size=5, max_size=5), st.integers(0, 4))
def test_a_stop_more_in_the_timetables_never_makes_a_place_unknown(walked, listed, added):
    place, stop, walk_m = np.array(walked, dtype=np.int64).reshape(-1, 3).T
    nothing = np.full(4, np.inf)

    def found(listed):
        used = pd.DataFrame({"cutoff_m": 640.0, "listed": listed})
        return unlisted_stops(place, stop, walk_m.astype(float), used, nothing)

    before, after = found(listed), found([known or number == added for number, known in enumerate(listed)])
    assert not (after.nearest & ~before.nearest).any()
    assert (after.stops <= before.stops).all()
    assert not (before.nearest & (before.stops == 0)).any()
