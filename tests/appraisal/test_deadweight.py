"""The deadweight screen: what fails it, what speaks for and against it, and that silence is no evidence."""

from __future__ import annotations

import itertools
from datetime import date

import pandas as pd
import pytest

from siteprior.appraisal.deadweight import site_deadweight
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.registers.matching.history import register_history
from siteprior.registers.reader import read_register

DAY = date(2021, 1, 1)
MADE_UP = "illustrative user assumptions"
SHORT = {"residual_surplus_share": -0.2, "viability_basis": "user assumptions"}
FULL = {
    "planning_permission_status": "permissioned", "planning_permission_type": "full planning permission",
    "planning_permission_date": "2019-01-01",
}  # fmt: skip
PENDING = {"planning_permission_status": "pending decision", "entry_date": "2020-01-01"}
NOT_PERMISSIONED = {"planning_permission_status": "not permissioned", "entry_date": "2020-01-01"}


def table(*rows):
    frame = pd.DataFrame(list(rows), index=pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id"))
    dates = frame.filter(["last_seen"]).apply(pd.to_datetime)
    return schema.conform(frame.assign(**dates), schema.REGISTER)


def events(*rows):
    columns = ["site_id", "published", "event", "before", "after", "file", "row"]
    return schema.conform(pd.DataFrame(list(rows), columns=columns), schema.HISTORY)


def screen(history=None, **site):
    return site_deadweight(table({"hectares": 1.0, **site}), as_of=DAY, history=history)


def verdict(history=None, **site):
    told = screen(history, **site).columns.iloc[0]
    return told["deadweight"], told["deadweight_failed"] if isinstance(told["deadweight_failed"], str) else ""


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        # 1. a start or a completion
        ({"development_status": "under construction"}, ("likely", "yes")),
        ({"development_status": "completed"}, ("likely", "yes")),
        # a clean-up by the owner, as the user states; one by the public is none
        ({"cleaned_by": "owner"}, ("likely", "yes")),
        ({"cleaned_by": "public"}, ("cannot tell", "")),
        # 2. a residual surplus above 10% of value; at 10% it only speaks for deadweight, as does none at all
        ({"residual_surplus_share": 0.11}, ("likely", "yes")),
        ({"residual_surplus_share": 0.11, "viability_basis": MADE_UP}, ("possible", "no")),
        ({"residual_surplus_share": 0.10}, ("possible", "no")),
        ({"residual_surplus_share": 0.0}, ("possible", "no")),
        ({"residual_surplus_share": -0.01}, ("none found", "no")),
        # 3. a live applicant: a pending decision of the last two years, or of no stated day
        (PENDING, ("likely", "yes")),
        ({**PENDING, "entry_date": None}, ("likely", "yes")),
        ({**PENDING, "entry_date": "2018-12-31", "last_seen": "2018-12-30"}, ("possible", "no")),
        ({**PENDING, "entry_date": "2018-12-31"}, ("likely", "yes")),
        ({**PENDING, "last_seen": "2018-12-31", "entry_date": None}, ("likely", "yes")),
        # … or of a vintage that still lists it so, unless the entry ended before
        (
            {**PENDING, "entry_date": "2018-12-31", "last_seen": "2020-06-30", "end_date": "2018-12-31"},
            ("possible", "no"),
        ),
        ({**PENDING, "entry_date": "2018-12-31", "last_seen": "2020-06-30"}, ("likely", "yes")),
        # … or a detailed permission within the years its start is expected in: full 3, reserved matters 2
        (FULL, ("likely", "yes")),
        ({**FULL, "planning_permission_date": "2018-01-02"}, ("likely", "yes")),
        ({**FULL, "planning_permission_date": "2017-12-31"}, ("cannot tell", "")),
        ({**FULL, "planning_permission_type": "reserved matters approval"}, ("cannot tell", "")),
        (
            {**FULL, "planning_permission_type": "reserved matters approval", "planning_permission_date": "2019-06-01"},
            ("likely", "yes"),
        ),
        # … unless a shortfall is clear; one in 79% of the draws is not
        ({**FULL, **SHORT, "gap_probability": 0.8}, ("possible", "no")),
        (
            {**FULL, **SHORT, "gap_probability": 0.8, "viability_basis": "illustrative user assumptions"},
            ("likely", "yes"),
        ),
        ({**FULL, **SHORT, "gap_probability": 0.8, "viability_basis": None}, ("likely", "yes")),
        ({**FULL, "residual_surplus_share": -0.2, "gap_probability": 0.79}, ("likely", "yes")),
        ({**FULL, "residual_surplus_share": -0.2}, ("likely", "yes")),
        # a shortfall clears neither a start nor a pending decision
        ({**PENDING, "residual_surplus_share": -0.2, "gap_probability": 1.0}, ("likely", "yes")),
        # other permissions within their years, unstated kinds 5, speak for deadweight
        ({**FULL, "planning_permission_type": "outline planning permission"}, ("possible", "no")),
        ({**FULL, "planning_permission_type": None, "planning_permission_date": "2016-01-03"}, ("possible", "no")),
        ({**FULL, "planning_permission_type": "other", "planning_permission_date": "2015-12-31"}, ("cannot tell", "")),
        # dated after the day: says nothing
        ({**FULL, "planning_permission_date": "2021-06-01"}, ("cannot tell", "")),
        # looked at, nothing found: a status of the last two years that is no permission
        (NOT_PERMISSIONED, ("none found", "no")),
        ({**NOT_PERMISSIONED, "entry_date": "2018-12-31"}, ("cannot tell", "")),
        ({**NOT_PERMISSIONED, "entry_date": None}, ("cannot tell", "")),
        # sales beside the site: 20 in five years speak for it, none against, some neither way
        ({"new_build_sales_5y": 20}, ("possible", "no")),
        ({"new_build_sales_5y": 19, "sales_years_covered": 5.0}, ("none found", "no")),
        # … a count that is a least one, for the file does not hold the five years, tells of no want of sales
        ({"new_build_sales_5y": 19, "sales_years_covered": 4.0}, ("cannot tell", "")),
        ({"new_build_sales_5y": 19}, ("cannot tell", "")),
        ({"new_build_sales_5y": 0}, ("none found", "no")),
        # it left the register
        ({"end_date": "2020-01-01"}, ("possible", "no")),
        ({"end_date": "2021-01-02"}, ("cannot tell", "")),
        ({"register_state": "disappeared", "last_seen": "2019-12-31"}, ("possible", "no")),
        # nothing at all
        ({}, ("cannot tell", "")),
    ],
)
def test_the_tests_one_by_one(site, expected):
    assert verdict(**site) == expected


def test_edits_of_the_register():
    def edited(event, before, after, published="2020-01-01", site_id="E1:0", **site):
        history = events((site_id, published, event, before, after, "b.csv", 7))
        return screen(history, **site)

    raised = edited("capacity", "100", "110")
    assert raised.columns["deadweight"].tolist() == ["possible"]
    assert raised.evidence[["finding", "weight", "source"]].to_numpy().tolist() == [
        ["fewest homes raised from 100 to 110", "speaks for", "b.csv, record 7"]
    ]
    assert raised.evidence["date"].tolist() == [pd.Timestamp("2020-01-01")]
    # lowered, raised by less than a tenth, first stated, long ago, after the day, of another site, of its area
    for silent in (
        edited("capacity", "110", "100"), edited("capacity", "100", "109"), edited("capacity", None, "100"),
        edited("capacity", "1", "9", "2017-12-31"), edited("capacity", "1", "9", "2021-01-02"),
        edited("capacity", "1", "9", site_id="E1:9"), edited("hectares", "1", "9"),
    ):  # fmt: skip
        assert silent.evidence.empty
        assert silent.columns["deadweight"].tolist() == ["cannot tell"]
    gained = edited("planning status", "not permissioned", "pending decision")
    assert gained.evidence["weight"].tolist() == ["speaks for"]
    lost = edited("planning status", "permissioned", "not permissioned", **NOT_PERMISSIONED)
    assert lost.evidence["weight"].tolist() == ["speaks against"]
    assert lost.columns["deadweight"].tolist() == ["none found"]
    # a record merged into the site speaks for it too
    assert edited("capacity", "1", "9", site_id="E1:old", also_known_as="E1:older; E1:old").evidence[
        "site_id"
    ].tolist() == ["E1:0"]


def test_new_homes_sold_about_the_site():
    found = screen(new_build_sales_5y=40, nearest_new_build_sale_m=120.4).evidence
    assert found["finding"].tolist() == ["40 new-build sales or more about it in 5 years, the nearest at 120 m"]
    assert found["weight"].tolist() == ["speaks for"]
    none = screen(new_build_sales_5y=0).evidence
    assert none[["finding", "weight"]].to_numpy().tolist() == [
        ["no new-build sale about it in 5 years", "speaks against"]
    ]


def test_counter_evidence_clears_nothing():
    done = site_deadweight(table({**PENDING, "residual_surplus_share": -0.5, "gap_probability": 1.0}), as_of=DAY)
    assert done.columns["deadweight_reasons"].tolist() == [
        "fails: a decision is pending, as stated 1.0 years before. speaks against: residual shortfall of 50.0% of "
        "gross development value, a gap in 100% of the draws. looked at: live applicant, residual surplus. could not "
        "be looked at: new-build sales"
    ]
    assert done.evidence[["kind", "weight"]].to_numpy().tolist() == [
        ["residual surplus", "speaks against"], ["live applicant", "fails"],
    ]  # fmt: skip


def test_the_reasons_say_what_was_and_was_not_looked_at():
    assert screen(**NOT_PERMISSIONED).columns["deadweight_reasons"].tolist() == [
        "looked at: live applicant. could not be looked at: residual surplus, new-build sales"
    ]
    assert screen().columns["deadweight_reasons"].tolist() == [
        "could not be looked at: live applicant, residual surplus, new-build sales"
    ]


def test_evidence_names_day_and_source():
    sites = table(
        {"development_status": "completed", "file": "a.csv", "row": 3, "entry_date": "2019-05-01",
         "last_seen": "2020-12-31"},
        {**FULL, "file": "a.csv", "row": 4},
        {"residual_surplus_share": 0.2, "gap_probability": 0.1, "viability_basis": "user's costs"},
        {"development_status": "completed", "entry_date": "2022-01-01"},
    )  # fmt: skip
    found = site_deadweight(sites, as_of=DAY).evidence
    assert found["source"].tolist() == ["a.csv, record 3", "a.csv, record 4", "viability: user's costs", "register"]
    assert found["date"].astype(object).where(found["date"].notna(), None).tolist() == [
        pd.Timestamp("2020-12-31"), pd.Timestamp("2019-01-01"), None, None,
    ]  # fmt: skip
    assert found["finding"].tolist() == [
        "completed is recorded",
        "full planning permission of 2019-01-01, 2.0 of the 3 years within which a start is expected",
        "residual surplus of 20.0% of gross development value, a gap in 10% of the draws",
        "completed is recorded",
    ]


COLUMNS = (
    "development_status", "planning_permission_status", "planning_permission_type", "planning_permission_date",
    "entry_date", "last_seen", "end_date", "residual_surplus_share", "gap_probability", "viability_basis", "file",
)  # fmt: skip
EXCEPTED = {"development_status", "planning_permission_status", "planning_permission_type",
            "planning_permission_date", "residual_surplus_share"}  # fmt: skip
"""The findings themselves: without them there is no evidence to fail on."""


def test_a_blank_clears_no_site():
    # every mix of statuses, days and residuals, each other column blanked in turn: what failed still fails
    status = ["permissioned", "pending decision", "not permissioned", None]
    days = ["2019-06-01", "2016-01-01", None]
    residual = [(0.2, 0.0), (-0.2, 1.0), (None, None)]
    rows = [
        {"planning_permission_status": s, "planning_permission_type": "full planning permission", "file": "a.csv",
         "planning_permission_date": d, "entry_date": e, "last_seen": "2018-06-01", "residual_surplus_share": r,
         "gap_probability": p, "viability_basis": "x", "end_date": "2020-01-01"}
        for s, d, e, (r, p) in itertools.product(status, days, days, residual)
    ]  # fmt: skip
    sites = table(*rows)
    failed = site_deadweight(sites, as_of=DAY).columns["deadweight_failed"] == "yes"
    assert 20 < failed.sum() < len(sites)
    for column in set(COLUMNS) - EXCEPTED:
        blanked = site_deadweight(sites.assign(**{column: None}), as_of=DAY).columns["deadweight_failed"] == "yes"
        assert (blanked | ~failed).all(), column
    # a shortfall that is blanked brings the presumption of a detailed permission back
    shortfall = table({**FULL, **SHORT, "gap_probability": 1.0})
    assert site_deadweight(shortfall, as_of=DAY).columns["deadweight_failed"].tolist() == ["no"]
    bare = shortfall.drop(columns=["residual_surplus_share", "gap_probability"])
    assert site_deadweight(bare, as_of=DAY).columns["deadweight_failed"].tolist() == ["yes"]


def test_need_never_enters():
    sites = table(FULL, NOT_PERMISSIONED, {})
    poor, rich = (sites.assign(imd_decile=decile, imd_score=score) for decile, score in ((1, 80.0), (10, 2.0)))
    for one, other in zip(site_deadweight(poor, as_of=DAY), site_deadweight(rich, as_of=DAY), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_kinds_order_and_index():
    sites = table({}, FULL, {**PENDING, "development_status": "completed"}).iloc[[2, 0, 1]]
    done = site_deadweight(sites, as_of=DAY)
    assert done.columns.index.equals(sites.index)
    assert {name: str(kind) for name, kind in done.columns.dtypes.items()} == {
        column.name: schema.DTYPES[column.kind] for column in schema.SITE_DEADWEIGHT_COLUMNS
    }
    declared = schema.DEADWEIGHT_EVIDENCE
    assert done.evidence[["site_id", "kind"]].to_numpy().tolist() == [
        ["E1:2", "start or completion"], ["E1:2", "live applicant"], ["E1:1", "live permission"],
    ]  # fmt: skip
    for found in (done.evidence, site_deadweight(table({}), as_of=DAY).evidence):
        assert found.index.name == declared.index
        assert {name: str(kind) for name, kind in found.dtypes.items()} == {
            column.name: schema.DTYPES[column.kind] for column in declared.columns
        }
    for column in (*schema.SITE_DEADWEIGHT_COLUMNS, *declared.columns):
        table_of = done.columns if column.name in done.columns else done.evidence
        assert not column.allowed or set(table_of[column.name].dropna()) <= set(column.allowed)


def test_bad_calls():
    with pytest.raises(InputError, match="sites: lacks the columns end_date"):
        site_deadweight(table({}).drop(columns="end_date"), as_of=DAY)
    for wrong in ("last year", "2021", None, float("nan")):
        with pytest.raises(InputError, match="as_of: needs a day"):
            site_deadweight(table({}), as_of=wrong)
    with pytest.raises(InputError, match="history: lacks the columns published, event"):
        site_deadweight(table({}), as_of=DAY, history=pd.DataFrame({"site_id": []}))


def test_registers_do_not_record_what_was_built(real):
    # docs/trust.md: all 27 Dudley sites of 2018 still stand in the file of 2023, 20 of them ended, none as built
    folder = real / "real/brownfield/registers_wmca"
    vintages = {year: read_register(folder / f"dudley_{year}.csv.gz").table for year in (2018, 2020, 2023)}
    old, new = vintages[2018], vintages[2023]
    assert len(old) == 27
    standing = new.loc[old.index]
    assert standing["end_date"].notna().sum() == 20
    assert (standing["end_date"] == "2020-03-12").sum() == 13
    assert new["end_date"].notna().sum() == 46
    assert all(vintage["development_status"].isna().all() for vintage in vintages.values())
    history = register_history([(date(year, 12, 31), vintage) for year, vintage in vintages.items()])
    sites = standing.drop(columns="geometry").join(history.sites)
    done = site_deadweight(pd.DataFrame(sites), as_of=date(2024, 1, 1), history=history.events)
    assert done.columns["deadweight"].value_counts().to_dict() == {"possible": 21, "none found": 6}
