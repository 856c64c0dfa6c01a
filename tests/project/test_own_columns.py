"""The map of columns of the user's own sites: known names, pairs together, something to call a site by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteprior.core.schema import SITES
from siteprior.project.own_columns import FIELDS, OTHER_NAMES, PAIRS, column_named, map_faults, named_as_siteprior


@pytest.mark.parametrize(
    ("named", "faults"),
    [
        (["reference"], []),
        (["site_name", "easting", "northing", "hectares"], []),
        (["reference", "longitude"], [("longitude", "longitude and latitude are mapped together or not at all")]),
        (["hectares"], [("", "map a reference or a site_name to call the sites by")]),
        (["ref", "Homes", "area_ha", "lat", "lon"], []),
        (["reference", "homes", "units"], [("units", "'homes' and 'units' both are minimum_net_dwellings; keep one")]),
        (["id", "minimum_net_dwellings", "dwellings"],
         [("dwellings", "'minimum_net_dwellings' and 'dwellings' both are minimum_net_dwellings; keep one")]),
        (["name", "lat"], [("lat", "longitude and latitude are mapped together or not at all")]),
        ([], [("", "map a reference or a site_name to call the sites by")]),
    ],
)  # fmt: skip
def test_by_hand(named, faults):
    assert map_faults(named) == faults


def test_a_misspelt_name_is_offered_the_nearest_beside_all_other_faults():
    faults = map_faults(["hectars", "easting"])
    assert [name for name, _ in faults] == ["hectars", "easting", ""]
    assert faults[0][1].startswith("unknown column 'hectars'; did you mean 'hectares'? Valid: ")


def test_what_may_be_mapped_is_a_declared_column_or_makes_the_place():
    made_of = {"coordinate_system", "longitude", "latitude"}
    assert made_of <= set(FIELDS)
    assert set(FIELDS) - made_of <= set(SITES.names)
    assert len(set(FIELDS.values())) == len(FIELDS)


def test_every_other_name_is_read_as_the_column_it_means_and_a_column_as_itself():
    assert {name: column_named(name.upper()) for name in OTHER_NAMES} == dict(OTHER_NAMES)
    assert named_as_siteprior({name: name for name in FIELDS}) == {name: name for name in FIELDS}


@given(st.sets(st.sampled_from(sorted(FIELDS))))
def test_known_names_are_at_fault_only_alone_or_without_a_name(named):
    half = [pair for pair in PAIRS if len(named & set(pair)) == 1]
    nameless = not named & {"reference", "site_name"}
    assert len(map_faults(sorted(named))) == len(half) + nameless
