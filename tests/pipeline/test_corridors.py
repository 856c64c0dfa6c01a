"""The corridors as objects: what lies along each, which lead, and what is left out without streets or a feed."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from factories.results import at_points, plain_project, small_result, transit_of
from siteprior.core.progress import no_progress
from siteprior.joins.access.walks import Walking
from siteprior.pipeline.corridors import describe_corridors, draw_leading, measure_cells

WEST, SOUTH = 400_000, 290_000


@pytest.fixture
def result(make_stops, make_corridor_stops):
    """Two lines 10 km apart: two shortlisted sites near the one, one near the other, and an empty third line."""
    calls = make_corridor_stops(
        ("Alone", 1, WEST, SOUTH + 30_000), ("Alone", 2, WEST + 900, SOUTH + 30_000),
        ("North", 1, WEST, SOUTH + 10_000), ("North", 2, WEST + 900, SOUTH + 10_000),
        ("South", 1, WEST, SOUTH), ("South", 2, WEST + 900, SOUTH),
    )  # fmt: skip
    places = [(WEST, SOUTH + 10_100), (WEST, SOUTH + 100), (WEST + 900, SOUTH + 200)]
    sites = at_points(
        *places, eligible="yes", rank=pd.array([1, 2, 3], dtype="Int64"), score=[0.9, 0.8, 0.7],
        site_name=["A", "B", "C"], capacity_dwellings=[10, 20, 30],
    )  # fmt: skip
    areas = gpd.GeoDataFrame(
        {"lsoa_name": ["A 001A"], "district_code": "E1", "lsoa_year": 2021, "imd_percentile": 5.0, "imd_decile": 1},
        index=pd.Index(["E01"], name="lsoa_code"), crs=27700,
        geometry=[shapely.box(WEST - 2e3, SOUTH - 2e3, WEST + 3e3, SOUTH + 1.2e4)],
    )  # fmt: skip
    transit = transit_of(calls, make_stops(("S", "metro", WEST, SOUTH)))
    return small_result(
        sites, transit=transit, walking=Walking(walk_factor=1.0), sites=sites, shortlist=sites, areas=areas
    )


def test_the_corridor_with_most_of_the_shortlist_leads_and_one_without_is_no_leader(result):
    done = describe_corridors(result, no_progress)
    assert done.leading_corridors == ("South", "North")
    summary = done.corridor_summary
    assert summary.loc[["South", "North", "Alone"], "shortlist_sites"].fillna(0).to_list() == [2, 1, 0]
    walks = done.site_corridors.set_index("site_id")["walk_m"]
    assert walks.to_dict() == pytest.approx({"a": 100, "b": 100, "c": 200})
    assert set(done.corridor_rankings["corridor"]) == {"North", "South"}


def test_of_equals_the_corridor_of_the_best_rank_leads(result):
    even = small_result(
        result.sites, transit=result.transit, walking=result.walking, sites=result.sites,
        shortlist=result.shortlist.head(2), areas=result.areas,
    )  # fmt: skip
    assert describe_corridors(even, no_progress).leading_corridors == ("North", "South")


def test_nothing_leads_where_no_site_is_shortlisted(result):
    none = small_result(
        result.sites, transit=result.transit, walking=result.walking, sites=result.sites,
        shortlist=result.shortlist.head(0), areas=result.areas,
    )  # fmt: skip
    assert describe_corridors(none, no_progress).leading_corridors == ()


def test_without_streets_no_ground_is_drawn_in_bands(result):
    done = describe_corridors(result, no_progress)
    assert draw_leading(done, no_progress).leading_catchments is None


@pytest.mark.parametrize("grid", [True, False])
def test_without_a_feed_or_where_nobody_asks_there_is_no_grid(result, grid):
    project = plain_project(access={"grid": grid})
    done = measure_cells(small_result(result.sites, project=project, transit=result.transit, walking=Walking()), print)
    assert (done.access_grids, done.access_cells) == ((), None)
