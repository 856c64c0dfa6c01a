"""A run's opportunities with their figures added up, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import siteprior as sp
from siteprior.core.errors import InputError
from siteprior.programme.candidates import opportunity_table, paying_funds, table_of

SITES = pd.DataFrame(
    {
        "eligible": ["yes", "yes", "yes", "yes", "no"],
        "rank": [2, 2, 1, 2, None],
        "score": [0.5, 0.5, 0.8, 0.5, None],
        "ranked_as": ["a", "a", "c", "a", None],
        "counted_in": [None, None, None, "a", None],
        "capacity_dwellings": [40, None, 10, 99, 500],
        "hectares": [1.0, 2.0, 0.5, 7.0, 9.0],
        "jobs_central": [None, None, 30, None, None],
        "affordable_homes": [8.0, None, 2.0, 19.0, 100.0],
        "acquisition_cost_gbp": [100.0, 50.0, 30.0, 999.0, 1.0],
        "remediation_central_gbp": [10.0, None, 5.0, 1.0, 1.0],
        "imd_decile": [1, 4, 7, 1, 1],
        "members": ["a; b; d", "a; b; d", "c", "a; b; d", None],
    },
    index=pd.Index(list("abcde"), name="site_id"),
)


def test_members_that_count_are_added_up_and_the_order_is_that_of_the_ranks_sites():
    table = opportunity_table(SITES)
    assert table.index.tolist() == ["a", "c"]
    assert table["cost"].tolist() == [150.0, 30.0]  # d is listed in a, e is not ranked
    assert table["homes"].tolist() == [40.0, 10.0]  # a plot without a figure adds none
    assert table["hectares"].tolist() == [3.0, 0.5]
    assert table["affordable_homes"].tolist() == [8.0, 2.0]
    assert table["benefit"].tolist() == [20.0, 8.0]  # homes × score
    assert table["imd_decile"].tolist() == [1.0, 7.0]
    assert np.isnan(table.loc["a", "jobs"])
    assert table.loc["c", "jobs"] == 30


def test_money_that_is_unknown_of_one_plot_is_unknown_of_the_whole():
    table = opportunity_table(SITES, cost=["acquisition_cost_gbp", "remediation_central_gbp"])
    assert table["cost"].fillna(-1).tolist() == [-1, 35.0]
    chosen = sp.choose_programme(table, budget=1e9)
    assert chosen.chosen.index.tolist() == ["c"]
    assert chosen.left_out["reason"].to_dict() == {"a": "cost unknown"}


@pytest.mark.parametrize(
    ("benefit", "expected"), [("score", [0.5, 0.8]), ("homes", [40, 10]), ("hectares", [3.0, 0.5])]
)
def test_the_benefit_is_what_is_declared(benefit, expected):
    assert opportunity_table(SITES, benefit=benefit)["benefit"].tolist() == expected


def test_the_order_of_the_sites_moves_no_figure():
    mixed = opportunity_table(SITES.iloc[::-1]).loc[["a", "c"]]
    pd.testing.assert_frame_equal(mixed, opportunity_table(SITES))


def test_splitting_an_opportunity_leaves_each_plot_its_own_figures():
    apart = SITES.assign(ranked_as=SITES.index.where(SITES["eligible"] == "yes"), counted_in=None, members=SITES.index)
    table = opportunity_table(apart)
    assert table.loc[["a", "b"], "cost"].tolist() == [100.0, 50.0]


def test_every_fault_is_named_at_once():
    with pytest.raises(InputError) as refused:
        opportunity_table(SITES, benefit="happiness", cost=["gap_gbp"])
    words = "\n".join(refused.value.faults)
    assert "unknown benefit 'happiness'" in words
    assert "cost: the sites lack the column gap_gbp" in words


def test_sites_that_are_not_ranked_are_refused():
    with pytest.raises(InputError, match="score"):
        opportunity_table(SITES.drop(columns="score"))


def test_a_fund_pays_for_what_fails_none_of_its_rules():
    rules = pd.DataFrame(
        {"site_id": ["b", "c", "c"], "fund": ["gap", "gap", "land"], "result": ["fail", "unknown", "fail"]}
    )
    table = opportunity_table(SITES)
    assert paying_funds(table, ["gap", "land", "own"], rules).tolist() == ["land; own", "gap; own"]
    assert paying_funds(table, ["gap"]).tolist() == ["gap", "gap"]


def test_a_table_is_taken_as_it_is():
    given = pd.DataFrame({"benefit": [1.0], "cost": [2.0]}, index=["a"])
    table, benefit, cost = table_of(given, None, None)
    assert table is given
    assert (benefit, cost) == ("benefit", "cost")
