"""The signals a register can tell, each by hand, and the blanks that tell nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.appraisal.market_failure import evidence_register as evidence
from siteprior.core import schema

DAY = pd.Timestamp("2021-01-01")


def table(rows, **common):
    frame = pd.DataFrame([{**common, **row} for row in rows])
    frame.index = pd.Index([f"E1:{n}" for n in range(len(rows))], name="site_id")
    return schema.conform(frame, schema.REGISTER)


def stalled(*rows):
    return evidence.stalled_permission(table(rows), DAY)


def permitted(kind, day, **more):
    return {
        "planning_permission_status": "permissioned", "planning_permission_type": kind,
        "planning_permission_date": day, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "day", "value", "grade"),
    [
        # full: expected start 3 years on (TCPA 1990 s91); 0 until 3 years past it, 1 from 6 years past it
        ("full planning permission", "2015-01-02", 0.0, "B"),
        ("full planning permission", "2013-07-02", 0.5, "B"),  # 7.5 years old = 4.5 past its expected start
        ("full planning permission", "2011-12-31", 1.0, "B"),
        # outline: 3 + 2 years (s92): 9.5 years old = 4.5 past
        ("outline planning permission", "2011-07-02", 0.5, "B"),
        # reserved matters: 2 years from the last approval: 6.5 years old = 4.5 past
        ("reserved matters approval", "2014-07-02", 0.5, "B"),
        ("permission in principle", "2011-07-02", 0.5, "B"),
        # no stated kind, or another: the longest time, and weak
        ("other", "2011-07-02", 0.5, "C"),
        (None, "2011-07-02", 0.5, "C"),
    ],
)
def test_stalled_permission_by_kind(kind, day, value, grade):
    row = stalled(permitted(kind, day)).iloc[0]
    assert row["value"] == pytest.approx(value, abs=2e-3)
    assert row["grade"] == grade
    assert day in row["reason"]


def test_stalled_permission_says_nothing_without_a_dated_live_permission():
    silent = stalled(
        permitted("full planning permission", None),
        permitted("full planning permission", "2005-01-01", development_status="under construction"),
        permitted("full planning permission", "2005-01-01", development_status="completed"),
        permitted("full planning permission", "2022-01-01"),
        permitted("full planning permission", "2005-01-01") | {"planning_permission_status": "not permissioned"},
        permitted("full planning permission", "2005-01-01") | {"planning_permission_status": None},
    )
    assert silent.empty


@pytest.mark.parametrize(
    "note",
    [
        "Expired Planning Permission 2006/03161/PA", "planning permission expired", "Expired permisison 2011/05085/PA.",
        "Identified by City Council. Expired Planning Permission 2002/02627/PA",
    ],
)  # fmt: skip
def test_a_stated_expired_permission_is_weak_evidence(note):
    row = stalled({"planning_permission_status": "not permissioned", "notes": note}).iloc[0]
    assert (row["value"], row["grade"]) == (0.5, "C")


@pytest.mark.parametrize(
    "row",
    [
        {"planning_permission_status": "not permissioned", "notes": "The planning permission has not expired"},
        {"planning_permission_status": "not permissioned", "notes": "There is no expired planning permission here"},
        {"planning_permission_status": "permissioned", "notes": "Expired planning permission 2006/1; new one 2019"},
        {"planning_permission_status": None, "notes": "Expired planning permission"},
        {"planning_permission_status": "not permissioned", "notes": None},
        {"planning_permission_status": "not permissioned", "notes": "expired planning permission",
         "development_status": "completed"},
    ],
)  # fmt: skip
def test_no_expired_permission_is_read_where_none_is_stated(row):
    assert stalled(row).empty


def test_ageing_by_hand():
    # 5.5 years on the register at 0 for 3 and 1 for 8: one half; derelict for 30 years: all, and measured
    sites = table([
        {"start_date": "2015-07-02"}, {"derelict_since": "1990-01-01"}, {"start_date": "2020-01-01"},
        {"start_date": None}, {"start_date": "2023-01-01"}, {"derelict_since": "2023-01-01"},
    ])  # fmt: skip
    listed, derelict = evidence.time_listed(sites, DAY), evidence.dereliction(sites, DAY)
    assert listed["value"].to_dict() == pytest.approx({"E1:0": 0.5, "E1:2": 0.0}, abs=1e-3)
    assert derelict["value"].to_dict() == {"E1:1": 1.0}
    assert (set(listed["grade"]), set(derelict["grade"])) == ({"B"}, {"A"})
    assert derelict["reason"].iloc[0] == "derelict since 1990-01-01, 31.0 years"


def test_an_age_from_the_first_registers_is_a_least_age():
    done = evidence.time_listed(table([{"start_date": "2017-12-31"}, {"start_date": "2018-06-01"}]), DAY)
    assert done["reason"].tolist() == [
        "on the register since 2017-12-31, at least 3.0 years", "on the register since 2018-06-01, 2.6 years",
    ]  # fmt: skip


def test_an_age_on_a_list_of_ones_own_is_not_called_one_on_the_register():
    done = evidence.time_listed(table([
        {"start_date": "2018-06-01", "register": name} for name in ("our estate", "brownfield register", None)
    ]), DAY)  # fmt: skip
    assert [reason.partition(" since ")[0] for reason in done["reason"]] == [
        "on the list", "on the register", "on the register",
    ]  # fmt: skip


def test_blight_by_hand():
    sites = table(
        [
            {"easting": 0, "northing": 0, "hectares": 9.0},  # 1 + 1.5 ha of others: its own 9 do not count
            {"easting": 400, "northing": 0, "hectares": 1.0},  # exactly 400 m from the first, 0 from the third
            {"easting": 400, "northing": 0, "hectares": 1.5},
            {"easting": 800.1, "northing": 0, "hectares": None},  # 400.1 m from both: nothing near
            {"easting": 800.2, "northing": 0, "hectares": 0.5},
            {"easting": None, "northing": 0, "hectares": 50.0},
        ]
    )
    done = evidence.area_blight(sites, sites, DAY)
    assert done.index.tolist() == [f"E1:{n}" for n in range(5)]
    assert done["value"].tolist() == pytest.approx([0.5, 1.0, 1.0, 0.1, 0.0])
    assert done["reason"].iloc[0] == "2.5 ha of 2 other listed sites within 400 m"
    assert done["reason"].iloc[4] == "no other listed site within 400 m"
    assert done["counter_evidence"].iloc[0] == "a start or completion is recorded at none of them"
    built = sites.assign(development_status=[None, "completed", None, None, None, None])
    assert evidence.area_blight(built, built, DAY)["counter_evidence"].iloc[0].endswith("recorded at 1 of them")


def test_blight_does_not_depend_on_the_sites_looked_at_and_falls_with_rows_left_out():
    sites = table([{"easting": 10.0 * n, "northing": 0, "hectares": 1.0} for n in range(4)])
    whole = evidence.area_blight(sites, sites, DAY)["value"]
    assert whole.tolist() == pytest.approx([0.6] * 4)
    pd.testing.assert_series_equal(evidence.area_blight(sites.head(1), sites, DAY)["value"], whole.head(1))
    assert evidence.area_blight(sites.head(1), sites.head(3), DAY)["value"].tolist() == pytest.approx([0.4])
    assert evidence.area_blight(sites.head(1), sites.head(1), DAY)["value"].tolist() == [0.0]


def test_blight_counts_all_rows_read_and_says_which_of_them_had_left_their_list():
    # three of 1 ha in a row, each near both others: one left the day before, one leaves the day after
    day = pd.Timedelta(days=1)
    sites = table([
        {"easting": 0, "northing": 0, "hectares": 1.0},
        {"easting": 10, "northing": 0, "hectares": 1.0, "end_date": DAY - day},
        {"easting": 20, "northing": 0, "hectares": 1.0, "end_date": DAY + day},
    ])  # fmt: skip
    done = evidence.area_blight(sites, sites, DAY)
    assert done["value"].tolist() == pytest.approx([0.4, 0.4, 0.4])
    of_none, gone = "a start or completion is recorded at none of them", f"1 of them had left the list by {DAY.date()}"
    assert done["counter_evidence"].tolist() == [f"{of_none}; {gone}", of_none, f"{of_none}; {gone}"]
    bare = pd.DataFrame(sites)[["easting", "northing", "hectares"]]
    assert set(evidence.area_blight(sites, bare, DAY)["counter_evidence"]) == {of_none}


def test_blight_does_not_count_what_may_be_the_same_site():
    sites = table([{"easting": e, "northing": 0, "hectares": h} for e, h in [(0, 9.0), (10, 2.0), (20, 1.5)]])
    assert evidence.area_blight(sites, sites, DAY)["value"].tolist() == pytest.approx([0.7, 1.0, 1.0])
    flagged = sites.assign(possible_duplicates=["E1:1", None, "E1:7; E1:1"])  # the second names none itself
    done = evidence.area_blight(flagged, flagged, DAY)
    assert done["value"].tolist() == pytest.approx([0.3, 0.0, 1.0])  # only 1.5 ha; nothing; 9 ha
    assert done["reason"].iloc[1] == "no other listed site within 400 m"
    pd.testing.assert_frame_equal(evidence.area_blight(sites, flagged, DAY), done)


def test_blight_does_not_depend_on_row_order_and_counts_rows_that_are_not_sites_here():
    random = np.random.default_rng(5)
    rows = [{"easting": e, "northing": n, "hectares": h} for e, n, h in random.uniform(0.1, 900, (60, 3)).round(1)]
    sites = table(rows)
    done = evidence.area_blight(sites, sites, DAY)
    shuffled = sites.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(evidence.area_blight(sites, shuffled, DAY), done)
    pd.testing.assert_frame_equal(evidence.area_blight(sites.iloc[:7], sites, DAY), done.iloc[:7])


def test_blight_without_any_neighbour_or_place():
    lonely = table([{"easting": 1.0, "northing": 1.0, "hectares": None}])
    assert evidence.area_blight(lonely, lonely, DAY)["value"].tolist() == [0.0]
    nowhere = table([{"hectares": 1.0}])
    assert evidence.area_blight(nowhere, nowhere, DAY).empty


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"notes": "Site is contaminated by past use"}, True),
        ({"notes": "Remediation required before development."}, True),
        # as registers of the 2017–2020 corpus word it
        ({"notes": "The site has considerable contaminated land issues. Therefore, before any development"}, True),
        ({"notes": "The site is heavily contaminated and the site will have to be considered as a whole."}, True),
        ({"notes": "Possible ground contamination on the western half of the site from farm buildings."}, False),
        ({"notes": "working to discharge relevant conditions (including in relation to contaminated land)"}, False),
        (
            {"notes": "DISCHARGE OF CONDITION 3 (WATER COURSE) 5 (LAND CONTAMINATION) 6 (UNSUSPECTED CONTAMINATION)"},
            False,
        ),
        ({"notes": "Physical constraints identified include potentially contaminated land."}, False),
        ({"notes": "D1 - Housing Land.  Land has been remediated."}, False),
        ({"notes": "The land is not known to be contaminated"}, False),
        ({"notes": "The site is contaminated, since remediated"}, False),
        ({"previous_use": "Foundry"}, False),
        ({"hazardous_substances": "yes"}, False),
        ({"notes": None}, False),
    ],
)
def test_contamination_only_where_stated(row, known):
    done = evidence.stated_contamination(table([row]))
    assert len(done) == known
    if known:
        assert (done["value"].iloc[0], done["grade"].iloc[0]) == (0.5, "C")


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"previous_use": "Former sewage works and foundry"}, True),
        ({"previous_use": "Gas  works"}, True),
        ({"previous_use": "Foundry", "notes": "Possible ground contamination"}, True),
        ({"previous_use": "Foundry", "notes": "The site is contaminated"}, True),
        ({"previous_use": "Foundry", "notes": "Land has been remediated"}, False),
        ({"previous_use": "Foundry", "notes": "Needs to be remediated"}, True),
        ({"previous_use": "Foundry", "notes": "Never decontaminated"}, True),
        ({"previous_use": "Foundry", "notes": "Following remediation, homes could be built"}, True),
        ({"previous_use": "Gas-works"}, True),
        ({"previous_use": "Coal mines"}, True),
        ({"previous_use": "dry cleaners"}, True),
        ({"previous_use": "not a foundry"}, False),
        ({"previous_use": "no foundry"}, False),
        ({"previous_use": "Foundry Street car park"}, False),
        ({"previous_use": "adjacent to landfill"}, False),
        ({"previous_use": "Petrol station (never built)"}, False),
        ({"previous_use": "Employment (outside main employment areas)"}, False),
        ({"previous_use": "Office multiple foundryman"}, False),
        ({"previous_use": None, "site_name": "Old foundry"}, False),
    ],
)
def test_a_contaminative_previous_use_is_a_proxy(row, known):
    done = evidence.former_use(table([row]))
    assert len(done) == known
    if known:
        assert (done["value"].iloc[0], done["grade"].iloc[0]) == (0.5, "B")


@pytest.mark.parametrize(
    ("note", "value"),
    [
        ("Access road required", 1.0),
        ("Development requires a new access road", 1.0),
        ("no development can commence until the flood mitigation works by the EA have been implemented", 1.0),
        ("Area benefitting from flood defences", None),
        ("Erection of 6 dwellings with access road", None),
        ("Flood defences required. Otherwise ready.", 1.0),
        ("No access road required", None),
        ("Development will need to mitigate flood risk", None),  # Coventry 2019: a design matter, not a public work
        ("Off road car park", None),
    ],
)
def test_public_works_only_where_stated(note, value):
    done = evidence.stated_public_works(table([{"notes": note}]))
    assert done["value"].tolist() == ([] if value is None else [value])


def test_information_only_where_stated():
    notes = ["Site investigation inconclusive", "Unregistered land", "title is registered", None,
             "Investigation inconclusive; title unregistered"]  # fmt: skip
    done = evidence.open_information(table([{"notes": note} for note in notes])).sort_index()
    assert done["value"].to_dict() == {"E1:0": 0.7, "E1:1": 0.5, "E1:4": 0.7}


def test_expired_permissions_of_the_real_birmingham_register(real):
    raw = pd.read_csv(real / "real/brownfield/registers_wmca/birmingham_2020.csv.gz", dtype=str, encoding="latin-1")
    rows = [{"planning_permission_status": "not permissioned", "notes": note} for note in raw["Notes"]]
    told = evidence.stalled_permission(table(rows), DAY)
    # 106 notes speak of something expired; three of them of permitted development, which is no planning permission
    expired = raw["Notes"].fillna("").str.contains("expired", case=False)
    assert (expired.sum(), len(told)) == (106, 103)
    missed = raw.loc[expired.to_numpy() & ~table(rows).index.isin(told.index), "Notes"]
    assert missed.str.startswith("Expired Permitted Development").all()
    # nobody there states contamination or a public work in so many words
    assert evidence.stated_contamination(table(rows)).empty
    assert evidence.stated_public_works(table(rows)).empty
