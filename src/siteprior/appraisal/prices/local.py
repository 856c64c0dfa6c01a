"""How dear a place is within its council: the price of one standard home there over the council's median."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.appraisal.prices.surface import PriceSurface
from siteprior.core import schema
from siteprior.core.parameters import load_parameters


def local_price_ratio(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, surface: PriceSurface) -> pd.Series:
    """Return the price (£/m²) of a standard home at each site over the median of those of its council's areas.

    The home is one and the same everywhere (parameters ``land_values.headroom.local_price``), not of the project's own
    mix, and not new; its price is that of the surface's day. The median is over the areas (LSOAs), which have about as
    many homes each, so that no site changes another's ratio.

    Parameters
    ----------
    sites
        Sites on EPSG:27700 with ``district_code``.
    areas
        :data:`siteprior.core.schema.AREAS` of the whole council; an area stands for the point within it.
    surface
        What :func:`siteprior.appraisal.prices.surface.fit_prices` returned.

    Returns
    -------
    Series
        On the index of the sites; missing without a district, and where the surface has no price.

    Examples
    --------
    >>> import datetime
    >>> import siteprior as sp
    >>> sold = {"transfer_date": pd.to_datetime(["2025-03-01"]), "postcode": ["B1 1AA"], "property_type": ["flat"],
    ...         "new_build": ["no"], "floor_area_m2": [50.0], "gbp_per_m2": [3000.0], "used": ["yes"]}
    >>> sales = gpd.GeoDataFrame(sold, index=pd.Index(["t1"], name="transaction"), crs=27700,
    ...                          geometry=gpd.points_from_xy([406000], [286000]))
    >>> surface = sp.prices.fit(sales, price_date=datetime.date(2025, 9, 1), seed=1)
    >>> sites = gpd.GeoDataFrame({"district_code": ["E08000025"]}, index=pd.Index(["a"], name="site_id"), crs=27700,
    ...                          geometry=gpd.points_from_xy([400100], [290000]))
    >>> areas = gpd.GeoDataFrame({"district_code": ["E08000025"]}, index=pd.Index(["E01000001"], name="lsoa_code"),
    ...                          geometry=sites.buffer(500).to_numpy(), crs=27700)
    >>> local_price_ratio(sites, areas, surface).tolist()  # one sale is no surface
    [nan]
    """
    home = load_parameters("land_values").table("headroom").table("local_price")

    def prices(places: gpd.GeoDataFrame) -> pd.Series:
        estimates = surface.estimate(
            places,
            property_type=home.text("property_type"),
            new_build=False,
            floor_area_m2=home.number("floor_area"),
        )
        return estimates["value_gbp_per_m2"]

    district = schema.as_kind(areas["district_code"], "text", areas.index)
    within = areas[district.notna()]
    points = gpd.GeoDataFrame(geometry=within.geometry.representative_point(), crs=areas.crs)
    median = prices(points).groupby(within["district_code"].astype("str")).median()
    own = schema.as_kind(sites.get("district_code"), "text", sites.index)
    ratio = prices(sites) / own.map(median).astype("float64")
    return ratio.where(np.isfinite(ratio) & (ratio > 0)).rename("local_price_ratio")
