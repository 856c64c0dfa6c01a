"""Sales for tests: invented ones on a plain rule, and the real ones of the West Midlands."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from siteprior.core.schema import SALES, conform

REAL = "real/market/hmlr_price_paid_epc_lsoa_west_midlands_county_2025.csv.gz"
KINDS = {"D": "detached", "S": "semi-detached", "T": "terraced", "F": "flat"}


def sales_table(rows, **columns):
    """Return a table of sales from rows of (easting, northing) and columns; what is not given is plain."""
    n = len(rows)
    plain = {
        "price_gbp": 200_000.0,
        "transfer_date": "2025-06-01",
        "postcode": "B1 1AA",
        "property_type": "terraced",
        "new_build": "no",
        "tenure": "freehold",
        "category": "A",
        "floor_area_m2": 80.0,
        "gbp_per_m2": 2500.0,
        "used": "yes",
        "left_out": None,
    }
    table = pd.DataFrame({**plain, **columns}, index=pd.Index([f"t{i:05d}" for i in range(n)], name="transaction"))
    x, y = zip(*rows, strict=True) if n else ((), ())
    return conform(gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs="EPSG:27700"), SALES)


def invented_sales(n, *, seed, noise=0.1, slope=0.3, east=400_000, width=12_000):
    """Return ``n`` sales whose log £/m² rises by ``slope`` from west to east, is higher for new homes, plus noise."""
    rng = np.random.default_rng(seed)
    x, y = east + rng.uniform(0, width, n), 290_000 + rng.uniform(0, width, n)
    kind = rng.choice(list(KINDS.values()), n)
    new = rng.random(n) < 0.15
    size = rng.uniform(50, 120, n)
    log = np.log(2500) + slope * (x - east) / width + 0.2 * new + 0.15 * (kind == "detached") - 0.2 * np.log(size / 80)
    price = np.exp(log + rng.normal(0, noise, n))
    days = pd.Timestamp("2025-09-01") - pd.to_timedelta(rng.integers(0, 700, n), unit="D")
    return sales_table(
        list(zip(x, y, strict=True)),
        property_type=kind,
        new_build=np.where(new, "yes", "no"),
        floor_area_m2=size,
        gbp_per_m2=price,
        price_gbp=price * size,
        transfer_date=days,
        postcode=[f"B{int(a // 4000)} {int(b // 2000) % 10}AA" for a, b in zip(x - east, y - 290_000, strict=True)],
    )


def real_sales(root):
    """Return the 2,179 real sales with floor area, without anything of an address but the postcode."""
    raw = pd.read_csv(root / REAL)
    table = pd.DataFrame(
        {
            "price_gbp": raw["price"],
            "transfer_date": raw["transfer_date"],
            "postcode": raw["postcode"],
            "property_type": raw["property_type"].map(KINDS),
            "new_build": np.where(raw["new_build"] == 1, "yes", "no"),
            "floor_area_m2": raw["total_floor_area"],
            "gbp_per_m2": raw["price"] / raw["total_floor_area"],
            "category": "A",
            "used": "yes",
        }
    ).set_index(raw["transaction"].str.strip("{}").rename("transaction"))
    points = gpd.points_from_xy(raw["oseast1m"], raw["osnrth1m"])
    return conform(gpd.GeoDataFrame(table, geometry=points, crs="EPSG:27700"), SALES)


def sites_at(*places):
    """Return sites a, b, … at (easting, northing), or without a place at ``None``."""
    points = [None if p is None else Point(p) for p in places]
    index = pd.Index([chr(ord("a") + i) for i in range(len(places))], name="site_id", dtype="str")
    return gpd.GeoDataFrame({"site_name": index.to_numpy()}, index=index, geometry=points, crs="EPSG:27700")
