"""One site through the vintages of its council: by id, by spelling, by place and name."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd

from siteprior.core.issues import IssueLog
from siteprior.core.schema import REGISTER, conform
from siteprior.registers.matching.events import event_of
from siteprior.registers.matching.lineage import origins
from siteprior.registers.matching.link_versions import link_versions

D18, D19, D20 = (dt.date(year, 1, 1) for year in (2018, 2019, 2020))


def vintage(**rows):
    """Make a vintage: reference → columns; ``at`` is the place in metres."""
    table = pd.DataFrame([{"at": (0, 0), "file": "a.csv", "reference": ref, **row} for ref, row in rows.items()])
    table.index = pd.Index(["E1:" + ref for ref in rows], name="site_id")
    table["row"] = range(2, len(table) + 2)
    places = table.pop("at")
    table["easting"], table["northing"] = [at[0] for at in places], [at[1] for at in places]
    points = gpd.points_from_xy(table["easting"], table["northing"])
    return conform(gpd.GeoDataFrame(table, geometry=points, crs=27700), REGISTER)


def linked(*vintages):
    log = IssueLog()
    (council,) = link_versions(vintages, log)
    return council, log


def bases(council):
    return {site.id: [row.basis for row in site.observations] for site in council.sites}


def test_an_id_that_stands_again_is_one_site():
    council, log = linked((D19, vintage(A1={})), (D18, vintage(A1={})))
    assert bases(council) == {"E1:A1": ["", "same id"]}
    assert [row.date for row in council.sites[0].observations] == [D18, D19]
    assert council.complete == [D18, D19]
    assert log.rows == []


def test_a_reference_in_another_spelling_is_one_site_and_reported():
    council, log = linked((D18, vintage(**{"A/001": {}})), (D19, vintage(A1={})))
    assert bases(council) == {"E1:A1": ["", "reference in another spelling, before E1:A/001"]}
    assert [row["issue_type"] for row in log.rows] == ["default-value"]


def test_a_new_reference_at_the_same_place_under_the_same_name_is_one_site():
    mill = {"site_name": "Old Mill, Mill Road", "hectares": 0.5}
    council, _ = linked((D18, vintage(A1={**mill})), (D19, vintage(B7={**mill, "at": (30, 0)})))
    assert bases(council) == {"E1:B7": ["", "place and name, before E1:A1: 30 m apart, names 1.00 alike"]}
    # 51 m is farther than 50 m and than the disc of 0.5 ha (39.9 m)
    council, _ = linked((D18, vintage(A1={**mill})), (D19, vintage(B7={**mill, "at": (51, 0)})))
    assert len(council.sites) == 2


def test_several_that_fit_by_place_and_name_are_matched_to_none():
    mill = {"site_name": "Old Mill, Mill Road", "hectares": 0.5}
    council, log = linked((D18, vintage(A1={**mill})), (D19, vintage(B7={**mill}, C9={**mill})))
    assert len(council.sites) == 3
    assert {row["action"] for row in log.rows} == {"several sites fit by place and name; not matched"}


def test_a_vintage_with_a_handful_of_the_sites_is_not_complete():
    full = {f"A{n}": {"at": (1000 * n, 0)} for n in range(1, 21)}
    council, log = linked((D18, vintage(**full)), (D19, vintage(A1={"at": (1000, 0)})))
    assert council.complete == [D18]
    assert log.rows[0]["action"] == "lists 1 of the council's sites (another vintage 20); its gaps say nothing"


def test_an_origin_stated_twice_counts_from_the_earliest_vintage():
    first = vintage(A1={}, B2={"part_of_stated": "A1", "at": (500, 0)})
    later = vintage(A1={}, B2={"part_of_stated": "A1; none", "at": (500, 0)})
    council, log = linked((D18, first), (D19, later))
    lineage = origins([council], log)
    assert lineage.chains == {"E1:B2": ["E1:A1"]}
    (event,) = lineage.events["E1:B2"]
    assert (event.published, event.event, event.after, event.basis) == (D18, "part of", "E1:A1", "stated: A1")
    assert (event.file, event.row) == ("a.csv", 3)


def test_origins_are_followed_through_notes_letters_and_generations():
    old = vintage(A1={"hectares": 1.0}, C3={"at": (900, 0)})
    new = vintage(A1A={"at": (10, 0)}, C3={"at": (900, 0), "notes": "Previously part of site A1A. Cleared."})
    council, log = linked((D18, old), (D20, new))
    assert origins([council], log).chains == {"E1:A1A": ["E1:A1"], "E1:C3": ["E1:A1A", "E1:A1"]}


def test_an_event_carries_day_file_and_row_of_its_observation():
    council, _ = linked((D18, vintage(A1={}, B2={"at": (900, 0)})))
    event = event_of(council.sites[1].first, "ended", field="end_date", after="2017-01-01")
    assert (event.published, event.file, event.row, event.before) == (D18, "a.csv", 3, None)
