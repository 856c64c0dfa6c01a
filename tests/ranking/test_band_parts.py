"""Bands by what they come from: each kind of doubt alone, and all together as rank_bands has it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.core.errors import InputError
from siteprior.ranking.band_parts import rank_band_parts
from siteprior.ranking.bands import rank_bands

WEIGHTS = {"a": 5.0, "b": 3.0, "c": 2.0}
OPTIONS = {"seed": 3, "draws": 300}


def sites(number, seed=3):
    index = pd.Index([f"E1:{n}" for n in range(number)], name="site_id")
    return pd.DataFrame(np.random.default_rng(seed).random((number, 3)).round(2), index, list("abc"))


def part(table, name):
    return table[[f"rank_p05_{name}", f"rank_p95_{name}"]].set_axis(["rank_p05", "rank_p95"], axis=1)


def test_each_part_is_the_band_of_its_own_doubt():
    values = sites(30)
    values.iloc[4, 0] = np.nan
    low, high = (values - 0.1).clip(lower=0).fillna(0), (values + 0.1).clip(upper=1).fillna(1)
    done = rank_band_parts(values, WEIGHTS, low=low, high=high, spread=0.3, **OPTIONS)
    assert list(done.columns) == [
        f"rank_{end}_{name}" for name in ("weights", "measured", "missing", "all") for end in ("p05", "p95")
    ]
    pd.testing.assert_frame_equal(part(done, "weights"), rank_bands(values, WEIGHTS, spread=0.3, **OPTIONS))
    whole = rank_bands(values, WEIGHTS, low=low, high=high, spread=0.3, **OPTIONS)
    pd.testing.assert_frame_equal(part(done, "all"), whole)
    given = values.fillna(0)
    ends = {"low": low, "high": high.where(values.notna(), 0.0)}
    pd.testing.assert_frame_equal(part(done, "measured"), rank_bands(given, WEIGHTS, spread=0, **ends, **OPTIONS))
    ends = {"low": given, "high": values.fillna(1)}
    pd.testing.assert_frame_equal(part(done, "missing"), rank_bands(given, WEIGHTS, spread=0, **ends, **OPTIONS))


def test_by_hand_one_criterion():
    # known 0.1 … 0.9, and one that nobody knows: it alone is open between first and last, the others by one place
    values = pd.DataFrame({"a": [n / 10 for n in range(9, 0, -1)] + [np.nan]})
    low, high = values.fillna(0), values.fillna(1)
    done = rank_band_parts(values, {"a": 1}, low=low, high=high, seed=1, draws=2000)
    assert part(done, "weights")["rank_p95"].tolist() == list(range(1, 11))
    pd.testing.assert_frame_equal(part(done, "weights"), part(done, "measured"))
    assert part(done, "missing").iloc[-1].tolist() == [1, 10]
    pd.testing.assert_frame_equal(part(done, "missing"), part(done, "all"))


def test_what_is_known_in_part_counts_as_missing():
    values = sites(20)
    low, high = values.copy(), values.copy()
    high.iloc[2] = 1.0
    known = values.notna().astype(float)
    known.iloc[2] = 0.4
    done = rank_band_parts(values, WEIGHTS, low=low, high=high, known=known, **OPTIONS)
    as_measured = rank_band_parts(values, WEIGHTS, low=low, high=high, **OPTIONS)
    pd.testing.assert_frame_equal(part(done, "missing"), part(as_measured, "measured"))
    assert (part(done, "measured")["rank_p05"] == part(done, "measured")["rank_p95"]).all()
    pd.testing.assert_frame_equal(part(done, "all"), part(as_measured, "all"))


def test_rows_in_any_order():
    values = sites(25)
    low, high = (values - 0.1).clip(lower=0), (values + 0.1).clip(upper=1)
    done = rank_band_parts(values, WEIGHTS, low=low, high=high, **OPTIONS)
    mixed = values.sample(frac=1, random_state=1)
    again = rank_band_parts(mixed, WEIGHTS, low=low.loc[mixed.index], high=high.loc[mixed.index], **OPTIONS)
    pd.testing.assert_frame_equal(again.loc[done.index], done)


def test_without_ranges_there_is_nothing_to_part():
    with pytest.raises(InputError, match="low, high: needs both"):
        rank_band_parts(sites(3), WEIGHTS, low=None, high=None, seed=1)
    with pytest.raises(InputError, match="need 0 ≤ low ≤ value ≤ high ≤ 1"):
        rank_band_parts(sites(3), WEIGHTS, low=sites(3) + 0.1, high=sites(3) + 0.1, seed=1)
