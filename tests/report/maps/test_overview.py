"""The map: the same bytes, the right colours in the right places, and nothing that needs a window or a network."""

from __future__ import annotations

import io
import sys
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.image import imread
from shapely import LineString, Point, Polygon, box

from siteprior.core.errors import InputError
from siteprior.report import style
from siteprior.report.maps.overview import draw_map
from siteprior.report.maps.placement import declutter, label_position


def draw(tables, **changes):
    given = {name: getattr(tables, name) for name in ("sites", "shortlist", "corridors", "stops", "areas")}
    options = {"title": "Costs $5, or $6", "attribution": "Contains $ and <b>.", "illustrative": False}
    return draw_map(**{**given, **options, **changes})


def drawn(png):
    """Return the colours of a picture as a set of hex texts, and its pixels."""
    pixels = (imread(io.BytesIO(png))[..., :3] * 255).round().astype(int)
    red, green, blue = pixels.reshape(-1, 3).T
    return {f"#{value:06x}" for value in np.unique(red << 16 | green << 8 | blue)}, pixels


@pytest.fixture(scope="module")
def picture(made_up):
    return draw(made_up)


def test_every_layer_is_there_in_its_colour(picture, made_up):
    found, _ = drawn(picture)
    deciles = {style.decile(int(number)) for number in made_up.areas["imd_decile"].dropna().unique()}
    assert deciles | {style.ACCENT, style.CORRIDORS["metro"], style.CORRIDORS["rail"], style.SITE} <= found


def test_width_is_1600_pixels(picture):
    _, pixels = drawn(picture)
    assert pixels.shape[1] == 1600
    assert 820 < pixels.shape[0] < 1600


def test_same_tables_same_bytes_and_no_trace_of_when_or_with_what(picture, made_up):
    assert draw(made_up) == picture
    assert b"Software" not in picture
    assert b"tIME" not in picture


def test_users_matplotlib_settings_change_nothing_and_are_left_alone(picture, made_up):
    with mpl.rc_context({"font.family": "serif", "axes.facecolor": "red", "savefig.dpi": 30}):
        before = mpl.rcParams["font.family"]
        other = draw(made_up)
        assert mpl.rcParams["font.family"] == before
    assert other == picture


def test_illustrative_run_says_so(picture, made_up):
    # The warning adds a line above the map and is the only large text in the accent's colour.
    warned = draw(made_up, illustrative=True)
    _, plain = drawn(picture)
    _, pixels = drawn(warned)
    accent = np.array([int(style.ACCENT[i : i + 2], 16) for i in (1, 3, 5)])
    head, head_plain = ((image[:110, :800] == accent).all(axis=-1).sum() for image in (pixels, plain))
    assert head > 500
    assert head_plain == 0


def test_empty_layers_and_missing_places_do_no_harm(made_up):
    nothing = {name: getattr(made_up, name).iloc[:0] for name in ("shortlist", "corridors", "stops", "areas", "sites")}
    found, _ = drawn(draw(made_up, **nothing))
    assert style.INK in found
    unplaced = made_up.shortlist.copy()
    unplaced["geometry"] = [None] * len(unplaced)
    assert style.SITE in drawn(draw(made_up, shortlist=unplaced.set_crs(27700)))[0]


def test_tables_in_degrees_are_refused_all_at_once(made_up):
    with pytest.raises(InputError) as caught:
        draw(made_up, stops=made_up.stops.to_crs(4326), sites=made_up.sites.set_crs(None, allow_override=True))
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["sites", "stops"]


def test_pyplot_is_not_needed(picture, made_up, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)  # any import of it now fails
    assert draw(made_up) == picture


class TestSpread:
    def test_leaves_points_that_are_far_enough_apart(self):
        points = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]])
        np.testing.assert_array_equal(declutter(points, 30), points)

    def test_the_first_stays_and_the_second_goes_no_farther_than_it_must(self):
        moved = declutter(np.array([[0.0, 0.0], [10.0, 0.0]]), 30)
        np.testing.assert_allclose(moved, [[0, 0], [32.5, 0]], atol=1e-9)  # the next ring of an eighth of the gap

    def test_no_points_and_one(self):
        assert declutter(np.zeros((0, 2)), 30).shape == (0, 2)
        np.testing.assert_array_equal(declutter(np.array([[3.0, 4.0]]), 30), [[3.0, 4.0]])

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=20))
    def test_none_overlap_and_none_goes_far_or_out_of_the_frame(self, places):
        points = np.array(places, dtype=float)
        moved = declutter(points, 10, within=(0, 0, 100, 60))
        apart = np.hypot(*(moved[:, None, :] - moved[None, :, :]).transpose(2, 0, 1))
        np.fill_diagonal(apart, np.inf)
        assert apart.min() > 9.98
        assert (moved >= 0).all()
        assert (moved <= (100, 60)).all()
        assert np.hypot(*(moved - points).T).max() < 60


class TestQuietSpot:
    SQUARE = box(0, 0, 100, 100)

    def test_is_the_middle_where_nothing_is_in_the_way(self):
        x, y = label_position(self.SQUARE, 20, 10, Point())
        assert abs(x - 50) < 3
        assert abs(y - 50) < 3

    def test_keeps_clear_of_what_is_drawn_and_inside_the_shape(self):
        line = LineString([(0, 50), (100, 50)])
        x, y = label_position(self.SQUARE, 40, 10, line)
        label = box(x - 20, y - 5, x + 20, y + 5)
        assert self.SQUARE.contains(label)
        assert label.distance(line) >= 10

    def test_a_name_longer_than_its_shape_still_gets_a_place_in_it(self):
        x, y = label_position(self.SQUARE, 400, 10, Point())
        assert self.SQUARE.contains(Point(x, y))

    def test_a_sliver_too(self):
        sliver = Polygon([(0, 0), (100, 100), (100, 99.99)])
        assert sliver.distance(Point(*label_position(sliver, 5, 5, Point()))) < 1e-9


class TestColours:
    def test_deciles_run_from_dark_to_light(self):
        lights = [sum(int(style.decile(n)[i : i + 2], 16) for i in (1, 3, 5)) for n in range(1, 11)]
        assert lights == sorted(lights)
        assert len(set(lights)) == 10

    def test_bands_run_from_dark_to_light_and_one_is_dark(self):
        assert style.bands(["only"]) == {"only": "#7a2100"}
        assert list(style.bands(["a", "b", "c"]).values()) == ["#7a2100", "#b87b5e", "#f6d5bd"]

    def test_proposals_wear_the_colour_of_their_kind_dashed(self):
        assert style.corridors(["metro", "proposed-metro", "tram of tomorrow"]) == {
            "metro": ("#0072b2", False),
            "proposed-metro": ("#0072b2", True),
            "tram of tomorrow": (style.CORRIDOR_OTHER, False),
        }

    def test_neighbouring_criteria_differ(self):
        shades = list(style.criteria([str(n) for n in range(12)]).values())
        assert all(one != two for one, two in pairwise(shades))
