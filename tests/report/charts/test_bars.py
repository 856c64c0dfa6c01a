"""Bars: what is refused, what the words count, and that a longer bar is a longer bar."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from siteprior.core.errors import InputError
from siteprior.report.charts.bars import COLOURS, bars_words, draw_bars

TABLE = pd.DataFrame({"settled": [3, 0], "open": [1, 8]}, index=["Indicated", "Cannot tell"])


def pixels(picture, colour):
    """Return how many pixels have a colour."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    shown = np.round(imread(io.BytesIO(picture))[..., :3] * 255)
    return int((shown == rgb).all(axis=-1).sum())


def test_the_area_of_a_colour_is_its_share_of_the_sum():
    table = TABLE.rename(index={"Indicated": "a", "Cannot tell": "b"})
    picture = draw_bars(table, title="T", unit="sites")
    key = pixels(draw_bars(table.assign(settled=0), title="T", unit="sites"), COLOURS[0])
    settled, still = (pixels(picture, colour) for colour in COLOURS[:2])
    assert (still - key) / (settled - key) == pytest.approx(9 / 3, rel=0.05)


@pytest.mark.parametrize("stacked", [True, False])
def test_the_same_table_gives_the_same_bytes(stacked):
    one, other = (draw_bars(TABLE, title="T", unit="sites", stacked=stacked) for _ in range(2))
    assert one == other


def test_missing_has_no_bar_and_zero_is_no_missing_value():
    gap = pd.DataFrame({"sites": [2.0, None]}, index=["a", "b"])
    assert draw_bars(gap, title="T", unit="sites") != draw_bars(gap.fillna(1), title="T", unit="sites")
    assert bars_words(gap, unit="sites") == "a: 2 sites; b: not known."
    assert bars_words(gap.iloc[:0], unit="sites") == "There is nothing to show."
    assert draw_bars(gap.iloc[:0], title="T", unit="sites")[1:4] == b"PNG"


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ([1], "needs a table"),
        (TABLE.iloc[:, :0], "needs 1 to 4 columns"),
        (pd.DataFrame({"a": [1, -2]}), "column 'a' has -2 in row '1'"),
        (pd.DataFrame({"a": ["x"]}), "column 'a' has x in row '0'"),
        (pd.DataFrame({"a": [float("inf")]}), "column 'a' has inf"),
    ],
)
def test_what_are_no_bars_is_refused(table, fault):
    with pytest.raises(InputError, match=fault):
        draw_bars(table, title="T", unit="sites")
