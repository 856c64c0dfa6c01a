"""Questions to all the sales of a store at once: medians by area, and the sales nearest to each site."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from siteprior.core.errors import InputError, unknown
from siteprior.core.io.duckdb_session import quoted
from siteprior.core.schema import AREA_SALES, NEAREST_SALES, POSTCODES, PROPERTY_TYPES, SITES, check, conform
from siteprior.sources.sales.postcode_join import refuse_other_postcodes
from siteprior.sources.sales.screening import standard
from siteprior.sources.sales.store import SalesStore

YEAR_BITS, TYPE_BITS, PRICE_BITS = 12, 3, 28
"""Space for the year, the type and the price (£268m; the price bounds lie far below) in one number."""


def area_medians(store: SalesStore, areas: pd.Series, *, price_date: date, since: date | None = None) -> pd.DataFrame:
    r"""Return the median price (£) and the number of sales of each area, year and property type.

    Parameters
    ----------
    store
        An open store of sales.
    areas
        Code of the area each postcode lies in, text on the index ``postcode`` (``B1 1AA``).
    price_date
        Later sales do not count.
    since
        Earlier sales do not count.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.AREA_SALES`, by area, year and type. Standard sales of single dwellings within the
        price
        bounds of ``parameters/prices.toml`` count, those of postcodes without an area do not. The comparison with local
        prices of :func:`siteprior.sources.sales.reader.read_sales` is not made: a median hardly moves by it.

    Raises
    ------
    InputError
        When ``areas`` is no such lookup, or has the postcode of none of all sales.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from siteprior.sources.sales.store import sales_store
    >>> file = Path(tempfile.mkdtemp()) / "2024.csv"
    >>> row = '"{%d}","%d","2024-05-01 00:00","B1 1AA","T","N","F","1","","A ST","","B","B","WM","A","A"'
    >>> _ = file.write_text("\n".join(row % (n, price) for n, price in enumerate([210_000, 230_000, 260_000])))
    >>> lookup = pd.Series(["E01033620"], index=pd.Index(["B1 1AA"], name="postcode"))
    >>> with sales_store([file]) as store:
    ...     area_medians(store, lookup, price_date=date(2025, 1, 1)).values.tolist()
    [['E01033620', 2024, 'terraced', 3, 230000.0]]
    """
    if not isinstance(areas, pd.Series) or areas.index.name != "postcode" or not areas.index.is_unique:
        raise InputError("areas: needs a Series of area codes on the unique index 'postcode', such as 'B1 1AA'")
    known = areas.dropna()
    code, names = pd.factorize(known, sort=True)
    with store.query() as connection:
        connection.register("given", pd.DataFrame({"postcode": known.index, "code": code}))
        connection.execute("CREATE TABLE lookup AS SELECT * FROM given")
        kind = " ".join(f"WHEN {quoted(name)} THEN {n}" for n, name in enumerate(PROPERTY_TYPES))
        keys = connection.execute(
            f"SELECT (((((code::BIGINT << {YEAR_BITS}) + year(transfer_date)) << {TYPE_BITS}) + "
            f"CASE property_type {kind} END) << {PRICE_BITS}) + price AS key "
            f"FROM {store.sql} JOIN lookup USING (postcode) "
            f"WHERE {standard(price_date, since)} AND property_type IS NOT NULL"
        ).fetchnumpy()["key"]
        if not len(keys) and len(known):
            refuse_other_postcodes(connection, store, "lookup", file="areas")
    table: pd.DataFrame = conform(_medians(np.asarray(keys, dtype=np.int64), names), AREA_SALES)
    return table


def _medians(keys: npt.NDArray[np.int64], names: pd.Index) -> pd.DataFrame:
    """Return the table of medians from one number per sale: its area, year, type and price, in this order of bits.

    Sorted once, the sales of a group stand together with their prices in order: far less work, and memory, than a
    list of prices for each of five million groups.
    """
    keys.sort()
    group = keys >> PRICE_BITS
    first = np.flatnonzero(np.concatenate([[len(keys) > 0], group[1:] != group[:-1]]))
    sales = np.diff(first, append=len(keys))
    lower, upper = (keys[first + half] & ((1 << PRICE_BITS) - 1) for half in ((sales - 1) // 2, sales // 2))
    group = group[first]
    return pd.DataFrame(
        {
            "area": pd.Series(names, dtype="str").take(group >> (YEAR_BITS + TYPE_BITS)).reset_index(drop=True),
            "year": (group >> TYPE_BITS) & ((1 << YEAR_BITS) - 1),
            "property_type": pd.Series(PROPERTY_TYPES, dtype="str")
            .take(group & ((1 << TYPE_BITS) - 1))
            .reset_index(drop=True),
            "sales": sales,
            "median_gbp": (lower + upper) / 2,
        }
    )


def nearest_sales(
    store: SalesStore,
    postcodes: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    *,
    radius_m: float,
    number: int,
    price_date: date,
    since: date | None = None,
    property_types: Sequence[str] | None = None,
) -> pd.DataFrame:
    r"""Return the sales nearest to each site within a radius (m), for comparison.

    Parameters
    ----------
    store
        An open store of sales.
    postcodes
        Where postcodes lie: :data:`siteprior.core.schema.POSTCODES`.
    sites
        GeoDataFrame on the index ``site_id``, EPSG:27700; measured from the point, or the middle of the shape.
    radius_m
        Sales farther away, in a straight line, are not looked at.
    number
        So many sales per site, the nearest; the latest first where they are equally near.
    price_date, since
        Later and earlier sales do not count.
    property_types
        Of which types; of all single dwellings when ``None``.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.NEAREST_SALES`, by site in the order given. Standard sales within the price bounds
        of
        ``parameters/prices.toml``. Sites without a place, or with no sale in the radius, have no row.

    Raises
    ------
    InputError
        When a table is not as declared, a number or type is not possible, or ``postcodes`` has that of none of all
        sales.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from siteprior.sources.sales.store import sales_store
    >>> file = Path(tempfile.mkdtemp()) / "2024.csv"
    >>> row = '"{%d}","%d","2024-05-01 00:00","%s","T","N","F","1","","A ST","","B","B","WM","A","A"'
    >>> _ = file.write_text("\n".join([row % (1, 210_000, "B1 1AA"), row % (2, 230_000, "B1 1AB")]))
    >>> index = pd.Index(["B1 1AA", "B1 1AB"], name="postcode")
    >>> places = pd.DataFrame({"easting": [406600.0, 406900.0], "northing": 286700.0}, index=index)
    >>> place = gpd.GeoSeries([shapely.Point(406600, 286740)], index=pd.Index(["X:1"], name="site_id"), crs=27700)
    >>> site, day = place.to_frame("geometry"), date(2025, 1, 1)
    >>> with sales_store([file]) as store:
    ...     found = nearest_sales(store, places, site, radius_m=500, number=5, price_date=day)
    >>> found[["place", "distance_m", "price_gbp"]].round(1).values.tolist()
    [[1, 40.0, 210000.0], [2, 302.7, 230000.0]]
    """
    kinds = _check_call(postcodes, sites, radius_m, number, property_types)
    where = f"{standard(price_date, since)} AND property_type IN ({', '.join(map(quoted, kinds))})"
    with store.query() as connection:
        connection.register("given", pd.DataFrame({"postcode": postcodes.index, "number": np.arange(len(postcodes))}))
        sold = connection.execute(
            f"SELECT number FROM given WHERE postcode IN (SELECT postcode FROM {store.sql} WHERE {where}) "
            "ORDER BY number"
        ).fetchnumpy()["number"]
        if not len(sold) and len(postcodes):
            refuse_other_postcodes(connection, store, "given", file="postcodes")
        pairs = _pairs(postcodes.iloc[np.asarray(sold)], sites, radius_m, number)
        connection.register("pairs", pairs)
        table = connection.execute(
            f"WITH near AS (SELECT transaction, price AS price_gbp, transfer_date, property_type, new_build, postcode "
            f"FROM {store.sql} WHERE postcode IN (SELECT postcode FROM pairs) AND {where}) "
            f"SELECT site, row_number() OVER o AS place, distance_m, n.* EXCLUDE postcode FROM pairs JOIN near AS n "
            "USING (postcode) WINDOW o AS (PARTITION BY site ORDER BY distance_m, transfer_date DESC, transaction) "
            f"QUALIFY place <= {number} ORDER BY site, place"
        ).df()
    table["site_id"] = sites.index.to_numpy()[table.pop("site").to_numpy()]
    sales: pd.DataFrame = conform(table, NEAREST_SALES)
    return sales


def _check_call(
    postcodes: pd.DataFrame,
    sites: gpd.GeoDataFrame,
    radius_m: float,
    number: int,
    property_types: Sequence[str] | None,
) -> Sequence[str]:
    """Check the arguments, and return the types wanted."""
    check(postcodes, POSTCODES, name="postcodes")
    check(sites, SITES, name="sites", needs=())
    faults = []
    if not radius_m > 0 or not np.isfinite(radius_m):
        faults.append(f"radius_m: needs metres above 0, got {radius_m}")
    if number < 1:
        faults.append(f"number: needs a whole number from 1, got {number}")
    kinds = [kind for kind in PROPERTY_TYPES if kind != "other"] if property_types is None else list(property_types)
    faults += [unknown("property type", kind, PROPERTY_TYPES) for kind in kinds if kind not in PROPERTY_TYPES]
    if faults:
        raise InputError(*faults)
    return kinds


def _pairs(postcodes: pd.DataFrame, sites: gpd.GeoDataFrame, radius_m: float, number: int) -> pd.DataFrame:
    """Return, for each site by its place in the table, the postcodes that hold its nearest sales.

    Every postcode here has a sale, so the ``number`` nearest hold them; those as near as the last of these stand too.
    """
    from scipy.spatial import cKDTree

    empty = {
        "site": pd.Series(dtype="int64"),
        "postcode": pd.Series(dtype="str"),
        "distance_m": pd.Series(dtype="float64"),
    }
    points = sites.geometry.centroid
    placed = np.flatnonzero((points.notna() & ~points.is_empty).to_numpy())
    if not len(postcodes) or not len(placed):
        return pd.DataFrame(empty)
    centres = shapely.get_coordinates(points.to_numpy()[placed])
    tree = cKDTree(postcodes[["easting", "northing"]].to_numpy(), balanced_tree=False, compact_nodes=False)
    last = min(number, len(postcodes))
    farthest = np.asarray(tree.query(centres, k=[last], distance_upper_bound=radius_m)[0])[:, 0]
    reach = np.where(np.isfinite(farthest), farthest * (1 + 1e-9), radius_m)
    within = tree.query_ball_point(centres, reach)
    counts = np.fromiter(map(len, within), dtype=np.int64, count=len(within))
    near = np.fromiter((n for row in within for n in row), dtype=np.int64, count=int(counts.sum()))
    row = np.repeat(np.arange(len(placed)), counts)
    there = postcodes[["easting", "northing"]].to_numpy()[near]
    distance = np.hypot(*(there - centres[row]).T)
    return pd.DataFrame({"site": placed[row], "postcode": postcodes.index.to_numpy()[near], "distance_m": distance})
