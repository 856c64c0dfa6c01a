"""Which sales a price surface is fitted to: placed, typed, with £/m², up to the price date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd

from siteprior.appraisal.prices.model import DWELLINGS
from siteprior.core import schema
from siteprior.core.parameters import load_parameters
from siteprior.core.places import centroids
from siteprior.core.random_streams import Floats

DAYS = 365.25
"""Length of the mean calendar year in days."""


def usable_sales(sales: gpd.GeoDataFrame, *, price_date: date) -> pd.DataFrame:
    """Return the attributes of the sales a surface is fitted to, in the order of their identifiers.

    Returns
    -------
    DataFrame
        ``x``, ``y`` (m), ``property_type``, ``new``, ``size``, ``years``, ``log_price`` and ``postcode``.
    """
    places = places_of(sales, "sales")
    day = pd.Timestamp(price_date)
    price, area = sales["gbp_per_m2"].to_numpy(dtype=float), sales["floor_area_m2"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        fit = np.isfinite(places).all(axis=1) & (price > 0) & (area > 0)
    fit &= (sales["used"] == "yes").to_numpy(dtype=bool, na_value=False)
    fit &= sales["property_type"].isin(DWELLINGS).to_numpy() & sales["new_build"].isin(["yes", "no"]).to_numpy()
    fit &= (sales["transfer_date"] <= day).to_numpy()
    fitting = sales[fit]
    reference = load_parameters("price_surface").table("hedonic").number("reference_size")
    attributes = pd.DataFrame(
        {
            "x": places[fit, 0],
            "y": places[fit, 1],
            "property_type": fitting["property_type"].astype("str").to_numpy(),
            "new": (fitting["new_build"] == "yes").to_numpy(dtype=float),
            "size": np.log(area[fit] / reference),
            "years": ((day - fitting["transfer_date"]).dt.days / DAYS).to_numpy(),
            "log_price": np.log(price[fit]),
            "postcode": fitting["postcode"].to_numpy(),
        },
        index=fitting.index,
    )
    return attributes.sort_index(kind="stable")


def places_of(table: gpd.GeoDataFrame, name: str) -> Floats:
    """Return eastings and northings in metres; a shape counts by its centroid, no place gives ``nan``."""
    schema.check(table, replace(schema.SITES, index=""), name=name, needs=())
    return centroids(table.geometry.to_numpy())
