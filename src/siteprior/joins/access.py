"""How far each site is from the nearest open stop of each mode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from siteprior.joins.places import check_walks, coordinates, nearest, take, walk_range, with_columns
from siteprior.schema import SITE_ACCESS_COLUMNS, SITES, STOPS, check

RAIL_OR_METRO = ("rail", "metro")


def join_access(sites: Any, stops: Any, *, walk_factor: float, shapes: Any | None = None) -> Any:
    """Add to each site the walk, in metres, to the nearest open rail, metro and bus stop, however far it is.

    The walk is the straight line times ``walk_factor``, and ``walk_basis`` says so. Of stops equally far the one of
    the lowest ATCO code is taken. Only stops whose ``state`` is open count. Beside the walks stand the lowest and the
    highest from anywhere the site may reach or lie (:func:`siteprior.joins.places.walk_range`).

    Parameters
    ----------
    sites
        Sites on EPSG:27700, with ``position_uncertainty_m`` where it is known; a shape counts by its centroid.
    stops
        :data:`siteprior.schema.STOPS`, settled for a day by
        :func:`siteprior.sources.transit.openings.apply_openings`.
    walk_factor
        Ratio of walk to straight line, at least 1 (preset ``access.walk_factor``).
    shapes
        :data:`siteprior.schema.SITE_SHAPES`, to measure lowest and highest walks from polygons.

    Returns
    -------
    GeoDataFrame
        The sites, same index and order, with :data:`siteprior.schema.SITE_ACCESS_COLUMNS`; missing where the site has
        no place or no stop of the mode is open.

    Raises
    ------
    InputError
        When ``sites`` or ``stops`` is not such a table, or the factor is below 1.
    """
    check(sites, SITES, name="sites", needs=())
    check(stops, STOPS, name="stops")
    check_walks(walk_factor, shapes)
    places = coordinates(sites)
    usable = stops[stops["state"] == "open"].sort_index().reset_index()
    serving = {modes: usable[usable["mode"].isin(modes)] for modes in (RAIL_OR_METRO, ("rail",), ("metro",), ("bus",))}
    found = {modes: nearest(places, coordinates(some)) for modes, some in serving.items()}
    at, distance = found[RAIL_OR_METRO]
    bus_at, bus_distance = found[("bus",)]
    ranges = {
        modes: walk_range(sites, coordinates(serving[modes]), *found[modes], walk_factor=walk_factor, shapes=shapes)
        for modes in (RAIL_OR_METRO, ("bus",))
    }
    measured = np.isfinite(distance) | np.isfinite(bus_distance)
    values = {
        "nearest_stop": take(serving[RAIL_OR_METRO]["stop_name"], at, sites.index),
        "nearest_stop_mode": take(serving[RAIL_OR_METRO]["mode"], at, sites.index),
        "nearest_stop_atco": take(serving[RAIL_OR_METRO]["atco_code"], at, sites.index),
        "walk_m": distance * walk_factor,
        "walk_low_m": ranges[RAIL_OR_METRO][0],
        "walk_high_m": ranges[RAIL_OR_METRO][1],
        "walk_basis": pd.Series("straight-line", index=sites.index).where(measured),
        "rail_walk_m": found[("rail",)][1] * walk_factor,
        "metro_walk_m": found[("metro",)][1] * walk_factor,
        "bus_stop": take(serving[("bus",)]["stop_name"], bus_at, sites.index),
        "bus_walk_m": bus_distance * walk_factor,
        "bus_walk_low_m": ranges[("bus",)][0],
        "bus_walk_high_m": ranges[("bus",)][1],
    }
    return with_columns(sites, SITE_ACCESS_COLUMNS, values)
