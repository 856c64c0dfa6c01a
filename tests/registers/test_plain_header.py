"""Which columns of one's own sites are read without a map, and what is said where the header is not plain."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import Point

from siteprior.core.errors import InputError
from siteprior.registers.own_sites import read_own_sites
from siteprior.registers.plain_header import plain_columns


@pytest.fixture
def file(tmp_path):
    def write(text, name="mine.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("header", "map_of"),
    [
        ("reference,easting,northing", {"reference": "reference", "easting": "easting", "northing": "northing"}),
        ("Name;LAT;Lon", {"site_name": "Name", "longitude": "Lon", "latitude": "LAT"}),
        ("Site Ref,Easting,Northing,Area (ha),Homes,Owner name", {
            "reference": "Site Ref", "hectares": "Area (ha)", "minimum_net_dwellings": "Homes", "easting": "Easting",
            "northing": "Northing",
        }),
        ("id,easting,northing,lat,lon", {
            "reference": "id", "easting": "easting", "northing": "northing", "longitude": "lon", "latitude": "lat",
        }),
        ("ref,easting,northing,area,title", {"reference": "ref", "easting": "easting", "northing": "northing"}),
    ],
)  # fmt: skip
def test_columns_are_read_by_what_they_are_plainly_called(file, header, map_of):
    mark = ";" if ";" in header else ","
    assert plain_columns(file(f"{header}\n{mark.join('1' for _ in header.split(mark))}\n")).table == map_of


def test_what_was_read_as_what_stands_in_the_issues(file):
    issues = plain_columns(file("ref,lat,lon\nA,52.5,-1.9\n"), file="mine.csv").issues
    assert issues["file"].tolist() == ["mine.csv"]
    assert "reference from 'ref', longitude from 'lon', latitude from 'lat'" in issues["action"].iloc[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Asset,Where\nA,Depot\n", "what the sites are called .* or where they lie"),
        (
            "ref,Where\nA,Depot\n",
            r"no column says by its name where they lie .*; it has ref, Where\. Say which is which",
        ),
        ("ref,easting\nA,400000\n", "where they lie"),
        ("Asset,lat,lon\nA,52.5,-1.9\n", "what the sites are called"),
    ],
)
def test_a_header_that_is_not_plain_is_refused_with_a_map_to_write(file, text, says):
    with pytest.raises(InputError, match=says) as refused:
        plain_columns(file(text), file="mine.csv")
    assert 'own_sites = [{path = "mine.csv", columns = {reference = "' in str(refused.value)
    assert len(refused.value.faults) == 1


def test_a_vector_file_places_its_sites_itself_and_degrees_are_read_as_such(file, tmp_path):
    drawn = gpd.GeoDataFrame({"REF": ["A"]}, geometry=[Point(400000, 290000)], crs=27700)
    drawn.to_file(tmp_path / "mine.gpkg")
    assert plain_columns(tmp_path / "mine.gpkg").table == {"reference": "REF"}
    path = file("ref,lat,lon\nA,52.5077,-2.0014\n")
    sites = read_own_sites(path, columns=plain_columns(path).table, register="mine", organisation="E08000027").table
    assert sites[["easting", "northing"]].round(-2).values.tolist() == [[400000.0, 290000.0]]


def test_degrees_place_the_rows_whose_metres_are_blank_and_only_those(file):
    # A: both pairs, of two places: the metres count. B: metres blank, as C's are 0.
    rows = "A,400000,290000,53.5,-2.2\nB,,,52.5077,-2.0014\nC,0,0,52.5077,-2.0014\n"
    path = file(f"ref,easting,northing,lat,lon\n{rows}")
    sites, issues, _ = read_own_sites(
        path, columns=plain_columns(path).table, register="mine", organisation="E08000027", files="mine.csv"
    )
    assert sites[["easting", "northing"]].round(-2).values.tolist() == [[400000.0, 290000.0]] * 3
    taken = issues[issues["action"] == "taken from the longitude and latitude columns"]
    assert taken[["row", "field"]].values.tolist() == [[3, "coordinates"], [4, "coordinates"]]
