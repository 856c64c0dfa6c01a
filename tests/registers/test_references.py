"""References that stand more than once."""

from __future__ import annotations

import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.registers.references import resolve_duplicates


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


def test_councils_do_not_share_references():
    table = rows(("1", "x", "a", 2), ("1", "y", "a", 3)).assign(prefix=["E1", "E2"])
    kept, merged = resolve_duplicates(table, [IssueLog("a")])
    assert kept.index.tolist() == ["E1:1", "E2:1"]
    assert merged == {}
