"""The map of core indices: each class in its mark and place, names that hide nothing, and the same bytes."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point

from factories.pictures import FORMULA, marks, words
from siteprior.core.errors import InputError
from siteprior.core.schema import CRS
from siteprior.programme import core_index as programme
from siteprior.report import style
from siteprior.report.maps import core_index
from siteprior.report.maps.canvas import ILLUSTRATIVE, settings
from siteprior.report.maps.core_index import core_index_words, draw_core_index, short_name


def opportunities(*rows):
    """Make opportunities from (name, core index, class, chosen, east, north), in metres from the south-west."""
    frame = pd.DataFrame(rows, columns=["site_name", "core_index", "core_class", "chosen", "x", "y"])
    frame.index = pd.Index([f"E1:{place}" for place in range(len(rows))], name="site_id")
    places = gpd.points_from_xy(395_000 + frame.pop("x"), 288_000 + frame.pop("y"))
    return gpd.GeoDataFrame(frame, geometry=places, crs=CRS)


@pytest.fixture
def table():
    return opportunities(
        ("Mill Street Depot, Alder", 1.0, "always in", "yes", 2000, 2000),
        (FORMULA, 1.0, "always in", "no", 6000, 2000),
        ("Yard", 0.25, "borderline", "yes", 2000, 5000),
        ("Works", 0.75, "borderline", "no", 4000, 5000),
        ("Field", 0.0, "never in", "no", 6000, 5000),
        ("Lane", None, None, "no", 8000, 5000),
    )


def figure(table, made_up, *, illustrative=False):
    with settings():
        return core_index._figure(table, made_up.areas, made_up.corridors, "Title", "Source", illustrative=illustrative)


def draw(table, made_up, **changes):
    options = {"areas": made_up.areas, "corridors": made_up.corridors, "title": "T", "attribution": "A"}
    return draw_core_index(table, **{**options, **changes})


def colour(mark):
    return mpl.colors.to_hex(mark.get_markerfacecolor())


def test_the_classes_are_those_of_the_programme():
    assert (core_index.ALWAYS, core_index.BORDERLINE, core_index.NEVER) == (
        programme.ALWAYS, programme.BORDERLINE, programme.NEVER,
    )  # fmt: skip


def test_each_class_has_its_mark_and_colour(table, made_up):
    found = marks(figure(table, made_up))
    always, borderline = found["always in E1:0"], found["borderline E1:2"]
    assert (always.get_marker(), colour(always)) == ("o", style.CORE_ALWAYS)
    assert (borderline.get_marker(), colour(borderline)) == ("D", style.blend(*style.CORE_BORDERLINE, 0.25))
    assert colour(found["borderline E1:3"]) == style.blend(*style.CORE_BORDERLINE, 0.75)
    assert colour(found["never in E1:4"]) == style.CORE_NEVER
    assert colour(found["could not be chosen E1:5"]) == style.WHITE
    sizes = [found[name].get_markersize() for name in ("always in E1:1", "borderline E1:3", "never in E1:4")]
    assert sizes == sorted(sizes, reverse=True)


def test_marks_lie_where_the_opportunities_do(table, made_up):
    found = marks(figure(table, made_up))
    x, y = np.array([found[name].get_xydata()[0] for name in ("always in E1:0", "always in E1:1", "borderline E1:2")]).T
    assert (x[1] - x[0]) / (y[2] - y[0]) == pytest.approx(4000 / 3000)
    assert (y[1], x[2]) == pytest.approx((y[0], x[0]))


def test_what_was_chosen_has_a_dark_edge(table, made_up):
    found = marks(figure(table, made_up))
    dark = {name for name, mark in found.items() if hasattr(mark, "get_markeredgecolor")
            and mark.get_markeredgecolor() == style.INK}  # fmt: skip
    assert dark == {"always in E1:0", "borderline E1:2"}
    plain = table.drop(columns="chosen")
    assert not any("chosen (" in text for text in words(figure(plain, made_up)) if text.startswith("Dark"))
    assert "Dark edge: chosen (2)" in words(figure(table, made_up))


def test_what_is_always_in_is_named_and_nothing_else(table, made_up):
    sheet = figure(table, made_up)
    names = {name for name in marks(sheet) if name.startswith("name ")}
    assert names == {"name E1:0", "name E1:1"}
    assert "Mill Street Depot" in words(sheet)
    unnamed = table.assign(site_name=None)
    assert {"E1:0", "E1:1"} <= set(words(figure(unnamed, made_up)))


def test_names_of_a_crowd_hide_neither_one_another_nor_a_mark_and_the_key_counts_them(made_up):
    crowd = opportunities(
        *((f"Site {row}{column} at some length", 1.0, "always in", "no", 3000 + 350 * row, 3000 + 350 * column)
          for row in range(7) for column in range(7))
    )  # fmt: skip
    sheet = figure(crowd, made_up)
    found = marks(sheet)
    renderer = sheet._canvas.get_renderer()
    boxes = [shapely.box(*text.get_window_extent(renderer).padded(-3).extents)
             for name, text in found.items() if name.startswith("name ")]  # fmt: skip
    assert 5 < len(boxes) < 49
    assert not any(one.intersects(other) for one, other in combinations(boxes, 2))
    places = [mark.get_transform().transform(mark.get_xydata())[0] for name, mark in found.items()
              if name.startswith("always in")]  # fmt: skip
    assert len(places) == 49
    assert not any(box.contains(Point(place)) for box in boxes for place in places)
    assert f"{len(boxes)} of them named, as far as" in words(sheet)


def test_the_key_counts_each_class_and_lists_what_there_is(table, made_up):
    written = set(words(figure(table, made_up)))
    assert {"Always in (2)", "Borderline (2), in 10%", "in 90%", "Never in (1)", "Could not be chosen (1)"} <= written
    assert {"Corridors", "Metro", "Proposed metro", "Rail"} <= written
    few = set(words(figure(table.iloc[:2], made_up)))
    assert not any(text.startswith(("Borderline", "Never", "Could not")) for text in few)


def test_same_tables_same_bytes_and_no_dollar_starts_a_formula(table, made_up):
    first = draw(table, made_up, title=FORMULA, attribution=FORMULA)
    with mpl.rc_context({"font.family": "serif", "lines.markersize": 30}):
        assert draw(table, made_up, title=FORMULA, attribution=FORMULA) == first
    assert first[1:4] == b"PNG"
    assert b"Software" not in first
    assert ILLUSTRATIVE in words(figure(table, made_up, illustrative=True))


def test_empty_tables_and_missing_places_do_no_harm(table, made_up):
    assert "No opportunity to show." in words(figure(table.iloc[:0], made_up))
    nothing = {"areas": made_up.areas.iloc[:0], "corridors": made_up.corridors.iloc[:0]}
    for some in (table, table.iloc[:0]):
        assert draw(some, made_up, **nothing)[1:4] == b"PNG"
    unplaced = table.set_geometry(gpd.GeoSeries([None] * len(table), index=table.index, crs=CRS))
    assert not any(name.startswith("always in") for name in marks(figure(unplaced, made_up)))


def test_faults_of_all_tables_are_named_at_once(table, made_up):
    with pytest.raises(InputError) as caught:
        draw(table.drop(columns=["core_class", "site_name"]), made_up, areas=made_up.areas.to_crs(4326),
             corridors=made_up.corridors.drop(columns="kind"))  # fmt: skip
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["opportunities", "areas", "corridors"]
    assert "lacks the columns site_name, core_class;" in caught.value.faults[0]
    with pytest.raises(InputError, match="core_index is a share of 0–1, holds 25"):
        draw(table.assign(core_index=25), made_up)
    with pytest.raises(InputError, match="unknown value of core_class 'sometimes'"):
        draw(table.assign(core_class="sometimes"), made_up)


def test_the_words_count_the_classes(table):
    assert core_index_words(table) == (
        "Of 6 opportunities 2 are in every good programme over the weights looked at, 2 in some, 1 in none; 1 could "
        "not be chosen. The chosen programme has 2."
    )
    assert core_index_words(table.iloc[:5].drop(columns="chosen")).endswith("2 in some, 1 in none.")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Old Works, Mill Lane", "Old Works, Mill Lane"),
        ("Former Steel Works, Mill Lane", "Former Steel Works"),
        ("1, 2, 3, 4, 5, Mill Lane", "1, 2, 3, 4, 5, Mill Lane"),
        (" Mill\n Street Yard ", "Mill Street Yard"),
        (",,,", ",,,"),
    ],
)
def test_a_name_is_cut_at_a_comma_that_leaves_enough_of_it(name, short):
    assert short_name(name) == short
