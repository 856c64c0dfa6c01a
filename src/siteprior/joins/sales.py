"""The market about each site, as its sales show it: how many, how near, how new, at what price."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import SALES, SITE_PRICE_COLUMNS, SITES, Column, Table, check
from siteprior.joins._geometry import (
    Objects,
    Values,
    coordinates,
    declared_columns,
    known_places,
)
from siteprior.joins.nearest_sales import NEEDS, comparable_columns, counted_sales
from siteprior.joins.rates import counts_within
from siteprior.joins.thin_markets import market_thinness
from siteprior.walking.network import Floats

DWELLINGS = Table(
    "dwellings", "", True, (Column("dwellings", "number", "Dwellings", "How many stand in the area", "dwellings"),)
)
"""Areas of any index with the dwellings in them."""

HOUSEHOLDS = Table(
    "households", "", True,
    (Column("private_households", "number", "Private households", "Those that do not rent socially", "households"),),
)  # fmt: skip
"""Areas of any index with the private households in them."""


@renamed_argument(years_held="whole_years")
def join_prices(
    sites: gpd.GeoDataFrame,
    sales: gpd.GeoDataFrame,
    *,
    price_date: date,
    dwellings: gpd.GeoDataFrame | None = None,
    households: gpd.GeoDataFrame | None = None,
    whole_years: float | None = None,
) -> pd.DataFrame:
    """Measure the market about each site: sales, new-build sales, comparables (£/m²), sales per 1,000 households.

    A file that holds a month, or the last years in part, never makes a market look thin: zero is stated only for
    years the file holds whole, else it is missing; a count above zero from years covered in part is a least count.

    Parameters
    ----------
    sites
        Sites on EPSG:27700; a shape counts by its centroid.
    sales
        :data:`siteprior.core.schema.SALES`; those ``used``, with a place, up to the price date count.
    price_date
        The day to look back from.
    dwellings
        Areas that cover the land of the sales: GeoDataFrame on EPSG:27700 with ``dwellings``, index unique. Without
        it, or with less than a whole year of sales covered, there is no rate and no percentile.
    households
        Such areas with ``private_households``: what can be sold in a year is of those, for homes rented socially are
        not sold. With both, the percentile is of the households.
    whole_years
        Whole years before the price date the sales cover, where the project knows it; else :func:`years_covered`.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_PRICE_COLUMNS` on the index of the sites, for ``sites.join(…)``. A site
        without a place has none of them but ``sales_years_covered``.

    Raises
    ------
    InputError
        When a table is not what it should be, or ``whole_years`` is below 0.

    Notes
    -----
    Catchment, years and numbers: ``parameters/price_surface.toml``, ``[evidence]``. The rate is shrunk by
    :func:`shrunk_rates`.

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
    >>> columns = sp.joins.join_prices(sites, sales, price_date=day, whole_years=3)
    >>> columns[["sales_1y", "new_build_sales_1y", "nearest_sale_m"]].values.tolist()
    [[2, 1, 100.0], [2, 1, 632.4555320336759]]
    """
    check(sites, SITES, name="sites", needs=())
    check(sales, SALES, name="sales", needs=NEEDS)
    _refuse_wrong(dwellings, DWELLINGS)
    _refuse_wrong(households, HOUSEHOLDS)
    if whole_years is not None and not whole_years >= 0:
        raise InputError(f"whole_years: {whole_years} is no number of years; give 0 or more")
    settings = load_parameters("price_surface").table("evidence")
    years_read = years_covered(sales["transfer_date"], price_date=price_date) if whole_years is None else whole_years
    usable = counted_sales(sales, price_date=price_date)
    places = coordinates(sites)
    sale_points, age, new = (
        coordinates(usable),
        usable["years"].to_numpy(),
        usable["new_build"].eq("yes").to_numpy(dtype=bool),
    )
    long_ago = settings.number("years")
    values: dict[str, Values] = {"sales_years_covered": np.full(len(sites), float(years_read))}
    for name, which in (("sales", np.ones(len(usable), dtype=bool)), ("new_build_sales", new)):
        for years in (1, long_ago):
            counted = counts_within(places, sale_points[which & (age < years)], radius_m=settings.number("catchment"))
            least = np.where((counted > 0) | (years_read >= years), counted, np.nan)
            values[f"{name}_{years}y"] = least
            if (name, years) == ("new_build_sales", long_ago):
                values["no_new_build_5y"] = _none_sold(least)
    values["nearest_sale_m"] = _nearest_m(places, sale_points[age < long_ago])
    values["nearest_new_build_sale_m"] = _nearest_m(places, sale_points[new & (age < long_ago)])
    values |= comparable_columns(sites, sales, price_date)
    years = min(years_read, long_ago)
    if dwellings is not None:
        values |= market_thinness(places, sale_points[age < years], dwellings, years)
    if households is not None:
        counted_in = households.assign(dwellings=households["private_households"])
        thin = market_thinness(places, sale_points[age < years], counted_in, years)
        values |= {_OF_HOUSEHOLDS.get(name, name): measured for name, measured in thin.items()}
    return declared_columns(sites.index, SITE_PRICE_COLUMNS, values)


def years_covered(dates: Iterable[pd.Timestamp], *, price_date: date) -> int:
    """Return how many whole years before the price date a file of sales holds, from how its sales spread over months.

    Going back year by year, a year is covered when it has enough sales beside the fullest one and most of its months
    have enough beside their mean: so a monthly update, with a tail of sales registered late, holds none.

    Parameters
    ----------
    dates
        Day of each sale, of all sales read.
    price_date
        The day to look back from.

    Examples
    --------
    >>> whole = pd.date_range("2023-01-01", "2025-12-31", freq="D")
    >>> years_covered(whole, price_date=date(2025, 12, 31)), years_covered(whole[-60:], price_date=date(2025, 12, 31))
    (3, 0)
    """
    settings = load_parameters("price_surface").table("evidence")
    days = (pd.Timestamp(price_date) - pd.Series(pd.to_datetime(pd.Series(dates)))).dt.days.dropna()
    months = np.floor(days[days >= 0].to_numpy() / (365.25 / 12)).astype(int)
    if not len(months):
        return 0
    table = np.bincount(months, minlength=12 * (int(months.max()) // 12 + 1)).reshape(-1, 12)
    total = table.sum(axis=1)
    months_filled = (table >= settings.number("month_share") * total[:, None] / 12).sum(axis=1)
    fullest = total.max()
    complete = (
        (months_filled >= settings.number("whole_months"))
        & (total >= settings.number("year_share") * fullest)
        & (fullest >= settings.number("fewest_a_year"))
    )
    return int(np.cumprod(complete).sum())


def _none_sold(counted: Floats) -> Objects:
    """Return yes where none is known to have been sold, no where some was, missing where it is not known."""
    flags = np.where(counted > 0, "no", "yes").astype(object)
    flags[np.isnan(counted)] = None
    return flags


def _nearest_m(places: Floats, sale_points: Floats) -> Floats:
    """Return the distance to the nearest sale; ``nan`` where there is none or no place."""
    found = np.full(len(places), np.nan)
    known = known_places(places)
    if len(sale_points) and known.any():
        found[known] = cKDTree(sale_points).query(places[known])[0]
    return found


_OF_HOUSEHOLDS = {
    "catchment_dwellings": "catchment_private_households",
    "sales_per_1000_dwellings": "sales_per_1000_private_households",
}
"""What is counted of dwellings, by the name it has of private households."""


def _refuse_wrong(counted: gpd.GeoDataFrame | None, declared: Table) -> None:
    """Refuse a table of homes by area without places, without its column, or with a doubled index."""
    if counted is None:
        return
    check(counted, declared, name=declared.name)
    if not counted.index.is_unique:
        raise InputError(f"{declared.name}: an area stands more than once; make the index unique")
