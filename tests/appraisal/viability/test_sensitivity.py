"""What drives the gap: each input from its low to its high, the others central."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.viability import CHECK, make_sites, ranged_costs, scheme
from siteprior.appraisal.viability.inputs import load_costs
from siteprior.appraisal.viability.residual import site_viability, viability_lines
from siteprior.appraisal.viability.sensitivity import driver_summary
from siteprior.core import schema


def drivers_of(sites, costs, plan=None):
    return site_viability(sites, costs=costs, scheme=plan or scheme(), seed=1, draws=20)


def test_a_swing_by_hand():
    # 72 m2 × 300 £/m2 × 1.1 × 1.13 × 1.07 = 28,728.21 of shortfall per home between £1,700 and £2,000 per m2
    costs = load_costs(CHECK | {"build_gbp_per_m2": {"low": 1700, "central": 1700, "high": 2000}})
    table, drivers = drivers_of(make_sites(), costs)
    row = drivers.iloc[0]
    assert drivers.index.tolist() == ["s0|build_gbp_per_m2"]
    assert row["shortfall_at_low_gbp_per_home"] == 26_852.82
    assert row["swing_gbp_per_home"] == pytest.approx(72 * 300 * 1.1 * 1.13 * 1.07, abs=0.01)
    assert row["shortfall_at_high_gbp_per_home"] == pytest.approx(26_852.82 + 28_728.22, abs=0.02)
    assert table["viability_driver"].tolist() == ["Build cost: £28,728 per home from its low to its high"]


def test_each_row_is_the_appraisal_with_that_input_moved():
    sites, costs = make_sites(6), ranged_costs()
    _, drivers = drivers_of(sites, costs)
    for name in ("build_gbp_per_m2", "euv_gbp_per_ha"):
        for end in ("low", "high"):
            moved = load_costs({**{k: v.central for k, v in costs.assumptions.items()}, name: costs.at(end)[name]})
            lines = viability_lines(sites, costs=moved, scheme=scheme())
            shortfall = lines["benchmark_land_value_gbp"] - lines["residual_land_value_gbp"]
            expected = shortfall / sites["capacity_dwellings"].astype(float)
            rows = drivers[drivers["input"] == name].set_index("site_id")
            assert (rows[f"shortfall_at_{end}_gbp_per_home"] - expected).abs().max() < 0.02


def test_the_largest_comes_first_and_what_has_no_range_has_no_row():
    sites = make_sites(15)
    table, drivers = drivers_of(sites, ranged_costs())
    assert list(drivers) == schema.VIABILITY_DRIVERS.names
    assert drivers.index.is_unique
    assert drivers["site_id"].drop_duplicates().tolist() == sites.index.tolist()
    for _, rows in drivers.groupby("site_id"):
        assert rows["swing_gbp_per_home"].is_monotonic_decreasing
        assert rows["place"].tolist() == list(range(1, len(rows) + 1))
    assert (drivers["swing_gbp_per_home"] > 0).all()
    assert set(drivers["input"]) == {"value_gbp_per_m2", "remediation_gbp", "build_gbp_per_m2", "fees_share",
                                     "euv_gbp_per_ha", "return_market_share"} - {"return_market_share"}  # fmt: skip
    assert table["viability_driver"].notna().all()


def test_dearer_at_the_high_end_but_for_value():
    _, drivers = drivers_of(make_sites(15), ranged_costs())
    rise = drivers["shortfall_at_high_gbp_per_home"] - drivers["shortfall_at_low_gbp_per_home"]
    assert (rise[drivers["input"] == "value_gbp_per_m2"] < 0).all()
    assert (rise[drivers["input"] != "value_gbp_per_m2"] > 0).all()


def test_the_summary_counts_what_comes_first():
    _, drivers = drivers_of(make_sites(40), ranged_costs())
    done = driver_summary(drivers)
    assert done["first_share"].mul(done["sites"]).sum() == pytest.approx(40)
    assert done["median_swing_gbp_per_home"].is_monotonic_decreasing
    assert done.loc["build_gbp_per_m2", ["title", "sites"]].tolist() == ["Build cost", 40]
    assert driver_summary(drivers.iloc[:0]).empty
    assert isinstance(done, pd.DataFrame)
