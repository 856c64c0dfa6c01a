"""Jobs: the formula by hand, whose use is stated, and what stays missing."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.benefits.jobs import employment_uses, jobs_capacity
from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError
from siteprior.core.parameters import load_parameters

ENDS = ["jobs_low", "jobs_central", "jobs_high"]


def table(**columns):
    length = len(next(iter(columns.values())))
    index = pd.Index([f"E1:{n}" for n in range(length)], name="site_id")
    return schema.conform(pd.DataFrame(columns, index=index), schema.SITES)


def jobs(use, hectares=1.0, **options):
    return jobs_capacity(table(hectares=[hectares]), use=use, **options)[ENDS].iloc[0].tolist()


@pytest.mark.parametrize(
    ("use", "by_hand"),
    [
        # METHODS 2d: jobs = ha × 10,000 × plot ratio × (floor area counted / GEA) / m² per job, on 1 ha
        # 3,500, 4,000, 4,500 m² GEA × 0.95 GIA / 36 m²: 92.4, 105.6, 118.8
        ("general-industry", [92, 105, 118]),
        # 3,500 / 95 = 36.8; 4,000 / 77 = 51.9; 4,500 / 70 = 64.3
        ("warehouse", [36, 51, 64]),
        # 3,500 × 0.95 × 0.80 / 47 = 56.6; 4,000 × 0.95 × 0.825 / 47 = 66.7; 4,500 × 0.95 × 0.85 / 47 = 77.3
        ("light-industry", [56, 66, 77]),
        # 2,500 × 0.76 / 60 = 31.7; 3,250 × 0.78375 / 50 = 50.9; 4,000 × 0.8075 / 40 = 80.75
        ("research", [31, 50, 80]),
        # 2,500 × 0.76 / 13 = 146.2; 3,250 × 0.78375 / 12 = 212.3; 4,000 × 0.8075 / 10 = 323
        ("business-park-office", [146, 212, 323]),
        # 7,500 × 0.76 / 13 = 438.5; 13,750 × 0.78375 / 12 = 898.0; 20,000 × 0.8075 / 10 = 1,615
        ("town-centre-office", [438, 898, 1615]),
        # 3,500 / 95 = 36.8; 4,000 / 77 = 51.9; 4,500 / 37.89 = 118.8, as general industry
        ("industry-and-warehouse", [36, 51, 118]),
    ],
)
def test_every_use_by_hand(use, by_hand):
    assert jobs(use) == by_hand


def test_every_use_has_been_worked_by_hand():
    assert len(employment_uses()) == 7
    assert (employment_uses()["jobs_per_ha"].str.count("–") == 2).all()


def test_published_densities_and_how_sure_they_are():
    # HCA Employment Density Guide 2015 as METHODS 2d gives it: offices second-hand, the rest unverified
    uses = load_parameters("jobs")["uses"]
    given = {name: (facts["density"].value, facts["density"].confidence) for name, facts in uses.items()}
    assert given["general-industry"] == ((36, 36, 36), "unverified")
    assert given["warehouse"] == ((70, 77, 95), "unverified")
    assert given["business-park-office"] == ((10, 12, 13), "second-hand")
    # a plot ratio nobody could check makes every figure unverified at best
    assert set(employment_uses()["confidence"]) <= {"unverified", "proposal"}


def test_only_stated_uses_have_jobs():
    sites = table(
        hectares=[2.0, 2.0, None, 0.0], register=["employment land", "brownfield register", *["employment land"] * 2]
    )
    done = jobs_capacity(sites, use={"employment land": "warehouse"})
    assert done["jobs_central"].tolist() == [103, pd.NA, pd.NA, pd.NA]
    assert done["jobs_use"].fillna("").tolist() == ["warehouse", "", "warehouse", "warehouse"]
    assert done["jobs_basis"].fillna("").tolist() == [
        "100% of 2 ha; Warehouse (B8), as the project states it; plot ratio 0.35–0.4–0.45; 70–77–95 m² GEA per job; "
        "least sure of these numbers: unverified",
        "",
        "no figure: the hectares are not known",
        "no figure: the hectares are not known",
    ]
    assert jobs_capacity(sites, use=None).isna().all(axis=None)


def test_mixed_use_takes_a_share_of_the_land():
    sites = table(hectares=[2.0, 2.0, 2.0])
    uses = pd.Series(["general-industry", "general-industry", None], index=sites.index)
    share = pd.Series([0.5, None, 0.5], index=sites.index)
    done = jobs_capacity(sites, use=uses, share=share)
    assert done["jobs_low"].tolist() == [92, pd.NA, pd.NA]
    assert done["jobs_basis"].iloc[0].startswith("50% of 2 ha; General industry")
    assert done["jobs_basis"].iloc[1] == "no figure: the share of the land for employment is not known"
    assert jobs("general-industry", hectares=2.0, share=0.5) == [92, 105, 118]


@settings(deadline=None, derandomize=True, max_examples=10)
@given(st.lists(st.floats(0.01, 100), min_size=10, max_size=30), st.sampled_from(employment_uses()["use"].tolist()))
def test_low_central_and_high_stand_in_order_and_land_never_lowers_them(hectares, use):
    index = pd.RangeIndex(len(hectares), name="site_id")
    done = jobs_capacity(pd.DataFrame({"hectares": sorted(hectares)}, index=index), use=use)
    assert (done["jobs_low"] >= 0).all()
    assert (done["jobs_low"] <= done["jobs_central"]).all()
    assert (done["jobs_central"] <= done["jobs_high"]).all()
    assert all(done[end].is_monotonic_increasing for end in ENDS)


def test_kinds_and_index():
    sites = table(hectares=[1.0, None]).iloc[::-1]
    done = jobs_capacity(sites, use="warehouse")
    assert done.index.equals(sites.index)
    assert {name: str(kind) for name, kind in done.dtypes.items()} == {
        column.name: schema.DTYPES[column.kind] for column in schema.SITE_JOBS_COLUMNS
    }


def test_bad_calls():
    sites = table(hectares=[1.0, 2.0])
    with pytest.raises(SitePriorError, match="unknown employment use 'warehouses'; did you mean 'warehouse'"):
        jobs_capacity(sites, use="warehouses")
    with pytest.raises(SitePriorError, match="unknown employment use 'B2'"):
        jobs_capacity(sites, use={"nobody's register": "B2"})
    with pytest.raises(InputError, match="use: needs the index of the sites"):
        jobs_capacity(sites, use=pd.Series(["warehouse"]))
    with pytest.raises(InputError, match="share: 50 is no share of land"):
        jobs_capacity(sites, use="warehouse", share=50)
    with pytest.raises(InputError, match="share: needs the index"):
        jobs_capacity(sites, use="warehouse", share=pd.Series([0.5, 0.5]))
    with pytest.raises(InputError, match="sites: lacks the columns hectares"):
        jobs_capacity(sites.drop(columns="hectares"), use="warehouse")
