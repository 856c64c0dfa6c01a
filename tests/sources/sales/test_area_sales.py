"""Questions to a whole store: medians by area and nearest sales, beside plain pandas."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from siteprior.core.errors import InputError
from siteprior.sources.sales.area_sales import area_medians, nearest_sales
from siteprior.sources.sales.store import sales_store

DAY = date(2024, 12, 31)


@pytest.fixture
def areas():
    return pd.Series({"B1 1AA": "E1", "B1 1AB": "E1", "WV1 1AA": "E2"}).rename_axis("postcode")


@pytest.fixture
def sites():
    points = [
        shapely.Point(406_600, 286_740),
        None,
        shapely.Point(0, 0),
        shapely.box(391_400, 298_600, 391_600, 298_800),
    ]
    index = pd.Index(["X:1", "X:2", "X:3", "X:4"], name="site_id")
    return gpd.GeoDataFrame(index=index, geometry=points, crs=27700)


def test_medians_by_area_year_and_type(published, sale, areas):
    path = published(
        sale("1", 100_000), sale("2", 140_000, postcode="B1 1AB"), sale("3", 300_000), sale("4", 301_000),
        sale("5", 99_000, kind="F"), sale("6", 500_000, postcode="WV1 1AA"), sale("7", 1, postcode="WV1 1AA"),
        sale("8", 900_000, category="B"), sale("9", 900_000, kind="O"), sale("A", 90_000, "2025-01-01 00:00"),
        sale("B", 70_000, "1999-01-01 00:00"), sale("C", 10_000_000),
        sale("D", 200_000, postcode="B9 9ZZ"), sale("E", postcode=""),
    )  # fmt: skip
    with sales_store([path]) as store:
        table = area_medians(store, areas, price_date=DAY)
        later = area_medians(store, areas, price_date=DAY, since=date(2000, 1, 1))
    assert table.to_numpy().tolist() == [
        ["E1", 1999, "terraced", 1, 70_000.0],
        ["E1", 2024, "terraced", 4, 220_000.0],
        ["E1", 2024, "flat", 1, 99_000.0],
        ["E2", 2024, "terraced", 1, 500_000.0],
    ]
    assert later.to_numpy().tolist() == table.to_numpy().tolist()[1:]


def test_the_nearest_sales_of_each_site(published, sale, postcodes, sites):
    path = published(
        sale("1", 100_000, "2024-01-01 00:00"), sale("2", 200_000, "2024-02-01 00:00"),
        sale("3", 300_000, postcode="B1 1AB", kind="F"),
        sale("4", 400_000, category="B"), sale("5", 500_000, postcode="WV1 1AA", day="2024-12-31 00:00"),
        sale("6", 600_000, postcode="WV1 1AA", day="2025-01-01 00:00"),
    )  # fmt: skip
    with sales_store([path]) as store:
        options = {"radius_m": 1000, "price_date": DAY}
        two = nearest_sales(store, postcodes, sites, number=2, **options)
        all_ = nearest_sales(store, postcodes, sites, number=9, **options)
        flats = nearest_sales(store, postcodes, sites, number=9, property_types=["flat"], **options)
        close = nearest_sales(store, postcodes, sites, number=9, radius_m=39, price_date=DAY)
        none = nearest_sales(store, postcodes, sites.iloc[[1]], number=9, **options)
    assert two[["site_id", "place", "transaction"]].to_numpy().tolist() == [
        ["X:1", 1, "2"], ["X:1", 2, "1"], ["X:4", 1, "5"]
    ]  # fmt: skip
    assert all_["transaction"].tolist() == ["2", "1", "3", "5"]
    assert all_["distance_m"].tolist() == pytest.approx([40, 40, np.hypot(100, 40), 0])
    assert flats["transaction"].tolist() == ["3"]
    assert close["transaction"].tolist() == ["5"]
    assert (len(none), list(none.columns)) == (0, list(two.columns))


def test_equally_near_postcodes_do_not_hide_the_latest_sale(published, sale, postcodes, sites):
    places = postcodes.assign(easting=406_600.0, northing=286_740.0)
    path = published(sale("1", day="2024-01-01 00:00"), sale("2", postcode="B1 1AB"), sale("3", postcode="WV1 1AA"))
    with sales_store([path]) as store:
        found = nearest_sales(store, places, sites.iloc[[0]], radius_m=10, number=1, price_date=DAY)
    assert found["transaction"].tolist() == ["2"]


def test_beside_pandas_on_drawn_sales(published, sale):
    rng = np.random.default_rng(5)
    codes = [f"B{n // 26 + 1} {n % 10}A{chr(65 + n % 26)}" for n in range(200)]
    places = pd.DataFrame(rng.uniform(0, 2000, (200, 2)), index=pd.Index(codes, name="postcode"),
                          columns=["easting", "northing"])  # fmt: skip
    areas = pd.Series(rng.choice(["E1", "E2", "E3"], 200), index=places.index)
    drawn = pd.DataFrame(
        {"key": [f"{n:04d}" for n in range(3000)], "price": rng.integers(20_000, 900_000, 3000),
         "day": pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 1000, 3000), "D"),
         "postcode": rng.choice(codes, 3000), "kind": rng.choice(list("DSTFO"), 3000)}
    )  # fmt: skip
    path = published(*(sale(r.key, r.price, f"{r.day:%Y-%m-%d} 00:00", r.postcode, r.kind) for r in drawn.itertuples()))
    sites = gpd.GeoDataFrame(index=pd.Index([f"X:{n}" for n in range(30)], name="site_id"),
                             geometry=shapely.points(rng.uniform(0, 2000, (30, 2))), crs=27700)  # fmt: skip
    with sales_store([path], memory_limit_mb=150) as store:
        medians = area_medians(store, areas, price_date=DAY)
        near = nearest_sales(store, places, sites, radius_m=300, number=20, price_date=DAY)
    homes = drawn[drawn["kind"] != "O"]
    theirs = homes.groupby([homes["postcode"].map(areas), homes["day"].dt.year, "kind"])["price"].agg(
        ["size", "median"]
    )
    ours = medians.assign(kind=medians["property_type"].str[0].str.upper()).set_index(["area", "year", "kind"])
    assert ours["sales"].to_dict() == theirs["size"].to_dict()
    assert ours["median_gbp"].to_dict() == theirs["median"].to_dict()
    for site, point in sites.geometry.items():
        at = places.loc[homes["postcode"]].to_numpy()
        all_ = homes.assign(away=np.hypot(at[:, 0] - point.x, at[:, 1] - point.y))
        first = all_[all_["away"] <= 300].sort_values(["away", "day", "key"], ascending=[True, False, True])
        assert near.loc[near["site_id"] == site, "transaction"].tolist() == first["key"].head(20).tolist()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"radius_m": 0}, "radius_m: needs metres above 0"),
        ({"number": 0}, "number: needs a whole number from 1"),
        ({"property_types": ["flats"]}, "unknown property type 'flats'; did you mean 'flat'"),
    ],
)
def test_a_bad_call_is_reported(published, sale, postcodes, sites, options, says):
    given = {"radius_m": 100, "number": 5, "price_date": DAY, **options}
    with sales_store([published(sale())]) as store:
        with pytest.raises(InputError, match=says):
            nearest_sales(store, postcodes, sites, **given)
        with pytest.raises(InputError, match="sites: is in EPSG:4326, needs metres in EPSG:27700"):
            nearest_sales(store, postcodes, sites.to_crs(4326), radius_m=100, number=5, price_date=DAY)
        with pytest.raises(InputError, match="areas: needs a Series"):
            area_medians(store, postcodes, price_date=DAY)
