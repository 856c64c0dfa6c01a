"""The evidence for and against deadweight, test by test: words, weights, dates and sources."""

from __future__ import annotations

import pandas as pd
import pytest

from siteprior.appraisal import deadweight_evidence as evidence
from siteprior.appraisal.deadweight_evidence import AGAINST, FAILS, FOR, NEEDS
from siteprior.core import schema
from siteprior.core.parameters import load_parameters

DAY = pd.Timestamp(2021, 1, 1)
GRANTED = {"planning_permission_status": "permissioned", "planning_permission_date": "2019-01-01"}


def facts(*sites, day=DAY):
    """Return the facts of sites a, b, …; what is not given is missing."""
    index = pd.Index(list("abcdef"[: len(sites)]), name="site_id")
    table = schema.conform(pd.DataFrame(list(sites), index=index), schema.REGISTER)
    return evidence.attributes(table.reindex(columns=list(dict.fromkeys([*table.columns, *NEEDS]))), day)


def rows(found):
    """Return the evidence as (site, weight, words)."""
    return list(zip(found.index, found["weight"], found["finding"], strict=True))


@pytest.mark.parametrize(
    ("site", "stated", "stale"),
    [
        ({"entry_date": "2018-06-01", "last_seen": "2018-12-31"}, "2018-12-31", True),
        ({"entry_date": "2018-06-01", "last_seen": "2019-01-02"}, "2019-01-02", False),
        ({"entry_date": "2018-06-01"}, "2018-06-01", False),  # a blank is fresh
        ({"entry_date": "2022-06-01", "last_seen": "2018-06-01"}, "2018-06-01", False),  # after the day: not known
        ({"entry_date": "2016-01-01", "last_seen": "2020-06-01", "end_date": "2017-01-01"}, "2017-01-01", True),
        ({}, None, False),
    ],
)
def test_what_a_register_states_is_of_the_latest_day_known(site, stated, stale):
    row = facts({"hectares": 1.0, **site}).iloc[0]
    assert (None if pd.isna(row["stated"]) else f"{row['stated']:%Y-%m-%d}") == stated
    assert bool(row["stale"]) is stale


@pytest.mark.parametrize(
    ("site", "source"),
    [({"file": "a.csv", "row": 7}, "a.csv, record 7"), ({"file": "a.csv"}, "a.csv"), ({}, "register")],
)
def test_the_source_is_file_and_record_as_far_as_they_are_known(site, source):
    assert facts({"hectares": 1.0, **site})["source"].tolist() == [source]


def test_a_start_or_completion_fails():
    found = evidence.starts(facts({"development_status": "completed", "entry_date": "2020-05-01"}, {"hectares": 1}))
    assert rows(found) == [("a", FAILS, "completed is recorded")]
    assert found["date"].tolist() == [pd.Timestamp(2020, 5, 1)]


@pytest.mark.parametrize(
    ("share", "gap", "basis", "weight", "words"),
    [
        (0.101, None, None, FAILS, "residual surplus of 10.1% of gross development value"),
        (0.1, 0.25, "user", FOR, "residual surplus of 10.0% of gross development value, a gap in 25% of the draws"),
        (0.5, None, "illustrative", FOR, "residual surplus of 50.0% of gross development value"),
        (0.0, None, None, FOR, "residual surplus of 0.0% of gross development value"),
        (
            -0.2,
            1.0,
            None,
            AGAINST,
            "residual shortfall of 20.0% of gross development value, a gap in 100% of the draws",
        ),
    ],
)
def test_the_residual_by_its_share_and_basis(share, gap, basis, weight, words):
    site = {"residual_surplus_share": share, "gap_probability": gap, "viability_basis": basis}
    found = evidence.surplus(facts(site, {"hectares": 1.0}))
    assert rows(found) == [("a", weight, words)]
    assert found["source"].tolist() == [f"viability: {basis or 'basis not stated'}"]
    assert found["date"].isna().all()  # it is of the run, not of a day


def test_a_pending_decision_fails_while_it_is_fresh():
    site = {"planning_permission_status": "pending decision", "last_seen": "2018-12-31"}
    found = evidence.pending(facts({**site, "entry_date": "2018-01-01"}, {**site, "last_seen": None}), DAY)
    assert rows(found) == [
        ("a", FOR, "a decision is pending, as stated 2.0 years before"),
        ("b", FAILS, "a decision is pending, on no stated day"),
    ]


@pytest.mark.parametrize(
    ("kind", "date", "weight"),
    [
        # section 91: 3 years; section 92: 2 years from the last approval; any other kind 5
        ("full planning permission", "2018-01-02", FAILS),
        ("full planning permission", "2017-12-31", None),
        ("reserved matters approval", "2019-01-02", FAILS),
        ("reserved matters approval", "2018-12-31", None),
        ("outline planning permission", "2016-01-03", FOR),
        ("other", "2016-01-03", FOR),
        (None, "2016-01-03", FOR),
        (None, "2015-12-31", None),
        ("full planning permission", "2021-01-02", None),  # of the day after
        ("full planning permission", None, None),
    ],
)
def test_permissions_count_within_the_years_their_start_is_expected_in(kind, date, weight):
    site = {**GRANTED, "planning_permission_type": kind, "planning_permission_date": date}
    assert [row[1] for row in rows(evidence.permissions(facts(site), DAY))] == ([weight] if weight else [])


def test_a_clear_shortfall_takes_a_detailed_permission_out_of_the_presumption():
    full = {**GRANTED, "planning_permission_type": "full planning permission", "residual_surplus_share": -0.2,
            "viability_basis": "user assumptions"}  # fmt: skip
    clear = load_parameters("deadweight").table("residual").number("clear_shortfall")
    found = evidence.permissions(
        facts({**full, "gap_probability": clear}, {**full, "gap_probability": clear - 0.01},
              {**full, "gap_probability": clear, "viability_basis": "illustrative"}), DAY,
    )  # fmt: skip
    assert found["weight"].tolist() == [FOR, FAILS, FAILS]
    assert found["finding"].iloc[0] == (
        "full planning permission of 2019-01-01, 2.0 of the 3 years within which a start is expected; "
        "a clear shortfall is measured"
    )


@pytest.mark.parametrize(
    ("sold", "nearest", "expected"),
    [
        (0, None, (AGAINST, "no new-build sale about it in 5 years")),
        (19, 80.0, None),
        (20, 80.4, (FOR, "20 new-build sales or more about it in 5 years, the nearest at 80 m")),
        (None, None, None),
    ],
)
def test_new_build_sales_from_twenty_and_none_at_all(sold, nearest, expected):
    found = evidence.new_build(facts({"new_build_sales_5y": sold, "nearest_new_build_sale_m": nearest, "hectares": 1}))
    assert rows(found) == ([("a", *expected)] if expected else [])


def edit(site="a", at="2020-01-01", event="capacity", before="10", after="11"):
    return {"site_id": site, "published": at, "event": event, "before": before, "after": after, "file": "b.csv",
            "row": 3}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, (FOR, "fewest homes raised from 10 to 11")),
        ({"before": "110", "after": "121"}, (FOR, "fewest homes raised from 110 to 121")),  # a tenth, despite rounding
        ({"before": "110", "after": "120"}, None),
        ({"after": "9"}, None),
        ({"at": "2018-01-02"}, (FOR, "fewest homes raised from 10 to 11")),
        ({"at": "2017-12-31"}, None),
        ({"at": "2021-01-02"}, None),
        ({"event": "planning status", "before": "not permissioned", "after": "permissioned"},
         (FOR, "planning status changed from not permissioned to permissioned")),
        ({"event": "planning status", "before": "permissioned", "after": "not permissioned"},
         (AGAINST, "planning status changed from permissioned to not permissioned")),
        ({"before": None}, None),
        ({"site": "z"}, None),
        ({"site": "old"}, (FOR, "fewest homes raised from 10 to 11")),  # of a record merged with it
    ],
)  # fmt: skip
def test_recent_edits_of_the_register(change, expected):
    history = schema.conform(pd.DataFrame([edit(**change)]), schema.HISTORY)
    found = evidence.edits(facts({"hectares": 1.0, "also_known_as": "older; old"}), history, DAY)
    assert rows(found) == ([("a", *expected)] if expected else [])
    assert found["source"].tolist() == ["b.csv, record 3"] * len(found)


@pytest.mark.parametrize(
    ("site", "date"),
    [
        ({"end_date": "2021-01-01"}, "2021-01-01"),
        ({"end_date": "2021-01-02"}, None),
        ({"register_state": "disappeared", "last_seen": "2019-03-04"}, "2019-03-04"),
        ({"register_state": "listed", "last_seen": "2019-03-04"}, None),
    ],
)
def test_an_entry_that_left_the_register_on_its_day(site, date):
    found = evidence.ended(facts({"hectares": 1.0, **site}), DAY)
    assert [f"{day:%Y-%m-%d}" for day in found["date"]] == ([date] if date else [])
    assert set(found["weight"]) <= {FOR}


@pytest.mark.parametrize(
    ("site", "looked"),
    [
        ({"planning_permission_status": "not permissioned", "entry_date": "2020-01-01"}, ["live applicant"]),
        ({"planning_permission_status": "not permissioned", "entry_date": "2018-12-30"}, []),
        ({"planning_permission_status": "not permissioned"}, []),
        ({**GRANTED, "planning_permission_type": "full planning permission"}, ["live applicant"]),
        ({**GRANTED, "planning_permission_date": "2010-01-01"}, []),
        ({"residual_surplus_share": -0.1}, ["residual surplus"]),
        ({"new_build_sales_5y": 0, "sales_years_covered": 1}, ["new-build sales"]),
        ({"new_build_sales_5y": 3, "sales_years_covered": 4}, []),
        ({"new_build_sales_5y": 3, "sales_years_covered": 5}, ["new-build sales"]),
        ({"new_build_sales_5y": 20}, ["new-build sales"]),
    ],
)
def test_what_could_be_looked_at_and_silence_is_none_of_it(site, looked):
    table = evidence.looked_at(facts({"hectares": 1.0, **site}), DAY)
    assert [name for name in table if table[name].iloc[0]] == looked
