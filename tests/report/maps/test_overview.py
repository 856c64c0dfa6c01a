"""The map: the same bytes, the right colours in the right places, and nothing that needs a window or a network."""

from __future__ import annotations

import io
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread

from siteprior.core.errors import InputError
from siteprior.report import style
from siteprior.report.maps.overview import draw_map


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
