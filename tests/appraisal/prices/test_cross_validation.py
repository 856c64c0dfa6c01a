"""Blocks, conformal ranges by hand, coverage on errors of a known law, and what the choice of method rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siteprior.appraisal.prices.cross_validation import (
    METHODS,
    SALE,
    SCHEME,
    blocks_of,
    chosen_method,
    coverage,
    errors,
    ranges,
    validation_table,
)


def tried(n=40, *, seed=0, block_size=5):
    rng = np.random.default_rng(seed)
    sales = pd.DataFrame({"log_price": rng.normal(8, 0.3, n), "property_type": "flat", "new": 0.0})
    block = np.arange(n) // block_size
    found = pd.DataFrame({"block": block, "fold": block % 4})
    for method, spread in zip(METHODS, (0.1, 0.2, 0.3, 0.25), strict=True):
        found[method] = sales["log_price"] - rng.normal(0, spread, n)
    return sales, found


def test_blocks_are_squares_of_the_grid():
    sales = pd.DataFrame({"x": [0.0, 2999, 3000, 0, 100], "y": [0.0, 10, 0, 3000, 100]})
    assert blocks_of(sales, block_m=3000).tolist() == [0, 0, 2, 1, 0]


def test_a_range_is_the_conformal_quantile_by_hand():
    held = pd.DataFrame({"error": np.arange(1, 20) / 100, "kind": "flat", "new": 0, "fold": 0})
    # 19 scores, 80%: the 2nd and the 18th
    assert ranges(held, share=0.8).loc["flat"].tolist() == pytest.approx([0.02, 0.18])
    # 90%: the 1st and the 19th
    assert ranges(held, share=0.9).loc["flat"].tolist() == pytest.approx([0.01, 0.19])


def test_a_type_that_errs_more_has_a_wider_range_and_one_without_errors_that_of_all():
    rng = np.random.default_rng(1)
    held = pd.DataFrame(
        {"error": np.r_[rng.normal(0, 0.1, 300), rng.normal(0, 0.3, 300)], "kind": ["flat"] * 300 + ["detached"] * 300}
    )
    band = ranges(held, share=0.8)
    width = (band["high"] - band["low"]).to_dict()
    assert width["flat"] < width[""] < width["detached"]
    assert width["detached"] / width["flat"] == pytest.approx(3, rel=0.35)


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_coverage_of_errors_of_one_law_is_the_nominal_one(share):
    rng = np.random.default_rng(2)
    held = pd.DataFrame(
        {"error": rng.standard_t(4, 4000) * 0.2, "kind": "flat", "new": 0, "fold": np.arange(4000) % 10}
    )
    assert coverage(held, share=share) == pytest.approx(share, abs=0.02)


def test_a_fold_that_errs_otherwise_is_not_covered_by_its_own_errors():
    held = pd.DataFrame({"error": [0.0, 0.01, -0.01] * 10 + [1.0] * 10, "kind": "flat", "new": 0})
    held["fold"] = [0] * 15 + [1] * 15 + [2] * 10
    assert coverage(held, share=0.8, only=held.index[30:]) == 0.0


def test_the_model_is_used_only_where_it_beats_every_median():
    sales, found = tried()
    assert chosen_method(sales, found) == "model"
    found[METHODS[0]] = found[METHODS[1]] + 0.3
    assert chosen_method(sales, found) == "area median, shrunk"
    sales, found = tried()
    found[METHODS[3]] = sales["log_price"]  # comparables that never err
    assert chosen_method(sales, found) == "area median, shrunk"
    assert chosen_method(sales, found.assign(**dict.fromkeys(METHODS, np.nan))) == "area median, shrunk"


def test_errors_of_a_block_are_means_of_enough_sales_new_and_other_apart():
    sales, found = tried(12, block_size=6)
    sales["new"] = [1.0] * 1 + [0.0] * 11
    means = errors(sales, found, "model", of=SCHEME)
    each = errors(sales, found, "model", of=SALE)["error"]
    assert means["new"].tolist() == [0, 0]
    assert means["error"].tolist() == pytest.approx([each[1:6].mean(), each[6:].mean()])


def test_the_table_says_error_bias_and_use_by_hand():
    sales, found = tried()
    found["model"] = sales["log_price"] + np.log(1.1)  # told 10% too much, always
    table = validation_table(sales, found, "model")
    row = table[(table["method"] == "model") & (table["measured"] == SALE)].iloc[0]
    assert row["median_error_percent"] == pytest.approx(10)
    assert row["bias_percent"] == pytest.approx(10)
    assert row["mean_error_gbp_per_m2"] == pytest.approx(0.1 * np.exp(sales["log_price"]).mean())
    assert (row["cases"], row["blocks"], row["used"]) == (40, 8, "yes")
    assert table.loc[table["method"] != "model", "used"].eq("no").all()
