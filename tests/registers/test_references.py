"""References that stand more than once."""

from __future__ import annotations

import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.registers.references import ids_beside, lister_of, resolve_duplicates


def rows(*facts: tuple[str, str, str, int]) -> pd.DataFrame:
    table = pd.DataFrame(facts, columns=["reference", "site_name", "file", "row"])
    return table.assign(prefix="E1")


def test_identical_rows_merge_and_different_ones_are_numbered_in_file_order():
    logs = [IssueLog("a"), IssueLog("b")]
    table = rows(("1", "x", "a", 2), ("1", "y", "a", 3), ("2", "z", "a", 4), ("1", "x", "b", 2), ("1", "w", "b", 3))
    kept, merged = resolve_duplicates(table, logs)
    assert kept.index.tolist() == ["E1:1", "E1:1~2", "E1:2", "E1:1~3"]
    assert kept["site_name"].tolist() == ["x", "y", "z", "w"]
    assert merged == {"b": 1}
    assert [(row["file"], row["row"], row["site_id"]) for log in logs for row in log.rows] == [
        ("a", 3, "E1:1~2"), ("b", 2, "E1:1"), ("b", 3, "E1:1~3"),
    ]  # fmt: skip
    assert logs[1].rows[0]["action"] == "identical to row 2 of a; merged with it"
    # the other of a row numbered is named by file and row, in the same file and in one before
    assert logs[0].rows[0]["action"] == "stands in a, row 2, too, with other facts; called E1:1~2"
    assert logs[1].rows[1]["action"] == "stands in a, row 2, too, with other facts; called E1:1~3"


def test_councils_do_not_share_references():
    table = rows(("1", "x", "a", 2), ("1", "y", "a", 3)).assign(prefix=["E1", "E2"])
    kept, merged = resolve_duplicates(table, [IssueLog("a")])
    assert kept.index.tolist() == ["E1:1", "E2:1"]
    assert merged == {}


def test_an_id_begins_with_who_lists_the_site():
    assert [lister_of(site) for site in ("E08000025:S1", "E1:a:b~2", "x", ":y")] == ["E08000025", "E1", "", ""]


def listed(file, *ids):
    facts = {"reference": [site.partition(":")[2].partition("~")[0] for site in ids], "file": file}
    return pd.DataFrame({**facts, "row": range(2, len(ids) + 2)}, index=pd.Index(ids, name="site_id"))


def test_an_id_taken_by_a_list_before_is_the_next_number_free():
    first = listed("r.csv", "E1:1", "E1:1~2", "E1:3~2")
    second = listed("mine.csv", "E1:1", "E1:1~2", "E1:2", "E1:3~2", "E1:3~3")
    renamed, log = ids_beside(second, [first])
    assert renamed == {"E1:1": "E1:1~3", "E1:1~2": "E1:1~4", "E1:3~2": "E1:3~3", "E1:3~3": "E1:3~4"}
    assert [(row["file"], row["row"], row["site_id"]) for row in log.rows] == [
        ("mine.csv", 2, "E1:1~3"), ("mine.csv", 3, "E1:1~4"), ("mine.csv", 5, "E1:3~3"), ("mine.csv", 6, "E1:3~4"),
    ]  # fmt: skip
    assert log.rows[1]["action"] == "stands in r.csv, row 2, too; a list of its own: called E1:1~4"
    assert log.rows[3]["action"] == "stands in a row before it, too; a list of its own: called E1:3~4"
    third, _ = ids_beside(listed("hers.csv", "E1:1", "E2:1"), [first, second.rename(index=renamed)])
    assert third == {"E1:1": "E1:1~5"}
    assert ids_beside(second, []) == ({}, IssueLog())


def test_records_of_a_site_described_in_other_words_are_one_and_the_log_says_so():
    log = IssueLog("a")
    table = rows(("1", "x", "a", 2), ("1", "x", "a", 3), ("1", "x", "a", 4))
    table["development_description"] = ["12 flats", "twelve flats", "12 flats"]
    kept, merged = resolve_duplicates(table, [log])
    assert kept["development_description"].to_dict() == {"E1:1": "12 flats"}
    assert merged == {"a": 2}
    assert [row["action"] for row in log.rows] == [
        "identical to row 2 but for its description; merged with it", "identical to row 2; merged with it",
    ]  # fmt: skip
