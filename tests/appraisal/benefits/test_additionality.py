"""Additionality: the guide's formula by its check value, whose deadweight counts, and what stays missing."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.appraisal.benefits.additionality import (
    additional_impact,
    deadweight_share,
    load_additionality,
    ready_reckoners,
    site_additionality,
)
from siteprior.appraisal.viability.inputs import load_scheme
from siteprior.core.errors import InputError

STATED = {
    "leakage": {"low": 0.0, "central": 0.1, "high": 0.2},
    "displacement": {"low": 0.1, "central": 0.25, "high": 0.5},
    "substitution": 0,
    "multiplier": {"low": 1.1, "central": 1.29, "high": 1.5},
    "deadweight": {"low": 0.2, "central": 0.4, "high": 0.6},
}
SCHEME = load_scheme({"affordable_share": {"low": 0.2, "central": 0.25, "high": 0.3}})
GUIDE = {"leakage": 0.10, "displacement": 0.25, "substitution": 0, "multiplier": 1.29}
share = st.floats(0, 1)


def sites(**columns):
    length = len(next(iter(columns.values())))
    index = pd.Index([f"E1:{n}" for n in range(length)], name="site_id")
    return pd.DataFrame(columns, index=index)


def hundred(**more):
    homes = {"capacity_low_dwellings": [80], "capacity_dwellings": [100], "capacity_high_dwellings": [120]}
    return sites(**homes, **more)


def test_the_check_value_of_the_guide():
    # METHODS 2c: gross 100 leaves 87.075, a reference case of 40 leaves 34.83, additional 52.245
    assert additional_impact(100, **GUIDE) == pytest.approx(87.075, abs=1e-9)
    assert additional_impact(40, **GUIDE) == pytest.approx(34.83, abs=1e-9)
    assert additional_impact(100, **GUIDE, reference=40) == pytest.approx(52.245, abs=1e-9)


def test_the_reference_case_may_have_factors_of_its_own():
    # 87.075 − 40 × 0.5 × 0.75 × 1 × 1.29
    found = additional_impact(100, **GUIDE, reference=40, reference_factors={"leakage": 0.5})
    assert found == pytest.approx(87.075 - 19.35)


def test_sites_by_hand():
    done = site_additionality(
        hundred(jobs_low=[40], jobs_central=[50], jobs_high=[60]),
        factors=load_additionality(STATED),
        scheme=SCHEME,
    ).iloc[0]
    assert done["additional_homes"] == pytest.approx(100 * 0.9 * 0.75 * 0.6)
    assert done["additional_homes_low"] == pytest.approx(80 * 0.8 * 0.5 * 0.4)
    assert done["additional_homes_high"] == pytest.approx(120 * 1.0 * 0.9 * 0.8)
    assert done["affordable_homes"] == 25
    assert done["additional_affordable_homes"] == pytest.approx(40.5 * 0.25, abs=0.0051)
    assert done["additional_affordable_homes_low"] == pytest.approx(12.8 * 0.2)
    assert done["additional_jobs"] == pytest.approx(50 * 0.9 * 0.75 * 1.29 * 0.6, abs=0.0051)
    assert done["additional_jobs_low"] == pytest.approx(40 * 0.8 * 0.5 * 1.1 * 0.4)
    assert done["additional_jobs_high"] == pytest.approx(60 * 1.0 * 0.9 * 1.5 * 0.8)
    assert done["additionality_basis"] == "user assumptions"


def test_jobs_take_their_own_shares_where_stated():
    factors = load_additionality(STATED | {"jobs_displacement": 0.75})
    done = site_additionality(hundred(jobs_central=[100]), factors=factors, scheme=SCHEME).iloc[0]
    assert done["additional_jobs"] == pytest.approx(100 * 0.9 * 0.25 * 1.29 * 0.6, abs=0.0051)
    assert done["additional_homes"] == pytest.approx(40.5)


@pytest.mark.parametrize("name", ["leakage", "displacement", "substitution", "deadweight"])
def test_what_was_not_stated_leaves_the_gross_figures_alone(name):
    stated = {key: value for key, value in STATED.items() if key != name}
    done = site_additionality(hundred(), factors=load_additionality(stated), scheme=SCHEME).iloc[0]
    assert math.isnan(done["additional_homes"])
    assert math.isnan(done["additional_homes_high"])
    assert done["affordable_homes"] == 25
    assert done["additionality_basis"] == f"missing: {name}"


def test_jobs_without_a_multiplier_are_missing_and_homes_are_not():
    stated = {key: value for key, value in STATED.items() if key != "multiplier"}
    done = site_additionality(hundred(jobs_central=[50]), factors=load_additionality(stated), scheme=SCHEME).iloc[0]
    assert done["additional_homes"] == pytest.approx(40.5)
    assert math.isnan(done["additional_jobs"])
    assert done["additionality_basis"].endswith("additional jobs missing: multiplier")


def test_a_site_without_homes_has_none_to_add():
    done = site_additionality(
        hundred().assign(capacity_dwellings=None, capacity_low_dwellings=None),
        factors=load_additionality(STATED),
        scheme=SCHEME,
    ).iloc[0]
    assert math.isnan(done["additional_homes"])
    assert math.isnan(done["additional_jobs"])
    assert done["additionality_basis"] == "missing: capacity_dwellings"


def test_illustrative_assumptions_say_so():
    factors = load_additionality(STATED | {"illustrative": True})
    done = site_additionality(hundred(), factors=factors, scheme=SCHEME)
    assert done["additionality_basis"].tolist() == ["illustrative user assumptions"]


def test_deadweight_follows_the_verdict():
    table = sites(deadweight=["likely", "possible", "none found", "cannot tell", None])
    factors = load_additionality({"deadweight": 0.3, "deadweight_likely": 0.9, "deadweight_none_found": 0.1})
    # what is not known takes the largest; the case without a figure of its own takes the general one
    assert deadweight_share(table, factors=factors)["central"].tolist() == [0.9, 0.3, 0.1, 0.9, 0.9]
    own = load_additionality({"deadweight": 0.3, "deadweight_likely": 0.9, "deadweight_cannot_tell": 0.5})
    assert deadweight_share(table, factors=own)["central"].tolist() == [0.9, 0.3, 0.3, 0.5, 0.5]


def test_nothing_stated_is_no_deadweight_known():
    assert deadweight_share(sites(deadweight=["likely", None]), factors=load_additionality()).isna().all(axis=None)


def test_the_reckoners_are_never_a_value():
    assert set(ready_reckoners()["confidence"]) == {"unverified"}
    assert not any(value.known for value in load_additionality().assumptions.values())


def test_faults_are_named_together():
    with pytest.raises(InputError) as caught:
        load_additionality({"leakage": 1.2, "displacment": 0.1, "multiplier": 0.5})
    assert "did you mean 'displacement'" in str(caught.value)
    assert len(caught.value.faults) == 3


@settings(deadline=None, max_examples=15)
@given(share, share, share, share, st.floats(0, 0.2))
def test_taking_more_away_never_leaves_more(leak, displaced, substituted, dead, more):
    def homes(leakage):
        factors = {"leakage": leakage, "displacement": displaced, "substitution": substituted, "deadweight": dead}
        done = site_additionality(hundred(), factors=load_additionality(factors), scheme=SCHEME).iloc[0]
        assert 0 <= done["additional_homes_low"] <= done["additional_homes"] <= done["additional_homes_high"]
        return done["additional_homes"]

    assert homes(min(leak + more, 1)) <= homes(leak) <= 100
