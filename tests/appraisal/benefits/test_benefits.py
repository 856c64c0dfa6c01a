"""Benefits and costs: a site by hand, what is missing stays missing, and which way each figure pulls."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.benefits.additionality import load_additionality
from siteprior.appraisal.benefits.benefits import BENEFIT_INPUTS, NEEDS, Incomes, load_benefits, site_benefits
from siteprior.appraisal.viability.inputs import load_costs, load_scheme
from siteprior.appraisal.viability.residual import site_viability
from siteprior.core import schema
from siteprior.core.errors import InputError

FACTORS = {"leakage": 0.1, "displacement": 0.2, "substitution": 0, "deadweight": 0.5}
ASSUMED = {
    "external_benefit_gbp_per_home": 20_000,
    "affordable_benefit_gbp_per_home_year": 1_000,
    "affordable_benefit_years": 2,
    "years_to_spend": 0,
    "spend_years": 2,
    "years_to_homes": 2,
    "build_years": 1,
    "optimism_mitigated_share": 0.5,
    "median_income_gbp": 30_000,
}
SITE = {
    "capacity_low_dwellings": 80, "capacity_dwellings": 100, "capacity_high_dwellings": 120,
    "residual_land_value_gbp": -500_000.0, "existing_use_value_gbp": 1_000_000.0,
    "benchmark_land_value_gbp": 1_200_000.0, "gap_gbp": 1_700_000.0, "gap_low_gbp": 500_000.0,
    "gap_high_gbp": 2_500_000.0,
}  # fmt: skip


def sites(*rows):
    index = pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id")
    return pd.DataFrame(list(rows), index=index).reindex(
        columns=list(SITE) if set().union(*rows) <= set(SITE) else None
    )


def run(*rows, factors=FACTORS, assumed=ASSUMED, share=0.2, income=None, **options):
    table = sites(*(rows or (SITE,)))
    if income is not None:
        options["incomes"] = Incomes(pd.Series(income, index=table.index, dtype="float64"), "MSOA income, 2020")
    return site_benefits(
        table,
        factors=load_additionality(factors),
        scheme=load_scheme({"affordable_share": share}),
        assumed=load_benefits(assumed),
        **options,
    )


def test_a_site_by_hand():
    done = run(income=[15_000.0]).iloc[0]
    assert done["land_value_uplift_gbp"] == -1_500_000  # before public money
    assert done["net_land_value_uplift_gbp"] == 200_000 * 0.5 * 0.8  # the gap paid, the land stands at its benchmark
    assert done["additional_homes"] == 36  # 100 × 0.9 × 0.8 × 0.5
    assert done["optimism_bias"] == 0.22  # civil 44%, half dealt with
    assert done["public_cost_gbp"] == 1_700_000 * 1.22
    assert done["public_cost_gbp_per_additional_home"] == round(1_700_000 * 1.22 / 36, 2)

    land = 80_000 * 1.035**-2
    residents = 36 * 20_000 * 1.035**-2 + 7.2 * 1_000 * (1.035**-3 + 1.035**-4)
    cost = 1_700_000 * 1.22 * (1 + 1 / 1.035) / 2
    assert done["benefits_pv_gbp"] == round(land + residents, 2)
    assert done["public_cost_pv_gbp"] == round(cost, 2)
    assert done["bcr"] == pytest.approx((land + residents) / cost, abs=1e-6)
    assert done["welfare_weight"] == pytest.approx(2.462289, abs=1e-6)
    assert done["bcr_weighted"] == pytest.approx((land + residents * 0.5**-1.3) / cost, abs=1e-6)
    assert done["bcr_weighted_elasticity_low"] == pytest.approx((land + residents * 2) / cost, abs=1e-6)
    assert done["bcr_weighted_elasticity_high"] == pytest.approx((land + residents * 2**1.5) / cost, abs=1e-6)
    assert done["bcr_low"] < done["bcr"] < done["bcr_high"]
    assert done["benefits_basis"] == (
        "user assumptions; optimism bias of standard-civil; welfare weights on MSOA income, 2020"
    )
    assert "Green Book 2026" in done["guidance_edition"]


def test_the_columns_are_the_declared_ones():
    assert list(run().columns) == [column.name for column in schema.SITE_BENEFIT_COLUMNS]


def test_no_gap_is_no_public_cost_and_no_ratio():
    rich = SITE | {"residual_land_value_gbp": 3e6, "gap_gbp": 0.0, "gap_low_gbp": 0.0}
    done = run(rich).iloc[0]
    assert done["land_value_uplift_gbp"] == 2_000_000
    assert done["net_land_value_uplift_gbp"] == 2_000_000 * 0.4
    assert done["public_cost_gbp"] == 0
    assert math.isnan(done["bcr"])
    assert math.isnan(done["public_cost_gbp_per_additional_home"]) or done["public_cost_gbp_per_additional_home"] == 0
    assert done["benefits_basis"].endswith("no gap, so no public cost")


def test_a_gap_that_may_be_zero_has_no_upper_end():
    done = run(SITE | {"gap_low_gbp": 0.0}).iloc[0]
    assert done["bcr"] > 0
    assert math.isnan(done["bcr_high"])
    assert "no upper end" in done["benefits_basis"]


def test_a_central_case_outside_the_draws_stays_within_the_ends():
    done = run(SITE | {"gap_low_gbp": 1_800_000.0}).iloc[0]
    assert done["public_cost_low_gbp"] == done["public_cost_gbp"]
    assert done["bcr_low"] <= done["bcr"] <= done["bcr_high"]


@pytest.mark.parametrize(
    "name", [n for n in BENEFIT_INPUTS if n not in ("optimism_mitigated_share", "median_income_gbp")]
)
def test_an_input_nobody_stated_leaves_no_ratio(name):
    done = run(assumed={key: value for key, value in ASSUMED.items() if key != name}, income=[15_000.0]).iloc[0]
    assert math.isnan(done["bcr"])
    assert math.isnan(done["bcr_weighted"])
    assert done["benefits_basis"].endswith(f"no benefit-cost ratio, missing: {name}")
    assert done["additional_homes"] == 36


def test_a_benefit_stated_as_zero_needs_no_years():
    assumed = {key: value for key, value in ASSUMED.items() if key != "affordable_benefit_years"}
    assert run(assumed=assumed | {"affordable_benefit_gbp_per_home_year": 0})["bcr"].notna().all()


def test_without_incomes_there_is_no_weighted_ratio():
    done = run().iloc[0]
    assert done["bcr"] > 0
    assert math.isnan(done["bcr_weighted"])
    assert done["benefits_basis"].endswith("no incomes given, so no welfare weights")
    assert math.isnan(run(income=[None]).iloc[0]["bcr_weighted"])


def test_optimism_bias_stands_in_full_where_nothing_is_stated_of_it():
    stated = {key: value for key, value in ASSUMED.items() if key != "optimism_mitigated_share"}
    assert run(assumed=stated).iloc[0]["optimism_bias"] == 0.44
    assert run(assumed=stated, optimism_class="standard-buildings").iloc[0]["optimism_bias"] == 0.24


def test_only_benefits_to_residents_are_weighted():
    nothing_local = ASSUMED | {"external_benefit_gbp_per_home": 0, "affordable_benefit_gbp_per_home_year": 0}
    done = run(assumed=nothing_local, income=[15_000.0]).iloc[0]
    assert done["bcr_weighted"] == done["bcr"] > 0


def test_deprivation_is_not_an_income():
    table = sites(SITE)
    for name in ("imd_score", "income_rank", "imd_percentile"):
        with pytest.raises(InputError, match="a measure of deprivation, not an income"):
            site_benefits(
                table,
                factors=load_additionality(FACTORS),
                scheme=load_scheme(),
                assumed=load_benefits(ASSUMED),
                incomes=Incomes(pd.Series([1.0], index=table.index, name=name), "IMD"),
            )


def test_incomes_need_a_measure_and_the_same_sites():
    with pytest.raises(InputError) as caught:
        run(incomes=Incomes(pd.Series([1.0], index=["other"]), " "))
    assert len(caught.value.faults) == 2


def test_bad_calls_are_refused():
    with pytest.raises(InputError, match="one whole number of years"):
        load_benefits(ASSUMED | {"build_years": 2.5})
    with pytest.raises(InputError, match="one whole number of years"):
        load_benefits(ASSUMED | {"build_years": {"low": 1, "central": 2, "high": 3}})
    with pytest.raises(InputError, match="unknown optimism class 'roads'"):
        run(optimism_class="roads")
    with pytest.raises(InputError, match="lacks the columns residual_land_value_gbp"):
        site_benefits(
            sites(SITE).drop(columns=list(NEEDS)),
            factors=load_additionality(),
            scheme=load_scheme(),
            assumed=load_benefits(),
        )


def test_no_sites_no_rows():
    empty = site_benefits(
        sites(SITE).iloc[:0], factors=load_additionality(FACTORS), scheme=load_scheme(), assumed=load_benefits(ASSUMED)
    )
    assert empty.empty
    assert list(empty.columns) == [column.name for column in schema.SITE_BENEFIT_COLUMNS]


def test_on_the_check_case_of_viability():
    # METHODS 2c: gap £2,685,282.40; the uplift with the gap paid is the premium, £200,000
    costs = load_costs({
        "build_gbp_per_m2": 1700, "externals_share": 0.10, "contingency_share": 0.05, "fees_share": 0.08,
        "marketing_share": 0.03, "remediation_a_gbp_per_ha": 400_000, "remediation_b_gbp_per_ha": 400_000,
        "remediation_c_gbp_per_ha": 400_000, "remediation_d_gbp_per_ha": 400_000, "s106_gbp_per_home": 3000,
        "finance_rate": 0.07, "finance_spend_share": 0.5, "finance_years": 2, "return_market_share": 0.175,
        "return_affordable_share": 0.06, "euv_gbp_per_ha": 500_000, "premium_share": 0.2,
    })  # fmt: skip
    scheme = load_scheme({"affordable_share": 0.2, "affordable_value_share": 0.55, "home_size_m2": 72})
    table = sites(
        {"hectares": 2.0, "capacity_low_dwellings": 100, "capacity_dwellings": 100, "capacity_high_dwellings": 100,
         "value_gbp_per_m2": 3000.0, "value_low_gbp_per_m2": 3000.0, "value_high_gbp_per_m2": 3000.0}
    )  # fmt: skip
    found, _ = site_viability(table, costs=costs, scheme=scheme, seed=1, draws=50)
    table = table.assign(**found)
    done = site_benefits(
        table, factors=load_additionality(FACTORS), scheme=scheme, assumed=load_benefits(ASSUMED)
    ).iloc[0]
    assert done["public_cost_gbp"] == pytest.approx(2_685_282.40 * 1.22)
    assert done["land_value_uplift_gbp"] == pytest.approx(-1_485_282.40 - 1_000_000)
    assert done["net_land_value_uplift_gbp"] == pytest.approx(200_000 * 0.4)


money = st.floats(1e4, 1e7)


@settings(deadline=None, max_examples=15)
@given(money, money, st.floats(1.01, 5))
def test_a_dearer_gap_never_has_a_better_ratio(gap, premium, factor):
    row = SITE | {"benchmark_land_value_gbp": 1e6 + premium, "residual_land_value_gbp": 1e6 + premium - gap,
                  "gap_gbp": gap, "gap_low_gbp": gap / 2, "gap_high_gbp": gap * 2}  # fmt: skip
    dear = row | {"residual_land_value_gbp": 1e6 + premium - gap * factor, "gap_gbp": gap * factor,
                  "gap_low_gbp": gap * factor / 2, "gap_high_gbp": gap * factor * 2}  # fmt: skip
    done = run(row, dear, income=[20_000.0, 20_000.0])
    for name in ("bcr_low", "bcr", "bcr_high", "bcr_weighted"):
        assert done[name].iloc[1] <= done[name].iloc[0]
    assert (done["bcr_low"] <= done["bcr"]).all()
    assert (done["bcr"] <= done["bcr_high"]).all()


@pytest.mark.parametrize("blank", [*SITE, "income"])
def test_a_blank_never_makes_a_ratio(blank):
    row = {name: value for name, value in SITE.items() if name != blank}
    whole = run(income=[20_000.0]).iloc[0]
    done = run(row, income=[None if blank == "income" else 20_000.0]).iloc[0]
    for name in ("bcr_low", "bcr", "bcr_high", "bcr_weighted_low", "bcr_weighted", "additional_homes"):
        assert math.isnan(done[name]) or done[name] <= whole[name]


def test_a_loss_to_neighbours_counts_against():
    loss = run(assumed=ASSUMED | {"external_benefit_gbp_per_home": -20_000}).iloc[0]
    assert loss["bcr_low"] <= loss["bcr"] <= loss["bcr_high"]
    assert loss["bcr"] < 0
