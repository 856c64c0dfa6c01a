"""The council of an own site: stated where its area is known, else where it lies."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from siteprior.core.issues import IssueLog
from siteprior.registers.council_of_point import with_council_of_point
from siteprior.registers.councils import councils

KNOWN = councils(
    gpd.GeoDataFrame(
        {"name": ["Coventry", "Solihull"]}, index=pd.Index(["E08000026", "E08000029"], name="organisation"),
        geometry=[shapely.box(20, 0, 30, 10), shapely.box(0, 0, 20, 10)], crs=27700,
    )
)  # fmt: skip
AUTHORITY = "West Midlands Combined Authority lists the sites and is no council"


def listed(organisation, east):
    prefix = organisation or "unknown"
    facts = {"organisation": organisation, "prefix": prefix, "row": 2, "easting": east, "northing": 5.0}
    return pd.DataFrame([facts], dtype=object)


@pytest.mark.parametrize(
    ("organisation", "east", "council", "prefix", "said"),
    [
        (None, 25.0, "E08000026", "E08000026", "the council the site lies in, where none is stated"),
        (None, 99.0, None, "unknown", "none is stated, and no area known holds the site; left blank in 1 rows"),
        (None, float("nan"), None, "unknown", "none is stated, and no area known holds the site; left blank in 1 rows"),
        ("E08000029", 25.0, "E08000029", "E08000029", None),  # what is stated stands, in or out of its area
        ("E08000029", 99.0, "E08000029", "E08000029", None),
        ("E47000007", 5.0, "E08000029", "E47000007", f"{AUTHORITY}; the council each site lies in is taken (1 rows)"),
        ("E47000007", 99.0, None, "E47000007", f"{AUTHORITY}, and no area known holds the site; left blank in 1 rows"),
        ("E08000025", 5.0, "E08000029", "E08000025",
         "no council whose area is known; the council each site lies in is taken (1 rows)"),
        ("E08000025", 99.0, "E08000025", "E08000025", None),
    ],
)  # fmt: skip
def test_the_council_and_on_what_it_rests(organisation, east, council, prefix, said):
    log = IssueLog("mine.csv")
    log.add("invalid organisation", value="", action="no council known by this; left blank in 1 rows")
    log.add("invalid organisation", row=9, action="assigned to E08000026")
    (row,) = with_council_of_point(listed(organisation, east), [organisation or ""], KNOWN, log).itertuples()
    assert (row.organisation, row.prefix) == (council, prefix)
    assert [each["action"] for each in log.rows] == ["assigned to E08000026", *([said] if said else [])]


def test_without_areas_what_is_stated_stands():
    table, log = listed("E47000007", 5.0), IssueLog("mine.csv")
    assert with_council_of_point(table, ["E47000007"], councils(None), log) is table
    assert log.rows == []
