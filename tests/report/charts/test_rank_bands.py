"""The chart of rank bands: dots at the ranks, bands from their 5th to their 95th percentile, and the same bytes."""

from __future__ import annotations

import math
from itertools import pairwise

import matplotlib as mpl
import pandas as pd
import pytest

from factories.pictures import FORMULA, ends, marks, middle, words
from siteprior.core.errors import InputError
from siteprior.report.charts import rank_bands
from siteprior.report.charts.rank_bands import LEAST_WIDE, draw_rank_bands, rank_bands_words
from siteprior.report.maps.canvas import ILLUSTRATIVE, settings

PARTS = ("weights", "measured", "missing", "all")


def bands(ranks, low, high, **columns):
    """Make a table of ranks whose bands are alike for every part."""
    index = pd.Index([f"E1:{place}" for place in range(len(ranks))], name="site_id")
    table = pd.DataFrame({"site_name": [f"Site {place}" for place in range(len(ranks))], "rank": ranks}, index=index)
    for part in PARTS:
        table[f"rank_p05_{part}"], table[f"rank_p95_{part}"] = low, high
    return table.assign(**columns)


def figure(table, *, first=25, end=25, illustrative=False):
    with settings():
        return rank_bands._figure(table, "Title", "Source", first, end, illustrative=illustrative)


@pytest.fixture
def table():
    """Return three sites at the ranks 1, 10 and 100, each with a band to the others."""
    return bands([1, 10, 100], [1, 1, 10], [10, 100, 100])


def test_dots_stand_at_the_logarithm_of_the_ranks(table):
    found = marks(figure(table))
    x = [middle(found[f"rank E1:{place}"])[0] for place in range(3)]
    assert (x[1] - x[0]) / (x[2] - x[0]) == pytest.approx(math.log10(10) / math.log10(100))
    y = [middle(found[f"rank E1:{place}"])[1] for place in range(3)]
    assert y[0] > y[1] > y[2]


def test_bands_run_from_the_fifth_to_the_ninety_fifth_percentile(table):
    found = marks(figure(table))
    one, ten, hundred = (middle(found[f"rank E1:{place}"])[0] for place in range(3))
    for part in PARTS:
        assert ends(found[f"{part} E1:0"]) == pytest.approx((one, ten))
        assert ends(found[f"{part} E1:1"]) == pytest.approx((one, hundred))
        assert ends(found[f"{part} E1:2"]) == pytest.approx((ten, hundred))


def test_each_part_has_its_own_ends_and_height():
    table = bands([10, 1], [10, 1], [10, 100], rank_p05_missing=[1, 1], rank_p95_measured=[100, 100])
    found = marks(figure(table))
    ten, one = (middle(found[f"rank E1:{place}"])[0] for place in range(2))
    assert ends(found["missing E1:0"]) == pytest.approx((one, ten))
    assert ends(found["measured E1:0"])[0] == pytest.approx(ten)
    assert ends(found["measured E1:0"])[1] == pytest.approx(ends(found["all E1:1"])[1])
    low, high = ends(found["weights E1:0"])  # a rank that does not move is seen all the same, in its place
    assert (high - low, (low + high) / 2) == pytest.approx((LEAST_WIDE, ten))
    heights = [(found[f"{part} E1:0"].get_y(), found[f"{part} E1:0"].get_height()) for part in PARTS]
    spans = sorted((y, y + tall) for y, tall in heights)
    assert all(high <= low for (_, high), (low, _) in pairwise(spans))


def test_a_missing_band_is_not_drawn(table):
    table.loc["E1:1", "rank_p05_missing"] = None
    found = marks(figure(table))
    assert "missing E1:1" not in found
    assert {"missing E1:0", "weights E1:1", "rank E1:1"} <= set(found)


def test_the_first_by_rank_are_drawn_and_no_other():
    table = bands([3, 1, None, 2], 1, 4)
    found = marks(figure(table, first=2))
    assert [name for name in found if name.startswith("rank ")] == ["rank E1:1", "rank E1:3"]
    assert "Of the first 2 of 3 opportunities" in " ".join(words(figure(table, first=2)))


def test_the_end_of_the_shortlist_is_marked_where_the_axis_reaches_it(table):
    found = marks(figure(table, end=5))
    one, ten, _ = (middle(found[f"rank E1:{place}"])[0] for place in range(3))
    x = found["shortlist"].get_xdata()[0]
    assert (x - one) / (ten - one) == pytest.approx(math.log10(5.5))
    assert "shortlist" not in marks(figure(table, end=100))


def test_shares_of_draws_stand_on_the_right_with_what_they_count(table):
    assert not any("in first" in text for text in words(figure(table)))
    sheet = figure(table.assign(top_k_acceptability=[0.874, None, 0.0], top_k_if_missing_drawn=[0.5, 0.5, 1.0]), end=7)
    found = marks(sheet)
    assert found["top_k_acceptability E1:0"].get_text() == "87%"
    assert "top_k_acceptability E1:1" not in found
    assert found["top_k_if_missing_drawn E1:2"].get_text() == "100%"
    assert words(sheet).count("in first 7:") == 2


def test_names_ids_and_the_warning_are_written_and_no_dollar_starts_a_formula(table):
    table["site_name"] = [FORMULA, None, "Land bounded by Priory Queensway and Chapel Street, " * 4]
    sheet = figure(table, illustrative=True)
    written = words(sheet)
    assert {"E1:1", ILLUSTRATIVE} <= set(written)
    assert FORMULA in written
    assert not any(text.get_parse_math() for text in sheet._figure.texts)
    assert draw_rank_bands(table, title=FORMULA, attribution=FORMULA)[1:4] == b"PNG"


def test_same_table_same_bytes_whatever_the_users_settings(table):
    first = draw_rank_bands(table, title="T")
    with mpl.rc_context({"font.family": "serif", "lines.linewidth": 9, "savefig.dpi": 30}):
        assert draw_rank_bands(table, title="T") == first
    assert draw_rank_bands(table.astype({"rank": "Int64"}), title="T") == first
    assert draw_rank_bands(table.astype(object), title="T") == first
    assert b"Software" not in first
    assert draw_rank_bands(table, title="T", illustrative=True) != first


def test_an_empty_table_gives_a_picture_that_says_so(table):
    for empty in (table.iloc[:0], table.assign(rank=None)):
        assert words(figure(empty)).count("No opportunity is ranked.") == 1
        assert draw_rank_bands(empty, title="T")[1:4] == b"PNG"


def test_one_site_alone_in_first_place_is_drawn():
    assert draw_rank_bands(bands([1], [1], [1]), title="T")[1:4] == b"PNG"


def test_every_missing_column_is_named_at_once(table):
    with pytest.raises(InputError) as caught:
        draw_rank_bands(table[["rank"]], title="T", first=0)
    assert len(caught.value.faults) == 2
    assert caught.value.faults[0].startswith(
        "table: lacks the columns site_name, rank_p05_weights, rank_p95_weights, rank_p05_measured, rank_p95_measured, "
        "rank_p05_missing, rank_p95_missing, rank_p05_all, rank_p95_all;"
    )
    assert "first: needs a whole number from 1" in caught.value.faults[1]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"rank": 0}, "rank needs numbers of at least 1"),
        ({"rank_p05_all": 1.5}, "rank_p05_all needs whole numbers"),
        ({"rank_p05_all": 400}, "rank_p05_all is above rank_p95_all in row 'E1:0'"),
        ({"top_k_acceptability": 87}, "top_k_acceptability is a share of 0–1, holds 87"),
    ],
)
def test_what_cannot_be_is_refused(table, changes, fault):
    with pytest.raises(InputError, match=fault):
        draw_rank_bands(table.assign(**changes), title="T")


def test_the_words_count_who_stays_among_the_first(table):
    assert rank_bands_words(table, shortlist=10) == (
        "Of the first 3 of 3 opportunities, 1 stays among the first 10 over its whole band of all doubts together; "
        "1 over that of weights alone, 1 of measured doubt alone, 1 of what nobody knows alone."
    )
    assert "3 stay among the first 100" in rank_bands_words(table, shortlist=100)
