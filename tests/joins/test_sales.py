"""The market about a site, counted by hand, and what a file that holds too little must never say."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from factories.sales import real_sales, sales_table, sites_at
from siteprior.core import schema
from siteprior.core.errors import InputError
from siteprior.joins.sales import join_prices, years_covered

DAY = date(2025, 9, 1)
HERE = (400_000, 290_000)
NAMES = [column.name for column in schema.SITE_PRICE_COLUMNS]


def beside(metres):
    return (HERE[0] + metres, HERE[1])


def test_sales_are_counted_within_the_catchment_and_the_years():
    sales = sales_table(
        [beside(0), beside(1000), beside(1001), beside(10), beside(10), beside(10), beside(10)],
        transfer_date=[
            "2025-08-31",
            "2024-09-02",
            "2025-08-01",
            "2024-08-31",
            "2020-09-05",
            "2020-08-25",
            "2025-09-02",
        ],
        new_build=["no", "yes", "no", "no", "yes", "no", "no"],
    )
    sites = sites_at(HERE, None)
    found = join_prices(sites, sales, price_date=DAY, whole_years=5)
    row = found.loc["a"]
    assert row[["sales_1y", "sales_5y", "new_build_sales_1y", "new_build_sales_5y"]].tolist() == [2, 4, 1, 2]
    assert row[["no_new_build_5y", "nearest_sale_m", "nearest_new_build_sale_m"]].tolist() == ["no", 0.0, 10.0]
    assert found.loc["b", [n for n in NAMES if n != "sales_years_covered"]].isna().all()
    assert found.loc["b", "sales_years_covered"] == 5
    assert list(found.columns) == NAMES
    assert found.index.equals(sites.index)


def test_a_short_file_never_says_that_nothing_was_sold():
    sales = sales_table([beside(10), beside(5000)], new_build=["no", "yes"])
    short = join_prices(sites_at(HERE, beside(3000)), sales, price_date=DAY, whole_years=1)
    assert short["sales_1y"].tolist() == [1, 0]
    assert short["new_build_sales_1y"].tolist() == [0, 0]
    assert short["sales_5y"].fillna(-1).tolist() == [1, -1]  # a least count, and not known
    assert short["new_build_sales_5y"].isna().all()
    assert short["no_new_build_5y"].isna().all()
    whole = join_prices(sites_at(HERE, beside(3000)), sales, price_date=DAY, whole_years=5)
    assert whole["no_new_build_5y"].tolist() == ["yes", "yes"]
    none = join_prices(sites_at(HERE, beside(3000)), sales, price_date=DAY, whole_years=0)
    assert none["sales_1y"].fillna(-1).tolist() == [1, -1]


def test_sales_left_out_are_no_evidence():
    sales = sales_table([beside(10), beside(20), beside(30)], used=["no", None, "yes"])
    found = join_prices(sites_at(HERE), sales, price_date=DAY, whole_years=5)
    assert found.loc["a", "sales_5y"] == 1
    assert found.loc["a", "nearest_sale_m"] == 30


def test_no_sales_at_all():
    found = join_prices(sites_at(HERE), sales_table([]), price_date=DAY)
    assert found.loc["a", "sales_years_covered"] == 0
    assert found.loc["a", "comparable_sales"] == 0
    assert found.loc["a", [n for n in NAMES if n not in ("sales_years_covered", "comparable_sales")]].isna().all()


def strip(counts, homes):
    """Return areas 4 km apart with their dwellings, and sales in the middle of each."""
    places = [beside(4000 * i) for i in range(len(homes))]
    areas = gpd.GeoDataFrame(
        {"dwellings": homes},
        index=pd.Index([f"E{i}" for i in range(len(homes))], name="lsoa_code"),
        geometry=[box(x - 500, y - 500, x + 500, y + 500) for x, y in places],
        crs="EPSG:27700",
    )
    return places, areas, sales_table([p for p, n in zip(places, counts, strict=True) for _ in range(n)])


def test_sales_per_dwelling_are_shrunk_to_the_mean_and_the_thinnest_market_is_reported():
    places, areas, sales = strip([10, 30, 60], [1000, 1000, 1000])
    found = join_prices(sites_at(*places), sales, price_date=DAY, dwellings=areas, whole_years=2)
    # a year and 1,000 dwellings: 5, 15, 30 from an exposure of 2; mean 50/3, s² 950/9, A = s² − (50/3)/2
    spread = ((5 - 50 / 3) ** 2 + (15 - 50 / 3) ** 2 + (30 - 50 / 3) ** 2) / 3 - 50 / 6
    by_hand = [50 / 3 + spread / (spread + 50 / 6) * (rate - 50 / 3) for rate in (5, 15, 30)]
    assert found["sales_per_1000_dwellings"].tolist() == pytest.approx(by_hand)
    assert found["thin_market_percentile"].tolist() == pytest.approx([200 / 3, 100 / 3, 0])
    assert found["catchment_dwellings"].tolist() == [1000] * 3


def test_the_percentile_is_of_areas_whatever_the_sites():
    places, areas, sales = strip([10, 30, 60], [1000, 1000, 1000])
    all_sites = join_prices(sites_at(*places), sales, price_date=DAY, dwellings=areas, whole_years=2)
    one = join_prices(sites_at(places[0]), sales, price_date=DAY, dwellings=areas, whole_years=2)
    pd.testing.assert_frame_equal(pd.DataFrame(one[NAMES]), pd.DataFrame(all_sites.loc[["a"], NAMES]))


def test_sales_are_counted_against_the_households_that_do_not_rent_socially():
    places, areas, sales = strip([10, 30, 60], [1000, 1000, 1000])
    private = areas.drop(columns="dwellings").assign(private_households=[500, 1000, 1000])
    found = join_prices(sites_at(*places), sales, price_date=DAY, households=private, whole_years=2)
    halved = join_prices(sites_at(*places), sales, price_date=DAY, whole_years=2,
                         dwellings=areas.assign(dwellings=[500, 1000, 1000]))  # fmt: skip
    names = {"catchment_private_households": "catchment_dwellings",
             "sales_per_1000_private_households": "sales_per_1000_dwellings",
             "thin_market_percentile": "thin_market_percentile"}  # fmt: skip
    for of_households, of_dwellings in names.items():
        assert found[of_households].tolist() == halved[of_dwellings].tolist()
    assert found[["catchment_dwellings", "sales_per_1000_dwellings"]].isna().all(axis=None)
    both = join_prices(sites_at(*places), sales, price_date=DAY, dwellings=areas, households=private, whole_years=2)
    assert both["catchment_dwellings"].tolist() == [1000] * 3
    assert both["thin_market_percentile"].tolist() == found["thin_market_percentile"].tolist()
    with pytest.raises(InputError, match=r"households: lacks the columns private_households"):
        join_prices(sites_at(*places), sales, price_date=DAY, households=areas)


def test_no_rate_without_dwellings_enough_years_or_dwellings_known():
    places, areas, sales = strip([10, 30, 60], [1000, 400, np.nan])
    found = join_prices(sites_at(*places, beside(90_000)), sales, price_date=DAY, dwellings=areas, whole_years=2)
    assert found["sales_per_1000_dwellings"].notna().tolist() == [True, False, False, False]
    short = join_prices(sites_at(*places), sales, price_date=DAY, dwellings=areas, whole_years=0)
    assert short[["sales_per_1000_dwellings", "thin_market_percentile"]].isna().all(axis=None)
    assert join_prices(sites_at(*places), sales, price_date=DAY)["thin_market_percentile"].isna().all()


def test_an_area_too_large_for_its_middle_to_be_near_still_counts_for_a_site_in_it():
    areas = gpd.GeoDataFrame(
        {"dwellings": [600]},
        index=pd.Index(["E1"], name="lsoa_code"),
        geometry=[box(395_000, 285_000, 405_000, 295_000)],
        crs="EPSG:27700",
    )
    found = join_prices(
        sites_at(beside(4500)), sales_table([beside(-4500)] * 6), price_date=DAY, dwellings=areas, whole_years=1
    )
    assert found.loc["a", "catchment_dwellings"] == 600
    assert found.loc["a", "sales_per_1000_dwellings"] == pytest.approx(10)


@pytest.mark.parametrize(
    ("days", "years"),
    [
        (pd.date_range("2020-09-01", "2025-09-01"), 5),
        (pd.date_range("2020-09-01", "2025-06-20"), 5),  # the last months are not registered yet
        (pd.date_range("2020-09-01", "2024-12-31"), 0),  # the file ends long before the price date
        (pd.date_range("2025-08-01", "2025-09-01"), 0),
        (pd.date_range("2025-08-01", "2025-08-09"), 0),
        (pd.date_range("2023-09-01", "2025-09-01").append(pd.date_range("2020-01-01", periods=20)), 2),
        ([], 0),
    ],
)  # fmt: skip
def test_years_covered(days, years):
    assert years_covered(days, price_date=DAY) == years


def test_bad_calls_are_refused():
    sites, sales = sites_at(HERE), sales_table([HERE])
    with pytest.raises(InputError, match="sales: lacks the columns used"):
        join_prices(sites, sales.drop(columns="used"), price_date=DAY)
    with pytest.raises(InputError, match=r"(?s)dwellings: lacks the columns dwellings.*dwellings: has no geometry"):
        join_prices(sites, sales, price_date=DAY, dwellings=pd.DataFrame({"homes": [1]}))
    with pytest.raises(InputError, match="whole_years: -1"):
        join_prices(sites, sales, price_date=DAY, whole_years=-1)


def test_the_real_monthly_update_never_makes_a_market_thin(real):
    sales = real_sales(real)
    areas = gpd.GeoDataFrame(
        {"dwellings": [1_000_000]}, index=["all"], geometry=[box(380_000, 270_000, 440_000, 310_000)], crs="EPSG:27700"
    )
    sites = sites_at((406_000, 286_000), (398_000, 292_000), (433_000, 279_000))
    found = join_prices(sites, sales, price_date=date(2025, 9, 30), dwellings=areas)
    assert found["sales_years_covered"].eq(0).all()
    assert not found["no_new_build_5y"].eq("yes").any()
    assert not found[["sales_5y", "new_build_sales_5y"]].eq(0).any(axis=None)
    assert found[["sales_per_1000_dwellings", "thin_market_percentile"]].isna().all(axis=None)
    assert found["comparable_sales"].eq(15).all()
    assert found["comparable_gbp_per_m2"].between(1500, 5000).all()
