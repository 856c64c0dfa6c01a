"""Attributes parsed from a register's text: each value, and each issue by row and field."""

from __future__ import annotations

import datetime as dt

import pytest

from siteprior.core.io.messy_tables import TextTable
from siteprior.core.issues import IssueLog
from siteprior.registers.column_names import Headers
from siteprior.registers.parse import parse_attributes
from siteprior.registers.rows import Rows, read_rows


def parsed(ended=None, as_of=None, **fields):
    """Parse rows given as field → texts; returns the attributes and the issues as (row, field, code)."""
    count = max(map(len, fields.values()))
    numbers = list(range(2, count + 2))
    table = TextTable((), 1, [], numbers, [], "utf-8", ",")
    rows = Rows(fields, numbers, ended or [""] * count, Headers((), (), "test"), table, count)
    log = IssueLog("a.csv")
    return parse_attributes(rows, log, as_of=as_of), [(r["row"], r["field"], r["issue_type"]) for r in log.rows]


def test_the_range_fills_a_blank_minimum_and_a_contradiction_is_kept():
    values, issues = parsed(min_net_dwellings=["", "9"], range_from=["5", "5"], range_to=["8", "8"])
    assert values["minimum_net_dwellings"] == [5, 9]
    assert values["maximum_net_dwellings"] == [8, 8]
    assert (2, "minimum_net_dwellings", "default-field") in issues
    assert (3, "minimum_net_dwellings", "too large") in issues


@pytest.mark.parametrize(("text", "hectares"), [("0.5", 0.5), ("2000", 2000.0), ("2001", None), ("0", None)])
def test_more_hectares_than_any_site_has_are_left_blank(text, hectares):
    values, issues = parsed(hectares=[text])
    assert values["hectares"] == [hectares]
    assert ((2, "hectares", "too large") in issues) == (text == "2001")


@pytest.mark.parametrize(("text", "homes"), [("20000", 20000), ("20001", None), ("1000000000000", None), ("5-40", 40)])
def test_more_homes_than_any_site_takes_are_left_blank(text, homes):
    values, issues = parsed(range_to=[text], min_net_dwellings=["5"])
    assert values["maximum_net_dwellings"] == [homes]
    assert ((2, "maximum_net_dwellings", "too large") in issues) == (homes is None)
    lowest, logged = parsed(min_net_dwellings=[text])
    assert lowest["minimum_net_dwellings"] == [5 if text == "5-40" else homes]
    assert ((2, "minimum_net_dwellings", "too large") in logged) == (homes is None)


def test_a_status_is_read_from_its_words_or_from_a_kind_of_permission():
    values, issues = parsed(planning_status=["permissioned", "approved", "Full planning", "purple"])
    assert values["planning_permission_status"] == ["permissioned", "permissioned", "permissioned", None]
    assert values["planning_permission_type"] == [None, None, "full planning permission", None]
    assert (5, "planning_permission_status", "invalid category value") in issues
    assert (4, "planning_permission_type", "default-field") in issues


def test_the_building_stage_is_taken_from_the_first_field_that_states_one():
    values, issues = parsed(
        planning_stage=["Completed", "", ""],
        deliverable=["", "under construction", "yes"],
        notes=["under construction", "", "The site is under construction"],
    )
    assert values["development_status"] == ["completed", "under construction", "under construction"]
    stages = [(row, field, code) for row, field, code in issues if field == "development_status"]
    assert stages == [(3, "development_status", "default-field"), (4, "development_status", "default-field")]
    assert values["deliverable"] == [None, None, "yes"]


@pytest.mark.parametrize(("text", "flag"), [("Yes", "yes"), ("n", "no"), ("1", "yes"), ("2", None), ("maybe", None)])
def test_flags(text, flag):
    assert parsed(hazardous_substances=[text])[0]["hazardous_substances"] == [flag]


def test_a_count_of_deliverable_homes_is_read_as_a_flag_beside_the_flag_itself():
    values, _ = parsed(deliverable=["no", "", ""], deliverable_homes=["7", "7", "0"])
    assert values["deliverable"] == ["no", "yes", "no"]


def test_contacts_and_names_of_people_do_not_stay_in_text():
    values, issues = parsed(notes=["Call Mr J Smith on 0121 496 0000", "n/a"], site_name=["Mr Kipling House", "Mill"])
    assert values["notes"] == ["Call [removed] on [removed]", None]
    assert values["site_name"] == ["Mr Kipling House", "Mill"]  # a name of a place may look like one of a person
    assert (2, "notes", "patch") in issues


def test_rows_below_a_heading_end_on_its_date():
    heading = "Sites removed from the register - 03-12-2018"
    values, issues = parsed(ended=["", heading], site_name=["Mill", "Yard"], end_date=["", ""])
    assert values["end_date"] == [None, dt.date(2018, 12, 3)]
    assert (3, "end_date", "default-value") in issues


def test_dates_of_entry_after_the_day_of_the_study_are_reported_and_kept():
    values, issues = parsed(as_of=dt.date(2020, 1, 1), last_updated=["2021-05-01", "2019-05-01"])
    assert values["entry_date"] == [dt.date(2021, 5, 1), dt.date(2019, 5, 1)]
    assert [(row, code) for row, field, code in issues if field == "entry_date"] == [(2, "future entry-date")]


def test_a_required_column_blank_throughout_is_one_issue_else_one_per_row():
    _, issues = parsed(site_name=["Mill", ""], hectares=["", ""])
    missing = [(row, field) for row, field, code in issues if code == "missing value"]
    assert (3, "site_name") in missing
    assert (None, "hectares") in missing
    assert (2, "hectares") not in missing


def test_what_an_own_list_need_not_state_is_no_error():
    fields = {"site_name": ["Yard", "Depot"], "hectares": ["1", ""]}
    rows = Rows(fields, [2, 3], ["", ""], Headers((), (), "own sites"), TextTable((), 1, [], [2, 3], [], "", ","), 2)
    logs = {own: IssueLog("own.csv") for own in (True, False)}
    values = {own: parse_attributes(rows, log, own_list=own) for own, log in logs.items()}
    assert values[True] == values[False]
    assert {row["severity"] for row in logs[False].rows} == {"error"}
    assert [(row["row"], row["field"], row["severity"]) for row in logs[True].rows] == [
        (3, "hectares", "notice"), (None, "ownership_status", "notice"),
        (None, "planning_permission_status", "notice"), (None, "minimum_net_dwellings", "notice"),
    ]  # fmt: skip
    assert {row["action"].partition("; ")[2] for row in logs[True].rows} == {"an own list need not state it"}


def test_what_no_column_is_known_for_is_not_called_blank(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("SiteReference,SiteNameAddress,Hectares,Homes min max\nA,Mill,,5\n")
    log = IssueLog("a.csv")
    parse_attributes(read_rows(path, log), log)
    missing = {row["field"]: row["action"] for row in log.rows if row["issue_type"] == "missing value"}
    assert missing["hectares"] == "blank in all 1 rows"
    assert missing["minimum_net_dwellings"] == (
        "no column is known as this (see the columns not read): missing in all 1 rows"
    )


def test_areas_have_the_form_of_their_column():
    values, issues = parsed(hectares=["0,128", "1,5", "1,234", "2.345,5"])
    assert values["hectares"] == [0.128, 1.5, 1.234, None]  # 2,345.5 ha is more than any site
    assert (4, "hectares", "patch") in issues
    assert parsed(hectares=["0.128", "1,234"])[0]["hectares"] == [0.128, 1234.0]


@pytest.mark.parametrize("text", ["1e30", "1e400", "12345678901234567890", "9" * 400])
def test_numbers_beyond_all_measure_are_issues(text):
    values, issues = parsed(hectares=[text], min_net_dwellings=[text], owner_count=[text], range_to=[f"1-{text}"])
    assert all(values[name] == [None] for name in ("hectares", "minimum_net_dwellings", "owner_count"))
    assert len([issue for issue in issues if issue[0] == 2]) >= 4
