"""How sites look on a strip map: areas as homes, one scale for all strips, colours of bands and verdicts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.strips import make_rows, make_sites, make_stops
from siteprior.core.schema import VERDICTS
from siteprior.report import style
from siteprior.report.maps.canvas import A4, Sheet
from siteprior.report.maps.strip_data import strip_facts
from siteprior.report.maps.strip_legend import (
    HEAD,
    HOMES_TO_SQMM,
    LARGEST,
    ROW,
    SMALLEST,
    draw_key,
    draw_site,
    draw_table,
    fills,
    radius,
    scale,
    table_height,
)


def strip(homes, *, listed=20):
    stops = make_stops(["Alder", "Birch"], [0.0, 1000.0], ["open", "planned"])
    sites = make_sites(len(homes), homes=homes)
    rows = make_rows(sites, np.linspace(0, 1000, len(homes)), 100.0, "left")
    return strip_facts(stops, rows, sites, corridor="Line", listed=listed, reach_m=960)


def words(sheet):
    return [text.get_text() for text in sheet._figure.texts]


@given(st.floats(1, 1e5), st.floats(1, 1e5))
def test_areas_are_as_homes(one, other):
    per_home = 0.01
    if min(one, other) * per_home >= SMALLEST**2:
        assert (radius(one, per_home) / radius(other, per_home)) ** 2 == pytest.approx(one / other)


def test_small_and_unknown_sites_have_the_smallest_bubble():
    assert radius(0.0, 0.01) == radius(float("nan"), 0.01) == SMALLEST


def test_the_scale_is_the_same_until_a_bubble_would_be_too_large():
    assert math.pi * radius(500, scale(strip([10.0, 500.0]))) ** 2 == pytest.approx(500 * HOMES_TO_SQMM)
    assert radius(100_000, scale(strip([10.0, 100_000.0]))) == pytest.approx(LARGEST)
    for unknown in ([np.nan, np.nan], [0.0, 0.0]):
        assert scale(strip(unknown)) == pytest.approx(HOMES_TO_SQMM / math.pi)


def test_bands_run_from_the_best_down_and_verdicts_have_their_own_colours():
    sites = pd.DataFrame({"score_band": ["low", "high", None, "low"], "score": [0.3, 0.9, 0.5, 0.4]})
    assert list(fills(sites, "score_band")) == ["high", "low"]
    assert fills(sites, "score_band") == style.bands(["high", "low"])
    assert fills(sites, "market_failure") == {verdict: style.VERDICT_FILLS[verdict] for verdict in VERDICTS}


@pytest.mark.parametrize(
    ("fill", "known", "face", "edge"),
    [
        ("#7a2100", True, "#7a2100", style.WHITE),
        ("#7a2100", False, style.WHITE, "#7a2100"),
        (None, True, style.SITE_UNRANKED, style.WHITE),
    ],
)
def test_a_site_is_filled_ringed_or_pale(fill, known, face, edge):
    from matplotlib.colors import to_hex

    sheet = Sheet(*A4)
    draw_site(sheet, 10, 20, 3, fill, known, 5)
    (disc,) = [artist for artist in sheet._figure.get_children() if hasattr(artist, "get_radius")]
    assert (to_hex(disc.get_facecolor()), to_hex(disc.get_edgecolor())) == (face.lower(), edge.lower())
    assert (disc.get_radius(), disc.center) == (3, (10, 20))


@pytest.mark.parametrize(("listed", "columns", "rows"), [(1, 1, 1), (4, 2, 2), (4, 3, 2), (3, 1, 3)])
def test_the_table_is_as_high_as_its_longest_column(listed, columns, rows):
    assert table_height(strip([10.0] * 6, listed=listed), columns) == pytest.approx(HEAD + rows * ROW)
    assert table_height(strip([10.0] * 6, listed=0), columns) == 0


def test_the_table_lists_rank_walk_homes_and_verdict_column_by_column():
    sheet = Sheet(*A4)
    draw_table(sheet, strip([10.0, 2000.0, np.nan, 5.0]), {"E08:1"}, 100.0, 2)
    said = words(sheet)
    assert said.count("Site") == said.count("Walk") == 2
    assert [word for word in said if word.startswith("Works")] == [f"Works $ {n} $" for n in (1, 2, 3)]
    assert {"100 m", "10", "2,000", "–", "Identified", "Indicated", "Not found", "1", "2", "3"} <= set(said)
    empty = Sheet(*A4)
    draw_table(empty, strip([10.0, 5.0], listed=0), set(), 100.0, 2)
    assert words(empty) == []


def key_words(shown, paint, colour_by, shortlist=()):
    sheet = Sheet(*A4)
    draw_key(sheet, shown, paint, colour_by, 60.0, shortlist)
    return words(sheet)


def test_the_key_names_only_what_the_strip_shows():
    shown = strip([10.0, np.nan, 20.0])
    best, other = shown.sites["score_band"].dropna().iloc[0], "a band of another strip"
    said = key_words(shown, {best: "#7a2100", other: "#000000"}, "score_band", [shown.listed.index[0]])
    assert {"open", "planned", "50", "200", "500", "not known", "shortlisted", "Score", best} <= set(said)
    assert not {"closed", "not stated", other} & set(said)
    assert "considered, not ranked" in said  # the last of the sites
    plain = key_words(strip([10.0, 20.0], listed=0), fills(shown.sites, "market_failure"), "market_failure")
    assert "Market failure" in plain
    assert not {"not known", "Rank"} & set(plain)


def test_the_key_explains_the_numbers_that_stand_there():
    shown = strip([10.0, 30.0, 20.0])
    paint = fills(shown.sites, "score_band")
    both = {"shortlisted", "ranked, not shortlisted"}
    listed = list(shown.listed.index)
    assert both & set(key_words(shown, paint, "score_band", listed)) == {"shortlisted"}
    assert both & set(key_words(shown, paint, "score_band")) == {"ranked, not shortlisted"}
    assert len(listed) > 1
    assert both <= set(key_words(shown, paint, "score_band", listed[:1]))


def test_a_ranked_site_without_a_band_has_its_colour_explained():
    shown = strip([10.0, 20.0])
    blank = shown._replace(sites=shown.sites.assign(score_band=None))
    said = key_words(blank, fills(shown.sites, "score_band"), "score_band")
    assert "not known" in said
    assert not set(fills(shown.sites, "score_band")) & set(said)
