"""The programme of a run: chosen from its opportunities, its conflicts stated, nothing lost where it cannot be."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.progress import no_progress
from siteprior.pipeline import programme
from siteprior.programme.candidates import opportunity_table
from siteprior.programme.constraints import Cap
from siteprior.programme.frontier import constraint_prices, pareto_frontier
from siteprior.programme.optimise import choose_programme
from siteprior.project.decision import Programme


def chosen(result, **stated):
    project = result.project.model_copy(update={"programme": Programme(**stated)})
    return programme.choose_programme(replace(result, project=project), no_progress)


def test_without_a_budget_the_tables_are_there_and_empty(sample_assessment):
    project = sample_assessment.project.model_copy(update={"programme": None})
    done = programme.choose_programme(replace(sample_assessment, project=project), no_progress)
    assert len(done.programme) == len(done.core_index) == len(done.programme_constraints) == 0
    assert list(done.core_index.columns) == schema.CORE_INDEX.names
    assert done.programme.crs.to_epsg() == 27700
    assert done.programme_record == {}


def test_what_is_chosen_keeps_to_the_budget_and_is_the_best_there_is(sample_assessment):
    done = chosen(sample_assessment, budget_gbp=5e6, caps={"sites": 8})
    again = choose_programme(sample_assessment, budget=5e6, constraints=())
    assert 0 < len(done.programme) <= 8
    assert done.programme["programme_cost"].sum() <= 5e6
    assert done.programme["programme_benefit"].sum() <= again.bound
    assert done.programme["rank"].is_monotonic_increasing
    index = done.core_index
    assert set(index.index[index["chosen"] == "yes"]) == set(done.programme.index)
    assert set(index.index) == set(sample_assessment.opportunities.index)
    unknown = index[index["left_out"].notna()]
    assert len(unknown) > 0
    assert unknown["core_index"].isna().all()
    assert (unknown["chosen"] == "no").all()
    known = index[index["left_out"].isna()]
    assert known["core_index"].between(0, 1).all()
    assert (known.loc[known["core_class"] == "always in", "core_index"] == 1).all()
    assert done.programme_record["left_out"] == len(unknown)
    assert sum(done.programme_record["left_out_for"].values()) >= len(unknown)
    assert done.programme_record["cost_gbp"] == pytest.approx(done.programme["programme_cost"].sum())


def test_each_constraint_stands_with_what_is_reached_and_its_price(sample_assessment):
    done = chosen(sample_assessment, budget_gbp=5e6, deprived_share=0.9, floors={"homes": 300})
    table = done.programme_constraints.set_index("constraint")
    money, homes, share = table.iloc[0], table.iloc[1], table.iloc[2]
    assert money["reached"] == pytest.approx(done.programme["programme_cost"].sum())
    assert money["limit"] - money["reached"] == pytest.approx(money["slack"])
    assert homes["reached"] == done.programme["opportunity_dwellings"].sum() >= 300
    deprived = done.programme.loc[done.programme["imd_decile"] <= 2, "opportunity_dwellings"].sum()
    assert share["reached"] == pytest.approx(deprived / done.programme["opportunity_dwellings"].sum())
    assert share["reached"] >= 0.9
    assert (table["price_low"] <= table["price"]).all()
    assert (table["price"] <= table["price_high"]).all()
    assert table.loc["equity: all shares and councils' limits", "price"] >= 0


def test_benefit_is_traded_for_homes_in_the_most_deprived_areas_for_homes_and_for_money(sample_assessment):
    done = chosen(sample_assessment, budget_gbp=5e6, caps={"sites": 8}, council_floors={"E08000029": {"sites": 2}})
    table = done.programme_frontier
    assert list(table["against"].unique()) == ["deprived_share", "homes", "cost"]
    assert (table["cost"] <= 5e6).all()
    for name, points in table.groupby("against"):
        assert points["point"].tolist() == list(range(1, len(points) + 1))
        assert points["benefit"].is_monotonic_decreasing
        assert points["cost"].is_monotonic_decreasing if name == "cost" else points[name].is_monotonic_increasing
    assert table.loc[table["against"] == "cost", "cost"].nunique() > 3
    homes = sample_assessment.sites["opportunity_dwellings"]
    for ids, stated in zip(table["site_ids"].str.split("; "), table["homes"], strict=True):
        assert homes[ids].sum() == stated


def test_a_conflict_is_stated_and_the_run_goes_on(sample_assessment):
    done = chosen(sample_assessment, budget_gbp=1e6, floors={"homes": 5000})
    table = done.programme_constraints.set_index("constraint")
    assert set(table.index) == {"budget at most 1,000,000", "homes at least 5,000"}
    assert (table["relax_by"] > 0).all()
    assert len(done.programme) == 0
    assert "cannot keep to all of" in done.programme_record["note"]
    assert done.core_index["chosen"].isna().all()


def test_what_cannot_be_locked_in_is_stated_and_the_run_goes_on(sample_assessment):
    refused = sample_assessment.sites.index[sample_assessment.sites["eligible"] == "no"][0]
    done = chosen(sample_assessment, budget_gbp=5e6, locked_in=(refused,))
    assert len(done.programme) == 0
    assert refused in done.programme_record["note"]


def test_years_and_later_costs_are_kept_to(sample_assessment):
    done = chosen(
        sample_assessment, years={"2027": 2e6, "2028": 3e6}, later_costs=("remediation_central_gbp",),
        caps={"sites": 5},
    )  # fmt: skip
    costs = sample_assessment.sites.loc[done.programme.index, ["acquisition_cost_gbp", "remediation_central_gbp"]]
    starts = done.programme["year"]
    spent = {year: costs.loc[starts == year, "acquisition_cost_gbp"].sum() for year in (2027, 2028)}
    spent[2028] += costs.loc[starts == 2027, "remediation_central_gbp"].sum()
    assert len(done.programme) > 0
    assert set(starts) <= {2027, 2028}
    assert spent[2027] <= 2e6 + 1
    assert spent[2028] <= 3e6 + 1


def test_funds_pay_for_what_their_rules_allow(sample_assessment):
    rules = sample_assessment.fund_rules
    wrong = rules[(rules["result"] == "fail") & rules["site_id"].isin(sample_assessment.opportunities.index)]
    fund = wrong["fund"].value_counts().index[0]
    failed = set(wrong.loc[wrong["fund"] == fund, "site_id"])
    done = chosen(sample_assessment, funds={fund: 3e6})
    assert failed
    assert not failed & set(done.programme.index)
    assert set(done.programme["fund"]) == {fund}


def test_prices_and_frontier_of_a_run_are_those_of_its_table(sample_assessment):
    table = opportunity_table(sample_assessment.sites)
    call = {"budget": 5e6, "constraints": Cap("sites", 8)}
    pd.testing.assert_frame_equal(constraint_prices(sample_assessment, **call), constraint_prices(table, **call))
    pair = ("benefit", "homes")
    one, other = (pareto_frontier(given, measures=pair, **call) for given in (sample_assessment, table))
    pd.testing.assert_frame_equal(one, other)
