"""Districts whose bus stops were not read: there a walk to a bus stop is missing, not far."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.parameters import load_parameters
from siteprior.core.schema import AREAS, STOPS, check
from siteprior.joins._geometry import geometries

BUS_COLUMNS = ("bus_stop", "bus_walk_m", "bus_walk_low_m", "bus_walk_high_m")
"""What is missing of a site where the bus stops were not read."""


def unread_districts(stops: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Return the codes of the districts with fewer bus stops per LSOA than any has whose file of stops was read.

    NaPTAN has a file of buses per area of the country. Where one is not read a few stops of its neighbours lie all the
    same, and the next is miles off. Without any bus stop at all none is named: no walk to one is measured then.

    Parameters
    ----------
    stops
        :data:`siteprior.core.schema.STOPS`, with their state on a day; those that are open count.
    areas
        :data:`siteprior.core.schema.AREAS`.
    districts
        The areas dissolved into districts (:func:`siteprior.sources.areas.lsoa.districts`).

    Raises
    ------
    InputError
        When ``stops`` or ``areas`` is not such a table.

    Notes
    -----
    The parameter ``access.bus_stops_least``.

    Examples
    --------
    >>> import siteprior as sp
    >>> squares = shapely.box([400000, 401000], 290000, [401000, 402000], 291000)
    >>> known = {"lsoa_name": ["A 001A", "B 001A"], "district_code": ["E08000025", "E08000026"], "lsoa_year": 2021}
    >>> areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"),
    ...                          geometry=squares, crs=27700)
    >>> stops = gpd.GeoDataFrame({"stop_name": ["Mill"], "mode": ["bus"], "state": ["open"]}, crs=27700,
    ...                          index=pd.Index(["43000001"], name="atco_code"),
    ...                          geometry=gpd.points_from_xy([400500], [290500]))
    >>> unread_districts(sp.schema.conform(stops, sp.schema.STOPS), areas, sp.areas.districts(areas))
    ('E08000026',)
    """
    check(stops, STOPS, name="stops")
    check(areas, AREAS, name="areas", needs=["district_code"])
    counted = geometries(stops[(stops["mode"] == "bus") & (stops["state"] == "open")])
    if not len(counted):
        return ()
    shapes = geometries(districts)
    district, _ = shapely.STRtree(counted).query(shapes, predicate="intersects")
    found = pd.Series(np.bincount(district, minlength=len(shapes)), index=districts.index)
    least = load_parameters("access").number("bus_stops_least") * areas["district_code"].value_counts()
    return tuple(str(code) for code in found.index[found < least.reindex(found.index)])


def without_buses(walks: pd.DataFrame, unread: pd.Series) -> pd.DataFrame:
    """Return walks (metres) with those to bus stops missing where the stops of the site's district were not read.

    Examples
    --------
    >>> walks = pd.DataFrame({"walk_m": [90.0, 95.0], "bus_walk_m": [40.0, 9000.0]}, index=["a", "b"])
    >>> without_buses(walks, pd.Series([False, True], index=["a", "b"])).to_dict("list")
    {'walk_m': [90.0, 95.0], 'bus_walk_m': [40.0, nan]}
    """
    blank = {name: walks[name].mask(unread.to_numpy()) for name in BUS_COLUMNS if name in walks}
    return walks.assign(**blank)
