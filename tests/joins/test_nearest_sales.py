"""The sales nearest to a site, beside a plain sort of every pair."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.sales import sales_table, sites_at
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.joins.nearest_sales import comparable_columns, comparables, counted_sales
from siteprior.joins.sales import join_prices

DAY = date(2025, 9, 1)
HERE = (400_000, 290_000)


def beside(metres):
    return (HERE[0] + metres, HERE[1])


def test_comparables_are_the_nearest_with_a_floor_area_and_carry_no_address():
    sales = sales_table(
        [beside(20), beside(10), beside(20), beside(30), beside(2500)],
        transfer_date=["2025-01-01", "2025-01-01", "2025-02-01", "2025-01-01", "2025-01-01"],
        gbp_per_m2=[2000.0, np.nan, 3000.0, 4000.0, 9000.0],
        postcode=["B1 1AA", "B1 1AB", None, "B1 2AA", "B1 3AA"],
    )
    found = comparables(sites_at(HERE, None), sales, price_date=DAY)
    assert found["gbp_per_m2"].tolist() == [3000.0, 2000.0, 4000.0]  # of equally near ones the latest first
    assert found["place"].tolist() == [1, 2, 3]
    assert found.index.tolist() == ["a|1", "a|2", "a|3"]
    assert found["postcode_sector"].fillna("").tolist() == ["", "B1 1", "B1 2"]
    assert list(found.columns) == schema.COMPARABLES.names
    assert comparables(sites_at(HERE), sales, price_date=DAY, n=1)["distance_m"].tolist() == [20.0]
    joined = join_prices(sites_at(HERE, beside(-1975)), sales, price_date=DAY)
    assert joined["comparable_sales"].tolist() == [3, 2]
    assert joined["comparable_gbp_per_m2"].tolist()[0] == 3000.0
    assert np.isnan(joined["comparable_gbp_per_m2"].tolist()[1])  # two are too few for a median


def test_no_sales_no_comparables():
    assert len(comparables(sites_at(HERE), sales_table([]), price_date=DAY)) == 0
    assert len(comparables(sites_at(None), sales_table([HERE]), price_date=DAY)) == 0


@pytest.mark.parametrize("options", [{"n": 0}, {"radius_m": 0}, {"radius_m": float("nan")}])
def test_what_is_no_number_of_sales_or_no_distance_is_refused(options):
    with pytest.raises(InputError, match="n of 1 or more and radius_m above 0"):
        comparables(sites_at(HERE), sales_table([HERE]), price_date=DAY, **options)


SALES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.sampled_from(["2025-01-01", "2025-02-01", "2025-09-02"]),
              st.sampled_from(["yes", "no"]), st.sampled_from([1000.0, 2000.0, np.nan])),
    max_size=12,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(SALES, st.integers(1, 3), st.sampled_from([15.0, 30.0, 500.0]))
def test_against_every_pair_nearest_first_then_the_latest_then_by_id(drawn, n, radius):
    sales = sales_table(
        [(HERE[0] + 10 * x, HERE[1] + 10 * y) for x, y, *_ in drawn], transfer_date=[row[2] for row in drawn],
        used=[row[3] for row in drawn], gbp_per_m2=[row[4] for row in drawn],
    )  # fmt: skip
    found = comparables(sites_at(HERE, (HERE[0] + 20, HERE[1])), sales, price_date=DAY, n=n, radius_m=radius)
    expected = []
    for name, east in (("a", 0), ("b", 20)):
        pairs = [
            (float(np.hypot(10 * x - east, 10 * y)), -pd.Timestamp(day).toordinal(), number, per_m2)
            for number, (x, y, day, used, per_m2) in enumerate(drawn)
            if used == "yes" and per_m2 > 0 and day <= "2025-09-01"
        ]
        near = sorted(pair for pair in pairs if pair[0] < radius)[:n]
        expected += [(f"{name}|{place}", pair[0], pair[3]) for place, pair in enumerate(near, 1)]
    rows = zip(found.index, found["distance_m"], found["gbp_per_m2"], strict=True)
    assert [(name, pytest.approx(metres), price) for name, metres, price in rows] == expected


def test_sales_that_count_come_latest_first_with_their_age():
    days = ["2024-09-01", "2025-09-01", "2025-09-01", "2025-09-02", "2024-09-01"]
    sales = sales_table([HERE] * 5, used=["yes", "yes", "no", "yes", "yes"], transfer_date=days)
    counted = counted_sales(sales, price_date=DAY)
    assert counted.index.tolist() == ["t00001", "t00000", "t00004"]
    assert counted["years"].tolist() == [0, 365 / 365.25, 365 / 365.25]


def test_the_median_needs_enough_comparables():
    sales = sales_table([beside(10 * n) for n in range(4)], gbp_per_m2=[1000.0, 2000.0, 4000.0, 9000.0])
    columns = comparable_columns(sites_at(HERE, beside(-1985), None), sales, DAY)
    # the sales 0 to 10 m east of the first lie within 2 km of the second: two are too few
    assert columns["comparable_sales"].fillna(-1).tolist() == [4, 2, -1]
    assert columns["comparable_gbp_per_m2"].fillna(-1).tolist() == [3000, -1, -1]
