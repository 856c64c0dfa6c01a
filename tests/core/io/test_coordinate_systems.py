"""Which coordinate system is meant, and which goes first."""

from __future__ import annotations

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.errors import InputError
from siteprior.core.io.coordinate_systems import crs_to_use, named_crs, read_crs, same_crs, stated_crs
from siteprior.core.issues import IssueLog


@pytest.mark.parametrize("code", [4326, 27700, 32630, 3857])
@pytest.mark.parametrize(
    "form",
    [
        "EPSG:{}", "epsg:{}", " EPSG:{} ", "{{'init': 'epsg:{}'}}", '{{"init": "EPSG:{}"}}', "+init=epsg:{}",
        "+init=epsg:{} +type=crs", "init=epsg:{}", "urn:ogc:def:crs:EPSG::{}", "{{'init': 'epsg:{}', 'no_defs': True}}",
    ],
)  # fmt: skip
def test_every_way_of_writing_a_code_is_read(code, form):
    assert read_crs(form.format(code)) == pyproj.CRS(code)


def test_dictionaries_numbers_wkt_and_json_of_proj():
    grid = pyproj.CRS(27700)
    for stated in ({"init": "epsg:27700"}, 27700, grid, grid.to_wkt(), grid.to_wkt("WKT1_ESRI"), grid.to_json()):
        assert same_crs(read_crs(stated), grid)


@given(st.text(max_size=40))
def test_any_text_is_a_system_or_none(text):
    found = read_crs(text)
    assert found is None or isinstance(found, pyproj.CRS)


def test_the_one_stated_goes_first_and_is_logged_only_where_the_file_differs():
    log = IssueLog("a")
    assert crs_to_use("EPSG:4326", "EPSG:27700", file="a", log=log).to_epsg() == 27700
    assert [(row["field"], row["severity"], row["value"]) for row in log.rows] == [("crs", "warning", "EPSG:4326")]
    for own in (None, "", "nonsense", "EPSG:27700", "{'init': 'epsg:27700'}"):
        quiet = IssueLog("a")
        assert crs_to_use(own, "EPSG:27700", file="a", log=quiet).to_epsg() == 27700
        assert quiet.rows == []
    assert crs_to_use("EPSG:27700", None, file="a").to_epsg() == 27700
    assert crs_to_use("nonsense", None, file="a") is None


@pytest.mark.parametrize("stated", ["Birmingham", "EPSG:0", "{'init': 5}", "EPSG:5701", "EPSG:4978", ""])
def test_what_has_no_positions_on_a_map_is_refused(stated):
    with pytest.raises(InputError, match=r"^a: '"):
        stated_crs(stated, file="a")


def test_names_are_short():
    assert named_crs(pyproj.CRS(27700)) == "EPSG:27700"
    assert len(named_crs(pyproj.CRS("+proj=tmerc +lat_0=49 +lon_0=-2 +ellps=airy"))) < 20
