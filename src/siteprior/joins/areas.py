"""The area each site lies in, with what is known of that area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siteprior.core.schema import AREAS, SITE_AREA_COLUMNS, SITES, check
from siteprior.joins._geometry import coordinates, declared_columns, geometries, known_places, points_at, take
from siteprior.walking.network import Floats, Ints


def join_areas(sites: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """Find the LSOA each site lies in, with that LSOA's deprivation (ranks, deciles, per cent).

    Every site has at most one area: on a shared edge the area of the lowest code owns it. A site outside all areas,
    or without a place, stays missing, ``lsoa_year`` included. A site with a shape counts by its centroid.

    Parameters
    ----------
    sites
        Sites on EPSG:27700.
    areas
        :data:`siteprior.core.schema.AREAS`, with the columns of deprivation where
        :func:`siteprior.sources.areas.deprivation.with_deprivation` has joined them.

    Returns
    -------
    DataFrame
        :data:`siteprior.core.schema.SITE_AREA_COLUMNS` on the index of the sites, for ``sites.join(…)``.

    Raises
    ------
    InputError
        When ``sites`` or ``areas`` is not such a table.

    Examples
    --------
    >>> import siteprior as sp
    >>> sites = gpd.GeoDataFrame({"site_name": ["Mill", "Depot"]}, index=pd.Index(["a", "b"], name="site_id"),
    ...                          geometry=gpd.points_from_xy([400100, 400900], [290000, 290300]), crs=27700)
    >>> squares = shapely.box([400000, 401000], 290000, [401000, 402000], 291000)
    >>> known = {"lsoa_name": ["Anytown 001A", "Anytown 001B"], "district_code": "E08000025", "lsoa_year": 2021}
    >>> areas = gpd.GeoDataFrame(known, index=pd.Index(["E01000001", "E01000002"], name="lsoa_code"),
    ...                          geometry=squares, crs=27700)
    >>> sp.joins.join_areas(sites, areas)["lsoa_code"].tolist()
    ['E01000001', 'E01000001']
    """
    check(sites, SITES, name="sites", needs=())
    check(areas, AREAS, name="areas")
    at = _owner(coordinates(sites), areas)
    known = areas.reset_index()
    values = {
        column.name: take(known[column.name], at, sites.index)
        for column in SITE_AREA_COLUMNS
        if column.name in known.columns
    }
    return declared_columns(sites.index, SITE_AREA_COLUMNS, values)


def _owner(places: Floats, areas: gpd.GeoDataFrame) -> Ints:
    """Return the position of the area that owns each place; -1 where none does."""
    owner = np.full(len(places), -1)
    known = np.flatnonzero(known_places(places))
    tree = shapely.STRtree(geometries(areas))
    which, area = tree.query(points_at(places[known]), predicate="intersects")
    order = np.argsort(np.asarray(areas.index, dtype=object), kind="stable")
    precedence = np.empty(len(areas), dtype=int)
    precedence[order] = np.arange(len(areas))
    last_wins = np.argsort(-precedence[area], kind="stable")  # so that the lowest code is written last
    owner[known[which[last_wins]]] = area[last_wins]
    return owner
