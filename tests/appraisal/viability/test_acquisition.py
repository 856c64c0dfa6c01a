"""What land may cost: the higher of benchmark and residual value, else the published one, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal.viability.acquisition import acquisition_cost
from siteprior.core.errors import InputError


def sites(**columns):
    rows = {
        "hectares": [2.0],
        "benchmark_land_value_gbp": [1_200_000.0],
        "residual_land_value_gbp": [3_000_000.0],
        "viability_basis": ["user assumptions"],
        "land_value_existing_gbp_per_ha": [1_000_000.0],
        "land_value_edition": ["2017, valued 1 April 2017"],
    } | columns
    return pd.DataFrame(rows, index=pd.Index(["a"], name="site_id"))


@pytest.mark.parametrize(
    ("columns", "cost", "basis"),
    [
        ({}, 3_000_000.0, "residual land value, above the benchmark: user assumptions"),
        ({"residual_land_value_gbp": [-5e6]}, 1_200_000.0, "benchmark land value: user assumptions"),
        ({"residual_land_value_gbp": [1_200_000.0]}, 1_200_000.0, "benchmark land value: user assumptions"),
        # 2 ha × £1m × 1.2: published, for nothing was appraised
        ({"residual_land_value_gbp": [None]}, 2_400_000.0, "published existing use value and 20% premium"),
        ({"benchmark_land_value_gbp": [None]}, 2_400_000.0, "published existing use value and 20% premium"),
    ],
)
def test_the_cost_is_what_an_owner_may_ask(columns, cost, basis):
    done = acquisition_cost(sites(**columns)).loc["a"]
    assert done["acquisition_cost_gbp"] == pytest.approx(cost)
    assert done["acquisition_basis"].startswith(basis)


@pytest.mark.parametrize("hectares", [None, 0.0])
def test_without_hectares_or_values_it_is_missing_with_its_reason(hectares):
    unknown = {"benchmark_land_value_gbp": [None], "residual_land_value_gbp": [None]}
    lost = acquisition_cost(sites(hectares=[hectares], **unknown)).loc["a"]
    assert pd.isna(lost["acquisition_cost_gbp"])
    assert lost["acquisition_basis"] == "missing: hectares"
    none = acquisition_cost(sites(land_value_existing_gbp_per_ha=[None], **unknown)).loc["a"]
    assert pd.isna(none["acquisition_cost_gbp"])
    assert none["acquisition_basis"].startswith("missing: a residual appraisal")


def test_published_values_may_be_absent_and_a_lacking_column_is_named():
    bare = sites().drop(columns=["land_value_existing_gbp_per_ha", "land_value_edition"])
    assert acquisition_cost(bare)["acquisition_cost_gbp"].tolist() == [3_000_000.0]
    with pytest.raises(InputError, match="residual_land_value_gbp"):
        acquisition_cost(sites().drop(columns="residual_land_value_gbp"))
