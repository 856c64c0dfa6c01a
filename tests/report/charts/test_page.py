"""The sheet of a chart: as high as it has to be, with names that fit and rows in the order of their ranks."""

from __future__ import annotations

import pandas as pd
import pytest

from factories.pictures import words
from siteprior.report.charts import page
from siteprior.report.charts.page import (
    NAME_SIZE,
    NAME_WIDTH,
    count_faults,
    first_ranked,
    name_lines,
    new_page,
    plain_name,
    rows_of,
    say_nothing,
    share_faults,
    write_names,
)
from siteprior.report.maps.canvas import Sheet


@pytest.mark.parametrize("height", [10.0, 240.0])
@pytest.mark.parametrize("attribution", ["", "Contains public sector information. " * 20])
def test_the_height_asked_for_is_free_between_heading_and_foot(height, attribution):
    made = new_page(height, title="A title " * 12, under="A line", notes="Notes", attribution=attribution)
    assert made.top - made.bottom == pytest.approx(height)
    assert 0 < made.bottom < made.top < made.sheet.height


def test_the_first_are_taken_by_rank_and_equal_ranks_in_their_order():
    table = pd.DataFrame({"rank": pd.array([3, 1, None, 1, 2], dtype="Int64")}, index=list("abcde"))
    assert first_ranked(table, 3).index.tolist() == ["b", "d", "e"]
    assert first_ranked(table.astype(object), 9).index.tolist() == ["b", "d", "e", "a"]


def test_rows_stand_below_one_another():
    rows = rows_of(pd.DataFrame({"rank": [1, 2]}, index=["a", "b"]), 100.0, 8.0)
    assert [(row.site, row.y) for row in rows] == [("a", 96.0), ("b", 88.0)]


def test_numbers_are_refused_that_are_not_whole_or_below_one():
    assert len(count_faults(first=True, shortlist=2.0)) == 2
    assert count_faults(first=1, shortlist=None) == []


def test_a_share_in_percent_is_refused_and_one_rounded_up_is_not():
    table = pd.DataFrame({"score": [1.0000001, 62.0], "coverage": [None, 1.0]}, index=["a", "b"])
    (fault,) = share_faults(table, "sites", ("score", "coverage", "none"))
    assert "score is a share of 0–1, holds 62 in row 'b'" in fault


def test_a_name_is_on_two_lines_at_most_and_none_is_wider_than_its_column():
    sheet = Sheet(200.0, 50.0)
    for name in ("Mill", "Land bounded by Priory Queensway and Chapel Street and the canal " * 3, "W" * 200):
        lines = name_lines(sheet, name)
        assert len(lines) <= 2
        assert all(sheet.measure(line, NAME_SIZE) <= NAME_WIDTH + 1e-6 for line in lines)
    assert name_lines(sheet, "Mill") == ["Mill"]


def test_a_name_of_several_lines_is_one_and_a_missing_one_is_the_id():
    assert plain_name("E1:a", " Mill\nStreet ") == "Mill Street"
    assert plain_name("E1:a", float("nan")) == plain_name("E1:a", "  ") == "E1:a"


def test_every_other_row_is_shaded():
    made = new_page(30.0, title="T")
    table = pd.DataFrame({"rank": [1.0, 2.0, 3.0], "site_name": ["Mill", None, "Yard"]}, index=["a", "b", "c"])
    before = len(made.sheet._figure.artists)
    write_names(made.sheet, rows_of(table, made.top, 8.0), 8.0)
    assert len(made.sheet._figure.artists) == before + 1
    assert words(made.sheet)[-6:] == ["1", "Mill", "2", "b", "3", "Yard"]


def test_nothing_to_show_is_written_in_the_middle():
    made = new_page(page.EMPTY_HEIGHT, title="T")
    say_nothing(made, "Nothing")
    assert words(made.sheet)[-1] == "Nothing"
