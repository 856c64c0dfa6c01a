from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from factories.ptal import make_services, make_stops
from siteprior.core.errors import InputError
from siteprior.core.schema import SITE_PTAL_COLUMNS
from siteprior.joins.access.ptal_sites import join_access_index
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network

COLUMNS = [column.name for column in SITE_PTAL_COLUMNS]


@pytest.fixture
def street():
    """A street of 3 km along y = 0; from its middle, a flight of steps of 100 m up to a second street along y = 100."""
    lines = [[(0, 0), (1500, 0)], [(1500, 0), (3000, 0)], [(1500, 0), (1500, 100)], [(1500, 100), (2500, 100)]]
    return build_network(shapely.linestrings(lines), steps=[False, False, True, False])


def test_the_index_of_each_site_and_its_routes(make_sites, street):
    stops = make_stops(("A", 240, 0), ("B", 480, 0), ("C", 880, 0), ("D", 3000, 0))
    services = make_services(
        ("A", "9", "bus", 6), ("A", "8", "bus", 5), ("B", "T", "tram", 10), ("C", "R", "rail", 4), ("D", "7", "bus", 6),
        ("A", "9", "bus", 2, "0", "evening"), ("A", "9", "bus", 1, "0", "sunday"),
        ("B", "T", "tram", 10, "0", "daytime"),
    )  # fmt: skip
    sites = make_sites((0, 0), (1600, 40), None, (0, 5000), (3000, 0))
    joined, routes = join_access_index(sites, stops, services, Walking(street, max_snap_m=250), top_60_ttwa=True)
    assert joined.index.equals(sites.index)
    here = joined.iloc[0]
    assert round(here["access_index_bus"], 4) == round(3 + 2.7273 / 2, 4)
    assert [round(here[f"access_index_{mode}"], 4) for mode in ("tram", "rail")] == [3.0769, 1.5584]
    assert round(here["access_index"], 4) == round(3 + 2.7273 / 2 + 3.0769 + 1.5584, 4)
    assert (here["access_band"], here["access_routes"]) == ("2", 4)
    assert here["access_index_evening"] == pytest.approx(30 / (3 + 15 + 2))
    assert here["access_index_sunday"] == pytest.approx(30 / (3 + 30 + 2))
    assert here["service_date"] == pd.Timestamp("2026-11-18")
    assert (here["well_connected_stop"], here["well_connected_walk_m"]) == ("Stop B", 480.0)
    # 40 m to the street, 1600 to 880: within 960 m of C alone
    assert joined["access_index"].iloc[1] == pytest.approx(30 / (760 / 80 + 7.5 + 0.75))
    assert joined["access_band"].iloc[1] == "1a"
    # no place, or no street near: nobody measured; the stop at the door of the last is one route
    assert joined.iloc[2:4][COLUMNS].isna().all(axis=None)
    assert joined["access_index"].iloc[4] == pytest.approx(30 / 7)
    assert routes.groupby("site_id")["contribution"].sum().to_dict() == joined["access_index"].dropna().to_dict()
    assert routes["stop_code"].to_list() == ["A", "A", "B", "C", "C", "D"]  # by site, mode and route name
    assert joined["access_index_step_free"].isna().all()  # the feed says nothing of any stop


def test_measured_without_service_is_zero(make_sites, street):
    joined, routes = join_access_index(
        make_sites((0, 0)),
        make_stops(("A", 3000, 0)),
        make_services(("A", "9", "bus", 6)),
        Walking(street, max_snap_m=250),
    )
    assert joined[["access_index", "access_band", "access_routes"]].iloc[0].to_list() == [0.0, "0", 0]
    assert joined[["access_index_evening", "access_index_sunday"]].isna().all(axis=None)  # nobody counted those
    assert joined["well_connected_stop"].isna().all()
    assert routes.empty
    assert "site_id" in routes.columns


def test_step_free_leaves_out_steps_and_stops_not_stated(make_sites, street):
    sites = make_sites((1500, 100), (1400, 0), (2900, 0), (300, 0))
    stops = make_stops(
        ("A", 1500, 0, "A", "yes"), ("B", 1700, 0, "B", None), ("C", 1300, 0, "C", "no"), ("D", 3000, 0, "D", None),
    )  # fmt: skip
    services = make_services(("A", "9", "bus", 6), ("B", "8", "bus", 6), ("C", "7", "bus", 6), ("D", "7", "bus", 6))
    joined, _ = join_access_index(sites, stops, services, Walking(street, max_snap_m=250))
    first = 30 / (100 / 80 + 7)
    assert joined["access_index"].iloc[0] == pytest.approx(first + (30 / (300 / 80 + 7)))
    # the steps part the first from all stops; of the third's only stop nothing is said; the last has none in reach
    assert joined["access_index_step_free"].iloc[[0, 1, 3]].to_list() == pytest.approx([0.0, first, 0.0])
    assert joined["access_index_step_free"].isna().to_list() == [False, False, True, False]


def test_a_polygon_is_walked_from_wherever_on_its_edge_it_is_nearest(make_sites, make_shapes, street):
    sites = make_sites((600, 0), (600, 0))
    stops = make_stops(("A", 0, 0), ("B", 1400, 0))
    services = make_services(("A", "9", "bus", 6), ("B", "8", "bus", 6), ("B", "T", "tram", 9, "0", "daytime"))
    shapes = make_shapes(sites, shapely.box(500, -10, 800, 10), None)
    joined, routes = join_access_index(
        sites, stops, services, Walking(street, shapes=shapes, max_snap_m=250), top_60_ttwa=True
    )
    assert routes[routes["site_id"] == sites.index[0]]["walk_m"].to_list() == [610.0, 510.0]  # 10 m to the street
    assert routes[routes["site_id"] == sites.index[1]]["walk_m"].to_list() == [600.0]
    assert joined["well_connected_walk_m"].to_list() == [610.0, 800.0]


def test_straight_lines_only_where_asked_for(make_sites, street):
    sites, services = (
        make_sites((0, 0), None, (1500, 100)),
        make_services(("A", "9", "bus", 6), ("A", "T", "tram", 6, "0", "daytime")),
    )
    stops = make_stops(("A", 300, 400))
    without, routes = join_access_index(sites, stops, services, None)
    assert without[COLUMNS].isna().all(axis=None)
    assert routes.empty
    # 500 m × 1.28 is 640, and belongs to it
    joined, _ = join_access_index(sites, stops, services, Walking(max_snap_m=250, walk_factor=1.28), top_60_ttwa=True)
    assert joined["access_index"].iloc[0] == pytest.approx(30 / (8 + 5 + 2))
    assert joined["access_index"].isna().to_list() == [False, True, False]
    assert joined["well_connected_walk_m"].iloc[0] == 640
    farther, _ = join_access_index(sites, stops, services, Walking(max_snap_m=250, walk_factor=1.281))
    assert farther["access_index"].iloc[0] == 0
    with pytest.raises(InputError, match=r"walk_factor: 0\.9 is below 1"):
        join_access_index(sites, stops, services, Walking(max_snap_m=250, walk_factor=0.9))


def test_the_order_of_rows_does_not_matter_and_joining_twice_changes_nothing(make_sites, street):
    rng = np.random.default_rng(5)
    codes = [f"S{i:02}" for i in range(30)]
    stops = make_stops(*((code, *rng.integers(0, 30, 2) * (100, 3), code, "yes") for code in codes))
    rows = {(str(rng.choice(codes)), f"r{rng.integers(12)}", ("bus", "tram")[rng.integers(2)]) for _ in range(80)}
    services = make_services(*((*row, float(rng.integers(1, 9))) for row in sorted(rows)))
    sites = make_sites(*rng.integers(0, 3000, (20, 2)) * (1, 0.03))
    first, routes = join_access_index(sites, stops, services, Walking(street, max_snap_m=250))
    again, same = join_access_index(
        sites.join(first), stops[::-1], services.sample(frac=1, random_state=1), Walking(street, max_snap_m=250)
    )
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(first))
    pd.testing.assert_frame_equal(same, routes)


def test_bad_calls_are_refused(make_sites, street):
    sites, stops, services = make_sites((0, 0)), make_stops(("A", 0, 0)), make_services(("A", "9", "bus", 6))
    with pytest.raises(InputError, match="network: needs a WalkNetwork or None, got str"):
        join_access_index(sites, stops, services, Walking("streets.osm", max_snap_m=250))
    with pytest.raises(InputError, match="sites: is in EPSG:4326"):
        join_access_index(sites.to_crs(4326), stops, services, Walking(street, max_snap_m=250))
    with pytest.raises(InputError, match="service_stops: lacks the columns step_free"):
        join_access_index(sites, stops.drop(columns="step_free"), services, Walking(street, max_snap_m=250))
