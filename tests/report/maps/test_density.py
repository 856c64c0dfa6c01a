from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest

from siteprior.report.maps import density
from siteprior.report.maps.density import is_crowded, squares
from siteprior.report.maps.overview import draw_map


def test_every_point_lies_in_one_square_of_its_own_corner():
    points = np.array([[0.0, 0.0], [9.999, 9.999], [10.0, 0.0], [-0.1, 5.0]])
    boxes, counts = squares(points, 10.0)
    assert [shape.bounds for shape in boxes] == [(-10, 0, 0, 10), (0, 0, 10, 10), (10, 0, 20, 10)]
    assert counts.tolist() == [1, 2, 1]
    assert counts.sum() == len(points)


@pytest.mark.parametrize(("many", "crowded"), [(5000, False), (5001, True)])
def test_sites_are_crowded_beyond_the_parameter(many, crowded):
    assert is_crowded(gpd.GeoDataFrame(geometry=gpd.points_from_xy(np.zeros(many), np.zeros(many)))) is crowded


def test_a_crowded_map_is_another_and_the_same_each_time(made_up, monkeypatch):
    tables = (made_up.sites, made_up.shortlist, made_up.corridors, made_up.stops, made_up.areas)
    words = {"title": "Made up", "attribution": "Invented."}
    dots = draw_map(*tables, **words)
    monkeypatch.setattr("siteprior.report.maps.overview.is_crowded", lambda _: True)
    crowded = draw_map(*tables, **words)
    assert crowded[1:4] == b"PNG"
    assert crowded != dots
    assert draw_map(*tables, **words) == crowded


def test_the_key_names_every_class(monkeypatch):
    written = []

    class Key:
        def line(self, words, size):
            written.append(words)

        def entry(self, sample, words):
            written.append(words)

    density.density_entries(Key())
    assert written == ["Other sites in a square", "1 to 9", "10 to 49", "50 or more"]
