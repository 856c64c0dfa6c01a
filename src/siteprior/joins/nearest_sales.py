"""The sales nearest to each site, and the median of what they cost per square metre."""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import COMPARABLES, SALES, SITES, check, conform
from siteprior.joins._geometry import Values, coordinates, known_places
from siteprior.joins.rates import CHUNK
from siteprior.walking.network import Floats

NEEDS = ("price_gbp", "transfer_date", "postcode", "property_type", "new_build", "gbp_per_m2", "used")


def comparables(
    sites: gpd.GeoDataFrame,
    sales: gpd.GeoDataFrame,
    *,
    price_date: date,
    n: int | None = None,
    radius_m: float | None = None,
) -> pd.DataFrame:
    """List the sales nearest to each site that have a floor area (£/m²), without address, for its record.

    Parameters
    ----------
    sites, sales, price_date
        As in :func:`siteprior.joins.sales.join_prices`; sales of the years of the parameter count.
    n, radius_m
        At most so many, within so many metres; the parameters ``comparables`` and ``comparables_radius`` when ``None``.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.COMPARABLES`; of equally near ones the latest stand first. The postcode is
        shortened to its sector.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> sold = {"price_gbp": 180000.0, "transfer_date": pd.Timestamp("2025-05-01"), "property_type": "terraced",
    ...         "new_build": ["no", "yes"], "gbp_per_m2": [2250.0, 2500.0], "floor_area_m2": 80.0, "used": "yes"}
    >>> sales = gpd.GeoDataFrame(sold, index=pd.Index(["t1", "t2"], name="transaction"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400200, 400300], [290000, 290100]))
    >>> sales = sp.schema.conform(sales, sp.schema.SALES)
    >>> day = pd.Timestamp("2025-12-31").date()
    >>> near = sp.joins.comparables(sites, sales, price_date=day)
    >>> near["gbp_per_m2"].tolist()
    [2250.0, 2500.0, 2500.0, 2250.0]
    """
    check(sites, SITES, name="sites", needs=())
    check(sales, SALES, name="sales", needs=NEEDS)
    settings = load_parameters("price_surface").table("evidence")
    most = settings.integer("comparables") if n is None else n
    radius = settings.number("comparables_radius") if radius_m is None else radius_m
    if not (most >= 1 and radius > 0):
        raise InputError(f"comparables: needs n of 1 or more and radius_m above 0, has {most} and {radius}")
    priced = counted_sales(sales, price_date=price_date)
    priced = priced[priced["gbp_per_m2"].gt(0) & (priced["years"] < settings.number("years"))]
    pairs = _nearest_pairs(coordinates(sites), priced, most, radius)
    listed = priced.iloc[pairs["sale"]].reset_index(drop=True)
    site_id = pd.Series(np.asarray(sites.index, dtype=object)[pairs["site"]], dtype="str")
    table = listed.drop(columns=["years"]).assign(
        site_id=site_id,
        place=pairs["place"].to_numpy(),
        distance_m=pairs["distance"].to_numpy(),
        postcode_sector=listed["postcode"].astype("str").str.extract(r"^\s*(\w+\s+\d)[A-Za-z]{2}\s*$")[0],
    )
    names = pd.Index(site_id + "|" + table["place"].astype("str"), name="comparable")
    declared = table[[name for name in COMPARABLES.names if name in table]]
    result: pd.DataFrame = conform(pd.DataFrame(declared).set_index(names), COMPARABLES)
    return result


def counted_sales(sales: gpd.GeoDataFrame, *, price_date: date) -> gpd.GeoDataFrame:
    """Return the sales that count, with their age in ``years`` on the price date: the latest first, then by id."""
    day = pd.Timestamp(price_date)
    placed = known_places(coordinates(sales))
    keep = placed & (sales["used"] == "yes").to_numpy(dtype=bool, na_value=False)
    keep &= (sales["transfer_date"] <= day).to_numpy(dtype=bool, na_value=False)
    usable = sales[keep].sort_index(kind="stable")
    usable = usable.assign(years=(day - usable["transfer_date"]).dt.days / 365.25)
    return usable.sort_values("years", kind="stable")


def comparable_columns(sites: gpd.GeoDataFrame, sales: gpd.GeoDataFrame, price_date: date) -> dict[str, Values]:
    """Return how many comparables a site has and the median of their £/m²."""
    fewest = load_parameters("price_surface").table("evidence").number("fewest_comparables")
    listed = comparables(sites, sales, price_date=price_date)
    of_site = listed.groupby("site_id")["gbp_per_m2"]
    placed = known_places(coordinates(sites))
    count = of_site.size().reindex(sites.index).fillna(0).where(placed)
    return {
        "comparable_sales": count,
        "comparable_gbp_per_m2": of_site.median().reindex(sites.index).where((count >= fewest).to_numpy()),
    }


def _nearest_pairs(places: Floats, sales: gpd.GeoDataFrame, most: int, radius: float) -> pd.DataFrame:
    """Return site, sale (positions), distance and place of each site's nearest sales, which come latest first."""
    sale_points = coordinates(sales)
    known = np.flatnonzero(known_places(places))
    parts = [
        pd.DataFrame({"site": pd.Series(dtype=int), "sale": pd.Series(dtype=int), "distance": pd.Series(dtype=float)})
    ]
    if len(sales) and len(known):
        distinct, sale_point = np.unique(sale_points, axis=0, return_inverse=True)
        by_point = pd.DataFrame({"point": sale_point.reshape(-1), "sale": np.arange(len(sales))})
        tree = cKDTree(distinct)
        for start in range(0, len(known), CHUNK):
            rows = known[start : start + CHUNK]
            # each point has a sale, so as many points as sales wanted are enough; one more for a tie at the end
            near = tree.query(places[rows], k=range(1, min(most + 1, len(distinct)) + 1), distance_upper_bound=radius)
            away, point_at = np.asarray(near[0]), np.asarray(near[1])
            site, column = np.nonzero(np.isfinite(away))
            found = {"site": rows[site], "point": point_at[site, column], "distance": away[site, column]}
            pairs = pd.DataFrame(found).merge(by_point, on="point").drop(columns="point")
            pairs = pairs.sort_values(["site", "distance", "sale"], kind="stable")
            parts.append(pairs[pairs.groupby("site").cumcount() < most])
    table = pd.concat(parts[1:] or parts, ignore_index=True)
    return table.assign(place=table.groupby("site").cumcount() + 1)
