"""Which sales are evidence: the bounds to the pound, every reason, and the same rule in SQL."""

from __future__ import annotations

from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteprior.core.parameters import load_parameters
from siteprior.sources.sales.screening import AFTER, CATEGORY_B, OTHER, bounds, left_out_counts, screen, standard

DAY = date(2025, 1, 1)


def reasons(*, placed=True, years=None, median=np.nan, **columns):
    """Return the reasons of one sale; what is not given is plain."""
    plain = {"price_gbp": 200_000.0, "transfer_date": "2024-05-01", "property_type": "terraced", "category": "A",
             "gbp_per_m2": np.nan}  # fmt: skip
    sale = pd.DataFrame({**plain, **columns}, index=["t"])
    sale["transfer_date"] = pd.to_datetime(sale["transfer_date"])
    text = screen(
        sale, price_date=DAY, years=years, local_median=pd.Series([median], index=["t"]),
        placed=pd.Series([placed], index=["t"]), limits=bounds(),
    ).iloc[0]  # fmt: skip
    return [] if pd.isna(text) else text.split("; ")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"price_gbp": 15_000.0}, []),
        ({"price_gbp": 14_999.0}, ["price below £15,000"]),
        ({"price_gbp": 5_000_000.0}, []),
        ({"price_gbp": 5_000_001.0}, ["price above £5,000,000"]),
        ({"gbp_per_m2": 300.0}, []),
        ({"gbp_per_m2": 299.9}, ["price below £300 per m²"]),
        ({"gbp_per_m2": 20_000.1}, ["price above £20,000 per m²"]),
        ({"median": 500_000.0}, []),  # exactly 40% of it
        ({"median": 500_001.0}, ["price below 40% of the local median"]),
        ({"transfer_date": "2025-01-01"}, []),
        ({"transfer_date": "2025-01-02"}, ["after the price date"]),
        ({"transfer_date": "2022-01-01", "years": 3}, []),
        ({"transfer_date": "2021-12-31", "years": 3}, ["older than 3 years"]),
        ({"transfer_date": "2023-12-31", "years": 1}, ["older than 1 year"]),
        ({"placed": False}, ["no place"]),
        ({"property_type": None}, ["property type not known"]),
        (
            {"category": "B", "property_type": "other", "placed": False},
            ["not a standard market sale (category B)", "not a single dwelling (type other)", "no place"],
        ),
    ],
)
def test_one_reason_at_a_time_and_all_together(facts, expected):
    assert reasons(**facts) == expected


def test_the_bounds_are_those_of_the_parameters():
    prices = load_parameters("prices")
    assert bounds() == {name: prices.number(name) for name in bounds()}
    assert bounds()["price_low_gbp"] == 15_000.0


SALES = st.lists(
    st.tuples(
        st.sampled_from([1, 14_999, 15_000, 200_000, 5_000_000, 5_000_001]),
        st.dates(date(2019, 12, 30), date(2025, 1, 3)),
        st.sampled_from(["terraced", "flat", "other", None]),
        st.sampled_from(["A", "B", None]),
    ),
    min_size=1,
)


@settings(max_examples=40, deadline=None)
@given(sales=SALES, years=st.sampled_from([None, 5]))
def test_the_sql_of_the_sales_that_count_is_the_same_rule(sales, years):
    table = pd.DataFrame(sales, columns=["price", "transfer_date", "property_type", "category"])
    table["transfer_date"] = pd.to_datetime(table["transfer_date"])
    with duckdb.connect(":memory:") as connection:
        connection.execute("CREATE TABLE s (n INT, price INT, transfer_date DATE, property_type TEXT, category TEXT)")
        connection.executemany("INSERT INTO s VALUES (?, ?, ?, ?, ?)", [(n, *sale) for n, sale in enumerate(sales)])
        since = None if years is None else date(DAY.year - years, 1, 1)
        counted = {row[0] for row in connection.execute(f"SELECT n FROM s WHERE {standard(DAY, since)}").fetchall()}
    alone = screen(
        table.rename(columns={"price": "price_gbp"}).assign(gbp_per_m2=np.nan), price_date=DAY, years=years,
        local_median=pd.Series(np.nan, index=table.index), placed=pd.Series(True, index=table.index), limits=bounds(),
    )  # fmt: skip
    assert counted == set(alone.index[alone.isna()])


@given(st.lists(st.sets(st.sampled_from([CATEGORY_B, OTHER, AFTER, "no place"])), max_size=12))
def test_reasons_are_counted_by_sale_most_first(drawn):
    texts = ["; ".join(sorted(reasons)) or None for reasons in drawn]
    table = left_out_counts(pd.DataFrame({"left_out": pd.Series(texts, dtype="str")}))
    assert table["sales"].to_dict() == {reason: sum(reason in sale for sale in drawn) for reason in set().union(*drawn)}
    assert table["only_reason"].to_dict() == {reason: drawn.count({reason}) for reason in table.index}
    assert table["sales"].is_monotonic_decreasing
    assert list(table.index) == sorted(table.index, key=lambda reason: (-table.loc[reason, "sales"], reason))
