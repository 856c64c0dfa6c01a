"""The strip map: everything in its place, nothing on top of another, and the same bytes each time."""

from __future__ import annotations

import io

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.image import imread

from factories.strips import make_rows, make_sites, make_stops
from siteprior.core.errors import InputError
from siteprior.report import style
from siteprior.report.maps.canvas import A4, Sheet
from siteprior.report.maps.legend import RANK
from siteprior.report.maps.strip import NAME_GAP, draw_strip_map, strip_map_words


@pytest.fixture(scope="module")
def small():
    stops = make_stops(["Alder", "Birch", "Cedar"], [0.0, 1000.0, 3000.0], ["open", "open", "planned"])
    sites = make_sites(5, homes=[10.0, 210.0, 3000.0, np.nan, 60.0])
    rows = make_rows(
        sites, [0, 900, 950, 960, 3000], [100, 900, 300, 250, 700], ["left", "right", "left", "left", "right"]
    )
    return stops, rows, sites


def draw(tables, **changes):
    options = {"corridor": "Line", "title": "Costs $5, or $6", "attribution": "Contains $ and <b>.", "reach_m": 960}
    return draw_strip_map(*tables, **{**options, **changes})


@pytest.fixture(scope="module")
def picture(small):
    return draw(small)


def drawn(png):
    pixels = (imread(io.BytesIO(png))[..., :3] * 255).round().astype(int)
    red, green, blue = pixels.reshape(-1, 3).T
    return {f"#{value:06x}" for value in np.unique(red << 16 | green << 8 | blue)}, pixels


@pytest.fixture
def record(monkeypatch):
    """Keep what is written and which discs are drawn, with their places in mm."""
    texts, discs = [], []
    text, disc = Sheet.text, Sheet.disc

    def write(self, x, y, words, size, **look):
        if (x, y) != (0, 0):  # not what is only measured
            texts.append((x, y, words, look))
        return text(self, x, y, words, size, **look)

    def fill(self, x, y, radius, **look):
        discs.append((x, y, radius))
        return disc(self, x, y, radius, **look)

    monkeypatch.setattr(Sheet, "text", write)
    monkeypatch.setattr(Sheet, "disc", fill)
    return texts, discs


def test_a4_landscape_in_the_colours_of_the_style(picture, small):
    found, pixels = drawn(picture)
    assert pixels.shape[:2] == (int(210 / 25.4 * 200), int(297 / 25.4 * 200))
    bands = style.bands(["0.7 and over", "under 0.7"])
    assert {style.CORRIDORS["metro"], style.ACCENT, style.INK, style.SITE_UNRANKED, *bands.values()} <= found
    found, _ = drawn(draw(small, colour_by="market_failure"))
    assert set(style.VERDICT_FILLS.values()) <= found


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_same_tables_same_bytes_whatever_the_users_settings(small, file_format):
    first = draw(small, file_format=file_format)
    with mpl.rc_context({"font.family": "serif", "savefig.dpi": 30, "svg.hashsalt": "other", "axes.facecolor": "red"}):
        assert draw(small, file_format=file_format) == first
    assert b"atplotlib" not in first.replace(b"matplotlib.axis", b"")
    assert b"tIME" not in first
    assert b"<dc:date>" not in first


def test_svg_carries_its_words(small):
    svg = draw(small, file_format="svg").decode()
    assert svg.startswith("<?xml")
    assert "Strip map of Line from Alder to Cedar" in svg


def test_order_of_rows_changes_nothing(picture, small):
    stops, rows, sites = small
    assert draw((stops.iloc[::-1], rows.iloc[::-1], sites.iloc[::-1])) == picture


def test_a_planned_stretch_is_dashed(small):
    stops, rows, sites = small
    metro = np.array([int(style.CORRIDORS["metro"][i : i + 2], 16) for i in (1, 3, 5)])

    def blue(states):
        _, pixels = drawn(draw((stops.assign(state=states), rows, sites)))
        return (pixels == metro).all(axis=-1).sum()

    open_, planned = blue(["open"] * 3), blue(["open", "open", "planned"])
    # Two thirds of the line are dashed, 1.6 on and 0.7 off.
    assert planned / open_ == pytest.approx(1 / 3 + 2 / 3 * 1.6 / 2.3, abs=0.05)


def test_a_line_of_no_stated_kind_is_drawn_in_its_own_grey(small):
    stops, rows, sites = small
    found, _ = drawn(draw((stops.assign(kind=stops["kind"].mask(stops["kind"].notna())), rows, sites)))
    assert style.CORRIDOR_NOT_STATED in found
    assert style.CORRIDORS["metro"] not in found


def test_illustrative_run_says_so(small, record):
    draw(small, illustrative=True)
    assert "Illustrative data – not real sites" in [words for *_, words, _ in record[0]]


def test_table_lists_the_highest_ranked_in_order_with_what_is_known(small, record):
    draw(small, listed=4, shortlist=["E08:2"])
    words = [words for *_, words, _ in record[0]]
    assert [w for w in words if w.startswith("Works")] == [f"Works $ {i} $" for i in range(1, 5)]
    assert "3,000" in words
    assert "–" in words  # homes not known are not zero
    assert any(w.startswith("Above the line: sites left of it, going from Alder to Cedar;") for w in words)


def test_fewer_are_listed_where_asked_and_it_says_so(small, record):
    draw(small, listed=2)
    words = " ".join(words for *_, words, _ in record[0])
    assert "Numbered: the 2 highest ranked of 4 sites" in words
    assert "Works $ 3 $" not in words


def test_left_stands_above_and_right_below_at_its_walk(small, record):
    draw(small)
    _, discs = record
    # The stops stand above their key; the sites are found by their size.
    line = max(y for _, y, radius in discs if radius == 1.1)
    y = {round(radius, 2): y - line for _, y, radius in discs}
    largest, other = 6.5, round(np.sqrt(210 * 6.5**2 / 3000), 2)
    assert y[largest] > 0 > y[other]
    half = (-y[other] - 3.25) / 900  # mm to the metre of walk
    assert y[largest] == pytest.approx(3.25 + 300 * half)


@pytest.mark.parametrize("beyond", [1e-6, 400.0])
def test_a_site_beyond_an_end_stop_stands_at_it_with_its_number(small, record, beyond):
    stops, rows, sites = small
    _, discs = record
    draw(small)
    within = len(discs)
    discs.clear()
    draw((stops, rows.assign(chainage_m=[-beyond, 3000 + beyond, 950, 960, 3000]), sites))
    assert len(discs) == within  # no site and no number less
    sizes = [round(np.sqrt(homes * 6.5**2 / 3000), 2) for homes in (210, 60)]
    at = [{x for x, _, radius in discs if round(radius, 2) == size} for size in sizes]
    assert at[0] & at[1]  # the one beyond the last stop, and the one beside it


def test_a_site_without_a_chainage_is_reported(small):
    stops, rows, sites = small
    lost = rows.assign(chainage_m=rows["chainage_m"].where(rows["site_id"] != "E08:2"))
    assert "1 site is not drawn: their place" not in strip_map_words(stops, rows, sites, corridor="Line")
    assert "1 site is not drawn" in strip_map_words(stops, lost, sites, corridor="Line")
    assert draw((stops, lost, sites)) != draw(small)


def test_thirty_five_crowded_stops_and_twenty_sites_at_one_point_do_not_overlap(record):
    chainage = np.concatenate([np.linspace(0, 2000, 20), np.linspace(6000, 25_000, 15)])
    stops = make_stops([f"Stop of some length {i}" for i in range(35)], chainage)
    sites = make_sites(41)
    rows = make_rows(sites, 7000.0, np.linspace(50, 900, 41), ["left", "right"] * 20 + ["left"])
    _, pixels = drawn(draw((stops, rows, sites)))
    assert pixels.shape[1] > pixels.shape[0]
    texts, discs = record
    names = sorted(x for x, _, words, look in texts if look.get("rotation_mode") == "anchor")
    assert len(names) == 35
    assert np.diff(names).min() >= NAME_GAP - 1e-9
    numbers = np.array([(x, y) for x, y, radius in discs if radius == RANK])
    apart = np.hypot(*(numbers[:, None] - numbers[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 2 * RANK
    assert numbers[:, 0].min() > RANK
    assert numbers[:, 0].max() < A4[0] - RANK


def test_more_stops_than_a_row_can_name_stand_in_rows_on_an_upright_sheet(record):
    stops = make_stops([f"Stop {i}" for i in range(90)], np.linspace(0, 27_000, 90))
    sites = make_sites(4)
    rows = make_rows(sites, [0, 9000, 18_000, 27_000], 300.0, "left")
    _, pixels = drawn(draw((stops, rows, sites)))
    assert pixels.shape[0] > pixels.shape[1]
    names = [words for *_, words, look in record[0] if look.get("rotation_mode") == "anchor"]
    assert sorted(names) == sorted(stops["stop_name"])  # each once


@pytest.mark.parametrize("count", [20, 120])
def test_figures_of_the_scale_do_not_overlap_and_the_farthest_walk_is_reported(record, count):
    stops = make_stops([f"Stop {i}" for i in range(count)], np.linspace(0, 27_000, count))
    sites = make_sites(4)
    draw((stops, make_rows(sites, [0, 9000, 18_000, 27_000], 300.0, "left"), sites))
    scale = [(y, words) for _, y, words, look in record[0] if words.endswith(" m") and look.get("ha") == "right"]
    figures = sorted(y for y, words in scale if words in ("400 m", "800 m", "960 m"))
    assert sum(words == "960 m" for _, words in scale) == 2 * {20: 1, 120: 3}[count]
    assert min(np.diff(figures)) > 2.0


def test_a_corridor_of_one_stop_or_without_sites_is_drawn():
    stops, sites = make_stops(["Alder"], [0.0]), make_sites(2)
    rows = make_rows(sites, 0.0, 10.0, "on the line")
    assert style.ACCENT in drawn(draw((stops, rows, sites)))[0]
    assert style.INK in drawn(draw((stops, rows.iloc[:0], sites), reach_m=None))[0]


def test_faults_are_named(small):
    stops, rows, sites = small
    with pytest.raises(InputError, match="unknown corridor 'Lin'; did you mean 'Line'"):
        draw(small, corridor="Lin")
    with pytest.raises(InputError, match="colour_by"):
        draw(small, colour_by="rank")
    with pytest.raises(InputError, match="picture format 'gif'"):
        draw(small, file_format="gif")
    with pytest.raises(InputError, match="lacks the columns side"):
        draw((stops, rows.drop(columns="side"), sites))
    with pytest.raises(InputError, match="names sites that are not in sites, such as 'E08:1'"):
        draw((stops, rows, sites.iloc[1:]))
    with pytest.raises(InputError, match="no stop has a chainage"):
        draw((stops.assign(chainage_m=np.nan), rows, sites))
    with pytest.raises(InputError) as caught:
        draw((stops.to_crs(4326), rows, sites.to_crs(4326)))
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["corridor_stops", "sites"]
