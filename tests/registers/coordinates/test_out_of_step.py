"""Coordinates that stand in other rows than their own: recognised by links, told from links out of step by names."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registers.coordinates.test_locate import KNOWN, located
from siteprior.registers.coordinates.out_of_step import OUT_OF_STEP
from siteprior.registers.councils import councils
from siteprior.registers.reader import read_register

ARCHIVE = "real/brownfield/registers_corpus_raw_2017-2020.zip"
EAST = [391_000, 393_000, 395_000, 397_000, 399_000]
TOWNS = ["Netherton", "Lye", "Kingswinford", "Coseley", "Sedgley"]


def link(east, north=285_000):
    return f"https://example.org/map?x={east}&y={north}"


def register(order, *, linked=None, names=None, known=KNOWN, postcodes=None):
    """Locate five sites 2 km apart whose coordinates stand in an order, each with the link to its own place."""
    fields = {
        "x": [str(EAST[place]) for place in order],
        "y": ["285000"] * len(order),
        "coordinate_system": ["OSGB36"] * len(order),
        "site_plan_url": [link(EAST[row]) if linked is None or row in linked else "" for row in range(len(order))],
        "site_name": names or [""] * len(order),
    }
    found, issues = located(known, postcodes, **fields)
    return found, issues


def test_rows_in_step_are_certain_and_nothing_is_stated():
    found, issues = register(range(5))
    assert (set(found.places.confidence), issues) == ({"high"}, [])


def test_a_column_moved_down_by_one_row_is_recognised():
    found, issues = register([4, 0, 1, 2, 3])
    assert found.places.confidence.tolist() == ["low"] * 5
    assert found.places.east.tolist() == [EAST[place] for place in (4, 0, 1, 2, 3)]  # nothing moves
    assert issues[0] == (
        None, "invalid coordinates",
        f"{OUT_OF_STEP}: of 5 links that name a place 5 contradict the coordinates of their row, and 5 of these name "
        "the place of another row; left where they are, none certain",
    )  # fmt: skip
    assert issues[1][2] == (
        f"{OUT_OF_STEP}: a link in the row names 391000, 285000, 8.0 km away, where row 3 lies; left where it is, "
        "confidence low"
    )
    assert [row for row, *_ in issues] == [None, 2, 3, 4, 5, 6]


def test_rows_without_a_link_in_such_a_register_are_not_certain_either():
    found, issues = register([4, 0, 1, 2, 3], linked=[0, 1, 2])
    assert found.places.confidence.tolist() == ["low"] * 3 + ["medium"] * 2
    assert issues[-1] == (6, "default-value", f"{OUT_OF_STEP} in this register; confidence medium")


def test_two_rows_exchanged_with_each_other_leave_the_others_certain():
    found, issues = register([1, 0, 2, 3, 4])
    assert found.places.confidence.tolist() == ["low"] * 2 + ["high"] * 3
    assert [row for row, *_ in issues] == [None, 2, 3]


def test_one_link_that_names_another_rows_place_is_no_permutation():
    found, issues = register([1, 1, 2, 3, 4])
    assert found.places.confidence.tolist() == ["medium"] + ["high"] * 4
    assert [code for _, code, _ in issues] == ["default-value"]


def test_links_that_name_places_of_no_row_are_no_permutation():
    found, issues = located(
        x=[str(east) for east in EAST], y=["285000"] * 5, coordinate_system=["OSGB36"] * 5,
        site_plan_url=[link(east, 281_000) for east in EAST],
    )  # fmt: skip
    assert found.places.confidence.tolist() == ["medium"] * 5
    assert not any(OUT_OF_STEP in action for *_, action in issues)


def pairs_of_towns(by_place):
    """Eighteen sites, two in each of nine towns, in order; coordinates or links stand nine rows further down."""
    names = [f"Works, {'abcdefghi'[row // 2] * 5}" for row in range(18)]
    own = [(391_000 + 1_000 * (row // 2), 285_000 + 300 * (row % 2)) for row in range(18)]
    moved = own[-5:] + own[:-5]
    stated, named = (own, moved) if by_place else (moved, own)
    return located(
        x=[str(east) for east, _ in stated], y=[str(north) for _, north in stated],
        coordinate_system=["OSGB36"] * 18, site_plan_url=[link(*place) for place in named], site_name=names,
    )  # fmt: skip


def test_sites_of_one_town_lie_together_by_the_column_that_is_in_step():
    found, issues = pairs_of_towns(by_place=True)
    assert set(found.places.confidence) == {"high"}
    assert [action for *_, action in issues] == [
        "the links of 18 rows name the places of other rows; the names agree with the coordinates, so the links are "
        "out of step"
    ]
    found, issues = pairs_of_towns(by_place=False)
    assert set(found.places.confidence) == {"low"}
    assert issues[0][2].startswith(OUT_OF_STEP)


@pytest.mark.parametrize(("at", "confidence"), [("places", "high"), ("links", "low")])
def test_postcodes_say_which_is_out_of_step(at, confidence):
    order = [4, 0, 1, 2, 3]
    stated = [f"DY{row} 1AA" for row in range(1, 6)]
    lies = [EAST[place] for place in order] if at == "places" else EAST
    postcodes = pd.DataFrame({"easting": map(float, lies), "northing": 285_000.0}, index=pd.Index(stated))
    found, _ = register(order, names=[f"Works, {postcode}" for postcode in stated], postcodes=postcodes)
    assert set(found.places.confidence) == {confidence}


@given(st.permutations(range(5)), st.booleans())
def test_any_exchange_of_places_among_rows_with_links_is_recognised(order, bounded):
    moved = [row for row, place in enumerate(order) if row != place]
    assume(moved)
    found, issues = register(order, known=KNOWN if bounded else councils(None), names=TOWNS)
    stated = [row for row, code, action in issues if OUT_OF_STEP in action and code == "invalid coordinates"]
    assert stated == [None, *(row + 2 for row in moved)]
    assert {found.places.confidence[row] for row in moved} == {"low"}


def test_oldhams_register_of_2018(real, england):
    # 81 of its 141 links name the middle of the map; of the 60 others two agree with the coordinates of their row
    sites, issues, _ = read_register(f"{real / ARCHIVE}!BIR_525f39c89244.csv", file="oldham.csv", boundaries=england)
    assert sites["coordinate_confidence"].value_counts().to_dict() == {"medium": 83, "low": 58}
    stated = issues[issues["action"].str.startswith(OUT_OF_STEP)]
    assert stated["row"].isna().sum() == 1
    assert stated["row"].dropna().is_unique
    assert len(stated) == 142


def test_the_links_of_east_devons_register_are_out_of_step(real, england):
    sites, issues, _ = read_register(f"{real / ARCHIVE}!EDE_d044b96116cc.csv", file="devon.csv", boundaries=england)
    assert sites["coordinate_confidence"].value_counts().to_dict() == {"high": 34}
    assert issues["action"].str.contains("the names agree with the coordinates").sum() == 1
