"""Coordinate columns read together: what a file states, what stands beside it, and what is reported."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.io.messy_tables import TextTable
from siteprior.core.issues import IssueLog
from siteprior.registers.column_names import Headers
from siteprior.registers.coordinates.locate import locate
from siteprior.registers.councils import councils
from siteprior.registers.rows import Rows

HOME = "E08000027"
KNOWN = councils(
    gpd.GeoDataFrame(
        {"name": ["Dudley"]}, index=pd.Index([HOME], name="organisation"),
        geometry=[shapely.box(390_000, 280_000, 400_000, 290_000)], crs="EPSG:27700",
    )
)  # fmt: skip


def located(known=KNOWN, postcodes=None, **fields):
    """Locate rows given as field → texts; returns the result and the issues as (row, code, action)."""
    count = max(map(len, fields.values()))
    fields.setdefault("organisation_uri", [HOME] * count)
    numbers = list(range(2, count + 2))
    table = TextTable((), 1, [], numbers, [], "utf-8", ",")
    rows = Rows(fields, numbers, [""] * count, Headers((), (), "test"), table, count)
    log = IssueLog("a.csv")
    found = locate(rows, known, log, organisation=None, postcodes=postcodes)
    return found, [(row["row"], row["issue_type"], row["action"]) for row in log.rows]


def test_metres_as_labelled_are_left_alone():
    found, issues = located(x=["395000"], y=["285000"], coordinate_system=["OSGB36"])
    assert (found.places.east[0], found.places.north[0], found.places.confidence[0]) == (395_000, 285_000, "high")
    assert (found.repair, found.council.tolist(), issues) == ([None], [HOME], [])


def test_compass_letters_swap_the_axes_and_the_text_stays_as_it_stood():
    found, issues = located(x=["52.4628N"], y=["2.0750W"])
    assert found.repair == ["axes swapped"]
    assert (found.original_x, found.original_y) == (["52.4628N"], ["2.0750W"])
    assert found.places.east[0] == pytest.approx(395_000, abs=300)
    assert issues == [(2, "patch", "degrees read from text")]


def test_zeros_are_no_place():
    found, issues = located(x=["0"], y=["0"])
    assert np.isnan(found.places.east[0])
    assert [code for _, code, _ in issues] == ["invalid coordinates"]


def test_blank_coordinates_are_missing():
    _, issues = located(x=["", "n/a"], y=["", "-"])
    assert issues == [(2, "missing value", "the site has no place"), (3, "missing value", "the site has no place")]


def test_the_files_own_eastings_are_taken_where_they_mean_the_same_place():
    degrees, _ = located(longitude=["-2.075"], latitude=["52.4628"])
    east, north = round(degrees.places.east[0]) + 2, round(degrees.places.north[0]) - 2
    beside, _ = located(longitude=["-2.075"], latitude=["52.4628"], easting=[str(east)], northing=[str(north)])
    assert (beside.places.east[0], beside.places.north[0]) == (east, north)
    away, _ = located(longitude=["-2.075"], latitude=["52.4628"], easting=[str(east + 50)], northing=[str(north)])
    assert away.places.east[0] == degrees.places.east[0]


def test_a_digit_lost_is_suggested_and_with_a_postcode_restored():
    lost = {"x": ["95000"], "y": ["285000"], "coordinate_system": ["OSGB36"], "site_name": ["Mill, DY1 4AB"]}
    found, issues = located(**lost)
    assert found.places.confidence[0] == "low"
    assert "one digit error away" in issues[0][2]
    postcodes = pd.DataFrame({"easting": [395_200.0], "northing": [285_000.0]}, index=pd.Index(["DY1 4AB"]))
    found, issues = located(postcodes=postcodes, **lost)
    assert found.repair == ["digit restored, by the stated postcode"]
    assert found.places.east[0] == 395_000
    assert issues[0][1] == "OSGB out of bounds of custom boundary"


def test_a_postcode_far_away_lowers_the_confidence_and_moves_nothing():
    postcodes = pd.DataFrame({"easting": [398_500.0], "northing": [285_000.0]}, index=pd.Index(["DY1 4AB"]))
    found, issues = located(postcodes=postcodes, x=["395000"], y=["285000"], site_name=["Mill, DY1 4AB"])
    assert (found.places.east[0], found.places.confidence[0]) == (395_000, "medium")
    assert issues == [
        (2, "default-value", "lies 3.5 km from the postcode stated; left where it is, confidence medium"),
    ]  # fmt: skip


def test_organisations_that_are_not_followed_are_reported_once_or_by_row():
    _, issues = located(x=["395000"] * 5, y=["285000"] * 5, organisation_uri=[HOME, HOME, HOME, HOME, "E08000028"])
    assert issues == [(6, "invalid organisation", f"assigned to {HOME}")]
    _, issues = located(known=councils(None), x=["395000"] * 2, y=["285000"] * 2, organisation_uri=["Nowhere"] * 2)
    assert issues == [(None, "invalid organisation", "no council known by this; left blank in 2 rows")]


def test_a_file_without_coordinate_columns_has_no_places():
    found, issues = located(site_name=["Mill"])
    assert np.isnan(found.places.east[0])
    assert issues == [(2, "missing value", "the site has no place")]


def test_another_pair_that_means_no_place_is_stated_where_the_first_is_blank():
    # a digit too many: not a blank
    found, issues = located(x=["", ""], y=["", "n/a"], easting=["395000", "396000"], northing=["2850000", "286000"])
    assert (found.original_x, found.original_y) == (["395000", ""], ["2850000", "n/a"])
    assert found.repair == [None, "taken from the easting columns"]
    assert [(row, code) for row, code, _ in issues] == [(2, "invalid coordinates"), (3, "default-field")]
    assert "one digit error away and in its council" in issues[0][2]
