"""What two records of one site become, attribute by attribute."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.core.schema import REGISTER, conform
from siteprior.registers.matching.find_duplicates import PAIR_COLUMNS
from siteprior.registers.matching.merge import merge_duplicates


def register(**rows):
    """Make register rows: id → columns."""
    table = pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="site_id"))
    table["file"], table["row"] = "a.csv", range(2, len(table) + 2)
    points = gpd.points_from_xy([0] * len(table), [0] * len(table))
    return conform(gpd.GeoDataFrame(table, geometry=points, crs=27700), REGISTER)


def pairs(*rows):
    table = pd.DataFrame(rows, columns=["site_a", "site_b", "confidence"])
    return table.reindex(columns=list(PAIR_COLUMNS))


def test_the_record_last_updated_wins_and_its_blanks_are_filled():
    sites = register(
        A={"entry_date": "2019-01-01", "notes": "Derelict", "hectares": 0.5, "site_name": "Mill"},
        B={"entry_date": "2020-01-01", "notes": None, "hectares": 0.6, "site_name": "Mill"},
    )
    merged, issues = merge_duplicates(sites, pairs(("A", "B", "certain")))
    assert merged.index.tolist() == ["B"]
    assert merged.loc["B", ["notes", "hectares", "also_known_as"]].tolist() == ["Derelict", 0.6, "A"]
    assert issues[["row", "field", "value", "action"]].values.tolist() == [
        [2, "reference", "A", "the same site as B; merged with it"],
        [2, "hectares", "0.5", "A differs; kept 0.6"],
        [2, "notes", "Derelict", "taken from A, merged with this site"],
        [2, "entry_date", "2019-01-01", "A differs; kept 2020-01-01"],
    ]


def test_of_two_records_of_one_day_the_one_with_more_attributes_wins_then_the_lower_id():
    fuller = register(A={"site_name": "Mill"}, B={"site_name": "Mill", "notes": "Derelict"})
    assert merge_duplicates(fuller, pairs(("A", "B", "certain")))[0].index.tolist() == ["B"]
    alike = register(A={"site_name": "Mill"}, B={"site_name": "Mill"})
    assert merge_duplicates(alike, pairs(("A", "B", "certain")))[0].index.tolist() == ["A"]


def test_a_kind_of_permission_is_taken_only_where_the_status_agrees():
    other = {"planning_permission_status": "not permissioned", "planning_permission_type": "full planning permission"}
    sites = register(A={"entry_date": "2020-01-01", "planning_permission_status": "permissioned"}, B={**other})
    merged, issues = merge_duplicates(sites, pairs(("A", "B", "certain")))
    assert merged["planning_permission_type"].isna().all()
    assert "left blank, though B states it: the two differ on planning_permission_status" in set(issues["action"])


def test_a_record_is_merged_only_into_one_it_forms_a_certain_pair_with():
    sites = register(A={"entry_date": "2020-01-01"}, B={"entry_date": "2019-01-01"}, C={"entry_date": "2018-01-01"})
    merged, _ = merge_duplicates(sites, pairs(("A", "B", "certain"), ("B", "C", "certain"), ("A", "C", "likely")))
    assert merged.index.tolist() == ["A", "C"]
    assert merged["also_known_as"].dropna().to_dict() == {"A": "B"}
    assert merged["possible_duplicates"].to_dict() == {"A": "C", "C": "A"}


def test_pairs_of_sites_elsewhere_are_passed_over_and_wrong_pairs_refused():
    sites = register(A={"site_name": "Mill"})
    merged, issues = merge_duplicates(sites, pairs(("A", "Z", "certain")))
    assert (len(merged), len(issues)) == (1, 0)
    with pytest.raises(InputError, match="pairs: unknown value of confidence 'sure'"):
        merge_duplicates(sites, pairs(("A", "Z", "sure")))
    with pytest.raises(InputError, match="pairs: lacks the columns"):
        merge_duplicates(sites, pd.DataFrame({"site_a": []}))


def test_an_area_taken_from_another_record_comes_with_what_it_rests_on():
    sites = register(
        A={"hectares": None, "hectares_basis": None, "entry_date": "2020-01-01"},
        B={"hectares": 0.5, "hectares_basis": "measured"},
        C={"hectares": 0.7, "hectares_basis": "stated", "entry_date": "2020-01-01"},
        D={"hectares": 0.5, "hectares_basis": "measured"},
    )
    merged, issues = merge_duplicates(sites, pairs(("A", "B", "certain"), ("C", "D", "certain")))
    assert merged[["hectares", "hectares_basis"]].values.tolist() == [[0.5, "measured"], [0.7, "stated"]]
    assert "hectares_basis" not in set(issues["field"])


def test_the_name_of_a_council_stays_with_its_code():
    """A record of a code nobody knows does not take the name of the council it is merged with."""
    sites = register(
        A={"entry_date": "2020-01-01", "organisation": "E1", "organisation_name": None},
        B={"entry_date": "2019-01-01", "organisation": "E2", "organisation_name": "Birchley"},
    )
    merged, issues = merge_duplicates(sites, pairs(("A", "B", "certain")))
    assert merged["organisation"].tolist() == ["E1"]
    assert merged["organisation_name"].isna().all()
    assert not issues["field"].isin(["organisation", "organisation_name"]).any()
