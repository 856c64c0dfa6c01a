"""The rows of a table of corridor stops that can be used: with a corridor, a whole order of its own, and a place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from siteprior.core.errors import InputError
from siteprior.core.io.national_tables import GRID_M, numbers
from siteprior.core.io.no_places import is_no_place
from siteprior.core.issues import IssueLog
from siteprior.core.schema import CRS
from siteprior.sources.columns import cells, numbered

LEFT_OUT_WHOLE = "left out whole: none of its stops has a whole order and a place"
"""What the issue of a corridor says that is in no output, for not one row of it can be used."""


def by_corridor(table: pd.DataFrame) -> pd.DataFrame:
    """Return the stops by corridor, as these first stand, and by order."""
    place = pd.Series(pd.factorize(table["corridor"])[0], index=table.index)
    return table.assign(place=place.to_numpy()).sort_values(["place", "order"], kind="stable")


def usable_stops(table: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Return the stops with a corridor, a whole order and a place, in order and with their points; log all others.

    Raises
    ------
    InputError
        When every corridor has one order for all its stops.
    """
    named = [name for name in table["corridor"].unique() if name]
    usable = _placed(_ordered(table, log), log)
    for name in (name for name in named if name not in set(usable["corridor"])):
        log.add("missing value", field="corridor", value=name, action=LEFT_OUT_WHOLE)
    return usable


def _ordered(table: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Order the stops of each corridor; log and leave out those without corridor or whole order, and second ones."""
    order = numbers(table["order"])
    whole = order.notna() & (order % 1 == 0) & (order > 0)
    named = table["corridor"] != ""
    for row in table.index[~named].tolist():
        log.add("missing value", row=row, field="corridor", action="left out")
    for row, value in numbered(table.loc[named & ~whole, "order"]):
        log.add("invalid integer", row=row, field="order", value=value, action="left out")
    table = table.assign(order=order)[named & whole].astype({"order": "int64"})
    second = table.duplicated(["corridor", "order"])
    if second.any() and not table.groupby("corridor")["order"].nunique().gt(1).any():
        first = table.loc[second, "corridor"].iloc[0]
        alike = table.loc[table["corridor"] == first, "order"]
        raise InputError(
            f"{log.file}: column 'order' has no order: all {len(alike)} stops of '{first}' have {alike.iloc[0]}; "
            "number the stops of each corridor 1, 2, 3 … along the line"
        )
    for row, corridor, value in cells(table[second], "corridor", "order"):
        log.add("reference values are not unique", row=row, field="order", value=value,
                action=f"left out: {corridor} has this order already")  # fmt: skip
    return by_corridor(table[~second])


def _placed(table: pd.DataFrame, log: IssueLog) -> pd.DataFrame:
    """Give each stop its point, from easting and northing, else from the degrees; log and leave out the others."""
    from pyproj import Transformer

    east, north = numbers(table["easting"]), numbers(table["northing"])
    lon, lat = numbers(table["longitude"]), numbers(table["latitude"])
    metres = east.between(0, GRID_M[0]) & north.between(0, GRID_M[1]) & ~is_no_place(east, north)
    degrees = ~metres & lon.between(-180, 180) & lat.between(-90, 90) & ~is_no_place(lon, lat, degrees=True)
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        lon.where(degrees).to_numpy(), lat.where(degrees).to_numpy()
    )
    points = np.asarray(shapely.points(east.where(metres, x).to_numpy(), north.where(metres, y).to_numpy()))
    usable = metres | (degrees & np.isfinite(x) & np.isfinite(y))
    for row, easting, northing, name in cells(table[~usable], "easting", "northing", "stop_name"):
        log.add("invalid coordinates", row=row, field="easting; northing", value=f"{easting}, {northing}",
                action=f"left out: {name} has no place")  # fmt: skip
    located: pd.DataFrame = table.assign(geometry=points)[usable]
    return located
