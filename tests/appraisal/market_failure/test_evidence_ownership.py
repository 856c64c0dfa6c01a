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


REGISTERED = {"registered_share": 0.92, "shape_basis": "polygon by reference"}


@pytest.mark.parametrize(("count", "value"), [(1, 0.0), (2, 0.283469), (4, 1 - math.exp(-1)), (10, 0.950213)])
def test_registered_parcels_by_hand(count, value):
    done = ownership.registered_parcels(table({"inspire_parcels": count, **REGISTERED})).iloc[0]
    assert done["value"] == pytest.approx(value, abs=1e-6)
    assert (done["value_low"], done["value_high"]) == (done["value"], done["value"])
    assert done["grade"] == "B"


@pytest.mark.parametrize(("share", "known"), [(1, True), (0.5, True), (0.499, False), (0, False), (None, False)])
def test_over_less_than_half_of_the_site_parcels_feed_nothing(share, known):
    done = ownership.registered_parcels(table({"inspire_parcels": 3, "registered_share": share}))
    assert len(done) == known


def test_no_parcel_that_counts_is_no_known_zero():
    rows = table({"inspire_parcels": 0, **REGISTERED}, {"inspire_parcels": None, **REGISTERED}, {})
    assert ownership.registered_parcels(rows).empty


@pytest.mark.parametrize(("basis", "grade"), [("polygon by location", "B"), ("disc", "C"), (None, "C")])
def test_registered_parcels_within_a_disc_are_a_grade_lower(basis, grade):
    rows = table({"inspire_parcels": 2, "registered_share": 0.8, "shape_basis": basis})
    assert ownership.registered_parcels(rows)["grade"].tolist() == [grade]


def test_a_count_of_registered_parcels_is_stated_as_no_count_of_owners():
    rows = table(
        {"inspire_parcels": 4, **REGISTERED, "owner_count": 2, "ownership_status": "mixed ownership"},
        {"inspire_parcels": 1, **REGISTERED},
    )
    several, one = ownership.registered_parcels(rows).itertuples()
    assert several.reason == "4 registered parcels counted on the site (INSPIRE index polygons), over 92% of it"
    assert several.counter_evidence == (
        "a count of parcels, not of owners: one freeholder may own several; 2 owners stated; ownership as registered: "
        "mixed ownership"
    )
    assert one.reason == "1 registered parcel counted on the site (INSPIRE index polygons), over 92% of it"
    assert one.counter_evidence == (
        "one registered parcel, so nothing has to be brought together; leases in it are not shown; nothing else is "
        "known of its owners"
    )


def test_registered_parcels_stand_beside_other_evidence_also_where_they_feed_nothing():
    rows = table(
        {"inspire_parcels": 3, "registered_share": 0.3, "ownership_status": "mixed ownership"},
        {"inspire_parcels": 3, "registered_share": 0.9, "ownership_status": "mixed ownership"},
    )
    assert ownership.mixed_ownership(rows)["counter_evidence"].tolist() == [
        "mostly no registered title: registered parcels over 30% of the site",
        "3 registered parcels over 90% of the site",
    ]
