from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.issues import COLUMNS as ISSUE_COLUMNS
from siteprior.core.schema import CORRIDORS, SITE_CORRIDOR_COLUMNS, conform
from siteprior.joins.access.walks import Walking
from siteprior.joins.corridors.corridor_walks import join_corridors, unsnapped
from siteprior.walking.network import build_network

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
    walking = {
        name: options.pop(name) for name in ("network", "shapes", "walk_factor", "max_snap_m") if name in options
    }
    return join_corridors(sites, stops, drawn, Walking(**walking), **{"reach_m": 960, **options})


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


def test_a_planned_stop_counts_only_when_asked(make_sites, two):
    joined = join(make_sites((1000, 1900)), *two, count_planned=True)
    told = joined[COLUMNS].drop(columns=["corridor_walk_low_m", "corridor_walk_high_m"])
    assert told.iloc[0].to_list() == ["B", "metro", "Stop B#2", "planned", 130, 1900, "on the line", 1, "B", 1]


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
    with pytest.raises(InputError, match="reach_m: nan is not a length"):
        join(make_sites((0, 0)), *two, reach_m=np.nan)


def test_decay_is_full_to_400_m_and_nothing_from_960_m(make_sites, make_corridor_stops):
    sites = make_sites((0, 0), (400, 0), (680, 0), (960, 0), (5000, 0), None)
    joined = join(sites, make_corridor_stops(("A", 1, 0, 0)), lines(A=None), walk_factor=1)
    assert joined["corridor_decay"].fillna(-1).to_list() == [1, 1, 0.5, 0, 0, -1]
    assert joined["corridors_in_reach"].fillna(-1).to_list() == [1, 1, 1, 1, 0, -1]


def side(make_sites, make_corridor_stops, line, *points, shapes=None):
    sites = make_sites(*points)
    stops = make_corridor_stops(("A", 1, *line[0]))
    return join(sites, stops, lines(A=line), shapes=shapes and shapes(sites))["corridor_side"].fillna("").to_list()


def test_the_side_is_seen_along_growing_chainage(make_sites, make_corridor_stops):
    north, points = [(0, 0), (0, 1000)], [(-100, 500), (100, 500), (25, 500), (-25.1, 500), None]
    sides = ["left", "right", "on the line", "left", ""]
    assert side(make_sites, make_corridor_stops, north, *points) == sides
    flipped = ["right", "left", "on the line", "right", ""]
    assert side(make_sites, make_corridor_stops, north[::-1], *points) == flipped


def test_the_side_beyond_an_end_is_that_of_the_last_leg_carried_on(make_sites, make_corridor_stops):
    line = [(0, 0), (1000, 1000), (1000, 2000)]
    points = [(900, 2500), (1100, 2500), (1020, 2500), (-200, -300), (-300, -200)]
    assert side(make_sites, make_corridor_stops, line, *points) == ["left", "right", "on the line", "right", "left"]


def test_the_side_at_a_sharp_corner_is_that_of_both_legs(make_sites, make_corridor_stops):
    # the line turns back sharply to the left at (1000, 0): whatever is nearest to the corner lies on its right
    line = [(0, 0), (1000, 0), (500, 100)]
    points = [(1100, 60), (1100, -60), (1100, 90), (1050, -200)]
    assert side(make_sites, make_corridor_stops, line, *points) == ["right"] * 4
    # out and back on the same street: the way out tells
    assert side(make_sites, make_corridor_stops, [(0, 0), (1000, 0), (0, 0)], (500, 60)) == ["left"]


def test_the_side_on_a_ring(make_sites, make_corridor_stops):
    ring = [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)]
    points = [(500, 400), (-100, -100), (-100, 50), (500, -400)]
    assert side(make_sites, make_corridor_stops, ring, *points) == ["left", "right", "right", "right"]


def test_a_line_turned_round_turns_chainage_and_sides_round(make_sites, make_corridor_stops):
    rng = np.random.default_rng(11)
    line = np.cumsum(rng.uniform((100, -300), (500, 300), (12, 2)), axis=0)
    length = shapely.LineString(line).length
    marks = shapely.line_locate_point(shapely.LineString(line), shapely.points(line))
    there = make_corridor_stops(*(("A", i, *spot) for i, spot in enumerate(line, start=1))).assign(chainage_m=marks)
    back = make_corridor_stops(*(("A", i, *spot) for i, spot in enumerate(line[::-1], start=1)))
    back = back.assign(chainage_m=length - marks[::-1])
    sites = make_sites(*rng.uniform(line.min(axis=0) - 500, line.max(axis=0) + 500, (300, 2)))
    one, other = join(sites, there, lines(A=line)), join(sites, back, lines(A=line[::-1]))
    assert other["corridor_walk_m"].equals(one["corridor_walk_m"])
    assert (one["corridor_chainage_m"] + other["corridor_chainage_m"]).to_numpy() == pytest.approx(length)
    turned = {"left": "right", "right": "left", "on the line": "on the line"}
    assert other["corridor_side"].to_list() == one["corridor_side"].map(turned).to_list()
    assert set(one["corridor_side"]) == set(turned)


def test_a_polygon_that_comes_near_the_line_lies_on_it(make_sites, make_corridor_stops, make_shapes):
    found = side(
        make_sites, make_corridor_stops, [(0, 0), (0, 1000)], (100, 500), (100, 500),
        shapes=lambda sites: make_shapes(sites, shapely.box(20, 400, 180, 600), shapely.box(26, 400, 174, 600)),
    )  # fmt: skip
    assert found == ["on the line", "right"]


def test_no_side_without_a_line(make_sites, make_corridor_stops):
    joined = join(make_sites((5, 5)), make_corridor_stops(("A", 1, 0, 0)), lines(A=None))
    assert joined["corridor_side"].isna().all()


def test_chainage_keeps_to_the_limb_of_the_nearest_stop(make_sites, make_corridor_stops):
    """A hairpin: east along northing 0, back along northing 300; the site lies nearer to the limb it is not on."""
    hairpin = [(0, 0), (3000, 0), (3000, 300), (0, 300)]
    marks = {1: 0, 2: 1000, 3: 3000, 4: 6300}
    stops = make_corridor_stops(("A", 1, 0, 0), ("A", 2, 1000, 0), ("A", 3, 3000, 0), ("A", 4, 0, 300))
    stops = stops.assign(chainage_m=stops["order"].map(marks).astype(float))
    sites = make_sites((1000, 155), (2000, 20), (500, 290))
    joined = join(sites, stops, lines(A=hairpin))
    assert joined["corridor_stop"].to_list() == ["Stop A#2", "Stop A#2", "Stop A#4"]
    assert joined["corridor_chainage_m"].to_list() == [1000, 2000, 3300 + 2500]
    # without chainages that lie on the line, the whole line is searched
    blind = join(sites, stops.assign(chainage_m=np.nan), lines(A=hairpin))
    assert blind["corridor_chainage_m"].to_list() == [3300 + 2000, 2000, 3300 + 2500]
    wrong = join(sites, stops.assign(chainage_m=stops["chainage_m"] + 200), lines(A=hairpin))
    assert wrong["corridor_chainage_m"].equals(blind["corridor_chainage_m"])


def test_chainage_leaps_to_a_part_of_the_line_that_is_clearly_nearer(make_sites, make_corridor_stops):
    """The line turns back past an open end; what lies beside the unopened stretch stands there, not at the end."""
    rows = [
        ("A", 1, 0, 0),
        ("A", 2, 1000, 0),
        ("A", 3, 2000, 0),
        ("A", 4, 2000, 600, "planned"),
        ("A", 5, 0, 600, "planned"),
    ]
    stops = make_corridor_stops(*rows).assign(chainage_m=[0.0, 1000, 2000, 2600, 4600])
    drawn = lines(A=[(0, 0), (2000, 0), (2000, 600), (0, 600)])
    joined = join(make_sites((1000, 316), (1000, 310)), stops, drawn)  # 284 of 316 is under nine tenths, 290 of 310 not
    assert joined["corridor_stop"].to_list() == ["Stop A#2"] * 2
    assert joined["corridor_chainage_m"].to_list() == [3600, 1000]


def test_a_stop_that_does_not_count_bounds_no_stretch(make_sites, make_corridor_stops):
    stops = make_corridor_stops(("A", 1, 0, 0), ("A", 2, 1000, 0, "planned"), ("A", 3, 3000, 0, "planned"))
    stops = stops.assign(chainage_m=[0.0, 1000.0, 3000.0])
    joined = join(make_sites((2500, 100)), stops, lines(A=[(0, 0), (3000, 0)]))
    assert joined["corridor_chainage_m"].to_list() == [2500]


def test_a_ring_offers_the_stretches_about_both_calls(make_sites, make_corridor_stops):
    ring = [(0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0)]
    rows = [("A", i + 1, *spot) for i, spot in enumerate(ring)]
    stops = make_corridor_stops(*rows).assign(chainage_m=[0.0, 1000, 2000, 3000, 4000])
    joined = join(make_sites((100, 10), (10, 100)), stops, lines(A=ring))
    assert joined["corridor_stop"].to_list() == ["Stop A#1"] * 2
    assert joined["corridor_chainage_m"].to_list() == [100, 3900]


@pytest.fixture
def streets():
    """A street east from (0, 0) to (2000, 0) and, past a gap, an island farther east."""
    return build_network(shapely.linestrings([[(0, 0), (1000, 0)], [(1000, 0), (2000, 0)], [(4000, 0), (5000, 0)]]))


def test_walks_run_over_the_streets(make_sites, two, streets):
    # (100, 300) is too far from a street, (1500, 40) walks 40 + 500, (4500, 0) is on the island
    sites = make_sites((100, 300), (1500, 40), (4500, 0), None)
    joined = join(sites, *two, network=streets, max_snap_m=250)
    assert joined["corridor"].fillna("").to_list() == ["", "A", "", ""]
    assert joined["corridor_walk_m"].fillna(-1).to_list() == [-1, 540, -1, -1]
    assert joined["corridor_decay"].fillna(-1).to_list() == [-1, 0.75, -1, -1]
    assert joined["corridors"].fillna("").to_list() == ["", "A; B", "", ""]
    assert joined["corridors_in_reach"].fillna(-1).to_list() == [-1, 2, -1, -1]
    assert joined["corridor_chainage_m"].fillna(-1).to_list() == [-1, 1500, -1, -1]
    assert joined.loc[["E08:1", "E08:3", "E08:4"], COLUMNS].isna().all(axis=None)
    # the limit is exact and belongs to what is in reach, however far the nearest is
    assert join(sites, *two, network=streets, reach_m=540)["corridors"].fillna("").to_list()[1] == "A; B"
    beyond = join(sites, *two, network=streets, reach_m=539.999).iloc[1]
    assert (beyond["corridor_walk_m"], beyond["corridors_in_reach"], str(beyond["corridors"])) == (540, 0, "nan")


def test_walks_on_streets_start_at_the_edge_of_a_polygon(make_sites, make_shapes, two, streets):
    sites = make_sites((1500, 40), (1500, 40)).assign(position_uncertainty_m=[10.0, 10.0])
    field = shapely.box(1400, 20, 1600, 60)
    joined = join(sites, *two, network=streets, shapes=make_shapes(sites, field, None))
    assert joined["corridor_walk_m"].to_list() == [420, 540]
    assert joined["corridor_walk_low_m"].to_list() == [407, 527]
    # the farthest place on the edge: 60 m up at easting 1600
    assert joined["corridor_walk_high_m"].to_list() == [60 + 600 + 13, 540 + 13]


def test_a_stop_without_a_street_is_reported(two, streets):
    stops, _ = two
    issues = unsnapped(stops, streets, 250, file="corridors.csv")
    assert list(issues.columns) == list(ISSUE_COLUMNS)
    assert issues[["file", "issue_type", "value"]].to_numpy().tolist() == [
        ["corridors.csv", "unknown entity", "B: Stop B#2"], ["corridors.csv", "unknown entity", "A: Stop A#3"],
    ]  # fmt: skip
    assert issues["action"][0] == "no street within 250 m: no walk on the streets leads there"
    assert unsnapped(stops.iloc[:1], streets).empty
