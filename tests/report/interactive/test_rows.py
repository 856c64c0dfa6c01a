"""The rows of the page: what the tables of the run hold, and nothing an audience may not see."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from siteprior.report.interactive import rows as module
from siteprior.report.interactive.rows import site_rows


def words(column):
    return [None if at < 0 else column["words"][at] for at in column["place"]]


def test_a_row_per_site_in_the_order_of_the_run(made_up):
    columns, shown = site_rows(made_up.sites, made_up.shortlist, programme=made_up.shortlist.head(2).assign(year=2027))
    assert columns["id"] == list(made_up.sites.index) == list(shown.index)
    assert columns["rank"] == [None if pd.isna(rank) else rank for rank in made_up.sites["rank"]]
    assert words(columns["council"]) == list(made_up.sites["organisation_name"])
    assert sum(columns["shortlisted"]) == 6
    assert columns["year"][:3] == [2027, 2027, None]
    assert columns["dots"] == []


def test_every_list_has_a_value_per_row(made_up):
    columns, shown = site_rows(made_up.sites, made_up.shortlist)
    for name, values in columns.items():
        length = len(values["place"]) if isinstance(values, dict) else len(values)
        assert length == {"places": 2 * len(shown), "dots": 0}.get(name, len(shown)), name


def test_plots_of_an_opportunity_lead_to_the_one_it_is_ranked_as(made_up):
    sites = made_up.sites.copy()
    first, second = sites.index[:2]
    sites["ranked_as"] = pd.Series({first: first, second: first}).reindex(sites.index)
    columns, _ = site_rows(sites, made_up.shortlist)
    assert columns["ranked_as"][:3] == [0, 0, 2]


def test_homes_and_hectares_are_the_opportunity_s_for_its_lead_alone(made_up):
    sites = made_up.sites.copy()
    first, second = sites.index[:2]
    sites["ranked_as"] = pd.Series({first: first, second: first}).reindex(sites.index)
    sites["opportunity_hectares"] = 9.0
    sites["opportunity_dwellings"] = 300
    columns, _ = site_rows(sites, made_up.shortlist)
    assert columns["hectares"][:2] == [9.0, sites["hectares"].iloc[1]]
    assert columns["homes"][:2] == [300, sites["minimum_net_dwellings"].iloc[1]]


def test_a_walk_to_several_corridors_is_found_by_each(made_up):
    sites = made_up.sites.assign(corridors="B line; A line")
    columns, _ = site_rows(sites, made_up.shortlist)
    assert columns["corridors"] == {"words": ["A line", "B line"], "place": [[1, 0]] * len(sites)}


def test_of_many_sites_those_not_ranked_are_dots(made_up, monkeypatch):
    limits = SimpleNamespace(integer={"full_sites": 13, "coordinate_decimals": 5}.__getitem__)
    monkeypatch.setattr(module, "load_parameters", lambda name: limits)
    columns, shown = site_rows(made_up.sites, made_up.shortlist)
    assert shown["rank"].notna().all()
    assert len(columns["id"]) == 11
    assert len(columns["dots"]) == 2 * 3
