"""The market about each site, as its sales show it: how many, how near, how new, at what price."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from siteprior.core.errors import InputError
from siteprior.core.parameters import load_parameters
from siteprior.core.renamed import renamed_argument
from siteprior.core.schema import COMPARABLES, SALES, SITE_PRICE_COLUMNS, SITES, Column, Table, check, conform
from siteprior.joins._geometry import (
    Geometries,
    Objects,
    Values,
    coordinates,
    declared_columns,
    geometries,
    known_places,
    points_at,
)
from siteprior.joins.rates import CHUNK, counts_within, shrunk_rates
from siteprior.walking.network import Floats, Ints

NEEDS = ("price_gbp", "transfer_date", "postcode", "property_type", "new_build", "gbp_per_m2", "used")

DWELLINGS = Table(
    "dwellings", "", True, (Column("dwellings", "number", "Dwellings", "How many stand in the area", "dwellings"),)
)
"""Areas of any index with the dwellings in them."""


@renamed_argument(years_held="whole_years")
def join_prices(
    sites: gpd.GeoDataFrame,
    sales: gpd.GeoDataFrame,
    *,
    price_date: date,
    dwellings: gpd.GeoDataFrame | None = None,
    whole_years: float | None = None,
) -> pd.DataFrame:
    """Measure the market about each site: sales, new-build sales, comparables (£/m²), sales per 1,000 dwellings.

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
    _refuse_wrong_dwellings(dwellings)
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
    values |= _comparable_columns(sites, sales, price_date)
    if dwellings is not None:
        values |= _thinness(places, sale_points[age < min(years_read, long_ago)], dwellings, min(years_read, long_ago))
    return declared_columns(sites.index, SITE_PRICE_COLUMNS, values)


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
        As in :func:`join_prices`; sales of the years of the parameter count.
    n, radius_m
        At most so many, within so many metres; the parameters ``comparables`` and ``comparables_radius`` when ``None``.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.COMPARABLES`; of equally near ones the latest stand first. The postcode is
        shortened
        to its sector.

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


def _thinness(places: Floats, sale_points: Floats, dwellings: gpd.GeoDataFrame, years: float) -> dict[str, Values]:
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


def _comparable_columns(sites: gpd.GeoDataFrame, sales: gpd.GeoDataFrame, price_date: date) -> dict[str, Values]:
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


def _refuse_wrong_dwellings(dwellings: gpd.GeoDataFrame | None) -> None:
    """Refuse a table of dwellings without places, without the column, or with a doubled index."""
    if dwellings is None:
        return
    check(dwellings, DWELLINGS, name="dwellings")
    if not dwellings.index.is_unique:
        raise InputError("dwellings: an area stands more than once; make the index unique")
