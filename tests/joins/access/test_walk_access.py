from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import box

from siteprior.core.errors import InputError
from siteprior.core.schema import SITE_ACCESS_COLUMNS
from siteprior.joins._geometry import site_origins
from siteprior.joins.access.walk_access import join_access
from siteprior.joins.access.walks import Walking
from siteprior.walking.network import build_network
from siteprior.walking.walk import snap, walks

COLUMNS = [column.name for column in SITE_ACCESS_COLUMNS]
EXTRA = ["walk_note", "walk_snap_m", "walk_min"]


def test_walks_to_the_nearest_open_stop_of_each_mode(make_sites, make_stops):
    stops = make_stops(
        ("9100A", "rail", 300, 400), ("9100B", "rail", 60_000, 80_000), ("9400A", "metro", 0, 1000),
        ("9400B", "metro", 0, 10, "planned"), ("4300A", "bus", 0, 50, "closed"), ("4300B", "bus", 30, 40),
        ("9000A", "coach", 1, 1), ("4300C", "bus", 0, 1, "not stated"),
    )  # fmt: skip
    sites = make_sites((0, 0), (0, 1000), (60_000, 80_000), None)
    joined = join_access(sites, stops, Walking(walk_factor=1.3))
    assert joined.index.equals(sites.index)
    columns = [name for name in COLUMNS if not name.endswith(("_low_m", "_high_m")) and name not in EXTRA]
    here, beside, far, nowhere = (joined.loc[name, columns] for name in joined.index)
    unknown = [name for name in COLUMNS if name.endswith(("_low_m", "_high_m", "_snap_m"))]
    assert joined[unknown].isna().all(axis=None)  # no reach is known, and no street
    assert joined["walk_note"].fillna("").tolist() == ["", "", "", "no place"]
    assert here["walk_m"] / 80 == joined["walk_min"].iloc[0]
    assert here.to_list() == ["Stop 9100A", "rail", "9100A", 650.0, "straight-line", 650.0, 1300.0, "Stop 4300B", 65.0]
    assert beside[["nearest_stop_atco", "walk_m", "nearest_stop_mode"]].to_list() == ["9400A", 0.0, "metro"]
    assert far["metro_walk_m"] == pytest.approx(1.3 * np.hypot(60_000, 79_000))  # however far
    assert nowhere.isna().all()


def test_ties_go_to_the_lowest_code_and_never_multiply_sites(make_sites, make_stops):
    stops = make_stops(
        ("9400Z", "metro", 0, 100), ("9400B", "metro", 0, -100), ("9100Y", "rail", 100, 0), ("9100X", "rail", -100, 0),
        *((f"43{i:02}", "bus", 3, 4) for i in range(20, 0, -1)),
    )  # fmt: skip
    joined = join_access(make_sites((0, 0), (0, 0)), stops, Walking(walk_factor=1.0))
    assert joined["nearest_stop_atco"].to_list() == ["9100X"] * 2
    assert joined["bus_stop"].to_list() == ["Stop 4301"] * 2
    assert joined["walk_m"].to_list() == [100, 100]
    without_rail = join_access(make_sites((0, 0)), stops[stops["mode"] != "rail"], Walking(walk_factor=1.0))
    assert without_rail["nearest_stop_atco"].to_list() == ["9400B"]
    assert without_rail["rail_walk_m"].isna().all()


def test_the_order_of_stops_does_not_matter(make_sites, make_stops):
    rng = np.random.default_rng(2)
    rows = [(f"9{i:03}", ("rail", "metro", "bus")[i % 3], *(rng.integers(0, 8, 2) * 10)) for i in range(60)]
    sites = make_sites(*(rng.integers(0, 8, (40, 2)) * 10))
    first = join_access(sites, make_stops(*rows), Walking(walk_factor=1.3))
    pd.testing.assert_frame_equal(join_access(sites, make_stops(*rows[::-1]), Walking(walk_factor=1.3)), first)
    pd.testing.assert_frame_equal(join_access(sites.join(first), make_stops(*rows), Walking(walk_factor=1.3)), first)
    assert (first["walk_m"] == first[["rail_walk_m", "metro_walk_m"]].min(axis=1)).all()


def test_no_open_stop_leaves_everything_missing(make_sites, make_stops):
    stops = make_stops(("1", "bus", 0, 0, "planned"))
    joined = join_access(make_sites((0, 0)), stops, Walking(walk_factor=1.3))
    assert joined[[name for name in COLUMNS if name != "walk_note"]].isna().all(axis=None)
    assert joined["walk_note"].tolist() == ["no open rail or metro stop; no open bus stop"]
    assert joined.dtypes[["walk_m", "nearest_stop"]].astype(str).to_list() == ["float64", "str"]


def test_walks_range_over_what_the_position_leaves_open(make_sites, make_stops):
    stops = make_stops(("9100A", "rail", 100, 0), ("4300A", "bus", 0, 400))
    sites = make_sites((0, 0), (0, 0), (0, 0), None).assign(position_uncertainty_m=[60.0, 150.0, np.nan, np.nan])
    joined = join_access(sites, stops, Walking(walk_factor=1.3))
    assert joined["walk_low_m"].tolist()[:2] == [pytest.approx(1.3 * 40), 0]  # never below zero
    assert joined["walk_high_m"].tolist()[:2] == pytest.approx([1.3 * 160, 1.3 * 250])
    assert joined["bus_walk_low_m"].tolist()[:2] == pytest.approx([1.3 * 340, 1.3 * 250])
    assert joined["bus_walk_high_m"].tolist()[:2] == pytest.approx([1.3 * 460, 1.3 * 550])
    ends = [f"{walk}_{end}_m" for walk in ("walk", "bus_walk") for end in ("low", "high")]
    assert joined[ends].iloc[2:].isna().all(axis=None)  # how far the site reaches is not known
    assert joined["walk_m"].tolist()[:3] == pytest.approx([130] * 3)


def test_polygons_are_measured_from_their_edges_and_corners(make_sites, make_stops, make_shapes):
    stops = make_stops(("9100A", "rail", 100, 0), ("9100B", "rail", -70, 0), ("4300A", "bus", 10, 10))
    sites = make_sites((20, 0), (20, 0), (20, 0)).assign(position_uncertainty_m=[0.0, 5.0, 30.0])
    shapes = make_shapes(sites, box(-50, -50, 50, 50), box(-50, -50, 50, 50), None)
    joined = join_access(sites, stops, Walking(walk_factor=1.0, shapes=shapes))
    # the point is nearest to A; the polygon reaches to within 20 m of B, and its far corners lie 150, 50 from A
    assert joined["walk_m"].tolist() == [80] * 3
    assert joined["walk_low_m"].tolist() == [20, 15, 50]
    assert joined["walk_high_m"].tolist() == pytest.approx([np.hypot(150, 50), np.hypot(150, 50) + 5, 110])
    assert joined["bus_walk_low_m"].tolist() == [0, 0, 0]  # the stop stands on the site
    without = join_access(sites, stops, Walking(walk_factor=1.0))
    assert without["walk_low_m"].tolist() == [80, 75, 50]


def test_the_range_holds_every_walk_from_within_the_shape(make_sites, make_stops, make_shapes):
    rng = np.random.default_rng(9)
    stops = make_stops(*((f"91{n:03}", "rail", *rng.uniform(0, 3000, 2)) for n in range(30)))
    sites = make_sites(*rng.uniform(0, 3000, (20, 2)))
    sites["position_uncertainty_m"] = [*rng.uniform(0, 300, 10), *[0.0] * 10]
    polygons = [p.buffer(rng.uniform(20, 300), quad_segs=2) for p in sites.geometry[10:]]
    joined = join_access(sites, stops, Walking(walk_factor=1.3, shapes=make_shapes(sites, *[None] * 10, *polygons)))
    areas = [*sites.geometry[:10].buffer(sites["position_uncertainty_m"][:10]), *polygons]
    for name, area in zip(sites.index, areas, strict=True):
        spots = np.array([*area.exterior.segmentize(20).coords, *area.representative_point().coords])
        walks = 1.3 * np.hypot(*(spots[:, None] - stops.get_coordinates().to_numpy()[None]).transpose(2, 0, 1)).min(1)
        assert joined.loc[name, "walk_low_m"] <= walks.min() + 1e-6
        assert joined.loc[name, "walk_high_m"] >= walks.max() - 1e-6
        assert joined.loc[name, "walk_low_m"] <= joined.loc[name, "walk_m"] <= joined.loc[name, "walk_high_m"]


@pytest.fixture
def streets():
    """One long street west to east, a spur of 300 m north from its middle, and an island far off."""
    return build_network(
        shapely.linestrings(
            [[(0, 0), (1000, 0)], [(1000, 0), (2000, 0)], [(1000, 0), (1000, 300)], [(9000, 0), (9400, 0)]]
        )
    )


def test_walks_over_the_streets_from_a_point(make_sites, make_stops, streets):
    stops = make_stops(
        ("9100A", "rail", 2000, 40), ("9100B", "rail", 1000, 300), ("9400A", "metro", 100, 0),
        ("9400B", "metro", 500, 200, "planned"), ("4300A", "bus", 9300, 0), ("4300B", "bus", 30, 40),
    )  # fmt: skip
    sites = make_sites((980, 280), (500, -10), (9000, 0), (500, 300), None)
    joined = join_access(sites, stops, Walking(walk_factor=1.3, network=streets))
    assert joined.index.equals(sites.index)
    spur, street, island, field, nowhere = (joined.loc[name] for name in joined.index)
    assert spur[["nearest_stop_atco", "walk_m", "walk_snap_m", "walk_basis"]].to_list() == ["9100B", 40, 20, "network"]
    assert spur["metro_walk_m"] == 20 + 280 + 900
    assert street[["nearest_stop_atco", "walk_m", "rail_walk_m", "bus_walk_m"]].to_list() == ["9400A", 410, 810, 520]
    assert street["walk_min"] == 410 / 80
    assert street["bus_stop"] == "Stop 4300B"
    assert island[["bus_walk_m", "walk_snap_m", "walk_basis"]].to_list() == [300, 0, "network"]
    missing = ["nearest_stop", "walk_m", "walk_min", "walk_low_m", "walk_high_m", "rail_walk_m", "metro_walk_m"]
    for row in (island, field, nowhere):
        assert row[missing].isna().all()
    assert field[["bus_walk_m", "walk_snap_m", "walk_basis"]].isna().all()
    assert joined["walk_note"].fillna("").to_list() == [
        "", "", "no way on the streets to any open rail or metro stop", "no street within 250 m", "no place"
    ]  # fmt: skip
    quick = join_access(sites, stops, Walking(walk_factor=1.3, network=streets, max_snap_m=305), speed_m_per_min=100)
    assert quick["walk_min"].iloc[1] == 4.1
    assert quick[["walk_m", "walk_snap_m"]].iloc[3].to_list() == [700, 300]  # the street is nearer than the spur


def test_the_range_of_a_point_over_the_streets(make_sites, make_stops, streets):
    stops = make_stops(("9100A", "rail", 100, 0), ("4300A", "bus", 9300, 0))
    sites = make_sites((140, 0), (1100, 0), (500, 0)).assign(position_uncertainty_m=[50.0, 100.0, np.nan])
    joined = join_access(sites, stops, Walking(walk_factor=1.3, network=streets))
    assert joined["walk_m"].to_list() == [40, 1000, 400]
    assert joined["walk_low_m"].to_list()[:2] == [0, 870]  # never below zero
    assert joined["walk_high_m"].to_list()[:2] == [105, 1130]
    assert joined[["walk_low_m", "walk_high_m"]].iloc[2].isna().all()
    assert joined[["bus_walk_m", "bus_walk_low_m", "bus_walk_high_m"]].isna().all(axis=None)
    assert joined["walk_note"].to_list() == ["no way on the streets to any open bus stop"] * 3


def test_a_polygon_is_walked_from_its_edge(make_sites, make_stops, make_shapes, streets):
    stops = make_stops(("9100A", "rail", 0, 0), ("4300A", "bus", 2000, 0))
    sites = make_sites((600, 150), (600, 150)).assign(position_uncertainty_m=[0.0, 0.0])
    box_of = box(400, 20, 800, 280)
    joined = join_access(
        sites, stops, Walking(walk_factor=1.3, network=streets, shapes=make_shapes(sites, box_of, None))
    )
    # the south-west corner lies 20 m off the street, 400 m along it; the north-east one 200 m off the spur
    assert joined["walk_m"].to_list() == [420, 750]
    assert joined["walk_snap_m"].to_list() == [20, 150]
    assert joined["bus_walk_m"].iloc[0] == 1220
    assert joined["walk_low_m"].to_list() == [420, 750]
    corners, owner = site_origins(sites, make_shapes(sites, box_of, None), 25)
    assert (np.bincount(owner) == [54, 1]).all()
    here = snap(streets, corners[owner == 0], max_snap_m=250)
    there = snap(streets, np.array([(0.0, 0.0)]), max_snap_m=250)
    every = walks(streets, here, there, cutoff_m=1e6).walk_m
    assert (joined["walk_m"].iloc[0], joined["walk_high_m"].iloc[0]) == (every.min(), every.max())
    walking = Walking(walk_factor=1.3, network=streets, shapes=make_shapes(sites, box_of, None))
    loose = join_access(sites.assign(position_uncertainty_m=10.0), stops, walking)
    assert loose["walk_low_m"].to_list() == [407, 737]  # where it lies may be off, too
    assert loose["walk_high_m"].iloc[0] == every.max() + 13


def test_ties_over_the_streets_go_to_the_lowest_code(make_sites, make_stops, streets):
    stops = make_stops(
        ("9400Z", "metro", 900, 0), ("9400B", "metro", 1100, 0), ("9100Y", "rail", 1000, 100), ("4301", "bus", 900, 0),
        ("4300", "bus", 900, 0),
    )  # fmt: skip
    sites = make_sites((1000, 0), (1000, 0))
    joined = join_access(sites, stops, Walking(walk_factor=1.0, network=streets))
    assert joined["nearest_stop_atco"].to_list() == ["9100Y"] * 2
    assert joined["bus_stop"].to_list() == ["Stop 4300"] * 2
    pd.testing.assert_frame_equal(
        join_access(sites, stops.iloc[::-1], Walking(walk_factor=1.0, network=streets)), joined
    )
    none = join_access(sites, stops[stops["mode"] == "coach"], Walking(walk_factor=1.0, network=streets))
    assert none["walk_note"].to_list() == ["no open rail or metro stop; no open bus stop"] * 2
    assert none["walk_basis"].isna().all()
    empty = join_access(make_sites(), stops, Walking(walk_factor=1.0, network=streets))
    assert len(empty) == 0
    placeless = join_access(make_sites(None), stops, Walking(walk_factor=1.0, network=streets))
    assert placeless["walk_note"].to_list() == ["no place"]


@pytest.mark.parametrize("wrong", [{"speed_m_per_min": 0}, {"max_snap_m": -1}, {"max_snap_m": float("nan")}])
def test_speeds_and_snaps_are_above_zero(make_sites, make_stops, streets, wrong):
    snap_m, speed = wrong.get("max_snap_m", 250), wrong.get("speed_m_per_min")
    with pytest.raises(InputError, match=next(iter(wrong))):
        join_access(
            make_sites((0, 0)),
            make_stops(("1", "bus", 0, 0)),
            Walking(walk_factor=1.3, network=streets, max_snap_m=snap_m),
            speed_m_per_min=speed,
        )


@pytest.mark.parametrize("factor", [0.9, 0, float("nan")])
def test_no_walk_is_shorter_than_the_straight_line(make_sites, make_stops, factor):
    with pytest.raises(InputError, match="walk_factor"):
        join_access(make_sites((0, 0)), make_stops(("1", "bus", 0, 0)), Walking(walk_factor=factor))


def test_tables_of_another_kind_are_refused(make_sites, make_stops):
    with pytest.raises(InputError, match="stops: needs the index 'atco_code'"):
        join_access(make_sites((0, 0)), make_stops(("1", "bus", 0, 0)).reset_index(drop=True), Walking(walk_factor=1.3))


def test_real_walks_against_every_stop(real, make_sites):
    from siteprior.sources.transit.naptan import read_stops
    from siteprior.sources.transit.openings import apply_openings
    from siteprior.sources.transit.statements import read_openings

    folder = real / "real" / "transit"
    stops = read_stops([folder / f"naptan_{area}_stops_2026-07-21.csv.gz" for area in (430, 910, 940)]).table
    told = read_openings(real / "facts" / "corridors.csv").table
    stops = apply_openings(stops, told, network_date="2026-10-02")
    rng = np.random.default_rng(4)
    points = rng.uniform((388_000, 275_000), (438_000, 305_000), (40, 2))
    joined = join_access(make_sites(*points), stops, Walking(walk_factor=1.3))
    usable = stops[stops["state"] == "open"]
    for mode, column in {"rail": "rail_walk_m", "metro": "metro_walk_m", "bus": "bus_walk_m"}.items():
        some = usable[usable["mode"] == mode].geometry
        every = np.hypot(some.x.to_numpy()[:, None] - points[:, 0], some.y.to_numpy()[:, None] - points[:, 1])
        assert joined[column].to_numpy() == pytest.approx(1.3 * every.min(axis=0))
    # the nearest tram to Dudley's castle hill is not the unopened stop at its foot
    dudley = join_access(make_sites((394_999, 290_848)), stops, Walking(walk_factor=1.3))
    assert dudley["nearest_stop_atco"].iloc[0] != "9400ZZWMDC"
    assert dudley["metro_walk_m"].iloc[0] > 4_000
