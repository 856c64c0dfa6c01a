"""The user's own sites."""

from __future__ import annotations

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import REGISTER, SHAPES, check
from siteprior.joins.access.walk_access import join_access
from siteprior.joins.access.walks import Walking
from siteprior.joins.layers import join_layer
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import VectorLayer
from siteprior.registers.coordinates.site_shapes import site_shapes
from siteprior.registers.own_sites import read_own_sites, read_own_sites_with_shapes
from siteprior.walking.network import build_network

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
    assert sites["organisation_name"].unique().tolist() == ["Sandwell"]
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


L_SHAPE = shapely.Polygon(
    [(400_000, 290_000), (400_200, 290_000), (400_200, 290_050), (400_050, 290_050), (400_050, 290_150),
     (400_000, 290_150)]
)  # fmt: skip
"""Two arms: 200 m by 50 m and 50 m by 100 m, 1.5 ha together."""


def drawn(path, facts, shapes, crs="EPSG:27700"):
    """Write a vector file of the kind its name says and return its path."""
    table = gpd.GeoDataFrame(facts, geometry=shapes, crs=27700).to_crs(crs)
    table.to_parquet(path) if path.suffix == ".parquet" else table.to_file(path)
    return path


def given(path, **columns):
    """Read own sites with their polygons."""
    plan = {"reference": "REF", **columns}
    return read_own_sites_with_shapes(path, columns=plan, register="own", organisation="E08000028", files="f")


@pytest.mark.parametrize(
    ("name", "crs"),
    [("a.geojson", "EPSG:4326"), ("a.gpkg", "EPSG:27700"), ("a.shp", "EPSG:27700"), ("a.parquet", "EPSG:3857"),
     ("b.gpkg", "EPSG:3035")],
)  # fmt: skip
def test_a_polygon_is_kept_whatever_the_file(tmp_path, name, crs):
    shapes = [L_SHAPE, shapely.Point(401_000, 290_000)][: 1 if name == "a.shp" else 2]  # a shapefile holds one kind
    path = drawn(tmp_path / name, {"REF": ["L1", "P1"][: len(shapes)]}, shapes, crs)
    (sites, _, _), polygons = given(path)
    check(polygons, SHAPES, name="polygons")
    assert polygons["site_id"].to_dict() == {"f#1": "E08000028:L1"}
    assert polygons["hectares"].iloc[0] == pytest.approx(1.5, abs=1e-3)
    assert shapely.hausdorff_distance(polygons.geometry.iloc[0], L_SHAPE) < 0.01
    assert polygons.geometry.iloc[0].contains(sites.geometry.iloc[0])
    assert sites["hectares"].iloc[0] == pytest.approx(1.5, abs=1e-3)
    assert sites["hectares_basis"].fillna("").tolist() == ["measured", ""][: len(sites)]


def test_an_area_stated_is_kept_and_one_that_cannot_be_read_is_measured(tmp_path):
    path = drawn(tmp_path / "a.gpkg", {"REF": ["a", "b", "c", "d"], "HA": ["1.4", None, "large", "n/a"]}, [L_SHAPE] * 4)
    (sites, issues, _), polygons = given(path, hectares="HA")
    assert sites["hectares"].tolist() == [1.4, 1.5, 1.5, 1.5]
    assert sites["hectares_basis"].tolist() == ["stated", "measured", "measured", "measured"]
    assert polygons["hectares"].tolist() == [1.5] * 4
    said = issues[(issues["field"] == "hectares") & (issues["issue_type"] == "default-value")]
    assert said["site_id"].str[-1].tolist() == ["b", "c", "d"]


def test_more_than_any_site_has_is_not_measured(tmp_path):
    path = drawn(tmp_path / "a.gpkg", {"REF": ["a"]}, [shapely.box(400_000, 290_000, 405_000, 295_000)])  # 2,500 ha
    (sites, issues, _), polygons = given(path)
    assert sites["hectares"].isna().all()
    assert sites["hectares_basis"].isna().all()
    assert "too large" in issues["issue_type"].tolist()
    assert polygons["hectares"].tolist() == [2500.0]


def test_one_reference_with_two_polygons_is_two_sites_and_the_same_row_twice_one(tmp_path):
    other = shapely.box(400_500, 290_000, 400_600, 290_100)
    path = drawn(tmp_path / "a.gpkg", {"REF": ["a", "a", "a"]}, [L_SHAPE, other, L_SHAPE])
    (sites, _, _), polygons = given(path)
    assert sites.index.tolist() == ["E08000028:a", "E08000028:a~2"]
    assert polygons["site_id"].tolist() == sites.index.tolist()
    assert polygons.index.tolist() == ["f#1", "f#2"]
    same_middle = [shapely.box(400_000, 290_000, 400_100, 290_100), shapely.box(400_020, 290_020, 400_080, 290_080)]
    path = drawn(tmp_path / "b.gpkg", {"REF": ["a", "a"], "HA": [1.0, 1.0]}, same_middle)
    (sites, _, _), polygons = given(path, hectares="HA")
    assert len(sites) == len(polygons) == 2  # only the polygons differ


def test_lines_are_refused_of_all_files_at_once(tmp_path):
    line = shapely.LineString([(400_000, 290_000), (400_100, 290_000)])
    paths = [drawn(tmp_path / name, {"REF": ["a"]}, [line]) for name in ("a.gpkg", "b.geojson")]
    with pytest.raises(InputError) as refused:
        read_own_sites(paths, columns={"reference": "REF"}, register="own", files=["x", "y"])
    assert [fault.partition(";")[0] for fault in refused.value.faults] == [
        f"{name}: holds lines only, and a line is no site" for name in ("x", "y")
    ]


def test_a_file_without_polygons_gives_an_empty_table_of_them(estate):
    (sites, _, _), polygons = read_own_sites_with_shapes(
        estate, columns={**GRID, "hectares": "Size"}, register="own", organisation="E08000028"
    )
    check(polygons, SHAPES, name="polygons")
    assert len(polygons) == 0
    assert sites["hectares_basis"].fillna("").tolist() == ["stated", "", "stated"]


def test_walks_start_at_the_edge_and_not_at_the_middle(tmp_path, make_stops):
    yard = shapely.box(400_000, 290_000, 400_200, 290_100)
    (sites, _, _), polygons = given(drawn(tmp_path / "a.gpkg", {"REF": ["a"]}, [yard]))
    shapes, _ = site_shapes(sites, polygons)
    stop = make_stops(("9100A", "rail", 400_500, 290_050))
    streets = build_network(np.array([shapely.LineString([(400_000, 290_050), (400_500, 290_050)])]))
    centre, edge = (
        join_access(sites, stop, Walking(network=streets, shapes=given_shapes))["walk_m"].item()
        for given_shapes in (None, shapes)
    )
    assert (centre, edge) == (400, 300)  # the site's middle lies 100 m from its eastern edge
    by_line = join_access(sites.join(shapes["position_uncertainty_m"]), stop, Walking(walk_factor=1.0, shapes=shapes))
    assert by_line[["walk_low_m", "walk_m"]].values.tolist() == [[300, 400]]


def test_a_layer_is_measured_over_the_polygon_and_an_area_far_from_it_is_an_issue(tmp_path):
    path = drawn(tmp_path / "a.gpkg", {"REF": ["a", "b"], "HA": [1.4, 5.0]}, [L_SHAPE] * 2)
    (sites, _, _), polygons = given(path, hectares="HA")
    shapes, issues = site_shapes(sites, polygons)
    assert shapes[["hectares", "shape_hectares", "hectares_agree"]].values.tolist() == [
        [1.4, 1.5, "yes"], [5.0, 1.5, "no"]
    ]  # fmt: skip
    assert issues[["file", "row", "issue_type", "value", "action"]].values.tolist() == [
        ["f", 2, "too large", "5", "both kept: the polygon measures 1.50 ha"]
    ]
    spec = parse_layer({"name": "landfill", "path": "l.gpkg", "kind": "vector", "measure": "share"})
    # the western 50 m: the upright arm, 50 m by 150 m, is half of the site
    landfill = VectorLayer(
        gpd.GeoDataFrame(geometry=[shapely.box(399_000, 289_000, 400_050, 291_000)], crs=27700), None, "l.gpkg"
    )
    assert join_layer(sites, landfill, spec, shapes=shapes).tolist() == pytest.approx([0.5, 0.5])


def test_sites_have_the_name_of_the_council_they_lie_in_or_are_stated_to_be_of_and_none_where_it_is_not_known(tmp_path):
    path = tmp_path / "estate.csv"
    path.write_text("Asset No,Where,E,N\nA1,Depot,400000,290000\nA2,Yard,500000,290000\n")
    here = gpd.GeoDataFrame(
        {"name": ["Alderford"]}, index=pd.Index(["E07000001"], name="organisation"),
        geometry=[shapely.box(399_000, 289_000, 401_000, 291_000)], crs=27700,
    )  # fmt: skip
    lying = read_own_sites(path, columns=GRID, register="own", boundaries=here).table
    assert lying["organisation"].fillna("").tolist() == ["E07000001", ""]
    assert lying["organisation_name"].fillna("").tolist() == ["Alderford", ""]
    for code, name in (("E47000007", "West Midlands Combined Authority"), ("S12000033", "")):
        stated = read_own_sites(path, columns=GRID, register="own", organisation=code, boundaries=here).table
        assert stated["organisation_name"].fillna("").tolist() == [name] * 2
