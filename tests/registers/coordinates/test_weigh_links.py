"""What links do to the confidence of places: two sources that agree raise it, one that contradicts lowers it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registers.coordinates.test_locate import KNOWN, located
from siteprior.registers.councils import councils

NONE = councils(None)
ORDER = {"none": 0, "low": 1, "medium": 2, "high": 3}


def link(east, north):
    return f"https://example.org/map?x={east}&y={north}"


def confidence(x, y, links, *, known=KNOWN, postcodes=None, **fields):
    fields |= {"coordinate_system": ["OSGB36"] * len(x)}
    found, issues = located(known, postcodes, x=list(map(str, x)), y=list(map(str, y)), site_plan_url=links, **fields)
    return found.places.confidence.tolist(), issues


def test_a_link_that_agrees_makes_a_repaired_place_certain():
    # 285000, 395000 lies in no council; exchanged it lies in Dudley's box, and so the link says
    assert confidence([285_000], [395_000], [""])[0] == ["medium"]
    assert confidence([285_000], [395_000], [link(395_060, 285_060)])[0] == ["high"]  # 85 m


def test_without_boundaries_nothing_is_more_than_medium():
    assert confidence([395_000], [285_000], [link(395_000, 285_000)], known=NONE)[0] == ["medium"]


@pytest.mark.parametrize(("away", "expected"), [(0, "high"), (100, "high"), (499, "high"), (501, "medium")])
def test_a_link_that_contradicts_lowers_by_one_level_and_moves_nothing(away, expected):
    found, issues = located(
        x=["395000"], y=["285000"], coordinate_system=["OSGB36"], site_plan_url=[link(395_000 + away, 285_000)]
    )
    assert (found.places.confidence.tolist(), found.places.east.tolist()) == ([expected], [395_000])
    said = [
        (2, "default-value", "a link in the row names 395501, 285000, 0.5 km away; left where it is, confidence medium")
    ]
    assert issues == (said if away > 500 else [])


def test_a_repaired_place_that_its_link_contradicts_is_doubtful():
    assert confidence([285_000], [395_000], [link(393_000, 285_000)])[0] == ["low"]


def test_a_link_decides_between_two_readings_in_the_council():
    # on a council across the diagonal both orders lie at home, and neither is labelled
    found, _ = located(x=["395000"], y=["285000"], coordinate_system=["WGS84"], site_plan_url=[link(395_000, 285_000)])
    assert (found.places.east.tolist(), found.places.confidence.tolist()) == ([395_000], ["high"])


def test_link_and_postcode_together_lift_a_place_outside_its_council():
    postcodes = pd.DataFrame({"easting": [403_000.0], "northing": [285_100.0]}, index=pd.Index(["DY1 4AB"]))
    outside, agreed = [403_000], [link(401_500, 285_000)]
    name = {"site_name": ["Mill, DY1 4AB"]}
    assert confidence(outside, [285_000], [""], postcodes=postcodes, **name)[0] == ["low"]
    assert confidence(outside, [285_000], agreed, postcodes=postcodes, **name)[0] == ["low"]  # the link is 1.5 km off
    wide = confidence(
        [402_050], [285_000], [link(401_990, 285_000)], postcodes=postcodes.assign(easting=402_100.0), **name
    )
    assert wide[0] == ["medium"]


def test_a_postcode_at_the_place_keeps_it_likely_whatever_the_link_says():
    postcodes = pd.DataFrame({"easting": [395_000.0], "northing": [285_000.0]}, index=pd.Index(["DY1 4AB"]))
    name = {"site_name": ["Mill, DY1 4AB"]}
    found = confidence([395_000], [285_000], [link(392_000, 285_000)], postcodes=postcodes, **name)
    assert found[0] == ["medium"]
    found = confidence([285_000], [395_000], [link(392_000, 285_000)], postcodes=postcodes, **name)
    assert found[0] == ["medium"]


PLACES = st.tuples(st.integers(390_100, 399_900), st.integers(280_100, 289_900))


@given(PLACES, PLACES, st.booleans(), st.booleans())
def test_a_link_that_contradicts_never_raises(place, named, exchanged, bounded):
    if np.hypot(place[0] - named[0], place[1] - named[1]) <= 100:
        return
    known = KNOWN if bounded else NONE
    x, y = reversed(place) if exchanged else place
    (without,), _ = confidence([x], [y], [""], known=known)
    (with_link,), _ = confidence([x], [y], [link(*named)], known=known)
    assert ORDER[with_link] <= ORDER[without]


@given(st.lists(PLACES, min_size=1, max_size=6, unique=True))
def test_no_link_no_change_and_a_link_at_each_place_never_lowers(places):
    x, y = zip(*places, strict=True)
    without, issues = confidence(x, y, [""] * len(x))
    agreeing, said = confidence(x, y, [link(*place) for place in places])
    assert all(ORDER[a] >= ORDER[b] for a, b in zip(agreeing, without, strict=True))
    assert said == issues
