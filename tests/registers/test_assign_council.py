"""Which council a row belongs to, whatever an auto-filled column says."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.registers.assign_council import assign_councils
from siteprior.registers.coordinates import parse as co
from siteprior.registers.coordinates.candidates import list_candidates
from siteprior.registers.councils import councils

CODES = ["E08000025", "E08000026", "E08000027", "E08000028"]
AREAS = gpd.GeoDataFrame(
    {"name": ["Birmingham", "Coventry", "Dudley", "Sandwell"]}, index=pd.Index(CODES, name="organisation"),
    geometry=[shapely.box(x, 280_000, x + 10_000, 290_000) for x in (400_000, 410_000, 420_000, 430_000)],
    crs="EPSG:27700",
)  # fmt: skip
KNOWN = councils(AREAS)
MIDDLE = dict(zip(CODES, (405_000, 415_000, 425_000, 435_000), strict=True))


def credited(stated, lies, labels=None, known=KNOWN, by=None, sources=None, entities=(), by_place=False):
    """Credit rows that state codes and lie in the middle of councils (``None``: far from all; ``nan``: no place)."""
    x = np.array([float("nan") if c == "nan" else 100_000.0 if c is None else float(MIDDLE[c]) for c in lies])
    found = list_candidates(x, np.full(len(x), 285_000.0), np.array([co.METRES] * len(x), dtype=object), {})
    texts = (stated, labels or [""] * len(x), sources or [""] * len(x))
    return assign_councils(*texts, found, known, stated=by, entities=entities, by_place=by_place)


BIR, COV, DUD, SAW = CODES


def test_a_code_run_down_the_column_assigns_no_other():
    said = credited([BIR, COV, DUD, SAW], [BIR] * 4)
    assert said.council.tolist() == [BIR] * 4
    assert said.misstated.tolist() == [False, True, True, True]


def test_a_collated_file_is_assigned_row_by_row():
    stated = [BIR] * 5 + [COV] * 5
    lies = [BIR] * 4 + [DUD] + [COV] * 4 + ["nan"]
    said = credited(stated, lies)
    assert said.council.tolist() == stated
    assert not said.misstated.any()


def test_a_stray_row_of_a_collated_file_goes_where_it_lies():
    said = credited([BIR] * 4 + [COV] * 4 + [DUD], [BIR] * 4 + [COV] * 4 + [COV])
    assert said.council[-1] == COV


def test_the_callers_word_wins():
    said = credited([BIR, BIR], [BIR, BIR], by=COV)
    assert said.council.tolist() == [COV, COV]
    assert said.misstated.all()


def test_a_file_that_states_one_council_and_lies_in_another():
    said = credited([BIR] * 5, [COV] * 5)
    assert said.council.tolist() == [COV] * 5
    assert "the file states E08000025, its sites lie in E08000026" in said.notes


def test_broken_coordinates_do_not_move_a_file_elsewhere():
    assert credited([BIR] * 5, [None] * 5).council.tolist() == [BIR] * 5
    assert credited([BIR] * 5, ["nan"] * 5).council.tolist() == [BIR] * 5


def test_codes_unknown_by_name_are_learnt_from_where_their_rows_lie():
    said = credited(["local-authority-eng:XYZ"] * 5, [DUD] * 5)
    assert said.council.tolist() == [DUD] * 5
    assert len(said.notes) == 1


def test_a_council_whose_area_is_not_known_is_no_other_council():
    stated = ["local-authority-eng:OLD"] * 6 + [BIR]
    said = credited(stated, [None] * 7)
    assert said.council.tolist() == ["E08000004"] * 7
    assert said.misstated.tolist() == [False] * 6 + [True]


def test_a_neighbour_with_one_row_across_the_border_learns_nothing():
    said = credited(["local-authority-eng:BRM"] * 6, [None] * 5 + [DUD])
    assert said.council.tolist() == ["E07000234"] * 6
    said = credited(["local-authority-eng:ZZZ"] * 6, [None] * 5 + [DUD])
    assert said.council.tolist() == [None] * 6


def test_a_parks_sites_are_no_councils():
    park = "http://opendatacommunities.org/id/national-park-authority/lake-district"
    assert credited([park] * 5, [DUD] * 5).council.tolist() == [None] * 5


def test_each_register_of_a_national_file_is_judged_by_itself():
    sources = ["a"] * 4 + ["b"] * 4
    said = credited([BIR] * 4 + [BIR, COV, DUD, SAW], [BIR] * 4 + [SAW] * 4, sources=sources)
    assert said.council.tolist() == [BIR] * 4 + [SAW] * 4


def test_without_areas_a_label_names_the_file_and_the_first_code_an_auto_filled_one():
    alone = councils(None)
    said = credited([BIR, COV, DUD], ["nan"] * 3, labels=["Sandwell MBC"] * 3, known=alone)
    assert said.council.tolist() == [SAW] * 3
    assert credited([BIR, COV, DUD], ["nan"] * 3, known=alone).council.tolist() == [BIR] * 3
    assert credited([BIR] * 3 + [COV] * 3, ["nan"] * 6, known=alone).council.tolist() == [BIR] * 3 + [COV] * 3


def test_rows_with_a_number_alone_are_of_the_council_they_lie_in():
    # 92: all but few in Birmingham, so its row without place, too; 7 and 8: too few to learn from, each by its place
    lies = [BIR, BIR, BIR, BIR, BIR, None, DUD, None]
    said = credited([""] * 8, lies, entities=["92"] * 6 + ["7", "8"])
    assert said.council.tolist() == [BIR] * 6 + [DUD, None]
    assert not said.misstated.any()
    assert said.notes == [
        "8 rows have an organisation-entity number and no name; the council of 7 of them is found by where they lie"
    ]


@pytest.mark.parametrize(
    ("lies", "council"),
    [
        ([COV], COV), ([COV, COV], COV), ([COV, "nan"], COV), ([COV, DUD], None), ([COV, None], None),
        (["nan", "nan"], None), ([None], None), ([COV] * 39 + [DUD], COV),
    ],
)  # fmt: skip
def test_a_register_that_names_no_council_is_of_the_one_all_its_sites_lie_in_however_few(lies, council):
    said = credited([""] * len(lies), lies)
    assert said.council.tolist() == [council] * len(lies)
    many = len(lies) - lies.count("nan")
    basis = f"every site with coordinates ({many}) lies" if many < 3 else "all but few sites lie"
    assert said.notes == ([f"no organisation is stated; {basis} in {council}"] if council else [])


def test_the_rows_of_a_list_are_each_of_the_council_they_state_or_lie_in():
    lies = [COV] * 9 + [DUD, None, "nan", BIR, BIR]
    said = credited([""] * 12 + [SAW, "E47000007"], lies, by_place=True)
    assert said.council.tolist() == [COV] * 9 + [DUD, None, None, SAW, None]
    assert not said.misstated.any()
    assert said.notes == []


def test_a_name_beside_the_number_is_what_counts():
    said = credited(["local-authority-eng:DUD"] * 6, [DUD] * 6, entities=["92"] * 6)
    assert said.council.tolist() == [DUD] * 6
    assert said.notes == []


def read_as_metres(pairs, known=KNOWN, entities=(), sources=None):
    x, y = np.array(pairs, dtype=float).T
    found = list_candidates(x, y, np.array([co.METRES] * len(x), dtype=object), {})
    blank = [""] * len(x)
    return assign_councils(blank, blank, sources or blank, found, known, stated=None, entities=entities)


def test_a_register_of_exchanged_axes_is_of_the_council_where_some_of_its_rows_lie():
    exchanged, right = (285_000, 405_000), (405_000, 285_000)
    assert read_as_metres([exchanged, exchanged, exchanged, right]).council.tolist() == [BIR] * 4
    # mirrored places alone show nothing: Wrexham's lie in Shropshire
    assert read_as_metres([exchanged] * 4).council.tolist() == [None] * 4


def test_rows_of_no_council_known_are_grouped_by_the_register_the_file_says_they_are_of():
    pairs = [(180_000, 45_000)] * 3
    assert read_as_metres(pairs, councils(None)).group.tolist() == ["?"] * 3
    assert read_as_metres(pairs, councils(None), entities=["92", "92", ""]).group.tolist() == ["?92", "?92", "?"]
    assert read_as_metres(pairs, councils(None), sources=["a", "a", "b"]).group.tolist() == ["?a", "?a", "?b"]
