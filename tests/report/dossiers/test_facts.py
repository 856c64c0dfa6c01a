"""What a dossier states beside its record: sorted, cut, and never invented."""

from __future__ import annotations

import pandas as pd

from siteprior.report.dossiers import facts


def test_parts_of_a_score_stand_one_after_the_other_and_a_blank_adds_nothing():
    criteria = pd.DataFrame({"criterion": ["a", "b"], "title": ["A", "B"], "weight": [0.6, 0.4]})
    parts = facts.score_parts({"c_a": 0.3, "c_b": None}, criteria)
    assert [(part["left"], part["value"], part["measured"]) for part in parts] == [(0.0, 0.3, None), (0.3, 0.0, None)]


def test_routes_stand_by_what_they_add():
    routes = pd.DataFrame({"site_id": ["a", "a", "b", "c"], "route_name": ["1", "2", "3", "4"],
                           "contribution": [0.5, 1.5, 1.0, 9.0]})  # fmt: skip
    own = facts.routes_of(routes, ["a", "b"])
    assert {site: [row["route_name"] for row in rows] for site, rows in own.items()} == {"a": ["2", "1"], "b": ["3"]}
    assert facts.routes_of(routes.iloc[:0], ["a"]) == {}


def test_need_leaves_out_what_is_not_known():
    assert facts.need_of({"imd_decile": None, "health_decile": 3}) == [{"title": "Health", "decile": 3}]


def test_the_latest_event_stands_first():
    history = pd.DataFrame({"site_id": ["a", "b", "a"], "published": ["2019-01-01", "2020-01-01", "2021-01-01"],
                            "event": ["first seen", "first seen", "ended"]})  # fmt: skip
    assert [row["event"] for row in facts.events_of(history, ["a"])] == ["ended", "first seen"]
    assert facts.events_of(history.iloc[:0], ["a"]) == []


def test_an_opportunity_of_one_site_lists_none_and_the_largest_stands_first():
    sites = pd.DataFrame({name: [None, None, None] for name in facts.MEMBER}, index=["a", "b", "c"])
    sites["hectares"] = [1.0, None, 3.0]
    assert facts.members_of(sites, ["a"], "a") == []
    rows = facts.members_of(sites, ["a", "b", "c", "gone"], "c")
    assert [(row["site_id"], row["names_it"]) for row in rows] == [("c", True), ("a", False), ("b", False)]


def test_attribution_is_merged_only_where_all_but_the_brackets_agree():
    lines = ["Licensed (A).", "Licensed (B).", "Licensed (A).", "Other (C)", "Plain"]
    assert facts.merged_attribution(lines) == ["Licensed (A; B).", "Other (C)", "Plain"]
