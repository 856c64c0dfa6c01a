from __future__ import annotations

import pytest

from siteprior.core.errors import SitePriorError
from siteprior.core.issues import COLUMNS, ISSUE_TYPES, SEVERITIES, IssueLog, concat_issues


def test_a_fault_carries_file_row_and_the_public_severity():
    log = IssueLog("walsall.csv")
    log.add("WGS84 flipped", row=3, field="GeoX", value=52.5, action="axes exchanged", site_id="E08000030:HO1")
    log.add("missing value", field="hectares", value=None)
    table = log.table()
    assert tuple(table.columns) == COLUMNS
    assert table.iloc[0].to_dict() == {
        "file": "walsall.csv", "row": 3, "field": "GeoX", "issue_type": "WGS84 flipped", "severity": "warning",
        "value": "52.5", "action": "axes exchanged", "site_id": "E08000030:HO1",
    }  # fmt: skip
    assert table["row"].isna().tolist() == [False, True]
    assert table.loc[1, "value"] == ""


def test_codes_are_not_invented():
    with pytest.raises(SitePriorError, match="unknown issue type 'WGS84 fliped'; did you mean 'WGS84 flipped'"):
        IssueLog().add("WGS84 fliped")
    assert {kind.severity for kind in ISSUE_TYPES.values()} <= set(SEVERITIES)


def test_a_fault_may_be_less_grave_than_its_code_and_no_severity_is_invented():
    log = IssueLog("own.csv")
    log.add("missing value", field="hectares", severity="notice")
    assert log.table()["severity"].tolist() == ["notice"]
    with pytest.raises(SitePriorError, match="unknown severity 'notise'; did you mean 'notice'"):
        log.add("missing value", severity="notise")


def test_empty_logs_join_to_an_empty_log():
    assert tuple(concat_issues(IssueLog().table(), IssueLog().table()).columns) == COLUMNS
