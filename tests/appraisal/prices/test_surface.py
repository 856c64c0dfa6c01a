"""The surface: what it answers, what it leaves blank, that it repeats, and how it does on the real sales."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories.sales import invented_sales, real_sales, sites_at
from siteprior.appraisal.prices.surface import fit_prices, site_values
from siteprior.appraisal.prices.usable_sales import usable_sales
from siteprior.core import schema
from siteprior.core.errors import InputError, SitePriorError

DAY = date(2025, 9, 1)
VALUES = [column.name for column in schema.SITE_VALUE_COLUMNS]
FLAT = {"property_type": "flat", "new_build": True, "floor_area_m2": 60.0}


@pytest.fixture(scope="module")
def surface():
    return fit_prices(invented_sales(700, seed=5), price_date=DAY, seed=1)


@pytest.fixture(scope="module")
def real_surface(real):
    return fit_prices(real_sales(real), price_date=date(2025, 9, 30), seed=1)


def test_the_model_beats_the_medians_where_prices_follow_a_rule(surface):
    assert surface.method == "model"
    error = surface.validation.query("measured == 'one sale' and homes == 'all'").set_index("method")
    assert error.loc["model", "median_error_percent"] < error.loc["area median", "median_error_percent"] - 2
    assert error.loc["model", "median_error_percent"] == pytest.approx(100 * 0.1 * 0.6745, rel=0.25)  # the noise is 0.1


def test_the_true_price_stands_in_the_scheme_range(surface):
    sites = sites_at((402_000, 296_000), (410_000, 296_000))
    found = surface.estimate(sites, **FLAT, of="mean of a block")
    true = 2500 * np.exp(0.3 * np.array([2, 10]) / 12 + 0.2 - 0.2 * np.log(60 / 80))
    assert np.abs(found["value_gbp_per_m2"] / true - 1).max() < 0.08
    assert (found["value_low_gbp_per_m2"] < found["value_gbp_per_m2"]).all()
    assert (found["value_gbp_per_m2"] < found["value_high_gbp_per_m2"]).all()


def test_a_scheme_varies_less_than_a_sale(surface):
    site = sites_at((406_000, 296_000))
    question = {**FLAT, "new_build": False}
    sale, scheme = (surface.estimate(site, **question, of=of).iloc[0] for of in ("one sale", "mean of a block"))
    assert scheme["value_gbp_per_m2"] == sale["value_gbp_per_m2"]
    assert sale["value_low_gbp_per_m2"] < scheme["value_low_gbp_per_m2"]
    assert scheme["value_high_gbp_per_m2"] < sale["value_high_gbp_per_m2"]


def test_no_place_no_sale_about_and_few_sales_about(surface):
    sites = sites_at((406_000, 296_000), None, (500_000, 200_000), (419_000, 296_000))
    found = surface.estimate(sites, **FLAT)
    assert list(found.columns) == VALUES
    assert found["value_basis"].tolist()[0] == "model"
    assert found.loc[["b", "c"]].isna().all(axis=None)
    assert found.loc["d", "value_basis"] == "area median, shrunk"
    assert found.loc["d", "value_sales"] < 10


def test_too_few_sales_give_no_estimate_and_say_so():
    found = fit_prices(invented_sales(199, seed=5), price_date=DAY, seed=1)
    assert found.note == "no estimate: 199 sales with a place and a floor area, 200 are needed"
    assert found.validation.empty
    assert found.estimate(sites_at((406_000, 296_000)), **FLAT).isna().all(axis=None)


def test_a_type_or_newness_without_sales_has_no_value_nor_has_a_mix_with_it():
    sales = invented_sales(300, seed=6).assign(new_build="no")
    surface = fit_prices(sales[sales["property_type"] != "detached"], price_date=DAY, seed=1)
    sites = sites_at((406_000, 296_000))
    old = {"new_build": False, "floor_area_m2": 90.0}
    assert surface.estimate(sites, property_type="flat", **old).notna().all(axis=None)
    assert surface.estimate(sites, **FLAT).isna().all(axis=None)
    assert surface.estimate(sites, property_type="detached", **old).isna().all(axis=None)
    mix = site_values(sites, surface, mix={"flat": 0.5, "detached": 0.5}, home_size_m2=70, new_build=False)
    assert mix.isna().all(axis=None)


def test_sales_left_out_later_or_without_what_it_takes_do_not_count():
    sales = invented_sales(20, seed=7)
    where = sales.columns.get_loc
    sales.iloc[0, where("used")] = "no"
    sales.iloc[1, where("gbp_per_m2")] = np.nan
    sales.iloc[2, where("transfer_date")] = pd.Timestamp("2025-09-02")
    sales.iloc[3, where("property_type")] = "other"
    sales.iloc[4, where("new_build")] = np.nan
    sales.iloc[5, where("geometry")] = None
    sales.iloc[6, where("transfer_date")] = pd.NaT
    sales.iloc[7, where("transfer_date")] = pd.Timestamp("2025-09-01")
    assert usable_sales(sales, price_date=DAY).index.tolist() == sales.index[7:].tolist()
    assert usable_sales(sales, price_date=DAY)["years"].iloc[0] == 0


def test_the_order_of_sales_and_the_threads_change_nothing(surface):
    from threadpoolctl import threadpool_limits

    sales = invented_sales(700, seed=5)
    with threadpool_limits(limits=1):
        again = fit_prices(sales.sample(frac=1, random_state=2), price_date=DAY, seed=1)
    sites = sites_at((402_000, 296_000), (410_000, 292_000), (419_000, 296_000))
    pd.testing.assert_frame_equal(again.estimate(sites, **FLAT), surface.estimate(sites, **FLAT), check_exact=True)
    pd.testing.assert_frame_equal(again.validation, surface.validation, check_exact=True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.none() | st.tuples(st.integers(395_000, 425_000), st.integers(285_000, 307_000)), min_size=1, max_size=6
    )
)
def test_a_points_estimate_does_not_depend_on_the_others(surface, places):
    sites = sites_at(*places)
    together = surface.estimate(sites, **FLAT)
    for name in sites.index:
        pd.testing.assert_frame_equal(
            surface.estimate(sites.loc[[name]], **FLAT), together.loc[[name]], check_exact=True
        )
    held = together.dropna(subset=["value_gbp_per_m2"])
    assert (held["value_low_gbp_per_m2"] <= held["value_gbp_per_m2"]).all()
    assert (held["value_gbp_per_m2"] <= held["value_high_gbp_per_m2"]).all()


def test_a_mix_is_the_mean_by_floor_area(surface):
    sites = sites_at((406_000, 296_000), None)
    flat, house = (
        surface.estimate(sites, property_type=kind, new_build=True, floor_area_m2=size, of="mean of a block")
        for kind, size in (("flat", 50), ("terraced", 100))
    )
    found = site_values(sites, surface, mix={"flat": 0.5, "terraced": 0.5}, home_size_m2={"flat": 50, "terraced": 100})
    for name in VALUES[:3]:
        assert found.loc["a", name] == pytest.approx((flat.loc["a", name] + 2 * house.loc["a", name]) / 3)
    assert found.loc["a", "value_basis"] == "model"
    assert found.loc["b"].isna().all()


def test_bad_calls_are_refused_with_all_faults(surface):
    sites = sites_at((406_000, 296_000))
    with pytest.raises(InputError, match=r"(?s)castle.*sum to 1.*home_size_m2: needs a floor area"):
        site_values(sites, surface, mix={"castle": 0.4, "flat": 0.4}, home_size_m2={"flat": 50})
    with pytest.raises(SitePriorError, match=r"(?s)unknown property type 'barn'.*no floor area"):
        surface.estimate(sites, property_type="barn", new_build=True, floor_area_m2=-1)
    with pytest.raises(InputError, match="sales: lacks the columns gbp_per_m2"):
        fit_prices(invented_sales(5, seed=1).drop(columns="gbp_per_m2"), price_date=DAY, seed=1)
    with pytest.raises(InputError, match="27700"):
        surface.estimate(sites.to_crs("EPSG:4326"), **FLAT)


def test_on_the_real_sales_the_model_beats_the_medians_and_its_ranges_hold(real_surface):
    table = real_surface.validation
    row = table.query("measured == 'one sale' and homes == 'all'").set_index("method")
    assert real_surface.method == "model"
    assert (row["cases"] == 2179).all()
    assert row.loc["model", "median_error_percent"] < 14.5
    assert (
        row.loc["model", "median_error_percent"] < row.loc["median of nearest comparables", "median_error_percent"] - 1
    )
    assert row.loc["model", "median_error_percent"] < row.loc["area median", "median_error_percent"] - 2
    used = table[(table["used"] == "yes") & table["homes"].isin(["all", "not new"])]
    assert (used["coverage_percent"] - used["interval_percent"]).abs().max() < 5
    assert (used["wide_coverage_percent"] - used["wide_interval_percent"]).abs().max() < 5


def test_on_the_real_sales_places_are_distinguished(real_surface):
    places = {
        "Sutton Coldfield": (412_000, 296_300),
        "West Bromwich": (400_500, 291_000),
        "Solihull": (415_100, 279_400),
    }
    points = gpd.GeoDataFrame(
        index=list(places), geometry=gpd.points_from_xy(*zip(*places.values(), strict=True)), crs=27700
    )
    question = {"property_type": "semi-detached", "new_build": False, "floor_area_m2": 90}
    value = real_surface.estimate(points, **question)["value_gbp_per_m2"]
    assert value["Solihull"] > 1.25 * value["West Bromwich"]
    assert value["Sutton Coldfield"] > 1.2 * value["West Bromwich"]
    assert value.between(1500, 6000).all()
