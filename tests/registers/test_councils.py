"""Which council a text means."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.councils import known_councils
from siteprior.core.errors import InputError
from siteprior.registers.councils import councils, name_key, resolve


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("http://opendatacommunities.org/id/metropolitan-district-council/birmingham", "E08000025"),
        ("http://opendatacommunities.org/doc/metropolitan-district-council/coventry", "E08000026"),
        ("http://opendatacommunities.org/id/geography/administration/md/E08000027", "E08000027"),
        ("local-authority-eng:SAW", "E08000028"),
        ("Solihull Metropolitan Borough Council", "E08000029"),
        ("walsall council", "E08000030"),
        ("Wolverhampton City Council", "E08000031"),
        ("City of Wolverhampton", "E08000031"),
        ("E08000025", "E08000025"),
        ("http://opendatacommunities.org/id/metropolitan-district-council/oldham", "E08000004"),
        ("local-authority-eng:TRF", "E08000009"),
        ("E08000004", "E08000004"),
        ("E07000191", "E06000066"),  # West Somerset, then Somerset West and Taunton, now Somerset
        ("Barrow-in-Furness Borough Council", "E06000064"),
        ("local-authority-eng:AYL", "E06000060"),
        ("Shepway District Council", "E07000112"),
        ("local-authority-eng:ZZZ", None),
        ("Utopia", None),
        ("E10000006", None),  # Cumbria County Council keeps no register
        ("329", None),
    ],
)
def test_england_without_boundaries(statement, code):
    assert resolve(statement, councils(None)) == code


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("http://opendatacommunities.org/id/district-council/stratford", "Stratford-on-Avon"),
        ("http://opendatacommunities.org/id/unitary-authority/bristol-city-of", "Bristol, City of"),
        ("Kingston upon Hull, City of", "Kingston upon Hull, City of"),
        ("http://opendatacommunities.org/id/unitary-authority/hull", "Kingston upon Hull, City of"),
        ("London Borough of Barnet", "Barnet"),
        ("Royal Borough of Kingston upon Thames", "Kingston upon Thames"),
        ("traffordcouncil", "Trafford"),
        ("Forest Heath District Council", "West Suffolk"),
        ("Borough of Poole", "Bournemouth, Christchurch and Poole"),
        ("Taunton Deane Borough Council", "Somerset"),
        ("City of London", "City of London"),
        ("St Helens Council", "St. Helens"),
        ("Durham County Council", "County Durham"),
    ],
)
def test_england(england, statement, name):
    known = councils(england)
    code = resolve(statement, known)
    assert code is not None
    assert known.names[code] == name


def test_no_two_councils_share_a_key(england):
    keys = england["name"].map(name_key)
    assert keys.is_unique


def test_every_address_of_the_corpus_codes(england):
    codes = set(councils(england).codes)
    letters = [council.register_code for council in known_councils().values() if council.register_code]
    assert all(resolve(f"local-authority-eng:{code}", councils(england)) in codes for code in letters)


def test_boundaries_of_an_earlier_year_keep_their_codes():
    taunton = squares().rename(index={"E1": "E07000246"})
    known = councils(taunton)
    assert resolve("local-authority-eng:TAU", known) == "E07000246"
    assert resolve("local-authority-eng:MEN", known) == "E06000066"
    assert known.assignable("E07000246")
    assert not known.assignable("E06000066")


def squares():
    return gpd.GeoDataFrame(
        {"name": ["A", "B"]}, index=pd.Index(["E1", "E2"], name="organisation"),
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)], crs="EPSG:27700",
    )  # fmt: skip


def test_a_place_on_a_shared_edge_has_one_council():
    known = councils(squares())
    at = known.at(np.array([5.0, 10.0, 30.0, np.nan]), np.array([5.0, 5.0, 5.0, 5.0]))
    assert at.tolist() == ["E1", "E1", None, None]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda t: t.drop(columns="name"), "boundaries: lacks the columns name"),
        (lambda t: t.reset_index(), "boundaries: needs the index 'organisation'"),
        (lambda t: t.to_crs("EPSG:4326"), "needs metres in EPSG:27700"),
    ],
)
def test_boundaries_are_checked_on_entry(spoil, says):
    with pytest.raises(InputError, match=says):
        councils(spoil(squares()))


def test_codes_get_the_names_of_the_boundaries_then_the_known_ones_and_unknown_codes_none():
    here = gpd.GeoDataFrame(
        {"name": ["Alderford", "Brum"]}, index=pd.Index(["E07000001", "E08000025"], name="organisation"),
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)], crs=27700,
    )  # fmt: skip
    codes = pd.Series(["E07000001", "E08000025", "E08000028", "E47000007", "S12000033", None], index=list("abcdef"))
    named = councils(here).named(codes)
    assert named.to_dict() == {
        "a": "Alderford", "b": "Brum", "c": "Sandwell", "d": "West Midlands Combined Authority", "e": None, "f": None,
    }  # fmt: skip


def test_a_boundary_without_a_name_leaves_the_name_known():
    areas = gpd.GeoDataFrame(
        {"name": [None, None, "Here"]}, index=pd.Index(["E08000027", "W06000001", "E08000028"], name="organisation"),
        geometry=[shapely.box(x, 0, x + 1, 1) for x in (0, 1, 2)], crs=27700,
    ).astype({"name": "str"})  # fmt: skip
    known = councils(areas)
    codes = pd.Series(areas.index)
    assert known.named(codes).tolist() == ["Dudley", "W06000001", "Here"]
    assert resolve("Dudley", known) == "E08000027"
    assert resolve("nan", known) is None


def test_which_points_some_council_holds():
    area = gpd.GeoDataFrame(
        {"name": ["Walsall"]}, index=pd.Index(["E08000030"], name="organisation"),
        geometry=[shapely.box(400_000, 295_000, 410_000, 305_000)], crs="EPSG:27700",
    )  # fmt: skip
    east, north = np.array([405_000, 411_000, 411_000.1, np.nan]), np.array([300_000, 300_000, 300_000, 300_000])
    assert councils(area).holds(east, north).tolist() == [True, False, False, False]
    assert councils(area).holds(east, north, within=1_000).tolist() == [True, True, False, False]
    assert councils(None).holds(east, north, within=1_000).tolist() == [False] * 4
