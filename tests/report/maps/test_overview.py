"""The map: the same bytes, the right colours in the right places, and nothing that needs a window or a network."""

from __future__ import annotations

import io
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread
from shapely.affinity import translate

from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.report import style
from siteprior.report.maps.canvas import Sheet
from siteprior.report.maps.overview import AREAS_OF_NEED, KEY_WIDTH, MARGIN, WIDTH, draw_map


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


@pytest.fixture
def key(monkeypatch):
    """Draw a map and return the words of its key, below the headings on the sheet that is kept."""

    def of(tables, **changes):
        sheets = []
        wrap = Sheet.text
        monkeypatch.setattr(Sheet, "text", lambda self, x, y, words, *a, **k: (
            sheets.append((self, x, words)), wrap(self, x, y, words, *a, **k))[1])  # fmt: skip
        draw(tables, **changes)
        kept = sheets[-1][0]
        return {words for sheet, x, words in sheets if sheet is kept and x >= WIDTH - MARGIN - KEY_WIDTH}

    return of


def test_the_key_lists_what_is_drawn(key, made_up):
    words = key(made_up)
    assert {"Shortlisted, with rank", "Ranked, not shortlisted", "Considered, not ranked"} <= words
    assert {"Rail", "Metro", "Proposed metro", "Rail, open", "Metro, planned", "Not known"} <= words
    assert not {"Metro, closed", "Bus, open"} & words


def test_a_corridor_of_no_stated_kind_is_drawn_and_stands_last_of_them_in_the_key(key, made_up):
    lines = made_up.corridors.assign(kind=made_up.corridors["kind"].mask(made_up.corridors["kind"] == "rail"))
    found, _ = drawn(draw(made_up, corridors=lines, stops=made_up.stops.iloc[:0]))
    assert style.CORRIDOR_NOT_STATED in found
    assert style.CORRIDORS["rail"] not in found
    words = key(made_up, corridors=lines)
    assert {"Corridors", "Metro", "Proposed metro", "Kind not stated"} <= words
    assert "Kind not stated" not in key(made_up)
    bare = made_up.corridors.assign(kind=made_up.corridors["kind"].mask(made_up.corridors["kind"].notna()))
    assert {"Corridors", "Kind not stated"} <= key(made_up, corridors=bare)


def test_the_key_lists_no_line_no_stop_and_no_site_that_is_not_on_the_map(key, made_up):
    lines = made_up.corridors.copy()
    tram = lines["kind"] == "proposed-metro"
    lines.loc[tram, "geometry"] = None
    assert "Proposed metro" not in key(made_up, corridors=lines)
    elsewhere = made_up.corridors.copy()
    elsewhere.loc[tram, "geometry"] = [translate(elsewhere.geometry[tram].iloc[0], 4e5)]
    assert "Proposed metro" not in key(made_up, corridors=elsewhere)
    ranked = made_up.sites[made_up.sites["rank"].notna()]
    words = key(made_up, sites=ranked, shortlist=ranked)
    assert "Shortlisted, with rank" in words
    assert not {"Ranked, not shortlisted", "Considered, not ranked"} & words
    assert "Shortlisted, with rank" not in key(made_up, shortlist=made_up.shortlist.iloc[:0])


def test_without_deprivation_none_is_explained(key, made_up):
    unknown = made_up.areas.assign(imd_decile=None)
    words = key(made_up, areas=schema.conform(unknown, AREAS_OF_NEED))
    assert "Not known" in words
    assert not {"most deprived", "least"} & words
    assert "Deprivation" not in key(made_up, areas=made_up.areas.iloc[:0])
