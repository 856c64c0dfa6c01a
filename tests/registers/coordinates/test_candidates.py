"""Which reading is taken, and when none is."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from siteprior.registers.coordinates import parse as co
from siteprior.registers.coordinates.candidates import _about_england, choose, list_candidates
from siteprior.registers.councils import councils

HOME = shapely.box(400_000, 280_000, 420_000, 300_000)
KNOWN = councils(
    gpd.GeoDataFrame({"name": ["Home"]}, index=pd.Index(["E1"], name="organisation"), geometry=[HOME], crs="EPSG:27700")
)
NONE = councils(None)


def degrees(east: float, north: float) -> tuple[float, float]:
    return pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True).transform(east, north)


def placed(pairs, labels="", known=KNOWN, others=None):
    x, y = np.array(pairs, dtype=float).T
    labels = [labels] * len(x) if isinstance(labels, str) else labels
    kinds = np.array([co.stated_kind(label) for label in labels], dtype=object)
    own = np.array(["E1"] * len(x), dtype=object)
    return choose(list_candidates(x, y, kinds, others or {}), own, known, groups=own)


def test_a_good_point_stays_whatever_else_it_could_be():
    # on the diagonal both orders lie at home; the labelled one stays
    found = placed([(410_000, 290_000), (400_500, 299_500)], "OSGB36")
    assert found.confidence.tolist() == ["high", "high"]
    assert found.east.tolist() == [410_000, 400_500]


def test_a_point_just_outside_its_generalised_council_stays_too():
    found = placed([(399_000, 290_000)], "OSGB36")
    assert (found.confidence[0], found.east[0]) == ("medium", 399_000)


def test_the_single_reading_at_home_is_certain():
    lon, lat = degrees(410_000, 290_000)
    found = placed([(290_000, 410_000), (lat, lon), (-lon, lat), (lon, lat)], ["OSGB36", "WGS84", "WGS84", "OSGB36"])
    assert np.allclose(found.east, 410_000, atol=0.1)
    assert found.confidence.tolist() == ["medium"] * 4
    names = [co.SYSTEMS[i].name for i in found.taken]
    assert names == ["axes swapped", "axes swapped", "sign restored", "read as WGS84"]


def test_nothing_certain_leaves_the_labelled_place():
    found = placed([(410_000, 490_000)], "OSGB36")
    assert (found.confidence[0], found.north[0]) == ("low", 490_000)
    found = placed([(41_255, 282_893)], "OSGB36")  # a lost digit is no reading
    assert (found.confidence[0], found.east[0]) == ("low", 41_255)


def test_numbers_that_mean_no_place_have_none():
    found = placed([(37.03, 50.2), (np.nan, 290_000)], "ETRS89")
    assert found.confidence.tolist() == ["none", "none"]
    assert np.isnan(found.east).all()


def test_the_sources_eastings_beside_broken_degrees():
    beside = {"taken from the easting columns": (np.array([410_000.0]), np.array([290_000.0]))}
    found = placed([(5.0, 5.0)], "WGS84", others=beside)
    assert (found.confidence[0], found.east[0]) == ("medium", 410_000)


def test_of_two_possible_readings_the_files_own_is_taken():
    square = shapely.box(395_000, 280_000, 420_000, 400_000)
    known = councils(
        gpd.GeoDataFrame(
            {"name": ["Home"]}, index=pd.Index(["E1"], name="organisation"), geometry=[square], crs="EPSG:27700"
        )
    )
    lon, lat = degrees(396_000, 399_000)  # swapped before conversion it would be at home as well, but two are
    pairs = [degrees(410_000, 290_000)[::-1]] * 3 + [(lat, lon)]
    found = placed(pairs, "WGS84", known=known)
    assert [co.SYSTEMS[i].name for i in found.taken] == ["axes swapped"] * 4
    assert found.others.tolist()[3] >= 1


def test_without_areas_the_file_decides_and_is_never_more_than_medium():
    pairs = [degrees(410_000 + 100 * i, 290_000) for i in range(5)]
    found = placed([*pairs, degrees(410_000, 290_000)[::-1], (410_000, 290_000)], known=NONE)
    assert set(found.confidence) == {"medium"}
    assert np.allclose(found.east[-2:], 410_000, atol=0.1)


def test_without_areas_a_sign_lost_throughout_is_seen_where_it_leads_into_the_sea():
    lon, lat = degrees(392_500, 323_300)  # Stafford
    found = placed([(-lon, lat)] * 4, known=NONE)
    assert np.allclose(found.east, 392_500, atol=0.1)


def test_without_areas_a_stray_stays_and_is_doubted():
    pairs = [(410_000 + 100 * i, 290_000) for i in range(5)]
    found = placed([*pairs, (410_000, 590_000)], "OSGB36", known=NONE)
    assert found.confidence.tolist() == ["medium"] * 5 + ["low"]
    assert found.north[-1] == 590_000


def unknown(pairs, known=KNOWN, label="OSGB36", group="?", confirmed=None):
    """Place rows of which no council is known."""
    x, y = np.array(pairs, dtype=float).T
    found = list_candidates(x, y, np.array([co.stated_kind(label)] * len(x), dtype=object), {})
    if confirmed is not None:
        confirmed = np.hypot(found.east - confirmed[0], found.north - confirmed[1]) < 500
    nobody = np.array([None] * len(x), dtype=object)
    return choose(found, nobody, known, groups=np.array([group] * len(x), dtype=object), confirmed=confirmed)


RIGHT, EXCHANGED = (410_000, 290_000), (290_000, 410_500)


def test_rows_in_a_council_as_labelled_give_the_middle_and_no_majority_moves_them():
    found = unknown([EXCHANGED] * 5 + [RIGHT])
    assert found.east.tolist() == [410_500] * 5 + [410_000]
    assert found.confidence.tolist() == ["medium"] * 6
    # without boundaries England's land decides: as labelled the five lie in the Irish Sea
    sea = unknown([EXCHANGED] * 5 + [RIGHT], NONE)
    assert sea.east.tolist() == [410_500] * 5 + [410_000]
    assert sea.confidence.tolist() == ["medium"] * 6
    # a link or postcode says as much as a boundary
    assert unknown([EXCHANGED] * 5 + [RIGHT], NONE, confirmed=RIGHT).east.tolist() == [410_500] * 5 + [410_000]


def test_rows_that_contradict_each_other_are_not_moved_and_doubted_where_both_readings_lie_in_england():
    dales, exchanged = [(385_000 + 100 * i, 470_000) for i in range(4)], (470_000, 385_200)
    for rows in ([*dales[:3], exchanged], [*dales[:3], exchanged, exchanged]):
        found = unknown(rows, NONE)
        assert list(zip(found.east, found.north, strict=True)) == rows
        assert set(found.confidence) == {"low"}
    most = unknown([*dales, exchanged], NONE)  # four of five: most of the file decides
    assert (most.east[4], most.north[4]) == (385_200, 470_000)
    assert most.confidence.tolist() == ["medium"] * 5


@pytest.mark.parametrize(
    ("place", "about"),
    [
        ((87_500, 8_000), True), ((655_500, 293_000), True), ((400_000, 655_000), True), ((535_000, 205_000), True),
        ((206_552, 536_407), False), ((290_000, 410_500), False), ((620_000, 420_000), False),
        ((90_000, 60_000), False),
    ],
)  # fmt: skip
def test_england_s_land_is_narrower_than_its_box(place, about):
    assert bool(_about_england(*np.array(place, dtype=float))) is about


@given(
    st.lists(st.tuples(st.integers(100_000, 640_000), st.integers(10_000, 640_000)), max_size=12),
    st.tuples(st.integers(400_000, 420_000), st.integers(280_000, 300_000)),
)
def test_what_lies_in_a_council_as_labelled_is_never_moved_out_of_every_council(others, place):
    found = unknown([*others, place])
    at = (found.east[-1], found.north[-1])
    assert at == place or HOME.intersects(shapely.Point(at))


def far(*places):
    return unknown([(410_000, 290_000)] * 20 + list(places), NONE).confidence.tolist()[20:]


def test_far_off_rows_in_company_may_be_of_another_council_where_none_is_stated():
    cornwall = [(180_000, 45_000), (185_000, 41_000), (190_000, 60_000)]
    assert far(*cornwall) == ["medium"] * 3
    assert far(*cornwall[:2]) == ["low"] * 2
    # of a register known to be of one council they are doubted
    one = unknown([(410_000, 290_000)] * 20 + cornwall, NONE, group="E1")
    assert one.confidence.tolist()[20:] == ["low"] * 3


def test_the_ends_of_a_long_county_are_not_doubted():
    # middle at 400,000; steps of 25 km lead to sites 75 km away, and nothing leads to the one at 480,000
    along = [(400_000 + 25_000 * step, 290_000) for step in (-3, -2, -1, 0, 0, 0, 1, 2)]
    found = unknown([*along, (400_000, 380_000)], NONE, group="E1")
    assert found.confidence.tolist() == ["medium"] * 8 + ["low"]
