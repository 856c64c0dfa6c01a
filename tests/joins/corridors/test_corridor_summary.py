from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.core.schema import AREAS, CORRIDOR_RANKINGS, CORRIDOR_SUMMARY, CORRIDORS, SITE_CORRIDORS, check, conform
from siteprior.joins.corridors.corridor_summary import corridor_rankings, corridor_summary


@pytest.fixture
def sites(make_sites):
    """Five sites; e has no rank, and nothing known of it."""
    return make_sites(*[(0, 0)] * 5, names=list("abcde")).assign(
        site_name=[f"Site {name}" for name in "abcde"],
        hectares=[1.0, 2.0, None, 4.0, None],
        capacity_dwellings=pd.array([10, None, 30, 40, None], dtype="Int64"),
        market_failure=["Identified", "Indicated", "Cannot tell", "Identified", None],
        imd_percentile=[5.0, 15.0, 50.0, 90.0, None],
        imd_decile=pd.array([1, 2, 5, 9, None], dtype="Int64"),
        eligible=["yes", "yes", "yes", "yes", "no"],
        rank=pd.array([2, 1, 2, 4, None], dtype="Int64"),
        score=[0.8, 0.9, 0.8, 0.1, 0.7],
    )


@pytest.fixture
def pairs():
    """Line reaches a, b and e; Tram a, c and d; nothing is in reach of Empty."""
    rows = [("b", "Line"), ("a", "Line"), ("e", "Line"), ("a", "Tram"), ("c", "Tram"), ("d", "Tram")]
    table = pd.DataFrame(rows, columns=["site_id", "corridor"])
    table = table.assign(chainage_m=range(len(table)), walk_m=100.0)
    table.index = pd.Index(table["site_id"] + "|" + table["corridor"], name="site_corridor")
    return conform(table, SITE_CORRIDORS)


@pytest.fixture
def corridors():
    table = pd.DataFrame(
        {"kind": ["metro", "metro", "rail"], "stops": 3, "open_stops": 2, "length_m": [1000.0, 2000.0, None]},
        index=pd.Index(["Tram", "Line", "Empty"], name="corridor"),
    )
    return conform(gpd.GeoDataFrame(table, geometry=[None] * 3, crs=27700), CORRIDORS)


@pytest.fixture
def areas():
    """Three squares of 100 m side by side, deprived, middling and not known."""
    table = pd.DataFrame({"imd_percentile": [4.0, 64.0, None], "imd_decile": pd.array([1, 7, None], dtype="Int64")})
    table.index = pd.Index(["L1", "L2", "L3"], name="lsoa_code")
    shapes = [shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(3)]
    return conform(gpd.GeoDataFrame(table, geometry=shapes, crs=27700), AREAS)


def catchments(**shapes):
    names = [name for name, several in shapes.items() for _ in several]
    return gpd.GeoDataFrame(
        {"corridor": names}, geometry=[shape for several in shapes.values() for shape in several], crs=27700
    )


def test_each_corridor_is_summed_up(corridors, pairs, sites):
    table = corridor_summary(corridors, pairs, sites, shortlist=["a", "b"])
    check(table, CORRIDOR_SUMMARY, name="table")
    assert list(table.columns) == CORRIDOR_SUMMARY.names
    assert table.index.to_list() == ["Tram", "Line", "Empty"]
    counts = ["sites", "shared_sites", "eligible_sites", "ranked_sites", "shortlist_sites", "best_rank"]
    assert table[counts].fillna(-1).to_numpy().tolist() == [
        [3, 1, 3, 3, 1, 2], [3, 1, 2, 2, 2, 1], [0, 0, 0, 0, 0, -1],
    ]  # fmt: skip
    assert table["best_site"].fillna("").to_list() == ["a", "b", ""]  # a and c share rank 2: the first by id
    sums = ["hectares", "hectares_unknown", "homes", "homes_unknown", "ranked_homes", "ranked_homes_unknown"]
    assert table[sums].fillna(-1).to_numpy().tolist() == [
        [5, 1, 80, 0, 80, 0], [3, 1, 10, 2, 10, 1], [-1, 0, -1, 0, -1, 0],
    ]  # fmt: skip
    assert table["length_m"].fillna(-1).to_list() == [1000, 2000, -1]
    assert table["open_stops"].to_list() == [2, 2, 2]
    assert table["note"].to_list() == [
        "1 of 3 sites in reach are in reach of other corridors, too, and count in each",
        "1 of 3 sites in reach are in reach of other corridors, too, and count in each", "no site in reach",
    ]  # fmt: skip


def test_settled_verdicts_are_counted_per_corridor_where_they_were_asked(corridors, pairs, sites):
    assert corridor_summary(corridors, pairs, sites)["settled_sites"].isna().all()
    table = corridor_summary(corridors, pairs, sites.assign(settled="yes"))
    assert table["settled_sites"].fillna(-1).tolist() == [3, 3, -1]
    mixed = sites.assign(settled=["yes" if name == "a" else "no" for name in sites.index])
    of_a = set(pairs.loc[pairs["site_id"] == "a", "corridor"])
    assert corridor_summary(corridors, pairs, mixed)["settled_sites"].fillna(-1).tolist() == [
        int("Tram" in of_a), int("Line" in of_a), -1,
    ]  # fmt: skip


def test_verdicts_are_shares_of_the_sites_that_have_one(corridors, pairs, sites):
    table = corridor_summary(corridors, pairs, sites)
    shares = table[["identified_share", "indicated_share", "not_found_share", "cannot_tell_share"]]
    assert shares.loc["Line"].to_list() == [50, 50, 0, 0]
    assert shares.loc["Tram"].to_list() == pytest.approx([200 / 3, 0, 0, 100 / 3])
    assert shares.loc["Empty"].isna().all()
    assert table["shortlist_sites"].isna().all()


def test_without_catchments_each_site_counts_once(corridors, pairs, sites):
    table = corridor_summary(corridors, pairs, sites)
    told = table[["imd_percentile", "deprived_share", "deprivation_known"]]
    assert told.loc["Line"].to_list() == pytest.approx([10, 100, 200 / 3])
    assert told.loc["Tram"].to_list() == pytest.approx([145 / 3, 100 / 3, 100])
    assert told.loc["Empty"].isna().all()
    assert table["deprivation_basis"].fillna("").to_list() == ["sites", "sites", ""]


def test_a_catchment_is_weighted_by_area_and_counts_no_ground_twice(corridors, pairs, sites, areas):
    # 75 m of L1 and 25 m of L2, in two pieces that overlap; Tram lies half on ground of which nothing is known
    given = catchments(
        Line=[shapely.box(25, 0, 100, 100), shapely.box(50, 0, 125, 100)], Tram=[shapely.box(150, 0, 250, 100)]
    )
    table = corridor_summary(corridors, pairs, sites, catchments=given, areas=areas)
    told = table[["imd_percentile", "deprived_share", "deprivation_known"]]
    assert told.loc["Line"].to_list() == pytest.approx([0.75 * 4 + 0.25 * 64, 75, 100])
    assert told.loc["Tram"].to_list() == pytest.approx([64, 0, 50])
    assert table["deprivation_basis"].fillna("").to_list() == ["catchment by area", "catchment by area", ""]
    assert told.loc["Empty"].isna().all()


def test_a_catchment_is_weighted_by_population_where_it_is_known(corridors, pairs, sites, areas):
    given = catchments(Line=[shapely.box(0, 0, 150, 100)])
    areas = areas.assign(population=[1000, 4000, 10])
    table = corridor_summary(corridors, pairs, sites, catchments=given, areas=areas)
    assert table.loc["Line", "imd_percentile"] == pytest.approx((1000 * 4 + 2000 * 64) / 3000)
    assert table.loc["Line", "deprived_share"] == pytest.approx(100 / 3)
    assert table["deprivation_basis"].fillna("").to_list() == ["sites", "catchment by population", ""]


def test_a_catchment_of_which_nothing_is_known_does_not_fall_back(corridors, pairs, sites, areas):
    given = catchments(Line=[shapely.box(210, 0, 290, 100), None])
    table = corridor_summary(corridors, pairs, sites, catchments=given, areas=areas)
    assert table.loc["Line", ["imd_percentile", "deprived_share"]].isna().all()
    assert table.loc["Line", ["deprivation_known", "deprivation_basis"]].to_list() == [0, "catchment by area"]


def test_rankings_share_equal_ranks_and_leave_out_the_unranked(pairs, sites):
    table = corridor_rankings(pairs, sites)
    check(table, CORRIDOR_RANKINGS, name="table")
    assert list(table.columns) == CORRIDOR_RANKINGS.names
    told = table[["corridor", "rank_in_corridor", "site_id", "rank", "score"]].to_numpy().tolist()
    assert told == [
        ["Line", 1, "b", 1, 0.9], ["Line", 2, "a", 2, 0.8],
        ["Tram", 1, "a", 2, 0.8], ["Tram", 1, "c", 2, 0.8], ["Tram", 3, "d", 4, 0.1],
    ]  # fmt: skip
    assert table["site_name"].iloc[0] == "Site b"


def test_nothing_in_reach(corridors, pairs, sites):
    assert corridor_rankings(pairs.iloc[:0], sites).empty
    table = corridor_summary(corridors, pairs.iloc[:0], sites)
    assert table["sites"].to_list() == [0, 0, 0]


def test_tables_that_do_not_belong_together_are_refused(corridors, pairs, sites, areas):
    with pytest.raises(InputError, match="2 rows name a site that does not exist, the first 'a'"):
        corridor_summary(corridors, pairs, sites.drop("a"))
    with pytest.raises(InputError, match="3 rows name a corridor that does not exist, the first 'Tram'"):
        corridor_summary(corridors.drop("Tram"), pairs, sites)
    with pytest.raises(InputError, match="catchments need the areas"):
        corridor_summary(corridors, pairs, sites, catchments=catchments(Line=[shapely.box(0, 0, 1, 1)]))
    given = catchments(Lime=[shapely.box(0, 0, 1, 1)])
    with pytest.raises(InputError, match="catchments: lacks the column corridor"):
        corridor_summary(corridors, pairs, sites, catchments=given[["geometry"]], areas=areas)
    with pytest.raises(InputError, match="catchments: 1 rows name a corridor that does not exist, the first 'Lime'"):
        corridor_summary(corridors, pairs, sites, catchments=given, areas=areas)
    with pytest.raises(InputError, match="sites: lacks the columns rank"):
        corridor_rankings(pairs, sites.drop(columns="rank"))


def test_plots_of_one_opportunity_count_once(corridors, pairs, sites):
    # a and c are ranked as a; b and d by themselves; c is listed twice and its homes are those of a
    plots = sites.assign(ranked_as=["a", "b", "a", "d", None], counted_in=[None, None, "a", None, None])
    rankings = corridor_rankings(pairs, plots)
    tram = rankings[rankings["corridor"] == "Tram"]
    assert tram[["site_id", "rank_in_corridor", "ranked_as"]].values.tolist() == [
        ["a", 1, "a"],
        ["c", 1, "a"],
        ["d", 2, "d"],
    ]
    table = corridor_summary(corridors, pairs, plots, shortlist=["a"])
    row = table.loc["Tram"]
    counted = row[["ranked_sites", "ranked_opportunities", "shortlist_sites", "ranked_homes"]]
    assert counted.tolist() == [3, 2, 1, 50]
    assert table.loc["Line", ["ranked_opportunities", "shortlist_sites"]].tolist() == [2, 1]


def test_a_corridor_that_only_a_smaller_plot_reaches_has_the_opportunity(corridors, pairs, sites):
    plots = sites.assign(ranked_as=["a", "b", "c", "b", None])
    table = corridor_summary(corridors, pairs, plots, shortlist=["b"])
    assert table.loc["Tram", "shortlist_sites"] == 1
