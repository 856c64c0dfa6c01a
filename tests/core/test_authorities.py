"""What the published data of each English local authority is called."""

from __future__ import annotations

import csv
import gzip
import re
from importlib import resources

import pytest

import authorities
from siteprior.core.authorities import (
    COUNTIES,
    FORMER_COUNTIES,
    authorities_of,
    box_of,
    grown_in,
    known_authorities,
)
from siteprior.core.councils import COMBINED_AUTHORITIES, known_councils
from siteprior.core.errors import InputError

ABOLISHED = {"E47000010", "E47000011"}


def test_every_council_in_force_is_a_place_with_all_its_names():
    in_force = {code: council.name for code, council in known_councils().items() if not council.successor}
    assert {code: each.name for code, each in known_authorities().items()} == in_force
    for each in known_authorities().values():
        assert each.atco_areas, each.name
        assert all(re.fullmatch(r"[0-4]\d\d", area) for area in each.atco_areas_near), each.name
        assert set(each.atco_areas) <= set(each.atco_areas_near), each.name
        west, south, east, north = each.box
        assert 80_000 <= west < east <= 656_000, each.name
        assert 5_000 <= south < north <= 658_000, each.name
        assert re.fullmatch("[a-z_]+", each.bods_region), each.name
        assert re.fullmatch("[a-z-]+", each.geofabrik), each.name


def test_combined_authorities_are_those_in_force_with_their_known_members():
    members = {code: [each.name for each in authorities_of([code])] for code in set(COMBINED_AUTHORITIES) - ABOLISHED}
    assert members["E47000007"] == [
        "Birmingham", "Coventry", "Dudley", "Sandwell", "Solihull", "Walsall", "Wolverhampton",
    ]  # fmt: skip
    sizes = {code[-2:]: len(names) for code, names in members.items()}
    assert sizes == {"01": 10, "02": 4, "03": 5, "04": 6, "06": 5, "07": 7, "08": 6, "09": 3, "12": 2, "13": 17,
                     "14": 7, "15": 9, "16": 2, "17": 9, "18": 14}  # fmt: skip
    assert "Nottingham" in members["E47000013"]
    assert "Plymouth" not in members["E47000015"]


def test_greater_manchester_is_named_as_its_publishers_do():
    places = authorities_of(["E47000001"])
    assert {each.geofabrik for each in places} == {"greater-manchester"}
    assert {each.bods_region for each in places} == {"north_west"}
    assert {"180"} == set.intersection(*(set(each.atco_areas) for each in places))
    assert {"450", "060", "100", "250"} < {area for each in places for area in each.atco_areas_near}
    west, south, east, north = box_of(places)
    assert (east - west, north - south) == pytest.approx((55_000, 40_000), rel=0.15)


def test_codes_names_and_codes_of_merged_councils_are_known_and_each_place_comes_once():
    assert [each.name for each in authorities_of(["E07000190", "Taunton Deane", "Somerset"])] == ["Somerset"]
    assert [each.code for each in authorities_of([" e08000025 ", "Birmingham"])] == ["E08000025"]
    assert [each.name for each in authorities_of(["E08000016"])] == ["Barnsley"]  # its code before 2025


@pytest.mark.parametrize(
    ("named", "fault"),
    [
        (["Brimingham", "E08000099"], r"unknown area 'Brimingham'.*Birmingham(.|\n)*unknown area 'E08000099'"),
        (["E47000010"], "North East Combined Authority, was abolished in 2024; name its councils"),
        (["W06000015"], "is no place in England"),
        (["E12000005"], r"the code of no council, county or combined authority(?!.*did you mean)"),
        (["Londn"], "did you mean 'London'"),
        ([], "names no council"),
    ],
)
def test_what_is_no_place_is_refused_with_the_nearest(named, fault):
    with pytest.raises(InputError, match=fault):
        authorities_of(named)


def test_counties_and_london_are_their_councils_by_code_and_by_name():
    for code, name in COUNTIES.items():
        districts = authorities_of([code])
        assert {each.county for each in districts} == {name}
        by_name = authorities_of([name.lower()])
        assert districts == by_name or (name, len(by_name)) == ("Lancashire", 14)  # its combined authority's name too
    assert {each.county for each in known_authorities().values()} == {"", *COUNTIES.values()}
    for code, (name, successors) in FORMER_COUNTIES.items():
        assert [each.code for each in authorities_of([code])] == successors.split()
        assert authorities_of([code]) == authorities_of([name])
    assert [each.name for each in authorities_of(["Cumbria"])] == ["Cumberland", "Westmorland and Furness"]
    boroughs = authorities_of(["Greater London"])
    assert (len(boroughs), {each.code[:3] for each in boroughs}) == (33, {"E09"})
    assert boroughs == authorities_of(["E12000007"])


def test_every_place_within_a_larger_council_is_named_and_no_other():
    in_force = [code for code, council in known_councils().items() if not council.successor]
    assert grown_in([*in_force, *(known_councils()[code].name for code in in_force)]) == []
    assert grown_in(["London", "E47000001", "Kent", "E08000016"]) == []
    assert (
        grown_in([" scarborough "])
        == grown_in(["E07000168"])
        == ["Scarborough is part of North Yorkshire now: all of North Yorkshire is in the project"]
    )


def test_the_codes_of_counties_are_the_published_ones(real):
    with gzip.open(real / "real/boundaries/la_all_codes.csv.gz", "rt", encoding="utf-8") as lines:
        published = {row[4]: row[5] for row in csv.reader(lines) if row[4].startswith("E10")}
    assert published == COUNTIES


def test_the_table_is_what_its_script_makes(real):
    stands = resources.files("siteprior").joinpath("core", "authorities.csv").read_text(encoding="utf-8")
    assert stands == authorities.HEADER + authorities.authorities(real).to_csv(lineterminator="\n")
