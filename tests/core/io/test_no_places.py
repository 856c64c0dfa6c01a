"""Null island and the false origin are no places: the function, and every reader of points that asks it."""

from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from siteprior.core.io.no_places import FALSE_ORIGIN, NULL_ISLAND_M, is_no_place, is_on_earth
from siteprior.core.io.vector_files import read_vector
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS, POSTCODES, conform
from siteprior.registers.coordinates.postcode_check import postcode_check
from siteprior.registers.coordinates.postcodes import read_postcodes
from siteprior.registers.own_sites import read_own_sites
from siteprior.registers.reader import read_registers
from siteprior.sources.sales.reader import _places as places_of_sales
from siteprior.sources.timetables.places import metres
from siteprior.sources.transit.corridors import read_corridor_stops
from siteprior.sources.transit.naptan import read_stops

ORIGIN_DEGREES = (-7.5572, 49.7668)
ORIGIN_TEXT = "-7.5571597", "49.7668072"


def test_the_constants_are_what_proj_makes_of_zero():
    to_degrees = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    back = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
    assert to_degrees.transform(0, 0) == pytest.approx(FALSE_ORIGIN, abs=1e-5)
    assert back.transform(0, 0) == pytest.approx(NULL_ISLAND_M, abs=1)


@given(st.floats(80_000, 660_000), st.floats(5_000, 1_220_000))
def test_no_place_in_great_britain_is_one(east, north):
    lon, lat = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True).transform(east, north)
    assert not is_no_place(east, north)
    assert not is_no_place(lon, lat, degrees=True)


def test_greenwich_and_one_zero_alone_are_places():
    assert not is_no_place([0, -1.9], [51.48, 0], degrees=True).any()
    assert not is_no_place([0, 406600], [286700, 0]).any()
    assert not is_no_place(np.nan, np.nan)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_what_is_on_the_earth_is_finite_and_no_longer_than_it(number):
    assert bool(is_on_earth(number)) == (bool(np.isfinite(number)) and abs(number) <= 40_075_017)


def test_naptan_stops(tmp_path):
    path = tmp_path / "stops.csv"
    path.write_text(
        "ATCOCode,CommonName,StopType,Status,Easting,Northing,Longitude,Latitude\n"
        "9400ZZ1,Good,MET,active,406600,286700,,\n"
        "9400ZZ2,Zero,MET,active,0,0,,\n"
        f"9400ZZ3,Origin,MET,active,,,{ORIGIN_TEXT[0]},{ORIGIN_TEXT[1]}\n"
        "9400ZZ4,Island,MET,active,,,0,0\n"
        "9400ZZ5,Mended,MET,active,0,0,-1.9,52.48\n"
    )
    read = read_stops(path, files="stops.csv")
    assert sorted(read.table["stop_name"]) == ["Good", "Mended"]
    left_out = read.issues.loc[read.issues["action"].str.contains("which is no place"), "row"].tolist()
    assert left_out == [3, 4, 5]


def test_corridor_stops(tmp_path):
    path = tmp_path / "corridors.csv"
    path.write_text(
        "Corridor,Order,Stop name,Easting,Northing,Lon,Lat\n"
        "Line,1,Good,406600,286700,,\nLine,2,Zero,0,0,,\nLine,3,Island,,,0,0\nLine,4,Mended,0,0,-1.9,52.48\n"
        f"Line,5,Origin,,,{ORIGIN_TEXT[0]},{ORIGIN_TEXT[1]}\n"
    )
    read = read_corridor_stops(path)
    assert read.table["stop_name"].tolist() == ["Good", "Mended"]
    assert read.issues.loc[read.issues["issue_type"] == "invalid coordinates", "row"].tolist() == [3, 4, 6]


def test_stops_and_shapes_of_timetables():
    lon = pd.Series([-1.9, 0.0, ORIGIN_DEGREES[0], np.nan])
    lat = pd.Series([52.48, 0.0, ORIGIN_DEGREES[1], 52.48])
    assert metres(lon, lat)["x"].notna().tolist() == [True, False, False, False]


def test_postcodes(tmp_path):
    path = tmp_path / "codepoint.csv"
    path.write_text("B1 1AA,10,406600,286700\nB1 1AB,10,0,0\nB1 1AC,10,0.4,0.6\n")
    read = read_postcodes(path)
    assert read.table.index.tolist() == ["B1 1AA"]
    assert read.issues["action"].str.contains("2 rows without a postcode and its place left out").any()


def test_sales_and_the_cross_check_of_sites():
    table = pd.DataFrame(
        {"easting": [406600.0, 0.0, NULL_ISLAND_M[0]], "northing": [286700.0, 0.0, NULL_ISLAND_M[1]]},
        index=pd.Index(["B1 1AA", "B1 1AB", "B1 1AC"], name="postcode"),
    )
    postcodes = conform(table, POSTCODES)
    assert places_of_sales(postcodes, None)["postcode"].tolist() == ["B1 1AA"]

    class Rows:
        def texts(self, field):
            return ["1 High Street, B1 1AA", "2 High Street, B1 1AB"] if field == "site_name" else ["", ""]

    check = postcode_check(Rows(), postcodes)
    assert np.isfinite(check.east).tolist() == [True, False]


HEADER = "OrganisationURI,SiteReference,SiteNameAddress,GeoX,GeoY,Hectares,CoordinateReferenceSystem\n"
COUNCIL = "http://opendatacommunities.org/id/metropolitan-district-council/birmingham"


@pytest.mark.parametrize(
    "pair",
    [("0", "0"), ORIGIN_TEXT, ORIGIN_TEXT[::-1], ("0.0", "0.0"), ("-7.5572", "49.7668")],
    ids=["zero", "false origin", "false origin, axes swapped", "zeros", "false origin, rounded"],
)
def test_registers(tmp_path, pair):
    path = tmp_path / "register.csv"
    rows = [f"{COUNCIL},S{n},Road {n},{x},{y},1.5,WGS84\n" for n, (x, y) in enumerate([("-1.9", "52.48"), pair])]
    path.write_text(HEADER + "".join(rows))
    table = read_registers(path).table
    assert table.geometry.is_empty.tolist() == [False, False]
    assert table.geometry.notna().tolist() == [True, False]


def test_own_sites_as_table_and_as_points(tmp_path):
    table = tmp_path / "own.csv"
    table.write_text("ref,x,y\nA,406600,286700\nB,0,0\n")
    columns = {"reference": "ref", "easting": "x", "northing": "y"}
    assert read_own_sites(table, columns=columns, register="own").table.geometry.notna().tolist() == [True, False]
    points = shapely.points([406600, 0], [286700, 0])
    gpd.GeoDataFrame({"ref": ["A", "B"]}, geometry=points, crs=CRS).to_file(tmp_path / "own.gpkg")
    read = read_own_sites(tmp_path / "own.gpkg", columns={"reference": "ref"}, register="own")
    assert read.table.geometry.notna().tolist() == [True, False]
    assert read.issues["action"].str.startswith("no place: null island").sum() == 1


def test_vector_files(tmp_path):
    places = [(-1.9, 52.48), (0, 0), ORIGIN_DEGREES]
    features = [{"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": p}} for p in places]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    log = IssueLog("a.zip")
    table = read_vector(tmp_path / "a.zip!a.geojson", log=log)
    assert table.geometry.notna().tolist() == [True, False, False]
    assert [(row["row"], row["value"]) for row in log.rows] == [(2, "0 0"), (3, "-7.5572 49.7668")]
