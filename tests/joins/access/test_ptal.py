from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.ptal import make_services
from factories.real import expected
from siteprior.core.errors import InputError
from siteprior.core.schema import ACCESS_MODES, SERVICE_MODES
from siteprior.joins.access.ptal import ROUTE_COLUMNS, access_band, access_index, band_names, largest_cutoff_m

# TfL, Assessing transport connectivity in London (2015), figure 2.15: mode, metres, per hour, WT, SWT, AWT, TAT, EDF
FIGURE_2_15 = [
    ("bus", 200, 3, 2.50, 10.000, 12.000, 14.500, 2.0690),
    ("bus", 200, 10, 2.50, 3.000, 5.000, 7.500, 4.0000),
    ("bus", 200, 7, 2.50, 4.286, 6.286, 8.786, 3.4146),
    ("bus", 400, 3, 5.00, 10.000, 12.000, 17.000, 1.7647),
    ("bus", 400, 4, 5.00, 7.500, 9.500, 14.500, 2.0690),
    ("bus", 400, 7, 5.00, 4.286, 6.286, 11.286, 2.6582),
    ("underground", 746, 8, 9.325, 3.750, 4.500, 13.825, 2.1700),
    ("underground", 746, 8, 9.325, 3.750, 4.500, 13.825, 2.1700),
    ("rail", 900, 3, 11.25, 10.000, 10.750, 22.000, 1.3636),
    ("rail", 900, 2, 11.25, 15.000, 15.750, 27.000, 1.1111),
]


def make_walks(*rows):
    """Make walks from (stop, metres), of the point x, or from (point, stop, metres)."""
    return pd.DataFrame([("x", *row)[-3:] for row in rows], columns=["point", "stop_code", "walk_m"])


def lone_routes(*rows):
    """Make walks and services in which each (mode, metres, per_hour) has a stop and a route of its own."""
    return (
        make_walks(*((f"S{i:02}", float(row[1])) for i, row in enumerate(rows))),
        make_services(*((f"S{i:02}", f"r{i:02}", row[0], row[2]) for i, row in enumerate(rows))),
    )


def index_of(*rows):
    return access_index(*lone_routes(*rows), points=["x"])[0]["access_index"].item()


def test_the_published_worked_example():
    index, routes = access_index(*lone_routes(*FIGURE_2_15))
    assert routes.columns.to_list() == list(ROUTE_COLUMNS)
    assert routes["mode"].to_list() == [row[0] for row in FIGURE_2_15]  # bus, underground, rail: as they are declared
    for column, place, digits in zip(
        ("walk_min", "swt_min", "awt_min", "tat_min", "edf"), range(3, 8), (4, 3, 3, 3, 4), strict=True
    ):
        assert routes[column].round(digits).to_list() == [row[place] for row in FIGURE_2_15], column
    assert routes["weight"].to_list() == [0.5, 1, 0.5, 0.5, 0.5, 0.5, 1, 0.5, 1, 0.5]
    one = index.loc["x"]
    assert round(one["access_index"], 4) == 15.1619
    assert [round(one[f"access_index_{mode}"], 4) for mode in ("bus", "tram", "rail")] == [9.9877, 3.2550, 1.9192]
    assert (one["access_band"], one["access_routes"]) == ("4", 10)
    assert routes["contribution"].sum() == one["access_index"]  # to the last bit


def test_the_worked_example_with_a_tram():
    index, routes = access_index(
        *lone_routes(("bus", 240, 6), ("bus", 240, 5), ("bus", 560, 4), ("tram", 480, 10), ("rail", 880, 4))
    )
    assert routes["edf"].round(4).to_list() == [3.0, 2.7273, 1.8182, 3.0769, 1.5584]
    assert index.round(4).loc["x"].to_list() == [9.9081, 5.2727, 3.0769, 1.5584, "2", 5]


@pytest.mark.parametrize(
    ("mode", "cutoff"), [("bus", 640), ("tram", 960), ("underground", 960), ("rail", 960), ("ferry", 960)]
)
def test_the_cut_off_belongs_to_what_is_reached(mode, cutoff):
    assert index_of((mode, cutoff, 6)) > 0
    assert index_of((mode, cutoff + 0.1, 6)) == 0
    assert largest_cutoff_m() == 960


def test_without_departures_the_doorstep_frequency_is_zero():
    index, routes = access_index(*lone_routes(("bus", 100, 0), ("rail", 500, 0)))
    assert index.loc["x"].to_list() == [0, 0, 0, 0, "0", 0]
    assert routes.empty
    assert index_of(("bus", 100, 0), ("bus", 200, 10)) == index_of(("bus", 200, 10)) == 4.0


def test_exactly_five_is_1b():
    index, _ = access_index(*lone_routes(("bus", 200, 10), ("bus", 400, 3.75)))  # 4 + 2 / 2
    assert index.loc["x", ["access_index", "access_band"]].to_list() == [5.0, "1b"]


def test_bands():
    tops = [0, 2.5, 5, 10, 15, 20, 25, 40]
    assert access_band(pd.Series(tops, dtype=float)).to_list() == ["0", "1a", "1b", "2", "3", "4", "5", "6a"]
    assert access_band(pd.Series(tops) + 0.001).to_list() == band_names()[1:]
    assert access_band(pd.Series([5 + 1e-13, 5 - 1e-13])).to_list() == ["1b", "1b"]  # sums end in noise
    assert access_band(pd.Series([np.nan], index=["x"])).isna().all()


def test_the_bands_of_londons_areas(real):
    london = pd.read_csv(real / "real/transit/ptal/LSOA2011_AvPTAI2015.csv.gz", dtype={"PTAL": "str"})
    told = london["PTAL"].str.removesuffix(".00000")  # the class column is text and holds 1a beside 2.00000
    assert len(london) == expected(whole=4835, of_slice=242)
    assert access_band(london["AvPTAI2015"]).eq(told).all()
    assert set(told) == set(band_names()) - {"0"}


def test_of_each_route_only_the_nearest_stop_counts():
    services = make_services(("A", "9", "bus", 4), ("B", "9", "bus", 12), ("B", "8", "bus", 6))
    index, routes = access_index(make_walks(("A", 100.0), ("B", 160.0)), services)
    assert routes[["route", "stop_code", "per_hour"]].to_numpy().tolist() == [["8", "B", 6.0], ["9", "A", 4.0]]
    assert index["access_routes"].item() == 2


def test_a_nearer_stop_without_departures_is_none():
    services = make_services(("A", "9", "bus", 0), ("B", "9", "bus", 12))
    assert access_index(make_walks(("A", 100.0), ("B", 160.0)), services)[1]["stop_code"].to_list() == ["B"]


def test_of_two_directions_the_shorter_walk_and_the_higher_frequency():
    services = make_services(
        ("A", "9", "bus", 3, "0"), ("B", "9", "bus", 5, "1"), ("C", "9", "bus", 20, "1"), ("D", "9", "bus", 20, "0"),
    )  # fmt: skip
    _, routes = access_index(make_walks(("A", 100.0), ("B", 140.0), ("C", 150.0), ("D", 700.0)), services)
    assert routes[["stop_code", "walk_m", "per_hour"]].to_numpy().tolist() == [["A", 100.0, 5.0]]
    _, routes = access_index(make_walks(("A", 100.0), ("B", 641.0)), services)  # the other way is out of reach
    assert routes[["stop_code", "walk_m", "per_hour"]].to_numpy().tolist() == [["A", 100.0, 3.0]]


def test_a_blank_direction_is_one_of_its_own():
    services = make_services(("A", "9", "bus", 3, None), ("A", "9", "bus", 2, "0"))
    assert access_index(make_walks(("A", 100.0)), services)[1]["per_hour"].to_list() == [3.0]


def test_ties_go_by_route_name_and_stop_code():
    services = make_services(
        ("B", "x", "bus", 6, "0", "am peak", "a.zip", "11"), ("A", "y", "bus", 6, "0", "am peak", "a.zip", "10"),
        ("B", "y", "bus", 6, "1", "am peak", "a.zip", "10"),
    )  # fmt: skip
    _, routes = access_index(make_walks(("B", 200.0), ("A", 200.0)), services)
    assert routes[["route_name", "stop_code", "weight"]].to_numpy().tolist() == [["10", "A", 1.0], ["11", "B", 0.5]]


def test_routes_of_two_feeds_or_modes_are_not_one():
    services = make_services(
        ("A", "1", "bus", 6), ("A", "1", "tram", 6), ("A", "1", "bus", 6, "0", "am peak", "b.zip"),
    )  # fmt: skip
    index, routes = access_index(make_walks(("A", 100.0)), services)
    assert routes["mode"].to_list() == ["bus", "bus", "tram"]
    assert index["access_routes"].item() == 3


def test_other_windows_and_modes_do_not_count():
    services = make_services(
        ("A", "1", "bus", 6, "0", "evening"), ("A", "2", "coach", 6), ("A", "3", "other", 6),
        ("A", "4", "bus", 2, "0", "sunday"),
    )  # fmt: skip
    walks = make_walks(("A", 100.0))
    assert set(SERVICE_MODES) - set(ACCESS_MODES) == {"coach", "other"}
    assert access_index(walks, services)[0]["access_index"].item() == 0
    assert access_index(walks, services, window="evening")[1]["route"].to_list() == ["1"]
    assert access_index(walks, services, window="sunday")[1]["route"].to_list() == ["4"]


def test_measured_without_service_is_zero_and_not_measured_is_in_no_row():
    walks, services = (
        make_walks(("p", "A", 100.0), ("q", "A", 2000.0), ("r", "Z", 10.0)),
        make_services(("A", "1", "bus", 6)),
    )
    index, _ = access_index(walks, services, points=["r", "p", "q", "none near"])
    assert index["access_band"].to_dict() == {"r": "0", "p": "1b", "q": "0", "none near": "0"}
    assert access_index(walks, services)[0].index.to_list() == ["p", "q", "r"]
    for nothing in (access_index(walks.iloc[:0], services, points=["a"]), access_index(walks, services.iloc[:0])):
        assert (nothing[0]["access_index"] == 0).all()
        assert nothing[0]["access_index"].dtype == float
        assert nothing[1].empty


def test_bad_calls_are_refused():
    walks, services = make_walks(("A", 100.0)), make_services(("A", "1", "bus", 6))
    with pytest.raises(InputError, match=r"walks: lacks the columns walk_m"):
        access_index(walks.drop(columns="walk_m"), services)
    with pytest.raises(InputError, match=r"walks: needs a table"):
        access_index([1], services)
    with pytest.raises(InputError, match=r"walk_m is missing or negative"):
        access_index(walks.assign(walk_m=np.nan), services)
    with pytest.raises(InputError, match=r"services: lacks the columns mode"):
        access_index(walks, services.drop(columns="mode"))
    with pytest.raises(InputError, match=r"per_hour is missing or negative"):
        access_index(walks, services.assign(per_hour=np.nan))
    with pytest.raises(InputError, match=r"unknown window 'am'.*am peak, daytime, evening, sunday"):
        access_index(walks, services, window="am")
    with pytest.raises(InputError, match=r"points: name a point twice, or lack one"):
        access_index(walks, services, points=["y"])


# --- properties ---------------------------------------------------------------------------------------------------

MODES = st.sampled_from(ACCESS_MODES)
LONE = st.tuples(MODES, st.integers(0, 1000), st.integers(0, 30))
STOPS = st.sampled_from("ABCDEF")
CALLS = st.tuples(STOPS, st.sampled_from("123"), MODES, st.integers(0, 12), st.sampled_from(["0", "1", None]))
NETWORK = st.tuples(
    st.dictionaries(STOPS, st.integers(0, 1000), max_size=6),
    st.lists(CALLS, max_size=25, unique_by=lambda row: (row[0], row[1], row[2], row[4])),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(LONE, min_size=1, max_size=8), LONE)
def test_a_further_route_never_lowers_the_index(rows, more):
    assert index_of(*rows, more) >= index_of(*rows)


@settings(max_examples=20, deadline=None)
@given(st.lists(LONE, min_size=1, max_size=8), st.integers(0, 7), st.integers(0, 500), st.integers(0, 30))
def test_a_longer_walk_or_fewer_departures_never_raise_it(rows, which, farther, fewer):
    """One stop to a route: with several, a longer walk may make the next, better served stop the nearest."""
    at = which % len(rows)
    mode, walk, per_hour = rows[at]
    worse = [*rows[:at], (mode, walk + farther, max(per_hour - fewer, 0)), *rows[at + 1 :]]
    assert index_of(*worse) <= index_of(*rows)


@settings(max_examples=20, deadline=None)
@given(NETWORK, st.floats(1, 3), st.floats(0.1, 1))
def test_all_walks_longer_and_all_services_rarer_never_raise_it(drawn, stretch, share):
    walks, services = make_walks(*drawn[0].items()), make_services(*drawn[1])
    worse = services.assign(per_hour=services["per_hour"] * share)
    index = access_index(walks, services, points=["x"])[0]["access_index"].item()
    longer = walks.assign(walk_m=walks["walk_m"].astype(float) * stretch)
    assert access_index(longer, worse, points=["x"])[0]["access_index"].item() <= index + 1e-9


@settings(max_examples=20, deadline=None)
@given(NETWORK, st.randoms(use_true_random=False))
def test_against_a_plain_loop_and_whatever_the_order_of_rows(drawn, random):
    walks, services = make_walks(*drawn[0].items()), make_services(*drawn[1])
    index, routes = access_index(walks, services, points=["x"])
    assert index["access_index"].item() == pytest.approx(plain_index(*drawn), abs=1e-9)
    assert routes["contribution"].sum() == index["access_index"].item()
    assert routes["contribution"].iloc[::-1].sum() == index["access_index"].item()
    shuffled = [table.iloc[random.sample(range(len(table)), len(table))] for table in (walks, services)]
    again = access_index(*shuffled, points=["x"])
    pd.testing.assert_frame_equal(again[0], index, check_exact=True)
    pd.testing.assert_frame_equal(again[1], routes, check_exact=True)


def plain_index(walks, services):
    """Measure the index again, in plain loops over the method as it is written down."""
    total = 0.0
    for mode in ACCESS_MODES:
        cutoff, extra = (640, 2.0) if mode == "bus" else (960, 0.75)
        found = []
        for route in {row[1] for row in services}:
            ways = []
            for direction in ("0", "1", None):
                calls = [
                    (walks[stop], stop, per_hour)
                    for stop, name, kind, per_hour, way in services
                    if (name, kind, way) == (route, mode, direction) and stop in walks
                    if walks[stop] <= cutoff and per_hour > 0
                ]
                ways += [min(calls)] if calls else []
            if ways:
                walk, per_hour = min(ways)[0], max(way[2] for way in ways)
                found.append(30 / (walk / 80 + 30 / per_hour + extra))
        total += sum(found) / 2 + max(found, default=0) / 2
    return total


def test_many_points_at_once_are_each_as_alone():
    rng = np.random.default_rng(4)
    stops = [f"S{i:02}" for i in range(40)]
    rows = {
        (str(rng.choice(stops)), f"r{rng.integers(9)}", str(rng.choice(["bus", "tram"])), str(rng.integers(2)))
        for _ in range(200)
    }
    services = make_services(*((s, r, m, float(rng.integers(0, 9)), d) for s, r, m, d in sorted(rows)))
    walks = make_walks(*((p, s, float(rng.integers(0, 1100))) for p, s in itertools.product(range(15), stops)))
    index, routes = access_index(walks, services)
    for point in range(15):
        alone, its = access_index(walks[walks["point"] == point], services)
        pd.testing.assert_frame_equal(alone, index.loc[[point]], check_exact=True)
        pd.testing.assert_frame_equal(its, routes[routes["point"] == point].reset_index(drop=True), check_exact=True)
