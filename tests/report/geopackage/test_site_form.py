"""Which columns of the sites stand on the map: those of the contract, each in one tab, and none is lost."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core import schema
from siteprior.core.schema import model
from siteprior.report.geopackage.layers import DECISION_COLUMNS
from siteprior.report.geopackage.site_form import OTHER, OWN, SCORE, TABS, form_tabs, join_sites, split_sites

CONTRACT = """site_id reference organisation site_name hectares minimum_net_dwellings planning_permission_status
    ownership_status coordinate_confidence lsoa_code lsoa_year imd_decile imd_edition nearest_stop nearest_stop_mode
    walk_m walk_basis bus_walk_m corridor corridor_walk_m corridor_chainage_m market_failure market_failure_reasons
    eligible gate_reasons score coverage rank rank_p05 rank_p95 score_band""".split()


def sites_with(*columns):
    frame = pd.DataFrame({name: [1, 2] for name in columns}, index=pd.Index(["E1:a", "E1:b"], name="site_id"))
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([4e5, 5e5], [3e5, 3e5]), crs=27700)


def test_every_column_of_the_contract_and_the_name_of_the_council_stand_in_one_tab():
    placed = [name for names in TABS.values() for name in names]
    assert len(placed) == len(set(placed))
    assert {*CONTRACT, "organisation_name"} <= set(placed)


def test_every_column_of_a_tab_is_declared():
    further = (*schema.SITE_PRICE_COLUMNS, *schema.SITE_VALUE_COLUMNS)
    declared = {*schema.SITES.names, *(column.name for column in further), "site_id", "illustrative"}
    declared |= {column.name for column in DECISION_COLUMNS}
    assert {name for names in TABS.values() for name in names} <= declared


def test_tabs_hold_what_there_is_in_their_own_order_contributions_after_the_score():
    columns = ["c_walk", "illustrative", "score", "rank", "c_need", "fid", "geom", "my_layer", "sales_1y", "notes"]
    assert form_tabs(columns) == {
        SCORE: ["rank", "score", "c_walk", "c_need"], "Site": ["illustrative"], OWN: ["my_layer"],
        OTHER: ["sales_1y", "notes"],
    }  # fmt: skip
    assert form_tabs([]) == {}


def test_columns_registered_by_a_users_module_stand_on_the_map(monkeypatch):
    column = model.Column("noise_db", "number", "Road noise", "Noise where the site lies", "dB")
    monkeypatch.setitem(model.REGISTERED_COLUMNS, "sites", {"noise_db": column})
    on_map, rest = split_sites(sites_with("noise_db", "notes"))
    assert (list(on_map), list(rest)) == (["noise_db", "geometry"], ["notes"])


def test_constraints_have_a_tab_and_those_known_of_no_site_stand_with_the_attributes(monkeypatch):
    columns = {
        name: model.Column(name, "number", name, "Share of the site", "0-1", group=model.CONSTRAINTS)
        for name in ("tips", "belt")
    }
    monkeypatch.setitem(model.REGISTERED_COLUMNS, "sites", columns)
    assert form_tabs(["site_id", "tips", "belt"]) == {"Site": ["site_id"], "Constraints": ["tips", "belt"]}
    sites = sites_with("rank", "tips", "belt").assign(belt=float("nan"))
    on_map, rest = split_sites(sites)
    assert (list(on_map), list(rest)) == (["rank", "tips", "geometry"], ["belt"])


@given(st.lists(st.sampled_from([*schema.SITES.names, "c_walk", "my_layer", "sales_1y"]), unique=True, max_size=40))
def test_what_is_parted_is_joined_again_whole(names):
    sites = sites_with(*names)
    on_map, rest = split_sites(sites)
    assert not set(on_map) & set(rest)
    assert [name for name in names if name in on_map] == [name for name in on_map if name != "geometry"]
    assert isinstance(on_map, gpd.GeoDataFrame)
    assert on_map.crs == sites.crs
    assert not isinstance(rest, gpd.GeoDataFrame)
    pd.testing.assert_frame_equal(join_sites(on_map, rest)[list(sites)], sites)


def test_the_shortlist_takes_its_own_rows_of_the_attributes():
    on_map, rest = split_sites(sites_with("rank", "notes"))
    joined = join_sites(on_map.loc[["E1:b"]], rest)
    assert joined["notes"].to_dict() == {"E1:b": 2}
    assert joined.index.name == "site_id"


@pytest.mark.parametrize("tabs", [TABS])
def test_the_form_stays_what_a_screen_shows(tabs):
    """Beyond some twenty lines a tab has to be scrolled."""
    assert max(map(len, tabs.values())) <= 22
