"""The table of issues: every use of a code has its own row, and the row says nothing that is not true of it."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.issues import ISSUE_TYPES, SEVERITIES, IssueLog, concat_issues, issue_table
from siteprior.report.html.data_quality import LONGEST, issue_files, issue_uses

INPUTS = [
    {"role": "register", "file": "sites/a.csv"},
    {"role": "stops", "file": "naptan.csv"},
    {"role": "own sites", "file": "own.csv"},
    {"role": "openings", "file": "corridors.csv"},
    {"role": "corridors", "file": "corridors.csv"},
    {"role": "timetables", "file": "bus.zip"},
]


def uses(*rows):
    log = IssueLog()
    for code, file, facts in rows:
        log.add(code, file=file, **facts)
    return issue_uses(log.table(), INPUTS)


def test_one_code_for_two_things_makes_two_rows_each_with_its_own_words():
    late, entry = uses(
        ("future entry-date", "naptan.csv", {"field": "ModificationDateTime", "value": "2026-10-01",
                                             "action": "used, though newer", "severity": "warning"}),
        ("future entry-date", "sites/a.csv", {"field": "entry_date", "row": 3, "value": "2031-01-01",
                                              "action": "kept; after 2026-01-31"}),
    )[::-1]  # fmt: skip
    assert (late["role"], late["severity"], late["action"]) == ("stops", "warning", "used, though newer")
    assert late["example"] == "naptan.csv: 2026-10-01"
    assert (entry["role"], entry["severity"], entry["field"]) == ("register", "error", "entry_date")
    assert entry["example"] == "sites/a.csv, row 3: 2031-01-01"
    assert late["meaning"] == entry["meaning"] == ISSUE_TYPES["future entry-date"].meaning


def test_what_was_done_with_most_is_shown_and_with_how_many():
    (use,) = uses(
        ("patch", "sites/a.csv", {"field": "ownership_status", "row": 2, "value": "LA", "action": "read as public"}),
        ("patch", "sites/a.csv", {"field": "ownership_status", "row": 3, "value": "X", "action": "read as unknown"}),
        ("patch", "sites/a.csv", {"field": "ownership_status", "row": 4, "value": "Y", "action": "read as unknown"}),
    )
    assert (use["count"], use["alike"], use["action"]) == (3, 2, "read as unknown")
    assert use["example"] == "sites/a.csv, row 3: X"


def test_actions_that_differ_in_their_numbers_are_one():
    (use,) = uses(
        *(("OSGB", "naptan.csv", {"field": "Longitude", "row": n, "value": "1, 2", "action": f"{n}.5 m from there"})
          for n in (5, 7, 11))
    )  # fmt: skip
    assert (use["count"], use["alike"], use["action"]) == (3, 3, "5.5 m from there")


@pytest.mark.parametrize(
    ("code", "file", "role", "mended_by"),
    [
        ("missing value", "sites/a.csv", "register", "whoever publishes the file"),
        ("missing value", "own.csv", "own sites", "you, or whoever made the file"),
        ("missing value", "corridors.csv", "openings, corridors", "you, or whoever made the file"),
        ("missing value", "bus.zip/stops.txt", "timetables", "whoever publishes the file"),
        ("missing value", "bus.zipper", "", "the analyst"),
        ("default-value", "", "", "the analyst"),
        ("unknown entity", "sites/a.csv", "register", "the analyst"),
    ],
)
def test_role_and_who_can_mend_it_follow_the_file(code, file, role, mended_by):
    (use,) = uses((code, file, {"action": "left blank"}))
    assert (use["role"], use["mended_by"]) == (role, mended_by)


def test_long_values_are_cut_and_a_site_without_a_file_is_named():
    (use,) = uses(("unknown entity", "", {"field": "geometry", "action": "x" * 900, "site_id": "E1:S1"}))
    assert len(use["action"]) == LONGEST
    assert use["example"] == "E1:S1"


def test_no_issue_makes_no_row():
    assert issue_uses(issue_table([]), INPUTS) == []
    assert issue_files(issue_table([])) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(ISSUE_TYPES)),
            st.sampled_from(["sites/a.csv", "own.csv", "", "other.csv"]),
            st.sampled_from(["hectares", ""]),
            st.sampled_from(SEVERITIES),
            st.sampled_from(["left blank", "row 12 passed over", ""]),
        ),
        max_size=25,
    )
)
def test_every_row_is_counted_once_under_its_own_severity_and_code(rows):
    log = concat_issues(
        issue_table(
            [{"file": file, "row": None, "field": field, "issue_type": code, "severity": severity, "value": "",
              "action": action, "site_id": ""} for code, file, field, severity, action in rows]
        )
    )  # fmt: skip
    found = issue_uses(log, INPUTS)
    assert sum(use["count"] for use in found) == len(rows)
    assert all(1 <= use["alike"] <= use["count"] for use in found)
    counted = pd.Series([(use["type"], use["severity"]) for use in found for _ in range(use["count"])]).value_counts()
    assert (
        counted.to_dict() == pd.Series([(code, severity) for code, _, _, severity, _ in rows]).value_counts().to_dict()
    )
    gravity = [SEVERITIES.index(use["severity"]) for use in found]
    assert gravity == sorted(gravity)
    assert sum(sum(row["counts"]) for row in issue_files(log)) == len(rows)
