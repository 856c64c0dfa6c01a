"""Which sales a price surface is fitted to, one reason at a time, and their attributes by hand."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.sales import sales_table
from siteprior.appraisal.prices.usable_sales import places_of, usable_sales
from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters

DAY = date(2025, 9, 1)
HERE = (400_000, 290_000)


@pytest.mark.parametrize(
    ("column", "value", "usable"),
    [
        ("used", "no", False),
        ("used", None, False),
        ("gbp_per_m2", np.nan, False),
        ("gbp_per_m2", 0.0, False),
        ("floor_area_m2", np.nan, False),
        ("floor_area_m2", 0.0, False),
        ("property_type", "other", False),
        ("property_type", None, False),
        ("property_type", "semi-detached", True),
        ("new_build", None, False),
        ("new_build", "yes", True),
        ("transfer_date", "2025-09-01", True),
        ("transfer_date", "2025-09-02", False),
        ("transfer_date", None, False),
        ("postcode", None, True),
        ("tenure", None, True),
        ("category", None, True),
    ],
)
def test_one_reason_at_a_time(column, value, usable):
    assert len(usable_sales(sales_table([HERE], **{column: [value]}), price_date=DAY)) == usable


def test_a_sale_without_a_place_is_not_usable():
    sales = sales_table([HERE, HERE])
    sales.iloc[0, sales.columns.get_loc("geometry")] = None
    assert usable_sales(sales, price_date=DAY).index.tolist() == ["t00001"]


def test_the_attributes_of_one_sale_by_hand():
    sales = sales_table([(401_500, 292_500)], floor_area_m2=100.0, gbp_per_m2=3000.0, new_build="yes",
                        property_type="flat", transfer_date="2024-09-01", postcode="B1 1AA")  # fmt: skip
    reference = load_parameters("price_surface").table("hedonic").number("reference_size")
    assert reference == 80
    (row,) = usable_sales(sales, price_date=DAY).to_dict("records")
    assert row == {
        "x": 401_500.0, "y": 292_500.0, "property_type": "flat", "new": 1.0, "size": pytest.approx(np.log(1.25)),
        "years": pytest.approx(365 / 365.25), "log_price": pytest.approx(np.log(3000)), "postcode": "B1 1AA",
    }  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_the_sales_changes_nothing(order):
    sales = sales_table([(400_000 + n, 290_000) for n in range(6)], used=["yes", "no", "yes", "yes", "no", "yes"])
    one, other = usable_sales(sales, price_date=DAY), usable_sales(sales.iloc[list(order)], price_date=DAY)
    pd.testing.assert_frame_equal(one, other)
    assert one.index.tolist() == ["t00000", "t00002", "t00003", "t00005"]


def test_no_sales_give_an_empty_table_with_its_columns():
    table = usable_sales(sales_table([]), price_date=DAY)
    assert table.empty
    assert list(table) == ["x", "y", "property_type", "new", "size", "years", "log_price", "postcode"]


def test_a_shape_counts_by_its_centroid_and_no_place_is_unknown():
    shapes = [shapely.box(0, 0, 10, 20), None, shapely.Point(3, 4), shapely.Point()]
    places = places_of(gpd.GeoDataFrame(geometry=shapes, crs=27700), "sites")
    assert places[[0, 2]].tolist() == [[5, 10], [3, 4]]
    assert np.isnan(places[[1, 3]]).all()


@pytest.mark.parametrize("crs", [4326, None])
def test_places_in_another_system_are_refused_with_the_fix(crs):
    with pytest.raises(InputError, match=r"sites: .*EPSG:27700"):
        places_of(gpd.GeoDataFrame(geometry=[shapely.Point(3, 4)], crs=crs), "sites")
