"""The councils known without a boundary file, beside the boundaries of the sample and the codes of the real facts."""

from __future__ import annotations

import geopandas as gpd

from siteprior.core.councils import COMBINED_AUTHORITIES, WEST_MIDLANDS
from siteprior.core.files import shipped


def test_codes_and_names_are_those_of_the_published_boundaries():
    areas = gpd.read_file(shipped("data") / "boundaries" / "lsoa21.geojson")
    names = areas["LSOA21NM"].str.rpartition(" ")[0]
    held = dict(zip(areas["LADCD_ACTIVE"], names, strict=True))
    assert {code: name for code, (name, _) in WEST_MIDLANDS.items()} == {
        code: name for code, name in sorted(held.items()) if code.startswith("E080000")
    }


def test_each_has_three_letters_of_its_own():
    letters = [code for _, code in WEST_MIDLANDS.values()]
    assert all(len(code) == 3 and code.isupper() for code in letters)
    assert len(set(letters)) == 7


def test_combined_authorities_are_called_so_and_are_no_councils():
    assert all(len(code) == 9 and code.startswith("E47") for code in COMBINED_AUTHORITIES)
    assert all(name.endswith(" Combined Authority") for name in COMBINED_AUTHORITIES.values())
    assert len(set(COMBINED_AUTHORITIES.values())) == len(COMBINED_AUTHORITIES)
    assert not set(COMBINED_AUTHORITIES) & set(WEST_MIDLANDS)
