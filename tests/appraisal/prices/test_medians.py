"""Medians by area, hand-computed, and how they are drawn together."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from siteprior.appraisal.prices.medians import (
    MEDIAN_VARIANCE,
    area_codes,
    area_effects,
    comparable_medians,
    plain_medians,
    sector_codes,
    shrunk_medians,
)


def test_a_group_is_drawn_to_its_parent_by_hand():
    values = pd.Series([1.0, 1.2, 0.8, 3.0, 3.2, 2.8, 3.0, 3.0])
    groups = pd.Series(list("aaabbbbb"))
    # within: (0.08 + 0.08) / (8 − 2); about the parent 2: means −1 of 3, +1 of 5
    within = 0.16 / 6
    between = (3 * 1 + 5 * 1 - 2 * within) / 8
    weight = {g: n * between / (n * between + MEDIAN_VARIANCE * within) for g, n in (("a", 3), ("b", 5))}
    found = shrunk_medians(values, groups, pd.Series(2.0, index=values.index))
    assert found["a"] == pytest.approx(2 - weight["a"])
    assert found["b"] == pytest.approx(2 + weight["b"])
    assert weight["a"] < weight["b"] < 1


def test_groups_that_differ_by_chance_alone_take_their_parents_value():
    values = pd.Series([1.0, -1.0, 1.1, -1.1])
    found = shrunk_medians(values, pd.Series(list("aabb")), pd.Series(0.0, index=values.index))
    assert found.tolist() == [0.0, 0.0]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(-2, 2)), min_size=2, max_size=30), st.floats(-2, 2))
def test_a_shrunk_median_lies_between_the_median_and_the_parent(rows, parent):
    groups, values = (pd.Series(list(column)) for column in zip(*rows, strict=True))
    found = shrunk_medians(values, groups, pd.Series(parent, index=values.index))
    for name, median in values.groupby(groups).median().items():
        assert min(median, parent) - 1e-9 <= found[name] <= max(median, parent) + 1e-9


def test_an_area_without_sales_takes_the_area_around_it_and_then_the_whole():
    codes = pd.DataFrame({"coarse": ["d1"] * 6 + ["d2"] * 6, "fine": ["l1"] * 6 + ["l2"] * 6})
    effects = area_effects([0.1, 0.11, 0.09, 0.1, 0.1, 0.1, -0.1, -0.1, -0.09, -0.11, -0.1, -0.1], codes)
    asked = pd.DataFrame({"coarse": ["d1", "d1", "d9", np.nan], "fine": ["l1", "l9", "l9", np.nan]})
    one, coarse, unknown, nowhere = effects.of(asked)
    assert one == pytest.approx(0.1, abs=0.01)
    assert coarse == effects.coarse["d1"]
    assert unknown == nowhere == effects.whole == 0.0


def test_plain_median_of_the_district_and_type_then_of_the_type():
    train = pd.DataFrame({"property_type": ["flat", "flat", "flat", "terraced"], "log_price": [1.0, 2.0, 6.0, 9.0]})
    codes = pd.DataFrame({"coarse": ["d1", "d1", "d2", "d1"], "fine": ""})
    test = pd.DataFrame({"property_type": ["flat", "flat", "detached"]})
    asked = pd.DataFrame({"coarse": ["d1", "d3", "d1"], "fine": ""})
    assert plain_medians(train, codes, test, asked).tolist() == [1.5, 2.0, 4.0]


def test_comparables_are_the_nearest_of_the_same_type():
    train = pd.DataFrame(
        {
            "x": [0.0, 1, 2, 0],
            "y": 0.0,
            "property_type": ["flat", "flat", "flat", "terraced"],
            "log_price": [1.0, 3, 9, 7],
        }
    )
    test = pd.DataFrame({"x": [0.0, 0, 0], "y": 0.0, "property_type": ["flat", "terraced", "detached"]})
    assert comparable_medians(train, test, count=2).tolist()[:2] == [2.0, 7.0]
    assert np.isnan(comparable_medians(train, test, count=2)[2])


def test_postcodes_that_are_none_have_no_sector():
    found = sector_codes(pd.Series(["WV10 9AB", "B1", "", None]))
    assert found["fine"].tolist()[0] == "WV10 9"
    assert found["fine"].isna().tolist() == [False, True, True, True]


def test_places_take_the_area_they_lie_in_and_the_lowest_code_owns_an_edge():
    areas = gpd.GeoDataFrame(
        {"district_code": ["d2", "d1"]},
        geometry=[box(10, 0, 20, 10), box(0, 0, 10, 10)],
        index=pd.Index(["l2", "l1"], name="lsoa_code"),
        crs="EPSG:27700",
    )
    places = np.array([[5.0, 5], [10, 5], [15, 5], [99, 5], [np.nan, np.nan]])
    found = area_codes(places, areas, pd.RangeIndex(5))
    assert found["fine"].tolist()[:3] == ["l1", "l1", "l2"]
    assert found["coarse"].tolist()[:3] == ["d1", "d1", "d2"]
    assert found["fine"].isna().tolist() == [False, False, False, True, True]
