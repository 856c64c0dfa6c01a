from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.errors import InputError
from siteprior.joins.corridors import join_corridors
from siteprior.schema import CORRIDORS, SITE_CORRIDOR_COLUMNS, conform

COLUMNS = [column.name for column in SITE_CORRIDOR_COLUMNS]


def lines(**shapes):
    table = gpd.GeoDataFrame(
        {"kind": "metro"},
        index=pd.Index(list(shapes), name="corridor"),
        geometry=[None if shape is None else shapely.LineString(shape) for shape in shapes.values()],
        crs=27700,
    )
    return conform(table, CORRIDORS)


def join(sites, stops, drawn, **options):
    return join_corridors(sites, stops, drawn, **{"walk_factor": 1.3, "reach_m": 960, **options})


@pytest.fixture
def two(make_corridor_stops):
    """Two corridors that share a stop at (1000, 0); the end of B is not open yet."""
    stops = make_corridor_stops(
        ("B", 1, 1000, 0), ("B", 2, 1000, 2000, "planned"), ("A", 1, 0, 0), ("A", 2, 1000, 0), ("A", 3, 3000, 0),
    )  # fmt: skip
    return stops, lines(B=[(1000, 0), (1000, 2000)], A=[(0, 0), (1000, 0), (3000, 0)])


def test_the_nearest_stop_that_counts(make_sites, two):
    sites = make_sites((100, 300), (1000, 1900), (9000, 0), None)
    joined = join(sites, *two)
    assert joined.index.equals(sites.index)
    assert joined["corridor"].fillna("").to_list() == ["A", "A", "A", ""]
    assert joined["corridor_stop"].fillna("").to_list() == ["Stop A#1", "Stop A#2", "Stop A#3", ""]
    walks = [1.3 * np.hypot(100, 300), 1.3 * 1900, 1.3 * 6000]
    assert joined["corridor_walk_m"].to_list()[:3] == pytest.approx(walks)
    assert joined["corridor_chainage_m"].fillna(-1).to_list() == [100, 1000, 3000, -1]
    assert joined["corridors"].fillna("").to_list() == ["A", "", "", ""]
    assert joined.loc["E08:4", COLUMNS].isna().all()


def test_a_planned_stop_counts_only_when_told_so(make_sites, two):
    joined = join(make_sites((1000, 1900)), *two, count_planned=True)
    told = joined[COLUMNS].drop(columns=["corridor_walk_low_m", "corridor_walk_high_m"])
    assert told.iloc[0].to_list() == ["B", "metro", "Stop B#2", "planned", 130, 1900, "B"]


def test_the_walk_ranges_over_what_the_position_leaves_open(make_sites, make_shapes, two):
    sites = make_sites((1000, 500), (1000, 500), (1000, 500)).assign(position_uncertainty_m=[100.0, 0.0, np.nan])
    field = shapely.box(900, 400, 1300, 600)
    joined = join(sites, *two, shapes=make_shapes(sites, None, field, None))
    assert joined["corridor_walk_m"].to_list() == [650] * 3
    assert joined["corridor_walk_low_m"].to_list()[:2] == pytest.approx([1.3 * 400, 1.3 * 400])
    assert joined["corridor_walk_high_m"].to_list()[:2] == pytest.approx([1.3 * 600, 1.3 * np.hypot(300, 600)])
    assert joined.loc["E08:3", ["corridor_walk_low_m", "corridor_walk_high_m"]].isna().all()
    # a planned stop that does not count shortens no walk either
    nearer = join(sites, *two, shapes=make_shapes(sites, None, field, None), count_planned=True)
    assert (nearer["corridor_walk_low_m"][:2] <= joined["corridor_walk_low_m"][:2]).all()


def test_of_corridors_equally_near_the_first_by_name_and_all_in_reach_nearest_first(make_sites, two):
    joined = join(make_sites((1000, 100)), *two, count_planned=True, reach_m=1e9)
    assert joined["corridor"].to_list() == ["A"]
    assert joined["corridors"].to_list() == ["A; B"]
    nearer_b = join(make_sites((1000, 1500)), *two, count_planned=True, reach_m=1e9)
    assert nearer_b["corridors"].to_list() == ["B; A"]


def test_of_stops_equally_near_the_first_by_order(make_sites, make_corridor_stops):
    stops = make_corridor_stops(("A", 10, 0, 100), ("A", 9, 0, -100), ("A", 11, 100, 0))
    joined = join(make_sites((0, 0), (0, 0)), stops, lines(A=[(0, -100), (0, 100)]))
    assert joined["corridor_stop"].to_list() == ["Stop A#9"] * 2


def test_reach_is_a_walk_and_its_edge_is_within(make_sites, two):
    sites = make_sites((0, 800), (0, 800.001))
    assert join(sites, *two, walk_factor=1.2)["corridors"].fillna("").to_list() == ["A", ""]


def test_a_corridor_without_line_has_no_chainage(make_sites, make_corridor_stops):
    joined = join(make_sites((0, 0)), make_corridor_stops(("A", 1, 0, 0)), lines(A=None))
    assert joined["corridor_walk_m"].to_list() == [0]
    assert joined["corridor_chainage_m"].isna().all()


def test_chainage_runs_through_the_pieces_of_a_broken_line(make_sites, make_corridor_stops):
    pieces = shapely.MultiLineString([[(0, 0), (100, 0)], [(200, 0), (300, 0)]])
    drawn = lines(A=[(0, 0), (1, 0)]).set_geometry(gpd.GeoSeries([pieces], index=["A"], crs=27700))
    joined = join(make_sites((250, 10)), make_corridor_stops(("A", 1, 0, 0)), drawn)
    assert joined["corridor_chainage_m"].to_list() == [150]


def test_no_counted_stop_leaves_everything_missing(make_sites, make_corridor_stops):
    joined = join(make_sites((0, 0)), make_corridor_stops(("A", 1, 0, 0, "closed")), lines(A=[(0, 0), (1, 0)]))
    assert joined[COLUMNS].isna().all(axis=None)


def test_the_order_of_rows_does_not_matter(make_sites, make_corridor_stops):
    rng = np.random.default_rng(3)
    rows = [(name, order, *(rng.integers(0, 6, 2) * 100)) for name in "CAB" for order in range(1, 12)]
    drawn = lines(**{name: [(0, 0), (500, 500)] for name in "ABC"})
    sites = make_sites(*(rng.integers(0, 6, (50, 2)) * 100))
    first = join(sites, make_corridor_stops(*rows), drawn)
    again = join(sites, make_corridor_stops(*rows[::-1]), drawn.iloc[::-1])
    pd.testing.assert_frame_equal(again, first)
    assert (first["corridors"].str.split("; ").str[0] == first["corridor"]).all()


def test_a_wrong_call_is_refused(make_sites, two):
    with pytest.raises(InputError, match=r"walk_factor: 0\.5 is below 1"):
        join(make_sites((0, 0)), *two, walk_factor=0.5)
    with pytest.raises(InputError, match="lines: needs the index 'corridor'"):
        join(make_sites((0, 0)), two[0], two[1].reset_index(drop=True))
