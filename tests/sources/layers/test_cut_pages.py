"""Pages of web services: what they state of themselves, and which are refused."""

from __future__ import annotations

import json

import pytest

from siteprior.core.errors import InputError
from siteprior.sources.layers.cut_pages import Page, page_of, refuse_cut

FEATURE = {"type": "Feature", "properties": {"name": "next"}, "geometry": None}


@pytest.mark.parametrize(
    ("members", "page"),
    [
        ({}, Page(False, None)),
        ({"exceededTransferLimit": True}, Page(True, None)),
        ({"exceededTransferLimit": False}, Page(False, None)),
        ({"properties": {"exceededTransferLimit": True}}, Page(True, None)),
        ({"links": [{"rel": "next", "href": "https://e"}], "numberMatched": 7}, Page(True, 7)),
        ({"links": {"next": "https://e"}}, Page(True, None)),
        ({"links": [{"rel": "self", "href": "https://e"}]}, Page(False, None)),
        ({"totalFeatures": 12, "numberReturned": 2}, Page(False, 12)),
    ],
)
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("count", [0, 2, 3_000])
def test_what_a_page_states_before_or_behind_its_features(tmp_path, members, page, before, count):
    features = {"features": [FEATURE] * count}
    document = {"type": "FeatureCollection", **(members | features if before else features | members)}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert page_of(path) == page_of(path.read_bytes()) == page


def test_other_files_are_no_pages(tmp_path):
    path = tmp_path / "a.shp"
    path.write_bytes(b'\x00\x00\x27\x0a "exceededTransferLimit": true')
    assert page_of(path) == page_of("/vsizip/{a.zip}/a.shp") == page_of(tmp_path) == Page(False, None)


def test_all_pages_together_are_whole():
    refuse_cut("flood_zones", ["a", "b"], [Page(True, 3), Page(False, 3)], [2, 1])
    with pytest.raises(InputError, match="flood_zones: a: holds 2 of the 3 features its service found"):
        refuse_cut("flood_zones", ["a"], [Page(False, 3)], [2])
    with pytest.raises(InputError, match="flood_zones: b: is a page of a longer answer"):
        refuse_cut("flood_zones", ["a", "b"], [Page(True, None), Page(True, None)], [2, 2])
