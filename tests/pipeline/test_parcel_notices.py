"""What is stated of the parcels read: files that are of no use, and councils without one."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from factories.results import at_points
from siteprior.core.issues import IssueLog
from siteprior.pipeline.parcel_notices import parcel_coverage_notices, parcel_file_notices
from siteprior.pipeline.registered_inputs import Registered
from siteprior.pipeline.result import NOT_YET
from siteprior.sources.evidence.parcels import ELSEWHERE


def result_of(*, files=(), tables=None, **columns):
    log = IssueLog()
    for file in files:
        log.add("unknown entity", file=file, action=f"{ELSEWHERE}, none whose areas were read")
    sites = at_points((0, 0), (1, 1), (2, 2), (3, 3), **columns)
    return SimpleNamespace(
        issues=log.table(), sites=sites, registered=NOT_YET if tables is None else Registered(tables)
    )


def test_files_of_other_councils_are_named_once_each():
    assert list(parcel_file_notices(result_of())) == []
    assert list(parcel_file_notices(result_of(files=["a.zip", "b.zip", "a.zip", "c.zip", "d.zip"]))) == [
        "parcels: 4 files of other councils not used (a.zip, b.zip, c.zip and 1 more); take them out, or read the "
        "areas of their councils"
    ]


def test_councils_without_a_file_are_named_with_their_sites():
    districts = {"district_code": ["E08000025", "E08000028", "E08000030", None], "organisation": "E08000028"}
    parcels = pd.DataFrame({"councils": ["E08000025 E08000031"]})
    assert list(parcel_coverage_notices(result_of(tables={"parcels": parcels}, **districts))) == [
        "parcels: 3 sites in councils without a file of parcels (Sandwell 2, Walsall 1): how many parcels they have is "
        "not known; add the files of these councils"
    ]
    all_read = pd.DataFrame({"councils": ["E08000025", "E08000028 E08000030"]})
    assert list(parcel_coverage_notices(result_of(tables={"parcels": all_read}, **districts))) == []
    assert list(parcel_coverage_notices(result_of(tables={}, **districts))) == []
    assert list(parcel_coverage_notices(result_of(**districts))) == []
