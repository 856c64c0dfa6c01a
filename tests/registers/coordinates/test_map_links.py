"""Links to maps: the places they name, and what names none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.registers.coordinates import parse
from siteprior.registers.coordinates.map_links import named_places

GRID = "http://maps.oldham.gov.uk/WebMapLayers8/?x=394005.370244132&y=405944.26979495&resolution=0.2&MapName=Brownfield"


def degrees_of(east: float, north: float) -> tuple[float, float]:
    return parse.transformer("EPSG:4326").transform(east, north, direction="INVERSE")


LON, LAT = degrees_of(400_000, 300_000)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/map?easting=400000&northing=300000",
        "https://example.org/map?Y=300000&zoom=10&X=400000",
        "https://example.org/ccmap/?zoomlevel=1&xcoord=400000&ycoord=300000&wsName=ccmap",
        "http://example.org/?x=400000&amp;y=300000",
        '<a href="http://example.org/?x=400000&y=300000">plan</a>'.replace(">plan", "> plan"),
        f"https://www.openstreetmap.org/?mlat={LAT}&mlon={LON}",
        f"https://www.openstreetmap.org/#map=17/{LAT:.6f}/{LON:.6f}",
        f"https://map.example.org/?lyrs=brownfield#19/{LAT:.6f}/{LON:.6f}",
        f"https://www.google.com/maps/@{LAT:.6f},{LON:.6f},17z",
        f"https://www.google.com/maps/d/viewer?mid=1&ll={LAT:.6f}%2C{LON:.6f}&z=15",
        f"https://example.maps.arcgis.com/apps/webappviewer/index.html?id=ce97&marker={LON:.6f},{LAT:.6f}&level=17",
        "http://example.maps.arcgis.com/apps/index.html?id=21&extent=399900,299950,400100,300050,27700",
        "http://example.org/?center={:.1f},{:.1f}".format(
            *parse.transformer("EPSG:3857").transform(400_000, 300_000, direction="INVERSE")
        ),
        "http://example.org/insight/?l=0.21,9.63&xmin=399900&xmax=400100&ymin=299900&ymax=300100",
        "Look at www.example.org/map?x=400000&y=300000, opposite the mill",
    ],
)
def test_the_place_is_read_however_the_address_names_it(link):
    (place,) = named_places(link)
    assert np.allclose(place[:2], (400_000, 300_000), atol=1)


@pytest.mark.parametrize(
    "text",
    [
        "", "x=400000&y=300000", "400000, 300000", "https://example.org/site/300000/400000",
        "https://example.org/?x=12&y=7", "https://example.org/?x=400000", "https://example.org/?q=Mill+Street+12,3",
        "https://example.org/?x=400000&y=nan", "https://example.org/?x=1e9&y=1e9",
        "https://example.org/?x=99999999999&y=300000", "https://example.org/?lat=48.85&lon=2.35",
        "http://example.org/?xmin=390000&xmax=410000&ymin=290000&ymax=310000",
        "https://example.org/?id=612532561dc547fa93e683a5fca73079&find=SHL00278",
    ],
)  # fmt: skip
def test_what_names_no_place_in_england(text):
    assert named_places(text) == ()


def test_an_extent_says_how_far_it_shows():
    (place,) = named_places("http://example.org/?extent=399700,299600,400300,300400,27700")
    assert place == (400_000, 300_000, 500)  # a rectangle of 600 m by 800 m has a diagonal of 1,000 m


def test_a_real_link_of_oldham():
    assert named_places(GRID) == ((394005.370244132, 405944.26979495, 0.0),)


@given(st.text(max_size=300), st.text(max_size=40))
def test_any_text_is_read_without_a_fault(before, after):
    for text in (before, f"http://{before}?x={after}&y=3", f"https://example.org/{after}/52.123456/{before}"):
        assert all(np.isfinite(place).all() for place in named_places(text))


def test_long_text_is_read_in_part():
    assert named_places("http://example.org/?" + "a" * 100_000 + "&x=400000&y=300000") == ()
