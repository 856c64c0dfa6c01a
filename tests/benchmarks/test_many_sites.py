"""Registers of any number of rows for the benchmark of linearity, and what is fitted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from linearity import ROOT, slopes, with_register
from many_sites import REACH_M, many_sites


@pytest.fixture
def register():
    areas = gpd.GeoSeries.from_xy([400_100, 400_900, 401_100, 400_500], [300_500] * 4, crs=27700).to_crs(4326)
    table = pd.DataFrame({"organisation": "x", "site": ["a", "b", "c", None], "site-address": ["A", "B", "C", None]})
    table["longitude"], table["latitude"] = areas.x.round(6), areas.y.round(6)
    table.loc[3, ["longitude", "latitude"]] = np.nan
    return table


@pytest.fixture
def areas():
    """Two councils that meet where eastings are 401,000."""
    boxes = [shapely.box(400_000, 300_000, 401_000, 301_000), shapely.box(401_000, 300_000, 402_000, 301_000)]
    return gpd.GeoDataFrame({"LADCD_ACTIVE": ["E1", "E2"]}, geometry=boxes, crs=27700)


def test_copies_have_references_of_their_own_and_lie_nearby_in_the_same_council(register, areas):
    made = many_sites(register, areas, 400)
    assert len(made) == 400
    pd.testing.assert_frame_equal(made.iloc[:4], register)
    copies = made.iloc[4:]
    assert copies["site"].is_unique
    assert copies["site-address"].is_unique
    origin = copies["site"].str.rsplit("-", n=1).str[1].astype(int).to_numpy()
    assert sorted(np.unique(origin, return_counts=True)[1].tolist()) == [99] * 4
    points = gpd.GeoSeries.from_xy(made["longitude"], made["latitude"], crs=4326).to_crs(27700)
    start, there = (np.column_stack([each.x, each.y]) for each in (points.iloc[origin], points.iloc[4:]))
    known = origin != 3
    assert not np.isfinite(there[~known]).any()
    moved = np.hypot(*(there[known] - start[known]).T)
    assert moved.max() <= REACH_M + 0.2
    assert np.median(moved) > 200
    assert ((there[known, 0] < 401_000) == (start[known, 0] < 401_000)).all()


def test_fewer_rows_are_drawn_and_stay_as_they_are(register, areas):
    made = many_sites(register, areas, 2)
    assert len(made) == 2
    assert made.merge(register, how="inner").shape == made.shape


def test_the_same_seed_makes_the_same_register(register, areas):
    first, again, other = (many_sites(register, areas, 50, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_slopes_are_per_thousand_rows():
    b, low, high = slopes([8_000, 26_000, 100_000], [18.0, 36.0, 184.0])
    assert (low, high) == (pytest.approx(1.0), pytest.approx(2.0))
    assert 1 < b < 2


def test_the_project_of_england_takes_another_register():
    text = (ROOT / "tests" / "real" / "england.toml").read_text(encoding="utf-8")
    assert 'registers = ["register.csv"]' in with_register(text, "register.csv", few=False)
    few = with_register(text, "register.csv", few=True)
    assert "wmca_lsoa21_bgc" in few
    assert "naptan_*" not in few
    assert "naptan_430" in few
