"""Coordination by owners and parcels: the formula by hand, and the grade of each way of knowing them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from siteprior.appraisal.market_failure import evidence_ownership as ownership
from siteprior.core import schema


def table(*rows):
    return pd.DataFrame(list(rows), index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))


@pytest.mark.parametrize(("count", "value"), [(1, 0.0), (2, 0.283469), (4, 1 - math.exp(-1)), (10, 0.950213)])
def test_owners_and_parcels_by_hand(count, value):
    for name, measured in (
        ("owner_count", ownership.stated_owners),
        ("parcel_count", ownership.stated_parcels),
        ("parcels", ownership.counted_parcels),
    ):
        assert measured(table({name: count}))["value"].iloc[0] == pytest.approx(value, abs=1e-6)


def test_what_is_no_count_says_nothing():
    rows = table({"owner_count": None}, {"owner_count": 0}, {"owner_count": -1}, {})
    assert ownership.stated_owners(rows).empty
    assert ownership.counted_parcels(rows).empty


@pytest.mark.parametrize(
    ("basis", "grade"),
    [("polygon by reference", "B"), ("polygon by location", "B"), ("disc", "C"), ("point", "C"), (None, "C")],
)
def test_a_count_is_as_good_as_the_shape_it_was_taken_within(basis, grade):
    done = ownership.counted_parcels(table({"parcels": 5, "shape_basis": basis}))
    assert done["grade"].tolist() == [grade]
    assert done["reason"].tolist() == ["5 parcels counted in the user's layer"]


def test_what_the_user_states_is_measured():
    rows = table({"owner_count": 3, "parcel_count": 1, "ownership_status": "not owned by a public authority"})
    owners, parcels = ownership.stated_owners(rows).iloc[0], ownership.stated_parcels(rows).iloc[0]
    assert (owners["grade"], parcels["grade"], parcels["value"]) == ("A", "A", 0.0)
    assert owners["counter_evidence"] == ("1 parcel stated; ownership as registered: not owned by a public authority")
    alone = ownership.stated_owners(table({"owner_count": 3})).iloc[0]
    assert alone["counter_evidence"] == "nothing else is known of its owners"


def test_only_stated_mixed_ownership_counts():
    done = ownership.mixed_ownership(table(*({"ownership_status": status} for status in (*schema.OWNERSHIP, None))))
    assert done.index.tolist() == ["E1:2"]
    assert (done["value"].iloc[0], done["grade"].iloc[0]) == (0.5, "B")
    assert done["counter_evidence"].iloc[0] == "no count of owners or parcels is available"
