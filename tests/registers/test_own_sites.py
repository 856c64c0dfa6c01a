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
from siteprior.registers.matching.find_duplicates import find_duplicates
from siteprior.registers.own_sites import beside_other_lists, read_own_sites, read_own_sites_with_shapes
from siteprior.registers.reader import read_registers
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


def test_a_map_may_use_the_other_names_a_bare_list_may(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("Our ref,X,Y,Est. homes\nLT-01,400000,290000,60\n")
    plans = [
        {"reference": "Our ref", "easting": "X", "northing": "Y", name: "Est. homes"}
        for name in ("minimum_net_dwellings", "homes", "Units")
    ]
    first, *others = (read_own_sites(path, columns=plan, register="mine", organisation="E08000028") for plan in plans)
    assert first.table["minimum_net_dwellings"].tolist() == [60]
    for reading in others:
        pd.testing.assert_frame_equal(pd.DataFrame(reading.table), pd.DataFrame(first.table))
        pd.testing.assert_frame_equal(reading.issues, first.issues)
    with pytest.raises(InputError, match="'minimum_net_dwellings' and 'homes' both are minimum_net_dwellings"):
        read_own_sites(path, columns={**plans[0], "homes": "X"}, register="mine")


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


def test_who_cleaned_the_land_and_the_description_are_read_from_an_own_list(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text(
        "Asset No,Where,E,N,Clean,Text\nA1,Depot,400000,290000,Owner,Industrial units\n"
        "A2,Yard,400100,290100,public,\nA3,Mill,400200,290200,the council,\n"
    )
    columns = {**GRID, "cleaned_by": "Clean", "development_description": "Text"}
    sites, issues, _ = read_own_sites(path, columns=columns, register="own", organisation="E08000028")
    assert sites["cleaned_by"].fillna("").tolist() == ["owner", "public", ""]
    assert sites["development_description"].fillna("").tolist() == ["Industrial units", "", ""]
    wrong = issues[(issues["field"] == "cleaned_by") & (issues["issue_type"] == "invalid category value")]
    assert wrong[["row", "value", "action"]].values.tolist() == [[4, "the council", "left blank; valid: owner, public"]]


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
    for code, names in (
        ("E47000007", ["Alderford", ""]), ("S12000033", ["Alderford", ""]), ("E07000001", ["Alderford"] * 2)
    ):  # fmt: skip
        stated = read_own_sites(path, columns=GRID, register="own", organisation=code, boundaries=here).table
        assert stated["organisation_name"].fillna("").tolist() == names
        assert stated.index.tolist() == [f"{code}:A1", f"{code}:A2"]
    alone = read_own_sites(path, columns=GRID, register="own", organisation="E47000007").table
    assert alone["organisation_name"].tolist() == ["West Midlands Combined Authority"] * 2


TWO = gpd.GeoDataFrame(
    {"name": ["Coventry", "Solihull"]}, index=pd.Index(["E08000026", "E08000029"], name="organisation"),
    geometry=[shapely.box(430_000, 275_000, 440_000, 285_000), shapely.box(410_000, 275_000, 430_000, 285_000)],
    crs=27700,
)  # fmt: skip


def test_each_site_of_a_list_that_states_no_council_is_of_the_one_it_lies_in_not_of_the_one_most_lie_in(tmp_path):
    # registers are one council's: of 40 rows there one across the border would be called misplaced
    rows = [f"A{n},Depot,{431_000 + 100 * n},280000" for n in range(40)]
    (tmp_path / "a.csv").write_text("\n".join(["Asset No,Where,E,N", *rows, "B,Yard,420000,280000", "C,Far,1000,2000"]))
    sites, issues, _ = read_own_sites(tmp_path / "a.csv", columns=GRID, register="own", files="a.csv", boundaries=TWO)
    assert sites["organisation"].fillna("").tolist() == ["E08000026"] * 40 + ["E08000029", ""]
    assert sites.index[[0, 40, 41]].tolist() == ["E08000026:A0", "E08000029:B", "unknown:C"]
    assert sites["coordinate_confidence"].iloc[40] != "low"
    of = issues[issues["field"] == "organisation"]
    assert of[["issue_type", "value", "action"]].values.tolist() == [
        ["default-value", "", "the council the site lies in, where none is stated"],
        ["invalid organisation", "", "none is stated, and no area known holds the site; left blank in 1 rows"],
    ]


def test_a_combined_authority_lists_sites_and_is_the_council_of_none(tmp_path):
    (tmp_path / "a.csv").write_text(
        "Asset No,Where,E,N,Of\n1,Depot,435000,280000,E47000007\n2,Yard,420000,280000,E08000029\n"
        "3,Field,425000,280000,E08000026\n4,Far,500000,280000,E47000007\n"
    )
    sites, issues, _ = read_own_sites(
        tmp_path / "a.csv", columns=GRID, register="own", organisation="E47000007", files="a.csv", boundaries=TWO
    )
    assert sites.index.tolist() == [f"E47000007:{n}" for n in (1, 2, 3, 4)]
    assert sites["organisation"].fillna("").tolist() == ["E08000026", "E08000029", "E08000029", ""]
    assert sites["organisation_name"].fillna("").tolist() == ["Coventry", "Solihull", "Solihull", ""]
    lists = "West Midlands Combined Authority lists the sites and is no council"
    of = issues[issues["field"] == "organisation"]
    assert of[["issue_type", "value", "action"]].values.tolist() == [
        ["default-value", "E47000007", f"{lists}; the council each site lies in is taken (3 rows)"],
        ["unknown entity", "E47000007", f"{lists}, and no area known holds the site; left blank in 1 rows"],
    ]
    # row by row: a council stated stands, where its area is known
    sites, issues, _ = read_own_sites(
        tmp_path / "a.csv", columns={**GRID, "organisation": "Of"}, register="own", files="a.csv", boundaries=TWO
    )
    assert sites["organisation"].fillna("").tolist() == ["E08000026", "E08000029", "E08000026", ""]
    of = issues[issues["field"] == "organisation"]
    assert [row for row in of["action"] if "E0" not in row] == [
        f"{lists}; the council each site lies in is taken (1 rows)",
        f"{lists}, and no area known holds the site; left blank in 1 rows",
    ]


def test_a_reference_is_its_own_lists_and_stands_beside_the_same_of_others(tmp_path):
    (tmp_path / "r.csv").write_text(
        "SiteReference,SiteNameAddress,GeoX,GeoY,Hectares\nS1,Mill,435000,280000,1\nS2,Works,436000,280000,1\n"
    )
    register = read_registers(tmp_path / "r.csv", files="r.csv", boundaries=TWO).table
    assert register.index.tolist() == ["E08000026:S1", "E08000026:S2"]  # two rows, all in Coventry
    yards = [shapely.box(x, 280_000, x + 100, 280_100) for x in (435_000, 435_500, 437_000)]
    drawn(tmp_path / "a.gpkg", {"Asset No": ["S1", "S1", "S3"], "Where": ["Mill", "Yard", "Field"]}, yards)
    own = [
        read_own_sites_with_shapes(
            tmp_path / "a.gpkg", columns=PLAN, register=name, files=f"{name}.gpkg", boundaries=TWO
        )
        for name in ("mine", "hers")
    ]
    mine, polygons = beside_other_lists(*own[0], [register])
    assert mine.table.index.tolist() == ["E08000026:S1~2", "E08000026:S1~3", "E08000026:S3"]
    assert polygons["site_id"].tolist() == mine.table.index.tolist()
    taken = mine.issues[mine.issues["field"] == "reference"]
    assert taken[["file", "row", "value", "action", "site_id"]].values.tolist() == [
        ["mine.gpkg", 2, "S1", "stands in mine.gpkg, row 1, too, with other facts; called E08000026:S1~3",
         "E08000026:S1~3"],
        ["mine.gpkg", 1, "S1", "stands in r.csv, row 2, too; a list of its own: called E08000026:S1~2",
         "E08000026:S1~2"],
        ["mine.gpkg", 2, "S1", "stands in r.csv, row 2, too; a list of its own: called E08000026:S1~3",
         "E08000026:S1~3"],
    ]  # fmt: skip
    hers, _ = beside_other_lists(*own[1], [register, mine.table])
    assert hers.table.index.tolist() == ["E08000026:S1~4", "E08000026:S1~5", "E08000026:S3~2"]
    assert hers.issues["action"].iloc[-1] == "stands in mine.gpkg, row 3, too; a list of its own: called E08000026:S3~2"
    # a list that meets no other is returned as it is
    assert beside_other_lists(*own[0], [])[0] is own[0][0]
    # the Mill is one by name and area, 71 m apart; her list has one number twice; her Yard, 553 m off, is no Mill
    pairs = find_duplicates(pd.concat([register, mine.table]))
    assert pairs[["site_a", "site_b", "confidence"]].values.tolist() == [
        ["E08000026:S1", "E08000026:S1~2", "likely"], ["E08000026:S1~2", "E08000026:S1~3", "possible"]
    ]  # fmt: skip


def test_columns_a_map_leaves_out_are_reported_by_what_to_write(tmp_path):
    (tmp_path / "a.csv").write_text("Ref,E,N,homes,Area (ha),Lat,Lon,Colour\nA,435000,280000,12,1.5,52,-1,red\n")
    plan = {"reference": "Ref", "easting": "E", "northing": "N"}
    said = [
        read_own_sites(tmp_path / "a.csv", columns={**plan, **more}, register="own").issues
        for more in (
            {},
            {"minimum_net_dwellings": "homes"},
            {"minimum_net_dwellings": "homes", "hectares": "Area (ha)"},
        )
    ]
    assert [issues.loc[issues["field"] == "columns", "action"].tolist() for issues in said] == [
        ["not read, for the map leaves them out; to read them add hectares = 'Area (ha)', "
         "minimum_net_dwellings = 'homes'"],
        ["not read, for the map leaves them out; to read them add hectares = 'Area (ha)'"],
        [],
    ]  # fmt: skip


@pytest.mark.parametrize("organisation", ["E47000007", "E08000028"])
def test_a_drawn_site_is_as_sure_as_its_shape_and_a_written_place_is_not(tmp_path, organisation):
    shapes = [shapely.box(4e5, 29e4, 400_100, 290_100), shapely.Point(560_000, 100_000), None]
    gpd.GeoDataFrame({"REF": ["A", "B", "C"]}, geometry=shapes, crs=27700).to_file(tmp_path / "own.gpkg")
    drawn, *_ = read_own_sites(
        tmp_path / "own.gpkg", columns={"reference": "REF"}, register="own", organisation=organisation
    )
    assert drawn["coordinate_confidence"].tolist() == ["high", "high", "none"]
    (tmp_path / "own.csv").write_text("REF,E,N\nA,400050,290050\n", encoding="utf-8")
    plan = {"reference": "REF", "easting": "E", "northing": "N"}
    written, *_ = read_own_sites(tmp_path / "own.csv", columns=plan, register="own", organisation=organisation)
    assert written["coordinate_confidence"].tolist() == ["medium"]


def test_a_shape_away_from_the_council_it_states_keeps_its_doubt(tmp_path):
    gpd.GeoDataFrame(
        {"REF": ["A", "B"]}, geometry=[shapely.Point(4e5, 29e4), shapely.Point(5e5, 2e5)], crs=27700
    ).to_file(tmp_path / "own.gpkg")
    area = gpd.GeoDataFrame(
        {"organisation": ["E08000028"], "name": ["Sandwell"]},
        geometry=[shapely.box(395_000, 285_000, 405_000, 295_000)],
        crs=27700,
    ).set_index("organisation")
    drawn, *_ = read_own_sites(
        tmp_path / "own.gpkg", columns={"reference": "REF"}, register="own", organisation="E08000028", boundaries=area
    )
    assert drawn["coordinate_confidence"].tolist() == ["high", "low"]
