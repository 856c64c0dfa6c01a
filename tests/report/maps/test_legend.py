"""The key of a map, and how sites, stops and ranks look: what stands where, in which colours."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from siteprior.report import style
from siteprior.report.maps.canvas import Sheet
from siteprior.report.maps.legend import (
    FIGURES,
    MANY_FIGURES,
    RANK,
    RING,
    Key,
    dots_shown,
    draw_dots,
    draw_number,
    draw_ranks,
    draw_stop,
    mark,
    mode_mark,
    number,
    site_dot,
    site_entries,
    stop_entries,
    stroke,
)


@pytest.fixture
def sheet():
    return Sheet(120, 120)


@pytest.fixture
def map_(sheet):
    """Return a map of 1 km square, 10 m to the mm, 10 mm off the corner."""
    return sheet.map((10.0, 10.0, 100.0, 100.0), (0.0, 0.0, 1000.0, 1000.0))


def texts(sheet):
    return [(text.get_text(), *text.get_position()) for text in sheet._figure.texts]


def discs(sheet):
    return [artist for artist in sheet._figure.get_children() if hasattr(artist, "get_radius")]


def lines(sheet):
    return [artist for artist in sheet._figure.get_children() if isinstance(artist, Line2D)]


def sites(*rows):
    """Return sites from (x, y, eligible, rank); of None for x no place."""
    points = [None if x is None else shapely.Point(x, y) for x, y, *_ in rows]
    table = pd.DataFrame([row[2:] for row in rows], columns=["eligible", "rank"])
    return gpd.GeoDataFrame(table, geometry=points, crs=27700)


def test_a_key_down_a_column_goes_down_and_across_goes_right(sheet):
    down = Key(sheet, 10, 100)
    down.heading("Sites")
    heights = [down.entry(stroke(2), "one"), down.entry(stroke(2), "two")]
    assert 100 > heights[0] > heights[1]
    assert down.x == 10
    across = Key(sheet, 10, 50, across=True)
    across.heading("Stops")
    first = across.x
    across.entry(stroke(2), "open")
    assert across.x > first > 10
    assert across.y == 50
    across.next_row(6)
    assert (across.x, across.y) == (10, 44)


def test_words_too_long_for_their_space_are_cut(sheet):
    key = Key(sheet, 10, 100)
    key.entry(stroke(2), "A corridor of a very long name indeed", space=25)
    ((shown, x, _),) = texts(sheet)
    assert shown.endswith("…")
    assert x + sheet.measure(shown, key.size) <= 10 + 25 + 1e-6


@pytest.mark.parametrize(
    ("ranks", "dots", "words"),
    [
        (True, ["no", "yes"],
         ["Sites", "1", "Shortlisted, with rank", "Ranked, not shortlisted", "Considered, not ranked"]),
        (False, ["no", "yes"], ["Sites", "Ranked", "Considered, not ranked"]),
        (True, ["no"], ["Sites", "1", "Shortlisted, with rank", "Considered, not ranked"]),
        (False, ["yes"], ["Sites", "Ranked"]),
        (False, [], []),
    ],
)  # fmt: skip
def test_the_key_explains_the_sites_that_are_drawn(sheet, ranks, dots, words):
    site_entries(Key(sheet, 10, 100), ranks=ranks, dots=dots)
    assert [word for word, *_ in texts(sheet)] == words


def test_dots_outside_the_frame_and_without_a_place_are_not_shown(map_):
    table = sites((500, 500, "yes", 1), (5000, 500, "no", None), (None, None, "no", None))
    assert dots_shown(map_, table) == ["yes"]
    assert dots_shown(map_, table.iloc[1:]) == []
    assert dots_shown(map_, sites((1000, 0, "no", None), (1, 1, "yes", 2))) == ["no", "yes"]


@pytest.mark.parametrize(("across", "words"), [(True, ["open", "not stated"]), (False, ["Open", "Not stated"])])
def test_stops_are_named_by_their_state(sheet, across, words):
    stop_entries(Key(sheet, 10, 100, across=across), ["open", "not stated"])
    assert [word for word, *_ in texts(sheet)] == words


def test_modes_have_their_marks_and_what_is_planned_is_hollow():
    rail, metro, planned = mode_mark("rail", "open"), mode_mark("metro", "open"), mode_mark("metro", "planned")
    assert (rail["marker"], metro["marker"]) == ("s", "o")
    assert metro["markerfacecolor"] == planned["markeredgecolor"] == style.MODES["metro"]
    assert planned["markerfacecolor"] == metro["markeredgecolor"] == style.WHITE
    assert mode_mark("bus", "closed")["markerfacecolor"] == style.WHITE


def test_dots_of_the_eligible_are_larger_and_their_own_colour():
    yes, no = site_dot("yes"), site_dot("no")
    assert (yes["color"], no["color"]) == (style.SITE, style.SITE_OUT)
    assert yes["markersize"] > no["markersize"]
    assert site_dot("yes", 2)["markersize"] == 2 * yes["markersize"]


@pytest.mark.parametrize(
    ("state", "radii", "crosses"),
    [("open", [1.45, 1.1], 0), ("planned", [1.45, 1.1], 0), ("closed", [1.45, 1.1], 2), ("not stated", [0.75], 0)],
)
def test_a_stop_is_filled_hollow_crossed_or_small(sheet, state, radii, crosses):
    draw_stop(sheet, 20, 30, state)
    assert [disc.get_radius() for disc in discs(sheet)] == radii
    assert len(lines(sheet)) == crosses
    fill = {"open": style.INK, "not stated": style.GREY}.get(state, style.WHITE)
    assert to_hex(discs(sheet)[-1].get_facecolor()) == fill.lower()


@pytest.mark.parametrize("figures", ["1", "12", "123", "1234"])
def test_more_figures_are_smaller_and_fit_their_disc(sheet, figures):
    draw_number(sheet, 20, 30, figures, True)
    (text,) = sheet._figure.texts
    assert text.get_fontsize() == pytest.approx(FIGURES.get(len(figures), MANY_FIGURES) * RANK)
    assert sheet.measure(figures, text.get_fontsize(), fontweight="bold") < 2 * RANK


def test_a_rank_is_filled_where_it_is_shortlisted(sheet):
    for place, shortlisted in enumerate((True, False)):
        number(shortlisted)(sheet, 20 + 10 * place, 30)
    filled, hollow = (to_hex(disc.get_facecolor()) for disc in discs(sheet))
    assert (filled, hollow) == (style.ACCENT.lower(), style.WHITE.lower())


def test_sites_without_a_place_or_outside_the_frame_have_no_dot(map_):
    draw_dots(map_, sites((500, 500, "yes", 1), (2000, 500, "yes", 2), (None, None, "yes", 3), (100, 100, "no", None)))
    drawn = [line.get_xydata().tolist() for line in lines(map_.sheet)]
    assert drawn == [[[20, 20]], [[60, 60]]]


def test_ranks_do_not_hide_one_another_and_a_line_leads_to_the_site_moved(map_):
    table = sites((500, 500, "yes", 2), (502, 500, "yes", 1), (900, 900, "yes", 3), (None, None, "yes", 4))
    shown = draw_ranks(map_, table)
    assert shown[0].tolist() == pytest.approx([60.2, 60])  # the first of the ranking stays where it is
    assert np.hypot(*(shown[0] - shown[1])) >= 2 * (RANK + RING) * 0.999
    assert shown[2].tolist() == pytest.approx([100, 100])
    assert [words for words, *_ in texts(map_.sheet)] == ["3", "2", "1"]  # the first lies on top
    ends = {tuple(map(tuple, line.get_xydata())) for line in lines(map_.sheet)}
    assert len(ends) == 1
    ((start, _),) = ends
    assert start == pytest.approx((60, 60))


def test_ranks_stay_inside_the_frame(map_):
    shown = draw_ranks(map_, sites((0, 0, "yes", 1), (1000, 1000, "yes", 2)))
    edge = RANK + 2 * RING
    assert shown.min() >= 10 + edge - 1e-9
    assert shown.max() <= 110 - edge + 1e-9


def test_a_mark_stands_where_it_is_asked_for(sheet):
    mark(marker="s")(sheet, 20, 30)
    (line,) = lines(sheet)
    assert line.get_xydata().tolist() == [[20, 30]]
    assert line.get_marker() == "s"
