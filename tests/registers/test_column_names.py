"""What columns are called."""

from __future__ import annotations

import csv

import pytest

from siteprior.registers.column_names import HEADERS, header_key, header_score, match_headers

TEMPLATE_2017 = (
    "OrganisationURI,OrganisationLabel,SiteReference,PreviouslyPartOf,SiteNameAddress,SiteplanURL,"
    "CoordinateReferenceSystem,GeoX,GeoY,Hectares,OwnershipStatus,Deliverable,PlanningStatus,PermissionType,"
    "PermissionDate,PlanningHistory,ProposedForPIP,MinNetDwellings,DevelopmentDescription,NonHousingDevelopment,Part2,"
    "NetDwellingsRangeFrom,NetDwellingsRangeTo,HazardousSubstances,SiteInformation,Notes,FirstAddedDate,LastUpdatedDate"
).split(",")


def fields(header) -> dict[str, str]:
    return {match.header: match.field for match in match_headers(header).matches}


def test_the_template_of_2017():
    found = match_headers(TEMPLATE_2017)
    assert found.schema == "2017 template"
    unread = set(TEMPLATE_2017) - {match.header for match in found.matches}
    assert unread == {"ProposedForPIP", "NonHousingDevelopment", "Part2", "SiteInformation"}


def test_no_variant_means_two_fields():
    names = [name for variants in HEADERS.values() for name in variants]
    assert len(names) == len(set(names))
    assert all(name == header_key(name) for name in names)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Site_Ref", "reference"),
        ("NAME AND ADDRESS OF SITE", "site_name"),
        ("Ownership Status", "ownership_status"),
        ("ownership-status", "ownership_status"),
        ("PermissionTyne", "permission_type"),
        ("NetDweloingsRangeTo", "range_to"),
        ("NetDwellin", "range_from"),
        ("NetDwell_1", "range_to"),
        ("CordinateReferenceSystem", "coordinate_system"),
        ("Site Yes (within 5 years)", "deliverable"),
        ("Housing Est (remaining)", "min_net_dwellings"),
        ("OwnershpStatus", "ownership_status"),  # a typing error no variant names
        ("HazzardousSubstances", "hazardous_substances"),
    ],
)
def test_spellings(header, field):
    assert fields([header]) == {header: field}


@pytest.mark.parametrize("header", ["PermissionHistory2018", "Shape_Length", "Part2", "SiteInformation"])
def test_others_are_not_taken_for_misspellings(header):
    assert fields([header, "SiteReference"]).get(header) is None


@pytest.mark.parametrize(
    "header",
    ["Owners (if known)", "Owner", "OwnerName", "Landowner", "Site owner details", "Contact", "Contact Email", "Agent",
     "Applicant name", "CREATED_USER"],
)  # fmt: skip
def test_columns_that_name_people_are_never_read(header):
    found = match_headers([header, "SiteReference"])
    assert found.owners == (header,)
    assert header not in {match.header for match in found.matches}


def test_ownership_status_is_not_an_owner():
    assert match_headers(["Ownership", "OwnershipStatus"]).owners == ()


def test_where_several_fill_a_field_the_published_name_is_preferred():
    found = match_headers(["Title", "SiteNameAddress", "Planning Status", "Planning Permission Status"])
    assert found.columns("site_name") == [1, 0]
    assert found.columns("planning_status") == [3]
    assert found.columns("planning_stage") == [2]


def test_data_is_no_header():
    row = ["http://opendatacommunities.org/id/district-council/x", "S1", "Title House", "1.2", "52.1"]
    assert header_score(row) == 0
    assert header_score(["a", "b"]) == 0


def test_every_header_variant_of_the_public_pipeline_is_known(real):
    with (real / "real/brownfield/spec/header_variants_digital-land_2020.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    meaning = {
        "OrganisationURI": "organisation_uri", "OrganisationLabel": "organisation_label", "SiteReference": "reference",
        "SiteNameAddress": "site_name", "SiteplanURL": "site_plan_url", "Hectares": "hectares",
        "OwnershipStatus": "ownership_status", "HazardousSubstances": "hazardous_substances",
        "PlanningStatus": "planning_status", "MinNetDwellings": "min_net_dwellings",
        "NetDwellingsRangeTo": "range_to", "FirstAddedDate": "first_added", "LastUpdatedDate": "last_updated",
    }  # fmt: skip
    wrong = [
        row["pattern"]
        for row in rows
        if row["value"] in meaning and fields([row["pattern"]]).get(row["pattern"]) != meaning[row["value"]]
    ]
    # a district's name is the organisation's label here, not its address; the other is a column's whole guidance
    assert wrong == ["District", "Ownership: PA_owner, not PA_own., mixed_o'ship, unknown"]
