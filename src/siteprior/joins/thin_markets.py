"""Where few homes are sold: sales per 1,000 dwellings of each catchment, beside the catchments of all areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.parameters import load_parameters
from siteprior.joins._geometry import Geometries, Values, geometries, known_places, points_at
from siteprior.joins.rates import shrunk_rates
from siteprior.walking.network import Floats, Ints


def market_thinness(
    places: Floats, sale_points: Floats, dwellings: gpd.GeoDataFrame, years: float
) -> dict[str, Values]:
    """Return dwellings, sales per 1,000 of them a year and the thin-market percentile of each place.

    The catchment of a place is the areas whose middle lies in it, else the area it lies in: sales and dwellings are
    then of the same land. What is many and what is few is judged by the catchments of all areas, not by the sites.
    """
    settings = load_parameters("price_surface").table("evidence")
    areas = dwellings.sort_index(kind="stable")
    homes = pd.to_numeric(areas["dwellings"]).to_numpy(dtype=float)
    shapes = geometries(areas)
    middles = shapely.get_coordinates(shapely.point_on_surface(shapes))
    sold = _sales_by_area(shapes, sale_points)
    own_homes, _ = _catchment_sums(places, shapes, middles, homes, sold)
    values: dict[str, Values] = {"catchment_dwellings": own_homes}
    if years < 1:
        return values
    fewest = settings.number("fewest_dwellings")

    def sums(asked: Floats) -> tuple[Floats, Floats]:
        homes_near, sold_near = _catchment_sums(asked, shapes, middles, homes, sold)
        enough = homes_near >= fewest
        return np.where(enough, homes_near, np.nan) / 1000 * years, np.where(enough, sold_near, np.nan)

    exposure_all, sold_all = sums(middles)
    exposure, sold_here = sums(places)
    known = np.isfinite(exposure_all)
    if not known.any():
        return values
    reference = {"counts_all": sold_all[known], "exposure_all": exposure_all[known]}
    rate = shrunk_rates(sold_here, exposure, **reference)
    among = np.sort(shrunk_rates(sold_all[known], exposure_all[known], **reference))
    busier = len(among) - np.searchsorted(among, rate * (1 + 1e-12), side="right")  # floating-point tolerance
    values["sales_per_1000_dwellings"] = rate
    values["thin_market_percentile"] = np.where(np.isfinite(rate), 100 * busier / len(among), np.nan)
    return values


def _catchment_sums(
    places: Floats, shapes: Geometries, middles: Floats, homes: Floats, sold: Floats
) -> tuple[Floats, Floats]:
    """Return the dwellings and sales of each place's catchment; ``nan`` where it has none or one is not known."""
    radius = load_parameters("price_surface").table("evidence").number("catchment")
    sums = np.full((len(places), 2), np.nan)
    known = np.flatnonzero(known_places(places))
    if len(known) and len(shapes):
        near = cKDTree(middles).query_ball_point(places[known], radius, return_sorted=True)
        own = _owners(shapes, places[known])
        areas = [found or ([own[n]] if own[n] >= 0 else []) for n, found in enumerate(near)]
        table = np.column_stack([homes, sold])
        sums[known] = [table[found].sum(axis=0) if found else (np.nan, np.nan) for found in areas]
    return sums[:, 0], sums[:, 1]


def _sales_by_area(shapes: Geometries, sale_points: Floats) -> Floats:
    """Count the sales in each area."""
    if not len(sale_points):
        return np.zeros(len(shapes))
    distinct, many = np.unique(sale_points, axis=0, return_counts=True)
    owner = _owners(shapes, distinct)
    return np.bincount(owner[owner >= 0], weights=many[owner >= 0], minlength=len(shapes)).astype(float)


def _owners(shapes: Geometries, places: Floats) -> Ints:
    """Return the position of the area each place lies in, the first of several; -1 where none."""
    which, area = shapely.STRtree(shapes).query(points_at(places), predicate="intersects")
    owner = np.full(len(places), len(shapes))
    np.minimum.at(owner, which, area)
    return np.where(owner == len(shapes), -1, owner)
