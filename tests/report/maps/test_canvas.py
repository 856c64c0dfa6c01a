"""The canvas: millimetres and metres, words that fit, round lengths, and files without a date."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.lines import Line2D
from matplotlib.path import Path

from siteprior.core.errors import InputError
from siteprior.core.schema import STOPS
from siteprior.report.maps.canvas import (
    A4,
    ILLUSTRATIVE,
    MM_PER_INCH,
    PNG_DPI,
    Drawn,
    Sheet,
    _width,
    check_drawing,
    drawable,
    polygon_paths,
    round_length,
    settings,
)


class TestFit:
    def test_cuts_to_the_width_and_no_more(self):
        sheet = Sheet(*A4)
        words = "Former Gasworks, Canal Street, Smethwick"
        assert sheet.fit(words, 7, 200) == words
        cut = sheet.fit(words, 7, 25)
        assert cut.endswith("…")
        assert sheet.measure(cut, 7) <= 25
        assert sheet.measure(words[: len(cut) + 1] + "…", 7) > 25

    def test_wraps_at_words(self):
        lines = Sheet(*A4).wrap("Wednesbury Great Western Street", 6.4, 27)
        assert " ".join(lines) == "Wednesbury Great Western Street"
        assert len(lines) == 2


class TestLettersTheFontHasNot:
    NAMES = ("🏗️ Mill Lane 👩🏽‍🔧", "旧工場", "Mill\u200dLane \U000e0041", "a\tb\x07c")

    @pytest.mark.parametrize("look", [{}, {"fontweight": "bold"}])
    @pytest.mark.parametrize("words", NAMES)
    @pytest.mark.filterwarnings("error")
    def test_are_drawn_and_measured_without_a_warning(self, words, look):
        with settings():
            sheet = Sheet(60, 30)
            _width.__wrapped__(words, 7, tuple(look.items()))
            sheet.text(5, 5, words, 7, halo=2.0, **look)
            assert [sheet.save(each)[:4] for each in ("png", "svg")] == [b"\x89PNG", b"<?xm"]

    def test_each_is_one_sign_and_marks_are_left_out(self):
        assert drawable("🏭 Mill") == "\ufffd Mill"
        assert drawable("旧工場") == "\ufffd" * 3
        assert drawable("Mill\u200dLane") in ("MillLane", "Mill\u200dLane")

    def test_what_the_font_has_stays(self):
        words = "Łódź Rd – £5 → “A”…\nтри"
        assert drawable(words) == drawable(words, weight="bold") == words

    def test_a_sheet_is_the_same_as_with_the_sign_itself(self):
        def sheet(words):
            with settings():
                sheet = Sheet(60, 30)
                sheet.text(5, 5, words, 7)
                return sheet.pixels()

        assert (sheet("🏭 Mill") == sheet("\ufffd Mill")).all()
        assert (sheet("🏭 Mill") != sheet("Mill")).any()


@given(st.floats(1e-3, 1e7))
@example(math.nextafter(1000, 0))  # its logarithm rounds up to 3
@example(math.nextafter(1e-3, 1))
def test_the_longest_round_length_that_fits(most):
    length = round_length(most)
    assert length <= most * (1 + 1e-12)
    assert length * 2.5 >= most * (1 - 1e-9)
    assert f"{length:.0e}"[0] in "125"


@pytest.mark.parametrize(("most", "length"), [(1, 1), (1.99, 1), (2, 2), (4.99, 2), (5, 5), (9.99, 5), (999.9, 500)])
def test_round_lengths_by_hand(most, length):
    assert round_length(most) == length


@pytest.fixture(scope="module")
def map_():
    """Return a map of 1 km by 500 m in a frame of 100 by 50 mm, 10 mm off the corner."""
    return Sheet(120, 70).map((10.0, 10.0, 100.0, 50.0), (400_000.0, 290_000.0, 401_000.0, 290_500.0))


def test_metres_stand_where_they_belong_in_millimetres(map_):
    assert map_.metres == 10
    places = map_.places([[400_000, 290_000], [401_000, 290_500], [400_500, 290_250]])
    assert places.tolist() == [[10, 10], [110, 60], [60, 35]]
    assert map_.places([]).shape == (0, 2)
    assert map_.shows([[400_000, 290_000], [400_999, 290_501]]).tolist() == [True, False]


def test_a_view_of_another_shape_is_widened_not_stretched():
    shown = Sheet(120, 70).map((10.0, 10.0, 100.0, 50.0), (0.0, 0.0, 500.0, 500.0))
    assert shown.view == (-250, 0, 750, 500)
    assert shown.metres == 10


def test_the_scale_bar_is_as_long_as_it_says(map_):
    """A sixth of 1,000 m is 166 m: 100 m, 10 mm on this map."""
    west, south, east, _ = map_.scale_bar(north=False)
    assert (west, south) == (10, 10)
    assert east >= 10 + 3 + 10
    drawn = [line for line in map_.sheet._figure.get_children() if isinstance(line, Line2D)]
    bars = [line for line in drawn if len(line.get_xdata()) == 2]
    assert {float(np.ptp(line.get_xdata())) for line in bars} == {10.0}
    assert "100 m" in [text.get_text() for text in map_.sheet._figure.texts]


def test_what_is_measured_once_is_remembered_and_leaves_nothing_on_the_sheet():
    sheet = Sheet(*A4)
    wide = sheet.measure("Walsall", 7)
    assert sheet.measure("Walsall", 14) == pytest.approx(2 * wide, rel=0.05)
    assert sheet.measure("Walsall", 7, fontweight="bold") > wide
    assert sheet._figure.texts == []
    before = _width.cache_info()
    assert Sheet(50, 50).measure("Walsall", 7) == wide
    assert _width.cache_info().hits == before.hits + 1


def test_a_heading_and_a_foot_say_how_much_space_is_left():
    sheet = Sheet(100, 100)
    below = sheet.head("Title", under="under", illustrative=True)
    above = sheet.foot("Contains X", notes="A note")
    words = [text.get_text() for text in sheet._figure.texts]
    assert words == ["Title", "under", ILLUSTRATIVE, "Contains X", "A note"]
    heights = {text.get_text(): text.get_position()[1] for text in sheet._figure.texts}
    assert heights["Title"] > heights["under"] > heights[ILLUSTRATIVE] > below
    assert above > heights["A note"] > heights["Contains X"]


def test_a_dollar_sign_starts_no_formula():
    sheet = Sheet(100, 100)
    sheet.text(1, 1, "Costs $5, or $6", 7)
    assert sheet.pixels().shape == (int(100 / MM_PER_INCH * PNG_DPI), int(100 / MM_PER_INCH * PNG_DPI), 3)


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_a_sheet_is_the_same_file_each_time_without_a_date(file_format):
    def saved():
        with settings():
            sheet = Sheet(50, 50)
            sheet.disc(25, 25, 10, facecolor="#123456")
            return sheet.save(file_format, title="T", description="D & E")

    once = saved()
    assert saved() == once
    assert b"Date" not in once
    assert b"Software" not in once
    if file_format == "svg":
        assert b"D &amp; E" in once


def test_a_disc_has_its_size_and_its_colour():
    sheet = Sheet(50, 50)
    sheet.disc(25, 25, 10, facecolor="#123456", edgecolor="none")
    share = (sheet.pixels() == (0x12, 0x34, 0x56)).all(axis=-1).mean()
    assert share == pytest.approx(math.pi * 10**2 / 50**2, rel=0.02)


def test_holes_turn_the_other_way_round_and_what_is_no_polygon_is_left_out():
    ring = shapely.box(0, 0, 9, 9) - shapely.box(3, 3, 6, 6)
    turned = shapely.reverse(ring)
    shapes = np.array([ring, turned, shapely.Point(0, 0), shapely.Polygon(), shapely.MultiPolygon([ring])])
    paths = polygon_paths(shapes)
    assert len(paths) == 3
    for path in paths:
        starts = np.flatnonzero(path.codes == Path.MOVETO)
        outer, hole = np.split(path.vertices, starts[1:])
        assert shapely.LinearRing(outer).is_ccw
        assert not shapely.LinearRing(hole).is_ccw
        assert (path.codes == Path.CLOSEPOLY).sum() == 2


def test_tables_off_the_grid_and_unknown_formats_are_refused_at_once():
    stops = replace(STOPS, index="")
    here = gpd.GeoDataFrame({"stop_name": ["Dudley Port"]}, geometry=[shapely.Point(0, 0)], crs=27700)

    def drawn(table, needs=("stop_name",)):
        return Drawn(table, stops, needs)

    check_drawing({"sites": drawn(here)})
    with pytest.raises(InputError) as raised:
        check_drawing(
            {
                "sites": drawn(here.to_crs(4326)),
                "stops": drawn(gpd.pd.DataFrame({"stop_name": [1]})),
                "areas": drawn(here, ("state",)),
            },
            "pgn",
        )
    assert [fault.partition(";")[0] for fault in raised.value.faults] == [
        "sites: is in EPSG:4326, needs metres in EPSG:27700", "stops: has no geometry",
        "stops: stop_name needs text, holds 1 in row '0'", "areas: lacks the columns state",
        "unknown picture format 'pgn'",
    ]  # fmt: skip
