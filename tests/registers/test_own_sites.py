"""The user's own sites."""

from __future__ import annotations

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import REGISTER, check
from siteprior.registers.own_sites import read_own_sites

PLAN = {"reference": "Asset No", "site_name": "Where"}
GRID = {**PLAN, "easting": "E", "northing": "N"}


@pytest.fixture
def estate(tmp_path):
    path = tmp_path / "estate.csv"
    path.write_text(
        "Public estate 2020\n"
        "Asset No,Where,E,N,Size,Empty since,Owner\n"
        "A1,Old depot,400000,290000,1.5 ha,2012,Mx Invented\n"
        "\n"
        "A2,Yard,400100,290100,large,,\n"
        "A2,Yard,400100,290100,2,,\n"
    )
    return path


def test_csv_through_a_column_map(estate):
    columns = {**GRID, "hectares": "Size", "derelict_since": "Empty since"}
    sites, issues, provenance = read_own_sites(
        estate, columns=columns, register="public estate", organisation="E08000028", files="estate.csv"
    )
    check(sites, REGISTER, name="sites")
    assert sites.index.tolist() == ["E08000028:A1", "E08000028:A2", "E08000028:A2~2"]
    assert sites["hectares"].tolist()[0] == 1.5
    assert sites["derelict_since"].iloc[0] == pd.Timestamp("2012-12-31")
    assert sites["row"].tolist() == [3, 5, 6]
    assert sites["register"].unique().tolist() == ["public estate"]
    assert ("invalid decimal", 5) in set(zip(issues["issue_type"], issues["row"], strict=True))
    assert [(p.role, p.file, p.rows) for p in provenance] == [("public estate", "estate.csv", 3)]
    assert not sites.astype(str).apply(lambda column: column.str.contains("Invented")).to_numpy().any()


def test_owners_and_parcels_are_counts_of_the_users_own(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("Asset No,Where,E,N,Owners,Titles\nA1,Depot,400000,290000,2,several\nA2,Yard,400100,290100,,3-5\n")
    columns = {**GRID, "owner_count": "Owners", "parcel_count": "Titles"}
    sites, issues, _ = read_own_sites(path, columns=columns, register="own", organisation="E08000028")
    assert sites["owner_count"].tolist() == [2, pd.NA]
    assert sites["parcel_count"].tolist() == [pd.NA, 3]
    assert set(issues.loc[issues["field"] == "parcel_count", "issue_type"]) == {"invalid integer", "patch"}


def test_polygons_give_a_point_inside_and_their_area(tmp_path):
    crescent = shapely.box(0, 0, 200, 100).difference(shapely.box(50, 0, 150, 90))
    shapes = gpd.GeoDataFrame(
        {"id": [1, 2]},
        geometry=[shapely.transform(crescent, lambda p: np.add(p, (400_000, 290_000))), None],
        crs="EPSG:27700",
    )
    shapes.to_file(tmp_path / "a.gpkg", layer="sites")
    sites, issues, _ = read_own_sites(
        tmp_path / "a.gpkg", columns={"reference": "id"}, register="own", organisation="E08000028"
    )
    assert sites["hectares"].tolist()[0] == pytest.approx(1.1)  # 20,000 m² less 9,000 m²
    assert shapes.geometry.iloc[0].contains(sites.geometry.iloc[0])
    assert sites.geometry.iloc[1] is None
    said = issues[issues["field"] == "hectares"]
    assert said["issue_type"].tolist()[0] == "default-value"


def test_points_in_degrees_and_the_council_they_lie_in(tmp_path):
    points = gpd.GeoDataFrame({"id": ["x"]}, geometry=[shapely.Point(-2.08, 52.5)], crs="EPSG:4326")
    (tmp_path / "a.geojson.gz").write_bytes(gzip.compress(points.to_json().encode()))
    square = gpd.GeoDataFrame(
        {"name": ["Dudley"]}, index=pd.Index(["E08000027"], name="organisation"),
        geometry=[shapely.box(390_000, 285_000, 400_000, 295_000)], crs="EPSG:27700",
    )  # fmt: skip
    sites, issues, _ = read_own_sites(
        tmp_path / "a.geojson.gz", columns={"reference": "id"}, register="own", boundaries=square
    )
    assert sites.index.tolist() == ["E08000027:x"]
    assert sites.geometry.iloc[0].distance(shapely.Point(394_666, 289_115)) < 10
    assert "the council the site lies in, where none is stated" in issues["action"].tolist()


def test_longitude_and_latitude_of_a_workbook(tmp_path):
    pd.DataFrame({"Ref": ["1"], "Lat": [52.5], "Lon": [-2.08]}).to_excel(tmp_path / "a.xlsx", index=False)
    columns = {"reference": "Ref", "longitude": "Lon", "latitude": "Lat"}
    sites = read_own_sites(tmp_path / "a.xlsx", columns=columns, register="own", organisation="E08000027").table
    assert sites.geometry.iloc[0].distance(shapely.Point(394_666, 289_115)) < 10


def test_eastings_in_another_system(tmp_path):
    (tmp_path / "a.csv").write_text("Ref,X,Y\n1,-231544.55,6891041.73\n")
    columns = {"reference": "Ref", "easting": "X", "northing": "Y"}
    sites = read_own_sites(
        tmp_path / "a.csv", columns=columns, register="own", organisation="E08000027", crs="EPSG:3857"
    ).table
    assert sites.geometry.iloc[0].distance(shapely.Point(394_666, 289_115)) < 20


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"reference": "Asset No", "hectars": "Size"}, "unknown column 'hectars'; did you mean 'hectares'"),
        ({**GRID, "hectares": "Area"}, "has no column 'Area'; its columns: Asset No, Where, E, N"),
        ({**PLAN, "easting": "E"}, "easting and northing are mapped together or not at all"),
        ({"easting": "E", "northing": "N"}, "map a reference or a site_name"),
        (PLAN, "map easting and northing or longitude and latitude"),
        ({"reference": "Nothing", "easting": "Nil", "northing": "None"}, "no recognisable header"),
    ],
)
def test_a_bad_map_is_refused_with_the_valid_answers(estate, columns, says):
    with pytest.raises(InputError, match=says):
        read_own_sites(estate, columns=columns, register="own")


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_a_vector_file_without_a_system_is_refused_and_crs_helps(tmp_path):
    shapes = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.box(400_000, 290_000, 400_100, 290_100)])
    shapes.to_file(tmp_path / "a.shp")
    with pytest.raises(InputError, match="no coordinate system"):
        read_own_sites(tmp_path / "a.shp", columns={"reference": "id"}, register="own")
    sites = read_own_sites(
        tmp_path / "a.shp", columns={"reference": "id"}, register="own", organisation="E08000028", crs="EPSG:27700"
    ).table
    assert sites["hectares"].tolist() == [1.0]


def test_a_missing_file(tmp_path):
    for name in ("none.gpkg", "none.csv"):
        with pytest.raises(InputError, match="there is no such file"):
            read_own_sites(tmp_path / name, columns=GRID, register="own")
