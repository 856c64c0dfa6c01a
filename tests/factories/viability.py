"""Sites and inputs for tests of viability; the numbers are the check case's, the ranges about them made up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siteprior.appraisal.viability.inputs import load_costs, load_scheme

CHECK = {
    "build_gbp_per_m2": 1700, "externals_share": 0.10, "contingency_share": 0.05, "fees_share": 0.08,
    "marketing_share": 0.03, "s106_gbp_per_home": 3000, "finance_rate": 0.07, "finance_spend_share": 0.5,
    "finance_years": 2, "return_market_share": 0.175, "return_affordable_share": 0.06, "euv_gbp_per_ha": 500_000,
    "premium_share": 0.2, "remediation_a_gbp_per_ha": 100_000, "remediation_b_gbp_per_ha": 200_000,
    "remediation_c_gbp_per_ha": 400_000, "remediation_d_gbp_per_ha": 900_000,
}  # fmt: skip
"""The inputs of the check case of METHODS 2c: remediation at 400,000 GBP/ha is class C here."""

RANGES = {
    "build_gbp_per_m2": {"low": 1500, "central": 1700, "high": 2000},
    "fees_share": {"low": 0.06, "central": 0.08, "high": 0.10},
    "euv_gbp_per_ha": {"low": 300_000, "central": 500_000, "high": 800_000},
    "remediation_a_gbp_per_ha": {"low": 50_000, "central": 100_000, "high": 150_000},
    "remediation_b_gbp_per_ha": {"low": 100_000, "central": 200_000, "high": 300_000},
    "remediation_c_gbp_per_ha": {"low": 200_000, "central": 400_000, "high": 600_000},
    "remediation_d_gbp_per_ha": {"low": 400_000, "central": 900_000, "high": 1_500_000},
}
SCHEME = {"affordable_share": 0.2, "affordable_value_share": 0.55, "home_size_m2": 72}


def check_costs():
    return load_costs(CHECK)


def ranged_costs(**changed):
    return load_costs(CHECK | RANGES | changed)


def scheme(**changed):
    return load_scheme(SCHEME | changed)


def make_sites(n=1, *, seed=0):
    """Return made-up sites; the first is the check case's, with a value known to the pound."""
    rng = np.random.default_rng(seed)
    value = np.r_[3000.0, rng.uniform(1800, 4200, n - 1).round(2)]
    wide = np.r_[0.0, rng.uniform(0.05, 0.3, n - 1)]
    table = pd.DataFrame(
        {
            "hectares": np.r_[2.0, rng.uniform(0.25, 20, n - 1).round(2)],
            "capacity_dwellings": np.r_[100, rng.integers(5, 900, n - 1)],
            "value_gbp_per_m2": value,
            "value_low_gbp_per_m2": (value * (1 - wide)).round(2),
            "value_high_gbp_per_m2": (value * (1 + wide)).round(2),
            "previous_use": np.r_[["foundry"], rng.choice(["foundry", "gas works", "school", ""], n - 1)],
            "site_name": "Land",
            "notes": None,
        },
        index=pd.Index([f"s{k}" for k in range(n)], name="site_id"),
    )
    return table.astype({"capacity_dwellings": "Int64"})
