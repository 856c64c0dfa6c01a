"""Coordinates as written, and every place they could mean."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.parameters import load_parameters
from siteprior.registers.coordinates import parse as co

EAST, NORTH = 406_689.0, 286_822.0  # a place in Birmingham


def index(name: str, kind: str | None = None) -> int:
    return next(i for i, s in enumerate(co.SYSTEMS) if s.name == name and kind in (None, s.kind))


def read_as(name: str, x: float, y: float, kind: str | None = None) -> tuple[float, float]:
    east, north = co.readings(np.array([x]), np.array([y]))
    place = index(name, kind)
    return float(east[0, place]), float(north[0, place])


def stated_in(crs: str, east: float = EAST, north: float = NORTH) -> tuple[float, float]:
    return pyproj.Transformer.from_crs("EPSG:27700", crs, always_xy=True).transform(east, north)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1.9", -1.9),
        ("52.045231N", 52.045231),
        ("-2.726972W", -2.726972),
        ("2.726972 W", -2.726972),
        ("E 412550", 412_550),
        ("412,550", 412_550),
        ("52°02'43.2\"N", 52 + 2 / 60 + 43.2 / 3600),
        ("52 02 43 N", 52 + 2 / 60 + 43 / 3600),
        ("\u00a0-1.069617", -1.069617),
        ("\ufffd-1.069617", -1.069617),
        ("\u22121.5", -1.5),
        ("333368.000", 333_368),
    ],
)
def test_numbers(text, value):
    assert co.coordinate(text).value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("text", ["", "n/a", "SP365820", "543575, 543397", "see plan", "1.2.3"])
def test_no_numbers(text):
    assert np.isnan(co.coordinate(text).value)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("OSGB36", co.METRES), ("OSGB43", co.METRES), ("OSG36", co.METRES), ("27700", co.METRES),
        ("OSGB 1936 / British National Grid", co.METRES), ("EPSG:27700", co.METRES), ("WGS84", co.DEGREES),
        ("WSG89", co.DEGREES),
        ("ETRS90", co.DEGREES), ("EPSG:4326", co.DEGREES), ("", co.UNSTATED), ("HGY/2005/1", co.UNSTATED),
    ],
)  # fmt: skip
def test_labels(label, kind):
    assert co.stated_kind(label) == kind


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        ("read as WGS84", "EPSG:4326"),
        ("read as UTM zone 30", "EPSG:25830"),
        ("read as UTM zone 31", "EPSG:25831"),
        ("read as UTM zone 32", "EPSG:25832"),
        ("read as UTM zone 35", "EPSG:25835"),
        ("read as LAEA Europe", "EPSG:3035"),
        ("read as web Mercator", "EPSG:3857"),
    ],
)
def test_a_place_stated_in_a_system_is_found_again(name, crs):
    x, y = stated_in(crs)
    assert np.hypot(*np.subtract(read_as(name, x, y), (EAST, NORTH))) < 1
    swapped = "axes swapped" if name == "read as WGS84" else f"{name}, axes swapped"
    assert np.hypot(*np.subtract(read_as(swapped, y, x), (EAST, NORTH))) < 1


def test_eastings_are_taken_as_they_are():
    assert read_as("read as OSGB36", EAST, NORTH) == (EAST, NORTH)
    assert read_as("axes swapped", NORTH, EAST, co.METRES) == (EAST, NORTH)


def test_a_lost_sign():
    longitude, latitude = stated_in("EPSG:4326")
    assert longitude < 0
    assert np.allclose(read_as("sign restored", -longitude, latitude), (EAST, NORTH), atol=1)
    assert np.allclose(read_as("axes swapped, sign restored", latitude, -longitude), (EAST, NORTH), atol=1)


def test_axes_swapped_before_conversion():
    x, y = stated_in("EPSG:4326", NORTH, EAST)
    assert np.allclose(read_as("axes swapped before conversion to degrees", x, y), (EAST, NORTH), atol=1)


def test_geocentric_without_z_has_its_latitude_at_sea_level():
    # shropshire_council_d5049b03; its other register (SHR_2091dd8344d3) states the site at 52.861606, -3.05816.
    # On the ellipsoid it would be 52.8612 (PROVENANCE-land-market.md), 36 m south.
    east, north = read_as("read as geocentric ETRS89", 3_853_504.509, -205_875.8966)
    longitude, latitude = pyproj.Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True).transform(east, north)
    assert (round(latitude, 4), round(longitude, 4)) == (52.8616, -3.0582)


GEOCENTRIC = pyproj.Transformer.from_crs("EPSG:4937", "EPSG:4936", always_xy=True)
GEOID_M = load_parameters("registers").number("geoid_height_m")


@given(st.floats(-5.5, 1.7), st.floats(50.0, 55.7))
def test_geocentric_of_any_place_in_england(longitude, latitude):
    x, y, _ = GEOCENTRIC.transform(longitude, latitude, GEOID_M)
    here = np.array(read_as("read as WGS84", longitude, latitude))
    assert np.allclose(read_as("read as geocentric ETRS89", x, y), here, atol=0.01)


# Ellipsoidal height and height above Ordnance Datum Newlyn at four of Ordnance Survey's 40 test points of OSTN15 and
# OSGM15 (TP02 the Lizard, TP07 Kent, TP16 Cheshire, TP25 Gateshead), and what is left of the geoid's height there
@pytest.mark.parametrize(
    ("latitude", "longitude", "ellipsoidal", "newlyn"),
    [
        (49.9600613782, -5.20304609998, 124.269, 71.264),
        (51.3744702555, 1.44454730409, 99.439, 55.149),
        (53.3448028019, -2.6404932081, 88.411, 36.779),
        (54.9791227366, -1.61657685184, 125.878, 76.574),
    ],
)
def test_the_mean_height_of_the_geoid_is_within_four_metres_of_northing(latitude, longitude, ellipsoidal, newlyn):
    x, y, _ = GEOCENTRIC.transform(longitude, latitude, ellipsoidal - newlyn)
    apart = np.subtract(read_as("read as geocentric ETRS89", x, y), read_as("read as WGS84", longitude, latitude))
    assert np.hypot(*apart) < 4


def test_numbers_beyond_the_earth_are_no_geocentric_place():
    assert np.isnan(read_as("read as geocentric ETRS89", 1e200, -1e200)).all()


def test_degrees_and_eastings_a_council_states_beside_each_other_agree():
    # Hull's register of 2017, site BLR002, states both
    place = read_as("read as WGS84", -0.338951813, 53.74816989)
    assert np.hypot(*np.subtract(place, (509_633.2265, 429_257.6793))) < 5  # 3 m without the OSTN15 grid


def test_the_method_in_use_is_reported():
    best, words = co.transformation()
    assert words == "OSTN15 grid" if best else "about 3 m" in words


def test_points_in_text():
    assert co.point("SRID=4326;POINT Z (-1.9 52.4 0)") == ("-1.9", "52.4")
    assert co.point("LINESTRING (0 0, 1 1)") == ("", "")


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Latitude: 50.72131 Longitude: -3.53389", ("-3.53389", "50.72131")),
        ("long -3.5, lat 50.7", ("-3.5", "50.7")),
        ("Easting: 545083 Northing: 101361", ("545083", "101361")),
        ("E545083 N101361", ("545083", "101361")),
        ("Latitude 50.7", ("", "")),
        ("lat 50.7 lat 50.8 long -3", ("", "")),
        ("50.72131, -3.53389", ("", "")),
    ],
)
def test_two_numbers_of_which_each_bears_its_name(text, pair):
    assert co.point(text) == pair


def test_a_comma_in_a_coordinate_is_read_as_everywhere():
    assert co.coordinate("412,550").value == 412_550
    assert co.coordinate("-0,128").value == -0.128
    assert co.coordinate("52,4862").value == 52.4862
