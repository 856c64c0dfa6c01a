"""The area each site lies in, with what is known of that area."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from siteprior.core.schema import AREAS, SITE_AREA_COLUMNS, SITES, check
from siteprior.joins._geometry import coordinates, take, with_columns


def join_areas(sites: Any, areas: Any) -> Any:
    """Add to each site the LSOA it lies in and that LSOA's deprivation.

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
    GeoDataFrame
        The sites, same index and order, with :data:`siteprior.core.schema.SITE_AREA_COLUMNS`.

    Raises
    ------
    InputError
        When ``sites`` or ``areas`` is not such a table.
    """
    check(sites, SITES, name="sites", needs=())
    check(areas, AREAS, name="areas")
    at = _owner(coordinates(sites), areas)
    held = areas.reset_index()
    values = {
        column.name: take(held[column.name], at, sites.index)
        for column in SITE_AREA_COLUMNS
        if column.name in held.columns
    }
    return with_columns(sites, SITE_AREA_COLUMNS, values)


def _owner(places: Any, areas: Any) -> Any:
    """Return the position of the area that owns each place; -1 where none does."""
    owner = np.full(len(places), -1)
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    tree = shapely.STRtree(areas.geometry.to_numpy())
    which, area = tree.query(shapely.points(places[known]), predicate="intersects")
    order = np.argsort(np.asarray(areas.index, dtype=object), kind="stable")
    precedence = np.empty(len(areas), dtype=int)
    precedence[order] = np.arange(len(areas))
    last_wins = np.argsort(-precedence[area], kind="stable")  # so that the lowest code is written last
    owner[known[which[last_wins]]] = area[last_wins]
    return owner
