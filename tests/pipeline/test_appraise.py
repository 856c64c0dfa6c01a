"""What the evidence says of each site: every stage passes on what the project states, and blanks stay blank."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from factories.market_failure import BENEFITS, FACTORS, bare_sites
from factories.results import plain_project, small_result
from factories.sales import sales_table
from factories.viability import CHECK, SCHEME
from siteprior.appraisal.viability.inputs import load_costs, load_scheme
from siteprior.core import schema
from siteprior.core.progress import no_progress
from siteprior.pipeline import appraise
from siteprior.pipeline.read_market import Market
from siteprior.project.inputs import load_inputs, load_scheme_inputs

NONE = {"costs": load_inputs({}, "costs"), "scheme": load_scheme_inputs({})}
STATED = {"costs": load_costs(CHECK), "scheme": load_scheme(SCHEME)}


def with_homes(assumptions, sites=None, **made):
    """Return the result of a few sites with costs read and homes estimated."""
    project = plain_project(assumptions=assumptions)
    given = small_result(bare_sites(6) if sites is None else sites, project=project, **made)
    return appraise.estimate_homes(appraise.read_costs(given, no_progress), no_progress)


def test_costs_and_scheme_are_the_projects():
    done = appraise.read_costs(small_result(project=plain_project(assumptions=STATED)), no_progress)
    assert done.costs is STATED["costs"]
    assert done.scheme is STATED["scheme"]


def test_shares_of_former_uses_are_the_columns_of_their_layers():
    sites = bare_sites(3).assign(gas=[0.5, 0.0, None], works=[0.0, 1.0, 0.25])
    project = plain_project(assumptions={"former_use_layers": {"A": "gas", "C": "works"}})
    shares = appraise.land_shares(project, sites)
    assert shares["A"].fillna(-1).to_list() == [0.5, 0.0, -1]
    assert shares["C"].to_list() == [0.0, 1.0, 0.25]
    assert appraise.land_shares(plain_project(), sites) is None


def test_homes_are_the_registers_or_by_rule():
    register = with_homes(NONE).columns["homes"]
    assert register["capacity_dwellings"].to_list() == bare_sites(6)["minimum_net_dwellings"].to_list()
    rule = with_homes({**NONE, "capacity_basis": "rule"}).columns["homes"]
    assert rule["capacity_dwellings"].to_list() != register["capacity_dwellings"].to_list()


def test_without_sales_prices_are_blank_and_it_says_why():
    done = appraise.price_sites(with_homes(NONE), no_progress)
    prices = done.columns["prices"]
    assert list(prices.columns) == [column.name for column in schema.SITE_VALUE_COLUMNS]
    assert prices.isna().all(axis=None)
    assert done.price_note == "no sales were read"
    assert list(done.price_validation.columns) == schema.PRICE_VALIDATION.names
    assert done.price_validation.empty


def test_sales_about_a_site_are_measured_where_too_few_make_no_surface():
    sites = bare_sites(6)
    near = [(x + 50, y) for x, y in zip(sites.geometry.x[:3], sites.geometry.y[:3], strict=True)]
    sold = sales_table(near, gbp_per_m2=[2000.0, 2500.0, 3000.0])
    given = with_homes(STATED, sites, market=Market(sales=sold), areas=None)
    done = appraise.price_sites(given, no_progress)
    prices = done.columns["prices"]
    assert {column.name for column in schema.SITE_VALUE_COLUMNS} <= set(prices.columns)
    assert done.price_note
    assert done.price_note != "no sales were read"


def test_viability_is_blank_with_the_input_that_is_lacking():
    priced = appraise.price_sites(with_homes(NONE), no_progress)
    done = appraise.appraise_viability(priced, no_progress)
    columns = done.columns["viability"]
    assert columns["residual_land_value_gbp"].isna().all()
    assert columns["viability_basis"].str.startswith("missing: ").all()
    assert done.viability_drivers.empty


def test_the_stages_of_the_appraisal_follow_one_another():
    """Each adds its own declared columns to the same sites, with the factors the project states."""
    stated = {**STATED, "additionality": load_inputs(FACTORS, "additionality"),
              "benefits": load_inputs(BENEFITS, "benefits")}  # fmt: skip
    done = with_homes(stated)
    stages = (
        appraise.price_sites, appraise.appraise_viability, appraise.screen_deadweight, appraise.judge_failure,
        appraise.estimate_benefits, appraise.check_fund_rules,
    )  # fmt: skip
    for stage in stages:
        done = stage(done, no_progress)
    assert list(done.columns) == [
        "homes", "prices", "viability", "deadweight", "market_failure", "benefits", "fund_rules",
    ]  # fmt: skip
    table = done.table
    assert table.index.equals(done.sites_merged.index)
    assert set(done.signals["site_id"]) <= set(table.index)
    assert set(done.fund_rules["site_id"]) == set(table.index)
    assert set(done.deadweight_evidence["site_id"]) <= set(table.index)
    assert set(table["market_failure"]) <= set(schema.VERDICTS)
    # with the deadweight each verdict stands for, additional homes are fewer than homes
    known = table["additional_homes"].notna()
    assert known.any()
    assert (table.loc[known, "additional_homes"] < table.loc[known, "capacity_dwellings"]).all()


def test_incomes_are_read_off_the_layer_the_project_names():
    from siteprior.project.layer_checks import parse_layer

    layer = {"name": "msoa_income", "path": "i.csv", "kind": "table", "measure": "value", "column": "income",
             "by": "lsoa_code", "code": "C", "year": 2021, "title": "Mean net income"}  # fmt: skip
    sites = bare_sites(3).assign(msoa_income=[20_000.0, 30_000.0, None])
    project = plain_project(assumptions={**NONE, "incomes": "msoa_income"})
    given = small_result(sites, project=project, market=Market(specs=(parse_layer(layer),)))
    incomes = appraise._incomes(given, sites)
    assert incomes.gbp_per_year.fillna(-1).to_list() == [20_000, 30_000, -1]
    assert incomes.measure == "Mean net income"
    assert appraise._incomes(small_result(project=plain_project(assumptions=NONE)), sites) is None


@pytest.mark.parametrize("n", [0, 2])
def test_the_shortlist_is_set_out_line_by_line(n):
    done = appraise.appraise_viability(appraise.price_sites(with_homes(STATED), no_progress), no_progress)
    detailed = appraise.detail_shortlist(replace(done, shortlist=done.table.head(n)), no_progress)
    assert detailed.comparables.empty
    assert list(detailed.comparables.columns) == schema.COMPARABLES.names
    assert isinstance(detailed.viability_lines, pd.DataFrame)
    assert set(detailed.viability_lines.get("site_id", ())) <= set(done.table.index[:n])
