"""What the audit found, sorted by council and counted."""

from __future__ import annotations

import numpy as np
import pytest

from factories import audit as pieces
from siteprior.core.issues import issue_table
from siteprior.report.audit.summary import UNKNOWN, by_council, find, issue_totals, left_totals, repair_totals, totals


@pytest.fixture(scope="module")
def found():
    return find(**pieces.pile())


@pytest.fixture(scope="module")
def councils(found):
    areas = pieces.boundaries()
    return {each.code: each for each in by_council(found, areas["name"].to_dict(), areas)}


def test_every_issue_stands_for_somebody_to_act(found):
    assert found.issues[["row", "issue_type", "field", "standing"]].fillna(-1).values.tolist() == [
        [3, "OSGB flipped", "coordinates", "mended"],
        [4, "WGS84 out of bounds of custom boundary", "coordinates", "mended"],  # an error, but the place was found
        [5, "OSGB out of bounds of custom boundary", "coordinates", "left"],
        [6, "missing value", "coordinates", "left"],
        [4, "missing value", "hectares", "left"],
        [3, "patch", "hectares", "noted"],
        [7, "missing value", "whole row", "left"],
        [-1, "missing value", "ownership_status", "left"],
        [3, "invalid organisation", "organisation", "noted"],  # the public list makes it ours
        [-1, "missing value", "whole file", "left"],
    ]


def test_rows_without_a_site_go_to_the_council_of_the_file(found):
    assert found.issues.groupby(["file", "council"]).size().to_dict() == {
        ("a.csv", "E07000001"): 7,
        ("b.csv", "E07000002"): 1,  # as many sites of either council: the first by code
        ("b.csv", UNKNOWN): 1,
        ("c.csv", UNKNOWN): 1,
    }


def test_places_are_judged_against_their_own_council(found):
    sites = found.sites.set_index("reference")
    assert sites["home_before"].tolist()[:4] == [True, False, False, False]
    assert sites["home_after"].tolist()[:4] == [True, True, True, False]
    assert sites.loc["C1", ["home_before", "home_after"]].isna().all()
    assert sites.loc["A2", "moved_m"] == pytest.approx(np.hypot(110_000, 110_000))
    assert np.isnan(sites.loc["A3", "moved_m"])
    assert sites.loc["A1", ["longitude", "latitude"]].tolist() == pytest.approx([-1.9867, 52.5169], abs=1e-3)


def test_near_the_border_is_home(found):
    areas = pieces.boundaries()
    moved = pieces.sites()
    moved.loc["E07000002:B1", ["easting", "northing"]] = 421_999, 291_000
    labels = pieces.labelled()
    labels.loc["E07000002:B1", "labelled_easting"] = 422_001
    sites = find(**pieces.pile(sites=moved, labelled=labels, boundaries=areas)).sites.set_index("reference")
    assert sites.loc["B1", ["home_before", "home_after"]].tolist() == [False, True]


def test_totals(found):
    assert totals(found) == {
        "files": 3, "refused": 1, "rows_in": 8, "rows_explained": 1, "sites": 7, "high": 2, "medium": 3, "low": 1,
        "none": 1, "repaired": 2, "judged": 5, "home_before": 0.4, "home_after": 0.8, "left": 6, "mended": 2,
        "noted": 2,
    }  # fmt: skip


def test_without_boundaries_nothing_is_judged():
    counts = totals(find(**pieces.pile(boundaries=None)))
    assert (counts["judged"], counts["home_before"], counts["home_after"]) == (0, None, None)


def test_issues_are_counted_by_code_the_gravest_first(found):
    rows = issue_totals(found.issues)
    assert [(row["type"], row["rows"], row["mended"], row["left"], row["who"]) for row in rows] == [
        ("missing value", 5, 0, 5, "the council"),
        ("OSGB out of bounds of custom boundary", 1, 0, 1, "the council"),
        ("WGS84 out of bounds of custom boundary", 1, 1, 0, "the council"),
        ("invalid organisation", 1, 0, 0, "us"),
        ("OSGB flipped", 1, 1, 0, "the council"),
        ("patch", 1, 0, 0, "us"),
    ]


def test_repairs_are_counted_with_how_far_and_how_sure(found):
    (row,) = repair_totals(found.sites)
    assert (row["repair"], row["sites"], row["medium"], row["off_map"]) == ("axes swapped", 2, 2, 1)
    assert row["moved_m"] == pytest.approx(np.hypot(110_000, 110_000))


def test_what_is_left_says_what_to_do(found):
    rows = {(row["field"], row["type"]): row for row in left_totals(found.issues)}
    assert rows["OwnershipStatus", "missing value"]["advice"].startswith("Fill it in: owned by a public authority, ")
    assert rows["GeoX, GeoY", "OSGB out of bounds of custom boundary"]["example"] == "450000, 330000"
    assert rows["whole file", "missing value"]["wrong"] == "The file cannot be read as a register."
    assert "Delete the row" in rows["whole row", "missing value"]["advice"]
    assert len(rows) == 6


def test_councils_come_by_name_and_no_council_last(councils):
    assert [each.name for each in councils.values()] == ["Alderton", "Birchford", "No council known"]
    assert [len(each.sites) for each in councils.values()] == [5, 1, 1]
    assert [each.files["file"].tolist() for each in councils.values()] == [["a.csv"], ["b.csv"], ["b.csv", "c.csv"]]
    assert [each.boundary is None for each in councils.values()] == [False, False, True]
    assert sum(len(each.issues) for each in councils.values()) == 10


def test_nothing_wrong_is_counted_as_nothing():
    found = find(**pieces.pile(issues=issue_table([])))
    assert issue_totals(found.issues) == []
    assert left_totals(found.issues) == []
