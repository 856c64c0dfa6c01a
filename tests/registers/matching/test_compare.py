"""Two sites compared, one fact at a time, at the edges of every threshold."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.registers import register
from siteprior.core.parameters import load_parameters
from siteprior.registers.matching.compare import ComparedSites, compare

MILL = {"site_name": "Old Mill, Mill Road, Dudley", "hectares": 0.5, "minimum_net_dwellings": 20}


def compared(one, other, *shapes):
    """Return the comparison of two rows; shapes are their outlines."""
    return compare(ComparedSites(register({**MILL, **one}, {**MILL, **other})), list(shapes) or [None, None], 0, 1)


def test_two_equal_rows_agree_in_everything():
    pair = compared({}, {})
    assert (pair.site_a, pair.site_b, pair.distance_m, pair.name_similarity) == ("E1:A", "E1:B", 0, 1)
    assert np.isnan([pair.shared_of_joint, pair.shared_of_smaller]).all()
    for name in ("same_place", "inside", "near", "alike", "resembling", "same_marks", "same_area", "same_homes",
                 "homes_stated", "same_stage", "same_floors", "same_figures", "nothing_against"):  # fmt: skip
        assert getattr(pair, name), name
    for name in ("same_reference", "parts", "other_file", "other_council", "crowded", "listed_twice"):
        assert not getattr(pair, name), name


@pytest.mark.parametrize(
    ("metres", "same_place", "inside", "near"),
    [(10, True, True, True), (10.1, False, True, True), (39.8, False, True, True), (40, False, False, True),
     (50, False, False, True), (50.1, False, False, False)],
)  # fmt: skip
def test_places_by_distance_and_by_the_disc_of_the_larger_site(metres, same_place, inside, near):
    # same_place_m is 10 m, same_site_m 50 m, and the disc of 0.5 ha has a radius of √(5000 / π) = 39.89 m
    pair = compared({}, {"at": (metres, 0), "hectares": 0.1})
    assert (pair.same_place, pair.inside, pair.near) == (same_place, inside, near)


@pytest.mark.parametrize(("shift", "same_place", "inside"), [(5, True, True), (6, False, True), (50, False, True),
                                                             (51, False, False)])  # fmt: skip
def test_shapes_by_shared_area_whatever_the_points_say(shift, same_place, inside):
    # squares of 100 m, the second moved: (100 − s) / (100 + s) of the joint and (100 − s) % of the smaller area
    one, other = shapely.box(0, 0, 100, 100), shapely.box(shift, 0, 100 + shift, 100)
    pair = compared({}, {"at": (5000, 0)}, one, other)
    assert pair.shared_of_joint == pytest.approx((100 - shift) / (100 + shift))
    assert pair.shared_of_smaller == pytest.approx((100 - shift) / 100)
    assert (pair.same_place, pair.inside) == (same_place, inside)


def test_a_shape_beside_a_point_is_compared_by_distance():
    pair = compared({}, {"at": (3, 4)}, shapely.box(0, 0, 9, 9), None)
    assert np.isnan(pair.shared_of_joint)
    assert (pair.distance_m, pair.same_place) == (5, True)


@pytest.mark.parametrize(
    ("hectares", "same"),
    [(0.45, True), (0.449, False), (0.55, True), (0.556, False), (None, None), (0.0, None)],
)
def test_hectares_agree_to_a_tenth(hectares, same):
    assert compared({}, {"hectares": hectares}).same_area is same


def test_small_hectares_agree_to_the_second_decimal():
    assert compared({"hectares": 0.02}, {"hectares": 0.03}).same_area is True
    assert compared({"hectares": 0.02}, {"hectares": 0.04}).same_area is False


@pytest.mark.parametrize(
    ("homes", "same", "stated"),
    [({}, True, True), ({"minimum_net_dwellings": 21}, False, True), ({"minimum_net_dwellings": None}, True, False),
     ({"minimum_net_dwellings": 0}, False, False), ({"maximum_net_dwellings": 30}, True, True)],
)  # fmt: skip
def test_homes_differ_only_where_both_state_them(homes, same, stated):
    pair = compared({}, homes)
    assert (pair.same_homes, pair.homes_stated) == (same, stated)


@pytest.mark.parametrize(
    ("ids", "same", "parts", "council"),
    [
        (("E1:7", "E1:7~2"), True, False, False),
        (("E1:HO 014", "E1:ho14~2"), True, False, False),
        (("E1:S913A", "E1:S913B"), False, True, False),
        (("E1:S913", "E1:S913B"), False, True, False),
        (("E1:7", "E2:7"), False, False, True),
        (("E1:S913A", "E2:S913B"), False, False, True),
    ],
)
def test_references_of_one_council_are_one_or_name_parts(ids, same, parts, council):
    pair = compared({"id": ids[0]}, {"id": ids[1]})
    assert (pair.same_reference, pair.parts, pair.other_council) == (same, parts, council)


def test_one_reference_in_two_files_may_have_changed_its_homes():
    again = {"id": "E1:7~2", "file": "b.csv", "minimum_net_dwellings": 35}
    pair = compared({"id": "E1:7"}, again)
    assert (pair.listed_twice, pair.same_figures, pair.nothing_against) == (True, False, True)
    moved = compared({"id": "E1:7"}, {**again, "at": (45, 0)})
    assert (moved.same_place, moved.near, moved.nothing_against) == (False, True, False)  # moved, and other homes
    assert compared({"id": "E1:7"}, {**again, "at": (45, 0), "minimum_net_dwellings": 20}).nothing_against


@pytest.mark.parametrize(
    ("facts", "stage", "floors"),
    [
        ({"end_date": "2020-01-01"}, False, True),
        ({"development_status": "under construction"}, False, True),
        ({"notes": "first floor offices"}, True, True),  # one names no floor
    ],
)
def test_stage_and_floors(facts, stage, floors):
    pair = compared({}, facts)
    assert (pair.same_stage, pair.same_floors) == (stage, floors)
    assert pair.nothing_against is (stage and floors)


def test_two_conversions_on_two_floors_are_two_sites():
    pair = compared({"notes": "ground floor to flats"}, {"notes": "first floor to flats"})
    assert (pair.same_floors, pair.nothing_against) == (False, False)


def test_a_point_is_crowded_from_the_parameters_number_of_records_merged_ones_too():
    crowd = load_parameters("duplicates").integer("crowd")
    rows = [{**MILL, "at": (0.3, 0)}] * (crowd - 1)
    assert not ComparedSites(register(*rows)).crowded.any()
    assert ComparedSites(register(*rows, {**MILL, "at": (0, 0.4)})).crowded.all()  # to the metre
    merged = [{**MILL, "also_known_as": "E1:X; E1:Y"}, *rows[: crowd - 3]]
    assert ComparedSites(register(*merged)).crowded.all()  # the first stands for three
    nowhere = ComparedSites(register(*[{**MILL, "at": None}] * (crowd + 1)))
    assert not nowhere.crowded.any()


def test_a_site_without_a_place_is_near_to_nothing():
    table = register(MILL, MILL)
    table.geometry = [shapely.Point(0, 0), shapely.Point()]
    pair = compare(ComparedSites(table), [None, None], 0, 1)
    assert np.isnan(pair.distance_m)
    assert [pair.same_place, pair.inside, pair.near] == [False, False, False]


FACTS = st.fixed_dictionaries(
    {
        "at": st.one_of(st.none(), st.tuples(st.sampled_from([0, 9, 30]), st.just(0))),
        "site_name": st.sampled_from([None, "Old Mill, Mill Road", "The Old Mill, Mill Rd", "Plot 2, Mill Road"]),
        "hectares": st.sampled_from([None, 0.0, 0.5, 0.52, 2.0]),
        "minimum_net_dwellings": st.sampled_from([None, 20, 30]),
        "notes": st.sampled_from([None, "ground floor", "first floor"]),
        "file": st.sampled_from(["a.csv", "b.csv"]),
        "id": st.sampled_from(["E1:1", "E1:1~2", "E2:1", "E1:1A"]),
    }
)


@settings(max_examples=40, deadline=None)
@given(FACTS, FACTS)
def test_a_comparison_is_the_same_both_ways_round(one, other):
    there, back = compared({"reference": None, **one}, other), compared({"reference": None, **other}, one)
    for name in vars(there):
        if not name.endswith(("_a", "_b")):
            a, b = getattr(there, name), getattr(back, name)
            assert a == b or (np.isnan(a) and np.isnan(b)), name
