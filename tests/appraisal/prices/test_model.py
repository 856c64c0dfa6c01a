"""The hedonic regression against rules it should find, and neighbourhoods counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from factories.sales import invented_sales
from siteprior.appraisal.prices.model import fit_hedonic, fit_model, hedonic, neighbourhood_features
from siteprior.appraisal.prices.usable_sales import usable_sales


def facts(n=600, **options):
    held = usable_sales(invented_sales(n, seed=3, **options), price_date=date(2025, 9, 1))
    held = held.drop(columns="postcode")
    return pd.concat(
        [held, neighbourhood_features(held[["x", "y"]].to_numpy(), held, own=True).set_index(held.index)], axis=1
    )


def test_the_regression_finds_the_premium_of_new_homes_and_the_price_of_size():
    held = facts(3000, noise=0.05, slope=0.0)
    weights = fit_hedonic(held)
    one = held.head(1).assign(property_type="flat", new=0.0, size=0.0, years=0.0)
    assert hedonic(weights, one.assign(new=1.0)) - hedonic(weights, one) == pytest.approx(0.2, abs=0.02)
    assert hedonic(weights, one.assign(size=1.0)) - hedonic(weights, one) == pytest.approx(-0.2, abs=0.05)
    assert hedonic(weights, one.assign(property_type="detached")) - hedonic(weights, one) == pytest.approx(
        0.15, abs=0.02
    )


def test_prices_of_earlier_years_are_brought_to_the_price_date():
    held = facts(2000, noise=0.02, slope=0.0)
    held["log_price"] -= 0.05 * held["years"]
    weights = fit_hedonic(held)
    one = held.head(1)
    assert hedonic(weights, one.assign(years=0.0)) - hedonic(weights, one.assign(years=1.0)) == pytest.approx(
        0.05, abs=0.01
    )


def test_a_neighbourhood_is_the_nearest_others_and_holds_no_price():
    held = facts(60)
    here = held[["x", "y"]].to_numpy()
    found = neighbourhood_features(here, held, own=True)
    assert not any("price" in name for name in found)
    distance = np.hypot(*(here[7] - here).T)
    distance[7] = np.inf
    nearest = np.argsort(distance)[:30]
    assert found.loc[7, "share_flat"] == pytest.approx((held["property_type"].to_numpy()[nearest] == "flat").mean())
    assert found.loc[7, "mean_new"] == pytest.approx(held["new"].to_numpy()[nearest].mean())
    assert found.loc[7, "far_10"] == pytest.approx(np.log(np.sort(distance)[9] + 100))


def test_many_homes_at_one_place_do_not_count_themselves():
    held = facts(60)
    held[["x", "y"]] = 0.0
    found = neighbourhood_features(held[["x", "y"]].to_numpy(), held, own=True)
    assert len(found) == 60
    assert found["far_10"].eq(np.log(100)).all()


def test_the_model_follows_a_slope_over_the_land_the_regression_cannot_see():
    held = facts(1500, noise=0.05, slope=0.6)
    model = fit_model(held, seed=1)
    one = held.head(1).assign(property_type="flat", new=0.0, size=0.0, years=0.0, y=296_000.0)
    rise = model.predict(one.assign(x=411_000.0)) - model.predict(one.assign(x=401_000.0))
    assert rise == pytest.approx(0.5, abs=0.15)
