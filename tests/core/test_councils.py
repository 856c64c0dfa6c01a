"""The English councils: what is known of them, beside the files it is taken from."""

from __future__ import annotations

import csv
import datetime as dt
import gzip

import geopandas as gpd
import pytest

from siteprior.core.councils import COMBINED_AUTHORITIES, council_code, council_name, in_force, known_councils
from siteprior.core.files import shipped


def test_names_are_those_of_the_published_boundaries():
    areas = gpd.read_file(shipped("data") / "boundaries" / "lsoa21.geojson")
    names = areas["LSOA21NM"].str.rpartition(" ")[0]
    published = dict(zip(areas["LADCD_ACTIVE"], names, strict=True))
    assert {code: council_name(code) for code in published} == published


def test_every_code_and_successor_is_that_of_the_lookup(real):
    text = gzip.decompress((real / "real/boundaries/la_all_codes.csv.gz").read_bytes()).decode()
    rows = {row["LADCD"]: row for row in csv.DictReader(text.splitlines()) if row["LADCD"].startswith("E")}
    assert {code: council.name for code, council in known_councils().items()} == {
        code: row["LADNM"] for code, row in rows.items()
    }
    assert {code: in_force(code) for code in rows} == {code: row["LADCD_ACTIVE"] for code, row in rows.items()}


def test_every_district_of_the_register_is_there_with_its_last_day(real):
    text = (real / "real/brownfield/spec/local-authority-eng_2019.csv").read_text()
    rows = [row for row in csv.DictReader(text.splitlines()) if row["local-authority-type"] in DISTRICTS]
    listed = {council.register_code: council for council in known_councils().values() if council.register_code}
    assert set(listed) == {row["local-authority-eng"] for row in rows}
    ended = {row["local-authority-eng"]: row["end-date"] for row in rows if row["end-date"]}
    assert {code: listed[code].until.isoformat() for code in ended} == ended


DISTRICTS = ("NMD", "UA", "MD", "LBO", "CC")


def test_successors_are_known_and_lead_to_one_in_force():
    known = known_councils()
    assert all(council.successor in known for council in known.values() if council.successor)
    assert all(not known[in_force(code)].successor for code in known)
    assert all(council.successor for council in known.values() if council.until)


@pytest.mark.parametrize(
    ("codes", "successor", "until"),
    [
        (["E07000026", "E07000028", "E07000029"], "Cumberland", (2023, 3, 31)),
        (["E07000027", "E07000030", "E07000031"], "Westmorland and Furness", (2023, 3, 31)),
        ([f"E070001{n}" for n in range(63, 70)], "North Yorkshire", (2023, 3, 31)),
        (["E07000187", "E07000188", "E07000189", "E07000246"], "Somerset", (2023, 3, 31)),
        (["E07000150", "E07000152", "E07000153", "E07000156"], "North Northamptonshire", (2021, 3, 31)),
        (["E07000004", "E07000005", "E07000006", "E07000007"], "Buckinghamshire", (2020, 3, 31)),
        (["E06000028", "E06000029", "E07000048"], "Bournemouth, Christchurch and Poole", (2019, 3, 31)),
    ],
)
def test_reorganisations_have_their_days(codes, successor, until):
    known = known_councils()
    assert {council_name(known[code].successor) for code in codes} == {successor}
    assert {known[code].until for code in codes} == {dt.date(*until)}


def test_an_old_code_becomes_the_first_successor_the_boundaries_hold():
    assert in_force("E07000191") == "E06000066"
    assert in_force("E07000191", among=["E07000246", "E06000066"]) == "E07000246"
    assert in_force("E07000191", among=["E07000191"]) == "E07000191"
    assert in_force("E08000038", among=["E08000016"]) == "E08000016"  # Barnsley before 2025
    assert in_force("E06000066", among=["E07000246"]) == "E06000066"  # Somerset is more than one it replaced
    assert in_force("W06000001") == "W06000001"


def test_combined_authorities_are_called_so_and_are_no_councils():
    assert all(len(code) == 9 and code.startswith("E47") for code in COMBINED_AUTHORITIES)
    ends = (" Combined Authority", " Combined County Authority")
    assert all(name.endswith(ends) for name in COMBINED_AUTHORITIES.values())
    assert len(set(COMBINED_AUTHORITIES.values())) == len(COMBINED_AUTHORITIES)
    assert not set(COMBINED_AUTHORITIES) & set(known_councils())


def test_a_council_is_found_by_its_name_as_ons_and_others_write_it():
    for code, council in known_councils().items():
        if not council.successor:
            assert council_code(council.name) == code
    assert council_code("Bristol") == council_code("Bristol, City of") == "E06000023"
    assert council_code("Taunton Deane") == "E06000066"  # merged, and merged again
    assert council_code("") is council_code("West Midlands") is None
