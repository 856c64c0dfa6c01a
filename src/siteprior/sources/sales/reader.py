"""Sales of a study area: placed by postcode, with floor areas, screened openly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from siteprior.core.arguments import name_list
from siteprior.core.errors import InputError
from siteprior.core.files import path_list
from siteprior.core.io.duckdb_session import EXAMPLES, quoted, scalar
from siteprior.core.io.no_places import is_no_place
from siteprior.core.issues import IssueLog, Reading
from siteprior.core.named_paths import Names, Paths, named_paths
from siteprior.core.parameters import load_parameters
from siteprior.core.schema import CRS, POSTCODES, SALES, check, conform
from siteprior.sources.sales.floor_areas import floor_layouts, floor_origins, join_floor_areas
from siteprior.sources.sales.parsing import counted
from siteprior.sources.sales.postcode_join import record_postcodes
from siteprior.sources.sales.screening import bounds, screen, standard
from siteprior.sources.sales.store import SalesStore, sales_store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OUTWARD = "split_part(postcode, ' ', 1)"
"""The SQL of the first half of a postcode, such as B12."""

AREA = f"regexp_extract({OUTWARD}, '^[A-Z]+')"
"""The SQL of its letters, the postcode area."""


def read_sales(
    paths: Paths,
    *,
    files: Names | None = None,
    postcodes: pd.DataFrame | None = None,
    postcode_files: Names = (),
    floor_areas: Paths = (),
    floor_area_files: Names | None = None,
    price_date: date,
    years: int | None = None,
    within: BaseGeometry | None = None,
    margin_m: float = 0.0,
    cache: Path | None = None,
    memory_limit_mb: int | None = None,
) -> Reading[gpd.GeoDataFrame]:
    r"""Read house sales with price (£) and, where floor areas are given, price per square metre (£/m²).

    Parameters
    ----------
    paths
        One file or several: HM Land Registry Price Paid Data as published (complete, yearly and monthly files, no
        header row), or CSVs whose header names the columns, in the order they were published
        (:func:`siteprior.sources.sales.store.sales_store`).
    files
        The names to put in issues and provenance; the paths when ``None``.
    postcodes
        Where postcodes lie: :data:`siteprior.core.schema.POSTCODES`; without it no sale has a place.
    postcode_files
        The names of the files they were read from, for messages; ``postcodes`` when none are given.
    floor_areas
        One CSV or several whose header names the transaction (``transaction``) and its floor area in m²
        (``floor_area_m2``, ``total_floor_area``). Of a sale in several files the last counts.
    floor_area_files
        Their names; the paths when ``None``.
    price_date
        The day prices are wanted for. Later sales are kept, not used, and never compared with.
    years
        Older sales are kept and not used; all are used when ``None``.
    within
        Area on EPSG:27700: sales of other places are left out, as are those of unknown postcodes but those in an
        outward code (B12) found in the area, which are kept without a place.
    margin_m
        Metres the area is widened first.
    cache
        Folder that keeps the parsed sales for the next run.
    memory_limit_mb
        Megabytes the query engine may hold before it writes to a temporary folder; the parameter when ``None``.

    Returns
    -------
    Reading
        :data:`siteprior.core.schema.SALES`, points on EPSG:27700, by date and identifier. Every sale is kept, with
        ``used``
        and every reason in ``left_out``. The issues count what was not read, not found, or outside the bounds, one row
        per kind and file. Street and house number are never read.

    Raises
    ------
    InputError
        When a file is missing, broken, or no such file, the postcodes are no such table, the area is empty, more sales
        would stand in memory than the parameter ``rows_in_memory``, no sale has a postcode of those given, or a file of
        floor areas has none of the sales.

    Notes
    -----
    Source: HM Land Registry, *How to access Price Paid Data*, columns and record status. A sale's price is left out
    when it lies below a share of the median of its type and calendar year in its outward code (in its postcode area
    where there are fewer than ``local_sales``; nowhere compared where they are fewer there too). These medians are of
    standard sales in the whole of the files, up to ``price_date``; bounds are in ``parameters/prices.toml``.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "2024.csv"
    >>> row = '"{%s}","%d","2024-05-01 00:00","B1 1AA","T","N","F","1","","A STREET","","B","B","WM","A","A"\n'
    >>> _ = file.write_text(row % ("1A", 250_000) + row % ("1B", 1))
    >>> place = {"easting": [406600.0], "northing": [286700.0]}
    >>> places = pd.DataFrame(place, index=pd.Index(["B1 1AA"], name="postcode"))
    >>> table, issues, _ = read_sales([file], files=["2024.csv"], postcodes=places, price_date=date(2025, 1, 1))
    >>> table[["price_gbp", "used", "left_out"]].values.tolist()
    [[250000.0, 'yes', nan], [1.0, 'no', 'price below £15,000']]
    >>> issues[["issue_type", "value"]].values.tolist()
    [['too small', '1 sale: 1B 1']]
    """
    area = _check_call(postcodes, within, margin_m, years)
    listed = path_list(floor_areas)
    floor_files = named_paths(listed, floor_area_files, what="floor_areas") if listed or floor_area_files else []
    log = IssueLog()
    with sales_store(paths, files=files, cache=cache, memory_limit_mb=memory_limit_mb) as store:
        layouts = floor_layouts(floor_files, store.folder)
        for row in store.issues:
            log.add(**row)
        with store.query(*(layout.path for layout in layouts)) as connection:
            _choose(connection, store, _places(postcodes, area), area is not None)
            _guard_size(connection)
            if postcodes is not None:
                record_postcodes(connection, store, name_list(postcode_files or "postcodes", what="postcode_files"))
            sales = connection.execute("SELECT * FROM chosen ORDER BY transfer_date, transaction").df()
            floors, matches = join_floor_areas(connection, layouts, log, every=store.sql)
            local = _local_medians(connection, store, price_date)
        provenance = (*store.provenance, *floor_origins(floor_files, matches))
    table = _table(sales, floors, local, price_date, years)
    _log_faults(table, sales, [origin.file for origin in provenance], postcodes is not None, log)
    return Reading(table, log.table(), provenance)


def _check_call(
    postcodes: pd.DataFrame | None, within: BaseGeometry | None, margin_m: float, years: int | None
) -> BaseGeometry | None:
    """Check the arguments, and return the area to keep."""
    faults = []
    if postcodes is not None:
        check(postcodes, POSTCODES, name="postcodes")
    if within is not None and (within.is_empty or postcodes is None):
        faults.append("within: needs an area that is not empty on EPSG:27700, and postcodes to say what lies in it")
    if years is not None and years < 1:
        faults.append(f"years: needs a whole number from 1, got {years}")
    if faults:
        raise InputError(*faults)
    return None if within is None else within.buffer(margin_m)


def _places(postcodes: pd.DataFrame | None, area: BaseGeometry | None) -> pd.DataFrame:
    """Return postcodes with their places and whether they lie in the area."""
    if postcodes is None:
        return pd.DataFrame({"postcode": ["-"], "easting": [np.nan], "northing": [np.nan], "inside": [True]})
    table = postcodes.loc[~is_no_place(postcodes["easting"], postcodes["northing"]), ["easting", "northing"]]
    table = table.reset_index()
    if area is None:
        return table.assign(inside=True)
    shapely.prepare(area)
    return table.assign(inside=shapely.intersects_xy(area, table["easting"].to_numpy(), table["northing"].to_numpy()))


def _choose(connection: DuckDBPyConnection, store: SalesStore, places: pd.DataFrame, limited: bool) -> None:
    """Make the table ``chosen`` of the sales of the area, with the number of their file."""
    connection.register("given", places)
    connection.execute("CREATE TABLE places AS SELECT * FROM given")
    connection.execute(f"CREATE TABLE outwards AS SELECT DISTINCT {OUTWARD} AS outward FROM places WHERE inside")
    outward = OUTWARD.replace("postcode", "s.postcode")
    kept = f"p.inside OR (p.inside IS NULL AND {outward} IN (SELECT outward FROM outwards))" if limited else "true"
    rows = " UNION ALL ".join(
        f"SELECT transaction, price, transfer_date, postcode, property_type, new_build, tenure, category, {n} AS part "
        f"FROM read_parquet({quoted(part)})"
        for n, part in enumerate(store.parts)
    )
    connection.execute(
        f"CREATE TABLE chosen AS SELECT s.*, p.easting, p.northing FROM ({rows}) AS s "
        f"LEFT JOIN places AS p ON p.postcode = s.postcode WHERE {kept}"
    )


def _guard_size(connection: DuckDBPyConnection) -> None:
    """Refuse more sales than fit into memory as a table."""
    number = scalar(connection, "SELECT count(*) FROM chosen")
    most = load_parameters("prices").integer("rows_in_memory")
    if number > most:
        raise InputError(
            f"sales: {number:,} sales are too many for one table (at most {most:,}); give the study area with within, "
            "or ask the whole store with area_medians and nearest_sales"
        )


def _local_medians(connection: DuckDBPyConnection, store: SalesStore, price_date: date) -> pd.Series:
    """Return the median price (£) of each chosen sale's type and year around it, by transaction."""
    fewest = load_parameters("prices").integer("local_sales")
    kind = f"property_type, year(transfer_date) AS year, {OUTWARD} AS outward, {AREA} AS area"
    compared = (
        f"SELECT price, {kind} FROM {store.sql} WHERE {standard(price_date)} "
        f"AND {AREA} IN (SELECT DISTINCT {AREA} FROM chosen)"
    )
    local = {
        place: f"SELECT {place}, property_type, year, median(price) AS median FROM ({compared}) "
        f"GROUP BY ALL HAVING count(*) >= {fewest}"
        for place in ("outward", "area")
    }
    rows = connection.execute(
        f"SELECT transaction, coalesce(o.median, a.median) AS median FROM "
        f"(SELECT transaction, {kind} FROM chosen) "
        f"LEFT JOIN ({local['outward']}) AS o USING (outward, property_type, year) "
        f"LEFT JOIN ({local['area']}) AS a USING (area, property_type, year)"
    ).df()
    return pd.Series(rows["median"].to_numpy(dtype="float64"), index=pd.Index(rows["transaction"]))


def _table(
    sales: pd.DataFrame, floors: pd.Series, local: pd.Series, price_date: date, years: int | None
) -> gpd.GeoDataFrame:
    """Return the declared table of the sales read."""
    table = sales.rename(columns={"price": "price_gbp"}).set_index("transaction")
    table = table.drop(columns=["part", "easting", "northing"])
    table["floor_area_m2"] = floors.reindex(table.index).astype("float64")
    table["gbp_per_m2"] = table["price_gbp"] / table["floor_area_m2"]
    placed = sales["easting"].notna().set_axis(table.index)
    points = np.full(len(table), None, dtype=object)
    rows = placed.to_numpy()
    points[rows] = shapely.points(sales["easting"].to_numpy()[rows], sales["northing"].to_numpy()[rows])
    table = conform(gpd.GeoDataFrame(table, geometry=points, crs=CRS), SALES)
    table["left_out"] = screen(
        table,
        price_date=price_date,
        years=years,
        local_median=local.reindex(table.index),
        placed=placed,
        limits=bounds(),
    )
    table["used"] = np.where(table["left_out"].isna(), "yes", "no")
    screened: gpd.GeoDataFrame = conform(table, SALES)
    return screened


def _log_faults(
    table: gpd.GeoDataFrame, sales: pd.DataFrame, labels: Sequence[str], given: bool, log: IssueLog
) -> None:
    """Log what is wrong with the sales, one row for each kind and file."""
    reasons = table["left_out"].fillna("")
    blank = table["postcode"].isna()
    kinds = [
        ("missing value", "postcode", blank, table["postcode"], "kept without a place: no postcode"),
        ("unknown entity", "postcode", table.geometry.isna() & ~blank & given, table["postcode"],
         "kept without a place: the postcode is not in the list given"),
        ("too small", "price", reasons.str.contains("price below"), table["price_gbp"], "kept, not used: {}"),
        ("too large", "price", reasons.str.contains("price above"), table["price_gbp"], "kept, not used: {}"),
    ]  # fmt: skip
    if not given:
        log.add("missing value", file=labels[0], field="postcode", action="no sale has a place: no postcodes given")
    part = sales["part"].set_axis(table.index)
    for number in sorted(part.unique()):
        for issue, field, rows, values, action in kinds:
            mine = rows & (part == number)
            if mine.any():
                first = [f"{key} {_short(value)}".strip() for key, value in values[mine].head(EXAMPLES).items()]
                why = sorted({r for text in reasons[mine].unique() for r in text.split("; ") if r.startswith("price ")})
                log.add(issue, file=labels[number], field=field, value=counted(int(mine.sum()), first),
                        action=action.format(", ".join(why)))  # fmt: skip


def _short(value: float | str) -> str:
    """Return a cell for an example: whole pounds, a postcode, or nothing."""
    return f"{value:.0f}" if isinstance(value, float) and value == value else "" if value != value else str(value)
