"""The map before and after."""

from __future__ import annotations

import io

import numpy as np
import pytest

from factories import audit as pieces
from siteprior.report.audit import map as audit_map
from siteprior.report.audit.map import HEIGHT, PANEL, WIDTH, draw_before_after, moved
from siteprior.report.audit.summary import by_council, find
from siteprior.report.maps.canvas import Map, Sheet


@pytest.fixture(scope="module")
def councils():
    areas = pieces.boundaries()
    found = find(**pieces.pile())
    return {each.code: each for each in by_council(found, areas["name"].to_dict(), areas)}


def pixels(picture):
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def near(image, colour, tolerance=40):
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return (np.abs(image - wanted).max(axis=2) <= tolerance).sum()


def draw(council, **changes):
    return draw_before_after(council.sites, boundary=council.boundary, areas=pieces.boundaries().geometry, **changes)


def test_crosses_on_the_left_dots_on_the_right(councils):
    image = pixels(draw(councils["E07000001"]))
    assert image.shape == (HEIGHT, WIDTH, 3)
    left, right = image[38 : 38 + PANEL[1], : WIDTH // 2], image[38 : 38 + PANEL[1], WIDTH // 2 :]
    assert near(left, audit_map.BEFORE) > 20
    assert near(right, audit_map.BEFORE) == 0
    assert near(right, audit_map.AFTER) > 20
    assert near(left, audit_map.AFTER) == 0


def test_a_council_read_as_labelled_is_one_map(councils):
    image = pixels(draw(councils["E07000002"]))
    assert image.shape == (HEIGHT - 34, PANEL[0] + 16, 3)
    assert near(image, audit_map.BEFORE) == near(image, audit_map.AFTER) == 0


def test_the_left_map_widens_to_where_the_labels_put_the_sites(councils):
    sites = councils["E07000001"].sites
    home = audit_map._home(sites, councils["E07000001"].boundary)
    west, south, east, north = audit_map._all_labelled(sites, home)
    assert west < 292_000
    assert north > 402_000
    west, south, east, north = Sheet(100, 100).map((0, 0, *PANEL), (west, south, east, north)).view
    assert (east - west) / (north - south) == pytest.approx(PANEL[0] / PANEL[1])
    assert home[0] < 400_000 < 410_000 < home[2]


def test_without_a_boundary_the_sure_places_make_the_frame(councils):
    sites = councils["E07000001"].sites
    west, _, east, _ = audit_map._home(sites, None)
    assert west < 401_000
    assert 403_000 < east < 410_000
    assert draw_before_after(sites)[:4] == b"\x89PNG"


def test_what_the_maps_cannot_show_is_reported(councils, monkeypatch):
    notes = []
    monkeypatch.setattr(Map, "note", lambda self, words, colour: notes.append(words))
    draw(councils["E07000001"])
    assert notes == ["1 of 4 lie nowhere in Great Britain as labelled", "1 outside this map, 1 without a place"]


def test_no_place_no_map(councils):
    sites = councils["E07000001"].sites
    assert draw_before_after(sites[sites["easting"].isna()]) is None


def test_same_tables_same_bytes(councils):
    assert draw(councils["E07000001"]) == draw(councils["E07000001"])


def test_a_shift_below_the_width_of_a_mark_is_no_move(councils):
    sites = councils["E07000001"].sites.assign(moved_m=[49.0, 51.0, None, 0.0, None])
    assert moved(sites).tolist() == [False, True, True, False, False]
