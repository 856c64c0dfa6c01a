"""The team's decisions: what they change, what stands beside it, and what cannot be applied."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.registers.decisions import FIELDS, apply_decisions, decision_columns, read_decisions

HEADER = "site_id,field,value,reason,who,date\n"


def sites(**columns):
    names = ["E1:a", "E1:b"]
    rows = pd.DataFrame(columns, index=pd.Index(names, name="site_id"))
    return schema.conform(gpd.GeoDataFrame(rows, geometry=[None, None], crs=27700), schema.REGISTER)


def decided(tmp_path, *lines, table=None):
    path = tmp_path / "decisions.csv"
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    reading = read_decisions(path, files="decisions.csv")
    return reading, apply_decisions(sites(hectares=[1.0, 2.0]) if table is None else table, reading.table)


def test_a_fact_is_overridden_and_the_original_stands_beside_it(tmp_path):
    _, done = decided(tmp_path, "E1:a,hectares,1.4 ha,Survey,AB,2026-05-01")
    assert done.sites["hectares"].tolist() == [1.4, 2.0]
    row = done.table.iloc[0]
    assert (row["original"], row["value"], row["applied"]) == ("1", "1.4 ha", "yes")
    columns = decision_columns(done.table, done.sites.index)
    assert columns.loc["E1:a", "overrides"] == "hectares: 1.4 ha (was 1)"
    assert columns["decision"].isna().all()
    action = done.issues["action"].item()
    assert action == "taken in the place of 1, which its list states; decided by AB, Survey"


@pytest.mark.parametrize("word", ["exclude", "Already ours", "already_ours", "IN PIPELINE"])
def test_a_decision_takes_its_own_word_in_any_case(word, tmp_path):
    _, done = decided(tmp_path, f"E1:a,decision,{word},Because,AB,2026-05-01")
    of = decision_columns(done.table, done.sites.index).loc["E1:a"]
    assert of["decision"] == word.casefold().replace("_", " ")
    assert (of["decision_reason"], of["decided_by"], of["decision_date"]) == (
        "Because",
        "AB",
        pd.Timestamp("2026-05-01"),
    )


def test_the_latest_decision_holds_whatever_the_order_of_the_rows(tmp_path):
    lines = ["E1:a,hectares,3,New survey,AB,2026-06-01", "E1:a,hectares,1.4,Survey,AB,2026-05-01"]
    _, done = decided(tmp_path, *lines)
    assert done.sites["hectares"].tolist() == [3.0, 2.0]
    assert done.table["applied"].tolist() == ["yes", "no"]
    assert done.table.loc[0, "original"] == "1"


def test_none_lifts_a_decision_and_makes_a_fact_blank(tmp_path):
    lines = [
        "E1:a,decision,exclude,Flood,AB,2026-05-01", "E1:a,decision,none,Wall built,AB,2026-07-01",
        "E1:b,hectares,none,Not known,AB,2026-07-01",
    ]  # fmt: skip
    _, done = decided(tmp_path, *lines)
    assert decision_columns(done.table, done.sites.index)["decision"].isna().all()
    assert done.sites["hectares"].isna().tolist() == [False, True]


def test_a_decision_on_a_record_merged_away_is_of_the_site_it_became(tmp_path):
    table = sites(hectares=[1.0, 2.0], also_known_as=["E1:old; E1:older", None])
    _, done = decided(tmp_path, "E1:older,decision,exclude,Flood,AB,2026-05-01", table=table)
    assert decision_columns(done.table, done.sites.index)["decision"].tolist()[0] == "exclude"


@pytest.mark.parametrize(
    ("line", "issue", "words"),
    [
        ("E1:x,decision,exclude,r,w,2026-01-01", "unknown entity", "no site read has this id"),
        ("E1:a,hectars,3,r,w,2026-01-01", "invalid category value", "did you mean 'hectares'?"),
        ("E1:a,decision,exlude,r,w,2026-01-01", "invalid category value", "did you mean 'exclude'?"),
        ("E1:a,hectares,large,r,w,2026-01-01", "invalid decimal", "not applied"),
        ("E1:a,hectares,,r,w,2026-01-01", "missing value", "states no value"),
        (",hectares,3,r,w,2026-01-01", "unknown entity - missing reference", "states no site_id"),
        ("E1:a,rank,1,r,w,2026-01-01", "invalid category value", "unknown field 'rank'"),
    ],
)
def test_what_cannot_be_applied_changes_nothing_and_is_in_the_log(line, issue, words, tmp_path):
    reading, done = decided(tmp_path, line)
    log = pd.concat([reading.issues, done.issues])
    assert log["issue_type"].tolist() == [issue]
    assert words in log["action"].item()
    assert log["action"].item().startswith("not applied")
    assert done.sites["hectares"].tolist() == [1.0, 2.0]
    assert decision_columns(done.table, done.sites.index)["decision"].isna().all()


def test_a_decision_without_reason_who_or_date_is_applied_and_logged(tmp_path):
    reading, done = decided(tmp_path, "E1:a,decision,exclude,,,")
    assert reading.issues["field"].tolist() == ["reason", "who", "date"]
    assert decision_columns(done.table, done.sites.index).loc["E1:a", "decision"] == "exclude"
    assert "decided by nobody named, no reason stated" in done.issues["action"].item()


def test_a_file_that_decides_nothing_is_refused_with_what_it_lacks(tmp_path):
    path = tmp_path / "decisions.csv"
    path.write_text("site_id,comment\nE1:a,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="needs the columns site_id, field and value"):
        read_decisions(path)


def test_every_field_that_may_be_decided_is_declared_of_a_site():
    assert set(FIELDS) - {"decision"} <= set(schema.REGISTER.names)
