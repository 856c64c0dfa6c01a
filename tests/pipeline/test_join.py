"""New columns of the sites by place: each stage passes on what the project says, and adds its own group."""

from __future__ import annotations

from types import MappingProxyType

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.results import at_points, plain_project, small_result, transit_of
from siteprior.core import schema
from siteprior.core.errors import ProjectError
from siteprior.core.progress import no_progress
from siteprior.joins.access.walks import Walking
from siteprior.pipeline import join
from siteprior.pipeline.read_market import Market
from siteprior.project.layer_checks import parse_layer
from siteprior.project.layers import VectorLayer
from siteprior.sources.areas.lsoa import districts

WEST, SOUTH = 400_000, 290_000


@pytest.fixture
def result(make_stops, make_corridor_stops):
    """Sites at 0 and 500 m; an open stop at 200 m and a planned one at 500 m, both of one corridor."""
    stops = make_stops(("S1", "metro", WEST + 200, SOUTH), ("S2", "metro", WEST + 500, SOUTH, "planned"))
    calls = make_corridor_stops(("Line", 1, WEST + 200, SOUTH), ("Line", 2, WEST + 500, SOUTH, "planned"))
    sites = at_points((WEST, SOUTH), (WEST + 500, SOUTH))
    known = {"lsoa_name": ["A 001A"], "district_code": ["E08000025"], "lsoa_year": [2021]}
    square = shapely.box(WEST - 1000, SOUTH - 1000, WEST + 1000, SOUTH + 1000)
    areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001"], name="lsoa_code"), geometry=[square], crs=27700)
    area = pd.DataFrame({"district_code": "E08000025"}, index=sites.index)
    return small_result(
        sites, transit=transit_of(calls, stops), walking=Walking(walk_factor=1.5), areas=areas,
        districts=districts(areas), columns=MappingProxyType({"area": area}),
    )  # fmt: skip


def test_walks_are_measured_as_the_result_says(result):
    done = join.measure_walks(result, no_progress)
    assert done.columns["walks"]["walk_m"].to_list() == pytest.approx([300, 450])  # 1.5 times 200 and 300 m
    assert set(done.columns["walks"]["walk_basis"]) == {"straight-line"}


@pytest.mark.parametrize(("planned", "walks"), [(False, [300, 450]), (True, [300, 0])])
def test_planned_stops_count_where_the_project_says_so(result, planned, walks):
    project = plain_project(corridors={"count_planned": planned})
    given = small_result(result.sites_merged, project=project, transit=result.transit, walking=result.walking)
    found = join.assign_corridors(given, no_progress).columns["corridor"]
    assert found["corridor_walk_m"].to_list() == pytest.approx(walks)
    assert set(found["corridor"]) == {"Line"}


def test_a_site_lies_in_its_area_and_the_stage_says_that_joining_begins(result):
    squares = gpd.GeoDataFrame(
        {"lsoa_name": ["Anytown 001A", "Anytown 001B"], "district_code": "E08000025", "lsoa_year": 2021},
        index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"), crs=27700,
        geometry=[shapely.box(WEST - 50, SOUTH - 50, WEST + 50, SOUTH + 50), shapely.box(0, 0, 9, 9)],
    )  # fmt: skip
    said = []
    given = small_result(result.sites_merged, areas=squares)
    codes = join.place_sites(given, said.append).columns["area"]["lsoa_code"]
    assert codes.fillna("").to_list() == ["E01000001", ""]
    assert said == ["Joining"]


def test_without_older_registers_nothing_is_known_of_a_sites_past(result):
    history = join.follow_registers(result, no_progress).columns["history"]
    assert history.index.equals(result.sites_merged.index)
    assert len(history.columns) > 5
    assert history.isna().all(axis=None)


def test_plots_are_joined_and_split_as_the_project_says(result):
    def found(**stated):
        given = small_result(result.sites_merged, project=plain_project(opportunities=stated))
        return join.find_opportunities(given, no_progress)

    assert found().columns["opportunity"]["opportunity_id"].to_list() == ["a", "b"]
    assert found().opportunity_links.empty
    joined = found(join=(("a", "b"),))
    assert joined.columns["opportunity"]["opportunity_id"].to_list() == ["a", "a"]
    assert joined.opportunity_links[["site_a", "site_b", "confidence", "joined"]].to_numpy().tolist() == [
        ["a", "b", "stated", "yes"]
    ]
    with pytest.raises(ProjectError, match=r"split: list 1: unknown site 'c'; Valid: a, b"):
        found(split=(("a", "c"),))


def test_without_timetables_there_is_no_index_and_no_route(result):
    done = join.measure_access(result, no_progress)
    assert done.columns["access_index"].shape == (2, 0)
    assert done.access_routes.empty


def test_layers_become_columns_and_a_fault_is_the_projects(result):
    spec = parse_layer({"name": "flood", "path": "f.gpkg", "kind": "vector", "measure": "within"})
    wet = gpd.GeoDataFrame(geometry=[shapely.box(WEST - 10, SOUTH - 10, WEST + 10, SOUTH + 10)], crs=27700)
    market = Market(layers=(VectorLayer(wet, None, "f.gpkg"),), specs=(spec,))
    said = []
    found = join.measure_layers(small_result(result.sites_merged, market=market), said.append).columns["layers"]
    assert found["flood"].to_list() == ["yes", "no"]
    assert said == ["Appraising"]
    assert join.measure_layers(result, no_progress).columns["layers"].shape == (2, 0)
    lost = small_result(result.sites_merged.to_crs(4326), market=market)
    with pytest.raises(ProjectError, match=r"demo\.toml: .*EPSG:27700"):
        join.measure_layers(lost, no_progress)


def test_every_column_added_is_declared(result):
    declared = {column.name for column in schema.SITES.columns}
    for stage in (join.measure_walks, join.assign_corridors, join.follow_registers):
        done = stage(result, no_progress)
        *_, frame = done.columns.values()
        assert set(frame.columns) <= declared, stage.__name__
