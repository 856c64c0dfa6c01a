"""Facts the user states of sites: read by plain column names, matched to one site or reported."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.registers.site_facts import FACTS, OF_NO_SITE, read_site_facts, state_facts


def facts(tmp_path, text, name="facts.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_site_facts([path], files=[name])


def listed(*rows):
    frame = pd.DataFrame(list(rows))
    frame.index = pd.Index(frame.pop("site_id"), name="site_id")
    return schema.conform(frame.assign(geometry=None), schema.REGISTER)


SITES = (
    {"site_id": "E08000028:2985", "reference": "2985", "organisation": "E08000028"},
    {"site_id": "E08000027:7", "reference": "7", "organisation": "E08000027", "previous_use": "School"},
    {"site_id": "E08000028:7", "reference": "7", "organisation": "E08000028"},
    {"site_id": "E47000007:A1", "reference": "A1", "organisation": "E08000028"},
)


def test_every_fact_is_read_as_its_kind(tmp_path):
    read = facts(
        tmp_path,
        "Site ID,Previous Use,derelict_since,Owner count,parcel_count,Cleaned by\n"
        "E08000028:2985,Sewage works,1989,2,3,Owner\n\nE08000028:7,,31/12/2001,,,PUBLIC\n",
    )
    first, second = read.table.to_dict("records")
    assert [first[name] for name in FACTS][:1] == ["Sewage works"]
    assert (str(first["derelict_since"]), first["owner_count"], first["parcel_count"]) == ("1989-12-31", 2, 3)
    assert (first["cleaned_by"], first["row"], second["row"]) == ("owner", 2, 4)
    assert (second["previous_use"], str(second["derelict_since"]), second["cleaned_by"]) == (
        None,
        "2001-12-31",
        "public",
    )
    assert [(each.role, each.file, each.rows) for each in read.provenance] == [("site facts", "facts.csv", 2)]


def test_what_cannot_be_read_is_blank_and_reported(tmp_path):
    read = facts(
        tmp_path, "reference,organisation,owner_count,cleaned_by,colour\n7,Nowhere,many,the council,red\n,Dudley,2,,\n"
    )
    assert read.table[["organisation", "owner_count", "cleaned_by"]].values.tolist() == [["Nowhere", None, None]]
    assert sorted(read.issues[["row", "field", "issue_type"]].fillna(0).values.tolist()) == [
        [0, "columns", "patch"], [2, "cleaned_by", "invalid category value"],
        [2, "organisation", "invalid organisation"],
        [2, "owner_count", "invalid integer"], [3, "", "unknown entity - missing reference"],
    ]  # fmt: skip
    assert read.issues["action"].str.contains("valid: owner, public").sum() == 1


@pytest.mark.parametrize("text", ["reference,colour\n7,red\n", "name,owner_count\nMill,2\n"])
def test_a_header_without_sites_or_facts_is_refused_with_what_it_needs(tmp_path, text):
    with pytest.raises(
        InputError, match=r"facts\.csv: .*site_id or reference, and at least one of previous_use"
    ) as refused:
        facts(tmp_path, text)
    assert "cleaned_by" in str(refused.value)


def test_facts_go_to_their_site_by_id_or_by_reference_and_council(tmp_path):
    read = facts(
        tmp_path,
        "site_id,reference,organisation,previous_use,owner_count,cleaned_by\n"
        "E08000028:2985,,,sewage works,,owner\n,7,Dudley,foundry,2,\n,A1,E47000007,,5,\n",
    )
    sites, issues = state_facts(listed(*SITES), read.table)
    assert sites["previous_use"].astype(object).where(sites["previous_use"].notna(), None).to_dict() == {
        "E08000028:2985": "sewage works", "E08000027:7": "foundry", "E08000028:7": None, "E47000007:A1": None,
    }  # fmt: skip
    assert sites["owner_count"].dropna().to_dict() == {"E08000027:7": 2, "E47000007:A1": 5}
    assert sites["cleaned_by"].dropna().to_dict() == {"E08000028:2985": "owner"}
    # what a list says is replaced, and said so
    assert issues[["row", "field", "issue_type", "site_id", "value"]].values.tolist() == [
        [3, "previous_use", "patch", "E08000027:7", "foundry"]
    ]
    assert issues["action"].tolist() == ["taken in the place of School, which its list states"]
    schema.check(sites, schema.REGISTER.without_places(), name="sites")


def test_a_row_of_no_site_or_of_several_is_reported_and_left_out(tmp_path):
    read = facts(
        tmp_path, "reference,organisation,owner_count\n7,,3\n99,Dudley,3\n7,Dudley,4\n7,Dudley,5\n7,Dudley,4\n"
    )
    sites, issues = state_facts(listed(*SITES), read.table)
    assert sites["owner_count"].dropna().to_dict() == {"E08000027:7": 4}
    assert issues[["row", "field", "issue_type"]].values.tolist() == [
        [2, "reference", "reference values are not unique"], [3, "reference", "unknown entity"],
        [5, "owner_count", "reference values are not unique"],
    ]  # fmt: skip
    assert issues["action"].tolist() == [
        f"{OF_NO_SITE}: 2 sites have it (E08000027:7, E08000028:7); state site_id",
        f"{OF_NO_SITE}: no site read has it",
        "an earlier row states 4 of the same site, which stands",
    ]  # fmt: skip


def test_blank_facts_change_nothing(tmp_path):
    before = listed(*SITES)
    after, issues = state_facts(before, facts(tmp_path, "site_id,previous_use,owner_count\nE08000027:7,,\n").table)
    pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(before))
    assert issues.empty


def test_formulas_of_a_workbook_are_never_worked_out(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["site_id", "previous_use", "owner_count"])
    sheet.append(["E08000027:7", "=1+1", "=2*3"])
    book.save(tmp_path / "facts.xlsx")
    read = read_site_facts([tmp_path / "facts.xlsx"], files=["facts.xlsx"])
    assert read.table[["previous_use", "owner_count"]].isna().all(axis=None)
    assert read.issues["issue_type"].tolist()


def test_two_files_stand_together(tmp_path):
    for name, owners in (("a.csv", 2), ("b.csv", 3)):
        (tmp_path / name).write_text(f"site_id,owner_count\nE08000027:7,{owners}\n", encoding="utf-8")
    read = read_site_facts([tmp_path / "a.csv", tmp_path / "b.csv"], files=["a.csv", "b.csv"])
    sites, issues = state_facts(listed(*SITES), read.table)
    assert sites["owner_count"].dropna().to_dict() == {"E08000027:7": 2}
    assert issues[["file", "row"]].values.tolist() == [["b.csv", 2]]


def test_the_day_since_which_a_site_is_derelict_is_stated_of_it(tmp_path):
    read = facts(tmp_path, "site_id,derelict_since\nE08000028:2985,1989\nE08000027:7,\n")
    sites, issues = state_facts(listed(*SITES), read.table)
    assert sites.loc["E08000028:2985", "derelict_since"] == pd.Timestamp("1989-12-31")
    assert sites["derelict_since"].notna().sum() == 1
    assert issues.empty
    with pytest.raises(InputError, match="derelict_since needs dates"):
        state_facts(listed(*SITES), read.table.assign(derelict_since=["long ago", None]))
